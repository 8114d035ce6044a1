//! 9. 2초의 침묵: 2초 동안 아무것도 보내지 않는 클라이언트는 끊습니다.
//! 9. Two seconds of silence: a client that sends nothing for so long is closed.
//!
//! - 검사 · check: `cargo ex check 9`

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn handle_client(mut client_socket: TcpStream) -> io::Result<()> {
    // 시간은 읽을 때마다 새로 갑니다. 지나면 읽기가 에러로 끝나고, 줄이 되지 않은 바이트에는 응답하지 않습니다.
    // The clock starts anew with every read. When it is over the read fails, and bytes that are no line yet are not
    // answered.
    client_socket.set_read_timeout(Some(Duration::from_secs(2)))?;

    // 3. 클라이언트와 데이터 교환 · Exchange data with the client
    // 아직 줄이 되지 않은 바이트는 reader가 가지고 있습니다.
    // The reader keeps the bytes that are no line yet.
    let mut reader = BufReader::new(client_socket.try_clone()?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        if line.ends_with(b"\n") {
            line.pop();
        }
        if line.ends_with(b"\r") {
            line.pop();
        }
        client_socket.write_all(&["서버로부터 응답: ".as_bytes(), &line, b"\n"].concat())?;
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
        // 기다리지 않습니다. 스레드는 자기 클라이언트와 함께 끝납니다.
        // Nobody waits for it: a thread ends with its client.
        thread::spawn(move || {
            if let Err(error) = handle_client(client_socket) {
                eprintln!("{addr}: {error}");
            }
        });
    }
}
