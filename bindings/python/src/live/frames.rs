//! The frame that runs, read where it lies: to ask Python for it makes an object of it, which costs more than all else in a hit.
//!
//! Its layout is not published, but is the same in all releases of Python 3.12 and 3.13. It is looked at when probes are started;
//! where it is not as expected, frames are read through the published API.

use std::ffi::{c_char, c_int, c_void};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use super::tool;
use crate::object::{Elements, Object, layout};

static KNOWN: AtomicBool = AtomicBool::new(false);

/// A frame of the interpreter (`_PyInterpreterFrame`); its variables follow.
#[repr(C)]
#[allow(dead_code, reason = "what is between is a part of the layout")]
struct Head {
    code: *mut ffi::PyObject,
    previous: *mut Head,
    function: *mut ffi::PyObject,
    globals: *mut ffi::PyObject,
    builtins: *mut ffi::PyObject,
    locals: *mut ffi::PyObject,
    /// The object that was made of it, or null.
    object: *mut ffi::PyObject,
    instruction: *const c_void,
    stack_top: c_int,
    return_offset: u16,
    owner: c_char,
}

/// The beginning of the object of a frame (`PyFrameObject`).
#[repr(C)]
#[allow(dead_code, reason = "what is between is a part of the layout")]
struct FrameObject {
    head: ffi::PyObject,
    back: *mut ffi::PyObject,
    frame: *mut Head,
}

/// The members of a code object that say where its variables are (`PyCodeObject`).
#[repr(C)]
#[allow(dead_code, reason = "what is between is a part of the layout")]
struct Code {
    before: [usize; 12],
    /// A tuple of their names.
    names: *mut ffi::PyObject,
    /// A byte for each in a `bytes` object.
    kinds: *mut ffi::PyObject,
    file: *mut ffi::PyObject,
    name: *mut ffi::PyObject,
    qualname: *mut ffi::PyObject,
}

/// Whose a frame is that Python has for itself where C calls it.
const OF_C: c_char = 3;

/// The bits of a kind: the variable is in a cell, which the frame makes or takes from a function around it.
const IN_CELL: u8 = 0x40 | 0x80;

/// Where a frame has a variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot {
    at: usize,
    is_in_cell: bool,
}

/// The frame that runs.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    head: NonNull<Head>,
    life: PhantomData<Object<'a>>,
}

impl<'a> Frame<'a> {
    /// That of a code object. `None`: frames are to be read through the published API.
    #[inline]
    pub fn running(code: Object<'a>) -> Option<Self> {
        if !KNOWN.load(Ordering::Relaxed) {
            return None;
        }
        // SAFETY: the layout was found to be as expected, and the GIL is held; the frame lives while it runs
        let head = unsafe { NonNull::new(running(ffi::PyThreadState_Get()))? };
        // SAFETY: as above
        (unsafe { head.as_ref() }.code == code.as_ptr()).then_some(Self { head, life: PhantomData })
    }

    /// What it is known by until it ends.
    #[inline]
    pub fn address(self) -> usize {
        self.head.as_ptr().addr()
    }

    /// The frame that runs in this thread. `None`: frames are to be read through the published API, or there is none.
    pub fn innermost(_: Python<'a>) -> Option<Self> {
        if !KNOWN.load(Ordering::Relaxed) {
            return None;
        }
        // SAFETY: as above
        unsafe { Self::at(running(ffi::PyThreadState_Get())) }
    }

    /// The one that called it.
    pub fn caller(self) -> Option<Self> {
        // SAFETY: a frame refers to its caller, or null
        unsafe { Self::at(self.head.as_ref().previous) }
    }

    /// The first at this address or above that is one of code.
    ///
    /// # Safety
    /// It is null or a frame, which lives for `'a`.
    unsafe fn at(mut next: *mut Head) -> Option<Self> {
        // SAFETY: as the caller says; each refers to the next, or null
        unsafe {
            while let Some(head) = NonNull::new(next) {
                let Head { code, owner, previous, .. } = *head.as_ref();
                if owner != OF_C && ffi::PyCode_Check(code) != 0 {
                    return Some(Self { head, life: PhantomData });
                }
                next = previous;
            }
        }
        None
    }

    /// The file and the name of its code, and the line that it is at.
    pub fn place(self) -> (Option<&'a str>, Option<&'a str>, c_int) {
        // SAFETY: a frame of code, whose texts the code keeps
        unsafe {
            let head = self.head.as_ref();
            let code = &*head.code.cast::<Code>();
            let text = |text| Object::new(text).and_then(Object::short_text);
            let line = ffi::PyUnstable_InterpreterFrame_GetLine(self.head.as_ptr().cast());
            (text(code.file), text(code.qualname), line)
        }
    }

    /// The value of a variable of its code object; `None` where it has none at this time.
    #[inline]
    pub fn variable(self, slot: Slot) -> Option<Object<'a>> {
        // SAFETY: a frame has a reference or null for each variable of its code. Before its first event, each variable in a cell has got
        // its cell, whose third word is its content
        unsafe {
            let first = self.head.as_ptr().add(1).cast::<*mut ffi::PyObject>();
            let found = Object::new(first.add(slot.at).read())?;
            if !slot.is_in_cell || !found.is_exactly(&raw mut ffi::PyCell_Type) {
                return Some(found);
            }
            found.at(size_of::<ffi::PyObject>().cast_signed())
        }
    }
}

/// The frame that a thread runs, or null.
#[cfg(all(not(Py_3_13), target_pointer_width = "64"))]
#[inline]
unsafe fn running(thread: *mut ffi::PyThreadState) -> *mut Head {
    // SAFETY: a thread refers to a structure that begins with the frame
    unsafe {
        let place = thread.byte_add(56).cast::<*const *mut Head>().read();
        if place.is_null() { std::ptr::null_mut() } else { place.read() }
    }
}

/// The frame that a thread runs, or null.
#[cfg(all(Py_3_13, not(Py_3_14), target_pointer_width = "64"))]
#[inline]
unsafe fn running(thread: *mut ffi::PyThreadState) -> *mut Head {
    // SAFETY: a thread refers to its frame
    unsafe { thread.byte_add(72).cast::<*mut Head>().read() }
}

/// The frame that a thread runs: it is not known where that is.
#[cfg(any(Py_3_14, not(target_pointer_width = "64")))]
const unsafe fn running(_: *mut ffi::PyThreadState) -> *mut Head {
    std::ptr::null_mut()
}

/// Where frames of a code object have its variables, with their names. Empty, where frames are read through the published API.
pub fn slots(code: &Bound<'_, PyAny>) -> Vec<(String, Slot)> {
    if !KNOWN.load(Ordering::Relaxed) {
        return Vec::new();
    }
    // SAFETY: a code object, which is kept until the end of this function
    unsafe { Object::new(code.as_ptr()) }.and_then(all_slots).unwrap_or_default()
}

/// As [`slots`], whether the layout is known to be right or not. `None`: it is not.
fn all_slots(code: Object<'_>) -> Option<Vec<(String, Slot)>> {
    // SAFETY: a code object has these members, each null or an object that it keeps
    let (names, kinds) = unsafe {
        let raw = &*code.as_ptr().cast::<Code>();
        (Object::new(raw.names)?, Object::new(raw.kinds)?)
    };
    if !names.is_exactly(&raw mut ffi::PyTuple_Type) || !kinds.is_exactly(&raw mut ffi::PyBytes_Type) {
        return None;
    }
    let (names, kinds): (Elements<'_>, _) = (names.elements()?, kinds.bytes()?);
    let slot = |(at, kind): (usize, &u8)| {
        let name = names.get(at).and_then(Object::name)?;
        Some((name.to_owned(), Slot { at, is_in_cell: kind & IN_CELL != 0 }))
    };
    (names.len() == kinds.len()).then(|| kinds.iter().enumerate().map(slot).collect())?
}

/// A function with a variable of each kind, which calls what looks at its frame.
const PROGRAM: &std::ffi::CStr = c"
def around(free):
    def function(look, plain, cell, *more, key=1, **keys):
        local = [plain, free]
        def inner():
            return cell, later
        squares = [local for each in more]
        if not key:
            unset = 1
        found = look()
        later = 1
        return found
    return function
found = around([])
";

/// Where the function is, as `run` of PyO3 says.
const FILE: &str = "<string>";

/// Looks whether frames are as described here, remembers it, and says so.
///
/// # Errors
/// Those of running a function to look at.
pub fn check(py: Python<'_>) -> PyResult<bool> {
    KNOWN.store(false, Ordering::Relaxed);
    // both are facts of a release that is as it was published
    if !layout::inline_values() {
        return Ok(false);
    }
    let names = PyDict::new(py);
    py.run(PROGRAM, Some(&names), None)?;
    let Some(function) = names.get_item("found")? else { return Ok(false) };
    let look = tool::function(py, c"probelang_look", on_look)?;
    let answer = function.call1((look, PyTuple::empty(py), PyBytes::new(py, b"cell"), 1, 2))?;
    let is_known = answer.is_truthy()?;
    KNOWN.store(is_known, Ordering::Relaxed);
    Ok(is_known)
}

unsafe extern "C" fn on_look(
    _: *mut ffi::PyObject,
    _: *mut *mut ffi::PyObject,
    _: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls, from a frame that runs
    unsafe { ffi::PyBool_FromLong(is_as_expected().unwrap_or_default().into()) }
}

/// Whether the frame that runs is what the published API says of it.
unsafe fn is_as_expected() -> Option<bool> {
    // SAFETY: the GIL is held. Nothing is read but of the thread and of the object of its frame, until both say the same
    unsafe {
        let object = ffi::PyEval_GetFrame();
        let head = NonNull::new(running(ffi::PyThreadState_Get()))?;
        if object.is_null() || (*object.cast::<FrameObject>()).frame != head.as_ptr() {
            return None;
        }
        let code = ffi::PyFrame_GetCode(object).cast::<ffi::PyObject>();
        ffi::Py_DECREF(code);
        let right = head.as_ref();
        if right.object != object.cast() || right.code != code || right.globals != ffi::PyEval_GetGlobals() {
            return None;
        }
        let frame = Frame { head, life: PhantomData };
        let is_placed = frame.place()
            == (Some(FILE), Some("around.<locals>.function"), ffi::PyFrame_GetLineNumber(object));
        let caller = frame.caller()?;
        if !is_placed || caller.head.as_ref().code == code {
            return None;
        }
        let mut found = 0_usize;
        for (name, slot) in all_slots(Object::new(code)?)? {
            let name = crate::object::scalar::name(&name)?;
            let there = ffi::PyFrame_GetVar(object, name.borrow().as_ptr());
            if there.is_null() {
                ffi::PyErr_Clear();
            } else {
                ffi::Py_DECREF(there);
                found = found.saturating_add(1);
            }
            if frame.variable(slot).map_or(std::ptr::null_mut(), Object::as_ptr) != there {
                return None;
            }
        }
        // all but `unset`, `later` and the name in the comprehension
        Some(found == 10)
    }
}
