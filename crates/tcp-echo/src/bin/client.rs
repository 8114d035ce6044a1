//! TCP 클라이언트: 메시지를 보내고, 서버가 연결을 닫을 때까지 응답을 받습니다. 짝은 `python/client.py`입니다.
//! A TCP client: sends a message and receives until the server closes. Its twin is `python/client.py`.
//!
//! - 터미널 1 · terminal 1: `cargo run -p tcp-echo`
//! - 터미널 2 · terminal 2: `cargo run --bin tcp-echo-client -- 안녕`
//!
//! 터미널 2에 `서버로부터 응답: {data}`가 나타납니다.
//! Terminal 2 shows `서버로부터 응답: {data}`.
//!
//! 주의: 응답의 끝은 서버가 닫을 때 비로소 알 수 있습니다. 서버가 닫지 않으면 클라이언트는 타임아웃까지 기다립니다.
//! Hazard: only the server's close marks the end of the reply; if it never closes, the client waits until the timeout.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use anyhow::Result;
use common::{ClientArgs, Pattern};

fn main() -> ExitCode {
    common::report(talk())
}

fn talk() -> Result<()> {
    let args = ClientArgs::parse(Pattern::TcpEcho);

    // 1. 서버에 연결 · Connect to the server
    let client_socket =
        TcpStream::connect_timeout(&args.addr()?, args.timeout).map_err(|error| args.advise(error))?;

    // 2. 데이터 송신 · Send data
    let message = args.message()?;
    let mut sent = args.timed(&client_socket).write_all(&message);
    if message.is_empty() {
        // 보낼 것이 없으면 쓰기 방향만 닫습니다. 그러지 않으면 서로를 끝없이 기다립니다.
        // Nothing to send: half-close, or both sides would wait for each other.
        sent = client_socket.shutdown(Shutdown::Write);
    }

    // 3. 응답 수신 · Receive the reply
    let mut response = Vec::new();
    let received = args.timed(&client_socket).read_to_end(&mut response);
    args.show_reply(&response, sent.and(received.map(|_| ())))?;

    // 4. 연결 종료 · Close the connection
    drop(client_socket);
    Ok(())
}
