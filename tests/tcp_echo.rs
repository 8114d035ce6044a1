//! §1, the TCP server of one client, as a contract: every scenario on all three rungs, every scenario of its
//! client, and what scenarios cannot say.

mod support;

use std::io::Write;
use std::net::TcpListener;
#[cfg(target_os = "linux")]
use std::process::Command;
use std::process::ExitCode;

#[cfg(target_os = "linux")]
use assert_cmd::Command as Assert;
use common::Pattern;
use harness::port::Lease;
use harness::program::Exit;
#[cfg(target_os = "linux")]
use harness::program::{Program, Stdout};
#[cfg(target_os = "linux")]
use harness::programs::Rung;
use predicates::prelude::*;
use predicates::str::contains;
use scenarios::scenario::Reply;
#[cfg(unix)]
use scenarios::scenario::{Act, Data, Scenario, Then, Want};
use support::{DEADLINE, Server, assert, client, ours, path};
#[cfg(target_os = "linux")]
use support::{PROGRAMS, available};
#[cfg(unix)]
use support::{played_right, words};

const PATTERN: Pattern = Pattern::TcpEcho;
const SERVER: &str = "tcp-echo-server";
const CLIENT: &str = "tcp-echo-client";
const REPLY: &str = "서버로부터 응답: {data}\n";

fn main() -> ExitCode {
    let mut trials = trials![
        the_original_says_what_was_measured,
        echo_sends_back_the_bytes_unchanged,
        says_on_stderr_that_it_listens_which_client_to_start_and_what_the_braces_are,
        every_client_understands_every_server,
        the_port_comes_from_the_environment,
        a_port_in_use_is_explained,
        a_host_that_cannot_be_bound_is_explained,
        wrong_arguments_end_with_exit_code_2,
        help_helps,
        the_client_connects_before_it_reads_standard_input,
        the_client_keeps_the_bytes_of_standard_input,
        the_client_does_not_wait_for_ever_for_a_server_that_does_not_read,
        the_client_says_which_server_to_start,
        #[cfg(unix)]
        the_client_sends_an_argument_that_is_not_text,
        #[cfg(target_os = "linux")]
        the_original_and_the_port_meet_each_others_time_wait,
        #[cfg(target_os = "linux")]
        an_error_of_accept_ends_it_as_it_ends_the_original,
        #[cfg(target_os = "linux")]
        a_missing_permission_is_explained,
        #[cfg(target_os = "linux")]
        localhost_is_ipv4_even_where_ipv6_is_listed_first,
        #[cfg(target_os = "linux")]
        the_client_shows_a_terminal_what_it_can_show,
        #[cfg(target_os = "linux")]
        the_client_gets_the_reply_even_when_its_message_is_too_long,
    ];
    trials.extend(support::scenarios_of(PATTERN));
    trials.extend(support::client_scenarios(PATTERN));
    support::run(trials)
}

// --- The server -----------------------------------------------------------------------------------

fn the_original_says_what_was_measured() {
    let source = support::file("crates/tcp-echo/python/server.py");
    assert!(source.contains(&format!("\"{}\"", REPLY.trim_end())) && REPLY.trim_end().len() == 30);
}

fn echo_sends_back_the_bytes_unchanged() {
    support::passes(PATTERN, &[path(SERVER), "--echo"], Reply::Echo);
}

fn says_on_stderr_that_it_listens_which_client_to_start_and_what_the_braces_are() {
    let server = Server::start(&[], SERVER, &[]);
    let port = server.port;
    assert(CLIENT).env("PORT", port.to_string()).assert().success().stdout(REPLY).stderr("");
    let stderr = server.ends(0);
    assert!(ours().eval(&stderr), "{stderr}");
    assert!(stderr.contains(&format!("listening on 127.0.0.1:{port}\n")), "{stderr}");
    assert!(
        stderr.contains(&format!("cargo run --bin tcp-echo-client -- --port {port}\n")),
        "{stderr}"
    );
    assert_eq!(stderr.lines().filter(|line| line.contains("{data}")).count(), 1, "{stderr}");
    // It names the address that it was told to bind.
    if cfg!(target_os = "linux") {
        let server = Server::start(&[], SERVER, &["--host", "127.0.0.2"]);
        let named = format!("tcp-echo-client -- --host 127.0.0.2 --port {}", server.port);
        assert!(server.program.stderr.text().contains(&named));
    }
}

fn every_client_understands_every_server() {
    for message in ["안녕하세요", "hello", "👋 {data}"] {
        support::conversations(PATTERN, message);
    }
}

fn the_port_comes_from_the_environment() {
    let server = Server::start(&[], SERVER, &["--port", "0"]);
    assert(CLIENT).env("PORT", server.port.to_string()).assert().success().stdout(REPLY);
    server.ends(0);
}

/// A server that has just served a client leaves its port in `TIME_WAIT`, because it closed first.
#[cfg(target_os = "linux")]
fn the_original_and_the_port_meet_each_others_time_wait() {
    let serve = |rung, port: u16| -> Option<(Option<Exit>, String)> {
        let command = PROGRAMS.command(PATTERN, rung).unwrap()?;
        let mut server = Command::new(&command[0]);
        server.args(&command[1..]).env("PORT", port.to_string());
        let server = Program::start(server, Stdout::Null).unwrap();
        let talk = || assert(CLIENT).env("PORT", port.to_string()).ok().is_ok();
        while server.exit(std::time::Duration::from_millis(5)).is_none() && !talk() {}
        let exit = server.exit(DEADLINE);
        server.end();
        Some((exit, server.stderr.text()))
    };
    for (first, second) in [(Rung::Original, Rung::Port), (Rung::Port, Rung::Original)] {
        let lease = Lease::take().unwrap();
        let Some((exit, stderr)) = serve(first, lease.port) else {
            return harness::skip("TIME_WAIT between the original and the port needs Python 3");
        };
        assert_eq!(exit, Some(Exit::Code(0)), "{stderr}");
        let Some((exit, stderr)) = serve(second, lease.port) else {
            return;
        };
        assert_eq!(exit, Some(Exit::Code(1)), "{first:?}, {second:?}: {stderr}");
        if second == Rung::Original {
            assert!(stderr.contains("Address already in use"), "{stderr}");
            continue;
        }
        assert!(ours().eval(&stderr), "{stderr}");
        let check = format!("ss -tanp | grep :{}", lease.port);
        let other = format!("--port {}", lease.port + 1);
        for part in ["TIME_WAIT", "포트", "in use", &check, &other] {
            assert!(stderr.contains(part), "{part} in {stderr}");
        }
    }
}

#[cfg(target_os = "linux")]
fn an_error_of_accept_ends_it_as_it_ends_the_original() {
    if !available(&["strace", "-V"], "a failing accept") {
        return;
    }
    let mut strace = Assert::new("strace");
    strace.args(["-o", "/dev/null", "-e", "inject=accept4:error=EMFILE", path(SERVER), "-p", "0"]);
    let told = ours().and(contains("os error 24"));
    strace.timeout(DEADLINE).assert().code(1).stdout("").stderr(told);
}

// --- Errors that teach ----------------------------------------------------------------------------

fn a_port_in_use_is_explained() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let told =
        ours().and(contains("이미 사용 중입니다")).and(contains(format!("Port {port} is in use")));
    assert(SERVER).args(["--port", &port]).assert().code(1).stdout("").stderr(told);
}

#[cfg(target_os = "linux")]
fn a_missing_permission_is_explained() {
    if !available(&["strace", "-V"], "a refused bind") {
        return;
    }
    let mut strace = Assert::new("strace");
    strace.args(["-o", "/dev/null", "-e", "inject=bind:error=EACCES", path(SERVER), "-p", "80"]);
    let told = ours().and(contains("권한이 없습니다")).and(contains("Use 1024 or above"));
    strace.timeout(DEADLINE).assert().code(1).stderr(told);
}

fn a_host_that_cannot_be_bound_is_explained() {
    // 192.0.2.0/24 is reserved for documentation; no machine has it.
    for (programs, host, korean, english) in [
        (&[SERVER, CLIENT][..], "::1", "IPv4 주소가 없습니다", "has no IPv4 address"),
        (&[SERVER, CLIENT], "no such host", "찾을 수 없습니다", "does not resolve"),
        (&[SERVER], "192.0.2.1", "이 컴퓨터의 주소가 아닙니다", "not one of this machine"),
    ] {
        for program in programs {
            let told = ours().and(contains(korean)).and(contains(english));
            assert(program).args(["--host", host]).assert().code(1).stdout("").stderr(told);
        }
    }
}

/// Where `/etc/hosts` can be replaced for one program, `localhost` lists `::1` first.
#[cfg(target_os = "linux")]
fn localhost_is_ipv4_even_where_ipv6_is_listed_first() {
    let mut hosts = tempfile::NamedTempFile::new().unwrap();
    hosts.write_all(b"::1 localhost\n127.0.0.1 localhost\n").unwrap();
    let script =
        format!(r#"mount --bind '{}' /etc/hosts && exec "$0" "$@""#, hosts.path().display());
    let wrapper = ["unshare", "--map-root-user", "--mount", "sh", "-c", &script];
    if !available(&[&wrapper[..], &["true"]].concat(), "::1 listed first") {
        return;
    }
    // The positive control: resolution in there does give ::1 first.
    let mut ahosts = Assert::new(wrapper[0]);
    ahosts.args(&wrapper[1..]).args(["getent", "ahosts", "localhost"]);
    ahosts.assert().success().stdout(predicates::str::starts_with("::1"));

    let server = Server::start(&wrapper, SERVER, &[]);
    let mut client = Assert::new(wrapper[0]);
    client
        .args(&wrapper[1..])
        .arg(path(CLIENT))
        .env("PORT", server.port.to_string())
        .timeout(DEADLINE);
    client.assert().success().stdout(REPLY);
    server.ends(0);
}

fn wrong_arguments_end_with_exit_code_2() {
    let told = || ours().and(contains("인수가 잘못되었습니다"));
    for args in [&["--prot", "1"][..], &["--port", "65536"], &["-p"], &["--host"], &["extra"]] {
        assert(SERVER).args(args).assert().code(2).stdout("").stderr(told());
    }
    let variable = contains("환경 변수 PORT에").and(contains("environment variable PORT"));
    assert(SERVER).env("PORT", "twelve").assert().code(2).stderr(ours().and(variable));
    for args in [
        &["a", "b"][..],
        &["--timeout", "0"],
        &["--timeout", "soon"],
        &["--port", "0"],
        &["--clients", "2"],
    ] {
        assert(CLIENT).args(args).assert().code(2).stdout("").stderr(told());
    }
}

fn help_helps() {
    for (program, flags) in [(SERVER, &["--echo"][..]), (CLIENT, &["--timeout", "MESSAGE"])] {
        let output =
            assert(program).arg("--help").assert().success().stderr("").get_output().stdout.clone();
        let help = String::from_utf8(output).unwrap();
        for part in [&["--host", "--port", "12345", "PORT", "cargo run", "사용법", "예"][..], flags]
            .concat()
        {
            assert!(help.contains(part), "{part} in\n{help}");
        }
        for line in help.lines() {
            let width: usize = line.chars().map(|c| if c >= '가' { 2 } else { 1 }).sum();
            assert!(width <= 80, "{width} columns: {line}");
        }
    }
}

// --- The client -----------------------------------------------------------------------------------

/// A client is played with, and must send these bytes; what it is started with.
#[cfg(unix)]
fn sends(bytes: &'static [u8], command: Vec<std::ffi::OsString>) {
    let scenarios = scenarios::clients::all();
    let reply = scenarios.into_iter().find(|scenario| scenario.path() == "tcp-echo/reply").unwrap();
    let mut acts = reply.acts.clone();
    acts[1] = Act::Receive(0, Want::Data(Data::Bytes(bytes)), Then::Open);
    played_right(&Scenario { acts, ..reply }, command);
}

#[cfg(unix)]
fn the_client_sends_an_argument_that_is_not_text() {
    use std::os::unix::ffi::OsStrExt;
    let message = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    sends(b"\xff\xfe", vec![path(CLIENT).into(), message.to_owned()]);
    sends(b"--echo", words(&[path(CLIENT), "--", "--echo"]));
}

fn the_client_connects_before_it_reads_standard_input() {
    let server = Server::start(&[], SERVER, &[]);
    let (program, mut stdin) = client(CLIENT, server.port, &["-"]);
    // The server prints its line although nothing has been typed yet.
    assert_eq!(harness::count_lines(&server.program.stdout.lines(DEADLINE, 1)), 1);
    stdin.write_all(b"typed\n").unwrap();
    drop(stdin);
    assert_eq!(program.exit(DEADLINE), Some(Exit::Code(0)), "{}", program.stderr.text());
    program.end();
    assert_eq!(program.stdout.text(), REPLY);
    server.ends(0);
}

fn the_client_keeps_the_bytes_of_standard_input() {
    for input in [&b"\xff\r\n\0"[..], b"one line\n"] {
        let server = Server::start(&[], SERVER, &["--echo"]);
        let reply = ["서버로부터 응답: ".as_bytes(), input, b"\n"].concat();
        let mut client = assert(CLIENT);
        client.env("PORT", server.port.to_string()).arg("-").write_stdin(input);
        client.assert().success().stdout(reply);
        server.ends(0);
    }
}

fn the_client_does_not_wait_for_ever_for_a_server_that_does_not_read() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let mut client = assert(CLIENT);
    client.args(["--port", &port, "--timeout", "0.3", "-"]).write_stdin(vec![b'x'; 64 << 20]);
    client.assert().code(1).stdout("").stderr(ours().and(contains("0.3초 동안 응답이 없습니다")));
}

fn the_client_says_which_server_to_start() {
    let lease = Lease::take().unwrap();
    let command = format!("`cargo run -p tcp-echo -- --port {}`", lease.port);
    let told = ours().and(contains("연결이 거부되었습니다")).and(contains(command));
    assert(CLIENT)
        .args(["--port", &lease.port.to_string()])
        .assert()
        .code(1)
        .stdout("")
        .stderr(told);
}

#[cfg(target_os = "linux")]
fn the_client_shows_a_terminal_what_it_can_show() {
    if !available(&["script", "--version"], "a terminal") {
        return;
    }
    let server = Server::start(&[], SERVER, &["--echo"]);
    let command = format!("printf 'a\\377b' | {} --port {} -", path(CLIENT), server.port);
    let mut script = Assert::new("script");
    script.args(["-qec", &command, "/dev/null"]).timeout(DEADLINE);
    script.assert().success().stdout(contains("a\u{fffd}b"));
    server.ends(0);
}

#[cfg(target_os = "linux")]
fn the_client_gets_the_reply_even_when_its_message_is_too_long() {
    let server = Server::start(&[], SERVER, &[]);
    let mut client = assert(CLIENT);
    client.args(["--port", &server.port.to_string(), "-"]).write_stdin(vec![b'x'; 5_000_000]);
    client.assert().code(1).stdout(REPLY).stderr(ours().and(contains("1024")));
    server.ends(0);
}
