//! Where a thread per client ends: the pool of threads and the tasks of tokio keep the contract of the
//! third pattern, and differ in how many silent clients they bear.

mod support;

use std::ffi::OsString;
use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
#[cfg(target_os = "linux")]
use std::time::Instant;

use assert_cmd::Command as Assert;
use common::Pattern;
use compare::check::{check, scenarios};
use compare::observe::{Reply, Subject};
use predicates::prelude::*;
use predicates::str::contains;
use support::{exchange, receive, Ending, Package, Rung, Server, DEADLINE};

// What they must print and send stands in the original of the third pattern.
const POOL: Package = next_step(env!("CARGO_BIN_EXE_thread-pool-server"));
const TOKIO: Package = next_step(env!("CARGO_BIN_EXE_tokio-server"));
const NAMES: [(&str, &Package); 2] = [("thread-pool-server", &POOL), ("tokio-server", &TOKIO)];

/// How many clients the pool serves at once.
const WORKERS: usize = 8;

/// How long a client is watched that should not be answered.
const WATCH: Duration = Duration::from_millis(300);

const fn next_step(server: &'static str) -> Package {
    Package { name: "threaded-echo", server, client: "", literal: "" }
}

/// The port of the third pattern, with a thread for each client.
fn threaded() -> Server {
    let mut command = Command::new(Package::example("threaded-echo-server"));
    Server::leased(&mut command, &Arc::new(support::Lease::take()))
}

fn answered() -> (Vec<u8>, Ending) {
    (POOL.reply(), Ending::Closed)
}

/// Opens connections that say nothing, and waits until the server has accepted them.
fn silent(server: &mut Server, number: usize) -> Vec<TcpStream> {
    let before = server.program.stdout.text().lines().count();
    let connect = |count| {
        let stream = server.connect();
        // The queue of a listener holds 128: wait before it is full.
        if count % 100 == 0 || count == number {
            server.program.stdout.line(before + count);
        }
        stream
    };
    (1..=number).map(connect).collect()
}

// --- The contract of the third pattern ------------------------------------------------------------

#[test]
fn every_scenario_of_the_third_pattern_passes() {
    let scenarios = scenarios(Pattern::ThreadedEcho);
    assert!(scenarios.len() >= 8, "{}", scenarios.len());
    for (name, program) in NAMES {
        for (reply, flag) in [(Reply::Literal, None), (Reply::Echo, Some("--echo"))] {
            let command = [program.server].into_iter().chain(flag).map(OsString::from).collect();
            let subject = Subject { command, reply, patience: DEADLINE };
            let results = check(&subject, &scenarios, 0, |_| {}).unwrap();
            assert_eq!(results.len(), scenarios.len(), "{name}, {reply:?}");
            for result in results {
                assert!(result.problems.is_empty(), "{name}, {reply:?}: {result:?}");
            }
        }
    }
}

#[test]
fn standard_output_is_the_originals_and_the_rest_is_marked() {
    for (name, program) in NAMES {
        let mut server = program.start(Rung::Port);
        let mut expected = String::new();
        for message in ["hello", "안녕하세요", ""] {
            let stream = server.connect();
            (&stream).write_all(message.as_bytes()).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            assert_eq!(receive(&stream), answered(), "{name}");
            expected += &(program.line(&support::tuple(stream.local_addr().unwrap())) + "\n");
        }
        server.program.stdout.line(3);
        server.program.stderr.expect("{data}");
        let ended = server.program.kill();
        assert_eq!(ended.stdout, expected, "{name}");
        let lines: Vec<&str> = ended.stderr.lines().collect();
        // Ready, the command of the client, and once what the braces mean.
        assert_eq!(lines.len(), 3, "{name}: {lines:?}");
        assert!(lines.iter().all(|line| line.starts_with("# ")), "{name}: {lines:?}");
        assert!(lines[1].contains("cargo run --bin threaded-echo-client"), "{name}: {lines:?}");
    }
}

#[test]
fn a_client_that_resets_or_leaves_costs_only_itself() {
    for (name, program) in NAMES {
        let mut server = program.start(Rung::Port);
        let neighbour = server.connect();
        // More of them than the pool has threads.
        for _ in 0..WORKERS {
            for stream in silent(&mut server, 1) {
                support::reset(stream);
            }
            drop(silent(&mut server, 1));
            let sender = silent(&mut server, 1).remove(0);
            (&sender).write_all(&[b'x'; 5000]).unwrap();
            support::reset(sender);
        }
        for _ in 0..2 {
            assert_eq!(exchange(&server.connect(), b"hi"), answered(), "{name}");
        }
        assert_eq!(exchange(&neighbour, b"hi"), answered(), "{name}");
        if cfg!(unix) {
            let told = |stderr: &str| {
                let lines = stderr.lines().filter(|line| line.contains("got no complete reply"));
                (lines.count() >= WORKERS).then_some(())
            };
            assert!(server.program.stderr.find(told).is_some(), "{name}: each is told");
        }
        let ended = server.program.kill();
        assert_eq!(ended.stdout.lines().count(), 3 * WORKERS + 3, "{name}");
        assert!(ended.stderr.lines().all(|line| line.starts_with("# ")), "{name}: {}", ended.stderr);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn out_of_descriptors_both_wait_and_go_on() {
    // The runtime of tokio needs three descriptors for itself.
    for ((name, program), limit) in NAMES.into_iter().zip([8, 11]) {
        let script = format!(r#"ulimit -n {limit}; exec "$0" "$@""#);
        let limited = |command| support::wrapped(&["sh", "-c", &script], &command);
        let mut server = program.start_as(Rung::Port, limited);
        let streams: Vec<TcpStream> = (0..12).map(|_| server.connect()).collect();
        let told = |number: usize| {
            move |stderr: &str| {
                let errors = stderr.lines().filter(|line| line.contains("os error 24"));
                (errors.count() >= number).then(Instant::now)
            }
        };
        // Neither a flood nor a busy loop: between one line and the next there is a pause.
        let first = server.program.stderr.find(told(1)).expect("it tells");
        let third = server.program.stderr.find(told(3)).expect("it tells again");
        assert!(third - first >= Duration::from_millis(200), "{name}: {:?}", third - first);
        // Every client gets its turn as the others leave.
        for stream in &streams {
            assert_eq!(exchange(stream, b"hi"), answered(), "{name}");
        }
        let ended = server.program.kill();
        assert_eq!(ended.stdout.lines().count(), streams.len(), "{name}: {}", ended.stderr);
        assert!(ended.stderr.lines().all(|line| line.starts_with("# ")), "{name}: {}", ended.stderr);
    }
}

#[test]
#[cfg(unix)]
fn both_restart_at_once_after_themselves() {
    // D1: the handler closed first, so the port is in TIME_WAIT.
    for (name, program) in NAMES {
        let lease = Arc::new(support::Lease::take());
        for _ in 0..2 {
            let mut server = program.start_on(&lease, Rung::Port);
            assert_eq!(exchange(&server.connect(), b"hi"), answered(), "{name}");
        }
    }
}

// --- How many silent clients they bear ------------------------------------------------------------

#[test]
fn the_pool_serves_as_many_at_once_as_it_has_threads() {
    let mut server = POOL.start(Rung::Port);
    let streams = silent(&mut server, WORKERS);
    for stream in streams.iter().rev() {
        assert_eq!(exchange(stream, b"hi"), answered());
    }
}

#[test]
fn one_client_more_than_the_pool_has_threads_waits_for_its_turn() {
    let mut server = POOL.start(Rung::Port);
    let mut streams = silent(&mut server, WORKERS);
    let ninth = silent(&mut server, 1).remove(0);
    ninth.set_read_timeout(Some(WATCH)).unwrap();
    assert_eq!(exchange(&ninth, b"hi"), (Vec::new(), Ending::TimedOut));
    // Whichever of the eight goes, its thread is free.
    assert_eq!(exchange(&streams.remove(3), b"hi"), answered());
    ninth.set_read_timeout(Some(DEADLINE)).unwrap();
    assert_eq!(receive(&ninth), answered());
    for stream in streams {
        assert_eq!(exchange(&stream, b"hi"), answered());
    }
}

#[test]
fn a_thread_or_a_task_for_each_client_answers_that_one_at_once() {
    for mut server in [threaded(), TOKIO.start(Rung::Port)] {
        let _silent = silent(&mut server, WORKERS);
        assert_eq!(exchange(&server.connect(), b"hi"), answered());
    }
}

#[test]
fn the_first_comments_commands_show_what_they_say() {
    let client = |server: &Server, clients: &str, timeout: &str| {
        let mut client = Assert::new(Package::example("threaded-echo-client"));
        client.timeout(DEADLINE).env("PORT", server.port());
        client.args(["--clients", clients, "--timeout", timeout]).assert()
    };
    let replies = |number| [POOL.reply(), b"\n".to_vec()].concat().repeat(number);
    let patience = DEADLINE.as_secs().to_string();

    let server = POOL.start(Rung::Port);
    client(&server, "8", &patience).success().stdout(replies(8));
    // The ninth connection is the first to speak.
    client(&server, "9", "0.3").code(1).stdout("").stderr(contains("응답이 없습니다"));
    client(&server, "8", &patience).success().stdout(replies(8));
    server.program.stdout.line(25);

    let server = TOKIO.start(Rung::Port);
    client(&server, "100", &patience).success().stdout(replies(100));
    server.program.stdout.line(100);
}

/// How many threads a server has.
#[cfg(target_os = "linux")]
fn threads(server: &Server) -> usize {
    std::fs::read_dir(format!("/proc/{}/task", server.program.id())).unwrap().count()
}

#[test]
#[cfg(target_os = "linux")]
fn five_hundred_silent_clients_cost_tasks_and_no_threads() {
    const CLIENTS: usize = 500;
    let count = |mut server: Server| {
        let _silent = silent(&mut server, CLIENTS);
        // The next one is answered, so the others have got all that they will get.
        assert_eq!(exchange(&server.connect(), b"hi"), answered());
        threads(&server)
    };
    // One for each core, and the main thread.
    let few = std::thread::available_parallelism().unwrap().get() + 1;
    let tasks = count(TOKIO.start(Rung::Port));
    assert!(tasks <= few, "{tasks} threads, not {few}");
    let threads = count(threaded());
    assert!(threads > CLIENTS, "{threads} threads");
}

#[test]
#[cfg(target_os = "linux")]
fn the_pool_has_its_threads_before_the_first_client_comes_and_no_more_after() {
    let mut server = POOL.start(Rung::Port);
    assert_eq!(threads(&server), WORKERS + 1);
    let _silent = silent(&mut server, 3 * WORKERS);
    assert_eq!(threads(&server), WORKERS + 1);
}

// --- Arguments and errors -------------------------------------------------------------------------

#[test]
fn help_and_wrong_arguments_are_their_own_in_both_languages() {
    let abouts = [
        ["스레드 8개가 클라이언트를 나누어 맡습니다", "8 threads share the clients"],
        ["클라이언트마다 태스크를 하나씩 시작합니다", "starts a task for each client"],
    ];
    for ((name, program), [korean, english]) in NAMES.into_iter().zip(abouts) {
        let command = format!("cargo run -p next-steps --bin {name}");
        let mut help = Assert::new(program.server);
        help.env_remove("PORT").arg("--help").assert().success().stderr("").stdout(
            contains(korean)
                .and(contains(english))
                .and(contains(format!("사용법 · Usage: {name} [OPTIONS]\n")))
                .and(contains(format!("\n  {command}\n  {command} -- --port 12350\n")))
                .and(contains("threaded-echo").not()),
        );
        for wrong in ["--clients", "--port=x", "hello"] {
            let mut wrong_arguments = Assert::new(program.server);
            wrong_arguments
                .timeout(DEADLINE)
                .arg(wrong)
                .assert()
                .code(2)
                .stdout("")
                .stderr(contains("# 인수가 잘못되었습니다").and(contains("# error: ")));
        }
    }
}

#[test]
#[cfg(unix)]
fn a_port_in_use_is_explained() {
    for (_, program) in NAMES {
        let mut server = program.start(Rung::Port);
        drop(server.connect());
        let mut second = Assert::new(program.server);
        second
            .timeout(DEADLINE)
            .args(["--port", &server.port()])
            .assert()
            .code(1)
            .stdout("")
            .stderr(contains("이미 사용 중입니다").and(contains("is in use")));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn without_threads_there_is_no_pool_and_advice_instead() {
    // A stack of a petabyte is refused every time.
    Assert::new(POOL.server)
        .timeout(DEADLINE)
        .env("PORT", "0")
        .env("RUST_MIN_STACK", "1000000000000000")
        .assert()
        .code(1)
        .stdout("")
        .stderr(
            contains("# 스레드를 시작하지 못했습니다")
                .and(contains("# Could not start a thread"))
                .and(contains("listening on").not()),
        );
}
