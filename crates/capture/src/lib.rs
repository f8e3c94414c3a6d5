//! The only door through which a value becomes text: a walk under limits and redaction.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

mod reader;

pub use reader::{HostReader, Reader, Shape, Step, Stop, Walk};
