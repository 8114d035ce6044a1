//! Where a thread per client ends: the pool of threads and the tasks of tokio keep the contract of the
//! third pattern, and differ in how many silent clients they bear.

mod support;

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use assert_cmd::Command as Assert;
use common::Pattern;
#[cfg(unix)]
use harness::port::Lease;
use predicates::prelude::*;
use predicates::str::contains;
#[cfg(unix)]
use scenarios::observation::Outcome;
use scenarios::scenario::Reply;
#[cfg(unix)]
use scenarios::stage::{Subject, play};
use socket2::SockRef;
#[cfg(unix)]
use support::words;
use support::{DEADLINE, Server, answer, assert, ours, path, rest};

const PATTERN: Pattern = Pattern::ThreadedEcho;
const POOL: &str = env!("CARGO_BIN_EXE_thread-pool-server");
const TOKIO: &str = env!("CARGO_BIN_EXE_tokio-server");
const REPLY: &str = "서버로부터 응답: {data}";

/// How many clients the pool serves at once.
const WORKERS: usize = 8;

fn main() -> ExitCode {
    support::run(trials![
        the_pool_passes_every_scenario_of_the_third_pattern,
        tokio_passes_every_scenario_of_the_third_pattern,
        both_say_that_they_listen_which_client_to_start_and_what_the_braces_are,
        a_client_that_resets_or_leaves_costs_only_itself,
        the_pool_serves_as_many_at_once_as_it_has_threads,
        one_client_more_than_the_pool_has_threads_waits_for_its_turn,
        a_thread_or_a_task_for_each_client_answers_that_one_at_once,
        the_first_comments_commands_show_what_they_say,
        help_and_wrong_arguments_are_their_own_in_both_languages,
        #[cfg(unix)]
        both_restart_at_once_after_themselves,
        #[cfg(unix)]
        a_port_in_use_is_explained,
        #[cfg(target_os = "linux")]
        out_of_descriptors_both_wait_and_go_on,
        #[cfg(target_os = "linux")]
        five_hundred_silent_clients_cost_tasks_and_no_threads,
        #[cfg(target_os = "linux")]
        the_pool_has_its_threads_before_the_first_client_comes_and_no_more_after,
        #[cfg(target_os = "linux")]
        without_threads_there_is_no_pool_and_advice_instead,
    ])
}

/// Clients that connect and say nothing, once the server has accepted them.
fn silent(server: &Server, number: usize) -> Vec<TcpStream> {
    let before = server.program.stdout.count();
    let mut streams = Vec::new();
    while streams.len() < number {
        // The queue of a listener holds 128.
        streams.extend(server.crowd(100.min(number - streams.len())));
        server.prints(before + streams.len());
    }
    streams
}

fn all_are_answered(streams: &[TcpStream]) {
    for stream in streams.iter().rev() {
        assert_eq!(answer(stream).as_deref(), Ok(REPLY));
    }
}

// --- The contract of the third pattern ------------------------------------------------------------

fn the_pool_passes_every_scenario_of_the_third_pattern() {
    support::passes(PATTERN, &[POOL], Reply::Literal);
    support::passes(PATTERN, &[POOL, "--echo"], Reply::Echo);
}

fn tokio_passes_every_scenario_of_the_third_pattern() {
    support::passes(PATTERN, &[TOKIO], Reply::Literal);
    support::passes(PATTERN, &[TOKIO, "--echo"], Reply::Echo);
}

fn both_say_that_they_listen_which_client_to_start_and_what_the_braces_are() {
    for program in [POOL, TOKIO] {
        let server = Server::announced(&[program]);
        all_are_answered(&server.crowd(3));
        server.tells("{data}", 1);
        let stderr = server.ended();
        assert_eq!(stderr.lines().count(), 3, "{stderr}");
        let command = format!("cargo run --bin threaded-echo-client -- --port {}\n", server.port);
        assert!(stderr.contains(&command), "{stderr}");
    }
}

fn a_client_that_resets_or_leaves_costs_only_itself() {
    for program in [POOL, TOKIO] {
        let server = Server::announced(&[program]);
        let neighbour = server.connect();
        server.prints(1);
        // More of them than the pool has threads.
        for _ in 0..WORKERS {
            let [quiet, mut sender] = [(); 2].map(|()| silent(&server, 1).remove(0));
            drop(silent(&server, 1));
            sender.write_all(&[b'x'; 5000]).unwrap();
            for stream in [quiet, sender] {
                // macOS refuses it on a connection that the peer has reset already.
                let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
            }
        }
        all_are_answered(&[neighbour, server.connect(), server.connect()]);
        if cfg!(unix) {
            server.tells("got no complete reply", WORKERS);
        }
        server.ended();
        server.prints(3 * WORKERS + 3);
    }
}

#[cfg(target_os = "linux")]
fn out_of_descriptors_both_wait_and_go_on() {
    support::waits_for_descriptors(8, POOL);
    // The runtime of tokio needs three descriptors for itself.
    support::waits_for_descriptors(11, TOKIO);
}

/// D1: the handler closed first, so the port is in `TIME_WAIT`.
#[cfg(unix)]
fn both_restart_at_once_after_themselves() {
    for program in [POOL, TOKIO] {
        let subject = Subject::new(words(&[program]), Reply::Literal, DEADLINE);
        let restart = support::scenario("threaded-echo/restart");
        let outcome = play(&subject, &restart, Lease::take().unwrap().port);
        let Outcome::Observed(observation, _) = outcome else { panic!("{outcome:?}") };
        assert_eq!(observation.restarted, Some(true), "{observation:?}");
    }
}

// --- How many silent clients they bear ------------------------------------------------------------

fn the_pool_serves_as_many_at_once_as_it_has_threads() {
    all_are_answered(&silent(&Server::announced(&[POOL]), WORKERS));
}

fn one_client_more_than_the_pool_has_threads_waits_for_its_turn() {
    let server = Server::announced(&[POOL]);
    let mut streams = silent(&server, WORKERS);
    let ninth = silent(&server, 1).remove(0);
    ninth.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert!(matches!(answer(&ninth), Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)));
    // Whichever of the eight goes, its thread is free.
    all_are_answered(&[streams.remove(3)]);
    ninth.set_read_timeout(Some(DEADLINE)).unwrap();
    assert_eq!(rest(&ninth).as_deref(), Ok(REPLY));
    all_are_answered(&streams);
}

fn a_thread_or_a_task_for_each_client_answers_that_one_at_once() {
    for program in [path("threaded-echo-server"), TOKIO] {
        let server = Server::announced(&[program]);
        let _silent = silent(&server, WORKERS);
        all_are_answered(&[server.connect()]);
    }
}

fn the_first_comments_commands_show_what_they_say() {
    let client = |server: &Server, clients: &str, timeout: &str| {
        let mut client = assert("threaded-echo-client");
        client
            .args(["--clients", clients, "--timeout", timeout])
            .env("PORT", server.port.to_string());
        client.assert()
    };
    let replies = |number| format!("{REPLY}\n").repeat(number);
    let server = Server::announced(&[POOL]);
    client(&server, "8", "30").success().stdout(replies(8));
    // The ninth connection is the first to speak.
    client(&server, "9", "0.3").code(1).stdout("").stderr(contains("응답이 없습니다"));
    client(&server, "8", "30").success().stdout(replies(8));
    server.prints(25);

    let server = Server::announced(&[TOKIO]);
    client(&server, "100", "30").success().stdout(replies(100));
    server.prints(100);
}

/// How many threads a server has.
#[cfg(target_os = "linux")]
fn threads(server: &Server) -> usize {
    std::fs::read_dir(format!("/proc/{}/task", server.program.id())).unwrap().count()
}

#[cfg(target_os = "linux")]
fn five_hundred_silent_clients_cost_tasks_and_no_threads() {
    let count = |program| {
        let server = Server::announced(&[program]);
        let _silent = silent(&server, 500);
        // The next one is answered, so the others have got all that they will get.
        all_are_answered(&[server.connect()]);
        threads(&server)
    };
    let (tasks, threads) = (count(TOKIO), count(path("threaded-echo-server")));
    // One for each core, and the main thread.
    let few = std::thread::available_parallelism().unwrap().get() + 1;
    assert!(tasks <= few && threads > 500, "{tasks} threads, not {few}, and {threads}");
}

#[cfg(target_os = "linux")]
fn the_pool_has_its_threads_before_the_first_client_comes_and_no_more_after() {
    let server = Server::announced(&[POOL]);
    assert_eq!(threads(&server), WORKERS + 1);
    let _silent = silent(&server, 3 * WORKERS);
    assert_eq!(threads(&server), WORKERS + 1);
}

// --- Arguments and errors -------------------------------------------------------------------------

fn run(program: &str, arguments: &[&str]) -> Assert {
    let mut command = Assert::new(program);
    command.args(arguments).timeout(DEADLINE).env_remove("PORT");
    command
}

fn help_and_wrong_arguments_are_their_own_in_both_languages() {
    for (program, name, korean, english) in [
        (
            POOL,
            "thread-pool-server",
            "스레드 8개가 클라이언트를 나누어 맡습니다",
            "8 threads share the clients",
        ),
        (
            TOKIO,
            "tokio-server",
            "클라이언트마다 태스크를 하나씩 시작합니다",
            "starts a task for each client",
        ),
    ] {
        let command = format!("cargo run -p next-steps --bin {name}");
        let helps = contains(korean).and(contains(english)).and(contains("threaded-echo").not());
        let helps = helps.and(contains(format!("사용법 · Usage: {name} [OPTIONS]\n")));
        let helps = helps.and(contains(format!("\n  {command}\n  {command} -- --port 12350\n")));
        run(program, &["--help"]).assert().success().stderr("").stdout(helps);
        for wrong in ["--clients", "--port=x", "hello"] {
            let told = ours().and(contains("# 인수가 잘못되었습니다")).and(contains("# error: "));
            run(program, &[wrong]).assert().code(2).stdout("").stderr(told);
        }
    }
}

#[cfg(unix)]
fn a_port_in_use_is_explained() {
    for program in [POOL, TOKIO] {
        let server = Server::announced(&[program]);
        let told = ours().and(contains("이미 사용 중입니다")).and(contains("is in use"));
        let arguments = ["--port", &server.port.to_string()];
        run(program, &arguments).assert().code(1).stdout("").stderr(told);
    }
}

#[cfg(target_os = "linux")]
fn without_threads_there_is_no_pool_and_advice_instead() {
    let told = ours()
        .and(contains("# 스레드를 시작하지 못했습니다"))
        .and(contains("Could not start a thread"));
    // A stack of a petabyte is refused every time.
    let pool = run(POOL, &["--port", "0"]).env("RUST_MIN_STACK", "1000000000000000").assert();
    pool.code(1).stdout("").stderr(told.and(contains("listening on").not()));
}
