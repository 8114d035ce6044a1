// mistake: Asserts that something was received, so a client that closes its side without a message gets no reply.
// catches: half-close
// says: it died before it replied

use std::io::{Read, Write};
use std::net::TcpListener;

fn main() {
    let port = std::env::var("PORT").unwrap_or("12345".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();

    let (mut client, addr) = listener.accept().unwrap();
    println!("클라이언트가 연결되었습니다. 주소: {addr}");

    let mut buffer = [0; 1024];
    let received = client.read(&mut buffer).unwrap();
    assert!(received > 0, "the client is gone");
    client.write_all("서버로부터 응답: {data}".as_bytes()).unwrap();
}
