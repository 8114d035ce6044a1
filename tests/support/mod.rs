//! What the tests of the patterns share: the scenarios as named tests, and servers that say when they are ready.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::ffi::OsString;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use assert_cmd::Command as Assert;
use common::Pattern;
use harness::port::Lease;
use harness::program::{self, Program, Stdout};
use harness::programs::{Programs, Rung, python_command, root};
use libtest_mimic::{Arguments, Failed, Trial};
use predicates::prelude::*;
use scenarios::check::{GoOn, check};
use scenarios::judge::judge;
use scenarios::rungs::{Verdict, compare};
use scenarios::scenario::{Reply, Scenario};
use scenarios::stage::{Subject, play};

/// How long anything may take that should happen at once. Only a failure ever waits this long.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// All programs of the workspace's default members.
pub static PROGRAMS: LazyLock<Programs> = LazyLock::new(|| {
    Programs::build_with(&["--quiet", "--bins", "--examples"]).expect("they build")
});

/// Runs the tests of a file; most of them wait most of the time.
pub fn run(trials: Vec<Trial>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(8);
    program::end_all_on_signals().expect("there are signals");
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The tests that are functions of the file, by their names.
#[macro_export]
macro_rules! trials {
    ($($(#[$attribute:meta])* $name:ident),* $(,)?) => {
        vec![$($(#[$attribute])* libtest_mimic::Trial::test(stringify!($name), || { $name(); Ok(()) })),*]
    };
}

/// Each scenario of a pattern, on all three rungs: they do the same, or differ as the register says.
pub fn scenarios_of(pattern: Pattern) -> impl Iterator<Item = Trial> {
    let scenarios = scenarios::patterns::all().into_iter().filter(move |it| it.pattern == pattern);
    scenarios.map(|scenario| {
        Trial::test(format!("scenario {}", scenario.id), move || {
            let compared = compare(&PROGRAMS, std::slice::from_ref(&scenario), || ())?;
            match &compared[0].verdict {
                Verdict::Differs(because) => Err(Failed::from(because)),
                Verdict::AsRecorded | Verdict::NotRun if scenario.possible_here() => {
                    harness::skip(&format!("{}: the original needs Python 3", scenario.path()));
                    Ok(())
                }
                _ => Ok(()),
            }
        })
    })
}

/// A server passes every scenario of its pattern, with this reply.
pub fn passes(pattern: Pattern, command: &[&str], reply: Reply) {
    let subject = Subject::new(words(command), reply, DEADLINE);
    let planned = scenarios::check::scenarios(pattern);
    let report = check(&subject, &planned, 0, GoOn::ToTheEnd, |_| {}).expect("a port is free");
    let advised = report.results.iter().filter(|result| !result.problems.is_empty());
    assert_eq!(advised.count(), 0, "{:#?}", report.results);
    assert!(report.passed() && report.results.len() >= 12);
}

/// Each scenario of a pattern's client. Those that need no arguments of ours are for the Python client too.
pub fn client_scenarios(pattern: Pattern) -> impl Iterator<Item = Trial> {
    let client = move || vec![path(&format!("{}-client", pattern.package())).into()];
    let of_pattern = move |scenario: &Scenario| scenario.pattern == pattern;
    scenarios::clients::all().into_iter().filter(of_pattern).flat_map(move |scenario| {
        let python = matches!(scenario.id, "pieces" | "large").then(|| scenario.clone());
        let rust = Trial::test(format!("client {}", scenario.id), move || {
            played_right(&scenario, client());
            Ok(())
        });
        let python = python.map(|scenario| {
            Trial::test(format!("python client {}", scenario.id), move || {
                match python_client(pattern) {
                    Some(client) => _ = played_right(&scenario, command_words(&client)),
                    None => harness::skip("the Python client needs Python 3"),
                }
                Ok(())
            })
        });
        [Some(rust), python].into_iter().flatten()
    })
}

/// Plays a scenario, and holds the program to it: what it printed on standard error.
pub fn played_right(scenario: &Scenario, command: Vec<OsString>) -> String {
    let subject = Subject::new(command, Reply::Literal, DEADLINE);
    let outcome = play(&subject, scenario, Lease::take().expect("a port is free").port);
    let problems = judge(scenario, &subject, &outcome);
    assert!(problems.is_empty(), "{problems:#?}");
    let scenarios::observation::Outcome::Observed(_, detail) = outcome else { unreachable!() };
    detail.printed.stderr
}

/// The scenario of a server that is called so.
pub fn scenario(path: &str) -> Scenario {
    let found = scenarios::patterns::all().into_iter().find(|scenario| scenario.path() == path);
    found.expect("there is such a scenario")
}

/// Plays a scenario with a server that fails it: the cause of the first problem.
pub fn cause(path: &str, command: &[&str]) -> &'static str {
    let scenario = scenario(path);
    let subject = Subject::new(words(command), Reply::Literal, Duration::from_secs(2));
    let outcome = play(&subject, &scenario, Lease::take().expect("a port is free").port);
    judge(&scenario, &subject, &outcome).first().expect("it fails").cause
}

pub fn words(command: &[&str]) -> Vec<OsString> {
    command.iter().map(OsString::from).collect()
}

pub fn command_words(command: &Command) -> Vec<OsString> {
    [command.get_program()].into_iter().chain(command.get_args()).map(OsString::from).collect()
}

pub fn python_file(pattern: Pattern, name: &str) -> PathBuf {
    root().join("crates").join(pattern.package()).join("python").join(name)
}

pub fn python_client(pattern: Pattern) -> Option<Command> {
    python_command(&python_file(pattern, "client.py"))
}

/// The original has this reply, of so many bytes.
pub fn measured(pattern: Pattern, reply: &str, bytes: usize) {
    let source = std::fs::read_to_string(python_file(pattern, "server.py")).expect("it is there");
    assert!(source.contains(&format!("\"{reply}\"")) && reply.len() == bytes);
}

/// Both programs help, and refuse what they do not know.
pub fn help_and_wrong_arguments(programs: [&str; 2], wrong: &[&str]) {
    for program in programs {
        let helps = predicates::str::contains("사용법").and(predicates::str::contains("cargo run"));
        assert(program).arg("--help").assert().success().stderr("").stdout(helps);
        let told = ours().and(predicates::str::contains("인수가 잘못되었습니다"));
        assert(program).args(wrong).assert().code(2).stdout("").stderr(told);
    }
}

/// Where nobody is, a client says so at once, and which server to start.
pub fn says_which_server_to_start(pattern: Pattern) {
    let lease = Lease::take().expect("a port is free");
    let port = lease.port.to_string();
    let command = format!("`cargo run -p {} -- --port {port}`", pattern.package());
    let refused = predicates::str::contains("연결이 거부되었습니다");
    let told = ours().and(refused).and(predicates::str::contains(command));
    // The timeout is longer than our deadline: it is not what ends the client.
    let mut client = assert(&format!("{}-client", pattern.package()));
    client.args(["--port", &port, "--timeout", "3600"]).assert().code(1).stdout("").stderr(told);
}

/// Where a program of the workspace is.
pub fn path(name: &str) -> &'static str {
    PROGRAMS.path(name).expect("it was built").to_str().expect("a path is text")
}

/// Runs a program of the workspace to its end.
pub fn assert(name: &str) -> Assert {
    let mut program = Assert::new(path(name));
    program.timeout(DEADLINE).env_remove("PORT");
    program
}

/// Every line is ours, in Korean and English.
pub fn ours() -> impl Predicate<str> {
    predicate::function(|stderr: &str| {
        let ours = stderr.lines().all(|line| line.starts_with("# "));
        ours && stderr.contains(|c| c >= '가') && !stderr.contains("예상하지 못한")
    })
}

/// A server that runs.
pub struct Server {
    pub program: Program,
    pub port: u16,
    /// Of one that was told its port.
    lease: Option<Lease>,
}

impl Server {
    /// Starts a server with these arguments on a free port, behind `wrapper`, and reads its readiness line.
    pub fn start(wrapper: &[&str], name: &str, arguments: &[&str]) -> Self {
        Self::announced(&[wrapper, &[path(name)], arguments].concat())
    }

    /// Starts a server on a free port, and reads its readiness line.
    pub fn announced(words: &[&str]) -> Self {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("PORT", "0");
        let program = Program::start(command, Stdout::Pipe).expect("it starts");
        let ready = |stderr: &[u8]| {
            let stderr = String::from_utf8_lossy(stderr).into_owned();
            let (_, rest) = stderr.split_once("listening on ")?;
            let (addr, rest) = rest.split_once('\n')?;
            rest.contains("cargo run").then(|| addr.rsplit(':').next()?.parse().ok())?
        };
        let stderr = program.stderr.wait(DEADLINE, |stderr| ready(stderr).is_some());
        let port = ready(&stderr).unwrap_or_else(|| panic!("not ready: {}", program.stderr.text()));
        Self { program, port, lease: None }
    }

    /// Starts a server that takes its port from `PORT`, and need not say when it is ready.
    pub fn quiet(words: &[OsString]) -> Self {
        let lease = Lease::take().expect("a port is free");
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env("PORT", lease.port.to_string());
        command.env("PYTHONUTF8", "1").env("PYTHONUNBUFFERED", "1");
        let program = Program::start(command, Stdout::Pipe).expect("it starts");
        Self { program, port: lease.port, lease: Some(lease) }
    }

    /// Connects, as soon as the server is there.
    pub fn connect(&self) -> TcpStream {
        loop {
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", self.port)) {
                stream.set_read_timeout(Some(DEADLINE)).expect("a timeout");
                return stream;
            }
            assert!(
                self.program.exit(Duration::from_millis(5)).is_none(),
                "{}",
                self.program.stderr.text()
            );
        }
    }

    /// Connects so many times: all of them before anybody says anything.
    pub fn crowd(&self, number: usize) -> Vec<TcpStream> {
        (0..number).map(|_| self.connect()).collect()
    }

    /// Waits until it has printed so many lines, and no more.
    pub fn prints(&self, lines: usize) {
        let _ = self.program.stdout.lines(DEADLINE, lines);
        assert_eq!(self.program.stdout.count(), lines, "{}", self.program.stdout.text());
    }

    /// Waits until standard error holds `text` so many times.
    pub fn tells(&self, text: &str, times: usize) {
        let told = |stderr: &[u8]| String::from_utf8_lossy(stderr).matches(text).count() >= times;
        let stderr = self.program.stderr.wait(DEADLINE, told);
        assert!(told(&stderr), "{text}, {times} times: {}", self.program.stderr.text());
    }

    /// Ends it: what it printed on standard error, which is ours.
    pub fn ended(&self) -> String {
        self.program.end();
        let stderr = self.program.stderr.text();
        assert!(ours().eval(&stderr), "{stderr}");
        stderr
    }

    /// Waits for its end: what it printed on standard error.
    pub fn ends(self, code: i32) -> String {
        let exit = self.program.exit(DEADLINE);
        self.program.end();
        let stderr = self.program.stderr.text();
        assert_eq!(exit, Some(program::Exit::Code(code)), "{stderr}");
        stderr
    }
}

/// What comes to a client of ours until the connection ends.
pub fn rest(mut stream: &TcpStream) -> Result<String, ErrorKind> {
    let mut text = String::new();
    stream.read_to_string(&mut text).map(|_| text).map_err(|error| error.kind())
}

/// Speaks, which fails when the server has gone already, and listens.
pub fn answer(mut stream: &TcpStream) -> Result<String, ErrorKind> {
    stream.write_all(b"hi").map_err(|error| error.kind()).and_then(|()| rest(stream))
}

/// A client that talks to a server on `port`, with an input that is written to.
pub fn client(name: &str, port: u16, arguments: &[&str]) -> (Program, std::process::ChildStdin) {
    let mut command = Command::new(path(name));
    command.args(arguments).env("PORT", port.to_string());
    Program::start_fed(command, Stdout::Pipe).expect("it starts")
}

/// Every server that exists with every client that exists: what the client printed and what the server printed,
/// without the ports, is equal in all of them.
pub fn conversations(pattern: Pattern, message: &str) {
    let mut seen: Vec<(Rung, bool, String, String)> = Vec::new();
    for rung in Rung::ALL {
        let Some(server) = PROGRAMS.command(pattern, rung).expect("it was built") else {
            harness::skip("the original needs Python 3");
            continue;
        };
        for python in [false, true] {
            let client = Command::new(path(&format!("{}-client", pattern.package())));
            let Some(mut client) = (if python { python_client(pattern) } else { Some(client) })
            else {
                continue;
            };
            let Server { program: server, port, lease: _lease } = Server::quiet(&server);
            client.arg(message).env("PORT", port.to_string()).stdin(Stdio::null());
            let probed = usize::from(pattern == Pattern::UdpEcho);
            if probed > 0 {
                answers_a_datagram(&server, port);
            }
            // A server of one client would be used up by a probe: the client is refused until it is there.
            let told = loop {
                let output = client.output().expect("it runs");
                if output.status.success() {
                    break String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n");
                }
                let stderr = String::from_utf8_lossy(&output.stderr).to_lowercase();
                assert!(stderr.contains("refused"), "{rung:?}: {stderr}");
                assert!(
                    server.exit(Duration::from_millis(5)).is_none(),
                    "{}",
                    server.stderr.text()
                );
            };
            assert!(told.ends_with('\n'), "the client printed nothing");
            let _ = server.stdout.lines(DEADLINE, told.lines().count() + probed);
            server.end();
            let printed = String::from_utf8_lossy(&server.stdout.bytes()).replace("\r\n", "\n");
            seen.push((rung, python, told, without_ports(&printed)));
        }
    }
    for (rung, python, told, printed) in &seen[1..] {
        assert_eq!((told, printed), (&seen[0].2, &seen[0].3), "{rung:?}, Python client: {python}");
    }
}

/// Waits until a server answers a datagram: one to nobody is lost, and the Python client would wait for ever.
fn answers_a_datagram(server: &Program, port: u16) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.connect(("127.0.0.1", port)).expect("an address");
    socket.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    // It is refused, by sending or receiving, while nobody is there.
    let ask = || socket.send(b"ready?").and_then(|_| socket.recv(&mut [0; 64]));
    while let Err(error) = ask() {
        let refused =
            matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset);
        assert!(refused && server.exit(Duration::from_millis(5)).is_none(), "{error}");
    }
}

/// With so many descriptors, a server lets the clients wait that are too many, says so, and serves them all.
pub fn waits_for_descriptors(number: usize, program: &str) {
    let begin = Instant::now();
    let script = format!(r#"ulimit -n {number}; exec "$0""#);
    let server = Server::announced(&["sh", "-c", &script, program]);
    let streams = server.crowd(12);
    server.tells("os error 24", 3);
    // Every client gets its turn as the others leave.
    for stream in &streams {
        assert_eq!(answer(stream).as_deref(), Ok("서버로부터 응답: {data}"));
    }
    let stderr = server.ended();
    server.prints(streams.len());
    // Neither a flood nor a busy loop: there is a pause after each of its lines.
    let pauses = begin.elapsed().as_millis() / 100;
    let told = stderr.matches("os error 24").count();
    assert!(told as u128 <= pauses + 1, "{pauses}: {stderr}");
}

/// The port in an address as Python prints it, made the same in every run.
pub fn without_ports(text: &str) -> String {
    let address = regex::Regex::new(r"(\('[0-9.]+', )\d+\)").expect("a valid pattern");
    address.replace_all(text, "${1}PORT)").into_owned()
}

/// Whether `command` runs here; says so if it does not.
pub fn available(command: &[&str], what: &str) -> bool {
    let output = Command::new(command[0]).args(&command[1..]).stdin(Stdio::null()).output();
    let available = output.is_ok_and(|output| output.status.success());
    if !available {
        harness::skip(&format!("{what} needs `{}`", command.join(" ")));
    }
    available
}

/// A file of the project, from its folder.
pub fn file(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
