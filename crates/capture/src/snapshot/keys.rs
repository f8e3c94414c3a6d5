//! The names in the objects that are being written, so that an object has each of them once.

use std::collections::HashSet;
use std::hash::BuildHasher;

use super::index::narrow;

/// Names of an object that are compared one by one.
const FEW: usize = 64;

/// The names of the objects that are open. The memory is used again.
#[derive(Default)]
pub(super) struct Keys {
    /// Where the names are in the text, those of the innermost object last.
    places: Vec<(u32, u32)>,
    /// Names of objects that have many: where the object starts, and the hash of the name. Nobody can foresee the
    /// hash, so that two names never have one.
    many: HashSet<(u32, u64)>,
}

/// What is known of the names of one object.
#[derive(Clone, Copy, Default)]
pub(super) struct Names {
    /// How many names of other objects are before them.
    before: u32,
    /// Where the object starts, by which its names are found among the many.
    object: u32,
    /// A bit for each name; a name whose bit is not there is a new one.
    marks: u64,
    /// They are among the many.
    many: bool,
}

impl Keys {
    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.many.clear();
    }

    /// Begins an object whose text starts at `start`.
    pub(super) fn begin(&self, start: usize) -> Names {
        Names { before: narrow(self.places.len()), object: narrow(start), marks: 0, many: false }
    }

    /// Ends the innermost object.
    pub(super) fn end(&mut self, names: &Names) {
        self.places.truncate(names.before as usize);
    }

    /// Forgets what was written from `start` on; `names` are those of the only object that stays.
    pub(super) fn rewind(&mut self, names: &mut Names, start: usize) {
        let start = narrow(start);
        while self.places.pop_if(|(at, _)| *at >= start).is_some() {}
        self.many.clear();
        names.many = false;
    }

    /// Whether `text` from `start` on is a name that the object does not have yet; it has it then.
    ///
    /// # Cost
    /// Some 20 instructions for most names of an object with few.
    #[inline]
    pub(super) fn add(&mut self, names: &mut Names, text: &str, start: usize) -> bool {
        let name = text.as_bytes().get(start..).unwrap_or_default();
        let mark = mark(name);
        let count = self.places.len().saturating_sub(names.before as usize);
        if count >= FEW || names.marks & mark != 0 {
            if self.has(names, text, name) {
                return false;
            }
        }
        names.marks |= mark;
        self.places.push((narrow(start), narrow(text.len())));
        true
    }

    /// Whether the object has the name; among the many it has it then.
    #[inline(never)]
    fn has(&mut self, names: &mut Names, text: &str, name: &[u8]) -> bool {
        let own = self.places.get(names.before as usize..).unwrap_or_default();
        let bytes = |(start, end): (u32, u32)| text.as_bytes().get(start as usize..end as usize);
        if own.len() < FEW {
            return own.iter().any(|place| bytes(*place) == Some(name));
        }
        if !names.many {
            names.many = true;
            for name in own.iter().filter_map(|place| bytes(*place)) {
                let hash = self.many.hasher().hash_one(name);
                self.many.insert((names.object, hash));
            }
        }
        let hash = self.many.hasher().hash_one(name);
        !self.many.insert((names.object, hash))
    }
}

/// A bit for a name, which two names of an object seldom share.
fn mark(name: &[u8]) -> u64 {
    let (first, last) = (name.first().copied(), name.last().copied());
    let middle = name.get(name.len() / 2).copied();
    let [first, middle, last] = [first, middle, last].map(|byte| u64::from(byte.unwrap_or_default()));
    let mixed =
        (name.len() as u64 ^ first << 8 ^ middle << 16 ^ last << 24).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    1 << (mixed >> 58)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds names to an object in a text of its own: which of them were new.
    fn new_ones<'n>(keys: &mut Keys, text: &mut String, names: &[&'n str]) -> Vec<&'n str> {
        let mut object = keys.begin(text.len());
        text.push('{');
        let is_new = |name: &&&str| {
            let start = text.len();
            text.push_str(name);
            let is_new = keys.add(&mut object, text, start);
            if !is_new {
                text.truncate(start);
            }
            is_new
        };
        let new = names.iter().filter(is_new).copied().collect();
        keys.end(&object);
        new
    }

    #[test]
    fn each_name_is_new_once_however_many_there_are() {
        let names: Vec<String> = (0..1_000).map(|n| format!("f{}", n % 700)).collect();
        let (mut keys, mut text) = (Keys::default(), String::new());
        for count in [0, 1, 2, 63, 64, 65, 66, 129, 1_000] {
            let names: Vec<&str> = names.iter().take(count).map(String::as_str).collect();
            let expected: Vec<&str> = names.iter().take(700).copied().collect();
            assert_eq!(new_ones(&mut keys, &mut text, &names), expected, "{count}");
        }
        assert_eq!(
            new_ones(&mut keys, &mut text, &["a", "ba", "a", "", "ba", "", "ab"]),
            ["a", "ba", "", "ab"]
        );
    }

    #[test]
    fn objects_in_objects_have_names_of_their_own() {
        let (mut keys, mut text) = (Keys::default(), "{a".to_owned());
        let mut outer = keys.begin(0);
        assert!(keys.add(&mut outer, &text, 1));
        assert_eq!(new_ones(&mut keys, &mut text, &["a", "a"]), ["a"]);
        text.push('a');
        assert!(!keys.add(&mut outer, &text, text.len() - 1));
    }

    #[test]
    fn what_was_taken_back_may_be_written_again() {
        let names: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for kept in [0, 1, 63, 64, 65, 99] {
            let (mut keys, mut text) = (Keys::default(), "{".to_owned());
            let mut outer = keys.begin(0);
            let mut add = |keys: &mut Keys, text: &mut String, name: &str| {
                let start = text.len();
                text.push_str(name);
                (keys.add(&mut outer, text, start), start)
            };
            assert!(names.iter().take(kept).all(|name| add(&mut keys, &mut text, name).0));
            let (is_new, start) = add(&mut keys, &mut text, "again");
            assert!(is_new);
            assert_eq!(new_ones(&mut keys, &mut text, &names).len(), 100);
            text.truncate(start);
            keys.rewind(&mut outer, start);
            assert!(keys.add(&mut outer, &format!("{text}again"), start), "{kept}");
            let twice = |name: &&str| !keys.add(&mut outer, &format!("{text}{name}"), start);
            assert!(names.iter().take(kept).all(twice), "{kept}");
        }
    }
}
