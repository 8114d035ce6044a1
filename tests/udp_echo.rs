//! §2, the UDP server, as a contract: every scenario on all three rungs, every scenario of its client, and what
//! scenarios cannot say.

mod support;

use std::io::Write;
use std::net::{SocketAddr, UdpSocket};
use std::process::ExitCode;
#[cfg(target_os = "linux")]
use std::time::{Duration, Instant};

use common::Pattern;
use harness::program::{Exit, Program};
use predicates::prelude::*;
use predicates::str::contains;
use scenarios::scenario::{Reply, sentence};
use support::{DEADLINE, Server, assert, client, ours, path};

const PATTERN: Pattern = Pattern::UdpEcho;
const SERVER: &str = "udp-echo-server";
const CLIENT: &str = "udp-echo-client";
const REPLY: &str = "서버로부터 응답";

fn main() -> ExitCode {
    let mut trials = trials![
        the_original_says_what_was_measured,
        echo_sends_back_the_bytes_unchanged,
        says_on_stderr_that_it_listens_and_which_client_to_start,
        shows_what_cannot_be_decoded_as_it_can,
        every_client_understands_every_server,
        a_port_in_use_is_explained_without_time_wait,
        help_and_wrong_arguments,
        the_client_sends_standard_input_as_one_datagram_and_prints_one_unchanged,
        the_client_says_that_udp_guarantees_nothing,
        the_client_says_which_server_to_start,
        the_client_says_how_much_a_datagram_holds,
        #[cfg(target_os = "linux")]
        another_address_would_have_been_seen,
        #[cfg(target_os = "linux")]
        an_error_of_one_client_is_told_in_one_line_and_costs_no_time,
        #[cfg(target_os = "linux")]
        another_error_of_receiving_is_told_in_one_line_and_followed_by_a_pause,
        #[cfg(target_os = "linux")]
        an_error_of_sending_is_told_in_one_line_and_survived,
        #[cfg(target_os = "linux")]
        the_client_goes_on_after_it_was_stopped_with_ctrl_z,
    ];
    trials.extend(support::scenarios_of(PATTERN));
    trials.extend(support::client_scenarios(PATTERN));
    support::run(trials)
}

/// A socket of ours; its peer, if it has one, is the server.
fn socket(server: Option<&Server>) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    if let Some(server) = server {
        socket.connect(("127.0.0.1", server.port)).unwrap();
    }
    socket
}

fn received(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = vec![0; 65_535];
    let (size, sender) = socket.recv_from(&mut buffer).expect("a datagram");
    (buffer[..size].to_vec(), sender)
}

fn asked(socket: &UdpSocket, datagram: &[u8]) {
    socket.send(datagram).unwrap();
    assert_eq!(String::from_utf8(received(socket).0).unwrap(), REPLY);
}

// --- The server -----------------------------------------------------------------------------------

fn the_original_says_what_was_measured() {
    support::measured(PATTERN, REPLY, 22);
}

fn echo_sends_back_the_bytes_unchanged() {
    support::passes(PATTERN, &[path(SERVER), "--echo"], Reply::Echo);
}

fn says_on_stderr_that_it_listens_and_which_client_to_start() {
    let server = Server::start(&[], SERVER, &["--port", "0"]);
    let port = server.port.to_string();
    let client = assert(CLIENT).env("PORT", &port).assert();
    client.success().stdout(format!("{REPLY}\n")).stderr("");
    let stderr = server.ended();
    let command = format!("cargo run --bin udp-echo-client -- --port {port}\n");
    assert!(
        stderr.contains(&format!("127.0.0.1:{port}\n")) && stderr.contains(&command),
        "{stderr}"
    );
    assert_eq!(stderr.lines().count(), 2, "there are no braces to explain: {stderr}");
}

/// D2, and how exactly it is shown: bytes that are no text, half a surrogate pair, a character that is cut.
fn shows_what_cannot_be_decoded_as_it_can() {
    let cut = "한".repeat(400);
    // On Windows a datagram that is larger than the buffer is an error (D5).
    let datagrams =
        [&b"a\xffb"[..], b"\xed\xa0\x80", if cfg!(windows) { b"\xff" } else { cut.as_bytes() }];
    let server = Server::start(&[], SERVER, &[]);
    let socket = socket(Some(&server));
    for datagram in datagrams {
        asked(&socket, datagram);
    }
    let lossy =
        datagrams.map(|datagram| String::from_utf8_lossy(&datagram[..datagram.len().min(1024)]));
    assert!(lossy.iter().all(|text| text.contains('\u{fffd}')));
    let lines = lossy.map(|text| format!("{}{text}\n", sentence(PATTERN)));
    let printed = String::from_utf8(server.program.stdout.lines(DEADLINE, lines.len())).unwrap();
    assert_eq!(printed, lines.concat());
}

fn every_client_understands_every_server() {
    for message in ["안녕하세요", "hello", "👋 {data}", ""] {
        support::conversations(PATTERN, message);
    }
}

/// The positive control of the scenario `address`: a server on all addresses fails it.
#[cfg(target_os = "linux")]
fn another_address_would_have_been_seen() {
    let everywhere = [path(SERVER), "--host", "0.0.0.0"];
    assert_eq!(support::cause("udp-echo/address", &everywhere), "all-addresses");
}

/// A server whose system calls fail as `inject` says.
#[cfg(target_os = "linux")]
fn failing(inject: &str) -> Option<Server> {
    let here = support::available(&["strace", "-V"], "a failing system call");
    let inject = format!("inject={inject}");
    here.then(|| Server::start(&["strace", "-D", "-o", "/dev/null", "-e", &inject], SERVER, &[]))
}

#[cfg(target_os = "linux")]
fn an_error_of_one_client_is_told_in_one_line_and_costs_no_time() {
    // What Windows does to a server whose earlier client has gone (D5), brought about on Linux.
    let Some(server) = failing("recvfrom:error=ECONNRESET:when=1..10") else {
        return;
    };
    let begin = Instant::now();
    asked(&socket(Some(&server)), b"answered");
    // Ten pauses of half a second would be twice as long.
    assert!(begin.elapsed() < Duration::from_millis(2500), "{:?}", begin.elapsed());
    assert_eq!(server.ended().matches("os error 104").count(), 10);
}

#[cfg(target_os = "linux")]
fn another_error_of_receiving_is_told_in_one_line_and_followed_by_a_pause() {
    let _built = path(SERVER);
    let begin = Instant::now();
    let Some(server) = failing("recvfrom:error=ENOMEM:when=1..3") else {
        return;
    };
    asked(&socket(Some(&server)), b"answered");
    // An unknown error must not spin: three pauses of half a second.
    assert!(begin.elapsed() >= Duration::from_millis(1500), "{:?}", begin.elapsed());
    assert_eq!(server.ended().matches("os error 12").count(), 3);
}

#[cfg(target_os = "linux")]
fn an_error_of_sending_is_told_in_one_line_and_survived() {
    let Some(server) = failing("sendto:error=EPERM:when=1") else {
        return;
    };
    let socket = socket(Some(&server));
    socket.send(b"not answered").unwrap();
    asked(&socket, b"answered");
    assert_eq!(server.ended().matches("os error 1)").count(), 1);
}

fn a_port_in_use_is_explained_without_time_wait() {
    let taken = socket(None);
    let told = ours().and(contains("이미 사용 중입니다")).and(contains("is in use"));
    let told = told.and(contains("TIME_WAIT").not());
    assert(SERVER)
        .args(["--port", &port(&taken).to_string()])
        .assert()
        .code(1)
        .stdout("")
        .stderr(told);
}

fn help_and_wrong_arguments() {
    support::help_and_wrong_arguments([SERVER, CLIENT], &["--clients"]);
}

// --- The client -----------------------------------------------------------------------------------

fn ends_well(client: &Program, prints: &[u8]) {
    assert_eq!(client.exit(DEADLINE), Some(Exit::Code(0)), "{}", client.stderr.text());
    client.end();
    assert!(client.stdout.bytes() == [prints, b"\n"].concat() && client.stderr.bytes().is_empty());
}

/// Of a socket of ours.
fn port(socket: &UdpSocket) -> u16 {
    socket.local_addr().unwrap().port()
}

fn the_client_sends_standard_input_as_one_datagram_and_prints_one_unchanged() {
    for input in [&b"\xff\r\n\0"[..], b"", &[b'x'; 9000]] {
        let server = socket(None);
        let (program, mut stdin) = client(CLIENT, port(&server), &["-"]);
        stdin.write_all(input).unwrap();
        drop(stdin);
        let (datagram, sender) = received(&server);
        assert_eq!(datagram, input);
        server.send_to(input, sender).unwrap();
        ends_well(&program, input);
    }
}

fn the_client_says_that_udp_guarantees_nothing() {
    let silent = socket(None);
    let told = ours().and(contains("0.3초 동안 응답이 없습니다"));
    let told = told
        .and(contains("UDP는 도착을 보장하지 않습니다"))
        .and(contains("does not guarantee delivery"));
    let mut client = assert(CLIENT);
    client.args(["--port", &port(&silent).to_string(), "--timeout", "0.3"]);
    client.assert().code(1).stdout("").stderr(told);
}

fn the_client_says_which_server_to_start() {
    support::says_which_server_to_start(PATTERN);
}

fn the_client_says_how_much_a_datagram_holds() {
    let mut client = assert(CLIENT);
    client.args(["--port", "9", "-"]).write_stdin(vec![b'x'; 65_508]);
    let told = ours().and(contains("65507바이트까지")).and(contains("at most 65507"));
    client.assert().code(1).stdout("").stderr(told);
}

#[cfg(target_os = "linux")]
fn the_client_goes_on_after_it_was_stopped_with_ctrl_z() {
    let server = socket(None);
    let (program, _stdin) = client(CLIENT, port(&server), &[]);
    let (_, sender) = received(&server);
    assert!(program.rests(DEADLINE), "it waits for the reply");
    let id = program.id().to_string();
    let signal = |name| assert_cmd::Command::new("kill").args(["-s", name, &id]).assert().success();
    let stopped = || support::file(format!("/proc/{id}/stat")).contains(") T ");
    // Stopping it interrupts that wait: the call fails with EINTR when it is continued.
    signal("STOP");
    while !stopped() {}
    signal("CONT");
    while stopped() {}
    server.send_to(b"at last", sender).unwrap();
    ends_well(&program, b"at last");
}
