//! The register of deliberate differences between an original and its ports (`differences.toml`).
//! Everything else that differs is a bug, and so is a difference that should show on this system and
//! does not.

use std::sync::LazyLock;

use harness::Text;
use harness::programs::Rung;
use serde::{Deserialize, Serialize};

/// A deliberate difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Difference {
    /// A restart right after serving.
    D1,
    /// A datagram that is not UTF-8, or is cut inside a character.
    D2,
    /// A traceback.
    D3,
    /// No descriptor, or no thread, to be had.
    D4,
    /// 10054 and 10040.
    D5,
    /// The end while a handler runs.
    D6,
    /// Standard output in a pipe.
    D7,
    /// Standard output that nobody reads.
    D8,
}

/// What is said of a [`Difference`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: Difference,
    /// What the original does.
    pub original: Text,
    /// What the literal port does.
    pub literal: Text,
    /// What the port does, where that is something else.
    port: Option<Text>,
    /// Why.
    pub why: Text,
    /// On which systems it shows.
    pub shows_on: Text,
    /// The scenarios that show it.
    pub shown_by: String,
}

#[derive(Deserialize)]
struct Register {
    difference: Vec<Entry>,
}

impl Entry {
    /// What the port does.
    #[must_use]
    pub fn port(&self) -> &Text {
        self.port.as_ref().unwrap_or(&self.literal)
    }
}

impl Difference {
    /// All of them, in their order.
    pub const ALL: [Self; 8] =
        [Self::D1, Self::D2, Self::D3, Self::D4, Self::D5, Self::D6, Self::D7, Self::D8];

    /// What is said of it.
    ///
    /// # Panics
    ///
    /// When the register lacks it, which a test excludes.
    #[must_use]
    pub fn entry(self) -> &'static Entry {
        static REGISTER: LazyLock<Register> = LazyLock::new(|| {
            toml::from_str(include_str!("differences.toml")).expect("a valid file")
        });
        REGISTER.difference.iter().find(|entry| entry.id == self).expect("it is in the register")
    }

    /// Whether it can be observed on this system.
    #[must_use]
    pub fn shows_here(self) -> bool {
        match self {
            Self::D1 => cfg!(unix),
            Self::D4 | Self::D6 => cfg!(target_os = "linux"),
            Self::D5 => cfg!(windows),
            Self::D2 | Self::D3 | Self::D7 | Self::D8 => true,
        }
    }

    /// Whether it shows on this rung: the literal port dies where the original dies, of what the port survives.
    #[must_use]
    pub fn is_of(self, rung: Rung) -> bool {
        rung == Rung::Port || rung == Rung::Literal && !matches!(self, Self::D2 | Self::D5)
    }
}
