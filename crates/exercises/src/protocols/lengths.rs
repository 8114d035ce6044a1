//! A server whose messages begin with their length.

use std::time::Duration;

use common::Pattern;
use scenarios::lengths::frame;
use scenarios::scenario::Act::{
    self, Close, Connect, HalfClose, Receive, Send, SendPieces, Silence,
};
use scenarios::scenario::{End, Messages, PeerId, Scenario, Then, Want};

use super::{made, server};

const SHORT: Duration = Duration::from_millis(200);

fn reply(message: &[u8]) -> Vec<u8> {
    frame(&["서버로부터 응답: ".as_bytes(), message].concat())
}

fn gets(peer: PeerId, messages: &[&[u8]]) -> Act {
    let replies: Vec<Vec<u8>> = messages.iter().map(|message| reply(message)).collect();
    Receive(peer, Want::Data(made(replies.concat())), Then::Open)
}

/// Somebody who is connected sends a message, and receives the reply.
fn says(peer: PeerId, message: &[u8]) -> Vec<Act> {
    vec![Send(peer, made(frame(message))), gets(peer, &[message])]
}

fn new(
    id: &'static str,
    korean: &str,
    english: &str,
    acts: impl IntoIterator<Item = Vec<Act>>,
) -> Scenario {
    let kind = (Pattern::ThreadedEcho, Messages::Lengths);
    server(kind, End::Runs, id, korean, english, acts.into_iter().flatten().collect())
}

/// A TCP server whose messages begin with their length.
#[must_use]
pub fn lengths(token: &str) -> Vec<Scenario> {
    [cut(token), whole(token), hostile(token)].concat()
}

fn whole(t: &str) -> Vec<Scenario> {
    let message = format!("hello {t}");
    let [korean, lines] = [format!("안녕하세요 {t}"), format!("one {t}\ntwo\r\n\n")];
    vec![
        new(
            "korean",
            "한글을 보냅니다. 길이는 바이트 수입니다",
            "Korean text: the length counts bytes",
            vec![vec![Connect(0)], says(0, korean.as_bytes())],
        ),
        new(
            "small",
            "0바이트와 1바이트인 메시지를 보냅니다",
            "messages of no byte and of one",
            vec![vec![Connect(0)], says(0, b""), says(0, b"x"), says(0, message.as_bytes())],
        ),
        new(
            "largest",
            "65,536바이트인 메시지를 보냅니다",
            "a message of 65,536 bytes",
            vec![
                vec![Connect(0)],
                says(0, &[t.as_bytes(), &vec![b'x'; 65_536 - t.len()]].concat()),
            ],
        ),
        new(
            "newlines",
            "줄 바꿈이 들어 있는 메시지를 보냅니다",
            "a message that holds newlines",
            vec![vec![Connect(0)], says(0, lines.as_bytes())],
        ),
    ]
}

fn cut(t: &str) -> Vec<Scenario> {
    let message = format!("hello {t}");
    let [first, second, next] = ["first", "second", "next"].map(|name| format!("{name} {t}"));
    let two = [frame(first.as_bytes()), frame(second.as_bytes())].concat();
    let bytes = frame(message.as_bytes());
    vec![
        new(
            "plain",
            "메시지를 하나씩 보내고, 다음 클라이언트도 그렇게 합니다",
            "one message and then another; the next client does the same",
            vec![
                vec![Connect(0)],
                says(0, message.as_bytes()),
                says(0, next.as_bytes()),
                vec![HalfClose(0), Receive(0, Want::Data(made("")), Then::End), Connect(1)],
                says(1, message.as_bytes()),
            ],
        ),
        new(
            "pieces",
            "메시지를 세 번에 나누어 0.3초 간격으로 보냅니다",
            "a message in three writes, 0.3 s apart",
            vec![vec![
                Connect(0),
                SendPieces(0, made(bytes.clone()), bytes.len() / 3 + 1, Duration::from_millis(300)),
                gets(0, &[message.as_bytes()]),
            ]],
        ),
        new(
            "joined",
            "두 메시지를 한 번에 보냅니다",
            "two messages in one write",
            vec![vec![
                Connect(0),
                Send(0, made(two)),
                gets(0, &[first.as_bytes(), second.as_bytes()]),
            ]],
        ),
        new(
            "length-cut",
            "길이의 두 바이트를 먼저 보내고, 조금 뒤에 나머지를 보냅니다",
            "two bytes of the length first, the rest a little later",
            vec![vec![
                Connect(0),
                Send(0, made(&bytes[..2])),
                Silence(0, SHORT),
                Send(0, made(&bytes[2..])),
                gets(0, &[message.as_bytes()]),
            ]],
        ),
    ]
}

fn hostile(t: &str) -> Vec<Scenario> {
    let message = format!("hello {t}");
    let message = message.as_bytes();
    let closed = |peer, then| Receive(peer, Want::Data(made("")), then);
    vec![
        new(
            "too-long",
            "65,536보다 큰 길이를 보냅니다. 응답 없이 닫고, 다음 클라이언트를 받아야 합니다",
            "a length over 65,536: closed without a reply, and the next client is served",
            vec![
                vec![Connect(0), Send(0, made([0, 1, 0, 1])), closed(0, Then::AnyEnd), Connect(1)],
                says(1, message),
                vec![HalfClose(1), closed(1, Then::End), Connect(2)],
                vec![Send(2, made([0xff; 4])), closed(2, Then::AnyEnd), Connect(3)],
                says(3, message),
            ],
        ),
        new(
            "only-a-length",
            "길이만 보내고 떠나는 클라이언트 다음에 다른 클라이언트가 옵니다",
            "one sends a length and nothing more, and goes; then another comes",
            vec![
                vec![Connect(0), Send(0, made([0, 0, 0, 9])), Silence(0, SHORT), Close(0)],
                vec![Connect(1)],
                says(1, message),
            ],
        ),
        new(
            "unfinished",
            "다 오지 않은 메시지 뒤에 쓰기 방향을 닫습니다. 그것에는 응답하지 않습니다",
            "half-close in the middle of a message, which is not answered",
            vec![
                vec![Connect(0)],
                says(0, message),
                vec![Send(0, made(&frame(message)[..9])), HalfClose(0), closed(0, Then::End)],
            ],
        ),
    ]
}
