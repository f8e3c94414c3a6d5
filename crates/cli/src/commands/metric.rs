//! `probelang metric`.

use clap::Args;
use probelang::ProgramKind;
use probelang::output::TextLimits;

use crate::args::{Common, InputArgs, LayoutArgs, LimitArgs, SourceArgs};
use crate::console::Console;
use crate::exit::Outcome;
use crate::run::Evaluation;

/// Evaluate a metric: a finite number, or a Boolean that counts as 0 or 1
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang metric 'len(items)' --var 'items=[1, 2, 3]'
  probelang metric '@duration' -i snapshot.json")]
pub struct Arguments {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    limits: LimitArgs,

    #[command(flatten)]
    layout: LayoutArgs,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let Arguments { source, input, limits, layout } = arguments;
    let (kind, text) = (ProgramKind::Metric, TextLimits::default());
    Evaluation { kind, source, input, limits, text, layout: layout.layout(), output: None }
        .run(common, console)
}
