//! The engines of the project.

mod walker;

use probelang_syntax::Tree;

use crate::answer::Outcome;
use crate::engine::{Engine, Setup};
use crate::world::World;

pub use walker::Walker;

/// The compiler and the VM.
pub struct Vm;

impl Engine for Vm {
    fn run(&self, _: &Tree, _: &Setup, _: &World) -> Outcome {
        Outcome::Unrunnable("not there yet".to_owned())
    }
}
