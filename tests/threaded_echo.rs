//! §3, the TCP server with a thread for each client, as a contract: every scenario on all three rungs, what
//! scenarios cannot say (above all, what happens when something runs out), the loop without threads, and the
//! client that speaks on its last connection first.

mod support;

use std::io::Write;
#[cfg(unix)]
use std::net::TcpStream;
use std::process::ExitCode;
#[cfg(unix)]
use std::time::Duration;

use common::Pattern;
use harness::program::Exit;
use predicates::prelude::*;
use predicates::str::contains;
use scenarios::scenario::Act::{Accept, Close, Receive, Send};
use scenarios::scenario::{Data, End, Reply, Role, Scenario, Then, Want};
#[cfg(unix)]
use socket2::SockRef;
use support::{DEADLINE, Server, answer, assert, client, ours, path, played_right, words};

const PATTERN: Pattern = Pattern::ThreadedEcho;
const SERVER: &str = "threaded-echo-server";
const CLIENT: &str = "threaded-echo-client";
const REPLY: &str = "서버로부터 응답: {data}";

fn main() -> ExitCode {
    let mut trials = trials![
        the_original_says_what_was_measured,
        echo_sends_back_the_bytes_unchanged,
        says_on_stderr_that_it_listens_which_client_to_start_and_once_what_the_braces_are,
        the_loop_without_threads_fails_what_threads_pass,
        every_client_understands_every_server,
        help_and_wrong_arguments,
        the_client_prints_a_reply_for_each_connection_and_says_whose_it_is,
        the_client_shows_in_vain_that_the_loop_without_threads_serves_one_at_a_time,
        both_clients_speak_on_their_last_connection_first,
        the_client_opens_all_connections_before_it_reads_standard_input,
        the_client_says_which_server_to_start,
        #[cfg(unix)]
        a_client_that_resets_is_told_of_and_costs_only_itself,
        #[cfg(unix)]
        a_port_in_use_is_explained,
    ];
    trials.extend(support::scenarios_of(PATTERN));
    #[cfg(target_os = "linux")]
    trials.extend(exhaustion::trials());
    support::run(trials)
}

#[cfg(unix)]
fn reset(stream: &TcpStream) {
    // macOS refuses it on a connection that the peer has reset already.
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

// --- The server -----------------------------------------------------------------------------------

fn the_original_says_what_was_measured() {
    support::measured(PATTERN, REPLY, 30);
}

fn echo_sends_back_the_bytes_unchanged() {
    support::passes(PATTERN, &[path(SERVER), "--echo"], Reply::Echo);
}

fn says_on_stderr_that_it_listens_which_client_to_start_and_once_what_the_braces_are() {
    for (flag, explained) in [("--port=0", 1), ("--echo", 0)] {
        let server = Server::start(&[], SERVER, &[flag]);
        for _ in 0..3 {
            assert!(answer(&server.connect()).unwrap().starts_with("서버로부터 응답: "));
        }
        server.tells("{data}", explained);
        let stderr = server.ended();
        let command = format!("cargo run --bin threaded-echo-client -- --port {}\n", server.port);
        let addr = format!("127.0.0.1:{}\n", server.port);
        assert!(stderr.contains(&addr) && stderr.contains(&command), "{stderr}");
        let braces = stderr.lines().filter(|line| line.contains("{data}"));
        assert_eq!(braces.count(), explained, "{stderr}");
    }
}

#[cfg(unix)]
fn a_client_that_resets_is_told_of_and_costs_only_itself() {
    let server = Server::start(&[], SERVER, &[]);
    let silent = server.connect();
    for (number, message) in (2..).zip([&b""[..], &[b'x'; 5000]].repeat(3)) {
        let mut stream = server.connect();
        // It has a handler, which waits for its message.
        server.prints(number);
        stream.write_all(message).unwrap();
        reset(&stream);
    }
    for stream in [server.connect(), silent] {
        assert_eq!(answer(&stream).as_deref(), Ok(REPLY));
    }
    // The silent ones for certain; of the others, the reply may have gone out before the reset came.
    server.tells("got no complete reply", 3);
    assert!(server.ended().contains("끝까지 응답하지 못했습니다"));
}

fn the_loop_without_threads_fails_what_threads_pass() {
    let server = [path("one-at-a-time")];
    assert_eq!(support::cause("threaded-echo/silent-neighbour", &server), "one-at-a-time");
    assert_eq!(support::cause("threaded-echo/reverse-order", &server), "one-at-a-time");
    // It is not broken, it is busy.
    played_right(&support::scenario("threaded-echo/next-client"), words(&server));
}

fn every_client_understands_every_server() {
    for message in ["안녕하세요", "hello", "👋 {data}"] {
        support::conversations(PATTERN, message);
    }
}

#[cfg(unix)]
fn a_port_in_use_is_explained() {
    let server = Server::start(&[], SERVER, &[]);
    let told = ours().and(contains("이미 사용 중입니다")).and(contains("TIME_WAIT"));
    let mut second = assert(SERVER);
    second.args(["--port", &server.port.to_string()]).assert().code(1).stdout("").stderr(told);
}

fn help_and_wrong_arguments() {
    support::help_and_wrong_arguments([SERVER, CLIENT], &["--clients", "0"]);
}

// --- When something runs out (D4) -----------------------------------------------------------------

#[cfg(target_os = "linux")]
mod exhaustion {
    use std::io::ErrorKind;
    use std::iter;

    use harness::programs::Rung;

    use super::{DEADLINE, Duration, Exit, PATTERN, REPLY, SERVER, Server, TcpStream};
    use super::{answer, path, reset, support, trials, words};

    const FEW_DESCRIPTORS: [&str; 3] = ["sh", "-c", r#"ulimit -n 8; exec "$0" "$@""#];
    /// A stack of a petabyte is refused every time.
    const NO_THREAD: [&str; 2] = ["env", "RUST_MIN_STACK=1000000000000000"];
    /// Room for about a dozen threads, each with a large stack.
    const FEW_THREADS: [&str; 5] =
        ["env", "RUST_MIN_STACK=268435456", "prlimit", "--as=3500000000", "--stack=268435456:"];

    pub fn trials() -> Vec<libtest_mimic::Trial> {
        trials![
            out_of_descriptors_the_port_waits_and_goes_on,
            out_of_descriptors_the_original_serves_nobody_until_its_handlers_end,
            out_of_descriptors_the_literal_port_ends_at_once,
            an_error_of_accept_is_told_in_one_line_and_survived,
            without_a_thread_the_port_drops_that_client_and_serves_when_threads_come_back,
            without_a_thread_the_literal_port_ends,
            without_a_thread_the_original_serves_nobody_until_its_handlers_end,
        ]
    }

    /// A server of this rung behind `wrapper`.
    fn poor(wrapper: &[&str], rung: Rung) -> Option<Server> {
        let command = support::PROGRAMS.command(PATTERN, rung).unwrap();
        if command.is_none() {
            harness::skip("the original needs Python 3");
        }
        Some(Server::quiet(&[words(wrapper), command?].concat()))
    }

    fn is_answered(stream: &TcpStream) -> bool {
        answer(stream).as_deref() == Ok(REPLY)
    }

    fn an_error_of_accept_is_told_in_one_line_and_survived() {
        if !support::available(&["strace", "-V"], "a failing accept") {
            return;
        }
        // An error of one client costs nothing; everything else is followed by a pause of half a second.
        for (error, number, count) in [("EMFILE", 24, 2), ("ECONNABORTED", 103, 20)] {
            let inject = format!("inject=accept4:error={error}:when=1..{count}");
            let strace = ["strace", "-f", "-D", "-o", "/dev/null", "-e", &inject];
            path(SERVER);
            let begin = std::time::Instant::now();
            let server = Server::start(&strace, SERVER, &[]);
            assert!(is_answered(&server.connect()));
            let (time, pauses) = (begin.elapsed(), Duration::from_millis(500) * count);
            assert_eq!(time >= pauses, error == "EMFILE", "{error}: {time:?}");
            server.tells(&format!("os error {number}"), count as usize);
            server.ended();
        }
    }

    fn out_of_descriptors_the_port_waits_and_goes_on() {
        support::waits_for_descriptors(8, path(SERVER));
    }

    fn out_of_descriptors_the_original_serves_nobody_until_its_handlers_end() {
        let Some(server) = poor(&FEW_DESCRIPTORS, Rung::Original) else {
            return;
        };
        let mut streams = server.crowd(12);
        server.tells("Too many open files", 1);
        // It lives, it listens, and the clients that it has accepted are served.
        streams.push(server.connect());
        // (One that resets its connection changes nothing about the end.)
        reset(&streams.remove(0));
        let answers: Vec<_> = streams.iter().map(answer).collect();
        let number = answers.iter().take_while(|answer| answer.as_deref() == Ok(REPLY)).count();
        // Nobody serves the others: they are reset when the last handler has ended.
        let gone = [Err(ErrorKind::ConnectionReset), Err(ErrorKind::BrokenPipe)];
        let others = answers[number..].iter().all(|answer| gone.contains(answer));
        assert!((2..answers.len()).contains(&number) && others, "{answers:?}");
        assert_eq!(server.program.exit(DEADLINE), Some(Exit::Code(1)));
        server.prints(number + 1);
    }

    fn out_of_descriptors_the_literal_port_ends_at_once() {
        let server = poor(&FEW_DESCRIPTORS, Rung::Literal).unwrap();
        let mut streams = vec![server.connect()];
        // Who comes after its end is refused.
        let next = || TcpStream::connect(("127.0.0.1", server.port)).ok();
        streams.extend(iter::from_fn(next).take(11));
        assert_eq!(server.program.exit(DEADLINE), Some(Exit::Code(1)));
        // Its handlers have ended with it (D6): nobody is answered any more.
        assert!(streams.iter().all(|stream| answer(stream).as_deref() != Ok(REPLY)));
        server.tells("code: 24", 1);
    }

    fn without_a_thread_the_port_drops_that_client_and_serves_when_threads_come_back() {
        if !support::available(&["prlimit", "--version"], "a limit of threads") {
            return;
        }
        let server = poor(&FEW_THREADS, Rung::Port).unwrap();
        let streams = server.crowd(40);
        server.prints(40);
        let number = streams.iter().filter(|stream| is_answered(stream)).count();
        assert!((3..40).contains(&number), "{number}");
        // The others are closed, and each of them is told of.
        server.tells("no thread could be started", 40 - number);
        // The threads end in their own time; a new client is served as soon as there is room.
        assert!((0..1000).any(|_| is_answered(&server.connect())));
        server.ended();
    }

    fn without_a_thread_the_literal_port_ends() {
        let server = poor(&NO_THREAD, Rung::Literal).unwrap();
        assert_eq!(support::rest(&server.connect()).unwrap_or_default(), "");
        assert_eq!(server.program.exit(DEADLINE), Some(Exit::Code(101)));
        server.prints(1);
    }

    fn without_a_thread_the_original_serves_nobody_until_its_handlers_end() {
        if !support::available(&["prlimit", "--version"], "a limit of threads") {
            return;
        }
        let Some(server) = poor(&FEW_THREADS, Rung::Original) else {
            return;
        };
        let streams = server.crowd(40);
        server.tells("can't start new thread", 1);
        assert_eq!(server.program.exit(Duration::ZERO), None, "it waits for its handlers");
        drop(streams);
        assert_eq!(server.program.exit(DEADLINE), Some(Exit::Code(1)));
        server.program.end();
        assert!(
            (3..40).contains(&server.program.stdout.count()),
            "{}",
            server.program.stdout.text()
        );
    }
}

// --- The client -----------------------------------------------------------------------------------

fn the_client_prints_a_reply_for_each_connection_and_says_whose_it_is() {
    for (args, clients) in [(&[][..], 3), (&["--clients", "7"], 7), (&["--clients", "1", ""], 1)] {
        let server = Server::start(&[], SERVER, &[]);
        let output =
            assert(CLIENT).args(["--port", &server.port.to_string()]).args(args).assert().success();
        let output = output.stdout(format!("{REPLY}\n").repeat(clients)).get_output().clone();
        // The last one first.
        let stderr = String::from_utf8(output.stderr).unwrap();
        let told = stderr.lines().map(|line| line.rsplit(' ').next().unwrap().to_owned());
        let numbers = (1..=clients).rev().map(|number| number.to_string());
        assert!(told.eq(numbers) && ours().eval(&stderr), "{stderr}");
        server.prints(clients);
    }
}

fn the_client_shows_in_vain_that_the_loop_without_threads_serves_one_at_a_time() {
    let server = Server::quiet(&words(&[path("one-at-a-time")]));
    assert_eq!(answer(&server.connect()).as_deref(), Ok(REPLY));
    let told =
        ours().and(contains("한 번에 한 클라이언트만")).and(contains("one client at a time"));
    let mut client = assert(CLIENT);
    client.args(["--port", &server.port.to_string(), "--timeout", "0.3"]);
    client.assert().code(1).stdout("").stderr(told);
}

fn both_clients_speak_on_their_last_connection_first() {
    let mut acts = vec![Accept(0), Accept(1), Accept(2)];
    for peer in [2, 1, 0] {
        let message = Want::Data(Data::Repeat("안녕하세요", 1));
        acts.push(Receive(peer, message, Then::Open));
        acts.extend([Send(peer, Data::Bytes(b"reply")), Close(peer)]);
    }
    let prints = Data::Repeat("reply\n", 3);
    let arguments = Vec::new();
    let role = Role::Client { arguments, listens: true, prints, complains: false, lasts: None };
    let scenario = Scenario::new(PATTERN, "last-first", "", "", acts);
    let scenario = Scenario { role, end: End::Exits(0), ..scenario };
    played_right(&scenario, words(&[path(CLIENT)]));
    match support::python_client(PATTERN) {
        Some(client) => _ = played_right(&scenario, support::command_words(&client)),
        None => harness::skip("the Python client needs Python 3"),
    }
}

fn the_client_opens_all_connections_before_it_reads_standard_input() {
    let server = Server::start(&[], SERVER, &[]);
    let (program, mut stdin) = client(CLIENT, server.port, &["-"]);
    // The server prints its lines although nothing has been typed yet.
    server.prints(3);
    stdin.write_all("안녕\n".as_bytes()).unwrap();
    drop(stdin);
    assert_eq!(program.exit(DEADLINE), Some(Exit::Code(0)), "{}", program.stderr.text());
    program.end();
    assert_eq!(program.stdout.text(), format!("{REPLY}\n").repeat(3));
}

fn the_client_says_which_server_to_start() {
    support::says_which_server_to_start(PATTERN);
}
