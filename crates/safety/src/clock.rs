//! Clocks that a test holds.

use std::cell::Cell;

use probelang::host::Clock;

/// A clock that advances only when asked to.
#[derive(Debug, Default)]
pub struct TestClock {
    now: Cell<u64>,
    /// How often it was read.
    pub readings: Cell<u64>,
    /// The reading at which it jumps by an hour, and later ones see the same time.
    pub jumps_at: Cell<Option<u64>>,
}

impl TestClock {
    /// A clock that jumps by an hour at its reading number `reading`, from 1.
    #[must_use]
    pub fn jumping(reading: u64) -> Self {
        Self { jumps_at: Cell::new(Some(reading)), ..Self::default() }
    }

    /// Goes on by an hour.
    pub fn jump(&self) {
        self.now.set(self.now.get() + 3_600_000_000_000);
    }
}

impl Clock for TestClock {
    fn now(&self) -> u64 {
        self.readings.set(self.readings.get() + 1);
        if self.jumps_at.get() == Some(self.readings.get()) {
            self.jump();
        }
        self.now.get()
    }
}
