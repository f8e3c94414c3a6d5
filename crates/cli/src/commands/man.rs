//! `probelang man`: the manual page.

use clap::Args;

use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};

/// Print the manual page (roff), of the program or of one command
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang man | man -l -
  probelang man eval > probelang-eval.1")]
pub struct Arguments {
    /// The command; without it the page of the whole program
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

/// `program` is the whole command line.
pub fn run(arguments: &Arguments, mut program: clap::Command, console: &mut Console) -> Outcome {
    program.build();
    let page = match &arguments.command {
        None => program,
        Some(name) => program
            .find_subcommand(name)
            .cloned()
            .ok_or_else(|| Failure::Usage(format!("there is no command '{name}'")))?,
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page).render(&mut roff)?;
    console.text(&String::from_utf8_lossy(&roff))?;
    Ok(Status::Ok)
}
