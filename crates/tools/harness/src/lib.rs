//! Programs from their first moment to their last: everything that starts a program, a tool or a test,
//! does it here.
//!
//! A [`Program`](program::Program) is owned from its first moment, its output is always drained, and it is
//! ended with all that it has started, whatever happens to us. A [`Lease`](port::Lease) is a port that
//! nobody else takes; [`sockets`] says what the system holds; [`trace`] reads what strace writes.

mod family;
mod output;
pub mod port;
mod processes;
pub mod program;
pub mod programs;
pub mod sockets;
#[cfg(unix)]
mod terminal;
mod text;
pub mod trace;

pub use output::{Output, count_lines};
pub use text::Text;

/// Says that a test, or a part of it, was left out. In CI nothing may be.
///
/// # Panics
///
/// Where the environment variable `CI` is set.
pub fn skip(what: &str) {
    use std::io::Write;
    assert!(std::env::var_os("CI").is_none(), "{what}: must not be skipped in CI");
    // Not `eprintln!`: the test runner would swallow it.
    let _ = writeln!(std::io::stderr(), "SKIPPED {what}");
}
