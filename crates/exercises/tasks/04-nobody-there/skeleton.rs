//! 4. 응답 없는 서버: 응답이 오지 않으면 끝없이 기다립니다. 고치세요.
//! 4. No answer: where no reply comes this waits for ever. Mend it.
//!
//! - 검사 · check: `cargo ex check 4`

use std::env;
use std::io;
use std::net::UdpSocket;
use std::process::ExitCode;

fn ask(message: &str) -> io::Result<Vec<u8>> {
    // 1. 클라이언트 소켓 생성 · Create the client socket
    let port = env::var("PORT").expect("PORT");
    let client_socket = UdpSocket::bind("127.0.0.1:0")?;

    // 2. 데이터 송신 · Send data
    client_socket.send_to(message.as_bytes(), format!("127.0.0.1:{port}"))?;

    // 3. 데이터 수신 · Receive data
    let mut buffer = vec![0; 65_535];
    let (size, _addr) = client_socket.recv_from(&mut buffer)?;
    buffer.truncate(size);
    Ok(buffer)
}

fn main() -> ExitCode {
    let message = env::args().nth(1).expect("MESSAGE");
    match ask(&message) {
        Ok(reply) => {
            println!("{}", String::from_utf8_lossy(&reply));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
