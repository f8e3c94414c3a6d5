//! `probelang render`: the message of a template.

use clap::Args;
use probelang::ProgramKind;

use crate::args::{Common, InputArgs, LayoutArgs, LimitArgs, SourceArgs, TextArgs};
use crate::console::Console;
use crate::exit::Outcome;
use crate::run::Evaluation;

/// Render a template and print the message
///
/// A part that fails shows its fault in the message, is reported on standard error, and leaves the status at 0.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang render 'Hello {name} ({age})' --var 'name=\"Ada\"' --var age=36
  probelang render '{len(items)} items: {items}' -i cart.json --max-items 10
  probelang render --json @segments.json -i snapshot.json")]
pub struct Arguments {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    limits: LimitArgs,

    #[command(flatten)]
    text: TextArgs,

    #[command(flatten)]
    layout: LayoutArgs,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let Arguments { source, input, limits, text, layout } = arguments;
    let (kind, text) = (ProgramKind::Template, text.limits());
    Evaluation { kind, source, input, limits, text, layout: layout.layout(), output: None }
        .run(common, console)
}
