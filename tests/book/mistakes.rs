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
        let program = program.strip_prefix("```rust,ignore\n").expect(&name);
        assert!(program.starts_with("use std::") && program.ends_with("}\n"), "{name}: {program}");
        assert!(message.ends_with("\n```\n") && !message.contains('\u{1b}'), "{name}: {message}");

        // The line that the message names is that line of what is shown.
        let place = format!("--> crates/tools/book/mistakes/{name}.rs:");
        let place = message.split_once(&place).expect(&name).1.split(':').next().expect(&name);
        let line = program.lines().nth(place.parse::<usize>().expect(&name) - 1).expect(&name);
        assert!(message.contains(&format!("{place} | {line}\n")), "{name}, line {place}: {line}");

        // As short as a literal port.
        let code = program.lines().map(str::trim);
        let code = code.filter(|line| !line.is_empty() && !line.starts_with("//")).count();
        assert!((10..=20).contains(&code), "{code} lines in {name}");
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
    assert!(numbers.len() == 2 && numbers >= vec![1, 85], "{version}");
}
