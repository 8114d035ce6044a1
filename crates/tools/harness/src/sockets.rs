//! What Linux says of the sockets of this machine. Elsewhere nothing of it is known, and the lists are empty.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use serde::{Deserialize, Serialize};

/// What travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Streams.
    Tcp,
    /// Datagrams.
    Udp,
}

impl Protocol {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Tcp, Self::Udp];

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Tcp => Self::Udp,
            Self::Udp => Self::Tcp,
        }
    }
}

/// A socket that has an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    /// Its own address.
    pub local: SocketAddr,
    /// The address at the other end; port 0 where there is none.
    pub remote: SocketAddr,
    /// Whether it waits for clients: it listens, or can receive datagrams of anybody.
    pub listens: bool,
    /// The number of its state, as the kernel has it: 1 is `ESTABLISHED`, 6 is `TIME_WAIT`.
    pub state: u8,
    /// How many bytes have come and were not read yet.
    pub unread: u64,
    /// Its number; 0 for a connection that nobody has accepted.
    pub inode: u64,
}

/// All sockets of `protocol` on this machine.
#[must_use]
pub fn all(protocol: Protocol) -> Vec<Socket> {
    rows(protocol).flatten().filter_map(|row| socket(protocol, &row)).collect()
}

/// Those that wait for clients. They stand at the head of their table: of a machine with many connections no
/// more is read.
#[must_use]
pub fn that_listen(protocol: Protocol) -> Vec<Socket> {
    let head = |socket: &Socket| socket.listens || protocol == Protocol::Udp;
    let sockets =
        rows(protocol).flat_map(|table| table.map_while(|row| socket(protocol, &row).filter(head)));
    sockets.filter(|socket| socket.listens).collect()
}

/// The rows of the tables of `protocol`.
fn rows(protocol: Protocol) -> impl Iterator<Item = impl Iterator<Item = String>> {
    let tables = match protocol {
        Protocol::Tcp => ["tcp", "tcp6"],
        Protocol::Udp => ["udp", "udp6"],
    };
    let files = tables.into_iter().flat_map(|table| File::open(format!("/proc/net/{table}")));
    files.map(|file| BufReader::new(file).lines().skip(1).map_while(Result::ok))
}

fn socket(protocol: Protocol, row: &str) -> Option<Socket> {
    let fields: Vec<&str> = row.split_whitespace().collect();
    let (local, remote) = (address(fields.get(1)?)?, address(fields.get(2)?)?);
    let listens = match protocol {
        Protocol::Tcp => *fields.get(3)? == "0A",
        Protocol::Udp => remote.port() == 0,
    };
    let state = u8::from_str_radix(fields.get(3)?, 16).ok()?;
    let unread = u64::from_str_radix(fields.get(4)?.split_once(':')?.1, 16).ok()?;
    Some(Socket { local, remote, state, listens, unread, inode: fields.get(9)?.parse().ok()? })
}

/// `0100007F:3039`, in words of the machine's own byte order.
fn address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let words: Option<Vec<[u8; 4]>> = (0..address.len() / 8)
        .map(|word| {
            Some(u32::from_str_radix(address.get(8 * word..8 * word + 8)?, 16).ok()?.to_ne_bytes())
        })
        .collect();
    let bytes = words?.concat();
    let ip: IpAddr = match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(bytes) => Ipv4Addr::from(bytes).into(),
        Err(_) => Ipv6Addr::from(<[u8; 16]>::try_from(bytes.as_slice()).ok()?).into(),
    };
    Some(SocketAddr::new(ip.to_canonical(), u16::from_str_radix(port, 16).ok()?))
}

/// The numbers of the sockets that these processes hold.
#[must_use]
pub fn held_by(processes: &[u32]) -> BTreeSet<u64> {
    let folders = processes.iter().filter_map(|id| fs::read_dir(format!("/proc/{id}/fd")).ok());
    let links = folders.flatten().flatten().filter_map(|entry| fs::read_link(entry.path()).ok());
    links
        .filter_map(|link| link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok())
        .collect()
}

/// The process that waits for clients on `port`, as `1234 (python3 server.py)`.
#[must_use]
pub fn who_listens(protocol: Protocol, port: u16) -> Option<String> {
    let mut sockets = that_listen(protocol);
    sockets.retain(|socket| socket.local.port() == port);
    fs::read_dir("/proc").ok()?.flatten().find_map(|process| {
        let id: u32 = process.file_name().to_str()?.parse().ok()?;
        let held = held_by(&[id]);
        let found = sockets.iter().any(|socket| held.contains(&socket.inode));
        let command = fs::read(process.path().join("cmdline")).ok()?;
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        let command: String = command.lines().next().unwrap_or_default().chars().take(60).collect();
        found.then(|| format!("{id} ({})", command.trim()))
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream, UdpSocket};

    use super::*;

    #[test]
    fn a_listener_its_clients_and_what_they_have_sent_are_seen() {
        let listener = TcpListener::bind("127.0.0.3:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let mut client = TcpStream::connect(addr).unwrap();
        client.write_all(b"hello").unwrap();
        let of_port =
            || all(Protocol::Tcp).into_iter().filter(|socket| socket.local.port() == addr.port());
        let listening = of_port().find(|socket| socket.listens).unwrap();
        assert_eq!(listening.local, addr);
        assert!(that_listen(Protocol::Tcp).contains(&listening));
        assert!(held_by(&[std::process::id()]).contains(&listening.inode));
        let waits =
            || of_port().find(|socket| socket.remote == client.local_addr().unwrap()).unwrap();
        assert_eq!((waits().unread, waits().inode), (5, 0), "nobody has accepted it");
        let accepted = listener.accept().unwrap();
        assert_ne!(waits().inode, 0);
        drop(accepted);
        assert!(
            who_listens(Protocol::Tcp, addr.port())
                .unwrap()
                .starts_with(&std::process::id().to_string())
        );
    }

    #[test]
    fn addresses_of_both_families_are_read() {
        assert_eq!(address("0100007F:3039").unwrap().to_string(), "127.0.0.1:12345");
        assert_eq!(
            address("00000000000000000000000001000000:0050").unwrap().to_string(),
            "[::1]:80"
        );
        let socket = UdpSocket::bind("[::]:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let found =
            that_listen(Protocol::Udp).into_iter().find(|socket| socket.local.port() == port);
        let found = found.unwrap();
        assert!(found.listens && found.local.ip().is_unspecified());
    }
}
