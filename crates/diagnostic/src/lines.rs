//! Lines, columns and UTF-16 offsets of a source text.

use crate::Span;

/// A place for people: line and column, both from 1, the column in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// A character of more than one byte, and how far the ways of counting are apart after it.
#[derive(Clone, Copy, Default, Debug)]
struct Wide {
    /// Its first byte.
    start: u32,
    /// The byte after it.
    end: u32,
    /// Bytes up to `end`, less the characters.
    over_chars: u32,
    /// Bytes up to `end`, less the UTF-16 units.
    over_units: u32,
}

/// The lines of one source text, for translating byte offsets.
///
/// One pass over the text builds it; its size grows with the lines and with the characters outside ASCII. Each
/// question is a binary search. An offset inside a character counts as its start, one after the end as the end.
///
/// ```
/// use probelang_diagnostic::LineIndex;
/// let index = LineIndex::new("a == 1\n&& \"😀\" == b");
/// let b = index.line_column(20);
/// assert_eq!((b.line, b.column), (2, 11));
/// assert_eq!(index.utf16(20), 18);
/// ```
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    wide: Vec<Wide>,
    /// Bytes of the text.
    len: u32,
}

impl LineIndex {
    /// Reads the lines of `source` (they end at LF). Linear in its length.
    #[must_use]
    pub fn new(source: &str) -> Self {
        let mut starts = vec![0];
        let mut wide = Vec::new();
        let mut last = Wide::default();
        for (at, c) in source.char_indices() {
            let (at, bytes) = (clip(at), clip(c.len_utf8()));
            let end = at.saturating_add(bytes);
            if c == '\n' {
                starts.push(end);
            } else if bytes > 1 {
                last = Wide {
                    start: at,
                    end,
                    over_chars: last.over_chars.saturating_add(bytes.saturating_sub(1)),
                    over_units: last.over_units.saturating_add(bytes.saturating_sub(clip(c.len_utf16()))),
                };
                wide.push(last);
            }
        }
        Self { starts, wide, len: clip(source.len()) }
    }

    /// The zero-based line of `offset` and the byte at which it starts.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> (u32, u32) {
        let line = self.starts.partition_point(|&start| start <= offset).saturating_sub(1);
        (clip(line), self.starts.get(line).copied().unwrap_or(0))
    }

    /// Line and column of `offset`.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let (offset, before) = self.before(offset);
        let (line, start) = self.line_of(offset);
        let (_, before_line) = self.before(start);
        let chars = |at: u32, before: Wide| at.saturating_sub(before.over_chars);
        let column = chars(offset, before).saturating_sub(chars(start, before_line));
        LineColumn { line: line.saturating_add(1), column: column.saturating_add(1) }
    }

    /// `offset` counted in UTF-16 units from the start of the text, as JavaScript, Java and .NET count.
    #[must_use]
    pub fn utf16(&self, offset: u32) -> u32 {
        let (offset, before) = self.before(offset);
        offset.saturating_sub(before.over_units)
    }

    /// The byte at an offset in UTF-16 units: the way back of [`utf16`](Self::utf16). The middle of a character counts
    /// as its start, what is after the end as the end.
    ///
    /// ```
    /// use probelang_diagnostic::LineIndex;
    /// let index = LineIndex::new("\"😀\" == b");
    /// assert_eq!(index.from_utf16(8), 10);
    /// ```
    #[must_use]
    pub fn from_utf16(&self, units: u32) -> u32 {
        let before = self.wide.partition_point(|wide| wide.end.saturating_sub(wide.over_units) <= units);
        let over =
            before.checked_sub(1).and_then(|last| self.wide.get(last)).map_or(0, |wide| wide.over_units);
        let offset = units.saturating_add(over);
        let inside = self.wide.get(before).filter(|wide| wide.start < offset);
        inside.map_or(offset, |wide| wide.start).min(self.len)
    }

    /// The text of zero-based `line` of `source` without its line break.
    #[must_use]
    pub fn line_text<'s>(&self, source: &'s str, line: u32) -> &'s str {
        let start = |line: usize| self.starts.get(line).copied().unwrap_or(self.len);
        let line = line as usize;
        Span::new(start(line), start(line.saturating_add(1))).slice(source).trim_end_matches(['\n', '\r'])
    }

    /// `offset` as a place between two characters, with the last wide character before it.
    fn before(&self, offset: u32) -> (u32, Wide) {
        let offset = offset.min(self.len);
        let next = self.wide.partition_point(|wide| wide.end <= offset);
        let before = next.checked_sub(1).and_then(|last| self.wide.get(last)).copied().unwrap_or_default();
        let inside = self.wide.get(next).filter(|wide| wide.start < offset);
        (inside.map_or(offset, |wide| wide.start), before)
    }
}

fn clip(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_is_counted_as_it_would_be_by_hand() {
        for text in ["", "a", "a\nb\n", "ж😀\n\n漢x\r\n😀", "\u{feff}é", "\n\n"] {
            let index = LineIndex::new(text);
            for offset in 0..=text.len() + 2 {
                let at = (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
                let before = &text[..at];
                let line = before.matches('\n').count();
                let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
                let found = index.line_column(clip(offset));
                assert_eq!(
                    (found.line, found.column),
                    (clip(line) + 1, clip(column) + 1),
                    "{offset} {text:?}"
                );
                let units = clip(before.encode_utf16().count());
                assert_eq!(index.from_utf16(units), clip(at), "{offset} {text:?}");
                assert_eq!(
                    index.utf16(clip(offset)),
                    clip(before.encode_utf16().count()),
                    "{offset} {text:?}"
                );
            }
        }
    }

    #[test]
    fn the_text_of_a_line_has_no_line_break() {
        let text = "ab\r\n\nж";
        let index = LineIndex::new(text);
        let lines: Vec<_> = (0..4).map(|line| index.line_text(text, line)).collect();
        assert_eq!(lines, ["ab", "", "ж", ""]);
    }
}
