//! Lists, tuples, sets and queues, element by element.

use pyo3::ffi;

use super::kind::Kind;
use super::{Elements, Object, deque};

/// How many elements a collection has; `None` where that is not known.
pub fn len(object: Object<'_>, kind: Kind) -> Option<usize> {
    match kind {
        Kind::Set => {
            // SAFETY: it has the layout of sets
            let used = unsafe { (*object.as_ptr().cast::<ffi::PySetObject>()).used };
            usize::try_from(used).ok()
        }
        Kind::Deque => Some(deque::len(object)),
        _ => object.elements().map(Elements::len),
    }
}

/// The elements of a collection from a place on.
#[derive(Clone, Copy, Debug)]
pub enum Items<'a> {
    /// References that lie one after the other.
    Row { elements: Elements<'a>, at: usize },
    /// The table of a set.
    Set { set: Object<'a>, at: usize },
    /// The blocks of a queue.
    Deque(deque::Walk<'a>),
    /// Nothing.
    Empty,
}

impl<'a> Items<'a> {
    /// Those of a collection, from the place that [`place`](Self::place) gave, or 0 and 0.
    #[inline]
    pub fn new(object: Object<'a>, kind: Kind, position: u64, state: u64) -> Self {
        let at = usize::try_from(position).unwrap_or(usize::MAX);
        match kind {
            Kind::Set => Self::Set { set: object, at },
            Kind::Deque => Self::Deque(deque::Walk::new(object, at, state)),
            _ => object.elements().map_or(Self::Empty, |elements| Self::Row { elements, at }),
        }
    }

    /// The place of the next one, as two numbers.
    #[inline]
    pub fn place(self) -> (u64, u64) {
        match self {
            Self::Row { at, .. } | Self::Set { at, .. } => (at as u64, 0),
            Self::Deque(walk) => walk.place(),
            Self::Empty => (0, 0),
        }
    }

    /// Whether there is certainly none left.
    #[inline]
    pub fn is_done(self) -> bool {
        match self {
            Self::Row { elements, at } => at >= elements.len(),
            Self::Set { .. } | Self::Deque(_) => false,
            Self::Empty => true,
        }
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Object<'a>;

    #[inline]
    fn next(&mut self) -> Option<Object<'a>> {
        match self {
            Self::Row { elements, at } => {
                let element = elements.get(*at)?;
                *at = at.wrapping_add(1);
                Some(element)
            }
            Self::Set { set, at } => next_in_set(*set, at),
            Self::Deque(walk) => walk.next(),
            Self::Empty => None,
        }
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<Object<'a>> {
        match self {
            Self::Row { at, .. } => {
                *at = at.saturating_add(n);
                self.next()
            }
            Self::Deque(walk) => walk.nth(n),
            Self::Set { .. } | Self::Empty => {
                for _ in 0..n {
                    self.next()?;
                }
                self.next()
            }
        }
    }
}

fn next_in_set<'a>(set: Object<'a>, at: &mut usize) -> Option<Object<'a>> {
    // SAFETY: it has the layout of sets, whose table has a place for each value of the mask
    unsafe {
        let raw = &*set.as_ptr().cast::<ffi::PySetObject>();
        let mask = usize::try_from(raw.mask).ok()?;
        while *at <= mask {
            let entry = &*raw.table.add(*at);
            *at = at.wrapping_add(1);
            // a deleted element leaves a mark, with a hash that no object has
            if entry.hash != -1
                && let Some(element) = Object::new(entry.key)
            {
                return Some(element);
            }
        }
        None
    }
}
