//! Where a program is that should be on a port of 127.0.0.1, and where else it is.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use harness::port::{Occupant, occupant};
use harness::program::Program;
use harness::sockets::{self, Protocol, Socket};
use socket2::SockRef;

use crate::observation::Absence;

/// How long a program that does nothing is waited for. A learner's server may sleep before it listens.
const IDLE: Duration = Duration::from_secs(5);

/// How long a program is waited for that has spoken of an error: it may try again.
const FAILED: Duration = Duration::from_millis(2500);

/// How long a program that works is waited for, in processor time and in all: an interpreter on a busy machine
/// may be slow.
const BUSY: [Duration; 2] = [Duration::from_secs(6), Duration::from_secs(30)];

/// How long a build is waited for.
const BUILD: Duration = Duration::from_secs(300);

/// How long a program must have been somewhere else before it is taken at its word.
const SETTLED: Duration = Duration::from_millis(600);

/// How often it is looked for.
const LOOK: Duration = Duration::from_millis(150);

/// The usual port.
const USUAL: u16 = 12345;

/// Waits for a program to be on its port, and knows when that is in vain.
pub struct Watch {
    begin: Instant,
    /// When it was last seen working, and its processor time then.
    worked: (Instant, Duration),
    /// When it was first seen somewhere else.
    elsewhere_since: Option<Instant>,
    next_look: Instant,
}

impl Watch {
    pub fn new() -> Self {
        let now = Instant::now();
        Self {
            begin: now,
            worked: (now, Duration::ZERO),
            elsewhere_since: None,
            next_look: now + LOOK,
        }
    }

    /// Where the program is, once it is certain that it will not come.
    pub fn gives_up(
        &mut self,
        program: &Program,
        complains: impl Fn() -> bool,
        protocol: Protocol,
        port: u16,
    ) -> Option<Absence> {
        let now = Instant::now();
        if now < self.next_look {
            return None;
        }
        self.next_look = now + LOOK;
        let time = program.processor_time();
        // One that would work, and does not get the processor, is not idle.
        if time > self.worked.1 || program.works() {
            self.worked = (now, time);
        }
        let absence = look(program, protocol, port);
        // It has come meanwhile.
        let here = [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED].map(IpAddr::from);
        if absence.addresses.iter().any(|ip| here.contains(ip)) {
            return None;
        }
        let somewhere =
            !absence.addresses.is_empty() || !absence.ports.is_empty() || absence.other_protocol;
        self.elsewhere_since = if somewhere { self.elsewhere_since.or(Some(now)) } else { None };
        let settled = self.elsewhere_since.is_some_and(|since| now - since > SETTLED);
        let waited = now - self.begin;
        let in_vain = if is_a_build(program) {
            waited > BUILD
        } else if cfg!(target_os = "linux") {
            let idle = now - self.worked.0 > IDLE;
            idle || time > BUSY[0] || waited > BUSY[1] || waited > FAILED && complains()
        } else {
            waited > 2 * IDLE
        };
        (settled || in_vain).then(|| finally(absence, protocol, port))
    }
}

/// Whether cargo or a compiler is among its processes.
fn is_a_build(program: &Program) -> bool {
    const BUILDERS: [&str; 7] = ["cargo", "rustc", "javac", "cc1", "go", "gradle", "mvn"];
    let name = |id: u32| fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
    program.processes().into_iter().any(|id| BUILDERS.contains(&name(id).trim_end()))
}

/// Where the program is now (Linux).
fn look(program: &Program, protocol: Protocol, port: u16) -> Absence {
    let held = sockets::held_by(&program.processes());
    let its = |protocol| -> Vec<Socket> {
        let mut sockets = sockets::that_listen(protocol);
        sockets.retain(|socket| held.contains(&socket.inode));
        sockets
    };
    let mut absence = Absence { port, ..Absence::default() };
    for socket in its(protocol) {
        if socket.local.port() == port {
            absence.addresses.push(socket.local.ip());
        } else {
            absence.ports.push(socket.local.port());
        }
    }
    absence.other_protocol = its(protocol.other()).iter().any(|socket| socket.local.port() == port);
    absence
}

/// What takes time to find out, or disturbs.
fn finally(mut absence: Absence, protocol: Protocol, port: u16) -> Absence {
    if protocol == Protocol::Tcp {
        absence.bound = occupant(protocol, port) == Occupant::Bound;
    }
    if cfg!(not(target_os = "linux")) {
        absence.addresses = elsewhere(protocol, port);
        let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, USUAL));
        if protocol == Protocol::Tcp && port != USUAL && accepts(usual) {
            absence.ports.push(USUAL);
        }
    }
    absence
}

/// Whether somebody waits for clients on `port` of 127.0.0.1, without a connection to him (Linux).
pub fn is_there(protocol: Protocol, port: u16) -> bool {
    !here(protocol, port).is_empty()
}

/// Whether `program` does. Somebody else may bind the port for a moment; one that has left its family, as a
/// daemon, is believed after a second.
pub fn is_it(program: &Program, protocol: Protocol, port: u16, waited: Duration) -> bool {
    let here = here(protocol, port);
    let its = || {
        let held = sockets::held_by(&program.processes());
        here.iter().any(|socket| held.contains(&socket.inode))
    };
    !here.is_empty() && (waited > Duration::from_secs(1) || its())
}

/// The sockets that wait for clients on `port` of 127.0.0.1.
fn here(protocol: Protocol, port: u16) -> Vec<Socket> {
    let here = |ip: IpAddr| ip == Ipv4Addr::LOCALHOST || ip.is_unspecified();
    let mut sockets = sockets::that_listen(protocol);
    sockets.retain(|socket| socket.local.port() == port && here(socket.local.ip()));
    sockets
}

/// The addresses of this machine, besides 127.0.0.1, on which `port` answers.
pub fn elsewhere(protocol: Protocol, port: u16) -> Vec<IpAddr> {
    let mut others: Vec<IpAddr> = if cfg!(target_os = "linux") {
        let mut sockets = sockets::that_listen(protocol);
        sockets.retain(|socket| socket.local.port() == port);
        sockets.iter().map(|socket| socket.local.ip()).collect()
    } else {
        let mut addresses: Vec<IpAddr> = if_addrs::get_if_addrs()
            .unwrap_or_default()
            .iter()
            .map(if_addrs::Interface::ip)
            .collect();
        addresses.push(Ipv6Addr::LOCALHOST.into());
        if cfg!(windows) {
            addresses.extend([[127, 0, 0, 2], [127, 0, 1, 1]].map(IpAddr::from));
        }
        addresses.retain(|ip| {
            *ip != Ipv4Addr::LOCALHOST && answers(protocol, SocketAddr::new(*ip, port))
        });
        addresses
    };
    others.retain(|other| *other != Ipv4Addr::LOCALHOST);
    others.sort();
    others.dedup();
    others
}

fn answers(protocol: Protocol, addr: SocketAddr) -> bool {
    match protocol {
        Protocol::Tcp => accepts(addr),
        Protocol::Udp => receives(addr),
    }
}

fn accepts(addr: SocketAddr) -> bool {
    let stream = TcpStream::connect_timeout(&addr, Duration::from_secs(1));
    // No TIME_WAIT of ours.
    stream.is_ok_and(|stream| SockRef::from(&stream).set_linger(Some(Duration::ZERO)).is_ok())
}

/// Whether a datagram to `addr` is answered. Where it is not, nobody is sure.
fn receives(addr: SocketAddr) -> bool {
    let any: IpAddr =
        if addr.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let ask = || -> io::Result<usize> {
        let socket = UdpSocket::bind((any, 0))?;
        socket.connect(addr)?;
        socket.set_read_timeout(Some(Duration::from_millis(500)))?;
        socket.send(b"elsewhere")?;
        loop {
            match socket.recv(&mut [0; 64]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    };
    ask().is_ok()
}
