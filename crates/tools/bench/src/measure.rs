//! The measurement: servers that take turns, round after round.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use common::in_lines;
use harness::Text;
use harness::program::Stdout;

use crate::client::PATIENCE;
use crate::contender::Contender;
use crate::gauge;
use crate::load::{self, Protocol};
use crate::results::{Ended, Life, Measured, Plan, Sample};
use crate::server::Server;
use crate::spread::rounded;

/// A server that runs, and what is measured once in its life.
struct Running<'a> {
    contender: &'a Contender,
    server: Server,
    life: Life,
}

/// Lets the servers take turns. `progress` is called with the share that is done, between 0 and 1.
///
/// A server that cannot be started, or ends, is left out from then on.
///
/// # Errors
///
/// When no port is free, or no thread can be started for a client.
pub fn measure(contenders: &[Contender], plan: &Plan, progress: impl Fn(f64)) -> Result<Measured> {
    let begin = Instant::now();
    let mut measured = Measured::default();
    let slices = contenders.len() * plan.clients.len();
    for round in 0..plan.rounds {
        let so_far = |slice: usize| {
            #[expect(clippy::cast_precision_loss, reason = "a few thousands at most")]
            let by_count = (round * slices + slice) as f64 / (plan.rounds * slices).max(1) as f64;
            let by_time = begin.elapsed().as_secs_f64() / plan.seconds;
            progress(by_count.max(by_time).min(1.0));
        };
        let mut running = Vec::new();
        for place in order(contenders.len(), round) {
            let contender = &contenders[place];
            if measured.ended.iter().any(|ended| ended.is(contender)) {
                continue;
            }
            match start(contender, round)? {
                Ok(started) => running.push(started),
                Err(why) => measured.ended.push(Ended::new(contender, round, why)),
            }
        }
        for (number, &clients) in plan.clients.iter().enumerate() {
            for (turn, Running { server, life, .. }) in running.iter().enumerate() {
                so_far(number * contenders.len() + turn);
                let slice = load::slice(server, clients, Duration::from_secs_f64(plan.slice))?;
                let (protocol, contender) = (life.protocol, life.contender.clone());
                measured.samples.push(Sample { round, protocol, contender, clients, slice });
            }
            running.retain(|Running { contender, server, .. }| {
                let lives = server.program.exit(Duration::ZERO).is_none();
                if !lives {
                    let why = died(server, "도중에", "in the middle");
                    measured.ended.push(Ended::new(contender, round, why));
                }
                lives
            });
        }
        for Running { server, mut life, .. } in running {
            life.peak = gauge::peak_memory(server.program.id());
            if server.protocol == Protocol::Tcp && plan.idle > 0 {
                life.idle = idle(&server, plan.idle);
            }
            measured.lives.push(life);
        }
        if begin.elapsed().as_secs_f64() > plan.seconds {
            break;
        }
    }
    progress(1.0);
    Ok(measured)
}

/// The order of a round. It begins with another server each time, and goes on in other steps, so that nobody
/// always follows the same neighbour.
fn order(servers: usize, round: usize) -> impl Iterator<Item = usize> {
    let divides =
        |step: usize| (2..=step).any(|it| step.is_multiple_of(it) && servers.is_multiple_of(it));
    // Steps that share no divisor with the number of servers come to everybody.
    let steps: Vec<usize> = (1..servers.max(2)).filter(|step| !divides(*step)).collect();
    let step = steps[round % steps.len()];
    (0..servers).map(move |turn| (round + turn * step) % servers)
}

/// Starts a server and waits for its first answer, or for its end, which is an inner error.
fn start(contender: &Contender, round: usize) -> Result<Result<Running<'_>, Text>> {
    let Some((program, arguments)) = contender.command.split_first() else {
        bail!(in_lines("빈 명령입니다.", "The command is empty."))
    };
    let mut command = Command::new(program);
    command.args(arguments).env("PYTHONUTF8", "1");
    let protocol = contender.protocol;
    let server = match Server::start(command, protocol, Stdout::Null)? {
        Ok(server) => server,
        Err(error) => {
            return Ok(Err(Text::new(
                format!("시작하지 못했습니다: {error}"),
                format!("it could not be started: {error}"),
            )));
        }
    };
    if !server.answers(PATIENCE) {
        return Ok(Err(match server.program.exit(Duration::ZERO) {
            Some(_) => died(&server, "첫 응답 전에", "before its first answer"),
            None => Text::new("응답하지 않습니다", "it does not answer"),
        }));
    }
    let start = rounded(server.begin.elapsed().as_secs_f64() * 1e3);
    let name = contender.id.to_owned();
    let life = Life { round, protocol, contender: name, start, peak: None, idle: None };
    Ok(Ok(Running { contender, server, life }))
}

/// How a server ended, with the last line of what it said.
fn died(server: &Server, korean: &str, english: &str) -> Text {
    server.program.end();
    let stderr = server.program.stderr.text();
    let last = stderr.lines().last().map(|line| format!(" ({line})")).unwrap_or_default();
    Text::new(format!("{korean} 끝났습니다{last}"), format!("it ended {english}{last}"))
}

/// The memory that a client occupies who is connected and silent, in KiB; `None` where that cannot be told.
fn idle(server: &Server, clients: usize) -> Option<f64> {
    let at_rest = || server.program.rests(PATIENCE).then(|| gauge::memory(server.program.id()))?;
    let before = at_rest()?;
    let client_sockets = server.crowd(clients).ok()?;
    #[expect(clippy::cast_precision_loss, reason = "a few MiB")]
    let each = at_rest()?.saturating_sub(before) as f64 / client_sockets.len().max(1) as f64;
    Some(rounded(each))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everybody_has_a_turn_in_each_round_and_other_neighbours_in_the_next() {
        for servers in 0..15 {
            for round in 0..30 {
                let turns: Vec<usize> = order(servers, round).collect();
                assert_eq!(turns.iter().collect::<BTreeSet<_>>().len(), servers, "{turns:?}");
            }
        }
        let after_the_first = |round| order(14, round).skip_while(|server| *server != 0).nth(1);
        let neighbours: BTreeSet<_> = (0..6).map(after_the_first).collect();
        assert!(neighbours.len() > 3, "{neighbours:?}");
    }
}
