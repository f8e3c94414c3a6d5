//! The `probelang` command.

mod answer;
mod args;
mod artifact;
mod commands;
mod console;
mod examples;
mod exit;
mod fix;
mod input;
mod json;
mod pretty;
mod program;
mod render;
mod repl;
mod run;
mod source;

use std::panic;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use crate::args::{Cli, Command};
use crate::console::{Console, write_error};
use crate::exit::{Failure, Outcome, Status};

fn main() -> ExitCode {
    guarded(|| end(run(&Cli::parse()))).into()
}

fn run(cli: &Cli) -> Outcome {
    let mut console = Console::new(&cli.common);
    let status = dispatch(cli, &mut console)?;
    console.flush()?;
    Ok(status)
}

/// Runs a command.
fn dispatch(cli: &Cli, console: &mut Console) -> Outcome {
    match &cli.command {
        Command::Eval(arguments) => commands::eval::run(arguments, &cli.common, console),
        Command::Test(arguments) => commands::test::run(arguments, &cli.common, console),
        Command::Render(arguments) => commands::render::run(arguments, &cli.common, console),
        Command::Metric(arguments) => commands::metric::run(arguments, &cli.common, console),
        Command::Trace(arguments) => commands::trace::run(arguments, &cli.common, console),
        Command::Repl(arguments) => commands::repl::run(arguments, &cli.common, console),
        Command::Asm(arguments) => commands::asm::run(arguments, &cli.common, console),
        Command::Compile(arguments) => commands::compile::run(arguments, &cli.common, console),
        Command::Run(arguments) => commands::run::run(arguments, &cli.common, console),
        Command::Verify(arguments) => commands::verify::run(arguments, console),
        Command::Disasm(arguments) => commands::disasm::run(arguments, console),
        Command::Fmt(arguments) => commands::fmt::run(arguments, console),
        Command::Convert(arguments) => commands::convert::run(arguments, console),
        Command::Ast(arguments) => commands::ast::run(arguments, console),
        Command::Diff(arguments) => commands::diff::run(arguments, &cli.common, console),
        Command::Check(arguments) => commands::check::run(arguments, &cli.common, console),
        Command::Schema(arguments) => commands::schema::run(arguments, &cli.common, console),
        Command::Explain(arguments) => commands::explain::run(arguments, console),
        Command::Functions(arguments) => commands::functions::run(arguments, console),
        Command::Examples(arguments) => commands::examples::run(arguments, console),
        Command::Completions(arguments) => commands::completions::run(arguments, console),
        Command::Man(arguments) => commands::man::run(arguments, console),
    }
}

/// Tells why a command ended early, and gives the status.
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
        // Whoever read the output has seen enough.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Status::Ok,
        Err(Failure::Output(error)) => {
            write_error(&format!("error: cannot write the output: {error}\n"));
            Status::Input
        }
    }
}

/// Runs `work`; a panic becomes one message that asks for a report, and the status of a defect. Only its
/// place is told: what a panic says may hold a value.
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
