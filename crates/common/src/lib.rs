//! What the ports share and sockets do not teach: [arguments](ServerArgs), IPv4-only
//! [resolution](resolve), [addresses as Python prints them](python_addr), and [advice](report) for
//! the errors that a learner meets.
//!
//! Whatever teaches a step (`bind`, `accept`, `read`, `write_all`, threads, timeouts, what is sent)
//! stands in the port's own file. Everything that this crate says goes to standard error, in the
//! [language of the reader](Language), each line beginning with `# `: standard output belongs to the
//! original.

mod advice;
mod args;
mod help;
mod language;
mod net;
mod pattern;

pub use advice::{
    explain_braces, name_client, no_thread, not_accepted, not_answered, not_received, print_reply,
    report, too_few_threads,
};
pub use args::{ClientArgs, ServerArgs};
pub use help::{examples, parse};
pub use language::{Language, in_lines};
pub use net::{python_addr, resolve};
pub use pattern::Pattern;
