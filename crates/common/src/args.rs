use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal, Read};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Command, CommandFactory, FromArgMatches, Parser, value_parser};

use crate::advice::{notice, out_of_descriptors, port_in_use, say, too_many};
use crate::help::{heading, parse};
use crate::language::{Language, in_lines};
use crate::net::client_host;
use crate::{Pattern, print_reply, resolve};

/// The port of the originals.
pub(crate) const DEFAULT_PORT: u16 = 12345;

/// The largest payload of a UDP datagram over IPv4, in bytes.
const DATAGRAM_LIMIT: usize = 65_507;

/// The arguments of a server, and what it says about its address.
#[derive(Clone, Debug, Parser)]
pub struct ServerArgs {
    #[arg(skip = Pattern::TcpEcho)]
    pattern: Pattern,
    #[arg(long, value_name = "HOST", default_value = "localhost", help = in_lines("바인딩할 호스트", "host to bind"))]
    host: String,
    #[arg(short, long, env = "PORT", hide_env = true, value_name = "PORT", default_value_t = DEFAULT_PORT,
        help = in_lines("포트, 또는 환경 변수 PORT. 0이면 빈 포트", "port, or the variable PORT; 0: a free one"))]
    port: u16,
    /// Whether to answer with what was received instead of the original's literal reply.
    #[arg(long, help = in_lines("받은 데이터를 돌려줍니다", "reply with what was received"))]
    pub echo: bool,
}

impl ServerArgs {
    /// Reads the command line of the server of `pattern`.
    ///
    /// Help ends the program with 0, wrong arguments end it with 2.
    #[must_use]
    pub fn parse(pattern: Pattern) -> Self {
        let package = pattern.package();
        Self::read(pattern, &format!("{package}-server"), &format!("cargo run -p {package}"))
    }

    /// Reads the command line of `name`, a server of the package `next-steps` for the clients of
    /// `pattern`.
    #[must_use]
    pub fn parse_as(pattern: Pattern, name: &str) -> Self {
        Self::read(pattern, name, &format!("cargo run -p next-steps --bin {name}"))
    }

    fn read(pattern: Pattern, name: &str, run: &str) -> Self {
        let about = match (pattern, name) {
            (Pattern::TcpEcho, _) => in_lines(
                "TCP 서버: 클라이언트 하나에 응답하고 끝납니다.",
                "A TCP server: answers one client, then ends.",
            ),
            (Pattern::UdpEcho, _) => in_lines(
                "UDP 서버: 데이터그램마다 응답합니다. Ctrl-C로 끝냅니다.",
                "A UDP server: answers every datagram. Ctrl-C ends it.",
            ),
            (_, "thread-pool-server") => in_lines(
                "TCP 서버: 스레드 8개가 클라이언트를 나누어 맡습니다.",
                "A TCP server: 8 threads share the clients.",
            ),
            (_, "tokio-server") => in_lines(
                "TCP 서버: 클라이언트마다 태스크를 하나씩 시작합니다.",
                "A TCP server: starts a task for each client.",
            ),
            (Pattern::ThreadedEcho, _) => in_lines(
                "TCP 서버: 클라이언트마다 스레드를 하나씩 시작합니다. Ctrl-C로 끝냅니다.",
                "A TCP server: starts a thread for each client. Ctrl-C ends it.",
            ),
        };
        let examples = ["", " -- --port 12350", " -- --echo"].map(|flags| format!("{run}{flags}"));
        let args: Self = read(Self::command(), name, about, &examples);
        Self { pattern, ..args }
    }

    /// The IPv4 address to bind.
    ///
    /// # Errors
    ///
    /// As [`resolve`].
    pub fn addr(&self) -> Result<SocketAddr> {
        resolve(&self.host, self.port)
    }

    /// Adds to an error of `bind` what can be done about it.
    #[must_use]
    pub fn advise(&self, error: io::Error) -> anyhow::Error {
        let Self { host, port, .. } = self;
        let advice = match error.kind() {
            ErrorKind::AddrInUse => port_in_use(*port, self.pattern == Pattern::UdpEcho),
            ErrorKind::PermissionDenied if cfg!(windows) => in_lines(
                format!(
                    "포트 {port}번은 예약된 포트 범위에 있거나 다른 프로그램이 독점하고 있습니다. 다른 포트: `--port {DEFAULT_PORT}`"
                ),
                format!(
                    "Port {port} is in a reserved range, or another program holds it. Other port: `--port {DEFAULT_PORT}`"
                ),
            ),
            ErrorKind::PermissionDenied => in_lines(
                format!(
                    "포트 {port}번을 사용할 권한이 없습니다. 1024 이상을 쓰세요: `--port {DEFAULT_PORT}`"
                ),
                format!(
                    "No permission for port {port}. Use 1024 or above: `--port {DEFAULT_PORT}`"
                ),
            ),
            _ if out_of_descriptors(&error) => too_many(),
            ErrorKind::AddrNotAvailable => in_lines(
                format!(
                    "`{host}`의 주소는 이 컴퓨터의 주소가 아닙니다. `--host localhost`를 쓰세요."
                ),
                format!(
                    "The address of `{host}` is not one of this machine; use `--host localhost`."
                ),
            ),
            _ => in_lines(
                format!(
                    "`{host}`의 포트 {port}번에 바인딩하지 못했습니다. 다른 주소나 포트를 쓰세요."
                ),
                format!("Could not bind port {port} of `{host}`. Use another host or port."),
            ),
        };
        anyhow::Error::new(error).context(advice)
    }

    /// Says that the server is ready on `bound`, the address that `local_addr` returned, and which
    /// command to type in the other terminal.
    pub fn announce(&self, bound: SocketAddr) {
        let language = Language::of_the_reader();
        say(&format!("{} {bound}", language.choose("수신 대기 중", "listening on")));
        let client = self.pattern.client_command(&client_host(bound.ip()), bound.port());
        say(&format!("{}: {client}", language.choose("다른 터미널에서", "in another terminal")));
    }
}

/// The arguments of a client, and what it says about its server.
#[derive(Clone, Debug, Parser)]
pub struct ClientArgs {
    #[arg(skip = Pattern::TcpEcho)]
    pattern: Pattern,
    #[arg(value_name = "MESSAGE", default_value = "안녕하세요",
        help = in_lines("메시지. `-`이면 표준 입력을 끝까지 읽습니다", "message; `-`: standard input, to its end"))]
    message: OsString,
    #[arg(long, value_name = "HOST", default_value = "localhost", help = in_lines("서버의 호스트", "host of the server"))]
    host: String,
    #[arg(short, long, env = "PORT", hide_env = true, value_name = "PORT", default_value_t = DEFAULT_PORT,
        value_parser = value_parser!(u16).range(1..), help = in_lines("그 포트, 또는 환경 변수 PORT", "its port, or the variable PORT"))]
    port: u16,
    /// How long to wait in each step: to connect, to send, to receive.
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds,
        help = in_lines("단계마다 기다리는 시간(초)", "seconds to wait in each step"))]
    pub timeout: Duration,
}

/// The arguments of the client of §3.
#[derive(Parser)]
struct Several {
    #[command(flatten)]
    client: ClientArgs,
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = value_parser!(u16).range(1..),
        help = in_lines("동시에 여는 연결의 수", "how many connections to open"))]
    clients: u16,
}

impl ClientArgs {
    /// Reads the command line of the client of `pattern`.
    ///
    /// Help ends the program with 0, wrong arguments end it with 2.
    #[must_use]
    pub fn parse(pattern: Pattern) -> Self {
        let about = if pattern == Pattern::UdpEcho {
            in_lines(
                "UDP 클라이언트: 데이터그램 하나를 보내고 응답 하나를 받습니다.",
                "A UDP client: sends one datagram and receives one reply.",
            )
        } else {
            in_lines(
                "TCP 클라이언트: 메시지를 보내고, 서버가 닫을 때까지 응답을 받습니다.",
                "A TCP client: sends a message and receives until the server closes.",
            )
        };
        let name = format!("{}-client", pattern.package());
        let examples =
            ["", " -- 안녕", " -- -"].map(|flags| format!("cargo run --bin {name}{flags}"));
        Self { pattern, ..read(Self::command(), &name, about, &examples) }
    }

    /// Reads the command line of the client of §3: also how many connections to open.
    #[must_use]
    pub fn parse_several() -> (Self, u16) {
        let about = in_lines(
            "TCP 클라이언트 여럿: 모두 연결한 다음, 마지막 연결부터 메시지를 보냅니다.",
            "Several TCP clients: open all connections, then speak, the last one first.",
        );
        let pattern = Pattern::ThreadedEcho;
        let name = format!("{}-client", pattern.package());
        let examples = ["", " -- 안녕", " -- -", " -- --clients 5"]
            .map(|flags| format!("cargo run --bin {name}{flags}"));
        let several: Several = read(Several::command(), &name, about, &examples);
        (Self { pattern, ..several.client }, several.clients)
    }

    /// The server's IPv4 address.
    ///
    /// # Errors
    ///
    /// As [`resolve`].
    pub fn addr(&self) -> Result<SocketAddr> {
        resolve(&self.host, self.port)
    }

    /// The bytes to send: those of the argument, or for `-` standard input to its end. Call it after
    /// connecting, so that a client can be seen waiting.
    ///
    /// # Errors
    ///
    /// When standard input cannot be read, or when the message is too long for a UDP datagram.
    pub fn message(&self) -> Result<Vec<u8>> {
        let mut message = Vec::new();
        if self.message == "-" {
            if io::stdin().is_terminal() {
                self.say_that_it_waits();
            }
            io::stdin().read_to_end(&mut message).with_context(|| {
                in_lines("표준 입력을 읽지 못했습니다.", "Standard input could not be read.")
            })?;
        } else {
            message.extend(self.message.as_encoded_bytes());
        }
        let size = message.len();
        ensure!(
            self.pattern != Pattern::UdpEcho || size <= DATAGRAM_LIMIT,
            in_lines(
                format!(
                    "메시지가 {size}바이트입니다. UDP 데이터그램 하나에는 {DATAGRAM_LIMIT}바이트까지 들어갑니다."
                ),
                format!(
                    "The message has {size} bytes; a UDP datagram holds at most {DATAGRAM_LIMIT}."
                ),
            )
        );
        Ok(message)
    }

    fn say_that_it_waits(&self) {
        let key = if cfg!(windows) { "Ctrl-Z, Enter" } else { "Ctrl-D" };
        if self.pattern == Pattern::UdpEcho {
            notice(
                format!("메시지를 입력하세요. 끝은 {key}"),
                format!("type the message, then {key}"),
            );
        } else {
            notice(
                format!("연결되었습니다. 메시지를 입력하세요. 끝은 {key}"),
                format!("connected; type the message, then {key}"),
            );
        }
    }

    /// Prints what came as the reply, even if the connection broke then: nothing is lost.
    ///
    /// # Errors
    ///
    /// When the exchange `ended` in an error, when nothing came at all, or when standard output
    /// cannot be written.
    pub fn show_reply(&self, reply: &[u8], ended: io::Result<()>) -> Result<()> {
        if !reply.is_empty() {
            print_reply(reply)?;
        }
        match ended {
            Err(error) if is_timeout(&error) && !reply.is_empty() => {
                let seconds = self.timeout.as_secs_f64();
                bail!(in_lines(
                    format!(
                        "응답은 왔지만, 서버가 {seconds}초 동안 연결을 닫지 않았습니다. 서버가 클라이언트 소켓을 닫는지 확인하세요."
                    ),
                    format!(
                        "The reply came, but the server did not close the connection within {seconds} s; see that it closes the client socket."
                    ),
                ));
            }
            Err(error) => return Err(self.advise(error)),
            Ok(()) if reply.is_empty() => bail!(in_lines(
                "서버가 응답 없이 연결을 닫았습니다. 서버의 터미널을 확인하세요.",
                "The server closed the connection without a reply; look at its terminal.",
            )),
            Ok(()) => {}
        }
        Ok(())
    }

    /// Adds to an error of connecting, sending or receiving what can be done about it.
    #[must_use]
    pub fn advise(&self, error: io::Error) -> anyhow::Error {
        let Self { pattern, host, port, .. } = self;
        let udp = *pattern == Pattern::UdpEcho;
        let seconds = self.timeout.as_secs_f64();
        let advice = match error.kind() {
            // Windows: a UDP port where nobody is reports a reset.
            kind if kind == ErrorKind::ConnectionRefused
                || udp && kind == ErrorKind::ConnectionReset =>
            {
                let server = pattern.server_command(host, *port);
                in_lines(
                    format!(
                        "연결이 거부되었습니다. 이 주소에서 기다리는 서버가 없습니다. 먼저 실행하세요: `{server}`"
                    ),
                    format!(
                        "Connection refused: no server is waiting there. Start it first: `{server}`"
                    ),
                )
            }
            _ if is_timeout(&error) => {
                let (korean, english) = match pattern {
                    Pattern::TcpEcho => (
                        "서버가 다른 클라이언트를 처리하고 있거나 멈춰 있습니다. 서버와 포트를 확인하세요.",
                        "the server is busy with another client, or stalls; check the server and the port.",
                    ),
                    Pattern::UdpEcho => (
                        "UDP는 도착을 보장하지 않습니다. 서버와 포트를 확인하세요.",
                        "UDP does not guarantee delivery; check the server and the port.",
                    ),
                    Pattern::ThreadedEcho => (
                        "서버가 한 번에 한 클라이언트만 처리하고 있을지도 모릅니다. 서버와 포트를 확인하세요.",
                        "the server may be serving one client at a time; check the server and the port.",
                    ),
                };
                in_lines(
                    format!("{seconds}초 동안 응답이 없습니다. {korean}"),
                    format!("No reply within {seconds} s: {english}"),
                )
            }
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
                in_lines(
                    "서버가 연결을 재설정(RST)했습니다. 보낸 데이터를 다 읽지 않은 채 닫거나 끝났습니다(이 서버들은 1024바이트까지만 읽습니다).",
                    "The server reset the connection: it closed, or ended, with data left unread (these servers read 1024 bytes at most).",
                )
            }
            _ if out_of_descriptors(&error) => too_many(),
            _ => in_lines(
                format!(
                    "`{host}`의 포트 {port}번과 통신하지 못했습니다. 주소와 포트를 확인하세요."
                ),
                format!("Could not talk to port {port} of `{host}`; check the host and the port."),
            ),
        };
        // What the system says of a timeout ("temporarily unavailable") misleads.
        if is_timeout(&error) {
            return anyhow::Error::msg(advice);
        }
        anyhow::Error::new(error).context(advice)
    }
}

/// A timeout is `WouldBlock` on Unix and `TimedOut` on Windows.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn read<T: Args + FromArgMatches>(
    command: Command,
    name: &str,
    about: String,
    examples: &[String],
) -> T {
    let command = command
        .name(name.to_owned())
        .bin_name(name.to_owned())
        .about(about)
        .after_help(crate::examples(examples));
    T::from_arg_matches(&parse(command)).unwrap_or_else(|error| error.exit())
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|timeout| !timeout.is_zero() && *timeout <= Duration::from_secs(86_400))
        .ok_or_else(|| heading("0보다 크고 86400 이하인 수", "a number above 0, at most 86400"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_waits_for_five_seconds_unless_it_is_told_otherwise() {
        let timeout = |args: &[&str]| ClientArgs::try_parse_from(args).unwrap().timeout;
        assert_eq!(timeout(&["client", "--port", "1"]), Duration::from_secs(5));
        assert_eq!(
            timeout(&["client", "--port", "1", "--timeout", "0.5"]),
            Duration::from_millis(500)
        );
    }

    #[test]
    fn a_shortage_of_descriptors_is_not_blamed_on_the_address() {
        let args = ClientArgs::try_parse_from(["client", "--port", "1"]).unwrap();
        let code = if cfg!(windows) { 10024 } else { 24 };
        let advice = args.advise(io::Error::from_raw_os_error(code)).to_string();
        assert!(advice.contains("ulimit -n"), "{advice}");
    }
}
