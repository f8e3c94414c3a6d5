//! `probelang trace`: why did it, or did it not?

use std::collections::HashMap;

use clap::Args;
use probelang::diagnostic::Class;
use probelang::diagnostic::human::one_line;
use probelang::host::{Budget, SystemClock};
use probelang::{Answer, Trace};

use crate::args::{Common, Format, InputArgs, KindArgs, LimitArgs, SourceArgs};
use crate::console::Console;
use crate::exit::{Outcome, Status};
use crate::input::{Turn, Unusable};
use crate::json::{Object, array};
use crate::program::{SourceTree, kind_of};
use crate::reply::Reply;
use crate::run::one_stdin;
use crate::trace::{self, Tracer, decider};

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
    #[arg(long, value_enum, ignore_case = true, value_name = "FORM")]
    format: Option<Format>,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    one_stdin(&arguments.source, &arguments.input)?;
    let source = arguments.source.read()?;
    let kind = kind_of(&source, arguments.kind.asked());
    let tree = SourceTree::read(source, kind, console)?;
    let engine = common.engine_with_schema(console)?;
    let program = tree.compile(&engine, console)?;
    let text = tree.text();
    let tracer = Tracer::new(&program, &text)?;
    let inputs = arguments.input.open()?;
    let limits = arguments.limits.limits();
    let mut highest = Status::Ok;
    let mut summary = Summary::default();
    let json = arguments.format == Some(Format::Json);
    let mut many = false;
    inputs.run(
        tracer.names(),
        engine.redaction(),
        |input| {
            let view = input?;
            let clock = SystemClock;
            Ok(tracer.run(&view, &mut Budget::new(limits, &clock)))
        },
        |Turn { index, several, waits, from, result }| {
            many = several;
            summary.count(index, &result);
            let trace = match result {
                Ok(trace) => trace,
                Err(unusable) => {
                    let unusable = Reply::Unusable(unusable);
                    let status = if several { unusable.status_of_many() } else { unusable.status() };
                    highest = highest.max(status);
                    return if json {
                        let origin = inputs.source(from);
                        console.line(&unusable.envelope(index, origin, from.line, &text))
                    } else {
                        unusable.write(&text, false, console)
                    };
                }
            };
            highest = highest.max(trace::status(&trace));
            if json {
                console.line(&tracer.json(&trace, several.then_some(index)))?;
                if waits { console.flush() } else { Ok(()) }
            } else if several {
                Ok(())
            } else {
                tracer.write(&trace, console)
            }
        },
    )?;
    inputs.remark(engine.redaction(), console);
    if many {
        if json { console.line(&summary.json())? } else { console.text(&summary.table())? }
    }
    Ok(highest)
}

/// What many inputs gave.
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
    fn count(&mut self, index: u64, result: &Result<Trace, Box<Unusable>>) {
        let answer = match result {
            Ok(trace) => &trace.answer,
            Err(_) => {
                self.unusable += 1;
                return;
            }
        };
        let truth = match answer {
            Answer::Truth(truth) => Some(*truth),
            Answer::Value(json) => json.parse().ok(),
            Answer::Number(_) | Answer::Message(_) | Answer::Fault(_) => None,
        };
        let reason = match (answer, truth) {
            (_, Some(true)) => {
                self.held += 1;
                None
            }
            (_, Some(false)) => {
                self.not += 1;
                result.as_ref().ok().and_then(decider).map(|decider| (false, decider.to_owned()))
            }
            (Answer::Fault(fault), _) => {
                self.failed += 1;
                let mut text = format!("{}: fault[{}]", fault.expression, fault.code);
                if fault.class() != Class::Internal {
                    text = format!("{text} {}", fault.message);
                }
                Some((true, text))
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
                let text = one_line(&reason.text);
                out.push_str(&format!("{:>8}  {:>8}  {text}\n", reason.times, reason.first));
            }
        }
        out
    }

    fn json(&self) -> String {
        let list = |failed: bool| {
            array(self.sorted(failed).into_iter().map(|reason| {
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
