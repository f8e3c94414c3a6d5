//! `probelang explain`: what a code means.

use clap::Args;

use crate::console::Console;
use crate::exit::Outcome;
use crate::reference;

/// Explain a diagnostic or fault by its code
#[derive(Args, Debug)]
#[group(id = "what", required = true, multiple = false)]
#[command(after_long_help = "\
Examples:
  probelang explain PL0207
  probelang explain --list")]
pub struct Arguments {
    /// The code, such as PL0207
    #[arg(value_name = "CODE", group = "what")]
    code: Option<String>,

    /// One code a line, the code first, then its title
    #[arg(long, group = "what")]
    list: bool,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    match &arguments.code {
        Some(code) => reference::explain(code, console),
        None => reference::codes(console),
    }
}
