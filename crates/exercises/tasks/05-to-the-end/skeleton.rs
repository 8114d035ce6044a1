//! 5. 끝까지 읽기: 한 번만 읽습니다. 고치세요.
//! 5. To the end: this reads once. Mend it.
//!
//! - 검사 · check: `cargo ex check 5`

use std::env;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn ask(message: &str, reply: &mut Vec<u8>) -> io::Result<()> {
    // 1. 클라이언트 소켓 생성과 서버 연결 · Create the client socket and connect to the server
    let port = env::var("PORT").expect("PORT");
    let mut client_socket = TcpStream::connect(format!("127.0.0.1:{port}"))?;

    // 2. 데이터 송신 · Send data
    client_socket.write_all(message.as_bytes())?;

    // 3. 데이터 수신 · Receive data
    let mut buffer = [0; 1024];
    let size = client_socket.read(&mut buffer)?;
    reply.extend(&buffer[..size]);

    // 4. 연결 종료 · Close the connection
    Ok(())
}

fn main() -> ExitCode {
    let message = env::args().nth(1).expect("MESSAGE");
    let mut reply = Vec::new();
    let result = ask(&message, &mut reply);
    // 에러가 났어도 온 것은 출력합니다.
    // After an error too what came is printed.
    println!("{}", String::from_utf8_lossy(&reply));
    if let Err(error) = result {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
