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
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use harness::programs::root;
use harness::{program, Text};
use indicatif::{ProgressBar, ProgressStyle};

#[derive(Parser)]
#[command(
    name = "book",
    bin_name = "book",
    about = "두 언어로 된 책을 만듭니다.\nBuilds the book in both languages.",
    help_template = common::HELP_TEMPLATE,
    disable_help_flag = true,
    disable_help_subcommand = true,
    subcommand_help_heading = "명령 · Commands",
    after_help = "예 · Examples:\n  cargo run -p book\n  cargo run -p book -- build --out /tmp/book\n  cargo run -p book -- write"
)]
struct Cli {
    #[arg(help = "도움말을 출력합니다\nprint this help", short, long, action = ArgAction::Help, global = true, help_heading = OPTIONS)]
    help: Option<bool>,
    #[command(subcommand)]
    command: Option<Task>,
}

const OPTIONS: &str = "옵션 · Options";

#[derive(Subcommand)]
enum Task {
    #[command(about = "책을 만듭니다(기본)\nbuild the book (the default)", help_template = common::HELP_TEMPLATE)]
    Build(BuildArgs),
    #[command(about = "생성되는 부분을 모두 다시 씁니다\nwrite every generated region anew", help_template = common::HELP_TEMPLATE)]
    Write,
}

#[derive(Args, Default)]
struct BuildArgs {
    #[arg(help = "책을 둘 폴더\nthe folder for it\n(기본값 · default: target/book)", long, value_name = "FOLDER", help_heading = OPTIONS)]
    out: Option<PathBuf>,
    #[arg(help = "`ko`와 `en`이 든 폴더\nthe folder that has `ko` and `en`\n(기본값 · default: docs)", long, value_name = "FOLDER", help_heading = OPTIONS)]
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
    let text =
        Text::new("책을 만들었습니다. 브라우저로 여세요", "The book is built; open it in a browser");
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
