//! 2. 계속 응답하는 서버: 클라이언트를 하나씩 끝없이 처리합니다.
//! 2. A server that goes on: one client after another, for ever.
//!
//! - 검사 · check: `cargo ex check 2`

use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn handle_client(mut client_socket: TcpStream) -> io::Result<()> {
    // 3. 클라이언트와 데이터 교환 · Exchange data with the client
    let mut buffer = [0; 1024];
    let size = client_socket.read(&mut buffer)?;
    let data = String::from_utf8_lossy(&buffer[..size]);
    client_socket.write_all(format!("서버로부터 응답: {data}").as_bytes())

    // 4. 연결 종료 · Close the connection
    // 소켓은 여기에서 드롭되어 닫힙니다.
    // The socket is dropped here, and closed.
}

fn main() -> io::Result<()> {
    // 1. 서버 소켓 생성 · Create the server socket
    let port = env::var("PORT").expect("PORT");
    let server_socket = TcpListener::bind(format!("127.0.0.1:{port}"))?;

    loop {
        // 2. 클라이언트 연결 수락 · Accept a client connection
        let (client_socket, addr) = match server_socket.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                // 잠깐 쉽니다. 같은 에러가 되풀이되면 루프가 쉬지 않고 돕니다.
                // A pause: where the error comes again and again, the loop would spin.
                eprintln!("{error}");
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };
        // 한 클라이언트의 에러가 서버를 끝내면 안 됩니다.
        // The error of one client must not end the server.
        if let Err(error) = handle_client(client_socket) {
            eprintln!("{addr}: {error}");
        }
    }
}
