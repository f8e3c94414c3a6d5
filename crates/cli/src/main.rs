//! The `probelang` command.

mod args;
mod artifact;
mod capture;
mod cli;
mod commands;
mod compare;
mod configuration;
mod console;
mod examples;
mod exit;
mod input;
mod pretty;
mod program;
mod reference;
mod render;
mod repl;
mod reply;
mod run;
mod sample;
mod source;
mod trace;

use std::panic;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use probelang::data::text as json;

use crate::cli::Cli;
use crate::console::{Console, write_error};
use crate::exit::{Failure, Outcome, Status};

fn main() -> ExitCode {
    guarded(|| end(run(&Cli::parse()))).into()
}

fn run(cli: &Cli) -> Outcome {
    let mut console = Console::new(&cli.common);
    let status = cli.run(&mut console)?;
    console.flush()?;
    Ok(status)
}

/// Reports why a command ended early, and gives the status.
fn end(outcome: Outcome) -> Status {
    match outcome {
        Ok(status) | Err(Failure::Told(status)) => status,
        Err(Failure::Usage(message)) => {
            Cli::command().error(ErrorKind::ValueValidation, message).exit();
        }
        Err(Failure::File { doing, name, error }) => {
            write_error(&format!("error: cannot {doing} {name}: {error}\n"));
            Status::Input
        }
        Err(Failure::Data(message)) => {
            write_error(&format!("error: {message}\n"));
            Status::Input
        }
        // who read the output has seen enough
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Status::Ok,
        Err(Failure::Output(error)) => {
            write_error(&format!("error: cannot write the output: {error}\n"));
            Status::Input
        }
    }
}

/// Runs `work`; a panic becomes one message that asks for a report, and the status of a defect. Only its
/// place is reported: the message of a panic may contain a value.
fn guarded(work: impl FnOnce() -> Status + panic::UnwindSafe) -> Status {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        write_error(&format!(
            "internal error{}: this is a defect of probelang {}, please report it\n",
            place.unwrap_or_default(),
            env!("CARGO_PKG_VERSION")
        ));
    }));
    panic::catch_unwind(work).unwrap_or(Status::Internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_the_status_of_a_defect() {
        assert_eq!(guarded(|| panic!("secret")), Status::Internal);
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
