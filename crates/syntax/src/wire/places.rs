//! Where the characters of a JSON string are written.

use probelang_diagnostic::Span;

use super::scan::{Character, Scanner};

/// A character of a string that is written with an escape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Escaped {
    /// Its first byte in what the string says.
    said: u32,
    /// How many bytes it has there.
    said_len: u32,
    /// Its first byte in the JSON.
    written: u32,
    /// How many bytes it has there.
    written_len: u32,
}

/// The places of a JSON string: from bytes of what it says to bytes of the JSON, and back.
///
/// ```
/// use probelang_syntax::wire::decode;
/// let json = r#"{"dsl": "a == \"\u00e9\""}"#;
/// let (text, places) = decode(json, 8);
/// assert_eq!(text, "a == \"é\"");
/// assert_eq!(&json[places.written(5) as usize..places.written(8) as usize], r#"\"\u00e9"#);
/// assert_eq!(places.said(places.written(6)), 6);
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StringPlaces {
    inner: Span,
    escapes: Vec<Escaped>,
}

impl StringPlaces {
    /// A text that is written as it is, from byte `start` on.
    #[must_use]
    pub const fn plain(start: u32, len: u32) -> Self {
        Self { inner: Span::new(start, start.saturating_add(len)), escapes: Vec::new() }
    }

    /// The bytes of the JSON between the quotes.
    #[must_use]
    pub const fn inner(&self) -> Span {
        self.inner
    }

    /// The byte of the JSON at which byte `said` of the text is written: for a byte within a character its start, for one
    /// after the end the end. Logarithmic in the escapes.
    #[must_use]
    pub fn written(&self, said: u32) -> u32 {
        let next = self.escapes.partition_point(|escape| escape.said <= said);
        let at = match next.checked_sub(1).and_then(|last| self.escapes.get(last)) {
            None => self.inner.start.saturating_add(said),
            Some(escape) => match said.checked_sub(escape.said.saturating_add(escape.said_len)) {
                None => escape.written,
                Some(after) => escape.written.saturating_add(escape.written_len).saturating_add(after),
            },
        };
        at.min(self.inner.end)
    }

    /// The span of the JSON in which a span of the text is written.
    #[must_use]
    pub fn written_span(&self, said: Span) -> Span {
        Span::new(self.written(said.start), self.written(said.end))
    }

    /// The byte of the text that byte `written` of the JSON belongs to: for a byte within an escape the start of its
    /// character. Logarithmic in the escapes.
    #[must_use]
    pub fn said(&self, written: u32) -> u32 {
        let written = written.clamp(self.inner.start, self.inner.end);
        let next = self.escapes.partition_point(|escape| escape.written <= written);
        match next.checked_sub(1).and_then(|last| self.escapes.get(last)) {
            None => written.saturating_sub(self.inner.start),
            Some(escape) => match written.checked_sub(escape.written.saturating_add(escape.written_len)) {
                None => escape.said,
                Some(after) => escape.said.saturating_add(escape.said_len).saturating_add(after),
            },
        }
    }
}

/// What the string whose opening quote is byte `quote` of `json` says, and where. A string that is not closed ends with
/// its line, and a backslash that escapes nothing is one. Linear in the string.
#[must_use]
pub fn decode(json: &str, quote: u32) -> (String, StringPlaces) {
    let mut text = String::new();
    let mut escapes = Vec::new();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let end = each_character(json, quote as usize, |c, from, to| {
        if to.saturating_sub(from) != c.len_utf8() {
            escapes.push(Escaped {
                said: number(text.len()),
                said_len: number(c.len_utf8()),
                written: number(from),
                written_len: number(to.saturating_sub(from)),
            });
        }
        text.push(c);
    });
    (text, StringPlaces { inner: Span::new(quote.saturating_add(1), number(end.inner)), escapes })
}

/// Where a string ends.
pub(super) struct StringEnd {
    /// Before its closing quote, if it has one.
    pub(super) inner: usize,
    /// After it.
    pub(super) outer: usize,
}

/// Hands each character of a string to `each`, with the bytes between which it is written.
pub(super) fn each_character(
    json: &str,
    quote: usize,
    mut each: impl FnMut(char, usize, usize),
) -> StringEnd {
    let mut scan = Scanner { source: json, at: quote };
    scan.bump();
    loop {
        let at = scan.at;
        let c = match scan.character() {
            Ok(Character::Is(c)) => c,
            Ok(Character::Lone) => char::REPLACEMENT_CHARACTER,
            Ok(Character::End) => return StringEnd { inner: at, outer: scan.at },
            Err(_) => match json.get(at..).unwrap_or("").chars().next() {
                None | Some('\n' | '\r') => return StringEnd { inner: at.min(json.len()), outer: at },
                // a tab, or a backslash that escapes nothing
                Some(c) => {
                    scan.at = at.saturating_add(c.len_utf8());
                    c
                }
            },
        };
        each(c, at, scan.at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_found_in_both_directions() {
        for json in [
            r#""plain""#,
            r#""\"\u0041\ud83d\ude00é😀\n""#,
            r#""\ud83dx""#,
            r#""open \u12"#,
            "\"a\\q\tb\" rest",
            "\"line\nnext\"",
            "\"",
        ] {
            let (text, places) = decode(json, 0);
            let mut all = Vec::new();
            each_character(json, 0, |c, from, to| all.push((c, from, to)));
            assert_eq!(all.iter().map(|(c, ..)| *c).collect::<String>(), text);
            let mut said = 0u32;
            for (c, from, to) in all {
                let next = said + c.len_utf8() as u32;
                assert_eq!((places.written(said), places.written(next)), (from as u32, to as u32), "{json}");
                for byte in from..to {
                    if json.is_char_boundary(byte) {
                        assert_eq!(places.said(byte as u32), said, "{json} {byte}");
                    }
                }
                said = next;
            }
            assert_eq!(places.written(said + 9), places.inner().end);
            assert_eq!(places.said(u32::MAX), said);
        }
    }
}
