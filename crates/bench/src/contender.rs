//! The servers that are measured.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use common::Pattern;
use compare::programs::{python, root, source, Programs, Rung};
use compare::Text;
use serde::Serialize;

use crate::load::Protocol;

/// A server that is measured.
#[derive(Clone, Debug)]
pub struct Contender {
    /// Its name in the tables.
    pub id: &'static str,
    /// What it speaks.
    pub protocol: Protocol,
    /// The command that starts it. Its port is in the environment variable `PORT`.
    pub command: Vec<OsString>,
}

/// The port that everything is about, of each protocol.
#[must_use]
pub fn port(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "threaded-echo",
        Protocol::Udp => "udp-echo",
    }
}

/// The Python original.
pub const ORIGINAL: &str = "original";

/// C.
pub const C: &str = "c";

/// The shortest loop in Rust.
pub const BARE: &str = "bare";

/// Servers that are left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Their names.
    pub ids: Vec<&'static str>,
    /// Why.
    pub why: Text,
}

/// Builds all servers, without those for which something is missing here.
///
/// # Errors
///
/// When the programs in Rust cannot be built, or nobody can write to the temporary folder.
pub fn all(folder: &tempfile::TempDir) -> Result<(Vec<Contender>, Vec<Missing>)> {
    use Protocol::{Tcp, Udp};
    let packages = ["-p", "threaded-echo", "-p", "udp-echo", "-p", "next-steps", "-p", "bench"];
    let programs =
        Programs::build_with(&[&["--release", "--locked", "--bins"], &packages[..]].concat())?;
    let mut contenders = Vec::new();
    let mut missing = Vec::new();
    let mut add = |id, protocol, command: Vec<OsString>| {
        contenders.push(Contender { id, protocol, command });
    };
    let servers = root().join("crates/bench/servers");

    for (id, protocol, program) in [
        (port(Tcp), Tcp, "threaded-echo-server"),
        (BARE, Tcp, "bare-threads-server"),
        ("pool", Tcp, "thread-pool-server"),
        ("tokio", Tcp, "tokio-server"),
        (port(Udp), Udp, "udp-echo-server"),
        (BARE, Udp, "bare-udp-server"),
    ] {
        add(id, protocol, vec![programs.path(program)?.into()]);
    }
    if let Some(python) = python() {
        let original = |pattern| root().join(source(pattern, Rung::Original));
        for (id, protocol, script) in [
            (ORIGINAL, Tcp, original(Pattern::ThreadedEcho)),
            ("socketserver", Tcp, servers.join("socketserver_tcp.py")),
            ("asyncio", Tcp, servers.join("asyncio_tcp.py")),
            (ORIGINAL, Udp, original(Pattern::UdpEcho)),
            ("socketserver", Udp, servers.join("socketserver_udp.py")),
            ("asyncio", Udp, servers.join("asyncio_udp.py")),
        ] {
            add(id, protocol, python.iter().map(OsString::from).chain([script.into()]).collect());
        }
    } else {
        let why = Text::new("파이썬 3.8 이상이 없습니다", "Python 3.8 or newer was not found");
        missing.push(Missing { ids: vec![ORIGINAL, "socketserver", "asyncio"], why });
    }
    for (protocol, source) in [(Tcp, "threads.c"), (Udp, "udp.c")] {
        match compile(&servers.join(source), folder) {
            Some(program) => add(C, protocol, vec![program.into()]),
            None if missing.iter().any(|missing| missing.ids == [C]) => {}
            None => {
                let why = Text::new(
                    "C 컴파일러(cc)가 없거나 컴파일하지 못했습니다",
                    "no C compiler (cc) was found, or it failed",
                );
                missing.push(Missing { ids: vec![C], why });
            }
        }
    }
    Ok((contenders, missing))
}

/// Compiles a program in C; `None` where that cannot be done.
#[must_use]
pub fn compile(source: &Path, folder: &tempfile::TempDir) -> Option<PathBuf> {
    let program = folder.path().join(source.file_stem()?);
    let mut compiler = Command::new("cc");
    compiler.args(["-O2", "-pthread", "-o"]).arg(&program).arg(source);
    compiler.output().is_ok_and(|output| output.status.success()).then_some(program)
}
