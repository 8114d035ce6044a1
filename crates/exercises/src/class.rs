//! The programs of a class, checked several at a time.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use comfy_table::{ContentArrangement, Table, TableComponent, presets};
use common::in_lines;
use csv::Writer;
use harness::Text;
use indicatif::ProgressBar;
use quick_junit::{NonSuccessKind, Report as JUnit, TestCase, TestCaseStatus, TestSuite};
use scenarios::check::{GoOn, Report, ScenarioResult};
use zip::ZipArchive;

use crate::checking::{self, Program};
use crate::exercise::{Exercise, Language};
use crate::protocols::{Group, group};
use crate::variant::Variant;
use crate::{exercise, print};

/// What the result looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Csv,
    Junit,
}

/// Whose programs, and what they are to be.
#[derive(Args)]
pub struct ClassArgs {
    #[arg(help = in_lines("학생마다 파일이나 폴더나 ZIP이 하나씩 있는 폴더", "a folder with a file, a folder or a ZIP for each learner"), value_name = "FOLDER")]
    folder: PathBuf,
    #[arg(help = in_lines("연습 문제의 번호나 이름", "the number or the name of the exercise"), long, value_name = "EXERCISE", value_parser = exercise)]
    exercise: &'static Exercise,
    #[arg(help = in_lines("다른 문장을 쓰는 변형의 번호", "the number of a variant with other sentences"), long, value_name = "N")]
    seed: Option<u64>,
    #[arg(help = in_lines("표, 스프레드시트, JUnit", "a table, for a spreadsheet, or JUnit"), long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// A learner's program, and what came of it.
struct Row {
    name: String,
    /// Its file, and its text without comments and blanks.
    program: Result<(PathBuf, String), String>,
    report: Option<Report>,
    /// Why there is no report.
    trouble: Option<String>,
    /// Whose program is most like it, and how much.
    like: Option<(String, f64)>,
}

/// Checks all, and prints the table.
///
/// # Errors
///
/// When the folder cannot be read, or holds nothing.
pub fn class(args: &ClassArgs) -> Result<bool> {
    let unpacked = tempfile::tempdir()?;
    let mut rows = learners(&args.folder, args.exercise, unpacked.path()).with_context(|| {
        in_lines(
            format!("`{}` 폴더를 읽지 못했습니다.", args.folder.display()),
            format!("The folder `{}` could not be read.", args.folder.display()),
        )
    })?;
    if rows.is_empty() {
        bail!(in_lines(
            format!("`{}`에 학생의 파일이나 폴더가 없습니다.", args.folder.display()),
            format!("There is no file or folder of a learner in `{}`.", args.folder.display()),
        ));
    }
    compare(&mut rows, args.exercise);
    let variant = Variant::new(args.seed);
    check_all(&mut rows, args.exercise, &variant, unpacked.path());
    match args.format {
        Format::Text => print(&table(&rows, args.exercise))?,
        Format::Csv => print(&spreadsheet(&rows, args.exercise)?)?,
        Format::Junit => print(&junit(&rows, args.exercise)?)?,
    }
    Ok(rows.iter().all(|row| row.report.as_ref().is_some_and(Report::passed)))
}

/// Everybody in the folder, by name.
fn learners(folder: &Path, exercise: &Exercise, unpacked: &Path) -> io::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let found = if path.is_dir() {
            find(&path, exercise)
        } else if path.extension() == Some(OsStr::new("zip")) {
            let folder = unpacked.join(&name);
            let archive = File::open(&path).map_err(zip::result::ZipError::from);
            match archive.and_then(ZipArchive::new).and_then(|mut archive| archive.extract(&folder))
            {
                Ok(()) => find(&folder, exercise),
                Err(error) => Err(error.to_string()),
            }
        } else {
            Ok(path)
        };
        let program = found.and_then(|file| {
            let text = fs::read(&file).map_err(|error| error.to_string())?;
            Ok((file, bare(&String::from_utf8_lossy(&text))))
        });
        rows.push(Row { name, program, report: None, trouble: None, like: None });
    }
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(rows)
}

/// The program in a learner's folder: the one that is named as the exercise is, or the only one.
fn find(folder: &Path, exercise: &Exercise) -> Result<PathBuf, String> {
    let mut programs = sources(folder, 4);
    let named: Vec<PathBuf> = programs
        .iter()
        .filter(|path| {
            path.file_stem().is_some_and(|stem| stem.to_string_lossy().contains(exercise.id))
        })
        .cloned()
        .collect();
    if !named.is_empty() {
        programs = named;
    }
    match programs.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Text::new("프로그램이 없습니다", "there is no program").to_string()),
        _ => Err(Text::new("프로그램이 여럿입니다", "there are several programs").to_string()),
    }
}

fn sources(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let is_source = |path: &Path| {
        let ending = path.extension().and_then(OsStr::to_str);
        matches!(ending, Some("py" | "rs" | "js" | "mjs"))
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && depth > 0 && path.file_name() != Some(OsStr::new("target")) {
            found.extend(sources(&path, depth - 1));
        } else if is_source(&path) {
            found.push(path);
        }
    }
    found
}

/// A program without its comments and blanks.
fn bare(text: &str) -> String {
    let code = |line: &&str| !line.is_empty() && !line.starts_with('#') && !line.starts_with("//");
    text.lines().map(str::trim).filter(code).collect::<Vec<_>>().join("\n")
}

/// Finds for each program the one that is most like it, of the others and of the solution.
fn compare(rows: &mut [Row], exercise: &Exercise) {
    let mut texts: Vec<(String, String)> = rows
        .iter()
        .filter_map(|row| Some((row.name.clone(), row.program.as_ref().ok()?.1.clone())))
        .collect();
    let solution = Text::new("풀이", "the solution").to_string();
    for language in Language::ALL {
        texts.push((solution.clone(), bare(exercise.solution.in_language(language))));
    }
    for row in rows {
        let Ok((_, own)) = &row.program else {
            continue;
        };
        let others = texts.iter().filter(|(name, _)| *name != row.name);
        let alike = others.map(|(name, text)| (name.clone(), strsim::sorensen_dice(own, text)));
        row.like = alike.max_by(|(_, one), (_, other)| one.total_cmp(other));
    }
}

/// Checks all, several at a time.
fn check_all(rows: &mut [Row], exercise: &Exercise, variant: &Variant, target: &Path) {
    let bar = checking::bar();
    bar.set_length(rows.len() as u64);
    let workers = thread::available_parallelism().map_or(2, usize::from);
    let next = AtomicUsize::new(0);
    let rows: Vec<Mutex<&mut Row>> = rows.iter_mut().map(Mutex::new).collect();
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(Ok(mut row)) = rows.get(place).map(Mutex::lock) else {
                        return;
                    };
                    bar.set_message(row.name.clone());
                    match one(&row, exercise, variant, &target.join(format!("build-{place}"))) {
                        Ok(report) => row.report = Some(report),
                        Err(trouble) => row.trouble = Some(trouble),
                    }
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish_and_clear();
}

fn one(row: &Row, exercise: &Exercise, variant: &Variant, target: &Path) -> Result<Report, String> {
    let (file, _) = row.program.as_ref().map_err(String::clone)?;
    match checking::program(file, target, true).map_err(|error| error.to_string())? {
        Program::Command(command) => {
            checking::run(exercise, variant, command, GoOn::ToTheEnd, &ProgressBar::hidden())
                .map_err(|error| error.to_string())
        }
        Program::NotBuilt(said) => {
            let first = said.lines().find(|line| line.starts_with("error")).unwrap_or_default();
            let text = Text::new("컴파일되지 않습니다", "it does not compile");
            Err(format!("{text}: {first}"))
        }
    }
}

impl Row {
    fn language(&self) -> String {
        let ending = self.program.as_ref().ok().and_then(|(file, _)| file.extension());
        ending.unwrap_or_default().to_string_lossy().into_owned()
    }

    fn passed(&self, group: Option<Group>) -> (usize, usize) {
        let results = self.report.iter().flat_map(|report| &report.results);
        let of_group =
            results.filter(|result| group.is_none_or(|group| group == self::group(result.id)));
        let of_group: Vec<&ScenarioResult> = of_group.collect();
        (of_group.iter().filter(|result| result.passed()).count(), of_group.len())
    }

    /// The first thing to mend.
    fn first(&self) -> String {
        let mut results = self.report.iter().flat_map(|report| &report.results);
        let failed = results.find_map(|result| Some((result, result.failure()?)));
        let first = failed.map(|(result, problem)| format!("{}: {}", result.id, problem.why));
        first.or_else(|| self.trouble.clone()).unwrap_or_default().replace('\n', " ")
    }

    fn like(&self) -> String {
        self.like
            .as_ref()
            .map_or_else(String::new, |(name, much)| format!("{name} {:.0}%", much * 100.0))
    }
}

fn of(all: (usize, usize)) -> String {
    if all.1 == 0 { "-".to_owned() } else { format!("{}/{}", all.0, all.1) }
}

fn headings() -> Vec<String> {
    let words = [
        ("이름", "name"),
        ("문제", "exercise"),
        ("언어", "language"),
        ("기본", "basic"),
        ("경계", "edge"),
        ("적대", "hostile"),
        ("먼저 고칠 것", "to mend first"),
        ("닮음", "alike"),
    ];
    words.map(|(korean, english)| Text::new(korean, english).to_string()).to_vec()
}

fn cells(row: &Row, exercise: &Exercise) -> Vec<String> {
    let groups = Group::ALL.map(|group| of(row.passed(Some(group))));
    let [basic, edge, hostile] = groups;
    vec![
        row.name.clone(),
        exercise.number.to_string(),
        row.language(),
        basic,
        edge,
        hostile,
        row.first(),
        row.like(),
    ]
}

fn table(rows: &[Row], exercise: &Exercise) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_style(TableComponent::HeaderLines, '─');
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(console::Term::stdout().size_checked().map_or(100, |(_, columns)| columns));
    table.set_header(headings());
    for row in rows {
        table.add_row(cells(row, exercise));
    }
    let passed = rows.iter().filter(|row| row.report.as_ref().is_some_and(Report::passed)).count();
    let all = rows.len();
    let count =
        Text::new(format!("{all}명 가운데 {passed}명 통과"), format!("{passed} of {all} passed"));
    format!("{table}\n\n{count}\n")
}

/// With a byte order mark, by which spreadsheets know UTF-8.
fn spreadsheet(rows: &[Row], exercise: &Exercise) -> Result<String> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(headings())?;
    for row in rows {
        writer.write_record(cells(row, exercise))?;
    }
    writer.flush()?;
    let bytes = writer.into_inner()?;
    Ok(format!("\u{feff}{}", String::from_utf8(bytes)?))
}

fn junit(rows: &[Row], exercise: &Exercise) -> Result<String> {
    let mut junit = JUnit::new(exercise.id);
    for row in rows {
        let mut suite = TestSuite::new(row.name.clone());
        let mut add = |id: &str, failure: Option<String>, seconds| {
            let status = failure.map_or_else(TestCaseStatus::success, |message| {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(message);
                status
            });
            let mut case = TestCase::new(id, status);
            case.set_classname(exercise.id).set_time(seconds);
            suite.add_test_case(case);
        };
        for result in row.report.iter().flat_map(|report| &report.results) {
            let failure = result.failure().map(|problem| problem.why.to_string());
            add(result.id, failure, result.seconds);
        }
        if let Some(trouble) = &row.trouble {
            add("program", Some(trouble.clone()), std::time::Duration::ZERO);
        }
        junit.add_test_suite(suite);
    }
    let mut text = junit.to_string()?;
    text.push('\n');
    Ok(text)
}
