//! Statuses in the words of the agent, which has fewer of them.

use probelang_probe::event::Event;
use probelang_probe::settings::Settings;
use probelang_probe::status::Status;
use serde_json::{Value, json};

/// Appends a status event; nothing where the agent has no word for the status.
pub(super) fn write(status: Status, event: &mut Event, settings: &Settings, out: &mut String) -> Option<()> {
    let is_own = match status {
        Status::Received | Status::Installed | Status::Emitting | Status::Error | Status::Blocked => true,
        // the probe does nothing any more: the reader of an error looks why
        Status::Paused | Status::Expired | Status::Drifted => false,
        Status::Done => return None,
    };
    let start = out.len();
    event.write_payload(settings, out);
    if is_own {
        return Some(());
    }
    let mut value: Value = serde_json::from_str(out.get(start..)?).ok()?;
    out.truncate(start);
    let diagnostics = value.pointer_mut("/debugger/diagnostics")?.as_object_mut()?;
    let message = diagnostics.get("exception").and_then(|exception| exception.get("message")).cloned();
    let message = message.unwrap_or_else(|| Value::from(status.phrase()));
    diagnostics.insert("status".to_owned(), Value::from(Status::Error.name()));
    diagnostics.insert("exception".to_owned(), json!({"type": status.name(), "message": message}));
    out.push_str(&value.to_string());
    Some(())
}
