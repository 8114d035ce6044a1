//! The exercises: skeletons fail for their reason, solutions pass, wrong programs are refused with their words,
//! and a learner is led from the first one to the next.

#[path = "support/language.rs"]
mod language;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
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
    Some(verdict(id, &[python[0].as_ref(), file.as_os_str()]))
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
    text.lines().next().unwrap().trim_start_matches("# ").to_owned()
}

fn programs(id: &'static str) -> Vec<(&'static str, PathBuf)> {
    let files = fs::read_dir(root().join("tests/exercises").join(id)).unwrap();
    let programs: Vec<_> = files.map(|file| (id, file.unwrap().path())).collect();
    assert!(programs.iter().filter(|(_, file)| expected(file) != "passes").count() >= 3, "{id}");
    programs
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
            if let Some(verdict) = in_python(id, file).filter(|verdict| !is_named(verdict)) {
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
        ] {
            let output = exercises(folder.path(), args).env("LC_ALL", locale).output().unwrap();
            let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            // The prefix of the replies is Korean in every language.
            assert_in(&text.replace("서버로부터 응답", ""), korean, english);
        }
    }
}
