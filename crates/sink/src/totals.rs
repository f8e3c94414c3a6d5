//! Counts and gauges, added up before the queue, so that a full queue loses no sample.

use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use probelang::host::Number;
use probelang_probe::Timestamp;
use probelang_probe::event::Sample;
use probelang_probe::probe::MetricKind;

use crate::lock;

/// Several tables, so that a hit takes one that no other hit has.
const SHARDS: usize = 8;
/// Series that are kept at once, in all tables.
const SERIES: usize = 65_536;

/// Samples of one series, as one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Total {
    /// The series, with the sum of a count or the last value of a gauge, and the time of the latest sample.
    pub sample: Sample,
    /// The time of the earliest sample.
    pub first: Timestamp,
    /// How many samples there were.
    pub samples: u64,
    /// When the last one came, in the order of all samples.
    order: u64,
}

impl Total {
    /// A sample alone.
    #[must_use]
    pub const fn of(sample: Sample) -> Self {
        let first = sample.time;
        Self { sample, first, samples: 1, order: 0 }
    }

    /// Adds other samples of the same series.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.first = self.first.min(other.first);
        self.samples = self.samples.saturating_add(other.samples);
        self.sample.time = self.sample.time.max(other.sample.time);
        match self.sample.kind {
            MetricKind::Count => self.sample.value = add(self.sample.value, other.sample.value),
            MetricKind::Gauge | MetricKind::Histogram | MetricKind::Distribution => {
                if other.order >= self.order {
                    self.sample.value = other.sample.value;
                }
            }
        }
        self.order = self.order.max(other.order);
    }
}

/// The sum: exact as long as 64 bits hold it, else as a float.
pub(crate) fn add(one: Number, other: Number) -> Number {
    let whole = |number: Number| match number {
        Number::Int(number) => Some(i128::from(number)),
        Number::Uint(number) => Some(i128::from(number)),
        Number::Float(_) => None,
    };
    let sum = whole(one).zip(whole(other)).and_then(|(one, other)| one.checked_add(other));
    let exact = sum.and_then(|sum| {
        i64::try_from(sum).map(Number::Int).or_else(|_| u64::try_from(sum).map(Number::Uint)).ok()
    });
    // the largest finite number, in place of infinity
    exact.unwrap_or_else(|| Number::Float((float(one) + float(other)).clamp(f64::MIN, f64::MAX)))
}

/// The number as a float: the nearest one.
pub(crate) fn float(number: Number) -> f64 {
    match number {
        Number::Int(number) => number as f64,
        Number::Uint(number) => number as f64,
        Number::Float(number) => number,
    }
}

/// Which series a sample belongs to.
#[derive(PartialEq, Eq, Hash, Debug)]
struct Series {
    probe: std::sync::Arc<str>,
    name: std::sync::Arc<str>,
    is_gauge: bool,
    unit: Option<std::sync::Arc<str>>,
    tags: Vec<String>,
}

impl Series {
    fn of(sample: &Sample) -> Self {
        Self {
            probe: std::sync::Arc::clone(&sample.probe.id),
            name: std::sync::Arc::clone(&sample.name),
            is_gauge: sample.kind == MetricKind::Gauge,
            unit: sample.unit.clone(),
            tags: sample.tags.clone(),
        }
    }
}

type Table = HashMap<Series, Total, RandomState>;

/// The sums since they were taken last.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    shards: [Mutex<Table>; SHARDS],
    order: AtomicU64,
    series: AtomicU64,
    /// Samples that are in the tables.
    samples: AtomicU64,
}

impl Totals {
    /// Adds a sample. It is given back where there are too many series.
    ///
    /// # Cost
    /// One look-up in a table that no other thread uses at the time. Two hits wait for each other only if more threads
    /// than there are tables do this at once.
    pub fn add(&self, sample: Sample) -> Result<(), Sample> {
        let order = self.order.fetch_add(1, Ordering::Relaxed);
        let mut table = self.table();
        match table.entry(Series::of(&sample)) {
            Entry::Occupied(mut entry) => {
                let mut total = Total::of(sample);
                total.order = order;
                entry.get_mut().merge(&total);
            }
            Entry::Vacant(entry) => {
                let limit = u64::try_from(SERIES).unwrap_or(u64::MAX);
                if self.series.fetch_add(1, Ordering::Relaxed) >= limit {
                    self.series.fetch_sub(1, Ordering::Relaxed);
                    return Err(sample);
                }
                let mut total = Total::of(sample);
                total.order = order;
                entry.insert(total);
            }
        }
        self.samples.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// A table that nobody else uses, beginning with one that belongs to the thread.
    fn table(&self) -> MutexGuard<'_, Table> {
        thread_local! {
            static PLACE: usize = {
                let hash = RandomState::new().hash_one(std::thread::current().id());
                usize::try_from(hash).unwrap_or_default() % SHARDS
            };
        }
        let place = PLACE.try_with(|place| *place).unwrap_or_default();
        let (before, from) = self.shards.split_at_checked(place).unwrap_or((&[], &self.shards));
        let free = from.iter().chain(before).find_map(|shard| shard.try_lock().ok());
        free.unwrap_or_else(|| lock(from.first().unwrap_or(&self.shards[0])))
    }

    /// Takes all sums, and begins anew.
    pub fn take(&self) -> Vec<Total> {
        let mut all: Table = HashMap::default();
        for shard in &self.shards {
            let table = std::mem::take(&mut *lock(shard));
            let taken = u64::try_from(table.len()).unwrap_or(u64::MAX);
            self.series.fetch_sub(taken, Ordering::Relaxed);
            for (series, total) in table {
                self.samples.fetch_sub(total.samples, Ordering::Relaxed);
                match all.entry(series) {
                    Entry::Occupied(mut entry) => entry.get_mut().merge(&total),
                    Entry::Vacant(entry) => {
                        entry.insert(total);
                    }
                }
            }
        }
        let mut totals: Vec<Total> = all.into_values().collect();
        totals.sort_by_key(|total| total.order);
        totals
    }

    /// Samples that wait.
    pub fn len(&self) -> u64 {
        self.samples.load(Ordering::Relaxed)
    }
}
