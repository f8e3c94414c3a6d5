//! Which warnings are errors, and which are not reported.

use probelang::diagnostic::{Diagnostic, Severity};

/// The word that means every warning.
const ALL_WARNINGS: &str = "warnings";

/// Which warnings are errors, and which are not reported.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Gate {
    deny: Vec<String>,
    allow: Vec<String>,
}

/// The code that is written so in any spelling: `PL0710`, `710`.
///
/// # Errors
/// If there is none.
pub fn code(text: &str) -> Result<String, String> {
    let explained = probelang::explain(text).ok_or_else(|| format!("there is no code '{text}'"))?;
    Ok(explained.code.text().to_owned())
}

impl Gate {
    /// A gate that takes the warnings `deny` for errors (codes, or `warnings` for all), and does not report those of `allow`.
    ///
    /// ```
    /// use probelang::{Engine, ProgramKind};
    /// use probelang_project::Gate;
    /// let mut found = Engine::new().check(ProgramKind::Condition, "a == a").diagnostics;
    /// Gate::new(["warnings"], [""; 0])?.judge(&mut found);
    /// assert!(found[0].is_error());
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// For what is not a code.
    pub fn new<S: AsRef<str>>(
        deny: impl IntoIterator<Item = S>,
        allow: impl IntoIterator<Item = S>,
    ) -> Result<Self, String> {
        let deny = deny.into_iter().map(|text| match text.as_ref() {
            ALL_WARNINGS => Ok(ALL_WARNINGS.to_owned()),
            text => code(text),
        });
        let allow = allow.into_iter().map(|text| code(text.as_ref()));
        Ok(Self { deny: deny.collect::<Result<_, _>>()?, allow: allow.collect::<Result<_, _>>()? })
    }

    /// This gate, and what `after` says where this one says nothing: the command line before a file.
    #[must_use]
    pub fn then(mut self, after: &Self) -> Self {
        let deny: Vec<_> = after.deny.iter().filter(|code| !self.allow.contains(code)).cloned().collect();
        self.deny.extend(deny);
        let allow: Vec<_> = after.allow.iter().filter(|code| !self.deny.contains(code)).cloned().collect();
        self.allow.extend(allow);
        self
    }

    /// Applies the gate to what was found. An error stays one.
    pub fn judge(&self, diagnostics: &mut Vec<Diagnostic>) {
        let has = |codes: &[String], one: &Diagnostic| codes.iter().any(|code| code == one.code.text());
        diagnostics.retain(|one| one.is_error() || !has(&self.allow, one));
        for one in diagnostics {
            if has(&self.deny, one) || self.deny.iter().any(|code| code == ALL_WARNINGS) {
                one.severity = Severity::Error;
            }
        }
    }
}
