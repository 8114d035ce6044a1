//! What an exercise is. Adding one is adding a folder and a value.

use harness::Text;
use scenarios::scenario::Scenario;
use serde::Deserialize;

use crate::protocols;

/// The languages in which a skeleton and a solution are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Rust.
    Rust,
    /// Python.
    Python,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Rust, Self::Python];

    /// How the name of a file ends.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Rust => "rs",
            Self::Python => "py",
        }
    }
}

/// A program in both languages.
pub struct Source {
    rust: &'static str,
    python: &'static str,
}

impl Source {
    /// Its text in a language.
    pub fn in_language(&self, language: Language) -> &'static str {
        match language {
            Language::Rust => self.rust,
            Language::Python => self.python,
        }
    }
}

/// Where a learner's program begins.
pub enum Start {
    /// With this skeleton.
    Skeleton(Source),
    /// With the program of the exercise of this id.
    After(&'static str),
}

/// An exercise.
pub struct Exercise {
    /// Its number on the ladder.
    pub number: usize,
    /// Its id.
    pub id: &'static str,
    words: &'static str,
    /// Where it begins.
    pub start: Start,
    /// A solution.
    pub solution: Source,
    /// The scenarios, with messages that hold a token made for this run.
    pub scenarios: fn(token: &str) -> Vec<Scenario>,
}

/// What is said of an exercise (`task.toml`).
#[derive(Deserialize)]
pub struct Words {
    /// Its title.
    pub title: Text,
    /// What is to be written.
    pub task: Text,
    /// What was learned.
    pub learned: Text,
    hint: Vec<Hints>,
}

#[derive(Deserialize)]
struct Hints {
    /// The scenarios after whose failure they are given.
    scenarios: Vec<String>,
    steps: Vec<Text>,
}

impl Words {
    /// The hints after the failure of `scenario`, or before any failure.
    pub fn hints(&self, scenario: Option<&str>) -> &[Text] {
        let fits = |hints: &&Hints| {
            scenario.is_some_and(|scenario| hints.scenarios.iter().any(|other| other == scenario))
        };
        let found = self.hint.iter().find(fits).or(self.hint.first());
        found.map_or(&[], |hints| &hints.steps)
    }
}

impl Exercise {
    /// What is said of it.
    ///
    /// # Panics
    ///
    /// When its file is not as it must be; a test reads all.
    pub fn words(&self) -> Words {
        toml::from_str(self.words).unwrap_or_else(|error| panic!("{}: {error}", self.id))
    }

    /// The name of a learner's file.
    pub fn file(&self, language: Language) -> String {
        format!("{:02}-{}.{}", self.number, self.id, language.ending())
    }
}

macro_rules! source {
    ($folder:literal, $name:literal) => {
        Source {
            rust: include_str!(concat!("../tasks/", $folder, "/", $name, ".rs")),
            python: include_str!(concat!("../tasks/", $folder, "/", $name, ".py")),
        }
    };
}

/// The ladder.
pub static EXERCISES: [Exercise; 5] = [
    Exercise {
        number: 1,
        id: "missing-f",
        words: include_str!("../tasks/01-missing-f/task.toml"),
        start: Start::Skeleton(source!("01-missing-f", "skeleton")),
        solution: source!("01-missing-f", "solution"),
        scenarios: protocols::missing_f,
    },
    Exercise {
        number: 2,
        id: "again",
        words: include_str!("../tasks/02-again/task.toml"),
        start: Start::After("missing-f"),
        solution: source!("02-again", "solution"),
        scenarios: protocols::again,
    },
    Exercise {
        number: 3,
        id: "letters",
        words: include_str!("../tasks/03-letters/task.toml"),
        start: Start::Skeleton(source!("03-letters", "skeleton")),
        solution: source!("03-letters", "solution"),
        scenarios: protocols::letters,
    },
    Exercise {
        number: 6,
        id: "lines",
        words: include_str!("../tasks/06-lines/task.toml"),
        start: Start::Skeleton(source!("06-lines", "skeleton")),
        solution: source!("06-lines", "solution"),
        scenarios: protocols::lines,
    },
    Exercise {
        number: 8,
        id: "at-once",
        words: include_str!("../tasks/08-at-once/task.toml"),
        start: Start::After("lines"),
        solution: source!("08-at-once", "solution"),
        scenarios: protocols::at_once,
    },
];

/// The exercise of this number or id.
pub fn find(name: &str) -> Option<&'static Exercise> {
    EXERCISES.iter().find(|it| it.id == name || name.parse() == Ok(it.number))
}
