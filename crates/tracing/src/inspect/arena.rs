//! What a hit has lent so far: the engine's handles are places in it.

use std::cell::{Cell, OnceCell, RefCell};

use super::{Newtype, Node};

/// What fits without an allocation.
const INLINE: usize = 8;

/// A value behind a handle.
#[derive(Clone, Copy)]
pub struct Entry<'p> {
    pub node: Node<'p>,
    /// The type around it, which names it.
    pub around: Option<&'p dyn Newtype>,
}

/// A cursor over what has no index.
pub enum Walk<'p> {
    Items(Box<dyn Iterator<Item = Node<'p>> + 'p>),
    Entries(super::Entries<'p>),
}

/// Everything that one hit has lent and that a handle must find again. It ends with the hit.
///
/// Most hits lend a few structs and nothing else, so that little is to be made and dropped.
pub struct Arena<'p> {
    count: Cell<usize>,
    inline: [Cell<Node<'p>>; INLINE],
    /// Made when it is first needed.
    rest: OnceCell<Box<Rest<'p>>>,
}

/// What few hits lend.
#[derive(Default)]
struct Rest<'p> {
    nodes: RefCell<Vec<Node<'p>>>,
    entries: RefCell<Vec<Entry<'p>>>,
    walks: RefCell<Vec<Option<Walk<'p>>>>,
    texts: Texts,
}

impl<'p> Arena<'p> {
    #[inline]
    pub const fn new() -> Self {
        Self { count: Cell::new(0), inline: [const { Cell::new(Node::Null) }; INLINE], rest: OnceCell::new() }
    }

    #[cold]
    fn rest(&self) -> &Rest<'p> {
        self.rest.get_or_init(Box::default)
    }

    /// Keeps a value, and gives its place.
    #[inline]
    pub fn push(&self, node: Node<'p>) -> u64 {
        let at = self.count.get();
        self.count.set(at.saturating_add(1));
        match self.inline.get(at) {
            Some(place) => place.set(node),
            None => self.rest().nodes.borrow_mut().push(node),
        }
        at as u64
    }

    /// The value at a place.
    #[inline]
    pub fn get(&self, at: u64) -> Option<Node<'p>> {
        let at = usize::try_from(at).ok()?;
        match self.inline.get(at) {
            Some(place) => Some(place.get()),
            None => self.rest.get()?.nodes.borrow().get(at.saturating_sub(INLINE)).copied(),
        }
    }

    /// Keeps a value with the type around it, and gives its place among those.
    pub fn push_entry(&self, entry: Entry<'p>) -> u64 {
        let mut entries = self.rest().entries.borrow_mut();
        entries.push(entry);
        entries.len().saturating_sub(1) as u64
    }

    /// The value at a place of those with a type around them.
    pub fn entry(&self, at: u64) -> Option<Entry<'p>> {
        self.rest.get()?.entries.borrow().get(usize::try_from(at).ok()?).copied()
    }

    /// Keeps a walk, and gives its number, which is not 0.
    pub fn begin(&self, walk: Walk<'p>) -> u64 {
        let mut walks = self.rest().walks.borrow_mut();
        walks.push(Some(walk));
        walks.len() as u64
    }

    /// Goes on with a walk, unless it has ended.
    pub fn walk<R>(&self, number: u64, step: impl FnOnce(&mut Walk<'p>) -> R) -> Option<R> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        let walks = &self.rest.get()?.walks;
        // a step may reach into the program's values, which do not reach back here
        let mut walk = walks.borrow_mut().get_mut(at)?.take()?;
        let result = step(&mut walk);
        if let Some(place) = walks.borrow_mut().get_mut(at) {
            *place = Some(walk);
        }
        Some(result)
    }

    /// Ends a walk.
    pub fn end(&self, number: u64) {
        let Some(rest) = self.rest.get() else { return };
        let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let mut walks = rest.walks.borrow_mut();
        if let Some(place) = at.and_then(|at| walks.get_mut(at)) {
            *place = None;
        }
        while walks.last().is_some_and(Option::is_none) {
            walks.pop();
        }
    }

    /// Keeps a text that had to be written.
    pub fn text(&self, text: impl FnOnce() -> String) -> &str {
        self.rest().texts.push(text())
    }
}

/// Texts that stay where they are while more come: the n-th bucket has room for 2^n.
#[derive(Default)]
struct Texts {
    count: Cell<usize>,
    buckets: [OnceCell<Box<[OnceCell<String>]>>; 24],
}

impl Texts {
    fn push(&self, text: String) -> &str {
        let next = self.count.get().saturating_add(1);
        let bucket = next.ilog2();
        let offset = next.saturating_sub(1_usize.checked_shl(bucket).unwrap_or(next));
        let place = self.buckets.get(bucket as usize).and_then(|places| {
            let size = 1_usize.checked_shl(bucket)?;
            places.get_or_init(|| (0..size).map(|_| OnceCell::new()).collect()).get(offset)
        });
        // beyond 16 million texts the budget of the hit has ended long ago
        let Some(place) = place else { return "" };
        self.count.set(next);
        place.get_or_init(|| text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lent_stays_where_it_is() {
        let arena = Arena::new();
        let places: Vec<u64> = (0..100).map(|n| arena.push(Node::Int(n))).collect();
        for (n, place) in (0..100).zip(places) {
            assert!(matches!(arena.get(place).unwrap(), Node::Int(m) if m == n));
        }
        assert!(arena.get(100).is_none());
        let entry = |n| Entry { node: Node::Int(n), around: None };
        let places: Vec<u64> = (0..100).map(|n| arena.push_entry(entry(n))).collect();
        for (n, place) in (0..100).zip(places) {
            assert!(matches!(arena.entry(place).unwrap().node, Node::Int(m) if m == n));
        }
        assert!(arena.entry(100).is_none());
        let texts: Vec<&str> = (0..100).map(|n| arena.text(|| n.to_string())).collect();
        assert!(texts.iter().enumerate().all(|(n, text)| *text == n.to_string()));
    }

    #[test]
    fn walks_end_in_any_order() {
        let arena = Arena::new();
        let walk = || Walk::Items(Box::new([Node::Null, Node::Null].into_iter()));
        let (one, other) = (arena.begin(walk()), arena.begin(walk()));
        arena.end(one);
        assert!(arena.walk(one, |_| ()).is_none());
        assert!(arena.walk(other, |_| ()).is_some());
        arena.end(other);
        assert!(arena.rest().walks.borrow().is_empty());
        assert!(arena.walk(0, |_| ()).is_none());
    }
}
