//! The prompt itself: highlighting, completion, hints, history.

use std::borrow::Cow;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use probelang::diagnostic::human::{Palette, Style};
use probelang::syntax::TokenClass;
use probelang::tokens;
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor};

use super::complete::Completion;
use super::session::Session;
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};

struct Helper {
    completion: Completion,
    palette: Palette,
}

impl rustyline::Helper for Helper {}

impl Completer for Helper {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        self.completion.at(line, pos)
    }
}

impl Hinter for Helper {
    type Hint = String;

    /// The type or signature of what the cursor stands behind, as a remark.
    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<String> {
        if pos != line.len() {
            return None;
        }
        let Completion { engine, kind, .. } = &self.completion;
        let (source, before) = self.completion.source(line)?;
        let last = source.char_indices().next_back()?.0;
        if last < before {
            return None;
        }
        let hover = engine.hover(*kind, &source, u32::try_from(last).ok()?);
        if let Some(found) = hover.filter(|found| !matches!(&*found.ty, "" | "unknown")) {
            return Some(format!("  # {}", found.ty));
        }
        // after a bracket or a comma: what the call takes there
        source.ends_with(['(', ',', ' ', '{']).then_some(())?;
        let call = engine.signature(*kind, &source, u32::try_from(source.len()).ok()?)?;
        Some(format!("  # {}", call.text))
    }
}

impl Highlighter for Helper {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        let Some(start) = Completion::expression(line).filter(|start| *start <= line.len()) else {
            return Cow::Borrowed(line);
        };
        let mut out = line[..start].to_owned();
        for lexeme in tokens(self.completion.kind, &line[start..]) {
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

/// Every line is taken as it is: whether an expression goes on, the loop below asks, since each line has a prompt.
impl Validator for Helper {}

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

/// Puts the terminal back as it is now before a signal ends the process: while a line is typed it is in another mode.
#[cfg(unix)]
fn restore_at_the_end() -> std::io::Result<()> {
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
    use signal_hook::consts::{SIGHUP, SIGTERM};
    let before = tcgetattr(std::io::stdin()).ok();
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGHUP])?;
    std::thread::spawn(move || {
        let Some(signal) = signals.forever().next() else { return };
        if let Some(before) = &before {
            // there is nobody to tell
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
        }
        // the status that a shell reports of a process that the signal ended
        std::process::exit(128 + signal);
    });
    Ok(())
}

#[cfg(not(unix))]
fn restore_at_the_end() -> std::io::Result<()> {
    Ok(())
}

/// What a line begins with: a new expression, or one that goes on.
const fn prompt(before: &str) -> &'static str {
    if before.is_empty() { "> " } else { ". " }
}

/// Runs a session at a terminal, to its end.
pub fn run(session: &mut Session, console: &mut Console) -> Outcome {
    let flag = session.clock().flag();
    restore_at_the_end().map_err(Failure::Output)?;
    // without a handler Ctrl-C would end the process; at the prompt it is a key
    ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst))
        .map_err(|error| Failure::Output(std::io::Error::other(error.to_string())))?;
    let config = Config::builder().completion_type(CompletionType::List).build();
    let mut editor: Editor<Helper, DefaultHistory> = Editor::with_config(config).map_err(broken)?;
    editor.set_helper(Some(Helper { completion: Completion::of(session), palette: console.palette() }));
    let history = history_file();
    if let Some(path) = &history {
        // there is none before the first session
        let _ = editor.load_history(path);
    }
    console.line("probelang: an expression, or :help")?;
    // the lines of an expression that is not finished
    let mut text = String::new();
    loop {
        console.flush()?;
        if let Some(helper) = editor.helper_mut() {
            helper.completion = Completion::of(session).after(&text);
        }
        match editor.readline(prompt(&text)) {
            Ok(line) => {
                text.push_str(&line);
                if super::is_incomplete(session, &text) {
                    text.push('\n');
                    continue;
                }
                let text = std::mem::take(&mut text);
                editor.add_history_entry(text.as_str()).map_err(broken)?;
                if !super::step(session, &text, console)?.1 {
                    break;
                }
            }
            Err(ReadlineError::Interrupted) => text.clear(),
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
