//! What was measured, as it is kept in a file of JSON: the machine, the versions, every sample.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};
use common::in_lines;
use harness::Text;
use harness::program::{Program, Stdout};
use harness::programs::python;
use serde::{Deserialize, Serialize};

use crate::client::PATIENCE;
use crate::contender::{Contender, Missing};
use crate::load::{Protocol, Slice};
use crate::spread::Spread;

/// How much is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The number of rounds.
    pub rounds: usize,
    /// No round begins later than this, in seconds.
    pub seconds: f64,
    /// How long a slice is, in seconds.
    pub slice: f64,
    /// How many clients talk at the same time, slice after slice.
    pub clients: Vec<usize>,
    /// How many clients are connected and silent when their memory is measured.
    pub idle: usize,
}

impl Plan {
    /// The whole measurement: ten minutes at most.
    #[must_use]
    pub fn full() -> Self {
        Self { rounds: 20, seconds: 540.0, slice: 0.35, clients: vec![1, 8, 64, 256], idle: 1000 }
    }

    /// A look: a minute at most.
    #[must_use]
    pub fn quick() -> Self {
        Self { rounds: 3, seconds: 35.0, slice: 0.1, ..Self::full() }
    }
}

/// One slice of one server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The round, from 0.
    pub round: usize,
    /// What the server speaks.
    pub protocol: Protocol,
    /// The server.
    pub contender: String,
    /// How many clients talked at the same time.
    pub clients: usize,
    /// What came of it.
    #[serde(flatten)]
    pub slice: Slice,
}

/// What is measured once in the life of a server, which is one round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Life {
    /// The round, from 0.
    pub round: usize,
    /// What the server speaks.
    pub protocol: Protocol,
    /// The server.
    pub contender: String,
    /// From its start to its first answer, in milliseconds.
    pub start: f64,
    /// The most memory that it occupied while clients talked, in KiB.
    pub peak: Option<u64>,
    /// The memory of a client that is connected and silent, in KiB.
    pub idle: Option<f64>,
}

/// A server that did not last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// What it speaks.
    pub protocol: Protocol,
    /// The server.
    pub contender: String,
    /// The round, from 0.
    pub round: usize,
    /// What became of it, in Korean.
    pub korean: String,
    /// What became of it, in English.
    pub english: String,
}

impl Ended {
    /// `contender` ended in this round.
    pub(crate) fn new(contender: &Contender, round: usize, why: Text) -> Self {
        let (protocol, contender) = (contender.protocol, contender.id.to_owned());
        Self { protocol, contender, round, korean: why.korean, english: why.english }
    }

    /// Whether this is about `contender`.
    pub(crate) fn is(&self, contender: &Contender) -> bool {
        self.protocol == contender.protocol && self.contender == contender.id
    }

    /// What a reader is told of it.
    #[must_use]
    pub fn text(&self) -> Text {
        let Self { contender, korean, english, round, .. } = self;
        let round = round + 1;
        Text::new(
            format!("{contender}: {korean} ({round}번째 라운드)"),
            format!("{contender}: {english} (round {round})"),
        )
    }
}

/// What the servers have shown.
#[derive(Debug, Default)]
pub struct Measured {
    pub(crate) samples: Vec<Sample>,
    pub(crate) lives: Vec<Life>,
    pub(crate) ended: Vec<Ended>,
}

/// Where it was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The operating system and its version.
    pub system: String,
    /// The processor.
    pub processor: String,
    /// How many programs can run at the same time.
    pub cores: usize,
    /// Its memory, in GiB.
    pub memory: Option<u64>,
}

/// What can be said of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Exchanges per second.
    Throughput,
    /// Processor time for an exchange, in microseconds.
    Processor,
    /// How long half of the exchanges took at most, in microseconds.
    Median,
    /// How long 99 of 100 exchanges took at most, in microseconds.
    P99,
    /// From the start to the first answer, in milliseconds.
    Start,
    /// The most memory occupied while clients talked, in KiB.
    Peak,
    /// The memory of a client that is connected and silent, in KiB.
    Idle,
}

/// A value for each round.
type Rounds = BTreeMap<usize, f64>;

/// All that was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// The day.
    pub date: String,
    /// Where.
    pub machine: Machine,
    /// The versions of the languages.
    pub versions: BTreeMap<String, String>,
    /// How much was to be measured.
    pub plan: Plan,
    /// The servers, in the order of the tables.
    pub contenders: Vec<(Protocol, String)>,
    /// What was left out, and why.
    pub missing: Vec<Missing>,
    /// The servers that did not last.
    pub ended: Vec<Ended>,
    /// Every slice.
    pub samples: Vec<Sample>,
    /// Of every server in every round, what is not about a slice.
    pub lives: Vec<Life>,
}

impl Results {
    /// What was measured here and today.
    #[must_use]
    pub fn new(
        plan: Plan,
        contenders: &[Contender],
        missing: &[Missing],
        measured: Measured,
    ) -> Self {
        Self {
            date: chrono::Local::now().format("%Y-%m-%d").to_string(),
            machine: machine(),
            versions: versions(),
            plan,
            contenders: contenders.iter().map(|it| (it.protocol, it.id.to_owned())).collect(),
            missing: missing.to_vec(),
            ended: measured.ended,
            samples: measured.samples,
            lives: measured.lives,
        }
    }

    /// Reads what [`Results::write`] has written.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is something else.
    pub fn read(file: &Path) -> Result<Self> {
        let name = file.display();
        let text = fs::read_to_string(file).with_context(|| {
            in_lines(
                format!("`{name}` 파일을 읽지 못했습니다."),
                format!("`{name}` could not be read."),
            )
        })?;
        serde_json::from_str(&text).with_context(|| {
            in_lines(
                format!("`{name}`: 측정 결과가 아닙니다."),
                format!("`{name}` is not what a measurement has written."),
            )
        })
    }

    /// Writes everything as JSON, a sample in each line.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, file: &Path) -> Result<()> {
        let name = file.display();
        let text = lines(&serde_json::to_value(self)?)?;
        fs::write(file, text).with_context(|| {
            in_lines(
                format!("`{name}`에 쓰지 못했습니다."),
                format!("`{name}` could not be written."),
            )
        })
    }

    /// The servers of a protocol that lasted, in the order of the tables.
    #[must_use]
    pub fn lasting(&self, protocol: Protocol) -> Vec<&str> {
        let lasted = |name: &str| {
            !self.ended.iter().any(|ended| ended.protocol == protocol && ended.contender == name)
        };
        let named =
            self.contenders.iter().filter(|(spoken, name)| *spoken == protocol && lasted(name));
        named.map(|(_, name)| name.as_str()).collect()
    }

    /// How many exchanges came to a good end in time, how many failed, and how many were given up at the end of
    /// a slice.
    #[must_use]
    pub fn counts(&self) -> [u64; 3] {
        let sum = |count: fn(&Slice) -> u64| {
            self.samples.iter().map(|sample| count(&sample.slice)).sum::<u64>()
        };
        [sum(|slice| slice.exchanges), sum(|slice| slice.failed), sum(|slice| slice.unfinished)]
    }

    /// What was measured of a server, by round. `clients` is of no account for what is not about a slice.
    fn values(&self, protocol: Protocol, metric: Metric, clients: usize, name: &str) -> Rounds {
        #[expect(clippy::cast_precision_loss, reason = "a few millions at most")]
        let of_slice = |slice: &Slice| match metric {
            Metric::Throughput => Some(slice.exchanges as f64 / slice.seconds),
            Metric::Processor => slice.processor,
            Metric::Median => slice.p50,
            Metric::P99 => slice.p99,
            Metric::Start | Metric::Peak | Metric::Idle => None,
        };
        #[expect(clippy::cast_precision_loss, reason = "a few GiB at most")]
        let of_life = |life: &Life| match metric {
            Metric::Start => Some(life.start),
            Metric::Peak => life.peak.map(|peak| peak as f64),
            Metric::Idle => life.idle,
            _ => None,
        };
        let samples = self.samples.iter().filter(|sample| {
            sample.protocol == protocol && sample.contender == name && sample.clients == clients
        });
        let lives =
            self.lives.iter().filter(|life| life.protocol == protocol && life.contender == name);
        samples
            .filter_map(|sample| Some((sample.round, of_slice(&sample.slice)?)))
            .chain(lives.filter_map(|life| Some((life.round, of_life(life)?))))
            .collect()
    }

    /// What was measured of a server, over all rounds; `None` where nothing was.
    pub(crate) fn spread(
        &self,
        protocol: Protocol,
        metric: Metric,
        clients: usize,
        name: &str,
    ) -> Option<Spread> {
        Spread::of(self.values(protocol, metric, clients, name).into_values().collect())
    }

    /// How many times as much as the second of a pair the first had of something, round by round: the rounds in
    /// which both were measured. `None` where there is no such round.
    #[must_use]
    pub fn ratio(
        &self,
        protocol: Protocol,
        metric: Metric,
        clients: usize,
        pair: (&str, &str),
    ) -> Option<Spread> {
        Spread::of(self.ratios(protocol, metric, clients, pair).into_values().collect())
    }

    /// The same over all numbers of clients: of each round, the geometric mean of its ratios.
    #[must_use]
    pub fn overall(
        &self,
        protocol: Protocol,
        metric: Metric,
        pair: (&str, &str),
    ) -> Option<Spread> {
        let mut rounds: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for clients in &self.plan.clients {
            for (round, ratio) in self.ratios(protocol, metric, *clients, pair) {
                rounds.entry(round).or_default().push(ratio);
            }
        }
        Spread::of(rounds.into_values().map(|ratios| mean(&ratios)).collect())
    }

    fn ratios(
        &self,
        protocol: Protocol,
        metric: Metric,
        clients: usize,
        pair: (&str, &str),
    ) -> Rounds {
        let base = self.values(protocol, metric, clients, pair.1);
        let values = self.values(protocol, metric, clients, pair.0).into_iter();
        let ratios = values.filter_map(|(round, value)| Some((round, value / base.get(&round)?)));
        ratios.filter(|(_, ratio)| ratio.is_finite() && *ratio > 0.0).collect()
    }
}

/// The geometric mean.
fn mean(ratios: &[f64]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few numbers of clients")]
    let count = ratios.len() as f64;
    (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / count).exp()
}

fn machine() -> Machine {
    let line = |file: &str, name: &str| -> Option<String> {
        let text = fs::read_to_string(file).ok()?;
        Some(text.lines().find(|line| line.starts_with(name))?.split_once(':')?.1.trim().to_owned())
    };
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let release = release.trim().split('-').next().unwrap_or_default().to_owned();
    let memory = line("/proc/meminfo", "MemTotal");
    let kib: Option<u64> = memory.and_then(|memory| memory.split(' ').next()?.parse().ok());
    Machine {
        system: format!("{} {release}", std::env::consts::OS).trim().to_owned(),
        processor: line("/proc/cpuinfo", "model name")
            .unwrap_or_else(|| std::env::consts::ARCH.into()),
        cores: thread::available_parallelism().map_or(1, usize::from),
        memory: kib.map(|kib| (kib + (1 << 19)) >> 20),
    }
}

/// The versions of what was measured, as the tools tell them.
fn versions() -> BTreeMap<String, String> {
    let version = |command: &[&str]| -> Option<String> {
        let mut tool = Command::new(command[0]);
        tool.args(&command[1..]).arg("--version");
        let bytes = Program::start(tool, Stdout::Pipe).ok()?.stdout.lines(PATIENCE, 1);
        Some(String::from_utf8_lossy(&bytes).lines().next()?.to_owned())
    };
    let tools =
        [("rust", &["rustc"][..]), ("c", &["cc"]), ("python", python().unwrap_or_default())];
    let tools = tools.into_iter().filter(|(_, command)| !command.is_empty());
    tools.filter_map(|(name, command)| Some((name.to_owned(), version(command)?))).collect()
}

/// JSON with a line for each entry of a list: to be read by people and by programs that compare.
fn lines(value: &serde_json::Value) -> Result<String> {
    let mut fields = Vec::new();
    for (name, value) in value.as_object().context("an object")? {
        let text = match value.as_array().filter(|entries| !entries.is_empty()) {
            Some(entries) => {
                let entries: Vec<_> = entries.iter().map(|entry| format!("    {entry}")).collect();
                format!("[\n{}\n  ]", entries.join(",\n"))
            }
            None => value.to_string(),
        };
        fields.push(format!("  \"{name}\": {text}"));
    }
    Ok(format!("{{\n{}\n}}\n", fields.join(",\n")))
}
