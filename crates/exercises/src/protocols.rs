//! What the programs of the exercises are held to, as data.

use std::time::Duration;

use common::Pattern;
use scenarios::scenario::Act::{
    self, Close, Connect, HalfClose, NothingMore, Receive, Reset, Send, SendPieces, Silence,
};
use scenarios::scenario::{Contract, Data, End, PeerId, Scenario, Then, Want};

fn made(text: impl Into<Vec<u8>>) -> Data {
    Data::Made(text.into())
}

/// Somebody connects, sends, and receives the reply and the end.
fn speaks(peer: PeerId, text: impl Into<Vec<u8>>) -> Vec<Act> {
    vec![Connect(peer), Send(peer, made(text)), Receive(peer, Want::Reply, Then::End)]
}

/// Somebody connects, says nothing more, and receives the bare prefix.
fn closes_in_silence(peer: PeerId) -> Vec<Act> {
    vec![Connect(peer), HalfClose(peer), Receive(peer, Want::Reply, Then::End)]
}

/// Somebody sends a datagram, and receives the reply to it.
fn asks(peer: PeerId, text: impl Into<Vec<u8>>) -> Vec<Act> {
    vec![Send(peer, made(text)), Receive(peer, Want::Reply, Then::Open)]
}

fn server(
    pattern: Pattern,
    end: End,
    id: &'static str,
    korean: &str,
    english: &str,
    acts: Vec<Act>,
) -> Scenario {
    let contract = Contract::Exercise;
    Scenario { end, contract, ..Scenario::new(pattern, id, korean, english, acts) }
}

/// A TCP server of one client.
pub fn missing_f(token: &str) -> Vec<Scenario> {
    let new = |id, korean, english, acts| {
        server(Pattern::TcpEcho, End::Exits(0), id, korean, english, acts)
    };
    vec![
        new(
            "plain",
            "짧은 메시지를 보냅니다",
            "a short message",
            speaks(0, format!("hello {token}")),
        ),
        new("korean", "한글을 보냅니다", "Korean text", speaks(0, format!("안녕하세요 {token}"))),
        new("emoji", "이모지를 보냅니다", "emoji", speaks(0, format!("👋🏽 {token} 🎈"))),
        new("long", "1000바이트를 보냅니다", "1000 bytes", speaks(0, format!("{token:x<1000}"))),
        new(
            "half-close",
            "아무것도 보내지 않고 쓰기 방향만 닫습니다. 접두사만 받아야 합니다",
            "half-close without data: the reply is the bare prefix",
            closes_in_silence(0),
        ),
    ]
}

/// The same for one client after another.
pub fn again(token: &str) -> Vec<Scenario> {
    let new = |id, korean, english, acts: Vec<Vec<Act>>| {
        server(Pattern::ThreadedEcho, End::Serves, id, korean, english, acts.concat())
    };
    let ten = (0..10).map(|peer| speaks(peer, format!("안녕 {peer} {token}"))).collect();
    vec![
        new("ten", "클라이언트 열이 차례로 옵니다", "ten clients, one after another", ten),
        new(
            "half-close",
            "아무것도 보내지 않고 쓰기 방향만 닫는 클라이언트가 사이에 있습니다",
            "a client that half-closes in silence, between others",
            vec![
                speaks(0, format!("one {token}")),
                closes_in_silence(1),
                speaks(2, format!("two {token}")),
            ],
        ),
        new(
            "reset",
            "연결을 리셋하는 클라이언트가 사이에 있습니다",
            "clients that reset their connection, between others",
            vec![
                speaks(0, format!("one {token}")),
                vec![Connect(1), Reset(1)],
                speaks(2, format!("two {token}")),
                vec![Connect(3), Send(3, made("hello")), Reset(3)],
                speaks(4, format!("three {token}")),
            ],
        ),
    ]
}

/// A UDP server that answers every datagram with its text.
pub fn letters(token: &str) -> Vec<Scenario> {
    let new = |id, korean, english, acts: Vec<Vec<Act>>| {
        server(Pattern::UdpEcho, End::Serves, id, korean, english, acts.concat())
    };
    let bytes = |bytes: &[u8]| [token.as_bytes(), bytes].concat();
    vec![
        new(
            "plain",
            "짧은 메시지를 보냅니다",
            "a short message",
            vec![asks(0, format!("hello {token}"))],
        ),
        new(
            "korean",
            "한글을 보냅니다",
            "Korean text",
            vec![asks(0, format!("안녕하세요 {token}"))],
        ),
        new(
            "two-senders",
            "두 클라이언트가 번갈아 보냅니다. 각자 자기 응답을 받아야 합니다",
            "two clients in turn: each gets its own reply",
            vec![
                asks(0, format!("a1 {token}")),
                asks(1, format!("b1 {token}")),
                asks(0, format!("a2 {token}")),
                asks(1, format!("b2 {token}")),
                vec![NothingMore],
            ],
        ),
        new(
            "full",
            "1024바이트를 보냅니다",
            "1024 bytes",
            vec![asks(0, format!("{token:x<1024}"))],
        ),
        new(
            "empty",
            "빈 데이터그램을 보냅니다. 접두사만 받아야 합니다",
            "an empty datagram: the reply is the bare prefix",
            vec![asks(0, ""), asks(0, format!("after {token}"))],
        ),
        new(
            "not-utf8",
            "UTF-8이 아닌 데이터그램을 보냅니다",
            "a datagram that is not UTF-8",
            vec![asks(0, bytes(b" a\xffb")), asks(0, format!("after {token}"))],
        ),
        new(
            "cut",
            "글자 가운데에서 잘린 데이터그램을 보냅니다",
            "a datagram that is cut inside a character",
            vec![asks(0, bytes(b" \xed\x95")), asks(0, format!("after {token}"))],
        ),
        new(
            "gone",
            "응답을 기다리지 않고 사라지는 클라이언트가 있습니다",
            "a client that is gone before its reply",
            vec![
                asks(0, format!("one {token}")),
                vec![Send(1, made("hello")), Close(1)],
                asks(0, format!("two {token}")),
            ],
        ),
    ]
}

/// What must come back for these lines.
fn replies(lines: &[impl AsRef<str>]) -> Want {
    let reply = |line: &str| format!("서버로부터 응답: {line}\n");
    let all: String = lines.iter().map(|line| reply(line.as_ref())).collect();
    Want::Data(made(all))
}

/// How long nothing must come, where a message is not whole.
const SHORT: Duration = Duration::from_millis(200);

fn lines_from(id: &'static str, korean: &str, english: &str, acts: Vec<Act>) -> Scenario {
    let acts = [vec![Connect(0)], acts].concat();
    server(Pattern::ThreadedEcho, End::Runs, id, korean, english, acts)
}

/// A TCP server whose messages are lines.
pub fn lines(token: &str) -> Vec<Scenario> {
    [lines_cut_and_joined(token), lines_of_all_kinds(token)].concat()
}

fn lines_cut_and_joined(t: &str) -> Vec<Scenario> {
    let new = lines_from;
    let send = |text: String| Send(0, made(text));
    let message = format!("hello {t}");
    let three = ["a", "b", "c"].map(|name| format!("{name} {t}"));
    vec![
        new(
            "one",
            "한 줄씩 차례로 보내고, 다음 클라이언트도 그렇게 합니다",
            "one line and then another; the next client does the same",
            vec![
                send(format!("{message}\n")),
                Receive(0, replies(&[&message]), Then::Open),
                send(format!("안녕 {t}\n")),
                HalfClose(0),
                Receive(0, replies(&[format!("안녕 {t}")]), Then::End),
                Connect(1),
                Send(1, made(format!("next {t}\n"))),
                Receive(1, replies(&[format!("next {t}")]), Then::Open),
            ],
        ),
        new(
            "joined",
            "세 줄을 한 번에 보냅니다",
            "three lines in one write",
            vec![send(format!("{}\n", three.join("\n"))), Receive(0, replies(&three), Then::Open)],
        ),
        new(
            "and-a-half",
            "한 줄과 반 줄을 한 번에 보냅니다. 나머지가 오기 전에 첫 줄에 응답해야 합니다",
            "one line and a half in one write: the first is answered before the rest comes",
            vec![
                send(format!("{message}\nse")),
                Receive(0, replies(&[&message]), Then::Open),
                Silence(0, SHORT),
                send(format!("cond {t}\n")),
                Receive(0, replies(&[format!("second {t}")]), Then::Open),
            ],
        ),
        new(
            "pieces",
            "한 줄을 0.5초 간격으로 세 번에 나누어 보냅니다",
            "one line in three writes, half a second apart",
            vec![
                SendPieces(0, made(format!("{message}\n")), 5, Duration::from_millis(500)),
                Receive(0, replies(&[&message]), Then::Open),
            ],
        ),
        new(
            "byte-by-byte",
            "한 바이트씩 보냅니다. 글자도 나뉩니다",
            "byte by byte, characters too",
            vec![
                SendPieces(0, made(format!("한글 {t}\n")), 1, Duration::from_millis(10)),
                Receive(0, replies(&[format!("한글 {t}")]), Then::Open),
            ],
        ),
    ]
}

fn lines_of_all_kinds(t: &str) -> Vec<Scenario> {
    let new = lines_from;
    let send = |text: String| Send(0, made(text));
    let message = format!("hello {t}");
    let long = format!("{t:x<10000}");
    vec![
        new(
            "carriage-return",
            "\\r\\n으로 끝나는 줄을 보냅니다. 한 번은 그 가운데를 나눕니다",
            "lines that end in \\r\\n, one of them cut in two there",
            vec![
                send(format!("{message}\r\n")),
                Receive(0, replies(&[&message]), Then::Open),
                send(format!("cut {t}\r")),
                Silence(0, SHORT),
                send("\n".to_owned()),
                Receive(0, replies(&[format!("cut {t}")]), Then::Open),
            ],
        ),
        new(
            "empty",
            "빈 줄을 보냅니다",
            "an empty line",
            vec![
                send("\n".to_owned()),
                Receive(0, replies(&[""]), Then::Open),
                send(format!("{message}\n")),
                Receive(0, replies(&[&message]), Then::Open),
            ],
        ),
        new(
            "blanks",
            "양 끝에 빈칸이 있는 줄을 보냅니다",
            "a line with blanks at both ends",
            vec![
                send(format!("  {message}  \n")),
                Receive(0, replies(&[format!("  {message}  ")]), Then::Open),
            ],
        ),
        new(
            "long",
            "10,000바이트인 줄을 보냅니다",
            "a line of 10,000 bytes",
            vec![send(format!("{long}\n")), Receive(0, replies(&[&long]), Then::Open)],
        ),
        new(
            "unfinished",
            "줄 바꿈 없이 끝나는 메시지를 보내고 쓰기 방향을 닫습니다. 그것에도 응답해야 합니다",
            "a last message without a newline, then half-close: it is answered too",
            vec![
                send(format!("{message}\nlast {t}")),
                HalfClose(0),
                Receive(0, replies(&[&message, &format!("last {t}")]), Then::End),
            ],
        ),
        new(
            "nothing-after",
            "줄 바꿈으로 끝나는 줄 뒤에 쓰기 방향을 닫습니다. 그 뒤에는 응답할 것이 없습니다",
            "half-close after a finished line: nothing is left to answer",
            vec![
                send(format!("{message}\n")),
                HalfClose(0),
                Receive(0, replies(&[&message]), Then::End),
            ],
        ),
    ]
}

/// Somebody who is connected sends a line, and receives the reply.
fn says(peer: PeerId, line: &str) -> Vec<Act> {
    vec![Send(peer, made(format!("{line}\n"))), Receive(peer, replies(&[line]), Then::Open)]
}

/// The same for many clients at once.
pub fn at_once(token: &str) -> Vec<Scenario> {
    const MANY: PeerId = 100;
    let new = |id, korean, english, acts: Vec<Vec<Act>>| {
        server(Pattern::ThreadedEcho, End::Runs, id, korean, english, acts.concat())
    };
    let line = |name: &str| format!("{name} {token}");
    let connected = (0..MANY).map(Connect).collect();
    let speak = (0..MANY).rev().flat_map(|peer| says(peer, &line(&peer.to_string()))).collect();
    let together = vec![
        new(
            "neighbour",
            "한 클라이언트가 연결하고 아무것도 보내지 않는 동안 다른 클라이언트가 말합니다",
            "one client connects and is silent; another speaks meanwhile",
            vec![
                vec![Connect(0), Connect(1)],
                says(1, &line("second")),
                says(0, &line("first")),
                says(1, &line("again")),
            ],
        ),
        new(
            "half-a-line",
            "한 클라이언트가 줄을 반만 보낸 동안 다른 클라이언트가 말합니다",
            "one client has sent half a line; another speaks meanwhile",
            vec![
                vec![Connect(0), Send(0, made("half ")), Connect(1)],
                says(1, &line("whole")),
                vec![
                    Send(0, made(format!("{token}\n"))),
                    Receive(0, replies(&[format!("half {token}")]), Then::Open),
                ],
            ],
        ),
        new(
            "hundred",
            "클라이언트 100개가 연결한 다음, 마지막에 연결한 것부터 말합니다",
            "a hundred clients connect, then speak, the last to connect first",
            vec![connected, speak],
        ),
        new(
            "reset",
            "다른 클라이언트가 있는 동안 몇몇이 연결을 리셋합니다",
            "some clients reset their connection while others are there",
            vec![
                vec![Connect(0), Connect(1), Reset(1), Connect(2), Send(2, made("half")), Reset(2)],
                says(0, &line("first")),
                vec![Connect(3)],
                says(3, &line("later")),
            ],
        ),
    ];
    [together, lines(token)].concat()
}
