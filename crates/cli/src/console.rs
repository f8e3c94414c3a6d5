//! Standard output and standard error.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use anstream::{AutoStream, ColorChoice};
use probelang::data::InSource;
use probelang::diagnostic::human::{Human, Palette, one_line};
use probelang::diagnostic::{Code, Diagnostic, SourceText};

use crate::args::{Colour, Common, DiagnosticForm};
use crate::exit::Failure;
use crate::json::{self, Object};
use crate::render::style::COLOURS;

/// Columns where no terminal says otherwise.
const WIDTH: usize = 100;

/// Where results and messages go.
pub struct Console {
    out: BufWriter<StdoutLock<'static>>,
    form: DiagnosticForm,
    human: Human,
    /// Colours of standard output.
    palette: Palette,
    /// Whether standard output is a terminal.
    terminal: bool,
    /// The codes of the errors and faults that were reported, each once; `None` before anything was.
    told: RefCell<Option<Vec<Code>>>,
}

/// Codes that the last line names.
const LOOKED_UP: usize = 3;

impl Console {
    /// The streams of the process, as the options ask.
    pub fn new(common: &Common) -> Self {
        let stderr = io::stderr();
        let palette = |automatic: ColorChoice| {
            let choice = match common.color {
                Colour::Auto => automatic,
                Colour::Always => ColorChoice::Always,
                Colour::Never => ColorChoice::Never,
            };
            if choice == ColorChoice::Never { Palette::PLAIN } else { COLOURS }
        };
        let terminal = stderr.is_terminal().then(terminal_size::terminal_size).flatten();
        let width = terminal.map_or(WIDTH, |(width, _)| usize::from(width.0).max(40));
        Self {
            out: BufWriter::with_capacity(64 * 1024, io::stdout().lock()),
            form: common.diagnostics,
            human: Human { palette: palette(AutoStream::choice(&stderr)), width },
            palette: palette(AutoStream::choice(&io::stdout())),
            terminal: io::stdout().is_terminal(),
            told: RefCell::new(None),
        }
    }

    /// The colours of standard output.
    pub const fn palette(&self) -> Palette {
        self.palette
    }

    /// Columns of a line.
    pub const fn width(&self) -> usize {
        self.human.width
    }

    /// Writes a line to standard output. A terminal obeys nothing in it.
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.text(text)?;
        Ok(self.out.write_all(b"\n")?)
    }

    /// Writes bytes and the end of a line to standard output. A terminal obeys nothing in them.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.terminal {
            return self.line(&String::from_utf8_lossy(bytes));
        }
        self.out.write_all(bytes)?;
        Ok(self.out.write_all(b"\n")?)
    }

    /// Whether standard output is a terminal.
    pub const fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Writes to standard output. A terminal obeys nothing in it.
    pub fn text(&mut self, text: &str) -> Result<(), Failure> {
        if self.terminal { self.styled(&visible(text)) } else { self.styled(text) }
    }

    /// Writes to standard output as it is: text with the colours of [`palette`](Self::palette), whose data are escaped.
    pub fn styled(&mut self, text: &str) -> Result<(), Failure> {
        Ok(self.out.write_all(text.as_bytes())?)
    }

    /// Hands on what was written.
    pub fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }

    /// Reports diagnostics or faults of a source on standard error.
    pub fn report(&self, source: &SourceText<'_>, diagnostics: &[Diagnostic]) {
        let mut text = String::new();
        let mut told = self.told.borrow_mut();
        for diagnostic in diagnostics {
            match self.form {
                DiagnosticForm::Human => {
                    if told.is_some() {
                        text.push('\n');
                    }
                    let told = told.get_or_insert_default();
                    if diagnostic.is_error() && !told.contains(&diagnostic.code) {
                        told.push(diagnostic.code);
                    }
                    self.human.write(&mut text, source, diagnostic);
                }
                DiagnosticForm::Json => {
                    text.push_str(&json::of(&InSource::new(diagnostic, source)));
                    text.push('\n');
                }
            }
        }
        write_error(&text);
    }

    /// Whether messages are JSON.
    pub fn writes_json(&self) -> bool {
        self.form == DiagnosticForm::Json
    }

    /// Writes a table to standard error, apart from what was reported before it.
    pub fn table(&self, table: &str) {
        if table.is_empty() {
            return;
        }
        let before = if self.told.borrow().is_some() { "\n" } else { "" };
        self.told.borrow_mut().get_or_insert_default();
        write_error(&format!("{before}{table}"));
    }

    /// Forgets what was reported: a prompt has a way of its own to explain it.
    pub fn forget(&self) {
        self.told.take();
    }

    /// Says at the end where the codes are explained.
    pub fn finish(&self) {
        if let Some(told) = self.told.take()
            && !told.is_empty()
        {
            let codes: Vec<_> = told.iter().take(LOOKED_UP).map(|code| code.text()).collect();
            let commands: Vec<_> = codes.iter().map(|code| format!("`probelang explain {code}`")).collect();
            write_error(&format!("\nMore: {}\n", commands.join(", ")));
        }
    }

    /// Reports something that has neither code nor place.
    pub fn remark(&self, message: &str) {
        self.say("note", message);
    }

    /// Reports an error that has neither code nor place, where the command goes on.
    pub fn fail(&self, message: &str) {
        self.say("error", message);
    }

    fn say(&self, severity: &str, message: &str) {
        write_error(&match self.form {
            DiagnosticForm::Human => format!("{severity}: {}\n", one_line(message)),
            DiagnosticForm::Json => {
                let mut object = Object::new();
                object.string("severity", severity).string("message", message);
                format!("{}\n", object.end())
            }
        });
    }
}

/// `text` without anything that a terminal obeys, but line breaks and tabs. JSON stays JSON.
pub fn visible(text: &str) -> Cow<'_, str> {
    let is_obeyed = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.contains(is_obeyed) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_obeyed(c) {
            shown.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown.into()
}

/// Writes to standard error. That it is closed could be reported nowhere.
pub fn write_error(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
