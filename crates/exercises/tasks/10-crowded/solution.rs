//! 10. 네 자리뿐인 서버: 다섯째 클라이언트에게는 자리가 없다고 말하고 닫습니다.
//! 10. Four places: a fifth client is told that there is none, and closed.
//!
//! - 검사 · check: `cargo ex check 10`

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

const PLACES: usize = 4;

fn handle_client(mut client_socket: TcpStream) -> io::Result<()> {
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

    let taken = Arc::new(AtomicUsize::new(0));
    loop {
        // 2. 클라이언트 연결 수락 · Accept a client connection
        let (mut client_socket, addr) = match server_socket.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                // 잠깐 쉽니다. 같은 에러가 되풀이되면 루프가 쉬지 않고 돕니다.
                // A pause: where the error comes again and again, the loop would spin.
                eprintln!("{error}");
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };
        // 자리를 주는 것은 이 스레드뿐이므로, 보고 나서 더해도 그사이에 늘지 않습니다.
        // This thread alone gives places away: between the look and the step there are never more.
        if taken.load(Ordering::SeqCst) == PLACES {
            if let Err(error) = client_socket.write_all("자리가 없습니다\n".as_bytes()) {
                eprintln!("{addr}: {error}");
            }
            continue;
        }
        taken.fetch_add(1, Ordering::SeqCst);
        let taken = Arc::clone(&taken);
        thread::spawn(move || {
            if let Err(error) = handle_client(client_socket) {
                eprintln!("{addr}: {error}");
            }
            // 에러로 끝나도 자리는 돌려줍니다.
            // After an error too the place is given back.
            taken.fetch_sub(1, Ordering::SeqCst);
        });
    }
}
