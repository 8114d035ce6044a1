//! 이식판의 성능을 학습자가 대신 쓸 만한 것들과 나란히 재고, 오래 버티는지 시험합니다.
//! Measures the ports beside what a learner would use instead, and tries their endurance.
//!
//! - `cargo run --release -p bench`
//! - `cargo run --release -p bench -- soak`

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use bench::contender::{self, Missing};
use bench::load::Protocol;
use bench::results::{Ended, Plan, Results};
use bench::{gauge, measure, plot, soak, table};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use common::{examples, in_lines};
use harness::programs::root;
use harness::{Text, program};
use indicatif::{ProgressBar, ProgressStyle};

#[derive(Parser)]
#[command(
    name = "bench",
    bin_name = "bench",
    about = in_lines("이식판의 성능을 다른 서버들과 나란히 재고, 오래 버티는지 시험합니다.", "Measures the ports beside other servers, and tries their endurance."),
    after_help = examples(&["cargo run --release -p bench", "cargo run --release -p bench -- run --quick", "cargo run --release -p bench -- show target/bench/results.json", "cargo run --release -p bench -- soak"])
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    #[command(about = in_lines("서버들을 번갈아 잽니다(기본, 약 10분)", "servers take turns (the default, ten minutes)"))]
    Run(RunArgs),
    #[command(about = in_lines("저장된 결과를 다시 보여 주고 그립니다", "show and draw saved results again"))]
    Show(ShowArgs),
    #[command(about = in_lines("수많은 클라이언트를 오래 견디는지 봅니다", "thousands of clients, some of them hostile"))]
    Soak,
}

#[derive(Args)]
struct RunArgs {
    #[arg(help = in_lines("1분 안에 대강 잽니다", "a rough look within a minute"), long)]
    quick: bool,
    #[arg(help = in_lines("N초 뒤에는 라운드를 새로 시작하지 않습니다", "no round begins after N seconds"), long, value_name = "N")]
    seconds: Option<u32>,
    #[arg(help = in_lines("결과를 둘 폴더", "the folder for the results"), long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

#[derive(Args)]
struct ShowArgs {
    #[arg(help = in_lines("결과 파일", "the file of results"), value_name = "FILE")]
    file: PathBuf,
    #[arg(help = in_lines("그림을 둘 폴더", "the folder for the pictures"), long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    let matches = common::parse(Cli::command());
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let result = program::end_all_on_signals().context(in_lines(
        "신호 처리를 준비하지 못했습니다.",
        "The signal handler could not be set.",
    ));
    let task = cli.command.unwrap_or(Task::Run(RunArgs { quick: false, seconds: None, out: None }));
    let result = result.and_then(|()| match task {
        Task::Run(args) => run(args).map(|()| true),
        Task::Show(args) => show(&Results::read(&args.file)?, &out(args.out)?).map(|()| true),
        Task::Soak => soak(),
    });
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => common::report(Err(error)),
    }
}

fn out(folder: Option<PathBuf>) -> Result<PathBuf> {
    let folder = folder.unwrap_or_else(|| root().join("target/bench"));
    fs::create_dir_all(&folder).with_context(|| {
        in_lines(
            format!("`{0}` 폴더를 만들지 못했습니다.", folder.display()),
            format!("`{0}` could not be made.", folder.display()),
        )
    })?;
    Ok(folder)
}

fn run(args: RunArgs) -> Result<()> {
    let mut plan = if args.quick { Plan::quick() } else { Plan::full() };
    plan.seconds = args.seconds.map_or(plan.seconds, f64::from);
    let out = out(args.out)?;
    // The servers are built as this program was.
    let release = !cfg!(debug_assertions);
    if !release {
        say(&Text::new(
            "최적화하지 않은 빌드입니다. `cargo run --release -p bench`로 재세요",
            "this build is not optimized; measure with `cargo run --release -p bench`",
        ));
    }
    // Some are ours, some the server's; and a few are needed for other things.
    let room = gauge::take_descriptors().saturating_sub(100);
    if room < plan.idle {
        plan.idle = room;
        say(&Text::new(
            format!("파일 디스크립터의 한도 때문에 조용한 클라이언트는 {room}개입니다"),
            format!("the limit of descriptors allows {room} silent clients"),
        ));
    }
    let folder = tempfile::tempdir()?;
    let (contenders, missing) = contender::all(&folder, release)?;
    for missing in &missing {
        say(&missing.text());
    }
    let bar = bar(1000, "{bar:30} {percent} % {elapsed}");
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1000")]
    let measured =
        measure::measure(&contenders, &plan, |share| bar.set_position((share * 1000.0) as u64))?;
    bar.finish_and_clear();
    let results = Results::new(plan, &contenders, &missing, measured);
    results.write(&out.join("results.json"))?;
    show(&results, &out)
}

/// Prints the tables and draws the pictures.
fn show(results: &Results, out: &Path) -> Result<()> {
    for table in table::all(results).iter().chain([&table::floor(results)]) {
        print(&table.for_terminal())?;
    }
    let missing = results.missing.iter().map(Missing::text);
    for text in missing.chain(results.ended.iter().map(Ended::text)) {
        tell(&text)?;
    }
    let [good, failed, unfinished] = results.counts();
    tell(&Text::new(
        format!("성공 {good}번, 실패 {failed}번, 차례가 끝나 그만둔 것 {unfinished}번"),
        format!(
            "{good} exchanges succeeded, {failed} failed, {unfinished} were given up at the end of a turn"
        ),
    ))?;
    for (who, (count, reason)) in failures(results) {
        print(&format!("  {who}: {count} × {reason}"))?;
    }
    for (language, code) in [(table::korean as table::InLanguage, "ko"), (table::english, "en")] {
        let folder = out.join(code);
        fs::create_dir_all(&folder)?;
        for (name, picture) in plot::all(results, language)? {
            let file = folder.join(name);
            fs::write(&file, picture).with_context(|| {
                in_lines(
                    format!("`{0}`에 쓰지 못했습니다.", file.display()),
                    format!("`{0}` could not be written.", file.display()),
                )
            })?;
        }
    }
    let machine = &results.machine;
    print(&format!(
        "{}, {}, {}, CPU {}",
        results.date, machine.system, machine.processor, machine.cores
    ))?;
    let out = out.canonicalize()?;
    let out = out.display();
    tell(&Text::new(format!("결과와 그림: {out}"), format!("results and pictures: {out}")))
}

/// What failed: for each server and number of clients, how often, and why the first time.
fn failures(results: &Results) -> BTreeMap<String, (u64, &str)> {
    let mut failures = BTreeMap::new();
    for sample in &results.samples {
        if let Some(reason) = &sample.slice.failure {
            let who = format!("{:?} {} ({})", sample.protocol, sample.contender, sample.clients);
            failures.entry(who).or_insert((0, reason.as_str())).0 += sample.slice.failed;
        }
    }
    failures
}

/// Whether the ports have stood it.
fn soak() -> Result<bool> {
    let plan = soak::Plan::full();
    let room = gauge::take_descriptors();
    anyhow::ensure!(
        room > plan.simultaneous + 100,
        in_lines(
            format!(
                "파일 디스크립터의 한도가 {room}입니다. `ulimit -n 4096` 뒤에 다시 실행하세요."
            ),
            format!("The limit of descriptors is {room}; run `ulimit -n 4096` first."),
        )
    );
    let programs = contender::build(&["threaded-echo", "udp-echo"], true)?;
    let bar = bar(2 * soak::PARTS as u64, "{bar:30} {pos}/{len} {elapsed}");
    let path = |name| programs.path(name);
    let threaded = soak::threaded(path("threaded-echo-server")?, &[], &plan, &|| bar.inc(1))?;
    let udp = soak::udp(path("udp-echo-server")?, &plan, &|| bar.inc(1))?;
    bar.finish_and_clear();
    for (protocol, found) in [(Protocol::Tcp, &threaded), (Protocol::Udp, &udp)] {
        let soak::Findings { honest, hostile, complaints, memory, threads, .. } = found;
        let name = contender::port(protocol);
        tell(&Text::new(
            format!(
                "{name}: 정직한 클라이언트 {honest}, 적대적인 클라이언트 {hostile}, 표준 에러 {complaints}줄"
            ),
            format!(
                "{name}: {honest} honest and {hostile} hostile clients, {complaints} lines on standard error"
            ),
        ))?;
        if let Some(threads) = threads {
            tell(&Text::new(
                format!("  한꺼번에 스레드 {threads}개"),
                format!("  {threads} threads at once"),
            ))?;
        }
        tell(&Text::new(
            format!("  메모리(KiB): {memory:?}"),
            format!("  memory (KiB): {memory:?}"),
        ))?;
        for fault in found.faults.iter().flat_map(Text::lines) {
            print(&format!("  ✗ {fault}"))?;
        }
    }
    let good = threaded.faults.is_empty() && udp.faults.is_empty();
    if good {
        tell(&Text::new("✓ 모두 견뎠습니다", "✓ both have stood it"))?;
    }
    Ok(good)
}

/// A progress bar on standard error, if that is a terminal.
fn bar(length: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template);
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn say(text: &Text) {
    let _ = writeln!(io::stderr(), "# {text}");
}

fn tell(text: &Text) -> Result<()> {
    print(&text.sentences())
}

fn print(text: &str) -> Result<()> {
    writeln!(io::stdout(), "{text}").context(in_lines(
        "표준 출력에 쓰지 못했습니다. 출력을 읽는 쪽이 끝났는지 확인하세요.",
        "Standard output could not be written; check whether its reader has ended.",
    ))
}
