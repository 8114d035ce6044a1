//! The servers that are measured.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use common::Pattern;
use harness::Text;
use harness::program::{Exit, Program, Stdout};
use harness::programs::{Programs, Rung, python, root, source};
use harness::sockets::Protocol::{self, Tcp, Udp};
use serde::{Deserialize, Serialize};

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
        Tcp => "threaded-echo",
        Udp => "udp-echo",
    }
}

/// The Python original.
pub const ORIGINAL: &str = "original";

/// C.
pub const C: &str = "c";

/// The shortest loop in Rust.
pub const BARE: &str = "bare";

/// Servers that are left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    ids: Vec<String>,
    korean: String,
    english: String,
}

impl Missing {
    fn new(ids: &[&str], korean: &str, english: &str) -> Self {
        let ids = ids.iter().map(ToString::to_string).collect();
        Self { ids, korean: korean.to_owned(), english: english.to_owned() }
    }

    /// What a reader is told of it.
    #[must_use]
    pub fn text(&self) -> Text {
        let Self { ids, korean, english } = self;
        let ids = ids.join(", ");
        Text::new(format!("{ids}: 뺍니다. {korean}"), format!("{ids}: left out, {english}"))
    }
}

/// Builds all servers, optimized or not, without those for which something is missing here.
///
/// # Errors
///
/// When the programs in Rust cannot be built.
pub fn all(folder: &tempfile::TempDir, release: bool) -> Result<(Vec<Contender>, Vec<Missing>)> {
    let programs = build(&["threaded-echo", "udp-echo", "next-steps", "bench"], release)?;
    let mut contenders = Vec::new();
    let mut missing = Vec::new();
    let mut add = |id, protocol, command: Vec<OsString>| {
        contenders.push(Contender { id, protocol, command });
    };
    let servers = root().join("crates/tools/bench/servers");

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
        missing.push(Missing::new(
            &[ORIGINAL, "socketserver", "asyncio"],
            "파이썬 3.8 이상이 없습니다",
            "Python 3.8 or newer was not found",
        ));
    }
    let compile = |source| compile(&servers.join(source), folder);
    if let (Some(threads), Some(udp)) = (compile("threads.c"), compile("udp.c")) {
        add(C, Tcp, vec![threads.into()]);
        add(C, Udp, vec![udp.into()]);
    } else {
        missing.push(Missing::new(
            &[C],
            "C 컴파일러(cc)가 없거나 컴파일하지 못했습니다",
            "no C compiler (cc) was found, or it failed",
        ));
    }
    Ok((contenders, missing))
}

/// Builds the programs of these packages, optimized or not.
///
/// # Errors
///
/// When they cannot be built.
pub fn build(packages: &[&str], release: bool) -> Result<Programs> {
    let mut arguments = vec!["--locked", "--bins"];
    arguments.extend(release.then_some("--release"));
    arguments.extend(packages.iter().flat_map(|package| ["-p", package]));
    Programs::build_with(&arguments)
}

/// Compiles a program in C; `None` where that cannot be done.
#[must_use]
pub fn compile(source: &Path, folder: &tempfile::TempDir) -> Option<PathBuf> {
    let program = folder.path().join(source.file_stem()?);
    let mut compiler = Command::new("cc");
    compiler.args(["-O2", "-pthread", "-o"]).arg(&program).arg(source);
    let exit = Program::start(compiler, Stdout::Null).ok()?.exit(Duration::from_secs(60));
    (exit == Some(Exit::Code(0))).then_some(program)
}
