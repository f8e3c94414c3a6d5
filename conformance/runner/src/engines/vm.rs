//! The engine of the project, through its facade.

use probelang::host::Budget;
use probelang::syntax::Tree;
use probelang::{Condition, Expression, Fault, Metric, Program, ProgramKind, Template, Verdict};

use crate::answer::{Answer, Failure, Outcome};
use crate::engine::{Engine, Setup};
use crate::forms::describe;
use crate::world::World;

/// The engine of the project.
pub struct Vm;

impl Engine for Vm {
    fn run(&self, tree: &Tree, setup: &Setup, world: &World) -> Outcome {
        let engine = probelang::Engine::new().dialect(setup.dialect).policy(setup.policy.clone());
        match engine.compile_tree(setup.kind, tree.clone(), Vec::new()) {
            Ok(program) => setup.with_budget(|budget| evaluate(program, setup, world, budget)),
            Err(error) => {
                let first = error.diagnostics.iter().find(|diagnostic| diagnostic.is_error());
                Outcome::Refused(first.map_or_else(String::new, describe))
            }
        }
    }
}

fn evaluate(program: Program, setup: &Setup, world: &World, budget: &mut Budget<'_>) -> Outcome {
    let run = match setup.kind {
        ProgramKind::Condition => Condition::try_from(program).map(|condition| {
            let bound = condition.bind(&mut &*world);
            match bound.test(world, budget) {
                Verdict::Matched => Outcome::Value(Answer::Bool(true)),
                Verdict::NotMatched => Outcome::Value(Answer::Bool(false)),
                Verdict::Failed(raw) => failed(bound.fault(&raw)),
            }
        }),
        ProgramKind::Value => Expression::try_from(program).map(|expression| {
            let bound = expression.bind(&mut &*world);
            let read = bound.read(world, budget, |value, reader| Answer::read(value, reader, setup.keep));
            read.map_or_else(|raw| failed(bound.fault(&raw)), Outcome::Value)
        }),
        ProgramKind::Metric => Metric::try_from(program).map(|metric| {
            let bound = metric.bind(&mut &*world);
            let measured = bound.measure(world, budget);
            measured.map_or_else(|raw| failed(bound.fault(&raw)), |n| Outcome::Value(Answer::Number(n)))
        }),
        ProgramKind::Template => Template::try_from(program).map(|template| {
            let mut text = String::new();
            let rendered = template.bind(&mut &*world).render(world, budget, &mut text);
            let errors = rendered
                .errors
                .into_iter()
                .map(|error| Failure { code: error.fault.map(|fault| fault.code), message: error.message });
            Outcome::Text { text, errors: errors.collect() }
        }),
    };
    run.unwrap_or_else(|wrong| Outcome::Refused(wrong.to_string()))
}

fn failed(fault: Fault) -> Outcome {
    Outcome::Failed(Failure { code: Some(fault.code), message: fault.message })
}
