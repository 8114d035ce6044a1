//! 원본 `python/server.py`를 한 줄씩 그대로 옮긴 코드입니다. 원본이 죽는 곳에서 똑같이 죽습니다.
//! The original `python/server.py`, ported line for line. It dies where the original dies.
//!
//! - 터미널 1 · terminal 1: `cargo run -p udp-echo --example udp-literal`
//! - 터미널 2 · terminal 2: `cargo run --bin udp-echo-client -- 안녕`
//!
//! 터미널 1에는 받은 데이터가, 터미널 2에는 `서버로부터 응답`이 나타납니다. Ctrl-C로 끝냅니다.
//! Terminal 1 shows the data, terminal 2 shows `서버로부터 응답`. Ctrl-C ends the server.
//!
//! 주의: UTF-8이 아닌 데이터그램을 하나만 받아도 서버가 죽습니다. 1024바이트에서 글자가 잘려도 마찬가지입니다.
//! Hazard: one datagram that is not UTF-8 ends the server; so does a character cut at 1024 bytes.

use std::env;
use std::error::Error;
use std::net::UdpSocket;
use std::str;

// 에러가 두 종류(입출력, UTF-8)이므로 io::Error가 아니라 Box<dyn Error>, 즉 아무 에러나입니다.
// Two kinds of error, I/O and UTF-8: hence not io::Error but Box<dyn Error>, any error.
fn main() -> Result<(), Box<dyn Error>> {
    // 1. 서버 소켓 생성 · Create the server socket
    let port = env::var("PORT").unwrap_or("12345".to_string());
    let server_socket = UdpSocket::bind(format!("127.0.0.1:{port}"))?;

    loop {
        // 2. 데이터 수신 · Receive data
        let mut buffer = [0; 1024];
        let (size, addr) = server_socket.recv_from(&mut buffer)?;
        let data = &buffer[..size];
        println!("클라이언트로부터 받은 데이터: {}", str::from_utf8(data)?);

        // 3. 데이터 송신 · Send data
        let response = "서버로부터 응답";
        server_socket.send_to(response.as_bytes(), addr)?;
    }

    // 4. 소켓 닫기(실행되지 않음) · Close the socket (never reached)
    // 루프가 끝나지 않으므로 원본의 close()도 실행되지 않습니다.
    // 프로세스가 끝나면 운영 체제가 닫습니다.
    // The loop never ends, so the original never gets to its close() either.
    // When the process ends, the system closes it.
}
