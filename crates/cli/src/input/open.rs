//! The inputs of a command line.

use std::path::{Path, PathBuf};

use probelang::diagnostic::human::one_line;
use probelang::diagnostic::input;
use probelang::host::Projection;
use probelang::snapshot::{InputError, Mode, Vars};

use super::chunks::Sizes;
use super::{Inputs, Met};
use crate::args::{InputArgs, InputKind};
use crate::exit::Failure;
use crate::source::{display_name, is_stdin, read_file};

impl InputArgs {
    /// The inputs, with the variables of the command line read.
    ///
    /// # Errors
    /// Where a variable does not read.
    pub fn open(&self) -> Result<Inputs, Failure> {
        self.open_with(&[])
    }

    /// As [`open`](Self::open), with further files behind the named ones.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(&self, further: &[PathBuf]) -> Result<Inputs, Failure> {
        let mut vars = Vars::new();
        for text in &self.variables {
            let (name, json) = named_binding(text)?;
            let json = match json.strip_prefix('@') {
                Some(path) => read_file(Path::new(path))?,
                None => json.to_owned(),
            };
            vars.set(name, json.as_bytes()).map_err(|error| variable(&error))?;
        }
        let paths = [&self.inputs, further].concat();
        if paths.iter().filter(|path| is_stdin(path)).count() > 1 {
            return Err(Failure::Usage("standard input can be read once: '-i -' is given twice".to_owned()));
        }
        Ok(Inputs {
            names: paths.iter().map(|path| display_name(path)).collect(),
            paths,
            mode: self.input.mode(),
            frame: self.frame.clone(),
            vars,
            sizes: Sizes::up_to(self.max_input.0),
            met: Met::default(),
            reads: Projection::whole(),
        })
    }

    /// Whether standard input holds data.
    pub fn reads_stdin(&self) -> bool {
        self.inputs.iter().any(|path| is_stdin(path))
    }
}

impl InputKind {
    /// How the reader takes an input of this kind.
    pub const fn mode(self) -> Mode {
        match self {
            Self::Auto => Mode::Auto,
            Self::Plain => Mode::Plain,
            Self::Snapshot => Mode::Snapshot,
        }
    }
}

/// The name and the value of `--var`.
fn named_binding(text: &str) -> Result<(&str, &str), Failure> {
    let usage = |message: String| Err(Failure::Usage(message));
    let Some((name, json)) = binding(text) else {
        return usage(format!("--var takes NAME=JSON or NAME=@FILE, '{}' has no '='", one_line(text)));
    };
    let (quoted, name) = (text.starts_with('`'), name.trim());
    if name.is_empty() {
        return usage("--var takes NAME=JSON, and the name is missing".to_owned());
    }
    if matches!(name, "@it" | "@key" | "@value") {
        return usage(format!(
            "--var cannot define {name}: only the predicate of any, all or filter binds it"
        ));
    }
    if !quoted && name.contains(char::is_whitespace) {
        return usage(format!(
            "--var: a name with a blank is written in back quotes, '`{}`=…'",
            one_line(name)
        ));
    }
    Ok((name, json.trim()))
}

/// `name=json`, the name in back quotes if it contains a `=`.
pub fn binding(text: &str) -> Option<(&str, &str)> {
    if let Some((name, json)) = text.strip_prefix('`').and_then(|rest| rest.split_once("`=")) {
        return Some((name, json));
    }
    text.split_once('=')
}

fn variable(error: &InputError) -> Failure {
    if error.code == input::DATA_TOO_DEEP {
        return Failure::Data(format!("--var: {error}"));
    }
    Failure::Usage(format!("--var: {error}; a string is written with its quotes, --var 'name=\"text\"'"))
}
