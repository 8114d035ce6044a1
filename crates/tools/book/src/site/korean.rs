//! The words of mdBook's user interface, in Korean.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};
use regex::Regex;

use super::mdbook::parts;
use crate::told;

/// What a reader sees or hears on the pages, besides their content.
const PAGE: [(&str, &str); 22] = [
    (">Keyboard shortcuts<", ">단축키<"),
    (
        "Press <kbd>←</kbd> or <kbd>→</kbd> to navigate between chapters",
        "<kbd>←</kbd> <kbd>→</kbd> 앞뒤 장으로 이동합니다",
    ),
    (
        "Press <kbd>S</kbd> or <kbd>/</kbd> to search in the book",
        "<kbd>S</kbd> <kbd>/</kbd> 책에서 검색합니다",
    ),
    ("Press <kbd>?</kbd> to show this help", "<kbd>?</kbd> 이 도움말을 엽니다"),
    ("Press <kbd>Esc</kbd> to hide this help", "<kbd>Esc</kbd> 이 도움말을 닫습니다"),
    ("aria-label=\"Table of contents\"", "aria-label=\"차례\""),
    (
        "title=\"Toggle Table of Contents\" aria-label=\"Toggle Table of Contents\"",
        "title=\"차례 열고 닫기\" aria-label=\"차례 열고 닫기\"",
    ),
    (
        "title=\"Change theme\" aria-label=\"Change theme\"",
        "title=\"테마 바꾸기\" aria-label=\"테마 바꾸기\"",
    ),
    ("aria-label=\"Themes\"", "aria-label=\"테마\""),
    (">Auto</button>", ">자동</button>"),
    (">Light</button>", ">라이트</button>"),
    (">Rust</button>", ">러스트</button>"),
    (">Coal</button>", ">차콜</button>"),
    (">Navy</button>", ">네이비</button>"),
    (">Ayu</button>", ">아유</button>"),
    (
        "title=\"Search (`/`)\" aria-label=\"Toggle Searchbar\"",
        "title=\"검색(`/`)\" aria-label=\"검색창 열고 닫기\"",
    ),
    (
        "title=\"Print this book\" aria-label=\"Print this book\"",
        "title=\"책 인쇄하기\" aria-label=\"책 인쇄하기\"",
    ),
    ("placeholder=\"Search this book ...\"", "placeholder=\"이 책에서 검색…\""),
    (
        "<nav class=\"nav-wrapper\" aria-label=\"Page navigation\">",
        "<nav class=\"nav-wrapper\" aria-label=\"쪽 이동\">",
    ),
    (
        "<nav class=\"nav-wide-wrapper\" aria-label=\"Page navigation\">",
        "<nav class=\"nav-wide-wrapper\" aria-label=\"쪽 이동\">",
    ),
    (
        "title=\"Previous chapter\" aria-label=\"Previous chapter\"",
        "title=\"앞 장\" aria-label=\"앞 장\"",
    ),
    (
        "title=\"Next chapter\" aria-label=\"Next chapter\"",
        "title=\"다음 장\" aria-label=\"다음 장\"",
    ),
];

/// What the scripts say.
pub const SCRIPTS: [(&str, &[(&str, &str)]); 2] = [
    (
        "book.js",
        &[
            ("Show hidden lines", "숨긴 줄 보기"),
            ("Hide lines", "줄 숨기기"),
            ("Copy to clipboard", "복사하기"),
            ("Copied!", "복사했습니다"),
            ("Clipboard error!", "복사하지 못했습니다"),
            ("Run this code", "코드 실행하기"),
            ("Undo changes", "되돌리기"),
        ],
    ),
    (
        "searcher.js",
        &[
            (
                r"count + ' search result for \'' + searchterm + '\':'",
                r"'‘' + searchterm + '’ 검색 결과 ' + count + '건'",
            ),
            (
                r"count + ' search results for \'' + searchterm + '\':'",
                r"'‘' + searchterm + '’ 검색 결과 ' + count + '건'",
            ),
            (
                r"'No search results for \'' + searchterm + '\'.'",
                r"'‘' + searchterm + '’ 검색 결과가 없습니다.'",
            ),
            ("Search Result Teaser", "검색 결과의 내용"),
        ],
    ),
];

/// Translates the pages of one book, and remembers which words it has met.
#[derive(Default)]
pub struct Interface {
    found: BTreeSet<&'static str>,
}

impl Interface {
    /// Translates what stands around the content of a page.
    pub fn translate(&mut self, page: &str) -> Result<String> {
        let [before, main, after] = parts(page)?;
        let [before, after] = [before, after].map(|part| {
            PAGE.iter().fold(part.to_owned(), |part, (english, korean)| {
                if part.contains(english) {
                    self.found.insert(english);
                }
                part.replace(english, korean)
            })
        });
        let english = Regex::new(r#"(?:title|aria-label|placeholder)="([^"]*[A-Za-z][^"]*)""#)?;
        if let Some(left) = english.captures(&before).or_else(|| english.captures(&after)) {
            let left = &left[1];
            bail!(told(
                format!("한국어로 옮기지 않은 말이 있습니다: `{left}`. korean.rs의 표에 더하세요."),
                format!("Not translated into Korean: `{left}`. Add it to the table in korean.rs."),
            ));
        }
        Ok(format!("{before}<main>{main}</main>{after}"))
    }

    /// Whether each word of the table was met on some page: the first page has no previous chapter.
    pub fn all_found(&self) -> Result<()> {
        for (english, _) in PAGE {
            ensure!(
                self.found.contains(english),
                told(
                    format!(
                        "mdBook의 쪽에 있어야 할 말이 없습니다: `{english}`. korean.rs의 표를 고치세요."
                    ),
                    format!("mdBook's pages have no `{english}`; mend the table in korean.rs."),
                )
            );
        }
        Ok(())
    }
}

/// Translates the words of a script.
pub fn translate_script(script: &str, strings: &[(&str, &str)]) -> Result<String> {
    let mut script = script.to_owned();
    for (english, korean) in strings {
        ensure!(
            script.contains(english),
            told(
                format!(
                    "mdBook의 스크립트에 있어야 할 말이 없습니다: `{english}`. korean.rs의 표를 고치세요."
                ),
                format!("mdBook's script has no `{english}`; mend the table in korean.rs."),
            )
        );
        script = script.replace(english, korean);
    }
    Ok(script)
}
