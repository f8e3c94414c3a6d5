//! `probelang schema`: a schema of the scope, sampled from inputs.

use std::path::PathBuf;

use clap::Args;

use crate::args::{Common, InputArgs};
use crate::console::Console;
use crate::exit::{Failure, Outcome};
use crate::sample::sample;

/// Sample a schema of the names in scope from documents or snapshots
///
/// Names, kinds, type names and sizes are kept, no values. The result is what --schema takes; several inputs
/// are joined, and a name that only some of them have is optional.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang schema -i snapshot.json --frame return > scope.json
  probelang check 'user.nmae == \"x\"' --schema scope.json")]
pub struct Arguments {
    #[command(flatten)]
    input: InputArgs,

    /// Further inputs, so that `-i *.json` works
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let InputArgs { inputs, variables, .. } = &arguments.input;
    if inputs.is_empty() && variables.is_empty() && arguments.files.is_empty() {
        return Err(Failure::Usage(
            "a schema is sampled from inputs: give one by -i, or names by --var".to_owned(),
        ));
    }
    let inputs = arguments.input.open_with(&arguments.files)?;
    let (schema, highest) = sample(&inputs, &common.engine(), console)?;
    if let Some(schema) = schema {
        console.line(schema.to_json().trim_end())?;
    }
    Ok(highest)
}
