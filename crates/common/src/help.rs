use std::env;
use std::process;

use clap::error::{ContextKind, Error};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::advice::say;
use crate::language::{Language, in_lines};

/// How `--help` is laid out, with headings in the reader's language.
fn help_template() -> String {
    let usage = heading("사용법", "Usage");
    format!("{{about}}\n\n{usage}: {{usage}}\n\n{{all-args}}{{after-help}}")
}

/// A heading of the help: `사용법 · Usage`, or one of the two.
pub(crate) fn heading(korean: &str, english: &str) -> String {
    Language::of_the_reader().choose(korean, english)
}

/// Commands to try, as the end of a help text.
#[must_use]
pub fn examples(commands: &[impl AsRef<str>]) -> String {
    let lines: String =
        commands.iter().map(|command| format!("\n  {}", command.as_ref())).collect();
    format!("{}:{lines}", heading("예", "Examples"))
}

/// The flag `--help`.
fn help() -> Arg {
    let text = in_lines("도움말을 출력합니다", "print this help");
    Arg::new("help").short('h').long("help").help(text).action(ArgAction::Help)
}

/// Reads the command line, with help in the reader's language. Help ends the program with 0; wrong
/// arguments are explained and end it with 2.
#[must_use]
pub fn parse(command: Command) -> ArgMatches {
    translated(command).try_get_matches().unwrap_or_else(|error| {
        if !error.use_stderr() {
            error.exit();
        }
        say(&wrong_arguments(&error));
        process::exit(2);
    })
}

/// The headings of clap in the reader's language, for a command and those below it.
fn translated(command: Command) -> Command {
    let below = command.get_subcommands().cloned().map(translated).collect::<Vec<_>>();
    let own = command.clone();
    let mut command = command
        .help_template(help_template())
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .subcommand_help_heading(heading("명령", "Commands"));
    if own.get_arguments().all(|arg| arg.get_id() != "help") {
        command = command.arg(help());
    }
    for below in below {
        let name = below.get_name().to_owned();
        command = command.mut_subcommand(name, |_| below);
    }
    command.mut_args(|arg| {
        let heading = if arg.is_positional() {
            heading("인수", "Arguments")
        } else {
            heading("옵션", "Options")
        };
        arg.help_heading(heading)
    })
}

/// What is wrong, in Korean where that is read, then clap's own words: it speaks English only.
fn wrong_arguments(error: &Error) -> String {
    let context = |kind| error.get(kind).map(|value| format!(": {value}")).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg) + &context(ContextKind::InvalidValue);
    let mut text = String::new();
    if Language::of_the_reader() != Language::English {
        text += &format!("인수가 잘못되었습니다{argument}. 도움말은 `--help`로 볼 수 있습니다.\n");
    }
    let value = error.get(ContextKind::InvalidValue).map(ToString::to_string);
    if value.is_some() && value == env::var("PORT").ok() && argument.contains("--port") {
        text += &in_lines(
            "이 값은 환경 변수 PORT에 있습니다.\n",
            "The value is that of the environment variable PORT.\n",
        );
    }
    let english = error.render().to_string();
    text + &english.split_inclusive('\n').filter(|line| *line != "\n").collect::<String>()
}
