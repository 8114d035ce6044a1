use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anyhow::Result;

/// Prints lines to standard error, each behind `# `. A closed standard error is nobody's problem:
/// `eprintln!` would panic, and a server must not die of having nobody to talk to.
pub(crate) fn say(text: &str) {
    let lines: String = text.lines().map(|line| format!("# {line}\n")).collect();
    let _ = io::stderr().write_all(lines.as_bytes());
}

/// One line for the terminal in both languages.
pub(crate) fn notice(korean: impl Display, english: impl Display) {
    say(&format!("{korean} · {english}"));
}

/// The exit code of a program that ended with `result`: 0, or 1 after its error has been printed to
/// standard error, advice first, then the system's own words.
#[must_use]
pub fn report(result: Result<()>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    let mut text = error.to_string();
    let outermost = error.chain().next().and_then(|error| error.downcast_ref::<io::Error>());
    if let Some(error) = outermost {
        // An error of `read` or `write_all` that a port passed on with a bare `?`, without advice.
        text = format!("{}\n{text}", unexpected(error.kind()));
    }
    for cause in error.chain().skip(1) {
        text += &format!("\n원인 · Cause: {cause}");
    }
    say(&text);
    ExitCode::FAILURE
}

/// Adds to an error of starting a thread what can be done about it.
#[must_use]
pub fn no_thread(error: io::Error) -> anyhow::Error {
    anyhow::Error::new(error).context(
        "스레드를 시작하지 못했습니다. 다른 프로그램을 끝내거나 `ulimit -a`로 메모리와 프로세스의 한도를 확인하세요.\n\
         Could not start a thread. End other programs, or check the limits on memory and processes with `ulimit -a`.",
    )
}

fn unexpected(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            "상대가 연결을 재설정(RST)했거나 먼저 끊었습니다. 다시 실행해 보세요.\n\
             The peer reset the connection, or closed it first. Run it again."
        }
        _ => "예상하지 못한 입출력 에러입니다.\nAn unexpected input/output error.",
    }
}

/// The two sentences for a port that is in use, and the command that shows by whom.
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
    format!(
        "포트 {port}번은 이미 사용 중입니다. {korean} 확인: `{check}`. 다른 포트: `--port {other}`\n\
         Port {port} is in use: {english} Check: `{check}`. Other port: `--port {other}`"
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
        assert_eq!(
            port_in_use(1, false).matches("TIME_WAIT").count(),
            if cfg!(windows) { 0 } else { 2 }
        );
        assert!(!port_in_use(1, true).contains("TIME_WAIT"));
    }
}
