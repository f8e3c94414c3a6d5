//! `probelang audit`: the log of what agents did to running programs.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use probelang_mcp::{VerifyError, verify};

use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::source::display_name;

/// Verify the audit log of `probelang mcp`
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Verify(VerifyArguments),
}

/// See whether lines of an audit log were edited, removed or moved
///
/// Each line has the hash of the one before it. That lines were cut off at the end, or that the whole file was written anew,
/// the file itself cannot show: keep the hash that this command prints somewhere else, and give it next time
/// by --head.
///
/// The exit status is 1 if the log is broken, and 6 if it cannot be read.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang audit verify ~/.local/state/probelang/audit.ndjson
  probelang audit verify audit.ndjson --head 5c1f…")]
struct VerifyArguments {
    /// The log
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// A hash that this command printed before: the line that has it must still be there
    #[arg(long, value_name = "HASH")]
    head: Option<String>,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let Command::Verify(VerifyArguments { file, head }) = &arguments.command;
    let head = head.as_ref().map(|hash| hash.to_ascii_lowercase());
    match verify(file, head.as_deref()) {
        Ok(verified) => {
            let lines =
                if verified.lines == 1 { "1 line".to_owned() } else { format!("{} lines", verified.lines) };
            let since = verified
                .after
                .map_or_else(String::new, |after| format!(", {after} of them after the hash that was given"));
            console.line(&format!("OK: {lines}{since}; the last hash is {}", verified.head))?;
            Ok(Status::Ok)
        }
        Err(VerifyError::Broken { line, how }) => {
            console.fail(&format!("{}:{line}: {how}", display_name(file)));
            Ok(Status::False)
        }
        Err(error) => Err(Failure::Data(format!("cannot read {}: {error}", display_name(file)))),
    }
}
