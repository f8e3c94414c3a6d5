//! Probe files of the command line, read and compiled.

use std::path::PathBuf;

use clap::Args;
use probelang::Engine;
use probelang::host::SystemClock;
use probelang_probe::config::{ProbeFile, Reader};
use probelang_probe::settings::Process;

use crate::exit::Failure;
use crate::source::{display_name, read_file};

/// Probe files, and the process that their probes are for.
#[derive(Args, Debug)]
pub struct Files {
    /// Probe files; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The service of the process: probes with a tag `service:` of another name are ignored
    #[arg(long, value_name = "NAME", help_heading = "Process")]
    service: Option<String>,

    /// The environment of the process, for tags `env:`
    #[arg(long, value_name = "NAME", help_heading = "Process")]
    env: Option<String>,

    /// The version of the service, for tags `version:`
    #[arg(long, value_name = "VERSION", help_heading = "Process")]
    version: Option<String>,

    /// Give each probe the meaning of its own runtime, the one that its `language` names; --dialect counts for the
    /// others
    #[arg(long, help_heading = "Process")]
    by_language: bool,
}

/// A probe file that was read.
pub struct Loaded {
    /// What the user calls it.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What it says.
    pub file: ProbeFile,
}

impl Files {
    /// Reads them, in order. A probe whose id an earlier file has is rejected.
    pub fn load(&self, engine: &Engine) -> Result<Vec<Loaded>, Failure> {
        let (clock, process) = (SystemClock, self.process());
        let mut loaded: Vec<Loaded> = Vec::new();
        for path in &self.files {
            let text = read_file(path)?;
            let mut reader =
                Reader::new(engine).clock(&clock).by_language(self.by_language).process(&process);
            for id in
                loaded.iter().flat_map(|before| &before.file.probes).filter_map(|entry| entry.id.as_ref())
            {
                reader = reader.taken(id);
            }
            let file = reader.read(&text);
            loaded.push(Loaded { name: display_name(path), text, file });
        }
        Ok(loaded)
    }

    /// Whether standard input is one of them.
    pub fn reads_stdin(&self) -> bool {
        self.files.iter().any(|path| crate::source::is_stdin(path))
    }

    /// The process, as events say it.
    pub fn process(&self) -> Process {
        Process::default().with_service(self.service.clone(), self.env.clone(), self.version.clone())
    }
}
