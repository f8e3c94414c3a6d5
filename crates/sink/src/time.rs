//! Time and chance, as the sinks ask for them.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use probelang_probe::Timestamp;

/// What decides when something is tried again. Tests hand in a clock of their own.
pub trait Time: Send + Sync {
    /// Time since some fixed point; it never goes back.
    fn elapsed(&self) -> Duration;

    /// The time of day. It may go back.
    fn wall(&self) -> Timestamp;

    /// A random number: retries of many processes must not come at the same moment.
    fn random(&self) -> u64;
}

/// The clocks of the machine.
#[derive(Debug)]
pub struct SystemTimes {
    start: Instant,
    seed: AtomicU64,
}

impl Default for SystemTimes {
    fn default() -> Self {
        Self { start: Instant::now(), seed: AtomicU64::new(RandomState::new().build_hasher().finish()) }
    }
}

impl Time for SystemTimes {
    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn wall(&self) -> Timestamp {
        // a clock before 1970 counts as 1970
        Timestamp::default().after(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
    }

    fn random(&self) -> u64 {
        let number = self.seed.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// A clock that stands until it is moved, with numbers that are always the same: for tests.
#[derive(Debug, Default)]
pub struct ManualTime {
    nanos: AtomicU64,
    wall: AtomicU64,
    random: AtomicU64,
}

impl ManualTime {
    /// Moves both clocks on.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.nanos.fetch_add(by, Ordering::Relaxed);
        self.wall.fetch_add(by, Ordering::Relaxed);
    }

    /// Sets the time of day, also to one that is past.
    pub fn set_wall(&self, wall: Timestamp) {
        self.wall.store(wall.nanos(), Ordering::Relaxed);
    }

    /// Sets the number that is random.
    pub fn set_random(&self, random: u64) {
        self.random.store(random, Ordering::Relaxed);
    }
}

impl Time for ManualTime {
    fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.nanos.load(Ordering::Relaxed))
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from_nanos(self.wall.load(Ordering::Relaxed))
    }

    fn random(&self) -> u64 {
        self.random.load(Ordering::Relaxed)
    }
}
