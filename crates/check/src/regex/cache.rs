//! Patterns that were compiled before.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{CompiledPattern, SMALLEST};

/// Patterns that are kept.
const ENTRIES: usize = 128;

/// Bytes that all of them may take.
const BYTES: usize = 16 * 1024 * 1024;

/// Compiled patterns, so that one that is judged again and again is compiled once: an editor judges a program at every
/// key. No answer depends on it. It keeps at most 128 patterns, which together take at most 16 MiB; when it is full it
/// begins anew.
///
/// ```
/// use std::sync::Arc;
/// use probelang_check::{Options, check, regex::PatternCache};
/// use probelang_dialect::ProgramKind;
/// let options = Options::of(ProgramKind::Condition).with_patterns(Arc::new(PatternCache::default()));
/// for name in ["a", "ab"] {
///     assert!(check(&format!(r#"matches({name}, "\\w{{1,20}}")"#), &options).is_ok());
/// }
/// ```
#[derive(Debug, Default)]
pub struct PatternCache(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    patterns: HashMap<Key, Known>,
    bytes: usize,
}

/// A pattern, and how deep it may nest.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Key {
    pattern: Box<str>,
    nesting: u32,
}

/// What came of compiling it.
#[derive(Clone, Debug)]
enum Known {
    Fits(CompiledPattern),
    /// It takes more than that many bytes.
    LargerThan(usize),
}

/// What is known before a pattern is compiled within a number of bytes.
pub(super) enum Before {
    /// What compiling it would give.
    Fits(CompiledPattern),
    /// It does not fit.
    TooLarge,
}

impl PatternCache {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What compiling `pattern` within `most` bytes gives, if that is known.
    pub(super) fn find(&self, pattern: &str, nesting: u32, most: usize) -> Option<Before> {
        let kept = self.kept();
        match kept.patterns.get(&Key { pattern: pattern.into(), nesting })? {
            Known::Fits(compiled) if compiled.size <= most => Some(Before::Fits(compiled.clone())),
            Known::LargerThan(size) if most <= *size => Some(Before::TooLarge),
            Known::Fits(_) | Known::LargerThan(_) => None,
        }
    }

    /// Keeps a pattern that compiled. The size that it counts with is the same in every program only where no limit
    /// cut the step short that found it.
    pub(super) fn fits(&self, pattern: &str, nesting: u32, compiled: &CompiledPattern) {
        let steps = compiled.size.checked_div(SMALLEST).unwrap_or(0);
        let is_step = steps.is_power_of_two() && steps.trailing_zeros().is_multiple_of(2);
        if is_step && steps.saturating_mul(SMALLEST) == compiled.size {
            self.keep(pattern, nesting, Known::Fits(compiled.clone()), compiled.size);
        }
    }

    /// Keeps that a pattern takes more than `most` bytes.
    pub(super) fn too_large(&self, pattern: &str, nesting: u32, most: usize) {
        self.keep(pattern, nesting, Known::LargerThan(most), 0);
    }

    fn keep(&self, pattern: &str, nesting: u32, known: Known, size: usize) {
        let bytes = size.saturating_add(pattern.len());
        if bytes > BYTES {
            return;
        }
        let mut kept = self.kept();
        if kept.patterns.len() >= ENTRIES || kept.bytes.saturating_add(bytes) > BYTES {
            *kept = Kept::default();
        }
        kept.bytes = kept.bytes.saturating_add(bytes);
        kept.patterns.insert(Key { pattern: pattern.into(), nesting }, known);
    }
}
