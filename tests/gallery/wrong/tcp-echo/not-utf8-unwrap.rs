// mistake: Unwraps String::from_utf8, which panics on bytes that are not UTF-8, before the reply.
// catches: not-utf8
// says: decoding the received bytes failed

use std::io::{Read, Write};
use std::net::TcpListener;

fn main() {
    let port = std::env::var("PORT").unwrap_or("12345".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();

    let (mut client, addr) = listener.accept().unwrap();
    println!("클라이언트가 연결되었습니다. 주소: {addr}");

    let mut buffer = [0; 1024];
    let received = client.read(&mut buffer).unwrap();
    let data = String::from_utf8(buffer[..received].to_vec()).unwrap();
    eprintln!("{data}");
    client.write_all("서버로부터 응답: {data}".as_bytes()).unwrap();
}
