//! The Python original and its Rust counterpart side by side, step by step, from the files themselves.
//!
//! A file is cut into its header comment (left out), what comes before the steps, and the numbered steps:
//! `# 2. 클라이언트 연결 수락 · Accept a client connection`. The lines that enclose a step, such as
//! `while True:` or `fn main() {`, stand with the step that follows them. No other line is lost.

use std::fs;
use std::sync::LazyLock;

use anyhow::{Context, Result, ensure};
use common::{Language, Pattern, in_lines};
use harness::Text;
use harness::programs::{self, Rung};
use regex::Regex;
use unicode_width::UnicodeWidthStr;

/// How the programs are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Two columns of text, no line wider than `width` (of at least 24).
    Terminal {
        /// The number of columns of the terminal.
        width: usize,
    },
    /// A heading and two blocks of code for every step.
    Markdown,
    /// A table. It has no blank lines, so that it can stand in a Markdown page too.
    Html,
}

/// Which two programs are shown: a Python one on the left, and on the right …
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pair {
    /// … the literal port of the server.
    Literal,
    /// … the port of the server.
    #[default]
    Port,
    /// … the client.
    Client,
}

impl Pair {
    fn files(self, pattern: Pattern) -> [String; 2] {
        let server =
            |rung| programs::source(pattern, rung).display().to_string().replace('\\', "/");
        match self {
            Self::Literal => [server(Rung::Original), server(Rung::Literal)],
            Self::Port => [server(Rung::Original), server(Rung::Port)],
            Self::Client => ["python/client.py", "src/bin/client.rs"]
                .map(|file| format!("crates/{}/{file}", pattern.package())),
        }
    }
}

/// Shows the two programs side by side, step by step, in the order in which the steps stand in the files.
///
/// # Errors
///
/// When a file cannot be read; when a step is missing or repeated in one of them, has other words in the
/// other, or stands elsewhere.
pub fn side_by_side(
    pattern: Pattern,
    pair: Pair,
    language: Language,
    format: Format,
) -> Result<String> {
    let read = |file: String| {
        let text = fs::read_to_string(programs::root().join(&file)).with_context(|| {
            in_lines(
                format!("`{file}` 파일을 읽지 못했습니다."),
                format!("`{file}` could not be read."),
            )
        })?;
        Ok::<_, anyhow::Error>(Source::cut(file, &text))
    };
    let [python, rust] = pair.files(pattern);
    let (python, rust) = (read(python)?, read(rust)?);
    python.has_the_steps_of(&rust)?;
    rust.has_the_steps_of(&python)?;
    let [python, rust] = [python, rust].map(|source| source.told_in(language));
    Ok(match format {
        Format::Terminal { width } => terminal(&python, &rust, width),
        Format::Markdown => markdown(&python, &rust),
        Format::Html => html(&python, &rust),
    })
}

/// One rung of `pattern`, cut: what comes before the steps, then the steps, in the order in which they
/// stand in the file. Header and step comments are left out.
///
/// # Errors
///
/// When the file cannot be read.
pub fn sections(pattern: Pattern, rung: Rung) -> Result<Vec<Section>> {
    let file = programs::source(pattern, rung);
    let text = fs::read_to_string(programs::root().join(&file)).with_context(|| {
        let file = file.display();
        in_lines(
            format!("`{file}` 파일을 읽지 못했습니다."),
            format!("`{file}` could not be read."),
        )
    })?;
    Ok(Source::cut(file.display().to_string(), &text).sections)
}

/// A file, cut.
struct Source {
    file: String,
    /// What comes before the steps, then the steps.
    sections: Vec<Section>,
}

/// A part of a program: one step, or what comes before the steps.
pub struct Section {
    step: Option<Step>,
    /// Its lines.
    pub code: Vec<String>,
}

/// A line such as `// 2. 데이터 수신 · Receive data`.
struct Step {
    line: usize,
    indent: usize,
    number: usize,
    words: String,
}

impl Source {
    fn cut(file: String, text: &str) -> Self {
        let comment = Regex::new(r"^ *(?:#|//) (\d+)\. (.+)$").expect("a valid pattern");
        let header = |line: &&str| {
            line.starts_with("//!") || line.starts_with('#') && !comment.is_match(line)
        };
        let lines: Vec<&str> = text.lines().skip_while(header).collect();
        let mut section = Section { step: None, code: Vec::new() };
        let mut sections = Vec::new();
        let mut start = 0;
        for (line, text) in lines.iter().enumerate() {
            let Some(found) = comment.captures(text) else {
                continue;
            };
            let step = Step {
                line,
                indent: indent(text),
                number: found[1].parse().unwrap_or(0),
                words: found[2].to_owned(),
            };
            let end = enclosing(&lines, section.step.as_ref(), &step);
            section.code.extend(lines[start..end].iter().map(ToString::to_string));
            sections.push(section);
            let code = lines[end..line].iter().map(ToString::to_string).collect();
            section = Section { step: Some(step), code };
            start = line + 1;
        }
        section.code.extend(lines[start..].iter().map(ToString::to_string));
        sections.push(section);
        for section in &mut sections {
            trim(&mut section.code);
        }
        Self { file, sections }
    }

    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.sections.iter().filter_map(|section| section.step.as_ref())
    }

    fn told_in(mut self, language: Language) -> Self {
        for section in &mut self.sections {
            section.code = comments_in(&section.code, language);
            let Text { korean, english } = section.name();
            if let Some(step) = &mut section.step {
                step.words = language.choose(&korean, &english);
            }
        }
        self
    }

    /// Whether the steps here are those of `other`, in the same order.
    fn has_the_steps_of(&self, other: &Self) -> Result<()> {
        let (file, other_file) = (&self.file, &other.file);
        let last = self.steps().chain(other.steps()).map(|step| step.number).max().unwrap_or(1);
        for number in 1..=last {
            let mut here = self.steps().filter(|step| step.number == number);
            let step = here.next().with_context(|| {
                in_lines(
                    format!("`{file}`: {number}단계가 없습니다."),
                    format!("`{file}`: step {number} is missing."),
                )
            })?;
            ensure!(
                here.next().is_none(),
                in_lines(
                    format!("`{file}`: {number}단계가 두 번 나옵니다."),
                    format!("`{file}`: step {number} is there twice."),
                )
            );
            for there in other.steps().filter(|step| step.number == number) {
                let (words, other_words) = (&step.words, &there.words);
                ensure!(
                    words == other_words,
                    in_lines(
                        format!(
                            "{number}단계의 이름이 다릅니다. `{file}`: `{words}`, `{other_file}`: `{other_words}`."
                        ),
                        format!(
                            "Step {number} has different words in `{file}` and in `{other_file}`."
                        ),
                    )
                );
            }
        }
        for (step, there) in self.steps().zip(other.steps()) {
            let number = step.number;
            ensure!(
                number == there.number,
                in_lines(
                    format!("`{file}`: {number}단계의 자리가 `{other_file}` 파일과 다릅니다."),
                    format!("`{file}`: step {number} stands elsewhere than in `{other_file}`."),
                )
            );
        }
        Ok(())
    }
}

impl Section {
    /// The number of its step; 0 for what comes before the steps.
    #[must_use]
    pub fn number(&self) -> usize {
        self.step.as_ref().map_or(0, |step| step.number)
    }

    /// The name of its step in both languages.
    #[must_use]
    pub fn name(&self) -> Text {
        let (korean, english) = self
            .step
            .as_ref()
            .and_then(|step| step.words.split_once(" · "))
            .unwrap_or(("준비", "Preparation"));
        Text::new(korean, english)
    }

    fn heading(&self) -> String {
        match &self.step {
            Some(step) => format!("{}. {}", step.number, step.words),
            None => Text::new("준비", "Preparation").to_string(),
        }
    }
}

/// Code with its comments in one language, unless both are asked for. A comment is in both,
/// `한국어 · English`, or the lines in Korean stand before those in English.
#[must_use]
pub fn comments_in(lines: &[String], language: Language) -> Vec<String> {
    // The sign of the comment and the number of a step are the same in both.
    static BOTH: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(\s*\S+ (?:\d+\. )?)(.+) · (.+)$").expect("a valid pattern")
    });
    let is_korean = |text: &str| text.contains(|c: char| ('가'..='힣').contains(&c));
    let shown = |line: &String| {
        let code = line.trim_start();
        if language == Language::Both || !code.starts_with("//") && !code.starts_with("# ") {
            return Some(line.clone());
        }
        let Some(words) = BOTH.captures(line) else {
            return (is_korean(line) == (language == Language::Korean)).then(|| line.clone());
        };
        Some(format!("{}{}", &words[1], language.choose(&words[2], &words[3])))
    };
    lines.iter().filter_map(shown).collect()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The first of the lines directly before `step` that enclose it, or `step` itself.
fn enclosing(lines: &[&str], previous: Option<&Step>, step: &Step) -> usize {
    let (start, depth) = previous.map_or((0, 0), |previous| (previous.line + 1, previous.indent));
    let outside = |line: &usize, depth| {
        let code = lines[*line].trim_start();
        !code.is_empty() && !code.starts_with(['}', ')', ']']) && indent(lines[*line]) < depth
    };
    let opens = (start..step.line)
        // The previous step has ended with the block that it stands in, …
        .find(|line| outside(line, depth))
        // … or a block begins within it.
        .or_else(|| (start..step.line).rev().find(|line| outside(line, step.indent)));
    let Some(opens) = opens else { return step.line };
    // Its comments and attributes belong to it.
    let above = (start..opens)
        .rev()
        .take_while(|line| lines[*line].trim_start().starts_with(['#', '/', '@']));
    above.last().unwrap_or(opens)
}

/// Removes the blank lines at both ends.
fn trim(code: &mut Vec<String>) {
    let blank = |line: &String| line.trim().is_empty();
    while code.last().is_some_and(blank) {
        code.pop();
    }
    let start = code.iter().take_while(|line| blank(line)).count();
    code.drain(..start);
}

/// Wraps a line at its spaces; a word that is too wide, where code is usually wrapped, or anywhere.
/// What follows the first line is indented by `hanging` more.
pub(crate) fn wrap(line: &str, width: usize, hanging: usize) -> Vec<String> {
    let spaces = |count: usize| " ".repeat(count.min(width / 2));
    let (first, next) = (spaces(indent(line)), spaces(indent(line) + hanging));
    let fits = |part: &str| next.len() + part.trim_end().width() <= width;
    let mut parts = Vec::new();
    for word in line.trim_start().split_inclusive(' ') {
        if fits(word) {
            parts.push(word);
            continue;
        }
        let mut start = 0;
        for end in (1..=word.len()).filter(|end| may_break(word.as_bytes(), *end)) {
            let part = &word[start..end];
            start = end;
            if fits(part) {
                parts.push(part);
            } else {
                parts.extend(part.split_inclusive(|_| true));
            }
        }
    }
    let mut lines = Vec::new();
    let mut start = &first;
    let mut text = start.clone();
    for part in parts {
        if text.len() > start.len() && text.width() + part.trim_end().width() > width {
            lines.push(text.trim_end().to_owned());
            start = &next;
            text.clone_from(start);
        }
        text += part;
    }
    lines.push(text.trim_end().to_owned());
    lines
}

/// Whether code may be broken at `at`: `a(b).c(d)` becomes `a(`, `b)`, `.c(`, `d)`.
fn may_break(word: &[u8], at: usize) -> bool {
    match word.get(at) {
        None => true,
        Some(b'.') => word.get(at + 1).is_some_and(u8::is_ascii_alphabetic),
        Some(next) => word[at - 1] == b'(' && !b"()".contains(next),
    }
}

const BETWEEN: &str = " │ ";

fn terminal(python: &Source, rust: &Source, width: usize) -> String {
    let column = (width.max(24) - BETWEEN.width()) / 2;
    let width = 2 * column + BETWEEN.width();
    let files = [python, rust].map(|source| vec![source.file.clone()]);
    let mut text = columns(&files[0], &files[1], column);
    for (python, rust) in python.sections.iter().zip(&rust.sections) {
        text += "\n";
        for line in wrap(&python.heading(), width - "─  ".width(), 0) {
            let line = format!("─ {line} ");
            text += &format!("{line}{}\n", "─".repeat(width.saturating_sub(line.width())));
        }
        text += &columns(&python.code, &rust.code, column);
    }
    text
}

fn columns(left: &[String], right: &[String], column: usize) -> String {
    let [left, right] = [left, right]
        .map(|lines| lines.iter().flat_map(|line| wrap(line, column, 4)).collect::<Vec<_>>());
    let cell = |lines: &[String], row| lines.get(row).cloned().unwrap_or_default();
    (0..left.len().max(right.len()))
        .map(|row| {
            let (left, right) = (cell(&left, row), cell(&right, row));
            let fill = " ".repeat(column.saturating_sub(left.width()));
            format!("{left}{fill}{BETWEEN}{right}").trim_end().to_owned() + "\n"
        })
        .collect()
}

fn markdown(python: &Source, rust: &Source) -> String {
    let mut text = format!("Python: `{}` · Rust: `{}`\n", python.file, rust.file);
    for (python, rust) in python.sections.iter().zip(&rust.sections) {
        text += &format!("\n### {}\n", python.heading());
        // `ignore`: a part of a program cannot be compiled, and mdBook is not to offer to run it.
        for (name, language, section) in
            [("Python", "python", python), ("Rust", "rust,ignore", rust)]
        {
            text += &format!("\n**{name}**\n\n```{language}\n");
            text.extend(section.code.iter().map(|line| format!("{line}\n")));
            text += "```\n";
        }
    }
    text
}

fn html(python: &Source, rust: &Source) -> String {
    let mut text = format!(
        "<table class=\"side-by-side\">\n<thead>\n\
         <tr><th>Python<br><code>{}</code></th><th>Rust<br><code>{}</code></th></tr>\n</thead>\n<tbody>\n",
        escape(&python.file),
        escape(&rust.file)
    );
    for (python, rust) in python.sections.iter().zip(&rust.sections) {
        text += &format!("<tr><th colspan=\"2\">{}</th></tr>\n<tr>\n", escape(&python.heading()));
        for (language, section) in [("python", python), ("rust", rust)] {
            let code: Vec<_> = section.code.iter().map(|line| escape(line)).collect();
            text += &format!(
                "<td><pre><code class=\"language-{language}\">{}</code></pre></td>\n",
                code.join("\n")
            );
        }
        text += "</tr>\n";
    }
    text + "</tbody>\n</table>\n"
}

fn escape(line: &str) -> String {
    if line.is_empty() {
        // A blank line would end the HTML in a Markdown page.
        return "&#32;".to_owned();
    }
    line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATTERNS: [Pattern; 3] = [Pattern::TcpEcho, Pattern::UdpEcho, Pattern::ThreadedEcho];
    const PAIRS: [Pair; 3] = [Pair::Literal, Pair::Port, Pair::Client];

    fn all(check: impl Fn(Pattern, Pair, [String; 2])) {
        for pattern in PATTERNS {
            for pair in PAIRS {
                let texts = pair
                    .files(pattern)
                    .map(|file| fs::read_to_string(programs::root().join(file)).unwrap());
                check(pattern, pair, texts);
            }
        }
    }

    /// The lines behind the header comment, without blank lines, step comments apart.
    fn lines(text: &str) -> (Vec<String>, Vec<String>) {
        let step = Regex::new(r"^\s*(#|//) \d\. ").unwrap();
        let header = |line: &&str| line.starts_with("//!") || line.starts_with('#');
        let lines = text.lines().skip_while(header).filter(|line| !line.trim().is_empty());
        let (steps, code) = lines.map(str::to_owned).partition(|line: &String| step.is_match(line));
        let steps: Vec<String> = steps;
        (
            steps.iter().map(|step| step.trim_start_matches([' ', '#', '/']).to_owned()).collect(),
            code,
        )
    }

    #[test]
    fn a_comment_in_one_language_is_its_sign_and_its_words() {
        let sign = Regex::new(r"^\s*(#|//) (\d\. )?$").unwrap();
        all(|_, _, texts| {
            let lines = texts.iter().flat_map(|text| text.lines());
            let both = lines.filter(|line| line.contains(" · ") && !line.starts_with("//!"));
            for line in both.map(str::to_owned) {
                let in_language =
                    |language| comments_in(std::slice::from_ref(&line), language).concat();
                let korean = in_language(Language::Korean);
                let words = line.strip_prefix(&format!("{korean} · ")).expect(&line);
                let english = in_language(Language::English);
                let before = english.strip_suffix(words).expect(&line);
                assert!(korean.starts_with(before) && sign.is_match(before), "{line}: {english}");
            }
        });
    }

    fn squeeze(text: &str) -> String {
        text.split_whitespace().collect()
    }

    #[test]
    fn the_terminal_shows_every_line_once_and_none_is_too_wide() {
        all(|pattern, pair, texts| {
            for width in [24, 40, 80, 81, 120, 400] {
                let shown = side_by_side(pattern, pair, Language::Both, Format::Terminal { width })
                    .unwrap();
                let mut headings = String::new();
                let mut columns = [String::new(), String::new()];
                for line in shown.lines() {
                    assert!(line.width() <= width, "{width}: {line}");
                    if line.starts_with('─') {
                        headings += line;
                    } else if let Some((left, right)) = line.split_once('│') {
                        columns[0] += left;
                        columns[1] += right;
                    }
                }
                let headings = squeeze(&headings.replace('─', ""));
                for ((column, text), file) in columns.iter().zip(&texts).zip(pair.files(pattern)) {
                    let (steps, code) = lines(text);
                    assert_eq!(
                        headings,
                        squeeze(&format!("준비 · Preparation {}", steps.concat()))
                    );
                    assert_eq!(squeeze(column), squeeze(&format!("{file}{}", code.concat())));
                }
            }
        });
    }

    #[test]
    fn markdown_shows_every_line_once() {
        all(|pattern, pair, texts| {
            let shown = side_by_side(pattern, pair, Language::Both, Format::Markdown).unwrap();
            for (text, fence) in texts.iter().zip(["```python\n", "```rust,ignore\n"]) {
                let (steps, code) = lines(text);
                let blocks =
                    shown.split(fence).skip(1).map(|rest| rest.split_once("```\n").unwrap().0);
                let blocks: String = blocks.collect();
                let shown_code: Vec<_> = blocks.lines().filter(|line| !line.is_empty()).collect();
                assert_eq!(shown_code, code);
                let headings: Vec<_> =
                    shown.lines().filter_map(|line| line.strip_prefix("### ")).collect();
                assert_eq!(headings[1..], steps);
            }
        });
    }

    #[test]
    fn html_shows_every_line_once_and_has_no_blank_line() {
        all(|pattern, pair, texts| {
            let shown = side_by_side(pattern, pair, Language::Both, Format::Html).unwrap();
            assert!(!shown.contains("\n\n"));
            for (text, language) in texts.iter().zip(["python", "rust"]) {
                let start = format!("<code class=\"language-{language}\">");
                let cells =
                    shown.split(&start).skip(1).map(|rest| rest.split_once("</code>").unwrap().0);
                let cells: Vec<_> =
                    cells.flat_map(str::lines).filter(|line| *line != "&#32;").collect();
                let code: Vec<_> = lines(text).1.iter().map(|line| escape(line)).collect();
                assert_eq!(cells, code);
            }
        });
    }

    #[test]
    fn a_word_that_is_too_wide_is_wrapped_where_code_is_usually_wrapped() {
        let line = "  let server = UdpSocket::bind(format!(\"127.0.0.1:{port}\"))?;";
        let wrapped = [
            "  let server =",
            "      UdpSocket::bind(",
            "      format!(",
            "      \"127.0.0.1:{port}\"))?;",
        ];
        assert_eq!(wrap(line, 29, 4), wrapped);
        assert_eq!(wrap("socket.local_addr()", 18, 4), ["socket", "    .local_addr()"]);
        assert_eq!(wrap("가나다라마바사", 8, 2), ["가나다라", "  마바사"]);
        assert_eq!(wrap("", 8, 2), [""]);
    }

    fn section<'a>(source: &'a Source, heading: &str) -> Vec<&'a str> {
        let section = source.sections.iter().find(|section| section.heading().starts_with(heading));
        section.unwrap().code.iter().map(String::as_str).collect()
    }

    #[test]
    fn an_enclosing_line_stands_with_the_step_that_follows() {
        let text = "//! Header.\n\nuse std::io;\n\n// Why.\n#[expect(x)]\nfn handle() {\n    // 2. b\n    b();\n}\n\n\
                    fn main() {\n    start();\n\n    // 1. a\n    a();\n\n    loop {\n        // 3. c\n        c();\n    }\n\n    \
                    // 4. d\n    d();\n}\n";
        let source = Source::cut("a.rs".to_owned(), text);
        assert_eq!(section(&source, "준비"), ["use std::io;"]);
        assert_eq!(
            section(&source, "2."),
            ["// Why.", "#[expect(x)]", "fn handle() {", "    b();", "}"]
        );
        assert_eq!(section(&source, "1."), ["fn main() {", "    start();", "", "    a();"]);
        assert_eq!(section(&source, "3."), ["    loop {", "        c();", "    }"]);
        assert_eq!(section(&source, "4."), ["    d();", "}"]);
    }

    #[test]
    fn a_step_that_is_missing_repeated_moved_or_renamed_is_named_with_its_file() {
        let python = Source::cut("a.py".to_owned(), "# 1. a\nx\n# 2. b\ny\n");
        for (text, complaint) in [
            ("// 1. a\n", "`a.rs`: step 2 is missing."),
            ("", "`a.rs`: step 1 is missing."),
            ("// 1. a\n// 2. b\n// 2. b\n", "`a.rs`: step 2 is there twice."),
            ("// 1. a\n// 2. c\n", "Step 2 has different words in `a.rs` and in `a.py`."),
            ("// 2. b\n// 1. a\n", "`a.rs`: step 2 stands elsewhere than in `a.py`."),
        ] {
            let rust = Source::cut("a.rs".to_owned(), text);
            let error = rust.has_the_steps_of(&python).unwrap_err().to_string();
            assert!(error.ends_with(complaint), "{error}");
        }
        let rust = Source::cut("a.rs".to_owned(), "// 1. a\n// 2. b\n// 3. c\n");
        let error = python.has_the_steps_of(&rust).unwrap_err().to_string();
        assert!(error.ends_with("`a.py`: step 3 is missing."), "{error}");
    }
}
