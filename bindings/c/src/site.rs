//! Places of the running program.

use std::ffi::c_char;
use std::sync::Arc;

use probelang_probe::Site;

use crate::boundary::boundary;
use crate::handle::{self, Opaque, give, shared, tag};
use crate::status::probelang_status;
use crate::text::{optional, probelang_str, put, text};

/// A place of the running program: a function or a line, and what is armed there. Any number of threads may use one.
pub struct probelang_site {
    _opaque: [u8; 0],
}

impl Opaque for probelang_site {
    type Inner = Arc<Site>;
    const TAG: u64 = tag(11);
}

/// A new place. `type_name` is the full name of the type or module, null if it is not known; `name` is the name of
/// spans of its calls.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_site_new(
    type_name: *const c_char,
    type_len: usize,
    name: *const c_char,
    name_len: usize,
    out: *mut *mut probelang_site,
) -> probelang_status {
    boundary! {
        let type_name = optional(probelang_str { data: type_name, len: type_len })?;
        give(out, Arc::new(Site::new(type_name, text(name, name_len)?)))?;
        Ok(probelang_status::Ok)
    }
}

/// Whether calls and lines of a place are to be reported: `call` and `line` get 1 or 0. Costs two loads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_site_moments(
    site: *const probelang_site,
    call: *mut u32,
    line: *mut u32,
) -> probelang_status {
    boundary! {
        let moments = shared(site)?.moments();
        put(call, moments.call.into())?;
        put(line, moments.line.into())?;
        Ok(probelang_status::Ok)
    }
}

/// Frees a place. Its probes are disarmed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_site_free(site: *mut probelang_site) -> probelang_status {
    boundary! { handle::free(site) }
}
