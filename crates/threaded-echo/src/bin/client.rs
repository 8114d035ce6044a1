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

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use common::ClientArgs;

const REPLY_LIMIT: usize = 16 * 1024 * 1024;

fn main() -> ExitCode {
    common::report(talk())
}

fn talk() -> Result<()> {
    let (args, clients) = ClientArgs::parse_several();
    let addr = args.addr()?;

    // 1. 연결을 모두 열기 · Open all connections
    let mut client_sockets = Vec::new();
    for _ in 0..clients {
        let client_socket =
            TcpStream::connect_timeout(&addr, args.timeout).map_err(|error| args.advise(error))?;
        // 응답하지 않는 서버를 끝없이 기다리지 않게 합니다.
        // So that a server which does not answer is not waited for without end.
        client_socket.set_read_timeout(Some(args.timeout))?;
        client_socket.set_write_timeout(Some(args.timeout))?;
        client_sockets.push(client_socket);
    }
    let message = args.message()?;

    while let Some(mut client_socket) = client_sockets.pop() {
        // 2. 데이터 송신, 마지막 연결부터 · Send data, last connection first
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
        common::name_client(client_sockets.len() + 1);
        // 송신이 실패했어도 응답은 와 있을 수 있습니다. 그래서 받은 것을 먼저 출력합니다.
        // Even when sending failed, a reply may have come: what was received is printed first.
        args.show_reply(&response, sent.and(received))?;

        // 4. 연결 종료 · Close the connection
        drop(client_socket);
    }
    Ok(())
}
