//! A server that passes each line on to everybody else.

use std::time::Duration;

use common::Pattern;
use scenarios::scenario::Act::{
    self, Close, Connect, Deaf, HalfClose, Receive, Reset, Send, Silence,
};
use scenarios::scenario::{End, Messages, PeerId, Scenario, Then, Want};

use super::{made, server};

const SHORT: Duration = Duration::from_millis(200);

/// Those who talk, and what is in each of their lines.
struct Room<'a>(&'a str);

impl Room<'_> {
    fn name(&self, peer: PeerId) -> String {
        format!("name{peer}-{}", self.0)
    }

    fn gives_its_name(&self, peer: PeerId) -> Vec<Act> {
        let welcome = Want::Data(made("환영합니다\n"));
        vec![Send(peer, made(format!("{}\n", self.name(peer)))), Receive(peer, welcome, Then::Open)]
    }

    fn joins(&self, peer: PeerId) -> Vec<Act> {
        [vec![Connect(peer)], self.gives_its_name(peer)].concat()
    }

    fn all_join(&self, peers: usize) -> Vec<Act> {
        (0..peers).flat_map(|peer| self.joins(peer)).collect()
    }

    /// What the others get of these lines.
    fn lines_of(&self, peer: PeerId, lines: &[impl AsRef<str>]) -> Vec<u8> {
        let name = self.name(peer);
        let all: String = lines.iter().map(|line| format!("{name}: {}\n", line.as_ref())).collect();
        all.into_bytes()
    }

    fn gets(&self, peer: PeerId, from: PeerId, line: &str) -> Act {
        Receive(peer, Want::Data(made(self.lines_of(from, &[line]))), Then::Open)
    }

    /// A line, and those who get it.
    fn says(&self, peer: PeerId, line: &str, others: &[PeerId]) -> Vec<Act> {
        let said = vec![Send(peer, made(format!("{line}\n")))];
        let got = others.iter().map(|other| self.gets(*other, peer, line)).collect();
        [said, got].concat()
    }
}

fn new(
    id: &'static str,
    korean: &str,
    english: &str,
    acts: impl IntoIterator<Item = Vec<Act>>,
) -> Scenario {
    let kind = (Pattern::ThreadedEcho, Messages::Chat);
    server(kind, End::Runs, id, korean, english, acts.into_iter().flatten().collect())
}

/// A TCP server that passes each line on to everybody else.
#[must_use]
pub fn chat(token: &str) -> Vec<Scenario> {
    let room = &Room(token);
    [talk(room), going(room), much(room)].concat()
}

fn talk(room: &Room) -> Vec<Scenario> {
    let quiet = |peers: &[PeerId]| peers.iter().map(|peer| Silence(*peer, SHORT)).collect();
    vec![
        new(
            "two",
            "둘이 이야기합니다. 줄은 상대에게만 갑니다",
            "two talk: a line goes to the other one alone",
            vec![
                room.all_join(2),
                room.says(0, "안녕", &[1]),
                room.says(1, "hello", &[0]),
                quiet(&[0, 1]),
                room.says(0, "again", &[1]),
            ],
        ),
        new(
            "three",
            "셋이 이야기합니다",
            "three talk",
            vec![
                room.all_join(3),
                room.says(0, "one", &[1, 2]),
                room.says(2, "two", &[0, 1]),
                room.says(1, "three", &[0, 2]),
                quiet(&[0, 1, 2]),
            ],
        ),
        new(
            "no-name-yet",
            "아직 이름을 말하지 않은 클라이언트가 있습니다. 이름을 말한 다음부터 줄을 받습니다",
            "one has not given its name yet: it gets lines only from then on",
            vec![
                room.all_join(2),
                vec![Connect(2)],
                quiet(&[2]),
                room.says(0, "early", &[1]),
                quiet(&[2]),
                room.gives_its_name(2),
                room.says(0, "later", &[1, 2]),
                room.says(2, "me too", &[0, 1]),
            ],
        ),
        new(
            "two-writes",
            "한 줄이 두 번에 나뉘어 오는 동안 다른 클라이언트가 말합니다",
            "a line comes in two writes, and another client speaks in between",
            vec![
                room.all_join(3),
                vec![Send(0, made("first half, ")), Silence(2, SHORT)],
                room.says(1, "whole", &[2, 0]),
                vec![Send(0, made("second half\n"))],
                [2, 1].iter().map(|peer| room.gets(*peer, 0, "first half, second half")).collect(),
            ],
        ),
    ]
}

fn going(room: &Room) -> Vec<Scenario> {
    vec![
        new(
            "leaves",
            "하나가 떠나고 다른 하나가 쓰기 방향을 닫은 다음에도 나머지는 이야기합니다",
            "one leaves, another half-closes with an unfinished line, and the others go on",
            vec![
                room.all_join(4),
                room.says(1, "bye", &[0, 2, 3]),
                vec![Close(1)],
                room.says(0, "one", &[2, 3]),
                vec![Send(3, made("unfinished")), HalfClose(3)],
                room.says(2, "two", &[0]),
                room.says(0, "three", &[2]),
                room.says(2, "four", &[0]),
            ],
        ),
        new(
            "resets",
            "하나가 연결을 리셋하는 동안에도 나머지는 이야기합니다",
            "one resets its connection, and the others go on",
            vec![
                room.all_join(4),
                vec![Reset(1)],
                room.says(0, "one", &[2, 3]),
                room.says(2, "two", &[0, 3]),
                room.says(3, "three", &[0, 2]),
                room.joins(4),
                room.says(4, "four", &[0, 2, 3]),
            ],
        ),
    ]
}

fn much(room: &Room) -> Vec<Scenario> {
    const MANY: PeerId = 50;
    let lines = |peer: PeerId, count: usize, size: usize| -> Vec<String> {
        (0..count)
            .map(|number| format!("{:.<size$}", format!("{number} of {peer} {}", room.0)))
            .collect()
    };
    let sends =
        |peer: PeerId, lines: &[String]| Send(peer, made(format!("{}\n", lines.join("\n"))));
    let gets =
        |peer: PeerId, senders: Vec<Vec<u8>>| Receive(peer, Want::Merged(senders), Then::Open);
    let [of_0, of_1] = [0, 1].map(|peer| lines(peer, 300, 500));
    let one = |peer| vec![format!("hello from {peer}")];
    let others = |peer: PeerId| {
        let others = (0..MANY).filter(|other| *other != peer);
        others.map(|other| room.lines_of(other, &one(other))).collect()
    };
    let flood = lines(1, 2000, 9_999);
    vec![
        new(
            "two-senders",
            "둘이 한꺼번에 많은 줄을 보냅니다. 줄은 섞이지 않고, 각자의 순서를 지킵니다",
            "two send many lines at once: no line is mixed with another, each sender's keep their order",
            vec![
                room.all_join(3),
                vec![sends(0, &of_0), sends(1, &of_1)],
                vec![gets(2, vec![room.lines_of(0, &of_0), room.lines_of(1, &of_1)])],
                vec![
                    gets(0, vec![room.lines_of(1, &of_1)]),
                    gets(1, vec![room.lines_of(0, &of_0)]),
                ],
            ],
        ),
        new(
            "fifty",
            "50명이 모두 한 줄씩 말합니다",
            "fifty are there, and each says a line",
            vec![
                room.all_join(MANY),
                (0..MANY).map(|peer| sends(peer, &one(peer))).collect(),
                (0..MANY).map(|peer| gets(peer, others(peer))).collect(),
            ],
        ),
        new(
            "does-not-read",
            "하나가 아무것도 읽지 않는 동안 다른 하나가 모두에게 20MB를 보냅니다. 나머지는 기다리지 않아야 합니다",
            "one reads nothing while another sends 20 MB to all: nobody else is held up",
            vec![
                room.all_join(3),
                vec![Deaf(0), sends(1, &flood)],
                vec![Receive(2, Want::Data(made(room.lines_of(1, &flood))), Then::Open)],
                room.says(2, "still here", &[1]),
            ],
        ),
    ]
}
