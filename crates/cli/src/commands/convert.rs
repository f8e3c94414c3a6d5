//! `probelang convert`: between text and wire JSON.

use clap::{Args, ValueEnum};
use probelang::syntax::{print, wire};

use crate::args::{KindArgs, SourceArgs};
use crate::configuration::{Configuration, at_path};
use crate::console::Console;
use crate::exit::{Outcome, Status};
use crate::program::{SourceTree, kind_of};

/// Convert an expression or a template between text and wire JSON
///
/// The expression is only read: what a runtime would reject later is converted too.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang convert 'user.age >= 18'
  probelang convert --template 'Hello {name}'
  probelang convert --json '{\"gt\": [{\"ref\": \"x\"}, 1]}'
  probelang convert --json @segments.json --to json")]
pub struct Arguments {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    kind: KindArgs,

    /// The form to write: without it the other one, of a probe configuration text
    #[arg(long, value_enum, ignore_case = true, value_name = "FORM")]
    to: Option<Target>,
}

/// A form of programs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Target {
    /// Wire JSON; of a template its segments
    Json,
    /// Text in canonical spelling
    Text,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let source = arguments.source.read()?;
    if let Some(configuration) = Configuration::of(&source) {
        configuration.without_kind(arguments.kind.asked())?;
        return configuration.read(console, |program, tree, console| {
            console.line(&match arguments.to.unwrap_or(Target::Text) {
                Target::Json => at_path(program, &format!("{{\"json\":{}}}", wire::write(tree))),
                Target::Text => format!("{}: {}", program.path, print::tree(tree)),
            })
        });
    }
    let kind = kind_of(&source, arguments.kind.asked());
    let other = if source.is_json { Target::Text } else { Target::Json };
    let SourceTree { tree, .. } = SourceTree::read(source, kind, console)?;
    console.line(&match arguments.to.unwrap_or(other) {
        Target::Json => wire::write(&tree),
        Target::Text => print::tree(&tree),
    })?;
    Ok(Status::Ok)
}
