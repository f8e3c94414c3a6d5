//! `probelang diff`: one expression under several dialects, and where they differ.

use clap::Args;
use probelang::dialect::Preset;

use crate::args::{Common, DialectName, Format, InputArgs, KindArgs, LimitArgs, SourceArgs};
use crate::compare::SideBySide;
use crate::console::Console;
use crate::exit::Outcome;
use crate::program::{SourceTree, kind_of};
use crate::run::one_stdin;

/// Evaluate under several dialects side by side, and name the rows on which they part
///
/// Each dialect is compared with that of --dialect (portable). What parts them is the smallest set of rows of
/// the dialect table that, switched, gives the other answer. Differences are no failure: the status is 0.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang diff 'matches(name, \"bc\")' --var 'name=\"abcd\"' --dialects java,python,node
  probelang diff --kind condition 'user.name' -i snapshot.json")]
pub struct Arguments {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    kind: KindArgs,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    limits: LimitArgs,

    /// The dialects (list, repeatable); all of them without it
    #[arg(
        long,
        value_enum,
        ignore_case = true,
        value_name = "NAMES",
        value_delimiter = ',',
        hide_possible_values = true
    )]
    dialects: Vec<DialectName>,

    /// For people (the default) or one JSON object an input
    #[arg(long, value_enum, ignore_case = true, value_name = "FORM")]
    format: Option<Format>,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    one_stdin(&arguments.source, &arguments.input)?;
    let source = arguments.source.read()?;
    let kind = kind_of(&source, arguments.kind.asked());
    let tree = SourceTree::read(source, kind, console)?;
    let inputs = arguments.input.open()?;
    let mut others: Vec<Preset> = arguments.dialects.iter().map(|name| name.0).collect();
    if others.is_empty() {
        others = Preset::ALL.to_vec();
    }
    let engine = common.engine().run_limits(arguments.limits.limits());
    let compared = SideBySide { base: common.dialect(), others, format: arguments.format };
    compared.run(&tree, &engine, &inputs, console)
}
