//! Runs the three rungs of each pattern (the Python original, the literal port, the port) through the
//! same [scenarios](scenario) and compares what could be observed from outside, and [checks](check) a
//! learner's own server, in any language, against the original.
//!
//! No program under test is trusted to report on itself: [`observe`] talks to it on sockets of its own,
//! and [`process`] owns it from its first moment, always drains its output, and ends it whatever happens.

pub mod check;
pub mod difference;
pub mod explain;
pub mod observe;
pub mod port;
pub mod process;
pub mod programs;
pub mod report;
pub mod run;
pub mod scenario;
pub mod source;
pub mod syscalls;

use std::fmt;

use serde::Serialize;

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
}

impl fmt::Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{} · {}", self.korean, self.english)
    }
}
