//! 3. 편지와 답장: 데이터그램마다 그 텍스트로 답장합니다.
//! 3. Letters and answers: each datagram is answered with its text.
//!
//! - 검사 · check: `cargo ex check 3`

use std::env;
use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    // 1. 서버 소켓 생성 · Create the server socket
    let port = env::var("PORT").expect("PORT");
    let server_socket = UdpSocket::bind(format!("127.0.0.1:{port}"))?;

    let mut buffer = [0; 1024];
    loop {
        // 2. 데이터 수신 · Receive data
        let (size, addr) = match server_socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(error) => {
                // Windows에서는 앞선 클라이언트가 사라진 것이 에러(10054)로 나타납니다.
                // On Windows an earlier client that has gone shows as an error (10054).
                eprintln!("{error}");
                continue;
            }
        };
        let data = String::from_utf8_lossy(&buffer[..size]);

        // 3. 데이터 송신 · Send data
        if let Err(error) =
            server_socket.send_to(format!("서버로부터 응답: {data}").as_bytes(), addr)
        {
            eprintln!("{addr}: {error}");
        }
    }
}
