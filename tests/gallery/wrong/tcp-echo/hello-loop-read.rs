// mistake: Reads until 0 and answers each read, so the connection stays open as long as the client's.
// catches: hello
// says: it reads on in a loop

use std::io::{Read, Write};
use std::net::TcpListener;

fn main() -> std::io::Result<()> {
    let port = std::env::var("PORT").unwrap_or("12345".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    let (mut stream, addr) = listener.accept()?;
    println!("클라이언트가 연결되었습니다. 주소: ('{}', {})", addr.ip(), addr.port());

    let mut buffer = [0; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        stream.write_all("서버로부터 응답: {data}".as_bytes())?;
    }
    Ok(())
}
