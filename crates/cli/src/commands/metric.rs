//! `probelang metric`.

use clap::Args;
use probelang_capture::TextLimits;

use crate::args::{Common, Format, InputArgs, Kind, LimitArgs, SourceArgs};
use crate::console::Console;
use crate::exit::Outcome;
use crate::run::{Ready, one_stdin};

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

    /// How the answer is written
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<Format>,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    one_stdin(&arguments.source, &arguments.input)?;
    let ready = Ready::new(&arguments.source, Kind::Metric, common, console)?;
    let inputs = arguments.input.open()?;
    ready.run(&inputs, &arguments.limits.limits(), &TextLimits::default(), arguments.format, console)
}
