//! 1. 빠진 f: 클라이언트 하나에게 받은 텍스트로 응답하고 끝납니다.
//! 1. The missing f: replies to one client with the text that it sent, and ends.
//!
//! - 검사 · check: `cargo ex check 1`

use std::env;
use std::io::{self, Read, Write};
use std::net::TcpListener;

fn main() -> io::Result<()> {
    // 1. 서버 소켓 생성 · Create the server socket
    let port = env::var("PORT").expect("PORT");
    let server_socket = TcpListener::bind(format!("127.0.0.1:{port}"))?;

    // 2. 클라이언트 연결 수락 · Accept a client connection
    let (mut client_socket, _addr) = server_socket.accept()?;

    // 3. 클라이언트와 데이터 교환 · Exchange data with the client
    let mut buffer = [0; 1024];
    let size = client_socket.read(&mut buffer)?;
    let data = String::from_utf8_lossy(&buffer[..size]);
    client_socket.write_all(format!("서버로부터 응답: {data}").as_bytes())?;

    // 4. 연결 종료 · Close the connection
    drop(client_socket);
    drop(server_socket);
    Ok(())
}
