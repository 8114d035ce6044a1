//! One client of a server: what it says, what it must be answered, and how long it waits.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use harness::Text;
use harness::sockets::Protocol;
use socket2::SockRef;

/// How long a client waits for a server that says nothing.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How long a client waits for a datagram, which may be lost.
pub const LOST: Duration = Duration::from_millis(250);

/// What a client says.
pub const MESSAGE: &[u8] = "안녕하세요".as_bytes();

/// The reply of the original.
pub fn reply(protocol: Protocol) -> Vec<u8> {
    let literal = match protocol {
        Protocol::Tcp => "서버로부터 응답: {data}",
        Protocol::Udp => "서버로부터 응답",
    };
    Vec::from(literal)
}

/// One exchange, whatever the protocol, within about `patience`.
pub fn exchange(protocol: Protocol, addr: SocketAddr, patience: Duration) -> io::Result<()> {
    match protocol {
        Protocol::Tcp => tcp(addr, &reply(protocol), patience),
        Protocol::Udp => ask(&udp_socket(addr, patience.min(LOST))?, MESSAGE, &reply(protocol)),
    }
}

/// One exchange over a connection of its own, within about `patience`.
pub fn tcp(addr: SocketAddr, expected: &[u8], patience: Duration) -> io::Result<()> {
    let end = Instant::now() + patience;
    let mut client_socket = connect(addr, patience)?;
    client_socket.write_all(MESSAGE)?;
    receive(&mut client_socket, expected, end)
}

/// A connection; to open it, and to write to it, lasts no longer than `patience`. When it is dropped, it is
/// reset, so that no port stays in `TIME_WAIT`: thousands of them would soon leave none free.
pub fn connect(addr: SocketAddr, patience: Duration) -> io::Result<TcpStream> {
    let client_socket = TcpStream::connect_timeout(&addr, patience)?;
    client_socket.set_write_timeout(Some(patience))?;
    SockRef::from(&client_socket).set_linger(Some(Duration::ZERO))?;
    Ok(client_socket)
}

/// Reads to the end of the connection, which must come before `end`, and bring `expected` and nothing else.
pub fn receive(client_socket: &mut TcpStream, expected: &[u8], end: Instant) -> io::Result<()> {
    // One byte more than expected: a server that sends more is found out, however much it sends.
    let mut reply = vec![0; expected.len() + 1];
    let mut size = 0;
    while size < reply.len() {
        // What is left of the time, not all of it again: a server may send its reply byte by byte.
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        client_socket.set_read_timeout(Some(left))?;
        match client_socket.read(&mut reply[size..]) {
            Ok(0) => break,
            Ok(more) => size += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    compared(&reply[..size], expected)
}

fn compared(reply: &[u8], expected: &[u8]) -> io::Result<()> {
    if reply == expected {
        return Ok(());
    }
    let reply = String::from_utf8_lossy(reply);
    let other = Text::new(format!("다른 응답: {reply:?}"), format!("another reply: {reply:?}"));
    Err(io::Error::other(other.to_string()))
}

/// A socket that takes datagrams of this server only, and waits for each for `patience`.
pub fn udp_socket(addr: SocketAddr, patience: Duration) -> io::Result<UdpSocket> {
    let client_socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    client_socket.connect(addr)?;
    client_socket.set_read_timeout(Some(patience))?;
    Ok(client_socket)
}

/// Sends a datagram, which must be answered with `expected`.
pub fn ask(client_socket: &UdpSocket, data: &[u8], expected: &[u8]) -> io::Result<()> {
    client_socket.send(data)?;
    let mut buffer = vec![0; expected.len() + 1];
    let size = client_socket.recv(&mut buffer).map_err(|error| {
        if timed_out(&error) {
            let lost = Text::new("응답이 없는 데이터그램", "a datagram without a reply");
            io::Error::new(io::ErrorKind::TimedOut, lost.to_string())
        } else {
            error
        }
    })?;
    compared(&buffer[..size], expected)
}

/// Whether the time was over.
pub fn timed_out(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn a_server_that_says_nothing_is_given_up() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let begin = Instant::now();
        let addr = listener.local_addr().unwrap();
        let error = exchange(Protocol::Tcp, addr, Duration::from_millis(50)).unwrap_err();
        assert!(timed_out(&error) && begin.elapsed() < PATIENCE / 2, "{error}");
    }

    #[test]
    fn a_server_that_answers_byte_by_byte_is_given_up_in_time() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let addr = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut client_socket, _) = listener.accept().unwrap();
            client_socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
            client_socket.read_exact(&mut [0; MESSAGE.len()]).unwrap();
            for byte in reply(Protocol::Tcp) {
                // It waits for the client to go, a moment for each byte.
                let gone = client_socket.write_all(&[byte]).is_err();
                if gone || !client_socket.read(&mut [0]).is_err_and(|error| timed_out(&error)) {
                    return;
                }
            }
        });
        let error = exchange(Protocol::Tcp, addr, Duration::from_millis(200)).unwrap_err();
        assert!(timed_out(&error), "{error}");
        server.join().unwrap();
    }
}
