//! What the command `compare` shows, and what the book shows of it: programs [side by side](source), their
//! [system calls](syscalls), and the [reports](report) of runs and checks.

pub mod replay;
pub mod report;
pub mod source;
pub mod syscalls;
