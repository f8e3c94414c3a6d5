//! The engines of the project.

mod vm;
mod walker;

pub use vm::Vm;
pub use walker::Walker;
