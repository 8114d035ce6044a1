//! The system calls of a program, from strace (Linux).

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use regex::Regex;

/// A system call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The thread that made it.
    pub thread: u32,
    /// Its name.
    pub name: String,
    /// Its first argument, if that is a number: mostly a descriptor.
    pub descriptor: String,
    /// The rest of its arguments, as strace writes them.
    pub arguments: String,
    /// What it returned.
    pub result: String,
    /// The name of its error, if it failed.
    pub error: Option<String>,
}

/// Whether strace can be run here.
#[must_use]
pub fn is_here() -> bool {
    let mut strace = Command::new("strace");
    strace.arg("-V").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    cfg!(target_os = "linux") && strace.status().is_ok_and(|status| status.success())
}

/// A command that runs `program` under strace with these `options`. What strace writes is its standard output,
/// whose end says that everything has been written; that of the program is nowhere.
///
/// The program, not strace, is the process that is started and ended.
#[must_use]
pub fn command<S: AsRef<OsStr>>(options: &str, program: &[S]) -> Command {
    // The log has a pipe of its own, so that there is no file to be left behind.
    let script = format!("exec strace -D -f {options} -o /dev/fd/3 \"$@\" 3>&1 >/dev/null");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh"]).args(program);
    command
}

/// The calls in a log, those that another thread interrupted put together again. What never came to an end is
/// left out, but for `close` and `sendto`, which the other side may have seen all the same.
#[must_use]
pub fn calls(log: &str) -> Vec<Call> {
    static CALL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(\w+)\((\d*)(.*)\) += (-?\d+|0x[0-9a-f]+)(?: (E\w+))?")
            .expect("a valid pattern")
    });
    let line = |(thread, line): (u32, String)| {
        let found = CALL.captures(&line)?;
        Some(Call {
            thread,
            name: found[1].to_owned(),
            descriptor: found[2].to_owned(),
            arguments: found[3].trim_start_matches(", ").to_owned(),
            result: found[4].to_owned(),
            error: found.get(5).map(|error| error.as_str().to_owned()),
        })
    };
    complete_lines(log).into_iter().filter_map(line).collect()
}

/// The lines of the log with their threads.
fn complete_lines(log: &str) -> Vec<(u32, String)> {
    let mut pending = BTreeMap::new();
    let mut lines = Vec::new();
    for line in log.lines() {
        let Some((thread, text)) = line.split_once(' ') else {
            continue;
        };
        let (Ok(thread), text) = (thread.parse(), text.trim_start()) else {
            continue;
        };
        let seen = text.starts_with("close(") || text.starts_with("sendto(");
        if let (true, Some((start, _))) = (seen, text.split_once(" <unfinished")) {
            lines.push((thread, format!("{start}) = 0")));
        } else if let Some(start) = text.strip_suffix(" <unfinished ...>") {
            pending.insert(thread, start);
        } else if let Some((_, rest)) = text.split_once(" resumed>") {
            lines.extend(pending.remove(&thread).map(|start| (thread, format!("{start}{rest}"))));
        } else if seen {
            lines.push((thread, text.replace("= ?", "= 0")));
        } else {
            lines.push((thread, text.to_owned()));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
7 socket(AF_UNIX, SOCK_STREAM, 0) = 3
7 connect(3, {sa_family=AF_UNIX, sun_path=\"/var/run/nscd/socket\"}, 110) = -1 ENOENT (No such file)
8 recvfrom(4,  <unfinished ...>
7 accept4(3,  <unfinished ...>
8 <... recvfrom resumed>\"hello\", 1024, 0, NULL, NULL) = 5
8 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f00
8 close(4 <unfinished ...>
7 <... accept4 resumed> <unfinished ...>) = ?
7 +++ killed by SIGKILL +++
";

    #[test]
    fn a_call_that_was_interrupted_counts_once_and_the_last_ones_that_were_seen_count() {
        let calls = calls(LOG);
        let names: Vec<_> = calls.iter().map(|call| (call.thread, call.name.as_str())).collect();
        assert_eq!(
            names,
            [(7, "socket"), (7, "connect"), (8, "recvfrom"), (8, "mmap"), (8, "close")]
        );
        assert_eq!(calls[1].error.as_deref(), Some("ENOENT"));
        assert_eq!((calls[2].descriptor.as_str(), calls[2].result.as_str()), ("4", "5"));
        assert_eq!(calls[2].arguments, "\"hello\", 1024, 0, NULL, NULL");
    }
}
