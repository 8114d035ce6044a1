//! What the book shows of replays: a table, from which the built book makes a stepper.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use compare::replay::{Cell, Moment, Place, Replay, all};
use harness::Text;
use harness::programs::{Programs, root};
use regex::Regex;

use crate::{Language, pages, told};

/// The table of a replay, in Korean and in English.
pub fn tables(name: &str) -> Result<Vec<String>> {
    let replay = all().into_iter().find(|replay| replay.name == name).with_context(|| {
        told(format!("`{name}`: 그런 장면이 없습니다."), format!("`{name}` is no replay."))
    })?;
    let moments = replay.run(&Programs::build()?)?;
    Ok(Language::ALL.map(|language| table(&replay, &moments, language)).to_vec())
}

fn table(replay: &Replay, moments: &[Moment], language: Language) -> String {
    let said = |text: &Text| language.words()(text).to_owned();
    let paths: Vec<String> =
        replay.files.iter().map(|file| file.display().to_string().replace('\\', "/")).collect();
    let files = paths.iter().map(|path| {
        let name = path.rsplit('/').next().unwrap_or_default();
        format!(" [{name}](../../{path}) |")
    });
    let [number, who, what, system] = [
        Text::new("장면", "Moment"),
        Text::new("누가", "Who"),
        Text::new("무엇을", "What"),
        Text::new("시스템에 있는 것", "In the system"),
    ]
    .map(|title| said(&title));
    let lines = "---: |".repeat(paths.len());
    let mut text = format!(
        "<div class=\"replay\" id=\"{}\" data-files=\"{}\">\n\n",
        replay.name,
        paths.join(" ")
    );
    text += &format!("| {number} | {who} | {what} |{} {system} |\n", files.collect::<String>());
    text += &format!("| ---: | --- | --- |{lines} --- |\n");
    for (index, moment) in moments.iter().enumerate() {
        let cells: String =
            moment.cells.iter().map(|cell| format!(" {} |", said(&place(*cell)))).collect();
        let system = moment.system.as_ref().map(said).unwrap_or_default();
        let (who, what) = (said(&moment.who.text()), escaped(&said(&moment.what)));
        text += &format!("| {} | {who} | {what} |{cells} {system} |\n", index + 1);
    }
    text + "\n</div>\n"
}

/// The line; what has none in a program that does it has nothing.
fn place(cell: Cell) -> Text {
    match cell {
        Cell::Absent => Text::new("—", "—"),
        Cell::Happens => Text::new("", ""),
        Cell::At(Place { line, waits: false }) => Text::new(line.to_string(), line.to_string()),
        Cell::At(Place { line, waits: true }) => {
            Text::new(format!("{line}, 기다림"), format!("{line}, waits"))
        }
    }
}

/// The text without what Markdown would take for its own in a table.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|")
}

/// A picture of one moment of a replay, in both languages, from the tables in the pages: the second client has
/// spoken, and the server waits for the first.
///
/// # Errors
///
/// When the table is not there, or a program cannot be read.
pub fn pictures() -> Result<Vec<(PathBuf, String)>> {
    const MOMENT: usize = 9;
    let replay = Regex::new(
        r#"(?s)<div class="replay" id="second-client" data-files="([^"]+)">\n\n(.*?)\n\n</div>"#,
    )?;
    let picture = |language: Language| {
        let page = pages::read(&pages::folder(language).join("tcp.md"))?;
        let found = replay.captures(&page).with_context(|| {
            told("`second-client` 장면이 없습니다.", "The replay `second-client` is missing.")
        })?;
        let cells = |row: &str| -> Vec<String> {
            row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
        };
        let rows: Vec<Vec<String>> = found[2].lines().skip(2).take(MOMENT).map(cells).collect();
        let files: Vec<&str> = found[1].split(' ').collect();
        let file = pages::folder(language).join("images/second-client.svg");
        Ok((file, picture(&rows, &files, language)?))
    };
    Language::ALL.into_iter().map(picture).collect()
}

/// Clients on the left, the system in the middle, the server with its lines on the right.
fn picture(rows: &[Vec<String>], files: &[&str], language: Language) -> Result<String> {
    let said =
        |korean: &str, english: &str| language.words()(&Text::new(korean, english)).to_owned();
    let last = |who: &str| rows.iter().rev().find(|row| row[1] == who).cloned().unwrap_or_default();
    let now = rows.last().context("a moment")?;
    let server = last(&said("서버", "server"));
    let clients = [1, 2].map(|number| {
        let who = said(&format!("클라이언트 {number}"), &format!("client {number}"));
        (last(&who)[2].clone(), who)
    });
    let text = |x: usize, y: usize, class: &str, text: &str| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        format!("<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{text}</text>\n")
    };
    let lane = |x: usize, y: usize, width: usize, class: &str| {
        format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"60\" rx=\"5\" class=\"{class}\"/>\n"
        )
    };
    let mut body = String::new();
    for (place, (what, who)) in clients.iter().enumerate() {
        let y = 20 + 80 * place;
        body += &lane(20, y, 200, if who == &now[1] { "lane now" } else { "lane" });
        body += &(text(32, y + 25, "who", who) + &text(32, y + 46, "", what));
    }
    body += &text(229, 136, "arrow", "→");
    body += &lane(260, 60, 200, "lane system");
    body += &text(272, 85, "who", &said("시스템", "system"));
    for (place, held) in now.last().context("a cell")?.split(", ").enumerate() {
        body += &text(272, 100 + 14 * place, "small", held);
    }
    body += &lane(500, 60, 200, "lane");
    body += &(text(512, 85, "who", &server[1]) + &text(512, 106, "", &server[2]));
    for (place, (file, cell)) in files.iter().zip(&server[3..]).enumerate() {
        let digits: String = cell.chars().take_while(char::is_ascii_digit).collect();
        let number: usize = digits.parse().context("a line")?;
        let source = fs::read_to_string(root().join(file))?;
        let code = source.lines().nth(number - 1).unwrap_or_default().trim();
        let name = file.rsplit('/').next().unwrap_or_default();
        let y = 200 + 34 * place;
        body += &format!(
            "<rect x=\"20\" y=\"{}\" width=\"680\" height=\"26\" class=\"line\"/>\n",
            y - 18
        );
        body += &text(30, y, "code", &format!("{name} {number}"));
        body += &text(190, y, "code", code);
    }
    let title = format!("{}: {}", now[1], now[2]).replace('&', "&amp;").replace('<', "&lt;");
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 250\" role=\"img\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n{body}</svg>\n"
    ))
}

/// In light and in dark.
const STYLE: &str = "
text { font: 14px 'Noto Sans KR', 'Malgun Gothic', 'Apple SD Gothic Neo', sans-serif; fill: #1b1f24; }
.who { font-weight: 700; fill: #575b60; } .small { font-size: 12px; } .arrow { font-size: 22px; fill: #155d83; }
.code { font: 13px Consolas, Menlo, 'DejaVu Sans Mono', monospace; }
.lane { fill: none; stroke: #c8ccd2; } .now { stroke: #155d83; stroke-width: 2; } .system { stroke-dasharray: 4; }
.line { fill: #dcf5e3; }
@media (prefers-color-scheme: dark) {
    text { fill: #d5d9de; } .who { fill: #a2a6ab; } .arrow { fill: #62aede; } .lane { stroke: #454b60; }
    .now { stroke: #62aede; } .line { fill: #16301f; }
}
";
