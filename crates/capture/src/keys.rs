//! The names in the objects that are being written, so that an object has each of them once.

use std::collections::HashSet;
use std::hash::BuildHasher;

/// Names of an object that are compared one by one.
const FEW: usize = 64;

/// The names of the objects that are open. The memory is used again.
#[derive(Default)]
pub(crate) struct Keys {
    /// Where the names start in the text, after their quotes; those of the innermost object last.
    places: Vec<u32>,
    /// Names of objects that have many: the number of the object, and the hash of the name. Nobody can foresee the
    /// hash, so that two names never have one.
    many: HashSet<(u32, u64)>,
    /// Objects that had many so far, by which they are numbered.
    objects: u32,
}

/// What is known of the names of one object.
#[derive(Clone, Copy, Default)]
pub(crate) struct Names {
    /// How many names of other objects are before them.
    before: u32,
    /// A bit for each name; a name whose bit is not there is a new one.
    marks: u64,
    /// The number of the object, once its names are among the many.
    many: Option<u32>,
}

impl Keys {
    pub(crate) fn clear(&mut self) {
        self.places.clear();
        self.many.clear();
    }

    /// Begins an object.
    pub(crate) fn begin(&self) -> Names {
        Names { before: place(self.places.len()), marks: 0, many: None }
    }

    /// Ends the innermost object.
    pub(crate) fn end(&mut self, names: &Names) {
        self.places.truncate(names.before as usize);
    }

    /// Forgets what was written from `start` on; `names` are those of the only object that stays open.
    pub(crate) fn rewind(&mut self, names: &mut Names, start: usize) {
        let start = place(start);
        while self.places.pop_if(|at| *at >= start).is_some() {}
        self.many.clear();
        names.many = None;
    }

    /// Whether `name` is a name that the object does not have yet; it has it then. `text` ends with it as JSON writes
    /// it, from `start` on, and is to go on with a quote if it stays.
    ///
    /// # Cost
    /// Some 20 instructions for most names of an object with few.
    #[inline]
    pub(crate) fn add(&mut self, names: &mut Names, name: &str, text: &str, start: usize) -> bool {
        let mark = mark(name.as_bytes());
        let count = self.places.len().saturating_sub(names.before as usize);
        if (count >= FEW || names.marks & mark != 0) && self.has(names, text, start) {
            return false;
        }
        names.marks |= mark;
        self.places.push(place(start));
        true
    }

    /// Whether the object has the name; among the many it has it then.
    #[inline(never)]
    fn has(&mut self, names: &mut Names, text: &str, start: usize) -> bool {
        let own = self.places.get(names.before as usize..).unwrap_or_default();
        let name = text.as_bytes().get(start..).unwrap_or_default();
        if own.len() < FEW {
            // a name ends at the first quote that no backslash escapes, and JSON never ends one in half an escape
            let is_name = |at: &u32| {
                let there = text.as_bytes().get(*at as usize..).unwrap_or_default();
                there.strip_prefix(name).is_some_and(|rest| rest.first() == Some(&b'"'))
            };
            return own.iter().any(is_name);
        }
        let object = names.many.unwrap_or_else(|| {
            self.objects = self.objects.wrapping_add(1);
            for at in own {
                let there = text.get(*at as usize..).unwrap_or_default();
                let hash = self.many.hasher().hash_one(name_of(there));
                self.many.insert((self.objects, hash));
            }
            self.objects
        });
        names.many = Some(object);
        let hash = self.many.hasher().hash_one(name);
        !self.many.insert((object, hash))
    }
}

/// What is before the first quote that is not escaped.
fn name_of(text: &str) -> &[u8] {
    let mut escaped = false;
    let is_end = |byte: &u8| {
        let is_end = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        is_end
    };
    let end = text.as_bytes().iter().position(is_end);
    end.and_then(|end| text.as_bytes().get(..end)).unwrap_or_default()
}

/// A place in a text. Names beyond 4 GiB are not compared.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A bit for a name, which two names of an object seldom share.
fn mark(name: &[u8]) -> u64 {
    let [first, .., last] = name else { return 1 };
    let middle = name.get(name.len() / 2).copied().unwrap_or_default();
    let [first, middle, last] = [*first, middle, *last].map(usize::from);
    let sum = name.len().wrapping_add(first.wrapping_mul(5)).wrapping_add(middle.wrapping_mul(11));
    1 << (sum.wrapping_add(last.wrapping_mul(19)) % 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds names to an object in a text of its own: which of them were new.
    fn new_ones<'n>(keys: &mut Keys, text: &mut String, names: &[&'n str]) -> Vec<&'n str> {
        let mut object = keys.begin();
        text.push('{');
        let is_new = |name: &&&str| {
            let start = text.len();
            text.push_str(name);
            let is_new = keys.add(&mut object, name, text, start);
            if is_new {
                text.push('"');
            } else {
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
        let (mut keys, mut text) = (Keys::default(), "a".to_owned());
        let mut outer = keys.begin();
        assert!(keys.add(&mut outer, "a", &text, 0));
        text.push('"');
        assert_eq!(new_ones(&mut keys, &mut text, &["a", "a"]), ["a"]);
        text.push('a');
        assert!(!keys.add(&mut outer, "a", &text, text.len() - 1));
    }

    #[test]
    fn what_was_taken_back_may_be_written_again() {
        let names: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for kept in [0, 1, 63, 64, 65, 99] {
            let (mut keys, mut text) = (Keys::default(), "{".to_owned());
            let mut outer = keys.begin();
            let mut add = |keys: &mut Keys, text: &mut String, name: &str| {
                let start = text.len();
                text.push_str(name);
                let is_new = keys.add(&mut outer, name, text, start);
                text.push('"');
                (is_new, start)
            };
            assert!(names.iter().take(kept).all(|name| add(&mut keys, &mut text, name).0));
            let (is_new, start) = add(&mut keys, &mut text, "again");
            assert!(is_new);
            assert_eq!(new_ones(&mut keys, &mut text, &names).len(), 100);
            text.truncate(start);
            keys.rewind(&mut outer, start);
            assert!(keys.add(&mut outer, "again", &format!("{text}again"), start), "{kept}");
            text.push_str("again\"");
            let twice = |name: &&str| !keys.add(&mut outer, name, &format!("{text}{name}"), text.len());
            assert!(names.iter().take(kept).all(twice), "{kept}");
        }
    }
}
