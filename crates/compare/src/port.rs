//! Ports: one that is free, and who is on one that is not.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::time::Duration;

use common::Pattern;
use socket2::{Domain, Socket, Type};

/// A free port, kept from other users of this crate, in this process or another, for as long as it lives.
///
/// It lies below the ports that systems give to clients: a client that keeps trying to connect to a port
/// of its own range connects to itself one day. The guard, a second socket that stays bound, is what
/// keeps the others away.
#[derive(Debug)]
pub struct Lease {
    /// The port.
    pub port: u16,
    _guard: TcpListener,
}

impl Lease {
    const FIRST: u16 = 8_000;
    const COUNT: u16 = 6_000;

    /// Takes a port that is free for TCP and UDP.
    ///
    /// # Errors
    ///
    /// When none of the 6000 is.
    pub fn take() -> io::Result<Self> {
        static NEXT: Mutex<u32> = Mutex::new(0);
        for _ in 0..Self::COUNT {
            let offset = {
                let mut next = NEXT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                *next += 1;
                // Processes start at different places, so that a port rests before it is used again.
                next.wrapping_add(std::process::id().wrapping_mul(61)) % u32::from(Self::COUNT)
            };
            let port = Self::FIRST + u16::try_from(offset).unwrap_or_default();
            if port == 12345 || port + Self::COUNT == 12345 {
                continue;
            }
            // The guard first: a look at a port that somebody else holds might come between his bind.
            let Ok(guard) = TcpListener::bind((Ipv4Addr::LOCALHOST, port + Self::COUNT)) else {
                continue;
            };
            if bind(port, &[Type::STREAM, Type::DGRAM]).is_ok() {
                return Ok(Self { port, _guard: guard });
            }
        }
        Err(io::ErrorKind::AddrInUse.into())
    }
}

/// Binds `port` for a moment, as the originals do: without `SO_REUSEADDR`, which `std` sets.
fn bind(port: u16, kinds: &[Type]) -> io::Result<()> {
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into();
    kinds.iter().try_for_each(|kind| Socket::new(Domain::IPV4, *kind, None)?.bind(&addr))
}

/// Who is on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occupant {
    /// Nobody.
    Nobody,
    /// Nobody, but we may not bind it.
    NoPermission,
    /// The rest of a connection of a server that has ended (`TIME_WAIT`).
    TimeWait,
    /// A program that listens, or has bound the port: its process id and command, where they can be had.
    Program(Option<String>),
}

/// Looks who is on `port` of this machine, for the protocol of `pattern`.
#[must_use]
pub fn occupant(pattern: Pattern, port: u16) -> Occupant {
    let udp = pattern == Pattern::UdpEcho;
    match bind(port, &[if udp { Type::DGRAM } else { Type::STREAM }]) {
        Ok(()) => return Occupant::Nobody,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Occupant::NoPermission,
        Err(_) => {}
    }
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    if udp {
        return Occupant::Program(who(port, true));
    }
    match TcpStream::connect_timeout(&addr, Duration::from_secs(2)) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Occupant::TimeWait,
        result => {
            if let Ok(stream) = result {
                // No TIME_WAIT of ours.
                let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
            }
            Occupant::Program(who(port, false))
        }
    }
}

/// The process that has bound `port`, as `1234 (python3 server.py)`.
#[cfg(target_os = "linux")]
fn who(port: u16, udp: bool) -> Option<String> {
    let tables: [&str; 2] =
        if udp { ["/proc/net/udp", "/proc/net/udp6"] } else { ["/proc/net/tcp", "/proc/net/tcp6"] };
    let local = format!(":{port:04X}");
    let inodes: Vec<String> = tables
        .iter()
        .filter_map(|table| std::fs::read_to_string(table).ok())
        .flat_map(|table| {
            let entries = table.lines().skip(1).filter_map(|line| {
                let fields: Vec<&str> = line.split_whitespace().collect();
                let listens = udp || fields.get(3) == Some(&"0A");
                (listens && fields.get(1)?.ends_with(&local))
                    .then(|| format!("socket:[{}]", fields.get(9).unwrap_or(&"")))
            });
            entries.collect::<Vec<_>>()
        })
        .collect();
    std::fs::read_dir("/proc").ok()?.flatten().find_map(|process| {
        let id: u32 = process.file_name().to_str()?.parse().ok()?;
        let found = std::fs::read_dir(process.path().join("fd")).ok()?.flatten().any(|fd| {
            std::fs::read_link(fd.path())
                .is_ok_and(|target| inodes.iter().any(|inode| target.as_os_str() == inode.as_str()))
        });
        let command = std::fs::read(process.path().join("cmdline")).ok()?;
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        let command: String = command.lines().next().unwrap_or_default().chars().take(60).collect();
        found.then(|| format!("{id} ({})", command.trim()))
    })
}

#[cfg(not(target_os = "linux"))]
fn who(_: u16, _: bool) -> Option<String> {
    None
}
