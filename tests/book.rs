//! The pages of the book.

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
#[path = "book/replays.rs"]
mod replays;
#[path = "book/words.rs"]
mod words;
