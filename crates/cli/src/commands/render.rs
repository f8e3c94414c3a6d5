//! `probelang render`: the message of a template.

use clap::Args;
use probelang_capture::TextLimits;

use crate::args::{Common, Format, InputArgs, Kind, LimitArgs, SourceArgs};
use crate::console::Console;
use crate::exit::Outcome;
use crate::run::{Ready, one_stdin};

/// Render a template and print the message
///
/// A part that fails shows its fault in the message, is told on standard error, and leaves the status at 0.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang render 'Hello {name} ({age})' --var 'name=\"Ada\"' --var age=36
  probelang render '{len(items)} items: {items}' -i cart.json --max-items 10
  probelang render --json @segments.json -i snapshot.json")]
pub struct Arguments {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    limits: LimitArgs,

    #[command(flatten)]
    text: TextArgs,

    /// json writes the message and its evaluation errors as one object
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<Format>,
}

/// How much of a value a message shows; what is longer is cut there and ends in `...`.
#[derive(Args, Debug)]
pub struct TextArgs {
    /// Levels of collections and objects that are expanded
    #[arg(long, value_name = "N", default_value_t = TextLimits::default().depth, help_heading = "Limits")]
    max_depth: usize,

    /// Elements of a collection
    #[arg(long, value_name = "N", default_value_t = TextLimits::default().items, help_heading = "Limits")]
    max_items: usize,

    /// Fields of an object
    #[arg(long, value_name = "N", default_value_t = TextLimits::default().fields, help_heading = "Limits")]
    max_fields: usize,

    /// Characters of one string
    #[arg(long, value_name = "N", default_value_t = TextLimits::default().string, help_heading = "Limits")]
    max_string: usize,

    /// Characters of the message
    #[arg(long, value_name = "N", default_value_t = TextLimits::default().message, help_heading = "Limits")]
    max_message: usize,
}

impl TextArgs {
    /// The limits of a message.
    pub const fn limits(&self) -> TextLimits {
        TextLimits {
            depth: self.max_depth,
            items: self.max_items,
            fields: self.max_fields,
            string: self.max_string,
            message: self.max_message,
        }
    }
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    one_stdin(&arguments.source, &arguments.input)?;
    let ready = Ready::new(&arguments.source, Kind::Template, common, console)?;
    let inputs = arguments.input.open()?;
    let text = arguments.text.limits();
    ready.run(&inputs, &arguments.limits.limits(), &text, arguments.format, console)
}
