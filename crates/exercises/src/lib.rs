//! What the [exercises](exercise) are, and what their programs are [held to](protocols), and their [variants](variant).

pub mod exercise;
pub mod protocols;
pub mod variant;
