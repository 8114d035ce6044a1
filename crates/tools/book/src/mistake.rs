//! Small wrong programs, `mistakes/NAME.rs`, and what the compiler says of each.
//!
//! A file ends with lines that the book does not show: what the compiler must say, and which lines would
//! be right instead. They stand at the end so that the lines above have the numbers that the book shows.
//!
//! ```text
//! // says: error[E0596]
//! // instead: let (client_socket, addr) = … → let (mut client_socket, addr) = …
//! ```
//!
//! The first of them has `error[CODE]`, `warning: LINT` or `clippy: LINT`. With several lines `instead`,
//! all hold at once.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use similar::TextDiff;

use crate::{pages, told};

/// The mistaken lines of the program `name` in their surroundings, with what would be right, and what the
/// compiler says, as Markdown.
///
/// # Errors
///
/// When there is no such file, when there is no compiler, or when the compiler does not say exactly what
/// the last lines of the file claim.
pub fn show(name: &str) -> Result<String> {
    let mistake = Mistake::read(name)?;
    let says = mistake.claim.compile(name, &mistake.program, &[mistake.claim.said()])?;
    let command = mistake.claim.command(name).join(" ");
    let right = mistake.mended(name)?;
    let lines = TextDiff::from_lines(&right, &mistake.program);
    let hunks = lines.unified_diff().context_radius(2).to_string();
    let hunks: String =
        hunks.split_inclusive('\n').filter(|line| !line.starts_with("@@")).collect();
    Ok(format!("```diff\n{hunks}```\n\n```console\n$ {command}\n{says}```\n"))
}

/// The program `name` with its mistake corrected.
///
/// # Errors
///
/// As [`show`]; when a line to correct is not there once; when the compiler finds fault with the corrected
/// program too, which it does when there is no line to correct.
pub fn mend(name: &str) -> Result<String> {
    let mistake = Mistake::read(name)?;
    let mended = mistake.mended(name)?;
    mistake.claim.compile(name, &mended, &[])?;
    Ok(mended)
}

/// The names of all wrong programs, in alphabetical order.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn all() -> Result<Vec<String>> {
    let files = pages::files(FOLDER.as_ref(), "rs")?;
    let names = files.iter().filter_map(|file| file.file_stem());
    Ok(names.map(|name| name.to_string_lossy().into_owned()).collect())
}

/// The version of rustc, such as `1.95`: what it says changes from version to version.
///
/// # Errors
///
/// When rustc cannot be run, or says something else.
pub fn rustc_version() -> Result<String> {
    let output = run(Command::new(rustc()).arg("--version"))?;
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = version.split(' ').nth(1).and_then(|number| number.rsplit_once('.'));
    let (number, _) = number.with_context(|| {
        told(
            format!("rustc의 버전을 알 수 없습니다: `{version}`"),
            format!("rustc did not say its version: `{version}`"),
        )
    })?;
    Ok(number.to_owned())
}

/// Whether clippy can be run, which not every installation of Rust has.
#[must_use]
pub fn clippy_is_here() -> bool {
    run(Command::new(clippy()).arg("--version")).is_ok_and(|output| output.status.success())
}

/// Where the programs are, from the folder of the workspace.
const FOLDER: &str = "crates/tools/book/mistakes";

/// The compiler, found as cargo finds it.
fn rustc() -> PathBuf {
    env::var_os("RUSTC").unwrap_or("rustc".into()).into()
}

/// It lies beside rustc.
fn clippy() -> PathBuf {
    rustc().with_file_name("clippy-driver")
}

fn run(command: &mut Command) -> Result<std::process::Output> {
    command.output().with_context(|| {
        let program = command.get_program().to_string_lossy();
        told(
            format!("`{program}` 프로그램을 실행하지 못했습니다."),
            format!("`{program}` could not be run."),
        )
    })
}

/// A file of the folder `mistakes`.
struct Mistake {
    claim: Claim,
    /// Wrong lines and what should stand there.
    instead: Vec<(String, String)>,
    /// What the book shows.
    program: String,
}

/// What the compiler is to say.
enum Claim {
    /// An error of rustc, by its code.
    Error(String),
    /// A warning of rustc, by its lint.
    Warning(String),
    /// A warning of clippy, by its lint.
    Clippy(String),
}

/// What the compiler said.
struct Answer {
    /// The code or lint of each error and warning.
    said: Vec<String>,
    /// As it stands in a terminal.
    text: String,
}

impl Mistake {
    /// The program as it should be.
    fn mended(&self, name: &str) -> Result<String> {
        for (wrong, _) in &self.instead {
            let count = self.program.lines().filter(|line| line.trim() == wrong).count();
            ensure!(
                count == 1,
                told(
                    format!("`{name}.rs`: 고칠 줄 `{wrong}` 하나가 있어야 하는데 {count}개입니다."),
                    format!(
                        "`{name}.rs`: the line to correct, `{wrong}`, stands there {count} times."
                    ),
                )
            );
        }
        let lines = self.program.lines().map(|line| {
            let right = self.instead.iter().find(|(wrong, _)| line.trim() == wrong);
            right.map_or(line.to_owned(), |(wrong, right)| line.replace(wrong, right)) + "\n"
        });
        Ok(lines.collect())
    }

    fn read(name: &str) -> Result<Self> {
        let text = pages::read(format!("{FOLDER}/{name}.rs").as_ref())?;
        Self::parse(&text).with_context(|| {
            told(
                format!("`{name}.rs`: 끝줄의 형식이 다릅니다."),
                format!("`{name}.rs`: its last lines are not as they should be."),
            )
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (program, claims) = text.split_once("\n\n// says: ")?;
        let mut claims = claims.lines();
        let claim = Claim::parse(claims.next()?)?;
        let instead = claims
            .map(|line| {
                let (wrong, right) = line.strip_prefix("// instead: ")?.split_once(" → ")?;
                Some((wrong.to_owned(), right.to_owned()))
            })
            .collect::<Option<_>>()?;
        Some(Self { claim, instead, program: format!("{program}\n") })
    }
}

impl Claim {
    fn parse(line: &str) -> Option<Self> {
        if let Some(code) = line.strip_prefix("error[").and_then(|code| code.strip_suffix(']')) {
            Some(Self::Error(code.to_owned()))
        } else if let Some(lint) = line.strip_prefix("warning: ") {
            Some(Self::Warning(lint.to_owned()))
        } else {
            line.strip_prefix("clippy: ").map(|lint| Self::Clippy(lint.to_owned()))
        }
    }

    /// As in [`Answer::said`].
    fn said(&self) -> String {
        match self {
            Self::Error(code) => format!("error {code}"),
            Self::Warning(lint) | Self::Clippy(lint) => format!("warning {lint}"),
        }
    }

    /// What a learner would type, word by word.
    fn command(&self, name: &str) -> Vec<String> {
        let file = format!("{FOLDER}/{name}.rs");
        let words: &[&str] = match self {
            Self::Error(_) | Self::Warning(_) => {
                &["rustc", "--edition", "2024", "--out-dir", "target", &file]
            }
            Self::Clippy(lint) => {
                &["clippy-driver", "--edition", "2024", "--out-dir", "target", "-W", lint, &file]
            }
        };
        words.iter().map(ToString::to_string).collect()
    }

    /// Compiles `program` under the name that it has in the project, but in a folder that is removed again. The
    /// compiler must say exactly this: its message.
    fn compile(&self, name: &str, program: &str, expected: &[String]) -> Result<String> {
        let folder = tempfile::tempdir()
            .and_then(|folder| {
                fs::create_dir_all(folder.path().join(FOLDER))?;
                fs::write(folder.path().join(format!("{FOLDER}/{name}.rs")), program)?;
                Ok(folder)
            })
            .with_context(|| {
                told("임시 파일을 쓰지 못했습니다.", "A temporary file could not be written.")
            })?;
        let compiler = match self {
            Self::Error(_) | Self::Warning(_) => rustc(),
            Self::Clippy(_) => clippy(),
        };
        let output = run(Command::new(compiler)
            .args(&self.command(name)[1..])
            .args(["--emit=metadata", "--error-format=json"])
            .current_dir(folder.path()))?;
        let Answer { said, text } = Answer::parse(&String::from_utf8_lossy(&output.stderr))?;
        ensure!(
            said == expected
                && output.status.success() == said.iter().all(|one| !one.starts_with("error")),
            "{}\n{text}",
            told(
                format!("`{name}.rs`: 컴파일러의 말은 {expected:?}뿐이어야 합니다. 컴파일러의 말:"),
                format!(
                    "`{name}.rs`: the compiler was to say {expected:?} and nothing else. It said:"
                ),
            )
        );
        Ok(text)
    }
}

impl Answer {
    /// Reads the messages of `--error-format=json`: one in each line.
    fn parse(messages: &str) -> Result<Self> {
        let (mut said, mut text) = (Vec::new(), String::new());
        for line in messages.lines() {
            let message: Value = serde_json::from_str(line).with_context(|| {
                told("컴파일러가 실행되지 않았습니다.", "The compiler did not run.")
                    + "\n"
                    + messages
            })?;
            let level = message["level"].as_str().unwrap_or_default();
            let code = message["code"]["code"].as_str();
            // The last lines, such as `error: aborting due to 1 previous error`, are of no place.
            let placed = message["spans"].as_array().is_some_and(|spans| !spans.is_empty());
            if ["error", "warning"].contains(&level) && (code.is_some() || placed) {
                said.push(format!("{level} {}", code.unwrap_or("?")));
            }
            text += &without_sources(message["rendered"].as_str().unwrap_or_default());
        }
        Ok(Self { said, text: text.trim_end().to_owned() + "\n" })
    }
}

/// A message as it is where the sources of `std` are not installed, which they are not for most
/// learners. Where they are, rustc quotes them, and makes room for the longer numbers of their lines.
/// The folder of the sources gives way to `…`; the column, which rustc counts otherwise then, is left out.
fn without_sources(message: &str) -> String {
    let mut kept = Vec::new();
    let (mut wide, mut needed, mut foreign) = (None, 0, false);
    for line in message.lines() {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        let number = code.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
        let quote = code[number..].trim_start().starts_with('|');
        if let Some(place) = code.strip_prefix("--> ").map(|place| place.replace('\\', "/")) {
            wide.get_or_insert(indent);
            foreign = !place.starts_with(FOLDER);
            let end = place.rfind(':').unwrap_or(place.len());
            kept.push(match place.find("/library/").filter(|_| foreign) {
                Some(start) => line[..indent].to_owned() + "--> /rustc/…" + &place[start..end],
                None => line.to_owned(),
            });
        } else if !(foreign && quote) {
            foreign = false;
            needed = needed.max(if quote { number } else { 0 });
            kept.push(line.to_owned());
        }
    }
    let room = " ".repeat(wide.unwrap_or(0).saturating_sub(needed));
    kept.iter().map(|line| line.strip_prefix(&room).unwrap_or(line).to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_the_same_with_and_without_the_sources_of_std() {
        let without = "\
error[E0308]: mismatched types
  --> crates/tools/book/mistakes/a.rs:17:29
   |
 9 |     let a;
...
17 |     a(\"b\");
   |     - ^^^ expected `&[u8]`, found `&str`
   |
   = note: expected reference `&[u8]`
              found reference `&str`
note: method defined here
  --> /rustc/0123abc/library/std/src/io/mod.rs:1875:7
help: consider adding a leading `b`
   |
17 |     a(b\"b\");
   |       +

";
        let with = "\
error[E0308]: mismatched types
    --> crates/tools/book/mistakes/a.rs:17:29
     |
   9 |     let a;
...
  17 |     a(\"b\");
     |     - ^^^ expected `&[u8]`, found `&str`
     |
     = note: expected reference `&[u8]`
                found reference `&str`
note: method defined here
    --> C:\\rust\\lib\\rustlib\\src\\rust\\library\\std\\src\\io\\mod.rs:1875:8
     |
1875 |     fn a(b: &[u8]);
     |        ^
help: consider adding a leading `b`
     |
  17 |     a(b\"b\");
     |       +

";
        let shown = without.replace("0123abc", "…").replace(":1875:7", ":1875");
        assert_eq!(without_sources(without), shown);
        assert_eq!(without_sources(with), shown);
    }

    #[test]
    fn the_last_lines_say_what_the_compiler_must_say() {
        let mistake =
            Mistake::parse("// c\na;\n\n// says: error[E1]\n// instead: a; → b;\n").unwrap();
        assert_eq!(mistake.claim.said(), "error E1");
        assert_eq!(mistake.instead, [("a;".to_owned(), "b;".to_owned())]);
        assert_eq!(mistake.program, "// c\na;\n");
        for wrong in ["", "a;\n", "a;\n\n// says: E1\n", "a;\n\n// says: error[E1]\n// b;\n"] {
            assert!(Mistake::parse(wrong).is_none(), "{wrong}");
        }
    }
}
