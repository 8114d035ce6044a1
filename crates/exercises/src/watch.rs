//! The current exercise, checked again whenever its file is saved.

use std::fs;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result};
use common::in_lines;
use console::Term;
use harness::Text;
use notify_debouncer_mini::new_debouncer;
use notify_debouncer_mini::notify::RecursiveMode;

use crate::exercise::Exercise;
use crate::{check_own, folder, ladder, print};

/// An editor may touch a file several times when it saves it.
const TOGETHER: Duration = Duration::from_millis(200);

/// Watches until it is ended.
///
/// # Errors
///
/// When the folder cannot be watched.
pub fn watch() -> Result<bool> {
    let told = || {
        in_lines(
            format!("`{}` 폴더를 지켜보지 못했습니다.", folder::FOLDER),
            format!("The folder `{}` could not be watched.", folder::FOLDER),
        )
    };
    fs::create_dir_all(folder::FOLDER).with_context(told)?;
    let (sender, saved) = mpsc::channel();
    let mut debouncer = new_debouncer(TOGETHER, sender).with_context(told)?;
    let folder = Path::new(folder::FOLDER);
    debouncer.watcher().watch(folder, RecursiveMode::NonRecursive).with_context(told)?;
    loop {
        if std::io::stdout().is_terminal() {
            Term::stdout().clear_screen()?;
        }
        look()?;
        let again = Text::new(
            "파일을 저장하면 다시 검사합니다. 끝내기: Ctrl-C",
            "It is checked again when a file is saved. Ctrl-C ends it.",
        );
        print(&format!("\n# {again}\n"))?;
        let is_ours = |path: &Path| folder::exercise_of(path).is_some();
        loop {
            let events = saved.recv().with_context(told)?.unwrap_or_default();
            if events.iter().any(|event| is_ours(&event.path)) {
                break;
            }
        }
    }
}

/// Checks what was saved last.
fn look() -> Result<()> {
    let Some(exercise) = folder::last_saved() else {
        return ladder().map(drop);
    };
    print(&heading(exercise))?;
    // A program that cannot be run now may be there when it is saved the next time.
    if let Err(error) = check_own(exercise) {
        print(&format!("{error:#}\n"))?;
    }
    Ok(())
}

fn heading(exercise: &Exercise) -> String {
    format!("{}. {}\n", exercise.number, exercise.words().title)
}
