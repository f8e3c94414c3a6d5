//! Compiled patterns, on one of two engines.

#[cfg(any(test, not(feature = "fast-patterns")))]
mod small;
#[cfg(test)]
mod tests;

use std::ops::Range;

#[cfg(feature = "fast-patterns")]
use regex::Regex as Engine;
#[cfg(not(feature = "fast-patterns"))]
use small::Engine;

/// A regular expression, compiled. It answers whether a text contains a match, and where the first is.
///
/// With the feature `fast-patterns` it runs on the quick engines of the `regex` crate, without it on the simplest one of
/// `regex-automata`: the same answers in the same linear time, several times slower, with a fraction of the code. A clone
/// shares what was compiled.
///
/// ```
/// use probelang_dialect::Regex;
/// let regex = Regex::new(r"^\d+$", 16 * 1024, 50).unwrap();
/// assert!(regex.is_match("42") && !regex.is_match("x"));
/// ```
#[derive(Clone, Debug)]
pub struct Regex(Engine);

/// Why a pattern did not compile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RegexError {
    /// It takes more bytes than this, the limit.
    TooLarge(usize),
    /// It does not read; why, over several lines.
    Unreadable(String),
}

impl Regex {
    /// Compiles `pattern` within `size` bytes and `nesting` levels.
    ///
    /// # Errors
    /// It does not read, or is too large.
    ///
    /// # Cost
    /// Bounded by `size`.
    pub fn new(pattern: &str, size: usize, nesting: u32) -> Result<Self, RegexError> {
        #[cfg(feature = "fast-patterns")]
        let engine =
            regex::RegexBuilder::new(pattern).size_limit(size).nest_limit(nesting).build().map_err(|error| {
                match error {
                    regex::Error::CompiledTooBig(size) => RegexError::TooLarge(size),
                    error => RegexError::Unreadable(error.to_string()),
                }
            });
        #[cfg(not(feature = "fast-patterns"))]
        let engine = Engine::new(pattern, size, nesting);
        engine.map(Self)
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether `text` contains a match. Takes time in the product of both lengths.
    #[must_use]
    #[inline]
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// Where the first match is that begins at the byte `from` of `text` or later; nothing if `from` is beyond its end.
    /// What comes before `from` counts for `^` and `\b`. Takes time in the product of both lengths.
    #[must_use]
    pub fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        if from > text.len() {
            return None;
        }
        #[cfg(feature = "fast-patterns")]
        let found = self.0.find_at(text, from);
        #[cfg(not(feature = "fast-patterns"))]
        let found = self.0.find(text, from);
        found.map(|found| found.range())
    }
}
