//! What is generated in the pages is what would be generated now.

use std::io::{stderr, Write};

use book::generate::Skip;
use book::region;

#[test]
fn every_region_is_fresh() {
    let found = region::visit(|_, _| (), |_, _, _| Ok(())).unwrap_or_else(|error| panic!("{error:?}"));
    assert!(found.regions > 150, "{}", found.regions);
    for (name, reason) in &found.skipped {
        // With other versions than the book was made with, other words are no mistake, in CI neither.
        assert!(
            !matches!(reason, Skip::Missing(_)) || std::env::var_os("CI").is_none(),
            "{name}: {reason}: must not be in CI"
        );
    }
    if let Some((_, reason)) = found.skipped.first() {
        // Not `eprintln!`: the test runner would swallow it.
        let _ = writeln!(stderr(), "SKIPPED {} regions of the book: {reason}", found.skipped.len());
    }
    let stale: String = found
        .stale
        .iter()
        .map(|region::Stale { page, name, old, new }| {
            let difference = similar::TextDiff::from_lines(old, new);
            format!("{}: {name}\n{}\n", page.display(), difference.unified_diff().context_radius(1))
        })
        .collect();
    assert!(
        stale.is_empty(),
        "these regions are stale; write them anew: cargo run -p book -- write\n{stale}"
    );
}
