//! What is generated in the pages is what would be generated now.

use std::io::{Write, stderr};

use book::region::{self, Skip};
use book::{measured, pages};

#[test]
fn every_region_is_fresh() {
    let found = region::compare().unwrap_or_else(|error| panic!("{error:?}"));
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

#[test]
fn every_picture_is_drawn_from_what_was_measured() {
    let pictures = measured::pictures().unwrap();
    assert!(pictures.len() >= 8, "four in each language");
    for (file, picture) in pictures {
        let drawn = pages::read(&file).unwrap_or_default();
        assert!(
            drawn == picture,
            "{} is stale; draw it anew: cargo run -p book -- write",
            file.display()
        );
    }
}

/// Two whole measurements say the same: what one shows, the other does not deny.
#[test]
fn both_measurements_agree_within_their_spread() {
    let [first, second] = measured::both().unwrap();
    assert_ne!(first.samples, second.samples, "two measurements, not one");
    let claims = measured::CLAIMS;
    assert!(claims.len() > 8, "{claims:?}");
    for claim in claims {
        let [one, other] = [&first, &second].map(|results| claim.of(results).unwrap());
        assert!(one.overlaps(other), "{claim:?}: {one:?}, {other:?}");
    }
}

/// What the page says of the failures: all of them are datagrams, of 256 clients.
#[test]
fn only_datagrams_were_lost() {
    for results in measured::both().unwrap() {
        for sample in results.samples.iter().filter(|sample| sample.slice.failed > 0) {
            assert_eq!(
                (sample.protocol, sample.clients),
                (bench::load::Protocol::Udp, 256),
                "{sample:?}"
            );
        }
        assert!(results.ended.is_empty() && results.missing.is_empty());
    }
}

/// What was asked of the ports: at least twice the exchanges of the original with a quarter of its memory, and
/// the processor time of the shortest loop, and of C its datagrams, all but a twentieth.
#[test]
fn the_ports_were_as_good_as_they_should_be() {
    use bench::load::Protocol::{Tcp, Udp};
    use bench::results::Metric;
    for results in measured::both().unwrap() {
        let median = |protocol, metric, clients, pair| {
            results.ratio(protocol, metric, clients, pair).unwrap().median
        };
        for clients in [8, 64] {
            let pair = ("threaded-echo", "original");
            assert!(median(Tcp, Metric::Throughput, clients, pair) >= 2.0, "{clients}");
        }
        assert!(median(Tcp, Metric::Peak, 0, ("threaded-echo", "original")) <= 0.25);
        let pair = ("threaded-echo", "bare");
        assert!(results.overall(Tcp, Metric::Processor, pair).unwrap().median <= 1.05);
        let pair = ("udp-echo", "c");
        assert!(results.overall(Udp, Metric::Throughput, pair).unwrap().median >= 0.95);
    }
}
