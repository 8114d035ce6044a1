// mistake: The handler returns an error (the message is no number), and the thread prints it with println!.
// catches: hello
// says: error: invalid digit found in string

use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn handle_client(mut stream: TcpStream) -> Result<(), Box<dyn Error>> {
    let mut buffer = [0; 1024];
    let n = stream.read(&mut buffer)?;
    let _number: u32 = String::from_utf8_lossy(&buffer[..n]).parse()?;
    stream.write_all("서버로부터 응답: {data}".as_bytes())?;
    Ok(())
}

fn main() {
    let port = std::env::var("PORT").unwrap_or("12345".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    loop {
        let (stream, addr) = listener.accept().unwrap();
        println!("클라이언트가 연결되었습니다. 주소: ('{}', {})", addr.ip(), addr.port());
        thread::spawn(move || {
            if let Err(e) = handle_client(stream) {
                println!("error: {e}");
            }
        });
    }
}
