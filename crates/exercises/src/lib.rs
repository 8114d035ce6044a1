//! What the [exercises](exercise) are, and what their programs are [held to](protocols).

pub mod exercise;
pub mod protocols;
