//! A schema from the data of a project.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use probelang::Engine;
use probelang::check::Schema;
use probelang::host::Names;
use probelang::snapshot::{InputReader, Item, Mode, Snapshot, View};

use crate::ProjectError;

/// Files of data that are read: 64.
pub const SAMPLE_FILES: usize = 64;
/// Bytes of a file of data that are read: 16 MiB.
pub const SAMPLE_BYTES: u64 = 16 << 20;

/// The bytes of a file.
///
/// # Errors
/// If it cannot be read, or has more than `most`.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>, ProjectError> {
    let unread = |error| ProjectError::Unread { path: path.to_path_buf(), error };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unread)?;
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() as u64 > most {
        let message = format!("it has more than {most} bytes");
        return Err(ProjectError::Wrong { path: path.to_path_buf(), message });
    }
    Ok(bytes)
}

/// Names and types of all documents and recordings in `paths`, joined.
pub(crate) fn schema(paths: &[PathBuf], engine: &Engine) -> Result<Schema, ProjectError> {
    let mut all = engine.sampler();
    let mut reader = InputReader::new();
    for path in paths.iter().take(SAMPLE_FILES) {
        let bytes = read(path, SAMPLE_BYTES)?;
        let name = path.to_string_lossy();
        let texts: Vec<&[u8]> = if name.ends_with(".ndjson") || name.ends_with(".jsonl") {
            bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect()
        } else {
            vec![&bytes]
        };
        for text in texts {
            let wrong = |error: probelang::InputError| ProjectError::Wrong {
                path: path.clone(),
                message: error.to_string(),
            };
            let mut snapshot = Snapshot::default();
            let names = Names::new();
            let mut sample = |view: &View<'_>| all.frame(view, view.scope(), view.is_partial());
            for item in reader.read(text, Mode::Auto).map_err(wrong)? {
                match item.map_err(wrong)? {
                    Item::Plain(plain) => sample(&plain.view(&names)),
                    Item::Recorded(recorded) => {
                        recorded.open_into(None, engine.redaction(), &mut snapshot).map_err(wrong)?;
                        sample(&snapshot.view(&names));
                    }
                }
            }
        }
    }
    Ok(all.finish())
}
