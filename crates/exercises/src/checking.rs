//! Builds a learner's program, checks it, and tells what came of it.

use std::ffi::OsString;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result, bail};
use common::in_lines;
use harness::Text;
use harness::programs::python;
use indicatif::{ProgressBar, ProgressStyle};
use scenarios::check::{Event, GoOn, Report, ScenarioResult, check};
use scenarios::page;
use scenarios::scenario::{Reply, Scenario};
use scenarios::stage::Subject;
use scenarios::tell;

use crate::exercise::{EXERCISES, Exercise};
use crate::variant::Variant;
use crate::{Language, folder};

/// How long a reply is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// How a program is run.
pub enum Program {
    /// By this command.
    Command(Vec<OsString>),
    /// Not at all: rustc has refused it, with these words where they were to be kept.
    NotBuilt(String),
}

/// The program in this file. What has to be built goes into the folder `target`; what rustc says is shown as it
/// is, or kept.
///
/// # Errors
///
/// When what runs it is not there, or the file is in a language that is not known.
pub fn program(file: &Path, target: &Path, kept: bool) -> Result<Program> {
    let run = |words: &[&str]| {
        let words = words.iter().map(OsString::from);
        Program::Command(words.chain([file.as_os_str().to_owned()]).collect())
    };
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("rs") => build(file, target, kept),
        Some("py") => {
            let python = python().with_context(|| {
                in_lines(
                    "파이썬 3.8 이상이 없습니다. https://www.python.org 에서 설치하세요.",
                    "There is no Python 3.8 or newer; install it from https://www.python.org.",
                )
            })?;
            Ok(run(python))
        }
        Some("js" | "mjs") => Ok(run(&["node"])),
        _ => bail!(in_lines(
            format!(
                "`{}`을 어떻게 실행하는지 모릅니다. `cargo ex check 번호 -- 명령`을 쓰세요.",
                file.display()
            ),
            format!(
                "How to run `{}` is not known; use `cargo ex check NUMBER -- COMMAND`.",
                file.display()
            ),
        )),
    }
}

fn build(source: &Path, target: &Path, kept: bool) -> Result<Program> {
    fs::create_dir_all(target).with_context(|| {
        in_lines(
            format!("`{}` 폴더를 만들지 못했습니다.", target.display()),
            format!("The folder `{}` could not be made.", target.display()),
        )
    })?;
    let name = source.file_stem().unwrap_or_default();
    let binary: PathBuf = target.join(name).with_extension(std::env::consts::EXE_EXTENSION);
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition", "2024", "--crate-name", "program", "-o"]);
    rustc.arg(&binary).arg(source).stdin(Stdio::null());
    if !kept {
        rustc.stderr(Stdio::inherit());
    }
    let built = rustc.output().with_context(|| {
        in_lines(
            "rustc를 실행하지 못했습니다. https://rustup.rs 에서 Rust를 설치하세요.",
            "rustc could not be run; install Rust from https://rustup.rs.",
        )
    })?;
    Ok(if built.status.success() {
        Program::Command(vec![binary.into_os_string()])
    } else {
        Program::NotBuilt(String::from_utf8_lossy(&built.stderr).into_owned())
    })
}

/// The learner's own program.
///
/// # Errors
///
/// When there is none, or what runs it is not there.
pub fn own(exercise: &Exercise) -> Result<Program> {
    let Some(file) = folder::newest(exercise) else {
        let (file, number) = (folder::path(exercise, Language::Rust), exercise.number);
        bail!(in_lines(
            format!("`{}`이 없습니다. 먼저 시작하세요: cargo ex start {number}", file.display()),
            format!("`{}` is not there; begin with: cargo ex start {number}", file.display()),
        ));
    };
    program(&file, &Path::new(folder::FOLDER).join("target"), false)
}

/// Letters that no other run has: a fixed reply does not hold them.
fn token() -> String {
    format!("{:06x}", RandomState::new().build_hasher().finish() & 0xff_ffff)
}

/// Holds a program to an exercise; what goes on is shown in `bar`.
///
/// # Errors
///
/// When no port is free.
pub fn run(
    exercise: &Exercise,
    variant: &Variant,
    command: Vec<OsString>,
    go_on: GoOn,
    bar: &ProgressBar,
) -> Result<Report> {
    let scenarios = variant.scenarios(exercise, &token());
    bar.set_length(scenarios.len() as u64);
    let sentences = variant.sentences.clone();
    let subject = Subject { sentences, ..Subject::new(command, Reply::Echo, PATIENCE) };
    let report = check(&subject, &scenarios, 0, go_on, |event| match event {
        Event::Waiting(_) => {}
        Event::Begins(scenario) => bar.set_message(scenario.id),
        Event::Ended(_) => bar.inc(1),
    });
    bar.finish_and_clear();
    report
}

/// Writes a page of the scenario of this result: what the program does, and what a solution does.
///
/// # Errors
///
/// When no port is free, or the file cannot be written.
pub fn replay(
    file: &Path,
    exercise: &Exercise,
    command: Vec<OsString>,
    result: &ScenarioResult,
) -> Result<()> {
    let scenarios = Variant::default().scenarios(exercise, &token());
    let is_it = |scenario: &&Scenario| scenario.id == result.id;
    let scenario = scenarios.iter().find(is_it).context("it was played")?;
    let play =
        |title, command| page::run(title, &Subject::new(command, Reply::Echo, PATIENCE), scenario);
    let mut runs = Vec::new();
    runs.extend(play(Text::new("검사한 프로그램", "The program that was checked"), command)?);
    let folder = tempfile::tempdir()?;
    let solution = folder.path().join("solution.py");
    fs::write(&solution, exercise.solution.in_language(Language::Python))?;
    if let Some(python) = python() {
        let words = python.iter().map(OsString::from).chain([solution.into_os_string()]);
        let title = Text::new("비교할 풀이", "For comparison: what a solution does");
        runs.extend(play(title, words.collect())?.map(page::Run::without_source));
    }
    page::write(file, result, &runs)
}

/// A bar for what goes on.
pub fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// What is to be said when rustc has refused a program.
pub fn not_built() -> Text {
    Text::new(
        "컴파일되지 않았습니다. 위의 메시지에서 첫 번째 에러부터 고치세요.",
        "It does not compile: mend the first error above.",
    )
}

/// What a check has shown: the first failure, or all, and how many of how many passed.
pub fn shown(report: &Report, all: bool) -> String {
    let failures = report.results.iter().filter(|result| !result.passed());
    let mut text = String::new();
    for failed in failures.take(if all { report.planned } else { 1 }) {
        text += &tell::head(failed);
        let problems = failed.problems.iter().map(|it| tell::problem(it, &failed.moments));
        text += &problems.collect::<String>();
    }
    text
}

/// How many of how many passed.
pub fn count(report: &Report) -> Text {
    let passed = report.results.iter().filter(|result| result.passed()).count();
    Text::new(
        format!("{}개 가운데 {passed}개 통과", report.planned),
        format!("{passed} of {} passed", report.planned),
    )
}

/// What a check has shown, and what to do next.
pub fn told(exercise: &Exercise, report: &Report, all: bool, offered: bool) -> String {
    let (number, words) = (exercise.number, exercise.words());
    let mut text = shown(report, all);
    if !report.passed() {
        text += &format!("{}\n", count(report));
        if offered {
            let hint = Text::new("힌트가 있습니다", "there is a hint");
            text += &format!("{hint}: cargo ex hint {number}\n");
        }
        return text;
    }
    let style = Style::new().fg_color(Some(AnsiColor::Green.into()));
    text += &format!("{style}✓{style:#} {}: {}\n", words.title, count(report));
    text += &format!("{}\n", words.learned.sentences());
    let solution = Text::new("풀이", "a solution");
    text += &format!("{solution}: cargo ex solution {number}\n");
    if let Some(next) = EXERCISES.iter().find(|it| it.number > number) {
        let then = Text::new("다음", "next");
        text += &format!("{then}: cargo ex start {}\n", next.number);
    }
    text
}
