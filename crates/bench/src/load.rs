//! Clients that talk to a server for a while, each as fast as it is answered, and check every byte.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use common::Pattern;
use compare::observe::Reply;
use compare::process::Program;
use serde::{Deserialize, Serialize};
use socket2::SockRef;

use crate::gauge;
use crate::spread::quantile;

/// How long a client waits for a server that says nothing.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How long a client waits for a datagram, which may be lost.
const LOST: Duration = Duration::from_millis(250);

/// How long what has begun in a slice may last beyond it. With more clients than a server's backlog holds,
/// some of them wait for a second until their system tries again to connect.
const GRACE: Duration = Duration::from_millis(250);

/// How often a client fails before it gives up: against a server that is not there it would fail for ever.
const GIVES_UP: u64 = 10;

/// What each client says.
const MESSAGE: &[u8] = "안녕하세요".as_bytes();

/// What travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// A connection for each exchange, as in §3.
    Tcp,
    /// A datagram and its reply, as in §2.
    Udp,
}

impl Protocol {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Tcp, Self::Udp];

    /// The reply of the original.
    #[must_use]
    pub fn reply(self) -> Vec<u8> {
        let pattern = match self {
            Self::Tcp => Pattern::ThreadedEcho,
            Self::Udp => Pattern::UdpEcho,
        };
        Reply::Literal.to(pattern, MESSAGE)
    }
}

/// What came of some clients that talked to a server for a while.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// How long it took, in seconds.
    pub seconds: f64,
    /// How many exchanges came to a good end in that time.
    pub exchanges: u64,
    /// How many failed: no connection, no reply, other bytes than the original's.
    pub failed: u64,
    /// How many had begun and were given up some time after the end.
    pub unfinished: u64,
    /// Half of the exchanges took at most this long, in microseconds.
    pub p50: Option<f64>,
    /// 99 of 100 exchanges took at most this long, in microseconds; those that were given up count as long as
    /// they had lasted by then.
    pub p99: Option<f64>,
    /// The processor time that the server used for one exchange, in microseconds.
    pub processor: Option<f64>,
    /// Why the first one failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// What one client has seen.
#[derive(Default)]
struct Seen {
    /// How long each exchange took, in microseconds, those too that ended late or were given up.
    latencies: Vec<f64>,
    /// How many ended well in time, and how many at all.
    in_time: u64,
    done: u64,
    failed: u64,
    unfinished: u64,
    failure: Option<String>,
}

/// Lets `clients` clients talk to the server `process` at `addr` for `time`.
///
/// # Errors
///
/// When a thread for a client cannot be started.
pub fn slice(
    protocol: Protocol,
    addr: SocketAddr,
    process: u32,
    clients: usize,
    time: Duration,
) -> Result<Slice> {
    let expected = protocol.reply();
    let before = gauge::processor_time(process);
    let end = Instant::now() + time;
    let seen = thread::scope(|scope| -> Result<Vec<Seen>> {
        let mut threads = Vec::new();
        for _ in 0..clients {
            let client = || talk(protocol, addr, &expected, end);
            let thread = thread::Builder::new().stack_size(256 * 1024).spawn_scoped(scope, client);
            threads.push(thread.context(
                "클라이언트 스레드를 시작하지 못했습니다. 다른 프로그램을 닫고 다시 실행하세요.\n\
                 A thread for a client could not be started; close other programs and try again.",
            )?);
        }
        Ok(threads.into_iter().map(|thread| thread.join().unwrap_or_default()).collect())
    })?;
    let used =
        gauge::processor_time(process).zip(before).map(|(after, before)| after.saturating_sub(before));
    let sum = |count: fn(&Seen) -> u64| seen.iter().map(count).sum::<u64>();
    let done = sum(|seen| seen.done);
    let (exchanges, failed) = (sum(|seen| seen.in_time), sum(|seen| seen.failed));
    let unfinished = sum(|seen| seen.unfinished);
    let failure = seen.iter().find_map(|seen| seen.failure.clone());
    let mut latencies: Vec<f64> = seen.into_iter().flat_map(|seen| seen.latencies).collect();
    latencies.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "a few thousands at most")]
    let processor = used.filter(|_| done > 0).map(|used| used.as_secs_f64() * 1e6 / done as f64);
    Ok(Slice {
        seconds: time.as_secs_f64(),
        exchanges,
        failed,
        unfinished,
        p50: quantile(&latencies, 0.5).map(rounded),
        p99: quantile(&latencies, 0.99).map(rounded),
        processor: processor.map(rounded),
        failure,
    })
}

/// To hundredths: more would only be noise, and long in a file.
#[must_use]
pub fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// One client: exchange after exchange until `end`.
fn talk(protocol: Protocol, addr: SocketAddr, expected: &[u8], end: Instant) -> Seen {
    let mut seen = Seen::default();
    let mut socket = None;
    loop {
        let begin = Instant::now();
        if begin >= end || seen.failed >= GIVES_UP {
            return seen;
        }
        let result = match protocol {
            Protocol::Tcp => tcp(addr, expected, end - begin + GRACE),
            Protocol::Udp => udp(addr, &mut socket, expected),
        };
        let now = Instant::now();
        match result {
            Ok(()) => {
                seen.done += 1;
                seen.in_time += u64::from(now <= end);
            }
            Err(error) if timed_out(&error) && now > end => seen.unfinished += 1,
            Err(error) => {
                seen.failed += 1;
                seen.failure.get_or_insert(error.to_string());
                continue;
            }
        }
        seen.latencies.push((now - begin).as_secs_f64() * 1e6);
    }
}

fn timed_out(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}

/// One exchange over a connection of its own.
///
/// # Errors
///
/// When there is no connection, or another reply than `expected`, or none within `patience`.
pub fn tcp(addr: SocketAddr, expected: &[u8], patience: Duration) -> io::Result<()> {
    let mut client_socket = connect(addr, patience)?;
    client_socket.write_all(MESSAGE)?;
    receive(&mut client_socket, expected)
}

/// A connection on which each wait ends after `patience`. When it is dropped, it is reset, so that no port
/// stays in `TIME_WAIT`: thousands of them would soon leave none free.
///
/// # Errors
///
/// When nobody listens.
pub fn connect(addr: SocketAddr, patience: Duration) -> io::Result<TcpStream> {
    let client_socket = TcpStream::connect_timeout(&addr, patience)?;
    client_socket.set_read_timeout(Some(patience))?;
    client_socket.set_write_timeout(Some(patience))?;
    SockRef::from(&client_socket).set_linger(Some(Duration::ZERO))?;
    Ok(client_socket)
}

/// Opens this many connections to a program that listens, and waits now and then until it has accepted them
/// (Linux): more than its backlog holds would wait for a second until their system tries again.
///
/// # Errors
///
/// When nobody listens any more, or no descriptor is left.
pub fn crowd(program: &Program, addr: SocketAddr, clients: usize) -> io::Result<Vec<TcpStream>> {
    let mut client_sockets = Vec::new();
    for number in 1..=clients {
        client_sockets.push(connect(addr, PATIENCE)?);
        if number % 100 == 0 {
            let _ = program.rests(PATIENCE);
        }
    }
    Ok(client_sockets)
}

/// Reads to the end of the connection, which must bring `expected` and nothing else.
///
/// # Errors
///
/// When it brings something else, or does not end.
pub fn receive(client_socket: &mut TcpStream, expected: &[u8]) -> io::Result<()> {
    // One byte more than expected: a server that sends more is found out, however much it sends.
    let mut reply = vec![0; expected.len() + 1];
    let mut size = 0;
    while size < reply.len() {
        match client_socket.read(&mut reply[size..]) {
            Ok(0) => break,
            Ok(more) => size += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    compared(&reply[..size], expected)
}

fn compared(reply: &[u8], expected: &[u8]) -> io::Result<()> {
    if reply == expected {
        return Ok(());
    }
    let reply = String::from_utf8_lossy(reply);
    Err(io::Error::other(format!("다른 응답 · another reply: {reply:?}")))
}

/// One exchange of datagrams, on a socket that is kept from one to the next.
fn udp(addr: SocketAddr, kept: &mut Option<UdpSocket>, expected: &[u8]) -> io::Result<()> {
    let client_socket = match kept.take() {
        Some(client_socket) => client_socket,
        None => udp_socket(addr, LOST)?,
    };
    client_socket.send(MESSAGE)?;
    let mut buffer = vec![0; expected.len() + 1];
    let size = common::uninterrupted(|| client_socket.recv(&mut buffer)).map_err(|error| {
        if timed_out(&error) {
            let lost = "응답이 없는 데이터그램 · a datagram without a reply";
            io::Error::new(io::ErrorKind::TimedOut, lost)
        } else {
            error
        }
    })?;
    compared(&buffer[..size], expected)?;
    // After a failure a new one: what comes late must not be taken for the next reply.
    *kept = Some(client_socket);
    Ok(())
}

/// A socket that takes datagrams of this server only, and waits for each for `patience`.
///
/// # Errors
///
/// When no port is free.
pub fn udp_socket(addr: SocketAddr, patience: Duration) -> io::Result<UdpSocket> {
    let client_socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    client_socket.connect(addr)?;
    client_socket.set_read_timeout(Some(patience))?;
    Ok(client_socket)
}

/// One exchange, whatever the protocol.
///
/// # Errors
///
/// When nobody answers, or with something else.
pub fn exchange(protocol: Protocol, addr: SocketAddr) -> io::Result<()> {
    match protocol {
        Protocol::Tcp => tcp(addr, &protocol.reply(), PATIENCE),
        Protocol::Udp => udp(addr, &mut None, &protocol.reply()),
    }
}

/// Sends nothing and says so: the original answers all the same.
///
/// # Errors
///
/// When the connection is gone.
pub fn half_close(client_socket: &TcpStream) -> io::Result<()> {
    client_socket.shutdown(Shutdown::Write)
}
