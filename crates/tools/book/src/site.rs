//! Builds the book: both languages in one folder, with a start page.
//!
//! mdBook makes the pages, by `docs/book.toml`, with our style sheet and scripts, and for Korean with its own
//! theme in Korean. To its output are added a switch between the languages and transcripts. What is
//! looked for in mdBook's files must be there, or the build fails: nothing is left out in silence.

mod code;
mod korean;
mod mdbook;
mod replay;
mod twin;

use std::collections::BTreeMap;
use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf, absolute};
use std::sync::LazyLock;
use std::thread;

use anyhow::{Context, Result, ensure};
use regex::Regex;

use crate::pages::{read, write};
use crate::{Language, told};
pub use mdbook::{find as mdbook, install};

/// The title of the book.
fn title(language: Language) -> &'static str {
    match language {
        Language::Korean => "소켓 프로그래밍 세 가지, 파이썬에서 Rust로",
        Language::English => "Three socket patterns, from Python to Rust",
    }
}

/// The pages of one language, by the name of their file.
type Pages = BTreeMap<String, String>;

/// Builds the book from `docs`, which has a `ko` and an `en`, into `out`, in place of what was built there
/// before. Returns the path of the start page.
///
/// # Errors
///
/// When mdBook is missing or complains, or when the pages are not what is expected of them. What is in `out`
/// stays as it is then.
pub fn build(docs: &Path, out: &Path) -> Result<PathBuf> {
    let (docs, out) = (absolute(docs)?, absolute(out)?);
    for folder in Language::ALL.map(|language| out.join(language.code())) {
        let path = folder.display();
        ensure!(
            !folder.exists() || folder.join("site/book.js").exists(),
            told(
                format!("`{path}`에는 다른 것이 들어 있습니다. 다른 폴더를 고르세요."),
                format!("`{path}` holds something else; choose another folder."),
            )
        );
    }
    fs::create_dir_all(&out)?;
    // In a folder of its own until all is well: nothing half-built is ever left in `out`.
    let draft = tempfile::tempdir_in(&out)?;
    let folder = |language: Language| draft.path().join(language.code());
    let [korean, english] = both(|language| {
        let theme = match language {
            Language::Korean => Some(korean::theme(draft.path())?),
            Language::English => None,
        };
        mdbook::build(&docs, language, theme, &folder(language))?;
        read_pages(&folder(language))
    })?;
    ensure!(
        korean.keys().eq(english.keys()),
        told(
            "docs/ko와 docs/en의 쪽이 서로 다릅니다. SUMMARY.md를 맞추세요.",
            "The pages of docs/ko and docs/en differ; make their SUMMARY.md agree.",
        )
    );
    both(|language| match language {
        Language::Korean => finish(language, &korean, &english, &folder(language)),
        Language::English => finish(language, &english, &korean, &folder(language)),
    })?;
    let start = out.join("index.html");
    let mut page = include_str!("site/start.html").to_owned();
    for language in Language::ALL {
        let code = language.code();
        page = page.replace(&format!("{{{code}}}"), title(language));
        let pages = if language == Language::Korean { &korean } else { &english };
        // A draft of a book may not have the chapter yet.
        let replay = match pages.get("tcp.html") {
            Some(page) => replay::shown_first(page, language)?,
            None => String::new(),
        };
        page = page.replace(&format!("{{{code} replay}}"), &replay);
    }
    write(&start, &page)?;
    for language in Language::ALL {
        let built = out.join(language.code());
        remove(&built)?;
        fs::rename(folder(language), built)?;
    }
    Ok(start)
}

/// Does the same for both languages, at the same time.
fn both<T: Send>(act: impl Fn(Language) -> Result<T> + Sync) -> Result<[T; 2]> {
    thread::scope(|scope| {
        let [korean, english] = Language::ALL.map(|language| {
            scope.spawn({
                let act = &act;
                move || act(language)
            })
        });
        let english = english.join().unwrap_or_else(|panic| resume_unwind(panic));
        Ok([korean.join().unwrap_or_else(|panic| resume_unwind(panic))?, english?])
    })
}

/// The pages that mdBook has made, without the frame that only serves browsers without JavaScript.
fn read_pages(folder: &Path) -> Result<Pages> {
    let mut pages = Pages::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_some_and(|extension| extension == "html") && name != "toc.html" {
            pages.insert(name, read(&path)?);
        }
    }
    Ok(pages)
}

fn finish(language: Language, pages: &Pages, twins: &Pages, folder: &Path) -> Result<()> {
    let highlighted = code::highlighted(&read(&folder.join("highlight.js"))?);
    // The one for printing, which is all pages once more, last: a complaint should name the page.
    let (print, single): (Vec<_>, Vec<_>) =
        pages.iter().partition(|(name, _)| *name == "print.html");
    for (name, page) in single.into_iter().chain(print) {
        let page = twin::add_switch(&without_files(page), language, name, &twins[name])
            .and_then(|page| code::finish(&page, &highlighted))
            .and_then(|page| match name.as_str() {
                // Paper has the tables.
                "print.html" => Ok(page),
                _ => replay::add_programs(&page, language),
            })
            .with_context(|| format!("{}/{name}", language.code()))?;
        write(&folder.join(name), &page)?;
    }
    if language == Language::Korean {
        korean::translate(folder, korean::SEARCH)?;
    }
    without_unused_fonts(&folder.join("fonts"))
}

/// Takes out those of mdBook's fonts in which nothing, or next to nothing, of the book is set.
fn without_unused_fonts(fonts: &Path) -> Result<()> {
    static FACE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"@font-face \{[^}]*/fonts/([\w-]+-(?:[38]00|[3678]00italic)\.woff2)[^}]*\}\n?")
            .expect("a valid pattern")
    });
    let sheet = fonts.join("fonts.css");
    let faces = read(&sheet)?;
    for face in FACE.captures_iter(&faces) {
        fs::remove_file(fonts.join(&face[1]))?;
    }
    write(&sheet, &FACE.replace_all(&faces, ""))
}

/// Makes words of the links to files of the project: they lead there on a code host, and nowhere from a
/// book that may be anywhere.
fn without_files(page: &str) -> String {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?s)<a href="\.\./\.\./([^"]+)">(.*?)</a>"#).expect("a valid pattern")
    });
    LINK.replace_all(page, "<span title=\"$1\">$2</span>").into_owned()
}

/// Removes a file or a folder, if it is there.
fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else if path.exists() {
        fs::remove_file(path)
    } else {
        Ok(())
    };
    removed.with_context(|| {
        let path = path.display();
        told(format!("지우지 못했습니다: `{path}`"), format!("`{path}` could not be removed."))
    })
}
