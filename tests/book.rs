//! The pages of the book.

#[path = "book/built.rs"]
mod built;
#[path = "book/lines.rs"]
mod lines;
#[path = "book/messages.rs"]
mod messages;
#[path = "book/mistakes.rs"]
mod mistakes;
#[path = "book/pages.rs"]
mod pages;
#[path = "book/regions.rs"]
mod regions;
#[path = "book/words.rs"]
mod words;

/// Says that something was left out. In CI nothing may be.
fn skip(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}: must not be skipped in CI");
    // Not `eprintln!`: the test runner would swallow it.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("SKIPPED {what}\n").as_bytes());
}
