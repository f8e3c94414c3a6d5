//! Programs that run, and what comes of it.

use std::sync::Arc;

use probelang_capture::{JsonLimits, TextLimits, write_json};
use probelang_diagnostic::{Class, Code, Diagnostic, Span, fault as code};
use probelang_host::{Budget, Names, Number, Resolve, RunLimits, SystemClock, Value};
use probelang_redact::Policy;
use probelang_snapshot::{Document, Snapshot, View};
use probelang_vm::{Linked, ProgramKind, Verdict};

use crate::Engine;

/// Values that a program can look at by name.
pub trait Scope {
    /// The values as a host, with the names of a program.
    fn view<'d>(&'d self, names: &'d Names) -> View<'d>;
}

impl Scope for Document {
    fn view<'d>(&'d self, names: &'d Names) -> View<'d> {
        Self::view(self, names)
    }
}

impl Scope for Snapshot {
    fn view<'d>(&'d self, names: &'d Names) -> View<'d> {
        Self::view(self, names)
    }
}

/// A compiled program: immutable, shared by threads, run any number of times.
#[derive(Debug)]
pub struct Program {
    program: Arc<probelang_vm::Program>,
    linked: Linked,
    names: Names,
    policy: Arc<Policy>,
    run: RunLimits,
    text: TextLimits,
    warnings: Vec<Diagnostic>,
}

impl Program {
    pub(crate) fn new(
        engine: &Engine,
        program: Arc<probelang_vm::Program>,
        warnings: Vec<Diagnostic>,
    ) -> Self {
        let mut names = Names::new();
        let linked = program.link(&mut names, &engine.policy);
        let (policy, run, text) = (Arc::clone(&engine.policy), engine.run, engine.text);
        Self { program, linked, names, policy, run, text, warnings }
    }

    /// What it is for.
    #[must_use]
    pub fn kind(&self) -> ProgramKind {
        self.program.kind()
    }

    /// What deserves a look, in the order of its places.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The text that the spans of faults and warnings count in: the source, or the canonical text of JSON.
    #[must_use]
    pub fn source(&self) -> &str {
        self.program.source()
    }

    /// The names that the program reads, for a [`Scope`].
    #[must_use]
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// The program bound to a family of hosts of your own, which resolve names to their symbols: what
    /// [`Linked::condition`] and its siblings run without going through names.
    #[must_use]
    pub fn link(&self, names: &mut dyn Resolve) -> Linked {
        self.program.link(names, &self.policy)
    }

    /// Whether the condition holds. A value or a metric holds where it is the Boolean true.
    ///
    /// # Errors
    /// The [`Fault`] that ended it: then it neither matched nor did not match.
    pub fn test(&self, scope: &impl Scope) -> Result<bool, Fault> {
        let view = scope.view(&self.names);
        match self.kind() {
            ProgramKind::Condition => match self.run(|budget| self.linked.condition(&view, budget)) {
                Verdict::Matched => Ok(true),
                Verdict::NotMatched => Ok(false),
                Verdict::Failed(fault) => Err(self.fault(&fault)),
            },
            ProgramKind::Value | ProgramKind::Metric => {
                let value = self.run(|budget| self.linked.value(&view, budget, |value, _| Ok(value)));
                match value.map_err(|fault| self.fault(&fault))? {
                    Value::Bool(holds) => Ok(holds),
                    other => Err(self.whole(code::NOT_BOOLEAN, "a Boolean", other.kind().phrase())),
                }
            }
            ProgramKind::Template => Err(self.whole(code::NOT_BOOLEAN, "a Boolean", "a template")),
        }
    }

    /// The value as JSON; what is hidden or missing inside is a marker. The value of a template is its
    /// message.
    ///
    /// # Errors
    /// The [`Fault`] that ended it.
    pub fn eval(&self, scope: &impl Scope) -> Result<String, Fault> {
        match self.kind() {
            ProgramKind::Condition => return self.test(scope).map(|holds| holds.to_string()),
            ProgramKind::Template => {
                return Ok(json_string(&self.render(scope).text));
            }
            ProgramKind::Value | ProgramKind::Metric => {}
        }
        let view = scope.view(&self.names);
        let value = self.run(|budget| {
            self.linked.value(&view, budget, |value, reader| {
                let mut out = String::new();
                write_json(reader, &value, &JsonLimits::default(), &mut out).map(|()| out)
            })
        });
        value.map_err(|fault| self.fault(&fault))
    }

    /// The number of a metric; a Boolean counts as 0 or 1.
    ///
    /// # Errors
    /// The [`Fault`] that ended it.
    pub fn measure(&self, scope: &impl Scope) -> Result<Number, Fault> {
        match self.kind() {
            ProgramKind::Condition => return self.test(scope).map(|holds| Number::Int(holds.into())),
            ProgramKind::Template => return Err(self.whole(code::NOT_NUMBER, "a number", "a template")),
            ProgramKind::Value | ProgramKind::Metric => {}
        }
        let view = scope.view(&self.names);
        self.run(|budget| self.linked.metric(&view, budget)).map_err(|fault| self.fault(&fault))
    }

    /// The message of a template. A part that fails shows it and is told among the errors. Of any other
    /// program the value as JSON.
    #[must_use]
    pub fn render(&self, scope: &impl Scope) -> Message {
        if self.kind() != ProgramKind::Template {
            return match self.eval(scope) {
                Ok(text) => Message { text, errors: Vec::new(), truncated: false },
                Err(fault) => Message {
                    text: format!("{{{}}}", fault.message),
                    errors: vec![(fault.expression, fault.message)],
                    truncated: false,
                },
            };
        }
        let view = scope.view(&self.names);
        let mut text = String::new();
        let rendered = self.run(|budget| self.linked.render(&view, budget, &self.text, &mut text));
        let errors = rendered.errors.into_iter().map(|error| (error.expr, error.message)).collect();
        Message { text, errors, truncated: rendered.truncated }
    }

    /// A fault of the whole program: what it gives is not what was asked for.
    fn whole(&self, code: Code, wanted: &str, found: &str) -> Fault {
        let source = self.source();
        Fault {
            code,
            span: Span::from_usize(0, source.len()),
            path: None,
            expression: source.to_owned(),
            message: format!("expected {wanted}, found {found}"),
        }
    }

    fn run<R>(&self, run: impl FnOnce(&mut Budget<'_>) -> R) -> R {
        let clock = SystemClock::default();
        run(&mut Budget::new(self.run, &clock))
    }

    fn fault(&self, fault: &probelang_vm::Fault) -> Fault {
        Fault {
            code: fault.code,
            span: fault.span,
            path: fault.path(&self.program),
            expression: fault.expression(&self.program).to_owned(),
            message: fault.message(&self.program),
        }
    }
}

/// A rendered message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// The text.
    pub text: String,
    /// The failing sub-expression and what it says, one for each failed part, and one where the text was cut.
    pub errors: Vec<(String, String)>,
    /// Whether the text was cut at its limit.
    pub truncated: bool,
}

/// What ended an evaluation.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// Its stable code.
    pub code: Code,
    /// The smallest failing sub-expression, in [`Program::source`].
    pub span: Span,
    /// For programs from JSON its RFC 6901 path.
    pub path: Option<String>,
    /// The text under the span.
    pub expression: String,
    /// One line, with names and kinds, never a value.
    pub message: String,
}

impl Fault {
    /// Its class.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.code.class()
    }
}

/// `text` as a JSON string.
fn json_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len().saturating_add(2));
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_program_answers_every_question_or_faults() {
        let engine = Engine::new();
        let scope = Document::parse(br#"{"a": true, "n": 2, "s": "x\ny"}"#).unwrap();
        let condition = engine.condition("n > 1").unwrap();
        assert_eq!(condition.eval(&scope).as_deref(), Ok("true"));
        assert_eq!(condition.measure(&scope), Ok(Number::Int(1)));
        assert_eq!(engine.condition("n > 2").unwrap().eval(&scope).as_deref(), Ok("false"));
        let value = engine.value("a").unwrap();
        assert_eq!(value.test(&scope), Ok(true));
        assert_eq!(value.render(&scope).text, "true");
        assert_eq!(engine.value("n").unwrap().test(&scope).unwrap_err().code, code::NOT_BOOLEAN);
        assert_eq!(engine.metric("n").unwrap().eval(&scope).as_deref(), Ok("2"));
        let template = engine.template("{s}").unwrap();
        assert_eq!(template.eval(&scope).as_deref(), Ok(r#""x\ny""#));
        assert_eq!(template.test(&scope).unwrap_err().code, code::NOT_BOOLEAN);
        assert_eq!(template.measure(&scope).unwrap_err().code, code::NOT_NUMBER);
    }

    #[test]
    fn json_programs_fault_with_their_path() {
        let json = r#"{"and": [true, {"gt": [{"ref": "n"}, "1"]}]}"#;
        let program = Engine::new().compile_json(ProgramKind::Condition, json).unwrap();
        let fault = program.test(&Document::parse(br#"{"n": 2}"#).unwrap()).unwrap_err();
        assert_eq!((fault.path.as_deref(), fault.expression.as_str()), (Some("/and/1"), "n > \"1\""));
    }

    #[test]
    fn programs_are_shared_by_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Program>();
        shared::<Engine>();
    }
}
