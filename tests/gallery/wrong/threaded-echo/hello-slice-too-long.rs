// mistake: Takes buffer[..1500] of an array of 1024 where it meant the bytes received: the thread panics.
// catches: hello
// says: an index is out of range

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

const MESSAGE_SIZE: usize = 1500;

fn handle_client(mut stream: TcpStream, mut buffer: Vec<u8>) {
    let _n = stream.read(&mut buffer).unwrap();
    let message = &buffer[..MESSAGE_SIZE];
    let _text = String::from_utf8_lossy(message);
    stream.write_all("서버로부터 응답: {data}".as_bytes()).unwrap();
}

fn main() {
    let port = std::env::var("PORT").unwrap_or("12345".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    loop {
        let (stream, addr) = listener.accept().unwrap();
        println!("클라이언트가 연결되었습니다. 주소: ('{}', {})", addr.ip(), addr.port());
        thread::spawn(move || handle_client(stream, vec![0; 1024]));
    }
}
