//! Why a call of a tool gave no result, for a model that has to go on.

use probelang::data::text::Object;

/// Why a call gave no result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Failed {
    kind: &'static str,
    message: String,
    /// What to do next.
    next: String,
    /// The rule that denied the call.
    pub policy: Option<String>,
    /// Diagnostics as JSON.
    diagnostics: Option<String>,
}

impl Failed {
    fn new(kind: &'static str, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self { kind, message: message.into(), next: next.into(), policy: None, diagnostics: None }
    }

    /// The arguments are wrong.
    pub fn arguments(message: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new("arguments", message, next)
    }

    /// A rule of the policy forbids it.
    pub fn denied(policy: String, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self { policy: Some(policy), ..Self::new("denied", message, next) }
    }

    /// The data cannot be used.
    pub fn data(message: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new("data", message, next)
    }

    /// An expression or a probe is wrong; `diagnostics` are JSON.
    pub fn program(message: impl Into<String>, diagnostics: String) -> Self {
        let next =
            "mend what the diagnostics say; `explain` has a page for each code, and for the `language`";
        Self { diagnostics: Some(diagnostics), ..Self::new("expression", message, next) }
    }

    /// A running program does not do it.
    #[cfg(unix)]
    pub fn live(message: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new("live", message, next)
    }

    /// A defect of the server.
    pub fn internal() -> Self {
        Self::new(
            "internal",
            "this is a defect of probelang",
            "try another way, and tell the person that you work for",
        )
    }

    /// The audit log cannot be written.
    #[cfg(unix)]
    pub fn audit(message: impl Into<String>) -> Self {
        Self::new(
            "audit",
            message,
            "nothing is done to running programs without an audit log: tell the person that you work for",
        )
    }

    /// The sentence.
    #[cfg(unix)]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// As JSON.
    pub fn json(&self) -> String {
        let mut error = Object::new();
        error.string("kind", self.kind).string("message", &self.message);
        if let Some(policy) = &self.policy {
            error.string("policy", policy);
        }
        error.string("next", &self.next);
        if let Some(diagnostics) = &self.diagnostics {
            error.raw("diagnostics", diagnostics);
        }
        let mut object = Object::new();
        object.raw("error", &error.end());
        object.end()
    }
}
