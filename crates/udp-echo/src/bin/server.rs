//! UDP 서버: 데이터그램을 하나씩 받아 출력하고, 보낸 쪽에 응답합니다. 원본은 `python/server.py`입니다.
//! A UDP server: receives datagrams, prints each and replies to its sender. Its original is `python/server.py`.
//!
//! - 터미널 1 · terminal 1: `cargo run -p udp-echo`
//! - 터미널 2 · terminal 2: `cargo run --bin udp-echo-client -- 안녕`
//!
//! 터미널 1에는 받은 데이터가, 터미널 2에는 `서버로부터 응답`이 나타납니다. Ctrl-C로 끝냅니다.
//! Terminal 1 shows the data, terminal 2 shows `서버로부터 응답`. Ctrl-C ends the server.
//!
//! 주의: 1024바이트보다 큰 데이터그램은 잘립니다. 나머지는 다시 받을 수 없습니다(Windows에서는 에러입니다).
//! Hazard: a datagram of more than 1024 bytes is cut, the rest is gone (on Windows it is an error).

use std::io::ErrorKind;
use std::net::UdpSocket;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use common::{Pattern, ServerArgs};

// Windows의 WSAEMSGSIZE: 데이터그램이 버퍼보다 큽니다.
// WSAEMSGSIZE of Windows: the datagram is larger than the buffer.
const TOO_LARGE: i32 = 10040;

// `common::…`는 crates/common/src에 있습니다. 인수, 주소, 안내 메시지입니다.
// What begins with `common::` is in crates/common/src: arguments, addresses, advice.
fn main() -> ExitCode {
    common::report(serve())
}

fn serve() -> Result<()> {
    let args = ServerArgs::parse(Pattern::UdpEcho);

    // 1. 서버 소켓 생성 · Create the server socket
    let server_socket = UdpSocket::bind(args.addr()?).map_err(|error| args.advise(error))?;
    args.announce(server_socket.local_addr()?);

    loop {
        // 2. 데이터 수신 · Receive data
        let mut buffer = [0; 1024];
        let (size, addr) = match server_socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(error) => {
                common::not_received(&error);
                // 한 클라이언트의 에러이면 쉬지 않고 다음 차례로 갑니다.
                // 자원이 모자라는 등 다른 에러는 곧바로 다시 해도 또 나므로, 잠시 기다립니다.
                // After one client's own error, go on at once.
                // Any other, such as a shortage, would only come again at once: wait a moment.
                let of_one_client = matches!(
                    error.kind(),
                    ErrorKind::ConnectionAborted
                        | ErrorKind::ConnectionReset
                        | ErrorKind::ConnectionRefused
                ) || error.raw_os_error() == Some(TOO_LARGE);
                if !of_one_client {
                    thread::sleep(Duration::from_millis(500));
                }
                continue;
            }
        };
        let data = &buffer[..size];
        println!("클라이언트로부터 받은 데이터: {}", String::from_utf8_lossy(data));

        // 3. 데이터 송신 · Send data
        let response = if args.echo {
            ["서버로부터 응답: ".as_bytes(), data].concat()
        } else {
            Vec::from("서버로부터 응답")
        };
        if let Err(error) = server_socket.send_to(&response, addr) {
            common::not_answered(addr, &error);
        }
    }

    // 4. 소켓 닫기(실행되지 않음) · Close the socket (never reached)
    // 루프가 끝나지 않습니다. Ctrl-C로 프로세스가 끝날 때 운영 체제가 소켓을 닫습니다.
    // The loop never ends. When Ctrl-C ends the process, the system closes the socket.
}
