use std::fmt;

use common::Language;
use serde::{Deserialize, Serialize};

/// A sentence in both languages. It is shown in the reader's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// In Korean.
    pub korean: String,
    /// In English.
    pub english: String,
}

impl Text {
    /// The same sentence in Korean and in English.
    pub fn new(korean: impl Into<String>, english: impl Into<String>) -> Self {
        Self { korean: korean.into(), english: english.into() }
    }

    /// What this reader is to read of it: one sentence, or both, Korean first.
    #[must_use]
    pub fn lines(&self) -> Vec<&str> {
        match Language::of_the_reader() {
            Language::Korean => vec![&self.korean],
            Language::English => vec![&self.english],
            Language::Both if self.korean == self.english => vec![&self.korean],
            Language::Both => vec![&self.korean, &self.english],
        }
    }

    /// As [`Text::lines`], a line each: for a message of whole sentences.
    #[must_use]
    pub fn sentences(&self) -> String {
        self.lines().join("\n")
    }
}

impl fmt::Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&Language::of_the_reader().choose(&self.korean, &self.english))
    }
}
