//! What a snapshot has captured.

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Payload<'j> {
    #[serde(borrow)]
    debugger: Debugger<'j>,
}

#[derive(Deserialize)]
struct Debugger<'j> {
    #[serde(borrow)]
    snapshot: Snapshot<'j>,
}

#[derive(Deserialize)]
struct Snapshot<'j> {
    #[serde(borrow)]
    captures: &'j RawValue,
}

/// The captures, as JSON, of the payload of a snapshot: within the limit of an event, as every sink sends them.
pub(crate) fn captured(payload: &str) -> Option<&str> {
    serde_json::from_str::<Payload<'_>>(payload).ok().map(|payload| payload.debugger.snapshot.captures.get())
}
