//! The learner's own folder, `my`, in the current one. Nothing in it is ever written over.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::exercise::{EXERCISES, Exercise, Language};

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

fn saved(path: &Path) -> SystemTime {
    let saved = fs::metadata(path).and_then(|file| file.modified());
    saved.unwrap_or(SystemTime::UNIX_EPOCH)
}

/// The programs of an exercise.
fn programs(exercise: &Exercise) -> impl Iterator<Item = PathBuf> {
    Language::ALL.map(|language| path(exercise, language)).into_iter().filter(|path| path.exists())
}

/// The learner's program; the newer one where there are two.
pub fn newest(exercise: &Exercise) -> Option<PathBuf> {
    programs(exercise).max_by_key(|path| saved(path))
}

/// All programs of the learner.
pub fn all() -> Vec<PathBuf> {
    EXERCISES.iter().flat_map(programs).collect()
}

/// The exercise whose program was saved last.
pub fn last_saved() -> Option<&'static Exercise> {
    exercise_of(&all().into_iter().max_by_key(|path| saved(path))?)
}

/// The exercise whose program this is.
pub fn exercise_of(path: &Path) -> Option<&'static Exercise> {
    let name = path.file_name()?;
    EXERCISES.iter().find(|it| Language::ALL.iter().any(|language| name == &*it.file(*language)))
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
