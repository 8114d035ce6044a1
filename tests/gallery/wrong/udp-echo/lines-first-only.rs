// mistake: Prints only the first line of the datagram.
// catches: lines
// says: only the first line of the data was printed

use std::net::UdpSocket;

fn main() {
    let port = std::env::var("PORT").unwrap_or("12345".to_string());
    let server_socket = UdpSocket::bind(format!("127.0.0.1:{port}")).unwrap();

    let mut buffer = [0; 1024];
    loop {
        let (received, addr) = server_socket.recv_from(&mut buffer).unwrap();
        let text = String::from_utf8_lossy(&buffer[..received]);
        println!("클라이언트로부터 받은 데이터: {}", text.lines().next().unwrap_or(""));
        server_socket.send_to("서버로부터 응답".as_bytes(), addr).unwrap();
    }
}
