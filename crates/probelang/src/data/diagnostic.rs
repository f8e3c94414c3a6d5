//! Diagnostics, faults, failed parts of messages.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Ends, InSource};
use crate::diagnostic::{Change, Diagnostic, Edit, Label};
use crate::{Fault, PartError};

impl Serialize for InSource<'_, Diagnostic> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        members(&mut map, self)?;
        map.end()
    }
}

/// The members that a diagnostic and a fault share.
fn members<M: SerializeMap>(map: &mut M, of: &InSource<'_, Diagnostic>) -> Result<(), M::Error> {
    let diagnostic = of.thing;
    map.serialize_entry("code", diagnostic.code.text())?;
    map.serialize_entry("class", diagnostic.class().name())?;
    map.serialize_entry("severity", diagnostic.severity.name())?;
    map.serialize_entry("message", &diagnostic.message)?;
    // the first label of JSON that could not be read is where the diagnostic is
    let place = if of.source.has_spans() {
        Some(diagnostic.span)
    } else {
        diagnostic.labels.first().map(|label| label.span)
    };
    map.serialize_entry("span", &place.as_ref().map(|span| of.part(span)))?;
    map.serialize_entry("path", &diagnostic.path)?;
    map.serialize_entry("source", of.source.name())?;
    if let Some(span) = place {
        let lines = of.source.lines();
        let at = lines.line_column(span.start);
        map.serialize_entry("line", &at.line)?;
        map.serialize_entry("column", &at.column)?;
        map.serialize_entry("utf16", &Ends { start: lines.utf16(span.start), end: lines.utf16(span.end) })?;
    }
    map.serialize_entry("args", &Arguments(&diagnostic.args))?;
    map.serialize_entry("labels", &of.part(diagnostic.labels.as_slice()))?;
    map.serialize_entry("notes", &diagnostic.notes)?;
    map.serialize_entry("edits", &of.part(diagnostic.edits.as_slice()))?;
    map.serialize_entry("url", &diagnostic.code.url())
}

/// The named parts of a message: a name that occurs once has a string, one that occurs several times a list.
struct Arguments<'a>(&'a [(&'static str, String)]);

impl Serialize for Arguments<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (at, (name, value)) in self.0.iter().enumerate() {
            if self.0.iter().take(at).any(|(before, _)| before == name) {
                continue;
            }
            let all: Vec<&str> =
                self.0.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect();
            match all.len() {
                1 => map.serialize_entry(name, value)?,
                _ => map.serialize_entry(name, &all)?,
            }
        }
        map.end()
    }
}

impl Serialize for InSource<'_, Label> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("span", &self.part(&self.thing.span))?;
        map.serialize_entry("text", &self.thing.text)?;
        map.end()
    }
}

impl Serialize for InSource<'_, Edit> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("title", &self.thing.title)?;
        map.serialize_entry("applicability", self.thing.applicability.name())?;
        map.serialize_entry("changes", &self.part(self.thing.changes.as_slice()))?;
        map.end()
    }
}

impl Serialize for InSource<'_, Change> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("span", &self.part(&self.thing.span))?;
        map.serialize_entry("text", &self.thing.text)?;
        map.end()
    }
}

/// The members of a fault: those of a diagnostic, the failing expression, and the host's reason.
pub(super) fn fault<M: SerializeMap>(map: &mut M, of: &InSource<'_, Fault>) -> Result<(), M::Error> {
    let diagnostic = of.thing.diagnostic();
    members(map, &of.part(&diagnostic))?;
    map.serialize_entry("expr", &of.thing.expression)?;
    if let Some(reason) = &of.thing.reason {
        map.serialize_entry("reason", reason)?;
    }
    Ok(())
}

impl Serialize for InSource<'_, Fault> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        fault(&mut map, self)?;
        map.end()
    }
}

impl Serialize for InSource<'_, PartError> {
    /// A failed part is its fault; that a message was cut has only `expr` and `message`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let PartError { expression, message, fault } = self.thing;
        if let Some(fault) = fault {
            return self.part(fault).serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("expr", expression)?;
        map.serialize_entry("message", message)?;
        map.end()
    }
}
