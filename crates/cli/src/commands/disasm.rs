//! `probelang disasm`: the code of an artifact.

use std::path::PathBuf;

use clap::Args;
use probelang::Engine;

use crate::artifact::load;
use crate::console::Console;
use crate::exit::{Outcome, Status};

/// Print the code of a compiled program
///
/// The same form as that of 'asm', which compiles first.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang disasm cond.pbl")]
pub struct Arguments {
    /// The artifact, - for standard input
    #[arg(value_name = "FILE")]
    artifact: PathBuf,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let program = load(&arguments.artifact, &Engine::new(), console)?;
    console.text(&program.disassemble())?;
    Ok(Status::Ok)
}
