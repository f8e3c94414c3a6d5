//! What a check of a configuration says of each probe.

use probelang::data::InSource;
use probelang::diagnostic::{Diagnostic, SourceText, wire};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::{Entry, Outcome};
use crate::Timestamp;
use crate::life::Expiry;

impl Entry {
    /// Why it cannot be used, its first error: the cause of its status. None: it can.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        if !matches!(self.outcome, Outcome::Rejected) {
            return None;
        }
        let error = self.diagnostics.iter().find(|diagnostic| diagnostic.is_error());
        Some(error.map_or_else(|| "it cannot be used".to_owned(), in_a_line))
    }

    /// What would become of the probe in a process that loads it `now`: `RECEIVED` if it can be used, `ERROR` if not,
    /// `EXPIRED` if its time is over, `IGNORED` if it is for another service, environment or version.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> &'static str {
        match &self.outcome {
            Outcome::Ready(probe) => match probe.life.expiry {
                Some(Expiry::At(end)) if now >= end => "EXPIRED",
                Some(Expiry::At(_) | Expiry::After(_)) | None => "RECEIVED",
            },
            Outcome::Rejected => "ERROR",
            Outcome::Elsewhere => "IGNORED",
        }
    }

    /// Whether a check fails: the probe cannot be used, or the `dsl` of an expression says something else than its
    /// `json`.
    #[must_use]
    pub fn fails(&self) -> bool {
        matches!(self.outcome, Outcome::Rejected)
            || self.diagnostics.iter().any(|one| one.code == wire::DIFFERENT)
    }
}

/// An entry as JSON: `id`, `type`, `place`, `status` and `diagnostics`.
#[derive(Clone, Copy, Debug)]
pub struct CheckedEntry<'a> {
    /// The entry.
    pub entry: &'a Entry,
    /// The text of the configuration, which the diagnostics count in.
    pub source: &'a SourceText<'a>,
    /// When it is checked.
    pub now: Timestamp,
}

impl Serialize for CheckedEntry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { entry, source, now } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &entry.id.as_deref())?;
        map.serialize_entry("type", &entry.type_name)?;
        map.serialize_entry("place", &Some(&entry.place).filter(|place| !place.is_empty()))?;
        map.serialize_entry("status", entry.standing(*now))?;
        map.serialize_entry("diagnostics", &InSource::new(entry.diagnostics.as_slice(), source))?;
        map.end()
    }
}

/// What a diagnostic of a probe file says, with its code and its place in the file, where it has one.
#[must_use]
pub fn in_a_line(diagnostic: &Diagnostic) -> String {
    let Diagnostic { message, code, path, .. } = diagnostic;
    match path.as_deref() {
        None | Some("") => format!("{message} ({code})"),
        Some(path) => format!("{message} ({code} at {path})"),
    }
}
