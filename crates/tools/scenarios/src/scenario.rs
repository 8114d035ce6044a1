//! What a scenario is: who does what, and what must be observed. Everything in it is data.

use std::borrow::Cow;
use std::time::Duration;

use common::Pattern;
use harness::Text;
use harness::sockets::Protocol;

use crate::chat;
use crate::difference::Difference;

/// The number of somebody who talks to the program under test, counted from 0.
pub type PeerId = usize;

/// The buffer of the originals, in bytes.
pub const BUFFER: usize = 1024;

/// How long [`Act::PrintedAtOnce`] waits.
pub const AT_ONCE: Duration = Duration::from_secs(1);

/// What travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// These bytes.
    Bytes(&'static [u8]),
    /// This text so many times.
    Repeat(&'static str, usize),
    /// A number, as text.
    Number(usize),
    /// Bytes that were made for this run.
    Made(Vec<u8>),
}

impl Data {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> Cow<'static, [u8]> {
        match self {
            Self::Bytes(bytes) => Cow::Borrowed(bytes),
            Self::Repeat(text, count) => Cow::Owned(text.repeat(*count).into_bytes()),
            Self::Number(number) => Cow::Owned(number.to_string().into_bytes()),
            Self::Made(bytes) => Cow::Owned(bytes.clone()),
        }
    }
}

/// The bytes that a peer must get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// The reply of the pattern to all that the peer has sent.
    Reply,
    /// These.
    Data(Data),
    /// None.
    Nothing,
    /// The lines of several senders: those of each in their order, in whatever order among them.
    Merged(Vec<Vec<u8>>),
}

/// What must come behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// That is not looked at: no more bytes are read than those that are wanted.
    Open,
    /// The end of the stream.
    End,
    /// A reset, because a server closes with data left unread. One that reads on, and closes, is not wrong.
    Reset,
    /// An end of some kind.
    AnyEnd,
}

/// One thing that is done, or waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// The server under test is there, and nobody has connected to it yet.
    Listens,
    /// A client of ours connects to the server under test.
    Connect(PeerId),
    /// The client under test connects to us, or sends us its first datagram.
    Accept(PeerId),
    /// The peer sends, in one write or datagram. Whether anybody takes it shows in what comes back.
    Send(PeerId, Data),
    /// The peer sends in pieces of so many bytes, with a pause between them.
    SendPieces(PeerId, Data, usize, Duration),
    /// The peer closes its write side.
    HalfClose(PeerId),
    /// The peer closes.
    Close(PeerId),
    /// The peer closes with a reset.
    Reset(PeerId),
    /// The peer receives.
    Receive(PeerId, Want, Then),
    /// Nothing comes to the peer for this long, and its connection stays open.
    Silence(PeerId, Duration),
    /// The server closes the connection without a byte, so long after the peer has spoken last: not before, and
    /// at the latest.
    Closes(PeerId, Duration, Duration),
    /// The last two datagrams of the client under test came so far apart: at least, and at most.
    Paced(PeerId, Duration, Duration),
    /// From now on the peer reads nothing, until it receives.
    Deaf(PeerId),
    /// Somebody else than the server sends a datagram to the client under test.
    Stranger(PeerId, Data),
    /// Nobody does anything for this long.
    Wait(Duration),
    /// Standard output has the lines of all clients so far; nobody says anything meanwhile.
    Printed,
    /// As [`Act::Printed`], with a reader that only waits for a moment: whether they are there is observed.
    PrintedAtOnce,
    /// The other addresses of this machine refuse the port.
    Elsewhere,
    /// No client has received a datagram that it did not ask for.
    NothingMore,
    /// Standard error names an error; a program that says nothing is given a moment.
    Complaint,
    /// Each client in turn speaks and reads to the end, if it can; nothing of it is compared.
    Drain,
    /// Ctrl-C (SIGINT) arrives.
    Interrupt,
    /// The server ends, or is ended, and is started again on the same port: whether it starts is observed.
    Restart,
}

impl Act {
    /// The peer that does it, or to which it happens.
    const fn peer(&self) -> Option<PeerId> {
        match self {
            Self::Connect(peer)
            | Self::Accept(peer)
            | Self::Send(peer, _)
            | Self::SendPieces(peer, ..)
            | Self::HalfClose(peer)
            | Self::Close(peer)
            | Self::Reset(peer)
            | Self::Receive(peer, ..)
            | Self::Silence(peer, _)
            | Self::Closes(peer, ..)
            | Self::Paced(peer, ..)
            | Self::Deaf(peer)
            | Self::Stranger(peer, _) => Some(*peer),
            Self::Listens
            | Self::Wait(_)
            | Self::Printed
            | Self::PrintedAtOnce
            | Self::Elsewhere
            | Self::NothingMore
            | Self::Complaint
            | Self::Drain
            | Self::Interrupt
            | Self::Restart => None,
        }
    }
}

/// What must have become of the program in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It has ended by itself with this code.
    Exits(i32),
    /// It has ended; how is not compared with other people's servers.
    ExitsSomehow,
    /// It serves another client.
    Serves,
    /// It runs: that it serves is seen in the acts.
    Runs,
}

/// How the program is started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arrange {
    /// On a terminal, where there is one.
    #[default]
    Plainly,
    /// With standard output in a pipe, as the interpreter would have it.
    InAPipe,
    /// With a standard output that nobody reads.
    Unread,
    /// With eight file descriptors (Linux).
    FewDescriptors,
    /// With Ctrl-C as it is at a terminal, even when we run in the background (Linux).
    Interruptible,
}

/// What `check` makes of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// A program that fails it is refused.
    Required,
    /// The original itself fails: advice only.
    Advice,
    /// Not looked at: it is about Python and Rust.
    Not,
}

/// What a message of an exercise is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Messages {
    /// Whatever one read, or one datagram, brings.
    Whole,
    /// A line.
    Lines,
    /// Its length in four bytes, and so many bytes.
    Lengths,
    /// A line that goes to everybody else.
    Chat,
    /// A line, and one that ends the server.
    Goodbye,
}

/// What a program is held to beside the acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Contract {
    /// The original of the pattern: what it prints is compared, and its replies to the byte.
    #[default]
    Original,
    /// An exercise: it may print what it likes, and bytes that are no text may come back as U+FFFD. What is said
    /// of it names no calls: to find them is the exercise.
    Exercise(Messages),
}

/// What the program under test is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// A server. Our side is its clients.
    Server,
    /// A client, started with these arguments. Our side is its server.
    Client {
        /// The arguments.
        arguments: Vec<String>,
        /// Whether anybody is on its server's port.
        listens: bool,
        /// What it prints on standard output.
        prints: Data,
        /// Whether it says something on standard error.
        complains: bool,
        /// How long it goes on at least and at most, from the first that comes of it, or from its start.
        lasts: Option<(Duration, Duration)>,
    },
}

/// A scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its pattern.
    pub pattern: Pattern,
    /// Its id, unique within the pattern.
    pub id: &'static str,
    /// What happens, in a sentence.
    pub text: Text,
    /// What the program under test is.
    pub role: Role,
    /// How it is started.
    pub arrange: Arrange,
    /// What is done.
    pub acts: Vec<Act>,
    /// What becomes of it.
    pub end: End,
    /// The clients that the server accepts, in this order (`None`: all, in the order of connecting).
    pub accepted: Option<Vec<PeerId>>,
    /// The difference that it shows.
    pub shows: Option<Difference>,
    /// What `check` makes of it.
    pub checked: Checked,
    /// What else it is held to.
    pub contract: Contract,
}

impl Scenario {
    /// How many peers it has. Those that come after them only see whether the program still serves.
    #[must_use]
    pub fn peers(&self) -> usize {
        self.acts.iter().filter_map(Act::peer).max().map_or(0, |last| last + 1)
    }

    /// A scenario for a server of `pattern`.
    #[must_use]
    pub fn new(
        pattern: Pattern,
        id: &'static str,
        korean: &str,
        english: &str,
        acts: Vec<Act>,
    ) -> Self {
        let end = if pattern == Pattern::TcpEcho { End::Exits(0) } else { End::Serves };
        Self {
            pattern,
            id,
            text: Text::new(korean, english),
            role: Role::Server,
            arrange: Arrange::Plainly,
            acts,
            end,
            accepted: None,
            shows: None,
            checked: Checked::Required,
            contract: Contract::Original,
        }
    }

    /// `tcp-echo/half-close`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", self.pattern.package(), self.id)
    }

    /// What travels in it.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        protocol(self.pattern)
    }

    /// What a message is, where it is the scenario of an exercise.
    #[must_use]
    pub fn messages(&self) -> Option<Messages> {
        match self.contract {
            Contract::Original => None,
            Contract::Exercise(messages) => Some(messages),
        }
    }

    /// Whether these are the expected bytes. For an exercise U+FFFD may stand for what is no text.
    #[must_use]
    pub fn is_right(&self, came: &[u8], expected: &[u8]) -> bool {
        let text = |bytes: &[u8]| {
            let mut chars: Vec<char> = String::from_utf8_lossy(bytes).chars().collect();
            chars.dedup_by(|one, other| *one == '\u{fffd}' && one == other);
            chars
        };
        came == expected
            || self.messages().is_some()
                && std::str::from_utf8(expected).is_err()
                && text(came) == text(expected)
    }

    /// Whether these bytes are what was wanted, which in one order are `expected`.
    #[must_use]
    pub fn is_wanted(&self, want: &Want, came: &[u8], expected: &[u8]) -> bool {
        match want {
            Want::Merged(senders) => chat::is_merged(senders, came),
            Want::Reply | Want::Data(_) | Want::Nothing => self.is_right(came, expected),
        }
    }

    /// How long it waits on purpose.
    #[must_use]
    pub fn waits(&self) -> Duration {
        let wait = |act: &Act| match act {
            Act::Wait(time) | Act::Silence(_, time) | Act::Closes(_, time, _) => *time,
            Act::PrintedAtOnce => AT_ONCE,
            _ => Duration::ZERO,
        };
        self.acts.iter().map(wait).sum()
    }

    /// Whether it can be played on this system.
    #[must_use]
    pub fn possible_here(&self) -> bool {
        let arranged = match self.arrange {
            Arrange::Plainly | Arrange::InAPipe | Arrange::Unread => true,
            Arrange::FewDescriptors | Arrange::Interruptible => cfg!(target_os = "linux"),
        };
        // Elsewhere nobody can tell who listens without connecting.
        arranged && (cfg!(target_os = "linux") || !self.acts.contains(&Act::Listens))
    }

    pub(crate) fn ends(self, end: End) -> Self {
        Self { end, ..self }
    }

    pub(crate) fn shows(self, difference: Difference) -> Self {
        Self { shows: Some(difference), ..self }
    }

    pub(crate) fn arranged(self, arrange: Arrange) -> Self {
        Self { arrange, ..self }
    }

    pub(crate) fn checked(self, checked: Checked) -> Self {
        Self { checked, ..self }
    }
}

/// What travels in a pattern.
#[must_use]
pub fn protocol(pattern: Pattern) -> Protocol {
    match pattern {
        Pattern::TcpEcho | Pattern::ThreadedEcho => Protocol::Tcp,
        Pattern::UdpEcho => Protocol::Udp,
    }
}

/// The sentence that the original prints, before the address or the data.
#[must_use]
pub fn sentence(pattern: Pattern) -> &'static str {
    match protocol(pattern) {
        Protocol::Tcp => "클라이언트가 연결되었습니다. 주소: ",
        Protocol::Udp => "클라이언트로부터 받은 데이터: ",
    }
}

/// The reply that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// The original's own, with the braces.
    #[default]
    Literal,
    /// What its author meant: the prefix and the received bytes.
    Echo,
}

impl Reply {
    /// The bytes to expect for `sent`.
    #[must_use]
    pub fn to(self, pattern: Pattern, sent: &[u8]) -> Vec<u8> {
        let literal = match protocol(pattern) {
            Protocol::Tcp => "서버로부터 응답: {data}",
            Protocol::Udp => "서버로부터 응답",
        };
        match self {
            Self::Literal => Vec::from(literal),
            Self::Echo => {
                ["서버로부터 응답: ".as_bytes(), &sent[..sent.len().min(BUFFER)]].concat()
            }
        }
    }
}
