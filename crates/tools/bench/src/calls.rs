//! What the system is asked for by the thread of one client (Linux with strace).

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use common::in_lines;
use harness::program::Stdout;
use harness::sockets::Protocol;
use harness::trace;

use crate::client::{PATIENCE, exchange};
use crate::server::Server;

/// How many clients come. The first ones set things up that the later ones find.
const CLIENTS: usize = 40;

/// The names of the system calls of the thread of one client, in their order: those of most of the later ones.
///
/// # Errors
///
/// When the server or strace cannot be run, or the server does not answer.
pub fn of_a_thread(server: &Path) -> Result<Vec<String>> {
    traced(&[server.as_os_str()], PATIENCE)
}

/// The same of a server that must answer each client, the first one too, within `patience`.
fn traced(server: &[&OsStr], patience: Duration) -> Result<Vec<String>> {
    ensure!(
        trace::is_here(),
        in_lines("strace가 없습니다. 설치하세요.", "There is no strace; install it.")
    );
    let server = Server::start(trace::command("", server), Protocol::Tcp, Stdout::Pipe)??;
    let program = &server.program;
    ensure!(
        server.answers(patience),
        "{}\n{}",
        in_lines(
            "strace로 실행한 서버가 응답하지 않습니다.",
            "The server under strace does not answer."
        ),
        program.stderr.text()
    );
    for _ in 0..CLIENTS {
        exchange(Protocol::Tcp, server.addr, patience)?;
        // One thread at a time: two at once would share their work in ways of their own.
        let _ = program.rests(patience);
    }
    // Not `end`: strace still has to write what it knows.
    program.kill();
    common_sequence(&String::from_utf8_lossy(&program.stdout.wait(PATIENCE, |_| false)))
}

/// What most of the later threads did.
fn common_sequence(log: &str) -> Result<Vec<String>> {
    let mut threads: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    // The last call of a thread never returns. It counts all the same.
    for call in trace::calls(&log.replace("= ?", "= 0")) {
        threads.entry(call.thread).or_default().push(call.name);
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
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn a_call_that_was_interrupted_counts_once_and_the_last_one_counts() {
        let log = "7 recvfrom(4,  <unfinished ...>\n7 <... recvfrom resumed>\"x\") = 1\n7 close(4) = 0\n\
                   7 exit(0)   = ?\n7 +++ exited with 0 +++\n";
        assert_eq!(common_sequence(log).unwrap(), ["recvfrom", "close", "exit"]);
    }

    #[test]
    fn a_server_that_never_answers_is_given_up() {
        if !trace::is_here() {
            return harness::skip("a server under strace");
        }
        let (sender, receiver) = mpsc::channel();
        let sleeps = ["sleep", "20"].map(OsStr::new);
        thread::spawn(move || sender.send(traced(&sleeps, Duration::from_millis(200))));
        let error = receiver.recv_timeout(PATIENCE).expect("a deadline").unwrap_err().to_string();
        assert!(
            error.contains("응답하지 않습니다") && error.contains("does not answer"),
            "{error}"
        );
    }
}
