//! The system calls of the three rungs side by side, from strace, and why what differs differs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use comfy_table::{ColumnConstraint, Table, Width};
use common::Pattern;
use harness::port::Lease;
use harness::program::{Program, Stdout};
use harness::programs::{Programs, Rung};
use harness::{Text, trace};
use regex::Regex;
use socket2::SockRef;

use crate::source::wrap;

/// The longest time to wait for a program: strace makes it slow, and so does a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long one look at a program lasts before it is tried again.
const TICK: Duration = Duration::from_millis(10);

/// The width of the text.
const WIDTH: usize = 80;

/// What can be shown of the system calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The tables, and the explanations below them.
    pub text: String,
    /// Whether a difference has no explanation.
    pub unexplained: bool,
}

/// Runs each rung under strace, talks to it, and shows its calls beside those of the others.
///
/// # Errors
///
/// When this is not Linux, strace or Python 3 is missing, or a program does not answer.
pub fn show(pattern: Pattern, programs: &Programs) -> Result<Shown> {
    ensure!(
        cfg!(target_os = "linux"),
        Text::new(
            "시스템 콜은 Linux에서만 볼 수 있습니다. Windows에서는 WSL에서 실행하세요.",
            "System calls can be shown on Linux only; on Windows, run this in WSL.",
        )
        .sentences()
    );
    ensure!(
        trace::is_here(),
        Text::new(
            "strace가 없습니다. 먼저 설치하세요: `sudo apt install strace` (Fedora: `sudo dnf install strace`)",
            "strace is missing; install it first: `sudo apt install strace` (Fedora: `sudo dnf install strace`)",
        )
    );
    let mut rungs = Vec::new();
    for rung in Rung::ALL {
        rungs.push(trace(pattern, rung, programs)?);
    }
    Ok(render(&rungs))
}

/// The calls of a rung, thread by thread.
fn trace(pattern: Pattern, rung: Rung, programs: &Programs) -> Result<Vec<Vec<Call>>> {
    let server = programs.command(pattern, rung)?.context(
        Text::new(
            "Python 3을 찾지 못했습니다. https://www.python.org 에서 설치하세요.",
            "Python 3 was not found; install it from https://www.python.org.",
        )
        .sentences(),
    )?;
    let lease = Lease::take()?;
    let mut command = trace::command("-e trace=network,close", &server);
    command.env("PORT", lease.port.to_string());
    let program = Program::start(command, Stdout::Pipe)?;
    talk(pattern, SocketAddr::from((Ipv4Addr::LOCALHOST, lease.port)), &program)?;
    if pattern != Pattern::TcpEcho {
        program.kill();
    }
    let log = program.stdout.wait(PATIENCE, |_| false);
    socket_calls(&String::from_utf8_lossy(&log), lease.port)
}

fn talk(pattern: Pattern, server: SocketAddr, program: &Program) -> Result<()> {
    let mut reply = Vec::new();
    match pattern {
        Pattern::TcpEcho | Pattern::ThreadedEcho => {
            let clients = if pattern == Pattern::ThreadedEcho { 2 } else { 1 };
            // One after the other, so that the threads of all programs begin in the same order.
            for _ in 0..clients {
                let mut client = when_ready(program, || TcpStream::connect(server))?;
                // The server closed first; a reset leaves no TIME_WAIT on its port.
                SockRef::from(&client).set_linger(Some(Duration::ZERO))?;
                client.set_read_timeout(Some(PATIENCE))?;
                client
                    .write_all(b"hello")
                    .and_then(|()| client.read_to_end(&mut reply))
                    .with_context(|| silent(program))?;
            }
        }
        Pattern::UdpEcho => {
            let client = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            client.connect(server)?;
            client.set_read_timeout(Some(PATIENCE))?;
            when_ready(program, || {
                client.send(b"hello").and_then(|_| client.recv(&mut [0; 1024]))
            })?;
        }
    }
    Ok(())
}

/// Tries again until the server listens.
fn when_ready<T>(program: &Program, mut attempt: impl FnMut() -> io::Result<T>) -> Result<T> {
    let end = Instant::now() + PATIENCE;
    loop {
        match attempt() {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused && Instant::now() < end => {
                if program.exit(TICK).is_some() {
                    bail!(silent(program));
                }
            }
            result => return result.with_context(|| silent(program)),
        }
    }
}

fn silent(program: &Program) -> String {
    // If it has ended, its last words are on their way.
    if program.exit(Duration::ZERO).is_some() {
        program.end();
    }
    let told = Text::new(
        "strace로 실행한 서버가 응답하지 않습니다. strace를 쓸 권한이 있는지 확인하세요.",
        "The server under strace does not answer; check that strace is permitted here.",
    )
    .sentences();
    format!("{told}\n{}", program.stderr.text().trim_end())
}

/// A system call on a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Call {
    name: String,
    /// `server` or `client`; for the call that makes the server socket, nothing.
    socket: &'static str,
    arguments: Vec<String>,
    /// The socket that it returned, or its error.
    result: Option<String>,
}

impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let socket = Some(self.socket).filter(|socket| !socket.is_empty());
        let arguments: Vec<_> =
            socket.into_iter().chain(self.arguments.iter().map(String::as_str)).collect();
        write!(formatter, "{}({})", self.name, arguments.join(", "))?;
        self.result.iter().try_for_each(|result| write!(formatter, " = {result}"))
    }
}

impl Call {
    /// The call without the error that it may have ended with.
    fn new(name: &str, socket: &'static str, rest: &str) -> Self {
        let regex = |pattern| Regex::new(pattern).expect("a valid pattern");
        let transfer = regex(r#""(?:\.\.\.)?, (\d+), ([A-Z_|0-9]+), (?:NULL|\{)"#);
        let address = regex(r#"(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)""#);
        let mut arguments: Vec<String> = match name {
            "bind" => address.captures(rest).map(|found| found[1].to_owned()).into_iter().collect(),
            // What they return is not an argument: only that they are called matters here.
            "getsockname" | "getpeername" => Vec::new(),
            "accept4" | "accept" => {
                rest.rsplit_once("], ").map(|(_, flags)| flags.to_owned()).into_iter().collect()
            }
            "recvfrom" | "sendto" => match transfer.captures(rest) {
                Some(found) if name == "sendto" => {
                    vec![format!("{} bytes", &found[1]), found[2].to_owned()]
                }
                Some(found) => vec![found[1].to_owned(), found[2].to_owned()],
                None => vec![rest.to_owned()],
            },
            "setsockopt" => {
                let option = rest.strip_prefix("SOL_SOCKET, ").unwrap_or(rest);
                vec![option.strip_suffix(", [1], 4").unwrap_or(option).to_owned()]
            }
            "socket" => {
                rest.split(", ").filter(|part| *part != "IPPROTO_IP").map(str::to_owned).collect()
            }
            _ => Some(rest.to_owned()).filter(|rest| !rest.is_empty()).into_iter().collect(),
        };
        arguments.retain(|argument| argument != "0");
        let arguments = arguments.iter().map(|argument| argument.replace('|', " | ")).collect();
        let result = match name {
            "socket" => Some("server".to_owned()),
            "accept4" | "accept" => Some("client".to_owned()),
            _ => None,
        };
        Self { name: name.to_owned(), socket, arguments, result }
    }

    /// Whether the two stand side by side.
    fn is_like(&self, other: &Self) -> bool {
        self.name == other.name && self.socket == other.socket
    }

    fn is(&self, name: &str, socket: &str, argument: Option<&str>) -> bool {
        self.name == name
            && self.socket == socket
            && argument.is_none_or(|argument| self.arguments == [argument])
    }
}

/// The calls on the server socket that is bound to `port`, and on those of its clients, thread by thread.
fn socket_calls(log: &str, port: u16) -> Result<Vec<Vec<Call>>> {
    let calls = trace::calls(log);
    // The server socket is the one that is bound to the port; what came before is name resolution.
    let binds = format!("htons({port})");
    let bound =
        calls.iter().position(|call| call.name == "bind" && call.arguments.contains(&binds));
    let made = bound.and_then(|bound| {
        let makes =
            |call: &trace::Call| call.name == "socket" && call.result == calls[bound].descriptor;
        calls[..bound].iter().rposition(makes)
    });
    let made = made.with_context(|| {
        let told = Text::new(
            "strace의 기록에 서버 소켓이 없습니다.",
            "There is no server socket in the log of strace.",
        )
        .sentences();
        format!("{told}\n{log}")
    })?;

    let mut sockets = BTreeMap::from([(calls[made].result.as_str(), "server")]);
    let mut threads: Vec<(u32, Vec<Call>)> = Vec::new();
    for (index, call) in calls.iter().enumerate().skip(made) {
        let known = sockets.get(call.descriptor.as_str()).copied();
        let Some(socket) = (if index == made { Some("") } else { known }) else {
            continue;
        };
        let mut shown = Call::new(&call.name, socket, &call.arguments);
        match (call.name.as_str(), &call.error) {
            (_, Some(error)) => shown.result = Some(error.clone()),
            ("accept4" | "accept", None) => _ = sockets.insert(&call.result, "client"),
            ("close", None) => _ = sockets.remove(call.descriptor.as_str()),
            _ => {}
        }
        match threads.iter_mut().find(|(id, _)| *id == call.thread) {
            Some((_, calls)) => calls.push(shown),
            None => threads.push((call.thread, vec![shown])),
        }
    }
    Ok(threads.into_iter().map(|(_, calls)| calls).collect())
}

/// The calls that stand side by side, in the order of [`Rung::ALL`].
type Row = [Option<Call>; Rung::ALL.len()];

/// Lays the calls of each rung beside those of the others: the longest common part in the same rows.
fn align(rungs: &[&[Call]]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (column, calls) in rungs.iter().enumerate() {
        let like = |row: &Row, call: &Call| row.iter().flatten().any(|other| other.is_like(call));
        // common[i][j]: how much rows[i..] and calls[j..] have in common.
        let mut common = vec![vec![0; calls.len() + 1]; rows.len() + 1];
        for i in (0..rows.len()).rev() {
            for j in (0..calls.len()).rev() {
                common[i][j] = if like(&rows[i], &calls[j]) {
                    common[i + 1][j + 1] + 1
                } else {
                    common[i + 1][j].max(common[i][j + 1])
                };
            }
        }
        let (mut i, mut j) = (0, 0);
        let mut aligned = Vec::new();
        while i < rows.len() || j < calls.len() {
            let both = i < rows.len() && j < calls.len();
            let alike = both && like(&rows[i], &calls[j]);
            let old = alike || j == calls.len() || both && common[i + 1][j] >= common[i][j + 1];
            let mut row = if old { rows[i].clone() } else { Row::default() };
            i += usize::from(old);
            if alike || !old {
                row[column] = Some(calls[j].clone());
                j += 1;
            }
            aligned.push(row);
        }
        rows = aligned;
    }
    rows
}

/// Why a call differs from the original's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    ReuseAddr,
    RealPort,
    Family,
    NoSignal,
}

impl Reason {
    /// The reason why `rung` makes the call `other` where the original makes the call `original`.
    fn of(rung: Rung, original: Option<&Call>, other: Option<&Call>) -> Option<Self> {
        match (original, other) {
            (None, Some(call)) if call.is("setsockopt", "server", Some("SO_REUSEADDR")) => {
                Some(Self::ReuseAddr)
            }
            (None, Some(call)) if rung == Rung::Port && call.is("getsockname", "server", None) => {
                Some(Self::RealPort)
            }
            (Some(call), None) if call.is("getsockname", "client", None) => Some(Self::Family),
            (Some(original), Some(other)) => {
                let mut with_flag = original.clone();
                with_flag.arguments.push("MSG_NOSIGNAL".to_owned());
                (original.name == "sendto" && *other == with_flag).then_some(Self::NoSignal)
            }
            _ => None,
        }
    }

    fn text(self) -> (&'static str, Text) {
        match self {
            Self::ReuseAddr => (
                "setsockopt(server, SO_REUSEADDR)",
                Text::new(
                    "Unix에서 std의 `TcpListener::bind`는 늘 이 옵션을 켭니다. \
                     그래서 Rust로 옮긴 코드는 끝난 뒤 바로 다시 시작할 수 있습니다(D1).",
                    "on Unix, std's `TcpListener::bind` always sets this option, \
                     so the ports can be restarted at once (D1).",
                ),
            ),
            Self::RealPort => (
                "getsockname(server)",
                Text::new(
                    "이식판은 시작할 때 실제로 바인딩된 포트를 표준 에러에 알립니다. \
                     그 포트를 알아내는 호출입니다(`local_addr`).",
                    "the port asks which port was really bound, \
                     for the line on standard error that says so (`local_addr`).",
                ),
            ),
            Self::Family => (
                "getsockname(client)",
                Text::new(
                    "CPython은 새 소켓 객체를 만들 때 주소 체계(address family)를 확인합니다. \
                     Rust의 `TcpStream`에는 필요 없습니다.",
                    "CPython asks for the address family when it makes the new socket object; \
                     Rust's `TcpStream` does not need it.",
                ),
            ),
            Self::NoSignal => (
                "MSG_NOSIGNAL",
                Text::new(
                    "std는 연결이 끊겼을 때 SIGPIPE 시그널이 아니라 에러를 받으려고 \
                     보낼 때마다 이 플래그를 붙입니다. CPython은 시작할 때 이 시그널을 무시하도록 정합니다.",
                    "on every send, std asks for an error instead of the signal SIGPIPE, \
                     should the connection be gone; CPython ignores that signal from its start.",
                ),
            ),
        }
    }
}

fn render(rungs: &[Vec<Vec<Call>>]) -> Shown {
    let mut text = String::new();
    let mut reasons = BTreeSet::new();
    let mut unexplained = Vec::new();
    let threads = rungs.iter().map(Vec::len).max().unwrap_or(0);
    for thread in 0..threads {
        if threads > 1 {
            text += &match thread {
                0 => Text::new("메인 스레드", "main thread").to_string(),
                client => Text::new(
                    format!("클라이언트 {client}의 스레드"),
                    format!("thread of client {client}"),
                )
                .to_string(),
            };
            text += "\n\n";
        }
        let calls: Vec<_> =
            rungs.iter().map(|rung| rung.get(thread).map_or(&[][..], Vec::as_slice)).collect();
        let rows = align(&calls);
        text += &table(&rows);
        text += "\n";
        for row in &rows {
            let [original, ..] = row;
            for (rung, other) in
                Rung::ALL.into_iter().zip(row).filter(|(_, other)| *other != original)
            {
                match Reason::of(rung, original.as_ref(), other.as_ref()) {
                    Some(reason) => _ = reasons.insert(reason),
                    None => unexplained.push(difference(rung, original.as_ref(), other.as_ref())),
                }
            }
        }
    }
    if !reasons.is_empty() {
        text += &format!("{}\n", Text::new("무엇이 왜 다릅니까?", "What differs, and why?"));
    }
    for (call, why) in reasons.into_iter().map(Reason::text) {
        text += &item(&format!("- {call}: {why}"));
    }
    if !unexplained.is_empty() {
        let heading =
            Text::new("설명할 수 없는 차이입니다.", "These differences have no explanation:");
        text += &format!("{heading}\n");
    }
    text.extend(unexplained.iter().map(|difference| item(difference)));
    Shown { text, unexplained: !unexplained.is_empty() }
}

fn item(text: &str) -> String {
    wrap(text, WIDTH, 2).join("\n") + "\n"
}

fn difference(rung: Rung, original: Option<&Call>, other: Option<&Call>) -> String {
    let call = |call: Option<&Call>| {
        call.map_or_else(|| Text::new("없음", "nothing").to_string(), Call::to_string)
    };
    format!("- {}: {} → {}: {}", title(Rung::Original), call(original), title(rung), call(other))
}

fn title(rung: Rung) -> Text {
    match rung {
        Rung::Original => Text::new("원본", "original"),
        Rung::Literal => Text::new("그대로 옮긴 코드", "literal port"),
        Rung::Port => Text::new("이식판", "port"),
    }
}

fn table(rows: &[Row]) -> String {
    // Two lines stand between three columns, and each cell has a space on both sides.
    let column = (WIDTH - 2) / Rung::ALL.len();
    let cell = |text: &str| wrap(text, column - 2, 2).join("\n");
    let mut table = Table::new();
    // A line below the header and between the columns, nowhere else.
    table.load_preset("     ─┼ │          ");
    table.set_header(Rung::ALL.map(|rung| cell(&title(rung).to_string())));
    for row in rows {
        let text = |call: &Option<Call>| call.as_ref().map_or_else(String::new, Call::to_string);
        table.add_row(row.each_ref().map(|call| cell(&text(call))));
    }
    let width = u16::try_from(column).unwrap_or(u16::MAX);
    table.set_constraints(Rung::ALL.map(|_| ColumnConstraint::Absolute(Width::Fixed(width))));
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    /// A resolver's socket, then a server of two threads that is killed when its client has seen the end.
    const LOG: &str = "\
7 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0) = 3
7 connect(3, {sa_family=AF_UNIX, sun_path=\"/var/run/nscd/socket\"}, 110) = -1 ENOENT (No such file)
7 close(3)                          = 0
7 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3
7 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
7 bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0
7 listen(3, 128)                    = 0
7 accept4(3, {sa_family=AF_INET, sin_port=htons(4), sin_addr=inet_addr(\"127.0.0.1\")}, [16], SOCK_CLOEXEC) = 4
8 recvfrom(4,  <unfinished ...>
7 accept4(3,  <unfinished ...>
8 <... recvfrom resumed>\"hello\", 1024, 0, NULL, NULL) = 5
8 sendto(4, \"\\354\\204\\234\"..., 30, MSG_NOSIGNAL, NULL, 0) = 30
8 close(4 <unfinished ...>
7 <... accept4 resumed> <unfinished ...>) = ?
7 +++ killed by SIGKILL +++
";

    fn texts(calls: &[Call]) -> Vec<String> {
        calls.iter().map(Call::to_string).collect()
    }

    #[test]
    fn the_calls_on_the_sockets_of_the_server_are_found() {
        let threads = socket_calls(LOG, 8080).unwrap();
        assert_eq!(threads.len(), 2);
        assert_eq!(
            texts(&threads[0]),
            [
                "socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC) = server",
                "setsockopt(server, SO_REUSEADDR)",
                "bind(server, 127.0.0.1)",
                "listen(server, 128)",
                "accept4(server, SOCK_CLOEXEC) = client",
            ]
        );
        assert_eq!(
            texts(&threads[1]),
            ["recvfrom(client, 1024)", "sendto(client, 30 bytes, MSG_NOSIGNAL)", "close(client)"]
        );
        assert!(socket_calls(LOG, 8081).is_err());
    }

    fn original() -> Vec<Vec<Call>> {
        let log = LOG
            .lines()
            .filter(|line| !line.contains("REUSE"))
            .map(|line| line.replace("MSG_NOSIGNAL", "0") + "\n")
            .map(|line| {
                if line.contains("= 4") { line + "7 getsockname(4, {}, [16]) = 0\n" } else { line }
            });
        socket_calls(&log.collect::<String>(), 8080).unwrap()
    }

    #[test]
    fn a_call_that_another_rung_does_not_make_stands_beside_an_empty_cell() {
        let (original, literal) = (original(), socket_calls(LOG, 8080).unwrap());
        let rows = align(&[&original[0], &literal[0], &literal[0]]);
        let cells: Vec<_> = rows.iter().map(|row| row.each_ref().map(Option::is_some)).collect();
        let [all, ports, python] = [[true; 3], [false, true, true], [true, false, false]];
        assert_eq!(cells, [all, ports, all, all, all, python]);
    }

    #[test]
    fn what_is_known_to_differ_is_explained_once_and_what_is_not_is_said() {
        let port = socket_calls(LOG, 8080).unwrap();
        let shown = render(&[original(), port.clone(), port.clone()]);
        assert!(!shown.unexplained, "{}", shown.text);
        assert!(shown.text.lines().all(|line| line.width() <= WIDTH), "{}", shown.text);
        for call in
            ["- setsockopt(server, SO_REUSEADDR):", "- getsockname(client):", "- MSG_NOSIGNAL:"]
        {
            assert_eq!(shown.text.matches(call).count(), 1, "{}", shown.text);
        }
        assert!(!shown.text.contains("getsockname(server)"), "{}", shown.text);

        let mut leaky = port.clone();
        leaky[1].pop();
        let shown = render(&[original(), port, leaky]);
        assert!(shown.unexplained, "{}", shown.text);
        let text: Vec<_> = shown.text.split_whitespace().collect();
        let difference = "original: close(client) → 이식판 · port: 없음 · nothing";
        assert!(text.join(" ").contains(difference), "{}", shown.text);
    }

    #[test]
    fn equal_calls_need_no_explanation() {
        let shown = render(&[original(), original(), original()]);
        assert!(!shown.unexplained && !shown.text.contains("why?"), "{}", shown.text);
    }
}
