//! TCP 서버: 클라이언트 하나의 연결을 수락해 한 번 읽고, 응답하고, 끝납니다. 원본은 `python/server.py`입니다.
//! A TCP server: accepts one client, reads once, replies and ends. Its original is `python/server.py`.
//!
//! - 터미널 1 · terminal 1: `cargo run -p tcp-echo`
//! - 터미널 2 · terminal 2: `cargo run --bin tcp-echo-client -- 안녕`
//!
//! 터미널 1에는 클라이언트의 주소가, 터미널 2에는 `서버로부터 응답: {data}`가 나타납니다.
//! Terminal 1 shows the client's address, terminal 2 shows `서버로부터 응답: {data}`.
//!
//! 주의: TCP는 스트림(stream)입니다. `read` 한 번이 메시지 하나라는 보장은 없습니다.
//! Hazard: TCP is a stream. Nothing promises that one `read` is one message.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::ExitCode;

use anyhow::Result;
use common::{Pattern, ServerArgs};

// `common::…`는 crates/common/src에 있습니다. 인수, 주소, 안내 메시지입니다.
// What begins with `common::` is in crates/common/src: arguments, addresses, advice.
fn main() -> ExitCode {
    common::report(serve())
}

fn serve() -> Result<()> {
    let args = ServerArgs::parse(Pattern::TcpEcho);

    // 1. 서버 소켓 생성 · Create the server socket
    let server_socket = TcpListener::bind(args.addr()?).map_err(|error| args.advise(error))?;
    args.announce(server_socket.local_addr()?);

    // 2. 클라이언트 연결 수락 · Accept a client connection
    let (mut client_socket, addr) = server_socket.accept()?;
    println!("클라이언트가 연결되었습니다. 주소: {}", common::python_addr(addr));

    // 3. 클라이언트와 데이터 교환 · Exchange data with the client
    let mut buffer = [0; 1024];
    let size = client_socket.read(&mut buffer)?;
    let data = &buffer[..size];
    let response = if args.echo {
        ["서버로부터 응답: ".as_bytes(), data].concat()
    } else {
        Vec::from("서버로부터 응답: {data}")
    };
    client_socket.write_all(&response)?;
    if !args.echo {
        common::explain_braces();
    }

    // 4. 연결 종료 · Close the connection
    drop(client_socket);
    drop(server_socket);
    Ok(())
}
