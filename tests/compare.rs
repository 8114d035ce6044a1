//! `compare`: the comparison, and what the checker says. (The gallery of servers has tests of its own.)

#[path = "support/language.rs"]
mod language;

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::Command as Assert;
use harness::port::Lease;
use harness::programs::{Programs, Rung, python, root, source};
use harness::skip;
use language::{LOCALES, assert_in};
use predicates::prelude::*;
use predicates::str::contains;
use scenarios::patterns::{self, PATTERNS};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

/// How long anything may take that should end. Only a failure ever waits this long.
const DEADLINE: Duration = Duration::from_secs(120);

fn compare(args: &[&str]) -> Assert {
    let mut compare = Assert::new(env!("CARGO_BIN_EXE_compare"));
    compare.timeout(DEADLINE).current_dir(root()).env_remove("PORT").env("LC_ALL", "C").args(args);
    compare
}

/// Checks a program on a free port, and returns what was said.
fn check(what: &str, command: &[&str]) -> (bool, String) {
    let output = compare(&["check", what, "--port", "0", "--"]).args(command).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

fn interpreter() -> Option<&'static str> {
    let found = python().map(|python| python[0]);
    if found.is_none() {
        skip("this test needs Python 3");
    }
    found
}

fn original(pattern: common::Pattern) -> PathBuf {
    root().join(source(pattern, Rung::Original))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A server in Python, from what it does with each of its clients.
fn server(handler: &str) -> String {
    format!(
        "import os, socket, sys, time\nserver = socket.socket()\nserver.bind(('localhost', int(os.environ['PORT'])))\n\
         server.listen()\nwhile True:\n    client, addr = server.accept()\n    print(f'클라이언트가 연결되었습니다. 주소: {{addr}}')\n    {}\n",
        handler.replace('\n', "\n    ")
    )
}

// --- run ------------------------------------------------------------------------------------------

#[test]
fn nothing_differs_that_should_not_and_everything_that_should() {
    let begin = Instant::now();
    let output = compare(&["run", "--json"]).output().unwrap();
    let results: Value = serde_json::from_slice(&output.stdout).unwrap();
    let scenarios = results["scenarios"].as_array().unwrap();
    let differs = scenarios.iter().filter(|scenario| scenario["verdict"]["is"] == "differs");
    let differs: Vec<String> = differs
        .map(|scenario| format!("{}: {}", scenario["id"], scenario["verdict"]["because"]))
        .collect();
    assert!(differs.is_empty() && output.status.success(), "{}", differs.join("\n"));
    assert_eq!(scenarios.len(), patterns::all().len());
    let verdicts: BTreeSet<&str> =
        scenarios.iter().map(|scenario| scenario["verdict"]["is"].as_str().unwrap()).collect();
    if interpreter().is_some() && cfg!(target_os = "linux") {
        assert_eq!(verdicts, BTreeSet::from(["same", "differs-as", "not-observable-here"]));
        let shown: BTreeSet<&str> = scenarios
            .iter()
            .filter_map(|scenario| scenario["verdict"]["because"].as_str())
            .collect();
        assert_eq!(
            shown,
            BTreeSet::from(["D1", "D2", "D3", "D4", "D6", "D7", "D8"]),
            "D5 is Windows"
        );
    }
    // 5 s on an idle machine.
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
}

#[test]
fn two_runs_at_the_same_time_do_not_disturb_each_other() {
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| compare(&["run", "udp-echo"]).assert().success());
        }
    });
}

#[test]
fn the_table_is_readable_at_80_columns_in_the_readers_language() {
    for (locale, korean, english) in
        [("ko_KR.UTF-8", true, false), ("en_US.UTF-8", false, true), ("C.UTF-8", true, true)]
    {
        let output =
            compare(&["run", "tcp-echo/half-close"]).env("LC_ALL", locale).assert().success();
        let table = text(&output.get_output().stdout);
        assert!(!table.contains('\u{1b}'), "no colours in a pipe");
        for line in table.lines() {
            assert!(line.width() <= 80, "{line}");
        }
        assert_eq!(table.contains("시나리오"), korean, "{table}");
        assert_eq!(table.contains("scenarios:"), english, "{table}");
        assert!(table.contains("half-close") && table.contains("same"), "{table}");
    }
}

#[test]
#[cfg(unix)]
fn without_python_the_rust_side_is_held_to_what_is_recorded() {
    use std::os::unix::fs::symlink;
    // Where Python would be found, there is something that fails.
    let folder = tempfile::tempdir().unwrap();
    for name in ["python3", "python", "py"] {
        symlink("/bin/false", folder.path().join(name)).unwrap();
    }
    let path = std::env::var_os("PATH").unwrap();
    let folders = [folder.path().to_owned()].into_iter().chain(std::env::split_paths(&path));
    let told = contains("as recorded")
        .and(contains("파이썬 3이 없어"))
        .and(contains("Python 3 was not found"));
    compare(&["run", "tcp-echo/half-close"])
        .env("PATH", std::env::join_paths(folders).unwrap())
        .assert()
        .success()
        .stdout(told);
}

#[test]
fn the_moments_of_both_programs_stand_side_by_side() {
    let output = compare(&["moments", "threaded-echo/silent-neighbour"]).output().unwrap();
    let shown = text(&output.stdout);
    assert_eq!(output.status.success(), interpreter().is_some());
    assert!(shown.contains("원본 · original") && shown.contains("이식판 · port"), "{shown}");
    assert!(shown.lines().skip(2).all(|line| line.width() <= 80), "{shown}");
    let output = compare(&["moments", "udp-echo/hello", "--json"]).output().unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let sent = &json["port"][0];
    assert_eq!(
        (&sent["seconds"], &sent["what"]["sends"]),
        (&0.0.into(), &"hello".into()),
        "{json}"
    );
}

// --- check: right servers -------------------------------------------------------------------------

#[test]
fn the_pages_own_programs_pass_on_their_fixed_port_again_and_again() {
    let Some(python) = interpreter() else { return };
    let folder = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for pattern in PATTERNS {
            let folder = folder.path();
            scope.spawn(move || {
                let lease = Lease::take().unwrap();
                let port = lease.port.to_string();
                let source = fs::read_to_string(original(pattern)).unwrap();
                let fixed = source.replace(r#"int(os.environ.get("PORT", 12345))"#, &port);
                assert_ne!(source, fixed);
                let program = folder.join(format!("{}.py", pattern.package()));
                fs::write(&program, fixed).unwrap();
                for _ in 0..2 {
                    let begin = Instant::now();
                    compare(&["check", pattern.package(), "--port", &port, "--", python])
                        .arg(&program)
                        .assert()
                        .success();
                    // 8 s, and nothing waits for a TIME_WAIT of a minute.
                    assert!(begin.elapsed() < Duration::from_secs(40), "{:?}", begin.elapsed());
                }
            });
        }
    });
}

#[test]
fn the_ports_and_the_literal_ports_pass_in_a_line_and_one_for_what_is_next() {
    let programs = Programs::build().unwrap();
    for pattern in PATTERNS {
        for (rung, reply) in
            [(Rung::Literal, "literal"), (Rung::Port, "literal"), (Rung::Port, "echo")]
        {
            let command = programs.command(pattern, rung).unwrap().unwrap();
            let mut check =
                compare(&["check", pattern.package(), "--port", "0", "--reply", reply, "--"]);
            check.args(&command).args((reply == "echo").then_some("--echo"));
            let said = text(&check.assert().success().get_output().stdout);
            if pattern != common::Pattern::UdpEcho {
                assert_eq!(said.lines().count(), 2, "{said}");
            }
            assert!(said.contains(" passed") && said.contains("→ 다음"), "{said}");
        }
    }
}

#[test]
fn the_port_stands_in_the_command_and_in_the_environment() {
    let programs = Programs::build().unwrap();
    let command = programs.command(common::Pattern::UdpEcho, Rung::Port).unwrap().unwrap();
    compare(&["check", "udp-echo/hello", "--port", "0", "--verbose", "--"])
        .args(command)
        .args(["--port", "{port}"])
        .assert()
        .success()
        .stdout(contains("✓ hello").and(contains("1 of 1 passed")));
}

/// macOS refuses options on a connection that is closed in both directions; nothing may hang on that.
#[test]
#[cfg(target_os = "linux")]
fn options_that_the_system_refuses_late_change_no_verdict() {
    let Some(python) = interpreter() else { return };
    if !harness::trace::is_here() {
        return skip("a refused option needs strace");
    }
    for scenario in ["tcp-echo/half-close", "tcp-echo/thinks"] {
        let lease = Lease::take().unwrap();
        let mut strace = Assert::new("strace");
        // The first two of a thread come when it connects.
        strace.args(["-f", "-o", "/dev/null", "-e", "inject=setsockopt:error=EINVAL:when=3+"]);
        strace.arg(env!("CARGO_BIN_EXE_compare")).args(["check", scenario, "--port"]);
        strace.arg(lease.port.to_string()).args(["--", python]);
        strace.arg(original(common::Pattern::TcpEcho)).timeout(DEADLINE);
        strace.assert().success().stdout(contains("1 of 1 passed"));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_stranger_on_another_address_is_not_blamed_on_the_server() {
    let Some(python) = interpreter() else { return };
    let Ok(stranger) = TcpListener::bind("[::1]:0") else {
        return skip("a stranger on ::1 needs IPv6");
    };
    let port = stranger.local_addr().unwrap().port().to_string();
    compare(&["check", "tcp-echo/address", "--port", &port, "--", python])
        .arg(original(common::Pattern::TcpEcho))
        .assert()
        .success();
}

// --- check: what it says --------------------------------------------------------------------------

#[test]
fn an_old_server_on_the_port_is_named_and_not_graded() {
    let old = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = old.local_addr().unwrap().port().to_string();
    let named = format!("{} (", std::process::id());
    let named = if cfg!(target_os = "linux") { named } else { port.clone() };
    compare(&["check", "tcp-echo", "--port", &port, "--", env!("CARGO_BIN_EXE_compare")])
        .assert()
        .code(1)
        .stdout("")
        .stderr(contains(named).and(contains("실행 중입니다")).and(contains("End it first")));
}

#[test]
#[cfg(unix)]
fn a_command_that_cannot_run_is_told_before_any_port_is_waited_for() {
    // The port is taken: nobody looks at it.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (command, said) in [
        (&["no-such-program"][..], "there is no command or file `no-such-program`"),
        (&["Makefile"], "`-- ./Makefile`"),
        (&["sh", "no-such-script.sh"], "there is no file `no-such-script.sh`"),
        (&["rustc", "my_server.rs"], "`-- ./my_server`"),
    ] {
        compare(&["check", "tcp-echo", "--port", &port, "--"])
            .args(command)
            .assert()
            .code(1)
            .stdout(contains(said).and(contains("the rest, ")).and(contains("was not run")));
    }
}

#[test]
fn a_program_on_a_port_of_its_own_is_recognised_at_once() {
    let Some(python) = interpreter() else { return };
    let own = Lease::take().unwrap().port.to_string();
    let script = server("pass").replace("int(os.environ['PORT'])", &own);
    let begin = Instant::now();
    let (passed, said) = check("threaded-echo", &[python, "-c", &script]);
    assert!(!passed && begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    if cfg!(target_os = "linux") {
        for part in
            [&format!("a port of its own, {own}"), "leave out `--port 0`", "expected: 127.0.0.1:"]
        {
            assert!(said.contains(part), "{part} in {said}");
        }
    }
}

#[test]
fn what_a_program_says_of_itself_stands_in_the_line_to_fix_first() {
    let Some(python) = interpreter() else { return };
    for (script, said) in [
        (
            "import nothing_of_that_name".to_owned(),
            "ModuleNotFoundError: No module named 'nothing_of_that_name'",
        ),
        (
            "print('Usage: server.py <port>')".to_owned(),
            "`{port}` in the command. What it says: Usage: server.py <port>",
        ),
        (server("client.recv(1024)\nclient.send('x')"), "a bytes-like object is required"),
        (
            server(
                "try:\n    client.send('x')\nexcept Exception as e:\n    print('에러:', e)\nclient.close()",
            ),
            "What it says: 에러: a bytes-like object is required",
        ),
    ] {
        let (passed, output) = check("threaded-echo", &[python, "-c", &script]);
        let first =
            output.lines().find(|line| line.starts_with("Fix first: hello: ")).unwrap_or_default();
        assert!(!passed && first.contains(said), "{said} in\n{output}");
    }
}

#[test]
fn a_megabyte_of_escape_sequences_makes_a_short_and_harmless_report() {
    let Some(python) = interpreter() else { return };
    let flood = "for stream in (sys.stdout, sys.stderr):\n    stream.write('\\x1b[2J\\x1b[31mx' * 200000)\nraise KeyError('at the end')";
    let (passed, output) = check("threaded-echo/hello", &[python, "-c", &server(flood)]);
    assert!(
        !passed && output.len() < 10_000 && !output.contains('\u{1b}'),
        "{} bytes",
        output.len()
    );
    assert!(output.contains("KeyError: 'at the end'"), "{output}");
}

#[test]
fn two_failures_of_the_same_cause_are_enough_unless_all_are_asked_for() {
    let Some(python) = interpreter() else { return };
    let wrong = root().join("tests/gallery/wrong/tcp-echo/hello-reply-newline.py");
    let wrong = wrong.to_str().unwrap();
    let (_, output) = check("tcp-echo", &[python, wrong]);
    assert!(output.contains("two failures have the same cause"), "{output}");
    assert!(output.contains("✗ korean") && output.contains("the same cause\n"), "{output}");
    let all = compare(&["check", "tcp-echo", "--port", "0", "--all", "--", python, wrong])
        .output()
        .unwrap();
    assert!(text(&all.stdout).contains("✗ second-client"), "{}", text(&all.stdout));
}

#[test]
fn a_failure_about_time_shows_its_moments_and_no_bytes_that_are_equal() {
    let Some(python) = interpreter() else { return };
    let wrong = root().join("tests/gallery/wrong/threaded-echo/silent-neighbour-join.py");
    let wrong = [python, wrong.to_str().unwrap()];
    let mut check = compare(&["check", "threaded-echo/silent-neighbour", "--port", "0", "--"]);
    let output =
        text(&check.env("LC_ALL", "en_US.UTF-8").args(wrong).assert().code(1).get_output().stdout);
    assert!(output.contains("client 2") && output.contains("half-closes"), "{output}");
    assert!(!output.contains("expected") && !output.contains("[68 65"), "{output}");
    let json = compare(&["check", "threaded-echo/silent-neighbour", "--port", "0", "--json", "--"]);
    let json: Value =
        serde_json::from_slice(&{ json }.args(wrong).output().unwrap().stdout).unwrap();
    assert!(json["scenarios"][0]["moments"].as_array().unwrap().len() > 5, "{json}");
    assert_eq!(json["scenarios"][0]["problems"][0]["cause"], "one-at-a-time");
}

#[test]
fn a_server_that_dies_of_bytes_that_are_no_text_does_not_pass_the_echo() {
    let Some(python) = interpreter() else { return };
    let script = server(
        "data = client.recv(1024)\nclient.sendall(f'서버로부터 응답: {data.decode()}'.encode())\nclient.close()\nbreak",
    ) + "server.close()\n";
    let output = compare(&[
        "check",
        "tcp-echo/not-utf8",
        "--port",
        "0",
        "--reply",
        "echo",
        "--",
        python,
        "-c",
    ])
    .arg(script)
    .assert()
    .code(1);
    output.stdout(contains("UnicodeDecodeError"));
}

#[test]
fn a_server_that_never_stops_sending_is_refused_and_does_not_fill_the_memory() {
    let Some(python) = interpreter() else { return };
    let (passed, output) = check(
        "tcp-echo/korean",
        &[python, "-c", &server("while True: client.sendall(b'x' * 1048576)")],
    );
    assert!(!passed && output.contains("the reply does not end"), "{output}");
}

#[test]
fn nothing_takes_longer_than_fifteen_seconds() {
    let Some(python) = interpreter() else { return };
    thread::scope(|scope| {
        // Silent in every way.
        for script in [
            "time.sleep(600)",
            "client.recv(1024); time.sleep(600)",
            "client.recv(1024, socket.MSG_WAITALL)",
        ] {
            scope.spawn(move || {
                let begin = Instant::now();
                let (passed, output) = check("threaded-echo", &[python, "-c", &server(script)]);
                assert!(
                    !passed && begin.elapsed() < Duration::from_secs(30),
                    "{:?}: {output}",
                    begin.elapsed()
                );
            });
        }
    });
}

#[test]
fn the_reports_for_a_script_name_every_scenario() {
    let Some(python) = interpreter() else { return };
    let folder = tempfile::tempdir().unwrap();
    let xml = folder.path().join("report.xml");
    let wrong = root().join("tests/gallery/wrong/tcp-echo/hello-reply-newline.py");
    let output = compare(&["check", "tcp-echo", "--port", "0", "--json", "--junit"])
        .arg(&xml)
        .args(["--", python])
        .arg(&wrong)
        .assert()
        .code(1);
    let json: Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    assert_eq!((&json["passed"], &json["pattern"]), (&false.into(), &"tcp-echo".into()));
    let xml = fs::read_to_string(xml).unwrap();
    for scenario in scenarios::check::scenarios(common::Pattern::TcpEcho) {
        assert!(xml.contains(&format!(r#"name="{}""#, scenario.id)), "{xml}");
    }
    assert!(
        xml.contains("<failure") && xml.contains("<skipped") && xml.contains("줄바꿈"),
        "{xml}"
    );
}

#[test]
fn a_replay_can_be_stepped_through_in_the_terminal() {
    if interpreter().is_none() || !harness::trace::is_here() {
        skip("replays need Python 3 and strace");
        return;
    }
    for locale in ["ko_KR.UTF-8", "en_US.UTF-8"] {
        let run = |args: &[&str], keys: &str| {
            let output = compare(args).env("LC_ALL", locale).write_stdin(keys).assert().success();
            text(&output.get_output().stdout)
        };
        // Whoever presses Enter too seldom gets the rest at once.
        let whole = run(&["moments", "second-client"], "");
        assert_eq!(run(&["moments", "second-client", "--step"], "\n\n"), whole);
        assert!(
            whole.contains("client_socket.recv(1024)") && whole.contains(".read(&mut buffer)?"),
            "{whole}"
        );
        for line in whole.lines() {
            assert!(line.width() <= 80, "{line}");
        }
    }
    // Ctrl-D on a terminal, which has more to read behind it, is the end all the same.
    let command = format!("{} moments cut-character --step", env!("CARGO_BIN_EXE_compare"));
    let mut script = Assert::new("script");
    script.timeout(DEADLINE).current_dir(root()).env("LC_ALL", "en_US.UTF-8");
    script.args(["-qec", &command, "/dev/null"]).write_stdin("\n\x04");
    // What only one of the programs does names it.
    script.assert().success().stdout(contains("16/16 ").and(contains("nothing [server.py]")));
    compare(&["moments", "no-such"]).assert().code(2).stderr(contains("second-client"));
}

#[test]
fn the_replay_of_a_wrong_server_shows_where_it_waits() {
    let Some(python) = interpreter() else { return };
    if cfg!(not(unix)) {
        skip("where Python waits is seen on Unix");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("replay.html");
    let wrong = root().join("tests/gallery/wrong/threaded-echo/silent-neighbour-join.py");
    compare(&["check", "threaded-echo/silent-neighbour", "--port", "0", "--replay"])
        .arg(&page)
        .args(["--", python])
        .arg(&wrong)
        .env("LC_ALL", "en_US.UTF-8")
        .assert()
        .code(1)
        .stdout(contains(format!("replay: {}", page.display())));
    let html = fs::read_to_string(page).unwrap();
    let source = fs::read_to_string(wrong).unwrap();
    for (who, call) in
        [("main thread", "client_thread.join()"), ("thread 1", "client_socket.recv(")]
    {
        let line = source.lines().position(|line| line.contains(call)).unwrap() + 1;
        assert!(html.contains(&format!("<td>{line}, waits</td>")), "{who}: {line}");
        assert!(
            html.contains(&format!("<td>{who}</td><td>waits in line {line} ")),
            "{who}: {line}"
        );
    }
    assert!(html.contains("what the port does") && !html.contains("http"), "it needs nothing else");
}

// --- The command line -----------------------------------------------------------------------------

#[test]
fn wrong_arguments_end_with_exit_code_2() {
    for args in [
        &["check", "tcp-echo"][..],
        &["check", "quic-echo", "--", "true"],
        &["check", "tcp-echo/no-such", "--", "true"],
        &["check", "tcp-echo", "--timeout", "0", "--", "true"],
        &["run", "nothing"],
        &["moments", "tcp-echo"],
        &["source"],
        &["nonsense"],
    ] {
        let told = contains("인수가 잘못되었습니다").and(contains("error:"));
        compare(args).assert().code(2).stdout("").stderr(told);
    }
}

#[test]
fn help_helps_in_the_readers_language_within_80_columns() {
    for command in ["", "run", "check", "source", "syscalls", "moments", "list"] {
        let arguments: Vec<&str> =
            [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        for (locale, korean, english) in LOCALES {
            let mut help = compare(&arguments);
            let help = help.env("LC_ALL", locale).assert().success().stderr("");
            let help = text(&help.get_output().stdout);
            assert_in(&help, korean, english);
            for line in help.lines() {
                assert!(line.width() <= 80, "{line}");
            }
        }
    }
}

#[test]
fn the_list_has_every_scenario_in_the_readers_language() {
    for (locale, korean) in [("ko_KR.UTF-8", true), ("en_US.UTF-8", false)] {
        let list =
            text(&compare(&["list"]).env("LC_ALL", locale).assert().success().get_output().stdout);
        for scenario in patterns::all() {
            let (said, other) = (&scenario.text.korean, &scenario.text.english);
            let (said, other) = if korean { (said, other) } else { (other, said) };
            assert!(list.contains(&scenario.path()) && list.contains(said), "{said}");
            let elsewhere = said.contains(other) || scenario.path().contains(other);
            assert!(!list.contains(other) || elsewhere, "{other}");
        }
    }
}

#[test]
fn every_command_in_the_texts_is_understood() {
    let command = regex::Regex::new(r"(?m)^(?:\$ )?cargo run -p compare -- (.+)$").unwrap();
    let pages = ["ko", "en"].map(|language| fs::read_dir(root().join("docs").join(language)));
    let pages = pages.into_iter().flatten().flatten().map(|page| page.unwrap().path());
    let texts = pages.chain([root().join("README.md"), root().join("README.ko.md")]);
    let mut commands = BTreeSet::new();
    for text in texts.filter(|path| path.extension().is_some_and(|ending| ending == "md")) {
        let text = fs::read_to_string(text).unwrap();
        commands.extend(command.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    for command in &commands {
        // `--help` behind the arguments: they are read, and nothing is run.
        let command = command.split(" | ").next().unwrap();
        let arguments = command.split(" -- ").next().unwrap();
        let arguments: Vec<&str> = arguments.split(' ').chain(["--help"]).collect();
        compare(&arguments).assert().success();
    }
    assert!(commands.len() >= 12, "{commands:?}");
}

// --- source and syscalls --------------------------------------------------------------------------

#[test]
fn the_sources_stand_side_by_side() {
    for pattern in PATTERNS {
        for format in ["terminal", "markdown", "html"] {
            for beside in ["port", "literal", "client"] {
                compare(&["source", pattern.package(), "--format", format, "--beside", beside])
                    .assert()
                    .success()
                    .stdout(contains("1. ").and(contains("4. ")).and(contains("socket")));
            }
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn every_difference_between_the_system_calls_is_explained() {
    if interpreter().is_none() {
        return;
    }
    let told = contains("accept4").and(contains("recvfrom")).and(contains("SO_REUSEADDR"));
    compare(&["syscalls"]).assert().success().stdout(told);
}

// --- Nothing is left behind -----------------------------------------------------------------------

/// A server that answers nobody, and starts children, each in a session of its own, four deep. All of them
/// write their process ids into a folder, and none minds a signal.
#[cfg(target_os = "linux")]
const STUBBORN: &str = r#"
import os, signal, socket, subprocess, sys
for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(name, signal.SIG_IGN)
folder, depth = sys.argv[1], int(sys.argv[2])
if depth < 4:
    subprocess.Popen([sys.executable, sys.argv[0], folder, str(depth + 1)], start_new_session=True)
open(os.path.join(folder, str(os.getpid())), "w").close()
if depth == 0:
    server_socket = socket.socket()
    server_socket.bind(("localhost", int(os.environ["PORT"])))
    server_socket.listen()
while True:
    signal.pause()
"#;

#[test]
#[cfg(target_os = "linux")]
fn nothing_is_left_of_a_server_whose_children_go_four_sessions_deep() {
    use harness::program::{Exit, Program, Stdout};
    use std::process::{Command, Stdio};
    let Some(python) = interpreter() else { return };
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("stubborn.py");
    fs::write(&script, STUBBORN).unwrap();
    let gone = |folder: &std::path::Path| {
        for entry in fs::read_dir(folder).unwrap() {
            let id = entry.unwrap().file_name().into_string().unwrap();
            // A zombie has no command line; whoever adopts it reaps it in his own time.
            let command = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            assert!(command.is_empty(), "{}: {id} is still there", folder.display());
        }
    };
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129), ("", 1)] {
        let ids = folder.path().join(format!("ids{signal}"));
        fs::create_dir(&ids).unwrap();
        let timeout = if signal.is_empty() { "1" } else { "600" };
        let mut compare = Command::new("env");
        compare.args([
            "--default-signal=INT,TERM,HUP",
            env!("CARGO_BIN_EXE_compare"),
            "check",
            "tcp-echo/korean",
        ]);
        compare
            .args(["--port", "0", "--timeout", timeout, "--", python])
            .args([&script, &ids])
            .arg("0");
        let compare = Program::start(compare, Stdout::Null).unwrap();
        while fs::read_dir(&ids).unwrap().count() < 5 {
            assert!(
                compare.exit(Duration::from_millis(10)).is_none_or(|_| signal.is_empty()),
                "{signal}"
            );
        }
        if !signal.is_empty() {
            let mut kill = Command::new("kill");
            kill.args(["-s", signal, &compare.id().to_string()]).stdin(Stdio::null());
            assert!(kill.status().unwrap().success());
        }
        assert_eq!(
            compare.exit(DEADLINE),
            Some(Exit::Code(code)),
            "{signal}: {}",
            compare.stderr.text()
        );
        gone(&ids);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_check_leaves_no_time_wait_on_a_fixed_port() {
    let Some(python) = interpreter() else { return };
    let wrong = root().join("tests/gallery/wrong/threaded-echo/silent-neighbour-join.py");
    let lease = Lease::take().unwrap();
    let port = lease.port.to_string();
    // While it finds out what the server waits for, it closes politely.
    compare(&["check", "threaded-echo", "--port", &port, "--timeout", "1", "--", python])
        .arg(&wrong)
        .assert()
        .code(1)
        .stderr(contains("TIME_WAIT").not());
    assert!(Lease::of(lease.port).is_some(), "the port is in TIME_WAIT");
}
