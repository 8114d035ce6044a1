//! Builds the book: both languages in one folder, with a start page.
//!
//! mdBook makes the pages. To its output are added: a switch between the languages, a Korean user
//! interface, a search that knows Korean, diagrams and transcripts. All of it is found by the words of
//! mdBook's templates; where they have changed, the build fails instead of leaving something out.

mod code;
mod diagram;
mod korean;
mod twin;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use anyhow::{bail, ensure, Context, Result};
use compare::programs::root;
use regex::Regex;

use crate::Language;

/// The version of mdBook that is installed. Any 0.5 will do.
const MDBOOK: &str = "0.5.4";

/// What each page of both languages gets.
const ASSETS: [(&str, &str); 3] = [
    ("book.css", include_str!("../site/book.css")),
    ("book.js", include_str!("../site/book.js")),
    ("search.js", include_str!("../site/search.js")),
];

/// The pages of one language, by the name of their file.
type Pages = BTreeMap<String, String>;

/// Builds the book from `docs` into `out`, in place of what was built there before. Returns the path
/// of the start page.
///
/// # Errors
///
/// When mdBook is missing or complains, or when the pages are not what is expected of them.
pub fn build(out: &Path) -> Result<PathBuf> {
    build_from(&root().join("docs"), out)
}

/// [`build`], from another folder that has a `ko` and an `en`.
///
/// # Errors
///
/// Those of [`build`].
pub fn build_from(docs: &Path, out: &Path) -> Result<PathBuf> {
    let mdbook = mdbook().with_context(|| {
        format!(
            "mdBook 0.5가 없습니다. 먼저 실행하세요: `{0}`\nmdBook 0.5 was not found. Run this first: `{0}`",
            install_command().join(" ")
        )
    })?;
    let [korean, english] = Language::ALL.map(|language| {
        let folder = out.join(language.code());
        ensure!(
            !folder.exists() || folder.join("site/book.js").exists(),
            "`{0}`에는 다른 것이 들어 있습니다. 다른 폴더를 고르세요.\n\
             `{0}` holds something else; choose another folder.",
            folder.display()
        );
        remove(&folder)?;
        run(&mdbook, &docs.join(language.code()), &folder)?;
        read_pages(&folder)
    });
    let books = [(Language::Korean, korean?), (Language::English, english?)];
    ensure!(
        books[0].1.keys().eq(books[1].1.keys()),
        "docs/ko와 docs/en의 쪽이 서로 다릅니다. SUMMARY.md를 맞추세요.\n\
         The pages of docs/ko and docs/en differ; make their SUMMARY.md agree."
    );
    for ((language, pages), (_, twins)) in [(&books[0], &books[1]), (&books[1], &books[0])] {
        finish(*language, pages, twins, &out.join(language.code()))?;
    }
    let start = out.join("index.html");
    write(&start, &start_page(&books[0].1, &books[1].1)?)?;
    Ok(start)
}

// --- mdBook ---------------------------------------------------------------------------------------

/// mdBook 0.5: our own, or the one on `PATH`.
#[must_use]
pub fn mdbook() -> Option<PathBuf> {
    let own = root().join("target/tools/bin/mdbook").with_extension(env::consts::EXE_EXTENSION);
    [own, "mdbook".into()].into_iter().find(|mdbook| {
        let version = Command::new(mdbook).arg("--version").stdin(Stdio::null()).output();
        version.is_ok_and(|version| version.stdout.starts_with(b"mdbook v0.5."))
    })
}

fn install_command() -> [&'static str; 10] {
    [
        "cargo",
        "install",
        "mdbook",
        "--version",
        MDBOOK,
        "--locked",
        "--no-default-features",
        "--features=search",
        "--root",
        "target/tools",
    ]
}

/// Installs mdBook into `target/tools`, with cargo's own progress on standard error.
///
/// # Errors
///
/// When cargo cannot be run, or the installation fails.
pub fn install() -> Result<()> {
    let command = install_command();
    eprintln!(
        "# 책을 만드는 mdBook {MDBOOK} 버전을 target/tools에 설치합니다(약 2분, 처음 한 번만) · \
         installing mdBook {MDBOOK}, which makes the book, in target/tools (two minutes, once)\n$ {}",
        command.join(" ")
    );
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| command[0].into()))
        .args(&command[1..])
        .current_dir(root())
        .stdin(Stdio::null())
        .status();
    ensure!(
        status.is_ok_and(|status| status.success()),
        "mdBook을 설치하지 못했습니다. 위의 에러와, 네트워크와, Rust 버전(1.88 이상)을 확인하세요.\n\
         mdBook could not be installed; see the error above, the network, and the version of Rust (1.88 or newer)."
    );
    Ok(())
}

/// Runs mdBook, which is heard only when it has something to complain of.
fn run(mdbook: &Path, docs: &Path, out: &Path) -> Result<()> {
    let output = Command::new(mdbook)
        .arg("build")
        .arg(docs)
        .arg("--dest-dir")
        // mdBook takes a relative path as relative to the book.
        .arg(std::path::absolute(out)?)
        // These would change what it says.
        .env_remove("RUST_LOG")
        .env_remove("MDBOOK_LOG")
        .stdin(Stdio::null())
        .output()
        .context("mdBook을 실행하지 못했습니다.\nmdBook could not be run.")?;
    let told = String::from_utf8_lossy(&output.stderr);
    let complains = told
        .lines()
        .any(|line| line.trim_start().starts_with("WARN") || line.trim_start().starts_with("ERROR"));
    ensure!(
        output.status.success() && !complains,
        "mdBook이 경고나 에러를 냈습니다: `{0}`. 아래를 보고 고치세요.\nmdBook complains of `{0}`; mend what it names:\n{told}",
        docs.display()
    );
    // `src = "."` copies it; and a page for links to nowhere is for a server.
    for file in ["book.toml", "404.html"] {
        remove(&out.join(file))?;
    }
    Ok(())
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

// --- What mdBook does not do ----------------------------------------------------------------------

fn finish(language: Language, pages: &Pages, twins: &Pages, folder: &Path) -> Result<()> {
    let assets = folder.join("site");
    fs::create_dir_all(&assets)?;
    for (name, text) in ASSETS {
        write(&assets.join(name), text)?;
    }
    let highlighted = code::highlighted(&read(&folder.join("highlight.js"))?);
    let mut diagrams = diagram::Diagrams::default();
    let mut interface = korean::Interface::default();
    // The one for printing, which is all pages once more, last: a complaint should name the page.
    let (print, single): (Vec<_>, Vec<_>) = pages.iter().partition(|(name, _)| *name == "print.html");
    for (name, page) in single.into_iter().chain(print) {
        let page = add_assets(&without_files(page))
            .and_then(|page| twin::add_switch(&page, language, name, &twins[name]))
            .and_then(|page| code::finish(&page, &highlighted, &mut diagrams))
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

/// Replaces what stands in `text` exactly once.
fn replace(text: &str, from: &str, to: &str) -> Result<String> {
    match text.matches(from).count() {
        1 => Ok(text.replacen(from, to, 1)),
        0 => bail!(
            "mdBook의 출력에 있어야 할 것이 없습니다: `{from}`. mdBook {MDBOOK} 버전을 쓰세요.\n\
             mdBook's output has no `{from}`; use mdBook {MDBOOK}."
        ),
        more => bail!(
            "mdBook의 출력에 한 번만 있어야 할 것이 {more}번 있습니다: `{from}`. mdBook {MDBOOK} 버전을 쓰세요.\n\
             mdBook's output has `{from}` {more} times; use mdBook {MDBOOK}."
        ),
    }
}

// --- Files ----------------------------------------------------------------------------------------

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| {
        format!("`{0}` 파일을 읽지 못했습니다.\n`{0}` could not be read.", path.display())
    })
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| {
        format!("`{0}`에 쓰지 못했습니다.\n`{0}` could not be written.", path.display())
    })
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
        format!("지우지 못했습니다: `{0}`\n`{0}` could not be removed.", path.display())
    })
}
