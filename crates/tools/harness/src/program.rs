//! Starting, watching and ending programs.
//!
//! A program is known from its first moment, so that Ctrl-C, SIGTERM ([`end_all_on_signals`]) and a panic of
//! ours end it too, with all that it has started, in however many sessions of their own.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::family::Family;
use crate::output::Output;
use crate::{Text, processes};

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

/// The programs that run, and whether we are about to stop.
static RUNNING: Mutex<Running> = Mutex::new(Running { families: BTreeMap::new(), stopping: false });

struct Running {
    families: BTreeMap<u64, Arc<Family>>,
    stopping: bool,
}

fn running() -> MutexGuard<'static, Running> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does something while no program is started: one that was would hold our sockets for a moment, and with them
/// their ports.
pub(crate) fn undisturbed<T>(act: impl FnOnce() -> T) -> T {
    let _nothing_starts = running();
    act()
}

/// Whether orphans become our children. A library does not ask for that; the program does.
#[cfg(target_os = "linux")]
static REAPER: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// Makes Ctrl-C, SIGTERM and SIGHUP end every program that was started here, and then this one, with the
/// exit code of a shell: 128 and the number of the signal.
///
/// # Errors
///
/// When the system refuses the handler.
pub fn end_all_on_signals() -> io::Result<()> {
    // What a program leaves behind, in whatever group or session, becomes our child, and can be ended.
    #[cfg(target_os = "linux")]
    {
        let us = rustix::process::Pid::from_raw(1);
        REAPER.store(rustix::process::set_child_subreaper(us).is_ok(), Ordering::Relaxed);
    }
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        thread::spawn(move || signals.forever().next().map(|signal| stop(128 + signal)));
        Ok(())
    }
    #[cfg(windows)]
    ctrlc::set_handler(|| stop(130)).map_err(io::Error::other)
}

fn stop(code: i32) {
    let mut running = running();
    running.stopping = true;
    for family in running.families.values() {
        family.kill();
    }
    // What they had started elsewhere comes to us as those die who had started it.
    let end = Instant::now() + GRACE;
    let started: Vec<u32> = running.families.values().map(|family| family.id()).collect();
    while running.families.values().any(|family| is_alive(family)) && Instant::now() < end {
        thread::sleep(Duration::from_millis(2));
    }
    end_orphans(&started, None);
    drop(running);
    // Standard error may be gone: `eprintln!` would panic, and we would not end.
    let _ = writeln!(io::stderr(), "# {}", Text::new("중단했습니다", "interrupted"));
    std::process::exit(code);
}

/// Whether a process that has been killed is still on its way out.
fn is_alive(family: &Family) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", family.id())).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// Ends what programs left behind outside their groups: our children that we have not started, with this
/// entry in their environment, or all of them. As one dies, those that it had started come to us.
#[cfg(target_os = "linux")]
fn end_orphans(started: &[u32], mark: Option<&str>) {
    use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
    let end = Instant::now() + GRACE;
    while REAPER.load(Ordering::Relaxed) && Instant::now() < end {
        let mut orphans = processes::ours();
        orphans.retain(|id| !started.contains(id));
        orphans.retain(|id| mark.is_none_or(|mark| processes::has_variable(*id, mark)));
        if orphans.is_empty() {
            return;
        }
        for id in orphans {
            let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) else {
                continue;
            };
            let _ = kill_process(pid, Signal::KILL);
            while Instant::now() < end
                && matches!(waitpid(Some(pid), WaitOptions::NOHANG), Ok(None))
            {
                thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn end_orphans(_: &[u32], _: Option<&str>) {}

/// Waits for the end when we have been told to stop: what is observed now is our own doing.
pub fn stop_if_told() {
    if running().stopping {
        loop {
            thread::park();
        }
    }
}

/// How a program has ended, and when, once it has.
type Ending = Arc<(Mutex<Option<(Exit, Instant)>>, Condvar)>;

/// A program that was started. Dropping it ends it.
pub struct Program {
    number: u64,
    family: Arc<Family>,
    ending: Ending,
    /// What is in its environment, and in that of all that it starts.
    mark: String,
    /// Its standard output.
    pub stdout: Output,
    /// Its standard error.
    pub stderr: Output,
}

impl Program {
    /// Starts `command` with an empty standard input.
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
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mark = format!("{}-{number}", std::process::id());
        command.env("HARNESS_PROGRAM", &mark).stderr(Stdio::piped());

        // The lock is held until the program is known, so that a signal cannot come between; and from before
        // there is a terminal, so that no other program is started with it.
        let mut known = running();
        if known.stopping {
            drop(known);
            stop_if_told();
            known = running();
        }
        #[cfg(unix)]
        let terminal = if stdout == Stdout::Terminal { crate::terminal::open().ok() } else { None };
        #[cfg(not(unix))]
        let terminal: Option<(std::fs::File, std::fs::File)> = None;
        let ours = if let Some((ours, theirs)) = terminal {
            command.stdout(theirs);
            Some(ours)
        } else {
            command.stdout(if stdout == Stdout::Null { Stdio::null() } else { Stdio::piped() });
            None
        };
        let (family, mut pipes) = Family::start(&mut command)?;
        let family = Arc::new(family);
        known.families.insert(number, Arc::clone(&family));
        if stdout == Stdout::Closed {
            drop(pipes.stdout.take());
        }
        // Our copy of the program's side of the terminal goes, or its end would never be seen.
        drop(command);
        drop(known);

        let stdout = match (ours, pipes.stdout) {
            (Some(terminal), _) => Output::drain(terminal),
            (None, Some(pipe)) => Output::drain(pipe),
            (None, None) => Output::none(),
        };
        let stderr = pipes.stderr.map_or_else(Output::none, Output::drain);
        let ending: Ending = Arc::default();
        let (waiting, ended) = (Arc::clone(&family), Arc::clone(&ending));
        thread::spawn(move || {
            let exit = waiting.wait();
            *ended.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((exit, Instant::now()));
            ended.1.notify_all();
        });
        let mark = format!("HARNESS_PROGRAM={mark}");
        Ok((Self { number, family, ending, mark, stdout, stderr }, pipes.stdin))
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.family.id()
    }

    /// How it has ended, if it ends within `timeout`.
    #[must_use]
    pub fn exit(&self, timeout: Duration) -> Option<Exit> {
        self.exit_and_time(timeout).map(|(exit, _)| exit)
    }

    /// How and when it has ended, if it ends within `timeout`.
    #[must_use]
    pub fn exit_and_time(&self, timeout: Duration) -> Option<(Exit, Instant)> {
        let (ending, changed) = &*self.ending;
        let ending = ending.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_timeout_while(ending, timeout, |ending| ending.is_none());
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
            let before = processes::at_rest(self.id());
            let ended = self.exit(Duration::from_millis(20)).is_some();
            if before.is_some() && before == processes::at_rest(self.id()) {
                return true;
            }
            if ended || Instant::now() > end {
                break;
            }
        }
        false
    }

    /// The processor time that it and what it has started have used so far, to hundredths of a second (Linux).
    #[must_use]
    pub fn processor_time(&self) -> Duration {
        Duration::from_millis(10 * processes::ticks(self.id()))
    }

    /// Whether it, or something that it has started, does something, or would if it had the processor (Linux).
    #[must_use]
    pub fn works(&self) -> bool {
        processes::at_rest(self.id()).is_none()
    }

    /// It, and what it has started and still knows (Linux; elsewhere itself alone).
    #[must_use]
    pub fn processes(&self) -> Vec<u32> {
        processes::tree(self.id())
    }

    /// Presses Ctrl-C (Unix): the program itself gets SIGINT, unless it has ended.
    pub fn interrupt(&self) {
        self.family.interrupt();
    }

    /// Aborts the program (Unix): Python then says where each thread is, if `PYTHONFAULTHANDLER` is set.
    pub fn abort(&self) {
        self.family.abort();
    }

    /// Ends the program alone: what traces it, for one, still writes what it knows.
    pub fn kill(&self) {
        self.family.kill_leader();
    }

    /// Ends it, with all that it has started, and waits for the rest of its output.
    pub fn end(&self) {
        self.family.kill();
        let ended = self.exit(GRACE).is_some();
        let started: Vec<u32> = running().families.values().map(|family| family.id()).collect();
        end_orphans(&started, Some(&self.mark));
        for output in [&self.stdout, &self.stderr] {
            output.wait(GRACE, |_| false);
        }
        running().families.remove(&self.number);
        if ended {
            self.family.reap();
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::output::LIMIT;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    /// A shell that starts another one in a session of its own, and so on; each says its process id.
    #[cfg(target_os = "linux")]
    const SESSIONS: &str = r#"
        if [ $DEPTH -lt 4 ]; then DEPTH=$((DEPTH + 1)) setsid sh -c "eval \"\$SESSIONS\"" & fi
        echo $$
        exec sleep 600"#;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_panic_of_ours_ends_it_with_all_that_it_has_started_four_sessions_deep() {
        end_all_on_signals().unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        let panicked = thread::spawn(move || {
            let mut command = shell("eval \"$SESSIONS\"");
            command.env("SESSIONS", SESSIONS).env("DEPTH", "0");
            let program = Program::start(command, Stdout::Pipe).unwrap();
            let bytes = program.stdout.lines(GRACE, 5);
            sender.send(String::from_utf8(bytes).unwrap()).unwrap();
            panic!("on purpose");
        });
        assert!(panicked.join().is_err());
        let processes = receiver.recv().unwrap();
        assert_eq!(processes.lines().count(), 5, "{processes}");
        for process in processes.lines() {
            let command = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
            assert!(command.is_empty(), "{process} is still there");
        }
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

    #[test]
    fn terminals_do_not_leak_into_programs_that_are_started_at_the_same_moment() {
        let begin = Instant::now();
        let all_have_ended = std::sync::Barrier::new(16);
        thread::scope(|scope| {
            for _ in 0..16 {
                // One that stays until all others have ended, beside one whose terminal must be seen to end.
                scope.spawn(|| {
                    let stays = Program::start(shell("sleep 600"), Stdout::Null).unwrap();
                    let ends = Program::start(shell("echo"), Stdout::Terminal).unwrap();
                    ends.end();
                    all_have_ended.wait();
                    drop(stays);
                });
            }
        });
        assert!(begin.elapsed() < GRACE, "{:?}", begin.elapsed());
    }

    #[test]
    fn an_id_is_not_given_back_before_the_last_signal() {
        let program = Program::start(shell("exit 7"), Stdout::Null).unwrap();
        assert_eq!(program.exit(GRACE), Some(Exit::Code(7)));
        // A zombie still has its name; once it is reaped nobody is signalled.
        let there = || shell(&format!("kill -0 {}", program.id())).stderr(Stdio::null()).status();
        assert!(there().unwrap().success());
        program.end();
        assert!(!there().unwrap().success());
        program.interrupt();
        program.end();
    }
}
