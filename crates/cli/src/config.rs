//! What `probelang.toml` adds to the command line.

use std::env;

use probelang::redact::Mode;
use probelang_project::{Project, ProjectError};

use crate::args::{Common, DialectName};
use crate::exit::Failure;
use crate::redaction::{ModeName, ShapeName};

/// What the file in the current directory or the nearest one above says, if there is one.
///
/// # Errors
/// If it cannot be read or says what is not known.
pub fn find() -> Result<Option<Project>, Failure> {
    let Ok(start) = env::current_dir() else { return Ok(None) };
    Project::find(&start).map_err(|error| match error {
        ProjectError::Unread { path, error } => {
            Failure::File { doing: "read", name: path.display().to_string(), error }
        }
        wrong => Failure::Usage(wrong.to_string()),
    })
}

/// Adds what the file says to what the command line did not.
pub fn add_to(project: &Project, common: &mut Common) {
    if common.dialect.is_none() {
        common.dialect = project.dialect.map(DialectName);
    }
    if common.schema.is_none() {
        common.schema.clone_from(&project.schema);
    }
    let redaction = &mut common.redaction;
    redaction.names.extend(project.redact.iter().cloned());
    redaction.types.extend(project.redact_types.iter().cloned());
    let no_shapes = project.no_redact_shapes.iter().copied().map(ShapeName);
    let no_shapes: Vec<_> = no_shapes.filter(|shape| !redaction.shapes.contains(shape)).collect();
    redaction.no_shapes.extend(no_shapes);
    redaction.shapes.extend(project.redact_shapes.iter().copied().map(ShapeName));
    redaction.patterns.extend(project.redact_patterns.iter().cloned());
    redaction.mode = redaction.mode.or(project.redaction.map(|mode: Mode| ModeName(mode)));
}
