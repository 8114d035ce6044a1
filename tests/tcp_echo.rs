//! §1: the TCP server of one client, on all three rungs, and its clients.

mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
#[cfg(target_os = "linux")]
use std::process::Command;
#[cfg(unix)]
use std::sync::Arc;
use std::time::Duration;

use assert_cmd::Command as Assert;
use predicates::prelude::*;
use predicates::str::contains;
use support::{exchange, receive, Ending, Package, Program, Rung, DEADLINE};

const TCP: Package = Package {
    name: "tcp-echo",
    server: env!("CARGO_BIN_EXE_tcp-echo-server"),
    client: env!("CARGO_BIN_EXE_tcp-echo-client"),
    literal: "tcp-literal",
};

fn client() -> Assert {
    let mut client = Assert::new(TCP.client);
    client.timeout(DEADLINE).env_remove("PORT");
    client
}

fn server() -> Assert {
    let mut server = Assert::new(TCP.server);
    server.timeout(DEADLINE).env_remove("PORT");
    server
}

/// Every line is ours, and what one language says the other says too.
fn ours() -> impl Predicate<str> {
    predicate::function(|stderr: &str| {
        let ours = stderr.lines().all(|line| line.starts_with("# "));
        ours && stderr.contains(|c| c >= '가') && !stderr.contains("예상하지 못한")
    })
}

// --- The server's contract ------------------------------------------------------------------------

#[test]
fn the_original_says_what_was_measured() {
    assert_eq!(TCP.reply().len(), 30);
    assert!(TCP.reply().ends_with(b"{data}"));
    assert_eq!(TCP.line("x").chars().filter(|c| *c == '.').count(), 1);
}

#[test]
fn answers_one_client_whatever_it_sends_and_ends() {
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
    for rung in TCP.rungs() {
        for message in messages {
            let mut server = TCP.start(rung);
            let stream = server.connect();
            let local = stream.local_addr().unwrap();
            assert_eq!(exchange(&stream, message), (TCP.reply(), Ending::Closed), "{rung:?}");
            let ended = server.program.end();
            assert_eq!(ended.status.code(), Some(0), "{rung:?}: {}", ended.stderr);
            assert_eq!(ended.stdout, TCP.line(&support::tuple(local)) + "\n", "{rung:?}");
        }
    }
}

#[test]
fn answers_a_client_that_half_closes_without_sending() {
    for rung in TCP.rungs() {
        let mut server = TCP.start(rung);
        let stream = server.connect();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(receive(&stream), (TCP.reply(), Ending::Closed), "{rung:?}");
        assert_eq!(server.program.end().status.code(), Some(0), "{rung:?}");
    }
}

/// How much the one `read` gets decides what is left, and what is left decides how it ends.
#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "that the reply survives the reset is sure on Linux only"
)]
fn reads_1024_bytes_once_and_resets_what_it_left_unread() {
    for rung in TCP.rungs() {
        for (size, ending) in [(1024, Ending::Closed), (1025, Ending::Reset), (5000, Ending::Reset)] {
            let mut server = TCP.start(rung);
            let stream = server.connect();
            assert_eq!(exchange(&stream, &vec![b'x'; size]), (TCP.reply(), ending), "{rung:?}, {size}");
            assert_eq!(server.program.end().status.code(), Some(0), "{rung:?}, {size}");
        }
    }
}

#[test]
fn reads_once_even_when_a_character_is_split_over_two_writes() {
    for rung in TCP.rungs() {
        let mut server = TCP.start(rung);
        let mut stream = server.connect();
        let (first, second) = "한".as_bytes().split_at(1);
        stream.write_all(first).unwrap();
        let mut reply = vec![0; TCP.reply().len()];
        stream.read_exact(&mut reply).unwrap();
        assert_eq!(reply, TCP.reply(), "{rung:?}");
        // The server may have closed already; what counts is that it did not wait for this.
        let _ = stream.write_all(second);
        assert_eq!(server.program.end().status.code(), Some(0), "{rung:?}");
    }
}

#[test]
fn prints_the_client_at_once_while_it_is_silent() {
    // The original holds it back in a pipe (D7), which the tests switch off with PYTHONUNBUFFERED.
    for rung in [Rung::Literal, Rung::Port] {
        let mut server = TCP.start(rung);
        let stream = server.connect();
        assert_eq!(
            server.program.stdout.line(1),
            TCP.line(&support::tuple(stream.local_addr().unwrap()))
        );
    }
}

#[test]
fn a_reset_before_the_read_ends_it_with_exit_code_1() {
    for rung in TCP.rungs() {
        let mut server = TCP.start(rung);
        let stream = server.connect();
        // A reset that comes before `accept` shows elsewhere, or nowhere, on other systems than Linux.
        server.program.stdout.line(1);
        support::reset(stream);
        let ended = server.program.end();
        assert_eq!(ended.status.code(), Some(1), "{rung:?}: {}", ended.stderr);
        // D3: a traceback, an error, one message with advice.
        assert_eq!(ended.stderr.contains("Traceback"), rung == Rung::Original, "{}", ended.stderr);
        assert!(!ended.stderr.contains("panicked"), "{rung:?}: {}", ended.stderr);
        if rung == Rung::Port {
            assert!(ours().eval(&ended.stderr), "{}", ended.stderr);
            assert!(ended.stderr.contains("재설정(RST)"), "{}", ended.stderr);
        }
    }
}

#[test]
fn a_second_client_waits_and_is_reset_when_the_server_ends() {
    for rung in TCP.rungs() {
        let mut server = TCP.start(rung);
        let first = server.connect();
        server.program.stdout.line(1);
        let mut second = server.connect();
        second.write_all(b"second").unwrap();
        assert_eq!(exchange(&first, b"first"), (TCP.reply(), Ending::Closed), "{rung:?}");
        assert_eq!(receive(&second), (Vec::new(), Ending::Reset), "{rung:?}");
        assert_eq!(server.program.end().stdout.lines().count(), 1, "{rung:?}");
    }
}

#[test]
fn echo_sends_back_the_bytes_unchanged() {
    for message in [&b"hello"[..], b"\xff\0\r\n{data}", &[b'x'; 1024], b""] {
        let mut server = TCP.start_port(&["--echo"]);
        let stream = server.connect();
        (&stream).write_all(message).unwrap();
        if message.is_empty() {
            stream.shutdown(Shutdown::Write).unwrap();
        }
        let prefix = String::from_utf8(TCP.reply()).unwrap().replace("{data}", "");
        assert_eq!(receive(&stream), ([prefix.as_bytes(), message].concat(), Ending::Closed));
        let ended = server.program.end();
        assert!(!ended.stderr.contains("{data}"), "nothing to explain: {}", ended.stderr);
    }
}

#[test]
fn says_on_stderr_that_it_listens_which_client_to_start_and_what_the_braces_are() {
    let mut server = TCP.start(Rung::Port);
    let stream = server.connect();
    exchange(&stream, b"hi");
    let port = server.port();
    let stderr = server.program.end().stderr;
    assert!(ours().eval(&stderr), "{stderr}");
    assert!(stderr.contains(&format!("listening on 127.0.0.1:{port}\n")), "{stderr}");
    assert!(
        stderr.contains(&format!("cargo run --bin tcp-echo-client -- --port {port}\n")),
        "{stderr}"
    );
    assert_eq!(stderr.lines().filter(|line| line.contains("{data}")).count(), 1, "{stderr}");
}

#[test]
#[cfg(target_os = "linux")]
fn listens_on_127_0_0_1_and_nowhere_else() {
    for rung in TCP.rungs() {
        let mut server = TCP.start(rung);
        let stream = server.connect();
        for other in ["127.0.0.2", "::1"] {
            let error = TcpStream::connect((other, server.addr.port())).unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused, "{rung:?}: {other}");
        }
        drop(stream);
    }
    // The positive control: a server on all addresses is found there.
    let server = TCP.start_port(&["--host", "0.0.0.0"]);
    TcpStream::connect(("127.0.0.2", server.addr.port())).unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn names_the_address_that_it_was_told_to_bind() {
    let server = TCP.start_port(&["--host", "127.0.0.2"]);
    assert_eq!(server.addr.ip().to_string(), "127.0.0.2");
    server
        .program
        .stderr
        .expect(&format!("tcp-echo-client -- --host 127.0.0.2 --port {}", server.port()));
}

#[test]
fn a_client_of_the_system_default_finds_the_port_in_the_environment() {
    let mut server = TCP.start_port(&["--port", "0"]);
    client()
        .env("PORT", server.port())
        .assert()
        .success()
        .stdout([TCP.reply(), b"\n".to_vec()].concat());
    assert!(server.program.ends_within(DEADLINE));
}

#[test]
#[cfg(unix)]
fn an_interrupt_ends_it_while_a_client_is_silent() {
    for rung in TCP.rungs() {
        let mut server = TCP.start_as(rung, support::with_default_interrupt);
        let stream = server.connect();
        server.program.stdout.line(1);
        assert!(!support::interrupt(server.program).status.success(), "{rung:?}");
        assert_eq!(receive(&stream).0, b"", "{rung:?}");
    }
}

#[test]
#[cfg(unix)]
fn a_standard_output_that_nobody_reads_ends_it() {
    // D8: BrokenPipeError there, an error in the literal port, a panic of `println!` in the port.
    for rung in TCP.rungs() {
        let lease = Arc::new(support::Lease::take());
        let mut command = TCP.command(rung);
        let program = Program::start_unread(command.env("PORT", lease.port.to_string()));
        let mut server = support::Server::of(program, &lease);
        let stream = server.connect();
        let code = if rung == Rung::Port { 101 } else { 1 };
        assert_eq!(server.program.end().status.code(), Some(code), "{rung:?}");
        assert_eq!(receive(&stream).0, b"", "{rung:?}");
    }
}

// --- Restarts -------------------------------------------------------------------------------------

/// A server that has just served a client leaves its port in `TIME_WAIT`, because it closed first.
#[cfg(unix)]
fn serve_one_on(lease: &Arc<support::Lease>, rung: Rung) -> Result<(), String> {
    let mut server = TCP.start_on(lease, rung);
    let Some(stream) = server.try_connect() else { return Err(server.program.end().stderr) };
    assert_eq!(exchange(&stream, b"hi"), (TCP.reply(), Ending::Closed), "{rung:?}");
    assert_eq!(server.program.end().status.code(), Some(0));
    Ok(())
}

#[test]
#[cfg(unix)]
fn restarts_at_once_after_itself_where_the_original_cannot() {
    // D1
    for rung in TCP.rungs() {
        let lease = Arc::new(support::Lease::take());
        serve_one_on(&lease, rung).unwrap();
        let again = serve_one_on(&lease, rung);
        assert_eq!(again.is_ok(), rung != Rung::Original, "{rung:?}: {again:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_original_and_the_port_meet_each_others_time_wait() {
    if support::python().is_none() {
        return support::skip("TIME_WAIT between the original and the port needs Python 3");
    }
    let lease = Arc::new(support::Lease::take());
    serve_one_on(&lease, Rung::Original).unwrap();
    let stderr = serve_one_on(&lease, Rung::Port).unwrap_err();
    assert!(ours().eval(&stderr), "{stderr}");
    for part in ["TIME_WAIT", "포트", "in use", &format!("ss -tanp | grep :{}", lease.port)] {
        assert!(stderr.contains(part), "{part} in {stderr}");
    }
    assert!(stderr.contains(&format!("--port {}", lease.port + 1)), "{stderr}");

    let lease = Arc::new(support::Lease::take());
    serve_one_on(&lease, Rung::Port).unwrap();
    let stderr = serve_one_on(&lease, Rung::Original).unwrap_err();
    assert!(stderr.contains("Address already in use"), "{stderr}");
}

// --- Errors that teach ----------------------------------------------------------------------------

#[test]
fn a_port_in_use_is_explained() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    server().args(["--port", &port]).assert().code(1).stdout("").stderr(
        ours().and(contains("이미 사용 중입니다")).and(contains(format!("Port {port} is in use"))),
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_missing_permission_is_explained() {
    if !support::available(&["strace", "-V"], "a refused bind") {
        return;
    }
    let mut strace = Assert::new("strace");
    strace.args(["-o", "/dev/null", "-e", "inject=bind:error=EACCES", TCP.server, "-p", "80"]);
    strace
        .timeout(DEADLINE)
        .assert()
        .code(1)
        .stderr(ours().and(contains("권한이 없습니다")).and(contains("Use 1024 or above")));
}

#[test]
fn a_host_without_an_ipv4_address_is_explained() {
    for mut program in [server(), client()] {
        program
            .args(["--host", "::1"])
            .assert()
            .code(1)
            .stdout("")
            .stderr(ours().and(contains("IPv4 주소가 없습니다")).and(contains("has no IPv4 address")));
    }
}

#[test]
fn a_host_that_does_not_resolve_is_explained() {
    for mut program in [server(), client()] {
        program
            .args(["--host", "no such host"])
            .assert()
            .code(1)
            .stderr(ours().and(contains("찾을 수 없습니다")).and(contains("does not resolve")));
    }
}

#[test]
fn a_host_of_another_machine_is_explained() {
    // 192.0.2.0/24 is reserved for documentation; no machine has it.
    server().args(["--host", "192.0.2.1"]).assert().code(1).stderr(
        ours().and(contains("이 컴퓨터의 주소가 아닙니다")).and(contains("not one of this machine")),
    );
}

/// Where `/etc/hosts` can be replaced for one program, `localhost` lists `::1` first.
#[test]
#[cfg(target_os = "linux")]
fn localhost_is_ipv4_even_where_ipv6_is_listed_first() {
    let mut hosts = tempfile::NamedTempFile::new().unwrap();
    hosts.write_all(b"::1 localhost\n127.0.0.1 localhost\n").unwrap();
    let unshare = ["unshare", "--map-root-user", "--mount", "sh", "-c"];
    let script = format!(r#"mount --bind '{}' /etc/hosts && exec "$0" "$@""#, hosts.path().display());
    let wrapper = [&unshare[..], &[&script]].concat();
    if !support::available(&[&wrapper[..], &["true"]].concat(), "::1 listed first") {
        return;
    }
    // The positive control: resolution in there does give ::1 first.
    let ahosts = support::wrapped(&wrapper, Command::new("getent").args(["ahosts", "localhost"]))
        .output()
        .unwrap();
    assert!(ahosts.stdout.starts_with(b"::1"), "{}", String::from_utf8_lossy(&ahosts.stdout));

    let mut server = TCP.start_as(Rung::Port, |command| support::wrapped(&wrapper, &command));
    assert_eq!(server.addr.ip().to_string(), "127.0.0.1");
    let command = support::wrapped(&wrapper, &TCP.client_command(support::Client::Rust, server.addr));
    Assert::from_std(command)
        .timeout(DEADLINE)
        .assert()
        .success()
        .stdout([TCP.reply(), b"\n".to_vec()].concat());
    assert!(server.program.ends_within(DEADLINE));
}

#[test]
fn wrong_arguments_end_with_exit_code_2() {
    for args in [&["--prot", "1"][..], &["--port", "65536"], &["-p"], &["--host"], &["extra"]] {
        server()
            .args(args)
            .assert()
            .code(2)
            .stdout("")
            .stderr(ours().and(contains("인수가 잘못되었습니다")));
    }
    let variable = contains("환경 변수 PORT에").and(contains("environment variable PORT"));
    server().env("PORT", "twelve").assert().code(2).stderr(ours().and(variable));
    for args in [
        &["a", "b"][..],
        &["--timeout", "0"],
        &["--timeout", "soon"],
        &["--port", "0"],
        &["--clients", "2"],
    ] {
        client()
            .args(args)
            .assert()
            .code(2)
            .stdout("")
            .stderr(ours().and(contains("인수가 잘못되었습니다")));
    }
}

#[test]
fn help_helps_in_both_languages() {
    for (mut program, flags) in [(server(), &["--echo"][..]), (client(), &["--timeout", "MESSAGE"])] {
        let output = program.arg("--help").assert().success().stderr("").get_output().stdout.clone();
        let help = String::from_utf8(output).unwrap();
        for part in
            [&["--host", "--port", "12345", "PORT", "cargo run", "사용법", "예"][..], flags].concat()
        {
            assert!(help.contains(part), "{part} in\n{help}");
        }
        for line in help.lines() {
            let width: usize = line.chars().map(|c| if c >= '가' { 2 } else { 1 }).sum();
            assert!(width <= 80, "{width} columns: {line}");
        }
    }
}

// --- The accept loop ------------------------------------------------------------------------------

#[test]
#[cfg(target_os = "linux")]
fn an_error_of_accept_is_told_in_one_line_and_survived() {
    if !support::available(&["strace", "-V"], "a failing accept") {
        return;
    }
    let inject = ["strace", "-D", "-o", "/dev/null", "-e", "inject=accept4:error=EMFILE:when=1..2"];
    let mut server = TCP.start_as(Rung::Port, |command| support::wrapped(&inject, &command));
    let stream = server.connect();
    assert_eq!(exchange(&stream, b"hi"), (TCP.reply(), Ending::Closed));
    let ended = server.program.end();
    assert_eq!(ended.status.code(), Some(0));
    let told = ended.stderr.lines().filter(|line| line.contains("os error 24")).count();
    assert_eq!(told, 2, "{}", ended.stderr);
    assert_eq!(ended.stderr.matches("다시 시도합니다 · ").count(), 2, "{}", ended.stderr);
}

// --- System calls ---------------------------------------------------------------------------------

#[test]
#[cfg(target_os = "linux")]
fn makes_the_system_calls_of_the_original_in_its_order() {
    if support::python().is_none() || !support::available(&["strace", "-V"], "the system calls") {
        return;
    }
    let calls = |rung| {
        support::strace::system_calls(&TCP, rung, |server| {
            let stream = server.connect();
            assert_eq!(exchange(&stream, b"hi"), (TCP.reply(), Ending::Closed));
            assert!(server.program.ends_within(DEADLINE));
        })
    };
    let original = calls(Rung::Original);
    assert_eq!(original[0].len(), 8, "{original:#?}");
    assert_eq!(calls(Rung::Literal), original);
    assert_eq!(calls(Rung::Port), original);
}

// --- Python and Rust, two by two ------------------------------------------------------------------

#[test]
fn every_client_understands_every_server() {
    for message in ["안녕하세요", "hello", "👋 {data}"] {
        TCP.conversations(message, |_| ());
    }
}

// --- The client -----------------------------------------------------------------------------------

/// A server of the test's own; `serve` gets its one connection, and what it was sent is returned.
fn fake<T: Send>(serve: impl Fn(TcpStream) -> T + Send, run: impl FnOnce(String)) -> T {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    std::thread::scope(|scope| {
        let served = scope.spawn(move || serve(listener.accept().unwrap().0));
        run(port);
        served.join().unwrap()
    })
}

/// Reads what has been sent so far, at least one byte.
fn read_some(mut stream: &TcpStream) -> Vec<u8> {
    let mut buffer = vec![0; 65_536];
    let size = support::uninterrupted(|| stream.read(&mut buffer)).unwrap();
    buffer[..size].to_vec()
}

#[test]
fn the_client_sends_the_bytes_of_its_message() {
    for (args, expected) in
        [(&[][..], "안녕하세요"), (&["한글 👋"], "한글 👋"), (&["--", "--echo"], "--echo")]
    {
        let sent = fake(
            |stream| read_some(&stream),
            |port| {
                client().args(["--port", &port]).args(args).assert().code(1);
            },
        );
        assert_eq!(sent, expected.as_bytes());
    }
}

#[test]
#[cfg(unix)]
fn the_client_sends_an_argument_that_is_not_text() {
    use std::os::unix::ffi::OsStrExt;
    let message = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    let sent = fake(
        |stream| read_some(&stream),
        |port| {
            client().args(["--port", &port]).arg(message).assert().code(1);
        },
    );
    assert_eq!(sent, b"\xff\xfe");
}

#[test]
fn the_client_prints_the_bytes_of_the_reply_and_a_newline() {
    for reply in ["서버로부터 응답".as_bytes(), b"\xff\0\r\n", &vec![b'x'; 100_000]] {
        fake(
            |mut stream| {
                read_some(&stream);
                stream.write_all(reply).unwrap();
            },
            |port| {
                client()
                    .args(["-p", &port])
                    .assert()
                    .success()
                    .stderr("")
                    .stdout([reply, b"\n"].concat());
            },
        );
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_client_shows_a_terminal_what_it_can_show() {
    if !support::available(&["script", "--version"], "a terminal") {
        return;
    }
    fake(
        |mut stream| {
            read_some(&stream);
            stream.write_all(b"a\xffb").unwrap();
        },
        |port| {
            let command = format!("{} --port {port}", TCP.client);
            let mut script = Assert::new("script");
            script.args(["-qec", &command, "/dev/null"]).timeout(DEADLINE);
            script.assert().success().stdout(contains("a\u{fffd}b"));
        },
    );
}

#[test]
fn the_client_connects_before_it_reads_standard_input() {
    let mut server = TCP.start(Rung::Port);
    let mut command = TCP.client_command(support::Client::Rust, server.addr);
    let mut client = Program::start(command.arg("-"));
    // The server prints its line although nothing has been typed yet.
    server.program.stdout.line(1);
    client.feed(b"typed\n");
    let ended = client.end();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout.as_bytes(), [TCP.reply(), b"\n".to_vec()].concat());
    assert!(server.program.ends_within(DEADLINE));
}

#[test]
fn the_client_keeps_the_bytes_of_standard_input() {
    for input in [&b"\xff\r\n\0"[..], b"one line\n"] {
        let sent = fake(
            |stream| read_some(&stream),
            |port| {
                client().args(["--port", &port, "-"]).write_stdin(input).assert().code(1);
            },
        );
        assert_eq!(sent, input);
    }
}

#[test]
fn the_client_half_closes_only_when_there_is_nothing_to_send() {
    let until_the_end = |stream: TcpStream| {
        stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        let (sent, ending) = receive(&stream);
        (&stream).write_all(b"reply").unwrap();
        (sent, ending)
    };
    let empty = fake(until_the_end, |port| {
        client().args(["--port", &port, ""]).assert().success().stdout("reply\n");
    });
    assert_eq!(empty, (Vec::new(), Ending::Closed));
    let full = fake(until_the_end, |port| {
        client().args(["--port", &port, "hi"]).assert().success().stdout("reply\n");
    });
    assert_eq!(full, (b"hi".to_vec(), Ending::TimedOut));
}

#[test]
fn the_client_does_not_wait_for_ever_for_a_server_that_does_not_read() {
    fake(
        // It reads only when the client has given up.
        |stream| receive(&stream).1,
        |port| {
            client()
                .args(["--port", &port, "--timeout", "0.3", "-"])
                .write_stdin(vec![b'x'; 64 << 20])
                .assert()
                .code(1)
                .stdout("")
                .stderr(ours().and(contains("0.3초 동안 응답이 없습니다")));
        },
    );
}

#[test]
fn the_python_client_too_reads_until_the_server_closes() {
    if support::python().is_none() {
        return support::skip("the Python client needs Python 3");
    }
    fake(
        |mut stream| {
            read_some(&stream);
            stream.write_all(&[b'x'; 5000]).unwrap();
        },
        |port| {
            let addr = format!("127.0.0.1:{port}").parse().unwrap();
            let client = Program::start(&mut TCP.client_command(support::Client::Python, addr));
            assert_eq!(client.end().stdout.trim_end(), "x".repeat(5000));
        },
    );
}

#[test]
fn the_client_says_which_server_to_start() {
    let lease = support::Lease::take();
    let command = format!("cargo run -p tcp-echo -- --port {}", lease.port);
    client()
        .args(["--port", &lease.port.to_string()])
        .assert()
        .code(1)
        .stdout("")
        .stderr(ours().and(contains("연결이 거부되었습니다")).and(contains(format!("`{command}`"))));
}

#[test]
fn the_client_does_not_wait_for_ever_for_a_silent_server() {
    fake(
        // It keeps the connection open until the client has given up.
        |stream| receive(&stream),
        |port| {
            client().args(["--port", &port, "--timeout", "0.3"]).assert().code(1).stdout("").stderr(
                ours().and(contains("0.3초 동안 응답이 없습니다")).and(contains("within 0.3 s")),
            );
        },
    );
}

#[test]
fn the_client_shows_what_came_before_the_timeout() {
    fake(
        |mut stream| {
            stream.write_all(b"part").unwrap();
            receive(&stream)
        },
        |port| {
            client().args(["--port", &port, "--timeout", "0.5"]).assert().code(1).stdout("part\n");
        },
    );
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "that the part survives the reset is sure on Linux only")]
fn the_client_shows_what_came_before_a_reset() {
    fake(
        |mut stream| {
            read_some(&stream);
            stream.write_all(b"part").unwrap();
            support::reset(stream);
        },
        |port| {
            client()
                .args(["--port", &port])
                .assert()
                .code(1)
                .stdout("part\n")
                .stderr(ours().and(contains("재설정(RST)")).and(contains("reset the connection")));
        },
    );
}

#[test]
fn the_client_says_that_no_reply_came() {
    fake(
        |stream| {
            read_some(&stream);
        },
        |port| {
            client()
                .args(["--port", &port])
                .assert()
                .code(1)
                .stdout("")
                .stderr(ours().and(contains("응답 없이")).and(contains("without a reply")));
        },
    );
}

#[test]
#[cfg(target_os = "linux")]
fn the_client_gets_the_reply_even_when_its_message_is_too_long() {
    for rung in TCP.rungs() {
        let mut server = TCP.start(rung);
        // The server that serves one client must be there before the client is.
        server.listening();
        client()
            .args(["--port", &server.port(), "-"])
            .write_stdin(vec![b'x'; 5_000_000])
            .assert()
            .code(1)
            .stdout([TCP.reply(), b"\n".to_vec()].concat())
            .stderr(ours().and(contains("1024")));
        assert!(server.program.ends_within(DEADLINE), "{rung:?}");
    }
}
