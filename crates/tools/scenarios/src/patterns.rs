//! The scenarios of the three patterns, as data.
//!
//! Adding one is adding one value: its id, a sentence in each language, its [acts](Act), and what becomes of
//! the server. What is printed follows from the acts.

use std::time::Duration;

use common::Pattern;

use crate::difference::Difference;
use crate::scenario::Act::{
    self, Close, Complaint, Connect, Drain, Elsewhere, HalfClose, Interrupt, Listens, NothingMore,
    Printed, PrintedAtOnce, Receive, Reset, Restart, Send, Silence, Wait,
};
use crate::scenario::{Arrange, Checked, Data, End, PeerId, Scenario, Then, Want};

/// The patterns, in the order of the page.
pub const PATTERNS: [Pattern; 3] = [Pattern::TcpEcho, Pattern::UdpEcho, Pattern::ThreadedEcho];

/// Longer than a learner's patience with a timeout that should not be there, shorter than ours.
const THINKS: Duration = Duration::from_millis(2500);

/// So long a server that speaks without being asked has time to do so.
const MOMENT: Duration = Duration::from_millis(100);

/// All scenarios, pattern by pattern, the telling ones first.
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
const TEXTS: [(&str, &str, &str, Data); 3] = [
    (
        "lines",
        "줄바꿈과 빈칸과 대문자가 들어 있는 글을 보냅니다",
        "a text with newlines, spaces and capitals",
        Data::Bytes(b" One\ntwo,  THREE \n"),
    ),
    ("emoji", "이모지를 보냅니다", "emoji", Data::Repeat("👋🏽 반가워요", 1)),
    ("nul", "NUL 바이트 하나를 보냅니다", "a single NUL byte", Data::Bytes(b"\0")),
];

fn hello() -> Data {
    Data::Bytes(b"hello")
}

fn korean() -> Data {
    Data::Repeat("안녕하세요", 1)
}

/// A client speaks, and reads to the end.
fn speak(client: PeerId) -> [Act; 2] {
    [Send(client, hello()), Receive(client, Want::Reply, Then::End)]
}

/// A client sends a datagram and receives the reply to it.
fn ask(client: PeerId, data: Data) -> [Act; 2] {
    [Send(client, data), Receive(client, Want::Reply, Then::Open)]
}

fn acts<const N: usize>(parts: [&[Act]; N]) -> Vec<Act> {
    parts.concat()
}

/// The scenarios that §1 and §3 share.
fn streams(pattern: Pattern) -> Vec<Scenario> {
    let new = |id, korean, english, acts| Scenario::new(pattern, id, korean, english, acts);
    let once = |data, then| vec![Connect(0), Send(0, data), Receive(0, Want::Reply, then)];
    let mut all = vec![
        new(
            "hello",
            "연결하고 곧 짧은 글을 보냅니다",
            "a client connects, and sends a short text a moment later",
            acts([&[Connect(0), Silence(0, MOMENT)], &speak(0)]),
        ),
        new("korean", "한글을 보냅니다", "Korean text", once(korean(), Then::End)),
        new(
            "thinks",
            "연결하고 2.5초 뒤에야 보냅니다. 그때까지 서버는 아무것도 보내지 않고 기다려야 합니다",
            "a client that thinks for 2.5 s before it speaks: until then the server waits, and says nothing",
            acts([&[Connect(0), Silence(0, THINKS)], &speak(0)]),
        ),
    ];
    all.extend(
        TEXTS
            .into_iter()
            .map(|(id, korean, english, data)| new(id, korean, english, once(data, Then::End))),
    );
    all.extend([
        new(
            "not-utf8",
            "UTF-8이 아닌 바이트를 보냅니다. TCP 서버는 아무것도 디코딩하지 않습니다",
            "bytes that are not UTF-8: a TCP server decodes nothing",
            once(Data::Bytes(b"\xff\xfe\xed\xa0\x80"), Then::End),
        ),
        new(
            "full-buffer",
            "정확히 1024바이트를 보냅니다",
            "exactly 1024 bytes",
            once(Data::Repeat("x", 1024), Then::End),
        ),
        new(
            "over-buffer",
            "1025바이트를 보냅니다. 한 바이트는 읽히지 않습니다",
            "1025 bytes: one is left unread",
            once(Data::Repeat("x", 1025), Then::Reset),
        ),
        new(
            "long",
            "5000바이트를 한 번에 보냅니다",
            "5000 bytes at once",
            once(Data::Repeat("x", 5000), Then::Reset),
        ),
        new(
            "split-character",
            "글자 하나를 두 번에 나누어 보냅니다. 첫 바이트에 응답해야 합니다",
            "a character split over two writes: the first byte is answered",
            vec![
                Connect(0),
                Send(0, Data::Bytes(b"\xed")),
                Receive(0, Want::Reply, Then::Open),
                Send(0, Data::Bytes(b"\x95\x9c")),
            ],
        ),
        new(
            "half-close",
            "아무것도 보내지 않고 쓰기 방향만 닫습니다. 그래도 응답해야 합니다",
            "half-close without sending: it is answered all the same",
            vec![Connect(0), HalfClose(0), Receive(0, Want::Reply, Then::End)],
        ),
        new(
            "announce",
            "연결하고 아무것도 보내지 않습니다. 그래도 연결을 바로 출력해야 합니다",
            "a client connects and is silent: its line is printed all the same",
            acts([&[Connect(0), Printed], &speak(0)]),
        ),
        new(
            "address",
            "127.0.0.1이 아닌 주소로는 연결할 수 없어야 합니다",
            "no address but 127.0.0.1 answers",
            acts([&[Connect(0), Elsewhere], &speak(0)]),
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
    let new =
        |id, korean, english, acts| Scenario::new(Pattern::TcpEcho, id, korean, english, acts);
    vec![
        new(
            "waits",
            "서버가 시작하고 1.5초 뒤에야 첫 번째 클라이언트가 연결합니다",
            "the first client comes only 1.5 s after the start",
            acts([&[Listens, Wait(Duration::from_millis(1500)), Connect(0)], &speak(0)]),
        ),
        new(
            "reset",
            "아무것도 보내지 않고 연결을 재설정(RST)합니다. 서버는 끝나야 합니다",
            "a reset before anything was sent: the server ends",
            vec![Connect(0), Printed, Reset(0)],
        )
        .ends(End::ExitsSomehow)
        .shows(Difference::D3),
        Scenario {
            accepted: Some(vec![0]),
            ..new(
                "second-client",
                "첫 번째 클라이언트가 연결된 동안 두 번째 클라이언트가 연결합니다. 첫 번째만 응답을 받고 서버는 끝납니다",
                "a second client connects while the first is served: only the first gets a reply, then the server ends",
                acts([
                    &[Connect(0), Printed, Connect(1)],
                    &speak(0),
                    &[Receive(1, Want::Nothing, Then::AnyEnd)],
                ]),
            )
        },
        new(
            "restart",
            "클라이언트를 처리하고 끝난 직후 같은 포트에서 다시 시작합니다",
            "started again on the same port right after it has served",
            acts([&[Connect(0)], &speak(0), &[Restart]]),
        )
        .shows(Difference::D1)
        .checked(Checked::Not),
        new(
            "pipe",
            "표준 출력이 파이프일 때 연결을 바로 출력하는지 봅니다",
            "whether its line comes at once when standard output is a pipe",
            acts([&[Connect(0), PrintedAtOnce], &speak(0)]),
        )
        .arranged(Arrange::InAPipe)
        .shows(Difference::D7)
        .checked(Checked::Not),
        new(
            "interrupt",
            "아무것도 보내지 않는 클라이언트가 연결되어 있을 때 Ctrl-C를 누릅니다",
            "Ctrl-C while a silent client is connected",
            vec![Connect(0), Printed, Interrupt, Receive(0, Want::Nothing, Then::AnyEnd)],
        )
        .arranged(Arrange::Interruptible)
        .ends(End::ExitsSomehow)
        .shows(Difference::D3)
        .checked(Checked::Not),
    ]
}

#[expect(clippy::too_many_lines, reason = "it is a table")]
fn udp() -> Vec<Scenario> {
    let new =
        |id, korean, english, acts| Scenario::new(Pattern::UdpEcho, id, korean, english, acts);
    let once = |data| ask(0, data).to_vec();
    let mut all = vec![
        new("hello", "짧은 글을 보냅니다", "a short text", once(hello())),
        new("korean", "한글을 보냅니다", "Korean text", once(korean())),
        new(
            "thinks",
            "응답을 받고 2.5초 뒤에 다시 보냅니다. 서버는 기다려야 합니다",
            "a client that thinks for 2.5 s before it sends again: the server waits",
            acts([&ask(0, hello()), &[Wait(THINKS)], &ask(0, hello())]),
        ),
    ];
    all.extend(
        TEXTS.into_iter().map(|(id, korean, english, data)| new(id, korean, english, once(data))),
    );
    all.extend([
        new("empty", "빈 데이터그램을 보냅니다", "an empty datagram", once(Data::Bytes(b""))),
        new(
            "full-buffer",
            "정확히 1024바이트를 보냅니다",
            "exactly 1024 bytes",
            once(Data::Repeat("x", 1024)),
        ),
        new(
            "over-buffer",
            "1500바이트를 보냅니다. 1024바이트에서 잘립니다",
            "1500 bytes: cut at 1024",
            once(Data::Repeat("x", 1500)),
        ),
        new(
            "long",
            "가장 큰 데이터그램을 보냅니다(65507바이트, macOS는 9216바이트)",
            "the largest datagram (65507 bytes, 9216 on macOS)",
            once(Data::Repeat("x", if cfg!(target_os = "macos") { 9216 } else { 65_507 })),
        ),
        new(
            "many",
            "한 클라이언트가 데이터그램 20개를 차례로 보냅니다",
            "20 datagrams of one client, one after another",
            (1..=20).flat_map(|number| ask(0, Data::Number(number))).collect(),
        ),
        new(
            "two-senders",
            "두 클라이언트가 번갈아 보냅니다. 각자 자기 응답을 받아야 합니다",
            "two clients in turn: each gets its own reply",
            acts([
                &ask(0, hello()),
                &ask(1, hello()),
                &ask(0, hello()),
                &ask(1, hello()),
                &[NothingMore],
            ]),
        ),
        new(
            "at-once",
            "30개의 클라이언트가 한꺼번에 보냅니다. 모두 응답을 받아야 하고, 순서는 상관없습니다",
            "30 clients send at once: each is answered, in whatever order",
            (0..31)
                .flat_map(|client| {
                    if client == 0 { ask(0, hello()).to_vec() } else { vec![Send(client, hello())] }
                })
                .chain((1..31).map(|client| Receive(client, Want::Reply, Then::Open)))
                .collect(),
        ),
        new(
            "one-reply",
            "데이터그램 하나에 응답은 하나여야 합니다",
            "one reply to one datagram",
            acts([&ask(0, hello()), &ask(0, Data::Repeat("x", 1500)), &[NothingMore]]),
        ),
        new(
            "gone",
            "응답을 기다리지 않고 사라지는 클라이언트가 있습니다",
            "a client that is gone before its reply",
            acts([
                &ask(0, hello()),
                &[Send(1, hello()), Close(1)],
                &ask(0, hello()),
                &[Send(2, hello()), Close(2)],
                &ask(0, hello()),
            ]),
        )
        .shows(Difference::D5),
        new(
            "address",
            "127.0.0.1이 아닌 주소에서는 받지 않아야 합니다",
            "no address but 127.0.0.1 receives",
            acts([&ask(0, hello()), &[Elsewhere]]),
        ),
        new(
            "not-utf8",
            "UTF-8이 아닌 데이터그램을 보냅니다",
            "a datagram that is not UTF-8",
            once(Data::Bytes(b"a\xffb")),
        )
        .shows(Difference::D2)
        .checked(Checked::Advice),
        new(
            "cut-character",
            "1200바이트의 한글을 보냅니다. 1024바이트에서 글자가 잘립니다",
            "1200 bytes of Korean: a character is cut at 1024",
            once(Data::Repeat("한", 400)),
        )
        .shows(Difference::D2)
        .checked(Checked::Advice),
        new(
            "restart",
            "같은 포트에서 다시 시작합니다. UDP에는 TIME_WAIT가 없습니다",
            "started again on the same port: UDP has no TIME_WAIT",
            acts([&ask(0, hello()), &[Restart]]),
        )
        .checked(Checked::Not),
        new(
            "pipe",
            "표준 출력이 파이프일 때 데이터를 바로 출력하는지 봅니다",
            "whether the data is printed at once when standard output is a pipe",
            acts([&ask(0, hello()), &[PrintedAtOnce]]),
        )
        .arranged(Arrange::InAPipe)
        .shows(Difference::D7)
        .checked(Checked::Not),
        new("interrupt", "Ctrl-C를 누릅니다", "Ctrl-C", acts([&ask(0, hello()), &[Interrupt]]))
            .arranged(Arrange::Interruptible)
            .ends(End::ExitsSomehow)
            .shows(Difference::D3)
            .checked(Checked::Not),
    ]);
    all
}

fn threaded() -> Vec<Scenario> {
    let new =
        |id, korean, english, acts| Scenario::new(Pattern::ThreadedEcho, id, korean, english, acts);
    let connect = |count| (0..count).map(Connect);
    vec![
        new(
            "silent-neighbour",
            "한 클라이언트가 연결하고 아무것도 보내지 않는 동안 다른 클라이언트가 응답을 받아야 합니다",
            "one client connects and is silent; another is served meanwhile",
            connect(2).chain(speak(1)).chain(speak(0)).collect(),
        ),
        new(
            "next-client",
            "한 클라이언트가 응답을 받은 다음에 또 한 클라이언트가 연결합니다",
            "a second client after the first has been served",
            acts([&[Connect(0)], &speak(0), &[Connect(1)], &speak(1)]),
        ),
        new(
            "reset",
            "한 클라이언트가 연결을 재설정(RST)합니다. 다음 클라이언트는 응답을 받아야 합니다",
            "a client resets its connection: the next one is served",
            acts([&[Connect(0), Printed, Reset(0), Complaint, Connect(1)], &speak(1)]),
        )
        .shows(Difference::D3),
        new(
            "reverse-order",
            "다섯 클라이언트가 연결하고 마지막부터 보냅니다. 보낼 때마다 응답을 받아야 합니다",
            "five clients connect and speak in reverse order: each is answered when it speaks",
            connect(5).chain((0..5).rev().flat_map(speak)).collect(),
        ),
        new(
            "crowd",
            "30개의 클라이언트가 모두 연결한 다음 한꺼번에 보냅니다",
            "30 clients: all connect, then all speak at once",
            connect(30)
                .chain([Printed])
                .chain((0..30).map(|client| Send(client, hello())))
                .chain((0..30).map(|client| Receive(client, Want::Reply, Then::End)))
                .collect(),
        ),
        new(
            "restart",
            "클라이언트를 처리한 서버를 끝내고 같은 포트에서 다시 시작합니다",
            "ended after it has served, and started again on the same port",
            acts([&[Connect(0)], &speak(0), &[Restart]]),
        )
        .shows(Difference::D1)
        .checked(Checked::Not),
        new(
            "pipe",
            "표준 출력이 파이프일 때 연결을 바로 출력하는지 봅니다",
            "whether its line comes at once when standard output is a pipe",
            acts([&[Connect(0)], &speak(0), &[PrintedAtOnce]]),
        )
        .arranged(Arrange::InAPipe)
        .shows(Difference::D7)
        .checked(Checked::Not),
        new(
            "interrupt",
            "아무것도 보내지 않는 클라이언트가 연결되어 있을 때 Ctrl-C를 누릅니다",
            "Ctrl-C while a silent client is connected",
            acts([&[Connect(0), Connect(1)], &speak(1), &[Interrupt], &speak(0)]),
        )
        .arranged(Arrange::Interruptible)
        .ends(End::ExitsSomehow)
        .shows(Difference::D6)
        .checked(Checked::Not),
        new(
            "no-descriptors",
            "파일 디스크립터가 8개뿐일 때 12개의 클라이언트가 연결했다가 떠납니다",
            "12 clients come and go where there are 8 file descriptors only",
            connect(12).chain([Complaint, Drain]).collect(),
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
            let text = &scenario.text;
            assert!(hangul(&text.korean) && !hangul(&text.english), "{}", scenario.path());
        }
    }
}
