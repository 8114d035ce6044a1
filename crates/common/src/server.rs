use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Once;
use std::thread;
use std::time::Duration;

use crate::advice::notice;
use crate::python_addr;

/// How long a server waits before it tries again what has failed.
const PAUSE: Duration = Duration::from_millis(500);

/// What a server sends for `data`: the original's own `literal`, whatever was received, or with
/// `echo` what the original's author meant, `서버로부터 응답: ` and the received bytes, unchanged.
///
/// ```
/// let literal = common::reply("서버로부터 응답: {data}", b"hi", false);
/// assert_eq!(literal, "서버로부터 응답: {data}".as_bytes());
///
/// let echo = common::reply("서버로부터 응답: {data}", b"hi", true);
/// assert_eq!(echo, "서버로부터 응답: hi".as_bytes());
/// ```
#[must_use]
pub fn reply(literal: &str, data: &[u8], echo: bool) -> Vec<u8> {
    if echo {
        ["서버로부터 응답: ".as_bytes(), data].concat()
    } else {
        literal.as_bytes().to_vec()
    }
}

/// Says, once in the life of a program, why the literal reply holds `{data}`. Says nothing of an
/// `echo`.
pub fn explain_braces(echo: bool) {
    static FIRST: Once = Once::new();
    if !echo {
        FIRST.call_once(|| {
            notice(
                "원본에 f가 없어 {data}가 그대로 나갑니다. 고친 것은 --echo",
                "the original lacks an f, so {data} goes out as it is; --echo mends it",
            );
        });
    }
}

/// Calls `accept` or `recv_from` until it succeeds, whatever one client or the system does to it.
///
/// A failure is reported in one line. What one client did costs no time, or strangers could keep the
/// server from the others; everything else is followed by a pause: a server that is out of file
/// descriptors must neither die nor spin nor flood the terminal.
///
/// ```
/// let mut answers = vec![Ok("a client"), Err(std::io::ErrorKind::ConnectionAborted.into())];
/// assert_eq!(common::until_ok(|| answers.pop().unwrap()), "a client");
/// ```
pub fn until_ok<T>(mut call: impl FnMut() -> io::Result<T>) -> T {
    loop {
        match call() {
            Ok(value) => return value,
            Err(error) => thread::sleep(try_again(&error)),
        }
    }
}

/// Says in one line that `accept` or `recv_from` failed, and returns how long to wait before it is
/// called again: not at all for an error of one client. The server goes on.
///
/// For a server whose threads must not sleep; the others have [`until_ok`].
#[must_use = "without the pause, the server spins"]
pub fn try_again(error: &io::Error) -> Duration {
    if is_of_one_client(error) {
        notice(
            "한 클라이언트의 에러로 연결을 수락하거나 데이터를 받지 못했습니다",
            format_args!("could not accept or receive, an error of one client: {error}"),
        );
        return Duration::ZERO;
    }
    let seconds = PAUSE.as_secs_f64();
    notice(
        format_args!("연결을 수락하거나 데이터를 받지 못해 {seconds}초 뒤에 다시 시도합니다"),
        format_args!("could not accept or receive, trying again in {seconds} s: {error}"),
    );
    PAUSE
}

/// Whether one client did it: it went away, or (on Windows) its datagram is larger than the buffer.
fn is_of_one_client(error: &io::Error) -> bool {
    const TOO_LARGE: i32 = 10040;
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused
    ) || cfg!(windows) && error.raw_os_error() == Some(TOO_LARGE)
}

/// Says in one line that the client at `addr` got no (whole) reply, and why. The server goes on.
pub fn not_answered(addr: SocketAddr, error: &io::Error) {
    let addr = python_addr(addr);
    notice(
        format_args!("클라이언트 {addr}: 끝까지 응답하지 못했습니다"),
        format_args!("client {addr} got no complete reply: {error}"),
    );
}

/// Says which of several clients, counted from 1 in the order of connecting, the next reply is for.
pub fn name_client(number: usize) {
    notice(format_args!("클라이언트 {number}"), format_args!("client {number}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_returns_bytes_that_are_not_text() {
        let data = b"\x00\xff\xed\xa0\x80\r\n";
        assert!(reply("", data, true).ends_with(data));
        assert_eq!(reply("literal", data, false), b"literal");
    }
}
