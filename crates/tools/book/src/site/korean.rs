//! The words of mdBook's user interface, in Korean.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::mdbook;
use crate::pages::{read, write};
use crate::told;

/// What a file says, and what it is to say instead.
type Words = &'static [(&'static str, &'static str)];

/// The files of mdBook's theme that have words: the template of a page, and its script.
const THEME: [(&str, Words); 2] = [
    (
        "index.hbs",
        &[
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
        ],
    ),
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
];

/// The script of the search, which no theme can replace.
pub const SEARCH: (&str, Words) = (
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
);

/// Writes mdBook's own theme into a folder, in Korean. Returns the folder of the theme.
pub fn theme(folder: &Path) -> Result<PathBuf> {
    mdbook::write_theme(folder)?;
    let theme = folder.join("theme");
    for file in THEME {
        translate(&theme, file)?;
    }
    Ok(theme)
}

/// Translates the words of a file of mdBook's.
pub fn translate(folder: &Path, (name, words): (&str, Words)) -> Result<()> {
    let path = folder.join(name);
    let mut text = read(&path)?;
    for (english, korean) in words {
        ensure!(
            text.contains(english),
            told(
                format!(
                    "mdBook의 {name}에 있어야 할 말이 없습니다: `{english}`. korean.rs의 표를 고치세요."
                ),
                format!("mdBook's {name} has no `{english}`; mend the table in korean.rs."),
            )
        );
        text = text.replace(english, korean);
    }
    write(&path, &text)
}
