//! The engine as a C library. `include/probelang.h` is generated from this crate; the guide is `docs/c.md`.
//!
//! The functions are safe as long as their callers keep what C cannot check: pointers are null or point to what their
//! type says, for the length of the call; a handle is used by nobody when it is freed, and not afterwards; callbacks
//! return.

// Whoever calls a function of this library promises what the crate documentation says, for all of them.
#![allow(clippy::missing_safety_doc)]
#![allow(clippy::not_unsafe_ptr_arg_deref)]
// What only compiling and probes need is not worth a condition at each place.
#![cfg_attr(not(feature = "front-end"), allow(dead_code, unused_imports))]

#[cfg(feature = "front-end")]
pub mod author;
mod boundary;
pub mod capture;
#[cfg(feature = "front-end")]
pub mod changes;
pub mod engine;
mod handle;
#[cfg(feature = "front-end")]
pub mod hint;
#[cfg(feature = "front-end")]
pub mod hits;
pub mod host;
mod lent;
#[cfg(feature = "front-end")]
pub mod probes;
pub mod program;
#[cfg(feature = "front-end")]
mod queue;
pub mod report;
pub mod run;
#[cfg(feature = "through")]
pub mod sequence;
#[cfg(feature = "front-end")]
pub mod site;
pub mod status;
pub mod text;
#[cfg(feature = "through")]
pub mod through;
#[cfg(feature = "tracer")]
pub mod tracer;
pub mod value;

use crate::status::probelang_status;
use crate::text::{probelang_str, put};

/// The number of the binary interface: it goes up when a program that was built with an older header no longer runs
/// with the library.
pub const PROBELANG_ABI_VERSION: u32 = 1;

/// The number of the binary interface of the library: to be compared with `PROBELANG_ABI_VERSION` of the header.
#[unsafe(no_mangle)]
pub extern "C" fn probelang_abi_version() -> u32 {
    PROBELANG_ABI_VERSION
}

/// The semantic version of the library: `0.1.0`. Lent for the life of the process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_version(out: *mut probelang_str) -> probelang_status {
    boundary::boundary! {
        put(out, probelang_str::lend(env!("CARGO_PKG_VERSION")))?;
        Ok(probelang_status::Ok)
    }
}
