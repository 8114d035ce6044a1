//! Measures the ports beside what a learner would use instead: the Python originals, Python's own server
//! classes, C, the shortest loop in Rust, and the programs of `next-steps`.
//!
//! The servers take turns in short [slices](load::Slice), over many rounds, so that a noisy machine hits all
//! alike; what counts is the [ratio](results::Results::ratio) of two servers in the same round, its median and
//! its spread. [`soak`] is about endurance instead of speed.

pub mod calls;
mod client;
pub mod contender;
pub mod gauge;
pub mod load;
pub mod measure;
pub mod plot;
pub mod results;
mod server;
pub mod soak;
pub mod spread;
pub mod table;
