//! 스레드를 쓰지 않는 서버: §1을 루프에 넣은 것입니다. 한 클라이언트가 끝나야 다음 클라이언트의 연결을 수락합니다.
//! A server without threads: §1 in a loop. The next client is accepted only when the one before has gone.
//!
//! - 터미널 1 · terminal 1: `cargo run -p threaded-echo --example one-at-a-time`
//! - 터미널 2 · terminal 2: `cargo run --bin threaded-echo-client -- --timeout 1`
//!
//! 터미널 2에는 응답이 없다는 에러가 나타납니다. 첫 클라이언트가 아무것도 보내지 않아 셋째 클라이언트는 기다리기만 합니다.
//! Terminal 2 shows that no reply came: the first client does not speak, so the third one waits in vain.
//!
//! 주의: 아무것도 보내지 않는 클라이언트 하나가 서버 전체를 멈춥니다. 해결책은 `src/bin/server.rs`에 있습니다.
//! Hazard: one silent client stops the whole server. The cure is in `src/bin/server.rs`.

use std::env;
use std::io::{self, Read, Write};
use std::net::TcpListener;

fn main() -> io::Result<()> {
    // 1. 서버 소켓 생성 · Create the server socket
    let port = env::var("PORT").unwrap_or("12345".to_string());
    let server_socket = TcpListener::bind(format!("127.0.0.1:{port}"))?;

    loop {
        // 2. 클라이언트 연결 수락 · Accept a client connection
        let (mut client_socket, addr) = server_socket.accept()?;
        println!("클라이언트가 연결되었습니다. 주소: ('{}', {})", addr.ip(), addr.port());

        // 3. 클라이언트와 데이터 교환 · Exchange data with the client
        let mut buffer = [0; 1024];
        let size = client_socket.read(&mut buffer)?;
        // 원본도 받은 데이터를 쓰지 않습니다.
        // The original does not use what it has received either.
        #[expect(unused_variables)]
        let data = &buffer[..size];
        client_socket.write_all("서버로부터 응답: {data}".as_bytes())?;

        // 4. 연결 종료 · Close the connection
        drop(client_socket);
    }
}
