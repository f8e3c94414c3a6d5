//! `probelang asm`: the code of a program.

use std::sync::Arc;

use clap::Args;

use crate::args::{Common, KindArgs, SourceArgs};
use crate::console::Console;
use crate::exit::{Outcome, Status};
use crate::program::{Program, kind_of};
use crate::run::{compiled, options};

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
    let kind = kind_of(&source, arguments.kind.asked());
    let source = Program::read(source, kind, console)?;
    let schema = common.schema(console)?;
    let options = options(kind, common.rules(), &Arc::new(common.policy()));
    let program = compiled(&source, &options, kind, schema.as_ref(), console)?;
    console.text(&program.disassemble())?;
    Ok(Status::Ok)
}
