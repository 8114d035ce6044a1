//! 6. 줄 단위 메시지: 한 번 읽은 것이 메시지 하나라고 여깁니다. 고치세요.
//! 6. Messages that are lines: this takes one read for one message. Mend it.
//!
//! - 검사 · check: `cargo ex check 6`

use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn handle_client(mut client_socket: TcpStream) -> io::Result<()> {
    // 3. 클라이언트와 데이터 교환 · Exchange data with the client
    let mut buffer = [0; 1024];
    loop {
        let size = client_socket.read(&mut buffer)?;
        if size == 0 {
            // 4. 연결 종료 · Close the connection
            return Ok(());
        }
        let reply = ["서버로부터 응답: ".as_bytes(), &buffer[..size]].concat();
        client_socket.write_all(&reply)?;
    }
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
        if let Err(error) = handle_client(client_socket) {
            eprintln!("{addr}: {error}");
        }
    }
}
