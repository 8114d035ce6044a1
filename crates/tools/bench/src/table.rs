//! What was measured, as tables: for the terminal, and for the pages of the book.

use comfy_table::{CellAlignment, ContentArrangement, Table as Grid, presets};
use harness::Text;

use crate::contender::{BARE, C, ORIGINAL, port};
use crate::load::Protocol;
use crate::results::{Metric, Results};
use crate::spread::Spread;

/// A table of ratios: a server in each row.
#[derive(Clone, Debug)]
pub struct Table {
    /// What it shows.
    title: Text,
    /// The heads of its columns, without that of the servers.
    head: Vec<Text>,
    /// Each server, and its cells.
    rows: Vec<(Text, Vec<Cell>)>,
}

/// A cell.
#[derive(Clone, Debug)]
enum Cell {
    /// How many times as much as the server that all are compared with.
    Ratio(Spread),
    /// That server: the median of what was measured, with its unit.
    Base(String),
    /// It was not measured.
    Nothing,
}

/// A language that a table is written in, or a picture.
pub type InLanguage = fn(&Text) -> &str;

/// In Korean.
#[must_use]
pub fn korean(text: &Text) -> &str {
    &text.korean
}

/// In English.
#[must_use]
pub fn english(text: &Text) -> &str {
    &text.english
}

/// What a server is called.
#[must_use]
pub fn name(id: &str) -> Text {
    let (korean, english) = match id {
        ORIGINAL => ("파이썬 원본", "Python original"),
        BARE => ("가장 짧은 Rust 루프", "shortest Rust loop"),
        C => ("C", "C"),
        "pool" => ("스레드 풀", "thread pool"),
        other => (other, other),
    };
    Text::new(korean, english)
}

/// What a metric is called.
#[must_use]
pub fn title(metric: Metric) -> Text {
    let (korean, english) = match metric {
        Metric::Throughput => ("초당 주고받은 횟수", "exchanges per second"),
        Metric::Processor => ("한 번에 쓴 CPU 시간", "processor time of an exchange"),
        Metric::Median => ("응답 시간, 중앙값", "time of an exchange, median"),
        Metric::P99 => ("응답 시간, 99번째 백분위수", "time of an exchange, 99th percentile"),
        Metric::Start => ("시작에서 첫 응답까지", "start to first answer"),
        Metric::Peak => ("최대 메모리", "peak memory"),
        Metric::Idle => ("조용한 클라이언트 메모리", "memory of a silent client"),
    };
    Text::new(korean, english)
}

fn section(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "§3",
        Protocol::Udp => "§2",
    }
}

/// With which server the others are compared: the original, or without Python the shortest loop.
#[must_use]
pub fn base(results: &Results, protocol: Protocol) -> &'static str {
    if results.lasting(protocol).contains(&ORIGINAL) { ORIGINAL } else { BARE }
}

/// The metrics of a slice, each a table with a column for each number of clients.
const OF_SLICES: [Metric; 4] = [Metric::Throughput, Metric::Processor, Metric::Median, Metric::P99];

/// The ratios of one metric, or of several that are measured once, compared with one server.
#[must_use]
pub fn compared(results: &Results, protocol: Protocol, metrics: &[Metric], base: &str) -> Table {
    let columns: Vec<(Metric, usize, Text)> = if OF_SLICES.contains(&metrics[0]) {
        let clients = results.plan.clients.iter();
        let head = |clients: usize| {
            let plural = if clients == 1 { "" } else { "s" };
            Text::new(format!("클라이언트 {clients}"), format!("{clients} client{plural}"))
        };
        clients.map(|clients| (metrics[0], *clients, head(*clients))).collect()
    } else {
        metrics.iter().map(|metric| (*metric, 0, title(*metric))).collect()
    };
    let cell = |metric, clients, id: &str| {
        if id == base {
            let spread = results.spread(protocol, metric, clients, base);
            return spread
                .map_or(Cell::Nothing, |spread| Cell::Base(with_unit(metric, spread.median)));
        }
        let ratio = results.ratio(protocol, metric, clients, (id, base));
        ratio.map_or(Cell::Nothing, Cell::Ratio)
    };
    let row = |id: &str| {
        let cells = columns.iter().map(|(metric, clients, _)| cell(*metric, *clients, id));
        (name(id), cells.collect())
    };
    let base_name = name(base);
    let (korean, english) = match metrics {
        [metric] => (title(*metric).korean, title(*metric).english),
        _ => ("시작과 메모리".to_owned(), "start and memory".to_owned()),
    };
    let section = section(protocol);
    Table {
        title: Text::new(
            format!("{section} {korean} ({} = 1)", base_name.korean),
            format!("{section} {english} ({} = 1)", base_name.english),
        ),
        rows: results.lasting(protocol).into_iter().map(row).collect(),
        head: columns.into_iter().map(|(_, _, head)| head).collect(),
    }
}

/// All tables.
#[must_use]
pub fn all(results: &Results) -> Vec<Table> {
    let mut tables = Vec::new();
    for protocol in Protocol::ALL {
        let base = base(results, protocol);
        for metric in OF_SLICES {
            tables.push(compared(results, protocol, &[metric], base));
        }
        let once: &[Metric] = match protocol {
            Protocol::Tcp => &[Metric::Start, Metric::Peak, Metric::Idle],
            Protocol::Udp => &[Metric::Start, Metric::Peak],
        };
        tables.push(compared(results, protocol, once, base));
    }
    tables
}

/// What the ports cost beside the shortest loop in Rust, and beside C.
#[must_use]
pub fn floor(results: &Results) -> Table {
    let clients = &results.plan.clients;
    let row = |protocol, metric, base: &str, (korean, english): (&str, &str)| {
        let cell = |clients: &usize| {
            let ratio = results.ratio(protocol, metric, *clients, (port(protocol), base));
            ratio.map_or(Cell::Nothing, Cell::Ratio)
        };
        let section = section(protocol);
        let label = Text::new(format!("{section} {korean}"), format!("{section} {english}"));
        (label, clients.iter().map(cell).collect())
    };
    Table {
        title: Text::new("이식판과 바닥, 클라이언트 수별", "the ports and their floor, by clients"),
        head: clients
            .iter()
            .map(|clients| Text::new(clients.to_string(), clients.to_string()))
            .collect(),
        rows: vec![
            row(Protocol::Tcp, Metric::Processor, BARE, ("CPU, 루프 = 1", "CPU, loop = 1")),
            row(Protocol::Tcp, Metric::Processor, C, ("CPU, C = 1", "CPU, C = 1")),
            row(Protocol::Udp, Metric::Throughput, C, ("횟수, C = 1", "rate, C = 1")),
        ],
    }
}

impl Table {
    /// For a terminal of 80 columns.
    #[must_use]
    pub fn for_terminal(&self) -> String {
        let mut grid = Grid::new();
        grid.load_preset(presets::UTF8_HORIZONTAL_ONLY);
        grid.set_content_arrangement(ContentArrangement::Dynamic).set_width(80);
        grid.set_header([String::new()].into_iter().chain(self.head.iter().map(Text::sentences)));
        for (label, cells) in &self.rows {
            grid.add_row(
                [label.sentences()].into_iter().chain(cells.iter().map(|cell| cell.text("\n"))),
            );
        }
        for column in grid.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        format!("{}\n{grid}\n", self.title.sentences())
    }

    /// For a page of the book.
    #[must_use]
    pub fn for_page(&self, language: InLanguage) -> String {
        let mut text = String::new();
        let mut row = |cells: Vec<String>| text += &format!("| {} |\n", cells.join(" | "));
        let head = self.head.iter().map(|head| language(head).to_owned());
        row([String::new()].into_iter().chain(head).collect());
        row(vec!["---".to_owned(); self.head.len() + 1]);
        for (label, cells) in &self.rows {
            let label = language(label).to_owned();
            row([label].into_iter().chain(cells.iter().map(|cell| cell.text(" "))).collect());
        }
        text.replace("|  |", "| |")
    }
}

impl Cell {
    fn text(&self, between: &str) -> String {
        match self {
            Self::Ratio(Spread { median, low, high }) => {
                format!("{}{between}({}–{})", short(*median), short(*low), short(*high))
            }
            Self::Base(value) => format!("1{between}({value})"),
            Self::Nothing => "–".to_owned(),
        }
    }
}

/// A number with two or three digits that count.
#[must_use]
pub fn short(value: f64) -> String {
    let digits = match value {
        _ if value >= 100.0 => 0,
        _ if value >= 10.0 => 1,
        _ if value >= 0.1 => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
}

/// A value of a metric with its unit.
fn with_unit(metric: Metric, value: f64) -> String {
    match metric {
        Metric::Throughput => format!("{value:.0}/s"),
        Metric::Processor | Metric::Median | Metric::P99 if value >= 10_000.0 => {
            format!("{} ms", short(value / 1e3))
        }
        Metric::Processor | Metric::Median | Metric::P99 => format!("{} µs", short(value)),
        Metric::Start => format!("{} ms", short(value)),
        Metric::Peak => format!("{} MiB", short(value / 1024.0)),
        Metric::Idle => format!("{} KiB", short(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let numbers = [1234.0, 12.34, 1.234, 0.1234, 0.01234].map(short);
        assert_eq!(numbers, ["1234", "12.3", "1.23", "0.12", "0.012"]);
    }
}
