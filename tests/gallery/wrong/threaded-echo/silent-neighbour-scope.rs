// mistake: Starts the thread in a scope of its own, and the end of a scope waits for its threads.
// catches: silent-neighbour
// says: it answered only after the other clients had gone

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn handle_client(mut client: TcpStream) {
    let mut buffer = [0; 1024];
    if client.read(&mut buffer).is_ok() {
        let _ = client.write_all("서버로부터 응답: {data}".as_bytes());
    }
}

fn main() {
    let port = std::env::var("PORT").unwrap_or("12345".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();

    loop {
        let (client, addr) = listener.accept().unwrap();
        println!("클라이언트가 연결되었습니다. 주소: {addr}");
        thread::scope(|scope| {
            scope.spawn(move || handle_client(client));
        });
    }
}
