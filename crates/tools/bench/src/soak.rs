//! Endurance: thousands of clients, some of them hostile, and what is left of them in the server.

use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use common::in_lines;
use harness::Text;
use harness::program::Stdout;
use harness::sockets::Protocol;
use socket2::SockRef;

use crate::client::{PATIENCE, ask, connect, receive, reply, udp_socket};
use crate::gauge;
use crate::server::Server;

/// How much a soak is. It has ten parts that are alike, so that the last can be compared with the first.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Clients of `threaded-echo` one after the other, in each part.
    pub sequential: usize,
    /// Clients of `threaded-echo` that are all connected before one speaks, in each part.
    pub simultaneous: usize,
    /// Datagrams to `udp-echo` in each part.
    pub datagrams: usize,
    /// Nobody comes later than this.
    pub time: Duration,
    /// How long after a part the server may take until it is back where it began.
    pub patience: Duration,
}

/// How many parts a soak has.
pub const PARTS: usize = 10;

impl Plan {
    /// 10,000 clients one after the other, ten times 2,000 at once, 200,000 datagrams; five minutes at most.
    #[must_use]
    pub fn full() -> Self {
        Self {
            sequential: 1_000,
            simultaneous: 2_000,
            datagrams: 20_000,
            time: Duration::from_secs(300),
            patience: PATIENCE,
        }
    }
}

/// What a soak has shown of one server.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Exchanges that had to be answered.
    pub honest: usize,
    /// Clients that reset, said nothing, sent garbage, or left.
    pub hostile: usize,
    /// The most threads that were seen (Linux).
    pub threads: Option<u64>,
    /// Its memory after each part, in KiB (Linux).
    pub memory: Vec<u64>,
    /// How many lines it wrote to standard error.
    pub complaints: usize,
    /// What is not as it should be.
    pub faults: Vec<Text>,
}

/// A server under a soak.
struct Stage {
    server: Server,
    found: Findings,
    /// Threads and descriptors when nobody was connected.
    at_first: (Option<u64>, Option<usize>),
    /// Whether a part has left something behind.
    left_behind: bool,
    /// When it must be over.
    end: Instant,
}

impl Stage {
    fn start(program: &Path, arguments: &[&str], protocol: Protocol, plan: &Plan) -> Result<Self> {
        let mut command = Command::new(program);
        // Otherwise the allocator of Linux keeps a pool of memory for each of many threads. They fill up
        // slowly, and would hide what is left of the clients.
        command.args(arguments).env("MALLOC_ARENA_MAX", "1");
        let server = Server::start(command, protocol, Stdout::Null)?.with_context(|| {
            in_lines(
                format!("`{0}`: 시작하지 못했습니다.", program.display()),
                format!("`{0}` could not be started.", program.display()),
            )
        })?;
        anyhow::ensure!(
            server.answers(PATIENCE),
            in_lines("서버가 응답하지 않습니다.", "The server does not answer.")
        );
        let (found, end) = (Findings::default(), Instant::now() + plan.time);
        let mut stage = Self { server, found, at_first: (None, None), left_behind: false, end };
        stage.at_first = stage.at_rest();
        Ok(stage)
    }

    /// Threads and descriptors when nothing moves any more.
    fn at_rest(&self) -> (Option<u64>, Option<usize>) {
        let _ = self.server.program.rests(PATIENCE);
        (gauge::threads(self.server.program.id()), gauge::descriptors(self.server.program.id()))
    }

    fn fault(&mut self, korean: String, english: String) {
        // The first few say it all.
        if self.found.faults.len() < 10 {
            self.found.faults.push(Text::new(korean, english));
        }
    }

    /// Takes down what came of an exchange that had to be answered.
    fn honest(&mut self, result: io::Result<()>) {
        self.found.honest += 1;
        if let Err(error) = result {
            self.fault(
                format!("제대로 응답하지 않았습니다: {error}"),
                format!("an honest exchange was not answered right: {error}"),
            );
        }
    }

    /// Lets the parts follow each other, as long as there is time and the server lives.
    fn soak(
        mut self,
        plan: &Plan,
        progress: &impl Fn(),
        part: impl Fn(&mut Self) -> Result<()>,
    ) -> Result<Findings> {
        for _ in 0..PARTS {
            let result = part(&mut self);
            // A server that has ended is the reason why nobody can connect to it.
            let exit = self.server.program.exit(Duration::from_millis(if result.is_err() {
                500
            } else {
                0
            }));
            if exit.is_none() {
                result?;
                self.look_back(plan.patience);
            }
            progress();
            if let Some(exit) = exit {
                self.fault(
                    format!("서버가 끝났습니다: {exit:?}"),
                    format!("the server ended: {exit:?}"),
                );
                break;
            }
            if self.is_over() {
                let time = plan.time.as_secs_f64();
                self.fault(
                    format!("{time}초 안에 끝나지 않았습니다"),
                    format!("it was not over within {time} s"),
                );
                break;
            }
        }
        self.server.program.end();
        self.found.complaints = self.server.program.stderr.count();
        // A few lines about the address; and of a connection one more, if it broke.
        let connections =
            if self.server.protocol == Protocol::Tcp { self.found.hostile } else { 0 };
        if self.found.complaints > connections + 10 {
            let count = self.found.complaints;
            self.fault(
                format!("표준 에러에 {count}줄을 썼습니다"),
                format!("it wrote {count} lines to standard error"),
            );
        }
        let (first, last) = (self.found.memory.first(), self.found.memory.last());
        if let (Some(&first), Some(&last)) = (first, last) {
            // A tenth, and of a small program a little more.
            if last > first + first / 10 + 256 {
                self.fault(
                    format!("메모리가 {first} KiB에서 {last} KiB로 늘었습니다"),
                    format!("its memory grew from {first} KiB to {last} KiB"),
                );
            }
        }
        Ok(self.found)
    }

    /// Whether there is no time left: a server that stalls must not take hours.
    fn is_over(&self) -> bool {
        Instant::now() > self.end
    }

    /// After a part nobody is connected: everything must be back where it began.
    fn look_back(&mut self, patience: Duration) {
        let end = Instant::now() + patience;
        let mut now = self.at_rest();
        // What is left once for good is told once.
        while !self.left_behind
            && now != self.at_first
            && Instant::now() < end
            && self.server.program.exit(Duration::ZERO).is_none()
        {
            now = self.at_rest();
        }
        if now != self.at_first && !self.left_behind {
            self.left_behind = true;
            let first = self.at_first;
            self.fault(
                format!("(스레드, 디스크립터)가 {first:?}에서 {now:?}로 바뀌었습니다"),
                format!("(threads, descriptors) went from {first:?} to {now:?}"),
            );
        }
        self.found.memory.extend(gauge::memory(self.server.program.id()));
    }

    /// Does what a client does after it has connected. One that must stay connected is given back.
    fn meet(&mut self, mut client_socket: TcpStream, number: usize) -> Option<TcpStream> {
        // Of ten, three are hostile.
        self.found.hostile += usize::from(matches!(number % 10, 0 | 3 | 6));
        match number % 10 {
            // To drop it is to reset it.
            0 => {}
            // It says nothing until the part ends, and goes: half of them with a close, as a browser does, and
            // half with a reset.
            3 => {
                let linger = (number % 20 < 10).then_some(Duration::ZERO);
                let _ = SockRef::from(&client_socket).set_linger(linger);
                return Some(client_socket);
            }
            // It sends what is no text, and goes without reading: whether this can be sent is not its business.
            6 => {
                let _ = client_socket.write_all(&[0xff; 5000]);
            }
            // It must be answered, even if it closes its side without a word.
            other => {
                let said = if other == 8 {
                    client_socket.shutdown(Shutdown::Write)
                } else {
                    client_socket.write_all(format!("안녕하세요 {number}").as_bytes())
                };
                let (expected, end) = (reply(Protocol::Tcp), Instant::now() + PATIENCE);
                self.honest(said.and_then(|()| receive(&mut client_socket, &expected, end)));
            }
        }
        None
    }
}

/// Lets `threaded-echo`, or what is in its place, serve clients one after the other, then many at once.
/// `progress` is called after each part.
///
/// # Errors
///
/// When the server cannot be started, or no more connections can be opened.
pub fn threaded(
    server: &Path,
    arguments: &[&str],
    plan: &Plan,
    progress: &impl Fn(),
) -> Result<Findings> {
    let stage = Stage::start(server, arguments, Protocol::Tcp, plan)?;
    let advice = in_lines(
        "연결하지 못했습니다. 파일 디스크립터의 한도(`ulimit -n`)를 확인하세요.",
        "Could not connect; check the limit of descriptors (`ulimit -n`).",
    );
    stage.soak(plan, progress, |stage| {
        let mut silent = Vec::new();
        for number in 0..plan.sequential {
            if stage.is_over() {
                break;
            }
            let client_socket = connect(stage.server.addr, PATIENCE).context(advice.clone())?;
            silent.extend(stage.meet(client_socket, number));
        }
        drop(silent);

        let mut client_sockets = stage.server.crowd(plan.simultaneous).context(advice.clone())?;
        let (threads, _) = stage.at_rest();
        stage.found.threads = stage.found.threads.max(threads);
        let mut silent = Vec::new();
        // The last one speaks first.
        while let Some(client_socket) = client_sockets.pop().filter(|_| !stage.is_over()) {
            let number = client_sockets.len();
            silent.extend(stage.meet(client_socket, number));
        }
        Ok(())
    })
}

/// Sends datagrams to `udp-echo`, or what is in its place. `progress` is called after each part.
///
/// # Errors
///
/// When the server cannot be started, or no socket can be opened.
pub fn udp(server: &Path, plan: &Plan, progress: &impl Fn()) -> Result<Findings> {
    let stage = Stage::start(server, &[], Protocol::Udp, plan)?;
    stage.soak(plan, progress, |stage| {
        let mut client_socket = udp_socket(stage.server.addr, PATIENCE)?;
        for number in 0..plan.datagrams {
            if stage.is_over() {
                break;
            }
            let text = format!("안녕하세요 {number}");
            // One in ten: no text, more than the buffer holds, nothing at all, and a sender that has gone.
            let (data, honest) = match number % 40 {
                0 => (vec![0xff; 64], false),
                10 => (vec![b'x'; 1500], false),
                20 => (Vec::new(), true),
                30 => {
                    stage.found.hostile += 1;
                    let gone = udp_socket(stage.server.addr, PATIENCE)?;
                    let _ = gone.send(text.as_bytes());
                    continue;
                }
                _ => (text.into_bytes(), true),
            };
            let result = ask(&client_socket, &data, &reply(Protocol::Udp));
            if result.is_err() {
                // What comes late must not be taken for the next reply.
                client_socket = udp_socket(stage.server.addr, PATIENCE)?;
            }
            if honest {
                stage.honest(result);
            } else {
                stage.found.hostile += 1;
            }
        }
        Ok(())
    })
}
