//! The scenarios, as data: what the client does and what must be observed.
//!
//! Adding one is adding one value to [`all`]: its id, a sentence in each language, its [acts](Act), and
//! what becomes of the server. What is printed follows from the acts.

use std::borrow::Cow;

use common::Pattern;

use crate::difference::Difference;

/// The number of a client, counted from 0.
pub type Client = usize;

/// What a client sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// These bytes.
    Bytes(&'static [u8]),
    /// This text so many times.
    Repeat(&'static str, usize),
    /// The number of the datagram, as text.
    Number(usize),
}

impl Data {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> Cow<'static, [u8]> {
        match self {
            Self::Bytes(bytes) => Cow::Borrowed(bytes),
            Self::Repeat(text, count) => Cow::Owned(text.repeat(*count).into_bytes()),
            Self::Number(number) => Cow::Owned(number.to_string().into_bytes()),
        }
    }
}

/// How a connection must end after the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// The whole reply, then the end of the stream.
    Closed,
    /// The whole reply, then a reset, because unread data was left. A server that reads on, and closes,
    /// is not wrong.
    Reset,
    /// No byte, whatever the end.
    Nothing,
}

/// One thing that is done, or waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// The client connects.
    Connect(Client),
    /// The client sends, in one write.
    Send(Client, Data),
    /// The client sends, whether anybody takes it or not.
    SendAnyway(Client, Data),
    /// The client closes its write side.
    HalfClose(Client),
    /// The client closes with a reset.
    Reset(Client),
    /// The client reads to the end of the connection.
    Receive(Client, Want),
    /// The client reads as many bytes as the reply has, and no more.
    ReceiveReply(Client),
    /// Standard output has the lines of all clients that have been accepted; nobody says anything meanwhile.
    Announced,
    /// As [`Act::Announced`], with a reader that only waits for a moment: whether they are there is observed.
    AnnouncedAtOnce,
    /// The other addresses of this machine refuse the port.
    Elsewhere,
    /// The client sends a datagram and receives one reply (UDP).
    Ask(Client, Data),
    /// The client sends a datagram and is gone (UDP).
    SendAndGo(Client, Data),
    /// No client has received anything that it did not ask for (UDP).
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

/// What must have become of the server in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It has ended by itself with this code.
    Exits(i32),
    /// It has ended; how is not compared with other people's servers.
    ExitsSomehow,
    /// It serves another client.
    Serves,
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
    /// A server that fails it is refused.
    Required,
    /// The original itself fails: advice only.
    Advice,
    /// Not looked at: it is about Python and Rust.
    Not,
}

/// A scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its pattern.
    pub pattern: Pattern,
    /// Its id, unique within the pattern.
    pub id: &'static str,
    /// What happens, in Korean.
    pub korean: &'static str,
    /// What happens, in English.
    pub english: &'static str,
    /// How the server is started.
    pub arrange: Arrange,
    /// What is done.
    pub acts: Vec<Act>,
    /// What becomes of the server.
    pub end: End,
    /// The clients that the server accepts, in this order (`None`: all, in the order of connecting).
    pub accepted: Option<Vec<Client>>,
    /// The difference that it shows.
    pub shows: Option<Difference>,
    /// What `check` makes of it.
    pub checked: Checked,
}

impl Scenario {
    /// `tcp-echo/half-close`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", self.pattern.package(), self.id)
    }

    fn new(
        pattern: Pattern,
        id: &'static str,
        korean: &'static str,
        english: &'static str,
        acts: Vec<Act>,
    ) -> Self {
        let end = if pattern == Pattern::TcpEcho { End::Exits(0) } else { End::Serves };
        Self {
            pattern,
            id,
            korean,
            english,
            arrange: Arrange::Plainly,
            acts,
            end,
            accepted: None,
            shows: None,
            checked: Checked::Required,
        }
    }

    fn ends(self, end: End) -> Self {
        Self { end, ..self }
    }

    fn shows(self, difference: Difference) -> Self {
        Self { shows: Some(difference), ..self }
    }

    fn arranged(self, arrange: Arrange) -> Self {
        Self { arrange, ..self }
    }

    fn checked(self, checked: Checked) -> Self {
        Self { checked, ..self }
    }
}

/// The reply of the original.
#[must_use]
pub fn literal_reply(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::TcpEcho | Pattern::ThreadedEcho => "서버로부터 응답: {data}",
        Pattern::UdpEcho => "서버로부터 응답",
    }
}

/// The sentence that the original prints, before the address or the data.
#[must_use]
pub fn sentence(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::TcpEcho | Pattern::ThreadedEcho => "클라이언트가 연결되었습니다. 주소: ",
        Pattern::UdpEcho => "클라이언트로부터 받은 데이터: ",
    }
}

/// The patterns, in the order of the page.
pub const PATTERNS: [Pattern; 3] = [Pattern::TcpEcho, Pattern::UdpEcho, Pattern::ThreadedEcho];

/// All scenarios, pattern by pattern.
#[must_use]
pub fn all() -> Vec<Scenario> {
    let mut all = streams(Pattern::TcpEcho);
    all.extend(tcp());
    all.extend(udp());
    all.extend(streams(Pattern::ThreadedEcho));
    all.extend(threaded());
    all
}

/// What is sent and must be answered, in every pattern.
const TEXTS: [(&str, &str, &str, Data); 4] = [
    ("hello", "짧은 글을 보냅니다", "a short text", Data::Bytes(b"hello")),
    ("korean", "한글을 보냅니다", "Korean text", Data::Repeat("안녕하세요", 1)),
    ("emoji", "이모지를 보냅니다", "emoji", Data::Repeat("👋🏽 반가워요", 1)),
    ("nul", "NUL 바이트 하나를 보냅니다", "a single NUL byte", Data::Bytes(b"\0")),
];

/// The scenarios that §1 and §3 share.
fn streams(pattern: Pattern) -> Vec<Scenario> {
    use Act::{Announced, Connect, Elsewhere, HalfClose, Receive, ReceiveReply, Send, SendAnyway};
    let new = |id, korean, english, acts| Scenario::new(pattern, id, korean, english, acts);
    let once = |data, want| vec![Connect(0), Send(0, data), Receive(0, want)];
    let mut all: Vec<Scenario> = TEXTS
        .into_iter()
        .map(|(id, korean, english, data)| new(id, korean, english, once(data, Want::Closed)))
        .collect();
    all.extend([
        new(
            "not-utf8",
            "UTF-8이 아닌 바이트를 보냅니다. TCP 서버는 아무것도 디코딩하지 않습니다",
            "bytes that are not UTF-8: a TCP server decodes nothing",
            once(Data::Bytes(b"\xff\xfe\xed\xa0\x80"), Want::Closed),
        ),
        new(
            "full-buffer",
            "정확히 1024바이트를 보냅니다",
            "exactly 1024 bytes",
            once(Data::Repeat("x", 1024), Want::Closed),
        ),
        new(
            "over-buffer",
            "1025바이트를 보냅니다. 한 바이트는 읽히지 않습니다",
            "1025 bytes: one is left unread",
            once(Data::Repeat("x", 1025), Want::Reset),
        ),
        new(
            "long",
            "5000바이트를 한 번에 보냅니다",
            "5000 bytes at once",
            once(Data::Repeat("x", 5000), Want::Reset),
        ),
        new(
            "split-character",
            "글자 하나를 두 번에 나누어 보냅니다. 첫 바이트에 응답해야 합니다",
            "a character split over two writes: the first byte is answered",
            vec![
                Connect(0),
                Send(0, Data::Bytes(b"\xed")),
                ReceiveReply(0),
                SendAnyway(0, Data::Bytes(b"\x95\x9c")),
            ],
        ),
        new(
            "half-close",
            "아무것도 보내지 않고 쓰기 방향만 닫습니다. 그래도 응답해야 합니다",
            "half-close without sending: it is answered all the same",
            vec![Connect(0), HalfClose(0), Receive(0, Want::Closed)],
        ),
        new(
            "announce",
            "연결하고 말이 없습니다. 그래도 연결을 바로 출력해야 합니다",
            "a client connects and is silent: its line is printed all the same",
            vec![Connect(0), Announced, Send(0, Data::Bytes(b"hello")), Receive(0, Want::Closed)],
        ),
        new(
            "address",
            "127.0.0.1이 아닌 주소로는 연결할 수 없어야 합니다",
            "no address but 127.0.0.1 answers",
            vec![Connect(0), Elsewhere, Send(0, Data::Bytes(b"hello")), Receive(0, Want::Closed)],
        ),
        new(
            "unread",
            "표준 출력을 읽는 쪽이 없습니다",
            "nobody reads its standard output",
            vec![Connect(0)],
        )
        .arranged(Arrange::Unread)
        .ends(End::Exits(1))
        .shows(Difference::D8)
        .checked(Checked::Not),
    ]);
    all
}

fn tcp() -> Vec<Scenario> {
    use Act::{AnnouncedAtOnce, Connect, Interrupt, Receive, Reset, Restart, Send};
    let new = |id, korean, english, acts| Scenario::new(Pattern::TcpEcho, id, korean, english, acts);
    let hello = || Data::Bytes(b"hello");
    let mut all = vec![
        new(
            "reset",
            "아무것도 보내지 않고 연결을 재설정(RST)합니다. 서버는 끝나야 합니다",
            "a reset before anything was sent: the server ends",
            vec![Connect(0), Act::Announced, Reset(0)],
        )
        .ends(End::ExitsSomehow)
        .shows(Difference::D3),
        new(
            "restart",
            "클라이언트를 처리하고 끝난 직후 같은 포트에서 다시 시작합니다",
            "started again on the same port right after it has served",
            vec![Connect(0), Send(0, hello()), Receive(0, Want::Closed), Restart],
        )
        .shows(Difference::D1)
        .checked(Checked::Not),
        new(
            "pipe",
            "표준 출력이 파이프일 때 연결을 바로 출력하는지 봅니다",
            "whether its line comes at once when standard output is a pipe",
            vec![Connect(0), AnnouncedAtOnce, Send(0, hello()), Receive(0, Want::Closed)],
        )
        .arranged(Arrange::InAPipe)
        .shows(Difference::D7)
        .checked(Checked::Not),
        new(
            "interrupt",
            "조용한 클라이언트가 연결되어 있을 때 Ctrl-C를 누릅니다",
            "Ctrl-C while a silent client is connected",
            vec![Connect(0), Act::Announced, Interrupt, Receive(0, Want::Nothing)],
        )
        .arranged(Arrange::Interruptible)
        .ends(End::ExitsSomehow)
        .shows(Difference::D3)
        .checked(Checked::Not),
    ];
    all.push(Scenario {
        accepted: Some(vec![0]),
        ..new(
            "second-client",
            "첫 클라이언트가 연결된 동안 둘째 클라이언트가 연결합니다. 첫째만 응답을 받고 서버는 끝납니다",
            "a second client connects while the first is served: only the first gets a reply, then the server ends",
            vec![
                Connect(0),
                Act::Announced,
                Connect(1),
                Send(0, hello()),
                Receive(0, Want::Closed),
                Receive(1, Want::Nothing),
            ],
        )
    });
    all
}

#[expect(clippy::too_many_lines, reason = "it is a table")]
fn udp() -> Vec<Scenario> {
    use Act::{AnnouncedAtOnce, Ask, Elsewhere, Interrupt, NothingMore, Restart, SendAndGo};
    let new = |id, korean, english, acts| Scenario::new(Pattern::UdpEcho, id, korean, english, acts);
    let hello = || Data::Bytes(b"hello");
    let mut all: Vec<Scenario> = TEXTS
        .into_iter()
        .map(|(id, korean, english, data)| new(id, korean, english, vec![Ask(0, data)]))
        .collect();
    all.extend([
        new("empty", "빈 데이터그램을 보냅니다", "an empty datagram", vec![Ask(0, Data::Bytes(b""))]),
        new(
            "lines",
            "줄바꿈과 빈칸이 들어 있는 글을 보냅니다",
            "a text with newlines and spaces",
            vec![Ask(0, Data::Bytes(b" one\ntwo \n"))],
        ),
        new(
            "full-buffer",
            "정확히 1024바이트를 보냅니다",
            "exactly 1024 bytes",
            vec![Ask(0, Data::Repeat("x", 1024))],
        ),
        new(
            "over-buffer",
            "1500바이트를 보냅니다. 1024바이트에서 잘립니다",
            "1500 bytes: cut at 1024",
            vec![Ask(0, Data::Repeat("x", 1500))],
        ),
        new(
            "long",
            "65507바이트, 가장 큰 데이터그램을 보냅니다",
            "65507 bytes, the largest datagram",
            vec![Ask(0, Data::Repeat("x", 65_507))],
        ),
        new(
            "many",
            "한 클라이언트가 데이터그램 20개를 차례로 보냅니다",
            "20 datagrams of one client, one after another",
            (1..=20).map(|number| Ask(0, Data::Number(number))).collect(),
        ),
        new(
            "two-senders",
            "두 클라이언트가 번갈아 보냅니다. 각자 자기 응답을 받아야 합니다",
            "two clients in turn: each gets its own reply",
            vec![Ask(0, hello()), Ask(1, hello()), Ask(0, hello()), Ask(1, hello()), NothingMore],
        ),
        new(
            "one-reply",
            "데이터그램 하나에 응답은 하나여야 합니다",
            "one reply to one datagram",
            vec![Ask(0, hello()), Ask(0, Data::Repeat("x", 1500)), NothingMore],
        ),
        new(
            "gone",
            "응답을 기다리지 않고 사라지는 클라이언트가 있습니다",
            "a client that is gone before its reply",
            vec![
                Ask(0, hello()),
                SendAndGo(1, hello()),
                Ask(0, hello()),
                SendAndGo(2, hello()),
                Ask(0, hello()),
            ],
        )
        .shows(Difference::D5),
        new(
            "address",
            "127.0.0.1이 아닌 주소에서는 받지 않아야 합니다",
            "no address but 127.0.0.1 receives",
            vec![Ask(0, hello()), Elsewhere],
        ),
        new(
            "not-utf8",
            "UTF-8이 아닌 데이터그램을 보냅니다",
            "a datagram that is not UTF-8",
            vec![Ask(0, Data::Bytes(b"a\xffb"))],
        )
        .shows(Difference::D2)
        .checked(Checked::Advice),
        new(
            "cut-character",
            "1200바이트의 한글을 보냅니다. 1024바이트에서 글자가 잘립니다",
            "1200 bytes of Korean: a character is cut at 1024",
            vec![Ask(0, Data::Repeat("한", 400))],
        )
        .shows(Difference::D2)
        .checked(Checked::Advice),
        new(
            "restart",
            "같은 포트에서 다시 시작합니다. UDP에는 TIME_WAIT가 없습니다",
            "started again on the same port: UDP has no TIME_WAIT",
            vec![Ask(0, hello()), Restart],
        )
        .checked(Checked::Not),
        new(
            "pipe",
            "표준 출력이 파이프일 때 데이터를 바로 출력하는지 봅니다",
            "whether the data is printed at once when standard output is a pipe",
            vec![Ask(0, hello()), AnnouncedAtOnce],
        )
        .arranged(Arrange::InAPipe)
        .shows(Difference::D7)
        .checked(Checked::Not),
        new("interrupt", "Ctrl-C를 누릅니다", "Ctrl-C", vec![Ask(0, hello()), Interrupt])
            .arranged(Arrange::Interruptible)
            .ends(End::ExitsSomehow)
            .shows(Difference::D3)
            .checked(Checked::Not),
    ]);
    all
}

fn threaded() -> Vec<Scenario> {
    use Act::{AnnouncedAtOnce, Connect, Drain, Interrupt, Receive, Reset, Restart, Send};
    let new =
        |id, korean, english, acts| Scenario::new(Pattern::ThreadedEcho, id, korean, english, acts);
    let hello = || Data::Bytes(b"hello");
    let speak = |client| [Send(client, hello()), Receive(client, Want::Closed)];
    let connect = |count| (0..count).map(Connect);
    vec![
        new(
            "reset",
            "한 클라이언트가 연결을 재설정(RST)합니다. 다음 클라이언트는 응답을 받아야 합니다",
            "a client resets its connection: the next one is served",
            [Connect(0), Act::Announced, Reset(0), Act::Complaint, Connect(1)]
                .into_iter()
                .chain(speak(1))
                .collect(),
        )
        .shows(Difference::D3),
        new(
            "silent-neighbour",
            "한 클라이언트가 연결하고 말이 없는 동안 다른 클라이언트가 응답을 받아야 합니다",
            "one client connects and is silent; another is served meanwhile",
            connect(2).chain(speak(1)).chain(speak(0)).collect(),
        ),
        new(
            "reverse-order",
            "다섯 클라이언트가 연결하고 마지막부터 말합니다. 말할 때마다 응답을 받아야 합니다",
            "five clients connect and speak in reverse order: each is answered when it speaks",
            connect(5).chain((0..5).rev().flat_map(speak)).collect(),
        ),
        new(
            "crowd",
            "30개의 클라이언트가 모두 연결한 다음에 말합니다",
            "30 clients, all connected before one speaks",
            connect(30).chain([Act::Announced]).chain((0..30).flat_map(speak)).collect(),
        ),
        new(
            "next-client",
            "한 클라이언트가 응답을 받은 다음에 또 한 클라이언트가 연결합니다",
            "a second client after the first has been served",
            [Connect(0)].into_iter().chain(speak(0)).chain([Connect(1)]).chain(speak(1)).collect(),
        ),
        new(
            "restart",
            "클라이언트를 처리한 서버를 끝내고 같은 포트에서 다시 시작합니다",
            "ended after it has served, and started again on the same port",
            [Connect(0)].into_iter().chain(speak(0)).chain([Restart]).collect(),
        )
        .shows(Difference::D1)
        .checked(Checked::Not),
        new(
            "pipe",
            "표준 출력이 파이프일 때 연결을 바로 출력하는지 봅니다",
            "whether its line comes at once when standard output is a pipe",
            [Connect(0)].into_iter().chain(speak(0)).chain([AnnouncedAtOnce]).collect(),
        )
        .arranged(Arrange::InAPipe)
        .shows(Difference::D7)
        .checked(Checked::Not),
        new(
            "interrupt",
            "조용한 클라이언트가 연결되어 있을 때 Ctrl-C를 누릅니다",
            "Ctrl-C while a silent client is connected",
            [Connect(0), Connect(1)]
                .into_iter()
                .chain(speak(1))
                .chain([Interrupt, Act::SendAnyway(0, hello()), Receive(0, Want::Closed)])
                .collect(),
        )
        .arranged(Arrange::Interruptible)
        .ends(End::ExitsSomehow)
        .shows(Difference::D6)
        .checked(Checked::Not),
        new(
            "no-descriptors",
            "파일 디스크립터가 8개뿐일 때 12개의 클라이언트가 연결했다가 떠납니다",
            "12 clients come and go where there are 8 file descriptors only",
            connect(12).chain([Act::Complaint, Drain]).collect(),
        )
        .arranged(Arrange::FewDescriptors)
        .ends(End::Exits(1))
        .shows(Difference::D4)
        .checked(Checked::Not),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_pattern_has_at_least_twelve_scenarios_with_ids_of_their_own() {
        for pattern in PATTERNS {
            let all = all();
            let of_pattern: Vec<_> =
                all.iter().filter(|scenario| scenario.pattern == pattern).collect();
            let ids: BTreeSet<_> = of_pattern.iter().map(|scenario| scenario.id).collect();
            assert_eq!(ids.len(), of_pattern.len());
            assert!(ids.len() >= 12, "{pattern:?}: {}", ids.len());
        }
    }

    #[test]
    fn every_difference_that_shows_here_is_shown_by_a_scenario() {
        let shown: BTreeSet<_> = all().iter().filter_map(|scenario| scenario.shows).collect();
        assert_eq!(shown, Difference::ALL.into_iter().collect());
    }

    #[test]
    fn every_sentence_is_there_in_both_languages() {
        let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
        for scenario in all() {
            assert!(hangul(scenario.korean) && !hangul(scenario.english), "{}", scenario.path());
        }
    }
}
