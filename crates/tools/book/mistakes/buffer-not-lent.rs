use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    // 1. 서버 소켓 생성 · Create the server socket
    let server_socket = UdpSocket::bind("127.0.0.1:12345")?;

    loop {
        // 2. 데이터 수신 · Receive data
        let mut buffer = [0; 1024];
        let (size, addr) = server_socket.recv_from(buffer)?;
        let data = &buffer[..size];
        println!("클라이언트로부터 받은 데이터: {}", String::from_utf8_lossy(data));

        // 3. 데이터 송신 · Send data
        let response = "서버로부터 응답";
        server_socket.send_to(response.as_bytes(), addr)?;
    }
}

// says: error[E0308]
// instead: let (size, addr) = server_socket.recv_from(buffer)?; → let (size, addr) = server_socket.recv_from(&mut buffer)?;
