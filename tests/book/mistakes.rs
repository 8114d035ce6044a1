//! The small wrong programs of the book: the compiler says what they claim, and each of them is one step
//! from right.

use std::collections::BTreeSet;

use book::mistake;

/// The wrong programs that can be compiled here.
fn mistakes() -> Vec<String> {
    let mut names = mistake::all().unwrap();
    if !mistake::clippy_is_here() {
        harness::skip("format-braces needs clippy");
        names.retain(|name| name != "format-braces");
    }
    names
}

#[test]
fn the_compiler_says_what_each_mistake_claims() {
    let mut shown = BTreeSet::new();
    for name in mistakes() {
        let text = mistake::show(&name).unwrap_or_else(|error| panic!("{error:#}"));
        let (program, message) = text.split_once("```\n\n```console\n$ ").expect(&name);
        let hunk = program.strip_prefix("```diff\n").expect(&name);
        assert!(message.ends_with("\n```\n") && !message.contains('\u{1b}'), "{name}: {message}");

        // The lines of the message are what is shown, and one of them is marked.
        let marked = hunk.lines().filter_map(|line| line.strip_prefix('+'));
        let quoted = |line: &str| message.contains(&format!(" | {line}\n"));
        assert!(marked.clone().any(quoted), "{name}: {hunk}");
        assert!(hunk.lines().count() <= 14, "its surroundings, not all of it: {name}: {hunk}");
        assert!(shown.insert(text), "{name}");
    }
    assert!(shown.len() >= 11, "{}", shown.len());
}

#[test]
fn each_mistake_is_one_step_from_right() {
    for name in mistakes() {
        mistake::mend(&name).unwrap_or_else(|error| panic!("{error:#}"));
    }
}

#[test]
fn a_mistake_that_does_not_exist_is_named() {
    let error = mistake::show("no-such-mistake").unwrap_err().to_string();
    assert!(error.contains("no-such-mistake.rs`"), "{error}");
}

#[test]
fn the_version_has_two_numbers() {
    let version = mistake::rustc_version().unwrap();
    let numbers: Vec<u32> = version.split('.').map(|number| number.parse().unwrap()).collect();
    assert!(numbers.len() == 2 && numbers >= vec![1, 88], "{version}");
}
