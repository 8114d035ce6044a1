//! UDP 클라이언트: 데이터그램 하나를 보내고 응답 하나를 받습니다. 짝은 `python/client.py`입니다.
//! A UDP client: sends one datagram and receives one reply. Its twin is `python/client.py`.
//!
//! - 터미널 1 · terminal 1: `cargo run -p udp-echo`
//! - 터미널 2 · terminal 2: `cargo run --bin udp-echo-client -- 안녕`
//!
//! 터미널 2에 `서버로부터 응답`이 나타납니다.
//! Terminal 2 shows `서버로부터 응답`.
//!
//! 주의: UDP는 도착을 보장하지 않습니다. 타임아웃이 없으면 `recv`는 오지 않는 응답을 끝없이 기다립니다.
//! Hazard: UDP does not guarantee delivery. Without a timeout, `recv` waits for ever for a lost reply.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, UdpSocket};
use std::process::ExitCode;

use anyhow::Result;
use common::{ClientArgs, Pattern};

fn main() -> ExitCode {
    common::report(talk())
}

fn talk() -> Result<()> {
    let args = ClientArgs::parse(Pattern::UdpEcho);

    // 1. 클라이언트 소켓 생성 · Create the client socket
    let client_socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    // UDP의 connect는 아무것도 보내지 않습니다.
    // 이 서버의 응답만 받게 하고, 서버가 없으면 이후의 송신이나 수신에서 에러가 나게 합니다.
    // connect sends nothing in UDP:
    // it lets in this server's replies only, and a later send or recv reports that nobody is there.
    client_socket.connect(args.addr()?).map_err(|error| args.advise(error))?;
    // 오지 않는 응답을 끝없이 기다리지 않게 합니다.
    // So that a reply which never comes is not waited for without end.
    client_socket.set_read_timeout(Some(args.timeout))?;

    // 2. 데이터 송신 · Send data
    let message = args.message()?;
    client_socket.send(&message).map_err(|error| args.advise(error))?;

    // 3. 응답 수신 · Receive the reply
    let mut buffer = vec![0; 65_535];
    let size = loop {
        match client_socket.recv(&mut buffer) {
            Ok(size) => break size,
            // Ctrl-Z로 멈췄다가 계속하면 이 에러가 납니다. · Resuming after Ctrl-Z gives this error.
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(args.advise(error)),
        }
    };
    common::print_reply(&buffer[..size])?;

    // 4. 소켓 닫기 · Close the socket
    drop(client_socket);
    Ok(())
}
