//! 멀티스레드 TCP 서버: 클라이언트마다 스레드를 하나씩 시작합니다. 원본은 `python/server.py`입니다.
//! A multithreaded TCP server: starts a thread for each client. Its original is `python/server.py`.
//!
//! - 터미널 1 · terminal 1: `cargo run -p threaded-echo`
//! - 터미널 2 · terminal 2: `cargo run --bin threaded-echo-client -- 안녕`
//!
//! 터미널 1에는 세 클라이언트의 주소가, 터미널 2에는 `서버로부터 응답: {data}`가 세 번 나타납니다. Ctrl-C로 끝냅니다.
//! Terminal 1 shows three addresses, terminal 2 shows `서버로부터 응답: {data}` three times. Ctrl-C ends the server.
//!
//! 주의: 아무것도 보내지 않는 클라이언트도 스레드 하나를 차지합니다. 클라이언트가 아주 많으면 다른 방법이 필요합니다.
//! Hazard: a silent client keeps its thread. A great many clients need another way.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use common::{Pattern, ServerArgs};

// 4단계와 5단계는 원본처럼 파일의 앞에 있지만, 새 스레드에서 3단계 다음에 실행됩니다.
// Steps 4 and 5 stand first, as in the original; they run after step 3, in the new thread.
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

// `common::…`는 crates/common/src에 있습니다. 인수, 주소, 안내 메시지입니다.
// What begins with `common::` is in crates/common/src: arguments, addresses, advice.
fn main() -> ExitCode {
    common::report(serve())
}

fn serve() -> Result<()> {
    let args = ServerArgs::parse(Pattern::ThreadedEcho);

    // 1. 서버 소켓 생성 · Create the server socket
    let server_socket = TcpListener::bind(args.addr()?).map_err(|error| args.advise(error))?;
    args.announce(server_socket.local_addr()?);

    loop {
        // 2. 클라이언트 연결 수락 · Accept a client connection
        let (client_socket, addr) = match server_socket.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                common::not_accepted(&error);
                // 한 클라이언트의 에러이면 쉬지 않고 다음 차례로 갑니다.
                // 자원이 모자라는 등 다른 에러는 곧바로 다시 해도 또 나므로, 잠시 기다립니다.
                // After one client's own error, go on at once.
                // Any other, such as a shortage, would only come again at once: wait a moment.
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

        // 3. 새 스레드 생성과 시작 · Create and start a new thread
        // thread::spawn은 스레드를 만들 수 없으면 패닉합니다.
        // Builder는 에러를 돌려주고, 그 클라이언트만 끊깁니다.
        // thread::spawn panics when no thread can be created;
        // Builder returns the error, and only that client is lost.
        let started = thread::Builder::new().spawn(move || {
            if let Err(error) = handle_client(client_socket, args.echo) {
                common::not_answered(addr, &error);
            }
        });
        if let Err(error) = started {
            common::no_thread(addr, &error);
        }
    }
}
