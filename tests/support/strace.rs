//! The system calls of a server, from strace.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::Regex;

use super::{wrapped, Lease, Package, Rung, Server};

/// The system calls of a server on its sockets, thread by thread, in a form in which the original
/// and its ports can be compared: without what `std` and the readiness line add (`SO_REUSEADDR`,
/// `MSG_NOSIGNAL`, `getsockname`). `drive` talks to the server.
pub fn system_calls(package: &Package, rung: Rung, drive: impl Fn(&mut Server)) -> Vec<Vec<String>> {
    let log = tempfile::NamedTempFile::new().unwrap();
    // With -D it is the server, and not strace, that the test owns and ends.
    let strace =
        ["strace", "-D", "-f", "-e", "trace=network,close", "-o", log.path().to_str().unwrap()];
    let lease = Arc::new(Lease::take());
    let mut server = Server::leased(&mut wrapped(&strace, &package.command(rung)), &lease);
    drive(&mut server);
    let port = server.port();
    drop(server);
    let text = std::fs::read_to_string(log.path()).unwrap();
    let calls = socket_calls(&text, &port);
    assert!(!calls.is_empty(), "no calls in:\n{text}");
    calls
}

fn socket_calls(log: &str, port: &str) -> Vec<Vec<String>> {
    let regex = |pattern| Regex::new(pattern).unwrap();
    let call = regex(r"^(\w+)\((\d*)(.*)\) += (\d+)");
    let binds = format!("sin_port=htons({port})");
    let transfer = regex(r#", ".*"(?:\.\.\.)?, (\d+), ([A-Z_|0-9]+), (NULL|\{)"#);

    // Calls that another thread interrupted in the log are put together again.
    let mut pending = BTreeMap::new();
    let mut lines = Vec::new();
    for line in log.lines() {
        let (pid, text) = line.split_once(' ').expect("a process id");
        let text = text.trim_start();
        // What the client has seen has happened, even if the server was ended in the middle of it.
        let seen = text.starts_with("close(") || text.starts_with("sendto(");
        if let (true, Some((start, _))) = (seen, text.split_once(" <unfinished")) {
            lines.push((pid, format!("{start}) = 0")));
        } else if let Some(start) = text.strip_suffix(" <unfinished ...>") {
            pending.insert(pid, start);
        } else if let Some((_, rest)) = text.split_once(" resumed>") {
            if let Some(start) = pending.remove(pid) {
                lines.push((pid, format!("{start}{rest}")));
            }
        } else if seen {
            lines.push((pid, text.replace("= ?", "= 0")));
        } else {
            lines.push((pid, text.to_owned()));
        }
    }

    // The server socket is the one that is bound to the port; what came before is name resolution.
    let calls: Vec<_> = lines
        .iter()
        .filter_map(|(pid, line)| call.captures(line).map(|call| (*pid, line.as_str(), call)))
        .collect();
    let named = calls.iter().position(|(_, line, _)| line.contains(&binds)).expect("it binds");
    let server = calls[named].2[2].to_owned();
    let first = calls[..named]
        .iter()
        .rposition(|(_, line, call)| line.starts_with("socket(") && call[4] == server)
        .expect("it makes a socket");

    let mut roles = BTreeMap::from([(server, "server")]);
    let mut threads: Vec<(&str, Vec<String>)> = Vec::new();
    for (index, (pid, line, call)) in calls.iter().enumerate().skip(first) {
        let (name, fd) = (&call[1], &call[2]);
        let role = if index == first { "server" } else { roles.get(fd).copied().unwrap_or("") };
        if role.is_empty() || name == "getsockname" || line.contains("SO_REUSEADDR") {
            continue;
        }
        let rest = match name {
            "bind" => "127.0.0.1".to_owned(),
            "accept4" => {
                roles.insert(call[4].to_owned(), "client");
                "SOCK_CLOEXEC".to_owned()
            }
            "recvfrom" | "sendto" => {
                let parts = transfer.captures(line).unwrap_or_else(|| panic!("{line}"));
                format!("{} {}", &parts[1], parts[2].replace("MSG_NOSIGNAL", "0"))
            }
            "close" => {
                roles.remove(fd);
                String::new()
            }
            _ => call[3].trim_start_matches(", ").to_owned(),
        };
        assert!(name != "bind" || line.contains("127.0.0.1"), "{line}");
        assert!(name != "accept4" || line.contains("SOCK_CLOEXEC"), "{line}");
        let index = threads.iter().position(|(thread, _)| thread == pid).unwrap_or_else(|| {
            threads.push((pid, Vec::new()));
            threads.len() - 1
        });
        threads[index].1.push(format!("{name}({role} {rest})"));
    }
    threads.into_iter().map(|(_, calls)| calls).collect()
}
