//! Clients that talk to a server for a while, each as fast as it is answered, and check every byte.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use common::in_lines;
pub use harness::sockets::Protocol;
use serde::{Deserialize, Serialize};

use crate::client::{LOST, MESSAGE, ask, reply, tcp, timed_out, udp_socket};
use crate::gauge;
use crate::server::Server;
use crate::spread::{quantile, rounded};

/// How long what has begun in a slice may last beyond it. With more clients than a server's backlog holds,
/// some of them wait for a second until their system tries again to connect.
const GRACE: Duration = Duration::from_millis(250);

/// How often a client fails before it gives up: against a server that is not there it would fail for ever.
const GIVES_UP: u64 = 10;

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

/// Lets `clients` clients talk to a server for `time`. That a thread for one cannot be started is an error.
pub(crate) fn slice(server: &Server, clients: usize, time: Duration) -> Result<Slice> {
    let (protocol, addr, process) = (server.protocol, server.addr, server.program.id());
    let expected = reply(protocol);
    let before = gauge::processor_time(process);
    let end = Instant::now() + time;
    let seen = thread::scope(|scope| -> Result<Vec<Seen>> {
        let mut threads = Vec::new();
        for _ in 0..clients {
            let client = || talk(protocol, addr, &expected, end);
            let thread = thread::Builder::new().stack_size(256 * 1024).spawn_scoped(scope, client);
            threads.push(thread.context(in_lines(
                "클라이언트 스레드를 시작하지 못했습니다. 다른 프로그램을 닫고 다시 실행하세요.",
                "A thread for a client could not be started; close other programs and try again.",
            ))?);
        }
        Ok(threads.into_iter().map(|thread| thread.join().unwrap_or_default()).collect())
    })?;
    let used = gauge::processor_time(process)
        .zip(before)
        .map(|(after, before)| after.saturating_sub(before));
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

/// One exchange of datagrams, on a socket that is kept from one to the next.
fn udp(addr: SocketAddr, kept: &mut Option<UdpSocket>, expected: &[u8]) -> io::Result<()> {
    let client_socket = match kept.take() {
        Some(client_socket) => client_socket,
        None => udp_socket(addr, LOST)?,
    };
    ask(&client_socket, MESSAGE, expected)?;
    // After a failure a new one: what comes late must not be taken for the next reply.
    *kept = Some(client_socket);
    Ok(())
}
