//! Which names and types are redacted. Nothing else.
//!
//! Names are compared in ASCII lower case without `_ - $ @`, so `Access-Token`, `access_token` and
//! `accessToken` are one name. Types are a full name or a prefix with a trailing `*`.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

use std::collections::HashSet;

/// The built-in identifiers, normalised, one a line.
const BUILT_IN: &str = include_str!("../data/identifiers.txt");

/// What is redacted: a set of names and a list of type patterns.
///
/// ```
/// use probelang_redact::Policy;
/// let policy = Policy::built_in().with_names(["badge"]).without_names(["session"]).with_types(["com.acme.Card*"]);
/// assert!(policy.redacts_name("X-Auth-Token") && policy.redacts_name("Badge"));
/// assert!(!policy.redacts_name("session") && !policy.redacts_name("tokens"));
/// assert!(policy.redacts_type("com.acme.CardNumber") && !policy.redacts_type("com.acme.Order"));
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Policy {
    names: HashSet<Box<str>>,
    /// Length in bytes of the longest name: a longer candidate cannot match and is not looked up.
    longest: usize,
    exact_types: HashSet<Box<str>>,
    type_prefixes: Vec<Box<str>>,
}

impl Policy {
    /// Nothing is redacted.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The identifiers that every tracer redacts by default, no types.
    #[must_use]
    pub fn built_in() -> Self {
        Self::none().with_names(BUILT_IN.lines().filter(|line| !line.starts_with('#')))
    }

    /// Adds names, in any spelling.
    #[must_use]
    pub fn with_names<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        for name in names {
            let name = normalise(name.as_ref());
            if !name.is_empty() {
                self.longest = self.longest.max(name.len());
                self.names.insert(name.into());
            }
        }
        self
    }

    /// Takes names out again, built-in ones too.
    #[must_use]
    pub fn without_names<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        for name in names {
            self.names.remove(normalise(name.as_ref()).as_str());
        }
        self.longest = self.names.iter().map(|name| name.len()).max().unwrap_or(0);
        self
    }

    /// Adds types: full names, or prefixes with a trailing `*`.
    #[must_use]
    pub fn with_types<S: AsRef<str>>(mut self, types: impl IntoIterator<Item = S>) -> Self {
        for pattern in types {
            let pattern = pattern.as_ref().trim();
            match pattern.strip_suffix('*') {
                Some(prefix) => self.type_prefixes.push(prefix.into()),
                None if pattern.is_empty() => {}
                None => {
                    self.exact_types.insert(pattern.into());
                }
            }
        }
        self
    }

    /// Whether a value under `name` is redacted. A field that is named with its class (PHP's
    /// `Account::password`) is hidden as the field. Allocates nothing; linear in the length of the name.
    #[must_use]
    pub fn redacts_name(&self, name: &str) -> bool {
        if self.names.is_empty() {
            return false;
        }
        self.has_name(name) || name.rsplit_once("::").is_some_and(|(_, field)| self.has_name(field))
    }

    fn has_name(&self, name: &str) -> bool {
        let mut buffer = [0u8; 128];
        let mut len = 0usize;
        for byte in name.bytes().filter(|byte| !is_separator(*byte)) {
            if len >= self.longest {
                return false;
            }
            match buffer.get_mut(len) {
                Some(place) => *place = byte.to_ascii_lowercase(),
                None => return self.names.contains(normalise(name).as_str()),
            }
            len = len.saturating_add(1);
        }
        let normal = buffer.get(..len).and_then(|bytes| std::str::from_utf8(bytes).ok());
        normal.is_some_and(|normal| self.names.contains(normal))
    }

    /// Whether any type is redacted: where not, no type name needs to be read.
    #[must_use]
    pub fn redacts_types(&self) -> bool {
        !self.exact_types.is_empty() || !self.type_prefixes.is_empty()
    }

    /// Whether values of the type `name` are redacted.
    #[must_use]
    pub fn redacts_type(&self, name: &str) -> bool {
        self.exact_types.contains(name) || self.type_prefixes.iter().any(|prefix| name.starts_with(&**prefix))
    }
}

const fn is_separator(byte: u8) -> bool {
    matches!(byte, b'_' | b'-' | b'$' | b'@')
}

fn normalise(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | '$' | '@')).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_set_is_whole_and_normalised() {
        let policy = Policy::built_in();
        assert_eq!(policy.names.len(), 85);
        for line in BUILT_IN.lines().filter(|line| !line.starts_with('#')) {
            assert_eq!(normalise(line), line);
            assert!(policy.redacts_name(line));
            assert!(policy.redacts_name(&format!("_{}", line.to_uppercase())));
        }
    }

    #[test]
    fn long_names_are_neither_assumed_secret_nor_cut() {
        let long = "x".repeat(300);
        assert!(!Policy::built_in().redacts_name(&long));
        let policy = Policy::none().with_names([&long]);
        assert!(policy.redacts_name(&long.to_uppercase()));
        assert!(!policy.redacts_name(&format!("{long}x")));
        assert!(Policy::built_in().redacts_name(&format!("{}token", "_".repeat(500))));
    }

    #[test]
    fn a_field_named_with_its_class_is_hidden_as_the_field() {
        let policy = Policy::built_in();
        assert!(policy.redacts_name("Account::password") && policy.redacts_name(r"App\Account::_token"));
        for name in ["password::", "token::id", "a:password", "Account::password::x"] {
            assert!(!policy.redacts_name(name), "{name}");
        }
    }

    #[test]
    fn no_substring_or_unicode_case_matches() {
        let policy = Policy::built_in();
        for name in ["passwords", "mytoken", "tok en", "ſession", "", "____"] {
            assert!(!policy.redacts_name(name), "{name}");
        }
    }
}
