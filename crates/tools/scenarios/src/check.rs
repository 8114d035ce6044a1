//! Checks a program, in any language, against scenarios.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use common::Pattern;
use harness::port::{Lease, Occupant, occupant};
use harness::sockets::Protocol;
use harness::{Text, program};
use serde::Serialize;

use crate::command;
use crate::judge::{Problem, judge};
use crate::moments::Moment;
use crate::observation::Outcome;
use crate::patterns;
use crate::scenario::{Checked, Scenario};
use crate::stage::{Subject, play};

/// The longest time that `TIME_WAIT` is waited for: the minute that it lasts on Linux, and a little more.
const TIME_WAIT: Duration = Duration::from_secs(66);

/// How long a program that has failed is played with, its own start-up times apart.
const ENOUGH: Duration = Duration::from_secs(9);

/// How long a check goes on that ends with the first failure: whatever the program does, it is over then.
const LONGEST: Duration = Duration::from_secs(12);

/// How many scenarios are played at the same time where each has a port of its own.
const AT_ONCE: usize = 4;

/// The result of one scenario.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioResult {
    /// The id of the scenario.
    pub id: &'static str,
    /// What happens in it, in Korean and in English.
    #[serde(flatten)]
    pub text: Text,
    /// What is wrong, and advice.
    pub problems: Vec<Problem>,
    /// How long it took.
    #[serde(serialize_with = "seconds")]
    pub seconds: Duration,
    /// What happened when.
    pub moments: Vec<Moment>,
}

fn seconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((duration.as_secs_f64() * 1000.0).round() / 1000.0)
}

impl ScenarioResult {
    /// What is more than advice.
    #[must_use]
    pub fn failure(&self) -> Option<&Problem> {
        self.problems.iter().find(|problem| !problem.advice)
    }

    /// Whether the scenario is passed, with advice or without.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failure().is_none()
    }
}

/// How far a check goes with a program that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoOn {
    /// No further.
    ToTheFirstFailure,
    /// Until two failures have the same cause.
    WhileCausesDiffer,
    /// To the end.
    ToTheEnd,
}

/// Why the rest was not played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The program does not start, end or listen as it must: nothing more would be learned.
    NotThere,
    /// Two scenarios failed for the same reason.
    SameCause,
    /// It has failed, and enough time has gone.
    Enough,
    /// It has failed once.
    Failed,
}

/// What came of a check.
#[derive(Clone, Debug)]
pub struct Report {
    /// The results of the scenarios that were played, in their order.
    pub results: Vec<ScenarioResult>,
    /// How many were planned.
    pub planned: usize,
    /// Why the rest was not played.
    pub stopped: Option<Stopped>,
}

impl Report {
    /// The result that is worth a closer look: the first failure, or the last one.
    #[must_use]
    pub fn shown(&self) -> Option<&ScenarioResult> {
        self.results.iter().find(|result| !result.passed()).or(self.results.last())
    }

    /// Whether the program passes.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.results.len() == self.planned && self.results.iter().all(ScenarioResult::passed)
    }
}

/// The scenarios that `check` looks at, of this pattern.
#[must_use]
pub fn scenarios(pattern: Pattern) -> Vec<Scenario> {
    let mut scenarios = patterns::all();
    scenarios.retain(|scenario| {
        scenario.pattern == pattern && scenario.checked != Checked::Not && scenario.possible_here()
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

/// A check that goes on.
struct Progress<'a> {
    scenarios: &'a [Scenario],
    go_on: GoOn,
    begin: Instant,
    next: usize,
    results: Vec<(usize, ScenarioResult)>,
    /// How long the program took to start, all in all.
    startup: Duration,
    stopped: Option<Stopped>,
}

impl Progress<'_> {
    /// The next scenario.
    fn next(&mut self) -> Option<usize> {
        self.stopped = self.stopped.or_else(|| self.stops());
        if self.stopped.is_some() || self.next == self.scenarios.len() {
            return None;
        }
        self.next += 1;
        Some(self.next - 1)
    }

    fn failures(&self) -> impl Iterator<Item = &Problem> {
        self.results.iter().filter_map(|(_, result)| result.failure())
    }

    fn stops(&self) -> Option<Stopped> {
        let causes: Vec<&str> = self.failures().map(|problem| problem.cause).collect();
        let twice = causes.iter().enumerate().any(|(place, cause)| causes[..place].contains(cause));
        let spent = self.begin.elapsed().saturating_sub(self.startup);
        if self.go_on == GoOn::ToTheEnd {
            None
        } else if self.go_on == GoOn::ToTheFirstFailure && !causes.is_empty() {
            Some(Stopped::Failed)
        } else if twice {
            Some(Stopped::SameCause)
        } else if !causes.is_empty() && spent > ENOUGH {
            Some(Stopped::Enough)
        } else {
            None
        }
    }
}

/// Plays `scenarios` with `subject` on `port`, one after another, or with port 0 several at a time, each on a
/// free one. How much of it is played with a program that fails is said by `go_on`.
///
/// # Errors
///
/// When somebody else is on the port, or it stays in `TIME_WAIT`.
pub fn check(
    subject: &Subject,
    scenarios: &[Scenario],
    port: u16,
    go_on: GoOn,
    tell: impl FnMut(Event) + Send,
) -> Result<Report> {
    let planned = scenarios.len();
    let end = (go_on == GoOn::ToTheFirstFailure).then(|| Instant::now() + LONGEST);
    let subject = &Subject { gently: port == 0, failed: Arc::default(), end, ..subject.clone() };
    if let (Some(problem), Some(first)) = (command::fault(&subject.command), scenarios.first()) {
        let result = result(first, vec![problem], Duration::ZERO, Vec::new());
        return Ok(Report { results: vec![result], planned, stopped: Some(Stopped::NotThere) });
    }
    let tell = Mutex::new(tell);
    let progress = Mutex::new(Progress {
        scenarios,
        go_on,
        begin: Instant::now(),
        next: 0,
        results: Vec::new(),
        startup: Duration::ZERO,
        stopped: None,
    });
    let failed = AtomicBool::new(false);
    let work = || -> Result<bool> {
        let Some(place) = lock(&progress).next() else {
            return Ok(false);
        };
        let result = one(subject, &scenarios[place], port, &tell, &progress);
        let passed = result.as_ref().is_ok_and(ScenarioResult::passed);
        subject.failed.fetch_or(!passed, Ordering::Relaxed);
        failed.fetch_or(result.is_err(), Ordering::Relaxed);
        let result = result?;
        lock(&progress).results.push((place, result));
        Ok(true)
    };
    // The first one alone, and if it fails the second: perhaps the program need not be started four times.
    let mut worked = work()?;
    if worked && lock(&progress).failures().next().is_some() {
        worked = work()?;
    }
    if port == 0 && worked {
        let work = || -> Result<()> {
            loop {
                if failed.load(Ordering::Relaxed) || !work()? {
                    return Ok(());
                }
            }
        };
        thread::scope(|scope| -> Result<()> {
            let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
            workers.into_iter().try_for_each(joined)
        })?;
    } else {
        while worked {
            worked = work()?;
        }
    }
    let mut progress = progress.into_inner().unwrap_or_else(PoisonError::into_inner);
    if progress.failures().any(|problem| problem.cause != TOO_SLOW) {
        progress.results.retain(|(_, result)| !is_too_slow(result));
    }
    progress.results.sort_by_key(|(place, _)| *place);
    let results: Vec<ScenarioResult> =
        progress.results.into_iter().map(|(_, result)| result).collect();
    let stopped = progress.stopped.filter(|_| results.len() < planned);
    Ok(Report { results, planned, stopped })
}

/// That the time was over is of interest only where nothing else is wrong.
const TOO_SLOW: &str = "too-slow";

fn is_too_slow(result: &ScenarioResult) -> bool {
    result.failure().is_some_and(|problem| problem.cause == TOO_SLOW)
}

/// What came of a thread; its panic is ours.
pub(crate) fn joined<T>(thread: thread::ScopedJoinHandle<T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn result(
    scenario: &Scenario,
    problems: Vec<Problem>,
    seconds: Duration,
    moments: Vec<Moment>,
) -> ScenarioResult {
    ScenarioResult { id: scenario.id, text: scenario.text.clone(), problems, seconds, moments }
}

/// Plays one scenario.
fn one(
    subject: &Subject,
    scenario: &Scenario,
    port: u16,
    tell: &Mutex<impl FnMut(Event)>,
    progress: &Mutex<Progress>,
) -> Result<ScenarioResult> {
    let lease = if port == 0 { Some(Lease::take()?) } else { None };
    let port = lease.as_ref().map_or(port, |lease| lease.port);
    wait_for(scenario.protocol(), port, tell)?;
    lock(tell)(Event::Begins(scenario));
    let start = Instant::now();
    let outcome = play(subject, scenario, port);
    program::stop_if_told();
    let problems = judge(scenario, subject, &outcome);
    let moments = if let Outcome::Observed(_, detail) = outcome {
        lock(progress).startup += detail.startup;
        detail.moments
    } else {
        lock(progress).stopped = Some(Stopped::NotThere);
        Vec::new()
    };
    let result = result(scenario, problems, start.elapsed(), moments);
    lock(tell)(Event::Ended(&result));
    Ok(result)
}

/// Waits until nobody is on the port.
fn wait_for(protocol: Protocol, port: u16, tell: &Mutex<impl FnMut(Event)>) -> Result<()> {
    let begin = Instant::now();
    let mut told = false;
    loop {
        match occupant(protocol, port) {
            Occupant::Nobody => return Ok(()),
            Occupant::Program(who) => {
                let who = who.map_or_else(String::new, |who| format!(": {who}"));
                bail!(Text::new(
                    format!("포트 {port}번에서 다른 프로그램이 실행 중입니다{who}. 먼저 끝내거나 `--port 0`을 쓰세요."),
                    format!("Another program is on port {port}{who}. End it first, or use `--port 0`."),
                )
                .sentences());
            }
            Occupant::NoPermission => bail!(
                Text::new(
                    format!("포트 {port}번을 사용할 권한이 없습니다. 1024 이상을 쓰세요."),
                    format!("No permission for port {port}; use 1024 or above."),
                )
                .sentences()
            ),
            Occupant::Bound if begin.elapsed() > TIME_WAIT => bail!(
                Text::new(
                    format!(
                        "포트 {port}번이 TIME_WAIT 상태에서 벗어나지 않습니다. `--port 0`을 쓰세요."
                    ),
                    format!("Port {port} stays in TIME_WAIT; use `--port 0`."),
                )
                .sentences()
            ),
            Occupant::Bound => {
                // A look of somebody else at the port lasts for a moment only.
                if !told && begin.elapsed() > Duration::from_millis(300) {
                    lock(tell)(Event::Waiting(port));
                    told = true;
                }
                // The system gives no sign when it is over.
                thread::sleep(Duration::from_millis(20));
            }
        }
    }
}
