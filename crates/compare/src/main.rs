//! 파이썬 원본과 Rust로 옮긴 코드를 나란히 실행해 비교하고, 직접 만든 서버를 검사합니다.
//! Runs the Python originals and their Rust ports side by side, and checks a server that you wrote.
//!
//! - `cargo run -p compare`
//! - `cargo run -p compare -- check threaded-echo -- python3 my_server.py`

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use common::Pattern;
use compare::check::{self, Event};
use compare::observe::{Reply, Subject};
use compare::programs::Programs;
use compare::run::{self, Verdict};
use compare::scenario::{self, Checked, PATTERNS};
use compare::source::{self, Format, Pair};
use compare::{process, report, syscalls};
use indicatif::{ProgressBar, ProgressStyle};

#[derive(Parser)]
#[command(
    name = "compare",
    bin_name = "compare",
    about = "파이썬과 Rust를 나란히 실행해 비교하고, 직접 만든 서버를 검사합니다.\nRuns Python and Rust side by side, and checks a server that you wrote.",
    help_template = common::HELP_TEMPLATE,
    disable_help_flag = true,
    disable_help_subcommand = true,
    subcommand_help_heading = "명령 · Commands",
    after_help = "예 · Examples:
  cargo run -p compare
  cargo run -p compare -- run tcp-echo/half-close
  cargo run -p compare -- check threaded-echo -- python3 my_server.py"
)]
struct Cli {
    #[arg(help = "도움말을 출력합니다\nprint this help", short, long, action = ArgAction::Help, global = true, help_heading = OPTIONS)]
    help: Option<bool>,
    #[command(subcommand)]
    command: Option<Task>,
}

const OPTIONS: &str = "옵션 · Options";
const ARGUMENTS: &str = "인수 · Arguments";

#[derive(Subcommand)]
enum Task {
    #[command(about = "모든 시나리오를 세 계단에서 실행합니다(기본)\nevery scenario on all three rungs (the default)", help_template = common::HELP_TEMPLATE)]
    Run(RunArgs),
    #[command(about = "직접 만든 서버를 검사합니다. 어떤 언어든 됩니다\nchecks a server that you wrote, in any language", help_template = common::HELP_TEMPLATE,
        after_help = "명령의 {port}는 포트 번호로 바뀌고, 환경 변수 PORT에도 포트 번호가 들어갑니다.
{port} in the command becomes the port; the variable PORT is set to it too.

예 · Examples:
  cargo run -p compare -- check tcp-echo -- python3 my_server.py
  cargo run -p compare -- check udp-echo --port 0 -- node server.js \"{port}\"
  cargo run -p compare -- check tcp-echo/half-close -- ./server"
    )]
    Check(CheckArgs),
    #[command(about = "두 프로그램의 소스를 단계별로 나란히 보여 줍니다\ntwo programs side by side, step by step", help_template = common::HELP_TEMPLATE)]
    Source(SourceArgs),
    #[command(about = "서버의 시스템 콜을 나란히 보여 줍니다(Linux, strace)\nthe servers' system calls, side by side (Linux, strace)", help_template = common::HELP_TEMPLATE)]
    Syscalls(ListArgs),
    #[command(about = "시나리오의 목록\nthe scenarios", help_template = common::HELP_TEMPLATE)]
    List(ListArgs),
}

#[derive(Args, Default)]
struct RunArgs {
    #[arg(help = "패턴이나 시나리오 하나만\none pattern or scenario only\n(예 · e.g. tcp-echo, tcp-echo/half-close)", value_name = "PATTERN[/SCENARIO]", help_heading = ARGUMENTS, value_parser = selection)]
    only: Option<(Pattern, Option<String>)>,
    #[arg(help = "결과를 JSON으로 출력합니다\nprint the results as JSON", long, help_heading = OPTIONS)]
    json: bool,
}

#[derive(Args)]
struct CheckArgs {
    #[arg(help = "패턴, 또는 시나리오 하나\nthe pattern, or one scenario of it", display_order = 0, value_name = "PATTERN[/SCENARIO]", help_heading = ARGUMENTS, value_parser = selection)]
    what: (Pattern, Option<String>),
    #[arg(help = "서버를 시작하는 명령\nthe command that starts the server", value_name = "COMMAND", last = true, required = true, help_heading = ARGUMENTS)]
    command: Vec<OsString>,
    #[arg(help = "서버의 포트, 0이면 빈 포트\nthe server's port, 0 takes a free one\n(기본값 · default: 12345)", short, long, default_value_t = 12345, hide_default_value = true, help_heading = OPTIONS)]
    port: u16,
    #[arg(help = "원본의 응답(literal) 또는 고친 응답(echo)\nthe original's reply, or the corrected one\nliteral, echo (기본값 · default: literal)", long, value_enum, default_value_t = Reply::Literal, hide_default_value = true, hide_possible_values = true, help_heading = OPTIONS)]
    reply: Reply,
    #[arg(help = "바로 일어나야 할 일을 기다리는 시간(초)\nseconds to wait for what should happen at once\n(기본값 · default: 5)", long, value_name = "SECONDS", default_value = "5", hide_default_value = true, value_parser = seconds, help_heading = OPTIONS)]
    timeout: Duration,
    #[arg(help = "결과를 JSON으로 출력합니다\nprint the results as JSON", long, help_heading = OPTIONS)]
    json: bool,
    #[arg(help = "결과를 JUnit XML 파일로도 씁니다\nwrite the results as JUnit XML too", long, value_name = "FILE", help_heading = OPTIONS)]
    junit: Option<PathBuf>,
}

#[derive(Args)]
struct ListArgs {
    #[arg(help = "패턴 하나만\none pattern only", value_name = "PATTERN", help_heading = ARGUMENTS, value_parser = pattern)]
    only: Option<Pattern>,
}

#[derive(Args)]
struct SourceArgs {
    #[arg(help = "패턴\nthe pattern", value_name = "PATTERN", help_heading = ARGUMENTS, value_parser = pattern)]
    pattern: Pattern,
    #[arg(help = "원본 옆에 놓을 것\nwhat stands beside the original\nport, literal, client (기본값 · default: port)", long, value_enum, default_value_t = Beside::Port, hide_default_value = true, hide_possible_values = true, help_heading = OPTIONS)]
    beside: Beside,
    #[arg(help = "형식 · the format\nterminal, markdown, html (기본값 · default: terminal)", long, value_enum, default_value_t = As::Terminal, hide_default_value = true, hide_possible_values = true, help_heading = OPTIONS)]
    format: As,
}

#[derive(Clone, Copy, ValueEnum)]
enum Beside {
    Port,
    Literal,
    Client,
}

#[derive(Clone, Copy, ValueEnum)]
enum As {
    Terminal,
    Markdown,
    Html,
}

fn selection(text: &str) -> Result<(Pattern, Option<String>), String> {
    run::select(text).map(|(pattern, id)| (pattern, id.map(str::to_owned)))
}

fn pattern(text: &str) -> Result<Pattern, String> {
    run::select(text).and_then(|(pattern, id)| match id {
        None => Ok(pattern),
        Some(_) => Err("시나리오가 아니라 패턴을 쓰세요 · a pattern, not a scenario".to_owned()),
    })
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|timeout| !timeout.is_zero() && *timeout <= Duration::from_secs(3600))
        .ok_or_else(|| "0보다 크고 3600 이하인 수 · a number above 0, at most 3600".to_owned())
}

fn main() -> ExitCode {
    let matches = common::parse(Cli::command());
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let result = process::end_all_on_signals()
        .context("신호 처리를 준비하지 못했습니다.\nThe signal handler could not be set.");
    let result =
        result.and_then(|()| match cli.command.unwrap_or_else(|| Task::Run(RunArgs::default())) {
            Task::Run(args) => run(&args),
            Task::Check(args) => check(args),
            Task::Source(args) => source(&args),
            Task::Syscalls(args) => syscalls(&args),
            Task::List(args) => list(&args),
        });
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => common::report(Err(error)),
    }
}

/// Whether nothing differs that should not, and everything that should.
fn run(args: &RunArgs) -> Result<bool> {
    let mut scenarios = scenario::all();
    if let Some((pattern, id)) = &args.only {
        scenarios.retain(|scenario| {
            scenario.pattern == *pattern && id.as_ref().is_none_or(|id| id == scenario.id)
        });
    }
    let programs = Programs::build()?;
    let bar = progress(scenarios.len());
    let results = run::run(&programs, &scenarios, || bar.inc(1))?;
    bar.finish_and_clear();
    if args.json {
        print(&report::run_json(&results)?)?;
    } else {
        print(&report::table(&results))?;
    }
    Ok(!results.iter().any(|result| matches!(result.verdict, Verdict::Differs(_))))
}

/// Whether the server passes.
fn check(args: CheckArgs) -> Result<bool> {
    let (pattern, id) = args.what;
    let mut scenarios = check::scenarios(pattern);
    if let Some(id) = id {
        scenarios.retain(|scenario| scenario.id == id);
        anyhow::ensure!(
            !scenarios.is_empty(),
            "`{id}`는 파이썬과 Rust의 비교에만 쓰입니다. `list`에서 다른 시나리오를 고르세요.\n\
             `{id}` is only about comparing Python and Rust; choose another one from `list`."
        );
    }
    let command =
        shlex::try_join(args.command.iter().filter_map(|word| word.to_str())).unwrap_or_default();
    let subject = Subject { command: args.command, reply: args.reply, patience: args.timeout };
    let bar = progress(scenarios.len());
    let results = check::check(&subject, &scenarios, args.port, |event| {
        match event {
        Event::Waiting(port) => bar.suspend(|| {
            let _ = writeln!(
                io::stderr(),
                "# 포트 {port}번의 TIME_WAIT가 끝나기를 기다립니다(약 1분) · waiting for TIME_WAIT on port {port} (about a minute)"
            );
        }),
        Event::Begins(scenario) => bar.set_message(scenario.id),
        Event::Ended(result) => {
            bar.inc(1);
            if !args.json {
                bar.suspend(|| print(&report::scenario(result))).unwrap_or_default();
            }
        }
    }
    })?;
    bar.finish_and_clear();
    if let Some(path) = args.junit {
        std::fs::write(&path, report::junit(pattern, &command, &results, &scenarios)?).with_context(
            || format!("`{0}`에 쓰지 못했습니다.\n`{0}` could not be written.", path.display()),
        )?;
    }
    if args.json {
        print(&report::check_json(pattern, &command, &results, scenarios.len())?)?;
    } else {
        print(&report::summary(&results, scenarios.len()))?;
    }
    Ok(results.len() == scenarios.len() && results.iter().all(check::ScenarioResult::passed))
}

fn source(args: &SourceArgs) -> Result<bool> {
    let pair = match args.beside {
        Beside::Port => Pair::Port,
        Beside::Literal => Pair::Literal,
        Beside::Client => Pair::Client,
    };
    let format = match args.format {
        As::Markdown => Format::Markdown,
        As::Html => Format::Html,
        As::Terminal => {
            let columns = console::Term::stdout().size_checked().map(|(_, columns)| columns);
            Format::Terminal { width: columns.unwrap_or(80).into() }
        }
    };
    print(&source::side_by_side(args.pattern, pair, format)?)?;
    Ok(true)
}

/// Whether everything that differs is explained.
fn syscalls(args: &ListArgs) -> Result<bool> {
    let patterns = args.only.map_or(PATTERNS.to_vec(), |pattern| vec![pattern]);
    let programs = Programs::build()?;
    let mut explained = true;
    for pattern in patterns {
        let shown = syscalls::show(pattern, &programs)?;
        print(&format!("{}\n\n{}", pattern.package(), shown.text))?;
        explained &= !shown.unexplained;
    }
    Ok(explained)
}

fn list(args: &ListArgs) -> Result<bool> {
    for scenario in scenario::all() {
        if args.only.is_some_and(|pattern| pattern != scenario.pattern) {
            continue;
        }
        let note = match (scenario.checked, scenario.shows) {
            (_, Some(difference)) => format!(" [{difference:?}]"),
            (Checked::Advice, None) => " [advice]".to_owned(),
            _ => String::new(),
        };
        print(&format!(
            "{}{note}\n    {}\n    {}\n",
            scenario.path(),
            scenario.korean,
            scenario.english
        ))?;
    }
    Ok(true)
}

/// Prints to standard output; colours and a closed pipe are taken care of.
fn print(text: &str) -> Result<()> {
    let mut stdout = anstream::stdout().lock();
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    write!(stdout, "{text}{newline}").context(
        "표준 출력에 쓰지 못했습니다. 출력을 읽는 쪽이 끝났는지 확인하세요.\n\
         Standard output could not be written; check whether its reader has ended.",
    )
}

/// A progress bar on standard error, if that is a terminal.
fn progress(length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    ProgressBar::new(length as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
