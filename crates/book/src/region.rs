//! The marked regions of the pages: what stands in them is generated.
//!
//! ```text
//! <!-- generated: session tcp-hello -->
//! …
//! <!-- end of generated -->
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{ensure, Context, Result};
use compare::programs;
use regex::Regex;

use crate::generate::{Content, Generator, Skip};
use crate::session::without_chance;
use crate::Language;

/// A region whose text is not what would be generated now.
#[derive(Debug)]
pub struct Stale {
    /// Its page, from the folder of the workspace.
    pub page: PathBuf,
    /// What is generated: `session tcp-hello`.
    pub name: String,
    /// What stands there.
    pub old: String,
    /// What would be generated.
    pub new: String,
}

/// What came of looking at all regions.
#[derive(Debug, Default)]
pub struct Found {
    /// How many there are.
    pub regions: usize,
    /// Those that are stale, or were.
    pub stale: Vec<Stale>,
    /// Those that cannot be generated here, with the reason.
    pub skipped: Vec<(String, Skip)>,
}

/// The folder of the pages of a language.
#[must_use]
pub fn folder(language: Language) -> PathBuf {
    Path::new("docs").join(language.code())
}

/// The pages of a language, from the folder of the workspace, in the order of their names.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn pages(language: Language) -> Result<Vec<PathBuf>> {
    let folder = folder(language);
    let mut pages = Vec::new();
    for entry in fs::read_dir(programs::root().join(&folder)).with_context(|| unreadable(&folder))? {
        let name = PathBuf::from(entry?.file_name());
        if name.extension().is_some_and(|extension| extension == "md") {
            pages.push(folder.join(name));
        }
    }
    pages.sort();
    Ok(pages)
}

/// The text of a file, named from the folder of the workspace.
///
/// # Errors
///
/// When it cannot be read.
pub fn read(file: &Path) -> Result<String> {
    fs::read_to_string(programs::root().join(file)).with_context(|| unreadable(file))
}

fn unreadable(path: &Path) -> String {
    let path = path.display();
    format!("`{path}`: 읽지 못했습니다.\n`{path}` could not be read.")
}

/// What ends a region.
const END: &str = "<!-- end of generated -->";

/// The pattern of a region: its name, then its text.
#[must_use]
pub fn pattern() -> &'static Regex {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(r"(?s)<!-- generated: ([^\n]+?) -->\n(.*?){END}")).expect("a valid pattern")
    });
    &PATTERN
}

/// Generates every region, and compares it with what stands there. `changed` is called with each page
/// that has stale regions, its text and its new text; `progress` with the name of each session that has been
/// played, and with how many there are.
///
/// # Errors
///
/// When a page cannot be read, or a region has an unknown name or cannot be generated.
pub fn visit(
    progress: impl Fn(&str, usize) + Sync,
    mut changed: impl FnMut(&Path, &str, &str) -> Result<()>,
) -> Result<Found> {
    let pattern = pattern();
    let mut texts = Vec::new();
    for language in Language::ALL {
        for page in pages(language)? {
            let text = read(&page)?;
            let begun = text.matches("<!-- generated: ").count();
            let closed =
                pattern.captures_iter(&text).filter(|region| !region[2].contains("<!-- generated: "));
            ensure!(
                begun == closed.count() && begun == text.matches(END).count(),
                "`{0}`: 시작하고 끝나지 않은 영역이 있습니다. `{END}` 줄을 확인하세요.\n\
                 `{0}`: a region begins and does not end; look for a missing `{END}`.",
                page.display()
            );
            texts.push((language, page, text));
        }
    }
    let regions = texts.iter().flat_map(|(_, _, text)| pattern.captures_iter(text));
    let sessions: BTreeSet<&str> = regions
        .filter_map(|region| region.get(1).and_then(|name| name.as_str().strip_prefix("session ")))
        .collect();
    let count = sessions.len();
    let mut generator = Generator::new()?;
    generator.play(sessions, |name| progress(name, count))?;

    let mut found = Found::default();
    for (language, page, text) in &texts {
        let mut new_text = String::new();
        let mut rest = 0;
        let before = found.stale.len();
        for region in pattern.captures_iter(text) {
            let (Some(name), Some(old)) = (region.get(1), region.get(2)) else { continue };
            let name = name.as_str();
            found.regions += 1;
            let content = generator
                .content(name, *language)
                .with_context(|| format!("{}: {name}", page.display()))?;
            match content {
                Content::Text(new) if without_chance(&new) != without_chance(old.as_str()) => {
                    new_text += &text[rest..old.start()];
                    new_text += &new;
                    rest = old.end();
                    let (page, name, old) = (page.clone(), name.to_owned(), old.as_str().to_owned());
                    found.stale.push(Stale { page, name, old, new });
                }
                Content::Text(_) => {}
                Content::Skipped(reason) => found.skipped.push((name.to_owned(), reason)),
            }
        }
        if found.stale.len() > before {
            changed(page, text, &(new_text + &text[rest..]))?;
        }
    }
    Ok(found)
}

/// Generates every region and writes the pages that change. For `progress`, see [`visit`].
///
/// # Errors
///
/// Those of [`visit`]; when a page cannot be written.
pub fn write(progress: impl Fn(&str, usize) + Sync) -> Result<Found> {
    visit(progress, |page, old, new| {
        let page_name = page.display();
        ensure!(
            read(page)? == old,
            "`{page_name}`: 그사이에 바뀌었습니다. 다시 실행하세요.\n\
             `{page_name}` has changed meanwhile; run this again."
        );
        fs::write(programs::root().join(page), new).with_context(|| {
            format!("`{page_name}`: 쓰지 못했습니다.\n`{page_name}` could not be written.")
        })
    })
}
