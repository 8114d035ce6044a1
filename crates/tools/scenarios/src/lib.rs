//! One engine for everything that is tried out: [scenarios](scenario) as data, [played](stage) and observed on
//! sockets of our own, with the [moments] of each run, then [judged](judge) and explained.
//!
//! No program under test is trusted to report on itself. [`check`] holds a program to the scenarios of a
//! [pattern](patterns); [`rungs`] plays them with the three rungs of a pattern, and compares what was observed.

mod absence;
mod bytes;
mod chat;
pub mod check;
pub mod clients;
mod command;
mod complaint;
mod dialect;
pub mod difference;
pub mod judge;
pub mod lengths;
mod lines;
mod meaning;
pub mod moments;
pub mod observation;
mod output;
pub mod page;
pub mod patterns;
pub mod peer;
pub mod rungs;
pub mod scenario;
pub mod show;
pub mod stage;
pub mod tell;
