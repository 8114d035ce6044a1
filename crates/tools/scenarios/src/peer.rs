//! Our side of a conversation: sockets whose every event is noted when it happens.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::Serialize;
use socket2::SockRef;

use crate::moments::{Log, What, Who};
use crate::scenario::PeerId;

/// How long a reader waits before it looks whether it is still wanted. It is set once, when a connection
/// begins: macOS refuses it (EINVAL) on one whose both directions are closed.
const TICK: Duration = Duration::from_millis(50);

/// How much of what comes is kept at least until it is taken.
pub(crate) const ROOM: usize = 1024 * 1024;

/// How a connection, or the wait for a datagram, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The other side closed it.
    Closed,
    /// It was reset.
    Reset,
    /// It is still open, and nothing more came.
    Open,
    /// A datagram has come.
    Datagram,
    /// No datagram has come.
    Silence,
    /// The system says that nobody is there to receive a datagram.
    Refused,
}

/// What has come and was not taken yet.
#[derive(Default)]
struct Inbox {
    bytes: Vec<u8>,
    datagrams: Vec<(Vec<u8>, SocketAddr)>,
    /// When datagrams have come, those that were taken too.
    came: Vec<Instant>,
    refused: bool,
    ended: Option<Ending>,
    ended_at: Option<Instant>,
}

enum Socket {
    Stream(TcpStream),
    Datagram(UdpSocket),
}

/// What the reader of a socket shares with its owner.
struct Shared {
    socket: Socket,
    /// The only address that datagrams come from, where our side is a client.
    server: Option<SocketAddr>,
    inbox: Mutex<Inbox>,
    changed: Condvar,
    done: AtomicBool,
    deaf: AtomicBool,
    /// How much is kept of what comes and is not taken: a program that never stops must not fill the memory.
    room: usize,
}

/// Somebody of ours. Dropping it resets its connection, unless it may leave `TIME_WAIT` behind.
pub(crate) struct Peer {
    shared: Arc<Shared>,
    reader: Option<JoinHandle<()>>,
    who: Who,
    log: Log,
    /// The sender of the first datagram, where we are the server.
    sender: Option<SocketAddr>,
    /// Whether its close leaves the port in `TIME_WAIT` on purpose.
    pub gently: bool,
    /// All that it has sent.
    pub sent: Vec<u8>,
    /// When it has spoken last, or connected.
    spoke: Instant,
    /// Its own port.
    pub port: u16,
}

impl Peer {
    /// Somebody on a connection. What does not go out within `patience` is given up; so many bytes are kept until
    /// they are taken.
    pub fn stream(
        stream: TcpStream,
        since: Instant,
        number: PeerId,
        (patience, room): (Duration, usize),
        log: &Log,
    ) -> io::Result<Self> {
        stream.set_read_timeout(Some(TICK))?;
        stream.set_write_timeout(Some(patience))?;
        let port = stream.local_addr()?.port();
        log.note_at(since, Who::Peer(number), What::Connects);
        Ok(Self::new(Socket::Stream(stream), None, number, (port, room), log))
    }

    /// A socket for datagrams from and to `server` alone.
    pub fn datagrams(server: SocketAddr, number: PeerId, log: &Log) -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.connect(server)?;
        Self::with(socket, Some(server), number, log)
    }

    /// A socket for datagrams of whoever sends some.
    pub fn socket(socket: UdpSocket, number: PeerId, log: &Log) -> io::Result<Self> {
        Self::with(socket, None, number, log)
    }

    fn with(
        socket: UdpSocket,
        server: Option<SocketAddr>,
        number: PeerId,
        log: &Log,
    ) -> io::Result<Self> {
        socket.set_read_timeout(Some(TICK))?;
        let port = socket.local_addr()?.port();
        Ok(Self::new(Socket::Datagram(socket), server, number, (port, ROOM), log))
    }

    fn new(
        socket: Socket,
        server: Option<SocketAddr>,
        number: PeerId,
        (port, room): (u16, usize),
        log: &Log,
    ) -> Self {
        let who = Who::Peer(number);
        let shared = Arc::new(Shared {
            socket,
            server,
            inbox: Mutex::default(),
            changed: Condvar::new(),
            done: AtomicBool::new(false),
            deaf: AtomicBool::new(false),
            room,
        });
        let (reading, noting) = (Arc::clone(&shared), log.clone());
        let reader = thread::spawn(move || reading.read(who, &noting));
        Self {
            shared,
            reader: Some(reader),
            who,
            log: log.clone(),
            sender: None,
            gently: false,
            sent: Vec::new(),
            spoke: Instant::now(),
            port,
        }
    }

    /// Sends in one write, or one datagram, as far as the other side takes it.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.log.note(self.who, What::Sends(bytes.to_vec()));
        self.sent.extend(bytes);
        self.spoke = Instant::now();
        self.send_again(bytes)
    }

    /// Sends what nobody was there to receive.
    pub fn send_again(&self, bytes: &[u8]) -> bool {
        match (&self.shared.socket, self.sender) {
            (Socket::Stream(stream), _) => (&mut &*stream).write_all(bytes).is_ok(),
            (Socket::Datagram(socket), Some(sender)) => socket.send_to(bytes, sender).is_ok(),
            // It fails where the refusal of an earlier datagram is still to be told.
            (Socket::Datagram(socket), None) => {
                socket.send(bytes).is_ok() || socket.send(bytes).is_ok()
            }
        }
    }

    /// Reads nothing, until [`Self::listen`].
    pub fn be_deaf(&self) {
        self.shared.deaf.store(true, Ordering::Relaxed);
    }

    /// Reads again.
    pub fn listen(&self) {
        self.shared.deaf.store(false, Ordering::Relaxed);
    }

    /// Waits until the connection has ended, but no longer than `latest` after the peer has spoken last: what has
    /// come, how it ended, and how long after.
    pub fn ends(&self, latest: Duration) -> (Vec<u8>, Ending, Duration) {
        let end = self.spoke + latest;
        self.wait(end.saturating_duration_since(Instant::now()), |_| false);
        self.inbox(|inbox| {
            let at = inbox.ended_at.unwrap_or_else(Instant::now);
            let ending = inbox.ended.unwrap_or(Ending::Open);
            (inbox.bytes.clone(), ending, at.saturating_duration_since(self.spoke))
        })
    }

    /// Closes the write side.
    pub fn half_close(&self) -> bool {
        self.log.note(self.who, What::HalfCloses);
        self.shut_down(Shutdown::Write)
    }

    /// Closes the write side, unless the other side has closed already: then it would be the one whose port
    /// stays in `TIME_WAIT`.
    pub fn half_close_politely(&self) -> bool {
        self.inbox(|inbox| inbox.ended.is_none()) && self.half_close()
    }

    fn shut_down(&self, how: Shutdown) -> bool {
        match &self.shared.socket {
            Socket::Stream(stream) => stream.shutdown(how).is_ok(),
            Socket::Datagram(_) => false,
        }
    }

    /// Closes as any program does, not with a reset.
    pub fn close(mut self) {
        self.log.note(self.who, What::Closes);
        self.gently = true;
    }

    /// Closes with a reset.
    pub fn reset(self) {
        self.log.note(self.who, What::Resets);
    }

    fn inbox<T>(&self, look: impl FnOnce(&mut Inbox) -> T) -> T {
        look(&mut self.shared.inbox.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until `enough` has come, the connection has ended, or nothing has come for `patience`; a peer that
    /// never stops is left some time more.
    fn wait(&self, patience: Duration, enough: impl Fn(&Inbox) -> bool) {
        let begin = Instant::now();
        let last = begin + 3 * patience;
        let mut end = begin + patience;
        let mut inbox = self.shared.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        let mut size = inbox.bytes.len();
        while !enough(&inbox) && inbox.ended.is_none() {
            let left = end.min(last).saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.shared.changed.wait_timeout(inbox, left);
            inbox = waited.unwrap_or_else(PoisonError::into_inner).0;
            if inbox.bytes.len() > size {
                size = inbox.bytes.len();
                end = Instant::now() + patience;
            }
        }
    }

    /// Waits until something has come, or the connection has ended: whether it has.
    pub fn begins(&self, patience: Duration) -> bool {
        self.wait(patience, |inbox| !inbox.bytes.is_empty());
        self.inbox(|inbox| !inbox.bytes.is_empty() || inbox.ended.is_some())
    }

    /// Takes what comes: so many bytes, or to the end of the stream but at most `limit` bytes; and how it ended.
    pub fn receive(
        &self,
        size: Option<usize>,
        limit: usize,
        patience: Duration,
    ) -> (Vec<u8>, Ending) {
        let wanted = size.unwrap_or(limit);
        self.wait(patience, |inbox| inbox.bytes.len() >= wanted);
        self.inbox(|inbox| {
            let size = size.unwrap_or(inbox.bytes.len()).min(inbox.bytes.len());
            let bytes: Vec<u8> = inbox.bytes.drain(..size).collect();
            let open = !inbox.bytes.is_empty() || bytes.len() >= wanted;
            (bytes, if open { Ending::Open } else { inbox.ended.unwrap_or(Ending::Open) })
        })
    }

    /// Watches for so long whether something comes, which stays where it is: the bytes, and whether the
    /// connection has ended.
    pub fn watch(&self, time: Duration) -> (Vec<u8>, Ending) {
        let end = Instant::now() + time;
        self.wait(time, |inbox| !inbox.bytes.is_empty());
        // The rest of what begins to come belongs to it.
        let rest = Duration::from_millis(100).min(end.saturating_duration_since(Instant::now()));
        self.wait(rest, |_| false);
        self.inbox(|inbox| (inbox.bytes.clone(), inbox.ended.unwrap_or(Ending::Open)))
    }

    /// Takes one datagram.
    pub fn receive_datagram(&self, patience: Duration) -> (Vec<u8>, Ending) {
        self.wait(patience, |inbox| !inbox.datagrams.is_empty() || inbox.refused);
        self.inbox(|inbox| {
            if !inbox.datagrams.is_empty() {
                return (inbox.datagrams.remove(0).0, Ending::Datagram);
            }
            let ending = if inbox.refused { Ending::Refused } else { Ending::Silence };
            inbox.refused = false;
            (Vec::new(), ending)
        })
    }

    /// Waits for the first datagram, which stays where it is; from now on its sender is whom we answer.
    pub fn meet(&mut self, patience: Duration) -> bool {
        self.wait(patience, |inbox| !inbox.datagrams.is_empty());
        self.sender = self.inbox(|inbox| inbox.datagrams.first().map(|(_, sender)| *sender));
        self.sender.is_some()
    }

    /// Whom we answer.
    pub fn sender(&self) -> Option<SocketAddr> {
        self.sender
    }

    /// How far apart the last two datagrams came that were taken.
    pub fn pace(&self) -> Option<Duration> {
        self.inbox(|inbox| {
            let taken = &inbox.came[..inbox.came.len() - inbox.datagrams.len()];
            let [.., before, last] = taken else {
                return None;
            };
            Some(*last - *before)
        })
    }

    /// Whether a datagram has come that nobody has taken.
    pub fn has_datagram(&self) -> bool {
        self.inbox(|inbox| !inbox.datagrams.is_empty())
    }
}

impl Shared {
    /// Notes what comes until the end, or until nobody wants it any more.
    fn read(&self, who: Who, log: &Log) {
        let mut buffer = vec![0; 65_536];
        loop {
            let is_full =
                self.inbox.lock().unwrap_or_else(PoisonError::into_inner).bytes.len() > self.room;
            let is_deaf = is_full || self.deaf.load(Ordering::Relaxed);
            if is_deaf && !self.done.load(Ordering::Relaxed) {
                thread::sleep(TICK / 10);
                continue;
            }
            let result = match &self.socket {
                Socket::Stream(stream) => {
                    (&mut &*stream).read(&mut buffer).map(|size| (size, None))
                }
                Socket::Datagram(socket) => match self.server {
                    Some(server) => socket.recv(&mut buffer).map(|size| (size, Some(server))),
                    None => {
                        socket.recv_from(&mut buffer).map(|(size, sender)| (size, Some(sender)))
                    }
                },
            };
            if self.done.load(Ordering::Relaxed) {
                return;
            }
            let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
            match result {
                Ok((0, None)) => {
                    log.note(who, What::SeesTheEnd);
                    inbox.ended = Some(Ending::Closed);
                }
                Ok((size, sender)) => {
                    log.note(who, What::Receives(buffer[..size].to_vec()));
                    match sender {
                        Some(sender) => {
                            inbox.datagrams.push((buffer[..size].to_vec(), sender));
                            inbox.came.push(Instant::now());
                        }
                        None => inbox.bytes.extend(&buffer[..size]),
                    }
                }
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
                    ) =>
                {
                    continue;
                }
                Err(_) if matches!(self.socket, Socket::Datagram(_)) => inbox.refused = true,
                Err(_) => {
                    log.note(who, What::SeesAReset);
                    inbox.ended = Some(Ending::Reset);
                }
            }
            self.changed.notify_all();
            if inbox.ended.is_some() {
                inbox.ended_at = Some(Instant::now());
                return;
            }
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.shared.done.store(true, Ordering::Relaxed);
        // The reader need not wait for the end of its tick. To the other side this says nothing.
        let _ = match &self.shared.socket {
            Socket::Stream(stream) => {
                if !self.gently {
                    // It fails when the connection is gone already.
                    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
                }
                stream.shutdown(Shutdown::Read)
            }
            Socket::Datagram(socket) if self.shared.server.is_some() => {
                SockRef::from(socket).shutdown(Shutdown::Read)
            }
            // `std` asks for a sender, and there would be none.
            Socket::Datagram(_) => Ok(()),
        };
        let _ = self.reader.take().map(JoinHandle::join);
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    fn pair() -> (Peer, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (
            Peer::stream(stream, Instant::now(), 0, (PATIENCE, ROOM), &Log::default()).unwrap(),
            listener.accept().unwrap().0,
        )
    }

    #[test]
    fn what_comes_is_taken_as_far_as_it_is_wanted() {
        let (peer, mut other) = pair();
        other.write_all(b"hello").unwrap();
        assert_eq!(peer.receive(Some(2), 100, PATIENCE), (b"he".to_vec(), Ending::Open));
        drop(other);
        assert_eq!(peer.receive(None, 100, PATIENCE), (b"llo".to_vec(), Ending::Closed));
    }

    #[test]
    fn dropping_resets_at_once_and_closing_does_not() {
        for gently in [false, true] {
            let (peer, mut other) = pair();
            let begin = Instant::now();
            if gently {
                peer.close();
            } else {
                drop(peer);
            }
            assert_eq!(other.read(&mut [0; 8]).is_ok(), gently);
            assert!(begin.elapsed() < PATIENCE);
        }
    }

    #[test]
    fn half_closing_politely_leaves_a_connection_alone_that_the_other_side_has_closed() {
        let (peer, other) = pair();
        drop(other);
        peer.wait(PATIENCE, |_| false);
        assert!(!peer.half_close_politely());
    }

    #[test]
    fn datagrams_are_taken_one_by_one() {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut peer = Peer::datagrams(server.local_addr().unwrap(), 0, &Log::default()).unwrap();
        assert!(peer.send(b"one"));
        let (_, sender) = server.recv_from(&mut [0; 8]).unwrap();
        for datagram in ["", "two"] {
            server.send_to(datagram.as_bytes(), sender).unwrap();
            assert_eq!(peer.receive_datagram(PATIENCE), (datagram.into(), Ending::Datagram));
        }
        assert!(!peer.has_datagram());
    }
}
