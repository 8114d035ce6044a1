//! The exercises: what to write, how to begin, and whether it is right.

mod checking;
mod class;
mod folder;
mod pack;
mod progress;
mod riddle;
mod talk;
mod watch;

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result, bail};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use common::{examples, in_lines};
use harness::{Text, program};
use scenarios::check::GoOn;
use scenarios::page;
use serde_json::json;

use checking::Program;
use class::ClassArgs;
use exercises::exercise::{self, EXERCISES, Exercise, Language, Start, find};
use exercises::protocols;
use exercises::variant::{self, Variant};
use progress::Progress;
use riddle::RiddleArgs;
use talk::TalkArgs;

/// After so many failures in the same scenario a hint is offered.
const OFFERED: usize = 3;

/// Names that are so much alike are probably meant for one another.
const ALIKE: f64 = 0.5;

#[derive(Parser)]
#[command(
    name = "exercises",
    bin_name = "cargo ex",
    about = in_lines("서버와 클라이언트를 직접 만드는 연습 문제. 명령이 없으면 무엇을 했고 다음은 무엇인지 보여 줍니다.", "Exercises: servers and clients to write. Without a command it shows what is done, and what is next."),
    after_help = examples(&["cargo ex", "cargo ex start 1", "cargo ex check 1", "cargo ex check 1 -- node mine.js"])
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    #[command(about = in_lines("my 폴더에 시작할 파일을 만듭니다", "puts a file to begin with into the folder my"))]
    Start(StartArgs),
    #[command(about = in_lines("프로그램을 검사합니다", "checks the program"))]
    Check(CheckArgs),
    #[command(about = in_lines("힌트를 하나씩 더 보여 줍니다", "one hint more at each call"))]
    Hint(OneArgs),
    #[command(about = in_lines("파일을 저장할 때마다 다시 검사합니다", "checks again whenever a file is saved"))]
    Watch,
    #[command(about = in_lines("통과한 다음, 풀이를 출력합니다", "prints a solution, once you have passed"))]
    Solution(SolutionArgs),
    #[command(about = in_lines("입력한 줄을 서버에 보내고 온 것을 보여 줍니다", "sends each line typed to a server and shows what comes"))]
    Talk(TalkArgs),
    #[command(about = in_lines("한 군데가 틀린 프로그램을 읽고 고칩니다", "a program with one mistake, to be found by reading"))]
    Riddle(RiddleArgs),
    #[command(about = in_lines("제출할 ZIP을 만듭니다", "makes the ZIP to hand in"))]
    Pack,
    #[command(about = in_lines("한 반의 프로그램을 모두 검사합니다", "checks the programs of a class"))]
    Class(ClassArgs),
}

#[derive(Args)]
struct OneArgs {
    #[arg(help = in_lines("연습 문제의 번호나 이름", "the number or the name of the exercise"), value_name = "EXERCISE", value_parser = exercise)]
    exercise: &'static Exercise,
}

#[derive(Args)]
struct StartArgs {
    #[command(flatten)]
    one: OneArgs,
    #[arg(help = in_lines("Rust 대신 파이썬", "in Python instead of Rust"), long)]
    python: bool,
    #[arg(help = in_lines("다른 문장을 쓰는 변형의 번호", "the number of a variant with other sentences"), long, value_name = "N")]
    seed: Option<u64>,
}

#[derive(Args)]
struct CheckArgs {
    #[command(flatten)]
    one: OneArgs,
    #[arg(help = in_lines("my 폴더의 파일 대신 실행할 명령", "a command instead of the file in the folder my"), value_name = "COMMAND", last = true)]
    command: Vec<OsString>,
    #[arg(help = in_lines("다른 문장을 쓰는 변형의 번호", "the number of a variant with other sentences"), long, value_name = "N")]
    seed: Option<u64>,
    #[arg(help = in_lines("실패해도 모두 실행합니다", "run all, whatever fails"), long)]
    all: bool,
    #[arg(help = in_lines("결과를 JSON으로 출력합니다", "print the results as JSON"), long)]
    json: bool,
    #[arg(help = in_lines("실패한 것을 넘겨 보는 HTML 파일을 씁니다", "write an HTML page that steps through what failed"), long, value_name = "FILE", conflicts_with = "seed")]
    replay: Option<PathBuf>,
}

#[derive(Args)]
struct SolutionArgs {
    #[command(flatten)]
    one: OneArgs,
    #[arg(help = in_lines("Rust 대신 파이썬", "in Python instead of Rust"), long)]
    python: bool,
    #[arg(help = in_lines("아직 통과하지 못했어도", "even before you have passed"), long)]
    anyway: bool,
}

fn language(python: bool) -> Language {
    if python { Language::Python } else { Language::Rust }
}

/// The exercise that is named on the command line.
fn exercise(name: &str) -> Result<&'static Exercise, String> {
    find(name).ok_or_else(|| {
        let known: Vec<String> =
            EXERCISES.iter().map(|it| format!("{} {}", it.number, it.id)).collect();
        let known = known.join(", ");
        let alike = |it: &&Exercise| strsim::normalized_damerau_levenshtein(it.id, name);
        let nearest = EXERCISES.iter().max_by(|one, other| alike(one).total_cmp(&alike(other)));
        let text = match nearest.filter(|it| alike(it) > ALIKE) {
            Some(it) => Text::new(
                format!("혹시 `{}`인가요? 연습 문제는 다음과 같습니다: {known}", it.id),
                format!("perhaps `{}`? The exercises are: {known}", it.id),
            ),
            None => Text::new(
                format!("연습 문제는 다음 가운데 하나입니다: {known}"),
                format!("the exercise is one of: {known}"),
            ),
        };
        text.sentences()
    })
}

fn main() -> ExitCode {
    let matches = common::parse(Cli::command());
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let result = program::end_all_on_signals().with_context(|| {
        in_lines("시그널 처리를 준비하지 못했습니다.", "The signal handler could not be set.")
    });
    let result = result.and_then(|()| match cli.command {
        None => ladder(),
        Some(Task::Start(args)) => start(args.one.exercise, language(args.python), args.seed),
        Some(Task::Check(args)) => run_check(args),
        Some(Task::Hint(args)) => hint(args.exercise),
        Some(Task::Watch) => watch::watch(),
        Some(Task::Solution(args)) => solution(&args),
        Some(Task::Talk(args)) => talk::talk(&args),
        Some(Task::Riddle(args)) => riddle::riddle(&args),
        Some(Task::Pack) => pack::pack(),
        Some(Task::Class(args)) => class::class(&args),
    });
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => common::report(Err(error)),
    }
}

fn folder() -> &'static Path {
    Path::new(folder::FOLDER)
}

fn progress() -> Result<Progress> {
    Progress::load(folder()).with_context(|| {
        in_lines("`my/progress.json`을 읽지 못했습니다.", "`my/progress.json` could not be read.")
    })
}

/// Keeps what was done; where that cannot be, it is said, and nothing else depends on it.
fn keep(progress: &Progress) {
    if let Err(error) = progress.save(folder()) {
        progress::tell(&Text::new(
            format!("`my/progress.json`에 기록하지 못했습니다: {error}"),
            format!("`my/progress.json` could not be written: {error}"),
        ));
    }
}

/// All exercises, and what is next.
fn ladder() -> Result<bool> {
    let progress = progress()?;
    let next = EXERCISES.iter().find(|it| !progress.of(it.id).passed);
    let width = EXERCISES.iter().map(|it| it.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for it in &EXERCISES {
        let (mark, color) = if progress.of(it.id).passed {
            ("✓", AnsiColor::Green)
        } else if next.is_some_and(|next| next.id == it.id) {
            ("→", AnsiColor::Yellow)
        } else {
            (" ", AnsiColor::White)
        };
        let style = Style::new().fg_color(Some(color.into()));
        let title = it.words().title;
        text += &format!("{style}{mark}{style:#} {:>2}  {:<width$}  {title}\n", it.number, it.id);
    }
    text.push('\n');
    text += &match next {
        Some(next) => {
            let begun = folder::newest(next);
            let task = if begun.is_some() { "check" } else { "start" };
            let words = Text::new("다음", "next");
            format!("{}\n{words}: cargo ex {task} {}\n", next.words().task.sentences(), next.number)
        }
        None => format!("{}\n", Text::new("모두 통과했습니다.", "All of them are passed.")),
    };
    print(&text)?;
    Ok(true)
}

/// Puts the file to begin with into the folder.
fn start(exercise: &'static Exercise, language: Language, seed: Option<u64>) -> Result<bool> {
    let variant = Variant::new(seed);
    let (text, from) = match &exercise.start {
        Start::Skeleton(source) => (source.in_language(language).to_owned(), None),
        Start::After(id) => {
            let before = find(id).context("it is on the ladder")?;
            let path = folder::path(before, language);
            let own = progress()?.of(id).passed.then(|| fs::read_to_string(&path).ok()).flatten();
            let from = match own {
                Some(_) => Text::new(
                    format!("통과한 프로그램 `{}`에서 시작합니다", path.display()),
                    format!("it begins with your own program, `{}`", path.display()),
                ),
                None => Text::new(
                    format!("{}번의 풀이에서 시작합니다", before.number),
                    format!("it begins with the solution of exercise {}", before.number),
                ),
            };
            let solution = || before.solution.in_language(language).to_owned();
            (own.unwrap_or_else(solution), Some(from))
        }
    };
    let path = folder::path(exercise, language);
    let begun = folder::begin(exercise, language, &variant.text(&text)).with_context(|| {
        in_lines(
            format!("`{}`에 쓰지 못했습니다. 이 폴더에 쓸 수 있는지 확인하세요.", path.display()),
            format!("`{}` could not be written; see whether this folder can be.", path.display()),
        )
    })?;
    if begun.is_none() {
        bail!(in_lines(
            format!(
                "`{0}`이 이미 있습니다. 그대로 두었습니다. 검사: cargo ex check {1}",
                path.display(),
                exercise.number
            ),
            format!(
                "`{0}` is there already, and was left as it is. To check it: cargo ex check {1}",
                path.display(),
                exercise.number
            ),
        ));
    }
    let words = exercise.words();
    let task = words.task.sentences();
    let other =
        variant.sentences.iter().filter(|(own, _)| task.contains(own) || text.contains(own));
    let other: String = other
        .map(|(own, other)| {
            Text::new(
                format!("이 변형에서는 `{own}` 대신 `{other}`입니다.\n"),
                format!("In this variant it is `{other}` instead of `{own}`.\n"),
            )
            .sentences()
        })
        .collect();
    let mut text = format!("{}\n\n{task}\n{other}", path.display());
    if let Some(from) = from {
        text += &format!("{}.\n", from.lines().join(".\n"));
    }
    let next = Text::new("고친 다음", "when it is changed");
    let flag = seed.map_or_else(String::new, |seed| format!(" --seed {seed}"));
    text += &format!("\n{next}: cargo ex check {}{flag}\n", exercise.number);
    print(&text)?;
    Ok(true)
}

/// Checks a command, or the learner's own program.
fn run_check(args: CheckArgs) -> Result<bool> {
    let exercise = args.one.exercise;
    let program = if args.command.is_empty() {
        // In which language is not said on the command line: it is the file that was saved last.
        if let Some(file) = folder::newest(exercise) {
            let file = file.display().to_string();
            progress::tell(&Text::new(file.clone(), file));
        }
        checking::own(exercise)?
    } else {
        Program::Command(args.command)
    };
    let (all, json, replay) = (args.all, args.json, args.replay.as_deref());
    checked(exercise, program, &Variant::new(args.seed), &Wanted { all, json, replay })
}

/// Checks the learner's own program.
fn check_own(exercise: &Exercise) -> Result<bool> {
    checked(exercise, checking::own(exercise)?, &Variant::default(), &Wanted::default())
}

/// What is wanted of a check.
#[derive(Default)]
struct Wanted<'a> {
    /// That it goes on, whatever fails.
    all: bool,
    json: bool,
    /// The file for a page of the scenario that failed.
    replay: Option<&'a Path>,
}

/// Whether the program passes. What came of it is kept, and told.
fn checked(
    exercise: &Exercise,
    program: Program,
    variant: &Variant,
    &Wanted { all, json, replay }: &Wanted,
) -> Result<bool> {
    let mut progress = progress()?;
    let Program::Command(command) = program else {
        progress::tell(&checking::not_built());
        return Ok(false);
    };
    let go_on = if all { GoOn::ToTheEnd } else { GoOn::ToTheFirstFailure };
    let report = checking::run(exercise, variant, command.clone(), go_on, &checking::bar())?;
    if let (Some(file), Some(result)) = (replay, report.shown()) {
        progress::tell(&page::begins(result));
        checking::replay(file, exercise, command, result)?;
    }
    let done = progress.change(exercise.id);
    match report.results.iter().find(|result| !result.passed()) {
        Some(failed) => done.fails(failed.id),
        None => done.passes(),
    }
    let offered = done.times >= OFFERED;
    keep(&progress);
    if json {
        let json = json!({
            "exercise": exercise.id,
            "passed": report.passed(),
            "planned": report.planned,
            "results": report.results,
        });
        print(&serde_json::to_string_pretty(&json)?)?;
    } else {
        print(&checking::told(exercise, &report, all, offered))?;
        if let Some(file) = replay {
            print(&page::written(file))?;
        }
    }
    Ok(report.passed())
}

/// One hint more.
fn hint(exercise: &Exercise) -> Result<bool> {
    let mut progress = progress()?;
    let done = progress.change(exercise.id);
    let hints = exercise.hints(done.failed.as_deref());
    let place = done.hints.min(hints.len() - 1);
    done.hints = place + 1;
    let (number, all) = (place + 1, hints.len());
    print(&format!("{number}/{all}\n{}\n", hints[place].sentences()))?;
    keep(&progress);
    Ok(true)
}

/// Prints a solution, and nothing else.
fn solution(args: &SolutionArgs) -> Result<bool> {
    let exercise = args.one.exercise;
    if !args.anyway && !progress()?.of(exercise.id).passed {
        bail!(in_lines(
            format!(
                "아직 통과하지 않았습니다. 힌트: cargo ex hint {0}. 그래도 보려면 `--anyway`를 붙이세요.",
                exercise.number
            ),
            format!(
                "It is not passed yet. For a hint: cargo ex hint {0}. To see it all the same, add `--anyway`.",
                exercise.number
            ),
        ));
    }
    print(exercise.solution.in_language(language(args.python)))?;
    Ok(true)
}

/// Prints to standard output; colours and a closed pipe are taken care of.
fn print(text: &str) -> Result<()> {
    let mut stdout = anstream::stdout().lock();
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    write!(stdout, "{text}{newline}").and_then(|()| stdout.flush()).with_context(|| {
        in_lines(
            "표준 출력에 쓰지 못했습니다. 출력을 읽는 쪽이 끝났는지 확인하세요.",
            "Standard output could not be written; check whether its reader has ended.",
        )
    })
}
