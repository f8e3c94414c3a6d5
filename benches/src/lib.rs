//! Work W1–W9 on two hosts and captures C1–C4, beside hand-written Rust and the published engines.
//!
//! `cargo bench -p probelang-bench --features time,peers` measures time and prints one table; `benches/guard` counts instructions.

#![allow(clippy::expect_used, clippy::panic)]

#[cfg(feature = "columns")]
mod arrow;
pub mod capture;
pub mod cold;
pub mod data;
pub mod hand;
pub mod hit;
pub mod hosts;
pub mod lines;
pub mod native;
pub mod ours;
pub mod peers;
pub mod subject;
pub mod works;
