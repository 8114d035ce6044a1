//! The scenarios of the patterns' clients, as data. Our side is the server.

use std::time::Duration;

use common::Pattern;

use crate::scenario::Act::{
    self, Accept, Close, Receive, Reset, Send, SendPieces, Silence, Stranger, Wait,
};
use crate::scenario::{Data, End, PeerId, Role, Scenario, Then, Want};

/// What a client sends that is not told otherwise.
const MESSAGE: &str = "안녕하세요";

/// A client, started with `arguments`, that prints `prints`.
fn client(
    pattern: Pattern,
    id: &'static str,
    arguments: &'static [&'static str],
    prints: Data,
    acts: Vec<Act>,
) -> Scenario {
    Scenario {
        role: Role::Client {
            arguments: arguments.iter().map(ToString::to_string).collect(),
            listens: true,
            prints,
            complains: false,
            lasts: None,
        },
        end: End::Exits(0),
        ..Scenario::new(pattern, id, "", "", acts)
    }
}

fn told(scenario: Scenario, korean: &str, english: &str) -> Scenario {
    Scenario { text: harness::Text::new(korean, english), ..scenario }
}

/// It ends with 1, and says why.
fn fails(scenario: Scenario) -> Scenario {
    let Role::Client { arguments, listens, prints, lasts, .. } = scenario.role else {
        return scenario;
    };
    Scenario {
        role: Role::Client { arguments, listens, prints, complains: true, lasts },
        end: End::Exits(1),
        ..scenario
    }
}

fn nobody(scenario: Scenario) -> Scenario {
    let Role::Client { arguments, prints, complains, lasts, .. } = scenario.role else {
        return scenario;
    };
    let role = Role::Client { arguments, listens: false, prints, complains, lasts };
    Scenario { role, ..scenario }
}

/// The server gets the usual message.
fn hears(peer: PeerId) -> [Act; 2] {
    [Accept(peer), Receive(peer, Want::Data(Data::Repeat(MESSAGE, 1)), Then::Open)]
}

fn then<const N: usize>(acts: [Act; N]) -> Vec<Act> {
    hears(0).into_iter().chain(acts).collect()
}

/// All of them, pattern by pattern.
#[must_use]
pub fn all() -> Vec<Scenario> {
    let mut all = tcp();
    all.extend(udp());
    all
}

#[expect(clippy::too_many_lines, reason = "it is a list")]
fn tcp() -> Vec<Scenario> {
    let new = |id, arguments, prints, acts| client(Pattern::TcpEcho, id, arguments, prints, acts);
    let text = |text| Data::Repeat(text, 1);
    vec![
        told(
            new(
                "reply",
                &[],
                Data::Bytes(b"\xff\0\r\nreply\n"),
                then([Send(0, Data::Bytes(b"\xff\0\r\nreply")), Close(0)]),
            ),
            "응답의 바이트를 그대로 출력하고 줄을 바꿉니다",
            "the bytes of the reply are printed as they come, then a newline",
        ),
        told(
            new(
                "pieces",
                &[],
                Data::Bytes("서버로부터 응답\n".as_bytes()),
                then([
                    SendPieces(0, text("서버로부터 응답"), 1, Duration::from_millis(5)),
                    Close(0),
                ]),
            ),
            "응답이 한 바이트씩 나뉘어 옵니다",
            "the reply comes byte by byte",
        ),
        told(
            new(
                "large",
                &[],
                Data::Repeat("1234567890123456789\n", 5000),
                then([
                    Send(0, Data::Repeat("1234567890123456789\n", 4999)),
                    SendPieces(
                        0,
                        Data::Bytes(b"1234567890123456789"),
                        10,
                        Duration::from_millis(5),
                    ),
                    Close(0),
                ]),
            ),
            "100,000바이트의 응답이 옵니다",
            "a reply of 100,000 bytes",
        ),
        told(
            new(
                "nothing-to-send",
                &[""],
                text("reply\n"),
                vec![
                    Accept(0),
                    Receive(0, Want::Nothing, Then::End),
                    Send(0, text("reply")),
                    Close(0),
                ],
            ),
            "보낼 것이 없으면 쓰기 방향을 닫고 응답을 기다립니다",
            "with nothing to send it half-closes and waits for the reply",
        ),
        told(
            fails(new("no-reply", &[], Data::Bytes(b""), then([Close(0)]))),
            "서버가 응답 없이 닫습니다",
            "the server closes without a reply",
        ),
        told(
            fails(new(
                "reset",
                &[],
                text("part\n"),
                then([Send(0, text("part")), Wait(Duration::from_millis(200)), Reset(0)]),
            )),
            "응답의 일부가 온 다음 연결이 재설정(RST)됩니다. 온 것은 출력합니다",
            "the connection is reset after a part of the reply, which is printed",
        ),
        told(
            fails(new(
                "silent",
                &["--timeout", "0.3"],
                Data::Bytes(b""),
                then([Silence(0, Duration::from_millis(200))]),
            )),
            "서버가 아무것도 보내지 않습니다",
            "the server is silent",
        ),
        told(
            fails(new(
                "stays-open",
                &["--timeout", "0.5"],
                text("part\n"),
                then([Send(0, text("part")), Silence(0, Duration::from_millis(200))]),
            )),
            "응답이 온 다음에도 서버가 연결을 닫지 않습니다",
            "the reply comes, and the server keeps the connection open",
        ),
        told(
            nobody(fails(new("refused", &[], Data::Bytes(b""), Vec::new()))),
            "그 포트에 아무도 없습니다",
            "nobody is on the port",
        ),
    ]
}

fn udp() -> Vec<Scenario> {
    let new = |id, arguments, prints, acts| client(Pattern::UdpEcho, id, arguments, prints, acts);
    let text = |text| Data::Repeat(text, 1);
    vec![
        told(
            new(
                "reply",
                &[],
                Data::Bytes(b"\xff\0\r\n\n"),
                then([Send(0, Data::Bytes(b"\xff\0\r\n"))]),
            ),
            "응답의 바이트를 그대로 출력하고 줄을 바꿉니다",
            "the bytes of the reply are printed as they come, then a newline",
        ),
        told(
            new("empty", &[], text("\n"), then([Send(0, Data::Bytes(b""))])),
            "빈 데이터그램이 응답으로 옵니다",
            "the reply is an empty datagram",
        ),
        told(
            new(
                "stranger",
                &[],
                text("server\n"),
                then([Stranger(0, text("stranger")), Send(0, text("server"))]),
            ),
            "서버가 아닌 프로그램이 먼저 데이터그램을 보냅니다",
            "a stranger sends a datagram before the server does",
        ),
        told(
            fails(new(
                "only-a-stranger",
                &["--timeout", "0.3"],
                Data::Bytes(b""),
                then([Stranger(0, text("stranger"))]),
            )),
            "서버가 아닌 프로그램만 데이터그램을 보냅니다",
            "only a stranger sends a datagram",
        ),
        told(
            fails(new("silent", &["--timeout", "0.3"], Data::Bytes(b""), then([]))),
            "서버가 아무것도 보내지 않습니다",
            "the server is silent",
        ),
        told(
            nobody(fails(new("refused", &["--timeout", "3600"], Data::Bytes(b""), Vec::new()))),
            "그 포트에 아무도 없습니다",
            "nobody is on the port",
        ),
    ]
}
