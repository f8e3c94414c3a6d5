//! How much of a value a capture shows.

/// How much of each value a capture shows. What is cut says so; no limit is a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct CaptureLimits {
    /// Levels of collections and objects that are expanded, from the variable itself: 3. No more than 128 are
    /// expanded whatever this says, so that what was written can be read.
    pub depth: usize,
    /// Elements of a collection, entries of a map: 100.
    pub items: usize,
    /// Characters (Unicode scalar values) of a string: 255.
    pub length: usize,
    /// Fields of an object, and names of a group: 20.
    pub fields: usize,
}

impl Default for CaptureLimits {
    fn default() -> Self {
        Self { depth: 3, items: 100, length: 255, fields: 20 }
    }
}

impl CaptureLimits {
    /// The same with [`depth`](Self::depth) set.
    #[must_use]
    pub const fn with_depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }
    /// The same with [`items`](Self::items) set.
    #[must_use]
    pub const fn with_items(mut self, items: usize) -> Self {
        self.items = items;
        self
    }
    /// The same with [`length`](Self::length) set.
    #[must_use]
    pub const fn with_length(mut self, length: usize) -> Self {
        self.length = length;
        self
    }
    /// The same with [`fields`](Self::fields) set.
    #[must_use]
    pub const fn with_fields(mut self, fields: usize) -> Self {
        self.fields = fields;
        self
    }
}
