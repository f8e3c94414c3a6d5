//! The prompt itself: highlighting, completion, hints, history.

use std::borrow::Cow;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use probelang::diagnostic::human::{Palette, Style};
use probelang::syntax::TokenClass;
use probelang::{Engine, ProgramKind, tokens};
use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor};

use super::command::{Argument, COMMANDS, Command};
use super::session::Session;
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};

/// What the prompt knows while a line is typed: a copy of what the session knows.
struct Helper {
    engine: Engine,
    kind: ProgramKind,
    palette: Palette,
    /// The words that may be written after each command that takes one of a few.
    words: Vec<(&'static str, Vec<String>)>,
    files: FilenameCompleter,
}

impl rustyline::Helper for Helper {}

impl Helper {
    fn update(&mut self, session: &Session) {
        self.engine = session.engine();
        self.kind = session.kind;
        self.words = COMMANDS
            .iter()
            .filter_map(|command| {
                let Argument::Word(words) = command.argument else { return None };
                Some((command.name, words.of(session)))
            })
            .collect();
    }

    /// The command of a line, and where its argument begins.
    fn command(line: &str) -> Option<(&'static Command, usize)> {
        let lead = line.len() - line.trim_start().len();
        let (name, rest) = line[lead..].strip_prefix(':')?.split_once(char::is_whitespace)?;
        let command = COMMANDS.iter().find(|command| command.name == name)?;
        Some((command, line.len() - rest.trim_start().len()))
    }

    /// Where the expression of a line begins: behind the command that takes one.
    fn expression(line: &str) -> Option<usize> {
        if !line.trim_start().starts_with(':') {
            return Some(0);
        }
        let (command, at) = Self::command(line)?;
        match command.argument {
            Argument::Expression => Some(at),
            Argument::Binding => line[at..].find('=').map(|equals| at + equals + 1),
            Argument::Free | Argument::File | Argument::Word(_) => None,
        }
    }
}

impl Completer for Helper {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        context: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        if let Some((command, start)) = Self::command(line).filter(|(_, start)| *start <= pos) {
            match command.argument {
                Argument::File => return self.files.complete(line, pos, context),
                Argument::Word(_) | Argument::Free => {
                    let typed = line.get(start..pos).unwrap_or_default().to_lowercase();
                    let words = self.words.iter().find(|(name, _)| *name == command.name);
                    let words = words.map_or(&[][..], |(_, words)| words);
                    let fitting = words.iter().filter(|word| word.to_lowercase().starts_with(&typed));
                    let pairs = fitting.map(|word| Pair { display: word.clone(), replacement: word.clone() });
                    return Ok((start, pairs.collect()));
                }
                Argument::Expression | Argument::Binding => {}
            }
        }
        let Some(start) = Self::expression(line).filter(|start| *start <= pos) else {
            let lead = line.len() - line.trim_start().len();
            let typed = line.get(lead + 1..pos).unwrap_or_default();
            let commands = COMMANDS.iter().filter(|command| command.name.starts_with(typed));
            let pairs = commands.map(|command| Pair {
                display: format!(":{} {}", command.name, command.takes),
                replacement: command.name.to_owned(),
            });
            return Ok((lead + 1, pairs.collect()));
        };
        let source = &line[start..];
        let offset = u32::try_from(pos - start).unwrap_or(u32::MAX);
        let candidates = self.engine.complete(self.kind, source, offset);
        let mut from = pos;
        let mut pairs = Vec::new();
        for candidate in candidates {
            let Some(change) = candidate.edit.changes.first() else { continue };
            from = start + change.span.start as usize;
            pairs.push(Pair {
                display: format!("{}  {}", candidate.label, candidate.ty),
                replacement: change.text.clone(),
            });
        }
        Ok((from, pairs))
    }
}

impl Hinter for Helper {
    type Hint = String;

    /// The type or signature of what the cursor stands behind, as a remark.
    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<String> {
        if pos != line.len() {
            return None;
        }
        let start = Self::expression(line)?;
        let source = line.get(start..)?;
        let last = source.char_indices().next_back()?.0;
        let found = self.engine.hover(self.kind, source, u32::try_from(last).ok()?)?;
        (!matches!(&*found.ty, "" | "unknown")).then(|| format!("  # {}", found.ty))
    }
}

impl Highlighter for Helper {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        let Some(start) = Self::expression(line).filter(|start| *start <= line.len()) else {
            return Cow::Borrowed(line);
        };
        let mut out = line[..start].to_owned();
        for lexeme in tokens(self.kind, &line[start..]) {
            let text = lexeme.span.slice(&line[start..]);
            let style = self.style(lexeme.class);
            out.push_str(&format!("{style}{text}{style:#}"));
        }
        Cow::Owned(out)
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        let style = self.palette.gutter;
        Cow::Owned(format!("{style}{hint}{style:#}"))
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        true
    }
}

impl Helper {
    const fn style(&self, class: TokenClass) -> Style {
        match class {
            TokenClass::Keyword | TokenClass::Function => self.palette.strong,
            TokenClass::AtName | TokenClass::TypeName => self.palette.label,
            TokenClass::String | TokenClass::Number => self.palette.help,
            TokenClass::Bad => self.palette.error,
            TokenClass::Operator | TokenClass::Escape => self.palette.warning,
            _ => Style::PLAIN,
        }
    }
}

impl Validator for Helper {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        if text.trim().is_empty() || text.trim_start().starts_with(':') {
            return Ok(ValidationResult::Valid(None));
        }
        let parsed = self.engine.parse(self.kind, text);
        Ok(if parsed.incomplete { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

/// Where lines are kept between sessions: what was typed, never a value.
fn history_file() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| set("HOME").map(|home| home.join(".local").join("state")))?;
    Some(state.join("probelang").join("history"))
}

fn broken(error: ReadlineError) -> Failure {
    match error {
        ReadlineError::Io(error) => Failure::Output(error),
        other => Failure::Output(std::io::Error::other(other.to_string())),
    }
}

/// The status of a process that SIGTERM ended.
const SIGNALLED: i32 = 143;

/// What puts the terminal back as it is now: while a line is typed it is in another mode.
#[cfg(unix)]
fn terminal() -> impl Fn() + Send {
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
    let before = tcgetattr(std::io::stdin()).ok();
    move || {
        if let Some(before) = &before {
            // there is nobody to tell
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
        }
    }
}

#[cfg(not(unix))]
fn terminal() -> impl Fn() + Send {
    || {}
}

/// Runs a session at a terminal, to its end.
pub fn run(session: &mut Session, console: &mut Console) -> Outcome {
    let flag = session.clock().flag();
    let (at_prompt, restore) = (Arc::new(AtomicBool::new(false)), terminal());
    let waits = Arc::clone(&at_prompt);
    // without a handler Ctrl-C would end the process; at the prompt it is a key, so that a signal there ends the session
    ctrlc::set_handler(move || {
        if waits.load(Ordering::SeqCst) {
            restore();
            exit(SIGNALLED);
        }
        flag.store(true, Ordering::SeqCst);
    })
    .map_err(|error| Failure::Output(std::io::Error::other(error.to_string())))?;
    let config = Config::builder().completion_type(CompletionType::List).auto_add_history(true).build();
    let mut editor: Editor<Helper, DefaultHistory> = Editor::with_config(config).map_err(broken)?;
    editor.set_helper(Some(Helper {
        engine: session.engine(),
        kind: session.kind,
        palette: console.palette(),
        words: Vec::new(),
        files: FilenameCompleter::new(),
    }));
    let history = history_file();
    if let Some(path) = &history {
        // there is none before the first session
        let _ = editor.load_history(path);
    }
    console.line("probelang: an expression, or :help")?;
    loop {
        console.flush()?;
        if let Some(helper) = editor.helper_mut() {
            helper.update(session);
        }
        at_prompt.store(true, Ordering::SeqCst);
        let line = editor.readline("> ");
        at_prompt.store(false, Ordering::SeqCst);
        match line {
            Ok(line) => {
                if !super::step(session, &line, console)?.1 {
                    break;
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(broken(error)),
        }
    }
    if let Some(path) = &history {
        // a home that takes no files is no reason to fail
        let _ = path.parent().map(fs::create_dir_all);
        let _ = editor.save_history(path);
    }
    Ok(Status::Ok)
}
