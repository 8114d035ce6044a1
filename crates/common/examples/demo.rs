//! 데모: 세 패턴의 서버와 클라이언트를 Rust와 파이썬으로 실행하고, 두 터미널에 보이는 그대로 출력합니다.
//! The demo: runs server and client of the three patterns, in Rust and in Python, and shows what two
//! terminals would show.
//!
//! - `cargo run --example demo`
//! - `cargo run --example demo -- udp-echo`
//!
//! 서버와 클라이언트의 표준 출력이 두 언어에서 같은지 비교하고, 다르면 종료 코드 1로 끝납니다.
//! It compares the standard output of both languages and exits with 1 when they differ.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use anstream::println;
use anstyle::{AnsiColor, Style};
use anyhow::{ensure, Context, Result};
use clap::Arg;
use support::{Lease, Program, DEADLINE};
use wait_timeout::ChildExt;

const HEADING: Style = AnsiColor::Cyan.on_default().bold();
const LABEL: Style = Style::new().bold();
const ASIDE: Style = Style::new().dimmed();

/// One server and one client, as the two terminals showed them.
struct Conversation {
    language: &'static str,
    server_terminal: String,
    client_terminal: String,
    /// What must be equal: the standard output of the server, and that of the client.
    stdout: [String; 2],
}

fn main() -> ExitCode {
    common::report(demo())
}

fn demo() -> Result<()> {
    let patterns = ["tcp-echo", "udp-echo", "threaded-echo"];
    let command = clap::Command::new("demo")
        .about(
            "세 패턴의 서버와 클라이언트를 Rust와 파이썬으로 실행합니다.\n\
             Runs server and client of the three patterns, in Rust and in Python.",
        )
        .help_template(common::HELP_TEMPLATE)
        .after_help(
            "예 · Examples:\n  cargo run --example demo\n  cargo run --example demo -- udp-echo",
        )
        .disable_help_flag(true)
        .arg(
            Arg::new("pattern")
                .value_name("PATTERN")
                .help_heading("인수 · Arguments")
                .help(format!("한 패턴만 · one pattern only: {}", patterns.join(", ")))
                .value_parser(patterns)
                .hide_possible_values(true),
        )
        .arg(common::help().help_heading("옵션 · Options"));
    let matches = common::parse(command);
    let only = matches.get_one::<String>("pattern");

    let programs = support::executables(&["--bins"]).context(
        "프로그램을 빌드하지 못했습니다. 위의 에러를 확인하세요.\n\
         The programs could not be built; see the errors above.",
    )?;
    let mut shown = 0;
    for (pattern, port) in patterns.into_iter().zip(12351..) {
        if only.is_some_and(|only| only != pattern) {
            continue;
        }
        println!("{HEADING}══ {pattern} ══{HEADING:#}\n");
        let rust = rust(pattern, &programs)?;
        rust.show();
        shown += 1;
        if support::python().is_none() {
            println!(
                "파이썬 3이 없어 원본은 실행하지 않았습니다. 파이썬 3.8 이상을 설치하세요.\n\
                 Python 3 was not found, so the original was not run. Install Python 3.8 or newer.\n"
            );
            continue;
        }
        let python = python(pattern, port)?;
        python.show();
        shown += 1;
        ensure!(
            rust.stdout == python.stdout,
            "{pattern}: 두 언어의 출력이 다릅니다.\n{pattern}: the two languages differ.\n{:#?}\n{:#?}",
            rust.stdout,
            python.stdout
        );
        println!(
            "{LABEL}= Rust와 파이썬의 표준 출력과 응답이 같습니다 · \
             standard output and replies of Rust and Python are equal{LABEL:#}\n"
        );
    }
    println!("대화 {shown}개를 마쳤습니다 · {shown} conversations done");
    Ok(())
}

fn rust(pattern: &str, programs: &BTreeMap<String, PathBuf>) -> Result<Conversation> {
    let server = &programs[&format!("{pattern}-server")];
    // The port that a learner will use, or if that is taken, any other.
    for (port, flags) in [("12345", ""), ("0", " -- --port 0")] {
        let program = Program::start(Command::new(server).env_remove("PORT").args(["--port", port]));
        let Some((addr, command)) = program.stderr.find(ready) else { continue };
        let mut client = Command::new(&programs[&format!("{pattern}-client")]);
        client.env("PORT", addr);
        let mut client_terminal = format!("$ {command}\n");
        let announced = program.stderr.text();
        let (shown, ok) = run(&mut client)?;
        if !ok && port != "0" {
            // Somebody else came first: on the port that everybody uses, anybody may.
            continue;
        }
        ensure!(ok, "클라이언트가 실패했습니다.\nThe client failed.\n{shown}");
        client_terminal += &shown;
        let (stdout, stderr, interrupted) = finish(pattern, program);
        let server_terminal = format!(
            "$ cargo run -p {pattern}{flags}\n{announced}{stdout}{}{interrupted}",
            stderr.strip_prefix(&announced).unwrap_or_default()
        );
        let stdout = [support::without_ports(&stdout), only_stdout(&shown)];
        return Ok(Conversation { language: "Rust", server_terminal, client_terminal, stdout });
    }
    anyhow::bail!("{pattern}: 서버를 시작하지 못했습니다.\n{pattern}: the server did not start.")
}

/// The port and the client's command, once the server has told both.
fn ready(stderr: &str) -> Option<(String, String)> {
    let (_, rest) = stderr.split_once("listening on 127.0.0.1:")?;
    let (port, rest) = rest.split_once('\n')?;
    let (command, _) = rest.split_once("terminal: ")?.1.split_once('\n')?;
    Some((port.to_owned(), command.to_owned()))
}

fn python(pattern: &str, port: u16) -> Result<Conversation> {
    let folder = support::root().join("crates").join(pattern).join("python");
    // A port that no printed command uses (it stays in TIME_WAIT for a while), or if that is not free (or taken at the last moment), others.
    for lease in Lease::of(port).into_iter().chain((0..5).map(|_| Lease::take())) {
        let port = lease.port.to_string();
        let mut program =
            Program::start(support::python_command(&folder.join("server.py")).env("PORT", &port));
        if pattern == "udp-echo" {
            // A datagram to nobody is lost, and the client would wait for ever.
            while UdpSocket::bind(("127.0.0.1", lease.port)).is_ok()
                && !program.ends_within(support::TICK)
            {}
        }
        // Our look at the port may have come between; then another port is tried.
        if program.ends_within(Duration::ZERO) {
            continue;
        }
        let Some(shown) = talk(&folder, &port, &mut program)? else { continue };
        let (stdout, _, interrupted) = finish(pattern, program);
        let command = |file: &str| format!("$ PORT={port} python3 crates/{pattern}/python/{file}\n");
        return Ok(Conversation {
            language: "Python",
            server_terminal: command("server.py") + &stdout + interrupted,
            client_terminal: command("client.py") + &shown,
            stdout: [support::without_ports(&stdout), shown],
        });
    }
    anyhow::bail!("{pattern}: 원본을 시작하지 못했습니다.\n{pattern}: the original did not start.")
}

/// Runs the Python client until it is not refused; `None` when the server has ended instead.
fn talk(folder: &std::path::Path, port: &str, server: &mut Program) -> Result<Option<String>> {
    loop {
        let mut client = support::python_command(&folder.join("client.py"));
        let (shown, ok) = run(client.env("PORT", port))?;
        if ok {
            return Ok(Some(shown));
        }
        if server.ends_within(support::TICK) {
            return Ok(None);
        }
        ensure!(
            shown.to_lowercase().contains("refused"),
            "클라이언트가 실패했습니다.\nThe client failed.\n{shown}"
        );
    }
}

/// Runs a client to its end: what the terminal would show, and whether it succeeded.
fn run(client: &mut Command) -> Result<(String, bool)> {
    let mut terminal = tempfile::tempfile()?;
    let mut child = client
        .stdin(Stdio::null())
        .stdout(terminal.try_clone()?)
        .stderr(terminal.try_clone()?)
        .spawn()?;
    let Some(status) = child.wait_timeout(DEADLINE)? else {
        child.kill()?;
        child.wait()?;
        anyhow::bail!("클라이언트가 끝나지 않습니다.\nThe client does not end.")
    };
    let mut shown = String::new();
    terminal.rewind()?;
    terminal.read_to_string(&mut shown)?;
    // Python ends its lines with CR LF on Windows.
    Ok((shown.replace("\r\n", "\n"), status.success()))
}

/// Lets the server of one client end, and ends the others, as Ctrl-C would.
fn finish(pattern: &str, program: Program) -> (String, String, &'static str) {
    if pattern == "tcp-echo" {
        let ended = program.end();
        return (ended.stdout, ended.stderr, "");
    }
    // The replies have come, so all lines have been printed; wait until they have been read.
    program.stdout.line(if pattern == "threaded-echo" { 3 } else { 1 });
    let ended = program.kill();
    (ended.stdout, ended.stderr, "^C\n")
}

/// What is not an aside of ours.
fn only_stdout(shown: &str) -> String {
    shown.split_inclusive('\n').filter(|line| !line.starts_with("# ")).collect()
}

impl Conversation {
    fn show(&self) {
        for (number, terminal) in [(1, &self.server_terminal), (2, &self.client_terminal)] {
            println!("{LABEL}[{}] 터미널 {number} · terminal {number}{LABEL:#}", self.language);
            for line in terminal.lines() {
                if line.starts_with("# ") {
                    println!("{ASIDE}{line}{ASIDE:#}");
                } else {
                    println!("{line}");
                }
            }
            println!();
        }
    }
}
