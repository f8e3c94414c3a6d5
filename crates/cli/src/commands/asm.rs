//! `probelang asm`: the code of a program.

use clap::Args;

use crate::args::{Common, KindArgs, SourceArgs};
use crate::console::Console;
use crate::exit::{Outcome, Status};
use crate::program::{SourceTree, inferred_kind};

/// Print the code that a program is compiled to
///
/// The dialect and the redaction of literal names are resolved in it.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang asm --kind condition 'any(xs, {@it.age > 18}) && ok'
  probelang asm 'user.password' --redact-exclude password")]
pub struct Arguments {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    kind: KindArgs,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let source = arguments.source.read()?;
    let engine = common.engine_with_schema(console)?;
    let kind = inferred_kind(&engine, &source, arguments.kind.asked());
    let tree = SourceTree::read(source, kind, console)?;
    let program = tree.compile(&engine, console)?;
    console.text(&program.disassemble())?;
    Ok(Status::Ok)
}
