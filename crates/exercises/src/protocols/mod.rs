//! What the programs of the exercises are held to, as data.

mod chat;
mod clients;
mod lengths;
mod lines;

use common::Pattern;
use scenarios::scenario::Act::{
    self, Close, Connect, HalfClose, NothingMore, Receive, Reset, Send,
};
use scenarios::scenario::{Contract, Data, End, Messages, PeerId, Scenario, Then, Want};

pub use chat::chat;
pub use clients::{nobody_there, to_the_end};
pub use lengths::lengths;
pub use lines::{at_once, crowded, goodbye, lines, silent};

/// How far a scenario goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What the task says.
    Basic,
    /// Where it ends: nothing, much, pieces, pauses.
    Edge,
    /// Somebody who vanishes, lies, or does not read.
    Hostile,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Basic, Self::Edge, Self::Hostile];
}

/// The group of the scenario of this id.
#[must_use]
pub fn group(id: &str) -> Group {
    match id {
        "reset" | "resets" | "one-resets" | "gone" | "refused" | "stranger"
        | "stranger-and-clock" | "too-long" | "only-a-length" | "half-a-line-silent"
        | "does-not-read" | "unread" => Group::Hostile,
        "half-close" | "half-closes" | "full" | "empty" | "not-utf8" | "cut" | "late"
        | "pauses" | "large" | "largest" | "small" | "newlines" | "carriage-return" | "blanks"
        | "long" | "unfinished" | "nothing-after" | "hundred" | "fifty" | "slow" | "two-writes"
        | "length-cut" | "byte-by-byte" | "cut-character" => Group::Edge,
        _ => Group::Basic,
    }
}

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
    (pattern, messages): (Pattern, Messages),
    end: End,
    id: &'static str,
    korean: &str,
    english: &str,
    acts: Vec<Act>,
) -> Scenario {
    let contract = Contract::Exercise(messages);
    Scenario { end, contract, ..Scenario::new(pattern, id, korean, english, acts) }
}

/// A TCP server of one client.
#[must_use]
pub fn missing_f(token: &str) -> Vec<Scenario> {
    let new = |id, korean, english, acts| {
        server((Pattern::TcpEcho, Messages::Whole), End::Exits(0), id, korean, english, acts)
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
#[must_use]
pub fn again(token: &str) -> Vec<Scenario> {
    let new = |id, korean, english, acts: Vec<Vec<Act>>| {
        server(
            (Pattern::ThreadedEcho, Messages::Whole),
            End::Serves,
            id,
            korean,
            english,
            acts.concat(),
        )
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
#[must_use]
pub fn letters(token: &str) -> Vec<Scenario> {
    let new = |id, korean, english, acts: Vec<Vec<Act>>| {
        server((Pattern::UdpEcho, Messages::Whole), End::Serves, id, korean, english, acts.concat())
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
