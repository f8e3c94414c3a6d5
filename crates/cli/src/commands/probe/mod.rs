//! `probelang probe`: whole probes, not only their expressions.

pub mod check;
pub mod new;

use clap::{Args, Subcommand};

use crate::args::Common;
use crate::console::Console;
use crate::exit::Outcome;

/// Write and check probe files
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    New(Box<new::Arguments>),
    Check(check::Arguments),
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    match &arguments.command {
        Command::New(arguments) => new::run(arguments, common, console),
        Command::Check(arguments) => check::run(arguments, common, console),
    }
}
