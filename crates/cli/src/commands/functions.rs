//! `probelang functions`: the functions of the language, from the registry that the parser reads.

use clap::Args;

use crate::args::Format;
use crate::console::Console;
use crate::exit::Outcome;
use crate::reference;

/// List the functions of the language, with signatures and examples
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang functions
  probelang functions filter
  probelang functions --format json")]
pub struct Arguments {
    /// Only this function, by its name or an alias
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// For people (the default) or as JSON, one function a line
    #[arg(long, value_enum, ignore_case = true, value_name = "FORM")]
    format: Option<Format>,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    reference::functions(arguments.name.as_deref(), arguments.format, console)
}
