//! Every interleaving of the operations on a bucket, on two threads.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p probelang-probe --target-dir target/loom --test interleavings`

#![cfg(test)]
#![cfg(loom)]

use loom::sync::Arc;
use loom::thread;
use probelang_probe::Timestamp;
use probelang_probe::limit::Bucket;

#[test]
fn two_threads_never_take_more_than_there_is() {
    loom::model(|| {
        let bucket = Arc::new(Bucket::new(1.0, 2.0));
        let start = Timestamp::from_millis(10_000);
        let other = Arc::clone(&bucket);
        let thread =
            thread::spawn(move || [start, start].map(|now| u32::from(other.take(now))).iter().sum::<u32>());
        let mine = [start, start].map(|now| u32::from(bucket.take(now))).iter().sum::<u32>();
        assert_eq!(mine + thread.join().unwrap(), 2);
    });
}

#[test]
fn a_refund_is_taken_again_by_one() {
    loom::model(|| {
        let bucket = Arc::new(Bucket::new(1.0, 1.0));
        let start = Timestamp::from_millis(10_000);
        assert!(bucket.take(start));
        let other = Arc::clone(&bucket);
        let thread = thread::spawn(move || {
            other.refund();
            other.take(start)
        });
        let mine = bucket.take(start);
        let theirs = thread.join().unwrap();
        assert!(mine ^ theirs || bucket.take(start));
        assert!(!bucket.take(start));
    });
}

#[test]
fn time_that_moves_on_one_thread_counts_on_the_other() {
    loom::model(|| {
        let bucket = Arc::new(Bucket::new(1.0, 1.0));
        let (first, later) = (Timestamp::from_millis(10_000), Timestamp::from_millis(11_000));
        let other = Arc::clone(&bucket);
        let thread = thread::spawn(move || u32::from(other.take(later)));
        let mine = u32::from(bucket.take(first));
        // one token at the first time, one more a second later, never three
        let taken = mine + thread.join().unwrap();
        assert!((1..=2).contains(&taken));
        assert!(!(taken == 2 && bucket.take(later)));
    });
}
