//! 측정 프로그램을 시험하려고 일부러 결함을 넣은 서버: 어떤 결함을 넣을지 첫 인수로 고릅니다. `spin`은 클라이언트마다
//! CPU 시간 50마이크로초를 더 쓰고, `leak`은 클라이언트마다 소켓 하나와 메모리를 돌려주지 않고, `wrong`은 두 번에 한 번 다르게 응답하고, `quit`은
//! 클라이언트를 두 번 처리하고 끝납니다.
//!
//! A server that tries the measurements out. Its first argument says what is planted: `spin` spends 50 µs on each
//! client, `leak` keeps a socket and memory of each, `wrong` replies something else one time in two, `quit` ends
//! after two clients.

use std::env;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

fn handle_client(mut client_socket: TcpStream, number: usize, planted: &str) -> io::Result<()> {
    let mut buffer = [0; 1024];
    let _ = client_socket.read(&mut buffer)?;
    if planted == "spin" {
        let end = Instant::now() + Duration::from_micros(50);
        while Instant::now() < end {}
    }
    let wrong = planted == "wrong" && number % 2 == 1;
    let reply = if wrong { "wrong" } else { "서버로부터 응답: {data}" };
    client_socket.write_all(reply.as_bytes())?;
    if planted == "leak" {
        client_socket.shutdown(Shutdown::Both)?;
        std::mem::forget((client_socket, vec![1; 4096]));
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let planted = env::args().nth(1).unwrap_or_default();
    let port = env::var("PORT").unwrap_or("12345".to_string());
    let server_socket = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    let clients = if planted == "quit" { 2 } else { usize::MAX };
    for number in 0..clients {
        let (client_socket, addr) = server_socket.accept()?;
        println!("클라이언트가 연결되었습니다. 주소: ('{}', {})", addr.ip(), addr.port());
        let planted = planted.clone();
        thread::spawn(move || handle_client(client_socket, number, &planted));
    }
    Ok(())
}
