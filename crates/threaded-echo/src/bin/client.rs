//! TCP 클라이언트 셋: 연결을 모두 연 다음, 마지막 연결부터 거꾸로 메시지를 보냅니다. 짝은 `python/client.py`입니다.
//! Three TCP clients: open all connections, then speak, the last one first. Its twin is `python/client.py`.
//!
//! - 터미널 1 · terminal 1: `cargo run -p threaded-echo`
//! - 터미널 2 · terminal 2: `cargo run --bin threaded-echo-client -- 안녕`
//!
//! 터미널 2에 `서버로부터 응답: {data}`가 세 번, 마지막 클라이언트의 것부터 나타납니다.
//! Terminal 2 shows `서버로부터 응답: {data}` three times, the last client's first.
//!
//! 주의: 한 번에 한 클라이언트만 처리하는 서버(`examples/one-at-a-time.rs`)에서는 첫 응답부터 타임아웃이 납니다.
//! Hazard: a server that serves one client at a time (`examples/one-at-a-time.rs`) makes the very first reply time out.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;

use anyhow::Result;
use common::{ClientArgs, Pattern};

fn main() -> ExitCode {
    common::report(talk())
}

fn talk() -> Result<()> {
    let args = ClientArgs::parse(Pattern::ThreadedEcho);
    let addr = args.addr()?;

    // 1. 연결을 모두 열기 · Open all connections
    let mut client_sockets = Vec::new();
    for _ in 0..args.clients {
        let client_socket =
            TcpStream::connect_timeout(&addr, args.timeout).map_err(|error| args.advise(error))?;
        client_sockets.push(client_socket);
    }
    let message = args.message()?;

    while let Some(client_socket) = client_sockets.pop() {
        // 2. 데이터 송신, 마지막 연결부터 · Send data, last connection first
        let mut sent = args.timed(&client_socket).write_all(&message);
        if message.is_empty() {
            // 보낼 것이 없으면 쓰기 방향만 닫습니다. 그러지 않으면 서로를 끝없이 기다립니다.
            // Nothing to send: half-close, or both sides would wait for each other.
            sent = client_socket.shutdown(Shutdown::Write);
        }

        // 3. 응답 수신 · Receive the reply
        let mut response = Vec::new();
        let received = args.timed(&client_socket).read_to_end(&mut response);
        common::name_client(client_sockets.len() + 1);
        args.show_reply(&response, sent.and(received.map(|_| ())))?;

        // 4. 연결 종료 · Close the connection
        drop(client_socket);
    }
    Ok(())
}
