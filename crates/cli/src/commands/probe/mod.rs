//! `probelang probe`: whole probes, not only their expressions.

pub mod check;
#[cfg(unix)]
mod deliver;
mod load;
pub mod new;
pub mod run;

use clap::{Args, Subcommand};

use crate::args::Common;
use crate::console::Console;
use crate::exit::Outcome;

/// Write, check and try out probe files
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    New(Box<new::Arguments>),
    Check(check::Arguments),
    Run(run::Arguments),
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    match &arguments.command {
        Command::New(arguments) => new::run(arguments, common, console),
        Command::Check(arguments) => check::run(arguments, common, console),
        Command::Run(arguments) => run::run(arguments, common, console),
    }
}
