//! Sequences of calls, as the fuzz target `c_calls` makes them.
#![cfg(test)]

use std::path::Path;

use probelang_c::sequence::play;

/// Bytes that follow from a seed, by xorshift.
fn bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 24) as u8
        })
        .collect()
}

#[test]
fn no_sequence_of_calls_breaks_the_library() {
    let rounds = std::env::var("SEQUENCES").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(300);
    for seed in 0..rounds {
        play(&bytes(seed, 6_000));
    }
}

#[test]
fn sequences_call_every_function_of_the_header() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let sequences: String = ["sequence.rs", "sequence/calls.rs", "sequence/hits.rs", "sequence/host.rs"]
        .map(|path| read(&format!("src/{path}")))
        .concat();
    // a declaration begins a line, and `probelang_` begins a word of it that an opening parenthesis follows
    let header = read("include/probelang.h");
    let declared: Vec<&str> = header
        .lines()
        .filter(|line| {
            line.starts_with("probelang_status probelang_") || line.starts_with("uint32_t probelang_")
        })
        .filter_map(|line| line.split_once('(')?.0.split_once(' ').map(|(_, name)| name))
        .collect();
    assert!(declared.len() > 80, "{declared:?}");
    let missing: Vec<_> = declared
        .iter()
        .filter(|name| !sequences.contains(&format!("{name}(")) && !sequences.contains(&format!(", {name})")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
