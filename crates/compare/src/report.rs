//! Results as tables, text, JSON and `JUnit`.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use comfy_table::{presets, Cell, Color, ColumnConstraint, ContentArrangement, Table, TableComponent};
use common::Pattern;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::json;

use crate::check::{first_failure, ScenarioResult};
use crate::explain::Problem;
use crate::run::{Compared, Verdict};
use crate::scenario::Scenario;

/// The width of a table: a terminal's usual one.
const WIDTH: u16 = 80;

/// One table for each pattern, what differs and should not, and a summary line.
#[must_use]
pub fn table(results: &[Compared]) -> String {
    let mut text = String::new();
    for pattern in crate::scenario::PATTERNS {
        let rows: Vec<_> =
            results.iter().filter(|result| result.pattern == pattern.package()).collect();
        if rows.is_empty() {
            continue;
        }
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_style(TableComponent::HeaderLines, '─');
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
        table.set_header([pattern.package(), "Python", "literal", "port", "verdict"]);
        for row in &rows {
            let did = row.did.each_ref().map(|did| did.as_deref().unwrap_or("-"));
            let (verdict, color) = verdict(&row.verdict);
            let mut cells: Vec<Cell> = [row.id].iter().chain(&did).map(Cell::new).collect();
            cells.push(Cell::new(verdict).fg(color));
            table.add_row(cells);
        }
        for column in [0, 4] {
            if let Some(column) = table.column_mut(column) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        let _ = writeln!(text, "{table}");
        for row in rows {
            if let Verdict::Differs(because) = &row.verdict {
                let _ =
                    writeln!(text, "\n{}/{}: {} · {}", row.pattern, row.id, row.korean, row.english);
                for line in because.lines() {
                    let _ = writeln!(text, "  {line}");
                }
            }
        }
        text.push('\n');
    }
    let count = |is: fn(&Verdict) -> bool| results.iter().filter(|result| is(&result.verdict)).count();
    let same = count(|verdict| matches!(verdict, Verdict::Same));
    let documented = count(|verdict| matches!(verdict, Verdict::DiffersAs(_)));
    let not_here = count(|verdict| matches!(verdict, Verdict::NotObservableHere | Verdict::NotRun));
    let recorded = count(|verdict| matches!(verdict, Verdict::AsRecorded));
    let wrong = count(|verdict| matches!(verdict, Verdict::Differs(_)));
    let _ = writeln!(
        text,
        "시나리오 {all}개: 같음(same) {same}, 문서에 있는 차이(differs as D…) {documented},\n\
         여기서 볼 수 없음(not observable here) {not_here}, 문서에 없는 차이(DIFFERS) {wrong}\n\
         scenarios: {all}; {same} same, {documented} differ as documented, {not_here} not observable here,\n{wrong} DIFFER",
        all = results.len()
    );
    if recorded > 0 {
        let _ = writeln!(
            text,
            "파이썬 3이 없어 원본 대신 기록과 비교했습니다: {recorded}\n\
             Python 3 was not found: {recorded} were held to what is recorded of the original, not to the original."
        );
    }
    text
}

fn verdict(verdict: &Verdict) -> (String, Color) {
    match verdict {
        Verdict::Same => ("same".to_owned(), Color::Green),
        Verdict::DiffersAs(difference) => (format!("differs as {difference:?}"), Color::Yellow),
        Verdict::NotObservableHere | Verdict::NotRun => {
            ("not observable here".to_owned(), Color::DarkGrey)
        }
        Verdict::AsRecorded => ("as recorded".to_owned(), Color::Cyan),
        Verdict::Differs(_) => ("DIFFERS".to_owned(), Color::Red),
    }
}

/// The mark of a checked scenario.
#[must_use]
pub fn mark(result: &ScenarioResult) -> &'static str {
    match (result.passed(), result.problems.is_empty()) {
        (true, true) => "✓",
        (true, false) => "!",
        (false, _) => "✗",
    }
}

/// A checked scenario, with all that is to be said of it, and with colours.
#[must_use]
pub fn scenario(result: &ScenarioResult) -> String {
    let style = Style::new().fg_color(Some(match mark(result) {
        "✓" => AnsiColor::Green.into(),
        "!" => AnsiColor::Yellow.into(),
        _ => AnsiColor::Red.into(),
    }));
    let head = format!("{style}{} {}{style:#}", mark(result), result.id);
    let mut text = format!("{head}: {} · {}\n", result.korean, result.english);
    for problem in &result.problems {
        text += &self::problem(problem);
    }
    text
}

fn problem(problem: &Problem) -> String {
    let mut text = String::new();
    let aside = if problem.advice { "참고 · advice" } else { "→" };
    for (label, value) in [
        ("보낸 것 · sent    ", &problem.sent),
        ("기대 · expected   ", &problem.expected),
        ("받은 것 · came    ", &problem.came),
    ] {
        if !value.is_empty() && !problem.advice {
            let value = value.trim_end().replace('\n', "\n                      ");
            let _ = writeln!(text, "    {label} {value}");
        }
    }
    let _ = writeln!(text, "    {aside} {}\n    {aside} {}", problem.why.korean, problem.why.english);
    text
}

/// The last lines of a check.
#[must_use]
pub fn summary(results: &[ScenarioResult], planned: usize) -> String {
    let passed = results.iter().filter(|result| result.passed()).count();
    let mut text = format!("{planned}개 가운데 {passed}개 통과 · {passed} of {planned} passed\n");
    if results.len() < planned {
        text += "나머지는 실행하지 않았습니다. 먼저 위의 문제를 고치세요 · the rest was not run: fix the above first\n";
    }
    if let Some((id, problem)) = first_failure(results) {
        let _ = writeln!(
            text,
            "먼저 고칠 것: {id}: {}\nFix first: {id}: {}",
            problem.why.korean, problem.why.english
        );
    }
    text
}

/// The results of a run as JSON.
///
/// # Errors
///
/// Never in practice: everything in it can be written as JSON.
pub fn run_json(results: &[Compared]) -> Result<String> {
    Ok(serde_json::to_string_pretty(&json!({ "scenarios": results }))?)
}

/// The results of a check as JSON.
///
/// # Errors
///
/// As [`run_json`].
pub fn check_json(
    pattern: Pattern,
    command: &str,
    results: &[ScenarioResult],
    planned: usize,
) -> Result<String> {
    let passed = results.len() == planned && results.iter().all(ScenarioResult::passed);
    Ok(serde_json::to_string_pretty(&json!({
        "pattern": pattern.package(),
        "command": command,
        "passed": passed,
        "planned": planned,
        "scenarios": results.iter().map(|result| {
            let mut value = json!(result);
            value["passed"] = result.passed().into();
            value
        }).collect::<Vec<_>>(),
    }))?)
}

/// The results of a check of the `planned` scenarios as `JUnit` XML, for the tools of a teacher.
///
/// # Errors
///
/// When the text cannot be written as XML.
pub fn junit(
    pattern: Pattern,
    command: &str,
    results: &[ScenarioResult],
    planned: &[Scenario],
) -> Result<String> {
    let mut report = Report::new(command);
    let mut suite = TestSuite::new(pattern.package());
    for result in results {
        let failure = result.problems.iter().find(|problem| !problem.advice);
        let status = failure.map_or_else(TestCaseStatus::success, |problem| {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(problem.why.to_string());
            status.set_description(self::problem(problem));
            status
        });
        let mut case = TestCase::new(result.id, status);
        case.set_classname(pattern.package()).set_time(result.seconds);
        suite.add_test_case(case);
    }
    for scenario in &planned[results.len()..] {
        let mut case = TestCase::new(scenario.id, TestCaseStatus::skipped());
        case.set_classname(pattern.package());
        suite.add_test_case(case);
    }
    report.add_test_suite(suite);
    Ok(report.to_string()?)
}
