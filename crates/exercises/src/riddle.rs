//! A program with one mistake, to be found by reading.

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use common::in_lines;
use harness::Text;
use include_dir::{Dir, File, include_dir};
use scenarios::check::GoOn;

use crate::checking::{self, Program};
use crate::exercise::{Exercise, find};
use crate::progress::Progress;
use crate::variant::Variant;
use crate::{folder, keep, print, progress};

/// The programs of the exercises that are wrong on purpose, and some that are right in another way.
static GALLERY: Dir = include_dir!("$CARGO_MANIFEST_DIR/../../tests/exercises");

/// Which riddle, and whether to give it up.
#[derive(Args)]
pub struct RiddleArgs {
    #[arg(help = in_lines("고친 수수께끼의 번호. 없으면 새 수수께끼를 냅니다", "the number of a riddle that you have mended; without one a new riddle is set"), value_name = "N")]
    number: Option<usize>,
    #[arg(help = in_lines("무엇이 틀렸는지 알려 줍니다", "tells what was wrong"), long, requires = "number")]
    answer: bool,
}

/// What a program of the gallery is, and how it begins: in its first line stands what is to come of it.
fn head<'a>(file: &'a File) -> Option<(&'static Exercise, &'a str, &'a str)> {
    let exercise = find(file.path().parent()?.to_str()?)?;
    let (first, rest) = file.contents_utf8()?.split_once('\n')?;
    Some((exercise, first.trim_start_matches(['#', '/', ' ']), rest))
}

fn riddles() -> Vec<&'static File<'static>> {
    let folders = GALLERY.dirs().flat_map(Dir::files);
    folders.filter(|file| head(file).is_some_and(|(_, verdict, _)| verdict != "passes")).collect()
}

/// Sets a riddle, checks one that was mended, or gives the answer.
///
/// # Errors
///
/// When there is no riddle of that number, or a file cannot be read or written.
pub fn riddle(args: &RiddleArgs) -> Result<bool> {
    match args.number {
        None => set(),
        Some(number) if args.answer => answer(number),
        Some(number) => mended(number),
    }
}

fn path(number: usize, of: &File) -> PathBuf {
    let ending = of.path().extension().unwrap_or_default().to_string_lossy();
    Path::new(folder::FOLDER).join(format!("riddle-{number}.{ending}"))
}

fn set() -> Result<bool> {
    let mut progress = progress()?;
    let done = progress.riddles();
    // One that was not set yet, as long as there are such.
    let all = riddles();
    let name = |file: &File| file.path().to_string_lossy().replace('\\', "/");
    let new: Vec<_> = all.iter().filter(|file| !done.contains(&name(file))).collect();
    let from = if new.is_empty() { all.iter().collect() } else { new };
    let file = from[usize::try_from(RandomState::new().hash_one(0) % from.len() as u64)?];
    let (exercise, _, text) = head(file).context("it was chosen for its head")?;
    let number = done.len() + 1;
    let path = path(number, file);
    let written = || -> std::io::Result<()> {
        fs::create_dir_all(folder::FOLDER)?;
        fs::OpenOptions::new().write(true).create_new(true).open(&path).map(drop)?;
        fs::write(&path, text)
    };
    written().with_context(|| {
        in_lines(
            format!("`{}`에 쓰지 못했습니다.", path.display()),
            format!("`{}` could not be written.", path.display()),
        )
    })?;
    progress.set_riddle(&name(file));
    keep(&progress);
    let words = exercise.words();
    let asked = Text::new(
        format!(
            "이 프로그램은 다음을 하려 하지만 한 군데가 틀렸습니다. 실행하지 말고 읽어서 찾아 고치세요. 검사: cargo ex riddle {number}"
        ),
        format!(
            "This program is to do the following, and does one thing wrong. Find it by reading, without running it, and mend it. To check it: cargo ex riddle {number}"
        ),
    );
    print(&format!(
        "{}\n{}\n\n{}. {}\n{}\n",
        path.display(),
        asked.sentences(),
        exercise.number,
        words.title,
        words.task.sentences()
    ))?;
    Ok(true)
}

/// The riddle of this number.
fn of(progress: &Progress, number: usize) -> Result<&'static File<'static>> {
    let name = number.checked_sub(1).and_then(|place| progress.riddles().into_iter().nth(place));
    match name.and_then(|name| GALLERY.get_file(name)) {
        Some(file) => Ok(file),
        None => bail!(in_lines(
            format!("{number}번 수수께끼가 없습니다. 새 수수께끼: cargo ex riddle"),
            format!("There is no riddle {number}; a new one: cargo ex riddle"),
        )),
    }
}

fn mended(number: usize) -> Result<bool> {
    let file = of(&progress()?, number)?;
    let (exercise, ..) = head(file).context("it was chosen for its head")?;
    let passed = check(exercise, &path(number, file))?;
    let text = if passed {
        Text::new("고쳤습니다. 다음: cargo ex riddle", "It is mended. The next: cargo ex riddle")
    } else {
        Text::new(
            format!("아직 아닙니다. 답: cargo ex riddle {number} --answer"),
            format!("Not yet. The answer: cargo ex riddle {number} --answer"),
        )
    };
    print(&format!("{text}\n"))?;
    Ok(passed)
}

/// Tells by a check of the riddle as it was set.
fn answer(number: usize) -> Result<bool> {
    let file = of(&progress()?, number)?;
    let (exercise, _, text) = head(file).context("it was chosen for its head")?;
    let name = file.path().file_stem().unwrap_or_default().to_string_lossy();
    print(&format!("{}: {}\n", exercise.words().title, name.replace('-', " ")))?;
    let target = Path::new(folder::FOLDER).join("target");
    fs::create_dir_all(&target)?;
    let copy = target.join(path(number, file).file_name().unwrap_or_default());
    fs::write(&copy, text)?;
    check(exercise, &copy)?;
    Ok(true)
}

fn check(exercise: &Exercise, file: &Path) -> Result<bool> {
    let target = Path::new(folder::FOLDER).join("target");
    let Program::Command(command) = checking::program(file, &target, false)? else {
        print(&format!("{}\n", checking::not_built()))?;
        return Ok(false);
    };
    let bar = checking::bar();
    let report =
        checking::run(exercise, &Variant::default(), command, GoOn::ToTheFirstFailure, &bar)?;
    print(&format!("{}{}\n", checking::shown(&report, false), checking::count(&report)))?;
    Ok(report.passed())
}
