use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use anyhow::{Result, anyhow};

use crate::language::in_lines;

/// The first IPv4 address of `host`, with `port`.
///
/// The originals are `AF_INET`: `localhost` is 127.0.0.1 to them even where the system lists `::1`
/// first, so the ports ask for IPv4 too, or client and server would miss each other.
///
/// # Errors
///
/// When `host` does not resolve, or resolves to IPv6 addresses only. The message says what to use.
///
/// ```
/// let addr = common::resolve("127.0.0.1", 12345)?;
/// assert_eq!(addr.to_string(), "127.0.0.1:12345");
/// assert!(common::resolve("::1", 12345).is_err());
/// # Ok::<(), anyhow::Error>(())
/// ```
pub fn resolve(host: &str, port: u16) -> Result<SocketAddr> {
    let addrs = if host.is_empty() {
        // Windows would take it for this machine's name.
        Err(ErrorKind::InvalidInput.into())
    } else {
        (host, port).to_socket_addrs()
    };
    let addrs = addrs.map_err(|error: io::Error| {
        anyhow::Error::new(error).context(in_lines(
            format!(
                "호스트 `{host}`의 주소를 찾을 수 없습니다. 이름을 확인하거나 `127.0.0.1`을 쓰세요."
            ),
            format!("Host `{host}` does not resolve: check the name, or use `127.0.0.1`."),
        ))
    })?;
    first_ipv4(addrs).ok_or_else(|| {
        anyhow!(in_lines(
            format!("호스트 `{host}`의 IPv4 주소가 없습니다. `127.0.0.1`을 쓰세요."),
            format!("Host `{host}` has no IPv4 address; use `127.0.0.1`."),
        ))
    })
}

fn first_ipv4(mut addrs: impl Iterator<Item = SocketAddr>) -> Option<SocketAddr> {
    addrs.find(SocketAddr::is_ipv4)
}

/// The address as Python prints it: a tuple of host and port.
///
/// ```
/// let addr = "127.0.0.1:44704".parse()?;
/// assert_eq!(common::python_addr(addr), "('127.0.0.1', 44704)");
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[must_use]
pub fn python_addr(addr: SocketAddr) -> String {
    format!("('{}', {})", addr.ip(), addr.port())
}

/// The host that a client on this machine connects to: the server's own, or loopback for 0.0.0.0.
pub(crate) fn client_host(server: IpAddr) -> String {
    if server.is_unspecified() { "localhost".to_owned() } else { server.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv4_address_is_taken_even_when_ipv6_is_listed_first() {
        let listed: Vec<SocketAddr> =
            vec!["[::1]:12345".parse().unwrap(), "127.0.0.1:12345".parse().unwrap()];
        assert_eq!(first_ipv4(listed.clone().into_iter()), Some(listed[1]));
        assert_eq!(first_ipv4(listed.into_iter().take(1)), None);
    }

    #[test]
    fn the_error_names_the_host_and_the_way_out() {
        for host in ["::1", "", "no such host", "nul\0"] {
            let message = resolve(host, 1).unwrap_err().to_string();
            assert!(message.contains(&format!("`{host}`")), "{message}");
            assert!(message.contains("`127.0.0.1`"), "{message}");
        }
    }
}
