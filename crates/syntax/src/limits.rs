//! Limits on text and tree, held before the work that they bound.

use probelang_dialect::PatternLimits;

/// What a source may be. The defaults are those of the language and the same in debug and release.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
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

impl Limits {
    /// The same with [`source_bytes`](Self::source_bytes) set.
    #[must_use]
    pub const fn with_source_bytes(mut self, source_bytes: usize) -> Self {
        self.source_bytes = source_bytes;
        self
    }
    /// The same with [`nodes`](Self::nodes) set.
    #[must_use]
    pub const fn with_nodes(mut self, nodes: u32) -> Self {
        self.nodes = nodes;
        self
    }
    /// The same with [`depth`](Self::depth) set.
    #[must_use]
    pub const fn with_depth(mut self, depth: u16) -> Self {
        self.depth = depth;
        self
    }
    /// The same with [`brackets`](Self::brackets) set.
    #[must_use]
    pub const fn with_brackets(mut self, brackets: u16) -> Self {
        self.brackets = brackets;
        self
    }
    /// The same with [`parts`](Self::parts) set.
    #[must_use]
    pub const fn with_parts(mut self, parts: u16) -> Self {
        self.parts = parts;
        self
    }
    /// The same with [`errors`](Self::errors) set.
    #[must_use]
    pub const fn with_errors(mut self, errors: u16) -> Self {
        self.errors = errors;
        self
    }
    /// The same with [`patterns`](Self::patterns) set.
    #[must_use]
    pub const fn with_patterns(mut self, patterns: PatternLimits) -> Self {
        self.patterns = patterns;
        self
    }
}
