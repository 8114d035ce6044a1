//! 원본 `python/server.py`를 한 줄씩 그대로 옮긴 코드입니다. 원본이 죽는 곳에서 똑같이 죽습니다.
//! The original `python/server.py`, ported line for line. It dies where the original dies.
//!
//! - 터미널 1 · terminal 1: `cargo run -p threaded-echo --example threaded-literal`
//! - 터미널 2 · terminal 2: `cargo run --bin threaded-echo-client -- 안녕`
//!
//! 터미널 1에는 세 클라이언트의 주소가, 터미널 2에는 `서버로부터 응답: {data}`가 세 번 나타납니다. Ctrl-C로 끝냅니다.
//! Terminal 1 shows three addresses, terminal 2 shows `서버로부터 응답: {data}` three times. Ctrl-C ends the server.
//!
//! 주의: `accept`가 실패하거나 스레드를 시작할 수 없으면 바로 끝나고, 실행 중인 스레드도 함께 끝납니다. 파이썬은 기다립니다.
//! Hazard: when `accept` fails, or no thread can be started, it ends at once and its threads with it; Python waits for them.

use std::env;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

// 4단계와 5단계는 원본처럼 파일의 앞에 있지만, 새 스레드에서 3단계 다음에 실행됩니다.
// Steps 4 and 5 stand first, as in the original; they run after step 3, in the new thread.
fn handle_client(mut client_socket: TcpStream, _addr: SocketAddr) -> io::Result<()> {
    // 4. [스레드] 클라이언트와 데이터 교환 · [thread] Exchange data with the client
    let mut buffer = [0; 1024];
    let size = client_socket.read(&mut buffer)?;
    // 원본도 받은 데이터를 쓰지 않습니다.
    // The original does not use what it has received either.
    #[expect(unused_variables)]
    let data = &buffer[..size];
    client_socket.write_all("서버로부터 응답: {data}".as_bytes())?;

    // 5. [스레드] 연결 종료 · [thread] Close the connection
    drop(client_socket);
    Ok(())
}

fn main() -> io::Result<()> {
    // 1. 서버 소켓 생성 · Create the server socket
    let port = env::var("PORT").unwrap_or("12345".to_string());
    let server_socket = TcpListener::bind(format!("127.0.0.1:{port}"))?;

    loop {
        // 2. 클라이언트 연결 수락 · Accept a client connection
        let (client_socket, addr) = server_socket.accept()?;
        println!("클라이언트가 연결되었습니다. 주소: ('{}', {})", addr.ip(), addr.port());

        // 3. 새 스레드 생성과 시작 · Create and start a new thread
        // move는 소켓의 소유권을 새 스레드로 옮깁니다. unwrap은 에러가 나면 그 스레드만 패닉하게 합니다.
        // move gives the socket to the new thread. On an error, unwrap makes that thread panic, and no other.
        thread::spawn(move || handle_client(client_socket, addr).unwrap());
    }
}
