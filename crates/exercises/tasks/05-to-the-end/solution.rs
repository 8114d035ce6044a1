//! 5. 끝까지 읽기: 서버가 닫을 때까지 읽고 출력합니다.
//! 5. To the end: it reads until the server closes, and prints.
//!
//! - 검사 · check: `cargo ex check 5`

use std::env;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

fn ask(message: &str, reply: &mut Vec<u8>) -> io::Result<()> {
    // 1. 클라이언트 소켓 생성과 서버 연결 · Create the client socket and connect to the server
    let port = env::var("PORT").expect("PORT");
    let mut client_socket = TcpStream::connect(format!("127.0.0.1:{port}"))?;

    // 2. 데이터 송신 · Send data
    client_socket.write_all(message.as_bytes())?;

    // 3. 데이터 수신 · Receive data
    // 시간은 읽을 때마다 새로 갑니다. 온 것은 에러가 나도 reply에 남습니다.
    // The clock starts anew with every read; what has come stays in `reply`, after an error too.
    client_socket.set_read_timeout(Some(Duration::from_secs(3)))?;
    client_socket.read_to_end(reply)?;

    // 4. 연결 종료 · Close the connection
    // 소켓은 여기에서 드롭되어 닫힙니다.
    // The socket is dropped here, and closed.
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
