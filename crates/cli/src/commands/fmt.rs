//! `probelang fmt`: the canonical spelling.

use std::fs;

use clap::Args;
use probelang::Engine;
use probelang::syntax::print;

use crate::args::{KindArgs, SourceArgs};
use crate::configuration::Configuration;
use crate::console::{Console, write_error};
use crate::exit::{Failure, Outcome, Status};
use crate::misplaced::NO_FILE;
use crate::program::{SourceTree, kind_of};
use crate::source::{NamedSource, display_name, is_stdin, rewrite_file};

/// Print an expression or a template in its canonical spelling
///
/// The expression is only read: what a runtime would reject later is printed too.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang fmt \"not isEmpty( name )&&count(xs)>2\"
  probelang fmt --template 'Hello { name }'
  probelang fmt -f condition.txt --write
  probelang fmt --check -f condition.txt")]
pub struct Arguments {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    kind: KindArgs,

    /// Print nothing; end with status 1 where the source is not in canonical spelling
    #[arg(long)]
    check: bool,

    /// Write the canonical spelling back to the file
    #[arg(short, long, requires = "file", conflicts_with = "check")]
    write: bool,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    if arguments.write && arguments.source.file.as_deref().is_none_or(is_stdin) {
        return Err(Failure::Usage(NO_FILE.to_owned()));
    }
    let source = arguments.source.read()?;
    if let Some(configuration) = Configuration::of(&source) {
        configuration.without_kind(arguments.kind.asked())?;
        let is_quiet = arguments.check || arguments.write;
        let status = configuration.read(console, |program, tree, console| match is_quiet {
            true => Ok(()),
            false => console.line(&format!("{}: {}", program.path, print::tree(tree))),
        })?;
        return if is_quiet && status == Status::Ok {
            respell(arguments, &source, console)
        } else {
            Ok(status)
        };
    }
    let kind = kind_of(&source, arguments.kind.asked());
    let read = SourceTree::read(source, kind, console)?;
    let canonical = print::tree(&read.tree);
    if arguments.check {
        if canonical == read.source.text {
            return Ok(Status::Ok);
        }
        write_error(&format!("{} is not in canonical spelling\n", read.source.name));
        return Ok(Status::False);
    }
    match arguments.source.file.as_deref().filter(|path| arguments.write && !is_stdin(path)) {
        None => console.line(&canonical)?,
        Some(_) if canonical == read.source.text => {}
        Some(path) => fs::write(path, format!("{canonical}\n")).map_err(|error| Failure::File {
            doing: "write",
            name: display_name(path),
            error,
        })?,
    }
    Ok(Status::Ok)
}

/// Brings the texts of a probe configuration into canonical spelling, or says which are not.
fn respell(arguments: &Arguments, source: &NamedSource, console: &mut Console) -> Outcome {
    let Some(respelled) = Engine::new().format_configuration(&source.text) else { return Ok(Status::Ok) };
    if arguments.check {
        for path in &respelled.changed {
            write_error(&format!("{} at {path} is not in canonical spelling\n", source.name));
        }
        return Ok(if respelled.changed.is_empty() { Status::Ok } else { Status::False });
    }
    match arguments.source.file.as_deref().filter(|path| !is_stdin(path)) {
        None => console.line(&respelled.text)?,
        Some(path) if !respelled.changed.is_empty() => rewrite_file(path, &source.text, &respelled.text)?,
        Some(_) => {}
    }
    Ok(Status::Ok)
}
