//! What a key costs in a long probe file: which programs are checked again, counted. How long it takes is measured by
//! `examples/key.rs` ([docs/performance.md](../../../docs/performance.md)).

#![cfg(test)]

mod support;

use std::path::Path;

use support::{Player, long_probe_file};

#[test]
fn a_key_checks_only_the_probe_that_it_is_in() {
    let file = long_probe_file(10_000);
    assert!(file.lines().count() >= 10_000);
    let mut player = Player::new(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("keys"));
    player.play("initialize {}\n");
    let uri = player.uri("long.json");
    player.open("long.json", "json", &file);
    let whole = player.server.checked(&uri);
    assert!(whole > 1_000, "{whole}");
    let mut before = whole;
    // in an expression, in a key of the middle probe, between two probes, and a brace that ends nothing
    for (old, new) in [
        ("total > 500 ", "total > 5000 "),
        ("total > 5000 ", "totl > 5000 "),
        ("probe-500\"", "probe-500x\""),
        ("  },\n  {\n    \"id\": \"probe-400\"", "  },\n\n  {\n    \"id\": \"probe-400\""),
        ("\"id\": \"probe-300\"", "{\"id\": \"probe-300\""),
        ("{\"id\": \"probe-300\"", "\"id\": \"probe-300\""),
        ("\"template\": \"probe 200", "\"template\": \"probe 200{"),
        ("\"template\": \"probe 100 {user.name}\"", "\"template\": \"probe 100"),
    ] {
        player.replace("long.json", old, new);
        player.play("wait 1000\n");
        let after = player.server.checked(&uri);
        assert!(after - before <= 8, "{new:?}: {} programs were checked", after - before);
        before = after;
    }
}
