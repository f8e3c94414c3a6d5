//! Where the expression comes from: an argument, a file, wire JSON.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use probelang::Source;
use probelang::diagnostic::SourceText;

use crate::args::SourceArgs;
use crate::exit::Failure;

/// What is read of a program at most: far above every limit on source text, far below what fits in memory, so
/// that the reader's own limit says by how much a program is too long.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The source of a program, and what messages call it.
#[derive(Clone, Debug)]
pub struct NamedSource {
    /// What messages call it.
    pub name: String,
    /// Whether it is wire JSON; otherwise it is text of the language.
    pub is_json: bool,
    /// What was read.
    pub text: String,
}

impl NamedSource {
    /// An expression that was typed.
    pub fn typed(text: &str) -> Self {
        Self { name: "<expression>".to_owned(), is_json: false, text: text.to_owned() }
    }

    /// What the diagnostics of a source that could not be read count in.
    pub fn unread(&self) -> SourceText<'_> {
        if self.is_json {
            SourceText::unread_json(&self.name, &self.text)
        } else {
            SourceText::new(&self.name, &self.text)
        }
    }

    /// The source as the engine takes it.
    pub fn source(&self) -> Source<'_> {
        if self.is_json { Source::Json(&self.text) } else { Source::Text(&self.text) }
    }
}

impl SourceArgs {
    /// Reads the source. The parser of arguments has seen to it that there is one.
    ///
    /// # Errors
    /// If a file cannot be read, or the argument is a misspelt option.
    pub fn read(&self) -> Result<NamedSource, Failure> {
        if let Some(path) = &self.file {
            let text = read_file(path)?;
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
            return Ok(NamedSource { name: display_name(path), is_json: false, text: text.to_owned() });
        }
        if let Some(json) = &self.json {
            let (name, text) = match json.strip_prefix('@').map(Path::new) {
                Some(path) => (display_name(path), read_file(path)?),
                None => ("<json>".to_owned(), json.clone()),
            };
            return Ok(NamedSource { name, is_json: true, text });
        }
        let text = self.expression.as_deref().unwrap_or_default();
        reject_option(text)?;
        Ok(NamedSource::typed(text))
    }

    /// Whether the source comes from standard input.
    pub fn reads_stdin(&self) -> bool {
        self.file.as_deref().is_some_and(is_stdin) || self.json.as_deref() == Some("@-")
    }
}

/// Rejects an expression that is a misspelt option: an expression may begin with a hyphen (`-1 < x`), so the
/// parser of arguments lets `--fromat` through.
fn reject_option(text: &str) -> Result<(), Failure> {
    let word = text.starts_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'='))
        && text.trim_start_matches('-').starts_with(|c: char| c.is_ascii_alphabetic());
    if word && !std::env::args_os().any(|argument| argument == "--") {
        return Err(Failure::Usage(format!(
            "unexpected argument '{text}' found\n\n  tip: to pass '{text}' as the expression, write '-- {text}' behind all options"
        )));
    }
    Ok(())
}

/// Writes `new` in the place of the program `old` in a file, and keeps what is round it: a byte order mark, the line
/// break at its end.
///
/// # Errors
/// If the file cannot be read or written.
pub fn rewrite_file(path: &Path, old: &str, new: &str) -> Result<(), Failure> {
    let whole = read_file(path)?;
    let text = match whole.split_once(old) {
        Some((before, after)) => format!("{before}{new}{after}"),
        None => format!("{new}\n"),
    };
    fs::write(path, text).map_err(|error| Failure::File { doing: "write", name: display_name(path), error })
}

/// Whether `path` means standard input.
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
/// If it cannot be read or is not UTF-8.
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
