//! What is told of a scenario that was checked, in the language of the reader.

use anstyle::{AnsiColor, Style};
use harness::Text;

use crate::check::ScenarioResult;
use crate::judge::Problem;
use crate::moments::{Moment, lanes};

/// The width of a table: a terminal's usual one.
pub const WIDTH: u16 = 80;

/// The line of a checked scenario, with its mark and colours.
#[must_use]
pub fn head(result: &ScenarioResult) -> String {
    let (mark, color) = match (result.passed(), result.problems.is_empty()) {
        (true, true) => ("✓", AnsiColor::Green),
        (true, false) => ("!", AnsiColor::Yellow),
        (false, _) => ("✗", AnsiColor::Red),
    };
    let style = Style::new().fg_color(Some(color.into()));
    format!("{style}{mark} {}{style:#}: {}\n", result.id, result.text)
}

/// What is wrong, as it is shown: the exchange, the sentence, and the moments where it is about time or order.
#[must_use]
pub fn problem(problem: &Problem, moments: &[Moment]) -> String {
    let mut text = String::new();
    for (label, value) in [
        (Text::new("보낸 것", "sent"), &problem.sent),
        (Text::new("기대", "expected"), &problem.expected),
        (Text::new("받은 것", "came"), &problem.came),
    ] {
        if !value.is_empty() {
            let value = value.trim_end().replace('\n', "\n        ");
            text += &format!("    {label}: {value}\n");
        }
    }
    let aside = if problem.advice { "!" } else { "→" };
    for line in problem.why.lines() {
        text += &format!("    {aside} {line}\n");
    }
    if let Some(about) = problem.about.as_ref().filter(|_| !problem.advice && !moments.is_empty()) {
        let lanes = lanes(moments, about, usize::from(WIDTH) - 4);
        text += &lanes.lines().map(|line| format!("    {line}\n")).collect::<String>();
    }
    text
}
