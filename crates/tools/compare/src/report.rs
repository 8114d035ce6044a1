//! Results as tables, text, JSON and `JUnit`, in the language of the reader.

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use comfy_table::{
    Cell, Color, ColumnConstraint, ContentArrangement, Table, TableComponent, presets,
};
use common::Pattern;
use harness::Text;
use quick_junit::{NonSuccessKind, Report as JUnit, TestCase, TestCaseStatus, TestSuite};
use scenarios::check::{Report, ScenarioResult, Stopped};
use scenarios::judge::Problem;
use scenarios::patterns::PATTERNS;
use scenarios::rungs::{Compared, Verdict};
use scenarios::scenario::{Reply, Scenario};
use scenarios::tell;
use serde_json::json;

/// The lines of a text in the reader's language.
fn lines(text: &Text) -> String {
    text.lines().iter().map(|line| format!("{line}\n")).collect()
}

/// One table for each pattern, what differs and should not, and a summary line.
#[must_use]
pub fn table(results: &[Compared]) -> String {
    let mut text = String::new();
    for pattern in PATTERNS {
        let rows: Vec<_> =
            results.iter().filter(|result| result.pattern == pattern.package()).collect();
        if rows.is_empty() {
            continue;
        }
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_style(TableComponent::HeaderLines, '─');
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(tell::WIDTH);
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
        text += &format!("{table}\n");
        for row in rows {
            if let Verdict::Differs(because) = &row.verdict {
                text += &format!("\n{}/{}: {}\n", row.pattern, row.id, row.text);
                text += &because.lines().map(|line| format!("  {line}\n")).collect::<String>();
            }
        }
        text.push('\n');
    }
    let count =
        |is: fn(&Verdict) -> bool| results.iter().filter(|result| is(&result.verdict)).count();
    let all = results.len();
    let same = count(|verdict| matches!(verdict, Verdict::Same));
    let documented = count(|verdict| matches!(verdict, Verdict::DiffersAs(_)));
    let not_here = count(|verdict| matches!(verdict, Verdict::NotObservableHere | Verdict::NotRun));
    let recorded = count(|verdict| matches!(verdict, Verdict::AsRecorded));
    let wrong = count(|verdict| matches!(verdict, Verdict::Differs(_)));
    text += &lines(&Text::new(
        format!(
            "시나리오 {all}개: 같음 {same}, 문서에 있는 차이 {documented}, 여기서 볼 수 없음 {not_here},\n문서에 없는 차이(DIFFERS) {wrong}"
        ),
        format!(
            "scenarios: {all}; {same} same, {documented} differ as documented, {not_here} not observable here,\n{wrong} DIFFER"
        ),
    ));
    if recorded > 0 {
        text += &lines(&Text::new(
            format!("파이썬 3이 없어 원본 대신 기록과 비교했습니다: {recorded}"),
            format!(
                "Python 3 was not found: {recorded} were held to what is recorded of the original, not to the original."
            ),
        ));
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

/// What a check has shown: what failed, with all that is to be said of it, and the last lines. With `verbose`
/// what passed too.
#[must_use]
pub fn check(report: &Report, verbose: bool) -> String {
    let mut text = String::new();
    let mut told = Vec::new();
    for result in &report.results {
        // What has been told of one scenario is not repeated for the next.
        let (old, new): (Vec<&Problem>, Vec<&Problem>) =
            result.problems.iter().partition(|problem| told.contains(&problem.cause));
        if verbose || !new.is_empty() || !result.passed() {
            text += &tell::head(result);
        }
        for problem in new {
            text += &tell::problem(problem, &result.moments);
            told.push(problem.cause);
        }
        if old.iter().any(|problem| !problem.advice) {
            text += &format!("    → {}\n", Text::new("같은 까닭", "the same cause"));
        }
    }
    text + &summary(report)
}

/// The last lines of a check.
fn summary(report: &Report) -> String {
    let Report { results, planned, stopped } = report;
    let passed = results.iter().filter(|result| result.passed()).count();
    let advised =
        results.iter().filter(|result| result.passed() && !result.problems.is_empty()).count();
    if report.passed() {
        let but = |text: String| if advised > 0 { text } else { String::new() };
        let all = Text::new(
            format!(
                "{planned}개 모두 통과{}",
                but(format!(", 그 가운데 {advised}개는 참고할 점이 있음(!)"))
            ),
            format!("{passed} of {planned} passed{}", but(format!(", {advised} with advice (!)"))),
        );
        let style = Style::new().fg_color(Some(AnsiColor::Green.into()));
        return format!("{style}✓{style:#} {all}\n");
    }
    let failed = results.len() - passed;
    let mut text = lines(&Text::new(
        format!("{planned}개 가운데 {passed}개 통과, {failed}개 실패"),
        format!("{passed} of {planned} passed, {failed} failed"),
    ));
    let rest = planned - results.len();
    let why = match stopped {
        Some(Stopped::NotThere) => Some(Text::new(
            format!("나머지 {rest}개는 실행하지 않았습니다"),
            format!("the rest, {rest}, was not run"),
        )),
        Some(Stopped::SameCause) => Some(Text::new(
            format!(
                "같은 까닭으로 두 번 실패해서 나머지 {rest}개는 실행하지 않았습니다. 모두 실행하려면 `--all`"
            ),
            format!(
                "two failures have the same cause: the rest, {rest}, was not run; `--all` runs it"
            ),
        )),
        Some(Stopped::Enough) => Some(Text::new(
            format!("시간이 지나 나머지 {rest}개는 실행하지 않았습니다. 모두 실행하려면 `--all`"),
            format!("time is up: the rest, {rest}, was not run; `--all` runs it"),
        )),
        Some(Stopped::Failed) | None => None,
    };
    text += &why.map_or_else(String::new, |why| lines(&why));
    if let Some((id, problem)) = first_failure(report) {
        let Text { korean, english } = &problem.why;
        text += &lines(&Text::new(
            format!("먼저 고칠 것: {id}: {korean}"),
            format!("Fix first: {id}: {english}"),
        ));
    }
    text
}

fn first_failure(report: &Report) -> Option<(&'static str, &Problem)> {
    report.results.iter().find_map(|result| Some((result.id, result.failure()?)))
}

/// What to do after a check that was passed.
#[must_use]
pub fn next(pattern: Pattern, whole: bool, reply: Reply) -> String {
    let check = format!("cargo run -p compare -- check {}", pattern.package());
    let text = match (whole, reply, pattern) {
        (false, ..) => Text::new(
            format!("다음: 시나리오 모두 · `{check} -- …`"),
            format!("next: all scenarios, `{check} -- …`"),
        ),
        (true, Reply::Literal, Pattern::TcpEcho | Pattern::ThreadedEcho) => Text::new(
            format!("다음: 빠진 f를 고쳐서 받은 데이터를 돌려보내고, `{check} --reply echo -- …`"),
            format!(
                "next: mend the missing f, so that it sends back what it received, and `{check} --reply echo -- …`"
            ),
        ),
        (true, _, Pattern::TcpEcho) => {
            Text::new("다음: UDP 서버, `check udp-echo`", "next: a UDP server, `check udp-echo`")
        }
        (true, _, Pattern::UdpEcho) => Text::new(
            "다음: 클라이언트마다 스레드를 시작하는 서버, `check threaded-echo`",
            "next: a server with a thread for each client, `check threaded-echo`",
        ),
        (true, _, Pattern::ThreadedEcho) => Text::new(
            "다음: 스레드가 모자랄 때, docs/ko/beyond.md",
            "next: when threads are not enough, docs/en/beyond.md",
        ),
    };
    format!("→ {text}\n")
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
pub fn check_json(pattern: Pattern, command: &str, report: &Report) -> Result<String> {
    let scenarios = report.results.iter().map(|result| {
        let mut value = json!(result);
        value["passed"] = result.passed().into();
        value
    });
    Ok(serde_json::to_string_pretty(&json!({
        "pattern": pattern.package(),
        "command": command,
        "passed": report.passed(),
        "planned": report.planned,
        "scenarios": scenarios.collect::<Vec<_>>(),
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
    report: &Report,
    planned: &[Scenario],
) -> Result<String> {
    let mut junit = JUnit::new(command);
    let mut suite = TestSuite::new(pattern.package());
    for scenario in planned {
        let result = report.results.iter().find(|result| result.id == scenario.id);
        let status = match result.map(ScenarioResult::failure) {
            None => TestCaseStatus::skipped(),
            Some(None) => TestCaseStatus::success(),
            Some(Some(problem)) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(problem.why.to_string());
                status.set_description(tell::problem(problem, &[]));
                status
            }
        };
        let mut case = TestCase::new(scenario.id, status);
        case.set_classname(pattern.package());
        if let Some(result) = result {
            case.set_time(result.seconds);
        }
        suite.add_test_case(case);
    }
    junit.add_test_suite(suite);
    Ok(junit.to_string()?)
}
