//! What the book shows of replays: a table, from which the built book makes a stepper.

use anyhow::{Context, Result};
use compare::replay::{Cell, Moment, Place, Replay, all};
use harness::Text;
use harness::programs::Programs;

use crate::{Language, told};

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

/// For Markdown: braces and quotation marks are text there too.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|")
}
