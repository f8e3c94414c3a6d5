//! What holds the engine to its promises about untrusted input, on no user's path: programs out of bytes, hosts
//! that lie, hosts of any size, and what a run shows of itself.
//!
//! The tests of this crate are the short form; the fuzz targets of `fuzz/` run the same checks on bytes that a
//! fuzzer chose. `SAFETY.md` says what is promised.

#![allow(clippy::indexing_slicing, clippy::panic)]

pub mod artifact;
pub mod capture;
pub mod clock;
pub mod draw;
pub mod evil;
pub mod giant;
pub mod graph;
pub mod lent;
pub mod observe;
pub mod oracle;
pub mod probe;
pub mod project;
pub mod taint;
