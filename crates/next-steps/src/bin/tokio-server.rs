//! 비동기 TCP 서버: 클라이언트마다 태스크(task)를 하나씩 시작하고, 몇 안 되는 스레드로 모두 실행합니다.
//! An asynchronous TCP server: starts a task for each client and runs all of them on a few threads.
//!
//! - 터미널 1 · terminal 1: `cargo run -p next-steps --bin tokio-server`
//! - 터미널 2 · terminal 2: `cargo run --bin threaded-echo-client -- --clients 100`
//!
//! 터미널 1에는 클라이언트 100개의 주소가, 터미널 2에는 `서버로부터 응답: {data}`가 100번 나타납니다. Ctrl-C로 끝냅니다.
//! Terminal 1 shows 100 addresses, terminal 2 shows `서버로부터 응답: {data}` 100 times. Ctrl-C ends the server.
//!
//! 주의: 태스크 안에서 `std`의 `read`나 `thread::sleep`을 부르면 스레드가 블로킹되어, 그 스레드에서 실행될 다른 태스크까지 멈춥니다.
//! Hazard: a task that calls the `read` of `std`, or `thread::sleep`, blocks its thread and other tasks with it.

use std::io::{self, ErrorKind};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use common::{Pattern, ServerArgs};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time;

// 4단계와 5단계는 원본처럼 파일의 앞에 있지만, 새 태스크에서 3단계 다음에 실행됩니다.
// Steps 4 and 5 stand first, as in the original; they run after step 3, in the new task.
async fn handle_client(mut client_socket: TcpStream, echo: bool) -> io::Result<()> {
    // 4. [태스크] 클라이언트와 데이터 교환 · [task] Exchange data with the client
    // await에서 기다리는 태스크는 스레드를 내놓습니다.
    // A task that waits at an await gives its thread back.
    let mut buffer = [0; 1024];
    let size = client_socket.read(&mut buffer).await?;
    let data = &buffer[..size];
    let response = if echo {
        ["서버로부터 응답: ".as_bytes(), data].concat()
    } else {
        Vec::from("서버로부터 응답: {data}")
    };
    client_socket.write_all(&response).await?;
    if !echo {
        common::explain_braces();
    }

    // 5. [태스크] 연결 종료 · [task] Close the connection
    drop(client_socket);
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    common::report(serve().await)
}

async fn serve() -> Result<()> {
    let args = ServerArgs::parse_as(Pattern::ThreadedEcho, "tokio-server");

    // 1. 서버 소켓 생성 · Create the server socket
    let server_socket =
        TcpListener::bind(args.addr()?).await.map_err(|error| args.advise(error))?;
    args.announce(server_socket.local_addr()?);

    loop {
        // 2. 클라이언트 연결 수락 · Accept a client connection
        let (client_socket, addr) = match server_socket.accept().await {
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
                    // thread::sleep은 스레드를 통째로 재우지만, 이것은 이 태스크만 기다리게 합니다.
                    // thread::sleep would put a whole thread to sleep; here, only this task waits.
                    time::sleep(Duration::from_millis(500)).await;
                }
                continue;
            }
        };
        println!("클라이언트가 연결되었습니다. 주소: {}", common::python_addr(addr));

        // 3. 새 태스크 생성과 시작 · Create and start a new task
        tokio::spawn(async move {
            if let Err(error) = handle_client(client_socket, args.echo).await {
                common::not_answered(addr, &error);
            }
        });
    }
}
