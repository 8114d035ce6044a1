//! The page "From Python to Rust, line by line": it has every line of the three originals and of their
//! literal ports, as they stand in the files.

use std::collections::BTreeSet;
use std::mem::take;

use book::Language;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::pages::read;

/// The section of a pattern, its package and its literal port.
const PATTERNS: [(&str, &str, &str); 3] = [
    ("§1", "tcp-echo", "examples/tcp-literal.rs"),
    ("§2", "udp-echo", "examples/udp-literal.rs"),
    ("§3", "threaded-echo", "examples/threaded-literal.rs"),
];

/// The lines of a program that are neither blank nor a comment.
fn code(file: &str, comment: &str) -> Vec<String> {
    let text = read(file);
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with(comment)).map(str::to_owned).collect()
}

/// What stands under a heading of the second level.
#[derive(Default)]
struct Section {
    heading: String,
    /// All inline code.
    codes: Vec<String>,
    tables: Vec<Table>,
}

/// The rows of a table, without its head.
type Table = Vec<Vec<Cell>>;

#[derive(Default)]
struct Cell {
    text: String,
    codes: Vec<String>,
}

/// The file of the page and its sections.
fn page(language: Language) -> (String, Vec<Section>) {
    let file = format!("docs/{}/line-by-line.md", language.code());
    let text = read(&file);
    let mut sections = vec![Section::default()];
    let (mut row, mut cell) = (Vec::new(), Cell::default());
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
        let section = sections.last_mut().unwrap();
        match event {
            Event::Start(Tag::Heading { .. } | Tag::TableCell) => cell = Cell::default(),
            Event::Text(text) => cell.text += &text,
            Event::Code(code) => {
                cell.codes.push(code.to_string());
                section.codes.push(code.into_string());
            }
            Event::End(TagEnd::Heading(HeadingLevel::H2)) => {
                sections.push(Section { heading: take(&mut cell.text), ..Section::default() });
            }
            Event::Start(Tag::Table(_)) => section.tables.push(Table::new()),
            Event::End(TagEnd::TableCell) => row.push(take(&mut cell)),
            Event::End(TagEnd::TableHead) => row.clear(),
            Event::End(TagEnd::TableRow) => section.tables.last_mut().unwrap().push(take(&mut row)),
            _ => {}
        }
    }
    (file, sections.split_off(1))
}

/// The two tables of a pattern: Python | Rust | note, and Rust | why.
fn tables<'a>(file: &str, sections: &'a [Section], pattern: &str) -> [&'a Table; 2] {
    let section = sections.iter().find(|section| section.heading.starts_with(pattern));
    let section = section.unwrap_or_else(|| panic!("{file}: a section {pattern}"));
    let [lines, others] = &section.tables[..] else {
        panic!("{file}: {} tables in {pattern}", section.tables.len());
    };
    let columns = |table: &Table, count| table.iter().all(|row| row.len() == count);
    assert!(columns(lines, 3) && columns(others, 2), "{file}: the columns of {pattern}");
    [lines, others]
}

/// The inline code of a column.
fn column(table: &Table, column: usize) -> Vec<&String> {
    table.iter().flat_map(|row| &row[column].codes).collect()
}

#[test]
fn every_python_statement_stands_in_its_table_once_and_in_order() {
    for language in Language::ALL {
        let (file, sections) = page(language);
        for (pattern, package, _) in PATTERNS {
            let server = format!("crates/{package}/python/server.py");
            let statements = code(&server, "#");
            assert!(statements.len() > 9, "{server}");
            let [lines, _] = tables(&file, &sections, pattern);
            let shown = column(lines, 0);
            for (row, statement) in statements.iter().enumerate() {
                let here = shown.get(row).map_or("nothing", |shown| shown.as_str());
                assert_eq!(here, statement, "row {row} of {pattern} in {file}, after {server}");
            }
            assert_eq!(
                shown.len(),
                statements.len(),
                "rows of {pattern} in {file}, after {server}"
            );
            assert_eq!(shown.len(), lines.len(), "{pattern} in {file}: one statement in each row");
        }
    }
}

#[test]
fn the_tables_have_every_line_of_the_literal_ports_and_no_other() {
    for language in Language::ALL {
        let (file, sections) = page(language);
        let gone = match language {
            Language::Korean => "없어졌습니다. ",
            Language::English => "Gone, because ",
        };
        for (pattern, package, literal) in PATTERNS {
            let literal = code(&format!("crates/{package}/{literal}"), "//");
            let [lines, others] = tables(&file, &sections, pattern);
            let shown: BTreeSet<_> =
                column(lines, 1).into_iter().chain(column(others, 0)).cloned().collect();
            let braces = |line: &String| line.chars().all(|c| "})];,".contains(c));
            let needed: BTreeSet<_> = literal.into_iter().filter(|line| !braces(line)).collect();
            assert_eq!(shown, needed, "{pattern} in {file}");
            for row in lines {
                let place = format!("{:?}, {pattern} in {file}", row[0].codes);
                let none = row[1].codes.is_empty();
                assert_eq!(
                    row[1].text.trim() == "—",
                    none,
                    "a dash where no line is left: {place}"
                );
                assert_eq!(row[2].text.starts_with(gone), none, "why it is gone: {place}");
            }
        }
    }
}

#[test]
fn both_languages_have_the_same_code() {
    let [(one, korean), (other, english)] = Language::ALL.map(page);
    assert_eq!(korean.len(), PATTERNS.len() + 1, "{one}");
    assert_eq!(korean.len(), english.len(), "{one} and {other}");
    for (korean, english) in korean.iter().zip(&english) {
        let place = format!("{} in {one}, {} in {other}", korean.heading, english.heading);
        // Of a table, all but the last column, which is prose.
        let columns = |section: &Section| {
            let rows = section.tables.iter().flatten();
            let cells = rows.flat_map(|row| row.iter().take(row.len() - 1));
            cells.map(|cell| cell.codes.join("\n")).collect()
        };
        // All inline code, prose included, in any order.
        let codes = |section: &Section| {
            let mut codes = section.codes.clone();
            codes.sort();
            codes
        };
        for of in [&columns as &dyn Fn(&Section) -> Vec<String>, &codes] {
            let (korean, english) = (of(korean), of(english));
            for (korean, english) in korean.iter().zip(&english) {
                assert_eq!(korean, english, "{place}");
            }
            assert_eq!(korean.len(), english.len(), "{place}");
        }
    }
}
