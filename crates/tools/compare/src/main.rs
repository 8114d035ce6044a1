//! 파이썬 원본과 Rust로 옮긴 코드를 나란히 실행해 비교하고, 직접 만든 서버를 검사합니다.
//! Runs the Python originals and their Rust ports side by side, and checks a server that you wrote.
//!
//! - `cargo run -p compare`
//! - `cargo run -p compare -- check threaded-echo -- python3 my_server.py`

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use common::{Language, Pattern, examples, in_lines};
use compare::replay::{self, Replay};
use compare::source::{self, Format, Pair};
use compare::{report, syscalls};
use harness::Text;
use harness::program;
use harness::programs::{Programs, Rung};
use indicatif::{ProgressBar, ProgressStyle};
use scenarios::check::{self, Event, GoOn, ScenarioResult};
use scenarios::moments::{Moment, side_by_side};
use scenarios::observation::Outcome;
use scenarios::page;
use scenarios::patterns::{self, PATTERNS};
use scenarios::rungs::{self, Verdict};
use scenarios::scenario::{Checked, Reply, Scenario};
use scenarios::stage::Subject;
use scenarios::tell;
use serde_json::json;

#[derive(Parser)]
#[command(
    name = "compare",
    bin_name = "compare",
    about = in_lines("파이썬과 Rust를 나란히 실행해 비교하고, 직접 만든 서버를 검사합니다.", "Runs Python and Rust side by side, and checks a server that you wrote."),
    after_help = examples(&["cargo run -p compare", "cargo run -p compare -- run tcp-echo/half-close", "cargo run -p compare -- moments threaded-echo/silent-neighbour", "cargo run -p compare -- check threaded-echo -- python3 my_server.py"])
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    #[command(about = in_lines("모든 시나리오를 세 계단에서 실행합니다(기본)", "every scenario on all three rungs (the default)"))]
    Run(RunArgs),
    #[command(about = in_lines("직접 만든 서버를 검사합니다. 어떤 언어든 됩니다", "checks a server that you wrote, in any language"),
        after_help = format!("{}\n\n{}", in_lines("명령의 {port}는 포트 번호로 바뀌고, 환경 변수 PORT에도 포트 번호가 들어갑니다.", "{port} in the command becomes the port; the variable PORT is set to it too."), examples(&["cargo run -p compare -- check tcp-echo -- python3 my_server.py", "cargo run -p compare -- check udp-echo --port 0 -- node server.js \"{port}\"", "cargo run -p compare -- check tcp-echo/half-close -- ./server"]))
    )]
    Check(CheckArgs),
    #[command(about = in_lines("두 프로그램의 소스를 단계별로 나란히 보여 줍니다", "two programs side by side, step by step"))]
    Source(SourceArgs),
    #[command(about = in_lines("서버의 시스템 콜을 나란히 보여 줍니다(Linux, strace)", "the servers' system calls, side by side (Linux, strace)"))]
    Syscalls(ListArgs),
    #[command(about = in_lines("한 시나리오의 장면을 원본과 이식판 나란히 보여 줍니다", "what happened when in a scenario, side by side"))]
    Moments(MomentsArgs),
    #[command(about = in_lines("시나리오의 목록", "the scenarios"))]
    List(ListArgs),
}

#[derive(Args, Default)]
struct RunArgs {
    #[arg(help = in_lines("패턴이나 시나리오 하나만", "one pattern or scenario only"), value_name = "PATTERN[/SCENARIO]", value_parser = selection)]
    only: Option<(Pattern, Option<String>)>,
    #[arg(help = in_lines("결과를 JSON으로 출력합니다", "print the results as JSON"), long)]
    json: bool,
}

#[derive(Args)]
struct CheckArgs {
    #[arg(help = in_lines("패턴, 또는 시나리오 하나", "the pattern, or one scenario of it"), display_order = 0, value_name = "PATTERN[/SCENARIO]", value_parser = selection)]
    what: (Pattern, Option<String>),
    #[arg(help = in_lines("서버를 시작하는 명령", "the command that starts the server"), value_name = "COMMAND", last = true, required = true)]
    command: Vec<OsString>,
    #[arg(help = in_lines("포트. 0이면 빈 포트", "its port; 0 takes a free one"), short, long, default_value_t = 12345)]
    port: u16,
    #[arg(help = in_lines("응답: literal(원본), echo(고친 것)", "reply: literal, or echo (mended)"), long, value_enum, hide_possible_values = true, default_value_t = Reply::Literal)]
    reply: Reply,
    #[arg(help = in_lines("응답마다 기다리는 시간(초)", "seconds to wait for each reply"), long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    timeout: Duration,
    #[arg(help = in_lines("결과를 JSON으로 출력합니다", "print the results as JSON"), long)]
    json: bool,
    #[arg(help = in_lines("같은 까닭으로 두 번 실패해도 모두 실행합니다", "run all, even after two failures of the same cause"), long)]
    all: bool,
    #[arg(help = in_lines("통과한 시나리오도 보여 줍니다", "show the scenarios that are passed too"), short, long)]
    verbose: bool,
    #[arg(help = in_lines("결과를 JUnit XML 파일로도 씁니다", "write the results as JUnit XML too"), long, value_name = "FILE")]
    junit: Option<PathBuf>,
    #[arg(help = in_lines("실패한 것을 넘겨 보는 HTML 파일을 씁니다", "write an HTML page that steps through what failed"), long, value_name = "FILE")]
    replay: Option<PathBuf>,
}

#[derive(Args)]
struct MomentsArgs {
    #[arg(help = in_lines("시나리오(tcp-echo/hello)나 책의 장면(hello-tcp)", "a scenario (tcp-echo/hello) or a replay (hello-tcp)"), value_name = "SCENARIO|REPLAY", value_parser = shown)]
    what: What,
    #[arg(help = in_lines("한 장면씩 보여 줍니다. Enter를 누르면 다음 장면", "one moment at a time; Enter goes on"), long, conflicts_with = "json")]
    step: bool,
    #[arg(help = in_lines("결과를 JSON으로 출력합니다", "print the results as JSON"), long)]
    json: bool,
}

#[derive(Args)]
struct ListArgs {
    #[arg(help = in_lines("패턴 하나만", "one pattern only"), value_name = "PATTERN", value_parser = pattern)]
    only: Option<Pattern>,
}

#[derive(Args)]
struct SourceArgs {
    #[arg(help = in_lines("패턴", "the pattern"), value_name = "PATTERN", value_parser = pattern)]
    pattern: Pattern,
    #[arg(help = in_lines("오른쪽: port, literal, client", "right side: port, literal, client"), long, value_enum, hide_possible_values = true, default_value_t = Beside::Port)]
    beside: Beside,
    #[arg(help = in_lines("형식: terminal, markdown, html", "format: terminal, markdown, html"), long, value_enum, hide_possible_values = true, default_value_t = As::Terminal)]
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

/// The pattern, or one of its scenarios, that is named as in `tcp-echo/half-close`.
fn selection(text: &str) -> Result<(Pattern, Option<String>), String> {
    let (package, id) = match text.split_once('/') {
        Some((package, id)) => (package, Some(id)),
        None => (text, None),
    };
    let Some(pattern) = PATTERNS.into_iter().find(|pattern| pattern.package() == package) else {
        let known = PATTERNS.map(Pattern::package).join(", ");
        return Err(Text::new(
            format!("패턴은 다음 가운데 하나입니다: {known}"),
            format!("the pattern is one of: {known}"),
        )
        .sentences());
    };
    let all = patterns::all();
    let ids: Vec<_> = all
        .iter()
        .filter(|scenario| scenario.pattern == pattern)
        .map(|scenario| scenario.id)
        .collect();
    if id.is_some_and(|id| !ids.contains(&id)) {
        let ids = ids.join(", ");
        return Err(Text::new(
            format!("시나리오는 다음 가운데 하나입니다: {ids}"),
            format!("the scenario is one of: {ids}"),
        )
        .sentences());
    }
    Ok((pattern, id.map(str::to_owned)))
}

fn pattern(text: &str) -> Result<Pattern, String> {
    match selection(text)? {
        (pattern, None) => Ok(pattern),
        (_, Some(_)) => {
            Err(Text::new("시나리오가 아니라 패턴을 쓰세요", "a pattern, not a scenario")
                .to_string())
        }
    }
}

/// What is shown moment by moment.
#[derive(Clone)]
enum What {
    Scenario(Pattern, String),
    Replay(Replay),
}

fn shown(text: &str) -> Result<What, String> {
    let replays = replay::all();
    let names: Vec<&str> = replays.iter().map(|replay| replay.name).collect();
    let names = names.join(", ");
    match replays.into_iter().find(|replay| replay.name == text) {
        Some(replay) => Ok(What::Replay(replay)),
        None if text.contains('/') => {
            one_scenario(text).map(|(pattern, id)| What::Scenario(pattern, id))
        }
        None => Err(Text::new(
            format!("시나리오(예: tcp-echo/hello)나 다음 가운데 하나를 쓰세요: {names}"),
            format!("a scenario, such as tcp-echo/hello, or one of: {names}"),
        )
        .sentences()),
    }
}

fn one_scenario(text: &str) -> Result<(Pattern, String), String> {
    match selection(text)? {
        (pattern, Some(id)) => Ok((pattern, id)),
        (pattern, None) => {
            let example = format!("{}/hello", pattern.package());
            let text = Text::new(
                format!("시나리오를 쓰세요, 예: {example}"),
                format!("a scenario, such as {example}"),
            );
            Err(text.to_string())
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|timeout| !timeout.is_zero() && *timeout <= Duration::from_secs(3600))
        .ok_or_else(|| {
            Text::new("0보다 크고 3600 이하인 수", "a number above 0, at most 3600").to_string()
        })
}

fn main() -> ExitCode {
    let matches = common::parse(Cli::command());
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let result = program::end_all_on_signals().with_context(|| {
        Text::new("시그널 처리를 준비하지 못했습니다.", "The signal handler could not be set.")
            .sentences()
    });
    let result =
        result.and_then(|()| match cli.command.unwrap_or_else(|| Task::Run(RunArgs::default())) {
            Task::Run(args) => run(&args),
            Task::Check(args) => check(args),
            Task::Source(args) => source(&args),
            Task::Syscalls(args) => syscalls(&args),
            Task::Moments(args) => moments(&args),
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
    let mut scenarios = patterns::all();
    if let Some((pattern, id)) = &args.only {
        scenarios.retain(|scenario| {
            scenario.pattern == *pattern && id.as_ref().is_none_or(|id| id == scenario.id)
        });
    }
    let programs = Programs::build()?;
    let bar = progress(scenarios.len() * Rung::ALL.len());
    let results = rungs::compare(&programs, &scenarios, || bar.inc(1))?;
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
    if let Some(id) = &id {
        scenarios.retain(|scenario| scenario.id == id);
        anyhow::ensure!(
            !scenarios.is_empty(),
            Text::new(
                format!(
                    "`{id}`는 파이썬과 Rust의 비교에만 쓰입니다. `list`에서 다른 시나리오를 고르세요."
                ),
                format!(
                    "`{id}` is only about comparing Python and Rust; choose another one from `list`."
                ),
            )
            .sentences()
        );
    }
    let command =
        shlex::try_join(args.command.iter().filter_map(|word| word.to_str())).unwrap_or_default();
    let subject = Subject::new(args.command, args.reply, args.timeout);
    let bar = progress(scenarios.len());
    let go_on = if args.all { GoOn::ToTheEnd } else { GoOn::WhileCausesDiffer };
    let report = check::check(&subject, &scenarios, args.port, go_on, |event| match event {
        Event::Waiting(port) => bar.suspend(|| {
            let text = Text::new(
                format!("포트 {port}번의 TIME_WAIT가 끝나기를 기다립니다(Linux: 약 1분)"),
                format!("waiting for TIME_WAIT on port {port} (Linux: about a minute)"),
            );
            let _ = writeln!(io::stderr(), "# {text}");
        }),
        Event::Begins(scenario) => bar.set_message(scenario.id),
        Event::Ended(_) => bar.inc(1),
    })?;
    bar.finish_and_clear();
    if let Some(path) = args.junit {
        std::fs::write(&path, report::junit(pattern, &command, &report, &scenarios)?)
            .with_context(|| {
                let path = path.display();
                Text::new(
                    format!("`{path}`에 쓰지 못했습니다."),
                    format!("`{path}` could not be written."),
                )
                .sentences()
            })?;
    }
    let replay = args.replay.as_deref();
    if let (Some(file), Some(result)) = (replay, report.shown()) {
        let _ = writeln!(io::stderr(), "# {}", page::begins(result));
        replayed(file, result, &scenarios, &subject)?;
    }
    if args.json {
        print(&report::check_json(pattern, &command, &report)?)?;
    } else {
        print(&report::check(&report, args.verbose))?;
        if let Some(file) = replay {
            print(&page::written(file))?;
        }
        if report.passed() {
            print(&report::next(pattern, id.is_none(), args.reply))?;
        }
    }
    Ok(report.passed())
}

/// Writes the page of one scenario: the server that is checked, and the port.
fn replayed(
    file: &Path,
    result: &ScenarioResult,
    scenarios: &[Scenario],
    subject: &Subject,
) -> Result<()> {
    let is_it = |scenario: &&Scenario| scenario.id == result.id;
    let scenario = scenarios.iter().find(is_it).context("it was played")?;
    let mut reference = Programs::build()?
        .command(scenario.pattern, Rung::Port)?
        .context("the port is no script")?;
    if subject.reply == Reply::Echo {
        reference.push("--echo".into());
    }
    let reference = Subject { command: reference, ..subject.clone() };
    let runs = [
        page::run(Text::new("검사한 서버", "The server that was checked"), subject, scenario)?,
        page::run(
            Text::new("비교할 이식판", "For comparison: what the port does"),
            &reference,
            scenario,
        )?,
    ];
    let runs: Vec<page::Run> = runs.into_iter().flatten().collect();
    page::write(file, result, &runs)
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
    print(&source::side_by_side(args.pattern, pair, Language::of_the_reader(), format)?)?;
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

/// Whether both programs could be observed.
fn moments(args: &MomentsArgs) -> Result<bool> {
    let (pattern, id) = match &args.what {
        What::Scenario(pattern, id) => (pattern, id),
        What::Replay(replay) => return replayed_here(replay, args),
    };
    let is_it = |scenario: &Scenario| scenario.pattern == *pattern && scenario.id == id;
    let scenario = patterns::all().into_iter().find(is_it).context("it was found before")?;
    let programs = Programs::build()?;
    let seen = |rung| -> Result<Option<Vec<Moment>>> {
        Ok(match rungs::outcome(&programs, &scenario, rung)? {
            Some(Outcome::Observed(_, detail)) => Some(detail.moments),
            _ => None,
        })
    };
    let runs = [seen(Rung::Original)?, seen(Rung::Port)?];
    let observed = runs.iter().all(Option::is_some);
    let [original, port] = runs.map(Option::unwrap_or_default);
    if args.json {
        let json = json!({ "scenario": scenario.path(), "original": original, "port": port });
        print(&serde_json::to_string_pretty(&json)?)?;
    } else {
        let titles = [Text::new("원본", "original"), Text::new("이식판", "port")];
        let shown =
            side_by_side([&titles[0], &titles[1]], [&original, &port], usize::from(tell::WIDTH));
        print(&format!("{}: {}\n\n", scenario.path(), scenario.text))?;
        let mut lines = shown.split_inclusive('\n');
        print(lines.next().unwrap_or_default())?;
        step_by_step(lines, args.step)?;
    }
    Ok(observed)
}

/// Shows a replay of the book.
fn replayed_here(replay: &Replay, args: &MomentsArgs) -> Result<bool> {
    let moments = replay.run(&Programs::build()?)?;
    if args.json {
        print(&serde_json::to_string_pretty(
            &json!({ "replay": replay.name, "moments": moments }),
        )?)?;
    } else {
        let told = replay::told(replay, &moments, usize::from(tell::WIDTH))?;
        step_by_step(told.iter().map(String::as_str), args.step)?;
    }
    Ok(true)
}

/// Prints these, one at each press of Enter if it is to be so, until the end of the input: then all the rest.
fn step_by_step<'a>(parts: impl Iterator<Item = &'a str>, step: bool) -> Result<()> {
    let typed = io::stdin().is_terminal();
    let mut keys = step.then(|| io::stdin().lines());
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let mut stdout = anstream::stdout().lock();
        let waits = keys.as_mut().filter(|_| parts.peek().is_some());
        // On a terminal the key that is waited for ends the line.
        let shown = if waits.is_some() && typed { part.trim_end_matches('\n') } else { part };
        write!(stdout, "{shown}").and_then(|()| stdout.flush()).with_context(not_printed)?;
        if waits.is_some_and(|keys| keys.next().is_none()) {
            // A terminal has more to read after Ctrl-D: it is not asked again.
            keys = None;
            write!(stdout, "{}", &part[shown.len()..]).with_context(not_printed)?;
        }
    }
    Ok(())
}

fn list(args: &ListArgs) -> Result<bool> {
    for scenario in patterns::all() {
        if args.only.is_some_and(|pattern| pattern != scenario.pattern) {
            continue;
        }
        let note = match (scenario.checked, scenario.shows) {
            (_, Some(difference)) => format!(" [{difference:?}]"),
            (Checked::Advice, None) => " [advice]".to_owned(),
            _ => String::new(),
        };
        let text: String =
            scenario.text.lines().iter().map(|line| format!("    {line}\n")).collect();
        print(&format!("{}{note}\n{text}", scenario.path()))?;
    }
    Ok(true)
}

/// Prints to standard output; colours and a closed pipe are taken care of.
fn print(text: &str) -> Result<()> {
    let mut stdout = anstream::stdout().lock();
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    write!(stdout, "{text}{newline}").with_context(not_printed)
}

fn not_printed() -> String {
    Text::new(
        "표준 출력에 쓰지 못했습니다. 출력을 읽는 쪽이 끝났는지 확인하세요.",
        "Standard output could not be written; check whether its reader has ended.",
    )
    .sentences()
}

/// A progress bar on standard error, if that is a terminal.
fn progress(length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    ProgressBar::new(length as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
