//! The built book: every link of it leads to a file, and to a place in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use book::{site, Language};
use regex::Regex;

#[test]
fn every_link_of_the_built_book_leads_somewhere() {
    if site::mdbook().is_none() {
        return crate::skip("the built book needs mdBook: make book");
    }
    let folder = tempfile::tempdir().unwrap();
    site::build(folder.path()).unwrap_or_else(|error| panic!("{error:?}"));
    let mut pages = BTreeMap::from([(folder.path().join("index.html"), String::new())]);
    for language in Language::ALL {
        let entries = fs::read_dir(folder.path().join(language.code())).unwrap();
        let files = entries.map(|entry| entry.unwrap().path());
        pages.extend(
            files
                .filter(|file| file.extension().is_some_and(|extension| extension == "html"))
                .map(|file| (file, String::new())),
        );
    }
    for (file, text) in &mut pages {
        *text = fs::read_to_string(file).unwrap();
    }

    let id = Regex::new(r#"\bid="?([^" >]+)"#).unwrap();
    let ids: BTreeMap<&PathBuf, BTreeSet<&str>> = pages
        .iter()
        .map(|(file, text)| {
            (file, id.captures_iter(text).map(|id| id.get(1).unwrap().as_str()).collect())
        })
        .collect();
    let link = Regex::new(r#"\b(?:href|src)="([^"]*)""#).unwrap();
    let mut checked = 0;
    for (file, text) in &pages {
        for link in link.captures_iter(text).map(|link| link.get(1).unwrap().as_str()) {
            if link.starts_with("https://") || link.starts_with("data:") {
                continue;
            }
            checked += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { file.clone() } else { beside(file, path) };
            assert!(target.exists(), "{link} in {}", file.display());
            if let (false, Some(ids)) = (anchor.is_empty(), ids.get(&target)) {
                assert!(ids.contains(anchor), "{link} in {}", file.display());
            }
        }
    }
    assert!(checked > 1500, "{checked}");
}

/// The file that `file` calls `link`.
fn beside(file: &Path, link: &str) -> PathBuf {
    let mut path = file.parent().unwrap().to_owned();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => assert!(path.pop()),
            part => path.push(part),
        }
    }
    path
}
