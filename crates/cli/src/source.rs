//! Where the expression comes from: an argument, a file, wire JSON.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use probelang::Source;
use probelang::diagnostic::SourceText;

use crate::args::SourceArgs;
use crate::examples;
use crate::exit::Failure;

/// Bytes of a schema or a probe file that are read: the limit on the latter, and one more to see that it is too long.
const FILE_BYTES: u64 = probelang_probe::config::FILE_BYTES as u64 + 1;

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
            let text = read_program(path)?;
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
            return Ok(NamedSource { name: display_name(path), is_json: false, text: text.to_owned() });
        }
        if let Some(json) = &self.json {
            let (name, text) = match json.strip_prefix('@').map(Path::new) {
                Some(path) => (display_name(path), read_program(path)?),
                None => ("<json>".to_owned(), json.clone()),
            };
            return Ok(NamedSource { name, is_json: true, text });
        }
        let text = self.expression.as_deref().unwrap_or_default();
        reject_option(text)?;
        if text.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
            let message = "the expression is JSON, and is read as text of the language\n\n  tip: JSON is given by --json";
            return Err(Failure::Usage(message.to_owned()));
        }
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

/// The text of a file, or of standard input, up to the limit on probe files.
///
/// # Errors
/// If it cannot be read or is not UTF-8.
pub fn read_file(path: &Path) -> Result<String, Failure> {
    let failed = |error| Failure::File { doing: "read", name: display_name(path), error };
    let mut bytes = Vec::new();
    open(path).and_then(|file| file.take(FILE_BYTES).read_to_end(&mut bytes)).map_err(failed)?;
    let cut = bytes.len() as u64 == FILE_BYTES;
    utf8(bytes, cut).map_err(failed)
}

/// Reads the text of a program, but not much more than the longest that is accepted. A probe configuration has several
/// programs, so a file that begins like JSON is read up to the limit on probe files.
fn read_program(path: &Path) -> Result<String, Failure> {
    let failed = |error| Failure::File { doing: "read", name: display_name(path), error };
    let read = || -> io::Result<String> {
        let mut file = open(path)?;
        let mut bytes = Vec::new();
        // one byte too many, after a byte order mark and before a line break
        let most = probelang::syntax::Limits::default().source_bytes.saturating_add(6);
        let mut cut = file.by_ref().take(most as u64).read_to_end(&mut bytes)? == most;
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        if matches!(text.iter().find(|byte| !byte.is_ascii_whitespace()), Some(b'{' | b'[')) {
            cut = file.take(FILE_BYTES).read_to_end(&mut bytes)? as u64 == FILE_BYTES;
            if cut {
                // too long for either: what is left is rejected as a program
                bytes.truncate(most);
            }
        }
        utf8(bytes, cut)
    };
    read().map_err(failed)
}

fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    if is_stdin(path) {
        return Ok(Box::new(io::stdin().lock()));
    }
    match path.to_str().and_then(examples::find) {
        Some(example) => Ok(Box::new(example.json.as_bytes())),
        None => Ok(Box::new(File::open(path)?)),
    }
}

/// The text that `bytes` are, without the character that was cut at their end, if they were cut.
fn utf8(bytes: Vec<u8>, cut: bool) -> io::Result<String> {
    String::from_utf8(bytes).or_else(|error| {
        let bad = error.utf8_error();
        let mut bytes = error.into_bytes();
        if !cut || bad.error_len().is_some() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"));
        }
        bytes.truncate(bad.valid_up_to());
        String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData.into())
    })
}
