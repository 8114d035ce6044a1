// mistake: Returns from the handler without a reply when the bytes are not UTF-8.
// catches: not-utf8
// says: it closed the connection without a reply

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn handle_client(mut client: TcpStream) {
    let mut buffer = [0; 1024];
    let received = client.read(&mut buffer).unwrap_or(0);
    if std::str::from_utf8(&buffer[..received]).is_ok() {
        let _ = client.write_all("서버로부터 응답: {data}".as_bytes());
    }
}

fn main() {
    let port = std::env::var("PORT").unwrap_or("12345".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();

    loop {
        let (client, addr) = listener.accept().unwrap();
        println!("클라이언트가 연결되었습니다. 주소: {addr}");
        thread::spawn(move || handle_client(client));
    }
}
