//! `probelang repl`.

use clap::Args;

use crate::args::{Common, InputArgs, KindName, LimitArgs};
use crate::console::Console;
use crate::exit::{Failure, Outcome};
use crate::repl::{self, Session};

/// Try expressions at a prompt, over documents or recorded snapshots
///
/// A line is evaluated, a line that begins with : is a command (:help). Names, fields and keys of the data are
/// completed by the tab key. What is piped in runs as a batch and ends with the statuses of eval.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang repl -i snapshot.json
  printf 'age > 40\\n:type age\\n' | probelang repl -i user.json")]
pub struct Arguments {
    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    limits: LimitArgs,

    /// What expressions are read as
    #[arg(long, value_enum, ignore_case = true, value_name = "KIND", default_value = "value")]
    kind: KindName,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    if arguments.input.reads_stdin() {
        return Err(Failure::Usage(
            "the session itself is read from standard input: give the data as a file".to_owned(),
        ));
    }
    repl::run(session(arguments, common, console)?, console)
}

/// The session that the options ask for.
pub fn session(arguments: &Arguments, common: &Common, console: &mut Console) -> Result<Session, Failure> {
    Session::new(arguments.input.clone(), &arguments.limits, arguments.kind.0, common, console)
}
