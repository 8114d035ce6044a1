use std::io::{self, Read, Write};
use std::net::TcpListener;

fn main() -> io::Result<()> {
    // 1. 서버 소켓 생성 · Create the server socket
    let server_socket = TcpListener::bind("127.0.0.1:12345")?;

    // 2. 클라이언트 연결 수락 · Accept a client connection
    let (mut client_socket, addr) = server_socket.accept()?;
    println!("클라이언트가 연결되었습니다. 주소: ('{}', {})", addr.ip(), addr.port());

    // 3. 클라이언트와 데이터 교환 · Exchange data with the client
    let mut buffer = [0; 1024];
    let size = client_socket.read(&mut buffer)?;
    #[expect(unused_variables)]
    let data = &buffer[..size];
    client_socket.write_all("서버로부터 응답: {data}")?;
    Ok(())
}

// says: error[E0308]
// instead: client_socket.write_all("서버로부터 응답: {data}")?; → client_socket.write_all("서버로부터 응답: {data}".as_bytes())?;
