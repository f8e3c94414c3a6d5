//! The commands of a session.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use probelang::check::Type;
use probelang::diagnostic::{Code, Diagnostic, spell};
use probelang::redact::Mode;
use probelang::snapshot::{InputReader, Item};
use probelang::syntax::function::FUNCTIONS;
use probelang::syntax::{print, wire};
use probelang_project::redacted_name;

use super::session::Session;
use crate::args::{DialectName, KindName};
use crate::console::Console;
use crate::examples;
use crate::exit::{Failure, Outcome, Status};
use crate::redaction::ModeName;
use crate::reference;
use crate::source::display_name;

/// A command with what it takes and does.
pub struct Command {
    /// Its name, without the colon.
    pub name: &'static str,
    /// What stands behind it.
    pub takes: &'static str,
    /// What it does.
    pub does: &'static str,
    /// What completes its argument.
    pub argument: Argument,
}

/// What is written after a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Argument {
    /// Nothing, or what only the author knows.
    Free,
    /// An expression.
    Expression,
    /// A name, `=`, and an expression.
    Binding,
    /// The path of a file.
    File,
    /// One of a few words.
    Word(Words),
}

/// The words that may be written after a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Words {
    Dialects,
    Kinds,
    Codes,
    Functions,
    Frames,
    OwnNames,
    Redaction,
    Limits,
    Commands,
}

/// All commands, in the order of their help.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "vars",
        takes: "",
        does: "the names in scope with their types",
        argument: Argument::Free,
    },
    Command {
        name: "type",
        takes: "EXPR",
        does: "the type of an expression",
        argument: Argument::Expression,
    },
    Command {
        name: "trace",
        takes: "[EXPR]",
        does: "what every part gave, of the last expression or another",
        argument: Argument::Expression,
    },
    Command {
        name: "json",
        takes: "EXPR",
        does: "the expression as wire JSON",
        argument: Argument::Expression,
    },
    Command {
        name: "asm",
        takes: "EXPR",
        does: "the code that it is compiled to",
        argument: Argument::Expression,
    },
    Command {
        name: "cost",
        takes: "EXPR",
        does: "the steps that it takes at most",
        argument: Argument::Expression,
    },
    Command {
        name: "dialect",
        takes: "[NAME]",
        does: "the dialects, or choose one",
        argument: Argument::Word(Words::Dialects),
    },
    Command {
        name: "diff",
        takes: "EXPR",
        does: "its answers under all dialects",
        argument: Argument::Expression,
    },
    Command {
        name: "frame",
        takes: "[NAME]",
        does: "the recorded frames, or choose one",
        argument: Argument::Word(Words::Frames),
    },
    Command {
        name: "load",
        takes: "FILE",
        does: "take the values from another file",
        argument: Argument::File,
    },
    Command {
        name: "save",
        takes: "FILE",
        does: "write what was typed to a new file",
        argument: Argument::File,
    },
    Command {
        name: "let",
        takes: "NAME = JSON|EXPR",
        does: "a name of your own",
        argument: Argument::Binding,
    },
    Command {
        name: "unset",
        takes: "NAME",
        does: "take a name of your own away",
        argument: Argument::Word(Words::OwnNames),
    },
    Command {
        name: "limits",
        takes: "[steps=N] [time=MS]",
        does: "what an evaluation may spend",
        argument: Argument::Word(Words::Limits),
    },
    Command {
        name: "redact",
        takes: "[on|off|NAME]",
        does: "what is redacted; add a name; targeted, strict",
        argument: Argument::Word(Words::Redaction),
    },
    Command {
        name: "kind",
        takes: "[KIND]",
        does: "what expressions are read as: condition, value, metric, template",
        argument: Argument::Word(Words::Kinds),
    },
    Command {
        name: "explain",
        takes: "[CODE]",
        does: "what a code means, or the last fault",
        argument: Argument::Word(Words::Codes),
    },
    Command {
        name: "functions",
        takes: "[NAME]",
        does: "the functions of the language",
        argument: Argument::Word(Words::Functions),
    },
    Command { name: "help", takes: "", does: "this list", argument: Argument::Word(Words::Commands) },
    Command { name: "quit", takes: "", does: "end the session", argument: Argument::Free },
];

/// Runs the command `line`, without its colon.
///
/// # Errors
/// Where it is none, or does not work.
pub fn run(session: &mut Session, line: &str, console: &mut Console) -> Outcome {
    let line = line.trim();
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let needs = |what: &str| match rest.is_empty() {
        true => Err(Failure::Usage(format!(":{name} takes {what}"))),
        false => Ok(()),
    };
    match name {
        "vars" => vars(session, console),
        "type" => {
            needs("an expression")?;
            checked(session, rest, false, console)
        }
        "cost" => {
            needs("an expression")?;
            checked(session, rest, true, console)
        }
        "trace" => {
            let last = session.last.clone();
            match (rest.is_empty(), last) {
                (false, _) => session.trace(rest, console),
                (true, Some(last)) => session.trace(&last, console),
                (true, None) => {
                    Err(Failure::Usage("nothing was evaluated yet: :trace takes an expression".to_owned()))
                }
            }
        }
        "json" => {
            needs("an expression")?;
            let source = session.read(rest, console)?;
            console.line(&wire::write(&source.tree))?;
            Ok(Status::Ok)
        }
        "asm" => {
            needs("an expression")?;
            let (_, program) = session.compile(&session.engine(), rest, console)?;
            console.text(&program.disassemble())?;
            Ok(Status::Ok)
        }
        "dialect" => dialect(session, rest, console),
        "diff" => {
            needs("an expression")?;
            session.compare(rest, console)
        }
        "frame" => frame(session, rest, console),
        "load" => {
            needs("a file")?;
            load(session, rest, console)
        }
        "save" => {
            needs("a file")?;
            save(session, rest, console)
        }
        "let" => {
            needs("NAME = JSON|EXPR")?;
            bind(session, rest, console)
        }
        "unset" => {
            needs("a name")?;
            session.unbind(bare(rest), console)
        }
        "limits" => limits(session, rest, console),
        "redact" => redact(session, rest, console),
        "kind" => kind(session, rest, console),
        "explain" => match (rest, session.last_fault) {
            ("", Some(code)) => reference::explain(code, console),
            ("", None) => {
                Err(Failure::Usage("nothing failed yet: :explain takes a code, such as PL0207".to_owned()))
            }
            (code, _) => reference::explain(code, console),
        },
        "functions" => reference::functions((!rest.is_empty()).then_some(rest), None, console),
        "help" | "h" | "?" => help(rest, console),
        _ => Err(unknown(name)),
    }
}

fn unknown(name: &str) -> Failure {
    let near = COMMANDS.iter().find(|command| !name.is_empty() && command.name.starts_with(name));
    Failure::Usage(match near {
        Some(command) => format!("there is no command :{name}; did you mean :{}?", command.name),
        None => format!("there is no command :{name}; :help shows all"),
    })
}

fn vars(session: &Session, console: &mut Console) -> Outcome {
    let own: Vec<&str> = session.own_names().map(|(name, _)| name).collect();
    let Some(schema) = session.schema() else { return Ok(Status::Ok) };
    let rows: Vec<(String, String)> = schema
        .names
        .iter()
        .map(|(name, field)| {
            let spelled =
                if name.starts_with('@') { name.to_owned() } else { spell::Ident(name).to_string() };
            let mut ty = if field.redacted { "redacted".to_owned() } else { field.ty.to_string() };
            if field.optional {
                ty.push_str(" (not in every input)");
            }
            if own.contains(&name) {
                ty.push_str(" (your own)");
            }
            (spelled, ty)
        })
        .collect();
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, ty) in rows {
        console.line(&format!("{name:width$}  {ty}"))?;
    }
    Ok(Status::Ok)
}

/// The type of an expression, or its cost.
fn checked(session: &Session, text: &str, cost: bool, console: &mut Console) -> Outcome {
    let source = session.read(text, console)?;
    let report = session.engine().check_tree(source.kind, Arc::clone(&source.tree));
    console.report(&source.text(), &report.diagnostics);
    if report.diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(Status::Expression);
    }
    let analysis = &report.analysis;
    if cost {
        let mut line = format!("at most {} steps", analysis.cost.steps);
        if !analysis.cost.loops.is_empty() {
            line.push_str(&format!(
                ", most of them in {}",
                print::node(&source.tree, analysis.cost.dominating)
            ));
        }
        console.line(&line)?;
    } else if analysis.ty == Type::never() {
        console.line("always a fault")?;
    } else {
        console.line(&analysis.ty.to_string())?;
    }
    Ok(Status::Ok)
}

fn dialect(session: &mut Session, name: &str, console: &mut Console) -> Outcome {
    if name.is_empty() {
        for DialectName(preset) in DialectName::value_variants() {
            let mark = if *preset == session.preset() { "*" } else { " " };
            console.line(&format!("{mark} {:<9} {}", preset.name(), preset.describes()))?;
        }
        return Ok(Status::Ok);
    }
    let DialectName(preset) = DialectName::from_str(name, true)
        .map_err(|_| Failure::Usage(format!("there is no dialect {name}; :dialect shows all")))?;
    session.choose(preset);
    console.line(&format!("dialect {}", preset.name()))?;
    Ok(Status::Ok)
}

fn frame(session: &mut Session, name: &str, console: &mut Console) -> Outcome {
    if !name.is_empty() {
        let before = session.input.frame.replace(name.to_owned());
        return match session.sample(console) {
            Ok(Status::Ok) => {
                console.line(&format!("frame {name}"))?;
                Ok(Status::Ok)
            }
            failed => {
                session.input.frame = before;
                session.sample(console)?;
                failed
            }
        };
    }
    if let Some(frames) = frames(session)? {
        for frame in frames {
            let mark = if session.input.frame.as_deref() == Some(&*frame) { "*" } else { " " };
            console.line(&format!("{mark} {frame}"))?;
        }
        return Ok(Status::Ok);
    }
    console.line("the data has no frames")?;
    Ok(Status::Ok)
}

/// The frames of the first snapshot of the data.
fn frames(session: &Session) -> Result<Option<Vec<String>>, Failure> {
    for path in &session.input.inputs {
        let failed = |error| Failure::File { doing: "read", name: display_name(path), error };
        let bytes = match path.to_str().and_then(examples::find) {
            Some(example) => example.json.as_bytes().to_vec(),
            None => fs::read(path).map_err(failed)?,
        };
        let mut reader = InputReader::new();
        let items = reader
            .read(&bytes, session.input.input.mode())
            .map_err(|error| Failure::Data(error.to_string()))?;
        for item in items.flatten() {
            let Item::Recorded(recorded) = item else { continue };
            return recorded.frames().map(Some).map_err(|error| Failure::Data(error.to_string()));
        }
    }
    Ok(None)
}

fn load(session: &mut Session, path: &str, console: &mut Console) -> Outcome {
    let inputs = std::mem::replace(&mut session.input.inputs, vec![PathBuf::from(path)]);
    let frame = session.input.frame.take();
    match session.sample(console) {
        Ok(Status::Ok) => {
            console.line(&format!("loaded {path}"))?;
            Ok(Status::Ok)
        }
        failed => {
            session.input.inputs = inputs;
            session.input.frame = frame;
            session.sample(console)?;
            failed
        }
    }
}

/// Writes what was typed and read, no values, to a file that is not there yet.
fn save(session: &Session, path: &str, console: &mut Console) -> Outcome {
    let failed = |error| Failure::File { doing: "write", name: display_name(Path::new(path)), error };
    let mut file = fs::File::create_new(path).map_err(failed)?;
    for line in &session.typed {
        writeln!(file, "{line}").map_err(failed)?;
    }
    console.line(&format!("saved {path}"))?;
    Ok(Status::Ok)
}

/// A name without its back quotes.
fn bare(name: &str) -> &str {
    name.strip_prefix('`').and_then(|name| name.strip_suffix('`')).unwrap_or(name)
}

fn bind(session: &mut Session, text: &str, console: &mut Console) -> Outcome {
    let (name, value) = match text.strip_prefix('`').and_then(|rest| rest.split_once('`')) {
        Some((name, rest)) => (name, rest.trim_start().strip_prefix('=')),
        None => match text.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value)),
            None => (text, None),
        },
    };
    let value = value.map(str::trim).filter(|value| !value.is_empty());
    let Some(value) = value.filter(|_| !name.is_empty()) else {
        return Err(Failure::Usage(":let takes NAME = JSON, or NAME = EXPR".to_owned()));
    };
    if name == "_" || (name.starts_with('@') && !text.starts_with('`')) {
        return Err(Failure::Usage(format!(":let cannot define `{name}`: no expression would read it")));
    }
    if !text.starts_with('`') && !is_name(name) {
        return Err(Failure::Usage(format!(
            ":let: `{name}` is not a name; other names are written in back quotes"
        )));
    }
    let json = match serde_json::from_str::<serde::de::IgnoredAny>(value) {
        Ok(_) => value.to_owned(),
        Err(_) => session.value(value, console)?,
    };
    session.bind(name, &json, console)
}

/// Whether a text is read as one name.
fn is_name(text: &str) -> bool {
    spell::Ident(text).to_string() == text
}

fn limits(session: &mut Session, text: &str, console: &mut Console) -> Outcome {
    for word in text.split_whitespace() {
        let (name, number) = word.split_once('=').unwrap_or((word, ""));
        let number: u64 =
            number.parse().map_err(|_| Failure::Usage(":limits takes steps=N and time=MS".to_owned()))?;
        match name {
            "steps" | "max-steps" => session.limits.steps = number,
            "time" | "max-time" => session.limits.deadline = Duration::from_millis(number),
            _ => return Err(Failure::Usage(format!("there is no limit {name}: steps, time"))),
        }
    }
    let limits = session.limits;
    console.line(&format!("steps={} time={}", limits.steps, limits.deadline.as_millis()))?;
    Ok(Status::Ok)
}

fn redact(session: &mut Session, text: &str, console: &mut Console) -> Outcome {
    match text {
        "" => {}
        "on" => session.redacts = true,
        "off" => session.redacts = false,
        mode @ ("targeted" | "strict") => {
            session.redacts = true;
            session.redaction.mode = ModeName::from_str(mode, false).ok();
        }
        name if name.contains(char::is_whitespace) => {
            return Err(Failure::Usage(":redact takes one name".to_owned()));
        }
        name => {
            let name = redacted_name(bare(name)).map_err(Failure::Usage)?;
            session.redacts = true;
            session.redaction.names.push(name);
        }
    }
    let mut line =
        if session.redacts { "on: the built-in names" } else { "off: secrets are shown" }.to_owned();
    if session.redacts {
        for name in &session.redaction.names {
            line.push_str(&format!(", {name}"));
        }
        match session.redaction.mode() {
            Mode::Off => {}
            Mode::Targeted => line.push_str("; targeted: what looks like a secret in a text"),
            Mode::Strict => line.push_str("; strict: all texts"),
        }
    }
    console.line(&line)?;
    session.sample(console)
}

fn kind(session: &mut Session, text: &str, console: &mut Console) -> Outcome {
    if !text.is_empty() {
        let KindName(kind) = KindName::from_str(text, true).map_err(|_| {
            Failure::Usage(format!("there is no kind {text}: condition, value, metric, template"))
        })?;
        session.kind = kind;
    }
    console.line(session.kind.name())?;
    Ok(Status::Ok)
}

fn help(name: &str, console: &mut Console) -> Outcome {
    let name = name.strip_prefix(':').unwrap_or(name);
    let line = |command: &Command| {
        format!("  {:<30} {}", format!(":{} {}", command.name, command.takes), command.does)
    };
    if !name.is_empty() {
        let command = COMMANDS.iter().find(|command| command.name == name).ok_or_else(|| unknown(name))?;
        console.line(&line(command))?;
        return Ok(Status::Ok);
    }
    console.line(
        "An expression is evaluated; `_` is the last value. A line that begins with : is a command.\n",
    )?;
    for command in COMMANDS {
        console.line(&line(command))?;
    }
    Ok(Status::Ok)
}

impl Words {
    /// The words themselves.
    pub fn of(self, session: &Session) -> Vec<String> {
        match self {
            Self::Dialects => owned(DialectName::value_variants().iter().map(|name| name.0.name())),
            Self::Kinds => owned(KindName::value_variants().iter().map(|name| name.0.name())),
            Self::Codes => owned(Code::all().map(Code::text)),
            Self::Functions => owned(FUNCTIONS.iter().map(|function| function.name)),
            Self::Frames => frames(session).unwrap_or_default().unwrap_or_default(),
            Self::OwnNames => owned(session.own_names().map(|(name, _)| name)),
            Self::Redaction => owned(["on", "off", "targeted", "strict"]),
            Self::Limits => owned(["steps=", "time="]),
            Self::Commands => owned(COMMANDS.iter().map(|command| command.name)),
        }
    }
}

fn owned<'w>(words: impl IntoIterator<Item = &'w str>) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}
