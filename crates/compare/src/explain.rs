//! Judges what was observed of somebody's own server, and explains what is wrong with it.

use std::fmt::Write;

use common::Pattern;
use serde::Serialize;

use crate::observe::{
    ended_as, Answer, Detail, Ended, Ending, Late, Observation, Outcome, Reply, Subject, BUFFER,
    ENDLESS,
};
use crate::process::Exit;
use crate::scenario::{self, Act, Checked, End, Scenario, Want};
use crate::Text;

/// What kind of problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It could not be started.
    NotStarted,
    /// It ended before it listened.
    Exited,
    /// It does not listen on the port.
    NotListening,
    /// It listens on other addresses too, or instead.
    OtherAddresses,
    /// It does not answer, or too late.
    Silent,
    /// It sends wrong bytes.
    WrongBytes,
    /// The connection ends wrongly.
    WrongEnding,
    /// It prints something wrong.
    WrongStdout,
    /// It ends wrongly, or does not end.
    WrongExit,
    /// It answered and died later.
    DiedLater,
}

/// What is wrong, and why it probably is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind it is.
    pub kind: Kind,
    /// What was sent.
    pub sent: String,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub came: String,
    /// The likely mistake.
    pub why: Text,
    /// Whether it is no more than advice.
    pub advice: bool,
}

/// The first thing that is wrong with `outcome`, if any, and the advice besides.
#[must_use]
pub fn judge(scenario: &Scenario, subject: &Subject, outcome: &Outcome) -> Vec<Problem> {
    let mut problems = match outcome {
        Outcome::NotStarted(error) => vec![problem(
            Kind::NotStarted,
            "",
            "",
            error,
            "프로그램을 시작할 수 없습니다. `--` 뒤의 명령이 이 폴더에서 그대로 실행되는지 확인하세요",
            "it could not be started: see that the command after `--` runs in this folder",
        )],
        Outcome::ExitedEarly(exit, stderr) => vec![exited(*exit, stderr)],
        Outcome::NotListening(elsewhere, stderr) => vec![not_listening(elsewhere, stderr)],
        Outcome::Observed(observation, detail) => {
            let view = View { scenario, subject, observation, detail };
            view.problem().into_iter().chain(view.advice()).collect()
        }
    };
    // Echoing bytes that are no text is more than the page asks for.
    let no_text = matches!(scenario.id, "not-utf8" | "split-character" | "cut-character");
    let lenient = scenario.checked == Checked::Advice || (subject.reply == Reply::Echo && no_text);
    // A program that does not even start or listen is not let off.
    if lenient && matches!(outcome, Outcome::Observed(..)) {
        for problem in &mut problems {
            problem.advice = true;
        }
    }
    problems
}

fn problem(
    kind: Kind,
    sent: &str,
    expected: &str,
    came: &str,
    korean: impl Into<String>,
    english: impl Into<String>,
) -> Problem {
    Problem {
        kind,
        sent: sent.to_owned(),
        expected: expected.to_owned(),
        came: came.to_owned(),
        why: Text::new(korean, english),
        advice: false,
    }
}

/// How a program ended, as text.
#[must_use]
pub fn exit_text(exit: Exit) -> String {
    match exit {
        Exit::Code(code) => format!("exit {code}"),
        Exit::Signal(signal) => format!("signal {signal}"),
    }
}

fn exited(exit: Exit, stderr: &str) -> Problem {
    let came = format!("{}\n{stderr}", exit_text(exit));
    let (korean, english) = if stderr.contains("ddress already in use") || stderr.contains("EADDRINUSE")
    {
        ("포트가 이미 사용 중이라 끝났습니다", "it ended because the port is in use")
    } else if stderr.contains("SyntaxError") || stderr.contains("IndentationError") {
        (
            "문법 에러로 끝났습니다. 에러가 가리키는 줄을 확인하세요",
            "it ended with a syntax error: look at the line that it names",
        )
    } else {
        (
            "연결을 기다리기 전에 끝났습니다. 표준 에러의 마지막 줄을 확인하세요",
            "it ended before it listened: look at the end of its standard error",
        )
    };
    problem(Kind::Exited, "", "", came.trim(), korean, english)
}

fn not_listening(elsewhere: &[String], stderr: &str) -> Problem {
    if elsewhere.is_empty() {
        problem(
            Kind::NotListening,
            "",
            "127.0.0.1",
            stderr,
            "실행 중이지만 이 포트에서 기다리지 않습니다. bind에 쓴 포트와 `--port`가 같은지, TCP와 UDP를 바꾸지 않았는지 확인하세요",
            "it runs, but nobody listens on that port: see that it binds the port of `--port`, and that TCP and UDP are not mixed up",
        )
    } else {
        problem(
            Kind::OtherAddresses,
            "",
            "127.0.0.1",
            &elsewhere.join(", "),
            "127.0.0.1이 아닌 다른 주소에서 기다립니다. IPv4의 localhost에 바인딩하세요",
            "it listens on another address instead of 127.0.0.1: bind localhost with IPv4",
        )
    }
}

/// Everything that a judgement looks at.
struct View<'a> {
    scenario: &'a Scenario,
    subject: &'a Subject,
    observation: &'a Observation,
    detail: &'a Detail,
}

impl View<'_> {
    fn pattern(&self) -> Pattern {
        self.scenario.pattern
    }

    /// The first thing that is wrong.
    fn problem(&self) -> Option<Problem> {
        self.not_announced()
            .or_else(|| self.other_addresses())
            .or_else(|| self.wrong_answer())
            .or_else(|| self.surplus())
            .or_else(|| self.wrong_end())
            .or_else(|| self.wrong_stdout())
    }

    fn not_announced(&self) -> Option<Problem> {
        let first = self.observation.answers.first().is_none_or(|answer| !answer.bytes.is_empty());
        // Where the line never comes, the output as a whole is what is wrong.
        let later = !self.detail.stdout.is_empty();
        (self.observation.announced == Some(false) && first && later).then(|| {
            problem(
                Kind::WrongStdout,
                "",
                scenario::sentence(self.pattern()),
                "",
                "클라이언트가 데이터를 보낸 다음에야 연결을 출력했습니다. accept 바로 다음에 출력하세요",
                "it printed the connection only after the client had sent something: print right after accept",
            )
        })
    }

    fn other_addresses(&self) -> Option<Problem> {
        let elsewhere = &self.observation.elsewhere;
        (!elsewhere.is_empty()).then(|| {
            problem(
                Kind::OtherAddresses,
                "",
                "127.0.0.1",
                &format!("127.0.0.1, {}", elsewhere.join(", ")),
                "다른 주소에서도 기다립니다. '' 또는 '0.0.0.0'이 아니라 'localhost'에 바인딩하세요",
                "it listens on other addresses too: bind 'localhost', not '' or '0.0.0.0'",
            )
        })
    }

    fn wrong_answer(&self) -> Option<Problem> {
        let mut wants = self.scenario.acts.iter().filter_map(|act| match act {
            Act::Receive(_, want) => Some(Some(*want)),
            Act::ReceiveReply(_) | Act::Ask(..) => Some(None),
            _ => None,
        });
        self.observation.answers.iter().find_map(|answer| self.wrong(answer, wants.next()?))
    }

    fn wrong(&self, answer: &Answer, want: Option<Want>) -> Option<Problem> {
        let expected = match want {
            Some(Want::Nothing) => Vec::new(),
            _ => self.subject.reply.to(self.pattern(), &answer.sent),
        };
        let (sent, wanted, came) = (show(&answer.sent), show(&expected), show(&answer.bytes));
        let new = |kind, (korean, english): (String, String)| {
            Some(problem(kind, &sent, &wanted, &came, korean, english))
        };
        if want == Some(Want::Nothing) {
            return if answer.bytes.is_empty() {
                None
            } else {
                new(
                    Kind::WrongExit,
                    both(
                        "둘째 클라이언트에도 응답했습니다. 이 서버는 클라이언트 하나만 처리하고 끝나야 합니다",
                        "it answered the second client too: this server serves one client and ends",
                    ),
                )
            };
        }
        if let Some(late) = answer.late {
            return new(Kind::Silent, late_text(late, &answer.sent));
        }
        let over = answer.sent.len() > BUFFER;
        if answer.bytes.is_empty() && !expected.is_empty() && answer.ending != Ending::Datagram {
            return new(Kind::Silent, self.nothing_came(answer));
        }
        if answer.bytes != expected {
            return new(Kind::WrongBytes, self.wrong_bytes(&expected, answer));
        }
        match (want, answer.ending) {
            (Some(_), Ending::Open) => new(
                Kind::WrongEnding,
                both(
                    "응답은 맞지만 연결을 닫지 않습니다. 클라이언트 소켓에 close를 호출하세요",
                    "the reply is right, but the connection stays open: close the client socket",
                ),
            ),
            (Some(Want::Closed), Ending::Reset) if !over => new(
                Kind::WrongEnding,
                both(
                    "응답한 다음 연결이 재설정(RST)되었습니다. 받은 데이터를 다 읽지 않고 닫았습니다. recv(1024)로 읽으세요",
                    "the connection was reset after the reply: it was closed with data left unread; read with recv(1024)",
                ),
            ),
            _ => None,
        }
    }

    /// Whether a client of the scenario resets its connection.
    fn resets(&self) -> bool {
        self.scenario.acts.iter().any(|act| matches!(act, Act::Reset(_)))
    }

    fn nothing_came(&self, answer: &Answer) -> (String, String) {
        let half_closed = self.scenario.acts.contains(&Act::HalfClose(answer.client));
        let ended = matches!(self.observation.ended, Ended::Exited(_));
        let exited_well = self.observation.ended == Ended::Exited(Exit::Code(0));
        let died = ended && (!exited_well || self.pattern() != Pattern::TcpEcho);
        let stderr = complaint(&self.detail.stderr);
        if died || self.observation.traceback || stderr.contains("panicked") {
            let (korean, english) = if stderr.contains("UnicodeDecodeError") {
                ("받은 바이트를 디코딩하다가 죽었습니다", "it died decoding the received bytes")
            } else if self.resets() {
                (
                    "한 클라이언트의 연결 재설정(RST) 때문에 다음 클라이언트가 응답을 받지 못했습니다. 그 에러를 그 클라이언트의 스레드 안에서 처리하세요",
                    "the reset of one client kept the next one from being served: handle that error in that client's thread",
                )
            } else if exited_well && answer.sent.is_empty() {
                (
                    "빈 데이터그램을 받고 끝났습니다. 빈 데이터그램도 데이터그램입니다",
                    "it ended when an empty datagram came: it is a datagram too",
                )
            } else if exited_well && self.observation.answers.len() > 1 {
                (
                    "앞의 클라이언트에 응답한 다음 끝났습니다. 다음 클라이언트를 위해 루프로 계속해야 합니다",
                    "it ended after it had answered before: a loop must go on for the next client",
                )
            } else if exited_well {
                (
                    "응답하기 전에 프로그램이 끝났습니다. 스레드가 일하는 동안 main이 끝나지 않는지 확인하세요",
                    "the program ended before it replied: see that main does not end while its threads work",
                )
            } else if died {
                ("응답하기 전에 죽었습니다", "it died before it replied")
            } else {
                ("응답하기 전에 에러가 났습니다", "an error came before the reply")
            };
            let stderr = if stderr.is_empty() { String::new() } else { format!(": {stderr}") };
            return (format!("{korean}{stderr}"), format!("{english}{stderr}"));
        }
        if self.pattern() == Pattern::UdpEcho {
            return if answer.sent.is_empty() {
                both(
                    "빈 데이터그램에 응답하지 않았습니다. 빈 데이터그램도 데이터그램입니다. `if not data` 같은 조건을 확인하세요",
                    "an empty datagram was not answered: it is a datagram too; look for a condition such as `if not data`",
                )
            } else if self.observation.answers.len() > 1 {
                both(
                    "앞의 데이터그램에는 응답했지만 이번에는 응답하지 않았습니다. 루프가 끝나거나 막히지 않는지, 받은 주소(addr)로 보내는지 확인하세요",
                    "it answered before, but not this one: see that the loop goes on, and that the reply goes to the sender's addr",
                )
            } else {
                both(
                    "응답이 오지 않았습니다. recvfrom이 돌려준 주소(addr)로 sendto를 호출하는지 확인하세요",
                    "no reply came: see that sendto is called with the addr that recvfrom returned",
                )
            };
        }
        match answer.ending {
            Ending::Open if self.pattern() == Pattern::ThreadedEcho => both(
                "연결은 수락했지만 응답하지 않습니다. 스레드를 시작(start)했는지, recv를 한 번만 호출하는지 확인하세요",
                "it accepted the connection but does not answer: see that the thread is started, and that recv is called once",
            ),
            Ending::Open => both(
                "연결은 수락했지만 응답하지 않습니다. 데이터를 더 기다리거나 막혀 있습니다. recv를 한 번만 호출하는지 확인하세요",
                "it accepted the connection but does not answer: it waits for more, or is stuck; call recv once",
            ),
            _ if half_closed => both(
                "빈 데이터(b'')를 받고 응답 없이 닫았습니다. 원본은 받은 것이 없어도 응답합니다. `if not data` 같은 조건을 확인하세요",
                "it closed without a reply when recv returned b'': the original answers all the same; look for a condition such as `if not data`",
            ),
            _ => both(
                "응답하지 않고 연결을 닫았습니다. sendall이 close보다 먼저 실행되는지, 에러가 숨겨지지 않았는지 확인하세요",
                "it closed the connection without a reply: see that sendall comes before close, and that no error is hidden",
            ),
        }
    }

    /// What the bytes look like.
    fn wrong_bytes(&self, expected: &[u8], answer: &Answer) -> (String, String) {
        let came = &answer.bytes[..];
        let received = &answer.sent[..answer.sent.len().min(BUFFER)];
        let prefix = "서버로부터 응답: ".as_bytes();
        let literal = Reply::Literal.to(self.pattern(), received);
        let echo = Reply::Echo.to(self.pattern(), received);
        let without_newline = came.strip_suffix(b"\r\n").or_else(|| came.strip_suffix(b"\n"));
        if without_newline == Some(expected) {
            return both(
                "응답 끝에 원본이 보내지 않는 줄바꿈이 있습니다",
                "the reply ends in a newline that the original does not send",
            );
        }
        if came.len() >= ENDLESS {
            return both(
                "응답이 끝나지 않습니다. 보내는 코드가 루프 안에 있지 않은지 확인하세요",
                "the reply does not end: see that the code that sends does not stand in a loop",
            );
        }
        if came.strip_suffix(b"\0").is_some_and(|came| came.starts_with(expected)) {
            return both(
                "응답 끝에 NUL 바이트가 있습니다. 버퍼의 크기가 아니라 문자열의 길이만큼 보내세요",
                "the reply ends in NUL bytes: send the length of the string, not the size of the buffer",
            );
        }
        if came
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.starts_with(b"b'") || rest.starts_with(b"b\""))
        {
            return both(
                "바이트열을 그대로 f-문자열에 넣어 b'…'가 나갔습니다. 먼저 data.decode('utf-8')로 디코딩하세요",
                "the reply holds b'…', the repr of a bytes object in an f-string: decode it first, data.decode('utf-8')",
            );
        }
        if self.subject.reply == Reply::Literal && came == echo {
            return both(
                "받은 데이터를 돌려보냅니다. 원본은 {data}라는 글자를 그대로 보냅니다. 고친 서버라면 `--reply echo`로 검사하세요",
                "it sends back what it received, where the original sends {data} as it is: check a corrected server with `--reply echo`",
            );
        }
        if self.subject.reply == Reply::Echo && came == literal {
            return both(
                "받은 데이터가 아니라 원본의 글자를 그대로 보냅니다. 문자열 앞의 f가 빠졌는지 확인하세요",
                "it sends the original's own text instead of the data: see whether the f of the string is missing",
            );
        }
        let (cp949, _, _) =
            encoding_rs::EUC_KR.encode(std::str::from_utf8(expected).unwrap_or_default());
        if came == &*cp949 {
            return both(
                "응답이 UTF-8이 아니라 cp949(EUC-KR)로 인코딩되었습니다. encode('utf-8')을 쓰세요",
                "the reply is encoded in cp949 (EUC-KR), not in UTF-8: use encode('utf-8')",
            );
        }
        if came == [expected, expected].concat() {
            return both("응답을 두 번 보냈습니다", "the reply was sent twice");
        }
        if expected.starts_with(came) {
            return both(
                "응답이 중간에서 잘렸습니다. send가 아니라 sendall을 쓰는지, 길이를 글자가 아니라 바이트로 세는지, NUL에서 끊기지 않는지 확인하세요",
                "the reply is cut short: use sendall instead of send, count bytes and not characters, and see that a NUL does not end it",
            );
        }
        if came.strip_prefix(expected).is_some() {
            return both(
                "응답 뒤에 원본이 보내지 않는 것이 더 있습니다",
                "something follows the reply that the original does not send",
            );
        }
        if self.subject.reply == Reply::Echo && came.starts_with(prefix) {
            return both(
                "돌려보낸 데이터가 받은 것과 다릅니다. strip, decode, 길이 계산이 바이트를 바꾸지 않는지 확인하세요",
                "the data that came back is not what was sent: see that no strip, decode or length changes the bytes",
            );
        }
        both(
            "응답의 바이트가 다릅니다. 글자, 빈칸, 중괄호를 하나씩 비교하세요",
            "the reply has other bytes: compare letters, spaces and braces one by one",
        )
    }

    fn surplus(&self) -> Option<Problem> {
        (!self.observation.surplus.is_empty()).then(|| {
            problem(
                Kind::WrongBytes,
                "",
                "1",
                "2+",
                "데이터그램 하나에 응답을 여러 번 보내거나, 묻지 않은 클라이언트에게 보냈습니다",
                "more than one reply to a datagram, or a reply to a client that did not ask",
            )
        })
    }

    fn wrong_end(&self) -> Option<Problem> {
        let ended = self.observation.ended;
        if ended_as(self.scenario.end, ended) {
            return None;
        }
        let stderr = complaint(&self.detail.stderr);
        let (kind, expected, (korean, english)) = match (self.scenario.end, ended) {
            (End::Exits(_) | End::ExitsSomehow, Ended::Serves | Ended::Silent) => (
                Kind::WrongExit,
                "exit 0",
                both(
                    "클라이언트 하나를 처리한 다음에도 끝나지 않습니다. 원본은 루프 없이 한 번 처리하고, 서버 소켓까지 닫고 끝납니다",
                    "it does not end after its one client: the original has no loop, closes the server socket too and ends",
                ),
            ),
            (End::Exits(_) | End::ExitsSomehow, Ended::Exited(_)) => (
                Kind::WrongExit,
                "exit 0",
                (
                    format!("종료 코드가 0이 아닙니다. 표준 에러를 확인하세요: {stderr}"),
                    format!("it does not exit with 0: look at its standard error: {stderr}"),
                ),
            ),
            (End::Serves, Ended::Exited(_)) if self.resets() => (
                Kind::DiedLater,
                "serves",
                (
                    format!("한 클라이언트의 연결 재설정(RST) 때문에 서버 전체가 끝났습니다. {stderr}"),
                    format!("the reset of one client ended the whole server. {stderr}"),
                ),
            ),
            (End::Serves, Ended::Exited(_)) => (
                Kind::DiedLater,
                "serves",
                (
                    format!("응답은 했지만 서버가 끝났습니다. 다음 클라이언트를 위해 루프로 계속해야 합니다. {stderr}"),
                    format!("it answered, but then the server ended: a loop must go on for the next client. {stderr}"),
                ),
            ),
            (End::Serves, Ended::Silent | Ended::Serves) => (
                Kind::Silent,
                "serves",
                both(
                    "이번 클라이언트에는 응답했지만 다음 클라이언트에는 응답하지 않습니다. 받는 일이 while 루프 안에 있는지 확인하세요",
                    "it answered, but not the next client: see that receiving stands inside the while loop",
                ),
            ),
        };
        let came = match ended {
            Ended::Exited(exit) => exit_text(exit),
            Ended::Serves | Ended::Silent => "still running".to_owned(),
        };
        Some(problem(kind, "", expected, &came, korean, english))
    }

    fn wrong_stdout(&self) -> Option<Problem> {
        // A server that met a reset may well have nothing to say.
        let expected = String::from_utf8_lossy(&self.detail.expected_stdout).into_owned();
        let printed = decode(&self.detail.stdout);
        let new = |korean: &str, english: &str| {
            Some(problem(Kind::WrongStdout, "", &expected, &printed, korean, english))
        };
        if cfg!(not(unix)) && printed.is_empty() {
            // A pipe: what is held back in it cannot be seen. That is said in the advice.
            return None;
        }
        if self.pattern() == Pattern::UdpEcho {
            return Self::wrong_data(&expected, &printed);
        }
        let sentence = scenario::sentence(self.pattern()).trim_end();
        let lines: Vec<&str> = printed.lines().collect();
        for wanted in expected.lines() {
            let port = wanted.trim_end_matches(')').rsplit(' ').next().unwrap_or_default();
            if lines.iter().any(|line| line.contains(sentence) && has_number(line, port)) {
                continue;
            }
            return if printed.trim().is_empty() {
                new("연결을 출력하지 않았습니다", "it did not print the connection")
            } else if !printed.contains(sentence) {
                new(
                    "출력한 문장이 원본과 다릅니다. 글자와 빈칸을 하나씩 비교하세요",
                    "it printed another sentence than the original: compare letters and spaces one by one",
                )
            } else {
                new(
                    "출력에 클라이언트의 포트가 없습니다. accept가 돌려준 주소(addr)를 출력하세요",
                    "the client's port is missing in what it printed: print the addr that accept returned",
                )
            };
        }
        if lines.len() > expected.lines().count() {
            return new(
                "원본이 출력하지 않는 줄도 출력했습니다. 확인용 출력은 표준 에러로 보내세요",
                "it printed lines that the original does not print: send what is only for you to standard error",
            );
        }
        None
    }

    /// What is wrong with the data that a UDP server printed.
    fn wrong_data(expected: &str, printed: &str) -> Option<Problem> {
        let printed = printed.replace("\r\n", "\n");
        if printed == expected {
            return None;
        }
        let new = |korean: &str, english: &str| {
            Some(problem(
                Kind::WrongStdout,
                "",
                &show(expected.as_bytes()),
                &show(printed.as_bytes()),
                korean,
                english,
            ))
        };
        let sentence = scenario::sentence(Pattern::UdpEcho);
        if printed.trim().is_empty() {
            new("받은 데이터를 출력하지 않았습니다", "it did not print the data")
        } else if !printed.contains(sentence) {
            new(
                "출력한 문장이 원본과 다릅니다. 글자와 빈칸을 하나씩 비교하세요",
                "it printed another sentence than the original: compare letters and spaces one by one",
            )
        } else if printed.contains(&format!("{sentence}b'"))
            || printed.contains(&format!("{sentence}b\""))
        {
            new(
                "데이터를 디코딩하지 않고 b'…'로 출력했습니다. data.decode('utf-8')을 출력하세요",
                "it printed b'…' without decoding: print data.decode('utf-8')",
            )
        } else if printed.contains(expected) {
            new(
                "원본이 출력하지 않는 것도 출력했습니다. 확인용 출력은 표준 에러로 보내세요",
                "it printed more than the original prints: send what is only for you to standard error",
            )
        } else if printed.contains(&"x".repeat(BUFFER + 1)) {
            new(
                "1024바이트보다 많이 읽었습니다. recvfrom(1024)를 쓰세요",
                "it read more than 1024 bytes: use recvfrom(1024)",
            )
        } else {
            new(
                "출력한 데이터가 받은 것과 다릅니다. strip, 버퍼의 크기, 출력의 순서를 확인하세요",
                "the printed data is not what was sent: look for strip, the size of the buffer, the order of the lines",
            )
        }
    }

    /// What is not wrong, and is worth saying.
    fn advice(&self) -> Option<Problem> {
        let expected = String::from_utf8_lossy(&self.detail.expected_stdout).into_owned();
        let printed = decode(&self.detail.stdout);
        let mut advice = if cfg!(not(unix)) && printed.is_empty() {
            problem(
                Kind::WrongStdout,
                "",
                &expected,
                "",
                "이 시스템에서는 파이프에 머물러 있는 출력을 볼 수 없습니다. 출력은 검사하지 않았습니다",
                "on this system output that is held back in a pipe cannot be seen; it was not checked",
            )
        } else if printed.replace("\r\n", "\n") != expected && self.problem().is_none() {
            problem(
                Kind::WrongStdout,
                "",
                &expected,
                &printed,
                "출력이 원본과 글자까지 같지는 않습니다",
                "what it prints is not exactly what the original prints",
            )
        } else {
            return None;
        };
        advice.advice = true;
        Some(advice)
    }
}

fn both(korean: &str, english: &str) -> (String, String) {
    (korean.to_owned(), english.to_owned())
}

fn late_text(late: Late, sent: &[u8]) -> (String, String) {
    match late {
        Late::Newline if sent.len() >= BUFFER => both(
            "버퍼가 가득 차자 데이터를 더 기다렸습니다. 버퍼만큼 읽혔다고 더 올 것이 있는 것은 아닙니다. recv를 한 번만 호출하세요",
            "after a full buffer it waited for more: a full buffer does not mean that more will come; call recv once",
        ),
        Late::Rest => both(
            "글자의 나머지가 온 다음에야 응답했습니다. 글자 하나가 다 오기를 기다립니다. 받은 바이트에 바로 응답하세요",
            "it answered only after the rest of the character: it waits for whole characters; answer the bytes that came",
        ),
        Late::OthersGone => both(
            "다른 클라이언트가 떠난 다음에야 응답했습니다. 스레드 하나가 모두를 처리합니다. 클라이언트마다 스레드를 시작하고(start), 기다리지(join) 마세요",
            "it answered only after the other clients had gone: one thread serves all; start a thread for each client and do not join it",
        ),
        Late::Newline => both(
            "줄바꿈을 받은 다음에야 응답했습니다. readline처럼 줄의 끝을 기다립니다. recv를 한 번만 호출하세요",
            "it answered only after a newline: it waits for the end of a line, as readline does; call recv once",
        ),
        Late::HalfClose => both(
            "클라이언트가 쓰기 방향을 닫은 다음에야 응답했습니다. 스트림의 끝(EOF)을 기다립니다. recv를 한 번만 호출하세요",
            "it answered only after the client had closed its side: it waits for the end of the stream instead of reading once",
        ),
    }
}

/// The line of standard error that says what went wrong: the last one that names an error, or the last one
/// that says anything.
fn complaint(stderr: &str) -> &str {
    let mut lines = stderr
        .lines()
        .rev()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("note: "));
    let named = lines.clone().find(|line| line.contains("Error") || line.contains("panicked"));
    named.or_else(|| lines.next()).unwrap_or_default()
}

/// Whether `number` stands in `line`, not as a part of a longer number.
fn has_number(line: &str, number: &str) -> bool {
    line.split(|c: char| !c.is_ascii_digit()).any(|digits| digits == number)
}

/// Output in UTF-8, or in the code page of Korean Windows.
fn decode(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let (text, _, wrong) = encoding_rs::EUC_KR.decode(bytes);
    if wrong {
        String::from_utf8_lossy(bytes).into_owned()
    } else {
        text.into_owned()
    }
}

/// Bytes as text and, where that is short, in hexadecimal too.
#[must_use]
pub fn show(bytes: &[u8]) -> String {
    const LONG: usize = 48;
    // A character has at most four bytes, and what is not one becomes one.
    let start = &bytes[..bytes.len().min(4 * (LONG + 1))];
    let text: String = String::from_utf8_lossy(start).chars().flat_map(escape).collect();
    let mut shown = if text.chars().count() > LONG {
        format!("\"{}…\" ({} bytes)", text.chars().take(LONG).collect::<String>(), bytes.len())
    } else {
        format!("\"{text}\"")
    };
    if bytes.len() <= LONG && !bytes.is_empty() {
        shown.push_str(" [");
        for (index, byte) in bytes.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            let _ = write!(shown, "{space}{byte:02x}");
        }
        shown.push(']');
    }
    shown
}

fn escape(c: char) -> Vec<char> {
    if c.is_control() {
        c.escape_default().collect()
    } else {
        vec![c]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_as_text_and_in_hexadecimal() {
        assert_eq!(show("안\n".as_bytes()), r#""안\n" [ec 95 88 0a]"#);
        assert_eq!(show(b""), r#""""#);
        assert_eq!(show(&[b'x'; 100]), format!("\"{}…\" (100 bytes)", "x".repeat(48)));
    }

    #[test]
    fn a_port_is_not_found_in_a_longer_number() {
        assert!(has_number("('127.0.0.1', 4040)", "4040"));
        assert!(!has_number("('127.0.0.1', 40404)", "4040"));
    }

    #[test]
    fn the_code_page_of_korean_windows_is_read() {
        let (bytes, _, _) = encoding_rs::EUC_KR.encode("클라이언트가 연결되었습니다");
        assert_eq!(decode(&bytes), "클라이언트가 연결되었습니다");
    }
}
