//! A server under test: a program on a port of its own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use harness::port::Lease;
use harness::program::{Program, Stdout};
use harness::sockets::Protocol;

use crate::client::{PATIENCE, connect, exchange};

/// A server that runs. Its port is in its environment variable `PORT`.
pub struct Server {
    pub program: Program,
    pub protocol: Protocol,
    pub addr: SocketAddr,
    /// When it was started.
    pub begin: Instant,
    _lease: Lease,
}

impl Server {
    /// Starts it. That it cannot be started is an inner error; the outer one is that no port is free.
    pub fn start(
        mut command: Command,
        protocol: Protocol,
        stdout: Stdout,
    ) -> Result<io::Result<Self>> {
        let lease = Lease::take()?;
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, lease.port));
        command.env("PORT", lease.port.to_string());
        let begin = Instant::now();
        let program = Program::start(command, stdout);
        Ok(program.map(|program| Self { program, protocol, addr, begin, _lease: lease }))
    }

    /// Waits for its first answer: whether it comes within `patience`, and before the program ends.
    pub fn answers(&self, patience: Duration) -> bool {
        loop {
            let left = patience.saturating_sub(self.begin.elapsed());
            if exchange(self.protocol, self.addr, left).is_ok() {
                return true;
            }
            if left.is_zero() || self.program.exit(Duration::from_micros(200)).is_some() {
                return false;
            }
        }
    }

    /// Opens this many connections, and waits now and then until they have been accepted (Linux): more than
    /// the backlog holds would wait for a second until their system tries again.
    pub fn crowd(&self, clients: usize) -> io::Result<Vec<TcpStream>> {
        let mut client_sockets = Vec::new();
        for number in 1..=clients {
            client_sockets.push(connect(self.addr, PATIENCE)?);
            if number % 100 == 0 {
                let _ = self.program.rests(PATIENCE);
            }
        }
        Ok(client_sockets)
    }
}
