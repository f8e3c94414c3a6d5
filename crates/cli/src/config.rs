//! `probelang.toml`: what a project always wants, in the directory of the command or one above.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use clap::ValueEnum;
use serde::Deserialize;

use crate::args::{Common, DialectName};
use crate::exit::Failure;
use crate::redaction::{ModeName, NamedPattern, ShapeName, redacted_name};

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
    /// The mode in which texts are redacted, where the command line names none.
    pub redaction: Option<String>,
    /// More shapes of secrets to look for.
    pub redact_shapes: Vec<String>,
    /// Patterns of the project's own, by their names.
    pub redact_patterns: BTreeMap<String, String>,
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
        config.mode().map_err(&wrong)?;
        config.shapes().map_err(&wrong)?;
        config.patterns().map_err(&wrong)?;
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
        let redaction = &mut common.redaction;
        redaction.names.extend(self.redact.iter().cloned());
        redaction.types.extend(self.redact_types.iter().cloned());
        redaction.shapes.extend(self.shapes().unwrap_or_default());
        redaction.patterns.extend(self.patterns().unwrap_or_default());
        redaction.mode = redaction.mode.or(self.mode().unwrap_or_default());
    }

    fn mode(&self) -> Result<Option<ModeName>, String> {
        let mode = |name: &String| {
            ModeName::from_str(name, false).map_err(|_| format!("there is no redaction '{name}'"))
        };
        self.redaction.as_ref().map(mode).transpose()
    }

    fn shapes(&self) -> Result<Vec<ShapeName>, String> {
        let shape = |name: &String| {
            ShapeName::from_str(name, false).map_err(|_| format!("there is no shape '{name}'"))
        };
        self.redact_shapes.iter().map(shape).collect()
    }

    fn patterns(&self) -> Result<Vec<NamedPattern>, String> {
        let patterns = self.redact_patterns.iter();
        patterns
            .map(|(name, pattern)| {
                NamedPattern::new(name, pattern).map_err(|error| format!("redact-patterns, {name}: {error}"))
            })
            .collect()
    }

    /// The runtimes to compare.
    pub fn targets(&self) -> Vec<DialectName> {
        self.targets.iter().filter_map(|name| dialect(name).ok()).collect()
    }
}

fn dialect(name: &str) -> Result<DialectName, String> {
    DialectName::from_str(name, false).map_err(|_| format!("there is no dialect '{name}'"))
}
