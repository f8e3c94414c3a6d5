//! The tracer in C of the benchmarks: its host, and its symbols.

use std::ffi::c_char;

use probelang::host::{Resolve, Symbol, Use};

use crate::host::probelang_host;
use crate::text::Zero;
use crate::through::Callbacks;

unsafe extern "C" {
    fn tracer_host(host: *mut probelang_host);
    fn tracer_resolve(name: *const c_char, len: usize) -> u32;
}

/// The host of `tracer/tracer.c`, over structs of C.
pub struct Tracer(probelang_host);

impl Tracer {
    /// The host, over its one state.
    #[must_use]
    pub fn new() -> Self {
        let mut host = probelang_host::ZERO;
        // SAFETY: the function writes the whole struct, and sets up memory that is never freed.
        unsafe { tracer_host(&mut host) };
        Self(host)
    }
}

impl Default for Tracer {
    fn default() -> Self {
        Self::new()
    }
}

// SAFETY: the callbacks read memory that is never freed, and trust only handles that they lent.
unsafe impl Callbacks for Tracer {
    fn callbacks(&self) -> &probelang_host {
        &self.0
    }
}

/// The symbols of the tracer.
pub struct TracerNames;

impl Resolve for TracerNames {
    fn resolve(&mut self, name: &str, _: Use) -> Symbol {
        // SAFETY: the function reads the text.
        Symbol(unsafe { tracer_resolve(name.as_ptr().cast(), name.len()) })
    }
}
