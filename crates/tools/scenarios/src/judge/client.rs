//! What is wrong with a client.

use std::time::Duration;

use harness::program::Exit;

use super::{Kind, Problem, View};
use crate::complaint;
use crate::meaning::Why;
use crate::moments::{Moment, Who};
use crate::observation::{Answer, Ended};
use crate::peer::Ending;
use crate::scenario::{Act, End, Role};
use crate::show::{self, Shown};

/// What a clock of another kind may be off.
const NEARLY: Duration = Duration::from_millis(200);

impl View<'_> {
    /// The first thing that is wrong with a client.
    pub(super) fn wrong_client(&self) -> Option<Problem> {
        self.crashed()
            .or_else(|| self.never_came())
            .or_else(|| self.observation.answers.iter().find_map(|answer| self.wrong(answer)))
            .or_else(|| self.asked_too_often())
            .or_else(|| self.wrongly_printed())
            .or_else(|| self.wrongly_ended())
            .or_else(|| self.wrong_time())
            .or_else(|| self.said_nothing())
    }

    fn is_exercise(&self) -> bool {
        self.scenario.messages().is_some()
    }

    pub(super) fn is_client_of_an_exercise(&self) -> bool {
        self.is_exercise() && self.scenario.role != Role::Server
    }

    fn crashed(&self) -> Option<Problem> {
        (self.is_exercise() && self.complaint.certain).then(|| {
            Problem::new(Kind::WrongExit, self.why("crashes").with(&self.complaint)).in_time(0)
        })
    }

    /// Nobody has connected, or sent a datagram.
    fn never_came(&self) -> Option<Problem> {
        let awaited = self.scenario.acts.iter().any(|act| matches!(act, Act::Accept(_)));
        let of_ours = |moment: &Moment| matches!(moment.who, Who::Peer(_));
        let came = self.detail.moments.iter().any(of_ours);
        (self.is_exercise() && awaited && !came)
            .then(|| Problem::new(Kind::Silent, self.why("never-came")))
    }

    /// It sends again at another time than it should.
    pub(super) fn wrong_pace(
        &self,
        answer: &Answer,
        least: Duration,
        most: Duration,
    ) -> Option<Problem> {
        let after = answer.after?;
        let cause = if after + NEARLY < least {
            "sends-again-early"
        } else if after > most + NEARLY {
            "sends-again-late"
        } else {
            return None;
        };
        let why = self.why(cause).fill("seconds", format!("{:.1}", after.as_secs_f64()));
        Some(Problem::new(Kind::Silent, why).in_time(answer.peer))
    }

    /// No further datagram came.
    pub(super) fn sent_no_more(&self, answer: &Answer) -> Option<Why> {
        let sendings = |act: &&Act| matches!(act, Act::Receive(..));
        let before = self.scenario.acts[..answer.act].iter().filter(sendings).count();
        if !self.is_client_of_an_exercise() || before == 0 || answer.ending == Ending::Datagram {
            return None;
        }
        let ended = matches!(self.observation.ended, Ended::Exited(_));
        let cause = if ended { "gives-up-after" } else { "waits-for-ever" };
        Some(self.why(cause).fill("count", before))
    }

    fn asked_too_often(&self) -> Option<Problem> {
        let first = *self.observation.surplus.first()?;
        Some(Problem::new(Kind::WrongBytes, self.why("sends-too-often")).in_time(first))
    }

    fn wrongly_printed(&self) -> Option<Problem> {
        let expected = self.detail.expected.concat();
        let came = &self.detail.printed.stdout[..];
        // Nobody is told to end nothing, or what is not whole, in a newline.
        let nothing_whole = self.complains() || expected == b"\n";
        let bare = |bytes: &[u8]| bytes.strip_suffix(b"\n").unwrap_or(bytes).to_vec();
        let is_right = self.scenario.is_right(came, &expected)
            || self.is_exercise() && nothing_whole && bare(came) == bare(&expected);
        (!is_right).then(|| {
            let why = self.why_printed(&expected, came);
            self.about_output(why)
        })
    }

    fn why_printed(&self, expected: &[u8], came: &[u8]) -> Why {
        if !self.is_exercise() {
            return self.why("prints-otherwise").with(&self.certain());
        }
        let text = String::from_utf8_lossy(came);
        // One that stops inside a character prints what stands for its first bytes.
        let bare = text.trim_end_matches(['\n', '\u{fffd}']).as_bytes();
        let of_a_stranger = |act: &Act| matches!(act, Act::Stranger(_, data) if came.windows(data.bytes().len()).any(|it| it == &*data.bytes()));
        let slow = |act: &Act| matches!(act, Act::SendPieces(_, _, _, pause) if *pause >= Duration::from_secs(1));
        if self.scenario.acts.iter().any(of_a_stranger) {
            self.why("takes-a-stranger")
        } else if expected == [came, b"\n"].concat() {
            self.why("no-newline-printed")
        } else if text.contains("b'") && !expected.starts_with(b"b'") {
            self.why("prints-repr")
        } else if text.trim_end().is_empty() {
            self.why("prints-nothing")
        } else if expected.starts_with(bare) && self.scenario.acts.iter().any(slow) {
            self.why("stops-in-a-pause").fill("some", bare.len()).fill("total", expected.len() - 1)
        } else if expected.starts_with(bare) {
            self.why("stops-early").fill("some", bare.len()).fill("total", expected.len() - 1)
        } else if text.contains('\u{fffd}') {
            self.why("printed-in-pieces")
        } else {
            self.why("prints-something-else")
        }
    }

    fn wrongly_ended(&self) -> Option<Problem> {
        let (expected, came) = (self.scenario.end, self.observation.ended);
        if came.is(expected) {
            return None;
        }
        let why = match came {
            _ if !self.is_exercise() => self.why("ends-otherwise"),
            Ended::Exited(exit) => self.why("wrong-exit-code").fill("code", show::exit(exit)),
            Ended::Serves | Ended::Silent => self.why("never-ends"),
        };
        let problem = Problem::new(Kind::WrongExit, why.with(&self.certain())).in_time(0);
        let expected = match expected {
            End::Exits(code) => show::exit(Exit::Code(code)),
            End::ExitsSomehow => "it ends".to_owned(),
            End::Serves | End::Runs => "still running".to_owned(),
        };
        let came = match came {
            Ended::Exited(exit) => show::exit(exit),
            Ended::Serves | Ended::Silent => "still running".to_owned(),
        };
        Some(problem.expected(expected, came))
    }

    /// It gives up too early, or too late.
    fn wrong_time(&self) -> Option<Problem> {
        let Role::Client { lasts: Some((least, most)), .. } = self.scenario.role else {
            return None;
        };
        let lasted = self.detail.lasted?;
        let cause = if lasted + NEARLY < least {
            "gives-up-early"
        } else if lasted > most + NEARLY {
            "gives-up-late"
        } else {
            return None;
        };
        let why = self.why(cause).fill("seconds", format!("{:.1}", lasted.as_secs_f64()));
        Some(Problem::new(Kind::WrongExit, why).in_time(0))
    }

    fn complains(&self) -> bool {
        matches!(self.scenario.role, Role::Client { complains: true, .. })
    }

    fn said_nothing(&self) -> Option<Problem> {
        (self.complains() && !complaint::speaks(&self.detail.printed.stderr)).then(|| {
            let printed = Shown::new(&self.detail.printed.stdout).to_string();
            Problem::new(Kind::WrongStdout, self.why("says-nothing")).expected("", printed)
        })
    }
}
