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
    #[must_use]
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
    #[must_use]
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
    /// The hints after the failure of `scenario`, if it has its own.
    fn hints_after(&self, scenario: &str) -> Option<&Hints> {
        self.hint.iter().find(|hints| hints.scenarios.iter().any(|other| other == scenario))
    }
}

impl Exercise {
    /// What is said of it.
    ///
    /// # Panics
    ///
    /// When its file is not as it must be; a test reads all.
    #[must_use]
    pub fn words(&self) -> Words {
        toml::from_str(self.words).unwrap_or_else(|error| panic!("{}: {error}", self.id))
    }

    /// The hints after the failure of `scenario`, or before any failure. Those of a scenario that it shares with
    /// the exercise that it continues stand there.
    #[must_use]
    pub fn hints(&self, scenario: Option<&str>) -> Vec<Text> {
        let mut words = self.words();
        let found = scenario.and_then(|scenario| Some(words.hints_after(scenario)?.steps.clone()));
        match (found, &self.start, scenario) {
            (Some(steps), ..) => steps,
            (None, Start::After(id), Some(_)) => {
                find(id).map(|before| before.hints(scenario)).unwrap_or_default()
            }
            (None, ..) => words.hint.swap_remove(0).steps,
        }
    }

    /// The name of a learner's file.
    #[must_use]
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
pub static EXERCISES: [Exercise; 12] = [
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
        number: 4,
        id: "nobody-there",
        words: include_str!("../tasks/04-nobody-there/task.toml"),
        start: Start::Skeleton(source!("04-nobody-there", "skeleton")),
        solution: source!("04-nobody-there", "solution"),
        scenarios: protocols::nobody_there,
    },
    Exercise {
        number: 5,
        id: "to-the-end",
        words: include_str!("../tasks/05-to-the-end/task.toml"),
        start: Start::Skeleton(source!("05-to-the-end", "skeleton")),
        solution: source!("05-to-the-end", "solution"),
        scenarios: protocols::to_the_end,
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
        number: 7,
        id: "lengths",
        words: include_str!("../tasks/07-lengths/task.toml"),
        start: Start::Skeleton(source!("07-lengths", "skeleton")),
        solution: source!("07-lengths", "solution"),
        scenarios: protocols::lengths,
    },
    Exercise {
        number: 8,
        id: "at-once",
        words: include_str!("../tasks/08-at-once/task.toml"),
        start: Start::After("lines"),
        solution: source!("08-at-once", "solution"),
        scenarios: protocols::at_once,
    },
    Exercise {
        number: 9,
        id: "silent",
        words: include_str!("../tasks/09-silent/task.toml"),
        start: Start::After("at-once"),
        solution: source!("09-silent", "solution"),
        scenarios: protocols::silent,
    },
    Exercise {
        number: 10,
        id: "crowded",
        words: include_str!("../tasks/10-crowded/task.toml"),
        start: Start::After("at-once"),
        solution: source!("10-crowded", "solution"),
        scenarios: protocols::crowded,
    },
    Exercise {
        number: 11,
        id: "chat",
        words: include_str!("../tasks/11-chat/task.toml"),
        start: Start::Skeleton(source!("11-chat", "skeleton")),
        solution: source!("11-chat", "solution"),
        scenarios: protocols::chat,
    },
    Exercise {
        number: 12,
        id: "goodbye",
        words: include_str!("../tasks/12-goodbye/task.toml"),
        start: Start::After("at-once"),
        solution: source!("12-goodbye", "solution"),
        scenarios: protocols::goodbye,
    },
];

/// The exercise of this number or id.
#[must_use]
pub fn find(name: &str) -> Option<&'static Exercise> {
    EXERCISES.iter().find(|it| it.id == name || name.parse() == Ok(it.number))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a scenario has hints of its own, in this exercise or in the one that it continues.
    fn has_hints(exercise: &Exercise, scenario: &str) -> bool {
        let before = match exercise.start {
            Start::Skeleton(_) => None,
            Start::After(id) => find(id),
        };
        exercise.words().hints_after(scenario).is_some()
            || before.is_some_and(|before| has_hints(before, scenario))
    }

    #[test]
    fn every_scenario_has_three_hints_in_both_languages() {
        let code = |text: &str| {
            let mut code: Vec<String> =
                text.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            code.sort();
            code
        };
        for exercise in &EXERCISES {
            let words = exercise.words();
            for scenario in (exercise.scenarios)("token") {
                assert!(has_hints(exercise, scenario.id), "{}: {}", exercise.id, scenario.id);
            }
            let steps = words.hint.iter().flat_map(|hints| &hints.steps);
            for text in [&words.task, &words.learned].into_iter().chain(steps) {
                assert_eq!(code(&text.korean), code(&text.english), "{}", exercise.id);
            }
            assert!(words.hint.iter().all(|hints| hints.steps.len() == 3), "{}", exercise.id);
            let size = words.task.english.split(' ').count();
            assert!(size <= 150, "{}: {size} words", exercise.id);
        }
    }
}
