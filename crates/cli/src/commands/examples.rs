//! `probelang examples`: real recordings built into the program.

use clap::Args;

use crate::console::Console;
use crate::examples::{self, EXAMPLES};
use crate::exit::{Failure, Outcome, Status};

/// List the recordings that are built in, or print one
///
/// Every command takes them as `-i example:NAME`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang examples
  probelang examples shop > shop.json
  probelang eval 'len(numbers)' -i example:shop")]
pub struct Arguments {
    /// Print this recording
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    if let Some(name) = &arguments.name {
        let example = examples::find(&format!("example:{name}")).ok_or_else(|| {
            let all: Vec<_> = EXAMPLES.iter().map(|example| example.name).collect();
            Failure::Usage(format!("there is no example '{name}'; the examples are {}", all.join(", ")))
        })?;
        console.line(example.json.trim_end())?;
        return Ok(Status::Ok);
    }
    for (index, example) in EXAMPLES.iter().enumerate() {
        if index > 0 {
            console.line("")?;
        }
        console.line(&format!("example:{}\n    {}", example.name, example.about))?;
        for command in example.tries {
            console.line(&format!("    $ probelang {command}"))?;
        }
    }
    Ok(Status::Ok)
}
