//! The clocks and ids of a live process.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use probelang::host::{Clock, SystemClock};
use probelang_probe::runtime::Runtime;

use crate::time::now;

/// The clocks of the system, and ids that no other process has. A child of a fork needs one of its own.
#[derive(Debug)]
pub struct System {
    clock: SystemClock,
    seeds: [u64; 2],
    count: AtomicU64,
}

impl Default for System {
    fn default() -> Self {
        Self::new()
    }
}

impl System {
    /// Ids of a new random origin.
    #[must_use]
    pub fn new() -> Self {
        Self { clock: SystemClock, seeds: [seed(), seed()], count: AtomicU64::new(0) }
    }
}

/// The hasher has random keys; a child of a fork has those of its parent, but another number.
fn seed() -> u64 {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    hasher.write_u64(now().nanos());
    hasher.finish()
}

impl Runtime for System {
    fn id(&self) -> u128 {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let [high, low] = self.seeds.map(|seed| mix(seed.wrapping_add(count.wrapping_mul(STEP))));
        (u128::from(high) << 64) | u128::from(low)
    }

    fn clock(&self) -> Option<&dyn Clock> {
        Some(&self.clock)
    }

    fn cpu(&self) -> Option<Duration> {
        clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).ok().map(Duration::from)
    }

    fn wall(&self) -> Option<Duration> {
        clock_gettime(ClockId::CLOCK_MONOTONIC).ok().map(Duration::from)
    }
}

/// SplitMix64, by Steele, Lea and Flood: <https://doi.org/10.1145/2714064.2660195>.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

const fn mix(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
