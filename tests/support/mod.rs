//! Starts, watches and ends the programs under test, and talks to them on raw sockets.
//!
//! A program is owned from its first moment: its output is always drained, and dropping it kills and
//! reaps it. Every wait has a deadline and waits for an event; nothing sleeps.

#![allow(dead_code, reason = "each test file, and the demo, uses a part of it")]

#[cfg(target_os = "linux")]
pub mod strace;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use regex::{Captures, Regex};
use socket2::{Domain, SockRef, Socket, Type};
use wait_timeout::ChildExt;

/// How long anything may take that should happen at once. Only a failure ever waits this long.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// How long one look at an event lasts before the next thing is tried.
pub const TICK: Duration = Duration::from_millis(10);

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/<package>").to_owned()
}

/// Says that a test, or a part of it, was left out. In CI nothing may be.
pub fn skip(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}: must not be skipped in CI");
    // Not `eprintln!`: the test runner would swallow it.
    let _ = writeln!(io::stderr(), "SKIPPED {what}");
}

// --- Programs -------------------------------------------------------------------------------------

/// The programs that `cargo build` makes with `args`, by name. Cargo is asked: no path is guessed.
pub fn executables(args: &[&str]) -> io::Result<BTreeMap<String, PathBuf>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root())
        .args(["build", "--message-format=json-render-diagnostics"])
        .args(args)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other("cargo build failed"));
    }
    let messages = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
    let mut executables = BTreeMap::new();
    for message in messages {
        let message: serde_json::Value = message?;
        if let Some(path) = message["executable"].as_str() {
            let name = message["target"]["name"].as_str().expect("a target has a name");
            executables.insert(name.to_owned(), path.into());
        }
    }
    Ok(executables)
}

/// The command that runs Python 3, found by running it; `None` where there is none.
pub fn python() -> Option<&'static [&'static str]> {
    static PYTHON: OnceLock<Option<&[&str]>> = OnceLock::new();
    *PYTHON.get_or_init(|| {
        let candidates: [&[&str]; 3] = [&["python3"], &["python"], &["py", "-3"]];
        candidates.into_iter().find(|python| {
            Command::new(python[0])
                .args(&python[1..])
                .args(["-c", "import sys; sys.exit(sys.version_info < (3, 8))"])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        })
    })
}

/// A command for a Python program, with UTF-8 and without buffers on every system.
pub fn python_command(script: &Path) -> Command {
    let python = python().expect("ask python() first");
    let mut command = Command::new(python[0]);
    command.args(&python[1..]).arg(script);
    command.env("PYTHONUTF8", "1").env("PYTHONUNBUFFERED", "1");
    command
}

/// `command` behind another one, as in `strace -f command`.
pub fn wrapped<S: AsRef<OsStr>>(wrapper: &[S], command: &Command) -> Command {
    let mut outer = Command::new(&wrapper[0]);
    outer.args(&wrapper[1..]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer
}

/// What a program has written so far, and whether it can still write.
#[derive(Clone, Default)]
pub struct Output(Arc<Shared>);

#[derive(Default)]
struct Shared {
    written: Mutex<Written>,
    changed: Condvar,
}

#[derive(Default)]
struct Written {
    bytes: Vec<u8>,
    ended: bool,
}

impl Output {
    fn drain(&self, mut pipe: impl Read + Send + 'static) -> JoinHandle<()> {
        let output = self.clone();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                let size = pipe.read(&mut buffer).unwrap_or(0);
                let mut written = output.0.written.lock().unwrap();
                // Python ends its lines with CR LF on Windows.
                let kept = buffer[..size].iter().filter(|byte| !cfg!(windows) || **byte != b'\r');
                written.bytes.extend(kept);
                written.ended = size == 0;
                output.0.changed.notify_all();
                if size == 0 {
                    return;
                }
            }
        })
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.0.written.lock().unwrap().bytes.clone()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    /// Waits until `find` finds something, or until it cannot any more: the program has ended, or
    /// the deadline has passed.
    pub fn find<T>(&self, find: impl Fn(&str) -> Option<T>) -> Option<T> {
        let end = Instant::now() + DEADLINE;
        let mut written = self.0.written.lock().unwrap();
        loop {
            let found = find(&String::from_utf8_lossy(&written.bytes));
            let left = end.saturating_duration_since(Instant::now());
            if found.is_some() || written.ended || left.is_zero() {
                return found;
            }
            written = self.0.changed.wait_timeout(written, left).unwrap().0;
        }
    }

    /// Waits for `text`.
    #[track_caller]
    pub fn expect(&self, text: &str) {
        let found = self.find(|output| output.contains(text).then_some(()));
        assert!(found.is_some(), "waited for {text:?} in:\n{}", self.text());
    }

    /// Waits for the `number`th line, counted from 1, and its end.
    #[track_caller]
    pub fn line(&self, number: usize) -> String {
        let line = |output: &str| {
            let line = output.split_inclusive('\n').nth(number - 1)?;
            line.strip_suffix('\n').map(|line| line.trim_end_matches('\r').to_owned())
        };
        self.find(line).unwrap_or_else(|| panic!("waited for line {number} in:\n{}", self.text()))
    }
}

/// A running program.
pub struct Program {
    child: Child,
    readers: Vec<JoinHandle<()>>,
    pub stdout: Output,
    pub stderr: Output,
}

/// How a program ended, and all that it wrote.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Program {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (stdout, stderr) = (Output::default(), Output::default());
        let readers = vec![
            stdout.drain(child.stdout.take().expect("piped")),
            stderr.drain(child.stderr.take().expect("piped")),
        ];
        Self { child, readers, stdout, stderr }
    }

    /// Starts a program whose standard output nobody reads.
    pub fn start_unread(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        drop(child.stdout.take());
        Self { child, readers: Vec::new(), stdout: Output::default(), stderr: Output::default() }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Writes to standard input and closes it.
    pub fn feed(&mut self, input: &[u8]) {
        self.child.stdin.take().expect("fed once").write_all(input).unwrap();
    }

    /// Whether the program has ended by now, or ends within `timeout`.
    pub fn ends_within(&mut self, timeout: Duration) -> bool {
        self.child.wait_timeout(timeout).expect("it can be waited for").is_some()
    }

    /// Waits until the program ends by itself.
    #[track_caller]
    pub fn end(mut self) -> Ended {
        let ended = self.ends_within(DEADLINE);
        assert!(ended, "still running:\n{}{}", self.stdout.text(), self.stderr.text());
        self.reap()
    }

    /// Ends the program.
    pub fn kill(mut self) -> Ended {
        self.reap()
    }

    fn reap(&mut self) -> Ended {
        // It fails when the program has ended already.
        let _ = self.child.kill();
        let status = self.child.wait().expect("it can be waited for");
        for reader in self.readers.drain(..) {
            reader.join().expect("it does not panic");
        }
        Ended { status, stdout: self.stdout.text(), stderr: self.stderr.text() }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.reap();
    }
}

// --- Ports ----------------------------------------------------------------------------------------

/// A port for a program that cannot be asked which one it took.
///
/// It lies below the ports that systems give to clients: a client that keeps trying to connect to a
/// port of its own range connects to itself one day. A second socket, bound for as long as the lease
/// lasts, keeps the other tests, in this process or another, away from it.
pub struct Lease {
    pub port: u16,
    _guard: Option<TcpListener>,
}

impl Lease {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 6_000;

    /// This port, if it is free; without a guard, for it may be anybody's.
    pub fn of(port: u16) -> Option<Self> {
        is_free(port).then_some(Self { port, _guard: None })
    }

    pub fn take() -> Self {
        static NEXT: Mutex<u32> = Mutex::new(0);
        for _ in 0..Self::COUNT {
            let offset = {
                let mut next = NEXT.lock().unwrap();
                *next += 1;
                // Processes start at different places, so that a port rests before it is used again.
                (*next + std::process::id() * 61) % u32::from(Self::COUNT)
            };
            let port = Self::FIRST + u16::try_from(offset).expect("it is below COUNT");
            // The guard first: a look at a port that another test holds might come between its bind.
            let Ok(guard) = TcpListener::bind((Ipv4Addr::LOCALHOST, port + Self::COUNT)) else {
                continue;
            };
            if is_free(port) {
                return Self { port, _guard: Some(guard) };
            }
        }
        panic!("no free port");
    }
}

/// Whether a program could bind `port` now, TCP and UDP, as the originals do: without `SO_REUSEADDR`, which `std`
/// would set.
pub fn is_free(port: u16) -> bool {
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into();
    [Type::STREAM, Type::DGRAM].into_iter().all(|kind| {
        Socket::new(Domain::IPV4, kind, None).is_ok_and(|socket| socket.bind(&addr).is_ok())
    })
}

// --- Servers --------------------------------------------------------------------------------------

/// The three rungs of each pattern, and the loop without threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    Original,
    Literal,
    Port,
}

/// A package of the workspace and its programs.
pub struct Package {
    pub name: &'static str,
    pub server: &'static str,
    pub client: &'static str,
    pub literal: &'static str,
}

/// A running server.
pub struct Server {
    pub program: Program,
    pub addr: SocketAddr,
    lease: Option<Arc<Lease>>,
}

impl Package {
    /// The rungs that can run here: the original only where Python 3 is.
    pub fn rungs(&self) -> Vec<Rung> {
        if python().is_some() {
            vec![Rung::Original, Rung::Literal, Rung::Port]
        } else {
            skip(&format!("{}: the original needs Python 3", self.name));
            vec![Rung::Literal, Rung::Port]
        }
    }

    pub fn python_file(&self, name: &str) -> PathBuf {
        root().join("crates").join(self.name).join("python").join(name)
    }

    pub fn example(name: &str) -> PathBuf {
        static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
        let mut built = BUILT.lock().unwrap();
        if !built.contains_key(name) {
            let made = executables(&["--quiet", "--bins", "--examples"]);
            built.extend(made.unwrap_or_else(|error| panic!("{name}: {error}")));
        }
        built[name].clone()
    }

    /// The command of the server, without its port.
    pub fn command(&self, rung: Rung) -> Command {
        match rung {
            Rung::Original => python_command(&self.python_file("server.py")),
            Rung::Literal => Command::new(Self::example(self.literal)),
            Rung::Port => Command::new(self.server),
        }
    }

    /// Starts a server of this rung. `arrange` may change its command first. Of the port, the
    /// readiness line has been read; the others may not listen yet: see [`Server::connect`].
    pub fn start_as(&self, rung: Rung, arrange: impl Fn(Command) -> Command) -> Server {
        let mut command = arrange(self.command(rung));
        if rung == Rung::Port {
            command.env("PORT", "0");
            Server::ready(Program::start(&mut command))
        } else {
            Server::leased(&mut command, &Arc::new(Lease::take()))
        }
    }

    /// Starts a server of this rung on this port.
    pub fn start_on(&self, lease: &Arc<Lease>, rung: Rung) -> Server {
        Server::leased(&mut self.command(rung), lease)
    }

    pub fn start(&self, rung: Rung) -> Server {
        self.start_as(rung, |command| command)
    }

    /// Starts the port with arguments.
    pub fn start_port(&self, args: &[&str]) -> Server {
        let mut command = self.command(Rung::Port);
        Server::ready(Program::start(command.env("PORT", "0").args(args)))
    }

    /// The string that the original sends, read from its own source.
    pub fn reply(&self) -> Vec<u8> {
        self.quoted(r#""(서버로부터[^"]*)""#).into_bytes()
    }

    /// The line that the original prints, read from its own source, for this address or this data.
    pub fn line(&self, value: &str) -> String {
        self.quoted(r#"print\(f"([^{]*)\{[^"]*\}"\)"#) + value
    }

    fn quoted(&self, pattern: &str) -> String {
        let source = std::fs::read_to_string(self.python_file("server.py")).unwrap();
        Regex::new(pattern).unwrap().captures(&source).expect("the original has it")[1].to_owned()
    }
}

impl Server {
    fn ready(program: Program) -> Self {
        let addr = program.stderr.find(|stderr| {
            let addr = stderr.lines().find_map(|line| line.split_once("listening on "))?.1;
            stderr.contains("cargo run").then(|| addr.parse().expect("an address"))
        });
        let addr = addr.unwrap_or_else(|| panic!("not ready:\n{}", program.stderr.text()));
        Self { program, addr, lease: None }
    }

    /// Starts a server that takes its port from `PORT` and does not say when it is ready.
    pub fn leased(command: &mut Command, lease: &Arc<Lease>) -> Self {
        let program = Program::start(command.env("PORT", lease.port.to_string()));
        Self::of(program, lease)
    }

    /// A program that has been started to listen on this port.
    pub fn of(program: Program, lease: &Arc<Lease>) -> Self {
        let addr = (Ipv4Addr::LOCALHOST, lease.port).into();
        Self { program, addr, lease: Some(Arc::clone(lease)) }
    }

    pub fn port(&self) -> String {
        self.addr.port().to_string()
    }

    /// Connects, trying until the server listens. The first connection is the readiness probe and
    /// the test's own at once: a server that serves one client would be used up by a probe.
    #[track_caller]
    pub fn connect(&mut self) -> TcpStream {
        let stream = self.try_connect();
        stream.unwrap_or_else(|| panic!("nobody listens:\n{}", self.program.stderr.text()))
    }

    /// [`Server::connect`], or `None` when the server has ended without listening.
    pub fn try_connect(&mut self) -> Option<TcpStream> {
        let end = Instant::now() + DEADLINE;
        loop {
            if let Ok(stream) = TcpStream::connect(self.addr) {
                stream.set_read_timeout(Some(DEADLINE)).unwrap();
                stream.set_write_timeout(Some(DEADLINE)).unwrap();
                return Some(stream);
            }
            if self.program.ends_within(TICK) || Instant::now() > end {
                return None;
            }
        }
    }

    /// Waits until the server listens, without connecting to it.
    #[cfg(target_os = "linux")]
    pub fn listening(&mut self) {
        // Local address and port, any remote address, and the state LISTEN.
        let entry = format!(": 0100007F:{:04X} 00000000:0000 0A ", self.addr.port());
        while !std::fs::read_to_string("/proc/net/tcp").unwrap().contains(&entry) {
            assert!(!self.program.ends_within(TICK), "{}", self.program.stderr.text());
        }
    }

    /// A UDP socket that takes datagrams of this server only.
    pub fn socket(&self) -> UdpSocket {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.connect(self.addr).unwrap();
        socket.set_read_timeout(Some(DEADLINE)).unwrap();
        socket
    }

    /// The reply to one datagram, or `None` when the server has died of it. A refused datagram was
    /// not received by anybody, so it is sent again.
    #[track_caller]
    pub fn ask(&mut self, socket: &UdpSocket, datagram: &[u8]) -> Option<Vec<u8>> {
        let mut buffer = vec![0; 65_535];
        let end = Instant::now() + DEADLINE;
        socket.set_read_timeout(Some(TICK)).unwrap();
        socket.send(datagram).unwrap();
        while Instant::now() < end {
            match socket.recv(&mut buffer) {
                Ok(size) => return Some(buffer[..size].to_vec()),
                Err(_) if self.program.ends_within(Duration::ZERO) => return None,
                Err(error) if is_no_reply_yet(error.kind()) => {}
                Err(_) => {
                    self.program.ends_within(TICK);
                    // It fails where the refusal of an earlier datagram is still to be told.
                    let _ = socket.send(datagram);
                }
            }
        }
        panic!("no reply:\n{}", self.program.stderr.text());
    }
}

fn is_no_reply_yet(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

/// Calls again what a signal interrupted: on a socket with a timeout, a child that ends does that.
pub fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

// --- Raw clients ----------------------------------------------------------------------------------

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Closed,
    Reset,
    TimedOut,
}

impl fmt::Display for Ending {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

/// Reads until the connection ends.
pub fn receive(mut stream: &TcpStream) -> (Vec<u8>, Ending) {
    let mut reply = Vec::new();
    let ending = match stream.read_to_end(&mut reply).map_err(|error| error.kind()) {
        Ok(_) => Ending::Closed,
        Err(ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ending::TimedOut,
        Err(ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted) => Ending::Reset,
        Err(kind) => panic!("{kind}"),
    };
    (reply, ending)
}

/// Sends `message` in one write and reads until the connection ends.
pub fn exchange(mut stream: &TcpStream, message: &[u8]) -> (Vec<u8>, Ending) {
    stream.write_all(message).unwrap();
    receive(stream)
}

/// Closes the connection with a reset.
pub fn reset(stream: TcpStream) {
    // macOS refuses it on a connection that the peer has reset already.
    let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    drop(stream);
}

/// The port in an address as Python prints it, made the same in every run.
pub fn without_ports(text: &str) -> String {
    Regex::new(r"(\('[0-9.]+', )\d+\)")
        .unwrap()
        .replace_all(text, |captures: &Captures| format!("{}PORT)", &captures[1]))
        .into_owned()
}

/// An address as Python prints it.
pub fn tuple(addr: SocketAddr) -> String {
    format!("('{}', {})", addr.ip(), addr.port())
}

/// A client program of the package: the Python one or the Rust one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    Python,
    Rust,
}

impl Package {
    pub fn client_command(&self, client: Client, server: SocketAddr) -> Command {
        let mut command = match client {
            Client::Python => python_command(&self.python_file("client.py")),
            Client::Rust => Command::new(self.client),
        };
        command.env("PORT", server.port().to_string());
        command
    }

    /// Every server that exists with every client that exists, for one message: what the client
    /// printed and what the server printed (without the ports), which must be equal in all of them.
    /// `settle` makes sure that a server which serves many is ready; for a server of one client, the
    /// client is started again until it is not refused.
    pub fn conversations(&self, message: &str, settle: impl Fn(&mut Server)) {
        let mut seen: Vec<(String, Vec<u8>, String)> = Vec::new();
        for rung in self.rungs() {
            for client in [Client::Python, Client::Rust] {
                if client == Client::Python && python().is_none() {
                    continue;
                }
                let mut server = self.start(rung);
                settle(&mut server);
                let told = loop {
                    let program = Program::start(self.client_command(client, server.addr).arg(message));
                    let stdout = program.stdout.clone();
                    let ended = program.end();
                    if ended.status.success() {
                        break stdout.bytes();
                    }
                    let refused = ended.stderr.to_lowercase().contains("refused")
                        && !server.program.ends_within(TICK);
                    assert!(refused, "{rung:?}, {client:?}: {}", ended.stderr);
                };
                assert!(told.ends_with(b"\n"), "the client printed nothing");
                let printed = server.finish();
                seen.push((format!("{rung:?} and {client:?}"), told, without_ports(&printed)));
            }
        }
        for (who, told, printed) in &seen[1..] {
            assert_eq!((told, printed), (&seen[0].1, &seen[0].2), "{who} against {}", seen[0].0);
        }
    }
}

impl Server {
    /// The standard output of a server that has ended by itself or is ended now.
    pub fn finish(mut self) -> String {
        if self.lease.is_some() {
            // Its line may still be on its way; a client has been answered, so it will come.
            self.program.stdout.line(1);
        }
        self.program.reap().stdout
    }
}

// --- Systems --------------------------------------------------------------------------------------

/// Sends a signal to a program.
#[cfg(unix)]
pub fn signal(name: &str, program: &Program) {
    let status = Command::new("kill").args(["-s", name, &program.id().to_string()]).status();
    assert!(status.unwrap().success());
}

/// Presses Ctrl-C until the program ends. Python only notes a signal that comes just before a system call,
/// and waits in that call all the same, until the next one.
#[cfg(unix)]
#[track_caller]
pub fn interrupt(mut program: Program) -> Ended {
    let end = Instant::now() + DEADLINE;
    while !program.ends_within(TICK) && Instant::now() < end {
        signal("INT", &program);
        program.ends_within(Duration::from_millis(500));
    }
    program.end()
}

/// Waits until the main thread of a program sleeps, time after time: in a system call that nobody answers.
#[cfg(target_os = "linux")]
pub fn asleep(program: &mut Program) {
    let stat = format!("/proc/{}/stat", program.id());
    let sleeps =
        || std::fs::read_to_string(&stat).unwrap().rsplit(") ").next().unwrap().starts_with('S');
    while !(0..20).all(|_| sleeps() && !program.ends_within(Duration::from_millis(1))) {}
}

/// Lets a program die of Ctrl-C even where the tests run in the background, with the signal ignored.
#[cfg(unix)]
pub fn with_default_interrupt(command: Command) -> Command {
    if cfg!(target_os = "linux") {
        wrapped(&["env", "--default-signal=INT"], &command)
    } else {
        command
    }
}

/// Whether `command` runs here; says so if it does not.
pub fn available(command: &[&str], what: &str) -> bool {
    let output = Command::new(command[0]).args(&command[1..]).stdin(Stdio::null()).output();
    let available = output.is_ok_and(|output| output.status.success());
    if !available {
        skip(&format!("{what} needs `{}`", command.join(" ")));
    }
    available
}
