//! Standard output and standard error.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use anstream::{AutoStream, ColorChoice};
use probelang::data::InSource;
use probelang::diagnostic::human::{Human, Palette, one_line};
use probelang::diagnostic::{Diagnostic, SourceText};

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
}

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

    /// Writes a line to standard output.
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.out.write_all(text.as_bytes())?;
        Ok(self.out.write_all(b"\n")?)
    }

    /// Writes to standard output as it is.
    pub fn text(&mut self, text: &str) -> Result<(), Failure> {
        Ok(self.out.write_all(text.as_bytes())?)
    }

    /// Hands on what was written.
    pub fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }

    /// Reports diagnostics or faults of a source on standard error.
    pub fn report(&self, source: &SourceText<'_>, diagnostics: &[Diagnostic]) {
        let mut text = String::new();
        for diagnostic in diagnostics {
            match self.form {
                DiagnosticForm::Human => self.human.write(&mut text, source, diagnostic),
                DiagnosticForm::Json => {
                    text.push_str(&json::of(&InSource::new(diagnostic, source)));
                    text.push('\n');
                }
            }
        }
        write_error(&text);
    }

    /// Reports something that has neither code nor place.
    pub fn remark(&self, message: &str) {
        self.say("note", message);
    }

    /// Reports an error that has neither code nor place, where the command goes on.
    #[cfg(unix)]
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

/// Writes to standard error. That it is closed could be reported nowhere.
pub fn write_error(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
