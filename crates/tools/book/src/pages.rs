//! The pages of the book, and the other files of the project.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use harness::programs::root;

use crate::{Language, told};

/// The folder of the pages of a language, from the folder of the workspace.
#[must_use]
pub fn folder(language: Language) -> PathBuf {
    Path::new("docs").join(language.code())
}

/// The pages of a language, from the folder of the workspace, in the order of their names.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn all(language: Language) -> Result<Vec<PathBuf>> {
    files(&folder(language), "md")
}

/// The files of a folder whose names end so, in the order of their names.
pub(crate) fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join(folder)).with_context(|| unreadable(folder))? {
        let name = PathBuf::from(entry?.file_name());
        if name.extension().is_some_and(|its| its == extension) {
            files.push(folder.join(name));
        }
    }
    files.sort();
    Ok(files)
}

/// The text of a file. A relative path is one from the folder of the workspace.
///
/// # Errors
///
/// When it cannot be read.
pub fn read(file: &Path) -> Result<String> {
    fs::read_to_string(root().join(file)).with_context(|| unreadable(file))
}

fn unreadable(path: &Path) -> String {
    let path = path.display();
    told(format!("`{path}`: 읽지 못했습니다."), format!("`{path}` could not be read."))
}

/// Writes a file, named as in [`read`].
pub(crate) fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(root().join(file), text).with_context(|| {
        let file = file.display();
        told(format!("`{file}`: 쓰지 못했습니다."), format!("`{file}` could not be written."))
    })
}
