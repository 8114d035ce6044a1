// mistake: Reads with read_to_string, which waits for the end of the stream.
// catches: hello
// says: it answered only after the client had closed its side

use std::io::{Read, Write};
use std::net::TcpListener;

fn main() {
    let port = std::env::var("PORT").unwrap_or("12345".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();

    let (mut client, addr) = listener.accept().unwrap();
    println!("클라이언트가 연결되었습니다. 주소: {addr}");

    let mut data = String::new();
    client.read_to_string(&mut data).unwrap();
    client.write_all("서버로부터 응답: {data}".as_bytes()).unwrap();
}
