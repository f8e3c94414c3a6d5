//! `probelang man`: the manual page.

use clap::{Args, CommandFactory};

use crate::args::Cli;
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

pub fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let mut cli = Cli::command();
    cli.build();
    let page = match &arguments.command {
        None => cli,
        Some(name) => cli
            .find_subcommand(name)
            .cloned()
            .ok_or_else(|| Failure::Usage(format!("there is no command '{name}'")))?,
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page).render(&mut roff)?;
    console.text(&String::from_utf8_lossy(&roff))?;
    Ok(Status::Ok)
}
