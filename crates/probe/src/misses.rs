//! Hits whose condition was false, and the steps that they took: one addition for both, since such a hit does nothing else that
//! other threads must see.

use std::sync::Mutex;

use crate::sync::{AtomicU64, Ordering, lock, try_lock};

/// The low bits are steps, those above them hits.
const STEP_BITS: u32 = 40;
const STEPS: u64 = (1 << STEP_BITS) - 1;
const HIT: u64 = 1 << STEP_BITS;
/// So many hits are half of what fits: what has gathered has to go.
const MANY: u64 = HIT << 23;
/// A hit that takes more steps is counted elsewhere. Of shorter ones as many fit as there are numbers of hits.
pub(crate) const SHORT: u64 = 1 << 15;

/// Hits and steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Missed {
    pub hits: u64,
    pub steps: u64,
}

/// The misses of a probe, written by all threads.
#[derive(Debug, Default)]
pub(crate) struct Misses {
    /// Those since something was last gathered.
    fresh: AtomicU64,
    gathered: Mutex<Missed>,
}

impl Misses {
    /// Counts a hit of fewer than [`SHORT`] steps.
    ///
    /// # Cost
    /// One addition.
    #[inline]
    pub fn add(&self, steps: u64) {
        debug_assert!(steps < SHORT, "{steps} steps are not few");
        let before = self.fresh.fetch_add(HIT | steps, Ordering::Relaxed);
        if before >= MANY {
            self.make_room();
        }
    }

    /// Only where nobody has gathered for millions of hits.
    #[cold]
    fn make_room(&self) {
        let _ = self.take(&mut lock(&self.gathered));
    }

    /// Gathers what is fresh, and gives its steps: each is given once. Nothing if another thread is at it.
    pub fn gather(&self) -> u64 {
        try_lock(&self.gathered).map_or(0, |mut gathered| self.take(&mut gathered))
    }

    fn take(&self, gathered: &mut Missed) -> u64 {
        let fresh = self.fresh.swap(0, Ordering::Relaxed);
        let steps = fresh & STEPS;
        gathered.hits = gathered.hits.saturating_add(fresh >> STEP_BITS);
        gathered.steps = gathered.steps.saturating_add(steps);
        steps
    }

    /// All of them until now.
    pub fn read(&self) -> Missed {
        // held until both are read: otherwise what is gathered meanwhile would be in neither
        let gathered = lock(&self.gathered);
        let fresh = self.fresh.load(Ordering::Relaxed);
        Missed {
            hits: gathered.hits.saturating_add(fresh >> STEP_BITS),
            steps: gathered.steps.saturating_add(fresh & STEPS),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use super::*;

    #[test]
    fn nothing_is_lost_while_it_is_gathered_and_read() {
        let (misses, is_over) = (Misses::default(), AtomicBool::new(false));
        let given = thread::scope(|scope| {
            let writers: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        (0..50_000_u64)
                            .map(|at| {
                                misses.add(at % 7);
                                if at % 32 == 0 { misses.gather() } else { 0 }
                            })
                            .sum::<u64>()
                    })
                })
                .collect();
            scope.spawn(|| {
                let mut before = Missed::default();
                while !is_over.load(Ordering::Relaxed) {
                    let now = misses.read();
                    assert!(now.hits >= before.hits && now.steps >= before.steps, "{before:?} {now:?}");
                    before = now;
                }
            });
            let given = writers.into_iter().map(|writer| writer.join().unwrap()).sum::<u64>();
            is_over.store(true, Ordering::Relaxed);
            given
        });
        let steps = 4 * (0..50_000_u64).map(|at| at % 7).sum::<u64>();
        assert_eq!(misses.read(), Missed { hits: 200_000, steps });
        assert_eq!(given + misses.gather(), steps);
    }

    #[test]
    fn what_nobody_gathers_makes_room_before_it_is_too_much() {
        let misses = Misses::default();
        misses.fresh.store(MANY - HIT, Ordering::Relaxed);
        for _ in 0..3 {
            misses.add(SHORT - 1);
        }
        assert_eq!(misses.fresh.load(Ordering::Relaxed), HIT | (SHORT - 1));
        assert_eq!(misses.read(), Missed { hits: (MANY >> STEP_BITS) + 2, steps: 3 * (SHORT - 1) });
    }
}
