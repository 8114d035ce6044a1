//! 11. 채팅방: 줄이 보낸 사람에게만 갑니다. 나머지 모두에게 가게 고치세요.
//! 11. Chat room: a line goes to its sender alone. Make it go to everybody else.
//!
//! - 검사 · check: `cargo ex check 11`

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn handle_client(mut client_socket: TcpStream) -> io::Result<()> {
    // 3. 클라이언트와 데이터 교환 · Exchange data with the client
    let mut reader = BufReader::new(client_socket.try_clone()?);
    let mut name: Option<Vec<u8>> = None;
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
        if let Some(name) = &name {
            client_socket.write_all(&[&name[..], &line].concat())?;
        } else {
            name = Some([&line[..line.len() - 1], b": "].concat());
            client_socket.write_all("환영합니다\n".as_bytes())?;
        }
        line.clear();
    }

    // 4. 연결 종료 · Close the connection
    // 소켓은 여기에서 드롭되어 닫힙니다.
    // The socket is dropped here, and closed.
    Ok(())
}

fn main() -> io::Result<()> {
    // 1. 서버 소켓 생성 · Create the server socket
    let port = env::var("PORT").expect("PORT");
    let server_socket = TcpListener::bind(format!("127.0.0.1:{port}"))?;

    loop {
        // 2. 클라이언트 연결 수락 · Accept a client connection
        let (client_socket, addr) = match server_socket.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                // 잠깐 쉽니다. 같은 에러가 되풀이되면 루프가 쉬지 않고 돕니다.
                // A pause: where the error comes again and again, the loop would spin.
                eprintln!("{error}");
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };
        thread::spawn(move || {
            if let Err(error) = handle_client(client_socket) {
                eprintln!("{addr}: {error}");
            }
        });
    }
}
