use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The longest reply that a client takes, in bytes. A server that never stops sending must not fill
/// the memory before the time is up.
const REPLY_LIMIT: u64 = 16 * 1024 * 1024;

/// A socket that gives up: reading from it or writing to it fails with [`ErrorKind::TimedOut`] when
/// the time is up, counted from [`Timed::new`], however slowly the peer trickles its bytes.
/// (`set_read_timeout` alone would start anew at each byte.)
///
/// It reads at most 16 MiB; a peer that sends more is an error.
#[derive(Debug)]
pub struct Timed<'a> {
    socket: &'a TcpStream,
    end: Instant,
    left: u64,
}

impl<'a> Timed<'a> {
    /// Starts the clock.
    #[must_use]
    pub fn new(socket: &'a TcpStream, timeout: Duration) -> Self {
        Self { socket, end: Instant::now() + timeout, left: REPLY_LIMIT }
    }

    fn remaining(&self) -> io::Result<Option<Duration>> {
        let remaining = self.end.saturating_duration_since(Instant::now());
        if remaining.is_zero() {
            Err(ErrorKind::TimedOut.into())
        } else {
            Ok(Some(remaining))
        }
    }
}

/// A timeout is `WouldBlock` on Unix and `TimedOut` on Windows.
fn timed_out(error: io::Error) -> io::Error {
    if error.kind() == ErrorKind::WouldBlock {
        ErrorKind::TimedOut.into()
    } else {
        error
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // macOS refuses it (EINVAL) once both directions are closed: the read does not wait then.
        let _ = self.socket.set_read_timeout(self.remaining()?);
        let size = self.socket.read(buffer).map_err(timed_out)?;
        self.left = self.left.checked_sub(size as u64).ok_or(ErrorKind::FileTooLarge)?;
        Ok(size)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let _ = self.socket.set_write_timeout(self.remaining()?);
        self.socket.write(buffer).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

/// Calls again what a signal interrupted. On Linux, a socket with a timeout fails with
/// [`ErrorKind::Interrupted`] when the program is stopped (Ctrl-Z) and goes on.
///
/// # Errors
///
/// Those of `call`.
pub fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
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
    stdout.write_all(&[&shown[..], b"\n"].concat()).context(
        "표준 출력에 쓰지 못했습니다. 출력을 읽는 쪽이 끝났는지 확인하세요.\n\
         Standard output could not be written; check whether its reader has ended.",
    )
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (client, listener.accept().unwrap().0)
    }

    #[test]
    fn a_server_that_trickles_does_not_win_time() {
        let (client, mut server) = pair();
        let trickle = thread::spawn(move || while server.write_all(b".").is_ok() {});
        let mut reply = Vec::new();
        let error = Timed { left: u64::MAX, ..Timed::new(&client, Duration::from_millis(200)) }
            .read_to_end(&mut reply)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert!(!reply.is_empty(), "what came is kept");
        drop(client);
        trickle.join().unwrap();
    }

    #[test]
    fn a_server_that_does_not_read_is_left() {
        let (client, _server) = pair();
        let mut timed = Timed::new(&client, Duration::from_millis(200));
        // Not one large write: Windows takes that whole, whatever its size.
        let error = (0..4096).find_map(|_| timed.write_all(&[0; 16_384]).err()).unwrap();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }

    #[test]
    fn a_reply_without_end_is_an_error() {
        let (client, mut server) = pair();
        let flood = thread::spawn(move || while server.write_all(&[0; 4096]).is_ok() {});
        let error =
            Timed::new(&client, Duration::from_secs(60)).read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        drop(client);
        flood.join().unwrap();
    }
}
