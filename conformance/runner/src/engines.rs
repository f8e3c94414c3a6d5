//! The engines of the project.

use probelang_syntax::Tree;

use crate::answer::Outcome;
use crate::engine::{Engine, Setup};
use crate::world::World;

/// The compiler and the VM.
pub struct Vm;

impl Engine for Vm {
    fn run(&self, _: &Tree, _: &Setup, _: &mut World) -> Outcome {
        Outcome::Unrunnable("not there yet".to_owned())
    }
}

/// The reference evaluator of the test kit.
pub struct Walker;

impl Engine for Walker {
    fn run(&self, _: &Tree, _: &Setup, _: &mut World) -> Outcome {
        Outcome::Unrunnable("not there yet".to_owned())
    }
}
