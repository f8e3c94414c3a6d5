//! The prompt: expressions are evaluated over the data at hand, lines that begin with `:` are commands.

mod clock;
mod command;
mod complete;
mod editor;
mod session;

use std::io::{self, BufRead, IsTerminal};

use probelang::Engine;

use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};

pub use session::Session;

/// Runs a session: at a prompt, or over what is piped in.
///
/// # Errors
/// Where the output takes no more.
pub fn run(mut session: Session, console: &mut Console) -> Outcome {
    let outcome = if io::stdin().is_terminal() && io::stdout().is_terminal() {
        editor::run(&mut session, console)
    } else {
        batch(&mut session, console)
    };
    console.forget();
    outcome
}

/// Whether the lines so far ask for more.
fn is_incomplete(session: &Session, text: &str) -> bool {
    if text.trim().is_empty() || text.trim_start().starts_with(':') {
        return false;
    }
    Engine::new().parse(session.kind, text).incomplete
}

/// Runs piped lines. The highest status counts, as over several inputs.
fn batch(session: &mut Session, console: &mut Console) -> Outcome {
    let mut highest = Status::Ok;
    let mut text = String::new();
    for line in io::stdin().lock().split(b'\n') {
        let line =
            line.map_err(|error| Failure::File { doing: "read", name: "<stdin>".to_owned(), error })?;
        let Ok(line) = String::from_utf8(line) else {
            console.flush()?;
            console.fail("a line is not UTF-8");
            highest = highest.max(Status::Input);
            continue;
        };
        let line = line.strip_suffix('\r').unwrap_or(&line);
        // a command ends what was never finished
        if !text.is_empty() && line.trim_start().starts_with(':') {
            highest = highest.max(step(session, &std::mem::take(&mut text), console)?.0);
        }
        text.push_str(line);
        if is_incomplete(session, &text) {
            text.push('\n');
            continue;
        }
        let (status, goes_on) = step(session, &std::mem::take(&mut text), console)?;
        highest = highest.max(status);
        if !goes_on {
            return Ok(highest);
        }
    }
    highest = highest.max(step(session, &text, console)?.0);
    Ok(highest)
}

/// Runs one line or command; whether the session goes on.
fn step(session: &mut Session, text: &str, console: &mut Console) -> Result<(Status, bool), Failure> {
    let text = text.trim();
    console.forget();
    let outcome = match text.strip_prefix(':') {
        _ if text.is_empty() => Ok(Status::Ok),
        // words that are no names of the data
        None if matches!(text, "exit" | "quit") && !session.knows(text) => return Ok((Status::Ok, false)),
        None if text == "help" && !session.knows(text) => command::run(session, "help", console),
        Some(command) if matches!(command.trim(), "quit" | "q" | "exit") => return Ok((Status::Ok, false)),
        Some(command) => command::run(session, command, console),
        None => session.evaluate(text, console),
    };
    console.flush()?;
    let status = match outcome {
        Ok(status) | Err(Failure::Told(status)) => status,
        Err(failure @ Failure::Output(_)) => return Err(failure),
        Err(Failure::Usage(message)) => {
            console.fail(&message);
            Status::Usage
        }
        Err(Failure::Data(message)) => {
            console.fail(&message);
            Status::Input
        }
        Err(Failure::File { doing, name, error }) => {
            console.fail(&format!("cannot {doing} {name}: {error}"));
            Status::Input
        }
    };
    let is_read = match status {
        Status::Ok | Status::False | Status::Fault | Status::Limit => !text.starts_with(":save"),
        Status::Usage | Status::Expression | Status::Input | Status::Internal => false,
    };
    if is_read && !text.is_empty() {
        session.typed.push(text.to_owned());
    }
    Ok((status, true))
}
