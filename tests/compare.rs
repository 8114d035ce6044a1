//! `compare`: the comparison, the checker, and the gallery of wrong and right servers that it is held to.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
#[cfg(target_os = "linux")]
use std::process::{Command, Stdio};
#[cfg(target_os = "linux")]
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use assert_cmd::Command as Assert;
use compare::port::Lease;
use compare::programs::python;
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;
#[cfg(target_os = "linux")]
use wait_timeout::ChildExt;

/// How long anything may take that should end. Only a failure ever waits this long.
const DEADLINE: Duration = Duration::from_secs(120);

const PATTERNS: [&str; 3] = ["tcp-echo", "udp-echo", "threaded-echo"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

fn compare(args: &[&str]) -> Assert {
    let mut compare = Assert::new(env!("CARGO_BIN_EXE_compare"));
    compare.timeout(DEADLINE).current_dir(root()).env_remove("PORT").args(args);
    compare
}

/// Says that a test was left out. In CI nothing may be.
fn skip(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}: must not be skipped in CI");
    let _ = writeln!(std::io::stderr(), "SKIPPED {what}");
}

fn has_python() -> bool {
    let found = python().is_some();
    if !found {
        skip("this test needs Python 3");
    }
    found
}

fn original(pattern: &str) -> String {
    format!("crates/{pattern}/python/server.py")
}

// --- run ------------------------------------------------------------------------------------------

#[test]
fn nothing_differs_that_should_not_and_everything_that_should() {
    let output = compare(&["run", "--json"]).output().unwrap();
    let results: Value = serde_json::from_slice(&output.stdout).unwrap();
    let scenarios = results["scenarios"].as_array().unwrap();
    let differs = scenarios.iter().filter(|scenario| scenario["verdict"]["is"] == "differs");
    let differs: Vec<String> = differs
        .map(|scenario| format!("{}: {}", scenario["id"], scenario["verdict"]["because"]))
        .collect();
    assert!(differs.is_empty() && output.status.success(), "{}", differs.join("\n"));
    assert!(scenarios.len() >= 36, "{}", scenarios.len());
    let verdicts: BTreeSet<&str> =
        scenarios.iter().map(|scenario| scenario["verdict"]["is"].as_str().unwrap()).collect();
    if has_python() && cfg!(target_os = "linux") {
        assert_eq!(verdicts, BTreeSet::from(["same", "differs-as", "not-observable-here"]));
        let shown: BTreeSet<&str> =
            scenarios.iter().filter_map(|scenario| scenario["verdict"]["because"].as_str()).collect();
        assert_eq!(shown, BTreeSet::from(["D1", "D2", "D3", "D4", "D6", "D7", "D8"]), "D5 is Windows");
    }
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
fn the_table_is_readable_at_80_columns() {
    let output = compare(&["run", "tcp-echo"]).assert().success().get_output().stdout.clone();
    let table = String::from_utf8(output).unwrap();
    assert!(!table.contains('\u{1b}'), "no colours in a pipe");
    for line in table.lines().take_while(|line| !line.is_empty()) {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
    }
    for part in ["half-close", "same", "Python", "literal", "port", "scenarios:", "시나리오"] {
        assert!(table.contains(part), "{part} in\n{table}");
    }
}

#[test]
#[cfg(unix)]
fn without_python_the_rust_side_is_held_to_what_is_recorded() {
    use std::os::unix::fs::symlink;
    // Where Python would be found, there is something that fails.
    let folder = tempfile::tempdir().unwrap();
    for name in ["python3", "python", "py"] {
        symlink(which("false"), folder.path().join(name)).unwrap();
    }
    let path = std::env::var_os("PATH").unwrap();
    let folders = [folder.path().to_owned()].into_iter().chain(std::env::split_paths(&path));
    compare(&["run", "tcp-echo/half-close"])
        .env("PATH", std::env::join_paths(folders).unwrap())
        .assert()
        .success()
        .stdout(
            contains("as recorded")
                .and(contains("파이썬 3이 없어"))
                .and(contains("Python 3 was not found")),
        );
}

/// Where a program is; the name itself if it cannot be found.
#[cfg(unix)]
fn which(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path).map(|folder| folder.join(program));
    folders.find(|path| path.is_file()).unwrap_or_else(|| program.into())
}

// --- check ----------------------------------------------------------------------------------------

/// The page's own program, with its port written into it, as on the page.
fn on_a_fixed_port(pattern: &str, port: u16, folder: &Path) -> PathBuf {
    let source = fs::read_to_string(root().join(original(pattern))).unwrap();
    let fixed = source.replace(r#"int(os.environ.get("PORT", 12345))"#, &port.to_string());
    assert_ne!(source, fixed);
    let path = folder.join(format!("{pattern}.py"));
    fs::write(&path, fixed).unwrap();
    path
}

#[test]
fn the_pages_own_programs_pass_on_their_fixed_port_again_and_again() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for pattern in PATTERNS {
        let lease = Lease::take().unwrap();
        let program = on_a_fixed_port(pattern, lease.port, folder.path());
        for _ in 0..3 {
            compare(&["check", pattern, "--port", &lease.port.to_string(), "--", python().unwrap()[0]])
                .arg(&program)
                .assert()
                .success()
                .stdout(contains("✗").not());
        }
    }
}

#[test]
fn the_ports_and_the_literal_ports_pass() {
    let programs = compare::programs::Programs::build().unwrap();
    for pattern in compare::scenario::PATTERNS {
        for rung in [compare::programs::Rung::Literal, compare::programs::Rung::Port] {
            let command = programs.command(pattern, rung).unwrap().unwrap();
            compare(&["check", pattern.package(), "--port", "0", "--"])
                .args(&command)
                .assert()
                .success()
                .stdout(contains("✗").not());
            if rung == compare::programs::Rung::Port {
                compare(&["check", pattern.package(), "--port", "0", "--reply", "echo", "--"])
                    .args(&command)
                    .arg("--echo")
                    .assert()
                    .success();
            }
        }
    }
}

#[test]
fn the_port_stands_in_the_command_and_in_the_environment() {
    let programs = compare::programs::Programs::build().unwrap();
    let command = programs.command(common::Pattern::UdpEcho, compare::programs::Rung::Port);
    compare(&["check", "udp-echo/hello", "--port", "0", "--"])
        .args(command.unwrap().unwrap())
        .args(["--port", "{port}"])
        .assert()
        .success()
        .stdout(contains("1 of 1 passed"));
}

#[test]
fn an_old_server_on_the_port_is_named_and_not_graded() {
    let old = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = old.local_addr().unwrap().port().to_string();
    let named = format!("{} (", std::process::id());
    let named = if cfg!(target_os = "linux") { named } else { port.clone() };
    compare(&["check", "tcp-echo", "--port", &port, "--", "no-such-program"])
        .assert()
        .code(1)
        .stdout("")
        .stderr(contains(named).and(contains("실행 중입니다")).and(contains("End it first")));
}

#[test]
fn a_program_that_cannot_be_started_is_told_apart() {
    compare(&["check", "tcp-echo", "--port", "0", "--", "no-such-program"]).assert().code(1).stdout(
        contains("시작할 수 없습니다")
            .and(contains("could not be started"))
            .and(contains("the rest was not run")),
    );
}

#[test]
fn a_program_that_ends_at_once_shows_the_end_of_its_standard_error() {
    if !has_python() {
        return;
    }
    compare(&[
        "check",
        "tcp-echo",
        "--port",
        "0",
        "--",
        python().unwrap()[0],
        "-c",
        "import nothing_of_that_name",
    ])
    .assert()
    .code(1)
    .stdout(
        contains("exit 1").and(contains("ModuleNotFoundError")).and(contains("연결을 기다리기 전에")),
    );
}

#[test]
fn the_reports_for_a_script_name_every_scenario() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let xml = folder.path().join("report.xml");
    let wrong = root().join("tests/gallery/wrong/tcp-echo/hello-reply-newline.py");
    let output = compare(&["check", "tcp-echo", "--port", "0", "--json", "--junit"])
        .arg(&xml)
        .args(["--", python().unwrap()[0]])
        .arg(&wrong)
        .assert()
        .code(1)
        .get_output()
        .stdout
        .clone();
    let json: Value = serde_json::from_slice(&output).unwrap();
    assert_eq!(json["passed"], false);
    let scenarios = json["scenarios"].as_array().unwrap();
    assert!(scenarios.len() >= 12);
    let xml = fs::read_to_string(xml).unwrap();
    for scenario in scenarios {
        assert!(xml.contains(&format!(r#"name="{}""#, scenario["id"].as_str().unwrap())), "{xml}");
    }
    assert!(xml.contains("<failure") && xml.contains("줄바꿈"), "{xml}");
}

#[test]
fn a_server_that_never_stops_sending_is_refused_and_does_not_fill_the_memory() {
    if !has_python() {
        return;
    }
    let endless = "import os, socket\n\
        s = socket.socket()\n\
        s.bind(('localhost', int(os.environ['PORT'])))\n\
        s.listen()\n\
        c, addr = s.accept()\n\
        while True: c.sendall(b'x' * 1048576)";
    compare(&["check", "tcp-echo/hello", "--port", "0", "--", python().unwrap()[0], "-c", endless])
        .assert()
        .code(1)
        .stdout(contains("응답이 끝나지 않습니다").and(contains("the reply does not end")));
}

#[test]
#[cfg(target_os = "linux")]
fn a_stranger_on_another_address_is_not_blamed_on_the_server() {
    if !has_python() {
        return;
    }
    let Ok(stranger) = TcpListener::bind("[::1]:0") else {
        return skip("a stranger on ::1 needs IPv6");
    };
    let port = stranger.local_addr().unwrap().port().to_string();
    let program = original("tcp-echo");
    compare(&["check", "tcp-echo/address", "--port", &port, "--", python().unwrap()[0], &program])
        .assert()
        .success();
}

#[test]
fn wrong_arguments_end_with_exit_code_2() {
    for args in [
        &["check", "tcp-echo"][..],
        &["check", "quic-echo", "--", "true"],
        &["check", "tcp-echo/no-such", "--", "true"],
        &["check", "tcp-echo", "--timeout", "0", "--", "true"],
        &["run", "nothing"],
        &["source"],
        &["nonsense"],
    ] {
        compare(args)
            .assert()
            .code(2)
            .stdout("")
            .stderr(contains("인수가 잘못되었습니다").and(contains("error:")));
    }
}

#[test]
fn help_helps_in_both_languages_within_80_columns() {
    for command in ["", "run", "check", "source", "syscalls", "list"] {
        let arguments: Vec<&str> =
            [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let output = compare(&arguments).assert().success().stderr("").get_output().stdout.clone();
        let help = String::from_utf8(output).unwrap();
        assert!(help.contains("사용법 · Usage") && help.contains("도움말"), "{help}");
        for line in help.lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
        }
    }
}

#[test]
fn the_list_has_every_scenario_in_both_languages() {
    let output = compare(&["list"]).assert().success().get_output().stdout.clone();
    let list = String::from_utf8(output).unwrap();
    for scenario in compare::scenario::all() {
        for part in [scenario.path().as_str(), scenario.korean, scenario.english] {
            assert!(list.contains(part), "{part}");
        }
    }
}

/// The failing example in both READMEs is what the checker prints. `UPDATE_README=1` writes it anew.
#[test]
fn the_example_in_the_readmes_is_what_the_checker_says() {
    if !has_python() {
        return;
    }
    let server = "tests/gallery/wrong/tcp-echo/hello-reply-newline.py";
    let arguments = ["check", "tcp-echo/hello", "--port", "0", "--", "python3", server];
    let output = compare(&arguments).assert().code(1).get_output().stdout.clone();
    let said = String::from_utf8(output).unwrap();
    let example = format!("$ cargo run -p compare -- {}\n{said}", arguments.join(" "));
    let region =
        regex::Regex::new(r"(?s)(<!-- check: [^\n]*-->\n```text\n)(.*?)(```\n<!-- end of check -->)")
            .unwrap();
    for name in ["README.md", "README.ko.md"] {
        let path = root().join(name);
        let text = fs::read_to_string(&path).unwrap();
        let found = region.captures(&text).unwrap_or_else(|| panic!("an example in {name}"));
        if found[2] == *example {
            continue;
        }
        let update = std::env::var_os("UPDATE_README").is_some();
        assert!(
            update,
            "the example in {name} is stale; write it anew with UPDATE_README=1\n{example}"
        );
        let text =
            region.replace(&text, |found: &regex::Captures| [&found[1], &example, &found[3]].concat());
        fs::write(&path, text.as_bytes()).unwrap();
    }
}

#[test]
fn the_tables_of_both_readmes_are_the_register_of_differences() {
    let [english, korean] =
        ["README.md", "README.ko.md"].map(|name| fs::read_to_string(root().join(name)).unwrap());
    for difference in compare::difference::Difference::ALL {
        let entry = difference.entry();
        let columns = [&entry.original, &entry.port, &entry.why, &entry.shows_on];
        let row = |words: [&str; 4]| format!("\n| {difference:?} | {} |\n", words.join(" | "));
        let rows = [
            (&english, row(columns.map(|text| text.english.as_str()))),
            (&korean, row(columns.map(|text| text.korean.as_str()))),
        ];
        for (readme, row) in rows {
            assert!(readme.contains(&row), "{row}");
        }
    }
}

#[test]
fn every_command_in_the_texts_is_understood() {
    let command = regex::Regex::new(r"(?m)^(?:\$ )?cargo run -p compare -- (.+)$").unwrap();
    let mut checked = 0;
    for name in ["README.md", "README.ko.md"] {
        let text = fs::read_to_string(root().join(name)).unwrap();
        for found in command.captures_iter(&text) {
            // `--help` behind the arguments: they are read, and nothing is run.
            let arguments = found[1].split(" -- ").next().unwrap();
            let arguments: Vec<&str> = arguments.split(' ').chain(["--help"]).collect();
            compare(&arguments).assert().success();
            checked += 1;
        }
    }
    assert!(checked >= 12, "{checked}");
}

// --- source and syscalls --------------------------------------------------------------------------

#[test]
fn the_sources_stand_side_by_side() {
    for pattern in PATTERNS {
        for format in ["terminal", "markdown", "html"] {
            for beside in ["port", "literal", "client"] {
                compare(&["source", pattern, "--format", format, "--beside", beside])
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
    if !has_python() {
        return;
    }
    compare(&["syscalls"])
        .assert()
        .success()
        .stdout(contains("accept4").and(contains("recvfrom")).and(contains("SO_REUSEADDR")));
}

// --- Nothing is left behind -----------------------------------------------------------------------

/// A server that answers nobody and has a child of its own. Both write their process ids into a file.
#[cfg(target_os = "linux")]
const STUBBORN: &str = r#"
import os, signal, socket, subprocess, sys
for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(name, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True)
with open(sys.argv[1] + ".new", "w") as file:
    file.write(f"{os.getpid()} {child.pid}")
os.rename(sys.argv[1] + ".new", sys.argv[1])
server_socket = socket.socket()
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()
signal.pause()
"#;

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_and_sigterm_leave_no_process() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("stubborn.py");
    fs::write(&script, STUBBORN).unwrap();
    for signal in ["INT", "TERM", "HUP"] {
        let ids = folder.path().join(signal);
        let mut compare = Command::new("env")
            .args(["--default-signal=INT", env!("CARGO_BIN_EXE_compare")])
            .args(["check", "tcp-echo", "--port", "0", "--timeout", "600", "--", "python3"])
            .args([&script, &ids])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while !ids.exists() {
            let ended = compare.wait_timeout(Duration::from_millis(10)).unwrap();
            assert!(ended.is_none(), "{ended:?}");
        }
        let processes = fs::read_to_string(&ids).unwrap();
        let kill = Command::new("kill").args(["-s", signal, &compare.id().to_string()]).status();
        assert!(kill.unwrap().success());
        let ended = compare.wait_timeout(DEADLINE).unwrap();
        assert_eq!(ended.and_then(|status| status.code()), Some(130), "{signal}");
        for process in processes.split(' ') {
            // A zombie has no command line; whoever adopts it reaps it in his own time.
            let command = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
            assert!(command.is_empty(), "{signal}: {process} is still there");
        }
    }
}

// --- The gallery ----------------------------------------------------------------------------------

/// A server of the gallery: what it is, what must catch it, and what the explanation must say.
#[cfg(target_os = "linux")]
struct Exhibit {
    path: PathBuf,
    pattern: String,
    echo: bool,
    wrong: bool,
    catches: String,
    says: Vec<String>,
}

#[cfg(target_os = "linux")]
fn gallery() -> Vec<Exhibit> {
    let gallery = root().join("tests/gallery");
    let mut exhibits = Vec::new();
    for room in ["wrong", "right", "echo"] {
        for pattern in PATTERNS {
            for entry in fs::read_dir(gallery.join(room).join(pattern)).unwrap() {
                let path = entry.unwrap().path();
                let source = fs::read_to_string(&path).unwrap();
                let header = |name: &str| {
                    let line = source.lines().take(6).find_map(|line| Some(line.split_once(name)?.1));
                    line.unwrap_or_default().trim().to_owned()
                };
                let name = path.file_name().unwrap().to_str().unwrap();
                exhibits.push(Exhibit {
                    pattern: pattern.to_owned(),
                    echo: room == "echo",
                    wrong: room == "wrong" || name.starts_with("wrong"),
                    catches: header("catches: "),
                    says: header("says: ").split(" | ").map(str::to_owned).collect(),
                    path,
                });
            }
        }
    }
    exhibits
}

/// The command that runs an exhibit; programs are compiled into `folder`.
#[cfg(target_os = "linux")]
fn command(exhibit: &Exhibit, folder: &Path) -> Option<Vec<PathBuf>> {
    let path = &exhibit.path;
    let interpreter = match path.extension()?.to_str()? {
        "py" => python()?[0],
        "js" => "node",
        "pl" => "perl",
        extension => {
            let made = folder.join(format!("{}-{}", exhibit.pattern, path.file_name()?.to_str()?));
            let mut compiler = if extension == "c" {
                let mut cc = Command::new("cc");
                cc.arg("-pthread");
                cc
            } else {
                Command::new(which("rustc"))
            };
            let status = compiler.arg("-o").arg(&made).arg(path).stderr(Stdio::null()).status();
            assert!(status.ok()?.success(), "{}", path.display());
            return Some(vec![made]);
        }
    };
    let there = Command::new(interpreter).arg("--version").stdout(Stdio::null()).status();
    there.is_ok_and(|status| status.success()).then(|| vec![interpreter.into(), path.clone()])
}

#[test]
#[cfg(target_os = "linux")]
fn every_wrong_server_is_refused_for_its_reason_and_every_right_one_passes() {
    let folder = tempfile::tempdir().unwrap();
    // Those that are waited for longest are among the first.
    let mut exhibits = gallery();
    exhibits.reverse();
    let exhibits = Mutex::new(exhibits);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                while let Some(exhibit) = { exhibits.lock().unwrap().pop() } {
                    // Some mistakes are races, which do not show, or not in the same way, every time. A right
                    // server gets one try.
                    let tries = if exhibit.wrong { 3 } else { 1 };
                    let mut result = judged(&exhibit, folder.path());
                    for _ in 1..tries {
                        if result.is_err() {
                            result = judged(&exhibit, folder.path());
                        }
                    }
                    if let Err(failure) = result {
                        failures.lock().unwrap().push(format!("{}: {failure}", exhibit.path.display()));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[cfg(target_os = "linux")]
fn judged(exhibit: &Exhibit, folder: &Path) -> Result<(), String> {
    let Some(command) = command(exhibit, folder) else {
        skip(&format!("{} needs its interpreter or compiler", exhibit.path.display()));
        return Ok(());
    };
    let mut what = exhibit.pattern.clone();
    let mut patience = "10";
    if exhibit.wrong {
        what = format!("{what}/{}", exhibit.catches);
        patience = "2";
    }
    let reply = if exhibit.echo { "echo" } else { "literal" };
    let output = compare(&[
        "check",
        &what,
        "--port",
        "0",
        "--timeout",
        patience,
        "--reply",
        reply,
        "--json",
        "--",
    ])
    .args(&command)
    .output()
    .map_err(|error| error.to_string())?;
    let json: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
    let passed = json["passed"] == true;
    if output.status.code() != Some(i32::from(!passed)) {
        return Err(format!("exit code {:?}", output.status));
    }
    let scenarios = json["scenarios"].as_array().ok_or("no scenarios")?;
    let problems = scenarios.iter().filter_map(|scenario| scenario["problems"].as_array()).flatten();
    let whys: Vec<&str> = problems
        .filter(|problem| problem["advice"] == false)
        .filter_map(|problem| problem["why"]["english"].as_str())
        .collect();
    if exhibit.wrong == passed {
        return Err(format!("passed: {passed}, {whys:?}"));
    }
    let said = exhibit.says.iter().any(|words| whys.iter().any(|why| why.contains(words.as_str())));
    if exhibit.wrong && (exhibit.says[0].is_empty() || !said) {
        return Err(format!("{:?} is not in {whys:?}", exhibit.says));
    }
    Ok(())
}

#[test]
#[cfg(target_os = "linux")]
fn every_scenario_that_is_checked_has_a_wrong_server_that_trips_it() {
    let gallery = gallery();
    for scenario in compare::scenario::all() {
        if scenario.checked != compare::scenario::Checked::Required {
            continue;
        }
        let tripped = gallery.iter().any(|exhibit| {
            exhibit.wrong
                && exhibit.pattern == scenario.pattern.package()
                && exhibit.catches == scenario.id
        });
        assert!(tripped, "{} is not a test: no wrong server trips it", scenario.path());
    }
}
