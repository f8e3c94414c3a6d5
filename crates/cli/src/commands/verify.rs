//! `probelang verify`: whether an artifact would run.

use std::path::PathBuf;

use clap::Args;
use probelang::Engine;

use crate::artifact::load;
use crate::console::Console;
use crate::exit::{Outcome, Status};
use crate::source::display_name;

/// Verify a compiled program without running it
///
/// One that is rejected ends with status 3.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang verify cond.pbl")]
pub struct Arguments {
    /// The artifact, - for standard input
    #[arg(value_name = "FILE")]
    artifact: PathBuf,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let program = load(&arguments.artifact, &Engine::new(), console)?;
    console.line(&format!("{}: ok, a {}", display_name(&arguments.artifact), program.kind().name()))?;
    Ok(Status::Ok)
}
