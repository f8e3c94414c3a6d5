//! Compiled programs in files.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use probelang::diagnostic::SourceText;
use probelang::diagnostic::{Diagnostic, Span, program as codes};
use probelang::{ARTIFACT_BYTES, Engine, Program};

use crate::console::Console;
use crate::exit::{Failure, Status};
use crate::source::{display_name, is_stdin};

/// Reads an artifact and verifies it.
///
/// # Errors
/// If it cannot be read; with the status of a wrong expression if it is rejected.
pub fn load(path: &Path, engine: &Engine, console: &Console) -> Result<Program, Failure> {
    let name = display_name(path);
    let mut bytes = Vec::new();
    // one byte more than is accepted shows that it is too long
    let most = ARTIFACT_BYTES as u64 + 1;
    let read = if is_stdin(path) {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure::File { doing: "read", name: name.clone(), error })?;
    engine.load(&bytes).map_err(|rejected| {
        let diagnostic = Diagnostic::new(codes::BAD_ARTIFACT, Span::default(), rejected.to_string());
        console.report(&SourceText::nowhere(&name), &[diagnostic]);
        Failure::Told(Status::Expression)
    })
}

/// Writes an artifact, to standard output if the name is `-`.
///
/// # Errors
/// If it cannot be written.
pub fn save(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if is_stdin(path) {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        return Ok(out.flush()?);
    }
    fs::write(path, bytes).map_err(|error| Failure::File { doing: "write", name: display_name(path), error })
}
