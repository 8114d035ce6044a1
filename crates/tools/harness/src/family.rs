//! A process with all that it starts: signalled only as long as it is certain who that is.

use std::io;
use std::process::{Child, Command};
use std::sync::{Mutex, PoisonError};

use crate::program::Exit;

/// A started process. Its id stays its own until [`Family::reap`].
pub struct Family {
    id: u32,
    child: Mutex<Option<Child>>,
    #[cfg(windows)]
    job: Mutex<Option<win32job::Job>>,
}

#[cfg(unix)]
impl Family {
    /// Starts `command` as the leader of a process group.
    pub fn start(command: &mut Command) -> io::Result<(Self, Pipes)> {
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut child = command.spawn()?;
        let pipes = Pipes::of(&mut child);
        Ok((Self { id: child.id(), child: Mutex::new(Some(child)) }, pipes))
    }

    /// Waits for its end, and does not reap it: a zombie keeps its id, and its group keeps its name.
    pub fn wait(&self) -> Exit {
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let Some(pid) = self.pid() else {
            return Exit::Code(-1);
        };
        loop {
            match waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
                Ok(Some(status)) => {
                    let signal = status.terminating_signal().map(Exit::Signal);
                    return signal.unwrap_or(Exit::Code(status.exit_status().unwrap_or(-1)));
                }
                Err(error) if error != rustix::io::Errno::INTR => return Exit::Code(-1),
                _ => {}
            }
        }
    }

    fn pid(&self) -> Option<rustix::process::Pid> {
        rustix::process::Pid::from_raw(i32::try_from(self.id).ok()?)
    }

    /// Signals the whole group, or the leader alone.
    fn signal(&self, signal: rustix::process::Signal, group: bool) {
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(_), Some(pid)) = (&*child, self.pid()) {
            // It fails when nobody is left, which is what we want.
            let _ = if group {
                rustix::process::kill_process_group(pid, signal)
            } else {
                rustix::process::kill_process(pid, signal)
            };
        }
    }

    /// Ends all that is in the group.
    pub fn kill(&self) {
        self.signal(rustix::process::Signal::KILL, true);
    }

    /// Ends the leader alone.
    pub fn kill_leader(&self) {
        self.signal(rustix::process::Signal::KILL, false);
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        self.signal(rustix::process::Signal::INT, false);
    }

    /// Aborts the leader (`SIGABRT`).
    pub fn abort(&self) {
        self.signal(rustix::process::Signal::ABORT, false);
    }
}

#[cfg(not(unix))]
impl Family {
    /// Starts `command` in a job, which ends with all that is in it when we close it, or are gone.
    pub fn start(command: &mut Command) -> io::Result<(Self, Pipes)> {
        let mut child = command.spawn()?;
        let pipes = Pipes::of(&mut child);
        let id = child.id();
        #[cfg(windows)]
        let job = {
            use std::os::windows::io::AsRawHandle;
            let mut limits = win32job::ExtendedLimitInfo::new();
            let job = win32job::Job::create_with_limit_info(limits.limit_kill_on_job_close());
            // It fails when the process has ended already.
            job.ok().filter(|job| job.assign_process(child.as_raw_handle() as isize).is_ok())
        };
        Ok((
            Self {
                id,
                child: Mutex::new(Some(child)),
                #[cfg(windows)]
                job: Mutex::new(job),
            },
            pipes,
        ))
    }

    /// Waits for its end.
    pub fn wait(&self) -> Exit {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let status = child.as_mut().and_then(|child| child.wait().ok());
        Exit::Code(status.and_then(|status| status.code()).unwrap_or(-1))
    }

    /// Ends all that is in the job.
    pub fn kill(&self) {
        #[cfg(windows)]
        drop(self.job.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Ends it.
    pub fn kill_leader(&self) {
        self.kill();
    }

    /// There is no Ctrl-C for a single program here.
    pub fn interrupt(&self) {}

    /// There is no such signal here.
    pub fn abort(&self) {}
}

impl Family {
    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Gives the id back to the system. It has ended; nobody is signalled from now on.
    pub fn reap(&self) {
        if let Some(mut child) = self.child.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = child.wait();
        }
    }
}

/// The pipes of a process that was started.
pub struct Pipes {
    pub stdin: Option<std::process::ChildStdin>,
    pub stdout: Option<std::process::ChildStdout>,
    pub stderr: Option<std::process::ChildStderr>,
}

impl Pipes {
    fn of(child: &mut Child) -> Self {
        Self { stdin: child.stdin.take(), stdout: child.stdout.take(), stderr: child.stderr.take() }
    }
}
