//! Places in a source text.

/// A half-open range of bytes in one source text.
///
/// Sources are bounded far below 4 GiB (see `Limits` of the syntax crate), so `u32` is enough.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to, not including, `end`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// An empty span at `at`.
    #[must_use]
    pub const fn empty(at: u32) -> Self {
        Self { start: at, end: at }
    }

    /// A span from `usize` bounds; saturates at `u32::MAX`.
    #[must_use]
    pub fn from_usize(start: usize, end: usize) -> Self {
        let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { start: clip(start), end: clip(end) }
    }

    /// Length in bytes.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span covers no byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies inside.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The same span moved right by `by` bytes.
    #[must_use]
    pub const fn offset(self, by: u32) -> Self {
        Self { start: self.start.saturating_add(by), end: self.end.saturating_add(by) }
    }

    /// The text under the span, empty where it does not lie on character boundaries of `source`.
    #[must_use]
    pub fn slice(self, source: &str) -> &str {
        source.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// A place for people: line and column, both from 1, the column in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// The line starts of one source, for translating offsets.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Reads the line starts of `source` (lines end at LF). Linear in its length.
    #[must_use]
    pub fn new(source: &str) -> Self {
        let mut starts = vec![0];
        for (at, byte) in source.bytes().enumerate() {
            if byte == b'\n' {
                starts.push(u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1));
            }
        }
        Self { starts }
    }

    /// The zero-based line of `offset` and the byte at which it starts.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> (u32, u32) {
        let line = self.starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        (u32::try_from(line).unwrap_or(u32::MAX), start)
    }

    /// Line and column of `offset` in `source`.
    #[must_use]
    pub fn line_column(&self, source: &str, offset: u32) -> LineColumn {
        let (line, start) = self.line_of(offset);
        let chars = Span::new(start, offset).slice(source).chars().count();
        LineColumn {
            line: line.saturating_add(1),
            column: u32::try_from(chars).unwrap_or(u32::MAX).saturating_add(1),
        }
    }

    /// `offset` counted in UTF-16 units from the start of `source`, as JavaScript counts.
    #[must_use]
    pub fn utf16_offset(source: &str, offset: u32) -> u32 {
        let units = Span::new(0, offset).slice(source).encode_utf16().count();
        u32::try_from(units).unwrap_or(u32::MAX)
    }

    /// The text of zero-based `line` without its line break.
    #[must_use]
    pub fn line_text<'s>(&self, source: &'s str, line: u32) -> &'s str {
        let start = self.starts.get(line as usize).copied().unwrap_or(0);
        let end = self
            .starts
            .get((line as usize).saturating_add(1))
            .copied()
            .unwrap_or_else(|| u32::try_from(source.len()).unwrap_or(u32::MAX));
        Span::new(start, end).slice(source).trim_end_matches(['\n', '\r'])
    }
}
