//! `probelang.toml`: what a project always wants, in the directory of the command or one above.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use clap::ValueEnum;
use serde::Deserialize;

use crate::args::{Common, DialectName, redacted_name};
use crate::exit::Failure;

/// The name of the file.
const NAME: &str = "probelang.toml";

/// The keys of the file.
#[derive(Clone, Default, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Codes, or `warnings`, that `check` takes for errors.
    pub deny: Vec<String>,
    /// Codes that `check` does not report.
    pub allow: Vec<String>,
    /// The schema, relative to the file.
    pub schema: Option<PathBuf>,
    /// The dialect.
    pub dialect: Option<String>,
    /// The runtimes that `check` compares.
    pub targets: Vec<String>,
    /// More names to redact. A file adds to what is redacted, and never takes from it.
    pub redact: Vec<String>,
    /// More types to redact.
    pub redact_types: Vec<String>,
}

impl Config {
    /// The file in the current directory or the nearest one above, if there is one.
    ///
    /// # Errors
    /// If it cannot be read or says what is not known.
    pub fn find() -> Result<Option<Self>, Failure> {
        let Ok(start) = env::current_dir() else { return Ok(None) };
        for directory in start.ancestors() {
            let path = directory.join(NAME);
            match fs::read_to_string(&path) {
                Ok(text) => return Self::read(&text, directory, &path).map(Some),
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
                Err(error) => {
                    return Err(Failure::File { doing: "read", name: path.display().to_string(), error });
                }
            }
        }
        Ok(None)
    }

    fn read(text: &str, directory: &Path, path: &Path) -> Result<Self, Failure> {
        let wrong = |message: String| Failure::Usage(format!("{}: {message}", path.display()));
        let mut config: Self =
            toml::from_str(text).map_err(|error| wrong(error.message().replace('\n', " ")))?;
        config.schema = config.schema.map(|schema| directory.join(schema));
        for name in config.dialect.iter().chain(&config.targets) {
            dialect(name).map_err(&wrong)?;
        }
        for name in &mut config.redact {
            *name = redacted_name(name).map_err(&wrong)?;
        }
        Ok(config)
    }

    /// Adds what the file says to what the command line did not.
    pub fn add_to(&self, common: &mut Common) {
        if common.dialect.is_none() {
            common.dialect = self.dialect.as_deref().and_then(|name| dialect(name).ok());
        }
        if common.schema.is_none() {
            common.schema.clone_from(&self.schema);
        }
        common.redact.extend(self.redact.iter().cloned());
        common.redact_type.extend(self.redact_types.iter().cloned());
    }

    /// The runtimes to compare.
    pub fn targets(&self) -> Vec<DialectName> {
        self.targets.iter().filter_map(|name| dialect(name).ok()).collect()
    }
}

fn dialect(name: &str) -> Result<DialectName, String> {
    DialectName::from_str(name, false).map_err(|_| format!("there is no dialect '{name}'"))
}
