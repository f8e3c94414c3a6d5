//! The text of a document, its lines, and positions as the protocol counts them.

use std::cell::OnceCell;

use gen_lsp_types::{Position, PositionEncodingKind, Range};
use probelang::diagnostic::{LineIndex, Span};

/// Bytes of a document that is kept: 64 MiB.
pub(crate) const DOCUMENT_BYTES: usize = 64 << 20;

/// How the columns of positions are counted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Encoding {
    Utf8,
    /// What the protocol prescribes where nothing else was agreed.
    #[default]
    Utf16,
    Utf32,
}

impl Encoding {
    /// The encoding to use with a client that names these: bytes, if it can.
    pub(crate) fn agree(offered: &[PositionEncodingKind]) -> Self {
        if offered.contains(&PositionEncodingKind::UTF8) {
            Self::Utf8
        } else if offered.contains(&PositionEncodingKind::UTF16) || offered.is_empty() {
            Self::Utf16
        } else if offered.contains(&PositionEncodingKind::UTF32) {
            Self::Utf32
        } else {
            Self::Utf16
        }
    }

    pub(crate) const fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    const fn units(self, c: char) -> u32 {
        match self {
            Self::Utf8 => clip(c.len_utf8()),
            Self::Utf16 => clip(c.len_utf16()),
            Self::Utf32 => 1,
        }
    }
}

/// A text with its lines. They end at LF, CR or both, as in the protocol.
#[derive(Debug)]
pub(crate) struct Text {
    text: String,
    /// The first byte of each line.
    starts: Vec<u32>,
    /// For columns in UTF-16, made when the first is asked for: a binary search each, however long a line is.
    index: OnceCell<LineIndex>,
    encoding: Encoding,
}

impl Text {
    pub(crate) fn new(text: String, encoding: Encoding) -> Self {
        let mut starts = vec![0];
        line_starts(&text, 0, text.len(), &mut starts);
        Self { text, starts, index: OnceCell::new(), encoding }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The byte range of a line without its line break.
    fn line(&self, line: usize) -> Option<(usize, usize)> {
        let start = *self.starts.get(line)? as usize;
        let next = self.starts.get(line.saturating_add(1)).map_or(self.text.len(), |next| *next as usize);
        let text = self.text.get(start..next)?;
        Some((start, start.saturating_add(text.trim_end_matches(['\n', '\r']).len())))
    }

    /// The byte at a position. What is after the end of a line is its end, what is after the last line the end of the text, and the
    /// middle of a character its start.
    pub(crate) fn offset(&self, position: Position) -> u32 {
        let Some((start, end)) = self.line(position.line as usize) else { return clip(self.text.len()) };
        let line = self.text.get(start..end).unwrap_or("");
        let mut units = 0u32;
        for (at, c) in line.char_indices() {
            units = units.saturating_add(self.encoding.units(c));
            if units > position.character {
                return clip(start.saturating_add(at));
            }
        }
        clip(end)
    }

    /// The position of a byte.
    pub(crate) fn position(&self, offset: u32) -> Position {
        let offset = offset.min(clip(self.text.len()));
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let character = match self.encoding {
            Encoding::Utf8 => offset.saturating_sub(start),
            Encoding::Utf16 => {
                let index = self.index.get_or_init(|| LineIndex::new(&self.text));
                index.utf16(offset).saturating_sub(index.utf16(start))
            }
            Encoding::Utf32 => clip(Span::new(start, offset).slice(&self.text).chars().count()),
        };
        Position { line: clip(line), character }
    }

    pub(crate) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    pub(crate) fn span(&self, range: Range) -> Span {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        Span::new(start.min(end), end.max(start))
    }

    /// Splits a span at line breaks, so that each part is on one line.
    pub(crate) fn lines_of(&self, span: Span) -> impl Iterator<Item = Span> + '_ {
        let first = self.starts.partition_point(|start| *start <= span.start).saturating_sub(1);
        (first..self.starts.len()).map_while(move |line| {
            let (start, end) = self.line(line)?;
            (clip(start) < span.end || line == first)
                .then(|| Span::new(span.start.max(clip(start)), span.end.min(clip(end))))
        })
    }

    /// Replaces a range, or the whole. False if the text would be too long; it is then what it was.
    ///
    /// Linear in the text for moving its bytes; lines are found again only around the change.
    pub(crate) fn replace(&mut self, range: Option<Range>, new: &str) -> bool {
        let Some(range) = range else {
            if new.len() > DOCUMENT_BYTES {
                return false;
            }
            *self = Self::new(new.to_owned(), self.encoding);
            return true;
        };
        let span = self.span(range);
        let (from, to) = (span.start as usize, span.end as usize);
        let removed = to.saturating_sub(from);
        if self.text.len().saturating_sub(removed).saturating_add(new.len()) > DOCUMENT_BYTES {
            return false;
        }
        if self.text.get(from..to).is_none() {
            return false;
        }
        self.index = OnceCell::new();
        // A line break may join one before it, or be cut in two: a line more on each side is looked at.
        let first = self.starts.partition_point(|start| (*start as usize) <= from).saturating_sub(2);
        let after = self.starts.partition_point(|start| (*start as usize) <= to).saturating_add(1);
        let tail = self.starts.get(after..).unwrap_or_default().to_vec();
        let moved = |start: u32| clip((start as usize).saturating_sub(removed).saturating_add(new.len()));
        self.text.replace_range(from..to, new);
        self.starts.truncate(first.saturating_add(1));
        let begin = self.starts.last().copied().unwrap_or(0) as usize;
        let end = tail.first().map_or(self.text.len(), |start| (moved(*start) as usize).saturating_sub(1));
        line_starts(&self.text, begin, end, &mut self.starts);
        self.starts.extend(tail.into_iter().map(moved));
        true
    }
}

/// Adds the starts of the lines after the line breaks that begin between bytes `from` and `to`.
fn line_starts(text: &str, from: usize, to: usize, starts: &mut Vec<u32>) {
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate().take(to).skip(from) {
        let next = at.saturating_add(1);
        match byte {
            b'\n' => starts.push(clip(next)),
            b'\r' if bytes.get(next) != Some(&b'\n') => starts.push(clip(next)),
            _ => {}
        }
    }
}

pub(crate) const fn clip(n: usize) -> u32 {
    if n > u32::MAX as usize { u32::MAX } else { n as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn position(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn positions_count_as_agreed() {
        let line = "a😀é\r\nb\rc\n";
        for (encoding, column) in [(Encoding::Utf8, 5), (Encoding::Utf16, 3), (Encoding::Utf32, 2)] {
            let text = Text::new(line.to_owned(), encoding);
            assert_eq!(text.position(5), position(0, column));
            assert_eq!(text.offset(position(0, column)), 5);
            assert_eq!(text.offset(position(0, 99)), 7);
            assert_eq!(text.position(9), position(1, 0));
            assert_eq!(text.position(11), position(2, 0));
            assert_eq!(text.position(13), position(3, 0));
            assert_eq!(text.offset(position(9, 0)), 13);
        }
        let text = Text::new(line.to_owned(), Encoding::Utf16);
        assert_eq!(text.offset(position(0, 2)), 1, "the middle of a surrogate pair is its start");
    }

    proptest! {
        #[test]
        fn edits_give_what_the_whole_text_gives(
            start in "[a😀é\r\n]{0,24}",
            edits in prop::collection::vec((0u32..6, 0u32..6, 0u32..6, 0u32..6, "[b\r\n😀]{0,4}"), 1..8),
        ) {
            let mut text = Text::new(start, Encoding::Utf16);
            for (a, b, c, d, new) in edits {
                let range = Range { start: position(a, b), end: position(c, d) };
                let span = text.span(range);
                let mut whole = text.as_str().to_owned();
                whole.replace_range(span.start as usize..span.end as usize, &new);
                prop_assert!(text.replace(Some(range), &new));
                let fresh = Text::new(whole, Encoding::Utf16);
                prop_assert_eq!(text.as_str(), fresh.as_str());
                prop_assert_eq!(&text.starts, &fresh.starts);
                for offset in 0..=clip(text.as_str().len()) {
                    if text.as_str().is_char_boundary(offset as usize) {
                        prop_assert_eq!(text.position(offset), fresh.position(offset));
                    }
                }
            }
        }
    }
}
