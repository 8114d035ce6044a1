use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    // 1. 서버 소켓 생성 · Create the server socket
    let server_socket = UdpSocket::bind("127.0.0.1:12345")?;

    // 2. 데이터 수신 · Receive data
    let mut buffer = [0; 1024];
    let (size, addr) = server_socket.recv_from(&mut buffer)?;
    let data = &buffer[..size];

    // 두 번째 데이터그램 · a second datagram
    server_socket.recv_from(&mut buffer)?;

    // 3. 데이터 송신 · Send data
    server_socket.send_to(&data, addr)?;
    Ok(())
}

// says: error[E0502]
// instead: let data = &buffer[..size]; → let data = buffer[..size].to_vec();
