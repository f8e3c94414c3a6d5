//! `probelang.toml`: what a project always wants, in the folder of a file or one above.
//!
//! | key | what it says |
//! |---|---|
//! | `deny` | codes, or `warnings`, that checks take for errors |
//! | `allow` | codes that checks do not report |
//! | `schema` | the [schema](probelang::check::Schema) of the names in scope, a file |
//! | `data` | files to sample a schema from, where there is no `schema`: JSON documents and recordings |
//! | `dialect` | the runtime that programs are written for |
//! | `targets` | the runtimes that checks compare |
//! | `probe-files` | patterns of JSON files that are probe files, whatever they contain: `probes/*.json` |
//! | `redact`, `redact-types` | more names and types to redact |
//! | `redaction` | the mode in which texts are redacted |
//! | `redact-shapes`, `redact-patterns` | more shapes of secrets, and patterns of the project's own by their names |
//! | `no-redact-shapes` | shapes of secrets not to look for |
//!
//! Files are named relative to the folder of `probelang.toml`. It adds to the names and types that are redacted, and never takes
//! from them.
//!
//! ```
//! use std::path::Path;
//! use probelang_project::Project;
//!
//! let project = Project::read("deny = ['warnings']\nprobe-files = ['probes/*.json']", Path::new("/shop"))?;
//! assert!(project.is_probe_file(Path::new("/shop/probes/cart.json")));
//! assert!(Project::read("denny = []", Path::new("/shop")).is_err());
//! # Ok::<(), probelang_project::ProjectError>(())
//! ```

mod gate;
mod glob;
mod sample;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use probelang::check::Schema;
use probelang::dialect::Preset;
use probelang::redact::shape::Shape;
use probelang::redact::{Mode, Policy};
use probelang::{Engine, RedactionError, RedactionSettings, Terms, TextPattern};
use serde::Deserialize;

pub use gate::{Gate, code};
pub use sample::{SAMPLE_BYTES, SAMPLE_FILES};

/// The name of the file.
pub const NAME: &str = "probelang.toml";

/// Bytes of a schema that are read: 16 MiB.
pub const SCHEMA_BYTES: u64 = 16 << 20;

/// What `probelang.toml` says.
#[derive(Clone, Default, Debug)]
#[non_exhaustive]
pub struct Project {
    /// The folder of the file.
    pub folder: PathBuf,
    /// Which warnings are errors, and which are not reported.
    pub gate: Gate,
    /// The schema.
    pub schema: Option<PathBuf>,
    /// Files to sample a schema from.
    pub data: Vec<PathBuf>,
    /// The dialect.
    pub dialect: Option<Preset>,
    /// The runtimes that checks compare.
    pub targets: Vec<Preset>,
    /// Patterns of probe files.
    pub probe_files: Vec<String>,
    /// More names to redact.
    pub redact: Vec<String>,
    /// More types to redact.
    pub redact_types: Vec<String>,
    /// The mode in which texts are redacted.
    pub redaction: Option<Mode>,
    /// More shapes of secrets to look for.
    pub redact_shapes: Vec<Shape>,
    /// Shapes of secrets not to look for.
    pub no_redact_shapes: Vec<Shape>,
    /// Patterns of the project's own.
    pub redact_patterns: Vec<NamedPattern>,
}

/// Why `probelang.toml`, or a file that it names, is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// It says what is not known.
    #[error("{}: {message}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// It cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Unread {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// The keys of the file, as they are written.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    deny: Vec<String>,
    allow: Vec<String>,
    schema: Option<PathBuf>,
    data: Vec<PathBuf>,
    dialect: Option<String>,
    targets: Vec<String>,
    probe_files: Vec<String>,
    redact: Vec<String>,
    redact_types: Vec<String>,
    redaction: Option<String>,
    redact_shapes: Vec<String>,
    no_redact_shapes: Vec<String>,
    redact_patterns: BTreeMap<String, String>,
}

impl Project {
    /// What the nearest file says, in `folder` or above it; `None` if there is no file.
    ///
    /// # Errors
    /// [`ProjectError`] if it cannot be read or says what is not known.
    pub fn find(folder: &Path) -> Result<Option<Self>, ProjectError> {
        for directory in folder.ancestors() {
            let path = directory.join(NAME);
            match fs::read_to_string(&path) {
                Ok(text) => return Self::read(&text, directory).map(Some),
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
                Err(error) => return Err(ProjectError::Unread { path, error }),
            }
        }
        Ok(None)
    }

    /// What the text of a file in `folder` says.
    ///
    /// # Errors
    /// [`ProjectError::Wrong`].
    pub fn read(text: &str, folder: &Path) -> Result<Self, ProjectError> {
        Self::of(text, folder).map_err(|message| ProjectError::Wrong { path: folder.join(NAME), message })
    }

    fn of(text: &str, folder: &Path) -> Result<Self, String> {
        let written: Written = toml::from_str(text).map_err(|error| error.message().replace('\n', " "))?;
        let mode = |name: &String| Mode::find(name).ok_or_else(|| format!("there is no redaction '{name}'"));
        let shape = |name: &String| Shape::find(name).ok_or_else(|| format!("there is no shape '{name}'"));
        let pattern = |(name, pattern): (&String, &String)| {
            NamedPattern::new(name, pattern).map_err(|error| format!("redact-patterns, {name}: {error}"))
        };
        let project = Self {
            folder: folder.to_path_buf(),
            gate: Gate::new(&written.deny, &written.allow)?,
            schema: written.schema.map(|schema| folder.join(schema)),
            data: written.data.iter().map(|data| folder.join(data)).collect(),
            dialect: written.dialect.as_ref().map(dialect).transpose()?,
            targets: written.targets.iter().map(dialect).collect::<Result<_, _>>()?,
            probe_files: written.probe_files,
            redact: written.redact.iter().map(|name| redacted_name(name)).collect::<Result<_, _>>()?,
            redact_types: written.redact_types,
            redaction: written.redaction.as_ref().map(mode).transpose()?,
            redact_shapes: written.redact_shapes.iter().map(shape).collect::<Result<_, _>>()?,
            no_redact_shapes: written.no_redact_shapes.iter().map(shape).collect::<Result<_, _>>()?,
            redact_patterns: written.redact_patterns.iter().map(pattern).collect::<Result<_, _>>()?,
        };
        match project.settings().mode() {
            Ok(_) => Ok(project),
            Err(RedactionError::Shapes) => {
                Err("redact-shapes hides nothing with redaction = \"off\"".to_owned())
            }
            Err(RedactionError::Patterns) => {
                Err("redact-patterns hides nothing with redaction = \"off\"".to_owned())
            }
        }
    }

    /// Whether a file is a probe file by its name.
    #[must_use]
    pub fn is_probe_file(&self, path: &Path) -> bool {
        let Ok(path) = path.strip_prefix(&self.folder) else { return false };
        let path = path.to_string_lossy().replace('\\', "/");
        self.probe_files.iter().any(|pattern| glob::matches(pattern, &path))
    }

    /// What is redacted: the built-in names and what the file adds.
    #[must_use]
    pub fn policy(&self) -> Policy {
        match self.settings().policy() {
            Ok(policy) => Arc::unwrap_or_clone(policy),
            // a file that was read has none
            Err(_) => Policy::built_in().with_mode(Mode::Strict),
        }
    }

    fn settings(&self) -> RedactionSettings {
        RedactionSettings {
            names: self.redact.clone(),
            types: self.redact_types.clone(),
            mode: self.redaction,
            shapes: self.redact_shapes.clone(),
            no_shapes: self.no_redact_shapes.clone(),
            patterns: self.redact_patterns.iter().map(NamedPattern::named).collect(),
            ..RedactionSettings::default()
        }
    }

    /// An engine as the file wants it, without a schema.
    #[must_use]
    pub fn engine(&self) -> Engine {
        let engine = Engine::new().policy(self.policy()).targets(self.targets.iter().copied());
        match self.dialect {
            Some(dialect) => engine.dialect(dialect),
            None => engine,
        }
    }

    /// The names in scope: the schema, or what the data show under the redaction of `engine`. `None` if the file names
    /// neither.
    ///
    /// # Errors
    /// [`ProjectError`] for the first file that is of no use.
    ///
    /// # Cost
    /// Reads at most [`SCHEMA_BYTES`] of a schema, and of data [`SAMPLE_BYTES`] of each of [`SAMPLE_FILES`].
    pub fn known_names(&self, engine: &Engine) -> Result<Option<Schema>, ProjectError> {
        if let Some(path) = &self.schema {
            let text = String::from_utf8(sample::read(path, SCHEMA_BYTES)?).map_err(|_| {
                ProjectError::Wrong { path: path.clone(), message: "it is not UTF-8".to_owned() }
            })?;
            return Schema::parse(&text).map(Some).map_err(|diagnostics| {
                let message = diagnostics.into_iter().next().map_or_else(String::new, |one| {
                    let path = one.path.filter(|path| !path.is_empty());
                    path.map_or(one.message.clone(), |path| format!("{path}: {}", one.message))
                });
                ProjectError::Wrong { path: path.clone(), message }
            });
        }
        if self.data.is_empty() { Ok(None) } else { sample::schema(&self.data, engine).map(Some) }
    }
}

/// The runtime of that name.
fn dialect(name: &String) -> Result<Preset, String> {
    Preset::find(name).ok_or_else(|| format!("there is no dialect '{name}'"))
}

/// A name of a list of redacted names, without the blanks around it.
///
/// # Errors
/// For a pattern: a name that would hide nothing must not look as if it did.
pub fn redacted_name(text: &str) -> Result<String, String> {
    let terms = Terms { redact_types: "--redact-type", ..Terms::RUST };
    RedactionSettings::check_name(text, &terms)?;
    Ok(text.trim().to_owned())
}

/// A pattern of the user's own and its name.
#[derive(Clone, Debug)]
pub struct NamedPattern {
    name: String,
    finder: Arc<TextPattern>,
}

impl NamedPattern {
    /// `NAME=REGEX`.
    ///
    /// # Errors
    /// What is wrong with either.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, pattern) = text.split_once('=').ok_or("it is written NAME=REGEX")?;
        Self::new(name.trim(), pattern)
    }

    /// A pattern under a name.
    ///
    /// # Errors
    /// What is wrong with either.
    pub fn new(name: &str, pattern: &str) -> Result<Self, String> {
        TextPattern::check_name(name)?;
        let finder = TextPattern::new(pattern)
            .map_err(|diagnostic| format!("error[{}]: {}", diagnostic.code, diagnostic.message))?;
        Ok(Self { name: name.to_owned(), finder: Arc::new(finder) })
    }

    /// Its name and what finds it, as settings take them.
    #[must_use]
    pub fn named(&self) -> (String, Arc<TextPattern>) {
        (self.name.clone(), Arc::clone(&self.finder))
    }
}
