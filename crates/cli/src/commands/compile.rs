//! `probelang compile`: a program as an artifact.

use std::path::PathBuf;

use clap::Args;

use crate::args::{Common, KindArgs, SourceArgs};
use crate::artifact::save;
use crate::console::Console;
use crate::exit::{Outcome, Status};
use crate::program::{SourceTree, inferred_kind};

/// Compile a program to an artifact that 'run' takes
///
/// The dialect and the redaction of literal names are resolved in it. The same program gives the same bytes,
/// on every machine.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang compile --kind condition 'len(items) > 2' -o cond.pbl
  probelang compile -t 'Hello {name}' -o hello.pbl --strip")]
pub struct Arguments {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    kind: KindArgs,

    /// Where the artifact is written, - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Strip source text, spans and paths: faults then have no place
    #[arg(long)]
    strip: bool,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let source = arguments.source.read()?;
    let engine = common.engine_with_schema(console)?;
    let kind = inferred_kind(&engine, &source, arguments.kind.asked());
    let tree = SourceTree::read(source, kind, console)?;
    let program = tree.compile(&engine, console)?;
    let bytes = if arguments.strip { program.to_stripped_bytes() } else { program.to_bytes() };
    save(&arguments.output, &bytes)?;
    Ok(Status::Ok)
}
