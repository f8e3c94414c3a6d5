//! `probelang filter`.

use clap::{Args, ValueEnum};
use probelang::ProgramKind;
use probelang::redact::Mode;

use crate::args::{Common, InputArgs, LimitArgs, SourceArgs};
use crate::console::Console;
use crate::exit::Outcome;
use crate::filter::Filter;
use crate::program::SourceTree;
use crate::run::{BoundProgram, one_stdin};

/// Write the records for which a condition holds, as they are
///
/// A record is a line, a document over several lines, or an element of an array. One that contains several snapshots matches
/// if one of them does. Records keep their order; all cores work. Files may be packed with gzip or zstd.
///
/// Records are written as they were read, with all that they contain; --redacted writes them as a snapshot would
/// show them, as --redaction with another mode than off does, and `probelang test --matching` always.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Each kind of fault is reported once, with the number of its records and the first of them.

Exit status: 0 if a record was written, 1 if none was; without --faults, 4 to 6 if there were faults or bad records.

Examples:
  probelang filter 'status >= 500' -i requests.ndjson > failed.ndjson
  probelang filter 'any(items, {@it.price > 100})' -i monday.ndjson.gz -i tuesday.ndjson.zst --count
  probelang filter 'user.plan == \"gold\"' -i - --faults drop < events.ndjson
  probelang filter 'isDefined(@exception)' -i snapshots.ndjson --redacted
  find archive -name '*.zst' | xargs -P 2 -I{} probelang filter -f condition.txt -i {}")]
pub struct Arguments {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    limits: LimitArgs,

    /// Write the records for which the condition is false
    #[arg(long, short = 'v', help_heading = "Output")]
    invert: bool,

    /// Print how many records there are, and no record
    #[arg(long, short = 'c', help_heading = "Output")]
    count: bool,

    /// Write the inputs as a snapshot would show them: redacted, each on a line of its own
    #[arg(long, conflicts_with = "count", help_heading = "Output")]
    redacted: bool,

    /// What becomes of records whose condition fails or that cannot be read; without it they are dropped and the exit status
    /// says so
    #[arg(long, value_enum, value_name = "WHAT", help_heading = "Output")]
    faults: Option<Faults>,
}

/// What becomes of records without an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Faults {
    /// They are written too, as far as they can be; the exit status is that of the others
    Keep,
    /// They are not written; the exit status is that of the others
    Drop,
    /// The first one ends the run
    Fail,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let Arguments { source, input, limits, invert, count, redacted, faults } = arguments;
    one_stdin(source, input)?;
    let tree = SourceTree::read(source.read()?, ProgramKind::Condition, console)?;
    let engine = common.engine_with_schema(console)?;
    let program = tree.compile_quietly(&engine, console)?;
    console.report(&tree.text(), program.warnings());
    // what hides texts hides them here too
    let redacted = *redacted || engine.redaction().mode() != Mode::Off;
    let filter = Filter { wanted: !invert, count: *count, redacted, faults: *faults };
    let bound = BoundProgram::new(&program, &engine, limits.limits());
    let inputs = input.open()?.only(program.projection(), bound.policy());
    filter.run(&bound, &inputs, &tree.text(), console)
}
