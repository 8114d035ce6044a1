//! §2: the UDP server, on all three rungs, and its client.

mod support;

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use assert_cmd::Command as Assert;
use predicates::prelude::*;
use predicates::str::contains;
use support::{Package, Rung, Server, DEADLINE};

const UDP: Package = Package {
    name: "udp-echo",
    server: env!("CARGO_BIN_EXE_udp-echo-server"),
    client: env!("CARGO_BIN_EXE_udp-echo-client"),
    literal: "udp-literal",
};

fn client() -> Assert {
    let mut client = Assert::new(UDP.client);
    client.timeout(DEADLINE).env_remove("PORT");
    client
}

/// Starts a server and talks to it until it answers.
fn ready(rung: Rung) -> (Server, UdpSocket) {
    let mut server = UDP.start(rung);
    let socket = server.socket();
    assert_eq!(server.ask(&socket, b"ready?"), Some(UDP.reply()), "{rung:?}");
    (server, socket)
}

// --- The server's contract ------------------------------------------------------------------------

#[test]
fn the_original_says_what_was_measured() {
    assert_eq!(UDP.reply().len(), 22);
}

#[test]
fn prints_and_answers_every_datagram_and_goes_on() {
    // An empty one too, several lines in one, NUL, and exactly as much as the buffer holds.
    let full = "x".repeat(1024);
    let datagrams = ["hello", "안녕하세요", "👋🏽", "", "\0", "two\nlines", "{data}", &full];
    for rung in UDP.rungs() {
        let (mut server, socket) = ready(rung);
        let mut expected = UDP.line("ready?") + "\n";
        for datagram in datagrams {
            assert_eq!(server.ask(&socket, datagram.as_bytes()), Some(UDP.reply()), "{rung:?}");
            expected += &(UDP.line(datagram) + "\n");
        }
        let ended = server.program.kill();
        assert_eq!(ended.stdout, expected, "{rung:?}");
        if rung == Rung::Port {
            assert!(ended.stderr.lines().all(|line| line.starts_with("# ")), "{}", ended.stderr);
            assert_eq!(ended.stderr.lines().count(), 2, "nothing to explain: {}", ended.stderr);
        }
    }
}

#[test]
#[cfg_attr(windows, ignore = "a datagram that is larger than the buffer is an error there (D5)")]
fn cuts_a_datagram_at_1024_bytes() {
    for rung in UDP.rungs() {
        let (mut server, socket) = ready(rung);
        // macOS sends 9216 bytes at most (net.inet.udp.maxdgram).
        for size in [1025, 1500, if cfg!(target_os = "macos") { 9216 } else { 65_507 }] {
            assert_eq!(server.ask(&socket, &vec![b'x'; size]), Some(UDP.reply()), "{rung:?}, {size}");
            assert_eq!(server.ask(&socket, b"next"), Some(UDP.reply()), "{rung:?}, after {size}");
        }
        let cut = UDP.line(&"x".repeat(1024)) + "\n" + &UDP.line("next") + "\n";
        assert_eq!(
            server.program.kill().stdout,
            UDP.line("ready?") + "\n" + &cut.repeat(3),
            "{rung:?}"
        );
    }
}

#[test]
fn dies_of_what_is_not_utf8_and_the_port_shows_it_as_it_can() {
    // D2: bytes that are no text, and a character that is cut at 1024 bytes.
    let cut = "한".repeat(400);
    for rung in UDP.rungs() {
        for datagram in [&b"a\xffb"[..], b"\xed\xa0\x80", cut.as_bytes()] {
            if cfg!(windows) && datagram.len() > 1024 {
                continue; // D5
            }
            let (mut server, socket) = ready(rung);
            if rung == Rung::Port {
                assert_eq!(server.ask(&socket, datagram), Some(UDP.reply()));
                assert_eq!(server.ask(&socket, b"next"), Some(UDP.reply()), "it goes on");
                let lossy = String::from_utf8_lossy(&datagram[..datagram.len().min(1024)]);
                assert!(lossy.contains('\u{fffd}'));
                assert_eq!(server.program.stdout.line(2), UDP.line(&lossy));
            } else {
                assert_eq!(server.ask(&socket, datagram), None, "{rung:?}");
                let ended = server.program.end();
                assert_eq!(ended.status.code(), Some(1), "{rung:?}: {}", ended.stderr);
                assert_eq!(ended.stdout, UDP.line("ready?") + "\n", "{rung:?}");
            }
        }
    }
}

#[test]
fn answers_each_sender_once_and_no_other() {
    for rung in UDP.rungs() {
        let (mut server, first) = ready(rung);
        let second = server.socket();
        for (socket, silent) in [(&first, &second), (&second, &first), (&first, &second)] {
            assert_eq!(server.ask(socket, b"hi"), Some(UDP.reply()), "{rung:?}");
            for socket in [socket, silent] {
                socket.set_nonblocking(true).unwrap();
                let error = socket.recv(&mut [0; 64]).unwrap_err();
                assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock, "{rung:?}");
                socket.set_nonblocking(false).unwrap();
            }
        }
    }
}

#[test]
fn survives_a_client_that_is_gone_before_the_reply() {
    for rung in UDP.rungs() {
        if cfg!(windows) && rung != Rung::Port {
            continue; // D5
        }
        let (mut server, socket) = ready(rung);
        for _ in 0..3 {
            server.socket().send(b"bye").unwrap();
            assert_eq!(server.ask(&socket, b"still there?"), Some(UDP.reply()), "{rung:?}");
        }
    }
}

#[test]
fn echo_sends_back_the_bytes_unchanged() {
    let mut server = UDP.start_port(&["--echo"]);
    let socket = server.socket();
    let prefix = [&UDP.reply()[..], b": "].concat();
    for datagram in [&b"hello"[..], b"\xff\0\r\n", &[b'x'; 1024], b""] {
        assert_eq!(server.ask(&socket, datagram), Some([&prefix[..], datagram].concat()));
    }
}

#[test]
fn a_restart_finds_no_time_wait() {
    for rung in UDP.rungs() {
        let lease = std::sync::Arc::new(support::Lease::take());
        for _ in 0..2 {
            let mut server = UDP.start_on(&lease, rung);
            let socket = server.socket();
            assert_eq!(server.ask(&socket, b"hi"), Some(UDP.reply()), "{rung:?}");
            server.program.kill();
        }
    }
}

#[test]
fn a_port_in_use_is_explained_without_time_wait() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    Assert::new(UDP.server)
        .timeout(DEADLINE)
        .args(["--port", &port])
        .assert()
        .code(1)
        .stdout("")
        .stderr(
            contains("이미 사용 중입니다").and(contains("is in use")).and(contains("TIME_WAIT").not()),
        );
}

#[test]
#[cfg(target_os = "linux")]
fn receives_on_127_0_0_1_and_nowhere_else() {
    let refused = |server: &Server, other: &str| {
        let any: SocketAddr = if other == "::1" { "[::]:0" } else { "0.0.0.0:0" }.parse().unwrap();
        let socket = UdpSocket::bind(any).unwrap();
        socket.connect((other, server.addr.port())).unwrap();
        socket.set_read_timeout(Some(DEADLINE)).unwrap();
        let received = |_| support::uninterrupted(|| socket.recv(&mut [0; 64]));
        let result = socket.send(b"hi").and_then(received);
        result.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
    };
    for rung in UDP.rungs() {
        let (server, _) = ready(rung);
        for other in ["127.0.0.2", "::1"] {
            assert!(refused(&server, other), "{rung:?} on {other}");
        }
    }
    // The positive control: a server on all addresses receives there.
    let server = UDP.start_port(&["--host", "0.0.0.0"]);
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.send_to(b"hi", ("127.0.0.2", server.addr.port())).unwrap();
    assert_eq!(server.program.stdout.line(1), UDP.line("hi"));
}

#[test]
#[cfg(unix)]
fn an_interrupt_ends_it() {
    for rung in UDP.rungs() {
        let mut server = UDP.start_as(rung, support::with_default_interrupt);
        let socket = server.socket();
        assert!(server.ask(&socket, b"ready?").is_some());
        assert!(!support::interrupt(server.program).status.success(), "{rung:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn errors_of_receiving_and_sending_are_told_in_one_line_and_survived() {
    // What Windows does to a server whose earlier client has gone (D5), brought about on Linux.
    for inject in ["inject=recvfrom:error=ECONNRESET:when=1..2", "inject=sendto:error=EPERM:when=1"] {
        if !support::available(&["strace", "-V"], "a failing system call") {
            return;
        }
        let strace = ["strace", "-D", "-o", "/dev/null", "-e", inject];
        let mut server = UDP.start_as(Rung::Port, |command| support::wrapped(&strace, &command));
        let socket = server.socket();
        if inject.contains("sendto") {
            socket.send(b"not answered").unwrap();
        }
        assert_eq!(server.ask(&socket, b"answered"), Some(UDP.reply()));
        let stderr = server.program.kill().stderr;
        let told = stderr.lines().filter(|line| line.contains("os error")).count();
        assert_eq!(told, if inject.contains("sendto") { 1 } else { 2 }, "{stderr}");
        assert!(stderr.lines().all(|line| line.starts_with("# ")), "{stderr}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn makes_the_system_calls_of_the_original_in_its_order() {
    if support::python().is_none() || !support::available(&["strace", "-V"], "the system calls") {
        return;
    }
    let calls = |rung| {
        support::strace::system_calls(&UDP, rung, |server| {
            let socket = server.socket();
            for datagram in [&b"hi"[..], b""] {
                assert_eq!(server.ask(&socket, datagram), Some(UDP.reply()));
            }
        })
    };
    let original = calls(Rung::Original);
    assert_eq!(original[0].len(), 6, "{original:#?}");
    assert_eq!(calls(Rung::Literal), original);
    assert_eq!(calls(Rung::Port), original);
}

// --- Python and Rust, two by two ------------------------------------------------------------------

#[test]
fn every_client_understands_every_server() {
    for message in ["안녕하세요", "hello", "👋 {data}", ""] {
        UDP.conversations(message, |server| {
            let socket = server.socket();
            assert!(server.ask(&socket, b"ready?").is_some());
        });
    }
}

// --- The client -----------------------------------------------------------------------------------

/// A server of the test's own: it gets one datagram and hands it, with its sender, to `serve`.
fn fake(serve: impl Fn(&UdpSocket, &[u8], SocketAddr) + Sync, run: impl FnOnce(String)) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    let port = socket.local_addr().unwrap().port().to_string();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut buffer = vec![0; 65_535];
            let (size, sender) = support::uninterrupted(|| socket.recv_from(&mut buffer)).unwrap();
            serve(&socket, &buffer[..size], sender);
        });
        run(port);
    });
}

#[test]
fn the_client_prints_the_bytes_of_the_reply_and_a_newline() {
    for reply in ["서버로부터 응답".as_bytes(), b"\xff\0\r\n", b"", &[b'x'; 9000]] {
        fake(
            |socket, datagram, sender| {
                assert_eq!(datagram, "안녕하세요".as_bytes());
                socket.send_to(reply, sender).unwrap();
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
fn the_client_takes_no_reply_from_a_stranger() {
    let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    fake(
        |socket, _, sender| {
            stranger.send_to(b"from a stranger", sender).unwrap();
            socket.send_to(b"from the server", sender).unwrap();
        },
        |port| {
            client().args(["--port", &port]).assert().success().stdout("from the server\n");
        },
    );
    fake(
        |_, _, sender| {
            stranger.send_to(b"from a stranger", sender).unwrap();
        },
        |port| {
            client().args(["--port", &port, "--timeout", "0.3"]).assert().code(1).stdout("");
        },
    );
}

#[test]
fn the_client_does_not_wait_for_ever_for_a_silent_server() {
    fake(
        |_, _, _| (),
        |port| {
            client().args(["--port", &port, "--timeout", "0.3"]).assert().code(1).stdout("").stderr(
                contains("0.3초 동안 응답이 없습니다")
                    .and(contains("UDP는 도착을 보장하지 않습니다"))
                    .and(contains("UDP does not guarantee delivery")),
            );
        },
    );
}

#[test]
#[cfg(target_os = "linux")]
fn the_client_goes_on_after_it_was_stopped_with_ctrl_z() {
    fake(
        |socket, _, sender| {
            socket.send_to(b"at last", sender).unwrap();
        },
        |port| {
            let addr: SocketAddr = format!("127.0.0.1:{port}").parse().unwrap();
            // The fake server answers the second datagram: the first is sent by a client that is stopped.
            let held = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            held.set_read_timeout(Some(DEADLINE)).unwrap();
            let mut command = UDP.client_command(support::Client::Rust, held.local_addr().unwrap());
            let client = support::Program::start(&mut command);
            let mut buffer = [0; 64];
            let receive = || held.recv_from(&mut buffer);
            let (_, sender) = support::uninterrupted(receive).unwrap();
            // It waits in `recv` now, or is about to; stopping and continuing interrupts that.
            let stat = format!("/proc/{}/stat", client.id());
            let state =
                || std::fs::read_to_string(&stat).unwrap().rsplit(") ").next().unwrap().chars().next();
            while state() != Some('S') {}
            support::signal("STOP", &client);
            while state() != Some('T') {}
            support::signal("CONT", &client);
            while state() == Some('T') {}
            held.send_to(b"at last", sender).unwrap();
            let ended = client.end();
            assert_eq!(
                (ended.status.code(), ended.stdout.as_str()),
                (Some(0), "at last\n"),
                "{}",
                ended.stderr
            );
            // Lets the fake server end.
            UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().send_to(b"", addr).unwrap();
        },
    );
}

#[test]
fn the_client_says_at_once_that_nobody_is_there() {
    let lease = support::Lease::take();
    let command = format!("`cargo run -p udp-echo -- --port {}`", lease.port);
    // The timeout is longer than the deadline of the test: it is not what ends the client.
    client()
        .args(["--port", &lease.port.to_string(), "--timeout", "3600"])
        .assert()
        .code(1)
        .stdout("")
        .stderr(contains("연결이 거부되었습니다").and(contains(command)));
}

#[test]
fn the_client_sends_standard_input_as_one_datagram() {
    for input in [&b"\xff\r\n\0"[..], b"", &[b'x'; 9000]] {
        fake(
            |socket, datagram, sender| {
                assert_eq!(datagram, input);
                socket.send_to(b"ok", sender).unwrap();
            },
            |port| {
                client()
                    .args(["--port", &port, "-"])
                    .write_stdin(input)
                    .assert()
                    .success()
                    .stdout("ok\n");
            },
        );
    }
}

#[test]
fn the_client_says_how_much_a_datagram_holds() {
    let message = vec![b'x'; 65_508];
    client()
        .args(["--port", "9", "-"])
        .write_stdin(message)
        .assert()
        .code(1)
        .stderr(contains("65507바이트까지").and(contains("at most 65507")));
}

#[test]
fn help_and_wrong_arguments() {
    for program in [UDP.server, UDP.client] {
        let mut help = Assert::new(program);
        help.arg("--help").assert().success().stdout(contains("사용법").and(contains("cargo run")));
        let mut wrong = Assert::new(program);
        wrong.arg("--clients").assert().code(2).stdout("").stderr(contains("인수가 잘못되었습니다"));
    }
}
