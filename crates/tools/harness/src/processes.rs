//! What Linux says of a process and of all that it has started. Elsewhere nothing of it is known.

use std::fs;

/// The children of a process, of all its threads.
fn children(process: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists
        .flat_map(|list| {
            list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()
        })
        .collect()
}

/// Our own children.
#[cfg(target_os = "linux")]
pub fn ours() -> Vec<u32> {
    children(std::process::id())
}

/// A process and all that it has started, as far as they hang together.
pub fn tree(process: u32) -> Vec<u32> {
    let mut tree = vec![process];
    let mut next = 0;
    while let Some(process) = tree.get(next).copied() {
        let new: Vec<u32> = children(process).into_iter().filter(|id| !tree.contains(id)).collect();
        tree.extend(new);
        next += 1;
    }
    tree
}

/// Whether a process was started with this entry in its environment.
#[cfg(target_os = "linux")]
pub fn has_variable(process: u32, entry: &str) -> bool {
    let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|variable| variable == entry.as_bytes())
}

/// How often the processes of a tree have gone to sleep, if all their threads sleep.
pub fn at_rest(process: u32) -> Option<u64> {
    let mut slept = 0;
    for process in tree(process) {
        for task in fs::read_dir(format!("/proc/{process}/task")).ok()? {
            let status = fs::read_to_string(task.ok()?.path().join("status")).ok()?;
            let value =
                |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            if !value("State:")?.starts_with('S') {
                return None;
            }
            slept += value("voluntary_ctxt_switches:")?.parse::<u64>().ok()?;
        }
    }
    Some(slept)
}

/// The processor time of a tree so far, in ticks of the system's clock (a hundredth of a second), that of
/// its children which have ended too.
pub fn ticks(process: u32) -> u64 {
    let of = |process: u32| -> Option<u64> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // Behind the name, which may hold anything: utime, stime, cutime, cstime are fields 14 to 17.
        let (_, fields) = stat.rsplit_once(") ")?;
        Some(fields.split(' ').skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum())
    };
    tree(process).into_iter().filter_map(of).sum()
}
