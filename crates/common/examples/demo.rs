//! 데모: 세 패턴의 서버와 클라이언트를 Rust와 파이썬으로 실행하고, 두 터미널에 보이는 그대로 출력합니다.
//! The demo: runs server and client of the three patterns, in Rust and in Python, and shows what two
//! terminals would show.
//!
//! - `cargo run --example demo`
//! - `cargo run --example demo -- udp-echo`
//!
//! 서버와 클라이언트의 표준 출력이 두 언어에서 같은지 비교하고, 다르면 종료 코드 1로 끝납니다.
//! It compares the standard output of both languages and exits with 1 when they differ.

use std::io::{Read, Seek};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use anstream::println;
use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result, bail, ensure};
use common::{Pattern, in_lines};
use harness::Text;
use harness::port::Lease;
use harness::program::{self, Program, Stdout};
use harness::programs::{Programs, python, python_command, root};
use wait_timeout::ChildExt;

const HEADING: Style = AnsiColor::Cyan.on_default().bold();
const LABEL: Style = Style::new().bold();
const ASIDE: Style = Style::new().dimmed();

/// Only a failure ever waits this long.
const DEADLINE: Duration = Duration::from_secs(30);

/// A server that runs, and a client that has been answered.
struct Conversation {
    language: &'static str,
    server: Program,
    /// The commands in the two terminals.
    typed: [String; 2],
    /// What the server had said before the client came.
    told: String,
    replied: String,
}

fn main() -> ExitCode {
    common::report(demo())
}

fn demo() -> Result<()> {
    let patterns = [Pattern::TcpEcho, Pattern::UdpEcho, Pattern::ThreadedEcho];
    let names = patterns.map(Pattern::package);
    let command = clap::Command::new("demo")
        .about(in_lines(
            "세 패턴의 서버와 클라이언트를 Rust와 파이썬으로 실행합니다.",
            "Runs server and client of the three patterns, in Rust and in Python.",
        ))
        .after_help(common::examples(&[
            "cargo run --example demo",
            "cargo run --example demo -- udp-echo",
        ]))
        .arg(
            clap::Arg::new("pattern")
                .value_name("PATTERN")
                .help(in_lines("하나만", "one only"))
                .value_parser(names),
        );
    let matches = common::parse(command);
    let only = matches.get_one::<String>("pattern");

    program::end_all_on_signals()?;
    let programs = Programs::build()?;
    let mut shown = 0;
    for (pattern, port) in patterns.into_iter().zip(12351..) {
        let name = pattern.package();
        if only.is_some_and(|only| only != name) {
            continue;
        }
        println!("{HEADING}══ {name} ══{HEADING:#}\n");
        let rust = in_rust(name, &programs)?.show(pattern);
        shown += 1;
        if python().is_none() {
            let missing = Text::new(
                "파이썬 3이 없어 원본은 실행하지 않았습니다. 파이썬 3.8 이상을 설치하세요.",
                "Python 3 was not found, so the original was not run. Install Python 3.8 or newer.",
            );
            println!("{}\n", missing.sentences());
            continue;
        }
        let python = in_python(pattern, port)?.show(pattern);
        shown += 1;
        let differ = Text::new("두 언어의 출력이 다릅니다.", "The two languages differ.");
        ensure!(rust == python, "{name}: {}\n{rust:#?}\n{python:#?}", differ.sentences());
        let equal = Text::new(
            "Rust와 파이썬의 표준 출력과 응답이 같습니다",
            "standard output and replies of Rust and Python are equal",
        );
        println!("{LABEL}= {equal}{LABEL:#}\n");
    }
    let done =
        Text::new(format!("대화 {shown}개를 마쳤습니다"), format!("{shown} conversations done"));
    println!("{done}");
    Ok(())
}

fn in_rust(name: &str, programs: &Programs) -> Result<Conversation> {
    // The port that a learner will use, or if that is taken, any other.
    for (port, flags) in [("12345", ""), ("0", " -- --port 0")] {
        let mut server = Command::new(programs.path(&format!("{name}-server"))?);
        server.env_remove("PORT").args(["--port", port]);
        let server = Program::start(server, Stdout::Pipe)?;
        let told = text(&server.stderr.wait(DEADLINE, |stderr| ready(&text(stderr)).is_some()));
        let Some((bound, command)) = ready(&told) else {
            continue;
        };
        let mut client = Command::new(programs.path(&format!("{name}-client"))?);
        let (replied, succeeded) = run(client.env("PORT", bound))?;
        if succeeded {
            let typed = [format!("cargo run -p {name}{flags}"), format!("cargo run {command}")];
            return Ok(Conversation { language: "Rust", server, typed, told, replied });
        }
        // On the port that everybody uses, somebody else may have come first.
        ensure!(port != "0", failed(&replied));
    }
    bail!(Text::new("서버를 시작하지 못했습니다.", "The server did not start.").sentences())
}

/// The port and the client's command, once the server has told both.
fn ready(told: &str) -> Option<(&str, &str)> {
    let (port, rest) = told.split_once("127.0.0.1:")?.1.split_once('\n')?;
    let (command, _) = rest.split_once("cargo run ")?.1.split_once('\n')?;
    Some((port, command))
}

fn in_python(pattern: Pattern, port: u16) -> Result<Conversation> {
    let folder = format!("crates/{}/python", pattern.package());
    // A port that no printed command uses (it stays in TIME_WAIT for a while), or if that is not free, or taken at
    // the last moment, others.
    for lease in Lease::of(port).into_iter().chain((0..5).map_while(|_| Lease::take().ok())) {
        let port = lease.port.to_string();
        let command = |file: &str| {
            let mut command =
                python_command(&root().join(&folder).join(file)).context("Python 3")?;
            command.env("PORT", &port);
            anyhow::Ok(command)
        };
        let server = Program::start(command("server.py")?, Stdout::Pipe)?;
        let ended = || server.exit(Duration::from_millis(10)).is_some();
        // The TCP client is refused until the server is there; a datagram to nobody is lost.
        while pattern == Pattern::UdpEcho && Lease::of(lease.port).is_some() && !ended() {}
        while !ended() {
            let (replied, succeeded) = run(&mut command("client.py")?)?;
            if succeeded {
                let typed = ["server.py", "client.py"]
                    .map(|file| format!("PORT={port} python3 {folder}/{file}"));
                return Ok(Conversation {
                    language: "Python",
                    server,
                    typed,
                    told: String::new(),
                    replied,
                });
            }
            ensure!(replied.to_lowercase().contains("refused"), failed(&replied));
        }
    }
    bail!(Text::new("원본을 시작하지 못했습니다.", "The original did not start.").sentences())
}

/// Runs a client to its end: what the terminal would show, and whether it succeeded.
fn run(client: &mut Command) -> Result<(String, bool)> {
    let mut terminal = tempfile::tempfile()?;
    client.stdin(Stdio::null()).stdout(terminal.try_clone()?).stderr(terminal.try_clone()?);
    let mut child = client.spawn()?;
    let Some(status) = child.wait_timeout(DEADLINE)? else {
        child.kill()?;
        child.wait()?;
        bail!(Text::new("클라이언트가 끝나지 않습니다.", "The client does not end.").sentences())
    };
    let mut shown = Vec::new();
    terminal.rewind()?;
    terminal.read_to_end(&mut shown)?;
    Ok((text(&shown), status.success()))
}

fn failed(shown: &str) -> String {
    format!(
        "{}\n{shown}",
        Text::new("클라이언트가 실패했습니다.", "The client failed.").sentences()
    )
}

/// Python ends its lines with CR LF on Windows.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}

impl Conversation {
    /// Lets the server of one client end, ends the others as Ctrl-C would, and shows both terminals. What must be
    /// equal in both languages: the standard output of the server, without the digits of its ports, and the replies.
    fn show(self, pattern: Pattern) -> [String; 2] {
        let Self { language, server, typed, told, replied } = self;
        let (lines, end) = match pattern {
            Pattern::TcpEcho => (1, ""),
            Pattern::UdpEcho => (1, "^C\n"),
            Pattern::ThreadedEcho => (3, "^C\n"),
        };
        // The replies have come, so all lines have been printed; wait until they have been read.
        let printed = text(&server.stdout.lines(DEADLINE, lines));
        let _ = server.exit(if end.is_empty() { DEADLINE } else { Duration::ZERO });
        server.end();
        let asides = server.stderr.text().split_off(told.len());
        let terminals = [format!("{told}{printed}{asides}{end}"), replied];
        for (number, (typed, terminal)) in (1..).zip(typed.iter().zip(&terminals)) {
            let place = Text::new(format!("터미널 {number}"), format!("terminal {number}"));
            println!("{LABEL}[{language}] {place}{LABEL:#}\n$ {typed}");
            for line in terminal.lines() {
                let style = if line.starts_with("# ") { ASIDE } else { Style::new() };
                println!("{style}{line}{style:#}");
            }
            println!();
        }
        let replies = terminals[1].split_inclusive('\n').filter(|line| !line.starts_with("# "));
        [printed.replace(|c: char| c.is_ascii_digit(), ""), replies.collect()]
    }
}
