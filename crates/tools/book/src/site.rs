//! Builds the book: both languages in one folder, with a start page.
//!
//! mdBook makes the pages. To its output are added: a switch between the languages, a Korean user
//! interface, a search that knows Korean, and transcripts. All of it is found by the words of
//! mdBook's templates; where they have changed, the build fails instead of leaving something out.

mod code;
mod korean;
mod mdbook;
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
use mdbook::replace;
pub use mdbook::{find as mdbook, install};

/// What each page of both languages gets.
const ASSETS: [(&str, &str); 3] = [
    ("book.css", include_str!("../site/book.css")),
    ("book.js", include_str!("../site/book.js")),
    ("search.js", include_str!("../site/search.js")),
];

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
        mdbook::run(&docs.join(language.code()), &folder(language))?;
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
    write(&start, &start_page(&korean, &english)?)?;
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
    // `src = "."` copies it; and a page for links to nowhere is for a server.
    for file in ["book.toml", "404.html"] {
        remove(&folder.join(file))?;
    }
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
    let assets = folder.join("site");
    fs::create_dir_all(&assets)?;
    for (name, text) in ASSETS {
        write(&assets.join(name), text)?;
    }
    let highlighted = code::highlighted(&read(&folder.join("highlight.js"))?);
    let mut interface = korean::Interface::default();
    // The one for printing, which is all pages once more, last: a complaint should name the page.
    let (print, single): (Vec<_>, Vec<_>) =
        pages.iter().partition(|(name, _)| *name == "print.html");
    for (name, page) in single.into_iter().chain(print) {
        let page = add_assets(&without_files(page))
            .and_then(|page| twin::add_switch(&page, language, name, &twins[name]))
            .and_then(|page| code::finish(&page, &highlighted))
            .and_then(|page| match language {
                Language::Korean => interface.translate(&page),
                Language::English => Ok(page),
            })
            .with_context(|| format!("{}/{name}", language.code()))?;
        write(&folder.join(name), &page)?;
    }
    if language == Language::Korean {
        interface.all_found()?;
        for (name, strings) in korean::SCRIPTS {
            let path = folder.join(name);
            let script = korean::translate_script(&read(&path)?, strings);
            write(&path, &script.with_context(|| format!("ko/{name}"))?)?;
        }
    }
    Ok(())
}

/// Makes words of the links to files of the project: they lead there on a code host, and nowhere from a
/// book that may be anywhere.
fn without_files(page: &str) -> String {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?s)<a href="\.\./\.\./([^"]+)">(.*?)</a>"#).expect("a valid pattern")
    });
    LINK.replace_all(page, "<span title=\"$1\">$2</span>").into_owned()
}

fn add_assets(page: &str) -> Result<String> {
    let page = replace(
        page,
        "</head>",
        "    <link rel=\"stylesheet\" href=\"site/book.css\">\n    \
             <script src=\"site/book.js\" defer></script>\n    </head>",
    )?;
    let library = "<script src=\"elasticlunr.min.js\"></script>";
    replace(&page, library, &format!("{library}\n        <script src=\"site/search.js\"></script>"))
}

fn start_page(korean: &Pages, english: &Pages) -> Result<String> {
    let title = Regex::new(r#"<h1 class="menu-title">([^<]+)</h1>"#)?;
    let mut page = include_str!("../site/start.html").to_owned();
    for (place, pages) in [("{korean}", korean), ("{english}", english)] {
        let index = pages.get("index.html").context("index.html")?;
        let title = title.captures(index).context("menu-title")?;
        ensure!(page.contains(place), "{place}");
        page = page.replace(place, &title[1]);
    }
    Ok(page)
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
