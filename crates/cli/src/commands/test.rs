//! `probelang test`.

use clap::Args;
use probelang::ProgramKind;
use probelang::output::TextLimits;

use crate::args::{Common, InputArgs, LayoutArgs, LimitArgs, SourceArgs};
use crate::console::Console;
use crate::exit::Outcome;
use crate::matching::Output;
use crate::run::Evaluation;

/// Test a condition: print true or false, and end with status 0 or 1
///
/// A condition that fails is neither: it ends in a fault and status 4 or 5.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang test 'len(items) > 2' --var 'items=[1, 2, 3]'
  probelang test -f condition.txt -i snapshot.json
  probelang test 'status >= 500' -i requests.ndjson --matching
  probelang test '-1 < x' --var x=0")]
pub struct Arguments {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    limits: LimitArgs,

    #[command(flatten)]
    layout: LayoutArgs,

    /// Print the inputs for which the condition holds, with redaction applied; the status is 1 if there is none
    #[arg(long, conflicts_with_all = ["format", "pretty"], help_heading = "Output")]
    matching: bool,

    /// Print how many inputs the condition holds for; the status is 1 if it is none
    #[arg(long, conflicts_with_all = ["format", "pretty", "matching"], help_heading = "Output")]
    count: bool,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let Arguments { source, input, limits, layout, matching, count } = arguments;
    let (kind, text) = (ProgramKind::Condition, TextLimits::default());
    let output = match (matching, count) {
        (true, _) => Some(Output::Inputs),
        (false, true) => Some(Output::Count),
        (false, false) => None,
    };
    let layout = layout.layout();
    Evaluation { kind, source, input, limits, text, layout, output }.run(common, console)
}
