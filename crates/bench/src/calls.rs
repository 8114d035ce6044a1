//! What the system is asked for by the thread of one client (Linux with strace).

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{ensure, Context, Result};
use compare::port::Lease;
use compare::process::{Program, Stdout};

use crate::load::{self, Protocol, PATIENCE};

/// How many clients come. The first ones set things up that the later ones find.
const CLIENTS: usize = 40;

/// The names of the system calls of the thread of one client, in their order: those of most of the later ones.
///
/// # Errors
///
/// When the server or strace cannot be run, or the server does not answer.
pub fn of_a_thread(server: &Path) -> Result<Vec<String>> {
    let lease = Lease::take()?;
    let log = tempfile::NamedTempFile::new()?;
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", "signal=none", "-o"]).arg(log.path()).arg(server);
    command.env("PORT", lease.port.to_string());
    let program = Program::start(command, Stdout::Null)
        .context("strace를 실행하지 못했습니다. 설치하세요.\nstrace could not be run; install it.")?;
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, lease.port));
    while load::exchange(Protocol::Tcp, addr).is_err() {
        ensure!(
            program.exit(Duration::from_millis(1)).is_none(),
            "서버가 끝났습니다.\nThe server has ended."
        );
    }
    for _ in 0..CLIENTS {
        load::exchange(Protocol::Tcp, addr)?;
        // One thread at a time: two at once would share their work in ways of their own.
        let _ = program.rests(PATIENCE);
    }
    program.end();
    common_sequence(&fs::read_to_string(log.path())?)
}

/// What most of the later threads did.
fn common_sequence(log: &str) -> Result<Vec<String>> {
    let mut threads: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for line in log.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        // A call that another thread interrupted in the log is there twice; its second half has no name.
        let Some((name, _)) = call.trim_start().split_once('(') else { continue };
        if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            threads.entry(thread.parse()?).or_default().push(name.to_owned());
        }
    }
    let mut sequences: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for (_, calls) in threads.into_iter().rev().take(CLIENTS / 2) {
        *sequences.entry(calls).or_default() += 1;
    }
    let most = sequences.into_iter().max_by_key(|(_, count)| *count);
    Ok(most.context("strace가 아무것도 적지 않았습니다.\nstrace has noted nothing.")?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_was_interrupted_counts_once() {
        let log =
            "7 recvfrom(4 <unfinished ...>\n7 <... recvfrom resumed>, \"x\") = 1\n7 close(4) = 0\n\
                   7 +++ exited with 0 +++\n";
        assert_eq!(common_sequence(log).unwrap(), ["recvfrom", "close"]);
    }
}
