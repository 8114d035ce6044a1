//! 7. 길이가 앞에 붙은 메시지: 길이만큼 다 읽고 응답합니다.
//! 7. Messages that begin with their length: as much is read as the length says.
//!
//! - 검사 · check: `cargo ex check 7`

use std::env;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

const LONGEST: usize = 65_536;

fn handle_client(mut client_socket: TcpStream) -> io::Result<()> {
    // 3. 클라이언트와 데이터 교환 · Exchange data with the client
    loop {
        let mut length = [0; 4];
        client_socket.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        // 길이는 클라이언트의 말일 뿐입니다. 믿고 메모리를 잡기 전에 봅니다.
        // The length is no more than what the client says: it is looked at before memory is taken for it.
        if length > LONGEST {
            return Ok(());
        }
        let mut data = vec![0; length];
        client_socket.read_exact(&mut data)?;
        let reply = ["서버로부터 응답: ".as_bytes(), &data].concat();
        client_socket.write_all(&(reply.len() as u32).to_be_bytes())?;
        client_socket.write_all(&reply)?;
    }
}

fn main() -> io::Result<()> {
    // 1. 서버 소켓 생성 · Create the server socket
    let port = env::var("PORT").expect("PORT");
    let server_socket = TcpListener::bind(format!("127.0.0.1:{port}"))?;

    loop {
        // 2. 클라이언트 연결 수락 · Accept a client connection
        let (client_socket, addr) = match server_socket.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                // 잠깐 쉽니다. 같은 에러가 되풀이되면 루프가 쉬지 않고 돕니다.
                // A pause: where the error comes again and again, the loop would spin.
                eprintln!("{error}");
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };
        // 4. 연결 종료 · Close the connection
        // 소켓은 handle_client에서 드롭되어 닫힙니다. 메시지가 다 오지 않은 채 끝나는 것은 에러가 아닙니다.
        // The socket is dropped in handle_client, and closed. An end where no message is whole is no error.
        match handle_client(client_socket) {
            Err(error) if error.kind() != ErrorKind::UnexpectedEof => eprintln!("{addr}: {error}"),
            _ => {}
        }
    }
}
