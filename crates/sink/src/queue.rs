//! The queue in front of a sink: bounded in events and bytes, and never waited for.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam_queue::ArrayQueue;

use crate::report::Loss;

/// An event in `used`; its bytes are counted below.
const EVENT: u64 = 1 << 32;

/// What waits for a sink, with its weight in bytes.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    items: ArrayQueue<(T, u32)>,
    /// Events in the upper half, bytes in the lower: one addition counts both.
    used: AtomicU64,
    max_events: u64,
    max_bytes: u64,
    /// Whether somebody has asked for the worker since it looked last.
    called: AtomicBool,
}

/// What a push has come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Pushed {
    /// It waits.
    Waits,
    /// It waits, and the queue is half full: the worker should not sleep on.
    Call,
}

impl<T> Queue<T> {
    /// A queue for so many events and bytes, each at least one. Bytes are at most 1 GiB.
    pub fn new(events: usize, bytes: usize) -> Self {
        let events = events.max(1);
        Self {
            items: ArrayQueue::new(events),
            used: AtomicU64::new(0),
            max_events: u64::try_from(events).unwrap_or(u64::MAX),
            max_bytes: u64::try_from(bytes.clamp(1, 1 << 30)).unwrap_or(u64::MAX),
            called: AtomicBool::new(false),
        }
    }

    /// Why an event of that weight does not fit now, if so.
    #[inline]
    fn no_room(&self, used: u64, weight: u64) -> Option<Loss> {
        let (events, bytes) = (used >> 32, used & (EVENT - 1));
        if events >= self.max_events {
            Some(Loss::QueueFull)
        } else if bytes.saturating_add(weight) <= self.max_bytes {
            None
        } else if weight > self.max_bytes {
            Some(Loss::TooLarge)
        } else {
            Some(Loss::QueueBytes)
        }
    }

    /// Adds an event, unless there is no room: then it is given back with the reason.
    ///
    /// # Cost
    /// Two atomic operations; one load where there is no room. It never waits.
    #[inline]
    pub fn push(&self, item: T, weight: usize) -> Result<Pushed, (Loss, T)> {
        let weight = u64::try_from(weight).unwrap_or(u64::MAX);
        if let Some(loss) = self.no_room(self.used.load(Ordering::Relaxed), weight) {
            return Err((loss, item));
        }
        // it fits, so it has at most 30 bits
        let own = EVENT | weight;
        let before = self.used.fetch_add(own, Ordering::Relaxed);
        if let Some(loss) = self.no_room(before, weight) {
            self.used.fetch_sub(own, Ordering::Relaxed);
            return Err((loss, item));
        }
        let small = u32::try_from(weight).unwrap_or(u32::MAX);
        if let Err((item, _)) = self.items.push((item, small)) {
            self.used.fetch_sub(own, Ordering::Relaxed);
            return Err((Loss::QueueFull, item));
        }
        let half = (before >> 32) >= self.max_events / 2 || (before & (EVENT - 1)) >= self.max_bytes / 2;
        if half && !self.called.load(Ordering::Relaxed) && !self.called.swap(true, Ordering::Relaxed) {
            return Ok(Pushed::Call);
        }
        Ok(Pushed::Waits)
    }

    /// Takes the oldest event.
    pub fn pop(&self) -> Option<(T, usize)> {
        let (item, weight) = self.items.pop()?;
        self.used.fetch_sub(EVENT | u64::from(weight), Ordering::Relaxed);
        Some((item, usize::try_from(weight).unwrap_or(usize::MAX)))
    }

    /// Lets the next push at half full call the worker again.
    pub fn rearm(&self) {
        self.called.store(false, Ordering::Relaxed);
    }

    /// Events that wait.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Bytes that wait.
    #[cfg(test)]
    pub fn bytes(&self) -> u64 {
        self.used.load(Ordering::Relaxed) & (EVENT - 1)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn a_queue_takes_as_many_events_and_bytes_as_it_may() {
        let queue = Queue::new(3, 100);
        assert_eq!(queue.push(1, 101), Err((Loss::TooLarge, 1)));
        assert!(queue.push(2, 60).is_ok());
        assert_eq!(queue.push(3, 41), Err((Loss::QueueBytes, 3)));
        assert!(queue.push(4, 20).is_ok() && queue.push(5, 20).is_ok());
        assert_eq!(queue.push(6, 0), Err((Loss::QueueFull, 6)));
        assert_eq!((queue.pop(), queue.bytes(), queue.len()), (Some((2, 60)), 40, 2));
        assert!(queue.push(7, 60).is_ok());
    }

    #[test]
    fn the_worker_is_called_once_when_a_queue_is_half_full() {
        let queue = Queue::new(4, 1_000);
        let called: Vec<bool> = (0..4).map(|item| queue.push(item, 1) == Ok(Pushed::Call)).collect();
        assert_eq!(called, [false, false, true, false]);
        queue.rearm();
        queue.pop();
        assert_eq!(queue.push(9, 1), Ok(Pushed::Call));
    }

    /// Prints nanoseconds: the least of many small batches, so that what else runs on the machine does not count.
    #[test]
    #[ignore = "it measures: run it with --release and --nocapture"]
    fn what_a_push_costs() {
        let least = |run: &dyn Fn(), after: &dyn Fn()| {
            let time = || {
                let start = std::time::Instant::now();
                run();
                let time = start.elapsed().as_nanos();
                after();
                time
            };
            (0..20_000).map(|_| time()).min().unwrap_or(0) as f64 / 256.0
        };
        let shared = Arc::new(7_u64);
        let push =
            |queue: &Queue<Arc<u64>>| queue.push(std::hint::black_box(Arc::clone(&shared)), 100).is_ok();
        let (queue, full) = (Queue::new(512, 1 << 30), Queue::new(1, 1 << 30));
        assert!(push(&full));
        let lost = AtomicUsize::new(0);
        let pushed = least(&|| assert!((0..256).all(|_| push(&queue))), &|| while queue.pop().is_some() {});
        let dropped = least(
            &|| {
                for _ in 0..256 {
                    lost.fetch_add(usize::from(!push(&full)), Ordering::Relaxed);
                }
            },
            &|| {},
        );
        println!("a push takes {pushed:.1} ns, one into a full queue, counted, {dropped:.1} ns");
    }

    #[test]
    fn what_threads_push_is_popped_or_given_back_and_weights_come_to_nothing() {
        let queue = Arc::new(Queue::new(64, 2_000));
        let refused = AtomicUsize::new(0);
        let mut popped = 0;
        std::thread::scope(|scope| {
            let pushers: Vec<_> = (0..4_usize)
                .map(|at| {
                    let (queue, refused) = (Arc::clone(&queue), &refused);
                    scope.spawn(move || {
                        for number in 0..5_000 {
                            if queue.push(number, at * 17).is_err() {
                                refused.fetch_add(1, Ordering::Relaxed);
                            }
                        }
                    })
                })
                .collect();
            while !pushers.iter().all(std::thread::ScopedJoinHandle::is_finished) {
                popped += usize::from(queue.pop().is_some());
            }
        });
        popped += std::iter::from_fn(|| queue.pop()).count();
        assert_eq!(popped + refused.load(Ordering::Relaxed), 20_000);
        assert_eq!(queue.used.load(Ordering::Relaxed), 0);
    }
}
