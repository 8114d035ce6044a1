//! The exercises: skeletons fail for their reason, solutions pass, wrong programs are refused with their words,
//! and a learner is led from the first one to the next.

#[path = "support/language.rs"]
mod language;

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use assert_cmd::Command as Assert;
use harness::programs::{python, root};
use harness::skip;
use language::{LOCALES, assert_in};
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;
use tempfile::TempDir;

/// No check takes longer, whatever the program does.
const DEADLINE: Duration = Duration::from_secs(60);

const IDS: [&str; 12] = [
    "missing-f",
    "again",
    "letters",
    "nobody-there",
    "to-the-end",
    "lines",
    "lengths",
    "at-once",
    "silent",
    "crowded",
    "chat",
    "goodbye",
];

fn exercises(folder: &Path, args: &[&str]) -> Assert {
    let mut exercises = Assert::new(env!("CARGO_BIN_EXE_exercises"));
    exercises.timeout(DEADLINE).current_dir(folder).env_remove("PORT");
    exercises.env("LC_ALL", "en_US.UTF-8").args(args);
    exercises
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn task(id: &str, file: &str) -> PathBuf {
    let folders = fs::read_dir(root().join("crates/exercises/tasks")).unwrap();
    let mut folders = folders.map(|folder| folder.unwrap().path());
    let its = |folder: &PathBuf| folder.to_string_lossy().ends_with(&format!("-{id}"));
    folders.find(its).unwrap().join(file)
}

/// The first failure of a program, as `scenario: cause`, or `passes`.
fn verdict(id: &str, command: &[&OsStr]) -> String {
    let folder = folder();
    let mut check = exercises(folder.path(), &["check", id, "--json", "--"]);
    let output = check.args(command).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(report["passed"], output.status.success());
    let failure = |result: &Value| {
        let cause = result["problems"].get(0)?["cause"].as_str()?;
        Some(format!("{}: {cause}", result["id"].as_str()?))
    };
    let results = report["results"].as_array().unwrap();
    results.iter().find_map(failure).unwrap_or_else(|| "passes".to_owned())
}

fn in_python(id: &str, file: &Path) -> Option<String> {
    let Some(python) = python() else {
        skip("this test needs Python 3");
        return None;
    };
    let words = python.iter().map(OsStr::new).chain([file.as_os_str()]);
    Some(verdict(id, &words.collect::<Vec<_>>()))
}

fn in_node(id: &str, file: &Path) -> Option<String> {
    if Command::new("node").arg("--version").output().is_err() {
        skip("this test needs Node");
        return None;
    }
    Some(verdict(id, &["node".as_ref(), file.as_os_str()]))
}

fn in_rust(id: &str, file: &Path) -> String {
    let folder = folder();
    let binary = folder.path().join(format!("program{}", std::env::consts::EXE_SUFFIX));
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition", "2024", "--crate-name", "program", "-o"]).arg(&binary).arg(file);
    assert!(rustc.output().unwrap().status.success(), "{}", file.display());
    verdict(id, &[binary.as_os_str()])
}

/// Does this with all, each in a thread of its own.
fn at_once<T: Send>(all: impl IntoIterator<Item = T>, work: impl Fn(T) + Sync) {
    thread::scope(|scope| {
        for one in all {
            scope.spawn(|| work(one));
        }
    });
}

#[test]
fn solutions_pass_in_both_languages() {
    at_once(IDS, |id| {
        assert_eq!(in_rust(id, &task(id, "solution.rs")), "passes", "{id}");
        if let Some(verdict) = in_python(id, &task(id, "solution.py")) {
            assert_eq!(verdict, "passes", "{id}");
        }
    });
}

#[test]
#[ignore = "four minutes; `make soak` runs it"]
fn solutions_pass_twenty_times_under_load() {
    for _ in 0..20 {
        solutions_pass_in_both_languages();
    }
}

#[test]
fn skeletons_fail_for_the_reason_that_their_hints_speak_of() {
    // What an exercise begins with, where it continues another, passes that one.
    let rows = [
        ("missing-f", task("missing-f", "skeleton"), "plain: no-f"),
        ("again", task("missing-f", "solution"), "ten: no-loop"),
        ("letters", task("letters", "skeleton"), "plain: no-f"),
        ("lines", task("lines", "skeleton"), "joined: lines-joined"),
        ("nobody-there", task("nobody-there", "skeleton"), "second: waits-for-ever"),
        ("to-the-end", task("to-the-end", "skeleton"), "byte-by-byte: stops-early"),
        ("lengths", task("lengths", "skeleton"), "pieces: message-cut"),
        ("at-once", task("lines", "solution"), "neighbour: one-at-a-time"),
        ("silent", task("at-once", "solution"), "silent: kept-too-long"),
        ("crowded", task("at-once", "solution"), "five: served-anyway"),
        ("chat", task("chat", "skeleton"), "two: not-passed-on"),
        ("goodbye", task("at-once", "solution"), "alone: answered-anyway"),
    ];
    at_once(rows, |(id, begins, verdict)| {
        assert_eq!(in_rust(id, &begins.with_extension("rs")), verdict, "{id}");
        if let Some(found) = in_python(id, &begins.with_extension("py")) {
            assert_eq!(found, verdict, "{id}");
        }
    });
}

/// What a program of `tests/exercises` says in its first line is to come of it.
fn expected(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.lines().next().unwrap().trim_start_matches(['#', '/', ' ']).to_owned()
}

fn programs(id: &'static str) -> Vec<(&'static str, PathBuf)> {
    let files = fs::read_dir(root().join("tests/exercises").join(id)).unwrap();
    let programs: Vec<_> = files.map(|file| (id, file.unwrap().path())).collect();
    // What is right for many clients at once is right for one after another.
    let right = |(_, file): &(&str, PathBuf)| expected(file) == "passes";
    let at_once = if id == "lines" { self::programs("at-once") } else { Vec::new() };
    assert!(programs.iter().filter(|(_, file)| expected(file) != "passes").count() >= 3, "{id}");
    programs
        .into_iter()
        .chain(at_once.into_iter().filter(right).map(|(_, file)| (id, file)))
        .collect()
}

#[test]
fn wrong_programs_are_refused_and_right_ones_pass() {
    /// So many at a time: most of them wait.
    const WORKERS: usize = 12;
    let programs: Vec<_> = IDS.into_iter().flat_map(programs).collect();
    let (next, otherwise) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    at_once(0..WORKERS, |_| {
        while let Some((id, file)) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let expected = expected(file);
            // Where it is a matter of luck what is seen of a mistake, all of it is named.
            let is_named = |verdict: &String| expected.split(" | ").any(|one| one == verdict);
            let verdict = match file.extension() {
                Some(ending) if ending == "mjs" => in_node(id, file),
                _ => in_python(id, file),
            };
            if let Some(verdict) = verdict.filter(|verdict| !is_named(verdict)) {
                otherwise.lock().unwrap().push(format!("{}: {verdict}", file.display()));
            }
        }
    });
    let otherwise = otherwise.into_inner().unwrap();
    assert!(otherwise.is_empty(), "{}", otherwise.join("\n"));
}

#[test]
fn a_learner_fails_takes_a_hint_passes_and_sees_what_is_next() {
    let folder = folder();
    let ex = |args: &[&str]| exercises(folder.path(), args).assert();
    ex(&[]).success().stdout(contains("→  1  missing-f").and(contains("cargo ex start 1")));
    ex(&["start", "1"]).success().stdout(contains("01-missing-f.rs"));
    // A learner's file is not written over.
    let file = folder.path().join("my/01-missing-f.rs");
    fs::write(&file, "fn main() { nothing() }").unwrap();
    ex(&["start", "1"]).code(1).stderr(contains("is there already"));
    ex(&["check", "1"]).code(1).stderr(contains("cannot find function").and(contains("mend")));
    fs::copy(task("missing-f", "skeleton.rs"), &file).unwrap();
    for offered in [false, false, true] {
        let check = ex(&["check", "1"]).code(1);
        check.stdout(
            contains("0 of 5 passed").and(contains("cargo ex hint 1").count(offered.into())),
        );
    }
    for number in ["1/3", "2/3", "3/3", "3/3"] {
        ex(&["hint", "missing-f"]).success().stdout(contains(number));
    }
    ex(&["solution", "1"]).code(1).stdout("").stderr(contains("--anyway"));
    let solution = fs::read_to_string(task("missing-f", "solution.rs")).unwrap();
    ex(&["solution", "1", "--anyway"]).success().stdout(solution.clone());
    let own = format!("// mine\n{solution}");
    fs::write(&file, &own).unwrap();
    ex(&["check", "1"]).success().stdout(contains("5 of 5").and(contains("cargo ex start 2")));
    ex(&["solution", "1"]).success().stdout(solution);
    ex(&[]).stdout(contains("✓  1  missing-f").and(contains("cargo ex start 2")));
    // The second one continues what has passed.
    ex(&["start", "again"]).success().stdout(contains("your own program"));
    assert_eq!(fs::read_to_string(folder.path().join("my/02-again.rs")).unwrap(), own);
    ex(&["start", "2", "--python"]).success().stdout(contains("the solution of exercise 1"));
    // An editor finds both.
    let manifest = fs::read_to_string(folder.path().join("my/Cargo.toml")).unwrap();
    assert_eq!(manifest.matches("[[bin]]").count(), 2, "{manifest}");
    Assert::new("cargo")
        .current_dir(folder.path().join("my"))
        .args(["metadata", "--offline", "--format-version=1"])
        .assert()
        .success();
}

#[test]
fn bad_input_is_answered_and_nothing_is_lost() {
    let folder = folder();
    let ex = |args: &[&str]| exercises(folder.path(), args).assert();
    ex(&["start", "leters"]).code(2).stderr(contains("perhaps `letters`?"));
    ex(&["start", "13"])
        .code(2)
        .stderr(contains("1 missing-f, 2 again, 3 letters,").and(contains("12 goodbye")));
    ex(&["check", "2"]).code(1).stderr(contains("cargo ex start 2"));
    let my = folder.path().join("my");
    fs::create_dir(&my).unwrap();
    for number in 1..=2 {
        fs::write(my.join("progress.json"), format!("{{ damaged {number}")).unwrap();
        ex(&[]).success().stderr(contains(format!("progress-damaged-{number}.json")));
        let aside = fs::read_to_string(my.join(format!("progress-damaged-{number}.json")));
        assert_eq!(aside.unwrap(), format!("{{ damaged {number}"));
    }
    fs::remove_dir_all(&my).unwrap();
    fs::write(&my, "a file in its place").unwrap();
    ex(&["start", "1"]).code(1).stderr(contains("could not be written"));
}

#[test]
fn the_reader_is_spoken_to_in_one_language() {
    for (locale, korean, english) in LOCALES {
        let folder = folder();
        for args in [
            &["--help"][..],
            &[],
            &["start", "3"],
            &["start", "3"],
            &["hint", "3"],
            &["solution", "3"],
            &["class", "nowhere", "--exercise", "3"],
            &["riddle", "1"],
            &["pack"],
        ] {
            let output = exercises(folder.path(), args).env("LC_ALL", locale).output().unwrap();
            let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            // The prefix of the replies is Korean in every language.
            assert_in(&text.replace("서버로부터 응답", ""), korean, english);
        }
    }
}

#[test]
fn a_variant_has_other_sentences_and_the_same_explanations() {
    if python().is_none() {
        return skip("this test needs Python 3");
    }
    let ids = ["missing-f", "again", "letters", "lines", "lengths", "at-once", "crowded", "chat"];
    at_once(ids, |id| {
        let folder = folder();
        let ex = |args: &[&str]| exercises(folder.path(), args).assert();
        let task_of = ex(&["start", id, "--python", "--seed", "7"]).success();
        task_of.stdout(contains("7번").and(contains("--seed 7")));
        let own = fs::read_dir(folder.path().join("my")).unwrap().next().unwrap().unwrap().path();
        // The solution of the exercise as it is fails in the variant, and with other sentences passes.
        let solution = fs::read_to_string(task(id, "solution.py")).unwrap();
        fs::write(&own, &solution).unwrap();
        ex(&["check", id, "--seed", "7"]).code(1);
        let solution = solution
            .replace("서버로부터 응답: ", "7번 서버의 응답: ")
            .replace("환영합니다", "7번 방에 오신 것을 환영합니다")
            .replace("자리가 없습니다", "7번 서버에는 자리가 없습니다");
        fs::write(&own, solution).unwrap();
        ex(&["check", id, "--seed", "7"]).success();
    });
    let folder = folder();
    exercises(folder.path(), &["start", "6", "--python", "--seed", "7"]).assert().success();
    let check = exercises(folder.path(), &["check", "6", "--seed", "7"]).assert().code(1);
    check.stdout(contains("taken for one message"));
}

/// What a program prints, line by line, with an end to waiting.
fn lines_of(output: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

fn wait_for(lines: &mpsc::Receiver<String>, part: &str) {
    loop {
        let line = lines.recv_timeout(DEADLINE).unwrap_or_else(|_| panic!("no line with {part:?}"));
        if line.contains(part) {
            return;
        }
    }
}

#[test]
fn watch_checks_again_when_a_file_is_saved() {
    let folder = folder();
    exercises(folder.path(), &["start", "1"]).assert().success();
    let mut watch = Command::new(env!("CARGO_BIN_EXE_exercises"));
    watch.arg("watch").current_dir(folder.path()).env("LC_ALL", "en_US.UTF-8").env_remove("PORT");
    let mut watch = watch.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (told, said) =
        (lines_of(watch.stdout.take().unwrap()), lines_of(watch.stderr.take().unwrap()));
    wait_for(&told, "0 of 5 passed");
    wait_for(&told, "Ctrl-C");
    let file = folder.path().join("my/01-missing-f.rs");
    // Half saved.
    fs::write(&file, "fn main() {").unwrap();
    wait_for(&said, "this file contains an unclosed delimiter");
    wait_for(&told, "Ctrl-C");
    fs::copy(task("missing-f", "solution.rs"), &file).unwrap();
    wait_for(&told, "5 of 5 passed");
    wait_for(&told, "cargo ex start 2");
    watch.kill().unwrap();
    watch.wait().unwrap();
}

#[test]
fn talk_sends_what_is_typed_and_shows_what_comes() {
    let server_socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server_socket.local_addr().unwrap().port().to_string();
    let server = thread::spawn(move || {
        let (mut client_socket, _) = server_socket.accept().unwrap();
        let mut data = Vec::new();
        client_socket.read_to_end(&mut data).unwrap();
        // What comes is shown as it comes, and what is no text as it is.
        client_socket.write_all(&[b"\xff ", &data[..]].concat()).unwrap();
    });
    let folder = folder();
    let mut talk = exercises(folder.path(), &["talk", "--port", &port]);
    let told = talk.write_stdin("안녕\nhello\n").assert().success();
    told.stdout([b"\xff ".as_slice(), "안녕\nhello\n".as_bytes()].concat())
        .stderr(contains("connected to 127.0.0.1"));
    server.join().unwrap();
    // Nobody is there any more.
    let talk = exercises(folder.path(), &["talk", "--port", &port]).write_stdin("").assert();
    talk.code(1).stderr(contains("start the server first"));
}

#[test]
fn a_riddle_is_set_without_its_name_and_checked_when_it_is_mended() {
    let folder = folder();
    let ex = |args: &[&str]| exercises(folder.path(), args).assert();
    let set = ex(&["riddle"]).success().get_output().stdout.clone();
    let set = String::from_utf8(set).unwrap();
    let file = folder.path().join(set.lines().next().unwrap());
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("import"), "{text}");
    if python().is_none() {
        return skip("this test needs Python 3");
    }
    ex(&["riddle", "1"]).code(1).stdout(contains("cargo ex riddle 1 --answer"));
    ex(&["riddle", "1", "--answer"]).success().stdout(contains("→"));
    let number = set.lines().find_map(|line| line.split_once(". ")?.0.parse::<usize>().ok());
    let solution = task(IDS[number.unwrap() - 1], "solution.py");
    if file.extension().is_some_and(|ending| ending == "py") {
        fs::copy(solution, &file).unwrap();
        ex(&["riddle", "1"]).success().stdout(contains("cargo ex riddle"));
    }
    ex(&["riddle"]).success().stdout(contains("riddle-2"));
    ex(&["riddle", "9"]).code(1).stderr(contains("no riddle 9"));
}

#[test]
fn a_class_is_checked_in_one_command() {
    if python().is_none() {
        return skip("this test needs Python 3");
    }
    let folder = folder();
    let class = folder.path().join("class");
    fs::create_dir(&class).unwrap();
    // One hands in what `pack` makes.
    exercises(folder.path(), &["start", "2", "--python"]).assert().success();
    fs::copy(task("again", "solution.py"), folder.path().join("my/02-again.py")).unwrap();
    exercises(folder.path(), &["pack"]).assert().success().stdout(contains("02-again.py"));
    fs::copy(folder.path().join("my.zip"), class.join("가영.zip")).unwrap();
    fs::copy(root().join("tests/exercises/again/no-loop.py"), class.join("나연.py")).unwrap();
    fs::create_dir_all(class.join("다현/deep")).unwrap();
    fs::write(class.join("다현/deep/02-again.rs"), "fn main() { nothing() }").unwrap();
    fs::create_dir(class.join("라미")).unwrap();
    let ex = |format: &str| {
        let class = class.to_string_lossy();
        exercises(folder.path(), &["class", &class, "--exercise", "again", "--format", format])
            .assert()
            .code(1)
    };
    let csv = ex("csv").get_output().stdout.clone();
    let csv = String::from_utf8(csv).unwrap();
    let rows: Vec<&str> = csv.strip_prefix('\u{feff}').unwrap().lines().skip(1).collect();
    let [gayeong, nayeon, dahyeon, rami] = rows[..] else { panic!("{csv}") };
    assert!(gayeong.starts_with("가영,2,py,1/1,1/1,1/1,,the solution 100%"), "{csv}");
    assert!(nayeon.starts_with("나연,2,py,0/1") && nayeon.contains("ten: "), "{csv}");
    assert!(dahyeon.contains("it does not compile: error"), "{csv}");
    assert!(rami.contains("there is no program"), "{csv}");
    ex("text").stdout(contains("1 of 4 passed"));
    ex("junit").stdout(contains(r#"<testsuite name="나연""#).and(contains(r#"tests="8""#)));
    exercises(folder.path(), &["class", "nowhere", "--exercise", "2"])
        .assert()
        .code(1)
        .stderr(contains("could not be read"));
}

#[test]
fn the_replay_shows_the_learners_program_and_not_the_solution() {
    let Some(python) = python() else {
        skip("a replay needs Python 3");
        return;
    };
    let folder = folder();
    let mut check =
        exercises(folder.path(), &["check", "at-once", "--replay", "replay.html", "--"]);
    check.args(python).arg(task("lines", "solution.py"));
    check.assert().code(1).stdout(contains("replay: replay.html"));
    let html = fs::read_to_string(folder.path().join("replay.html")).unwrap();
    assert!(html.contains("what a solution does"), "{html}");
    let learners = fs::read_to_string(task("lines", "solution.py")).unwrap();
    let line = learners.lines().position(|line| line.contains(".recv(")).unwrap() + 1;
    assert!(cfg!(not(unix)) || html.contains(&format!("<td>{line}, waits</td>")), "{html}");
    assert!(!html.contains("import threading"), "{html}");
    exercises(folder.path(), &["check", "1", "--replay", "no/such.html", "--", "true"])
        .assert()
        .code(1)
        .stderr(contains("could not be written"));
}
