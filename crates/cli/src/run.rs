//! A program made ready, and run over every input.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use probelang_capture::{JsonLimits, TextLimits, write_json};
use probelang_check::{Purpose, Schema, check_tree};
use probelang_compile::{Compiled, Options, compile};
use probelang_diagnostic::{Code, Diagnostic, Span, lint};
use probelang_dialect::Dialect;
use probelang_host::{Budget, Host, Names, Number, Resolve, RunLimits, SystemClock};
use probelang_redact::Policy;
use probelang_syntax::Limits;
use probelang_vm::{Ended, Linked, ProgramKind, RawFault, Verdict};

use crate::answer::{Answer, Failed, Lines, Message, PartError};
use crate::args::{Common, Format, InputArgs, Kind, LimitArgs, SourceArgs};
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::input::{Came, Inputs};
use crate::program::Program;
use crate::render::Origin;

impl From<Kind> for ProgramKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Condition => Self::Condition,
            Kind::Value => Self::Value,
            Kind::Metric => Self::Metric,
            Kind::Template => Self::Template,
        }
    }
}

impl From<Kind> for Purpose {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Condition => Self::Condition,
            Kind::Value => Self::Value,
            Kind::Metric => Self::Metric,
            Kind::Template => Self::Template,
        }
    }
}

/// Puts the diagnostics of one program in order. Reading, checking and compiling may each have seen the same
/// thing: it is told once, as it was told first.
pub fn merge(diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: HashSet<(Code, Span)> = HashSet::new();
    diagnostics.retain(|diagnostic| seen.insert((diagnostic.code, diagnostic.span)));
    // The checker points at the operand that is wrong, the compiler at the operation that it is wrong for.
    let certain = |diagnostic: &Diagnostic| diagnostic.code == lint::CERTAIN_KIND;
    let places: Vec<Span> = diagnostics.iter().filter(|one| certain(one)).map(|one| one.span).collect();
    diagnostics.retain(|one| {
        !certain(one) || !places.iter().any(|place| *place != one.span && one.span.contains(*place))
    });
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
}

/// A compiled and linked program.
pub struct Engine {
    /// What was compiled.
    pub program: Arc<probelang_vm::Program>,
    linked: Linked,
}

/// A program that can run, with all that it needs.
pub struct Ready {
    /// What was read.
    pub source: Program,
    /// What runs.
    pub engine: Engine,
    /// The names of the program, for the hosts.
    pub names: Names,
    /// What is redacted.
    pub policy: Arc<Policy>,
}

/// How `kind` is compiled for a dialect.
pub fn options(kind: Kind, dialect: Dialect, policy: &Arc<Policy>) -> Options {
    Options {
        kind: kind.into(),
        dialect,
        policy: Arc::clone(policy),
        limits: Limits::default(),
        strict: false,
        schema: None,
    }
}

/// Compiles `source` and tells what is to be told, also what a schema tells.
///
/// # Errors
/// With the status of a wrong expression.
pub fn compiled(
    source: &Program,
    options: &Options,
    kind: Kind,
    schema: Option<&Schema>,
    console: &Console,
) -> Result<Arc<probelang_vm::Program>, Failure> {
    let mut diagnostics = Vec::new();
    if schema.is_some() {
        let checks = probelang_check::Options {
            dialect: options.dialect,
            policy: Arc::clone(&options.policy),
            ..probelang_check::Options::of(kind.into())
        };
        diagnostics = check_tree(&source.tree, schema, &checks).diagnostics;
    }
    let program = match compile(&source.tree, options) {
        Ok(Compiled { program, warnings }) => {
            diagnostics.extend(warnings);
            Ok(program)
        }
        Err(errors) => {
            diagnostics.extend(errors);
            Err(Failure::Told(Status::Expression))
        }
    };
    merge(&mut diagnostics);
    console.tell(&source.origin(), &diagnostics);
    program
}

impl Ready {
    /// Reads, compiles and links.
    ///
    /// # Errors
    /// Where the source cannot be read or is wrong.
    pub fn new(
        source: &SourceArgs,
        kind: Kind,
        common: &Common,
        console: &mut Console,
    ) -> Result<Self, Failure> {
        let source = Program::read(source.read()?, kind, console)?;
        let policy = Arc::new(common.policy());
        let schema = common.schema(console)?;
        let options = options(kind, common.rules(), &policy);
        let program = compiled(&source, &options, kind, schema.as_ref(), console)?;
        let mut names = Names::new();
        let engine = Engine::link(program, &mut names, &policy);
        Ok(Self { source, engine, names, policy })
    }
}

impl Engine {
    /// Links a compiled program.
    pub fn link(program: Arc<probelang_vm::Program>, names: &mut dyn Resolve, policy: &Arc<Policy>) -> Self {
        let linked = program.link(names, policy);
        Self { program, linked }
    }

    /// The linked program.
    pub const fn linked(&self) -> &Linked {
        &self.linked
    }

    /// Runs the program over `host`.
    pub fn answer(&self, host: &dyn Host, limits: &RunLimits, text: &TextLimits) -> Answer {
        self.answer_in(String::new(), host, limits, text)
    }

    /// The same with the answer in the memory of `out`, which is empty.
    fn answer_in(&self, out: String, host: &dyn Host, limits: &RunLimits, text: &TextLimits) -> Answer {
        let clock = SystemClock::default();
        self.answer_within(out, host, &mut Budget::new(*limits, &clock), text)
    }

    /// Runs the program over `host` within a budget; the answer is in the memory of `out`, which is empty.
    pub fn answer_within(
        &self,
        mut out: String,
        host: &dyn Host,
        budget: &mut Budget<'_>,
        text: &TextLimits,
    ) -> Answer {
        self.told(match self.program.kind() {
            ProgramKind::Condition => Ended::Condition(self.linked.condition(host, budget)),
            ProgramKind::Metric => Ended::Metric(self.linked.metric(host, budget)),
            ProgramKind::Value => Ended::Value(self.linked.value(host, budget, |value, reader| {
                write_json(reader, &value, &JsonLimits::default(), &mut out).map(|()| out)
            })),
            ProgramKind::Template => {
                let rendered = self.linked.render(host, budget, text, &mut out);
                Ended::Message(out, rendered)
            }
        })
    }

    /// What a run ended with, as an answer.
    pub fn told(&self, ended: Ended) -> Answer {
        match ended {
            Ended::Condition(Verdict::Matched) => Answer::Truth(true),
            Ended::Condition(Verdict::NotMatched) => Answer::Truth(false),
            Ended::Metric(Ok(number)) => Answer::Value(number_json(number)),
            Ended::Value(Ok(json)) => Answer::Value(json),
            Ended::Condition(Verdict::Failed(fault))
            | Ended::Metric(Err(fault))
            | Ended::Value(Err(fault)) => self.failed(&fault),
            Ended::Message(text, rendered) => {
                let errors = rendered.errors.into_iter().map(|error| PartError {
                    fault: error.fault.map(|fault| self.diagnostic(&fault)),
                    expr: error.expr,
                    message: error.message,
                });
                Answer::Message(Message { text, errors: errors.collect(), cut: rendered.truncated })
            }
        }
    }

    fn failed(&self, fault: &RawFault) -> Answer {
        Answer::Failed(Failed {
            expr: fault.expression(&self.program).to_owned(),
            diagnostic: self.diagnostic(fault),
        })
    }

    /// A fault as a diagnostic.
    fn diagnostic(&self, fault: &RawFault) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(fault.code, fault.span, fault.message(&self.program));
        diagnostic.path = fault.path(&self.program);
        diagnostic
    }
}

impl Ready {
    /// Runs the program over every input and writes what comes of it.
    ///
    /// # Errors
    /// Where the output takes no more.
    pub fn run(
        &self,
        inputs: &Inputs,
        limits: &RunLimits,
        text: &TextLimits,
        format: Option<Format>,
        console: &mut Console,
    ) -> Outcome {
        let Self { source, engine, names, policy } = self;
        Over { engine, origin: source.origin(), names, policy }.run(inputs, limits, text, format, console)
    }
}

/// A linked program on its way over data, wherever it came from.
pub struct Over<'o> {
    /// What runs.
    pub engine: &'o Engine,
    /// What places of faults count in.
    pub origin: Origin<'o>,
    /// The names of the program, for the hosts.
    pub names: &'o Names,
    /// What is redacted.
    pub policy: &'o Arc<Policy>,
}

impl Over<'_> {
    /// Runs the program over every input and writes what comes of it.
    ///
    /// # Errors
    /// Where the output takes no more.
    pub fn run(
        &self,
        inputs: &Inputs,
        limits: &RunLimits,
        text: &TextLimits,
        format: Option<Format>,
        console: &mut Console,
    ) -> Outcome {
        let (mut highest, mut index) = (Status::Ok, 0);
        inputs.run_gathered(
            self.names,
            self.policy,
            |lines: &mut Lines, input| match input {
                Ok(view) => self.engine.answer_in(lines.spare(), &view, limits, text),
                Err(unusable) => Answer::Unusable(unusable),
            },
            |lines, answer| lines.add(answer, &self.origin, format),
            |came| match came {
                Came::Only(answer) => {
                    highest = answer.status();
                    answer.write(&self.origin, format, console)
                }
                Came::Several { gathered: lines, waits } => {
                    highest = highest.max(lines.status);
                    lines.write(&mut index, format, console)?;
                    if waits { console.flush() } else { Ok(()) }
                }
            },
        )?;
        Ok(highest)
    }
}

impl LimitArgs {
    /// The limits of a run.
    pub fn limits(&self) -> RunLimits {
        RunLimits { steps: self.max_steps, deadline: Duration::from_millis(self.max_time) }
    }
}

/// Refuses a command line that reads standard input twice.
///
/// # Errors
/// With what is wrong.
pub fn one_stdin(source: &SourceArgs, inputs: &InputArgs) -> Result<(), Failure> {
    if source.reads_stdin() && inputs.reads_stdin() {
        return Err(Failure::Usage("standard input cannot hold both the expression and the data".to_owned()));
    }
    Ok(())
}

/// A number as JSON, in the spelling of values.
fn number_json(number: Number) -> String {
    match number {
        Number::Int(n) => n.to_string(),
        Number::Uint(n) => n.to_string(),
        Number::Float(n) => probelang_diagnostic::spell::Float(n).to_string(),
    }
}
