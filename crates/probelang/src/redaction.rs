//! What settings say of redaction, in one form for every surface.

use std::fmt;
use std::sync::Arc;

use probelang_redact::shape::{Shape, Shapes};
use probelang_redact::{Finder, Mode, Policy};

use crate::{Terms, TextPattern};

/// What the settings of a surface say of redaction, as it read them: a command line, options, variables. They add to the
/// built-in names.
///
/// ```
/// use probelang::redact::Mode;
/// use probelang::redact::shape::Shape;
/// use probelang::{RedactionError, RedactionSettings};
/// let mut settings = RedactionSettings { shapes: vec![Shape::Email], ..RedactionSettings::default() };
/// // a shape that is asked for asks for the mode that looks for it
/// assert_eq!(settings.policy()?.masked("to ada@example.com"), "to {redacted}");
/// settings.mode = Some(Mode::Off);
/// assert_eq!(settings.policy().unwrap_err(), RedactionError::Shapes);
/// # Ok::<(), RedactionError>(())
/// ```
#[derive(Clone, Default, Debug)]
pub struct RedactionSettings {
    /// Names that are redacted too.
    pub names: Vec<String>,
    /// Names that are not redacted, whoever says otherwise.
    pub exclude: Vec<String>,
    /// Types whose values are redacted.
    pub types: Vec<String>,
    /// The mode, if one is named.
    pub mode: Option<Mode>,
    /// Shapes that are looked for too.
    pub shapes: Vec<Shape>,
    /// Shapes that are not looked for, whoever says otherwise.
    pub no_shapes: Vec<Shape>,
    /// Patterns of the user's own, with their names.
    pub patterns: Vec<(String, Arc<TextPattern>)>,
}

/// Settings that would hide nothing although they look as if they did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RedactionError {
    /// Shapes are asked for in the mode *off*.
    Shapes,
    /// Patterns are asked for in the mode *off*.
    Patterns,
}

impl fmt::Display for RedactionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shapes => "shapes hide nothing with the mode off",
            Self::Patterns => "patterns hide nothing with the mode off",
        })
    }
}

impl std::error::Error for RedactionError {}

impl RedactionSettings {
    /// The mode in force: the one that is named. Where none is, a shape or a pattern asks for *targeted*.
    ///
    /// # Errors
    /// For a shape or a pattern with the mode *off*.
    pub const fn mode(&self) -> Result<Mode, RedactionError> {
        Self::mode_in_force(self.mode, !self.shapes.is_empty(), !self.patterns.is_empty())
    }

    /// The same of settings that are not read yet: the mode that they name, and whether they ask for shapes and patterns.
    ///
    /// # Errors
    /// Those of [`mode`](Self::mode).
    pub const fn mode_in_force(
        named: Option<Mode>,
        has_shapes: bool,
        has_patterns: bool,
    ) -> Result<Mode, RedactionError> {
        match named {
            Some(Mode::Off) if has_shapes => Err(RedactionError::Shapes),
            Some(Mode::Off) if has_patterns => Err(RedactionError::Patterns),
            Some(mode) => Ok(mode),
            None if has_shapes || has_patterns => Ok(Mode::Targeted),
            None => Ok(Mode::Off),
        }
    }

    /// The policy that they make, over the built-in names. Where they say nothing it is [`Policy::shared`].
    ///
    /// # Errors
    /// Those of [`mode`](Self::mode).
    pub fn policy(&self) -> Result<Arc<Policy>, RedactionError> {
        let mode = self.mode()?;
        let lists = [&self.names, &self.exclude, &self.types];
        let has_shapes = !(self.shapes.is_empty() && self.no_shapes.is_empty());
        if mode == Mode::Off && !has_shapes && lists.into_iter().all(Vec::is_empty) {
            return Ok(Policy::shared());
        }
        let shapes = self.shapes.iter().fold(Shapes::default(), |all, shape| all.with(*shape));
        let shapes = self.no_shapes.iter().fold(shapes, |all, shape| all.without(*shape));
        let policy = Policy::built_in()
            .with_names(&self.names)
            .without_names(&self.exclude)
            .with_types(&self.types)
            .with_mode(mode)
            .with_shapes(shapes);
        let policy = self.patterns.iter().fold(policy, |policy, (name, pattern)| {
            let finder: Arc<dyn Finder> = Arc::clone(pattern) as _;
            policy.with_pattern(name, finder)
        });
        Ok(Arc::new(policy))
    }

    /// Whether a setting may list this name. A name that looks like a pattern would hide nothing.
    ///
    /// ```
    /// use probelang::{RedactionSettings, Terms};
    /// assert!(RedactionSettings::check_name("badge", &Terms::RUST).is_ok());
    /// assert!(RedactionSettings::check_name("pass*", &Terms::RUST).is_err());
    /// ```
    ///
    /// # Errors
    /// What is wrong with it, for the user, in the words of `terms`.
    pub fn check_name(name: &str, terms: &Terms) -> Result<(), String> {
        if !name.contains('*') {
            return Ok(());
        }
        Err(format!(
            "names are compared whole, in any spelling, so '*' would match nothing; list each name, or redact a type with {}",
            terms.redact_types
        ))
    }
}
