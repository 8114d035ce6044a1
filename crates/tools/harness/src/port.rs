//! Ports: one that is free, and who is on one that is not.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Result, bail};
use common::in_lines;
use socket2::{Domain, Socket, Type};

use crate::program::undisturbed;
use crate::sockets::{Protocol, who_listens};

/// A free port, kept from all other users of this crate, in this process or another, for as long as it lives.
///
/// It lies below the ports that systems give to clients: a client that keeps trying to connect to a port
/// of its own range connects to itself one day. The guard, a second socket that stays bound, is what
/// keeps the others away.
#[derive(Debug)]
pub struct Lease {
    /// The port.
    pub port: u16,
    _guard: Option<TcpListener>,
}

impl Lease {
    const FIRST: u16 = 14_000;
    const COUNT: u16 = 8_000;

    /// Takes a port that is free for TCP and UDP.
    ///
    /// # Errors
    ///
    /// When none of the 8000 is.
    pub fn take() -> Result<Self> {
        static NEXT: Mutex<u32> = Mutex::new(0);
        for _ in 0..Self::COUNT {
            let offset = {
                let mut next = NEXT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                *next += 1;
                // Processes start at different places, so that a port rests before it is used again.
                next.wrapping_add(std::process::id().wrapping_mul(61)) % u32::from(Self::COUNT)
            };
            let port = Self::FIRST + u16::try_from(offset).unwrap_or_default();
            // The guard first: a look at a port that somebody else holds might come between his bind.
            let Ok(guard) = TcpListener::bind((Ipv4Addr::LOCALHOST, port + Self::COUNT)) else {
                continue;
            };
            if Protocol::ALL.into_iter().all(|protocol| bind(protocol, port).is_ok()) {
                return Ok(Self { port, _guard: Some(guard) });
            }
        }
        let (first, last) = (Self::FIRST, Self::FIRST + 2 * Self::COUNT);
        bail!(in_lines(
            format!(
                "{first}번에서 {last}번 사이에 빈 포트가 없습니다. 다른 서버를 끝내고 다시 실행하세요."
            ),
            format!("No port between {first} and {last} is free; end other servers and try again."),
        ))
    }

    /// This port, if it is free; without a guard, for it may be anybody's.
    #[must_use]
    pub fn of(port: u16) -> Option<Self> {
        let free = Protocol::ALL.into_iter().all(|protocol| bind(protocol, port).is_ok());
        free.then_some(Self { port, _guard: None })
    }
}

/// Binds `port` for a moment, as the originals do: without `SO_REUSEADDR`, which `std` sets.
fn bind(protocol: Protocol, port: u16) -> io::Result<()> {
    let kind = match protocol {
        Protocol::Tcp => Type::STREAM,
        Protocol::Udp => Type::DGRAM,
    };
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into();
    undisturbed(|| Socket::new(Domain::IPV4, kind, None)?.bind(&addr))
}

/// Who is on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occupant {
    /// Nobody.
    Nobody,
    /// Nobody, but we may not bind it.
    NoPermission,
    /// Nobody who listens, but it cannot be bound: what is left of the connections of a server that has
    /// ended (`TIME_WAIT`), or a socket that is bound and does not listen.
    Bound,
    /// A program that listens, or has bound the port: its process id and command, where they can be had.
    Program(Option<String>),
}

/// Looks who is on `port` of this machine.
#[must_use]
pub fn occupant(protocol: Protocol, port: u16) -> Occupant {
    match bind(protocol, port) {
        Ok(()) => return Occupant::Nobody,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Occupant::NoPermission;
        }
        Err(_) if protocol == Protocol::Udp => {
            return Occupant::Program(who_listens(protocol, port));
        }
        Err(_) => {}
    }
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    match TcpStream::connect_timeout(&addr, Duration::from_secs(2)) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Occupant::Bound,
        result => {
            if let Ok(stream) = result {
                // No TIME_WAIT of ours.
                let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
            }
            Occupant::Program(who_listens(protocol, port))
        }
    }
}
