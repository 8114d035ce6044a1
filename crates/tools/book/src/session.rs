//! Sessions: what learners type in one, two or three terminals, and what these show. Every line is run
//! as it is written, by a shell at a real terminal (`script`), in the folder of the workspace; only the
//! ports are others while it runs, so that nothing that is already there is in the way.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::Write;
use std::process::{ChildStdin, Command};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use harness::port::Lease;
use harness::program::{Exit, Program, Stdout};
use harness::programs::{Programs, root};
use harness::sockets::{self, Protocol};
use regex::{Captures, Regex};

use crate::{Language, told};
use Act::{Ask, Clients, CtrlC, CtrlD, Ends, Fails, Queues, Serve, Shows, Type};

/// How long anything may take. Only a failure ever waits this long.
const DEADLINE: Duration = Duration::from_secs(120);

/// What a learner does in the terminal of this number.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// Types a command that starts a server, and waits until it listens.
    Serve(usize, &'static str),
    /// Types a command that succeeds, and waits until it ends.
    Ask(usize, &'static str),
    /// Types a command that fails, and waits until it ends.
    Fails(usize, &'static str),
    /// Types a command, and does not wait.
    Type(usize, &'static str),
    /// Waits until the terminal shows this.
    Shows(usize, &'static str),
    /// Waits until the terminal shows so many connected clients.
    Clients(usize, usize),
    /// Waits until a message of this terminal has come to the server that it does not read yet.
    Queues(usize),
    /// Waits until nothing moves any more at the terminal, and presses Ctrl-C.
    CtrlC(usize),
    /// Presses Ctrl-D, and waits until the command ends.
    CtrlD(usize),
    /// Waits until the command ends.
    Ends(usize),
}

const TCP: &str = "cargo run -p tcp-echo";
const TCP_CLIENT: &str = "cargo run --bin tcp-echo-client";
const TCP_PYTHON: &str = "PORT=12346 python3 crates/tcp-echo/python/server.py";
const TCP_PYTHON_CLIENT: &str = "PORT=12346 python3 crates/tcp-echo/python/client.py 안녕";
const UDP: &str = "cargo run -p udp-echo";
const UDP_PYTHON: &str = "PORT=12346 python3 crates/udp-echo/python/server.py";
const THREADED: &str = "cargo run -p threaded-echo";
const THREADED_CLIENT: &str = "cargo run --bin threaded-echo-client";
const THREADED_PYTHON: &str = "PORT=12346 python3 crates/threaded-echo/python/server.py";
const ONE_AT_A_TIME: &str = "cargo run -p threaded-echo --example one-at-a-time";
const POOL: &str = "cargo run -p next-steps --bin thread-pool-server";
const TOKIO: &str = "cargo run -p next-steps --bin tokio-server";
const SILENT: &str = "cargo run --bin threaded-echo-client -- --clients 1 -";
const CUT: &str = "python3 -c \"print('한' * 400, end='')\" | cargo run --bin udp-echo-client -- -";
const CUT_PYTHON: &str =
    "python3 -c \"print('한' * 400, end='')\" | cargo run --bin udp-echo-client -- --port 12346 -";

/// All sessions. What stands in a terminal has ended before the next command is typed in it, and before the
/// session is over.
const SESSIONS: &[(&str, &[Act])] = &[
    // §1
    ("tcp-hello", &[Serve(1, TCP), Ask(2, "cargo run --bin tcp-echo-client -- 안녕")]),
    ("tcp-hello-python", &[Serve(1, TCP_PYTHON), Ask(2, TCP_PYTHON_CLIENT)]),
    (
        "tcp-mixed",
        &[
            Serve(1, "cargo run -p tcp-echo --example tcp-literal"),
            Ask(2, "PORT=12345 python3 crates/tcp-echo/python/client.py 안녕"),
        ],
    ),
    (
        "tcp-echo",
        &[
            Serve(1, "cargo run -p tcp-echo -- --echo"),
            Ask(2, "cargo run --bin tcp-echo-client -- 안녕"),
        ],
    ),
    (
        "tcp-5000",
        &[Serve(1, TCP), Fails(2, "head -c 5000 /dev/zero | cargo run --bin tcp-echo-client -- -")],
    ),
    ("tcp-nothing", &[Serve(1, TCP), Ask(2, "cargo run --bin tcp-echo-client -- - < /dev/null")]),
    (
        "tcp-second",
        &[
            Serve(1, TCP),
            Type(2, "cargo run --bin tcp-echo-client -- -"),
            Clients(1, 1),
            Type(3, "cargo run --bin tcp-echo-client -- --timeout 60 안녕"),
            Queues(3),
            Ask(4, "ss -ltn 'sport = :12345'"),
            CtrlD(2),
        ],
    ),
    ("tcp-restart", &[Serve(1, TCP), Ask(2, TCP_CLIENT), Serve(1, TCP), Ask(2, TCP_CLIENT)]),
    (
        "tcp-restart-python",
        &[Serve(1, TCP_PYTHON), Ask(2, TCP_PYTHON_CLIENT), Fails(1, TCP_PYTHON)],
    ),
    ("tcp-nobody", &[Fails(1, TCP_CLIENT), Fails(1, TCP_PYTHON_CLIENT)]),
    ("tcp-busy", &[Serve(1, THREADED), Fails(2, TCP), CtrlC(1)]),
    // §2
    ("udp-hello", &[Serve(1, UDP), Ask(2, "cargo run --bin udp-echo-client -- 안녕"), CtrlC(1)]),
    (
        "udp-hello-python",
        &[
            Serve(1, UDP_PYTHON),
            Ask(2, "PORT=12346 python3 crates/udp-echo/python/client.py 안녕"),
            CtrlC(1),
        ],
    ),
    (
        "udp-echo",
        &[
            Serve(1, "cargo run -p udp-echo -- --echo"),
            Ask(2, "cargo run --bin udp-echo-client -- 안녕"),
            CtrlC(1),
        ],
    ),
    ("udp-cut", &[Serve(1, UDP), Ask(2, CUT), CtrlC(1)]),
    ("udp-cut-python", &[Serve(1, UDP_PYTHON), Fails(2, CUT_PYTHON)]),
    ("udp-empty", &[Serve(1, UDP), Ask(2, "cargo run --bin udp-echo-client -- \"\""), CtrlC(1)]),
    ("udp-nobody", &[Fails(1, "cargo run --bin udp-echo-client")]),
    (
        "udp-two",
        &[
            Serve(1, UDP),
            Type(2, "cargo run --bin udp-echo-client -- -"),
            Shows(2, "Ctrl-D"),
            Ask(3, "cargo run --bin udp-echo-client -- 안녕"),
            CtrlD(2),
            CtrlC(1),
        ],
    ),
    // §3
    (
        "one-at-a-time",
        &[
            Serve(1, ONE_AT_A_TIME),
            Fails(2, "cargo run --bin threaded-echo-client -- --timeout 1"),
            Clients(1, 3),
            CtrlC(1),
        ],
    ),
    (
        "threads-hello",
        &[Serve(1, THREADED), Ask(2, "cargo run --bin threaded-echo-client -- 안녕"), CtrlC(1)],
    ),
    (
        "threads-silent",
        &[
            Serve(1, THREADED),
            Type(2, SILENT),
            Clients(1, 1),
            Ask(3, THREADED_CLIENT),
            CtrlD(2),
            CtrlC(1),
        ],
    ),
    (
        "threads-none",
        &[
            Ask(1, "cargo build -p threaded-echo"),
            Serve(1, "RUST_MIN_STACK=1000000000000000 target/debug/threaded-echo-server"),
            Type(2, SILENT),
            Shows(1, "(os error "),
            CtrlD(2),
            CtrlC(1),
        ],
    ),
    (
        "threads-interrupt",
        &[Serve(1, THREADED), Type(2, SILENT), Clients(1, 1), CtrlC(1), Ends(1), CtrlD(2)],
    ),
    (
        "threads-interrupt-python",
        &[
            Serve(1, THREADED_PYTHON),
            Type(2, "cargo run --bin threaded-echo-client -- --port 12346 --clients 1 -"),
            Clients(1, 1),
            CtrlC(1),
            Shows(1, "KeyboardInterrupt"),
            CtrlD(2),
        ],
    ),
    // When threads are not enough
    (
        "pool-nine",
        &[
            Serve(1, POOL),
            Fails(2, "cargo run --bin threaded-echo-client -- --clients 9 --timeout 1"),
            Clients(1, 9),
            CtrlC(1),
        ],
    ),
    (
        "tokio-nine",
        &[
            Serve(1, TOKIO),
            Ask(2, "cargo run --bin threaded-echo-client -- --clients 9 --timeout 1"),
            CtrlC(1),
        ],
    ),
    (
        "check-pool",
        &[Ask(
            1,
            "cargo run -p compare -- check threaded-echo --port 0 -- cargo run -p next-steps --bin thread-pool-server",
        )],
    ),
    (
        "check-tokio",
        &[Ask(
            1,
            "cargo run -p compare -- check threaded-echo --port 0 -- cargo run -p next-steps --bin tokio-server",
        )],
    ),
    // The missing f
    (
        "f-string",
        &[
            Ask(1, "python3 -c 'data = \"안녕\".encode(); print(\"서버로부터 응답: {data}\")'"),
            Ask(1, "python3 -c 'data = \"안녕\".encode(); print(f\"서버로부터 응답: {data}\")'"),
            Ask(
                1,
                "python3 -c 'data = \"안녕\".encode(); print(f\"서버로부터 응답: {data.decode()}\")'",
            ),
        ],
    ),
    // The checker
    (
        "check-pass",
        &[Ask(
            1,
            "cargo run -p compare -- check threaded-echo --port 0 -- python3 crates/threaded-echo/python/server.py",
        )],
    ),
    (
        "check-fail",
        &[Fails(
            1,
            "cargo run -p compare -- check threaded-echo --port 0 -- python3 tests/gallery/wrong/threaded-echo/silent-neighbour-join.py",
        )],
    ),
    (
        "readme-fail",
        &[Fails(
            1,
            "cargo run -p compare -- check threaded-echo/silent-neighbour --port 0 -- python3 tests/gallery/wrong/threaded-echo/silent-neighbour-join.py",
        )],
    ),
    (
        "check-own-rust",
        &[
            Ask(
                1,
                "rustc --edition 2024 -o target/my_server crates/tcp-echo/examples/tcp-literal.rs",
            ),
            Ask(1, "cargo run -p compare -- check tcp-echo --port 0 -- target/my_server"),
        ],
    ),
    (
        "check-one-at-a-time",
        &[Fails(
            1,
            "cargo run -p compare -- check threaded-echo/silent-neighbour --port 0 -- cargo run -p threaded-echo --example one-at-a-time",
        )],
    ),
    (
        "check-one",
        &[Ask(
            1,
            "cargo run -p compare -- check threaded-echo/silent-neighbour --port 0 -- python3 crates/threaded-echo/python/server.py",
        )],
    ),
    (
        "check-json",
        &[Ask(
            1,
            "cargo run -p compare -- check tcp-echo/hello --port 0 --json -- python3 crates/tcp-echo/python/server.py | sed -n 1,11p",
        )],
    ),
    (
        "check-class",
        &[Ask(
            1,
            "for server in tests/gallery/right/tcp-echo/so*.py tests/gallery/wrong/tcp-echo/*-f-*.py; do echo $server; cargo run -p compare -- check tcp-echo --port 0 -- python3 $server | tail -n 2; done",
        )],
    ),
    // The comparison
    ("compare-run", &[Ask(1, "cargo run -p compare")]),
    ("calls-tcp", &[Ask(1, "cargo run -p compare -- syscalls tcp-echo")]),
    ("calls-udp", &[Ask(1, "cargo run -p compare -- syscalls udp-echo")]),
    ("calls-threaded", &[Ask(1, "cargo run -p compare -- syscalls threaded-echo")]),
];

/// The names of all sessions.
pub fn names() -> impl Iterator<Item = &'static str> {
    SESSIONS.iter().map(|(name, _)| *name)
}

/// Every line that is typed in one of them.
pub fn lines() -> impl Iterator<Item = &'static str> {
    SESSIONS.iter().flat_map(|(_, acts)| *acts).filter_map(|act| match act {
        Serve(_, line) | Ask(_, line) | Fails(_, line) | Type(_, line) => Some(*line),
        Shows(..) | Clients(..) | Queues(_) | CtrlC(_) | CtrlD(_) | Ends(_) => None,
    })
}

/// Whether a session shows what is in the reader's language: a program of ours runs in it.
pub(crate) fn speaks(name: &str) -> bool {
    let acts = SESSIONS.iter().filter(|session| session.0 == name).flat_map(|session| session.1);
    acts.into_iter().any(|act| match act {
        Serve(_, line) | Ask(_, line) | Fails(_, line) | Type(_, line) => {
            !line.contains("python3 -c '")
        }
        _ => false,
    })
}

/// Whether a session takes seconds: it checks, compares, or something in it is waited for in vain.
pub(crate) fn takes_long(name: &str) -> bool {
    let acts = SESSIONS.iter().filter(|session| session.0 == name).flat_map(|session| session.1);
    acts.into_iter().any(|act| match act {
        Ask(_, line) => line.contains("-p compare"),
        act => matches!(act, Fails(..)),
    })
}

/// Builds what the sessions run, so that no time limit of a session counts it.
pub(crate) fn build() -> Result<()> {
    for packages in [&["--bins", "--examples"][..], &["-p", "compare"], &["-p", "next-steps"]] {
        Programs::build_with(&[&["--quiet"], packages].concat())?;
    }
    Ok(())
}

/// The text without what differs from run to run: the ports of clients, durations, and which of two moments
/// came first.
pub(crate) fn without_chance(text: &str) -> String {
    static CHANCE: LazyLock<[Regex; 3]> = LazyLock::new(|| {
        [r"('127\.0\.0\.1', )\d+", r#"("seconds": |time=")[\d.]+"#, r"(?m)^ +\d+\.\d{3}  "]
            .map(|pattern| Regex::new(pattern).expect("a valid pattern"))
    });
    let text = CHANCE
        .iter()
        .fold(text.to_owned(), |text, chance| chance.replace_all(&text, "${1}N ").into_owned());
    let mut lines: Vec<&str> = text.lines().collect();
    let moment = |line: &str| line.starts_with("N ");
    lines.chunk_by_mut(|one, next| moment(one) && moment(next)).for_each(<[&str]>::sort_unstable);
    lines.join("\n")
}

/// The ports that the book shows. Whoever is told that one is in use is advised to take the next.
const SHOWN: [u16; 2] = [12345, 12346];

/// A text with other numbers in the place of some.
fn renumbered(text: &str, other: impl Fn(u16) -> Option<u16>) -> String {
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?-u:\b)\d{4,5}(?-u:\b)").expect("a valid pattern"));
    let new = |number: &Captures| {
        let other = number[0].parse().ok().and_then(&other);
        other.map_or(number[0].to_owned(), |other| other.to_string())
    };
    NUMBER.replace_all(text, new).into_owned()
}

/// The terminals of a session while it is played.
struct Stage {
    terminals: BTreeMap<usize, Terminal>,
    /// The port that is shown, and the one that is used.
    ports: Vec<(u16, Lease)>,
    /// That of whoever sits there.
    language: Language,
}

#[derive(Default)]
struct Terminal {
    /// What the commands that have ended left on it.
    text: String,
    running: Option<(Program, ChildStdin)>,
}

/// Plays a session: what each terminal shows at its end.
pub(crate) fn play(name: &str, language: Language) -> Result<Vec<String>> {
    let session = SESSIONS.iter().find(|session| session.0 == name);
    let (_, acts) = session.with_context(|| {
        told(
            format!("`{name}`: 그런 세션이 없습니다. session.rs를 보세요."),
            format!("`{name}`: no such session; see session.rs."),
        )
    })?;
    let ports =
        SHOWN.into_iter().map(|shown| Ok((shown, Lease::take()?))).collect::<Result<_>>()?;
    let mut stage = Stage { terminals: BTreeMap::new(), ports, language };
    for act in *acts {
        stage.act(*act).with_context(|| format!("{act:?}\n{}", stage.shown().join("\n")))?;
    }
    for number in stage.terminals.keys().copied().collect::<Vec<_>>() {
        stage.ends(number).with_context(|| format!("{number}\n{}", stage.shown().join("\n")))?;
    }
    Ok(stage.shown())
}

impl Stage {
    fn act(&mut self, act: Act) -> Result<()> {
        match act {
            Serve(number, line) => {
                self.start(number, line)?;
                let port = self.used(port_of(line));
                self.wait(number, |_| listens(port))
            }
            Ask(number, line) | Fails(number, line) => {
                self.start(number, line)?;
                let exit = self.ends(number)?;
                ensure!(
                    (exit == Some(Exit::Code(0))) == matches!(act, Ask(..)),
                    told(
                        format!("명령이 이렇게 끝나면 안 됩니다: {exit:?}"),
                        format!("The command should not end like this: {exit:?}"),
                    )
                );
                Ok(())
            }
            Type(number, line) => self.start(number, line),
            Queues(number) => {
                let port = self.used(12345);
                self.wait(number, |_| message_waits(port))
            }
            Clients(number, count) => self.wait(number, |shown| {
                shown.matches("클라이언트가 연결되었습니다").count() == count
            }),
            Shows(number, text) => self.wait(number, |shown| shown.contains(text)),
            CtrlC(number) => {
                let (program, _) = self.running(number)?;
                ensure!(
                    program.rests(DEADLINE),
                    told("명령이 멈춰 서지 않습니다.", "The command does not come to rest.")
                );
                self.press(number, b"\x03")
            }
            CtrlD(number) => {
                self.press(number, b"\x04")?;
                self.ends(number).map(|_| ())
            }
            Ends(number) => self.ends(number).map(|_| ()),
        }
    }

    fn used(&self, shown: u16) -> u16 {
        let port = self.ports.iter().find(|port| port.0 == shown);
        port.map_or(shown, |(_, lease)| lease.port)
    }

    /// Types a command at a terminal of its own, with a prompt before it.
    fn start(&mut self, number: usize, line: &str) -> Result<()> {
        self.ends(number)?;
        let mut typed = renumbered(line, |number| Some(self.used(number)));
        if let Some(target) = env::var_os("CARGO_TARGET_DIR") {
            typed = typed.replace("target/", &format!("{}/", target.to_string_lossy()));
        }
        let mut command = Command::new("env");
        command
            .current_dir(root())
            // Where we run in the background, Ctrl-C is ignored, and our children would ignore it too.
            .args(["--default-signal=INT,QUIT,HUP", "script", "--quiet", "--flush", "--return"])
            .args(["--command", &typed, "/dev/null"])
            .env("PORT", self.used(12345).to_string())
            .env("SHELL", "/bin/sh")
            // No colours, no progress bars; cargo tells nothing of the build.
            .envs([
                ("TERM", "dumb"),
                ("NO_COLOR", "1"),
                ("CARGO_TERM_QUIET", "true"),
                ("LC_MESSAGES", self.language.locale()),
                ("LC_CTYPE", "C.UTF-8"),
            ])
            .env_remove("LC_ALL")
            .env_remove("RUST_BACKTRACE");
        let started = Program::start_fed(command, Stdout::Pipe).with_context(|| {
            told(
                "script를 실행하지 못했습니다. util-linux를 설치하세요.",
                "script could not be run; install util-linux.",
            )
        })?;
        let terminal = self.terminals.entry(number).or_default();
        terminal.text += &format!("$ {line}\n");
        terminal.running = Some(started);
        Ok(())
    }

    fn running(&mut self, number: usize) -> Result<&mut (Program, ChildStdin)> {
        let terminal = self.terminals.get_mut(&number);
        terminal
            .and_then(|terminal| terminal.running.as_mut())
            .with_context(|| told("실행 중인 명령이 없습니다.", "No command runs there."))
    }

    /// Waits until `found`, or fails when the command ends or the time is up.
    fn wait(&mut self, number: usize, found: impl Fn(&str) -> bool) -> Result<()> {
        let (program, _) = self.running(number)?;
        let end = Instant::now() + DEADLINE;
        loop {
            let ended = program.exit(Duration::from_millis(10)).is_some();
            if ended {
                // What it has written last may still be on its way to us.
                program.stdout.wait(DEADLINE, |_| false);
            }
            if found(&program.stdout.text()) {
                return Ok(());
            }
            ensure!(
                !ended && Instant::now() < end,
                told("기다린 일이 일어나지 않았습니다.", "What was waited for did not come.")
            );
        }
    }

    fn press(&mut self, number: usize, key: &[u8]) -> Result<()> {
        let (_, stdin) = self.running(number)?;
        stdin.write_all(key)?;
        Ok(stdin.flush()?)
    }

    /// Waits until the command of a terminal, if there is one, ends, and keeps what it has shown.
    fn ends(&mut self, number: usize) -> Result<Option<Exit>> {
        let Some((program, _)) =
            self.terminals.get(&number).and_then(|terminal| terminal.running.as_ref())
        else {
            return Ok(None);
        };
        let exit = program
            .exit(DEADLINE)
            .with_context(|| told("명령이 끝나지 않았습니다.", "The command did not end."))?;
        program.end();
        let shown = self.presentable(&program.stdout.text());
        if let Some(terminal) = self.terminals.get_mut(&number) {
            terminal.text += &shown;
            terminal.running = None;
        }
        Ok(Some(exit))
    }

    /// What a terminal showed, with the ports of the text, and without the places of this machine.
    fn presentable(&self, text: &str) -> String {
        static PLACE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r#""/[^"]*/(lib/python)"#).expect("a valid pattern"));
        let mut text = text.replace("\r\n", "\n").replace('\u{8}', "");
        let root = fs::canonicalize(root()).unwrap_or_default();
        text = text.replace(&format!("{}/", root.display()), "");
        text = PLACE.replace_all(&text, "\"…/$1").into_owned();
        text = renumbered(&text, |number| {
            let places = self
                .ports
                .iter()
                .flat_map(|(shown, lease)| [0, 1].map(|i| (lease.port + i, shown + i)));
            places.into_iter().find(|(used, _)| *used == number).map(|(_, shown)| shown)
        });
        // On the usual port, the server's advice does without it.
        text = text.replace(" -- --port 12345\n", "\n").replace(" -- --port 12345`", "`");
        text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    fn shown(&self) -> Vec<String> {
        let text = |terminal: &Terminal| {
            let now = terminal.running.as_ref().map(|(program, _)| program.stdout.text());
            terminal.text.clone() + &now.unwrap_or_default()
        };
        self.terminals.values().map(text).collect()
    }
}

/// The port of a command, as it is shown.
fn port_of(line: &str) -> u16 {
    if line.contains("12346") { 12346 } else { 12345 }
}

/// Whether a server has its port: a look that disturbs nobody.
fn listens(port: u16) -> bool {
    let mut sockets = Protocol::ALL.into_iter().flat_map(sockets::all);
    sockets.any(|socket| socket.listens && socket.local.port() == port)
}

/// Whether a message has come that the server on `port` has not read yet.
fn message_waits(port: u16) -> bool {
    let mut sockets = sockets::all(Protocol::Tcp).into_iter();
    sockets.any(|socket| !socket.listens && socket.local.port() == port && socket.unread > 0)
}

#[cfg(test)]
mod tests {
    use super::without_chance;

    #[test]
    fn when_something_happened_and_which_came_first_is_chance() {
        let one = "서버:\n    0.001  a\n    0.002          b\n    5.012  c\n(\"seconds\": 0.1)\n";
        let other = "서버:\n    0.002          b\n    0.003  a\n   15.113  c\n(\"seconds\": 2)\n";
        assert_eq!(without_chance(one), without_chance(other));
        assert_ne!(without_chance(one), without_chance(&one.replace("  c\n", "          c\n")));
    }
}
