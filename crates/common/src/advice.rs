use std::io::{self, ErrorKind, IsTerminal, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Once;

use anyhow::{Context, Result};

use crate::language::{Language, in_lines};
use crate::python_addr;

/// Prints lines to standard error, each behind `# `. A closed standard error is nobody's problem:
/// `eprintln!` would panic, and a server must not die of having nobody to talk to.
pub(crate) fn say(text: &str) {
    let lines: String = text.lines().map(|line| format!("# {line}\n")).collect();
    let _ = io::stderr().write_all(lines.as_bytes());
}

/// One line for the terminal, in the reader's language.
pub(crate) fn notice(korean: impl AsRef<str>, english: impl AsRef<str>) {
    say(&Language::of_the_reader().choose(korean.as_ref(), english.as_ref()));
}

/// The exit code of a program that ended with `result`: 0, or 1 after its error has been printed to
/// standard error, advice first, then the system's own words.
#[must_use]
pub fn report(result: Result<()>) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    let mut text = error.to_string();
    if let Some(error) = error.downcast_ref::<io::Error>() {
        // An error of `read` or `write_all` that a port passed on with a bare `?`, without advice.
        if error.to_string() == text {
            text = format!("{}\n{text}", unexpected(error));
        }
    }
    let heading = Language::of_the_reader().choose("원인", "Cause");
    for cause in error.chain().skip(1) {
        text += &format!("\n{heading}: {cause}");
    }
    say(&text);
    ExitCode::FAILURE
}

fn unexpected(error: &io::Error) -> String {
    match error.kind() {
        _ if out_of_descriptors(error) => too_many(),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            in_lines(
                "상대가 연결을 재설정(RST)했거나 먼저 끊었습니다. 다시 실행해 보세요.",
                "The peer reset the connection, or closed it first. Run it again.",
            )
        }
        _ => in_lines("예상하지 못한 입출력 에러입니다.", "An unexpected input/output error."),
    }
}

/// `EMFILE` and `ENFILE`, or `WSAEMFILE`: `std` has no kind for them.
pub(crate) fn out_of_descriptors(error: &io::Error) -> bool {
    let codes: &[i32] = if cfg!(windows) { &[10024] } else { &[23, 24] };
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

pub(crate) fn too_many() -> String {
    in_lines(
        "열 수 있는 파일 디스크립터가 모자랍니다. 연결의 수를 줄이거나 `ulimit -n`으로 한도를 높이세요.",
        "Out of file descriptors: open fewer connections, or raise the limit with `ulimit -n`.",
    )
}

/// One line for an error that a server survives: what it means, and the system's own words.
fn survived(korean: &str, english: &str, error: &io::Error) {
    say(&format!("{}: {error}", Language::of_the_reader().choose(korean, english)));
}

/// Says in one line that no connection could be accepted, and why. The server goes on.
pub fn not_accepted(error: &io::Error) {
    survived(
        "연결을 수락하지 못했습니다. 다시 시도합니다",
        "could not accept a connection, trying again",
        error,
    );
}

/// Says in one line that no datagram could be received, and why. The server goes on.
pub fn not_received(error: &io::Error) {
    survived("데이터를 받지 못했습니다. 다시 시도합니다", "could not receive, trying again", error);
}

/// Says in one line that the client at `addr` got no (whole) reply, and why. The server goes on.
pub fn not_answered(addr: SocketAddr, error: &io::Error) {
    let addr = python_addr(addr);
    survived(
        &format!("클라이언트 {addr}: 끝까지 응답하지 못했습니다"),
        &format!("client {addr} got no complete reply"),
        error,
    );
}

/// Says in one line that there is no thread for the client at `addr`, and why. The server goes on.
pub fn no_thread(addr: SocketAddr, error: &io::Error) {
    let addr = python_addr(addr);
    survived(
        &format!("클라이언트 {addr}: 스레드를 시작하지 못해 연결을 닫습니다"),
        &format!("client {addr} is dropped, no thread could be started"),
        error,
    );
}

/// Adds to an error of starting the threads that a server needs what can be done about it.
#[must_use]
pub fn too_few_threads(error: io::Error) -> anyhow::Error {
    anyhow::Error::new(error).context(in_lines(
        "스레드를 시작하지 못했습니다. 다른 프로그램을 끝내거나 `ulimit -a`로 메모리와 프로세스의 한도를 확인하세요.",
        "Could not start a thread. End other programs, or check the limits on memory and processes with `ulimit -a`.",
    ))
}

/// Says, once in the life of a program, why the literal reply holds `{data}`.
pub fn explain_braces() {
    static FIRST: Once = Once::new();
    FIRST.call_once(|| {
        notice(
            "원본에 f가 없어 {data}가 그대로 나갑니다. 고친 응답은 --echo",
            "the original lacks an f, so {data} goes out as it is; --echo mends it",
        );
    });
}

/// Says which of several clients, counted from 1 in the order of connecting, the next reply is for.
pub fn name_client(number: usize) {
    notice(format!("클라이언트 {number}"), format!("client {number}"));
}

/// Prints the bytes of a reply, then a newline. A pipe gets them unchanged; a terminal is shown
/// U+FFFD for what is not UTF-8 (the console of Windows takes nothing else).
///
/// # Errors
///
/// When standard output cannot be written, for example because nobody reads it any more.
pub fn print_reply(reply: &[u8]) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let shown = if stdout.is_terminal() {
        String::from_utf8_lossy(reply).into_owned().into_bytes()
    } else {
        reply.to_vec()
    };
    stdout.write_all(&[&shown[..], b"\n"].concat()).with_context(|| {
        in_lines(
            "표준 출력에 쓰지 못했습니다. 출력을 읽는 쪽이 끝났는지 확인하세요.",
            "Standard output could not be written; check whether its reader has ended.",
        )
    })
}

/// The sentence for a port that is in use, and the command that shows by whom.
pub(crate) fn port_in_use(port: u16, udp: bool) -> String {
    let other = if port == u16::MAX { port - 1 } else { port + 1 };
    let check = check_command(port, udp);
    let (korean, english) = if udp || cfg!(windows) {
        ("다른 프로그램이 쓰고 있습니다.", "another program has it.")
    } else {
        (
            "다른 서버가 실행 중이거나, 방금 끝난 서버의 연결이 TIME_WAIT 상태입니다(Linux: 약 1분).",
            "another server is running, or a finished server's connection is in TIME_WAIT (Linux: about a minute).",
        )
    };
    in_lines(
        format!(
            "포트 {port}번은 이미 사용 중입니다. {korean} 확인: `{check}`. 다른 포트: `--port {other}`"
        ),
        format!("Port {port} is in use: {english} Check: `{check}`. Other port: `--port {other}`"),
    )
}

/// The command that shows who has `port` on this system.
fn check_command(port: u16, udp: bool) -> String {
    if cfg!(windows) {
        format!("netstat -ano | findstr :{port}")
    } else if cfg!(target_os = "linux") {
        format!("ss -{}anp | grep :{port}", if udp { 'u' } else { 't' })
    } else {
        format!("netstat -an -p {} | grep '[.]{port} '", if udp { "udp" } else { "tcp" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_port_exists() {
        assert!(port_in_use(12345, false).contains("`--port 12346`"));
        assert!(port_in_use(u16::MAX, false).contains("`--port 65534`"));
    }

    #[test]
    fn only_tcp_has_time_wait() {
        assert_eq!(port_in_use(1, false).contains("TIME_WAIT"), cfg!(not(windows)));
        assert!(!port_in_use(1, true).contains("TIME_WAIT"));
    }
}
