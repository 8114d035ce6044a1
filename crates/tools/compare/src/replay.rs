//! Replays: a run that really took place, moment by moment, with the lines of the original and of a port in which
//! their servers are (Linux, strace).

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use common::Pattern;
use harness::port::Lease;
use harness::program::{Exit, Program, Stdout};
use harness::programs::{self, Programs, Rung};
use harness::sockets::{self, Protocol};
use harness::{Text, trace};
use regex::Regex;
use scenarios::moments::cut;
use scenarios::patterns::PATTERNS;
use scenarios::show::{self, Shown};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

/// The longest time to wait for a program: strace makes it slow, and so does a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// So many characters of a message are shown.
const LONG: usize = 24;

/// The numbers of two states of a connection.
const ESTABLISHED: u8 = 1;
const TIME_WAIT: u8 = 6;

/// One thing that a client does, or that is done with the server.
#[derive(Clone, Debug)]
enum Act {
    /// The server is started, or started again.
    Start,
    Connect(usize),
    Send(usize, &'static [u8]),
    HalfClose(usize),
    /// It receives what is there.
    Receive(usize),
    /// It receives up to the end, and closes.
    End(usize),
    Close(usize),
}

/// A replay of the book.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Its name.
    pub name: &'static str,
    protocol: Protocol,
    /// The source of the server, or of two that are shown side by side, from the folder of the workspace.
    pub files: Vec<PathBuf>,
    acts: Vec<Act>,
    /// So many acts are played and not shown.
    skipped: usize,
}

/// Five thousand bytes, of which a server reads the first 1024.
static MANY: [u8; 5000] = [b'x'; 5000];

/// All replays.
#[must_use]
pub fn all() -> Vec<Replay> {
    use Act::{Close, Connect, End, HalfClose, Receive, Send, Start};
    use Pattern::{TcpEcho, ThreadedEcho, UdpEcho};
    let new = |name, protocol, files, acts: &[Act]| Replay {
        name,
        protocol,
        files,
        acts: acts.to_vec(),
        skipped: 0,
    };
    let replay = |name, pattern, rung, acts: &[Act]| {
        let files = [Rung::Original, rung].map(|rung| programs::source(pattern, rung));
        let protocol = if pattern == UdpEcho { Protocol::Udp } else { Protocol::Tcp };
        new(name, protocol, files.to_vec(), acts)
    };
    let hello = "안녕".as_bytes();
    let literal = Rung::Literal;
    let lines = ["skeleton", "solution"]
        .map(|file| PathBuf::from(format!("crates/exercises/tasks/06-lines/{file}.py")));
    let loops = PathBuf::from("crates/threaded-echo/examples/one-at-a-time.rs");
    vec![
        replay("hello-tcp", TcpEcho, literal, &[Start, Connect(0), Send(0, hello), End(0)]),
        replay(
            "second-client",
            TcpEcho,
            literal,
            &[Start, Connect(0), Connect(1), Send(1, b"hello"), Send(0, hello), End(0), End(1)],
        ),
        replay("reset", TcpEcho, literal, &[Start, Connect(0), Send(0, &MANY), End(0)]),
        // How it came so far is the first replay.
        Replay {
            skipped: 2,
            ..replay(
                "restart",
                TcpEcho,
                literal,
                &[Start, Connect(0), Send(0, hello), End(0), Start],
            )
        },
        replay(
            "hello-udp",
            UdpEcho,
            literal,
            &[Start, Send(0, hello), Receive(0), Send(1, b"hello"), Receive(1)],
        ),
        // The first two of the three bytes of a character.
        replay(
            "cut-character",
            UdpEcho,
            Rung::Port,
            &[Start, Send(0, &[0xEC, 0x95]), Receive(0), Send(1, b"hello"), Receive(1)],
        ),
        new(
            "one-at-a-time",
            Protocol::Tcp,
            vec![loops],
            &[Start, Connect(0), Connect(1), Send(1, b"second"), Close(0), End(1)],
        ),
        replay(
            "threads",
            ThreadedEcho,
            literal,
            &[Start, Connect(0), Connect(1), Send(1, b"second"), End(1)],
        ),
        new(
            "two-lines",
            Protocol::Tcp,
            lines.to_vec(),
            &[Start, Connect(0), Send(0, b"one\ntwo\n"), HalfClose(0), End(0)],
        ),
    ]
}

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// The main thread of the server.
    Server,
    /// The thread that serves this client.
    Thread(usize),
    /// A client.
    Client(usize),
}

impl Who {
    /// Its name, as the replays of the book have it.
    #[must_use]
    pub fn text(self) -> Text {
        match self {
            Self::Server => Text::new("서버", "server"),
            Self::Thread(client) => {
                Text::new(format!("스레드 {}", client + 1), format!("thread {}", client + 1))
            }
            Self::Client(client) => {
                Text::new(format!("클라이언트 {}", client + 1), format!("client {}", client + 1))
            }
        }
    }
}

/// The line of a program where the one who acts is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The number of the line in the file.
    pub line: usize,
    /// Whether it waits there.
    pub waits: bool,
}

/// What a moment is for one program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// It does not happen there.
    Absent,
    /// It happens, in no line of the program.
    Happens,
    /// It happens in this line.
    At(Place),
}

impl Cell {
    fn of(event: Option<&Event>) -> Self {
        match event {
            None => Self::Absent,
            Some(event) => event.place.map_or(Self::Happens, Self::At),
        }
    }
}

/// One moment.
#[derive(Clone, Debug, Serialize)]
pub struct Moment {
    /// Who does it.
    pub who: Who,
    /// What it does.
    pub what: Text,
    /// For each program, whether it happens there, and in which line.
    pub cells: Vec<Cell>,
    /// What the system holds then, where it has come to rest.
    pub system: Option<Text>,
}

impl Replay {
    /// Runs the programs, and lays the moments of one beside those of the other.
    ///
    /// # Errors
    ///
    /// When this is not Linux, strace or Python is missing, or a program does not answer.
    pub fn run(&self, programs: &Programs) -> Result<Vec<Moment>> {
        ensure!(
            trace::is_here(),
            Text::new(
                "strace가 없습니다. Linux에서 먼저 설치하세요: `sudo apt install strace`",
                "strace is missing; install it first, on Linux: `sudo apt install strace`",
            )
            .sentences()
        );
        let runs: Result<Vec<_>> =
            self.files.iter().map(|file| self.play(file, programs)).collect();
        let runs = runs?;
        let (first, last) = (runs.first().context("a program")?, runs.last().context("a program")?);
        let mut moments = beside(&first[self.skipped..], &last[self.skipped..]);
        for moment in &mut moments {
            moment.cells.truncate(runs.len());
        }
        Ok(moments)
    }

    /// What happened with one program, act by act.
    fn play(&self, file: &Path, programs: &Programs) -> Result<Vec<Vec<Event>>> {
        let command = command(file, programs)?;
        let lines = Lines::of(file)?;
        let lease = Lease::take()?;
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, lease.port));
        let mut stage = Stage { protocol: self.protocol, server, clients: Vec::new() };
        let mut started: Vec<Life> = Vec::new();
        let mut acts = Vec::new();
        for act in &self.acts {
            if let Act::Start = act {
                let mut strace =
                    trace::command("-ttt -T -e trace=network,close,clone,clone3", &command);
                strace.env("PORT", lease.port.to_string());
                let program = Program::start(strace, Stdout::Pipe)?;
                started.push(Life { program, rests: Vec::new(), first: acts.len() });
            }
            let events = stage.act(act)?;
            started.last_mut().context("a server")?.settle(lease.port)?;
            acts.push((events, stage.holds()));
        }
        let mut told: Vec<Vec<Event>> = Vec::new();
        for life in &started {
            told.truncate(life.first);
            told.extend(life.tell(&lines, lease.port)?);
        }
        let events = acts.into_iter().zip(told).map(|((mut events, holds), told)| {
            events.extend(told);
            if let Some(last) = events.last_mut() {
                last.system = Some(holds);
            }
            events
        });
        Ok(events.collect())
    }
}

/// The command that runs the program with this source.
fn command(file: &Path, programs: &Programs) -> Result<Vec<OsString>> {
    if is_python(file) {
        let python = programs::python().context(
            Text::new(
                "Python 3을 찾지 못했습니다. https://www.python.org 에서 설치하세요.",
                "Python 3 was not found; install it from https://www.python.org.",
            )
            .sentences(),
        )?;
        let script = programs::root().join(file).into_os_string();
        return Ok(python.iter().map(OsString::from).chain([script]).collect());
    }
    let port = PATTERNS.into_iter().find(|pattern| programs::source(*pattern, Rung::Port) == file);
    let name = match port {
        Some(pattern) => format!("{}-server", pattern.package()),
        None => file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
    };
    Ok(vec![programs.path(&name)?.into()])
}

fn is_python(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "py")
}

/// The moments as a terminal shows them: who does what, then the line of each program and what the system holds.
/// No line is wider than `width`.
///
/// # Errors
///
/// When a source cannot be read.
pub fn told(replay: &Replay, moments: &[Moment], width: usize) -> Result<Vec<String>> {
    let sources: Result<Vec<_>> = replay
        .files
        .iter()
        .map(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = fs::read_to_string(programs::root().join(file));
            Ok((name, text.with_context(|| file.display().to_string())?))
        })
        .collect();
    let sources = sources?;
    let column = sources.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let waits = Text::new("기다림", "waits").to_string();
    let tell = |(index, moment): (usize, &Moment)| {
        let (number, all) = (index + 1, moments.len());
        let mut text = format!("{number:>2}/{all} {}: {}", moment.who.text(), moment.what);
        if moment.cells.contains(&Cell::Absent) {
            let here = sources.iter().zip(&moment.cells).find(|(_, cell)| **cell != Cell::Absent);
            text += &here.map_or(String::new(), |((name, _), _)| format!(" [{name}]"));
        }
        text += "\n";
        for ((name, source), cell) in sources.iter().zip(&moment.cells) {
            if let Cell::At(Place { line, waits: still }) = cell {
                let code = source.lines().nth(line - 1).unwrap_or_default().trim();
                let mark = if *still { format!(" ({waits})") } else { String::new() };
                text += &format!("      {name:column$} {line:>3}{mark}  {code}\n");
            }
        }
        if let Some(system) = &moment.system {
            text += &format!("      {}: {system}\n", Text::new("시스템", "system"));
        }
        text.lines().map(|line| cut(line, width) + "\n").collect()
    };
    Ok(moments.iter().enumerate().map(tell).collect())
}

/// Something that happened with one program.
#[derive(Clone, Debug, PartialEq)]
struct Event {
    who: Who,
    what: Text,
    place: Option<Place>,
    system: Option<Text>,
}

/// Where a program makes each call.
struct Lines {
    numbers: Vec<(&'static str, usize)>,
    path: PathBuf,
}

/// A call and the socket on which it is made, and how it is written in Python and in Rust.
const CALLS: [(&str, [&str; 2]); 10] = [
    ("socket", ["socket.socket(", "::bind("]),
    ("bind", ["server_socket.bind(", "::bind("]),
    ("listen", ["server_socket.listen(", "::bind("]),
    ("accept", ["server_socket.accept(", "server_socket.accept("]),
    ("start", ["client_thread.start(", "thread::spawn("]),
    ("recv", ["client_socket.recv(", "client_socket.read("]),
    ("recvfrom", ["server_socket.recvfrom(", "server_socket.recv_from("]),
    ("sendall", ["client_socket.sendall(", "client_socket.write_all("]),
    ("sendto", ["server_socket.sendto(", "server_socket.send_to("]),
    ("close", ["client_socket.close(", "drop(client_socket)"]),
];

/// The call that closes the server socket.
const LAST: (&str, [&str; 2]) = ("close server", ["server_socket.close(", "drop(server_socket)"]);

impl Lines {
    fn of(file: &Path) -> Result<Self> {
        let path = programs::root().join(file);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let language = usize::from(!is_python(file));
        let numbers = CALLS
            .into_iter()
            .chain([LAST])
            .filter_map(|(call, written)| {
                let is = |line: &str| {
                    let line = line.trim_start();
                    line.contains(written[language]) && !line.starts_with(['#', '/'])
                };
                Some((call, text.lines().position(is)? + 1))
            })
            .collect();
        Ok(Self { numbers, path })
    }

    fn place(&self, call: &str, waits: bool) -> Result<Place> {
        let line = self.numbers.iter().find(|(known, _)| *known == call);
        let (_, line) = line.with_context(|| {
            let path = self.path.display();
            Text::new(
                format!("`{path}`: `{call}`을 호출하는 줄이 없습니다."),
                format!("`{path}`: no line calls `{call}`."),
            )
            .sentences()
        })?;
        Ok(Place { line: *line, waits })
    }
}

/// The clients.
struct Stage {
    protocol: Protocol,
    server: SocketAddr,
    clients: Vec<Option<Client>>,
}

enum Client {
    Stream(TcpStream),
    Datagrams(UdpSocket),
}

impl Stage {
    fn client(&mut self, number: usize) -> Result<&mut Client> {
        if self.clients.len() <= number {
            self.clients.resize_with(number + 1, || None);
        }
        let client = &mut self.clients[number];
        if client.is_none() {
            *client = Some(match self.protocol {
                Protocol::Tcp => {
                    let stream = TcpStream::connect(self.server)?;
                    stream.set_read_timeout(Some(PATIENCE))?;
                    Client::Stream(stream)
                }
                Protocol::Udp => {
                    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
                    // Whoever is answered is answered before the server is at rest.
                    socket.set_read_timeout(Some(Duration::from_millis(50)))?;
                    Client::Datagrams(socket)
                }
            });
        }
        client.as_mut().context("a client")
    }

    fn act(&mut self, act: &Act) -> Result<Vec<Event>> {
        let server = self.server;
        let (number, what) = match act {
            Act::Start => return Ok(Vec::new()),
            Act::Connect(number) => {
                self.client(*number)?;
                (*number, Text::new("연결함", "connects"))
            }
            Act::Send(number, bytes) => {
                // A server that is gone is told by what comes back.
                let _ = match self.client(*number)? {
                    Client::Stream(stream) => stream.write(bytes),
                    Client::Datagrams(socket) => socket.send_to(bytes, server),
                };
                (*number, sends(bytes))
            }
            Act::HalfClose(number) => {
                if let Client::Stream(stream) = self.client(*number)? {
                    stream.shutdown(Shutdown::Write)?;
                }
                (*number, Text::new("쓰기 방향을 닫음", "half-closes"))
            }
            Act::Receive(number) => (*number, receives(&[self.receive(*number)?])),
            Act::End(number) => {
                let mut all = Vec::new();
                let end = loop {
                    match self.receive(*number)? {
                        Received::Bytes(bytes) => all.extend(bytes),
                        end => break end,
                    }
                };
                let what = if all.is_empty() {
                    receives(&[end])
                } else {
                    receives(&[Received::Bytes(all), end])
                };
                (*number, what)
            }
            Act::Close(number) => (*number, Text::new("닫음", "closes")),
        };
        if let Act::End(number) | Act::Close(number) = act {
            self.clients[*number] = None;
        }
        Ok(vec![Event { who: Who::Client(number), what, place: None, system: None }])
    }

    fn receive(&mut self, number: usize) -> Result<Received> {
        let mut buffer = [0; 2048];
        let received = match self.client(number)? {
            Client::Stream(stream) => stream.read(&mut buffer),
            Client::Datagrams(socket) => socket.recv(&mut buffer),
        };
        Ok(match received {
            Ok(0) => Received::End,
            Ok(size) => Received::Bytes(buffer[..size].to_vec()),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Received::Reset,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Received::Nothing
            }
            Err(error) => return Err(error.into()),
        })
    }

    /// What the system holds on the port of the server.
    fn holds(&self) -> Text {
        let here: Vec<_> = sockets::all(self.protocol)
            .into_iter()
            .filter(|socket| socket.local.port() == self.server.port())
            .collect();
        let waiting = here.iter().filter(|it| it.state == ESTABLISHED && it.inode == 0).count();
        let kept = here.iter().filter(|it| it.state == TIME_WAIT).count();
        let unread: u64 = here.iter().filter(|it| !it.listens).map(|it| it.unread).sum();
        let mut korean = Vec::new();
        let mut english = Vec::new();
        for (count, here, there) in [
            (waiting as u64, "백로그", "backlog"),
            (unread, "읽지 않은 바이트", "unread bytes"),
            (kept as u64, "TIME_WAIT", "TIME_WAIT"),
        ] {
            if count > 0 {
                korean.push(format!("{here} {count}"));
                english.push(format!("{there}: {count}"));
            }
        }
        if korean.is_empty() {
            return Text::new("없음", "nothing");
        }
        Text::new(korean.join(", "), english.join(", "))
    }
}

/// What came to a client.
enum Received {
    Bytes(Vec<u8>),
    End,
    Reset,
    Nothing,
}

fn receives(what: &[Received]) -> Text {
    let texts = what.iter().map(|received| match received {
        Received::Bytes(bytes) => {
            let text = Shown::short(bytes, LONG).to_string();
            Text::new(text.clone(), text)
        }
        Received::End => Text::new("스트림의 끝", "the end"),
        Received::Reset => Text::new("연결 재설정(RST)", "a reset (RST)"),
        Received::Nothing => Text::new("아무것도 못", "nothing"),
    });
    let (korean, english): (Vec<_>, Vec<_>) = texts.map(|it| (it.korean, it.english)).unzip();
    Text::new(
        format!("{} 받음", korean.join(", 그다음 ")),
        format!("receives {}", english.join(", then ")),
    )
}

fn sends(bytes: &[u8]) -> Text {
    if bytes.len() > 100 {
        let count = bytes.len();
        return Text::new(format!("{count}바이트를 보냄"), format!("sends {count} bytes"));
    }
    let text = match str::from_utf8(bytes) {
        Ok(_) => Shown::short(bytes, LONG).to_string(),
        Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" "),
    };
    Text::new(format!("{text} 보냄"), format!("sends {text}"))
}

/// A program under strace, from its start to its end.
struct Life {
    program: Program,
    /// When the program was at rest after each act, in microseconds of the system's clock, as those of the log
    /// are; and whether it had ended.
    rests: Vec<(u128, Option<Exit>)>,
    /// The act with which it started.
    first: usize,
}

impl Life {
    /// Waits until the server has done all that it does by itself.
    fn settle(&mut self, port: u16) -> Result<()> {
        let bound = format!("htons({port})");
        let begun = |log: &[u8]| String::from_utf8_lossy(log).contains(&bound);
        if self.rests.is_empty() {
            self.program.stdout.wait(PATIENCE, begun);
        }
        let rests = self.program.rests(PATIENCE);
        let exit = self.program.exit(Duration::ZERO);
        ensure!(
            rests || exit.is_some(),
            Text::new(
                "strace로 실행한 서버가 쉬는 상태가 되지 않습니다. strace를 쓸 권한이 있는지 확인하세요.",
                "The server under strace does not come to rest; check that strace is permitted here.",
            )
            .sentences()
        );
        if exit.is_some() {
            // The log ends when everything has been written.
            self.program.stdout.wait(PATIENCE, |_| false);
        }
        self.rests.push((SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros(), exit));
        Ok(())
    }

    /// What it did after each act, and where it came to rest.
    fn tell(&self, lines: &Lines, port: u16) -> Result<Vec<Vec<Event>>> {
        self.program.kill();
        let log = self.program.stdout.wait(PATIENCE, |_| false);
        let calls = of_the_server(records(&String::from_utf8_lossy(&log)), port);
        let mut acts = Vec::new();
        let mut start = 0;
        let mut waits: BTreeMap<u32, usize> = BTreeMap::new();
        let mut born: Vec<u32> = calls.first().map(|call| call.record.thread).into_iter().collect();
        let mut dead = false;
        for (rest, exit) in &self.rests {
            let mut events = Vec::new();
            for call in &calls {
                // When a program dies, its socket is closed for it: no line of its own does.
                let own = call.name != "close server" || !matches!(exit, Some(Exit::Code(1..)));
                if own && call.record.done.is_some_and(|done| (start..*rest).contains(&done)) {
                    events.push((call.who, call.happens(), Some(lines.place(call.name, false)?)));
                    if call.name == "start" {
                        born.extend(call.record.result.parse::<u32>());
                    }
                }
            }
            for thread in born.iter().filter(|_| exit.is_none()) {
                let next = calls.iter().position(|call| {
                    call.record.thread == *thread
                        && call.record.done.is_none_or(|done| done >= *rest)
                });
                if let Some(next) = next
                    && waits.insert(*thread, next) != Some(next)
                {
                    let call = &calls[next];
                    let name = call.name;
                    let what = Text::new(format!("{name}에서 기다림"), format!("waits in {name}"));
                    events.push((call.who, what, Some(lines.place(name, true)?)));
                }
            }
            // The main thread first: in which order the threads go on is the system's choice.
            events.sort_by_key(|(who, ..)| *who);
            if let (Some(exit), false) = (exit, dead) {
                events.push((Who::Server, self.ends(*exit), self.last_line(lines)));
                dead = true;
            }
            let event = |(who, what, place)| Event { who, what, place, system: None };
            acts.push(events.into_iter().map(event).collect());
            start = *rest;
        }
        Ok(acts)
    }

    fn ends(&self, exit: Exit) -> Text {
        let exit = show::exit(exit);
        // The last line of a traceback begins with the name of the error.
        let text = self.program.stderr.text();
        let error = text.lines().last().and_then(|line| line.split_once(':')).map(|(name, _)| name);
        let why = error.map(|name| format!(", {name}")).unwrap_or_default();
        Text::new(format!("끝남({exit}{why})"), format!("ends ({exit}{why})"))
    }

    /// The line that a traceback names.
    fn last_line(&self, lines: &Lines) -> Option<Place> {
        let named = format!("File \"{}\", line ", lines.path.display());
        let text = self.program.stderr.text();
        let (_, rest) = text.rsplit_once(&named)?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Some(Place { line: digits.parse().ok()?, waits: false })
    }
}

/// A call as it stands in the log.
struct Record {
    thread: u32,
    name: String,
    descriptor: String,
    arguments: String,
    result: String,
    error: Option<String>,
    /// When it was over; `None` if it never was.
    done: Option<u128>,
}

/// The calls of a log in the order in which they were over, then those that never were.
fn records(log: &str) -> Vec<Record> {
    static CALL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(\d+)\.(\d{6}) (\w+)\((\d*)(.*?)(?:\) += (-?\d+)(?: (E\w+))?.* <(\d+)\.(\d{6})>|\) += \?.*)?$")
            .expect("a valid pattern")
    });
    let mut pending: BTreeMap<u32, String> = BTreeMap::new();
    let mut records = Vec::new();
    let mut add = |thread: u32, text: &str| {
        let Some(found) = CALL.captures(text) else { return };
        let part = |group| found.get(group).map_or("", |part: regex::Match| part.as_str());
        let micros = |seconds, fraction| -> Option<u128> {
            Some(
                part(seconds).parse::<u128>().ok()? * 1_000_000
                    + part(fraction).parse::<u128>().ok()?,
            )
        };
        records.push(Record {
            thread,
            name: part(3).to_owned(),
            descriptor: part(4).to_owned(),
            arguments: part(5).to_owned(),
            result: part(6).to_owned(),
            error: found.get(7).map(|error| error.as_str().to_owned()),
            done: micros(1, 2).zip(micros(8, 9)).map(|(start, took)| start + took),
        });
    };
    for line in log.lines() {
        let Some((thread, text)) = line.split_once(' ') else { continue };
        let (Ok(thread), text) = (thread.parse(), text.trim_start()) else { continue };
        if let Some((_, rest)) = text.split_once(" resumed>") {
            let start = pending.remove(&thread).unwrap_or_default();
            add(thread, &format!("{start}{rest}"));
        } else if let Some(start) = text.strip_suffix("<unfinished ...>") {
            pending.insert(thread, start.trim_end().to_owned());
        } else {
            add(thread, text);
        }
    }
    for (thread, start) in pending {
        add(thread, &start);
    }
    records.sort_by_key(|record| record.done.unwrap_or(u128::MAX));
    records
}

/// What a socket of the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Socket {
    Server,
    Client(usize),
}

/// A call on a socket of the server, or one that starts a thread.
struct Call {
    who: Who,
    name: &'static str,
    socket: Socket,
    /// The client that was accepted.
    client: Option<usize>,
    record: Record,
}

impl Call {
    fn happens(&self) -> Text {
        let Record { result, error, .. } = &self.record;
        let name = self.name;
        let both = |korean: String, english: String| Text::new(korean, english);
        if let Some(error) = error {
            return both(format!("{name}: {error}"), format!("{name}: {error}"));
        }
        match (name, self.client, self.socket) {
            ("accept", Some(client), _) => {
                let client = Who::Client(client).text();
                both(format!("accept: {}", client.korean), format!("accept: {}", client.english))
            }
            ("recv" | "recvfrom" | "sendall" | "sendto", ..) => {
                let (korean, english) =
                    if result == "0" { (" (끝)", " (the end)") } else { ("", "") };
                let unit = if result == "1" { "byte" } else { "bytes" };
                both(
                    format!("{name}: {result}바이트{korean}"),
                    format!("{name}: {result} {unit}{english}"),
                )
            }
            ("start", ..) => both("start: 새 스레드".to_owned(), "start: a new thread".to_owned()),
            ("close", _, Socket::Client(client)) => {
                let client = Who::Client(client).text();
                both(format!("close: {}", client.korean), format!("close: {}", client.english))
            }
            ("close server", ..) => {
                both("close: 서버 소켓".to_owned(), "close: the server socket".to_owned())
            }
            _ => both(name.to_owned(), name.to_owned()),
        }
    }
}

/// The calls on the server socket that is bound to `port`, and on those of its clients. What came before is
/// name resolution.
fn of_the_server(records: Vec<Record>, port: u16) -> Vec<Call> {
    let binds = format!("htons({port})");
    let bound =
        records.iter().position(|call| call.name == "bind" && call.arguments.contains(&binds));
    let makes = |call: &Record, bound: usize| {
        call.name == "socket" && call.result == records[bound].descriptor
    };
    let made = bound.and_then(|bound| records[..bound].iter().rposition(|call| makes(call, bound)));
    let Some(made) = made else { return Vec::new() };
    let mut sockets = BTreeMap::from([(records[made].result.clone(), Socket::Server)]);
    let main = records[made].thread;
    let mut accepted = 0;
    let mut calls = Vec::new();
    for (index, record) in records.into_iter().enumerate().skip(made) {
        let known = sockets.get(&record.descriptor).copied();
        let (name, socket) = match (record.name.as_str(), known) {
            ("socket", _) if index == made => ("socket", Socket::Server),
            ("clone" | "clone3", _) => ("start", Socket::Server),
            ("bind", Some(socket)) => ("bind", socket),
            ("listen", Some(socket)) => ("listen", socket),
            ("accept" | "accept4", Some(socket)) => ("accept", socket),
            ("recvfrom", Some(socket @ Socket::Client(_))) => ("recv", socket),
            ("recvfrom", Some(socket)) => ("recvfrom", socket),
            ("sendto", Some(socket @ Socket::Client(_))) => ("sendall", socket),
            ("sendto", Some(socket)) => ("sendto", socket),
            ("close", Some(socket @ Socket::Client(_))) => ("close", socket),
            ("close", Some(socket)) => ("close server", socket),
            _ => continue,
        };
        let mut client = None;
        if name == "accept" && record.error.is_none() && record.done.is_some() {
            sockets.insert(record.result.clone(), Socket::Client(accepted));
            client = Some(accepted);
            accepted += 1;
        } else if record.name == "close" {
            sockets.remove(&record.descriptor);
        }
        let who = match socket {
            Socket::Client(client) if record.thread != main => Who::Thread(client),
            _ => Who::Server,
        };
        calls.push(Call { who, name, socket, client, record });
    }
    calls
}

/// The moments of both, act by act: what happened with both stands in one row.
fn beside(original: &[Vec<Event>], port: &[Vec<Event>]) -> Vec<Moment> {
    let mut moments = Vec::new();
    for (left, right) in original.iter().zip(port) {
        let like = |one: &Event, other: &Event| one.who == other.who && one.what == other.what;
        let (mut i, mut j) = (0, 0);
        while i < left.len() || j < right.len() {
            let both = (left.get(i), right.get(j));
            let (one, other) = match both {
                (Some(one), Some(other)) if like(one, other) => (Some(one), Some(other)),
                (Some(one), _) if !right[j..].iter().any(|other| like(one, other)) => {
                    (Some(one), None)
                }
                (_, other) => (None, other),
            };
            i += usize::from(one.is_some());
            j += usize::from(other.is_some());
            moments.extend(moment(one, other));
        }
    }
    moments
}

fn moment(one: Option<&Event>, other: Option<&Event>) -> Option<Moment> {
    let event = one.or(other)?;
    let system = match (one.map(|it| &it.system), other.map(|it| &it.system)) {
        (Some(Some(one)), Some(Some(other))) if one != other => Some(Text::new(
            format!("{} / {}", one.korean, other.korean),
            format!("{} / {}", one.english, other.english),
        )),
        (one, other) => one.or(other).cloned().flatten(),
    };
    Some(Moment {
        who: event.who,
        what: event.what.clone(),
        cells: vec![Cell::of(one), Cell::of(other)],
        system,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A resolver's socket, then a server with a thread for its client, killed in the next `accept`.
    const LOG: &str = "\
7 1.000001 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3 <0.000001>
7 1.000003 close(3)                          = 0 <0.000001>
7 1.000005 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3 <0.000001>
7 1.000007 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0 <0.000001>
7 1.000009 bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0 <0.000001>
7 1.000011 listen(3, 128)                    = 0 <0.000001>
7 1.000013 accept4(3, {sa_family=AF_INET, sin_port=htons(4)}, [16], SOCK_CLOEXEC) = 4 <2.000000>
7 3.000015 clone3({flags=CLONE_VM} => {parent_tid=[8]}, 88) = 8 <0.000001>
8 3.000017 recvfrom(4,  <unfinished ...>
7 3.000018 accept4(3,  <unfinished ...>
8 4.000017 <... recvfrom resumed>\"hello\", 1024, 0, NULL, NULL) = 5 <1.000000>
8 4.000019 sendto(4, \"\\354\\204\\234\"..., 30, MSG_NOSIGNAL, NULL, 0) = 30 <0.000001>
8 4.000021 close(4)                          = 0 <0.000001>
7 4.000023 <... accept4 resumed> <unfinished ...>) = ?
7 4.000024 +++ killed by SIGKILL +++
";

    #[test]
    fn calls_stand_in_the_order_of_their_ends_and_those_without_an_end_come_last() {
        let calls = of_the_server(records(LOG), 8080);
        let told: Vec<_> =
            calls.iter().map(|call| (call.who, call.name, call.record.done)).collect();
        let (server, thread) = (Who::Server, Who::Thread(0));
        assert_eq!(
            told,
            [
                (server, "socket", Some(1_000_006)),
                (server, "bind", Some(1_000_010)),
                (server, "listen", Some(1_000_012)),
                (server, "accept", Some(3_000_013)),
                (server, "start", Some(3_000_016)),
                (thread, "recv", Some(4_000_017)),
                (thread, "sendall", Some(4_000_020)),
                (thread, "close", Some(4_000_022)),
                (server, "accept", None),
            ]
        );
        assert!(of_the_server(records(LOG), 8081).is_empty());
    }

    fn event(who: Who, what: &str, line: usize) -> Event {
        let place = Some(Place { line, waits: false });
        Event { who, what: Text::new(what, what), place, system: None }
    }

    #[test]
    fn what_one_program_does_alone_has_a_row_of_its_own() {
        let original = [vec![event(Who::Server, "recv", 1), event(Who::Server, "ends", 2)]];
        let port = [vec![event(Who::Server, "recv", 3), event(Who::Server, "sendall", 4)]];
        let rows: Vec<_> = beside(&original, &port)
            .into_iter()
            .map(|moment| (moment.what.english, moment.cells))
            .collect();
        let at = |line| Cell::At(Place { line, waits: false });
        let row = |what: &str, cells: [Cell; 2]| (what.to_owned(), cells.to_vec());
        assert_eq!(
            rows,
            [
                row("recv", [at(1), at(3)]),
                row("ends", [at(2), Cell::Absent]),
                row("sendall", [Cell::Absent, at(4)])
            ]
        );
    }
}
