//! The learner's own folder, `my`, in the current one. Nothing in it is ever written over.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::exercise::{Exercise, Language};

/// The folder.
pub const FOLDER: &str = "my";

/// An editor reads this, to help in the Rust programs of the folder.
const MANIFEST: &str = "[package]
name = \"my\"
version = \"0.1.0\"
edition = \"2024\"
autobins = false

[workspace]
";

/// Where a learner's program is.
pub fn path(exercise: &Exercise, language: Language) -> PathBuf {
    Path::new(FOLDER).join(exercise.file(language))
}

/// The learner's program; the newer one where there are two.
pub fn newest(exercise: &Exercise) -> Option<(Language, PathBuf)> {
    let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
    let files = Language::ALL.map(|language| (language, path(exercise, language)));
    let there = files.into_iter().filter(|(_, path)| path.exists());
    there.max_by_key(|(_, path)| changed(path).unwrap_or(SystemTime::UNIX_EPOCH))
}

/// Writes a new program: `None` where there is one already.
///
/// # Errors
///
/// When the folder or the file cannot be written.
pub fn begin(exercise: &Exercise, language: Language, text: &str) -> io::Result<Option<PathBuf>> {
    fs::create_dir_all(FOLDER)?;
    let path = path(exercise, language);
    let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
        file => file?,
    };
    file.write_all(text.as_bytes())?;
    if language == Language::Rust {
        enter(exercise)?;
    }
    Ok(Some(path))
}

/// Names the program in the folder's manifest.
fn enter(exercise: &Exercise) -> io::Result<()> {
    let manifest = Path::new(FOLDER).join("Cargo.toml");
    let known = match fs::read_to_string(&manifest) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        known => known?,
    };
    let file = exercise.file(Language::Rust);
    if known.contains(&file) {
        return Ok(());
    }
    let head = if known.is_empty() { MANIFEST } else { "" };
    let program = format!("{head}\n[[bin]]\nname = \"{}\"\npath = \"{file}\"\n", exercise.id);
    OpenOptions::new().append(true).create(true).open(manifest)?.write_all(program.as_bytes())
}
