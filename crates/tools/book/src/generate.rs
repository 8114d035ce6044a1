//! What can stand in a region.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, bail};
use common::Pattern;
use compare::source::{comments_in, sections};
use harness::Text;
use harness::programs::{self, Rung, python};
use scenarios::difference::Difference;
use scenarios::patterns::PATTERNS;

use crate::{Language, exercise, measured, mistake, pages, replay, session, told};

/// Why a region cannot be generated here.
#[derive(Clone, Debug)]
pub enum Skip {
    /// Something that could be installed.
    Missing(&'static str),
    /// Sessions are played on Linux.
    NotLinux,
    /// The book was made with other versions, whose messages have other words: those, and these here.
    Versions(String, String),
}

impl fmt::Display for Skip {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let text = match self {
            Self::Missing(what) => {
                Text::new(format!("{what}: 없습니다"), format!("{what}: missing"))
            }
            Self::NotLinux => {
                Text::new("세션은 Linux에서만 실행합니다", "sessions are played on Linux")
            }
            Self::Versions(book, here) => Text::new(
                format!("책은 {book}, 여기는 {here}"),
                format!("the book is of {book}, here is {here}"),
            ),
        };
        text.fmt(formatter)
    }
}

/// Generates regions.
pub struct Generator {
    /// What is missing here.
    missing: Option<Skip>,
    /// Why the words of tools cannot be compared.
    other: Option<Skip>,
    /// What has been run, by the name of the region and the language: what each terminal of a session showed, or
    /// one text.
    shown: BTreeMap<(String, &'static str), Vec<String>>,
}

/// How many sessions are played at a time: most of their time is waiting.
const AT_A_TIME: usize = 6;

impl Generator {
    /// Finds out what can be generated here. The book was made with these versions; where it is made `anew`,
    /// it is made with those that are here.
    pub fn new(made_with: Option<&str>, anew: bool) -> Result<Self> {
        let missing = missing();
        let mut other = None;
        // Without Python, what needs none is compared all the same.
        if let (Some(book), true) = (made_with, python().is_some() && (missing.is_some() || !anew))
        {
            let here = versions(Language::English)?;
            other = (book != here).then(|| Skip::Versions(book.to_owned(), here));
        }
        Ok(Self { missing, other, shown: BTreeMap::new() })
    }

    /// Why this region cannot be generated.
    pub fn skip(&self, name: &str) -> Option<&Skip> {
        match kind(name).0 {
            "versions" | "session" | "calls" | "conversation" | "replay" => {
                self.missing.as_ref().or(self.other.as_ref())
            }
            "mistake" => self.other.as_ref(),
            _ => None,
        }
    }

    /// Runs what these regions need to be run, several at a time. `progress` is called with the name of each
    /// at its end, and with how many there are.
    pub fn prepare(
        &mut self,
        names: BTreeSet<&str>,
        progress: impl Fn(&str, usize) + Sync,
    ) -> Result<()> {
        let is_run = |name: &&str| {
            ["session", "calls", "mistake", "conversation", "replay"].contains(&kind(name).0)
        };
        let mut names: Vec<&str> =
            names.into_iter().filter(|name| is_run(name) && self.skip(name).is_none()).collect();
        names.sort_by_key(|name| !session::takes_long(kind(name).1));
        if names.iter().any(|name| ["session", "replay"].contains(&kind(name).0)) {
            session::build()?;
        }
        // First all in one language: some sessions write a file, which must not be written twice at once.
        let runs: Vec<_> = Language::ALL
            .into_iter()
            .flat_map(|language| names.iter().map(move |name| (*name, language)))
            .filter(|(name, language)| *language == played_in(name, *language))
            .collect();
        let count = runs.len();
        let names = Mutex::new(runs.into_iter());
        let left = || names.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..AT_A_TIME {
                scope.spawn(|| {
                    loop {
                        let Some((name, language)) = left().next() else { break };
                        let text = run(name, language);
                        if text.is_err() {
                            // The others would only keep the message waiting.
                            left().by_ref().for_each(drop);
                        }
                        progress(name, count);
                        shown
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push((name, language, text));
                    }
                });
            }
        });
        for (name, language, text) in shown.into_inner().unwrap_or_else(PoisonError::into_inner) {
            let text = text.with_context(|| name.to_owned())?;
            self.shown.insert((name.to_owned(), language.code()), text);
        }
        Ok(())
    }

    /// The text of the region `name`, which is not one to [skip](Self::skip).
    pub fn text(&self, name: &str, language: Language) -> Result<String> {
        let (kind, rest) = kind(name);
        let shown = self.shown.get(&(name.to_owned(), played_in(name, language).code()));
        Ok(match kind {
            "versions" => format!("{}\n", versions(language)?),
            "file" => listing(Path::new(rest), language)?,
            "step" => {
                let (pattern, number) = rest.split_once(' ').with_context(|| unknown(name))?;
                step(to_pattern(pattern)?, number.parse()?, language)?
            }
            "port" => port(to_pattern(rest)?, language)?,
            "scenarios" => scenarios(language),
            "register" => register(language),
            "measured" => measured::region(rest, language)?.with_context(|| unknown(name))?,
            "calls" => shown.with_context(|| unknown(name))?.concat(),
            "mistake" => {
                let shown = shown.with_context(|| unknown(name))?.concat();
                let lines: Vec<String> = shown.lines().map(str::to_owned).collect();
                comments_in(&lines, language.of_a_reader()).join("\n") + "\n"
            }
            "task" => exercise::task(rest, language)?,
            "conversation" => {
                let lines = shown.with_context(|| unknown(name))?;
                fenced("text", &exercise::in_language(lines, language))
            }
            "replay" => {
                let tables = shown.with_context(|| unknown(name))?;
                let [korean, english] = tables.as_slice() else { bail!(unknown(name)) };
                language.words()(&Text::new(korean, english)).to_owned()
            }
            "session" => terminals(shown.with_context(|| unknown(name))?, language),
            _ => bail!(unknown(name)),
        })
    }
}

/// The first word of the name of a region, and the others.
fn kind(name: &str) -> (&str, &str) {
    name.split_once(' ').unwrap_or((name, ""))
}

/// The language in which a region is run for a page: what says nothing of ours is run once.
fn played_in(name: &str, language: Language) -> Language {
    match kind(name) {
        ("session", session) if session::speaks(session) => language,
        _ => Language::English,
    }
}

/// Runs what a region shows.
fn run(name: &str, language: Language) -> Result<Vec<String>> {
    match kind(name) {
        ("session", name) => session::play(name, language),
        ("mistake", name) => Ok(vec![mistake::show(name)?]),
        ("conversation", name) => exercise::conversation(name),
        ("replay", name) => replay::tables(name),
        _ => Ok(vec![measured::calls()?]),
    }
}

/// What sessions need and this system lacks.
fn missing() -> Option<Skip> {
    if cfg!(not(target_os = "linux")) {
        return Some(Skip::NotLinux);
    }
    if python().is_none() {
        return Some(Skip::Missing("Python 3"));
    }
    let has = |tool: &str| Command::new(tool).arg("--version").output().is_ok();
    ["script", "strace"].into_iter().find(|tool| !has(tool)).map(Skip::Missing)
}

/// The versions of what the sessions and messages depend on, to two numbers.
fn versions(language: Language) -> Result<String> {
    let python = python().with_context(|| told("파이썬이 없습니다.", "Python is missing."))?;
    let output = Command::new(python[0]).args(&python[1..]).arg("--version").output()?;
    let output = String::from_utf8(output.stdout)?;
    let minor = |version: &str| version.trim().splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
    let python = minor(output.trim_start_matches("Python "));
    let rust = mistake::rustc_version()?;
    let name = language.words()(&Text::new("파이썬", "Python")).to_owned();
    Ok(format!("Rust {rust}, {name} {python}, Linux"))
}

fn to_pattern(name: &str) -> Result<Pattern> {
    let pattern = PATTERNS.into_iter().find(|pattern| pattern.package() == name);
    pattern.with_context(|| unknown(name))
}

fn unknown(name: &str) -> String {
    told(format!("`{name}`: 모르는 영역입니다."), format!("`{name}`: an unknown kind of region."))
}

/// A fenced block.
fn fenced(language: &str, code: &str) -> String {
    format!("```{language}\n{}\n```\n", code.trim_end())
}

/// `ignore`: a part of a program cannot be compiled.
fn language_of(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("py") => "python",
        Some("rs") => "rust,ignore",
        _ => "text",
    }
}

/// A file, without its first comment.
fn listing(file: &Path, language: Language) -> Result<String> {
    let code = code_of(file, language)?;
    Ok(fenced(language_of(file), code.join("\n").trim_start()))
}

/// The lines of a file behind its first comment.
fn code_of(file: &Path, language: Language) -> Result<Vec<String>> {
    let text = pages::read(file)?;
    let header = |line: &&str| line.starts_with("//!") || line.starts_with('#');
    let lines: Vec<String> = text.lines().skip_while(header).map(str::to_owned).collect();
    Ok(comments_in(&lines, language.of_a_reader()))
}

/// A link from a page to a file of the project.
fn link(words: &str, file: &Path) -> String {
    format!("[{words}](../../{})", file.display().to_string().replace('\\', "/"))
}

/// One step of the original and of the literal port, side by side.
fn step(pattern: Pattern, number: usize, language: Language) -> Result<String> {
    let mut cells = Vec::new();
    for rung in [Rung::Original, Rung::Literal] {
        let file = programs::source(pattern, rung);
        let section =
            sections(pattern, rung)?.into_iter().find(|section| section.number() == number);
        let section = section.with_context(|| {
            let file = file.display();
            told(
                format!("`{file}`: {number}단계가 없습니다."),
                format!("`{file}` has no step {number}."),
            )
        })?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let label = link(&format!("`{name}`"), &file);
        let code = without_margin(&comments_in(&section.code, language.of_a_reader()));
        let code = fenced(language_of(&file), &code);
        let title = match rung {
            Rung::Original => Text::new("원본", "Original"),
            _ => Text::new("그대로 옮긴 코드", "Literal port"),
        };
        cells.push(format!("**{}** {label}\n\n{code}", language.words()(&title)));
    }
    Ok(format!(
        "<table class=\"side-by-side\"><tr><td>\n\n{}\n</td></tr></table>\n",
        cells.join("\n</td><td>\n\n")
    ))
}

/// The lines, moved to the left by what all of them are indented.
fn without_margin(code: &[String]) -> String {
    let indent = |line: &&String| line.len() - line.trim_start().len();
    let lines = || code.iter().filter(|line| !line.trim().is_empty());
    // A closing bracket of a block that begins in another step stands further left.
    let margin =
        lines().filter(|line| !line.trim().starts_with(['}', ')'])).map(|l| indent(&l)).min();
    let margin = margin.unwrap_or(0);
    let lines = code.iter().map(|line| line.get(margin.min(indent(&line))..).unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// The whole port. The lines that the literal port does not have are marked.
fn port(pattern: Pattern, language: Language) -> Result<String> {
    let literal: BTreeSet<String> = code_of(&programs::source(pattern, Rung::Literal), language)?
        .iter()
        .map(|line| line.trim().to_owned())
        .collect();
    let mut text = String::new();
    for line in code_of(&programs::source(pattern, Rung::Port), language)? {
        let code = line.trim();
        let mark = if code.is_empty() || literal.contains(code) { ' ' } else { '+' };
        let _ = writeln!(text, "{}", format!("{mark}{line}").trim_end());
    }
    Ok(fenced("diff", text.trim_matches('\n')))
}

/// All scenarios, and what happens in them.
fn scenarios(language: Language) -> String {
    let head = Text::new("| 시나리오 | 하는 일 |", "| Scenario | What is done |");
    let mut table = format!("{}\n| --- | --- |\n", language.words()(&head));
    for scenario in scenarios::patterns::all() {
        let text = language.words()(&scenario.text);
        let _ = writeln!(table, "| `{}` | {text} |", scenario.path());
    }
    table
}

/// The deliberate differences, with what shows each.
fn register(language: Language) -> String {
    let head = Text::new(
        "| | 원본 | 그대로 옮긴 코드 | 이식판 | 이유 | 나타나는 곳 | 보여 주는 시나리오 |",
        "| | The original | The literal port | The port | Why | Shows on | The scenario that shows it |",
    );
    let mut table =
        format!("{}\n| --- | --- | --- | --- | --- | --- | --- |\n", language.words()(&head));
    for difference in Difference::ALL {
        let entry = difference.entry();
        let cells = [&entry.original, &entry.literal, entry.port(), &entry.why, &entry.shows_on];
        let cells = cells.map(language.words());
        let shown: Vec<_> = entry.shown_by.split(", ").map(|id| format!("`{id}`")).collect();
        let _ =
            writeln!(table, "| {difference:?} | {} | {} |", cells.join(" | "), shown.join(", "));
    }
    table
}

/// What the terminals of a session showed, one block each.
fn terminals(shown: &[String], language: Language) -> String {
    let word = Text::new("터미널", "Terminal");
    let word = language.words()(&word);
    let block = |(number, text): (usize, &String)| {
        let title =
            if shown.len() > 1 { format!("**{word} {}**\n\n", number + 1) } else { String::new() };
        format!("{title}{}", fenced("console", text))
    };
    shown.iter().enumerate().map(block).collect::<Vec<_>>().join("\n")
}
