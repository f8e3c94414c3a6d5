//! What is redacted, as the command line and `probelang.toml` say it.

use std::sync::Arc;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use probelang::redact::shape::Shape;
use probelang::redact::{Mode, Policy};
use probelang::{RedactionError, RedactionSettings};
use probelang_project::{NamedPattern, redacted_name};

/// The settings of redaction.
#[derive(Args, Clone, Default, Debug)]
pub struct RedactionArgs {
    /// Redact values under these names too (list, repeatable)
    ///
    /// Names are compared whole, in lower case without `_ - $ @ . #`, as the built-in ones are.
    #[arg(long = "redact", global = true, value_name = "NAMES", value_delimiter = ',', value_parser = redacted_name, help_heading = "Redaction")]
    pub names: Vec<String>,

    /// Redact values of these types (list, repeatable; * stands for any text)
    #[arg(
        long = "redact-type",
        global = true,
        value_name = "TYPES",
        value_delimiter = ',',
        help_heading = "Redaction"
    )]
    pub types: Vec<String>,

    /// Do not redact values under these names, built-in or not (list, repeatable)
    #[arg(long = "redact-exclude", global = true, value_name = "NAMES", value_delimiter = ',', value_parser = redacted_name, help_heading = "Redaction")]
    pub exclude: Vec<String>,

    /// Redact texts for what they say: off, targeted (what looks like a secret), strict (all of them)
    ///
    /// `probelang redaction` lists what `targeted` looks for. Expressions see the texts; what is printed of them does not show
    /// what is hidden.
    #[arg(
        long = "redaction",
        global = true,
        value_enum,
        ignore_case = true,
        value_name = "MODE",
        hide_possible_values = true,
        help_heading = "Redaction"
    )]
    pub mode: Option<ModeName>,

    /// Look for these shapes of secrets too: email, ip (list, repeatable)
    #[arg(
        long = "redact-shape",
        global = true,
        value_enum,
        ignore_case = true,
        value_name = "SHAPES",
        value_delimiter = ',',
        hide_possible_values = true,
        help_heading = "Redaction"
    )]
    pub shapes: Vec<ShapeName>,

    /// Do not look for these shapes of secrets (list, repeatable)
    #[arg(
        long = "no-redact-shape",
        global = true,
        value_enum,
        ignore_case = true,
        value_name = "SHAPES",
        value_delimiter = ',',
        hide_possible_values = true,
        help_heading = "Redaction"
    )]
    pub no_shapes: Vec<ShapeName>,

    /// Redact what a pattern of your own matches in a text (repeatable)
    ///
    /// The pattern is written as those of the function `matches`.
    #[arg(long = "redact-pattern", global = true, value_name = "NAME=REGEX", value_parser = NamedPattern::parse, help_heading = "Redaction")]
    pub patterns: Vec<NamedPattern>,
}

impl RedactionArgs {
    /// What is redacted: the built-in names and what the options say.
    pub fn policy(&self) -> Policy {
        match self.settings().policy() {
            Ok(policy) => Arc::unwrap_or_clone(policy),
            // `check` has refused them
            Err(_) => Policy::built_in().with_mode(Mode::Strict),
        }
    }

    /// Whether the options go together.
    ///
    /// # Errors
    /// Where one of them would hide nothing.
    pub fn check(&self) -> Result<(), String> {
        match self.settings().mode() {
            Ok(_) => Ok(()),
            Err(RedactionError::Shapes) => {
                Err("--redact-shape hides nothing with --redaction off".to_owned())
            }
            Err(RedactionError::Patterns) => {
                Err("--redact-pattern hides nothing with --redaction off".to_owned())
            }
        }
    }

    /// The mode that was asked for, if any was.
    #[cfg(unix)]
    pub fn asked(&self) -> Option<Mode> {
        match self.mode {
            Some(ModeName(mode)) => Some(mode),
            None => Some(self.mode()).filter(|mode| *mode != Mode::Off),
        }
    }

    /// The mode in force.
    pub fn mode(&self) -> Mode {
        self.settings().mode().unwrap_or(Mode::Strict)
    }

    fn settings(&self) -> RedactionSettings {
        RedactionSettings {
            names: self.names.clone(),
            exclude: self.exclude.clone(),
            types: self.types.clone(),
            mode: self.mode.map(|ModeName(mode)| mode),
            shapes: self.shapes.iter().map(|shape| shape.0).collect(),
            no_shapes: self.no_shapes.iter().map(|shape| shape.0).collect(),
            patterns: self.patterns.iter().map(NamedPattern::named).collect(),
        }
    }
}

/// A mode as the command line names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ModeName(pub Mode);

impl ValueEnum for ModeName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [ModeName; 3] = [ModeName(Mode::Off), ModeName(Mode::Targeted), ModeName(Mode::Strict)];
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}

/// A shape as the command line names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShapeName(pub Shape);

impl ValueEnum for ShapeName {
    fn value_variants<'a>() -> &'a [Self] {
        #[expect(clippy::indexing_slicing, reason = "done by the compiler")]
        const ALL: [ShapeName; Shape::ALL.len()] = {
            let [first, ..] = Shape::ALL;
            let mut all = [ShapeName(first); Shape::ALL.len()];
            let mut at = 0;
            while at < all.len() {
                all[at] = ShapeName(Shape::ALL[at]);
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}
