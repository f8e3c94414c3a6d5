//! Sequences of calls, as the fuzz target `c_calls` makes them.
#![cfg(test)]

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
