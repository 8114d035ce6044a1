//! 클라이언트마다 스레드를 시작하는 가장 짧은 루프입니다. `threaded-echo`에서 비용이 얼마나 더 드는지 재는 기준입니다.
//! The shortest loop with a thread for each client: the floor for measuring what `threaded-echo` adds.

use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn handle_client(mut client_socket: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    let _ = client_socket.read(&mut buffer)?;
    client_socket.write_all("서버로부터 응답: {data}".as_bytes())
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("12345".to_string());
    let server_socket = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    loop {
        let (client_socket, addr) = server_socket.accept()?;
        println!("클라이언트가 연결되었습니다. 주소: ('{}', {})", addr.ip(), addr.port());
        thread::spawn(move || handle_client(client_socket));
    }
}
