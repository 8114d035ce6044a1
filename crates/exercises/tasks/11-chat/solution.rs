//! 11. 채팅방: 한 사람의 줄을 나머지 모두에게 보냅니다.
//! 11. Chat room: a line of one goes to everybody else.
//!
//! - 검사 · check: `cargo ex check 11`

use std::collections::HashMap;
use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

type Lines = Sender<Vec<u8>>;

/// 이름을 말한 클라이언트마다 보낼 줄을 넣는 채널이 하나씩 있습니다.
/// For each client that has given its name, a channel for the lines that it is to get.
type Room = Arc<Mutex<HashMap<SocketAddr, Lines>>>;

fn read_lines(reading: TcpStream, addr: SocketAddr, lines: &Lines, room: &Room) -> io::Result<()> {
    let mut reader = BufReader::new(reading);
    let mut name: Option<Vec<u8>> = None;
    let mut line = Vec::new();
    // 끝나지 않은 줄은 버립니다.
    // An unfinished line is dropped.
    while reader.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
        // 잠근 채로 소켓에 쓰지 않습니다. 채널에 넣는 일은 기다리지 않습니다.
        // No socket is written to while the lock is held: to put a line into a channel waits for nobody.
        let mut room = room.lock().unwrap();
        if let Some(name) = &name {
            for (_, others) in room.iter().filter(|(other, _)| **other != addr) {
                // 받을 스레드가 없으면 그 클라이언트는 떠나는 중입니다.
                // Where no thread receives it, that client is about to leave.
                let _ = others.send([&name[..], &line].concat());
            }
        } else {
            name = Some([&line[..line.len() - 1], b": "].concat());
            let _ = lines.send("환영합니다\n".into());
            room.insert(addr, lines.clone());
        }
        line.clear();
    }
    Ok(())
}

fn handle_client(mut client_socket: TcpStream, addr: SocketAddr, room: &Room) -> io::Result<()> {
    // 3. 클라이언트와 데이터 교환 · Exchange data with the client
    let (reading, closing) = (client_socket.try_clone()?, client_socket.try_clone()?);
    let (lines, received) = mpsc::channel::<Vec<u8>>();
    // 읽지 않는 클라이언트는 이 스레드만 기다리게 합니다.
    // A client that does not read holds up this thread, its own, and no other.
    thread::spawn(move || received.iter().try_for_each(|line| client_socket.write_all(&line)));
    let result = read_lines(reading, addr, &lines, room);

    // 4. 연결 종료 · Close the connection
    // 닫아야 쓰는 스레드도 끝납니다.
    // This ends the thread that writes, too.
    room.lock().unwrap().remove(&addr);
    let _ = closing.shutdown(Shutdown::Both);
    result
}

fn main() -> io::Result<()> {
    // 1. 서버 소켓 생성 · Create the server socket
    let port = env::var("PORT").expect("PORT");
    let server_socket = TcpListener::bind(format!("127.0.0.1:{port}"))?;

    let room = Room::default();
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
        let room = Arc::clone(&room);
        thread::spawn(move || {
            if let Err(error) = handle_client(client_socket, addr, &room) {
                eprintln!("{addr}: {error}");
            }
        });
    }
}
