// mistake: The host has a colon in it, so it is looked up as a name and not found.
// catches: hello
// says: the name of the host was not found

use std::env;
use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn handle_client(mut stream: TcpStream) {
    let mut buffer = [0; 1024];
    let _ = stream.read(&mut buffer);
    let _ = stream.write_all("서버로부터 응답: {data}".as_bytes());
}

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("PORT").unwrap_or("12345".to_string()).parse()?;
    let listener = TcpListener::bind(("127.0.0.1:", port))?;
    loop {
        let (stream, addr) = listener.accept()?;
        println!("클라이언트가 연결되었습니다. 주소: ('{}', {})", addr.ip(), addr.port());
        thread::spawn(move || handle_client(stream));
    }
}
