//! The fast way: a program bound once to a family of hosts, run over each within a budget of the caller's.

use std::marker::PhantomData;

use probelang_capture::{JsonLimits, Reader, Stop, TextLimits, write_json};
use probelang_dialect::ProgramKind;
use probelang_host::{Budget, Host, Number, Value};
use probelang_vm::{Ended, Linked, RawFault, Rendered, Variable, Verdict};

use crate::settings::{Settings, Told};
use crate::{Answer, Condition, Expression, Fault, Metric, Program, Template, Terms};

/// A program bound to a family of hosts: its names are the symbols that the family's
/// [`Resolve`](crate::host::Resolve) gave, and redaction is decided.
///
/// A run looks nothing up by name, allocates nothing but output, and builds no text for a fault: a
/// [`RawFault`] knows its place, and [`fault`](Self::fault) gives its text when somebody asks. `Send + Sync`:
/// threads share one bound program by reference. Cloning copies its tables; share it in an `Arc` instead.
///
/// ```
/// use probelang::host::{Budget, Names, RunLimits, SystemClock};
/// use probelang::{Document, Engine, Verdict};
///
/// let engine = Engine::new();
/// let mut names = Names::new();
/// let condition = engine.condition("len(items) > 2")?.bind(&mut names);
/// let message = engine.template("{len(items)} items")?.bind(&mut names);
///
/// let document = Document::parse(br#"{"items": [1, 2, 3]}"#)?;
/// let host = document.view(&names);
/// // one budget for all that one probe does in one hit
/// let mut budget = Budget::new(RunLimits::default(), &SystemClock);
/// let mut text = String::new();
/// match condition.test(&host, &mut budget) {
///     Verdict::Matched => drop(message.render(&host, &mut budget, &mut text)),
///     Verdict::NotMatched => {}
///     Verdict::Failed(raw) => eprintln!("{}", condition.fault(&raw)),
/// }
/// assert_eq!(text, "3 items");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Bound<P> {
    linked: Linked,
    text: TextLimits,
    terms: &'static Terms,
    kind: PhantomData<fn() -> P>,
}

impl<P> Bound<P> {
    pub(crate) const fn new(linked: Linked, settings: &Settings) -> Self {
        Self { linked, text: settings.text, terms: settings.terms, kind: PhantomData }
    }

    #[cfg(feature = "front-end")]
    pub(crate) const fn linked(&self) -> &Linked {
        &self.linked
    }

    /// The same with other limits on what a message shows than those of its engine.
    #[must_use]
    pub const fn with_text_limits(mut self, limits: TextLimits) -> Self {
        self.text = limits;
        self
    }

    /// What the program is for.
    #[must_use]
    pub fn kind(&self) -> ProgramKind {
        self.linked.program().kind()
    }

    /// The variables that the program may ask the host for, each once, with the symbols that they were bound
    /// to: what an adapter needs to have at hand, at the place in the code where a probe is installed. Names that
    /// are redacted are not among them.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable<'_>> {
        self.linked.variables()
    }

    /// A fault of this program with its place and text.
    #[must_use]
    pub fn fault(&self, raw: &RawFault) -> Fault {
        Fault::of(self.linked.program(), self.told(), raw)
    }

    /// The answer of a run that ended so.
    pub(crate) fn answer(&self, ended: Ended) -> Answer {
        Answer::of(self.linked.program(), self.told(), ended)
    }

    const fn told(&self) -> Told<'_> {
        Told { terms: self.terms, policy: self.linked.policy() }
    }

    /// Bytes of its operations, and of all its tables; the program that it was bound from is not counted.
    #[must_use]
    pub fn bytes(&self) -> (usize, usize) {
        self.linked.bytes()
    }
}

impl Bound<Condition> {
    /// Whether the condition matches.
    #[inline]
    #[must_use]
    pub fn test(&self, host: &dyn Host, budget: &mut Budget<'_>) -> Verdict {
        self.linked.condition(host, budget)
    }
}

impl Bound<Metric> {
    /// The finite number; a Boolean counts as 0 or 1.
    ///
    /// # Errors
    /// The fault that ended the run.
    #[inline]
    pub fn measure(&self, host: &dyn Host, budget: &mut Budget<'_>) -> Result<Number, RawFault> {
        self.linked.metric(host, budget)
    }
}

impl Bound<Template> {
    /// Appends the message to `out`. A part that fails shows what the dialect says and adds an error.
    #[inline]
    pub fn render(&self, host: &dyn Host, budget: &mut Budget<'_>, out: &mut String) -> Rendered {
        self.linked.render(host, budget, &self.text, out)
    }
}

impl Bound<Expression> {
    /// Appends the value as one line of JSON to `out`.
    ///
    /// # Errors
    /// The fault that ended the run or the walk over the value; `out` may then end in a part of it.
    pub fn eval(&self, host: &dyn Host, budget: &mut Budget<'_>, out: &mut String) -> Result<(), RawFault> {
        value_json(&self.linked, host, budget, out)
    }

    /// Lends the value to `read`, with a reader that walks it within the same budget and policy. A lazy filter
    /// is evaluated by walking it to its end.
    ///
    /// What names and types hide is hidden here too. Texts are lent as they are, whatever the
    /// [`Mode`](crate::redact::Mode): a text that leaves the process goes through
    /// [`Policy::masked`](crate::redact::Policy::masked) of the engine's [`redaction`](crate::Engine::redaction) first, as
    /// [`eval`](Self::eval) does it.
    ///
    /// # Errors
    /// The fault that ended the run or the walk. Under [`Mode::Strict`](crate::redact::Mode::Strict) a text as the value is one.
    pub fn read<'h, R>(
        &'h self,
        host: &'h dyn Host,
        budget: &mut Budget<'_>,
        read: impl FnOnce(Value<'h>, &mut dyn Reader<'h>) -> Result<R, Stop>,
    ) -> Result<R, RawFault> {
        self.linked.value(host, budget, read)
    }
}

impl Bound<Program> {
    /// Runs the program, whatever its kind.
    #[must_use]
    pub fn run(&self, host: &dyn Host, budget: &mut Budget<'_>) -> Answer {
        self.run_in(String::new(), host, budget)
    }

    /// As [`run`](Self::run), with the text of the answer in the memory of `out`, which is emptied.
    #[must_use]
    pub fn run_in(&self, out: String, host: &dyn Host, budget: &mut Budget<'_>) -> Answer {
        self.answer(ended(&self.linked, out, host, budget, &self.text))
    }
}

/// Runs a linked program of any kind; text goes to the memory of `out`.
pub(crate) fn ended(
    linked: &Linked,
    mut out: String,
    host: &dyn Host,
    budget: &mut Budget<'_>,
    text: &TextLimits,
) -> Ended {
    out.clear();
    match linked.program().kind() {
        ProgramKind::Condition => Ended::Condition(linked.condition(host, budget)),
        ProgramKind::Metric => Ended::Metric(linked.metric(host, budget)),
        ProgramKind::Value => Ended::Value(value_json(linked, host, budget, &mut out).map(|()| out)),
        ProgramKind::Template => {
            let rendered = linked.render(host, budget, text, &mut out);
            Ended::Message(out, rendered)
        }
    }
}

/// Appends the value of a linked expression as one line of JSON to `out`.
pub(crate) fn value_json(
    linked: &Linked,
    host: &dyn Host,
    budget: &mut Budget<'_>,
    out: &mut String,
) -> Result<(), RawFault> {
    linked.value(host, budget, |value, reader| write_json(reader, &value, &JsonLimits::default(), out))
}
