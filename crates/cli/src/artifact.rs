//! Compiled programs in files.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use probelang_diagnostic::{Diagnostic, Span, program as codes};
use probelang_vm::{ARTIFACT_BYTES, Program};

use crate::console::Console;
use crate::exit::{Failure, Status};
use crate::render::Origin;
use crate::source::{display_name, is_stdin};

/// Reads an artifact and verifies it.
///
/// # Errors
/// Where it cannot be read; with the status of a wrong expression where it is refused.
pub fn load(path: &Path, console: &Console) -> Result<Arc<Program>, Failure> {
    let name = display_name(path);
    let mut bytes = Vec::new();
    // one byte more than is taken shows that it is too long
    let most = ARTIFACT_BYTES as u64 + 1;
    let read = if is_stdin(path) {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure::File { doing: "read", name: name.clone(), error })?;
    Program::from_bytes(&bytes).map(Arc::new).map_err(|refused| {
        let diagnostic = Diagnostic::new(codes::BAD_ARTIFACT, Span::default(), refused.to_string());
        console.tell(&Origin { name: &name, text: "", spans: false }, &[diagnostic]);
        Failure::Told(Status::Expression)
    })
}

/// Writes an artifact, to standard output where the name is `-`.
///
/// # Errors
/// Where it cannot be written.
pub fn save(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if is_stdin(path) {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        return Ok(out.flush()?);
    }
    fs::write(path, bytes).map_err(|error| Failure::File { doing: "write", name: display_name(path), error })
}
