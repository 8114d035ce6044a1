//! The marked regions of the pages: what stands in them is generated.
//!
//! ```text
//! <!-- generated: session tcp-hello -->
//! …
//! <!-- end of generated -->
//! ```

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::LazyLock;

use anyhow::{Context, Result, ensure};
use regex::Regex;

use crate::generate::Generator;
pub use crate::generate::Skip;
use crate::session::without_chance;
use crate::{Language, pages, told};

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

/// What ends a region.
const END: &str = "<!-- end of generated -->";

/// The pattern of a region: its name, then its text.
#[must_use]
pub fn pattern() -> &'static Regex {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(r"(?s)<!-- generated: ([^\n]+?) -->\n(.*?){END}"))
            .expect("a valid pattern")
    });
    &PATTERN
}

/// A page as it stands there.
struct Page {
    language: Language,
    file: PathBuf,
    text: String,
}

impl Page {
    /// The name, the text and the place of the text of each region.
    fn regions(&self) -> impl Iterator<Item = (&str, &str, Range<usize>)> {
        pattern().captures_iter(&self.text).map(|region| {
            let (_, [name, text]) = region.extract();
            (name, text, region.get(2).map_or(0..0, |text| text.range()))
        })
    }
}

/// Compares every region with what would be generated now.
///
/// # Errors
///
/// When a page cannot be read, or a region has an unknown name or cannot be generated.
pub fn compare() -> Result<Found> {
    visit(false, |_, _| (), |_, _| Ok(()))
}

/// Generates every region and writes the pages that change. `progress` is called with each name of what has
/// been run for it, and with how many of them there are.
///
/// # Errors
///
/// Those of [`compare()`]; when a page cannot be written.
pub fn write(progress: impl Fn(&str, usize) + Sync) -> Result<Found> {
    visit(true, progress, |page, new| {
        let file = page.file.display();
        ensure!(
            pages::read(&page.file)? == page.text,
            told(
                format!("`{file}`: 그사이에 바뀌었습니다. 다시 실행하세요."),
                format!("`{file}` has changed meanwhile; run this again."),
            )
        );
        pages::write(&page.file, new)
    })
}

/// Looks at all regions. `changed` is called with each page that has stale ones, and its new text.
fn visit(
    anew: bool,
    progress: impl Fn(&str, usize) + Sync,
    changed: impl Fn(&Page, &str) -> Result<()>,
) -> Result<Found> {
    let pages = read()?;
    let regions = || pages.iter().flat_map(Page::regions);
    let made_with =
        regions().find(|(name, ..)| *name == "versions").map(|(_, text, _)| text.trim());
    let mut generator = Generator::new(made_with, anew)?;
    generator.prepare(regions().map(|(name, ..)| name).collect(), progress)?;
    // A busy machine may hold up a program of a run for longer than anybody waits: what differs is run again.
    let mut differs = BTreeSet::new();
    for page in &pages {
        for (name, old, _) in page.regions().filter(|(name, ..)| generator.skip(name).is_none()) {
            let new = generator.text(name, page.language);
            if new.is_ok_and(|new| without_chance(&new) != without_chance(old)) {
                differs.insert(name);
            }
        }
    }
    generator.prepare(differs, |_, _| ())?;

    let mut found = Found::default();
    for page in &pages {
        let (mut new_text, mut rest) = (String::new(), 0);
        for (name, old, place) in page.regions() {
            found.regions += 1;
            if let Some(reason) = generator.skip(name) {
                found.skipped.push((name.to_owned(), reason.clone()));
                continue;
            }
            let new = generator
                .text(name, page.language)
                .with_context(|| format!("{}: {name}", page.file.display()))?;
            if without_chance(&new) != without_chance(old) {
                new_text += &page.text[rest..place.start];
                new_text += &new;
                rest = place.end;
                let (page, name, old) = (page.file.clone(), name.to_owned(), old.to_owned());
                found.stale.push(Stale { page, name, old, new });
            }
        }
        if rest > 0 {
            changed(page, &(new_text + &page.text[rest..]))?;
        }
    }
    Ok(found)
}

/// The README of a language.
fn readme(language: Language) -> &'static str {
    match language {
        Language::Korean => "README.ko.md",
        Language::English => "README.md",
    }
}

/// Reads all pages, and the READMEs, whose regions must all come to an end.
fn read() -> Result<Vec<Page>> {
    let mut read = Vec::new();
    // English first: it names the versions that the book was made with.
    for language in [Language::English, Language::Korean] {
        for file in [pages::all(language)?, vec![readme(language).into()]].concat() {
            let page = Page { language, text: pages::read(&file)?, file };
            let begun = page.text.matches("<!-- generated: ").count();
            let closed = page.regions().filter(|(_, text, _)| !text.contains("<!-- generated: "));
            ensure!(
                begun == closed.count() && begun == page.text.matches(END).count(),
                told(
                    format!(
                        "`{}`: 시작하고 끝나지 않은 영역이 있습니다. `{END}` 줄을 확인하세요.",
                        page.file.display()
                    ),
                    format!(
                        "`{}`: a region begins and does not end; look for a missing `{END}`.",
                        page.file.display()
                    ),
                )
            );
            read.push(page);
        }
    }
    Ok(read)
}
