//! The engines of the project.

mod c;
mod vm;
mod walker;

pub use c::CInterface;
pub use vm::Vm;
pub use walker::Walker;
