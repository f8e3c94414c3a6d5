//! What is redacted, as the options say it.

use std::cell::RefCell;
use std::sync::Arc;

use probelang::redact::shape::Shape;
use probelang::redact::{Mode, Policy};
use probelang::{RedactionError, RedactionSettings, TextPattern};

use crate::options::{TERMS, no_such};
use crate::reply::Misuse;

thread_local! {
    /// What the last call had, with its policy: an editor says the same at every key.
    static LAST: RefCell<Option<(Redaction, Arc<Policy>)>> = const { RefCell::new(None) };
}

/// The options of redaction.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Redaction {
    pub names: Vec<String>,
    pub exclude: Vec<String>,
    pub types: Vec<String>,
    pub mode: Option<Mode>,
    pub shapes: Vec<String>,
    pub no_shapes: Vec<String>,
    pub patterns: Vec<(String, String)>,
}

impl Redaction {
    /// The policy that they make.
    pub fn policy(self) -> Result<Arc<Policy>, Misuse> {
        if self == Self::default() {
            return Ok(Policy::shared());
        }
        let last = LAST.with_borrow(|last| {
            let same = last.as_ref().filter(|(redaction, _)| *redaction == self);
            same.map(|(_, policy)| Arc::clone(policy))
        });
        if let Some(policy) = last {
            return Ok(policy);
        }
        let policy = self.built()?;
        LAST.set(Some((self, Arc::clone(&policy))));
        Ok(policy)
    }

    /// Its names and types; of texts what either of both hides.
    #[cfg(feature = "evaluate")]
    pub fn with_texts_of(mut self, other: &Self) -> Self {
        let (own, theirs) = (self.in_force(), other.in_force());
        if theirs == Mode::Off {
            return self;
        }
        if own == Mode::Off {
            self.no_shapes.clone_from(&other.no_shapes);
        } else {
            self.no_shapes.retain(|name| other.no_shapes.contains(name));
        }
        let shapes: Vec<_> =
            other.shapes.iter().filter(|name| !self.shapes.contains(name)).cloned().collect();
        self.shapes.extend(shapes);
        let patterns: Vec<_> =
            other.patterns.iter().filter(|one| !self.patterns.contains(one)).cloned().collect();
        self.patterns.extend(patterns);
        self.mode = Some(own.at_least(theirs));
        self
    }

    /// Whether it hides of texts what another hides.
    #[cfg(feature = "evaluate")]
    pub fn hides_texts_of(&self, other: &Self) -> bool {
        let both = self.clone().with_texts_of(other);
        let sizes = |one: &Self| (one.shapes.len(), one.no_shapes.len(), one.patterns.len());
        let own = self.in_force();
        own == Mode::Strict || (both.in_force() == own && sizes(&both) == sizes(self))
    }

    /// The mode of options that were read: of others the strongest.
    #[cfg(feature = "evaluate")]
    fn in_force(&self) -> Mode {
        let (has_shapes, has_patterns) = (!self.shapes.is_empty(), !self.patterns.is_empty());
        RedactionSettings::mode_in_force(self.mode, has_shapes, has_patterns).unwrap_or(Mode::Strict)
    }

    fn built(&self) -> Result<Arc<Policy>, Misuse> {
        for (option, names) in [("redact", &self.names), ("redactExclude", &self.exclude)] {
            for name in names {
                RedactionSettings::check_name(name, &TERMS)
                    .map_err(|why| Misuse::new(format!("the option {option}: {why}")))?;
            }
        }
        let pattern = |(name, pattern): &(String, String)| {
            let wrong = |why| Misuse::new(format!("the option redactPatterns: {why}"));
            TextPattern::check_name(name).map_err(wrong)?;
            let finder = TextPattern::new(pattern)
                .map_err(|why| wrong(format!("{name}: error[{}]: {}", why.code, why.message)))?;
            Ok((name.clone(), Arc::new(finder)))
        };
        let settings = RedactionSettings {
            names: self.names.clone(),
            exclude: self.exclude.clone(),
            types: self.types.clone(),
            mode: self.mode,
            shapes: shapes(&self.shapes)?,
            no_shapes: shapes(&self.no_shapes)?,
            patterns: self.patterns.iter().map(pattern).collect::<Result<_, _>>()?,
        };
        settings.policy().map_err(|error| {
            let option = match error {
                RedactionError::Shapes => "redactShapes",
                RedactionError::Patterns => "redactPatterns",
            };
            Misuse::new(format!("the option {option} hides nothing with redaction \"off\""))
        })
    }
}

fn shapes(names: &[String]) -> Result<Vec<Shape>, Misuse> {
    names.iter().map(|name| shape(name)).collect()
}

fn shape(name: &str) -> Result<Shape, Misuse> {
    Shape::find(name).ok_or_else(|| no_such("shape", name, Shape::ALL.map(Shape::name)))
}
