//! 스레드 풀 서버: 스레드 8개를 미리 시작해 두고, 연결을 수락할 때마다 쉬고 있는 스레드에 맡깁니다.
//! A thread-pool server: starts eight threads up front and hands each client to one that is idle.
//!
//! - 터미널 1 · terminal 1: `cargo run -p next-steps --bin thread-pool-server`
//! - 터미널 2 · terminal 2: `cargo run --bin threaded-echo-client -- --clients 8`
//!
//! 터미널 1에는 여덟 클라이언트의 주소가, 터미널 2에는 `서버로부터 응답: {data}`가 여덟 번 나타납니다. Ctrl-C로 끝냅니다.
//! Terminal 1 shows eight addresses, terminal 2 shows `서버로부터 응답: {data}` eight times. Ctrl-C ends the server.
//!
//! 주의: 클라이언트 8개가 연결하고 아무것도 보내지 않으면 아홉 번째 클라이언트는 응답을 받지 못하고 기다립니다. `--clients 9`로 확인하세요.
//! Hazard: while eight clients are silent, the ninth waits. See it with `--clients 9`.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use common::{Pattern, ServerArgs};

const WORKERS: usize = 8;
const QUEUE: usize = 1024;

// 4단계와 5단계는 원본처럼 파일의 앞에 있지만, 풀의 스레드에서 3단계 다음에 실행됩니다.
// Steps 4 and 5 stand first, as in the original; they run after step 3, in a thread of the pool.
fn handle_client(mut client_socket: TcpStream, echo: bool) -> io::Result<()> {
    // 4. [스레드] 클라이언트와 데이터 교환 · [thread] Exchange data with the client
    let mut buffer = [0; 1024];
    let size = client_socket.read(&mut buffer)?;
    let data = &buffer[..size];
    let response = if echo {
        ["서버로부터 응답: ".as_bytes(), data].concat()
    } else {
        Vec::from("서버로부터 응답: {data}")
    };
    client_socket.write_all(&response)?;
    if !echo {
        common::explain_braces();
    }

    // 5. [스레드] 연결 종료 · [thread] Close the connection
    drop(client_socket);
    Ok(())
}

fn main() -> ExitCode {
    common::report(serve())
}

fn serve() -> Result<()> {
    let args = ServerArgs::parse_as(Pattern::ThreadedEcho, "thread-pool-server");

    // 1. 서버 소켓 생성 · Create the server socket
    let server_socket = TcpListener::bind(args.addr()?).map_err(|error| args.advise(error))?;

    // 대기열에는 자리가 있습니다. 가득 차면 send가 기다리고, 그동안 새 클라이언트는 백로그에서 기다립니다.
    // The queue has a bound. When it is full, send waits, and new clients wait in the backlog meanwhile.
    let (sender, receiver) = mpsc::sync_channel(QUEUE);
    // 채널의 받는 쪽은 하나뿐이므로, 스레드들이 Arc로 함께 소유하고, Mutex로 한 번에 한 스레드만 씁니다.
    // A channel has one receiving end: the threads own it together (Arc) and use it one at a time (Mutex).
    let receiver = Arc::new(Mutex::new(receiver));
    for _ in 0..WORKERS {
        let receiver = Arc::clone(&receiver);
        let worker = move || loop {
            // 잠금은 이 let 문이 끝나면 풀립니다.
            // while let의 조건에 쓰면 클라이언트를 처리하는 동안에도 잠겨 있습니다.
            // The lock ends with this `let`;
            // in the condition of a `while let` it would last while a client is handled.
            let Ok((client_socket, addr)) = receiver.lock().unwrap().recv() else {
                return;
            };
            if let Err(error) = handle_client(client_socket, args.echo) {
                common::not_answered(addr, &error);
            }
        };
        thread::Builder::new().spawn(worker).map_err(common::too_few_threads)?;
    }
    args.announce(server_socket.local_addr()?);

    loop {
        // 2. 클라이언트 연결 수락 · Accept a client connection
        let (client_socket, addr) = match server_socket.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                common::not_accepted(&error);
                let of_one_client = matches!(
                    error.kind(),
                    ErrorKind::ConnectionAborted
                        | ErrorKind::ConnectionReset
                        | ErrorKind::ConnectionRefused
                );
                if !of_one_client {
                    thread::sleep(Duration::from_millis(500));
                }
                continue;
            }
        };
        println!("클라이언트가 연결되었습니다. 주소: {}", common::python_addr(addr));

        // 3. 스레드 풀에 맡기기 · Hand the client to the pool
        sender.send((client_socket, addr))?;
    }
}
