//! The time of hits: cheap where it need not be exact.

use std::cell::Cell;

use nix::time::{ClockId, clock_gettime};
use probelang_probe::Timestamp;

/// The time of the system.
///
/// # Cost
/// A reading of the clock: 20 to 40 ns.
#[inline]
#[must_use]
pub fn now() -> Timestamp {
    read(ClockId::CLOCK_REALTIME)
}

/// The time of the system at the last tick of its timer, some milliseconds ago at most, where it keeps that; else [`now`].
///
/// # Cost
/// About 5 ns on Linux.
#[inline]
#[must_use]
pub fn coarse_now() -> Timestamp {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    return read(ClockId::CLOCK_REALTIME_COARSE);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    return now();
}

/// The time that a clock says; the epoch where there is no such clock, or it says an earlier one.
#[inline]
fn read(clock: ClockId) -> Timestamp {
    let Ok(time) = clock_gettime(clock) else { return Timestamp::default() };
    let (Ok(seconds), Ok(nanos)) = (u64::try_from(time.tv_sec()), u64::try_from(time.tv_nsec())) else {
        return Timestamp::default();
    };
    Timestamp::from_nanos(seconds.saturating_mul(1_000_000_000).saturating_add(nanos))
}

/// The exact time of one hit, which is read when somebody needs it, and is the same from then on: what
/// [`Scene::time`](probelang_probe::runtime::Scene::time) gives for a hit that is reported with [`coarse_now`].
///
/// ```
/// let time = probelang_control::HitTime::default();
/// let exact = time.exact();
/// assert!(exact >= probelang_control::coarse_now() || cfg!(not(target_os = "linux")));
/// assert_eq!(time.exact(), exact);
/// ```
#[derive(Debug, Default)]
pub struct HitTime(Cell<Option<Timestamp>>);

impl HitTime {
    /// The time at which this was first called.
    ///
    /// # Cost
    /// That of [`now`], once.
    #[inline]
    pub fn exact(&self) -> Timestamp {
        if let Some(time) = self.0.get() {
            return time;
        }
        let time = now();
        self.0.set(Some(time));
        time
    }
}
