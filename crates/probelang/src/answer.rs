//! What a run gives: an answer, a message, a fault. Owned data with all texts.

use std::sync::Arc;

use probelang_diagnostic::fault::FaultCode;
use probelang_diagnostic::human::Human;
use probelang_diagnostic::{Class, Code, Diagnostic, SourceText, Span, spell};
use probelang_host::{Hidden, Number};
#[cfg(feature = "front-end")]
use probelang_redact::Policy;
use probelang_redact::shape::Shape;
use probelang_redact::{Mode, built_in_names};
use probelang_vm::{Ended, EvaluationError, RawFault, Rendered, Verdict};

use crate::Terms;
use crate::settings::Told;

/// What an evaluation gave.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    /// The answer of a condition.
    Truth(bool),
    /// The number of a metric.
    Number(Number),
    /// The value of an expression as one line of JSON. What is hidden or missing inside is a marker, such as
    /// `{"$redacted": true}`.
    Value(String),
    /// The message of a template.
    Message(Message),
    /// The evaluation failed. A condition that failed neither matched nor did not match.
    Fault(Fault),
}

impl Answer {
    /// The answer of a run that ended so.
    pub(crate) fn of(program: &probelang_vm::Program, told: Told<'_>, ended: Ended) -> Self {
        match ended {
            Ended::Condition(Verdict::Matched) => Self::Truth(true),
            Ended::Condition(Verdict::NotMatched) => Self::Truth(false),
            Ended::Metric(Ok(number)) => Self::Number(number),
            Ended::Value(Ok(json)) => Self::Value(json),
            Ended::Message(text, rendered) => Self::Message(Message::of(program, told, text, rendered)),
            Ended::Condition(Verdict::Failed(fault))
            | Ended::Metric(Err(fault))
            | Ended::Value(Err(fault)) => Self::Fault(Fault::of(program, told, &fault)),
        }
    }

    /// The answer as JSON: `true`, `3`, a value, a message as a string; `None` of a fault.
    #[must_use]
    pub fn to_json(&self) -> Option<String> {
        Some(match self {
            Self::Truth(truth) => truth.to_string(),
            Self::Number(number) => number_json(*number),
            Self::Value(json) => json.clone(),
            Self::Message(message) => {
                let mut json = String::new();
                spell::push_json(&mut json, &message.text);
                json
            }
            Self::Fault(_) => return None,
        })
    }

    /// The outcome in one word, as in JSON: `ok`, `false` for a condition that does not
    /// match, `limit` for a fault of that class, `fault` for any other.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match self {
            Self::Truth(true) | Self::Number(_) | Self::Value(_) | Self::Message(_) => "ok",
            Self::Truth(false) => "false",
            Self::Fault(fault) if fault.class() == Class::Limit => "limit",
            Self::Fault(_) => "fault",
        }
    }

    /// The fault that ended the evaluation, if one did.
    #[must_use]
    pub const fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }
}

/// A number as JSON. A metric is finite.
fn number_json(number: Number) -> String {
    match number {
        Number::Int(n) => n.to_string(),
        Number::Uint(n) => n.to_string(),
        Number::Float(n) => spell::Float(n).to_string(),
    }
}

/// A rendered message.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Message {
    /// The text.
    pub text: String,
    /// One entry for each part that failed, and one if the text was cut.
    pub errors: Vec<PartError>,
    /// Whether the text was cut at its limit.
    pub truncated: bool,
}

impl Message {
    pub(crate) fn of(
        program: &probelang_vm::Program,
        told: Told<'_>,
        text: String,
        rendered: Rendered,
    ) -> Self {
        let errors = rendered.errors.into_iter().map(|error| PartError::of(program, told, error)).collect();
        Self { text, errors, truncated: rendered.truncated }
    }
}

/// A part of a message that could not be rendered.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PartError {
    /// The failing sub-expression.
    pub expression: String,
    /// One line: what is wrong.
    pub message: String,
    /// The fault; `None` for the entry that says that the text was cut.
    pub fault: Option<Fault>,
}

impl PartError {
    fn of(program: &probelang_vm::Program, told: Told<'_>, error: EvaluationError) -> Self {
        let fault = error.fault.map(|fault| Fault::of(program, told, &fault));
        Self { expression: error.expr, message: error.message, fault }
    }
}

/// What ended an evaluation, with its place and its text.
///
/// `Display` gives the message. [`diagnostic`](Self::diagnostic) and [`source`](Self::source) give a renderer
/// what it needs to show the source line.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct Fault {
    /// Its stable code.
    pub code: Code,
    /// The smallest failing sub-expression, in bytes of [`source`](Self::source).
    pub span: Span,
    /// For a program from JSON, the RFC 6901 path of that sub-expression.
    pub path: Option<String>,
    /// The text under the span.
    pub expression: String,
    /// One line: what is wrong, with names and kinds, never a value.
    pub message: String,
    /// Why a value could not be shown: in the host's words (`depth`), or, of a redacted one, the rule that hides it,
    /// a name in lower case without separators, a pattern of types, or what hides texts.
    pub reason: Option<String>,
    rest: Box<Rest>,
}

/// What a fault keeps for renderers: apart, so that a result with a fault in it stays small.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Rest {
    /// What the span counts in.
    text: Arc<str>,
    /// What hid the value, of a redacted one.
    hidden: Option<HiddenBy>,
    /// How to speak of settings.
    terms: &'static Terms,
    /// What hints must not show.
    #[cfg(feature = "front-end")]
    policy: Hides,
    /// What the values say of it.
    #[cfg(feature = "front-end")]
    hint: crate::hints::Hint,
}

/// A policy that a fault keeps for hints, and does not print.
#[cfg(feature = "front-end")]
#[derive(Clone, PartialEq, Eq)]
struct Hides(Arc<Policy>);

#[cfg(feature = "front-end")]
impl std::fmt::Debug for Hides {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Policy")
    }
}

/// What hid a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum HiddenBy {
    Name,
    Type,
    Recorder,
    /// What it says.
    Text,
}

impl HiddenBy {
    const fn of(hidden: Hidden) -> Self {
        match hidden {
            Hidden::Name | Hidden::NameOf(_) => Self::Name,
            Hidden::Type | Hidden::TypeOf(_) => Self::Type,
            Hidden::Host => Self::Recorder,
        }
    }
}

impl Fault {
    pub(crate) fn of(program: &probelang_vm::Program, told: Told<'_>, fault: &RawFault) -> Self {
        Self {
            code: fault.code,
            span: fault.span,
            path: fault.path(program),
            expression: fault.expression(program).to_owned(),
            message: fault.message(program),
            reason: fault.reason().or(fault.rule()).map(str::to_owned),
            rest: Box::new(Rest {
                text: Arc::clone(&program.tables().debug.source),
                hidden: match FaultCode::of(fault.code) {
                    Some(FaultCode::REDACTED_TEXT) => Some(HiddenBy::Text),
                    _ => fault.hidden().map(HiddenBy::of),
                },
                terms: told.terms,
                #[cfg(feature = "front-end")]
                policy: Hides(Arc::clone(told.policy)),
                #[cfg(feature = "front-end")]
                hint: crate::hints::Hint::default(),
            }),
        }
    }

    /// Its class.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.code.class()
    }

    /// The text that the span counts in: the source, or the canonical text of a program from JSON. Empty for a
    /// program from a stripped artifact.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.rest.text
    }

    /// The text that the span counts in, for renderers; `name` is what the user calls the source.
    #[must_use]
    pub fn source_text<'s>(&'s self, name: &'s str) -> SourceText<'s> {
        match &*self.rest.text {
            "" => SourceText::nowhere(name),
            text => SourceText::new(name, text),
        }
    }

    /// The fault for people: its message and the source line with carets.
    ///
    /// ```
    /// let scope = probelang::Document::parse(br#"{"user": {"name": "Ada"}}"#)?;
    /// let fault = probelang::Engine::new().condition("user.age > 40")?.test(&scope).unwrap_err();
    /// assert_eq!(fault.report("when"), "\
    /// fault[PL1003]: no key `age` in the map
    ///  --> when:1:1
    ///   |
    /// 1 | user.age > 40
    ///   | ^^^^^^^^
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn report(&self, name: &str) -> String {
        Human::PLAIN.render(&self.source_text(name), &self.diagnostic())
    }

    /// The fault as a diagnostic, for renderers.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(self.code, self.span, &self.message);
        diagnostic.path.clone_from(&self.path);
        diagnostic.notes.extend(self.lifted());
        #[cfg(feature = "front-end")]
        {
            diagnostic.notes.extend(self.rest.hint.notes.iter().cloned());
            diagnostic.edits.clone_from(&self.rest.hint.edits);
        }
        diagnostic
    }

    /// What is hidden.
    #[cfg(feature = "front-end")]
    pub(crate) fn policy(&self) -> &Policy {
        &self.rest.policy.0
    }

    #[cfg(feature = "front-end")]
    pub(crate) fn set_hint(&mut self, hint: crate::hints::Hint) {
        self.rest.hint = hint;
    }

    /// Which rule hid the value, and how it is lifted.
    fn lifted(&self) -> Option<String> {
        let what = match FaultCode::of(self.code)? {
            FaultCode::REDACTED_PART => "the part",
            _ => "it",
        };
        let terms = self.rest.terms;
        Some(match (self.rest.hidden?, &self.reason) {
            (HiddenBy::Name, Some(name)) if built_in_names().any(|built_in| built_in == name) => {
                format!("the built-in name `{name}` hides {what}; {} takes it out", terms.exclude(name))
            }
            (HiddenBy::Name, Some(name)) => {
                format!(
                    "the configured name `{name}` hides {what}; it is given by {}, and {} takes it out",
                    terms.redact,
                    terms.exclude(name)
                )
            }
            (HiddenBy::Name, None) => {
                format!("a name hides {what}; {} lists the names", terms.names)
            }
            (HiddenBy::Type, Some(pattern)) => {
                format!("the configured type `{pattern}` hides {what}; it is given by {}", terms.redact_types)
            }
            (HiddenBy::Type, None) => {
                format!("a configured type hides {what}; it is given by {}", terms.redact_types)
            }
            (HiddenBy::Text, Some(rule)) if Shape::find(rule).is_some() => {
                format!("the shape `{rule}` hides the part; {} switches it off", terms.exclude_shape(rule))
            }
            (HiddenBy::Text, Some(rule)) if rule != Mode::Strict.name() => {
                format!("the pattern `{rule}` hides the part; it is given by {}", terms.patterns)
            }
            (HiddenBy::Text, _) => {
                format!("the mode `{}` hides every text; it is set by {}", Mode::Strict, terms.mode)
            }
            (HiddenBy::Recorder, _) => {
                "the settings of the tracer decide what it hides; nothing here shows it".to_owned()
            }
        })
    }
}
