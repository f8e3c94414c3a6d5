//! `probelang eval`.

use clap::Args;
use probelang::ProgramKind;
use probelang::output::TextLimits;

use crate::args::{Common, InputArgs, LayoutArgs, LimitArgs, SourceArgs};
use crate::configuration::Configuration;
use crate::console::Console;
use crate::exit::Outcome;
use crate::run::{Evaluation, one_stdin};

/// Evaluate an expression and print its value as JSON
///
/// Redacted and unreadable parts of the value are printed as markers; a value that is itself redacted
/// or unreadable is a fault. Over several inputs each is a line of JSON with index, source, line and status.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang eval 'len(items)' --var 'items=[1, 2, 3]'
  probelang eval 'user.name' -i user.json
  probelang eval 'filter(children, {@it.Age > 20})' -i snapshot.json --frame return
  probelang eval -f probe.json -i snapshot.json
  probelang eval --json '{\"len\": {\"ref\": \"items\"}}' -i events.ndjson")]
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
    one_stdin(source, input)?;
    let read = source.read()?;
    if let Some(configuration) = Configuration::of(&read) {
        let engine = common.engine_with_schema(console)?;
        return configuration.eval(&engine, input, limits.limits(), layout.format, console);
    }
    let (kind, text) = (ProgramKind::Value, TextLimits::default());
    Evaluation { kind, source, input, limits, text, layout: layout.layout(), output: None }
        .run_source(read, common, console)
}
