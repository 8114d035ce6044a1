//! What was measured: tables and pictures, made of the two files in `docs/measurements`, each of which a
//! whole run of `bench` has written.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use bench::calls;
use bench::contender::{self, BARE, C, ORIGINAL};
use bench::load::Protocol::{self, Tcp, Udp};
use bench::plot;
use bench::results::{Metric, Results};
use bench::spread::Spread;
use bench::table::{self, short, title};
use harness::Text;
use harness::programs::root;
use similar::{ChangeTag, TextDiff};

use crate::{Language, pages, replay, told};

/// The two measurements. Pictures and tables show the first one, unless they show both.
const FILES: [&str; 2] = ["docs/measurements/first.json", "docs/measurements/second.json"];

/// A ratio that the book relies on: both measurements must agree on it.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    protocol: Protocol,
    metric: Metric,
    clients: usize,
    name: &'static str,
    base: &'static str,
}

const fn claim(
    protocol: Protocol,
    metric: Metric,
    clients: usize,
    name: &'static str,
    base: &'static str,
) -> Claim {
    Claim { protocol, metric, clients, name, base }
}

/// Of a claim: over all numbers of clients.
const ALL: usize = usize::MAX;

const PORT: &str = "threaded-echo";
const UDP_PORT: &str = "udp-echo";

/// What the page "What a thread costs" says of both measurements.
pub const CLAIMS: &[Claim] = &[
    claim(Tcp, Metric::Throughput, 8, PORT, ORIGINAL),
    claim(Tcp, Metric::Throughput, 64, PORT, ORIGINAL),
    claim(Tcp, Metric::Processor, 8, PORT, ORIGINAL),
    claim(Tcp, Metric::Processor, 64, PORT, ORIGINAL),
    claim(Tcp, Metric::Peak, 0, PORT, ORIGINAL),
    claim(Tcp, Metric::Idle, 0, PORT, ORIGINAL),
    claim(Tcp, Metric::Processor, 8, PORT, C),
    claim(Tcp, Metric::Processor, 64, PORT, C),
    claim(Tcp, Metric::Processor, ALL, PORT, BARE),
    claim(Tcp, Metric::Throughput, 64, "pool", PORT),
    claim(Tcp, Metric::Throughput, 64, "tokio", PORT),
    claim(Udp, Metric::Throughput, 8, UDP_PORT, ORIGINAL),
    claim(Udp, Metric::Throughput, ALL, UDP_PORT, C),
    claim(Udp, Metric::Throughput, ALL, UDP_PORT, BARE),
];

impl Claim {
    /// What a measurement says of it.
    #[must_use]
    pub fn of(&self, results: &Results) -> Option<Spread> {
        let pair = (self.name, self.base);
        match self.clients {
            ALL => results.overall(self.protocol, self.metric, pair),
            clients => results.ratio(self.protocol, self.metric, clients, pair),
        }
    }
}

/// Both measurements.
///
/// # Errors
///
/// When a file cannot be read.
pub fn both() -> Result<[Results; 2]> {
    let [first, second] = FILES.map(|file| Results::read(&root().join(file)));
    Ok([first?, second?])
}

/// The text of a region; `None` when there is no such region.
pub(crate) fn region(name: &str, language: Language) -> Result<Option<String>> {
    let [first, second] = both()?;
    let metrics = |word: &str| -> Option<&[Metric]> {
        match word {
            "throughput" => Some(&[Metric::Throughput]),
            "processor" => Some(&[Metric::Processor]),
            "median" => Some(&[Metric::Median]),
            "p99" => Some(&[Metric::P99]),
            "once" => Some(&[Metric::Start, Metric::Peak, Metric::Idle]),
            _ => None,
        }
    };
    Ok(match name.split_once(' ') {
        None if name == "where" => Some(place(&first, &second, language)),
        None if name == "both" => Some(agreement(&first, &second, language)),
        Some((protocol, word)) => {
            let protocol = if protocol == "udp" { Udp } else { Tcp };
            let base = table::base(&first, protocol);
            let compared = |metrics| table::compared(&first, protocol, metrics, base);
            metrics(word).map(|metrics| compared(metrics).for_page(language.words()))
        }
        None => None,
    })
}

/// Where and when it was measured.
fn place(first: &Results, second: &Results, language: Language) -> String {
    let machine = &first.machine;
    let version = |name: &str| first.versions.get(name).map_or("", String::as_str);
    let rust = version("rust").split(" (").next().unwrap_or_default().replace("rustc", "Rust");
    let rounds = |results: &Results| {
        results.samples.iter().map(|sample| sample.round + 1).max().unwrap_or_default()
    };
    let (processor, cores) = (&machine.processor, machine.cores);
    let memory = machine.memory.unwrap_or_default();
    let tools = format!("{rust}, {}, {}", version("python"), version("c"));
    let (one, other) = (rounds(first), rounds(second));
    let (one_counts, other_counts) = (first.counts(), second.counts());
    let [exchanges, failed, unfinished] =
        [0, 1, 2].map(|count| grouped(one_counts[count] + other_counts[count]));
    let system = machine.system.replace("linux", "Linux");
    let days = if first.date == second.date {
        first.date.clone()
    } else {
        format!("{}, {}", first.date, second.date)
    };
    match language {
        Language::Korean => format!(
            "측정한 날은 {days}, 컴퓨터는 {processor} 프로세서의 코어 {cores}개와 메모리 {memory} GiB, 시스템은 {system}, \
             도구는 {tools}입니다. 두 번 쟀는데 각각 {one}라운드와 {other}라운드였고, 제시간에 끝난 주고받기는 {exchanges}번, \
             실패한 것은 {failed}번, 차례가 끝나 그만둔 것은 {unfinished}번입니다.\n"
        ),
        Language::English => format!(
            "Measured on {days}, on {cores} cores of {processor} with {memory} GiB of memory, {system}, with {tools}. \
             The two runs had {one} and {other} rounds: {exchanges} exchanges ended in time, {failed} failed, and \
             {unfinished} were given up at the end of a turn.\n"
        ),
    }
}

/// A large number that can be read: 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    groups.map(String::from_utf8_lossy).collect::<Vec<_>>().join(",")
}

/// What both measurements say of what the book relies on.
fn agreement(first: &Results, second: &Results, language: Language) -> String {
    let words = language.words();
    let head = Text::new("| 무엇 | 첫 번째 | 두 번째 |", "| What | First run | Second run |");
    let mut text = format!("{}\n| --- | --- | --- |\n", words(&head));
    for claim in CLAIMS {
        let cell = |results| {
            claim.of(results).map_or("–".to_owned(), |Spread { median, low, high }| {
                format!("{} ({}–{})", short(median), short(low), short(high))
            })
        };
        let (name, base, metric) =
            (table::name(claim.name), table::name(claim.base), title(claim.metric));
        let clients = match claim.clients {
            0 => Text::new("", ""),
            ALL => Text::new(", 모든 클라이언트 수", ", over all numbers of clients"),
            clients => Text::new(format!(", 클라이언트 {clients}"), format!(", {clients} clients")),
        };
        let what = Text::new(
            format!("{} / {}: {}{}", name.korean, base.korean, metric.korean, clients.korean),
            format!("{} / {}: {}{}", name.english, base.english, metric.english, clients.english),
        );
        text += &format!("| {} | {} | {} |\n", words(&what), cell(first), cell(second));
    }
    text
}

/// The pictures of both languages: their files, from the folder of the workspace, and their texts.
///
/// # Errors
///
/// When a measurement cannot be read or drawn.
pub fn pictures() -> Result<Vec<(PathBuf, String)>> {
    let [first, _] = both()?;
    let mut pictures = Vec::new();
    for language in Language::ALL {
        let folder = pages::folder(language).join("images");
        for (name, picture) in plot::all(&first, language.words())? {
            pictures.push((folder.join(name), picture));
        }
    }
    pictures.extend(replay::pictures()?);
    Ok(pictures)
}

/// Draws the pictures that are not there or are stale: their files.
///
/// # Errors
///
/// When one cannot be drawn or written.
pub fn write_pictures() -> Result<Vec<PathBuf>> {
    let mut written = pictures()?;
    written.retain(|(file, picture)| pages::read(file).ok().as_ref() != Some(picture));
    for (file, picture) in &written {
        fs::create_dir_all(root().join(file).parent().unwrap_or(root()))?;
        pages::write(file, picture)?;
    }
    Ok(written.into_iter().map(|(file, _)| file).collect())
}

/// The system calls of the thread of a client, in C and in Rust, as a table.
pub(crate) fn calls() -> Result<String> {
    // Not optimized: it is the standard library that asks.
    // The one call that a debug build adds, `fcntl`, is named on the page.
    let programs = contender::build(&["bench"], false)?;
    let folder = tempfile::tempdir()?;
    let source = root().join("crates/tools/bench/servers/threads.c");
    let c = contender::compile(&source, &folder)
        .with_context(|| told("C 컴파일러(cc)가 없습니다.", "No C compiler (cc) was found."))?;
    let c = calls::of_a_thread(&c)?;
    let rust = calls::of_a_thread(programs.path("bare-threads-server")?)?;
    let (c, rust): (Vec<&str>, Vec<&str>) =
        (c.iter().map(String::as_str).collect(), rust.iter().map(String::as_str).collect());
    let mut table = "| C | Rust |\n| --- | --- |\n".to_owned();
    for change in TextDiff::from_slices(&c, &rust).iter_all_changes() {
        let call = format!("`{}`", change.value());
        table += &match change.tag() {
            ChangeTag::Equal => format!("| {call} | {call} |\n"),
            ChangeTag::Delete => format!("| {call} | |\n"),
            ChangeTag::Insert => format!("| | {call} |\n"),
        };
    }
    Ok(table)
}
