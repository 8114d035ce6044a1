//! What a running program has used. On Linux; elsewhere nothing of it is known.

use std::time::Duration;

/// The processor time that a program has used so far, in all its threads, those that have ended too.
#[cfg(target_os = "linux")]
pub(crate) fn processor_time(process: u32) -> Option<Duration> {
    let process = nix::unistd::Pid::from_raw(i32::try_from(process).ok()?);
    Some(nix::time::clock_getcpuclockid(process).ok()?.now().ok()?.into())
}

/// The processor time that a program has used so far: not known on this system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn processor_time(_: u32) -> Option<Duration> {
    None
}

/// A line of what Linux says of a process.
fn status(process: u32, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let value = status.lines().find_map(|line| line.strip_prefix(name))?;
    value.trim_start_matches(':').split_whitespace().next()?.parse().ok()
}

/// The memory that a program occupies now, in KiB.
pub(crate) fn memory(process: u32) -> Option<u64> {
    status(process, "VmRSS")
}

/// The most memory that a program has occupied so far, in KiB.
pub(crate) fn peak_memory(process: u32) -> Option<u64> {
    status(process, "VmHWM")
}

/// How many threads a program has.
pub(crate) fn threads(process: u32) -> Option<u64> {
    status(process, "Threads")
}

/// How many descriptors a program has open.
pub(crate) fn descriptors(process: u32) -> Option<usize> {
    Some(std::fs::read_dir(format!("/proc/{process}/fd")).ok()?.count())
}

/// Takes as many descriptors as the system allows, for us and for the programs that we start: how many that
/// is.
#[cfg(unix)]
#[must_use]
pub fn take_descriptors() -> usize {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return 256;
    };
    // macOS says "unlimited" and refuses it.
    let wanted = hard.min(10_000).max(soft);
    let taken =
        if setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok() { wanted } else { soft };
    usize::try_from(taken).unwrap_or(usize::MAX)
}

/// Takes as many descriptors as the system allows.
#[cfg(not(unix))]
#[must_use]
pub fn take_descriptors() -> usize {
    usize::MAX
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_program_is_measured() {
        let id = std::process::id();
        let enough = processor_time(id).unwrap() + Duration::from_millis(1);
        while processor_time(id).unwrap() < enough {}
        assert!(memory(id).unwrap() > 500 && peak_memory(id) >= memory(id));
        assert!(threads(id).unwrap() >= 1 && descriptors(id).unwrap() >= 3);
    }

    #[test]
    fn nothing_is_known_of_a_program_that_is_not_there() {
        assert_eq!((memory(u32::MAX), processor_time(u32::MAX)), (None, None));
    }
}
