//! 3. 편지와 답장: 받은 텍스트가 답장에 들어가게 고치세요.
//! 3. Letters and answers: make the text that was received stand in the answer.
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
        let (size, addr) = server_socket.recv_from(&mut buffer)?;
        let data = &buffer[..size];

        // 3. 데이터 송신 · Send data
        server_socket.send_to("서버로부터 응답".as_bytes(), addr)?;
    }
}
