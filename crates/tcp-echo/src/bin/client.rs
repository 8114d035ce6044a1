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

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use common::{ClientArgs, Pattern};

const REPLY_LIMIT: usize = 16 * 1024 * 1024;

fn main() -> ExitCode {
    common::report(talk())
}

fn talk() -> Result<()> {
    let args = ClientArgs::parse(Pattern::TcpEcho);

    // 1. 서버에 연결 · Connect to the server
    let mut client_socket = TcpStream::connect_timeout(&args.addr()?, args.timeout)
        .map_err(|error| args.advise(error))?;
    // 응답하지 않는 서버를 끝없이 기다리지 않게 합니다.
    // So that a server which does not answer is not waited for without end.
    client_socket.set_read_timeout(Some(args.timeout))?;
    client_socket.set_write_timeout(Some(args.timeout))?;

    // 2. 데이터 송신 · Send data
    let message = args.message()?;
    let sent = if message.is_empty() {
        // 보낼 것이 없으면 쓰기 방향만 닫습니다. 그러지 않으면 서로를 끝없이 기다립니다.
        // Nothing to send: half-close, or both sides would wait for each other.
        client_socket.shutdown(Shutdown::Write)
    } else {
        client_socket.write_all(&message)
    };

    // 3. 응답 수신 · Receive the reply
    let mut response = Vec::new();
    let mut buffer = [0; 1024];
    let begin = Instant::now();
    let received = loop {
        match client_socket.read(&mut buffer) {
            // 서버가 닫았습니다. · The server has closed.
            Ok(0) => break Ok(()),
            Ok(size) => response.extend_from_slice(&buffer[..size]),
            // Ctrl-Z로 멈췄다가 계속하면 이 에러가 납니다. · Resuming after Ctrl-Z gives this error.
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
        // 끝없이 보내기만 하는 서버를 끝없이 받아 주지는 않습니다.
        // A server that goes on sending for ever is not listened to for ever.
        if begin.elapsed() > args.timeout || response.len() > REPLY_LIMIT {
            break Err(ErrorKind::TimedOut.into());
        }
    };
    // 송신이 실패했어도 응답은 와 있을 수 있습니다. 그래서 받은 것을 먼저 출력합니다.
    // Even when sending failed, a reply may have come: what was received is printed first.
    args.show_reply(&response, sent.and(received))?;

    // 4. 연결 종료 · Close the connection
    drop(client_socket);
    Ok(())
}
