//! Who works with the set of probes besides hits: one thread at a time, and none while the process forks.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Lets one in at a time. No lock is held by who is inside, so that a child of a fork that was made inside finds none locked.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    is_taken: Mutex<bool>,
    free: Condvar,
}

/// The right to work, until it is dropped.
pub(crate) struct Pass<'g>(&'g Gate);

impl Gate {
    /// Waits until nobody else is inside.
    pub fn enter(&self) -> Pass<'_> {
        while !self.close(Duration::from_secs(60)) {}
        Pass(self)
    }

    /// Waits so long; `None` if somebody else is still inside then.
    pub fn enter_within(&self, patience: Duration) -> Option<Pass<'_>> {
        self.close(patience).then(|| Pass(self))
    }

    /// Enters without a pass, if nobody else is inside any more after so long.
    pub fn close(&self, patience: Duration) -> bool {
        let until = Instant::now().checked_add(patience);
        let mut is_taken = lock(&self.is_taken);
        while *is_taken {
            let left = until.map_or(patience, |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return false;
            }
            is_taken = self.free.wait_timeout(is_taken, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        *is_taken = true;
        true
    }

    /// Leaves, after [`close`](Self::close).
    pub fn open(&self) {
        *lock(&self.is_taken) = false;
        self.free.notify_one();
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.0.open();
    }
}

/// What wakes the thread that keeps the probes.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    rung: Mutex<Rung>,
    rings: Condvar,
}

#[derive(Debug, Default)]
struct Rung {
    /// When something changed first and last since the thread has looked.
    changed: Option<(Instant, Instant)>,
    is_over: bool,
}

/// Why the thread wakes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wake {
    /// Something has changed, and nothing more for a while.
    Changed,
    /// A second is over.
    Tick,
    /// It is to end.
    Over,
}

/// For so long nothing more may have changed: who writes a file or swaps folders does several things.
const QUIET: Duration = Duration::from_millis(50);
/// But where things change all the time, the thread looks after so long.
const LATEST: Duration = Duration::from_millis(75);

impl Bell {
    /// Something has changed.
    pub fn ring(&self) {
        let now = Instant::now();
        let mut rung = lock(&self.rung);
        let first = rung.changed.map_or(now, |(first, _)| first);
        rung.changed = Some((first, now));
        self.rings.notify_one();
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        lock(&self.rung).is_over
    }

    /// The thread is to end.
    pub fn end(&self) {
        lock(&self.rung).is_over = true;
        self.rings.notify_one();
    }

    /// Waits for a change, or for `tick`.
    pub fn wait(&self, tick: Instant) -> Wake {
        let mut rung = lock(&self.rung);
        loop {
            if rung.is_over {
                return Wake::Over;
            }
            let now = Instant::now();
            let calm = rung
                .changed
                .and_then(|(first, last)| Some(last.checked_add(QUIET)?.min(first.checked_add(LATEST)?)));
            if calm.is_some_and(|calm| calm <= now) {
                rung.changed = None;
                return Wake::Changed;
            }
            // who is in the middle of a change is not looked at
            if calm.is_none() && tick <= now {
                return Wake::Tick;
            }
            let until = calm.unwrap_or(tick);
            let wait = self.rings.wait_timeout(rung, until.saturating_duration_since(now));
            rung = wait.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Takes a lock. What a thread that panicked left there is whole: nothing here is changed in two steps.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
