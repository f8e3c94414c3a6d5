//! Limits on text and tree, held before the work that they bound.

use probelang_dialect::PatternLimits;

/// What a source may be. The defaults are those of the language and the same in debug and release.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of source text, or of wire JSON: 64 KiB.
    pub source_bytes: usize,
    /// Nodes of a program, a template being one: 1,000.
    pub nodes: u32,
    /// Depth of the tree, the root at 1: 64.
    pub depth: u16,
    /// Brackets open at one time in the text: 256.
    pub brackets: u16,
    /// Parts of a template: 64.
    pub parts: u16,
    /// Reported errors: 20.
    pub errors: u16,
    /// What a regular expression may be.
    pub patterns: PatternLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            source_bytes: 64 * 1024,
            nodes: 1_000,
            depth: 64,
            brackets: 256,
            parts: 64,
            errors: 20,
            patterns: PatternLimits::default(),
        }
    }
}
