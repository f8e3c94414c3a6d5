//! What the tab key offers: commands and their arguments, and what continues an expression.

use probelang::{Engine, ProgramKind};
use rustyline::completion::{FilenameCompleter, Pair};

use super::command::{Argument, COMMANDS, Command};
use super::session::Session;

/// Columns of a candidate with its type; with wider ones few fit on a line.
const COLUMNS: usize = 38;

/// What is known of a session while a line is typed: a copy, since the session is at work between two lines.
pub struct Completion {
    pub engine: Engine,
    pub kind: ProgramKind,
    /// The lines before this one of an expression that is not finished.
    before: String,
    /// The words that may be written after each command that takes one of a few.
    words: Vec<(&'static str, Vec<String>)>,
    files: FilenameCompleter,
}

impl Completion {
    /// What `session` knows now.
    pub fn of(session: &Session) -> Self {
        let words = COMMANDS.iter().filter_map(|command| {
            let Argument::Word(words) = command.argument else { return None };
            Some((command.name, words.of(session)))
        });
        Self {
            engine: session.engine(),
            kind: session.kind,
            before: String::new(),
            words: words.collect(),
            files: FilenameCompleter::new(),
        }
    }

    /// The same after the lines `before` of an expression that is not finished.
    pub fn after(self, before: &str) -> Self {
        Self { before: before.to_owned(), ..self }
    }

    /// The command of a line, and where its argument begins.
    fn command(line: &str) -> Option<(&'static Command, usize)> {
        let lead = line.len() - line.trim_start().len();
        let (name, rest) = line[lead..].strip_prefix(':')?.split_once(char::is_whitespace)?;
        let command = COMMANDS.iter().find(|command| command.name == name)?;
        Some((command, line.len() - rest.trim_start().len()))
    }

    /// Where the expression of a line begins: after the command that takes one.
    pub fn expression(line: &str) -> Option<usize> {
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

    /// The expression that a line goes on with, and how much of it was typed before the line.
    pub fn source(&self, line: &str) -> Option<(String, usize)> {
        let start = Self::expression(line)?;
        let source = line.get(start..)?;
        let before = if start == 0 { self.before.as_str() } else { "" };
        Some((format!("{before}{source}"), before.len()))
    }

    /// What may be written at byte `pos` of `line`: where it begins, and the candidates, the likeliest first.
    ///
    /// # Errors
    /// If a directory cannot be read.
    pub fn at(&self, line: &str, pos: usize) -> rustyline::Result<(usize, Vec<Pair>)> {
        if let Some((command, start)) = Self::command(line).filter(|(_, start)| *start <= pos) {
            match command.argument {
                Argument::File => return self.files.complete_path(line, pos),
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
            return Ok(Self::commands(line, pos));
        };
        let Some((source, before)) = self.source(line) else { return Ok((pos, Vec::new())) };
        let offset = u32::try_from(before + pos - start).unwrap_or(u32::MAX);
        let mut from = pos;
        let mut pairs = Vec::new();
        for candidate in self.engine.complete(self.kind, &source, offset) {
            let Some(change) = candidate.edit.changes.first() else { continue };
            from = (start + change.span.start as usize).saturating_sub(before);
            pairs.push(Pair {
                display: fitted(&format!("{}  {}", candidate.label, candidate.ty)),
                replacement: change.text.clone(),
            });
        }
        Ok((from, pairs))
    }

    fn commands(line: &str, pos: usize) -> (usize, Vec<Pair>) {
        let lead = line.len() - line.trim_start().len();
        let typed = line.get(lead + 1..pos).unwrap_or_default();
        let commands = COMMANDS.iter().filter(|command| command.name.starts_with(typed));
        let pairs = commands.map(|command| Pair {
            display: format!(":{} {}", command.name, command.takes),
            replacement: command.name.to_owned(),
        });
        (lead + 1, pairs.collect())
    }
}

/// A candidate in its columns.
fn fitted(text: &str) -> String {
    match text.char_indices().nth(COLUMNS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command as Subcommand};
    use crate::commands::repl::session;
    use crate::console::Console;

    /// A line up to the cursor, the beginnings of the first candidates, and what must not be one.
    const CASES: &[(&str, &[&str], &str)] = &[
        (":di", &[":dialect", ":diff"], ":frame"),
        (":dialect ja", &["java"], "python"),
        (":dialect ", &["portable", "java"], "en"),
        (":kind t", &["template"], "value"),
        (":explain pl020", &["PL0201", "PL0202"], "PL0301"),
        (":functions le", &["len"], "any"),
        (":frame ", &["entry", "return"], "portable"),
        (":frame r", &["return"], "entry"),
        (":unset l", &["limit"], "order"),
        (":redact o", &["on", "off"], "order"),
        (":limits t", &["time="], "steps="),
        (":help tr", &["trace"], "type"),
        (":load tests/data/snap", &["snapshot.json"], "one.json"),
        (":save tests/da", &["data"], "src"),
        (":vars x", &[], "x"),
        (":type order.to", &["total"], "id"),
        (":let n = order.to", &["total"], "id"),
        (":let n", &[], "n"),
        ("order.to", &["total"], "id"),
        ("limit ", &["==", "!=", "<", "<=", ">", ">="], "len"),
        ("order instanceof \"", &["\"bool\"", "\"int\""], "len"),
    ];

    fn completion() -> Completion {
        let words =
            ["probelang", "repl", "--no-config", "-i", "tests/data/snapshot.json", "--frame", "entry"];
        let cli = Cli::try_parse_from(words.into_iter().chain(["--var", "limit=3"])).unwrap();
        let Subcommand::Repl(arguments) = &cli.command else { panic!("{cli:?}") };
        let mut console = Console::new(&cli.common);
        Completion::of(&session(arguments, &cli.common, &mut console).unwrap())
    }

    #[test]
    fn commands_their_arguments_and_expressions_are_completed() {
        let completion = completion();
        for (line, first, absent) in CASES {
            let (_, pairs) = completion.at(line, line.len()).unwrap();
            let found: Vec<&str> = pairs.iter().map(|pair| pair.display.as_str()).collect();
            let begins = first.iter().zip(&found).all(|(wanted, found)| found.starts_with(wanted));
            assert!(begins && first.len() <= found.len(), "{line:?}: {found:?}");
            assert!(first.is_empty() == found.is_empty(), "{line:?}: {found:?}");
            assert!(found.iter().all(|found| !found.starts_with(absent)), "{line:?}: {found:?}");
        }
    }

    #[test]
    fn the_second_line_of_an_expression_is_completed_as_its_first() {
        let completion = completion().after("limit == 3 && order\n");
        let (from, pairs) = completion.at(".to", 3).unwrap();
        assert_eq!((from, pairs[0].replacement.as_str()), (1, "total"));
    }
}
