//! What is around a hit: the call stack, the thread.

use std::cell::RefCell;
use std::sync::Arc;

use probelang::capture::StackFrame;
use probelang_probe::event::Thread;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::frames::Frame;
use super::state::attached;
use crate::object::Object;
use crate::object::attributes::stored;
use crate::object::scalar::{Scalar, fixed};
use crate::object::table::Table;
use crate::object::types::module;

/// Frames of a stack at most.
const FRAMES: usize = 256;

/// Appends the call stack of this thread, innermost frame first.
pub fn stack<'s>(frames: &mut Vec<StackFrame<'s>>) {
    let py = attached();
    let mut running = Frame::innermost(py);
    if running.is_some() {
        while let Some(frame) = running.filter(|_| frames.len() < FRAMES) {
            let (file, function, line) = frame.place();
            frames.push(StackFrame { file, function, line: known(line), column: None });
            running = frame.caller();
        }
        return;
    }
    // SAFETY: a borrowed frame, or null
    let mut next = unsafe { Bound::from_borrowed_ptr_or_opt(py, ffi::PyEval_GetFrame().cast()) };
    while let Some(frame) = next.filter(|_| frames.len() < FRAMES) {
        let raw = frame.as_ptr().cast();
        // SAFETY: a live frame; it has a code object, and gives a new reference to it
        let (code, line) = unsafe {
            (Bound::from_owned_ptr(py, ffi::PyFrame_GetCode(raw).cast()), ffi::PyFrame_GetLineNumber(raw))
        };
        frames.push(call(&code, line));
        // SAFETY: a live frame; a new reference, or null at the end
        next = unsafe { Bound::from_owned_ptr_or_opt(py, ffi::PyFrame_GetBack(raw).cast()) };
    }
}

/// Appends where an exception was thrown, innermost frame first: the innermost ones, if there are more than a stack may have.
pub fn thrown<'s>(error: Object<'s>, frames: &mut Vec<StackFrame<'s>>) {
    let py = attached();
    let mut raw: Vec<*mut ffi::PyTracebackObject> = Vec::new();
    // SAFETY: an exception, which keeps null or a traceback; each keeps null or the next, and they make no loop
    let mut next = unsafe { (*error.as_ptr().cast::<ffi::PyBaseExceptionObject>()).traceback };
    // SAFETY: null or a live object
    while !next.is_null() && unsafe { ffi::PyTraceBack_Check(next) } != 0 {
        raw.push(next.cast());
        // SAFETY: a traceback
        next = unsafe { (*next.cast::<ffi::PyTracebackObject>()).tb_next }.cast();
    }
    for traceback in raw.into_iter().rev().take(FRAMES) {
        // SAFETY: a traceback has a frame, and that a code object, to which a new reference is given. A line that is not known yet is that
        // of the instruction
        let (code, line) = unsafe {
            let code = ffi::PyFrame_GetCode((*traceback).tb_frame);
            let line = match (*traceback).tb_lineno {
                -1 => ffi::PyCode_Addr2Line(code, (*traceback).tb_lasti),
                line => line,
            };
            (Bound::from_owned_ptr(py, code.cast()), line)
        };
        frames.push(call(&code, line));
    }
}

fn call<'s>(code: &Bound<'_, PyAny>, line: std::ffi::c_int) -> StackFrame<'s> {
    StackFrame {
        file: kept(code, intern!(code.py(), "co_filename")),
        function: kept(code, intern!(code.py(), "co_qualname")),
        line: known(line),
        column: None,
    }
}

/// A line, where it is known.
fn known(line: std::ffi::c_int) -> Option<u32> {
    u32::try_from(line).ok().filter(|line| *line > 0)
}

/// A text attribute of a code object whose frame is on the stack, or in the traceback of an exception that is thrown. The code
/// object keeps the text, and the frame the code object, while the GIL is held and no Python code runs.
fn kept<'s>(code: &Bound<'_, PyAny>, name: &Bound<'_, PyString>) -> Option<&'s str> {
    let text = code.getattr(name).ok()?;
    // SAFETY: as above
    unsafe { Object::new(text.as_ptr()) }.and_then(Object::short_text)
}

/// The running thread, with the name that `threading` has for it.
pub fn thread() -> Thread {
    #[allow(clippy::useless_conversion, reason = "not all systems have 64 bits in a long")]
    // SAFETY: it only asks the system
    let id = unsafe { ffi::PyThread_get_thread_ident() };
    let named = || {
        let all = module(&fixed!("threading"))?.find(&fixed!("_active")).and_then(Table::of)?;
        let thread = all.find(&Scalar::uint(id)?)?;
        stored(thread).find(fixed!("_name"))?.name().map(shared)
    };
    Thread { id, name: named() }
}

thread_local! {
    /// The name that this thread had last, so that its events have one text in common.
    static NAME: RefCell<Option<Arc<str>>> = const { RefCell::new(None) };
}

/// A name of this thread.
fn shared(name: &str) -> Arc<str> {
    let kept = NAME.try_with(|kept| {
        let mut kept = kept.try_borrow_mut().ok()?;
        if kept.as_deref() != Some(name) {
            *kept = Some(Arc::from(name));
        }
        kept.clone()
    });
    kept.ok().flatten().unwrap_or_else(|| Arc::from(name))
}
