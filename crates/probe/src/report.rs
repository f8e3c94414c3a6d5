//! What became of each probe of a set.

use std::sync::Arc;

use serde::Serialize;
use serde::ser::SerializeMap as _;

use crate::count::{Cause, Counts};
use crate::status::Status;

/// What became of a probe.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct ProbeReport {
    /// The `id` of the probe.
    pub id: Arc<str>,
    /// The version of its configuration.
    pub version: u64,
    /// Where it belongs.
    pub place: String,
    /// Its status.
    pub status: Option<Status>,
    /// Why it has that status.
    pub cause: Option<Arc<str>>,
    /// What its hits came to.
    pub counts: Counts,
    /// Why it is silent, or that it is not, in words and without values.
    pub verdict: String,
}

impl Serialize for ProbeReport {
    /// An object: `id`, `hits`, a key for each [cause](Cause) of a hit, `approximate`, `bytes`, `steps`, `verdict`.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &*self.id)?;
        map.serialize_entry("hits", &self.counts.hits())?;
        for cause in Cause::ALL {
            map.serialize_entry(cause.name(), &self.counts.of(cause))?;
        }
        map.serialize_entry("approximate", &self.counts.approximate)?;
        map.serialize_entry("bytes", &self.counts.bytes)?;
        map.serialize_entry("steps", &self.counts.steps)?;
        map.serialize_entry("verdict", &self.verdict)?;
        map.end()
    }
}
