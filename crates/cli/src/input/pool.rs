//! Work spread over threads, its results in the order of the work.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

use crate::exit::{Failure, Status};

/// Bytes that are under way at most, between being read and being written; one text may be larger.
const UNDER_WAY: usize = 16 * 1024 * 1024;
/// Results that wait for their turn at most.
const WAITING: usize = 64;

/// A piece of work with its weight in bytes.
pub struct Load<T> {
    /// What is to be done.
    pub work: T,
    /// Bytes that it keeps in memory.
    pub weight: usize,
}

/// Runs `work` over what `from` gives, in `threads` threads with a state each, and hands the results to `take`
/// in order, with whether the next one is not there yet. `from` runs in a thread of its own and waits while
/// too much is under way.
///
/// # Errors
/// The first failure of `take`, which stops everything; a panic in `work` is a defect.
pub fn ordered<T: Send, S, R: Send>(
    threads: usize,
    from: impl Iterator<Item = Load<T>> + Send,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, T) -> R + Sync,
    mut take: impl FnMut(R, bool) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let gate = Gate::default();
    let (to_do, jobs) = channel::<(T, Sender<thread::Result<R>>)>();
    let jobs = Mutex::new(jobs);
    thread::scope(|scope| {
        let (in_turn, results) = sync_channel::<(Receiver<thread::Result<R>>, usize)>(WAITING);
        let (gate, jobs, state, work) = (&gate, &jobs, &state, &work);
        scope.spawn(move || {
            for load in from {
                if !gate.enter(load.weight) {
                    return;
                }
                let (done, result) = channel();
                if in_turn.send((result, load.weight)).is_err() || to_do.send((load.work, done)).is_err() {
                    return;
                }
            }
        });
        for _ in 0..threads.max(1) {
            scope.spawn(move || {
                let mut own = state();
                loop {
                    let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((job, done)) = job else { return };
                    // Nobody may be left to hear it.
                    let _ = done.send(catch_unwind(AssertUnwindSafe(|| work(&mut own, job))));
                }
            });
        }
        let outcome = (|| {
            let mut next = results.recv();
            while let Ok((result, weight)) = next {
                let Ok(Ok(result)) = result.recv() else {
                    return Err(Failure::Told(Status::Internal));
                };
                let following = results.try_recv();
                take(result, following.is_err())?;
                gate.leave(weight);
                next = following.or_else(|_| results.recv());
            }
            Ok(())
        })();
        // Whoever still reads finds the gate closed or nobody there, and stops.
        gate.close();
        drop(results);
        outcome
    })
}

/// Lets in as much as may be under way.
#[derive(Default)]
struct Gate {
    held: Mutex<Held>,
    changed: Condvar,
}

#[derive(Default)]
struct Held {
    weight: usize,
    closed: bool,
}

impl Gate {
    /// Waits until there is room; `false` where nothing is wanted any more.
    fn enter(&self, weight: usize) -> bool {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |held: &mut Held| !held.closed && held.weight > 0 && held.weight + weight > UNDER_WAY;
        let mut held = self.changed.wait_while(held, full).unwrap_or_else(PoisonError::into_inner);
        held.weight += weight;
        !held.closed
    }

    fn leave(&self, weight: usize) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).weight -= weight;
        self.changed.notify_all();
    }

    fn close(&self) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loads(count: usize, weight: usize) -> impl Iterator<Item = Load<usize>> + Send {
        (0..count).map(move |work| Load { work, weight })
    }

    #[test]
    fn results_come_in_the_order_of_the_work() {
        let mut seen = Vec::new();
        let slow_first = |(): &mut (), n: usize| {
            thread::sleep(std::time::Duration::from_micros(if n.is_multiple_of(7) { 300 } else { 0 }));
            n * 2
        };
        ordered(
            2,
            loads(1_000, 100_000),
            || (),
            slow_first,
            |n, _| {
                seen.push(n);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(seen, (0..1_000).map(|n| n * 2).collect::<Vec<_>>());
    }

    #[test]
    fn no_more_than_allowed_is_under_way() {
        let under_way = Mutex::new((0usize, 0usize));
        let from = loads(200, 1).map(|load| {
            let mut counts = under_way.lock().unwrap();
            counts.0 += 1;
            counts.1 = counts.1.max(counts.0);
            Load { work: load.work, weight: UNDER_WAY / 4 }
        });
        ordered(
            2,
            from,
            || (),
            |(), n| n,
            |_, _| {
                under_way.lock().unwrap().0 -= 1;
                Ok(())
            },
        )
        .unwrap();
        // Four may be under way, one waits at the gate, one result may be taken and not yet let go.
        assert!(under_way.lock().unwrap().1 <= 6, "{}", under_way.lock().unwrap().1);
    }

    #[test]
    fn a_failure_stops_the_work_and_a_panic_is_a_defect() {
        let stopped = ordered(
            2,
            loads(usize::MAX, 1),
            || (),
            |(), n| n,
            |n, _| {
                if n == 10 { Err(Failure::Told(Status::Fault)) } else { Ok(()) }
            },
        );
        assert!(matches!(stopped, Err(Failure::Told(Status::Fault))));
        let defect = ordered(2, loads(100, 1), || (), |(), n| assert!(n != 50), |(), _| Ok(()));
        assert!(matches!(defect, Err(Failure::Told(Status::Internal))));
    }
}
