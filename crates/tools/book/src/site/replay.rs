//! The programs of a replay, which the stepper shows beside its moments.

use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Context, Result};
use compare::source::comments_in;
use regex::{Captures, Regex};

use crate::pages::read;
use crate::{Language, told};

/// Adds to each replay the files that it names, hidden until the script shows them.
pub fn add_programs(page: &str, language: Language) -> Result<String> {
    static REPLAY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"<div class="replay" id="[\w-]+" data-files="([^"]+)">"#)
            .expect("a valid pattern")
    });
    let mut failed = None;
    let finished = REPLAY.replace_all(page, |found: &Captures| {
        let programs = found[1].split(' ').map(|file| program(Path::new(file), language));
        let programs = programs.collect::<Result<String>>().unwrap_or_else(|error| {
            failed.get_or_insert(error);
            String::new()
        });
        format!("{}<div class=\"programs\" hidden>{programs}</div>", &found[0])
    });
    failed.map_or(Ok(finished.into_owned()), Err)
}

/// The first replay of a page, for the start page: with its programs, and playing.
pub fn shown_first(page: &str, language: Language) -> Result<String> {
    static REPLAY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?s)<div class="replay" id="[\w-]+"(.*?</table>\s*</div>\s*</div>)"#)
            .expect("a valid pattern")
    });
    let found = REPLAY.captures(page).with_context(|| {
        told("첫 장에 장면이 없습니다.", "There is no replay in the first chapter.")
    })?;
    let code = language.code();
    let replay = format!("<div class=\"replay\" id=\"start-{code}\"{}", &found[1]);
    let replay = super::without_files(&add_programs(&replay, language)?);
    Ok(replay.replacen("<div class=\"replay\"", "<div class=\"replay plays\"", 1))
}

/// A program, each line with its number; its comments are in the language of the page.
fn program(file: &Path, language: Language) -> Result<String> {
    let text = read(file)?;
    let header = |line: &str| line.starts_with("//!") || line.starts_with("# ");
    let skipped = text.lines().take_while(|line| header(line) || matches!(*line, "#" | "")).count();
    let mut lines = String::new();
    for (index, line) in text.lines().enumerate().skip(skipped) {
        // Of a comment in two languages the line of the other one goes, and the number with it.
        for line in comments_in(&[line.to_owned()], language.of_a_reader()) {
            let line = line.replace('&', "&amp;").replace('<', "&lt;");
            lines += &format!("<span class=\"line\" data-line=\"{}\">{line}\n</span>", index + 1);
        }
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Ok(format!(
        "<figure><figcaption>{name}</figcaption><div class=\"program\" tabindex=\"0\">{lines}</div></figure>"
    ))
}
