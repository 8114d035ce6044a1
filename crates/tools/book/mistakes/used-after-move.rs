use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

fn handle_client(mut client_socket: TcpStream, _addr: SocketAddr) -> io::Result<()> {
    // 4. [스레드] 클라이언트와 데이터 교환 · [thread] Exchange data with the client
    let mut buffer = [0; 1024];
    let size = client_socket.read(&mut buffer)?;
    #[expect(unused_variables)]
    let data = &buffer[..size];
    client_socket.write_all("서버로부터 응답: {data}".as_bytes())?;
    Ok(())
}

fn main() -> io::Result<()> {
    // 1. 서버 소켓 생성 · Create the server socket
    let server_socket = TcpListener::bind("127.0.0.1:12345")?;

    loop {
        // 2. 클라이언트 연결 수락 · Accept a client connection
        let (client_socket, addr) = server_socket.accept()?;
        println!("클라이언트가 연결되었습니다. 주소: ('{}', {})", addr.ip(), addr.port());

        // 3. 새 스레드 생성과 시작 · Create and start a new thread
        thread::spawn(move || handle_client(client_socket, addr).unwrap());
        println!("새 스레드가 처리합니다. 주소: {}", client_socket.peer_addr()?);
    }
}

// says: error[E0382]
// instead: println!("새 스레드가 처리합니다. 주소: {}", client_socket.peer_addr()?); → println!("새 스레드가 처리합니다. 주소: {addr}");
