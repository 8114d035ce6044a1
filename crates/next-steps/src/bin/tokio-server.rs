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

use std::io;
use std::process::ExitCode;

use anyhow::Result;
use common::{Pattern, ServerArgs};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time;

// 4단계와 5단계는 원본처럼 파일의 앞에 있지만, 새 태스크에서 3단계 다음에 실행됩니다.
// Steps 4 and 5 stand first, as in the original; they run after step 3, in the new task.
async fn handle_client(mut client_socket: TcpStream, echo: bool) -> io::Result<()> {
    // 4. [태스크] 클라이언트와 데이터 교환 · [task] Exchange data with the client
    // await에서 기다리는 태스크는 스레드를 내놓습니다. · A task that waits at an await gives its thread back.
    let mut buffer = [0; 1024];
    let size = client_socket.read(&mut buffer).await?;
    let data = &buffer[..size];
    client_socket.write_all(&common::reply("서버로부터 응답: {data}", data, echo)).await?;
    common::explain_braces(echo);

    // 5. [태스크] 연결 종료 · [task] Close the connection
    drop(client_socket);
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    common::report(serve().await)
}

async fn serve() -> Result<()> {
    let about = "TCP 서버: 클라이언트마다 태스크를 하나씩 시작합니다.\nA TCP server: starts a task for each client.";
    let args = ServerArgs::parse_as(Pattern::ThreadedEcho, "tokio-server", about);

    // 1. 서버 소켓 생성 · Create the server socket
    let server_socket = TcpListener::bind(args.addr()?).await.map_err(|error| args.advise(error))?;
    args.announce(server_socket.local_addr()?);

    loop {
        // 2. 클라이언트 연결 수락 · Accept a client connection
        // common::until_ok는 스레드를 통째로 재우지만, 여기에서는 이 태스크만 기다립니다.
        // common::until_ok puts its whole thread to sleep; here, only this task waits.
        let (client_socket, addr) = loop {
            match server_socket.accept().await {
                Ok(client) => break client,
                Err(error) => time::sleep(common::try_again(&error)).await,
            }
        };
        println!("클라이언트가 연결되었습니다. 주소: {}", common::python_addr(addr));

        // 3. 새 태스크 생성과 시작 · Create and start a new task
        tokio::spawn(async move {
            let result = handle_client(client_socket, args.echo).await;
            result.unwrap_or_else(|error| common::not_answered(addr, &error));
        });
    }
}
