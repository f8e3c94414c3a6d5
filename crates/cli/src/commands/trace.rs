//! `probelang trace`: why did it, or did it not?

use std::collections::HashMap;
use std::sync::Arc;

use clap::Args;
use probelang_compile::{Trace, compile_traced};
use probelang_diagnostic::Class;
use probelang_host::{Budget, Host, Names, RunLimits, SystemClock};
use probelang_redact::Policy;
use probelang_vm::{Ended, TraceLimits};

use crate::answer::Answer;
use crate::args::{Common, Format, InputArgs, Kind, KindArgs, LimitArgs, SourceArgs};
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::input::Turn;
use crate::json::{Array, Object};
use crate::program::{Program, kind_of};
use crate::render::trace as render;
use crate::run::{Engine, compiled, one_stdin, options};

/// Show what every part of an expression gave, and what decided
///
/// The expression is run once and printed as a tree: the value of every part, what short circuit skipped, which
/// element of a loop decided and how many were seen, what was redacted or could not be read and by which rule.
/// Over several inputs it is a table: how often the answer was true, false, or a fault, and what decided.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang trace 'user.age > 40 && any(items, {@it.price > 100})' -i snapshot.json
  probelang trace --kind condition 'ok' --var ok=1 --format json
  probelang trace 'user.age > 40' -i events.ndjson")]
pub struct Arguments {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    kind: KindArgs,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    limits: LimitArgs,

    /// For people (the default) or one JSON object an input
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<Format>,
}

/// A program that can be traced.
pub struct Tracer {
    source: Program,
    engine: Engine,
    limits: RunLimits,
}

/// A trace, and the answer in it.
pub struct Traced {
    trace: Trace,
    answer: Answer,
    /// The part that decided, where the answer is false.
    decider: Option<String>,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    one_stdin(&arguments.source, &arguments.input)?;
    let source = arguments.source.read()?;
    let kind = kind_of(&source, arguments.kind.asked());
    let source = Program::read(source, kind, console)?;
    let policy = Arc::new(common.policy());
    let schema = common.schema(console)?;
    let options = options(kind, common.rules(), &policy);
    // what a plain compilation tells is told once
    compiled(&source, &options, kind, schema.as_ref(), console)?;
    let mut names = Names::new();
    let tracer = Tracer::new(source, kind, common, &policy, &mut names, arguments.limits.limits())?;
    let inputs = arguments.input.open()?;
    let mut highest = Status::Ok;
    let mut summary = Summary::default();
    let json = arguments.format == Some(Format::Json);
    let mut many = false;
    inputs.run(
        &names,
        &policy,
        |input| input.map(|view| tracer.trace(&view)),
        |Turn { index, several, waits, result }| {
            many = several;
            let traced = match result {
                Ok(traced) => traced,
                Err(unusable) => {
                    let unusable = Answer::Unusable(unusable);
                    summary.count(index, &unusable, None);
                    let status = if several { unusable.status_of_many() } else { unusable.status() };
                    highest = highest.max(status);
                    return if several && json {
                        console.line(&unusable.line(index, &tracer.source.origin(), None))
                    } else {
                        unusable.write(&tracer.source.origin(), None, console)
                    };
                }
            };
            summary.count(index, &traced.answer, traced.decider.as_deref());
            highest = highest.max(explained(&traced.answer));
            if json {
                console.line(&tracer.json(&traced, several.then_some(index)))?;
                if waits { console.flush() } else { Ok(()) }
            } else if several {
                Ok(())
            } else {
                tracer.write(&traced, console)
            }
        },
    )?;
    if many {
        if json { console.line(&summary.json())? } else { console.text(&summary.table())? }
    }
    Ok(highest)
}

/// The status of an explanation: that a condition is false is no failure here.
fn explained(answer: &Answer) -> Status {
    match answer.status() {
        Status::False => Status::Ok,
        status => status,
    }
}

impl Traced {
    /// The status of the explanation.
    pub fn status(&self) -> Status {
        explained(&self.answer)
    }
}

impl Tracer {
    /// Compiles a program to be traced.
    ///
    /// # Errors
    /// Where it does not compile; told before, by the plain compilation.
    pub fn new(
        source: Program,
        kind: Kind,
        common: &Common,
        policy: &Arc<Policy>,
        names: &mut Names,
        limits: RunLimits,
    ) -> Result<Self, Failure> {
        Self::with(source, &options(kind, common.rules(), policy), policy, names, limits)
    }

    /// The same from the options of a compilation.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with(
        source: Program,
        options: &probelang_compile::Options,
        policy: &Arc<Policy>,
        names: &mut Names,
        limits: RunLimits,
    ) -> Result<Self, Failure> {
        let program =
            compile_traced(&source.tree, options).map_err(|_| Failure::Told(Status::Expression))?.program;
        let engine = Engine::link(program, names, policy);
        Ok(Self { source, engine, limits })
    }

    /// What was read.
    pub const fn source(&self) -> &Program {
        &self.source
    }

    /// Runs the program over `host`.
    pub fn trace(&self, host: &dyn Host) -> Traced {
        let clock = SystemClock::default();
        self.trace_within(host, &mut Budget::new(self.limits, &clock))
    }

    /// Runs the program over `host` within a budget.
    pub fn trace_within(&self, host: &dyn Host, budget: &mut Budget<'_>) -> Traced {
        let trace = probelang_compile::trace(
            &self.source.tree,
            self.engine.linked(),
            host,
            budget,
            &TraceLimits::default(),
        );
        let decider = trace.decider(&self.source.tree).map(|node| node.expr.clone());
        let answer = self.engine.told(trace.ended.clone());
        Traced { trace, answer, decider }
    }

    /// Writes a trace for people: the tree, and what decided; a fault is told as every fault is.
    ///
    /// # Errors
    /// Where the output takes no more.
    pub fn write(&self, traced: &Traced, console: &mut Console) -> Result<(), Failure> {
        let Traced { trace, answer, decider } = traced;
        let tree = render::human(trace, &self.engine.program, console.palette(), console.width());
        console.text(&tree)?;
        if let Ended::Message(text, _) = &trace.ended {
            console.line(text)?;
        }
        let mut last = format!("{} steps", trace.steps);
        if let Some(decider) = decider {
            last.push_str(&format!("; decided by {decider}"));
        }
        console.line(&last)?;
        console.flush()?;
        match answer {
            Answer::Failed(_) => answer.write(&self.source.origin(), None, console),
            _ => Ok(()),
        }
    }

    /// A trace as one JSON object: the root with the answer's status.
    fn json(&self, traced: &Traced, index: Option<u64>) -> String {
        let Traced { trace, answer, decider } = traced;
        let mut roots = render::json(trace, &self.engine.program);
        let mut root = match (&trace.ended, roots.len()) {
            (Ended::Message(text, _), _) => {
                let mut whole = Object::new();
                whole.string("expr", self.engine.program.source()).string("value", text);
                whole.raw("children", &Array::of(roots.drain(..).map(|root| root.end())));
                whole
            }
            (_, 0) => Object::new(),
            _ => roots.swap_remove(0),
        };
        if let Some(index) = index {
            root.number("index", index);
        }
        root.string("status", answer.word());
        if let Answer::Failed(failed) = answer {
            root.string("failedAt", &failed.expr);
        }
        if let Some(decider) = decider {
            root.string("decidedBy", decider);
        }
        root.number("steps", trace.steps);
        root.end()
    }
}

/// What came of many inputs.
#[derive(Default)]
struct Summary {
    held: u64,
    not: u64,
    failed: u64,
    other: u64,
    unusable: u64,
    /// What decided or failed, with how often and the first input.
    reasons: Vec<Reason>,
    known: HashMap<(bool, String), usize>,
}

struct Reason {
    failed: bool,
    text: String,
    times: u64,
    first: u64,
}

impl Summary {
    fn count(&mut self, index: u64, answer: &Answer, decider: Option<&str>) {
        let truth = match answer {
            Answer::Truth(truth) => Some(*truth),
            Answer::Value(json) if json == "true" => Some(true),
            Answer::Value(json) if json == "false" => Some(false),
            _ => None,
        };
        let reason = match (answer, truth) {
            (_, Some(true)) => {
                self.held += 1;
                None
            }
            (_, Some(false)) => {
                self.not += 1;
                decider.map(|decider| (false, decider.to_owned()))
            }
            (Answer::Failed(failed), _) => {
                self.failed += 1;
                let mut text = format!("{}: {}[{}]", failed.expr, "fault", failed.diagnostic.code);
                if failed.diagnostic.class() != Class::Internal {
                    text = format!("{text} {}", failed.diagnostic.message);
                }
                Some((true, text))
            }
            (Answer::Unusable(_), _) => {
                self.unusable += 1;
                None
            }
            _ => {
                self.other += 1;
                None
            }
        };
        if let Some((failed, text)) = reason {
            let next = self.reasons.len();
            let at = *self.known.entry((failed, text.clone())).or_insert(next);
            match self.reasons.get_mut(at) {
                Some(reason) => reason.times += 1,
                None => self.reasons.push(Reason { failed, text, times: 1, first: index }),
            }
        }
    }

    /// The reasons, the most frequent first.
    fn sorted(&self, failed: bool) -> Vec<&Reason> {
        let mut reasons: Vec<&Reason> =
            self.reasons.iter().filter(|reason| reason.failed == failed).collect();
        reasons.sort_by_key(|reason| (std::cmp::Reverse(reason.times), reason.first));
        reasons
    }

    fn table(&self) -> String {
        let mut out = String::new();
        let counts = [
            ("true", self.held, true),
            ("false", self.not, true),
            ("failed", self.failed, true),
            ("other values", self.other, false),
            ("unusable inputs", self.unusable, false),
        ];
        for (name, count, always) in counts {
            if always || count > 0 {
                out.push_str(&format!("{name:<16} {count:>8}\n"));
            }
        }
        for (heading, failed) in [("false because of", false), ("failed at", true)] {
            let reasons = self.sorted(failed);
            if reasons.is_empty() {
                continue;
            }
            out.push_str(&format!("\n{:>8}  {:>8}  {heading}\n", "times", "first"));
            for reason in reasons {
                let text = crate::render::human::one_line(&reason.text);
                out.push_str(&format!("{:>8}  {:>8}  {text}\n", reason.times, reason.first));
            }
        }
        out
    }

    fn json(&self) -> String {
        let list = |failed: bool| {
            Array::of(self.sorted(failed).into_iter().map(|reason| {
                let mut object = Object::new();
                object
                    .string("expr", &reason.text)
                    .number("times", reason.times)
                    .number("first", reason.first);
                object.end()
            }))
        };
        let mut object = Object::new();
        object
            .number("true", self.held)
            .number("false", self.not)
            .number("failed", self.failed)
            .number("other", self.other)
            .number("unusable", self.unusable)
            .raw("decidedBy", &list(false))
            .raw("faults", &list(true));
        let mut whole = Object::new();
        whole.raw("summary", &object.end());
        whole.end()
    }
}
