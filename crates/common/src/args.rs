use std::env;
use std::ffi::OsString;
use std::io::{self, ErrorKind, Read};
use std::net::{SocketAddr, TcpStream};
use std::process;
use std::time::Duration;

use anyhow::{bail, ensure, Context, Result};
use clap::error::{ContextKind, Error};
use clap::{value_parser, Arg, ArgAction, ArgMatches, Command};

use crate::advice::{notice, port_in_use, say};
use crate::net::client_host;
use crate::{print_reply, resolve, Pattern, Timed};

/// The port of the originals.
pub(crate) const DEFAULT_PORT: u16 = 12345;

/// The largest payload of a UDP datagram over IPv4, in bytes.
const DATAGRAM_LIMIT: usize = 65_507;

const TOO_MANY: &str = "\
열 수 있는 파일 디스크립터가 모자랍니다. 연결의 수를 줄이거나 `ulimit -n`으로 한도를 높이세요.
Out of file descriptors: open fewer connections, or raise the limit with `ulimit -n`.";

/// `EMFILE` and `ENFILE`, or `WSAEMFILE`: `std` has no kind for them.
fn out_of_descriptors(error: &io::Error) -> bool {
    let codes: &[i32] = if cfg!(windows) { &[10024] } else { &[23, 24] };
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

/// How `--help` is laid out, with headings in both languages.
pub const HELP_TEMPLATE: &str = "\
{about}

사용법 · Usage: {usage}

{all-args}{after-help}";

/// The arguments of a server, and what it says about its address.
#[derive(Clone, Debug)]
pub struct ServerArgs {
    pattern: Pattern,
    host: String,
    port: u16,
    /// Whether to answer with what was received instead of the original's literal reply.
    pub echo: bool,
}

impl ServerArgs {
    /// Reads the command line of the server of `pattern`.
    ///
    /// Help ends the program with 0, wrong arguments end it with 2.
    #[must_use]
    pub fn parse(pattern: Pattern) -> Self {
        let package = pattern.package();
        let name = format!("{package}-server");
        let about = match pattern {
            Pattern::TcpEcho => {
                "TCP 서버: 클라이언트 하나에 응답하고 끝납니다.\n\
                 A TCP server: answers one client, then ends."
            }
            Pattern::UdpEcho => {
                "UDP 서버: 데이터그램마다 응답합니다. Ctrl-C로 끝냅니다.\n\
                 A UDP server: answers every datagram. Ctrl-C ends it."
            }
            Pattern::ThreadedEcho => {
                "TCP 서버: 클라이언트마다 스레드를 하나씩 시작합니다. Ctrl-C로 끝냅니다.\n\
                 A TCP server: starts a thread for each client. Ctrl-C ends it."
            }
        };
        Self::read(pattern, server_command(pattern, &name, about, &format!("cargo run -p {package}")))
    }

    /// Reads the command line of `name`, a server of the package `next-steps` for the clients of
    /// `pattern`. Its help begins with `about`, in both languages.
    #[must_use]
    pub fn parse_as(pattern: Pattern, name: &str, about: &'static str) -> Self {
        let run = format!("cargo run -p next-steps --bin {name}");
        Self::read(pattern, server_command(pattern, name, about, &run))
    }

    fn read(pattern: Pattern, command: Command) -> Self {
        let mut matches = parse(command);
        Self {
            pattern,
            host: value(&mut matches, "host"),
            port: value(&mut matches, "port"),
            echo: matches.get_flag("echo"),
        }
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
            ErrorKind::PermissionDenied if cfg!(windows) => format!(
                "포트 {port}번은 예약된 포트 범위에 있거나 다른 프로그램이 독점하고 있습니다. 다른 포트: `--port {DEFAULT_PORT}`\n\
                 Port {port} is in a reserved range, or another program holds it. Other port: `--port {DEFAULT_PORT}`"
            ),
            ErrorKind::PermissionDenied => format!(
                "포트 {port}번을 사용할 권한이 없습니다. 1024 이상을 쓰세요: `--port {DEFAULT_PORT}`\n\
                 No permission for port {port}. Use 1024 or above: `--port {DEFAULT_PORT}`"
            ),
            _ if out_of_descriptors(&error) => TOO_MANY.to_owned(),
            ErrorKind::AddrNotAvailable => format!(
                "`{host}`의 주소는 이 컴퓨터의 주소가 아닙니다. `--host localhost`를 쓰세요.\n\
                 The address of `{host}` is not one of this machine; use `--host localhost`."
            ),
            _ => format!(
                "`{host}`의 포트 {port}번에 바인딩하지 못했습니다. 다른 주소나 포트를 쓰세요.\n\
                 Could not bind port {port} of `{host}`. Use another host or port."
            ),
        };
        anyhow::Error::new(error).context(advice)
    }

    /// Says that the server is ready on `bound`, the address that `local_addr` returned, and which
    /// command to type in the other terminal.
    pub fn announce(&self, bound: SocketAddr) {
        notice("수신 대기 중", format_args!("listening on {bound}"));
        let client = self.pattern.client_command(&client_host(bound.ip()), bound.port());
        notice("다른 터미널에서", format_args!("in another terminal: {client}"));
    }
}

/// The arguments of a client, and what it says about its server.
#[derive(Clone, Debug)]
pub struct ClientArgs {
    pattern: Pattern,
    message: OsString,
    host: String,
    port: u16,
    /// How long to wait in each step: to connect, to send, to receive.
    pub timeout: Duration,
    /// How many connections to open; 1 but in the threaded pattern.
    pub clients: usize,
}

impl ClientArgs {
    /// Reads the command line of the client of `pattern`.
    ///
    /// Help ends the program with 0, wrong arguments end it with 2.
    #[must_use]
    pub fn parse(pattern: Pattern) -> Self {
        let mut matches = parse(client_command(pattern));
        let clients = match pattern {
            Pattern::ThreadedEcho => value::<u16>(&mut matches, "clients"),
            Pattern::TcpEcho | Pattern::UdpEcho => 1,
        };
        Self {
            pattern,
            message: value(&mut matches, "message"),
            host: value(&mut matches, "host"),
            port: value(&mut matches, "port"),
            timeout: value(&mut matches, "timeout"),
            clients: clients.into(),
        }
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
            io::stdin()
                .read_to_end(&mut message)
                .context("표준 입력을 읽지 못했습니다.\nStandard input could not be read.")?;
        } else {
            message.extend(self.message.as_encoded_bytes());
        }
        let size = message.len();
        ensure!(
            self.pattern != Pattern::UdpEcho || size <= DATAGRAM_LIMIT,
            "메시지가 {size}바이트입니다. UDP 데이터그램 하나에는 {DATAGRAM_LIMIT}바이트까지 들어갑니다.\n\
             The message has {size} bytes; a UDP datagram holds at most {DATAGRAM_LIMIT}."
        );
        Ok(message)
    }

    /// The connection with a clock that starts now, for one step.
    #[must_use]
    pub fn timed<'a>(&self, client_socket: &'a TcpStream) -> Timed<'a> {
        Timed::new(client_socket, self.timeout)
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
        ended.map_err(|error| self.advise(error))?;
        if reply.is_empty() {
            bail!(
                "서버가 응답 없이 연결을 닫았습니다. 서버의 터미널을 확인하세요.\n\
                 The server closed the connection without a reply; look at its terminal."
            );
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
                format!(
                    "연결이 거부되었습니다. 이 주소에서 기다리는 서버가 없습니다. 먼저 실행하세요: `{server}`\n\
                     Connection refused: no server is waiting there. Start it first: `{server}`"
                )
            }
            ErrorKind::TimedOut | ErrorKind::WouldBlock => {
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
                format!(
                    "{seconds}초 동안 응답이 없습니다. {korean}\nNo reply within {seconds} s: {english}"
                )
            }
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
                "서버가 연결을 재설정(RST)했습니다. 읽지 않은 데이터를 남긴 채 닫으면 이렇게 됩니다\
                 (서버는 1024바이트까지만 읽습니다).\n\
                 The server reset the connection. That happens when it closes with data left unread \
                 (it reads 1024 bytes at most)."
                    .to_owned()
            }
            _ if out_of_descriptors(&error) => TOO_MANY.to_owned(),
            ErrorKind::FileTooLarge => {
                "응답이 16 MiB를 넘어 받기를 그만두었습니다. 서버와 포트를 확인하세요.\n\
                 The reply exceeds 16 MiB; gave up. Check the server and the port."
                    .to_owned()
            }
            _ => format!(
                "`{host}`의 포트 {port}번과 통신하지 못했습니다. 주소와 포트를 확인하세요.\n\
                 Could not talk to port {port} of `{host}`; check the host and the port."
            ),
        };
        anyhow::Error::new(error).context(advice)
    }
}

fn server_command(pattern: Pattern, name: &str, about: &'static str, run: &str) -> Command {
    let examples = ["", " -- --port 12350", " -- --echo"].map(|flags| format!("  {run}{flags}"));
    command(pattern, name, about, &examples)
        .arg(host("바인딩할 호스트 · host to bind"))
        .arg(
            port("바인딩할 포트, 0이면 빈 포트\nport to bind, 0 takes a free one")
                .value_parser(value_parser!(u16)),
        )
        .arg(
            Arg::new("echo")
                .long("echo")
                .help("받은 데이터를 돌려줍니다 · reply with what was received")
                .action(ArgAction::SetTrue),
        )
        .arg(help())
}

fn client_command(pattern: Pattern) -> Command {
    let about = match pattern {
        Pattern::TcpEcho => {
            "TCP 클라이언트: 메시지를 보내고, 서버가 닫을 때까지 응답을 받습니다.\n\
             A TCP client: sends a message and receives until the server closes."
        }
        Pattern::UdpEcho => {
            "UDP 클라이언트: 데이터그램 하나를 보내고 응답 하나를 받습니다.\n\
             A UDP client: sends one datagram and receives one reply."
        }
        Pattern::ThreadedEcho => {
            "TCP 클라이언트 여럿: 모두 연결한 다음, 마지막 연결부터 메시지를 보냅니다.\n\
             Several TCP clients: open all connections, then speak, the last one first."
        }
    };
    let name = format!("{}-client", pattern.package());
    let program = format!("  cargo run --bin {name}");
    let mut examples = vec![program.clone(), format!("{program} -- 안녕"), format!("{program} -- -")];
    if pattern == Pattern::ThreadedEcho {
        examples.push(format!("{program} -- --clients 5"));
    }
    let mut command = command(pattern, &name, about, &examples)
        .arg(
            Arg::new("message")
                .value_name("MESSAGE")
                .help_heading("인수 · Arguments")
                .help(
                    "보낼 메시지, `-`이면 표준 입력을 끝까지 읽음\n\
                     message to send; `-` reads standard input to its end\n\
                     (기본값 · default: 안녕하세요)",
                )
                .value_parser(value_parser!(OsString))
                .default_value("안녕하세요")
                .hide_default_value(true),
        )
        .arg(host("서버의 호스트 · host of the server"))
        .arg(port("서버의 포트 · port of the server").value_parser(value_parser!(u16).range(1..)))
        .arg(
            Arg::new("timeout")
                .long("timeout")
                .value_name("SECONDS")
                .help(
                    "연결, 송신, 수신을 각각 기다리는 시간(초)\n\
                     seconds to wait to connect, to send, to receive\n\
                     (기본값 · default: 5)",
                )
                .value_parser(seconds)
                .default_value("5")
                .hide_default_value(true),
        );
    if pattern == Pattern::ThreadedEcho {
        command = command.arg(
            Arg::new("clients")
                .long("clients")
                .value_name("N")
                .help("동시에 여는 연결의 수 · how many connections to open\n(기본값 · default: 3)")
                .value_parser(value_parser!(u16).range(1..))
                .default_value("3")
                .hide_default_value(true),
        );
    }
    command.arg(help())
}

/// What all commands share. The defaults are hidden from clap's English and told in the texts.
fn command(pattern: Pattern, name: &str, about: &'static str, examples: &[String]) -> Command {
    Command::new(pattern.package())
        .bin_name(name)
        .about(about)
        .help_template(HELP_TEMPLATE)
        .after_help(format!("예 · Examples:\n{}", examples.join("\n")))
        .next_help_heading("옵션 · Options")
        .disable_help_flag(true)
}

fn host(help: &str) -> Arg {
    Arg::new("host")
        .long("host")
        .value_name("HOST")
        .help(format!("{help}\n(기본값 · default: localhost)"))
        .default_value("localhost")
        .hide_default_value(true)
}

fn port(help: &str) -> Arg {
    Arg::new("port")
        .short('p')
        .long("port")
        .value_name("PORT")
        .help(format!(
            "{help}\n(기본값: 환경 변수 PORT, 없으면 12345\n default: the variable PORT, else 12345)"
        ))
        .env("PORT")
        .hide_env(true)
        .default_value("12345")
        .hide_default_value(true)
}

/// The flag `--help`, with a text in both languages.
#[must_use]
pub fn help() -> Arg {
    Arg::new("help")
        .short('h')
        .long("help")
        .help("도움말을 출력합니다 · print this help")
        .action(ArgAction::Help)
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|timeout| !timeout.is_zero() && *timeout <= Duration::from_secs(86_400))
        .ok_or_else(|| "0보다 크고 86400 이하인 수 · a number above 0, at most 86400".to_owned())
}

/// Reads the command line. Help ends the program with 0; wrong arguments are explained in both
/// languages and end it with 2.
#[must_use]
pub fn parse(command: Command) -> ArgMatches {
    command.try_get_matches().unwrap_or_else(|error| {
        if !error.use_stderr() {
            error.exit();
        }
        say(&wrong_arguments(&error));
        process::exit(2);
    })
}

/// The value of an argument that has a default.
fn value<T: Clone + Send + Sync + 'static>(matches: &mut ArgMatches, id: &str) -> T {
    matches.remove_one(id).expect("clap fills in the default")
}

/// clap speaks English only: what is wrong in Korean, then clap's own words.
fn wrong_arguments(error: &Error) -> String {
    let context = |kind| error.get(kind).map(|value| format!(": {value}")).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg) + &context(ContextKind::InvalidValue);
    let korean = format!("인수가 잘못되었습니다{argument}. 도움말은 `--help`로 볼 수 있습니다.");
    let variable = error.get(ContextKind::InvalidValue).map(ToString::to_string);
    let from_variable = variable.is_some() && variable == env::var("PORT").ok();
    let origin = if from_variable && argument.contains("--port") {
        "이 값은 환경 변수 PORT에 있습니다 · The value is that of the environment variable PORT\n"
    } else {
        ""
    };
    let english = error.render().to_string();
    format!(
        "{korean}\n{origin}{}",
        english.split_inclusive('\n').filter(|line| *line != "\n").collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_waits_for_five_seconds_unless_it_is_told_otherwise() {
        let timeout = |args: &[&str]| {
            let matches = client_command(Pattern::TcpEcho).try_get_matches_from(args).unwrap();
            *matches.get_one::<Duration>("timeout").unwrap()
        };
        assert_eq!(timeout(&["client", "--port", "1"]), Duration::from_secs(5));
        assert_eq!(timeout(&["client", "--port", "1", "--timeout", "0.5"]), Duration::from_millis(500));
    }

    #[test]
    fn a_shortage_of_descriptors_is_not_blamed_on_the_address() {
        let args = ClientArgs {
            pattern: Pattern::ThreadedEcho,
            message: OsString::new(),
            host: "localhost".to_owned(),
            port: DEFAULT_PORT,
            timeout: Duration::from_secs(1),
            clients: 3,
        };
        let code = if cfg!(windows) { 10024 } else { 24 };
        let advice = args.advise(io::Error::from_raw_os_error(code)).to_string();
        assert!(advice.contains("파일 디스크립터") && advice.contains("ulimit -n"), "{advice}");
    }
}
