//! Runs one scenario against one program and observes it from outside.

use std::ffi::OsString;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::process::Command;
use std::time::{Duration, Instant};

use common::Pattern;
use regex::{Captures, Regex};
use serde::Serialize;
use socket2::SockRef;

use crate::process::{count_lines, Exit, Program, Stdout};
use crate::scenario::{self, Act, Arrange, Client, End, Scenario, Want};

/// The server's buffer, in bytes.
pub const BUFFER: usize = 1024;

/// How long one look at an event lasts before the next thing is tried.
const TICK: Duration = Duration::from_millis(10);

/// A reply of so many bytes has no end.
pub const ENDLESS: usize = 64 * 1024;

/// How long a client is watched that should not receive anything.
const WATCH: Duration = Duration::from_millis(300);

/// The longest time to wait for a program to listen: an interpreter on a busy machine may be slow.
const START: Duration = Duration::from_secs(20);

/// The reply that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// The original's own, with the braces.
    #[default]
    Literal,
    /// What its author meant: the prefix and the received bytes.
    Echo,
}

impl Reply {
    /// The bytes to expect for `sent`.
    #[must_use]
    pub fn to(self, pattern: Pattern, sent: &[u8]) -> Vec<u8> {
        let received = &sent[..sent.len().min(BUFFER)];
        common::reply(scenario::literal_reply(pattern), received, self == Self::Echo)
    }
}

/// A program to observe, and how.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The command; `{port}` in it becomes the port.
    pub command: Vec<OsString>,
    /// The reply to expect.
    pub reply: Reply,
    /// How long to wait for what should happen at once.
    pub patience: Duration,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The server closed it.
    Closed,
    /// It was reset.
    Reset,
    /// It is still open, and nothing more came.
    Open,
    /// A datagram has come.
    Datagram,
    /// No datagram has come.
    Silence,
}

/// What it took until the reply came after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Late {
    /// The other clients had to go.
    OthersGone,
    /// The rest of what was to be sent later had to come.
    Rest,
    /// A newline had to be sent.
    Newline,
    /// The client had to close its side.
    HalfClose,
}

/// What a client got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Which client.
    pub client: Client,
    /// What it had sent.
    #[serde(skip)]
    pub sent: Vec<u8>,
    /// The bytes that came.
    #[serde(serialize_with = "text")]
    pub bytes: Vec<u8>,
    /// How it ended.
    pub ending: Ending,
    /// What it took.
    pub late: Option<Late>,
}

fn text<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(bytes))
}

/// What became of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// It has ended.
    Exited(Exit),
    /// It serves another client.
    Serves,
    /// It runs and does not serve another client.
    Silent,
}

/// All that was observed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Observation {
    /// What the clients got, in the order of the acts.
    pub answers: Vec<Answer>,
    /// Whether the lines were there when they had to be, or by then.
    pub announced: Option<bool>,
    /// The addresses besides 127.0.0.1 that answered.
    pub elsewhere: Vec<String>,
    /// The clients that received more than they had asked for (UDP).
    pub surplus: Vec<Client>,
    /// Whether a second start on the same port succeeded.
    pub restarted: Option<bool>,
    /// What became of the server.
    pub ended: Ended,
    /// Standard output, with `client N` for the port of client N.
    pub stdout: String,
    /// Whether standard error holds a traceback of Python.
    pub traceback: bool,
}

/// Beside the [`Observation`], what an explanation needs and a comparison does not.
#[derive(Clone, Debug)]
pub struct Detail {
    /// Standard output, byte for byte.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: String,
    /// The local ports of the clients, in the order of connecting.
    pub ports: Vec<u16>,
    /// What standard output should be, with the ports.
    pub expected_stdout: Vec<u8>,
}

/// What came of the attempt.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The program could not be started.
    NotStarted(String),
    /// It ended before it listened.
    ExitedEarly(Exit, String),
    /// It runs, but not on the port; these addresses of it answer.
    NotListening(Vec<String>, String),
    /// It could be observed.
    Observed(Box<Observation>, Box<Detail>),
}

/// Runs `scenario` against `subject` on `port`, which must be free.
#[must_use]
pub fn observe(subject: &Subject, scenario: &Scenario, port: u16) -> Outcome {
    let mut stage = match Stage::start(subject, scenario, port) {
        Ok(stage) => stage,
        Err(error) => return Outcome::NotStarted(error.to_string()),
    };
    for act in &scenario.acts {
        match stage.perform(act) {
            Ok(true) => {}
            Ok(false) => break,
            Err(outcome) => return *outcome,
        }
    }
    stage.finish()
}

/// Whether the scenario can be run on this system.
#[must_use]
pub fn possible_here(scenario: &Scenario) -> bool {
    match scenario.arrange {
        Arrange::Plainly | Arrange::InAPipe | Arrange::Unread => true,
        Arrange::FewDescriptors | Arrange::Interruptible => cfg!(target_os = "linux"),
    }
}

/// The program, its clients, and what has been observed so far.
struct Stage<'a> {
    subject: &'a Subject,
    scenario: &'a Scenario,
    port: u16,
    streams: Vec<Option<Stream>>,
    sockets: Vec<UdpSocket>,
    sent: Vec<Vec<u8>>,
    /// What has been sent in datagrams, and must be printed.
    asked: Vec<Vec<u8>>,
    ports: Vec<u16>,
    ready: bool,
    /// The addresses on which somebody else answered before the program was started.
    strangers: Vec<String>,
    observation: Observation,
    // After the clients: they go before the server is ended, so that no TIME_WAIT stays behind.
    program: Program,
}

/// A connection that ends in a reset, unless it may leave `TIME_WAIT` behind.
struct Stream {
    socket: TcpStream,
    gently: bool,
}

impl Drop for Stream {
    fn drop(&mut self) {
        if !self.gently {
            // It fails when the connection is gone already.
            let _ = SockRef::from(&self.socket).set_linger(Some(Duration::ZERO));
        }
    }
}

/// The command of `subject` for `port`, arranged for `scenario`.
fn command(subject: &Subject, scenario: &Scenario, port: u16) -> Command {
    let port = port.to_string();
    let words: Vec<OsString> = subject
        .command
        .iter()
        .map(|word| match word.to_str() {
            Some(text) => text.replace("{port}", &port).into(),
            None => word.clone(),
        })
        .collect();
    let wrapper: &[&str] = match scenario.arrange {
        Arrange::Plainly | Arrange::InAPipe | Arrange::Unread => &[],
        Arrange::FewDescriptors => &["sh", "-c", r#"ulimit -n 8; exec "$0" "$@""#],
        Arrange::Interruptible => &["env", "--default-signal=INT"],
    };
    let mut all = wrapper.iter().map(OsString::from).chain(words);
    let mut command = Command::new(all.next().unwrap_or_default());
    command.args(all).env("PORT", port).env("PYTHONUTF8", "1");
    if scenario.arrange == Arrange::InAPipe {
        command.env_remove("PYTHONUNBUFFERED");
    } else {
        command.env("PYTHONUNBUFFERED", "1");
    }
    command
}

fn start(subject: &Subject, scenario: &Scenario, port: u16) -> io::Result<Program> {
    let stdout = match scenario.arrange {
        Arrange::InAPipe => Stdout::Pipe,
        Arrange::Unread => Stdout::Closed,
        Arrange::Plainly | Arrange::FewDescriptors | Arrange::Interruptible => Stdout::Terminal,
    };
    Program::start(command(subject, scenario, port), stdout)
}

impl<'a> Stage<'a> {
    fn start(subject: &'a Subject, scenario: &'a Scenario, port: u16) -> io::Result<Self> {
        let looked_for = scenario.acts.contains(&Act::Elsewhere);
        let strangers = if looked_for { elsewhere(scenario.pattern, port) } else { Vec::new() };
        Ok(Self {
            strangers,
            subject,
            scenario,
            port,
            streams: Vec::new(),
            sockets: Vec::new(),
            sent: Vec::new(),
            asked: Vec::new(),
            ports: Vec::new(),
            ready: false,
            observation: Observation {
                answers: Vec::new(),
                announced: None,
                elsewhere: Vec::new(),
                surplus: Vec::new(),
                restarted: None,
                ended: Ended::Silent,
                stdout: String::new(),
                traceback: false,
            },
            program: start(subject, scenario, port)?,
        })
    }

    fn addr(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Does one thing: whether the rest still makes sense.
    fn perform(&mut self, act: &Act) -> Result<bool, Box<Outcome>> {
        match act {
            Act::Connect(_) => {
                let Some(stream) = self.connect()? else { return Ok(false) };
                self.ports.push(stream.local_addr().map_or(0, |addr| addr.port()));
                let gently = self.scenario.acts.contains(&Act::Restart);
                self.streams.push(Some(Stream { socket: stream, gently }));
                self.sent.push(Vec::new());
            }
            Act::Send(client, data) | Act::SendAnyway(client, data) => {
                let bytes = data.bytes();
                self.sent[*client].extend(&*bytes);
                if let Some(stream) = &self.streams[*client] {
                    // What came of it is seen when the reply is read.
                    let _ = (&stream.socket).write_all(&bytes);
                }
            }
            Act::HalfClose(client) => {
                if let Some(stream) = &self.streams[*client] {
                    let _ = stream.socket.shutdown(Shutdown::Write);
                }
            }
            Act::Reset(client) => self.streams[*client] = None,
            Act::Receive(client, want) => return Ok(self.receive(*client, *want)),
            Act::ReceiveReply(client) => {
                let size = self.subject.reply.to(self.scenario.pattern, &self.sent[*client]).len();
                return Ok(self.read(*client, Some(size)));
            }
            Act::Announced => {
                let count = self.accepted().len();
                let lines = self.program.stdout.lines(self.subject.patience, count);
                self.observation.announced = Some(count_lines(&lines) >= count);
            }
            Act::AnnouncedAtOnce => {
                let count = self.accepted().len() + self.asked.len();
                let lines = self.program.stdout.lines(Duration::from_secs(1), count);
                self.observation.announced = Some(count_lines(&lines) >= count);
            }
            Act::Elsewhere => {
                let mut elsewhere = elsewhere(self.scenario.pattern, self.port);
                elsewhere.retain(|address| !self.strangers.contains(address));
                self.observation.elsewhere = elsewhere;
            }
            Act::Ask(client, data) => return self.ask(*client, &data.bytes()),
            Act::SendAndGo(_, data) => {
                let socket = self.socket();
                let _ = socket.and_then(|socket| socket.send(&data.bytes()));
                self.asked.push(data.bytes().into_owned());
            }
            Act::NothingMore => self.nothing_more()?,
            Act::Complaint => {
                let error = |bytes: &[u8]| bytes.windows(4).any(|word| word == b"rror");
                self.program.stderr.wait(Duration::from_secs(1), error);
            }
            Act::Drain => {
                for client in 0..self.streams.len() {
                    if let Some(stream) = self.streams[client].take() {
                        let _ = (&stream.socket).write_all(b"hello");
                        let _ = stream.socket.set_read_timeout(Some(self.subject.patience));
                        let _ = io::copy(&mut (&stream.socket).take(ENDLESS as u64), &mut io::sink());
                    }
                }
            }
            Act::Interrupt => {
                // Where it does not come to rest, that shows in what comes of it.
                let _ = self.program.rests(self.subject.patience);
                interrupt(&self.program);
            }
            Act::Restart => {}
        }
        Ok(true)
    }

    /// Connects. The first connection is the readiness probe and the scenario's own at once: a server of
    /// one client would be used up by a probe. `None` when a server that had listened does so no more.
    fn connect(&mut self) -> Result<Option<TcpStream>, Box<Outcome>> {
        let end = Instant::now() + START;
        loop {
            match TcpStream::connect_timeout(&self.addr(), START) {
                // A port that systems give to clients may be connected to itself.
                Ok(stream) if stream.local_addr().ok() == Some(self.addr()) => self.not_yet(end)?,
                Ok(stream) => {
                    let _ = stream.set_write_timeout(Some(self.subject.patience));
                    self.ready = true;
                    return Ok(Some(stream));
                }
                Err(_) if self.ready => return Ok(None),
                Err(_) => self.not_yet(end)?,
            }
        }
    }

    /// Waits for a moment; an outcome when it is in vain.
    fn not_yet(&self, end: Instant) -> Result<(), Box<Outcome>> {
        if let Some(exit) = self.program.exit(TICK) {
            self.program.end();
            return Err(Box::new(Outcome::ExitedEarly(exit, tail(&self.program))));
        }
        if Instant::now() > end {
            let elsewhere = elsewhere(self.scenario.pattern, self.port);
            return Err(Box::new(Outcome::NotListening(elsewhere, tail(&self.program))));
        }
        Ok(())
    }

    /// The clients that the server should have accepted by now.
    fn accepted(&self) -> Vec<Client> {
        let connected = 0..self.ports.len();
        match &self.scenario.accepted {
            Some(accepted) => {
                accepted.iter().copied().filter(|client| connected.contains(client)).collect()
            }
            None => connected.collect(),
        }
    }

    fn receive(&mut self, client: Client, want: Want) -> bool {
        let whole = self.read(client, None);
        // A client that was to get nothing has seen the end of the server; the rest still makes sense.
        whole || want == Want::Nothing
    }

    /// Reads to the end, or `size` bytes. When nothing comes, finds out what it takes.
    fn read(&mut self, client: Client, size: Option<usize>) -> bool {
        let mut answer = Answer {
            client,
            sent: self.sent[client].clone(),
            bytes: Vec::new(),
            ending: Ending::Reset,
            late: None,
        };
        if let Some(stream) = self.streams[client].take() {
            answer.ending = read(&stream.socket, &mut answer.bytes, size, self.subject.patience);
            if answer.ending == Ending::Open && answer.bytes.is_empty() {
                self.find_out(&stream.socket, &mut answer);
            }
            // It may still have something to send.
            self.streams[client] = Some(stream);
        }
        let whole = !answer.bytes.is_empty() && answer.late.is_none();
        self.observation.answers.push(answer);
        if size.is_none() && !self.scenario.acts.contains(&Act::Restart) {
            self.streams[client] = None;
        }
        whole
    }

    /// What it takes until this client is answered: that the others close their side, the rest of the
    /// message, a newline, its own half-close.
    fn find_out(&mut self, mut socket: &TcpStream, answer: &mut Answer) {
        let patience = self.subject.patience.min(Duration::from_secs(2));
        let rest = self.scenario.acts.iter().find_map(|act| match act {
            Act::SendAnyway(client, data) if *client == answer.client => Some(data.bytes()),
            _ => None,
        });
        for late in [Late::OthersGone, Late::Rest, Late::Newline, Late::HalfClose] {
            let tried = match late {
                // Politely: a reset might end the server.
                Late::OthersGone => {
                    self.streams
                        .iter()
                        .flatten()
                        .filter(|other| other.socket.shutdown(Shutdown::Write).is_ok())
                        .count()
                        > 0
                }
                Late::Rest => rest.as_ref().is_some_and(|rest| socket.write_all(rest).is_ok()),
                Late::Newline => socket.write_all(b"\n").is_ok(),
                Late::HalfClose => socket.shutdown(Shutdown::Write).is_ok(),
            };
            if tried {
                let ending = read(socket, &mut answer.bytes, None, patience);
                if !answer.bytes.is_empty() {
                    answer.late = Some(late);
                    answer.ending = ending;
                    return;
                }
            }
        }
    }

    fn socket(&self) -> io::Result<UdpSocket> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.connect(self.addr())?;
        socket.set_read_timeout(Some(TICK))?;
        Ok(socket)
    }

    /// Sends a datagram and waits for one reply. A refused datagram was received by nobody; it is sent again
    /// until the server has bound its port.
    fn ask(&mut self, client: Client, datagram: &[u8]) -> Result<bool, Box<Outcome>> {
        let failed = |error: io::Error| Box::new(Outcome::NotStarted(error.to_string()));
        while self.sockets.len() <= client {
            let socket = self.socket().map_err(failed)?;
            self.sockets.push(socket);
        }
        let (bytes, ending) = self.exchange(&self.sockets[client], datagram)?;
        self.ready = true;
        self.asked.push(datagram.to_vec());
        let whole = ending == Ending::Datagram;
        let sent = datagram.to_vec();
        self.observation.answers.push(Answer { client, sent, bytes, ending, late: None });
        Ok(whole)
    }

    fn exchange(&self, socket: &UdpSocket, datagram: &[u8]) -> Result<(Vec<u8>, Ending), Box<Outcome>> {
        let mut buffer = vec![0; 65_535];
        let start = Instant::now() + START;
        // It fails where the refusal of an earlier datagram is still to be told; it is told then.
        let _ = socket.send(datagram);
        let mut end = Instant::now() + self.subject.patience;
        while Instant::now() < end {
            match socket.recv(&mut buffer) {
                Ok(size) => return Ok((buffer[..size].to_vec(), Ending::Datagram)),
                Err(error) if refused(&error) && !self.ready => {
                    self.not_yet(start)?;
                    let _ = socket.send(datagram);
                    end = Instant::now() + self.subject.patience;
                }
                Err(_) => {
                    if self.program.exit(Duration::ZERO).is_some() {
                        break;
                    }
                }
            }
        }
        Ok((Vec::new(), Ending::Silence))
    }

    /// After the reply to a datagram of another socket, everything that was sent before it has come.
    fn nothing_more(&mut self) -> Result<(), Box<Outcome>> {
        let fence = self.socket().map_err(|error| Box::new(Outcome::NotStarted(error.to_string())))?;
        self.exchange(&fence, b"fence")?;
        self.asked.push(b"fence".to_vec());
        // The fence is watched for a moment, and first: somebody may send again on purpose.
        let watched = [(self.sockets.len(), &fence, WATCH)];
        let clients = self.sockets.iter().enumerate().map(|(client, socket)| (client, socket, TICK));
        for (client, socket, time) in watched.into_iter().chain(clients) {
            let _ = socket.set_read_timeout(Some(time));
            if socket.recv(&mut [0; 64]).is_ok() {
                self.observation.surplus.push(client);
            }
        }
        Ok(())
    }

    /// What becomes of the server, and what it has printed.
    fn finish(mut self) -> Outcome {
        let patience = self.subject.patience;
        let interrupted = self.scenario.acts.contains(&Act::Interrupt);
        let one_client = self.scenario.pattern == Pattern::TcpEcho;
        if !one_client && !interrupted && self.serves_another() {
            self.observation.ended = Ended::Serves;
        } else if let Some(exit) = self.program.exit(patience) {
            self.observation.ended = Ended::Exited(exit);
        }
        let expected = self.expected_stdout();
        let _ = self.program.stdout.lines(patience.min(Duration::from_secs(2)), count_lines(&expected));
        self.streams.clear();
        self.program.end();
        if self.scenario.acts.contains(&Act::Restart) {
            self.observation.restarted = Some(self.starts_again());
        }
        let stdout = self.program.stdout.bytes();
        let stderr = String::from_utf8_lossy(&self.program.stderr.bytes()).into_owned();
        self.observation.stdout = without_ports(&String::from_utf8_lossy(&stdout), &self.ports);
        self.observation.traceback = stderr.contains("Traceback (most recent call last)");
        let detail = Detail { stdout, stderr, ports: self.ports, expected_stdout: expected };
        Outcome::Observed(Box::new(self.observation), Box::new(detail))
    }

    /// Whether a client that comes now is answered.
    fn serves_another(&mut self) -> bool {
        let expected = self.subject.reply.to(self.scenario.pattern, b"ping");
        if self.scenario.pattern == Pattern::UdpEcho {
            let Ok(socket) = self.socket() else { return false };
            let Ok((bytes, _)) = self.exchange(&socket, b"ping") else { return false };
            self.asked.push(b"ping".to_vec());
            return bytes == expected;
        }
        let Ok(socket) = TcpStream::connect_timeout(&self.addr(), self.subject.patience) else {
            return false;
        };
        self.ports.push(socket.local_addr().map_or(0, |addr| addr.port()));
        let stream = Stream { socket, gently: false };
        let _ = (&stream.socket).write_all(b"ping");
        let mut bytes = Vec::new();
        read(&stream.socket, &mut bytes, Some(expected.len()), self.subject.patience);
        // What it answers is judged elsewhere; here it counts that it answers.
        !bytes.is_empty()
    }

    fn expected_stdout(&self) -> Vec<u8> {
        let sentence = scenario::sentence(self.scenario.pattern);
        let mut expected = Vec::new();
        let mut line = |value: &[u8]| {
            expected.extend(sentence.as_bytes());
            expected.extend(value);
            expected.push(b'\n');
        };
        if self.scenario.pattern == Pattern::UdpEcho {
            for datagram in &self.asked {
                line(&datagram[..datagram.len().min(BUFFER)]);
            }
        } else {
            let pinged = self.observation.ended == Ended::Serves && self.scenario.accepted.is_some();
            let ping = pinged.then(|| self.ports.len() - 1);
            for client in self.accepted().into_iter().chain(ping) {
                line(common::python_addr((Ipv4Addr::LOCALHOST, self.ports[client]).into()).as_bytes());
            }
        }
        expected
    }

    fn starts_again(&self) -> bool {
        let Ok(program) = start(self.subject, self.scenario, self.port) else { return false };
        let end = Instant::now() + START;
        let mut started = false;
        while !started && program.exit(TICK).is_none() && Instant::now() < end {
            started = if self.scenario.pattern == Pattern::UdpEcho {
                crate::port::occupant(Pattern::UdpEcho, self.port) != crate::port::Occupant::Nobody
            } else {
                TcpStream::connect(self.addr()).map(|socket| Stream { socket, gently: false }).is_ok()
            };
        }
        started
    }
}

/// Reads to the end of the stream, or at least `size` bytes, as long as something comes in time.
fn read(
    mut socket: &TcpStream,
    bytes: &mut Vec<u8>,
    size: Option<usize>,
    patience: Duration,
) -> Ending {
    let mut buffer = [0; 4096];
    let mut end = Instant::now() + patience;
    // A server that never stops sending is left some time; what came until then is wrong anyway.
    let last = end + 2 * patience;
    loop {
        if bytes.len() >= size.unwrap_or(ENDLESS) {
            return Ending::Open;
        }
        let left = end.min(last).saturating_duration_since(Instant::now());
        if left.is_zero() || socket.set_read_timeout(Some(left)).is_err() {
            return Ending::Open;
        }
        match socket.read(&mut buffer) {
            Ok(0) => return Ending::Closed,
            Ok(size) => {
                bytes.extend(&buffer[..size]);
                end = Instant::now() + patience;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return Ending::Reset,
        }
    }
}

fn refused(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset)
}

/// The end of standard error.
fn tail(program: &Program) -> String {
    let stderr = String::from_utf8_lossy(&program.stderr.bytes()).into_owned();
    let lines: Vec<&str> = stderr.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}

/// Standard output with `client N` for the port of client N.
fn without_ports(stdout: &str, ports: &[u16]) -> String {
    let Ok(address) = Regex::new(r"(\('127\.0\.0\.1', )(\d+)\)") else { return stdout.to_owned() };
    let named = address.replace_all(stdout, |found: &Captures| {
        let client = ports.iter().position(|port| port.to_string() == found[2]);
        match client {
            Some(client) => format!("{}client {client})", &found[1]),
            None => found[0].to_owned(),
        }
    });
    named.into_owned()
}

/// The addresses of this machine, besides 127.0.0.1, on which `port` answers.
fn elsewhere(pattern: Pattern, port: u16) -> Vec<String> {
    let mut others = own_addresses();
    others.push(Ipv6Addr::LOCALHOST.into());
    if cfg!(target_os = "linux") {
        // Elsewhere it is not an address of the machine.
        others.push(Ipv4Addr::new(127, 0, 0, 2).into());
    }
    others.retain(|other| *other != IpAddr::V4(Ipv4Addr::LOCALHOST));
    others.sort();
    others.dedup();
    let answers = |addr: &IpAddr| {
        let addr = SocketAddr::new(*addr, port);
        if pattern == Pattern::UdpEcho {
            receives(addr)
        } else {
            accepts(addr)
        }
    };
    others.into_iter().filter(answers).map(|addr| addr.to_string()).collect()
}

fn accepts(addr: SocketAddr) -> bool {
    let stream = TcpStream::connect_timeout(&addr, Duration::from_secs(1));
    stream.map(|socket| Stream { socket, gently: false }).is_ok()
}

/// Whether a datagram to `addr` is not refused. Only Linux is sure to tell.
fn receives(addr: SocketAddr) -> bool {
    let any: IpAddr =
        if addr.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let ask = || -> io::Result<usize> {
        let socket = UdpSocket::bind((any, 0))?;
        socket.connect(addr)?;
        socket.set_read_timeout(Some(Duration::from_millis(500)))?;
        socket.send(b"elsewhere")?;
        socket.recv(&mut [0; 64])
    };
    match ask() {
        Ok(_) => true,
        Err(error) => {
            cfg!(target_os = "linux")
                && matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
        }
    }
}

#[cfg(unix)]
fn own_addresses() -> Vec<IpAddr> {
    let Ok(addresses) = nix::ifaddrs::getifaddrs() else { return Vec::new() };
    let ipv4 = |address: nix::ifaddrs::InterfaceAddress| {
        Some(IpAddr::V4(address.address?.as_sockaddr_in()?.ip()))
    };
    addresses.filter_map(ipv4).collect()
}

#[cfg(not(unix))]
fn own_addresses() -> Vec<IpAddr> {
    Vec::new()
}

#[cfg(unix)]
fn interrupt(program: &Program) {
    use nix::sys::signal::{kill, Signal};
    use nix::unistd::Pid;
    if let Ok(id) = i32::try_from(program.id()) {
        let _ = kill(Pid::from_raw(id), Signal::SIGINT);
    }
}

#[cfg(not(unix))]
fn interrupt(_: &Program) {}

/// Whether `ended` is what the scenario says.
#[must_use]
pub fn ended_as(end: End, ended: Ended) -> bool {
    match end {
        End::Exits(code) => ended == Ended::Exited(Exit::Code(code)),
        End::ExitsSomehow => matches!(ended, Ended::Exited(_)),
        End::Serves => ended == Ended::Serves,
    }
}
