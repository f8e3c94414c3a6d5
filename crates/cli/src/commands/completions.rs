//! `probelang completions`: completion scripts for shells.

use clap::Args;
use clap_complete::Shell;

use crate::console::Console;
use crate::exit::{Outcome, Status};

/// Print a completion script for a shell
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang completions bash > ~/.local/share/bash-completion/completions/probelang
  probelang completions zsh > ~/.zfunc/_probelang
  probelang completions fish > ~/.config/fish/completions/probelang.fish")]
pub struct Arguments {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// `program` is the whole command line.
pub fn run(arguments: &Arguments, program: &mut clap::Command, console: &mut Console) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, program, "probelang", &mut script);
    console.text(&String::from_utf8_lossy(&script))?;
    Ok(Status::Ok)
}
