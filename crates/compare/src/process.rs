//! Starting, watching and ending programs.
//!
//! A program runs in a process group of its own. It is known from its first moment, so that Ctrl-C,
//! SIGTERM ([`end_all_on_signals`]) and a panic of ours end it too, with all that it has started.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
#[cfg(target_os = "linux")]
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

/// How long we wait for a program that has been killed, and for the rest of its output.
const GRACE: Duration = Duration::from_secs(5);

/// What standard output of a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdout {
    /// A terminal where there is one (a raw-mode pty on Unix), so that a C program shows its lines as
    /// they are printed; elsewhere a pipe.
    Terminal,
    /// A pipe.
    Pipe,
    /// A pipe that nobody reads any more.
    Closed,
    /// Nothing: what is written costs its system call, and is gone.
    Null,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal (Unix).
    Signal(i32),
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        #[cfg(unix)]
        if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
            return Self::Signal(signal);
        }
        Self::Code(status.code().unwrap_or(-1))
    }
}

/// The process groups that run, and whether we are about to stop.
static RUNNING: Mutex<Running> = Mutex::new(Running { groups: BTreeSet::new(), stopping: false });

struct Running {
    groups: BTreeSet<u32>,
    stopping: bool,
}

fn running() -> MutexGuard<'static, Running> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether orphans become our children. A library does not ask for that; the program does.
#[cfg(target_os = "linux")]
static REAPER: AtomicBool = AtomicBool::new(false);

/// Makes Ctrl-C, SIGTERM and SIGHUP end every program that was started here, and then this one.
///
/// # Errors
///
/// When the system refuses the handler.
pub fn end_all_on_signals() -> Result<(), ctrlc::Error> {
    // What a program leaves behind, in whatever group or session, becomes our child, and can be ended.
    #[cfg(target_os = "linux")]
    REAPER.store(nix::sys::prctl::set_child_subreaper(true).is_ok(), Ordering::Relaxed);
    ctrlc::set_handler(|| {
        let mut running = running();
        running.stopping = true;
        for group in &running.groups {
            kill_group(*group);
        }
        // A killed process is not gone at once, and its grandchildren give no sign.
        let end = Instant::now() + GRACE;
        while running.groups.iter().any(|group| is_there(*group)) && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
        // Now what they had started elsewhere is ours.
        kill_orphans(&running.groups);
        drop(running);
        // Standard error may be gone: `eprintln!` would panic, and we would not end.
        let _ = writeln!(io::stderr(), "# 중단했습니다 · interrupted");
        std::process::exit(130);
    })
}

#[cfg(unix)]
fn kill_group(group: u32) {
    use nix::sys::signal::{killpg, Signal};
    use nix::unistd::Pid;
    if let Ok(group) = i32::try_from(group) {
        // It fails when nobody of the group is left, which is what we want.
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
}

/// Ends what programs that have ended left behind outside their groups: our children that we did not start.
#[cfg(target_os = "linux")]
fn kill_orphans(started: &BTreeSet<u32>) {
    use nix::sys::signal::{kill, Signal};
    use nix::sys::wait::waitpid;
    use nix::unistd::Pid;
    if !REAPER.load(Ordering::Relaxed) {
        return;
    }
    // The children of all our threads; orphans are given to any of them.
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return };
    let children: Vec<u32> = tasks
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|children| {
            children.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>()
        })
        .collect();
    for child in children.into_iter().filter(|child| !started.contains(child)) {
        if let Ok(child) = i32::try_from(child) {
            let _ = kill(Pid::from_raw(child), Signal::SIGKILL);
            let _ = waitpid(Pid::from_raw(child), None);
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn kill_orphans(_: &BTreeSet<u32>) {}

/// Waits for the end when we have been told to stop: what is observed now is our own doing.
pub fn stop_if_told() {
    if running().stopping {
        loop {
            thread::park();
        }
    }
}

/// Whether anybody of the group is left.
#[cfg(unix)]
fn is_there(group: u32) -> bool {
    use nix::sys::signal::killpg;
    use nix::unistd::Pid;
    i32::try_from(group).is_ok_and(|group| killpg(Pid::from_raw(group), None).is_ok())
}

#[cfg(not(unix))]
fn is_there(_: u32) -> bool {
    false
}

#[cfg(not(unix))]
fn kill_group(process: u32) {
    let _ = Command::new("taskkill")
        .args(["/T", "/F", "/PID", &process.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// What a program has written so far.
#[derive(Clone, Default)]
pub struct Output(Arc<(Mutex<Written>, Condvar)>);

#[derive(Default)]
struct Written {
    bytes: Vec<u8>,
    /// How many lines there were, those too that were not kept.
    lines: usize,
    ended: bool,
}

impl Output {
    /// An output that nothing is written to.
    fn none() -> Self {
        let output = Self::default();
        output.written().ended = true;
        output
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.0 .0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drain(mut source: impl Read + Send + 'static) -> Self {
        let output = Self::default();
        let writer = output.clone();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                // Of a pty, the end is an error.
                let size = match source.read(&mut buffer) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    result => result.unwrap_or(0),
                };
                let mut written = writer.written();
                // A program that prints without end must not fill our memory.
                let room = LIMIT.saturating_sub(written.bytes.len());
                written.bytes.extend(&buffer[..size.min(room)]);
                written.lines += count_lines(&buffer[..size]);
                written.ended = size == 0;
                writer.0 .1.notify_all();
                if size == 0 {
                    return;
                }
            }
        });
        output
    }

    /// All bytes so far.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.written().bytes.clone()
    }

    /// How many lines have come to their end so far, those too that were not kept.
    #[must_use]
    pub fn count(&self) -> usize {
        self.written().lines
    }

    /// Waits until `found`, until nothing more can come, or until `timeout` has passed: the bytes by then.
    pub fn wait(&self, timeout: Duration, found: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        let end = Instant::now() + timeout;
        let mut written = self.written();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if found(&written.bytes) || written.ended || left.is_zero() {
                return written.bytes.clone();
            }
            let waited = self.0 .1.wait_timeout(written, left);
            written = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits for this many lines: the bytes by then.
    #[must_use]
    pub fn lines(&self, timeout: Duration, count: usize) -> Vec<u8> {
        self.wait(timeout, |bytes| count_lines(bytes) >= count)
    }
}

/// The most that is kept of an output, in bytes.
const LIMIT: usize = 1 << 20;

/// The number of lines that have come to their end.
#[must_use]
pub fn count_lines(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}

/// A program that was started. Dropping it ends it.
pub struct Program {
    id: u32,
    exit: Arc<(Mutex<Option<Exit>>, Condvar)>,
    /// Its standard output.
    pub stdout: Output,
    /// Its standard error.
    pub stderr: Output,
}

impl Program {
    /// Starts `command` in a process group of its own, with empty standard input.
    ///
    /// # Errors
    ///
    /// When the program cannot be started: it is not there, or may not be run.
    pub fn start(mut command: Command, stdout: Stdout) -> io::Result<Self> {
        command.stdin(Stdio::null());
        Ok(Self::spawn(command, stdout)?.0)
    }

    /// As [`Program::start`], with a standard input that is written to.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn start_fed(mut command: Command, stdout: Stdout) -> io::Result<(Self, ChildStdin)> {
        command.stdin(Stdio::piped());
        let (program, stdin) = Self::spawn(command, stdout)?;
        Ok((program, stdin.ok_or(io::ErrorKind::BrokenPipe)?))
    }

    fn spawn(mut command: Command, stdout: Stdout) -> io::Result<(Self, Option<ChildStdin>)> {
        command.stderr(Stdio::piped());
        let terminal = match stdout {
            Stdout::Terminal => terminal(),
            Stdout::Pipe | Stdout::Closed | Stdout::Null => None,
        };
        let terminal = if let Some((ours, theirs)) = terminal {
            command.stdout(theirs);
            Some(ours)
        } else {
            command.stdout(if stdout == Stdout::Null { Stdio::null() } else { Stdio::piped() });
            None
        };
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);

        // The lock is held from before the start until the program is known: a signal cannot come between.
        let mut known = running();
        if known.stopping {
            drop(known);
            stop_if_told();
            known = running();
        }
        let mut child = command.spawn()?;
        known.groups.insert(child.id());
        if stdout == Stdout::Closed {
            // Now: a program that another thread starts in this moment would inherit it, and keep it open.
            drop(child.stdout.take());
        }
        drop(known);
        // Our copy of the program's side of the terminal goes, or its end would never be seen.
        drop(command);

        let output = match (terminal, stdout) {
            (Some(terminal), _) => Output::drain(terminal),
            (None, _) => child.stdout.take().map_or_else(Output::none, Output::drain),
        };
        let stderr = child.stderr.take().map_or_else(Output::none, Output::drain);
        let exit = Arc::new((Mutex::new(None), Condvar::new()));
        let program = Self { id: child.id(), exit: Arc::clone(&exit), stdout: output, stderr };
        let stdin = child.stdin.take();
        thread::spawn(move || wait_for(child, &exit));
        Ok((program, stdin))
    }

    /// Its process id, which is also that of its group.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// How it has ended, if it ends within `timeout`.
    #[must_use]
    pub fn exit(&self, timeout: Duration) -> Option<Exit> {
        let (exit, changed) = &*self.exit;
        let exit = exit.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_timeout_while(exit, timeout, |exit| exit.is_none());
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Waits until it has done all that it will do by itself: it and all that it has started sleep, and go on
    /// sleeping. Otherwise it would be a matter of chance where a signal meets it; Python, for one, only notes
    /// a signal that comes just before a system call, and waits in that call all the same. `false` when it
    /// ends instead, or does not come to rest within `timeout`; on systems other than Linux nobody can tell.
    #[must_use]
    pub fn rests(&self, timeout: Duration) -> bool {
        let end = Instant::now() + timeout;
        while cfg!(target_os = "linux") {
            let before = at_rest(self.id);
            let ended = self.exit(Duration::from_millis(20)).is_some();
            if before.is_some() && before == at_rest(self.id) {
                return true;
            }
            if ended || Instant::now() > end {
                break;
            }
        }
        false
    }

    /// Ends it, with all that it has started, and waits for the rest of its output.
    pub fn end(&self) {
        kill_group(self.id);
        let _ = self.exit(GRACE);
        kill_orphans(&running().groups);
        for output in [&self.stdout, &self.stderr] {
            output.wait(GRACE, |_| false);
        }
        running().groups.remove(&self.id);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

fn wait_for(mut child: Child, exit: &(Mutex<Option<Exit>>, Condvar)) {
    let status = child.wait().map_or(Exit::Code(-1), Exit::from);
    *exit.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(status);
    exit.1.notify_all();
}

/// How often a process and its children have gone to sleep, if all their threads sleep (Linux).
fn at_rest(process: u32) -> Option<u64> {
    let mut slept = 0;
    for task in std::fs::read_dir(format!("/proc/{process}/task")).ok()? {
        let task = task.ok()?.path();
        let status = std::fs::read_to_string(task.join("status")).ok()?;
        let value = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        if !value("State:")?.starts_with('S') {
            return None;
        }
        slept += value("voluntary_ctxt_switches:")?.parse::<u64>().ok()?;
        for child in std::fs::read_to_string(task.join("children")).ok()?.split_whitespace() {
            slept += at_rest(child.parse().ok()?)?;
        }
    }
    Some(slept)
}

/// A raw-mode pseudo-terminal: our side, and the program's.
#[cfg(unix)]
fn terminal() -> Option<(File, File)> {
    use nix::fcntl::{fcntl, FcntlArg, FdFlag};
    use nix::pty::openpty;
    use nix::sys::termios::{cfmakeraw, tcgetattr, tcsetattr, SetArg};
    let pty = openpty(None, None).ok()?;
    let mut mode = tcgetattr(&pty.slave).ok()?;
    cfmakeraw(&mut mode);
    tcsetattr(&pty.slave, SetArg::TCSANOW, &mode).ok()?;
    // Programs that are started meanwhile must not keep it open.
    for side in [&pty.master, &pty.slave] {
        fcntl(side, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).ok()?;
    }
    Some((File::from(pty.master), File::from(pty.slave)))
}

#[cfg(not(unix))]
fn terminal() -> Option<(File, File)> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_panic_of_ours_ends_it_with_all_that_it_has_started() {
        let (sender, receiver) = std::sync::mpsc::channel();
        let panicked = thread::spawn(move || {
            let program =
                Program::start(shell("sleep 600 & echo started; wait"), Stdout::Pipe).unwrap();
            program.stdout.wait(GRACE, |bytes| bytes == b"started\n");
            sender.send(program.id()).unwrap();
            panic!("on purpose");
        });
        assert!(panicked.join().is_err());
        let group = receiver.recv().unwrap();
        let end = Instant::now() + GRACE;
        while is_there(group) && Instant::now() < end {
            thread::yield_now();
        }
        assert!(!is_there(group));
    }

    #[test]
    fn what_is_printed_is_drained_without_end_and_kept_within_limits() {
        let program = Program::start(shell("yes"), Stdout::Terminal).unwrap();
        let bytes = program.stdout.wait(GRACE, |bytes| bytes.len() == LIMIT);
        assert_eq!(bytes.len(), LIMIT);
        program.end();
        assert_eq!(program.exit(Duration::ZERO), Some(Exit::Signal(9)));
    }

    #[test]
    fn a_terminal_shows_a_line_as_it_was_printed() {
        let program =
            Program::start(shell("printf 'line\\n'; test -t 1 && echo terminal"), Stdout::Terminal);
        assert_eq!(program.unwrap().stdout.lines(GRACE, 2), b"line\nterminal\n");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        assert!(Program::start(Command::new("no-such-program"), Stdout::Pipe).is_err());
    }
}
