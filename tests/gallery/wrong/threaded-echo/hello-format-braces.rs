// mistake: Format! with doubled braces twice: {{data}} goes out with two pairs of braces.
// catches: hello
// says: the reply is another one

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn handle_client(mut stream: TcpStream) {
    let mut buffer = [0; 1024];
    let _ = stream.read(&mut buffer);
    let reply = "서버로부터 응답: {{data}}";
    let _ = stream.write_all(reply.as_bytes());
}

fn main() {
    let port = std::env::var("PORT").unwrap_or("12345".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    loop {
        let (stream, addr) = listener.accept().unwrap();
        println!("클라이언트가 연결되었습니다. 주소: ('{}', {})", addr.ip(), addr.port());
        thread::spawn(|| handle_client(stream));
    }
}
