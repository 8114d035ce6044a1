//! Clients: our side is the server.

use std::time::Duration;

use common::Pattern;
use scenarios::scenario::Act::{
    self, Accept, Close, Paced, Receive, Reset, Send, SendPieces, Silence, Stranger, Wait,
};
use scenarios::scenario::{Data, End, Messages, Role, Scenario, Then, Want};

use super::{made, server};

const SECOND: Duration = Duration::from_secs(1);

/// A client that sends `message` and prints `prints`.
struct Client {
    pattern: Pattern,
    message: String,
    prints: String,
}

impl Client {
    fn scenario(&self, id: &'static str, korean: &str, english: &str, acts: Vec<Act>) -> Scenario {
        let role = Role::Client {
            arguments: vec![self.message.clone()],
            listens: true,
            prints: Data::Made(format!("{}\n", self.prints).into_bytes()),
            complains: false,
            lasts: None,
        };
        let kind = (self.pattern, Messages::Whole);
        let acts = [vec![Accept(0)], acts].concat();
        Scenario { role, ..server(kind, End::Exits(0), id, korean, english, acts) }
    }

    /// The server gets the message.
    fn asks(&self) -> Act {
        Receive(0, Want::Data(made(self.message.clone())), Then::Open)
    }
}

/// It says that it failed, and what came is printed, if anything did; it goes on for so long.
fn fails(scenario: Scenario, prints: &str, lasts: Option<(Duration, Duration)>) -> Scenario {
    let Role::Client { arguments, listens, .. } = scenario.role else {
        return scenario;
    };
    let prints = made(prints);
    let role = Role::Client { arguments, listens, prints, complains: true, lasts };
    Scenario { role, end: End::Exits(1), ..scenario }
}

/// Nobody is on the port.
fn nobody(scenario: Scenario) -> Scenario {
    let Role::Client { arguments, prints, complains, lasts, .. } = scenario.role else {
        return scenario;
    };
    let role = Role::Client { arguments, listens: false, prints, complains, lasts };
    Scenario { role, acts: Vec::new(), ..scenario }
}

/// A UDP client that asks three times.
#[must_use]
pub fn nobody_there(token: &str) -> Vec<Scenario> {
    let client = Client {
        pattern: Pattern::UdpEcho,
        message: format!("안녕 {token}"),
        prints: format!("응답 {token}"),
    };
    let reply = || Send(0, made(client.prints.clone()));
    let asks = || client.asks();
    let paced = || Paced(0, SECOND, SECOND * 3 / 2);
    let stranger = || Stranger(0, made(format!("stranger {token}")));
    vec![
        client.scenario(
            "first",
            "첫 번째 데이터그램에 응답합니다",
            "the first datagram is answered",
            vec![asks(), reply()],
        ),
        client.scenario(
            "second",
            "첫 번째 데이터그램은 사라지고, 두 번째에 응답합니다",
            "the first datagram is lost, the second answered",
            vec![asks(), asks(), paced(), reply()],
        ),
        client.scenario(
            "third",
            "세 번째 데이터그램에 응답합니다",
            "the third is answered",
            vec![asks(), asks(), paced(), asks(), paced(), reply()],
        ),
        client.scenario(
            "late",
            "0.8초 뒤에 응답합니다. 한 번만 보냈어야 합니다",
            "the reply comes after 0.8 s, to the one sending",
            vec![asks(), Wait(SECOND * 4 / 5), reply()],
        ),
        fails(
            client.scenario(
                "no-reply",
                "응답하지 않습니다. 세 번 보내고, 3초에서 5초 사이에 포기해야 합니다",
                "no reply: it sends three times and gives up after 3 to 5 s",
                vec![asks(), asks(), paced(), asks(), paced()],
            ),
            "",
            Some((3 * SECOND, 5 * SECOND)),
        ),
        nobody(fails(
            client.scenario(
                "refused",
                "그 포트에 아무도 없습니다. 5초 안에 포기해야 합니다",
                "nobody is on the port: it gives up within 5 s",
                Vec::new(),
            ),
            "",
            Some((Duration::ZERO, 6 * SECOND)),
        )),
        client.scenario(
            "stranger",
            "서버가 아닌 곳에서 먼저 데이터그램이 옵니다",
            "a stranger's datagram comes before the reply",
            vec![asks(), stranger(), reply()],
        ),
        client.scenario(
            "stranger-and-clock",
            "0.8초 뒤에 서버가 아닌 곳에서 데이터그램이 옵니다. 그래도 1초 뒤에 다시 보내야 합니다",
            "a stranger's datagram comes after 0.8 s: it sends again after one second all the same",
            vec![asks(), Wait(SECOND * 4 / 5), stranger(), asks(), paced(), reply()],
        ),
    ]
}

/// A TCP client that reads to the end.
#[must_use]
pub fn to_the_end(token: &str) -> Vec<Scenario> {
    const LARGE: usize = 100_000;
    let of = |prints: String| Client {
        pattern: Pattern::TcpEcho,
        message: format!("안녕 {token}"),
        prints,
    };
    let client = of(format!("서버로부터 응답: 한글 {token}"));
    let reply = client.prints.as_bytes();
    let asks = || client.asks();
    let large = of(format!("{token} {}", "한 ".repeat(LARGE / 4)));
    let pieces = |size, pause| SendPieces(0, made(reply), size, pause);
    // The third byte of the first character is on its way a little longer.
    let cut = vec![asks(), pieces(2, Duration::from_millis(100)), Close(0)];
    vec![
        client.scenario(
            "whole",
            "응답이 한 번에 오고 서버가 닫습니다",
            "the reply comes at once, and the server closes",
            vec![asks(), Send(0, made(reply)), Close(0)],
        ),
        client.scenario(
            "byte-by-byte",
            "응답이 한 바이트씩 옵니다",
            "the reply comes byte by byte",
            vec![asks(), pieces(1, Duration::from_millis(10)), Close(0)],
        ),
        client.scenario(
            "cut-character",
            "글자 가운데에서 나뉘어 옵니다",
            "characters are cut between the pieces",
            cut,
        ),
        client.scenario(
            "pauses",
            "조각 사이에 1초씩 다섯 번 쉽니다",
            "five pauses of a second between the pieces",
            vec![asks(), pieces(reply.len().div_ceil(6), SECOND), Close(0)],
        ),
        large.scenario(
            "large",
            "100,000바이트가 옵니다",
            "100,000 bytes come",
            vec![asks(), Send(0, made(large.prints.clone())), Close(0)],
        ),
        of(String::new()).scenario(
            "empty",
            "서버가 아무것도 보내지 않고 닫습니다",
            "the server closes without a byte",
            vec![asks(), Close(0)],
        ),
        fails(
            client.scenario(
                "reset",
                "응답의 앞부분이 온 다음 연결이 리셋됩니다. 온 것은 출력해야 합니다",
                "the connection is reset after a part of the reply, which is to be printed",
                vec![
                    asks(),
                    Send(0, made(format!("part {token}"))),
                    Wait(Duration::from_millis(300)),
                    Reset(0),
                ],
            ),
            &format!("part {token}"),
            None,
        ),
        fails(
            client.scenario(
                "silent",
                "서버가 연결을 열어 둔 채 아무것도 보내지 않습니다. 3초 뒤에 포기해야 합니다",
                "the server keeps the connection open and is silent: it gives up after 3 s",
                vec![asks(), Silence(0, 2 * SECOND)],
            ),
            "",
            Some((3 * SECOND, 5 * SECOND)),
        ),
        nobody(fails(
            client.scenario(
                "refused",
                "그 포트에 아무도 없습니다",
                "nobody is on the port",
                Vec::new(),
            ),
            "",
            None,
        )),
    ]
}
