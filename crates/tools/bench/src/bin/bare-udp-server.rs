//! 데이터그램에 응답하는 가장 짧은 루프입니다. `udp-echo`에서 비용이 얼마나 더 드는지 재는 기준입니다.
//! The shortest loop that answers datagrams: the floor for measuring what `udp-echo` adds.

use std::net::UdpSocket;
use std::{env, io};

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("12345".to_string());
    let server_socket = UdpSocket::bind(format!("127.0.0.1:{port}"))?;
    let mut buffer = [0; 1024];
    loop {
        let (size, addr) = server_socket.recv_from(&mut buffer)?;
        println!("클라이언트로부터 받은 데이터: {}", String::from_utf8_lossy(&buffer[..size]));
        server_socket.send_to("서버로부터 응답".as_bytes(), addr)?;
    }
}
