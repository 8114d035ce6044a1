//! Plays a scenario with the three rungs of a pattern, and says what is the same and what differs.

use std::ffi::OsString;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use harness::Text;
use harness::port::Lease;
use harness::program::Exit;
use harness::programs::{Programs, Rung};
use serde::Serialize;

use crate::check::joined;
use crate::difference::Difference;
use crate::judge::judge;
use crate::observation::{Ended, Observation, Outcome};
use crate::peer::Ending;
use crate::scenario::{Checked, Reply, Scenario};
use crate::show::{self, Shown};
use crate::stage::{Subject, play};

/// How long to wait for what should happen at once. Only a failure waits this long.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many programs are played with at the same time. They mostly wait.
const AT_ONCE: usize = 16;

/// What came of the comparison of one scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is", content = "because")]
pub enum Verdict {
    /// All three rungs were observed to do the same.
    Same,
    /// They differ, as the register says.
    DiffersAs(Difference),
    /// What they should differ in does not show on this system; they do the same.
    NotObservableHere,
    /// There is no Python: the Rust side did what has been recorded of the original.
    AsRecorded,
    /// There is no Python, and nothing to hold a difference against; or the system lacks what it needs.
    NotRun,
    /// They differ, and should not, or should, and do not.
    Differs(String),
}

/// The result of one scenario.
#[derive(Clone, Debug, Serialize)]
pub struct Compared {
    /// The pattern.
    pub pattern: &'static str,
    /// The id of the scenario.
    pub id: &'static str,
    /// What happens in it, in Korean and in English.
    #[serde(flatten)]
    pub text: Text,
    /// What each rung did, in a few words: the original (if there is Python), the literal port, the port.
    pub did: [Option<String>; 3],
    /// What was observed of each.
    pub observed: [Option<Observation>; 3],
    /// What came of it.
    pub verdict: Verdict,
}

/// Plays all `scenarios` with all rungs, several at a time; `done` is called after each run.
///
/// # Errors
///
/// When a program cannot be found, or no port is free.
pub fn compare(
    programs: &Programs,
    scenarios: &[Scenario],
    done: impl Fn() + Sync,
) -> Result<Vec<Compared>> {
    let mut runs: Vec<(usize, Rung)> =
        (0..scenarios.len()).flat_map(|scenario| Rung::ALL.map(|rung| (scenario, rung))).collect();
    // Those that wait for long begin first.
    runs.sort_by_key(|(scenario, _)| std::cmp::Reverse(scenarios[*scenario].waits()));
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(vec![[None, None, None]; scenarios.len()]);
    let work = || -> Result<()> {
        while let Some((scenario, rung)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = outcome(programs, &scenarios[*scenario], *rung)?;
            outcomes.lock().unwrap_or_else(PoisonError::into_inner)[*scenario][*rung as usize] =
                outcome;
            done();
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE.min(runs.len())).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(joined)
    })?;
    let outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(scenarios
        .iter()
        .zip(&outcomes)
        .map(|(scenario, outcomes)| compared(scenario, outcomes))
        .collect())
}

/// What came of playing a scenario with a rung; nothing where it cannot be played, or there is no Python.
///
/// # Errors
///
/// When the program cannot be found, or no port is free.
pub fn outcome(programs: &Programs, scenario: &Scenario, rung: Rung) -> Result<Option<Outcome>> {
    if !scenario.possible_here() {
        return Ok(None);
    }
    let Some(command) = programs.command(scenario.pattern, rung)? else {
        return Ok(None);
    };
    Ok(Some(play(&subject(command), scenario, Lease::take()?.port)))
}

fn compared(scenario: &Scenario, outcomes: &[Option<Outcome>; 3]) -> Compared {
    Compared {
        pattern: scenario.pattern.package(),
        id: scenario.id,
        text: scenario.text.clone(),
        did: outcomes.each_ref().map(|outcome| outcome.as_ref().map(words)),
        observed: outcomes.each_ref().map(|outcome| match outcome {
            Some(Outcome::Observed(observation, _)) => Some((**observation).clone()),
            _ => None,
        }),
        verdict: verdict(scenario, outcomes),
    }
}

fn subject(command: Vec<OsString>) -> Subject {
    Subject { gently: false, ..Subject::new(command, Reply::Literal, PATIENCE) }
}

fn verdict(scenario: &Scenario, outcomes: &[Option<Outcome>; 3]) -> Verdict {
    if !scenario.possible_here() {
        return Verdict::NotRun;
    }
    let mut observed = Vec::new();
    for (rung, outcome) in Rung::ALL.into_iter().zip(outcomes) {
        match outcome {
            Some(Outcome::Observed(observation, _)) => observed.push((rung, &**observation)),
            Some(other) => return Verdict::Differs(format!("{rung:?}: {other:?}")),
            None => {}
        }
    }
    // What is recorded of the original, for `check` and for machines without Python, must be true of it,
    // and of all rungs where none differs.
    if scenario.shows.is_none() && scenario.checked == Checked::Required {
        for outcome in outcomes.iter().flatten() {
            if let Some(problem) = judge(scenario, &subject(Vec::new()), outcome).first() {
                return Verdict::Differs(format!(
                    "{}\nexpected {}\ncame     {}",
                    problem.why, problem.expected, problem.came
                ));
            }
        }
    }
    let [(Rung::Original, original), ports @ ..] = &observed[..] else {
        let held = scenario.shows.is_none() && scenario.checked == Checked::Required;
        return if held { Verdict::AsRecorded } else { Verdict::NotRun };
    };
    for (rung, port) in ports {
        let should = scenario
            .shows
            .is_some_and(|difference| difference.shows_here() && difference.is_of(*rung));
        let as_it_should = match scenario.shows {
            Some(difference) if should => shows(difference, *rung, scenario, original, port),
            // A traceback is D3; where another difference is looked for, it comes along.
            Some(difference) if difference != Difference::D3 => {
                Observation { traceback: original.traceback, ..(*port).clone() } == **original
            }
            _ => port == original,
        };
        if !as_it_should {
            return Verdict::Differs(explain(*rung, scenario.shows, original, port));
        }
    }
    match scenario.shows {
        None => Verdict::Same,
        Some(difference) if difference.shows_here() => Verdict::DiffersAs(difference),
        Some(_) => Verdict::NotObservableHere,
    }
}

/// Whether `port` differs from `original` as the register says, and in nothing else.
fn shows(
    difference: Difference,
    rung: Rung,
    scenario: &Scenario,
    original: &Observation,
    port: &Observation,
) -> bool {
    let replies = || {
        port.answers
            .iter()
            .all(|answer| answer.bytes == Reply::Literal.to(scenario.pattern, &answer.sent))
    };
    let serves = port.ended == Ended::Serves;
    if port == original {
        return false;
    }
    // Everything but what may differ is taken from the original and so compared with itself.
    let expected = match difference {
        Difference::D1 => Observation { restarted: Some(true), ..original.clone() },
        Difference::D3 => Observation { traceback: false, ..original.clone() },
        // What was held back is lost when the original is ended.
        Difference::D7 => {
            let stdout = port.stdout.clone();
            Observation { printed: Some(true), stdout, ..original.clone() }
        }
        Difference::D8 => Observation {
            ended: Ended::Exited(Exit::Code(101)),
            traceback: false,
            ..original.clone()
        },
        Difference::D2 => return serves && replies() && port.stdout.contains('\u{fffd}'),
        Difference::D4 if rung == Rung::Literal => {
            return port.ended == Ended::Exited(Exit::Code(1));
        }
        Difference::D4 => return serves && port.stdout.starts_with(&original.stdout),
        Difference::D5 => return serves && replies(),
        Difference::D6 => {
            let ended = matches!(port.ended, Ended::Exited(_)) && port.stdout == original.stdout;
            let last = port.answers.last();
            return ended && last.is_some_and(|answer| answer.peer == 0 && answer.bytes.is_empty());
        }
    };
    *port == expected
}

/// What differs, as text and in hexadecimal.
fn explain(
    rung: Rung,
    difference: Option<Difference>,
    original: &Observation,
    port: &Observation,
) -> String {
    if original == port {
        return match difference {
            Some(difference) => {
                format!("{difference:?} does not show: {rung:?} does what the original does")
            }
            None => format!("{rung:?}"),
        };
    }
    let mut lines = vec![format!("Original | {rung:?}")];
    for (index, answer) in original.answers.iter().enumerate() {
        match port.answers.get(index) {
            Some(other) if other == answer => {}
            Some(other) => lines.push(format!(
                "client {}: {} {:?} | {} {:?}",
                answer.peer,
                Shown::new(&answer.bytes),
                answer.ending,
                Shown::new(&other.bytes),
                other.ending
            )),
            None => {
                lines.push(format!("client {}: {} | -", answer.peer, Shown::new(&answer.bytes)));
            }
        }
    }
    if original.stdout != port.stdout {
        lines.push(format!(
            "stdout: {} | {}",
            Shown::new(original.stdout.as_bytes()),
            Shown::new(port.stdout.as_bytes())
        ));
    }
    let rest = |observation: &Observation| {
        let Observation { printed, elsewhere, surplus, restarted, ended, traceback, .. } =
            observation;
        format!(
            "{ended:?} printed={printed:?} elsewhere={elsewhere:?} surplus={surplus:?} restarted={restarted:?} traceback={traceback}"
        )
    };
    if rest(original) != rest(port) {
        lines.push(format!("{} | {}", rest(original), rest(port)));
    }
    lines.join("\n")
}

/// What a program did, in a few words.
fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::NotStarted(_) => "not started".to_owned(),
        Outcome::ExitedEarly(exit, _) => format!("early {}", show::exit(*exit)),
        Outcome::NotListening(..) => "not listening".to_owned(),
        Outcome::Observed(observation, _) => {
            let mut words = Vec::new();
            match observation.restarted {
                Some(true) => words.push("restarts".to_owned()),
                Some(false) => words.push("no restart".to_owned()),
                None => {}
            }
            if observation.printed == Some(false) {
                words.push("held back".to_owned());
            }
            if observation.traceback {
                words.push("traceback".to_owned());
            }
            if observation
                .answers
                .iter()
                .any(|answer| answer.ending == Ending::Reset && !answer.bytes.is_empty())
            {
                words.push("reset".to_owned());
            }
            words.push(match observation.ended {
                Ended::Exited(exit) => show::exit(exit),
                Ended::Serves => "serves".to_owned(),
                Ended::Silent => "silent".to_owned(),
            });
            words.join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::{Answer, Printed};
    use crate::patterns;

    fn scenario(path: &str) -> Scenario {
        patterns::all().into_iter().find(|scenario| scenario.path() == path).unwrap()
    }

    fn ended(ended: Ended) -> Outcome {
        let observation = Observation {
            answers: Vec::new(),
            printed: None,
            elsewhere: Vec::new(),
            surplus: Vec::new(),
            restarted: None,
            ended,
            stdout: String::new(),
            traceback: false,
        };
        Outcome::Observed(Box::new(observation), Box::default())
    }

    #[test]
    fn a_documented_difference_must_show_as_it_is_documented() {
        let not_utf8 = scenario("udp-echo/not-utf8");
        let dies = || Some(ended(Ended::Exited(Exit::Code(1))));
        let serves = |bytes: &[u8], stdout: &str| {
            let Outcome::Observed(mut observation, detail) = ended(Ended::Serves) else {
                unreachable!()
            };
            let (bytes, sent) = (bytes.to_vec(), b"a\xffb".to_vec());
            observation.answers.push(Answer {
                act: 1,
                peer: 0,
                sent,
                bytes,
                ending: Ending::Datagram,
                late: None,
                unread: None,
                stays: None,
                after: None,
            });
            observation.stdout = stdout.to_owned();
            Some(Outcome::Observed(observation, detail))
        };
        let right = || serves("서버로부터 응답".as_bytes(), "a\u{fffd}b\n");
        assert_eq!(
            verdict(&not_utf8, &[dies(), dies(), right()]),
            Verdict::DiffersAs(Difference::D2)
        );
        for wrong in [
            [dies(), dies(), dies()],
            [dies(), right(), right()],
            [right(), right(), right()],
            [dies(), dies(), serves(b"", "a\u{fffd}b\n")],
            [dies(), dies(), serves("서버로부터 응답".as_bytes(), "")],
            [dies(), dies(), Some(ended(Ended::Exited(Exit::Code(101))))],
        ] {
            assert!(matches!(verdict(&not_utf8, &wrong), Verdict::Differs(_)), "{wrong:?}");
        }
    }

    #[test]
    fn a_difference_excuses_nothing_besides() {
        let restart = scenario("tcp-echo/restart");
        let observed = |restarted, stdout: &str| {
            let Outcome::Observed(mut observation, detail) = ended(Ended::Exited(Exit::Code(0)))
            else {
                unreachable!()
            };
            observation.restarted = Some(restarted);
            observation.stdout = stdout.to_owned();
            Some(Outcome::Observed(observation, detail))
        };
        let original = || observed(false, "line");
        let right = || observed(true, "line");
        assert_eq!(
            verdict(&restart, &[original(), right(), right()]),
            Verdict::DiffersAs(Difference::D1)
        );
        let wrong = verdict(&restart, &[original(), right(), observed(true, "another line")]);
        assert!(matches!(wrong, Verdict::Differs(_)));
    }

    #[test]
    fn an_undocumented_difference_is_named() {
        let restart = scenario("udp-echo/restart");
        let (dies, serves) =
            (|| Some(ended(Ended::Exited(Exit::Code(1)))), || Some(ended(Ended::Serves)));
        assert_eq!(verdict(&restart, &[serves(), serves(), serves()]), Verdict::Same);
        let Verdict::Differs(because) = verdict(&restart, &[serves(), serves(), dies()]) else {
            panic!()
        };
        assert!(because.contains("Port") && because.contains("Serves"), "{because}");
        let early = Some(Outcome::ExitedEarly(Exit::Code(1), Printed::default()));
        assert!(matches!(verdict(&restart, &[serves(), serves(), early]), Verdict::Differs(_)));
    }

    #[test]
    fn without_the_original_nothing_is_said_to_be_the_same() {
        let restart = scenario("udp-echo/restart");
        let serves = || Some(ended(Ended::Serves));
        assert_eq!(verdict(&restart, &[None, serves(), serves()]), Verdict::NotRun);
    }
}
