//! The compiler and the VM.

use probelang_capture::TextLimits;
use probelang_compile::{Options, compile};
use probelang_host::Budget;
use probelang_syntax::{Limits, Tree};
use probelang_vm::{Linked, Program, ProgramKind, RawFault, Verdict};

use crate::answer::{Answer, Failure, Outcome};
use crate::case::Kind;
use crate::engine::{Engine, Setup};
use crate::forms::describe;
use crate::world::World;

/// The engine of the project.
pub struct Vm;

impl Engine for Vm {
    fn run(&self, tree: &Tree, setup: &Setup, world: &World) -> Outcome {
        let options = Options {
            kind: match setup.kind {
                Kind::Condition => ProgramKind::Condition,
                Kind::Value => ProgramKind::Value,
                Kind::Template => ProgramKind::Template,
            },
            dialect: setup.dialect,
            policy: setup.policy.clone(),
            limits: Limits::default(),
            strict: false,
            schema: None,
        };
        let program = match compile(tree, &options) {
            Ok(compiled) => compiled.program,
            Err(diagnostics) => {
                let first = diagnostics.iter().find(|diagnostic| diagnostic.is_error());
                return Outcome::Refused(first.map_or_else(String::new, describe));
            }
        };
        let linked = program.link(&mut &*world, &setup.policy);
        setup.with_budget(|budget| evaluate(&program, &linked, setup, world, budget))
    }
}

fn evaluate(
    program: &Program,
    linked: &Linked,
    setup: &Setup,
    world: &World,
    budget: &mut Budget<'_>,
) -> Outcome {
    let failed = |fault: &RawFault| {
        Outcome::Failed(Failure { code: Some(fault.code), message: fault.message(program) })
    };
    match setup.kind {
        Kind::Condition => match linked.condition(world, budget) {
            Verdict::Matched => Outcome::Value(Answer::Bool(true)),
            Verdict::NotMatched => Outcome::Value(Answer::Bool(false)),
            Verdict::Failed(fault) => failed(&fault),
        },
        Kind::Value => {
            let read = linked.value(world, budget, |value, reader| Answer::read(value, reader, setup.keep));
            read.map_or_else(|fault| failed(&fault), Outcome::Value)
        }
        Kind::Template => {
            let mut text = String::new();
            let rendered = linked.render(world, budget, &TextLimits::default(), &mut text);
            let errors = rendered
                .errors
                .into_iter()
                .map(|error| Failure { code: error.fault.map(|fault| fault.code), message: error.message });
            Outcome::Text { text, errors: errors.collect() }
        }
    }
}
