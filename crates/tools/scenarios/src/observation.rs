//! What was observed of a program.

use std::net::IpAddr;
use std::time::Duration;

use harness::program::Exit;
use serde::Serialize;

use crate::moments::Moment;
use crate::peer::Ending;
use crate::scenario::{End, PeerId};
use crate::show;

/// What it took until the reply came after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Late {
    /// The other clients had to go.
    OthersGone,
    /// The rest of what was to be sent later had to come.
    Rest,
    /// A newline had to be sent.
    Newline,
    /// So many bytes had to be there.
    Filled(usize),
    /// The client had to close its side.
    HalfClose,
}

/// What is known of a message that was not answered (Linux).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unread {
    /// Nobody has accepted the connection.
    NotAccepted,
    /// It lies in the socket: nobody has read it.
    InTheSocket,
    /// It was read.
    WasRead,
}

/// Why a connection is still open after the right reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stays {
    /// The server reads on, until the client closes or for ever.
    ReadsOn,
    /// Nobody reads on, and nobody closes.
    Forgotten,
}

/// What a peer got, by one act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The place of the act in the scenario.
    pub act: usize,
    /// Which peer.
    pub peer: PeerId,
    /// What it had sent.
    #[serde(skip)]
    pub sent: Vec<u8>,
    /// The bytes that came.
    #[serde(serialize_with = "show::text")]
    pub bytes: Vec<u8>,
    /// How it ended.
    pub ending: Ending,
    /// What it took.
    pub late: Option<Late>,
    /// What became of its message, where no answer came.
    pub unread: Option<Unread>,
    /// Why the connection is still open, where it should not be.
    pub stays: Option<Stays>,
    /// How long after the peer had spoken last the connection ended, where that is asked for.
    #[serde(skip)]
    pub after: Option<Duration>,
}

/// What became of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// It has ended.
    Exited(Exit),
    /// It serves another client.
    Serves,
    /// It runs and does not serve another client.
    Silent,
}

impl Ended {
    /// Whether it is what a scenario says.
    #[must_use]
    pub fn is(self, end: End) -> bool {
        match end {
            End::Exits(code) => self == Self::Exited(Exit::Code(code)),
            End::ExitsSomehow => matches!(self, Self::Exited(_)),
            End::Serves => self == Self::Serves,
            End::Runs => !matches!(self, Self::Exited(_)),
        }
    }
}

/// All that is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Observation {
    /// What the peers got, in the order of the acts.
    pub answers: Vec<Answer>,
    /// Whether the lines were there when they had to be, or by then.
    pub printed: Option<bool>,
    /// The addresses besides 127.0.0.1 that answered.
    pub elsewhere: Vec<String>,
    /// The clients that received more than they had asked for (UDP).
    pub surplus: Vec<PeerId>,
    /// Whether a second start on the same port succeeded.
    pub restarted: Option<bool>,
    /// What became of the program.
    pub ended: Ended,
    /// Standard output, with `client N` for the port of client N.
    pub stdout: String,
    /// Whether standard error holds a traceback of Python.
    pub traceback: bool,
}

/// What a program printed.
#[derive(Clone, Debug, Default)]
pub struct Printed {
    /// Standard output, byte for byte.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: String,
}

/// Beside the [`Observation`], what an explanation needs and a comparison does not.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is observed by itself")]
pub struct Detail {
    /// What it printed.
    pub printed: Printed,
    /// What it should have printed, with the ports: one part for each client or datagram.
    pub expected: Vec<Vec<u8>>,
    /// What happened when.
    pub moments: Vec<Moment>,
    /// Whether somebody still listens on its port, where it no longer serves.
    pub listens: bool,
    /// Whether somebody is on its port after its end.
    pub serves_on: bool,
    /// Whether it answers a message whose length has its bytes in the other order.
    pub reversed: bool,
    /// Whether the time for all scenarios was over before the end of this one.
    pub over: bool,
    /// How long a client went on, from the first that came of it, or from its start.
    pub lasted: Option<Duration>,
    /// How long it took from its start until it was there.
    pub startup: Duration,
}

/// Why nobody is on the port of a program that runs.
#[derive(Clone, Debug, Default)]
pub struct Absence {
    /// The port where it should be.
    pub port: u16,
    /// The other addresses of the same port on which it is.
    pub addresses: Vec<IpAddr>,
    /// The other ports on which it is.
    pub ports: Vec<u16>,
    /// Whether it is on the port for the other protocol.
    pub other_protocol: bool,
    /// Whether the port is bound, and nobody listens.
    pub bound: bool,
}

/// What came of the attempt.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The program could not be started.
    NotStarted(String),
    /// It ended before it listened.
    ExitedEarly(Exit, Printed),
    /// It runs, but not on the port.
    NotListening(Absence, Printed),
    /// It could be observed.
    Observed(Box<Observation>, Box<Detail>),
}
