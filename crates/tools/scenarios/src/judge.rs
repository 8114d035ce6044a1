//! Judges what was observed of somebody's own program, and finds out what is wrong with it.

mod client;

use std::time::Duration;

use common::Pattern;
use harness::Text;
use harness::program::Exit;
use harness::sockets::Protocol;
use serde::Serialize;

use crate::bytes;
use crate::chat;
use crate::complaint::Complaint;
use crate::dialect::Dialect;
use crate::lengths;
use crate::lines;
use crate::meaning::{self, When, Why};
use crate::moments::{Moment, What};
use crate::observation::{
    Absence, Answer, Detail, Ended, Late, Observation, Outcome, Printed, Stays, Unread,
};
use crate::output;
use crate::peer::Ending;
use crate::scenario::{
    Act, BUFFER, Checked, Contract, End, Messages, PeerId, Reply, Role, Scenario, Then, Want,
    sentence,
};
use crate::show::{self, Shown};
use crate::stage::Subject;

/// What kind of problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It could not be started.
    NotStarted,
    /// It ended before it listened.
    Exited,
    /// It does not listen on the port.
    NotListening,
    /// It listens on other addresses too, or instead.
    OtherAddresses,
    /// It does not answer, or too late.
    Silent,
    /// It speaks before it is spoken to.
    SpeaksFirst,
    /// It sends wrong bytes.
    WrongBytes,
    /// The connection ends wrongly.
    WrongEnding,
    /// It prints something wrong.
    WrongStdout,
    /// It ends wrongly, or does not end.
    WrongExit,
    /// It answered and died later.
    DiedLater,
}

/// What is wrong, and why it probably is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind it is.
    pub kind: Kind,
    /// A short name of the mistake: two failures with the same one have the same cause.
    pub cause: &'static str,
    /// What was sent.
    pub sent: String,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub came: String,
    /// The likely mistake, and what the program itself said.
    pub why: Text,
    /// Whether it is no more than advice.
    pub advice: bool,
    /// Where it is about time or order: the clients that it is about.
    pub about: Option<Vec<PeerId>>,
}

impl Problem {
    /// A problem without an exchange.
    #[must_use]
    pub fn new(kind: Kind, why: Why) -> Self {
        let none = String::new;
        let Why { cause, text } = why;
        Self {
            kind,
            cause,
            sent: none(),
            expected: none(),
            came: none(),
            why: text,
            advice: false,
            about: None,
        }
    }

    fn expected(self, expected: impl Into<String>, came: impl Into<String>) -> Self {
        Self { expected: expected.into(), came: came.into(), ..self }
    }

    /// It is about time or order: what was sent and came is equal, or says nothing.
    fn in_time(self, peer: PeerId) -> Self {
        Self {
            about: Some(vec![peer]),
            sent: String::new(),
            expected: String::new(),
            came: String::new(),
            ..self
        }
    }
}

/// The first thing that is wrong with `outcome`, if any, and the advice besides.
#[must_use]
pub fn judge(scenario: &Scenario, subject: &Subject, outcome: &Outcome) -> Vec<Problem> {
    let program = Speaker::new(scenario, subject);
    let mut problems = match outcome {
        Outcome::NotStarted(error) => vec![program.not_started(error)],
        Outcome::ExitedEarly(exit, printed) => vec![program.exited(*exit, printed)],
        Outcome::NotListening(absence, printed) => vec![program.not_listening(absence, printed)],
        Outcome::Observed(observation, detail) => {
            let complaint = program.complaint(&detail.printed);
            let view =
                View { scenario, subject, observation, detail, program: &program, complaint };
            view.problem().into_iter().chain(view.advice()).collect()
        }
    };
    if matches!(outcome, Outcome::Observed(..)) {
        for problem in &mut problems {
            problem.advice |= is_lenient(scenario, subject, problem);
        }
    }
    problems
}

/// Whether no more than advice is given, because the original itself fails, or this system lets nobody tell.
fn is_lenient(scenario: &Scenario, subject: &Subject, problem: &Problem) -> bool {
    let bytes = problem.kind == Kind::WrongBytes;
    // Echoing bytes that are no text is more than the page asks for; dying of them is not.
    let no_text = matches!(scenario.id, "not-utf8" | "split-character" | "cut-character");
    // A reset may swallow a reply. Only Linux is sure to deliver it.
    let reset = scenario.acts.iter().any(|act| matches!(act, Act::Receive(_, _, Then::Reset)));
    let larger = scenario
        .acts
        .iter()
        .any(|act| matches!(act, Act::Send(_, data) if data.bytes().len() > BUFFER));
    scenario.checked == Checked::Advice
        || bytes
            && no_text
            && subject.reply == Reply::Echo
            && scenario.contract == Contract::Original
        || cfg!(not(target_os = "linux")) && reset
        // An error there, of which the original dies (D5).
        || cfg!(windows) && scenario.pattern == Pattern::UdpEcho && (larger || scenario.id == "gone")
}

/// The program that is judged, and how it is spoken to.
struct Speaker<'a> {
    subject: &'a Subject,
    protocol: Protocol,
    sentence: &'static str,
    contract: Contract,
    dialect: Dialect,
    /// The name of its file in Python.
    script: Option<String>,
}

impl<'a> Speaker<'a> {
    fn new(scenario: &Scenario, subject: &'a Subject) -> Self {
        let names = subject.command.iter().map(|word| {
            let name = std::path::Path::new(word).file_name().unwrap_or_default();
            name.to_string_lossy().into_owned()
        });
        Self {
            subject,
            protocol: scenario.protocol(),
            sentence: sentence(scenario.pattern),
            contract: scenario.contract,
            dialect: Dialect::of(&subject.command),
            script: names.into_iter().find_map(|name| Some(name.strip_suffix(".py")?.to_owned())),
        }
    }

    fn complaint(&self, printed: &Printed) -> Complaint {
        match self.contract {
            Contract::Original => Complaint::of(printed, self.sentence),
            Contract::Exercise(_) => Complaint::uncaught(printed, self.sentence),
        }
    }

    fn meaning(&self, complaint: &Complaint, when: When) -> Option<Why> {
        // What an exercise says of itself is shown; what it means is for its author to find.
        let told = self.contract == Contract::Original;
        let script = self.script.as_deref();
        told.then(|| meaning::of(complaint, when, self.protocol, self.dialect, script)).flatten()
    }

    /// A sentence with the calls named as in the program's language.
    fn why(&self, cause: &str) -> Why {
        match self.contract {
            Contract::Original => Why::of(cause, self.dialect),
            Contract::Exercise(_) => Why::without_calls(cause),
        }
    }

    fn takes_a_port(&self) -> bool {
        self.subject.command.iter().any(|word| word.to_string_lossy().contains("{port}"))
    }

    fn not_started(&self, error: &str) -> Problem {
        let why = self.why("not-started");
        Problem::new(Kind::NotStarted, why).expected("", error)
    }

    fn exited(&self, exit: Exit, printed: &Printed) -> Problem {
        let complaint = self.complaint(printed);
        let came = format!("{}\n{}", show::exit(exit), last_words(&complaint));
        let why = self.meaning(&complaint, When::Starting).unwrap_or_else(|| {
            let generic = if exit == Exit::Signal(11) {
                self.why("segfault")
            } else if prompts(printed) {
                self.why("prompts")
            } else if exit == Exit::Code(0) && complaint.error.is_empty() {
                self.why("ended-at-once")
            } else {
                self.why("ended-early")
            };
            generic.with(&complaint)
        });
        Problem::new(Kind::Exited, why).expected("", came.trim())
    }

    fn not_listening(&self, absence: &Absence, printed: &Printed) -> Problem {
        let complaint = self.complaint(printed);
        let here = format!("127.0.0.1:{}", absence.port);
        if absence.other_protocol {
            let (this, other) = match self.protocol {
                Protocol::Tcp => ("TCP", "UDP"),
                Protocol::Udp => ("UDP", "TCP"),
            };
            let why = self.why("other-protocol").fill("this", this).fill("other", other);
            return Problem::new(Kind::NotListening, why).expected(this, other);
        }
        if let Some(port) = absence.ports.first() {
            let why = self.why("own-port").fill("own", port);
            let ports: Vec<String> = absence.ports.iter().map(u16::to_string).collect();
            return Problem::new(Kind::NotListening, why).expected(here, ports.join(", "));
        }
        if !absence.addresses.is_empty() {
            let addresses: Vec<String> =
                absence.addresses.iter().map(ToString::to_string).collect();
            let addresses = addresses.join(", ");
            let why = self.why("other-address").fill("addresses", &addresses);
            return Problem::new(Kind::OtherAddresses, why).expected("127.0.0.1", addresses);
        }
        let why = self.meaning(&complaint, When::Starting).unwrap_or_else(|| {
            if absence.bound {
                return self.why("bound-and-silent");
            }
            let known = if complaint.certain {
                self.why("not-listening")
            } else if self.protocol == Protocol::Udp {
                self.why("not-bound")
            } else if self.takes_a_port() {
                self.why("not-listening-port-given")
            } else {
                self.why("not-listening-port-unknown")
            };
            known.with(&complaint)
        });
        Problem::new(Kind::NotListening, why).expected(here, last_words(&complaint))
    }
}

/// Whether the last thing on standard output is a question that waits for an answer.
fn prompts(printed: &Printed) -> bool {
    let stdout = show::decode(&printed.stdout);
    let line = stdout.rsplit('\n').next().unwrap_or_default().trim_end();
    line.ends_with([':', '?', '>', '：'])
}

/// The end of what a program said.
fn last_words(complaint: &Complaint) -> String {
    const LINES: usize = 6;
    let lines: Vec<&str> = complaint
        .all
        .lines()
        .filter(|line| !line.trim_matches([' ', '^', '~', '\t']).is_empty())
        .collect();
    show::excerpt(&lines[lines.len().saturating_sub(LINES)..].join("\n"), LINES)
}

/// Everything that a judgement looks at.
struct View<'a> {
    scenario: &'a Scenario,
    subject: &'a Subject,
    observation: &'a Observation,
    detail: &'a Detail,
    program: &'a Speaker<'a>,
    complaint: Complaint,
}

impl View<'_> {
    fn pattern(&self) -> Pattern {
        self.scenario.pattern
    }

    fn why(&self, cause: &str) -> Why {
        self.program.why(cause)
    }

    /// The first thing that is wrong.
    fn problem(&self) -> Option<Problem> {
        if self.detail.over {
            return Some(Problem::new(Kind::Silent, self.why("too-slow")));
        }
        if self.scenario.role != Role::Server {
            return self.wrong_client();
        }
        self.not_printed()
            .or_else(|| self.other_addresses())
            .or_else(|| self.observation.answers.iter().find_map(|answer| self.wrong(answer)))
            .or_else(|| self.surplus())
            .or_else(|| self.wrong_end())
            .or_else(|| self.wrong_stdout())
    }

    fn not_printed(&self) -> Option<Problem> {
        let first = self.observation.answers.first().is_none_or(|answer| !answer.bytes.is_empty());
        // Where the line never comes, the output as a whole is what is wrong.
        let later = !self.detail.printed.stdout.is_empty();
        (self.observation.printed == Some(false) && first && later).then(|| {
            let why = match (self.printed_before_anybody_spoke(), self.observation.answers.len()) {
                (0, _) => self.why("prints-late"),
                (1, _) => self.why("one-at-a-time"),
                (some, all) => self.why("accepts-some").fill("some", some).fill("total", all),
            };
            Problem::new(Kind::WrongStdout, why).in_time(0)
        })
    }

    fn printed_before_anybody_spoke(&self) -> usize {
        let silent = |moment: &&Moment| !matches!(moment.what, What::Sends(_));
        let silence = self.detail.moments.iter().take_while(silent);
        let of_a_client = |moment: &&Moment| match &moment.what {
            What::Prints(line) => line.starts_with(sentence(self.scenario.pattern).as_bytes()),
            _ => false,
        };
        silence.filter(of_a_client).count()
    }

    /// Whether it had printed every connection before any client had to go.
    fn had_accepted_all(&self) -> bool {
        let stayed = |moment: &&Moment| moment.what != What::HalfCloses;
        let before = || self.detail.moments.iter().take_while(stayed);
        let connected = before().filter(|moment| moment.what == What::Connects).count();
        let lines = before().filter(|moment| matches!(moment.what, What::Prints(_))).count();
        lines >= connected
    }

    fn other_addresses(&self) -> Option<Problem> {
        let elsewhere = &self.observation.elsewhere;
        (!elsewhere.is_empty()).then(|| {
            let why = self.why("all-addresses");
            let came = format!("127.0.0.1, {}", elsewhere.join(", "));
            Problem::new(Kind::OtherAddresses, why).expected("127.0.0.1", came)
        })
    }

    /// What is wrong with what came by one act.
    fn wrong(&self, answer: &Answer) -> Option<Problem> {
        let (want, then) = match self.scenario.acts.get(answer.act)? {
            Act::Receive(_, want, then) => (want, *then),
            // How long a client of an exercise goes on is looked at as a whole.
            Act::Silence(..) if self.is_client_of_an_exercise() => return None,
            Act::Silence(_, time) => return self.not_silent(answer, *time),
            Act::Paced(_, least, most) => return self.wrong_pace(answer, *least, *most),
            Act::Closes(_, earliest, latest) => return self.not_closed(answer, *earliest, *latest),
            _ => return None,
        };
        let expected = match want {
            Want::Reply => self.subject.reply.to(self.pattern(), &answer.sent),
            Want::Data(data) => data.bytes().into_owned(),
            Want::Merged(senders) => senders.concat(),
            Want::Nothing => Vec::new(),
        };
        let shown = |bytes: &[u8]| Shown::new(bytes).to_string();
        let new = |kind, why| {
            Some(Problem {
                sent: shown(&answer.sent),
                ..Problem::new(kind, why).expected(shown(&expected), shown(&answer.bytes))
            })
        };
        if *want == Want::Nothing {
            return if answer.bytes.is_empty() {
                None
            } else {
                new(Kind::WrongExit, self.why("serves-on"))
            };
        }
        if let Some(late) = answer.late.filter(|_| !self.is_unasked(answer)) {
            return Some(
                Problem::new(Kind::Silent, self.late(late, &answer.sent)).in_time(answer.peer),
            );
        }
        let nothing = answer.bytes.is_empty() || answer.late.is_some();
        if nothing && !expected.is_empty() && answer.ending != Ending::Datagram {
            let why = self.nothing_came(answer);
            return Some(Problem { sent: shown(&answer.sent), ..Problem::new(Kind::Silent, why) })
                .map(|problem| Problem {
                    about: Some(vec![answer.peer]),
                    expected: shown(&expected),
                    ..problem
                });
        }
        if !self.scenario.is_wanted(want, &answer.bytes, &expected) {
            // What it looks like is known of the sentences of the contract.
            let plain = Answer { bytes: self.plain(&answer.bytes), ..answer.clone() };
            let expected = self.plain(&expected);
            if let Some(why) = self.wrong_messages(&expected, &plain, then == Then::End) {
                return new(Kind::WrongBytes, why);
            }
            let reply = self.subject.reply;
            let name = |cause: &str| self.why(cause);
            let why = bytes::wrong(reply, self.pattern(), name, &expected, &plain);
            return new(Kind::WrongBytes, why);
        }
        match (then, answer.ending) {
            (Then::AnyEnd, Ending::Open) if self.scenario.messages().is_some() => {
                let goodbye = self.scenario.messages() == Some(Messages::Goodbye);
                let why = self.why(if goodbye { "quit-does-not-end" } else { "not-closed" });
                Some(Problem::new(Kind::WrongEnding, why).in_time(answer.peer))
            }
            (Then::End | Then::Reset | Then::AnyEnd, Ending::Open) => {
                Some(Problem::new(Kind::WrongEnding, self.stays_open(answer)).in_time(answer.peer))
            }
            (Then::End, Ending::Reset) if answer.sent.len() <= BUFFER => {
                new(Kind::WrongEnding, self.why("closed-unread"))
            }
            _ => None,
        }
    }

    /// Bytes with the sentences of the contract, where others stand in their place in this run.
    fn plain(&self, bytes: &[u8]) -> Vec<u8> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) if self.scenario.messages() != Some(Messages::Lengths) => text.to_owned(),
            _ => return bytes.to_vec(),
        };
        let replace = |text: String, (own, other): &(String, String)| text.replace(other, own);
        self.subject.sentences.iter().fold(text, replace).into_bytes()
    }

    /// What wrong messages of an exercise look like.
    fn wrong_messages(&self, expected: &[u8], answer: &Answer, to_the_end: bool) -> Option<Why> {
        const FULL: &[u8] = "자리가 없습니다".as_bytes();
        let came = &answer.bytes[..];
        let messages = self.scenario.messages()?;
        if expected.is_empty() {
            return Some(self.why("answered-anyway"));
        }
        if came.starts_with(FULL) && !expected.starts_with(FULL) {
            return Some(self.why("full-though-free"));
        }
        let count = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').count() - 1;
        match messages {
            Messages::Lengths => lengths::wrong(expected, came),
            Messages::Chat => {
                if !expected.starts_with(came) && self.is_piece(answer) {
                    return Some(self.why("piece-passed-on"));
                }
                let why = chat::wrong(expected, came, &answer.sent)?;
                let held_up = why.cause == "lines-lost" && self.somebody_is_deaf();
                Some(if held_up { self.why("deaf-holds-up") } else { why })
            }
            Messages::Goodbye if expected.starts_with(came) && answer.ending != Ending::Open => {
                let why = self.why("replies-lost");
                Some(why.fill("some", count(came)).fill("total", count(expected)))
            }
            Messages::Whole | Messages::Lines | Messages::Goodbye => {
                lines::wrong(expected, came, to_the_end)
            }
        }
    }

    /// Whether what came holds a piece of a line that was not whole by then.
    fn is_piece(&self, answer: &Answer) -> bool {
        self.scenario.acts[..answer.act].iter().any(|act| match act {
            Act::Send(_, data) if !data.bytes().ends_with(b"\n") => {
                let data = data.bytes();
                let piece = data.trim_ascii();
                answer.bytes.windows(piece.len()).any(|it| it == piece)
            }
            _ => false,
        })
    }

    /// Whether it was to send something to a client that says nothing.
    fn is_unasked(&self, answer: &Answer) -> bool {
        answer.sent.is_empty()
            && self.scenario.messages() == Some(Messages::Lines)
            && !self.scenario.acts.contains(&Act::HalfClose(answer.peer))
    }

    fn somebody_is_deaf(&self) -> bool {
        self.scenario.acts.iter().any(|act| matches!(act, Act::Deaf(_)))
    }

    /// A silent client was to lose its connection in this time.
    fn not_closed(&self, answer: &Answer, earliest: Duration, latest: Duration) -> Option<Problem> {
        // A clock of another kind may be a little early.
        const NEARLY: Duration = Duration::from_millis(100);
        let after = answer.after.unwrap_or_default();
        let seconds = |time: Duration| format!("{:.1}", time.as_secs_f64());
        let why = if !answer.bytes.is_empty() {
            self.why("answered-anyway")
        } else if answer.ending == Ending::Open {
            self.why("kept-too-long").fill("seconds", seconds(latest))
        } else if after + NEARLY < earliest {
            self.why("closed-early").fill("seconds", seconds(after))
        } else {
            return None;
        };
        let problem = Problem::new(Kind::WrongEnding, why.with(&self.certain()));
        let came = Shown::new(&answer.bytes).to_string();
        Some(
            problem
                .in_time(answer.peer)
                .expected("", if answer.bytes.is_empty() { String::new() } else { came }),
        )
    }

    /// A client was silent, and the server was not, or gave up.
    fn not_silent(&self, answer: &Answer, time: Duration) -> Option<Problem> {
        if !answer.bytes.is_empty() {
            let chat = self.scenario.messages() == Some(Messages::Chat);
            let why = if chat && self.is_piece(answer) {
                self.why("piece-passed-on")
            } else if chat {
                chat::surplus(&answer.bytes, &answer.sent)
            } else {
                self.why("speaks-first")
            };
            let problem = Problem::new(Kind::SpeaksFirst, why).in_time(answer.peer);
            return Some(problem.expected("", Shown::new(&answer.bytes).to_string()));
        }
        if answer.ending == Ending::Open {
            return None;
        }
        if matches!(self.observation.ended, Ended::Exited(_)) {
            let exited_well = self.observation.ended == Ended::Exited(Exit::Code(0));
            return Some(
                Problem::new(Kind::Silent, self.failed(answer, true, exited_well))
                    .in_time(answer.peer),
            );
        }
        let why = self.program.meaning(&self.complaint, When::Serving).unwrap_or_else(|| {
            self.why("gives-up").fill("seconds", time.as_secs_f64()).with(&self.certain())
        });
        Some(Problem::new(Kind::Silent, why).in_time(answer.peer))
    }

    fn certain(&self) -> Complaint {
        if self.complaint.certain { self.complaint.clone() } else { Complaint::default() }
    }

    fn stays_open(&self, answer: &Answer) -> Why {
        match answer.stays {
            Some(Stays::ReadsOn) if self.program.dialect == Dialect::Node => {
                self.why("goes-on-receiving")
            }
            Some(Stays::ReadsOn) => self.why("reads-on"),
            _ => self.why("does-not-close"),
        }
    }

    /// Whether a client of the scenario resets its connection.
    fn resets(&self) -> bool {
        self.scenario.acts.iter().any(|act| matches!(act, Act::Reset(_)))
    }

    fn nothing_came(&self, answer: &Answer) -> Why {
        let exited_well = self.observation.ended == Ended::Exited(Exit::Code(0));
        let ended = matches!(self.observation.ended, Ended::Exited(_));
        let died = ended && (!exited_well || self.pattern() != Pattern::TcpEcho);
        if let Some(why) = self.sent_no_more(answer) {
            return why;
        }
        // What it says of an error may be about the end of this scenario.
        if let Some(cause) = self.nothing_in_an_exercise(answer).filter(|_| !died) {
            return self.why(cause);
        }
        if died || self.complaint.certain {
            return self.failed(answer, died, exited_well);
        }
        let others = self.detail.expected.len() > 2;
        match (self.scenario.protocol(), answer.unread) {
            (Protocol::Tcp, Some(Unread::InTheSocket)) if others => self.why("another-socket"),
            (Protocol::Tcp, Some(Unread::InTheSocket)) => self.why("never-read"),
            (Protocol::Udp, Some(Unread::InTheSocket)) if self.observation.answers.len() <= 1 => {
                self.why("never-received")
            }
            (Protocol::Tcp, Some(Unread::NotAccepted)) if answer.peer == 0 => {
                self.why("never-accepted")
            }
            (Protocol::Tcp, Some(Unread::NotAccepted)) => self.why("accepts-no-more"),
            (Protocol::Udp, _) => self.no_datagram(answer),
            (Protocol::Tcp, _) => self.no_reply(answer),
        }
    }

    /// What it means in an exercise that nothing came.
    fn nothing_in_an_exercise(&self, answer: &Answer) -> Option<&'static str> {
        let messages = self.scenario.messages()?;
        let before = &self.scenario.acts[..answer.act];
        let slowly = |act: &Act| matches!(act, Act::SendPieces(peer, _, _, pause) if *peer == answer.peer && *pause >= Duration::from_secs(1));
        let left = |act: &Act| matches!(act, Act::Close(_) | Act::HalfClose(_));
        let closed = answer.ending != Ending::Open;
        match messages {
            _ if self.is_unasked(answer) => {
                Some(if answer.late.is_some() { "served-anyway" } else { "left-waiting" })
            }
            _ if closed && before.iter().any(slowly) => Some("closed-while-speaking"),
            Messages::Lengths if self.detail.reversed => Some("reads-little-endian"),
            Messages::Chat if self.somebody_is_deaf() => Some("deaf-holds-up"),
            Messages::Chat if self.resets() => Some("reset-keeps-others-waiting"),
            Messages::Chat if before.iter().any(left) => Some("leaver-disturbs"),
            Messages::Chat if answer.unread != Some(Unread::NotAccepted) => Some("not-passed-on"),
            Messages::Goodbye if closed => Some("no-replies"),
            _ => None,
        }
    }

    /// An error came before the reply, or the end.
    fn failed(&self, answer: &Answer, died: bool, exited_well: bool) -> Why {
        let complaint = if died { self.complaint.clone() } else { self.certain() };
        if self.resets() {
            // Whether it has gone by the time the next client comes is a matter of luck.
            let ends = died && matches!(self.scenario.end, End::Serves | End::Runs);
            let cause = if ends { "reset-ends-the-server" } else { "reset-keeps-others-waiting" };
            return self.why(cause).with(&complaint);
        }
        let text = std::str::from_utf8(&answer.sent).is_ok_and(|_| answer.sent.len() <= BUFFER);
        if let Some(why) = self.program.meaning(&self.complaint, When::Serving) {
            if why.cause == "decodes" && text && !answer.sent.is_empty() {
                let why = self.why("cut-before-decoding").fill("size", answer.sent.len());
                return why.with(&complaint);
            }
            return why;
        }
        let why = if self.observation.ended == Ended::Exited(Exit::Signal(11)) {
            self.why("segfault-serving")
        } else if exited_well
            && died
            && answer.sent.is_empty()
            && self.scenario.protocol() == Protocol::Udp
        {
            self.why("ends-on-empty")
        } else if exited_well && died && self.scenario.acts.contains(&Act::HalfClose(answer.peer)) {
            self.why("ends-on-half-close")
        } else if exited_well && died && self.observation.answers.len() > 1 {
            self.no_loop()
        } else if exited_well && died {
            self.why("main-ends")
        } else if died {
            self.why("dies")
        } else {
            self.why("error")
        };
        why.with(&complaint)
    }

    fn no_loop(&self) -> Why {
        if self.program.dialect == Dialect::Node {
            return self.why("server-closed");
        }
        self.why("no-loop")
    }

    fn no_datagram(&self, answer: &Answer) -> Why {
        if answer.sent.is_empty() {
            self.why("ignores-empty")
        } else if self.observation.answers.len() > 1 {
            self.why("answers-once")
        } else {
            self.why("no-datagram")
        }
    }

    fn no_reply(&self, answer: &Answer) -> Why {
        let half_closed = self.scenario.acts.contains(&Act::HalfClose(answer.peer));
        match answer.ending {
            Ending::Open => self.why("reads-and-is-silent"),
            _ if half_closed && (answer.sent.is_empty() || self.scenario.messages().is_none()) => {
                self.why("ignores-half-close")
            }
            Ending::Reset => self.why("closes-unread"),
            _ if self.program.dialect == Dialect::Java => self.why("not-flushed"),
            _ if self.program.dialect == Dialect::Node => self.why("ends-without-reply"),
            _ => self.why("closes-without-reply"),
        }
    }

    fn surplus(&self) -> Option<Problem> {
        let first = *self.observation.surplus.first()?;
        let why = self.why("more-than-one-reply");
        Some(Problem::new(Kind::WrongBytes, why).in_time(first).expected("1", "2+"))
    }

    fn wrong_end(&self) -> Option<Problem> {
        let ended = self.observation.ended;
        if ended.is(self.scenario.end) {
            return self
                .detail
                .serves_on
                .then(|| Problem::new(Kind::WrongExit, self.why("port-taken-on")).in_time(0));
        }
        let complaint = &self.complaint;
        let meaning = || self.program.meaning(complaint, When::Serving);
        let (kind, expected, why) = match (self.scenario.end, ended) {
            (End::Exits(_) | End::ExitsSomehow, Ended::Serves | Ended::Silent) => {
                let goodbye = self.scenario.messages() == Some(Messages::Goodbye);
                let why = self.why(if goodbye { "quit-does-not-end" } else { "does-not-end" });
                (Kind::WrongExit, "exit 0", why)
            }
            (End::Exits(_) | End::ExitsSomehow, Ended::Exited(_)) => {
                let why = meaning().unwrap_or_else(|| {
                    let why = self.why("exit-code");
                    why.with(complaint)
                });
                (Kind::WrongExit, "exit 0", why)
            }
            (End::Serves | End::Runs, Ended::Exited(_)) if self.resets() => {
                let why = self.why("reset-ends-the-server");
                (Kind::DiedLater, "serves", why.with(complaint))
            }
            (End::Serves | End::Runs, Ended::Exited(exit)) => {
                let why = meaning().unwrap_or_else(|| {
                    if exit == Exit::Code(0) {
                        return self.no_loop().with(&self.certain());
                    }
                    let why = self.why("dies-later");
                    why.with(complaint)
                });
                (Kind::DiedLater, "serves", why)
            }
            (End::Serves | End::Runs, Ended::Silent | Ended::Serves) => {
                let why = meaning().unwrap_or_else(|| self.serves_no_more());
                (Kind::Silent, "serves", why)
            }
        };
        let came = match ended {
            Ended::Exited(exit) => show::exit(exit),
            Ended::Serves | Ended::Silent => "still running".to_owned(),
        };
        let last = self.observation.answers.last().map_or(0, |answer| answer.peer);
        Some(Problem::new(kind, why).in_time(last).expected(expected, came))
    }

    /// It runs, and the next client is not answered.
    fn serves_no_more(&self) -> Why {
        if !self.detail.listens {
            return self.why("server-socket-closed");
        }
        if self.complaint.certain {
            let why = self.why("error-and-no-more");
            return why.with(&self.complaint);
        }
        self.why("serves-no-more")
    }

    fn late(&self, late: Late, sent: &[u8]) -> Why {
        match late {
            Late::Newline if sent.len() >= BUFFER => self.why("waits-after-full-buffer"),
            Late::Rest => self.why("waits-for-characters"),
            Late::OthersGone if self.had_accepted_all() => self.why("held-up"),
            Late::OthersGone => self.why("one-at-a-time"),
            Late::Newline => self.why("waits-for-a-newline"),
            Late::Filled(size) if size < BUFFER => self.why("waits-for-more"),
            Late::Filled(size) => self.why("waits-for-a-full-buffer").fill("size", size),
            Late::HalfClose => self.why("waits-for-the-end"),
        }
    }

    fn wrong_stdout(&self) -> Option<Problem> {
        if self.scenario.messages().is_some() {
            return None;
        }
        let found = output::wrong(self.scenario, self.program.dialect, self.detail)?;
        Some(self.about_output(found))
    }

    fn about_output(&self, why: Why) -> Problem {
        let expected = self.detail.expected.concat();
        let [expected, came] = [&expected[..], &self.detail.printed.stdout]
            .map(|bytes| show::excerpt(&show::decode(bytes), 4));
        Problem::new(Kind::WrongStdout, why).expected(expected, came)
    }

    /// What is not wrong, and is worth saying.
    fn advice(&self) -> Option<Problem> {
        let client = self.scenario.role != Role::Server;
        let free = self.scenario.messages().is_some();
        if client || free || self.scenario.end != End::Serves && self.resets() {
            // A server that met a reset may well have nothing more to say.
            return None;
        }
        let found = output::advice(self.scenario, self.program.dialect, self.detail)?;
        (self.problem().is_none()).then(|| Problem { advice: true, ..self.about_output(found) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patterns;

    fn answer(act: usize, peer: PeerId, bytes: &str) -> Answer {
        Answer {
            act,
            peer,
            sent: b"hello".to_vec(),
            bytes: bytes.as_bytes().to_vec(),
            ending: Ending::Closed,
            late: None,
            unread: None,
            stays: None,
            after: None,
        }
    }

    #[test]
    fn an_answer_is_judged_by_its_own_act_though_others_have_none() {
        let path = "tcp-echo/second-client";
        let scenario =
            patterns::all().into_iter().find(|scenario| scenario.path() == path).unwrap();
        let second =
            scenario.acts.iter().position(|act| matches!(act, Act::Receive(1, ..))).unwrap();
        // The first client has no answer at all; the second got what it must not get.
        let observation = Observation {
            answers: vec![answer(second, 1, "서버로부터 응답: {data}")],
            printed: None,
            elsewhere: Vec::new(),
            surplus: Vec::new(),
            restarted: None,
            ended: Ended::Exited(Exit::Code(0)),
            stdout: String::new(),
            traceback: false,
        };
        let outcome = Outcome::Observed(Box::new(observation), Box::default());
        let subject = Subject::new(Vec::new(), Reply::Literal, Duration::ZERO);
        assert_eq!(judge(&scenario, &subject, &outcome)[0].cause, "serves-on");
    }
}
