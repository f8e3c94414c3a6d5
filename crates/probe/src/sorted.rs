//! A map in the order of its keys.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::RangeInclusive;

/// Entries of a chunk. One with more is split into two.
const CHUNK: usize = 512;

/// What `BTreeMap` does, for the maps of probes and places, in a fifth of the code for each type.
///
/// # Cost
/// A lookup is logarithmic. An insertion or removal moves at most a chunk, and the list of chunks if it changes.
#[derive(Clone)]
pub(crate) struct Sorted<K, V> {
    /// None is empty; all keys of one are less than those of the next.
    chunks: Vec<Vec<(K, V)>>,
}

/// The chunk of a key, and where in it the key is or belongs.
type Place = (usize, Result<usize, usize>);

impl<K: Ord, V> Sorted<K, V> {
    pub const fn new() -> Self {
        Self { chunks: Vec::new() }
    }

    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Place
    where
        K: Borrow<Q>,
    {
        let order = |(other, _): &(K, V)| other.borrow().cmp(key);
        let begins = |chunk: &Vec<(K, V)>| chunk.first().map(order) != Some(Ordering::Greater);
        let chunk = self.chunks.partition_point(begins).saturating_sub(1);
        (chunk, self.chunks.get(chunk).map_or(Err(0), |entries| entries.binary_search_by(order)))
    }

    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entry(key).map(|(_, value)| value)
    }

    /// The key of the map, and its value.
    pub fn entry<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let (chunk, at) = self.place(key);
        self.chunks.get(chunk)?.get(at.ok()?).map(|(key, value)| (key, value))
    }

    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (chunk, at) = self.place(key);
        self.chunks.get_mut(chunk)?.get_mut(at.ok()?).map(|(_, value)| value)
    }

    /// Puts a value in, instead of the one with the same key.
    pub fn insert(&mut self, key: K, value: V) {
        let (chunk, at) = self.place(&key);
        let Some(entries) = self.chunks.get_mut(chunk) else {
            self.chunks.push(vec![(key, value)]);
            return;
        };
        match at {
            Ok(at) => {
                if let Some(entry) = entries.get_mut(at) {
                    entry.1 = value;
                }
            }
            Err(at) => {
                entries.insert(at, (key, value));
                if entries.len() > CHUNK {
                    let rest = entries.split_off(CHUNK / 2);
                    self.chunks.insert(chunk.saturating_add(1), rest);
                }
            }
        }
    }

    /// The value of a key, which is put in if there is none.
    pub fn or_default(&mut self, key: &K) -> Option<&mut V>
    where
        K: Clone,
        V: Default,
    {
        if self.place(key).1.is_err() {
            self.insert(key.clone(), V::default());
        }
        self.get_mut(key)
    }

    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (chunk, at) = self.place(key);
        let at = at.ok()?;
        let entries = self.chunks.get_mut(chunk)?;
        let (_, value) = entries.remove(at);
        if entries.is_empty() {
            self.chunks.remove(chunk);
        }
        Some(value)
    }

    /// Keeps only the entries that `keep` wants.
    pub fn retain(&mut self, keep: impl Fn(&K) -> bool) {
        for chunk in &mut self.chunks {
            chunk.retain(|(key, _)| keep(key));
        }
        self.chunks.retain(|chunk| !chunk.is_empty());
    }

    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.chunks.iter().flatten().map(|(key, value)| (key, value))
    }

    pub fn keys(&self) -> impl Iterator<Item = &K> + Clone {
        self.chunks.iter().flatten().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.chunks.iter().flatten().map(|(_, value)| value)
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.chunks.iter_mut().flatten().map(|(_, value)| value)
    }

    /// The values of the keys from one to another.
    pub fn range(&self, keys: RangeInclusive<K>) -> impl Iterator<Item = &V> {
        let (first, at) = self.place(keys.start());
        let skipped = at.unwrap_or_else(|at| at);
        let entries = self.chunks.iter().skip(first).flatten().skip(skipped);
        entries.take_while(move |(key, _)| key <= keys.end()).map(|(_, value)| value)
    }
}

impl<K: Ord, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord + fmt::Debug, V: fmt::Debug> fmt::Debug for Sorted<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Sorted;

    /// Numbers without a pattern, the same each time.
    fn numbers(seed: u64) -> impl Iterator<Item = u64> {
        std::iter::successors(Some(seed), |n| Some(n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1)))
            .map(|n| n >> 33)
    }

    #[test]
    fn it_has_what_a_map_of_the_standard_library_has_after_every_change() {
        for keys in [3, 700, 100_000] {
            let (mut sorted, mut wanted) = (Sorted::new(), BTreeMap::new());
            let mut random = numbers(keys);
            let mut next = |most: u64| random.next().unwrap() % most;
            for step in 0..6_000 {
                let key = next(keys);
                // it grows first and shrinks then
                if next(10) < if step < 3_000 { 8 } else { 2 } {
                    sorted.insert(key, step);
                    wanted.insert(key, step);
                } else {
                    assert_eq!(sorted.remove(&key), wanted.remove(&key));
                }
                let (from, to) = (next(keys), next(keys));
                assert_eq!(sorted.get(&from), wanted.get(&from));
                assert_eq!(sorted.entry(&from), wanted.get_key_value(&from));
                if from <= to && step % 50 == 0 {
                    assert!(sorted.range(from..=to).eq(wanted.range(from..=to).map(|(_, value)| value)));
                }
                if step % 500 == 0 {
                    assert!(sorted.iter().eq(wanted.iter()));
                    assert!(sorted.keys().eq(wanted.keys()));
                    assert!(sorted.values().eq(wanted.values()));
                    assert!(sorted.chunks.iter().all(|chunk| (1..=super::CHUNK).contains(&chunk.len())));
                }
            }
            sorted.retain(|key| key % 2 == 0);
            wanted.retain(|key, _| key % 2 == 0);
            assert!(sorted.iter().eq(wanted.iter()));
            for value in sorted.values_mut() {
                *value += 1;
            }
            assert!(sorted.values().eq(wanted.values().map(|value| value + 1).collect::<Vec<_>>().iter()));
        }
    }

    #[test]
    fn a_value_that_is_not_there_is_put_in() {
        let mut sorted: Sorted<String, Vec<u32>> = Sorted::new();
        for (key, value) in [("b", 1), ("a", 2), ("b", 3)] {
            sorted.or_default(&key.to_owned()).unwrap().push(value);
        }
        assert_eq!(format!("{sorted:?}"), r#"{"a": [2], "b": [1, 3]}"#);
    }
}
