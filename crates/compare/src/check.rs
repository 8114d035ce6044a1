//! Checks a program, in any language, against the scenarios of a pattern.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{bail, Result};
use common::Pattern;
use serde::Serialize;

use crate::explain::{judge, Problem};
use crate::observe::{observe, possible_here, Outcome, Subject};
use crate::port::{occupant, Lease, Occupant};
use crate::scenario::{Checked, Scenario};

/// The longest time that `TIME_WAIT` is waited for: the minute that it lasts on Linux, and a little more.
const TIME_WAIT: Duration = Duration::from_secs(66);

/// What a server that has failed once is left for each further scenario: it is refused anyway.
const IMPATIENCE: Duration = Duration::from_millis(1500);

/// The result of one scenario.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioResult {
    /// The id of the scenario.
    pub id: &'static str,
    /// What happens in it, in Korean.
    pub korean: &'static str,
    /// What happens in it, in English.
    pub english: &'static str,
    /// What is wrong, and advice.
    pub problems: Vec<Problem>,
    /// How long it took.
    #[serde(serialize_with = "seconds")]
    pub seconds: Duration,
}

fn seconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((duration.as_secs_f64() * 1000.0).round() / 1000.0)
}

impl ScenarioResult {
    /// Whether the scenario is passed, with advice or without.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.problems.iter().all(|problem| problem.advice)
    }
}

/// The scenarios that `check` looks at, of this pattern.
#[must_use]
pub fn scenarios(pattern: Pattern) -> Vec<Scenario> {
    let mut scenarios = crate::scenario::all();
    scenarios.retain(|scenario| {
        scenario.pattern == pattern && scenario.checked != Checked::Not && possible_here(scenario)
    });
    scenarios
}

/// What is told while it goes on.
pub enum Event<'a> {
    /// The port is in `TIME_WAIT` and is waited for.
    Waiting(u16),
    /// A scenario begins.
    Begins(&'a Scenario),
    /// A scenario has ended.
    Ended(&'a ScenarioResult),
}

/// Runs `scenarios` against `subject`, one after another, on `port` (0: a free one for each).
///
/// It stops early when the program does not even start, end or listen as it must: nothing more would be
/// learned.
///
/// # Errors
///
/// When somebody else is on the port, or it stays in `TIME_WAIT`.
pub fn check(
    subject: &Subject,
    scenarios: &[Scenario],
    port: u16,
    mut tell: impl FnMut(Event),
) -> Result<Vec<ScenarioResult>> {
    let mut results: Vec<ScenarioResult> = Vec::new();
    let mut subject = subject.clone();
    for scenario in scenarios {
        let lease = if port == 0 { Some(Lease::take()?) } else { None };
        let port = lease.as_ref().map_or(port, |lease| lease.port);
        wait_for(scenario.pattern, port, &mut tell)?;
        tell(Event::Begins(scenario));
        let start = Instant::now();
        let outcome = observe(&subject, scenario, port);
        crate::process::stop_if_told();
        let problems = judge(scenario, &subject, &outcome);
        let result = ScenarioResult {
            id: scenario.id,
            korean: scenario.korean,
            english: scenario.english,
            problems,
            seconds: start.elapsed(),
        };
        tell(Event::Ended(&result));
        if !result.passed() {
            subject.patience = subject.patience.min(IMPATIENCE);
        }
        results.push(result);
        if !matches!(outcome, Outcome::Observed(..)) {
            break;
        }
    }
    Ok(results)
}

/// Waits until nobody is on the port.
fn wait_for(pattern: Pattern, port: u16, tell: &mut impl FnMut(Event)) -> Result<()> {
    let end = Instant::now() + TIME_WAIT;
    let mut told = false;
    loop {
        match occupant(pattern, port) {
            Occupant::Nobody => return Ok(()),
            Occupant::Program(who) => {
                let who = who.map_or_else(String::new, |who| format!(": {who}"));
                bail!(
                    "포트 {port}번에서 다른 프로그램이 실행 중입니다{who}. 먼저 끝내거나 `--port 0`을 쓰세요.\n\
                     Another program is on port {port}{who}. End it first, or use `--port 0`."
                );
            }
            Occupant::NoPermission => bail!(
                "포트 {port}번을 사용할 권한이 없습니다. 1024 이상을 쓰세요.\n\
                 No permission for port {port}; use 1024 or above."
            ),
            Occupant::TimeWait if Instant::now() > end => bail!(
                "포트 {port}번이 TIME_WAIT 상태에서 벗어나지 않습니다. `--port 0`을 쓰세요.\n\
                 Port {port} stays in TIME_WAIT; use `--port 0`."
            ),
            Occupant::TimeWait => {
                if !told {
                    tell(Event::Waiting(port));
                    told = true;
                }
                // The system gives no sign when it is over.
                thread::sleep(Duration::from_millis(200));
            }
        }
    }
}

/// The first problem that is more than advice.
#[must_use]
pub fn first_failure(results: &[ScenarioResult]) -> Option<(&'static str, &Problem)> {
    let mut failed = results.iter().filter_map(|result| {
        let problem = result.problems.iter().find(|problem| !problem.advice)?;
        Some((result.id, problem))
    });
    failed.next()
}
