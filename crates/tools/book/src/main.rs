//! 두 언어로 된 책을 만들고, 그 안의 생성되는 부분을 씁니다. 책을 만드는 mdBook이 없으면 먼저 설치합니다.
//! Builds the book in both languages, and writes what is generated in it. Installs mdBook, which makes
//! it, where it is missing.
//!
//! - `cargo run -p book`
//! - `cargo run -p book -- build --out /tmp/book`
//! - `cargo run -p book -- write`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use book::{measured, region, site};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use common::{examples, in_lines};
use harness::programs::root;
use harness::{Text, program};
use indicatif::{ProgressBar, ProgressStyle};

#[derive(Parser)]
#[command(
    name = "book",
    bin_name = "book",
    about = in_lines("두 언어로 된 책을 만듭니다.", "Builds the book in both languages."),
    after_help = examples(&["cargo run -p book", "cargo run -p book -- build --out /tmp/book", "cargo run -p book -- write"])
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    #[command(about = in_lines("책을 만듭니다(기본)", "build the book (the default)"))]
    Build(BuildArgs),
    #[command(about = in_lines("생성되는 부분을 모두 다시 씁니다", "write every generated region anew"))]
    Write,
}

#[derive(Args, Default)]
struct BuildArgs {
    #[arg(help = in_lines("책을 둘 폴더", "the folder for it"), long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    #[arg(help = in_lines("`ko`와 `en`이 든 폴더", "the folder that has `ko` and `en`"), long, value_name = "FOLDER")]
    docs: Option<PathBuf>,
}

fn main() -> ExitCode {
    let matches = common::parse(Cli::command());
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let result = match cli.command.unwrap_or_else(|| Task::Build(BuildArgs::default())) {
        Task::Build(args) => build(args),
        Task::Write => write(),
    };
    common::report(result)
}

fn build(args: BuildArgs) -> Result<()> {
    if site::mdbook().is_none() {
        site::install()?;
    }
    let docs = args.docs.unwrap_or_else(|| root().join("docs"));
    let out = args.out.unwrap_or_else(|| root().join("target/book"));
    let start = site::build(&docs, &out)?.canonicalize()?;
    let text = Text::new(
        "책을 만들었습니다. 브라우저로 여세요",
        "The book is built; open it in a browser",
    );
    println!("{text}:\n{}", start.display());
    Ok(())
}

fn write() -> Result<()> {
    program::end_all_on_signals()?;
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}")?;
    let bar = ProgressBar::new(0).with_style(style);
    let found = region::write(|name, count| {
        bar.set_length(count as u64);
        bar.set_message(name.to_owned());
        bar.inc(1);
    })?;
    bar.finish_and_clear();
    for region::Stale { page, name, .. } in &found.stale {
        println!("{}: {name}", page.display());
    }
    if let Some((_, reason)) = found.skipped.first() {
        let count = found.skipped.len();
        let text = Text::new(
            format!("{count}개는 여기에서 쓸 수 없습니다"),
            format!("{count} cannot be written here"),
        );
        println!("{text}: {reason}");
    }
    for picture in measured::write_pictures()? {
        println!("{}", picture.display());
    }
    let (all, written) = (found.regions, found.stale.len());
    let text = Text::new(
        format!("{all}개 가운데 {written}개를 다시 썼습니다"),
        format!("{written} of {all} regions written anew"),
    );
    println!("{text}");
    Ok(())
}
