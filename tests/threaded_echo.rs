//! §3: the TCP server with a thread per client, on all three rungs, the loop without threads, and the
//! client that speaks on its last connection first.

mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
#[cfg(target_os = "linux")]
use std::time::Instant;

use assert_cmd::Command as Assert;
use predicates::prelude::*;
use predicates::str::contains;
use support::{exchange, receive, Ending, Package, Rung, Server, DEADLINE};

const THREADED: Package = Package {
    name: "threaded-echo",
    server: env!("CARGO_BIN_EXE_threaded-echo-server"),
    client: env!("CARGO_BIN_EXE_threaded-echo-client"),
    literal: "threaded-literal",
};

fn client() -> Assert {
    let mut client = Assert::new(THREADED.client);
    client.timeout(DEADLINE).env_remove("PORT");
    client
}

fn one_at_a_time() -> Server {
    let mut command = Command::new(Package::example("one-at-a-time"));
    Server::leased(&mut command, &Arc::new(support::Lease::take()))
}

/// Opens five connections and speaks on the last one first: whether each was answered when it spoke,
/// while the others were silent.
fn answers_at_once(server: &mut Server, patience: Duration) -> bool {
    let streams: Vec<TcpStream> = (0..5).map(|_| server.connect()).collect();
    streams.iter().rev().all(|stream| {
        stream.set_read_timeout(Some(patience)).unwrap();
        exchange(stream, b"hi") == (THREADED.reply(), Ending::Closed)
    })
}

// --- The server's contract ------------------------------------------------------------------------

#[test]
fn the_original_says_what_was_measured() {
    assert_eq!(THREADED.reply().len(), 30);
    assert!(THREADED.reply().ends_with(b"{data}"));
}

#[test]
fn answers_whatever_is_sent_and_goes_on() {
    let full = [b'x'; 1024];
    let messages: [&[u8]; 7] = [
        b"hello",
        "안녕하세요".as_bytes(),
        "👋🏽".as_bytes(),
        b"\0",
        b"\xff\xfe\xed\xa0\x80",
        b"{data}",
        &full,
    ];
    for rung in THREADED.rungs() {
        let mut server = THREADED.start(rung);
        let mut expected = String::new();
        for message in messages {
            let stream = server.connect();
            assert_eq!(exchange(&stream, message), (THREADED.reply(), Ending::Closed), "{rung:?}");
            expected += &(THREADED.line(&support::tuple(stream.local_addr().unwrap())) + "\n");
        }
        // A client that says nothing, and closes its side, is answered all the same.
        let stream = server.connect();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(receive(&stream), (THREADED.reply(), Ending::Closed), "{rung:?}");
        expected += &(THREADED.line(&support::tuple(stream.local_addr().unwrap())) + "\n");
        server.program.stdout.line(messages.len() + 1);
        if rung == Rung::Port {
            server.program.stderr.expect("{data}");
        }
        let ended = server.program.kill();
        assert_eq!(ended.stdout, expected, "{rung:?}");
        if rung == Rung::Port {
            assert!(ended.stderr.lines().all(|line| line.starts_with("# ")), "{}", ended.stderr);
            let explained = ended.stderr.lines().filter(|line| line.contains("{data}")).count();
            assert_eq!(explained, 1, "once, not for each client: {}", ended.stderr);
        }
    }
}

#[test]
fn clients_are_served_at_once() {
    for rung in THREADED.rungs() {
        assert!(answers_at_once(&mut THREADED.start(rung), DEADLINE), "{rung:?}");
    }
}

#[test]
fn the_loop_without_threads_fails_that_test() {
    let mut server = one_at_a_time();
    assert!(!answers_at_once(&mut server, Duration::from_millis(300)));

    // It is not broken, it is busy: when the first client speaks, the second one's turn comes.
    let mut server = one_at_a_time();
    let first = server.connect();
    let second = server.connect();
    (&second).write_all(b"second").unwrap();
    second.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert_eq!(receive(&second), (Vec::new(), Ending::TimedOut));
    assert_eq!(exchange(&first, b"first"), (THREADED.reply(), Ending::Closed));
    second.set_read_timeout(Some(DEADLINE)).unwrap();
    assert_eq!(receive(&second), (THREADED.reply(), Ending::Closed));
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "that the reply survives the reset is sure on Linux only"
)]
fn reads_1024_bytes_once_and_resets_what_it_left_unread() {
    for rung in THREADED.rungs() {
        let mut server = THREADED.start(rung);
        for (size, ending) in [(1025, Ending::Reset), (1024, Ending::Closed), (5000, Ending::Reset)] {
            let stream = server.connect();
            let message = vec![b'x'; size];
            assert_eq!(exchange(&stream, &message), (THREADED.reply(), ending), "{rung:?}, {size}");
        }
    }
}

#[test]
fn reads_once_even_when_a_character_is_split_over_two_writes() {
    for rung in THREADED.rungs() {
        let mut server = THREADED.start(rung);
        let mut stream = server.connect();
        let (first, second) = "한".as_bytes().split_at(1);
        stream.write_all(first).unwrap();
        let mut reply = vec![0; THREADED.reply().len()];
        stream.read_exact(&mut reply).unwrap();
        assert_eq!(reply, THREADED.reply(), "{rung:?}");
        // The handler may have closed already; what counts is that it did not wait for this.
        let _ = stream.write_all(second);
    }
}

#[test]
fn a_reset_costs_that_client_only() {
    for rung in THREADED.rungs() {
        let mut server = THREADED.start(rung);
        let silent = server.connect();
        for number in 1..=3 {
            let quiet = server.connect();
            server.program.stdout.line(2 * number);
            support::reset(quiet);
            let mut sender = server.connect();
            server.program.stdout.line(2 * number + 1);
            sender.write_all(&[b'x'; 5000]).unwrap();
            support::reset(sender);
        }
        let stream = server.connect();
        assert_eq!(exchange(&stream, b"hi"), (THREADED.reply(), Ending::Closed), "{rung:?}");
        assert_eq!(exchange(&silent, b"hi"), (THREADED.reply(), Ending::Closed), "{rung:?}");
        if rung == Rung::Port && cfg!(unix) {
            server.program.stderr.expect("끝까지 응답하지 못했습니다");
            server.program.stderr.expect("got no complete reply");
        }
    }
}

#[test]
fn echo_sends_back_the_bytes_unchanged() {
    let mut server = THREADED.start_port(&["--echo"]);
    let prefix = String::from_utf8(THREADED.reply()).unwrap().replace("{data}", "");
    for message in [&b"hello"[..], b"\xff\0\r\n{data}", &[b'x'; 1024]] {
        let stream = server.connect();
        let expected = [prefix.as_bytes(), message].concat();
        assert_eq!(exchange(&stream, message), (expected, Ending::Closed));
    }
    assert!(!server.program.kill().stderr.contains("{data}"));
}

#[test]
fn a_crowd_is_served() {
    for rung in THREADED.rungs() {
        let mut server = THREADED.start(rung);
        server.connect();
        let addr = server.addr;
        std::thread::scope(|scope| {
            for _ in 0..100 {
                scope.spawn(move || {
                    let stream = TcpStream::connect(addr).unwrap();
                    stream.set_read_timeout(Some(DEADLINE)).unwrap();
                    assert_eq!(
                        exchange(&stream, b"hi"),
                        (THREADED.reply(), Ending::Closed),
                        "{rung:?}"
                    );
                });
            }
        });
        assert!(!server.program.ends_within(Duration::ZERO), "{rung:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn listens_on_127_0_0_1_and_nowhere_else() {
    for rung in THREADED.rungs() {
        let mut server = THREADED.start(rung);
        server.connect();
        for other in ["127.0.0.2", "::1"] {
            let error = TcpStream::connect((other, server.addr.port())).unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused, "{rung:?}: {other}");
        }
    }
}

#[test]
#[cfg(unix)]
fn restarts_at_once_after_itself_where_the_original_cannot() {
    // D1: the handler closed first, so the port is in TIME_WAIT.
    for rung in THREADED.rungs() {
        let lease = Arc::new(support::Lease::take());
        let mut server = THREADED.start_on(&lease, rung);
        let stream = server.connect();
        assert_eq!(exchange(&stream, b"hi"), (THREADED.reply(), Ending::Closed), "{rung:?}");
        server.program.kill();
        let mut again = THREADED.start_on(&lease, rung);
        assert_eq!(again.try_connect().is_some(), rung != Rung::Original, "{rung:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_first_interrupt_ends_the_port_and_the_original_waits_for_its_handlers() {
    // D6
    for rung in THREADED.rungs() {
        let mut server = THREADED.start_as(rung, support::with_default_interrupt);
        let stream = server.connect();
        // When a later client has been answered, the handler of this one runs.
        assert_eq!(exchange(&server.connect(), b"hi"), (THREADED.reply(), Ending::Closed));
        // Not on its way to `accept`: there, Python would only note it.
        support::asleep(&mut server.program);
        support::signal("INT", &server.program);
        if rung == Rung::Original {
            server.program.stderr.expect("KeyboardInterrupt");
            assert_eq!(exchange(&stream, b"hi"), (THREADED.reply(), Ending::Closed));
        } else {
            assert_eq!(receive(&stream).0, b"", "{rung:?}");
        }
        assert!(!server.program.end().status.success(), "{rung:?}");
    }
}

#[test]
#[cfg(unix)]
fn a_port_in_use_is_explained() {
    let mut server = THREADED.start(Rung::Port);
    drop(server.connect());
    Assert::new(THREADED.server)
        .timeout(DEADLINE)
        .args(["--port", &server.port()])
        .assert()
        .code(1)
        .stdout("")
        .stderr(contains("이미 사용 중입니다").and(contains("TIME_WAIT")));
}

// --- Exhaustion -----------------------------------------------------------------------------------

/// A server with room for a few clients only.
#[cfg(target_os = "linux")]
fn few_descriptors(command: &Command) -> Command {
    support::wrapped(&["sh", "-c", r#"ulimit -n 8; exec "$0" "$@""#], command)
}

#[test]
#[cfg(target_os = "linux")]
fn out_of_descriptors_the_port_waits_and_goes_on() {
    // D4
    let mut server = THREADED.start_as(Rung::Port, |command| few_descriptors(&command));
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
    assert!(third - first >= Duration::from_millis(200), "{:?}", third - first);
    // Every client gets its turn as the others leave.
    for stream in &streams {
        assert_eq!(exchange(stream, b"hi"), (THREADED.reply(), Ending::Closed));
    }
    let ended = server.program.kill();
    assert_eq!(ended.stdout.lines().count(), streams.len(), "{}", ended.stderr);
    assert!(ended.stderr.lines().all(|line| line.starts_with("# ")), "{}", ended.stderr);
}

#[test]
#[cfg(target_os = "linux")]
fn out_of_descriptors_the_others_listen_and_serve_nobody_until_their_handlers_end() {
    for rung in THREADED.rungs().into_iter().filter(|rung| *rung != Rung::Port) {
        let mut server = THREADED.start_as(rung, |command| few_descriptors(&command));
        let mut streams: Vec<TcpStream> = (0..12).map(|_| server.connect()).collect();
        if rung == Rung::Original {
            server.program.stderr.expect("Too many open files");
        } else {
            // It says nothing yet. With clients in the queue `accept` does not sleep: a main thread that
            // sleeps waits in `scope`.
            server.program.stdout.line(4);
            support::asleep(&mut server.program);
        }
        // It lives, it listens, and the clients that it has accepted are served.
        streams.push(server.connect());
        let mut streams = streams.into_iter();
        // (One that resets its connection changes nothing about the end.)
        support::reset(streams.next().unwrap());
        let answers: Vec<_> = streams.map(|stream| answer(&stream)).collect();
        let answered =
            answers.iter().take_while(|answer| **answer == (THREADED.reply(), Ending::Closed)).count();
        assert!(answered >= 2, "{rung:?}: {answers:?}");
        // Nobody serves the others: they are reset when the last handler has ended.
        assert!(answered < answers.len(), "{rung:?}");
        assert!(
            answers[answered..].iter().all(|answer| *answer == (Vec::new(), Ending::Reset)),
            "{answers:?}"
        );
        let ended = server.program.end();
        assert_eq!(ended.status.code(), Some(1), "{rung:?}: {}", ended.stderr);
        assert_eq!(ended.stdout.lines().count(), answered + 1, "{rung:?}");
    }
}

/// Speaks, which fails when the server has gone already, and listens.
#[cfg(target_os = "linux")]
fn answer(mut stream: &TcpStream) -> (Vec<u8>, Ending) {
    match stream.write_all(b"hi") {
        Ok(()) => receive(stream),
        Err(_) => (Vec::new(), Ending::Reset),
    }
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_thread_the_port_drops_that_client_and_goes_on() {
    // D4. A stack of a petabyte is refused every time.
    let mut server = THREADED.start_as(Rung::Port, |mut command| {
        command.env("RUST_MIN_STACK", "1000000000000000");
        command
    });
    for number in 1..=3 {
        let stream = server.connect();
        assert_eq!(receive(&stream), (Vec::new(), Ending::Closed));
        server.program.stdout.line(number);
    }
    // The line comes after the close that the client has seen.
    let told = |stderr: &str| (stderr.matches("got no complete reply").count() == 3).then_some(());
    assert!(server.program.stderr.find(told).is_some(), "{}", server.program.stderr.text());
    assert!(!server.program.ends_within(Duration::ZERO));
    let stderr = server.program.kill().stderr;
    assert!(stderr.lines().all(|line| line.starts_with("# ")), "{stderr}");
}

/// Room for about a dozen threads, each with a large stack.
#[cfg(target_os = "linux")]
fn few_threads(mut command: Command) -> Command {
    command.env("RUST_MIN_STACK", "268435456");
    support::wrapped(&["prlimit", "--as=3500000000", "--stack=268435456:"], &command)
}

#[test]
#[cfg(target_os = "linux")]
fn when_threads_come_back_the_port_serves_again() {
    if !support::available(&["prlimit", "--version"], "a limit of threads") {
        return;
    }
    let mut server = THREADED.start_as(Rung::Port, few_threads);
    let mut streams: Vec<TcpStream> = (0..40).map(|_| server.connect()).collect();
    server.program.stdout.line(streams.len());
    server.program.stderr.expect("got no complete reply");
    // The refused ones are closed, the others are served.
    let answers = streams.iter().map(answer);
    let answered = answers.filter(|answer| *answer == (THREADED.reply(), Ending::Closed)).count();
    assert!((3..40).contains(&answered), "{answered}");
    streams.clear();
    // Their threads end in their own time; a new client is served as soon as there is room.
    assert!((0..1000).any(|_| answer(&server.connect()) == (THREADED.reply(), Ending::Closed)));
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_thread_the_literal_port_ends() {
    let mut server = THREADED.start_as(Rung::Literal, |mut command| {
        command.env("RUST_MIN_STACK", "1000000000000000");
        command
    });
    let stream = server.connect();
    assert_eq!(receive(&stream).0, b"");
    let ended = server.program.end();
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
    assert_eq!(ended.stdout.lines().count(), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_thread_the_original_serves_nobody_until_its_handlers_end() {
    if support::python().is_none()
        || !support::available(&["prlimit", "--version"], "a limit of threads")
    {
        return;
    }
    let mut server = THREADED.start_as(Rung::Original, few_threads);
    let streams: Vec<TcpStream> = (0..40).map(|_| server.connect()).collect();
    server.program.stderr.expect("can't start new thread");
    assert!(!server.program.ends_within(Duration::ZERO), "it waits for its handlers");
    drop(streams);
    let ended = server.program.end();
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
    assert!((3..40).contains(&ended.stdout.lines().count()), "{}", ended.stdout);
}

// --- System calls ---------------------------------------------------------------------------------

#[test]
#[cfg(target_os = "linux")]
fn makes_the_system_calls_of_the_original_in_its_order() {
    if support::python().is_none() || !support::available(&["strace", "-V"], "the system calls") {
        return;
    }
    let calls = |rung| {
        support::strace::system_calls(&THREADED, rung, |server| {
            for _ in 0..2 {
                let stream = server.connect();
                assert_eq!(exchange(&stream, b"hi"), (THREADED.reply(), Ending::Closed));
            }
        })
    };
    let original = calls(Rung::Original);
    let calls_of_each_thread: Vec<usize> = original.iter().map(Vec::len).collect();
    assert_eq!(calls_of_each_thread, [5, 3, 3], "{original:#?}");
    assert_eq!(calls(Rung::Literal), original);
    assert_eq!(calls(Rung::Port), original);
}

// --- Python and Rust, two by two ------------------------------------------------------------------

#[test]
fn every_client_understands_every_server() {
    for message in ["안녕하세요", "hello", "👋 {data}"] {
        THREADED.conversations(message, |server| {
            let stream = server.connect();
            assert_eq!(exchange(&stream, b"ready?"), (THREADED.reply(), Ending::Closed));
        });
    }
}

// --- The client -----------------------------------------------------------------------------------

#[test]
fn the_client_prints_a_reply_for_each_connection_and_says_whose_it_is() {
    for (args, clients) in [(&[][..], 3), (&["--clients", "7"], 7), (&["--clients", "1", ""], 1)] {
        let mut server = THREADED.start(Rung::Port);
        let mut expected = THREADED.reply();
        expected.push(b'\n');
        let output = client().args(["--port", &server.port()]).args(args).assert().success();
        let output = output.stdout(expected.repeat(clients)).get_output().clone();
        // The last one first.
        let stderr = String::from_utf8(output.stderr).unwrap();
        let told: Vec<String> =
            stderr.lines().map(|line| line.rsplit(' ').next().unwrap().to_owned()).collect();
        let numbers: Vec<String> = (1..=clients).rev().map(|number| number.to_string()).collect();
        assert_eq!(told, numbers, "{stderr}");
        assert!(stderr.lines().all(|line| line.starts_with("# ")), "{stderr}");
        server.program.stdout.line(clients);
        assert!(!server.program.ends_within(Duration::ZERO));
    }
}

#[test]
fn the_client_shows_in_vain_that_the_loop_without_threads_serves_one_at_a_time() {
    let mut server = one_at_a_time();
    // The first client of the loop is the probe: it is answered, and then the loop is free.
    assert_eq!(exchange(&server.connect(), b"ready?"), (THREADED.reply(), Ending::Closed));
    client()
        .args(["--port", &server.port(), "--timeout", "0.3"])
        .assert()
        .code(1)
        .stdout("")
        .stderr(contains("한 번에 한 클라이언트만").and(contains("one client at a time")));
}

#[test]
fn both_clients_speak_on_their_last_connection_first() {
    for client in [support::Client::Python, support::Client::Rust] {
        if client == support::Client::Python && support::python().is_none() {
            support::skip("the Python client needs Python 3");
            continue;
        }
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let program = support::Program::start(&mut THREADED.client_command(client, addr));
        let streams: Vec<TcpStream> = (0..3).map(|_| listener.accept().unwrap().0).collect();
        for mut stream in streams.into_iter().rev() {
            stream.set_read_timeout(Some(DEADLINE)).unwrap();
            let size = support::uninterrupted(|| stream.read(&mut [0; 64])).unwrap();
            assert_eq!(size, "안녕하세요".len(), "{client:?}");
            stream.write_all(b"reply").unwrap();
        }
        let ended = program.end();
        assert_eq!(ended.stdout.replace("\r\n", "\n"), "reply\n".repeat(3), "{client:?}");
    }
}

#[test]
fn the_client_opens_all_connections_before_it_reads_standard_input() {
    let mut server = THREADED.start(Rung::Port);
    let mut command = THREADED.client_command(support::Client::Rust, server.addr);
    let mut client = support::Program::start(command.arg("-"));
    server.program.stdout.line(3);
    client.feed("안녕\n".as_bytes());
    let ended = client.end();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout.lines().count(), 3);
    assert!(!server.program.ends_within(Duration::ZERO));
}

#[test]
fn the_client_says_which_server_to_start() {
    let lease = support::Lease::take();
    let command = format!("`cargo run -p threaded-echo -- --port {}`", lease.port);
    client()
        .args(["--port", &lease.port.to_string()])
        .assert()
        .code(1)
        .stdout("")
        .stderr(contains("연결이 거부되었습니다").and(contains(command)));
}

#[test]
fn help_and_wrong_arguments() {
    for program in [THREADED.server, THREADED.client] {
        let mut help = Assert::new(program);
        help.arg("--help").assert().success().stdout(contains("사용법").and(contains("cargo run")));
        let mut wrong = Assert::new(program);
        wrong
            .args(["--clients", "0"])
            .assert()
            .code(2)
            .stdout("")
            .stderr(contains("인수가 잘못되었습니다"));
    }
}
