//! The measurement: servers that take turns, round after round.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use compare::port::Lease;
use compare::process::{Program, Stdout};
use compare::Text;

use crate::contender::Contender;
use crate::gauge;
use crate::load::{self, Protocol, PATIENCE};
use crate::results::{Ended, Life, Plan, Sample};

/// A server that runs.
struct Running<'a> {
    contender: &'a Contender,
    program: Program,
    addr: SocketAddr,
    life: Life,
    _lease: Lease,
}

/// What was measured.
#[derive(Debug, Default)]
pub struct Measured {
    /// Every slice.
    pub samples: Vec<Sample>,
    /// Of every server in every round, what is not about a slice.
    pub lives: Vec<Life>,
    /// The servers that did not last.
    pub ended: Vec<Ended>,
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
        let mut servers = Vec::new();
        for place in order(contenders.len(), round) {
            let contender = &contenders[place];
            if measured.ended.iter().any(|ended| ended.is(contender)) {
                continue;
            }
            match start(contender, round)? {
                Ok(server) => servers.push(server),
                Err(why) => measured.ended.push(Ended::new(contender, round, why)),
            }
        }
        for (number, clients) in plan.clients.iter().enumerate() {
            for (turn, server) in servers.iter().enumerate() {
                so_far(number * contenders.len() + turn);
                let protocol = server.contender.protocol;
                let time = Duration::from_secs_f64(plan.slice);
                let slice = load::slice(protocol, server.addr, server.program.id(), *clients, time)?;
                let contender = server.contender.id.to_owned();
                measured.samples.push(Sample { round, protocol, contender, clients: *clients, slice });
            }
            servers.retain(|server| {
                let exit = server.program.exit(Duration::ZERO);
                if exit.is_some() {
                    measured.ended.push(Ended::new(
                        server.contender,
                        round,
                        died(&server.program, "도중에", "in the middle"),
                    ));
                }
                exit.is_none()
            });
        }
        for server in &mut servers {
            server.life.peak = gauge::peak_memory(server.program.id());
            if server.contender.protocol == Protocol::Tcp {
                server.life.idle = idle(server, plan.idle);
            }
            measured.lives.push(server.life.clone());
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
    let divides = |step: usize| (2..=step).any(|it| step % it == 0 && servers % it == 0);
    // Steps that share no divisor with the number of servers come to everybody.
    let steps: Vec<usize> = (1..servers.max(2)).filter(|step| !divides(*step)).collect();
    let step = steps[round % steps.len()];
    (0..servers).map(move |turn| (round + turn * step) % servers)
}

/// Starts a server and waits for its first answer, or for its end, which is an inner error.
fn start(contender: &Contender, round: usize) -> Result<Result<Running<'_>, Text>> {
    let lease = Lease::take().context(
        "8000번에서 20000번 사이에 빈 포트가 없습니다. 다른 서버를 끝내고 다시 실행하세요.\n\
         No port between 8000 and 20000 is free; end other servers and try again.",
    )?;
    let Some((program, arguments)) = contender.command.split_first() else {
        bail!("빈 명령입니다.\nThe command is empty.")
    };
    let mut command = Command::new(program);
    command.args(arguments).env("PORT", lease.port.to_string()).env("PYTHONUTF8", "1");
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, lease.port));
    let begin = Instant::now();
    let program = match Program::start(command, Stdout::Null) {
        Ok(program) => program,
        Err(error) => {
            return Ok(Err(Text::new(
                format!("시작하지 못했습니다: {error}"),
                format!("it could not be started: {error}"),
            )))
        }
    };
    while load::exchange(contender.protocol, addr).is_err() {
        if program.exit(Duration::from_micros(200)).is_some() {
            return Ok(Err(died(&program, "첫 응답 전에", "before its first answer")));
        }
        if begin.elapsed() > PATIENCE {
            return Ok(Err(Text::new("응답하지 않습니다", "it does not answer")));
        }
    }
    let life = Life {
        round,
        protocol: contender.protocol,
        contender: contender.id.to_owned(),
        start: load::rounded(begin.elapsed().as_secs_f64() * 1e3),
        peak: None,
        idle: None,
    };
    Ok(Ok(Running { contender, program, addr, life, _lease: lease }))
}

/// How a server ended, with the last line of what it said.
fn died(program: &Program, korean: &str, english: &str) -> Text {
    program.end();
    let stderr = String::from_utf8_lossy(&program.stderr.bytes()).into_owned();
    let last = stderr.lines().last().map(|line| format!(" ({line})")).unwrap_or_default();
    Text::new(format!("{korean} 끝났습니다{last}"), format!("it ended {english}{last}"))
}

/// The memory that a client occupies who is connected and silent, in KiB; `None` where that cannot be told.
fn idle(server: &Running, clients: usize) -> Option<f64> {
    let process = server.program.id();
    let rests = || server.program.rests(PATIENCE);
    let before = rests().then(|| gauge::memory(process)).flatten()?;
    let client_sockets = load::crowd(&server.program, server.addr, clients).ok()?;
    let after = rests().then(|| gauge::memory(process)).flatten()?;
    #[expect(clippy::cast_precision_loss, reason = "a few MiB")]
    let each = after.saturating_sub(before) as f64 / client_sockets.len().max(1) as f64;
    Some(load::rounded(each))
}

/// The versions of what was measured, as the tools tell them.
#[must_use]
pub fn versions() -> BTreeMap<&'static str, String> {
    let mut commands: Vec<(&str, Vec<&str>)> = vec![("rust", vec!["rustc"]), ("c", vec!["cc"])];
    if let Some(python) = compare::programs::python() {
        commands.push(("python", python.to_vec()));
    }
    let version = |command: &[&str]| -> Option<String> {
        let output = Command::new(command[0]).args(&command[1..]).arg("--version").output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).lines().next()?.to_owned())
    };
    commands.into_iter().filter_map(|(name, command)| Some((name, version(&command)?))).collect()
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
