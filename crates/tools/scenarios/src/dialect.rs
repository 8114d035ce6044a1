//! The language in which a program is written, and what the calls of the lesson are named there.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A programming language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Python.
    Python,
    /// Rust.
    Rust,
    /// C, or C++.
    C,
    /// Java.
    Java,
    /// JavaScript.
    Node,
    /// One that we do not know: it is spoken to in the names of the system's own calls.
    Other,
}

/// What a call is named in each of them: Python, Rust, C, Java, JavaScript, others.
const NAMES: [(&str, [&str; 6]); 22] = [
    ("accept", ["accept", "accept", "accept", "accept", "net.createServer", "accept"]),
    (
        "peer",
        ["addr", "addr", "client_addr", "getRemoteSocketAddress()", "socket.remotePort", "addr"],
    ),
    (
        "all",
        [
            "'' / '0.0.0.0'",
            "0.0.0.0",
            "INADDR_ANY",
            "new ServerSocket(port)",
            "listen(port)",
            "0.0.0.0",
        ],
    ),
    ("bind", ["bind", "bind", "bind", "new ServerSocket", "createServer", "bind"]),
    ("close", ["close()", "drop", "close", "close()", "socket.end()", "close"]),
    (
        "decode",
        [
            "data.decode('utf-8')",
            "String::from_utf8_lossy(data)",
            "%.*s",
            "new String(…, UTF_8)",
            "data.toString()",
            "UTF-8",
        ],
    ),
    (
        "empty",
        [
            "`if not data`",
            "`if size == 0`",
            "`if (size <= 0)`",
            "`if (size <= 0)`",
            "`if (data.length)`",
            "`size == 0`",
        ],
    ),
    ("encode", ["encode('utf-8')", "as_bytes()", "UTF-8", "getBytes(UTF_8)", "'utf8'", "UTF-8"]),
    ("flush", ["flush()", "flush()", "fflush", "flush()", "socket.write", "flush"]),
    ("join", ["join()", "join()", "pthread_join", "join()", "await", "join"]),
    ("length", ["data", "&data[..size]", "size", "size", "data", "size"]),
    ("listen", ["listen()", "listen", "listen", "ServerSocket", "listen", "listen"]),
    (
        "local",
        [
            "'localhost'",
            "127.0.0.1",
            "INADDR_LOOPBACK",
            "InetAddress.getByName(\"127.0.0.1\")",
            "'127.0.0.1'",
            "127.0.0.1",
        ],
    ),
    ("number", ["int(…)", "parse::<u16>()", "atoi", "Integer.parseInt", "Number(…)", "int"]),
    ("read", ["recv(1024)", "read", "recv", "read", "'data'", "recv"]),
    ("receive", ["recvfrom(1024)", "recv_from", "recvfrom", "receive", "'message'", "recvfrom"]),
    ("reply", ["sendto", "send_to", "sendto", "send", "server.send", "sendto"]),
    ("sender", ["addr", "addr", "client_addr", "packet.getSocketAddress()", "rinfo", "addr"]),
    ("start", ["start()", "thread::spawn", "pthread_create", "start()", "'connection'", "start"]),
    (
        "stop",
        [
            "break, return, exit",
            "break, return, exit",
            "break, return, exit",
            "break, return, exit",
            "server.close()",
            "break",
        ],
    ),
    (
        "variable",
        [
            "int(os.environ['PORT'])",
            "env::var(\"PORT\")",
            "getenv(\"PORT\")",
            "System.getenv(\"PORT\")",
            "process.env.PORT",
            "PORT",
        ],
    ),
    ("write", ["sendall", "write_all", "send", "write", "socket.write", "send"]),
];

/// Programs that run, or build and run, what is written in a language.
const RUNNERS: [(&str, Dialect); 12] = [
    ("python", Dialect::Python),
    ("pypy", Dialect::Python),
    ("py", Dialect::Python),
    ("node", Dialect::Node),
    ("nodejs", Dialect::Node),
    ("deno", Dialect::Node),
    ("bun", Dialect::Node),
    ("ts-node", Dialect::Node),
    ("java", Dialect::Java),
    ("cargo", Dialect::Rust),
    ("rust-script", Dialect::Rust),
    ("tcc", Dialect::C),
];

impl Dialect {
    /// The language of the program that a command starts.
    #[must_use]
    pub fn of(command: &[OsString]) -> Self {
        let ending = |ending: &str| match ending {
            "py" => Some(Self::Python),
            "js" | "mjs" | "cjs" | "ts" => Some(Self::Node),
            "java" | "jar" => Some(Self::Java),
            "rs" => Some(Self::Rust),
            "c" | "cpp" => Some(Self::C),
            _ => None,
        };
        for word in command {
            let path = Path::new(word);
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
            // python3, python3.11
            let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            let runner =
                RUNNERS.iter().find(|(name, _)| *name == stem).map(|(_, dialect)| *dialect);
            let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            if let Some(dialect) = runner.or_else(|| ending(&extension)) {
                return dialect;
            }
        }
        command.first().map_or(Self::Other, |program| compiled(Path::new(program)))
    }

    /// A sentence with the names of this language in the place of `{read}`, `{write}` and so on.
    #[must_use]
    pub fn speak(self, sentence: &str) -> String {
        NAMES.iter().fold(sentence.to_owned(), |text, (name, names)| {
            text.replace(&format!("{{{name}}}"), names[self as usize])
        })
    }
}

/// The language of a compiled program, by what its compiler leaves in it. A program is read once.
fn compiled(program: &Path) -> Dialect {
    static KNOWN: Mutex<BTreeMap<PathBuf, Dialect>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    *known.entry(program.to_owned()).or_insert_with(|| read(program))
}

fn read(program: &Path) -> Dialect {
    let mut bytes = Vec::new();
    let read = File::open(program).and_then(|file| file.take(16 << 20).read_to_end(&mut bytes));
    let has = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    if read.is_err() || !bytes.starts_with(b"\x7fELF") && !bytes.starts_with(b"MZ") {
        Dialect::Other
    } else if has(b"RUST_BACKTRACE") {
        Dialect::Rust
    } else if has(b"GCC: (") || has(b"clang version") {
        Dialect::C
    } else {
        Dialect::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_says_what_its_program_is_written_in() {
        for (command, dialect) in [
            ("python3 my_server.py", Dialect::Python),
            ("/usr/bin/python3.11 -u server", Dialect::Python),
            ("env X=1 node server.js", Dialect::Node),
            ("java -cp out Server", Dialect::Java),
            ("cargo run -p tcp-echo", Dialect::Rust),
            ("perl server.pl", Dialect::Other),
        ] {
            let words: Vec<OsString> = command.split(' ').map(OsString::from).collect();
            assert_eq!(Dialect::of(&words), dialect, "{command}");
        }
        let ourselves = std::env::current_exe().unwrap();
        assert_eq!(Dialect::of(&[ourselves.into()]), Dialect::Rust);
    }

    #[test]
    fn everybody_hears_the_names_of_his_own_language() {
        let sentence = "{receive}, {data}";
        assert_eq!(Dialect::Python.speak(sentence), "recvfrom(1024), {data}");
        assert_eq!(Dialect::Node.speak(sentence), "'message', {data}");
    }
}
