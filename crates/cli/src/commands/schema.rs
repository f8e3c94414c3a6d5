//! `probelang schema`: a schema of the scope, sampled from inputs.

use std::path::PathBuf;

use clap::Args;
use probelang_check::Schema;
use probelang_check::schema::{SampleLimits, Sampler};
use probelang_host::Names;

use crate::answer::Answer;
use crate::args::{Common, InputArgs};
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::input::Turn;
use crate::render::Origin;

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
    let policy = common.policy();
    let mut schema: Option<Schema> = None;
    let mut highest = Status::Ok;
    inputs.run(
        &Names::new(),
        &policy,
        |input| {
            let view = input?;
            let mut sampler = Sampler::new(&policy, SampleLimits::default());
            sampler.frame(&view, view.scope(), view.is_partial());
            Ok(sampler.finish())
        },
        |Turn { several, result, .. }| match result {
            Ok(sampled) => {
                schema = Some(match schema.take() {
                    Some(before) => before.join(&sampled),
                    None => sampled,
                });
                Ok(())
            }
            Err(unusable) => {
                let unusable = Answer::Unusable(unusable);
                let status = if several { unusable.status_of_many() } else { unusable.status() };
                highest = highest.max(status);
                unusable.write(&Origin { name: "", text: "", spans: false }, None, console)
            }
        },
    )?;
    if let Some(schema) = schema {
        console.line(schema.to_json().trim_end())?;
    }
    Ok(highest)
}
