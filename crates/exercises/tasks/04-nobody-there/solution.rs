//! 4. 응답 없는 서버: 1초씩 기다리며 세 번까지 보냅니다.
//! 4. No answer: it sends up to three times, and waits a second for each reply.
//!
//! - 검사 · check: `cargo ex check 4`

use std::env;
use std::io::{self, ErrorKind};
use std::net::UdpSocket;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

fn ask(message: &str) -> io::Result<Vec<u8>> {
    // 1. 클라이언트 소켓 생성 · Create the client socket
    let port = env::var("PORT").expect("PORT");
    let client_socket = UdpSocket::bind("127.0.0.1:0")?;
    // 연결한 소켓에는 다른 곳에서 온 데이터그램이 들어오지 않습니다.
    // A socket that is connected gets no datagram from anybody else.
    client_socket.connect(format!("127.0.0.1:{port}"))?;
    client_socket.set_read_timeout(Some(Duration::from_secs(1)))?;

    let mut buffer = vec![0; 65_535];
    for _ in 0..3 {
        let end = Instant::now() + Duration::from_secs(1);
        // 2. 데이터 송신 · Send data
        // 3. 데이터 수신 · Receive data
        match client_socket.send(message.as_bytes()).and_then(|_| client_socket.recv(&mut buffer)) {
            Ok(size) => {
                buffer.truncate(size);
                return Ok(buffer);
            }
            // 시간이 지났을 때 오는 에러는 시스템마다 다릅니다. 거절당하면 남은 시간을 기다립니다.
            // Systems differ in the error that says that time is up. After a refusal the rest of it is waited for.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => thread::sleep(end.saturating_duration_since(Instant::now())),
        }
    }
    Err(io::Error::new(ErrorKind::TimedOut, "응답이 없습니다 · no reply"))
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
