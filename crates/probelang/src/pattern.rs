//! Patterns of the user's own for texts that are secret.

use std::ops::Range;

use probelang_check::regex::{CompiledPattern, Room, compile, may_be_empty};
use probelang_diagnostic::{Diagnostic, Span, program};
use probelang_dialect::{Dialect, PatternLimits};
use probelang_redact::shape::Shape;
use probelang_redact::{Finder, Mode};

/// The most bytes of the name of a pattern.
const LONGEST_NAME: usize = 64;

/// A pattern for parts of texts that are secret, for [`Policy::with_pattern`](crate::redact::Policy::with_pattern): written and
/// bounded as those of the function `matches` are, and matched in linear time.
///
/// ```
/// use std::sync::Arc;
/// use probelang::redact::{Mode, Policy};
/// use probelang::{Document, Engine, TextPattern};
///
/// let badge = Arc::new(TextPattern::new("B-[0-9]{4}").map_err(|refused| refused.message)?);
/// let policy = Policy::built_in().with_mode(Mode::Targeted).with_pattern("badge", badge);
/// let visit = Document::parse(br#"{"note": "seen with B-1815"}"#)?;
/// assert_eq!(Engine::new().policy(policy).template("{note}")?.render(&visit).text, "seen with {redacted}");
/// assert!(TextPattern::new("(?=x)").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct TextPattern {
    text: Box<str>,
    compiled: CompiledPattern,
}

impl TextPattern {
    /// Reads and compiles a pattern.
    ///
    /// # Errors
    /// The diagnostic with which a program that has it is rejected: it does not read, is too large, or cannot be matched in
    /// linear time. A pattern that matches an empty text is rejected too.
    ///
    /// # Cost
    /// Bounded by the limits of patterns.
    pub fn new(pattern: &str) -> Result<Self, Box<Diagnostic>> {
        let limits = PatternLimits::default();
        let span = Span::new(0, u32::try_from(pattern.len()).unwrap_or(u32::MAX));
        let compiled = compile(pattern, span, &limits, &Dialect::default(), &mut Room::new(&limits), None)?;
        if may_be_empty(pattern) {
            let message = "the pattern matches an empty text, so that it does not say what is hidden";
            return Err(Diagnostic::new(program::BAD_PATTERN, span, message).into());
        }
        Ok(Self { text: pattern.into(), compiled })
    }

    /// Whether a setting may give this name to a pattern: faults show it, next to the names of shapes and modes.
    ///
    /// ```
    /// assert!(probelang::TextPattern::check_name("badge").is_ok());
    /// assert!(probelang::TextPattern::check_name("card").is_err());
    /// ```
    ///
    /// # Errors
    /// What is wrong with the name, for the user.
    pub fn check_name(name: &str) -> Result<(), String> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_name) {
            return Err("the name of a pattern has letters, digits, - and _, at most 64".to_owned());
        }
        if Shape::find(name).is_some() || Mode::find(name).is_some() {
            return Err(format!("'{name}' is the name of a shape or mode: give the pattern another"));
        }
        Ok(())
    }
}

impl Finder for TextPattern {
    fn text(&self) -> &str {
        &self.text
    }

    fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        self.compiled.regex.find(text, from)
    }
}
