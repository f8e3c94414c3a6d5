//! `probelang run`: an artifact over data.

use std::path::PathBuf;

use clap::Args;
use probelang::diagnostic::SourceText;

use crate::args::{Common, InputArgs, LayoutArgs, LimitArgs, TextArgs};
use crate::artifact::load;
use crate::console::Console;
use crate::exit::{Failure, Outcome};
use crate::run::BoundProgram;
use crate::source::{display_name, is_stdin};

/// Run a compiled program over data
///
/// A condition prints true or false and ends with status 0 or 1, a value and a metric print JSON, a template
/// its message: as 'test', 'eval', 'metric' and 'render' do. The artifact is verified first; one that is
/// rejected ends with status 3. Its dialect is the one that it was compiled for.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang run cond.pbl -i snapshot.json
  probelang run cond.pbl --var 'items=[1, 2, 3]'")]
pub struct Arguments {
    /// The artifact, - for standard input
    #[arg(value_name = "FILE")]
    artifact: PathBuf,

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
    if is_stdin(&arguments.artifact) && arguments.input.reads_stdin() {
        return Err(Failure::Usage("standard input cannot hold both the artifact and the data".to_owned()));
    }
    let engine = common.engine().text_limits(arguments.text.limits());
    let program = load(&arguments.artifact, &engine, console)?;
    let inputs = arguments.input.open()?;
    let name = display_name(&arguments.artifact);
    // without debug information there is no place to show
    let text = match program.source() {
        "" => SourceText::nowhere(&name),
        text => SourceText::new(&name, text),
    };
    let bound = BoundProgram::new(&program, &engine, arguments.limits.limits());
    bound.run(&inputs, &text, &[], arguments.layout.layout(), console)
}
