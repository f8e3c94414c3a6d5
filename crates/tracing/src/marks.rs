//! Which callsites were met, and which of them are of interest: looked up at each event, without a lock.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The first table has 2^8 places, each further one four times as many.
const FIRST: u32 = 8;
const MORE: usize = 6;

/// The bit of a callsite that is of interest; addresses of callsites are even.
const WANTED: usize = 1;

/// What is known of a callsite.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// It was not met, or that has not ended yet.
    Unknown,
    /// It was met, and is of no interest.
    Idle,
    /// It is of interest.
    Wanted,
}

/// Callsites by their addresses. Each is in the first table where its place was free; none is ever taken out.
///
/// # Cost
/// Of a look: a multiplication, a load and a comparison, as long as few callsites share a place.
#[derive(Debug)]
pub struct Marks {
    first: [AtomicUsize; 1 << FIRST],
    more: [OnceLock<Box<[AtomicUsize]>>; MORE],
}

impl Default for Marks {
    fn default() -> Self {
        Self { first: [const { AtomicUsize::new(0) }; 1 << FIRST], more: [const { OnceLock::new() }; MORE] }
    }
}

/// The place of a callsite in a table with 2^`bits` places.
#[inline]
const fn place(key: usize, bits: u32) -> usize {
    // by Fibonacci: the high bits depend on all
    let mixed = (key as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed.wrapping_shr(64_u32.saturating_sub(bits)) as usize
}

/// The number of bits of a further table.
const fn bits(table: usize) -> u32 {
    FIRST.saturating_add(2).saturating_add((table as u32).saturating_mul(2))
}

const fn mark(word: usize) -> Mark {
    if word & WANTED == 0 { Mark::Idle } else { Mark::Wanted }
}

impl Marks {
    /// What is known of a callsite. What was done before it was marked is seen.
    #[inline]
    pub fn get(&self, key: usize) -> Mark {
        let word = self.first.get(place(key, FIRST)).map_or(0, |place| place.load(Ordering::Acquire));
        if word & !WANTED == key { mark(word) } else { self.get_further(key, word) }
    }

    #[cold]
    #[inline(never)]
    fn get_further(&self, key: usize, first: usize) -> Mark {
        if first == 0 {
            return Mark::Unknown;
        }
        for (table, places) in self.more.iter().enumerate() {
            let place = places.get().and_then(|places| places.get(place(key, bits(table))));
            let word = place.map_or(0, |place| place.load(Ordering::Acquire));
            if word & !WANTED == key {
                return mark(word);
            }
            if word == 0 {
                return Mark::Unknown;
            }
        }
        Mark::Unknown
    }

    /// Marks a callsite: one thread at a time. Where all its places are taken by others, it stays unknown.
    pub fn set(&self, key: usize, is_wanted: bool) {
        let word = key | if is_wanted { WANTED } else { 0 };
        let put = |place: Option<&AtomicUsize>| {
            let Some(place) = place else { return false };
            let before = place.load(Ordering::Relaxed);
            let is_own = before == 0 || before & !WANTED == key;
            if is_own {
                place.store(word, Ordering::Release);
            }
            is_own
        };
        if put(self.first.get(place(key, FIRST))) {
            return;
        }
        for (table, places) in self.more.iter().enumerate() {
            let bits = bits(table);
            let places =
                places.get_or_init(|| (0..1_usize.wrapping_shl(bits)).map(|_| AtomicUsize::new(0)).collect());
            if put(places.get(place(key, bits))) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callsites_are_found_however_many_there_are() {
        let marks = Marks::default();
        let keys: Vec<usize> = (1..5_000).map(|n| 0x5500_0000_0000 + n * 40).collect();
        for key in &keys {
            assert_eq!(marks.get(*key), Mark::Unknown);
            marks.set(*key, false);
        }
        for key in keys.iter().step_by(3) {
            marks.set(*key, true);
        }
        for (n, key) in keys.iter().enumerate() {
            assert_eq!(marks.get(*key), if n % 3 == 0 { Mark::Wanted } else { Mark::Idle }, "{n}");
        }
        marks.set(keys[0], false);
        assert_eq!(marks.get(keys[0]), Mark::Idle);
    }

    #[test]
    fn a_callsite_whose_places_are_taken_stays_unknown() {
        let marks = Marks::default();
        // in steps that change no bit that counts: all of these have one place in each table
        let inverse = 0xf1de_83e1_9937_733d_u64;
        let keys: Vec<usize> = (1..=MORE as u64 + 2).map(|n| inverse.wrapping_mul(n << 1) as usize).collect();
        for key in &keys {
            marks.set(*key, true);
        }
        assert!(keys.iter().take(MORE + 1).all(|key| marks.get(*key) == Mark::Wanted));
        assert_eq!(marks.get(keys[MORE + 1]), Mark::Unknown);
    }
}
