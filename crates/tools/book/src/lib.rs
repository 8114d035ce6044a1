//! The book: its pages are `docs/ko` and `docs/en`, file by file the same. What is generated in them
//! stands in marked [regions](region), and the book is [built](site) from them with mdBook.

mod exercise;
mod generate;
pub mod measured;
pub mod mistake;
pub mod pages;
pub mod region;
mod replay;
pub mod session;
pub mod site;

use bench::table::{self, InLanguage};

/// A language of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Korean, in `docs/ko`.
    Korean,
    /// English, in `docs/en`.
    English,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Korean, Self::English];

    /// Its code, which is also the name of its folder.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Korean => "ko",
            Self::English => "en",
        }
    }

    /// The language of somebody who reads it.
    fn of_a_reader(self) -> common::Language {
        match self {
            Self::Korean => common::Language::Korean,
            Self::English => common::Language::English,
        }
    }

    /// The locale of a reader of it.
    fn locale(self) -> &'static str {
        match self {
            Self::Korean => "ko_KR.UTF-8",
            Self::English => "en_US.UTF-8",
        }
    }

    /// The other one.
    fn twin(self) -> Self {
        match self {
            Self::Korean => Self::English,
            Self::English => Self::Korean,
        }
    }

    /// What a text is in it.
    fn words(self) -> InLanguage {
        match self {
            Self::Korean => table::korean,
            Self::English => table::english,
        }
    }
}

/// A message of whole sentences, in the reader's language.
fn told(korean: impl Into<String>, english: impl Into<String>) -> String {
    harness::Text::new(korean, english).sentences()
}
