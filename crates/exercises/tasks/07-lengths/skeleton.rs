//! 7. 길이가 앞에 붙은 메시지: 한 번에 다 읽힌다고 여깁니다. 고치세요.
//! 7. Messages that begin with their length: this takes one read for all. Mend it.
//!
//! - 검사 · check: `cargo ex check 7`

use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn handle_client(mut client_socket: TcpStream) -> io::Result<()> {
    // 3. 클라이언트와 데이터 교환 · Exchange data with the client
    loop {
        let mut length = [0; 4];
        if client_socket.read(&mut length)? == 0 {
            // 4. 연결 종료 · Close the connection
            return Ok(());
        }
        let mut data = vec![0; u32::from_be_bytes(length) as usize];
        let size = client_socket.read(&mut data)?;
        let reply = ["서버로부터 응답: ".as_bytes(), &data[..size]].concat();
        client_socket.write_all(&(reply.len() as u32).to_be_bytes())?;
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
