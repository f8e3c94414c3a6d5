//! What a run is given and what it gives.

use probelang_capture::TextLimits;
use probelang_diagnostic::{Code, Span};
use probelang_dialect::Dialect;
use probelang_redact::Policy;
use probelang_syntax::{Limits, NodeId};

use super::{Out, Refusal};

/// How a program is compiled and run.
#[derive(Clone, Copy)]
pub struct Settings<'s> {
    /// The dialect.
    pub dialect: &'s Dialect,
    /// What is redacted.
    pub policy: &'s Policy,
    /// Limits of patterns.
    pub limits: &'s Limits,
    /// Limits of a template's text.
    pub text: &'s TextLimits,
    /// Steps allowed.
    pub steps: u64,
    /// The message of a fault, for the text of a failed part; with how many parts failed before it.
    pub message: &'s dyn Fn(&Fault, usize) -> String,
}

/// What ended an evaluation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Its code.
    pub code: Code,
    /// The node that failed.
    pub node: NodeId,
    /// Where that is.
    pub span: Span,
}

/// What a program gave.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// It does not compile.
    Refused(Vec<Refusal>),
    /// It failed.
    Fault(Fault),
    /// Matched, or not.
    Condition(bool),
    /// A finite number: an integer, or a float.
    Metric(Out),
    /// A value.
    Value(Out),
    /// A message.
    Template {
        /// The text.
        text: String,
        /// The faults of the parts, in order.
        faults: Vec<Fault>,
        /// Whether the message was cut, which is one more evaluation error.
        cut: bool,
    },
}

/// A run.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    /// What it gave.
    pub outcome: Outcome,
    /// Steps of the program as written.
    pub steps: u64,
}
