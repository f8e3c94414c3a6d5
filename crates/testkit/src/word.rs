//! A pattern for texts that needs no pattern engine.

use std::ops::Range;

use probelang_redact::Finder;

/// Finds a word.
#[derive(Clone, Copy, Debug)]
pub struct Word(pub &'static str);

impl Finder for Word {
    fn text(&self) -> &str {
        self.0
    }

    fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        let at = from + text.get(from..)?.find(self.0)?;
        Some(at..at + self.0.len())
    }
}
