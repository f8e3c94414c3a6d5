//! Limits on text and tree, held before the work that they bound.

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
    /// Bytes of a regular expression: 1 KiB.
    pub pattern_bytes: usize,
    /// Bytes of a compiled regular expression: 4 MiB.
    pub pattern_compiled: usize,
    /// Bytes of all compiled regular expressions of a program together: 32 MiB. Each counts as 16 KiB, 64 KiB and
    /// so on by fours, one that does not compile in its limit as all of that; the same text counts once.
    pub patterns_compiled: usize,
    /// Nesting of a regular expression: 50.
    pub pattern_nesting: u32,
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
            pattern_bytes: 1024,
            pattern_compiled: 4 * 1024 * 1024,
            patterns_compiled: 32 * 1024 * 1024,
            pattern_nesting: 50,
        }
    }
}
