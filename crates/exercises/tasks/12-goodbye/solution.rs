//! 12. 깔끔한 종료: quit이 오면 이미 온 줄에 모두 응답하고 끝납니다.
//! 12. Goodbye in good order: at quit every line that has come is answered, and then it ends.
//!
//! - 검사 · check: `cargo ex check 12`

use std::env;
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_millis(100);

fn handle_client(
    mut client_socket: TcpStream,
    server: SocketAddr,
    stopping: &AtomicBool,
) -> io::Result<()> {
    // 3. 클라이언트와 데이터 교환 · Exchange data with the client
    client_socket.set_read_timeout(Some(TICK))?;
    // 아직 줄이 되지 않은 바이트는 reader와 line이 가지고 있습니다.
    // The reader, and `line`, keep the bytes that are no line yet.
    let mut reader = BufReader::new(client_socket.try_clone()?);
    let mut line = Vec::new();
    loop {
        match reader.read_until(b'\n', &mut line) {
            // 아무것도 오지 않을 때만 끝냅니다. 이미 온 줄을 잃지 않습니다.
            // It ends only when nothing comes, so that no line is lost that had come.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if stopping.load(Ordering::SeqCst) {
                    break;
                }
                continue;
            }
            Err(error) => return Err(error),
            Ok(0) if line.is_empty() => break,
            Ok(_) => {}
        }
        if line.ends_with(b"\n") {
            line.pop();
        }
        if line.ends_with(b"\r") {
            line.pop();
        }
        if line == b"quit" {
            stopping.store(true, Ordering::SeqCst);
            // accept에서 기다리는 서버를 깨웁니다.
            // This wakes the server, which waits in accept.
            drop(TcpStream::connect(server)?);
        } else {
            client_socket.write_all(&["서버로부터 응답: ".as_bytes(), &line, b"\n"].concat())?;
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
    let server = server_socket.local_addr()?;

    let stopping = Arc::new(AtomicBool::new(false));
    let mut threads = Vec::new();
    while !stopping.load(Ordering::SeqCst) {
        // 2. 클라이언트 연결 수락 · Accept a client connection
        let (client_socket, addr) = match server_socket.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                // 잠깐 쉽니다. 같은 에러가 되풀이되면 루프가 쉬지 않고 돕니다.
                // A pause: where the error comes again and again, the loop would spin.
                eprintln!("{error}");
                thread::sleep(TICK);
                continue;
            }
        };
        let stopping = Arc::clone(&stopping);
        threads.push(thread::spawn(move || {
            if let Err(error) = handle_client(client_socket, server, &stopping) {
                eprintln!("{addr}: {error}");
            }
        }));
    }
    drop(server_socket);

    // 쉬지 않고 보내는 클라이언트도 서버를 오래 붙잡지 못합니다.
    // A client that never stops sending does not hold the server for long.
    let end = Instant::now() + Duration::from_secs(2);
    while Instant::now() < end && !threads.iter().all(|thread| thread.is_finished()) {
        thread::sleep(TICK / 10);
    }
    Ok(())
}
