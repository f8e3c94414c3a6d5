//! The `probelang` command.

mod args;
mod artifact;
mod capture;
mod cli;
mod commands;
mod compare;
mod config;
mod configuration;
mod console;
mod examples;
mod exit;
mod filter;
mod input;
mod matching;
mod misplaced;
mod pretty;
mod program;
mod redaction;
mod reference;
mod render;
mod repl;
mod reply;
mod run;
mod sample;
mod source;
mod trace;

use std::borrow::Cow;
use std::io::Write;
use std::panic;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use probelang::data::text as json;
use probelang::diagnostic::human::one_line;

use crate::cli::Cli;
use crate::console::{Console, visible, write_error};
use crate::exit::{Failure, Outcome, Status};
use crate::json::Object;

fn main() -> ExitCode {
    guarded(|| match Cli::try_parse() {
        Ok(cli) => end(run(cli)),
        Err(error) => usage(&error),
    })
    .into()
}

fn run(mut cli: Cli) -> Outcome {
    cli.common.redaction.check().map_err(Failure::Usage)?;
    // an editor opens files of many projects
    let has_own = matches!(cli.command, cli::Command::Lsp(_));
    let project = if cli.common.no_config || has_own { None } else { config::find()? };
    if let Some(project) = project {
        config::add_to(&project, &mut cli.common);
        cli.project = project;
    }
    let mut console = Console::new(&cli.common);
    let outcome = cli.run(&mut console);
    console.flush()?;
    console.finish();
    outcome
}

/// Prints the help or the version that was asked for, or what is wrong with the command line.
fn usage(error: &clap::Error) -> Status {
    if !error.use_stderr() {
        return match error.print().and_then(|()| std::io::stdout().flush()) {
            Ok(()) => Status::Ok,
            Err(error) => end(Err(Failure::Output(error))),
        };
    }
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let explained = match error.kind() {
        ErrorKind::UnknownArgument => misplaced::explain(&Cli::command(), &words),
        ErrorKind::MissingRequiredArgument => misplaced::explain_missing(&words),
        _ => None,
    };
    if let Some(message) = explained {
        return end(Err(Failure::Usage(message)));
    }
    if writes_json() {
        let text = error.to_string();
        let message = text.strip_prefix("error: ").unwrap_or(&text);
        write_error(&problem("usage", message.split("\n\nUsage:").next().unwrap_or(message).trim()));
    } else {
        let plain = error.render().to_string();
        match visible(&plain) {
            Cow::Owned(shown) => write_error(&shown),
            // that standard error is closed could be reported nowhere
            Cow::Borrowed(_) => drop(error.print()),
        }
    }
    Status::Usage
}

/// Whether the command line, right or wrong, asks for messages as JSON.
fn writes_json() -> bool {
    let words: Vec<_> = std::env::args_os().take_while(|word| word != "--").collect();
    words.iter().any(|word| word == "--diagnostics=json")
        || words.windows(2).any(|pair| pair == ["--diagnostics", "json"])
}

/// The command line that shows the help of the command that was asked for.
fn help_of() -> String {
    let words: Vec<_> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let command = Cli::command();
    let name = words.iter().find(|word| command.find_subcommand(word).is_some());
    name.map_or_else(|| "probelang --help".to_owned(), |name| format!("probelang {name} --help"))
}

/// An error without a code as a line of JSON.
fn problem(class: &str, message: &str) -> String {
    let mut object = Object::new();
    object.string("class", class).string("severity", "error").string("message", message);
    object.end() + "\n"
}

/// Reports why a command ended early, and gives the status.
fn end(outcome: Outcome) -> Status {
    let (class, message, status) = match outcome {
        Ok(status) | Err(Failure::Told(status)) => return status,
        // who read the output has seen enough
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => return Status::Ok,
        Err(Failure::Usage(message)) if writes_json() => ("usage", message, Status::Usage),
        Err(Failure::Usage(message)) => {
            let message = format!("error: {message}\n\nFor more information, try '{}'.\n", help_of());
            write_error(&visible(&message));
            return Status::Usage;
        }
        Err(Failure::File { doing, name, error }) => {
            ("input", format!("cannot {doing} {}: {error}", one_line(&name)), Status::Input)
        }
        Err(Failure::Data(message)) => ("input", message, Status::Input),
        Err(Failure::Output(error)) => ("output", format!("cannot write the output: {error}"), Status::Input),
    };
    write_error(&if writes_json() {
        problem(class, &message)
    } else {
        format!("error: {}\n", one_line(&message))
    });
    status
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
