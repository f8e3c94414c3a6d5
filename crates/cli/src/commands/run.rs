//! `probelang run`: an artifact over data.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use probelang_host::Names;

use crate::args::{Common, Format, InputArgs, LimitArgs};
use crate::artifact::load;
use crate::commands::render::TextArgs;
use crate::console::Console;
use crate::exit::{Failure, Outcome};
use crate::render::Origin;
use crate::run::{Engine, Over};
use crate::source::{display_name, is_stdin};

/// Run a compiled program over data
///
/// A condition prints true or false and ends with status 0 or 1, a value and a metric print JSON, a template
/// its message: as 'test', 'eval', 'metric' and 'render' do. The artifact is verified first; one that is
/// refused ends with status 3. Its dialect is the one that it was compiled for.
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

    /// How the answer is written
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<Format>,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    if is_stdin(&arguments.artifact) && arguments.input.reads_stdin() {
        return Err(Failure::Usage("standard input cannot hold both the artifact and the data".to_owned()));
    }
    let program = load(&arguments.artifact, console)?;
    let policy = Arc::new(common.policy());
    let mut names = Names::new();
    let engine = Engine::link(program, &mut names, &policy);
    let inputs = arguments.input.open()?;
    let name = display_name(&arguments.artifact);
    let text = engine.program.source().to_owned();
    let over = Over {
        engine: &engine,
        // without debug information there is no place to show
        origin: Origin { name: &name, text: &text, spans: !text.is_empty() },
        names: &names,
        policy: &policy,
    };
    over.run(&inputs, &arguments.limits.limits(), &arguments.text.limits(), arguments.format, console)
}
