//! The engine of the project through its C interface: sources and results as text, the world as a host of callbacks.

use probelang::diagnostic::Code;
use probelang::dialect::{Dialect, Preset};
use probelang::syntax::{Tree, wire};
use probelang::{Expression, ProgramKind, Source};
use probelang_c::through::{Ended, Order, run};
use serde::Deserialize;

use crate::answer::{Answer, Failure, Outcome};
use crate::engine::{Engine, Setup};
use crate::engines::Vm;
use crate::world::World;

/// The C interface. It has no dialects but the presets.
pub struct CInterface;

/// What is read of a fault or a diagnostic.
#[derive(Deserialize)]
struct Said {
    code: String,
    message: String,
}

/// What is read of a part of a message that failed.
#[derive(Deserialize)]
struct Part {
    message: String,
    fault: Option<Said>,
}

impl Engine for CInterface {
    fn run(&self, tree: &Tree, setup: &Setup, world: &World) -> Outcome {
        let same = |preset: &Preset| Dialect::from(*preset) == setup.dialect;
        let Some(preset) = Preset::ALL.into_iter().find(same) else {
            return Outcome::Unrunnable("the C interface has no dialects but the presets".to_owned());
        };
        let json = wire::write(tree);
        let ended = setup.with_limits(|limits, clock| {
            let order = Order {
                kind: setup.kind,
                source: Source::Json(&json),
                dialect: preset.name(),
                excluded: &setup.excluded,
                types: &setup.types,
                limits,
                clock,
            };
            run(&order, &mut &*world, world)
        });
        match ended {
            Ended::Truth(truth) => Outcome::Value(Answer::Bool(truth)),
            Ended::Number(number) => Outcome::Value(Answer::Number(number)),
            Ended::Value(value) => same_value(&value, tree, setup, world),
            Ended::Message(text, parts) => message(text, parts.as_deref()),
            Ended::Fault(fault) => match serde_json::from_str(&fault) {
                Ok(said) => Outcome::Failed(failure(said)),
                Err(error) => Outcome::Unrunnable(format!("{error} in {fault}")),
            },
            Ended::Rejected(diagnostics) => Outcome::Refused(diagnostics),
            Ended::Other(status) => Outcome::Unrunnable(format!("the status is {status:?}")),
        }
    }
}

fn failure(said: Said) -> Failure {
    Failure { code: Code::all().find(|code| code.text() == said.code), message: said.message }
}

fn message(text: String, parts: Option<&str>) -> Outcome {
    match serde_json::from_str::<Vec<Part>>(parts.unwrap_or("[]")) {
        Ok(parts) => {
            let one = |part: Part| Failure { message: part.message, ..part.fault.map_or_else(none, failure) };
            Outcome::Text { text, errors: parts.into_iter().map(one).collect() }
        }
        Err(error) => Outcome::Unrunnable(error.to_string()),
    }
}

const fn none() -> Failure {
    Failure { code: None, message: String::new() }
}

/// JSON does not say which object a value is, nor what a capture keeps of it. So the JSON of the C interface has to be that of the facade, and
/// what is judged is the value behind that.
fn same_value(json: &str, tree: &Tree, setup: &Setup, world: &World) -> Outcome {
    let engine = probelang::Engine::new().dialect(setup.dialect).policy(setup.policy.clone());
    let program = engine.compile_tree(ProgramKind::Value, tree.clone(), Vec::new());
    let Ok(Ok(expression)) = program.map(Expression::try_from) else {
        return Outcome::Unrunnable("the facade does not compile what the C interface does".to_owned());
    };
    let mut own = String::new();
    let ended = setup.with_budget(|budget| expression.bind(&mut &*world).eval(world, budget, &mut own));
    if ended.is_err() || own != json {
        return Outcome::Unrunnable(format!("the C interface gives {json}, the facade {own}"));
    }
    Vm.run(tree, setup, world)
}
