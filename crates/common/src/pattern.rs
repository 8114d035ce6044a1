/// One of the three patterns of the course page, each a package of this workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// §1: a TCP server that answers one client and ends.
    TcpEcho,
    /// §2: a UDP server.
    UdpEcho,
    /// §3: a TCP server with a thread per client.
    ThreadedEcho,
}

impl Pattern {
    /// The name of the package, as in `cargo run -p tcp-echo`.
    #[must_use]
    pub const fn package(self) -> &'static str {
        match self {
            Self::TcpEcho => "tcp-echo",
            Self::UdpEcho => "udp-echo",
            Self::ThreadedEcho => "threaded-echo",
        }
    }

    /// The command that starts this pattern's server for clients of `host` and `port`.
    #[must_use]
    pub fn server_command(self, host: &str, port: u16) -> String {
        format!("cargo run -p {}{}", self.package(), flags(host, port))
    }

    /// The command that starts this pattern's client, for a server on `host` and `port`.
    #[must_use]
    pub fn client_command(self, host: &str, port: u16) -> String {
        format!("cargo run --bin {}-client{}", self.package(), flags(host, port))
    }
}

/// What `cargo run …` needs behind it; nothing for the defaults.
fn flags(host: &str, port: u16) -> String {
    let mut flags = String::new();
    if !matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0") {
        flags += &format!(" --host {host}");
    }
    if port != crate::args::DEFAULT_PORT {
        flags += &format!(" --port {port}");
    }
    if flags.is_empty() { flags } else { format!(" --{flags}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_address_needs_no_flags() {
        assert_eq!(Pattern::TcpEcho.server_command("localhost", 12345), "cargo run -p tcp-echo");
        assert_eq!(
            Pattern::UdpEcho.client_command("127.0.0.1", 12345),
            "cargo run --bin udp-echo-client"
        );
    }

    #[test]
    fn another_address_is_spelled_out_behind_the_dashes() {
        assert_eq!(
            Pattern::ThreadedEcho.server_command("192.0.2.7", 12346),
            "cargo run -p threaded-echo -- --host 192.0.2.7 --port 12346"
        );
    }
}
