//! Where the expression comes from: an argument, a file, wire JSON.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use clap::CommandFactory;
use clap::error::ErrorKind;

use crate::args::{Cli, SourceArgs};
use crate::exit::Failure;

/// What is read of a program at most: far above every limit on source text, far below what memory holds, so
/// that the reader's own limit tells how much too long a program is.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// How a source is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Text of the language.
    Text,
    /// Wire JSON.
    Wire,
}

/// The source of a program.
#[derive(Clone, Debug)]
pub struct Source {
    /// What messages call it.
    pub name: String,
    /// How it is written.
    pub form: Form,
    /// What was read.
    pub text: String,
}

impl SourceArgs {
    /// Reads the source. The parser of arguments has seen to it that there is one.
    ///
    /// # Errors
    /// Where a file cannot be read, or the argument is a misspelt option.
    pub fn read(&self) -> Result<Source, Failure> {
        if let Some(path) = &self.file {
            let text = read_file(path)?;
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
            return Ok(Source { name: display_name(path), form: Form::Text, text: text.to_owned() });
        }
        if let Some(json) = &self.json {
            return match json.strip_prefix('@') {
                Some(path) => {
                    let path = Path::new(path);
                    Ok(Source { name: display_name(path), form: Form::Wire, text: read_file(path)? })
                }
                None => Ok(Source { name: "<json>".to_owned(), form: Form::Wire, text: json.clone() }),
            };
        }
        let text = self.expression.clone().unwrap_or_default();
        refuse_option(&text);
        Ok(Source { name: "<expression>".to_owned(), form: Form::Text, text })
    }

    /// Whether standard input holds the source.
    pub fn reads_stdin(&self) -> bool {
        self.file.as_deref().is_some_and(is_stdin) || self.json.as_deref() == Some("@-")
    }
}

/// Ends the process as every other misspelt option does where `text` is one: the expression may begin with a
/// hyphen (`-1 < x`), so the parser of arguments lets `--fromat` through.
fn refuse_option(text: &str) {
    let word = text.starts_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'='))
        && text.trim_start_matches('-').starts_with(|c: char| c.is_ascii_alphabetic());
    if word && !std::env::args_os().any(|argument| argument == "--") {
        let message = format!(
            "unexpected argument '{text}' found\n\n  tip: to pass '{text}' as the expression, write '-- {text}' behind all options"
        );
        Cli::command().error(ErrorKind::UnknownArgument, message).exit();
    }
}

/// Whether `path` stands for standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What messages call a file.
pub fn display_name(path: &Path) -> String {
    if is_stdin(path) { "<stdin>".to_owned() } else { path.display().to_string() }
}

/// The text of a file, or of standard input.
///
/// # Errors
/// Where it cannot be read or is not UTF-8.
pub fn read_file(path: &Path) -> Result<String, Failure> {
    let failed = |error| Failure::File { doing: "read", name: display_name(path), error };
    let mut text = String::new();
    let read = if is_stdin(path) {
        io::stdin().lock().take(MAX_BYTES).read_to_string(&mut text)
    } else {
        File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text))
    };
    read.map_err(failed)?;
    Ok(text)
}
