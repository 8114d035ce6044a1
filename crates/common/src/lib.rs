//! What the three ports share and the originals do not teach: [arguments](ServerArgs), IPv4-only
//! [resolution](resolve), [addresses as Python prints them](python_addr), the [reply], and
//! [advice](report) for the errors that a learner meets.
//!
//! Whatever teaches a step (`bind`, `accept`, `read`, `write_all`, threads) stands in the port's own
//! file. Everything that this crate says goes to standard error, in Korean and English, each line
//! beginning with `# `: standard output belongs to the original.

mod advice;
mod args;
mod client;
mod language;
mod net;
mod pattern;
mod server;

pub use advice::{no_thread, report};
pub use args::{help, parse, ClientArgs, ServerArgs, HELP_TEMPLATE};
pub use client::{print_reply, uninterrupted, Timed};
pub use language::Language;
pub use net::{python_addr, resolve};
pub use pattern::Pattern;
pub use server::{explain_braces, name_client, not_answered, reply, try_again, until_ok};
