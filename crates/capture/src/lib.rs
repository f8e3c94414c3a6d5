//! The only door through which a value becomes text: a walk under limits and redaction.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod json;
mod keys;
mod message;
mod reader;
mod snapshot;
mod stack;
mod text;
mod walk;

pub use json::{JsonLimits, write_json};
pub use message::{Mark, MessageWriter};
pub use reader::{HostReader, Reader, Shape, Step, Stop, Walk};
pub use snapshot::{
    About, Binding, Capture, CaptureLimits, Event, EventError, Group, Location, Logger, MIN_SIZE, Moment,
    ProbeName, Redaction, StackFrame, Throwable, Written,
};
pub use text::{TextLimits, write_duration, write_short, write_text};
pub use walk::{hides_key, hides_keys, hides_type};
