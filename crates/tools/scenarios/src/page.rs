//! A page of one scenario, to be stepped through: what a program did, and what a reference does.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use common::Language;
use harness::Text;
use harness::port::Lease;
use regex::Regex;

use crate::check::ScenarioResult;
use crate::moments::{Moment, Who};
use crate::observation::Outcome;
use crate::scenario::{Role, Scenario};
use crate::stage::{Subject, play};
use crate::tell;

/// A file that is longer is not shown.
const LONG: u64 = 100_000;

/// A run that a page shows.
#[derive(Clone, Debug)]
pub struct Run {
    title: Text,
    /// Whether the program is a client, and the peers are servers.
    client: bool,
    moments: Vec<Moment>,
    /// The source of the program.
    source: Option<PathBuf>,
    /// In the end, where its threads were: their names, and the lines.
    places: Vec<(Text, usize)>,
}

impl Run {
    /// The same without its program, which would be the solution.
    #[must_use]
    pub fn without_source(self) -> Self {
        Self { source: None, places: Vec::new(), ..self }
    }
}

/// Plays the scenario once more, to be shown under this title. Of a program in Python it is known where each
/// thread was in the end (Unix); `None` when it did not come so far.
///
/// # Errors
///
/// When no port is free.
pub fn run(title: Text, subject: &Subject, scenario: &Scenario) -> Result<Option<Run>> {
    let subject = Subject { aborted: true, gently: true, ..subject.clone() };
    let Outcome::Observed(_, detail) = play(&subject, scenario, Lease::take()?.port) else {
        return Ok(None);
    };
    let source = source(&subject.command);
    let places = source.as_deref().map_or(Vec::new(), |file| places(&detail.printed.stderr, file));
    let client = scenario.role != Role::Server;
    Ok(Some(Run { title, client, moments: detail.moments, source, places }))
}

/// The first word of a command that is a file with text.
fn source(command: &[OsString]) -> Option<PathBuf> {
    let short = |file: &&Path| fs::metadata(file).is_ok_and(|it| it.is_file() && it.len() < LONG);
    let files = command.iter().map(Path::new).filter(|file| file.extension().is_some());
    files.filter(short).find(|file| fs::read_to_string(file).is_ok()).map(Path::to_owned)
}

/// Where the threads of Python are in this file, from what it says when it is aborted.
fn places(stderr: &str, file: &Path) -> Vec<(Text, usize)> {
    let frame = Regex::new(r#"^ +File "(.+)", line (\d+) in (.+)$"#).expect("a valid pattern");
    let Some((_, dump)) = stderr.rsplit_once("Fatal Python error: ") else {
        return Vec::new();
    };
    let mut places = Vec::new();
    for thread in dump.split("\n\n") {
        let mut here = None;
        let mut main = false;
        for found in thread.lines().filter_map(|line| frame.captures(line)) {
            if Path::new(&found[1]).file_name() == file.file_name() {
                here = here.or_else(|| found[2].parse().ok());
                main |= &found[3] == "<module>";
            }
        }
        places.extend(here.map(|line: usize| (main, line)));
    }
    // The newest thread is told first.
    places.reverse();
    let mut threads = 0;
    let name = |(main, line)| {
        let text = if main {
            Text::new("메인 스레드", "main thread")
        } else {
            threads += 1;
            Text::new(format!("스레드 {threads}"), format!("thread {threads}"))
        };
        (text, line)
    };
    places.into_iter().map(name).collect()
}

/// Writes the page into `file`.
///
/// # Errors
///
/// When it cannot be written.
pub fn write(file: &Path, result: &ScenarioResult, runs: &[Run]) -> Result<()> {
    fs::write(file, page(result, runs)).with_context(|| {
        let path = file.display();
        Text::new(format!("`{path}`에 쓰지 못했습니다."), format!("`{path}` could not be written."))
            .sentences()
    })
}

/// What is said before the scenario is played once more.
#[must_use]
pub fn begins(result: &ScenarioResult) -> Text {
    let (id, seconds) = (result.id, result.seconds.as_secs_f64().ceil());
    Text::new(
        format!("{id}: 장면을 기록하려고 한 번 더 실행합니다(약 {seconds}초)"),
        format!("{id}: runs once more, to record its moments (about {seconds} s)"),
    )
}

/// What is said of a page that was written.
#[must_use]
pub fn written(file: &Path) -> String {
    let file = file.display();
    Text::new(
        format!("장면: {file} (브라우저로 여세요)"),
        format!("replay: {file} (open it in a browser)"),
    )
    .sentences()
}

/// The page: the scenario, what is wrong, and the runs.
fn page(result: &ScenarioResult, runs: &[Run]) -> String {
    let language = if Language::of_the_reader() == Language::Korean { "ko" } else { "en" };
    let title = escaped(&result.text.sentences());
    let runs: String = runs.iter().enumerate().map(|(number, run)| replay(number, run)).collect();
    let problems: String =
        result.problems.iter().map(|problem| escaped(&tell::problem(problem, &[]))).collect();
    let (style, script) = (
        include_str!("../../../../docs/site/replay.css"),
        include_str!("../../../../docs/site/replay.js"),
    );
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}{style}</style>\n</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n<pre>{problems}</pre>\n{runs}</main>\n<script>\n{script}</script>\n\
         </body>\n</html>\n"
    )
}

/// What the book's own style sheets bring elsewhere.
const STYLE: &str = "\
:root { color-scheme: light dark; --fg: #1b1f24; --bg: #fff; --frame: #c8ccd2; --links: #155d83; --aside: #575b60;
    --added: #0a5a26; --added-bg: #dcf5e3; --quote-bg: #f1f3f5; --mono-font: Consolas, Menlo, monospace; }
@media (prefers-color-scheme: dark) { :root { --fg: #d5d9de; --bg: #16191d; --frame: #454b60; --links: #62aede;
    --aside: #a2a6ab; --added: #8fdc9f; --added-bg: #16301f; --quote-bg: #23272d; } }
body { margin: 0; padding: 1em; font-family: sans-serif; line-height: 1.5; color: var(--fg); background: var(--bg);
    container-type: inline-size; }
main { max-width: 960px; margin: auto; }
h1 { font-size: 1.4em; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--frame); padding: .2em .6em; text-align: start; overflow-wrap: anywhere; }
";

fn replay(number: usize, run: &Run) -> String {
    let said = |text: &Text| escaped(&text.sentences());
    let code = run.source.as_ref().and_then(|file| Some((file, fs::read_to_string(file).ok()?)));
    let mut rows = String::new();
    let mut row = |who: &Text, what: &str, line: &str, seconds: &str| {
        let line = code.as_ref().map_or(String::new(), |_| format!("<td>{line}</td>"));
        let place = rows.matches("<tr>").count() + 1;
        rows += &format!(
            "<tr><td>{place}</td><td>{}</td><td>{what}</td>{line}<td>{seconds}</td></tr>\n",
            said(who)
        );
    };
    for moment in &run.moments {
        let who = match (moment.who, run.client) {
            (Who::Program, false) => Text::new("서버", "server"),
            (Who::Program, true) => Text::new("클라이언트", "client"),
            (Who::Peer(peer), false) => {
                Text::new(format!("클라이언트 {}", peer + 1), format!("client {}", peer + 1))
            }
            (Who::Peer(peer), true) => {
                Text::new(format!("서버 {}", peer + 1), format!("server {}", peer + 1))
            }
        };
        row(&who, &said(&moment.what.text()), "", &format!("{:.3}", moment.seconds));
    }
    let waits = said(&Text::new("기다림", "waits"));
    for (who, line) in &run.places {
        let what = said(&Text::new(
            format!("실행이 끝날 때 {line}번째 줄에서 기다림"),
            format!("waits in line {line} when the run ends"),
        ));
        row(who, &what, &format!("{line}, {waits}"), "");
    }
    let name = |file: &Path| escaped(&file.file_name().unwrap_or_default().to_string_lossy());
    let (mut title, mut programs) = (String::new(), String::new());
    if let Some((file, text)) = &code {
        let name = name(file);
        title = format!("<th>{name}</th>");
        let line = |(index, line): (usize, &str)| {
            format!("<span class=\"line\" data-line=\"{}\">{}\n</span>", index + 1, escaped(line))
        };
        let lines: String = text.lines().enumerate().map(line).collect();
        programs = format!(
            "<figure><figcaption>{name}</figcaption><div class=\"program\" tabindex=\"0\">{lines}</div></figure>"
        );
    }
    let heads = [
        Text::new("장면", "Moment"),
        Text::new("누가", "Who"),
        Text::new("무엇을", "What"),
        Text::new("초", "Seconds"),
    ]
    .map(|head| said(&head));
    let [moment, who, what, seconds] = heads;
    format!(
        "<h2>{}</h2>\n<div class=\"replay\" id=\"run-{}\">\n<div class=\"programs\" hidden>{programs}</div>\n\
         <table>\n<thead><tr><th>{moment}</th><th>{who}</th><th>{what}</th>{title}<th>{seconds}</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n</div>\n",
        said(&run.title),
        number + 1
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Python 3.11 says it, of a server that joins the thread of its first client.
    const DUMP: &str = "\
Fatal Python error: Aborted

Thread 0x00007f01 (most recent call first):
  File \"/home/me/join.py\", line 9 in handle_client
  File \"/usr/lib/python3.11/threading.py\", line 975 in run

Current thread 0x00007f00 (most recent call first):
  File \"/usr/lib/python3.11/threading.py\", line 1132 in _wait_for_tstate_lock
  File \"/home/me/join.py\", line 21 in <module>
";

    #[test]
    fn python_says_where_its_threads_are() {
        let places = places(DUMP, Path::new("join.py"));
        let told: Vec<_> = places.iter().map(|(who, line)| (who.english.as_str(), *line)).collect();
        assert_eq!(told, [("main thread", 21), ("thread 1", 9)]);
        assert!(super::places("Traceback", Path::new("join.py")).is_empty());
    }

    #[test]
    fn what_a_program_says_is_text_in_the_page() {
        assert_eq!(escaped("<b>&\""), "&lt;b&gt;&amp;&quot;");
    }
}
