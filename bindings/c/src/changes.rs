//! What the caller has to do after it loaded a configuration.

use probelang_probe::Change;
use probelang_probe::probe::{Moment, Place};

use crate::boundary::boundary;
use crate::capture::probelang_moment;
use crate::handle::{self, Opaque, shared, tag};
use crate::report::put_sized;
use crate::status::probelang_status;
use crate::text::{Zero, probelang_str};

/// What the caller has to do after it loaded a configuration. Immutable; any number of threads may read one.
pub struct probelang_changes {
    _opaque: [u8; 0],
}

impl Opaque for probelang_changes {
    type Inner = Vec<Change>;
    const TAG: u64 = tag(10);
}

/// What the caller has to do.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_change_kind {
    /// Find the place of this probe and arm it there, or report an `ERROR`.
    Add = 0,
    /// Arm this probe again where it is.
    Update = 1,
    /// Clean up: it is disarmed.
    Remove = 2,
}

/// A change, with the place of its probe. The strings are lent until the list is freed; fields that a place does not
/// have are null or 0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_change {
    /// `sizeof(probelang_change)`, to be set before the call.
    pub size: usize,
    /// A `probelang_change_kind`.
    pub kind: u32,
    /// A `probelang_moment`.
    pub moment: u32,
    /// The probe.
    pub id: probelang_str,
    /// The version of its configuration.
    pub version: u64,
    /// The type or module of its function.
    pub type_name: probelang_str,
    /// The function.
    pub method: probelang_str,
    /// Which of several functions of that name.
    pub signature: probelang_str,
    /// The file of its lines.
    pub file: probelang_str,
    /// The first line, from 1.
    pub first_line: u32,
    /// The last line.
    pub last_line: u32,
}

// SAFETY: numbers and pointers.
unsafe impl Zero for probelang_change {}

/// Change `index`, from 0. `PROBELANG_STATUS_OUT_OF_RANGE` after the last one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_changes_get(
    changes: *const probelang_changes,
    index: usize,
    out: *mut probelang_change,
) -> probelang_status {
    boundary! {
        let (kind, probe) = match shared(changes)?.get(index).ok_or(probelang_status::OutOfRange)? {
            Change::Add(probe) => (probelang_change_kind::Add, probe),
            Change::Update(probe) => (probelang_change_kind::Update, probe),
            Change::Remove(probe) => (probelang_change_kind::Remove, probe),
        };
        let moment = match probe.moment {
            Moment::Entry => probelang_moment::Entry,
            Moment::Exit => probelang_moment::Return,
            Moment::Line => probelang_moment::Line,
        };
        let mut change = probelang_change {
            size: 0,
            kind: kind as u32,
            moment: moment as u32,
            id: probelang_str::lend(&probe.id),
            version: probe.version,
            type_name: probelang_str::EMPTY,
            method: probelang_str::EMPTY,
            signature: probelang_str::EMPTY,
            file: probelang_str::EMPTY,
            first_line: 0,
            last_line: 0,
        };
        match &probe.place {
            Place::Function { type_name, method, signature } => {
                change.type_name = probelang_str::lend(type_name);
                change.method = probelang_str::lend(method);
                change.signature = probelang_str::lend_option(signature.as_deref());
            }
            Place::Lines { file, from, to } => {
                change.file = probelang_str::lend(file);
                (change.first_line, change.last_line) = (*from, *to);
            }
        }
        put_sized(out, &change)?;
        Ok(probelang_status::Ok)
    }
}

/// Frees a list of changes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_changes_free(changes: *mut probelang_changes) -> probelang_status {
    boundary! { handle::free(changes) }
}
