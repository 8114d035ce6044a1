// mistake: Reads up to 4096 bytes and copies them into an array of 1024: a longer message panics.
// catches: over-buffer
// says: an index is out of range

use std::io::{Read, Write};
use std::net::TcpListener;

fn main() {
    let port = std::env::var("PORT").unwrap_or("12345".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();

    let (mut client, addr) = listener.accept().unwrap();
    println!("클라이언트가 연결되었습니다. 주소: {addr}");

    let mut chunk = [0; 4096];
    let mut buffer = [0; 1024];
    let received = client.read(&mut chunk).unwrap();
    buffer[..received].copy_from_slice(&chunk[..received]);
    client.write_all("서버로부터 응답: {data}".as_bytes()).unwrap();
}
