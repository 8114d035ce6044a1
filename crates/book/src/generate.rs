//! What can stand in a region.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{bail, Context, Result};
use common::Pattern;
use compare::difference::Difference;
use compare::programs::{self, python, Rung};
use compare::source::{sections, Section};
use compare::Text;
use similar::{ChangeTag, TextDiff};

use crate::session::Stage;
use crate::{measured, mistake, region, session, Language};

/// What was generated.
pub enum Content {
    /// The text of the region.
    Text(String),
    /// Nothing, for this reason.
    Skipped(Skip),
}

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
        match self {
            Self::Missing(what) => write!(formatter, "{what}: 없습니다 · missing"),
            Self::NotLinux => {
                formatter.write_str("세션은 Linux에서만 실행합니다 · sessions are played on Linux")
            }
            Self::Versions(book, here) => {
                write!(formatter, "책은 {book}, 여기는 {here} · the book is of {book}, here is {here}")
            }
        }
    }
}

/// Generates regions, and keeps what both languages share.
pub struct Generator {
    /// Why no sessions are played.
    no_sessions: Option<Skip>,
    /// Why the compiler is not asked.
    no_messages: Option<Skip>,
    /// What each terminal of a session showed.
    sessions: BTreeMap<String, Vec<String>>,
    mistakes: BTreeMap<String, String>,
    /// The system calls of a thread, as a table.
    calls: Option<String>,
}

/// How many sessions are played at a time: most of their time is waiting.
const AT_A_TIME: usize = 4;

impl Generator {
    /// Finds out what can be generated here.
    ///
    /// # Errors
    ///
    /// When a version cannot be found out.
    pub fn new() -> Result<Self> {
        let no_messages = other_versions()?;
        let no_sessions = missing().or_else(|| no_messages.clone());
        let (sessions, mistakes) = (BTreeMap::new(), BTreeMap::new());
        Ok(Self { no_sessions, no_messages, sessions, mistakes, calls: None })
    }

    /// Plays these sessions, several at a time. `progress` is called with the name of each at its end.
    ///
    /// # Errors
    ///
    /// When there is no such session, or one cannot be played.
    pub fn play(&mut self, names: BTreeSet<&str>, progress: impl Fn(&str) + Sync) -> Result<()> {
        if self.no_sessions.is_some() {
            return Ok(());
        }
        session::build()?;
        let names = Mutex::new(names.into_iter());
        let played = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..AT_A_TIME {
                scope.spawn(|| loop {
                    let Some(name) = names.lock().unwrap_or_else(PoisonError::into_inner).next() else {
                        break;
                    };
                    let shown = session::find(name).and_then(Stage::play);
                    if shown.is_err() {
                        // The others would only keep the message waiting.
                        names.lock().unwrap_or_else(PoisonError::into_inner).by_ref().for_each(drop);
                    }
                    progress(name);
                    played.lock().unwrap_or_else(PoisonError::into_inner).push((name, shown));
                });
            }
        });
        for (name, shown) in played.into_inner().unwrap_or_else(PoisonError::into_inner) {
            self.sessions.insert(name.to_owned(), shown.with_context(|| format!("session {name}"))?);
        }
        Ok(())
    }

    /// The text of the region `name`.
    ///
    /// # Errors
    ///
    /// When the name is unknown, or what it needs fails.
    pub fn content(&mut self, name: &str, language: Language) -> Result<Content> {
        let (kind, rest) = name.split_once(' ').unwrap_or((name, ""));
        let text = match kind {
            "versions" => {
                if let Some(reason) = missing() {
                    return Ok(Content::Skipped(reason));
                }
                format!("{}\n", versions(language)?)
            }
            "file" => listing(Path::new(rest))?,
            "step" => {
                let (pattern, number) = rest.split_once(' ').with_context(|| unknown(name))?;
                step(to_pattern(pattern)?, number.parse()?, language)?
            }
            "added" => added(to_pattern(rest)?)?,
            "register" => register(language),
            "measured" => measured::region(rest, language)?.with_context(|| unknown(name))?,
            "calls" => {
                if let Some(reason) = &self.no_sessions {
                    return Ok(Content::Skipped(reason.clone()));
                }
                if self.calls.is_none() {
                    self.calls = Some(measured::calls()?);
                }
                self.calls.clone().unwrap_or_default()
            }
            "mistake" => {
                if let Some(reason) = &self.no_messages {
                    return Ok(Content::Skipped(reason.clone()));
                }
                if !self.mistakes.contains_key(rest) {
                    self.mistakes.insert(rest.to_owned(), mistake::show(rest)?);
                }
                self.mistakes[rest].clone()
            }
            "session" => {
                if let Some(reason) = &self.no_sessions {
                    return Ok(Content::Skipped(reason.clone()));
                }
                let shown = self.sessions.get(rest);
                terminals(shown.with_context(|| unknown(name))?, language)
            }
            _ => bail!(unknown(name)),
        };
        Ok(Content::Text(text))
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
    let python = python().context("파이썬이 없습니다.\nPython is missing.")?;
    let output = Command::new(python[0]).args(&python[1..]).arg("--version").output()?;
    let output = String::from_utf8(output.stdout)?;
    let minor = |version: &str| version.trim().splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
    let python = minor(output.trim_start_matches("Python "));
    let rust = mistake::rustc_version()?;
    Ok(match language {
        Language::Korean => format!("Rust {rust}, 파이썬 {python}, Linux"),
        Language::English => format!("Rust {rust}, Python {python}, Linux"),
    })
}

/// Where the versions that the book was made with are recorded.
const RECORD: &str = "docs/en/introduction.md";

/// Why messages and tracebacks cannot be compared: other versions say it in other words.
fn other_versions() -> Result<Option<Skip>> {
    let page = region::read(Path::new(RECORD))?;
    let record = region::pattern()
        .captures_iter(&page)
        .find(|region| &region[1] == "versions")
        .map(|region| region[2].trim().to_owned())
        .unwrap_or_default();
    // Without Python, what needs none is compared all the same.
    let here = if python().is_some() { versions(Language::English)? } else { record.clone() };
    let made = !record.is_empty() && record != here;
    Ok(made.then_some(Skip::Versions(record, here)))
}

fn to_pattern(name: &str) -> Result<Pattern> {
    [Pattern::TcpEcho, Pattern::UdpEcho, Pattern::ThreadedEcho]
        .into_iter()
        .find(|pattern| pattern.package() == name)
        .with_context(|| format!("`{name}`: 모르는 패턴입니다.\n`{name}`: an unknown pattern."))
}

fn unknown(name: &str) -> String {
    format!("`{name}`: 모르는 영역입니다.\n`{name}`: an unknown kind of region.")
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
fn listing(file: &Path) -> Result<String> {
    let text = region::read(file)?;
    let header = |line: &&str| line.starts_with("//!") || line.starts_with('#');
    let code: Vec<&str> = text.lines().skip_while(header).collect();
    Ok(fenced(language_of(file), code.join("\n").trim_start()))
}

/// A link from a page to a file of the project.
fn link(words: &str, file: &Path) -> String {
    format!("[{words}](../../{})", file.display().to_string().replace('\\', "/"))
}

/// One step on the three rungs, side by side.
fn step(pattern: Pattern, number: usize, language: Language) -> Result<String> {
    let mut cells = Vec::new();
    for rung in Rung::ALL {
        let file = programs::source(pattern, rung);
        let section = sections(pattern, rung)?.into_iter().find(|section| section.number() == number);
        let section = section.with_context(|| {
            let file = file.display();
            format!("`{file}`: {number}단계가 없습니다.\n`{file}` has no step {number}.")
        })?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let label = link(&format!("`{name}`"), &file);
        let code = fenced(language_of(&file), &without_margin(&section.code));
        cells.push(format!("**{}** {label}\n\n{code}", rung_name(rung, language)));
    }
    Ok(format!(
        "<table class=\"side-by-side\"><tr><td>\n\n{}\n</td></tr></table>\n",
        cells.join("\n</td><td>\n\n")
    ))
}

fn rung_name(rung: Rung, language: Language) -> &'static str {
    let (korean, english) = match rung {
        Rung::Original => ("원본", "Original"),
        Rung::Literal => ("그대로 옮긴 코드", "Literal port"),
        Rung::Port => ("이식판", "Port"),
    };
    match language {
        Language::Korean => korean,
        Language::English => english,
    }
}

/// The lines, moved to the left by what all of them are indented.
fn without_margin(code: &[String]) -> String {
    let indent = |line: &&String| line.len() - line.trim_start().len();
    let lines = || code.iter().filter(|line| !line.trim().is_empty());
    // A closing bracket of a block that begins in another step stands further left.
    let margin = lines().filter(|line| !line.trim().starts_with(['}', ')'])).map(|l| indent(&l)).min();
    let margin = margin.unwrap_or(0);
    let lines = code.iter().map(|line| line.get(margin.min(indent(&line))..).unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// The difference between the literal port and the port, without comments, steps as anchors.
fn added(pattern: Pattern) -> Result<String> {
    let flat = |rung| -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for section in sections(pattern, rung)? {
            lines.push(format!("// {}", heading(&section)));
            let code = section.code.into_iter();
            lines.extend(code.filter(|line| {
                let line = line.trim();
                !line.is_empty() && !line.starts_with("//")
            }));
        }
        Ok(lines)
    };
    let (literal, port) = (flat(Rung::Literal)?, flat(Rung::Port)?);
    let (literal, port): (Vec<&str>, Vec<&str>) =
        (literal.iter().map(String::as_str).collect(), port.iter().map(String::as_str).collect());
    let mut text = String::new();
    for change in TextDiff::from_slices(&literal, &port).iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        let _ = writeln!(text, "{sign}{}", change.value());
    }
    Ok(fenced("diff", &text))
}

fn heading(section: &Section) -> String {
    match section.number() {
        0 => section.name().to_string(),
        number => format!("{number}. {}", section.name()),
    }
}

/// The deliberate differences, with what shows each.
fn register(language: Language) -> String {
    let of = |text: &Text| match language {
        Language::Korean => text.korean.clone(),
        Language::English => text.english.clone(),
    };
    let mut table = match language {
        Language::Korean => {
            "| | 원본 | 이식판 | 이유 | 나타나는 곳 | 보여 주는 시나리오 |\n".to_owned()
        }
        Language::English => {
            "| | The original | The port | Why | Shows on | The scenario that shows it |\n".to_owned()
        }
    };
    table += "| --- | --- | --- | --- | --- | --- |\n";
    for difference in Difference::ALL {
        let entry = difference.entry();
        let shown: Vec<_> = entry.shown_by.split(", ").map(|id| format!("`{id}`")).collect();
        let _ = writeln!(
            table,
            "| {difference:?} | {} | {} | {} | {} | {} |",
            of(&entry.original),
            of(&entry.port),
            of(&entry.why),
            of(&entry.shows_on),
            shown.join(", ")
        );
    }
    table
}

/// What the terminals of a session showed, one block each.
fn terminals(shown: &[String], language: Language) -> String {
    let word = match language {
        Language::Korean => "터미널",
        Language::English => "Terminal",
    };
    let block = |(number, text): (usize, &String)| {
        let title =
            if shown.len() > 1 { format!("**{word} {}**\n\n", number + 1) } else { String::new() };
        format!("{title}{}", fenced("console", text))
    };
    shown.iter().enumerate().map(block).collect::<Vec<_>>().join("\n")
}
