//! `probelang test`.

use clap::Args;
use probelang::ProgramKind;
use probelang::output::TextLimits;

use crate::args::{Common, Format, InputArgs, LimitArgs, SourceArgs};
use crate::console::Console;
use crate::exit::Outcome;
use crate::run::Evaluation;

/// Test a condition: print true or false, and end with status 0 or 1
///
/// A condition that fails is neither: it ends in a fault and status 4 or 5.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang test 'len(items) > 2' --var 'items=[1, 2, 3]'
  probelang test -f condition.txt -i snapshot.json
  probelang test '-1 < x' --var x=0")]
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
    let Arguments { source, input, limits, format } = arguments;
    let (kind, text) = (ProgramKind::Condition, TextLimits::default());
    Evaluation { kind, source, input, limits, text, format: *format }.run(common, console)
}
