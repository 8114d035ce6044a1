//! Servers whose messages are lines.

use std::time::Duration;

use common::Pattern;
use scenarios::scenario::Act::{
    self, Close, Closes, Connect, Deaf, HalfClose, Receive, Reset, Send, SendPieces, Silence, Wait,
};
use scenarios::scenario::{End, Messages, PeerId, Scenario, Then, Want};

use super::{made, server};

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
    server((Pattern::ThreadedEcho, Messages::Lines), End::Runs, id, korean, english, acts)
}

/// A TCP server whose messages are lines.
#[must_use]
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

/// Somebody connects, sends a line, and receives the reply.
fn enters(peer: PeerId, line: &str) -> Vec<Act> {
    [vec![Connect(peer)], says(peer, line)].concat()
}

fn new(
    id: &'static str,
    korean: &str,
    english: &str,
    acts: impl IntoIterator<Item = Vec<Act>>,
) -> Scenario {
    let kind = (Pattern::ThreadedEcho, Messages::Lines);
    server(kind, End::Runs, id, korean, english, acts.into_iter().flatten().collect())
}

/// The same for many clients at once.
#[must_use]
pub fn at_once(token: &str) -> Vec<Scenario> {
    [few_at_once(token), vec![hundred(token)], lines(token)].concat()
}

fn hundred(token: &str) -> Scenario {
    const MANY: PeerId = 100;
    let connected = (0..MANY).map(Connect).collect();
    let speak = (0..MANY).rev().flat_map(|peer| says(peer, &format!("{peer} {token}"))).collect();
    new(
        "hundred",
        "클라이언트 100개가 연결한 다음, 마지막에 연결한 것부터 말합니다",
        "a hundred clients connect, then speak, the last to connect first",
        vec![connected, speak],
    )
}

fn few_at_once(token: &str) -> Vec<Scenario> {
    let line = |name: &str| format!("{name} {token}");
    vec![
        new(
            "neighbour",
            "한 클라이언트가 연결하고 아무것도 보내지 않는 동안 다른 클라이언트가 말합니다",
            "one client connects and is silent; another speaks meanwhile",
            vec![
                vec![Connect(0)],
                enters(1, &line("second")),
                says(0, &line("first")),
                says(1, &line("again")),
            ],
        ),
        new(
            "half-a-line",
            "한 클라이언트가 줄을 반만 보낸 동안 다른 클라이언트가 말합니다",
            "one client has sent half a line; another speaks meanwhile",
            vec![
                vec![Connect(0), Send(0, made("half "))],
                enters(1, &line("whole")),
                vec![
                    Send(0, made(format!("{token}\n"))),
                    Receive(0, replies(&[format!("half {token}")]), Then::Open),
                ],
            ],
        ),
        new(
            "reset",
            "다른 클라이언트가 있는 동안 몇몇이 연결을 리셋합니다",
            "some clients reset their connection while others are there",
            vec![
                vec![Connect(0), Connect(1), Reset(1), Connect(2), Send(2, made("half")), Reset(2)],
                says(0, &line("first")),
                enters(3, &line("later")),
            ],
        ),
    ]
}

/// The same, and whoever is silent for two seconds has to go.
#[must_use]
pub fn silent(token: &str) -> Vec<Scenario> {
    const SECOND: Duration = Duration::from_secs(1);
    // A byte each second: no more of the token than that.
    let slow = &token[..4];
    let goes = |peer| Closes(peer, 2 * SECOND, 4 * SECOND);
    let line = |name: &str| format!("{name} {token}");
    let own = vec![
        new(
            "silent",
            "아무것도 보내지 않는 클라이언트는 2초에서 4초 사이에 끊깁니다. 그동안 오는 클라이언트도 없습니다",
            "a client that sends nothing is closed after 2 s, within 4 s; nobody else comes meanwhile",
            vec![vec![Connect(0), goes(0), Wait(SECOND / 2)], enters(1, &line("after"))],
        ),
        new(
            "half-a-line-silent",
            "줄을 반만 보내고 조용한 클라이언트도 끊기고, 반 줄에는 응답하지 않습니다",
            "so is one that falls silent in the middle of a line, which is not answered",
            vec![enters(0, &line("first")), vec![Send(0, made(line("half"))), goes(0)]],
        ),
        new(
            "slow",
            "1초마다 한 바이트를 보내는 클라이언트는 끊기지 않습니다",
            "one that sends a byte each second is kept",
            vec![vec![
                Connect(0),
                SendPieces(0, made(format!("{slow}\n")), 1, SECOND),
                Receive(0, replies(&[slow]), Then::Open),
            ]],
        ),
        new(
            "others",
            "조용한 두 클라이언트가 끊기는 동안 다른 클라이언트는 계속 말하고, 새 클라이언트도 옵니다",
            "while two silent ones are closed another goes on speaking, and a new one comes",
            vec![
                vec![Connect(0), Connect(1)],
                enters(2, &line("one")),
                vec![Wait(SECOND)],
                says(2, &line("two")),
                vec![Wait(SECOND)],
                says(2, &line("three")),
                vec![goes(0), goes(1)],
                says(2, &line("four")),
                enters(3, &line("five")),
            ],
        ),
    ];
    [own, few_at_once(token), lines(token)].concat()
}

/// The same for at most four clients at a time.
#[must_use]
pub fn crowded(token: &str) -> Vec<Scenario> {
    let line = |name: &str, peer: PeerId| format!("{name} {peer} {token}");
    let four = || (0..4).flat_map(|peer| enters(peer, &line("hello", peer))).collect::<Vec<_>>();
    let again = |peers: &[PeerId]| -> Vec<Act> {
        peers.iter().flat_map(|peer| says(*peer, &line("again", *peer))).collect()
    };
    let turned_away = |peer| {
        let sentence = Want::Data(made("자리가 없습니다\n"));
        vec![Connect(peer), Receive(peer, sentence, Then::End)]
    };
    // Within this time the next one has to be let in.
    let wait = || vec![Wait(Duration::from_secs(1))];
    let next = |peer| enters(peer, &line("next", peer));
    let own = vec![
        new(
            "five",
            "네 클라이언트가 있을 때 다섯째가 옵니다. 자리가 없다는 말을 바로 듣고 끊겨야 합니다",
            "a fifth comes while four are there: it is told at once that there is no place, and closed",
            vec![four(), turned_away(4), again(&[3, 2, 1, 0])],
        ),
        new(
            "four",
            "네 클라이언트가 한꺼번에 말합니다",
            "four clients speak at once",
            vec![four(), again(&[3, 0, 2, 1])],
        ),
        new(
            "six",
            "다섯째와 여섯째가 옵니다. 네 클라이언트는 계속 말합니다",
            "a fifth and a sixth come; the four go on",
            vec![four(), turned_away(4), again(&[0]), turned_away(5), again(&[3, 2, 1])],
        ),
        new(
            "goes-and-comes",
            "한 클라이언트가 떠나고 1초 뒤에 다른 클라이언트가 옵니다. 자리가 있어야 합니다",
            "one goes, and a second later another comes: there is a place, and no more than one",
            vec![four(), vec![Close(0)], wait(), next(4), turned_away(5), again(&[1, 2, 3])],
        ),
        new(
            "half-closes",
            "한 클라이언트가 쓰기 방향을 닫고 떠난 다음 다른 클라이언트가 옵니다",
            "one half-closes and goes, then another comes",
            vec![
                four(),
                vec![HalfClose(1), Receive(1, Want::Data(made("")), Then::End)],
                wait(),
                next(4),
                turned_away(5),
            ],
        ),
        new(
            "one-resets",
            "네 클라이언트 가운데 하나가 연결을 리셋하고 1초 뒤에 다른 클라이언트가 옵니다",
            "one of the four resets its connection, and a second later another comes",
            vec![four(), vec![Reset(2)], wait(), next(4), turned_away(5), again(&[0, 1, 3])],
        ),
    ];
    [own, few_at_once(token), lines(token)].concat()
}

/// The same, and the line `quit` ends it in good order.
#[must_use]
pub fn goodbye(token: &str) -> Vec<Scenario> {
    /// On Linux more than the system keeps between the two.
    const SIZE: usize = if cfg!(target_os = "linux") { 60_000 } else { 100 };
    let ends = |id, korean, english, acts: Vec<Vec<Act>>| {
        let kind = (Pattern::ThreadedEcho, Messages::Goodbye);
        server(kind, End::Exits(0), id, korean, english, acts.concat())
    };
    let line = |name: &str| format!("{name} {token}");
    let quit = |peer| Send(peer, made("quit\n"));
    let closed = |peer| Receive(peer, Want::Data(made("")), Then::AnyEnd);
    let unread: Vec<String> =
        (0..100).map(|number| format!("{:x<SIZE$}", line(&number.to_string()))).collect();
    let own = vec![
        ends(
            "alone",
            "혼자 있는 클라이언트가 quit을 보냅니다. 응답하지 않고 닫고, 3초 안에 끝나야 합니다",
            "one client, alone, sends quit: no answer, closed, and the end within 3 s",
            vec![enters(0, &line("hello")), vec![quit(0), closed(0)]],
        ),
        ends(
            "after-lines",
            "quit 앞의 줄에는 응답합니다. quit이 들어 있을 뿐인 줄은 quit이 아닙니다",
            "lines before quit are answered; one that merely holds the word is no quit",
            vec![vec![
                Connect(0),
                Send(0, made(format!("{}\nquit {token}\nquit\r\n", line("first")))),
                Receive(0, replies(&[line("first"), format!("quit {token}")]), Then::AnyEnd),
            ]],
        ),
        ends(
            "idle",
            "다른 클라이언트가 조용히 있을 때 한 클라이언트가 quit을 보냅니다. 모두 닫혀야 합니다",
            "one sends quit while others are idle: all are closed",
            vec![
                enters(0, &line("one")),
                enters(1, &line("two")),
                enters(2, &line("three")),
                vec![quit(1), closed(1), closed(0), closed(2)],
            ],
        ),
        ends(
            "unread",
            "한 클라이언트가 0.5초 전에 100줄을 보내고 아직 아무것도 읽지 않았습니다. 모든 줄에 응답해야 합니다",
            "one has sent 100 lines half a second before and read nothing yet: all are answered",
            vec![
                vec![Connect(0), Deaf(0), Send(0, made(format!("{}\n", unread.join("\n"))))],
                vec![Wait(Duration::from_millis(500)), Connect(1), quit(1)],
                vec![Receive(0, replies(&unread), Then::AnyEnd), closed(1)],
            ],
        ),
    ];
    [own, at_once(token)].concat()
}
