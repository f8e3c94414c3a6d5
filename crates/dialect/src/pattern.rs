//! What a regular expression may be, and what its tokens mean.

mod meaning;
mod regex;

pub use meaning::PatternFlags;
pub use regex::{Regex, RegexError};

use crate::Matches;
use meaning::PATTERN_GROWTH;

/// Limits of regular expressions, for those of the source and those computed while a program runs.
///
/// Not `#[non_exhaustive]`: an artifact stores each of them, so a new one must not compile before it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PatternLimits {
    /// Bytes of its text: 1 KiB.
    pub bytes: usize,
    /// Bytes of its compiled form: 4 MiB.
    pub compiled: usize,
    /// Bytes of all compiled forms of a program together: 32 MiB. Each counts as 16 KiB, 64 KiB and so on by
    /// fours, one that does not compile within its limit as all of that; the same text counts once.
    pub together: usize,
    /// Nesting: 50.
    pub nesting: u32,
}

impl Default for PatternLimits {
    fn default() -> Self {
        Self { bytes: 1024, compiled: 4 * 1024 * 1024, together: 32 * 1024 * 1024, nesting: 50 }
    }
}

impl PatternLimits {
    /// Nesting of a pattern with what a dialect writes into it and puts around it.
    #[must_use]
    pub const fn nesting_written(&self) -> u32 {
        self.nesting.saturating_add(4)
    }

    /// Bytes of a pattern with what a dialect writes into it and puts around it, from its own.
    #[must_use]
    pub const fn bytes_written(bytes: usize) -> usize {
        bytes.saturating_mul(PATTERN_GROWTH).saturating_add(16)
    }
}

impl Matches {
    /// The text that `matches` puts before and after a pattern.
    #[must_use]
    pub const fn anchors(self) -> (&'static str, &'static str) {
        match self {
            Self::Find => ("", ""),
            Self::Whole => (r"\A(?:", r")\z"),
            Self::Prefix => (r"\A(?:", ")"),
        }
    }
}
