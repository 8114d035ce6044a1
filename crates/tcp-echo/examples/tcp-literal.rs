//! 원본 `python/server.py`를 한 줄씩 그대로 옮긴 코드입니다. 원본이 죽는 곳에서 똑같이 죽습니다.
//! The original `python/server.py`, ported line for line. It dies where the original dies.
//!
//! - 터미널 1 · terminal 1: `cargo run -p tcp-echo --example tcp-literal`
//! - 터미널 2 · terminal 2: `cargo run --bin tcp-echo-client -- 안녕`
//!
//! 터미널 1에는 클라이언트의 주소가, 터미널 2에는 `서버로부터 응답: {data}`가 나타납니다.
//! Terminal 1 shows the client's address, terminal 2 shows `서버로부터 응답: {data}`.
//!
//! 주의: `#[expect(…)]` 줄을 지우면 rustc가 `unused variable: data`라고 알려 줍니다. 원본에 빠진 `f`를 컴파일러가 찾은 것입니다.
//! Hazard: without the `#[expect(…)]` line rustc says `unused variable: data`. It has found the `f` that the original lacks.

use std::env;
use std::io::{self, Read, Write};
use std::net::TcpListener;

fn main() -> io::Result<()> {
    // 1. 서버 소켓 생성 · Create the server socket
    // socket, bind, listen을 한 번에 합니다.
    // `?`는 에러가 나면 main을 끝냅니다. 아무도 잡지 않은 예외와 같습니다.
    // socket, bind and listen in one call.
    // On an error `?` ends main, like an exception that nobody catches.
    // 원본은 IPv4(AF_INET)만 쓰므로 "localhost"가 아니라 127.0.0.1입니다.
    // The original is IPv4 (AF_INET) alone, hence 127.0.0.1 and not "localhost".
    let port = env::var("PORT").unwrap_or("12345".to_string());
    let server_socket = TcpListener::bind(format!("127.0.0.1:{port}"))?;

    // 2. 클라이언트 연결 수락 · Accept a client connection
    let (mut client_socket, addr) = server_socket.accept()?;
    println!("클라이언트가 연결되었습니다. 주소: ('{}', {})", addr.ip(), addr.port());

    // 3. 클라이언트와 데이터 교환 · Exchange data with the client
    // 버퍼를 빌려주면 read가 채우고, 몇 바이트를 채웠는지 돌려줍니다.
    // We lend the buffer; read fills it and says how many bytes it filled.
    let mut buffer = [0; 1024];
    let size = client_socket.read(&mut buffer)?;
    // 원본도 받은 데이터를 쓰지 않습니다.
    // The original does not use what it has received either.
    #[expect(unused_variables)]
    let data = &buffer[..size];
    client_socket.write_all("서버로부터 응답: {data}".as_bytes())?;

    // 4. 연결 종료 · Close the connection
    // Rust에는 close()가 없습니다. 소켓은 드롭될 때 닫힙니다.
    // Rust has no close(): a socket is closed when it is dropped.
    drop(client_socket);
    drop(server_socket);
    Ok(())
}
