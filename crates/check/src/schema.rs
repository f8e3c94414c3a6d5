//! What is known of the names in scope: written by hand, or sampled from recorded values.
//!
//! The JSON form is described by `grammar/schema.schema.json`. A schema is taken at its word by warnings and
//! by the cost bound; no answer of a program ever depends on it.

mod read;
mod sample;
mod write;

pub use sample::{SampleLimits, Sampler};

use crate::types::{Field, Fields};

/// The names of a scope with their types.
///
/// ```
/// use probelang_check::Schema;
/// let schema = Schema::parse(r#"{"names": {"total": "number", "tags": "set<string>"}}"#).unwrap();
/// assert_eq!(schema.name("tags").unwrap().ty.to_string(), "set<string>");
/// let errors = Schema::parse(r#"{"names": {"total": "nmber"}}"#).unwrap_err();
/// assert_eq!(errors[0].path.as_deref(), Some("/names/total"));
/// ```
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Schema {
    /// Names, and `@return`, `@exception`, `@duration` under their own spelling.
    pub names: Fields,
}

impl Schema {
    /// The name, an `@`-name with its `@`.
    #[must_use]
    pub fn name(&self, name: &str) -> Option<&Field> {
        self.names.get(name)
    }

    /// What either scope may have: a name of only one becomes optional.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self { names: self.names.join(&other.names) }
    }
}
