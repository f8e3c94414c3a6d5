//! Buckets against a model with real numbers, and under threads.

#![cfg(test)]
#![cfg(not(loom))]

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use probelang_probe::Timestamp;
use probelang_probe::limit::{Bucket, Share};
use proptest::prelude::*;

/// A bucket as one would write it down: tokens as a real number, filled with time.
struct Model {
    rate: f64,
    burst: f64,
    tokens: f64,
    seen: u64,
}

impl Model {
    fn take(&mut self, now: u64) -> Option<bool> {
        let now = now.max(self.seen);
        self.tokens = (self.tokens + (now - self.seen) as f64 * 1e-9 * self.rate).min(self.burst);
        self.seen = now;
        // too near to tell: the bucket counts in whole nanoseconds
        if (self.tokens - 1.0).abs() < 1e-3 {
            return None;
        }
        let taken = self.tokens >= 1.0;
        self.tokens -= f64::from(u8::from(taken));
        Some(taken)
    }
}

proptest! {
    #[test]
    fn a_bucket_gives_what_the_model_gives(
        rate in 0.1_f64..10_000.0,
        burst in 1.0_f64..200.0,
        steps in prop::collection::vec((-50_000_000_i64..200_000_000, any::<bool>()), 1..200),
    ) {
        let bucket = Bucket::new(rate, burst);
        let mut model = Model { rate, burst, tokens: burst, seen: 0 };
        let mut now = 1_000_000_000_000_u64;
        for (step, refund) in steps {
            now = now.saturating_add_signed(step);
            let Some(taken) = model.take(now) else { return Ok(()) };
            prop_assert_eq!(bucket.take(Timestamp::from_nanos(now)), taken);
            if taken && refund {
                bucket.refund();
                model.tokens += 1.0;
            }
        }
    }

    #[test]
    fn no_rate_and_no_time_makes_a_bucket_fail(
        rate in any::<f64>(),
        burst in any::<f64>(),
        times in prop::collection::vec(any::<u64>(), 0..50),
    ) {
        let bucket = Bucket::new(rate, burst);
        for time in times {
            let taken = bucket.take(Timestamp::from_nanos(time));
            if rate.is_nan() || rate <= 0.0 {
                prop_assert!(!taken);
            }
            bucket.refund();
        }
    }
}

#[test]
fn the_limits_of_the_product_are_kept() {
    let taken = |bucket: &Bucket, hits: u64| {
        let start = 1_000_000_000_000;
        (0..hits).filter(|hit| bucket.take(Timestamp::from_nanos(start + hit * 1_000_000_000 / hits))).count()
    };
    assert_eq!(taken(&Bucket::of_probe(1.0), 150), 1);
    let logs = taken(&Bucket::of_probe(5_000.0), 10_000);
    assert!((5_000..=5_500).contains(&logs), "{logs}");
    assert_eq!(taken(&Bucket::of_probe(0.0), 1_000), 0);
    assert_eq!(taken(&Bucket::of_probe(f64::INFINITY), 1_000), 1_000);
    assert_eq!(taken(&Bucket::of_all(100.0), 10_000), 199);
}

#[test]
fn threads_together_take_what_one_could_take() {
    const THREADS: u64 = 16;
    let bucket = Bucket::new(1_000.0, 50.0);
    let (taken, refunded) = (AtomicU64::new(0), AtomicU64::new(0));
    let clock = AtomicU64::new(1_000_000_000_000);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (bucket, taken, refunded, clock) = (&bucket, &taken, &refunded, &clock);
            scope.spawn(move || {
                for hit in 0..20_000_u64 {
                    // each hit moves time by a tenth of a token
                    let now = clock.fetch_add(100_000, Ordering::Relaxed);
                    if bucket.take(Timestamp::from_nanos(now)) {
                        taken.fetch_add(1, Ordering::Relaxed);
                        if (hit + thread) % 7 == 0 {
                            bucket.refund();
                            refunded.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    // 320,000 hits in 32 seconds
    let kept = taken.into_inner() - refunded.into_inner();
    assert!(kept <= 32_000 + 50, "{kept}");
    assert!(kept >= 31_000, "{kept}");
}

#[test]
fn what_runs_over_its_share_is_told_and_may_run_again_when_half_has_drained() {
    let share = Share::new(0.01);
    let at = |millis: u64| Timestamp::from_millis(1_000_000 + millis);
    // 100 ms of CPU are what 10 seconds give
    assert!(share.charge(at(0), Duration::from_millis(60)));
    assert!(share.charge(at(0), Duration::from_millis(40)));
    assert!(!share.charge(at(0), Duration::from_millis(1)));
    assert!(!share.has_room(at(5_000)));
    assert!(share.has_room(at(5_200)));
    // one that costs what its share is never is over it
    let steady = Share::new(0.01);
    assert!((0..100_000).all(|hit| steady.charge(at(hit), Duration::from_micros(10))));
    assert!(!Share::new(0.5).charge(at(0), Duration::MAX));
}
