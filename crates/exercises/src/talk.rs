//! A client that sends each line that is typed, and shows what comes.

use std::io::{self, BufRead, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::process;
use std::thread;

use anyhow::{Context, Result};
use clap::Args;
use common::in_lines;

use crate::progress::tell;
use harness::Text;

/// Where to, and how.
#[derive(Args)]
pub struct TalkArgs {
    #[arg(long, default_value = "localhost", value_name = "HOST", help = in_lines("서버의 호스트", "the host of the server"))]
    host: String,
    #[arg(short, long, env = "PORT", hide_env = true, default_value_t = 12345, value_name = "PORT", help = in_lines("서버의 포트, 또는 환경 변수 PORT", "its port, or the variable PORT"))]
    port: u16,
    #[arg(long, help = in_lines("줄마다 데이터그램 하나를 보냅니다", "a datagram for each line"))]
    udp: bool,
}

/// Talks until standard input ends and the server closes.
///
/// # Errors
///
/// When nobody is there, or the connection breaks.
pub fn talk(args: &TalkArgs) -> Result<bool> {
    let addr = common::resolve(&args.host, args.port)?;
    let result = if args.udp { datagrams(addr) } else { stream(addr) };
    result.map(|()| true).with_context(|| {
        in_lines(
            format!("{addr}에 있는 서버와 이야기하지 못했습니다. 서버를 먼저 실행하세요."),
            format!("No talk with a server at {addr}: start the server first."),
        )
    })
}

/// Sends what is typed, as it is, and then closes its side; what comes is shown meanwhile.
fn stream(addr: SocketAddr) -> io::Result<()> {
    let mut socket = TcpStream::connect(addr)?;
    tell(&Text::new(
        format!("{addr}에 연결했습니다. 쓰기 방향을 닫으려면 Ctrl-D(윈도우: Ctrl-Z와 Enter)"),
        format!("connected to {addr}; Ctrl-D (Windows: Ctrl-Z, Enter) closes your side"),
    ));
    let mut sending = socket.try_clone()?;
    thread::spawn(move || {
        let sent = each_line(|line| sending.write_all(line));
        // Where the connection is gone, the other thread says so.
        _ = sent.and_then(|()| sending.shutdown(Shutdown::Write));
    });
    let mut buffer = [0; 4096];
    loop {
        let size = socket.read(&mut buffer)?;
        if size == 0 {
            tell(&Text::new("서버가 닫았습니다", "the server has closed"));
            // The other thread may still wait for a line, which nobody would get.
            process::exit(0);
        }
        show(&buffer[..size])?;
    }
}

fn datagrams(addr: SocketAddr) -> io::Result<()> {
    let socket = UdpSocket::bind(("127.0.0.1", 0))?;
    socket.connect(addr)?;
    tell(&Text::new(
        format!("한 줄에 데이터그램 하나씩 {addr}에 보냅니다. 끝내기: Ctrl-C"),
        format!("each line goes to {addr} as a datagram; Ctrl-C ends it"),
    ));
    let receiving = socket.try_clone()?;
    thread::spawn(move || {
        let mut buffer = vec![0; 65_535];
        loop {
            let shown = receiving.recv(&mut buffer).and_then(|size| {
                show(&buffer[..size])?;
                show(b"\n")
            });
            if let Err(error) = shown {
                tell(&Text::new(
                    format!("받지 못했습니다: {error}"),
                    format!("nothing received: {error}"),
                ));
            }
        }
    });
    each_line(|line| socket.send(line.strip_suffix(b"\n").unwrap_or(line)).map(drop))
}

fn each_line(mut send: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut stdin = io::stdin().lock();
    let mut line = Vec::new();
    while stdin.read_until(b'\n', &mut line)? > 0 {
        send(&line)?;
        line.clear();
    }
    Ok(())
}

/// Shows what has come as it is, even where it ends inside a character.
fn show(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}
