//! What can be seen of a frame at a hit.

use std::cell::{Cell, OnceCell};
use std::ptr::null_mut;
use std::time::Duration;

use probelang::capture::{Name, StackFrame};
use probelang::host::{Host, Symbol};
use probelang_control::HitTime;
use probelang_probe::Timestamp;
use probelang_probe::event::{Thread, TraceIds};
use probelang_probe::runtime::Scene;
use pyo3::ffi;
use pyo3::prelude::*;

use super::frames::Frame;
use super::names::{CodeNames, RESULTS, Source};
use super::state::{Armed, Call};
use super::{spans, surroundings};
use crate::host::{Objects, Variable, Variables};
use crate::object::Object;
use crate::object::table::Table;

/// How a call ended.
#[derive(Clone, Copy, Debug)]
pub enum Ending<'a> {
    /// It returned this.
    Returned(Object<'a>),
    /// It raised this.
    Raised(Object<'a>),
    /// It was closed, as generators are.
    Closed,
}

/// The end of a call.
#[derive(Clone, Copy, Debug)]
struct End<'a> {
    how: Ending<'a>,
    /// When it began.
    start: Timestamp,
    suspended: Duration,
}

/// The variables of the frame that runs.
#[derive(Debug)]
pub struct Running<'a> {
    code: Object<'a>,
    names: &'a CodeNames,
    /// The frame, once it was asked for as an object.
    frame: Cell<*mut ffi::PyFrameObject>,
    end: Option<End<'a>>,
    /// When the hit is.
    time: HitTime,
}

impl Running<'_> {
    /// The frame, or null where there is none.
    #[inline]
    fn frame(&self) -> *mut ffi::PyFrameObject {
        if self.frame.get().is_null() {
            // SAFETY: the GIL is held; the frame lives while it runs
            self.frame.set(unsafe { ffi::PyEval_GetFrame() });
        }
        self.frame.get()
    }
}

impl<'a> Running<'a> {
    /// What a new reference refers to, which somebody else keeps.
    ///
    /// # Safety
    /// It is null with an exception set, or a new reference to what the frame keeps for `'a`.
    #[inline]
    unsafe fn lent(found: *mut ffi::PyObject) -> Option<Object<'a>> {
        // SAFETY: as the caller says
        unsafe {
            if found.is_null() {
                ffi::PyErr_Clear();
            } else {
                ffi::Py_DECREF(found);
            }
            Object::new(found)
        }
    }

    /// A variable that the frame has for itself.
    #[inline]
    fn of_frame(&self, name: Object<'_>) -> Variable<'a> {
        let frame = self.frame();
        if frame.is_null() {
            return Variable::Absent;
        }
        // SAFETY: a live frame and a text; the frame keeps what it finds while it runs
        unsafe { Self::lent(ffi::PyFrame_GetVar(frame, name.as_ptr())) }.into()
    }

    /// A global variable of the module.
    #[inline]
    fn of_module(name: Object<'_>) -> Variable<'a> {
        // SAFETY: a borrowed dictionary that the running frame keeps, or null
        let globals = unsafe { Object::new(ffi::PyEval_GetGlobals()) };
        globals.and_then(Table::of).and_then(|table| table.find(&name)).into()
    }

    /// A name of the body of a module or class.
    fn of_body(&self, name: Object<'_>) -> Variable<'a> {
        match self.body_names() {
            Err(reason) => Variable::Unreadable(reason),
            Ok(table) => match table.find(&name) {
                Some(found) => Variable::Object(found),
                None => Self::of_module(name),
            },
        }
    }

    /// The names of the body of a module or class.
    fn body_names(&self) -> Result<Table<'a>, &'static str> {
        // Python 3.12 moves cells into the mapping of the body, which may be of a class of the program
        if cfg!(not(Py_3_13)) && self.names.has_locals() {
            return Err("class body");
        }
        let frame = self.frame();
        if frame.is_null() {
            return Err("no frame");
        }
        // SAFETY: a live frame of a body without variables of its own, which keeps its mapping
        let names = unsafe { Self::lent(ffi::PyFrame_GetLocals(frame)) };
        names.and_then(Table::of).ok_or("class body")
    }
}

impl<'a> Variables<'a> for Running<'a> {
    #[inline]
    fn variable(&self, symbol: Symbol, name: Object<'_>) -> Variable<'a> {
        match self.names.source(symbol) {
            Source::Slot(slot) => match Frame::running(self.code) {
                Some(frame) => frame.variable(slot).into(),
                None => self.of_frame(name),
            },
            Source::Frame => self.of_frame(name),
            Source::Module => Self::of_module(name),
            Source::Body => self.of_body(name),
            Source::Return => match self.end {
                Some(End { how: Ending::Returned(value), .. }) => Variable::Object(value),
                _ => Variable::Absent,
            },
            Source::Exception => match self.end {
                Some(End { how: Ending::Raised(error), .. }) => Variable::Object(error),
                _ => Variable::Absent,
            },
            Source::Duration => self.end.map_or(Variable::Absent, |end| {
                Variable::Float(self.time.exact().since(end.start).as_secs_f64() * 1_000.0)
            }),
            Source::Nowhere => Variable::Absent,
        }
    }
}

/// What can be seen at a hit.
pub struct Seen<'a> {
    objects: Objects<'a, Running<'a>>,
    names: &'a CodeNames,
    end: Option<End<'a>>,
    shown: OnceCell<Vec<Name<'a>>>,
}

impl<'a> Seen<'a> {
    /// The frame that runs, of this code object.
    #[inline]
    pub fn new(py: Python<'a>, code: Object<'a>, armed: &'a Armed) -> Self {
        Self::at(py, code, &armed.names, None)
    }

    /// The same at the end of a call.
    #[inline]
    pub fn ended(py: Python<'a>, code: Object<'a>, armed: &'a Armed, how: Ending<'a>, call: &Call) -> Self {
        let (start, suspended) = (call.pending.start(), call.suspended);
        Self::at(py, code, &armed.names, Some(End { how, start, suspended }))
    }

    /// When the hit is.
    #[inline]
    pub fn exact(&self) -> Timestamp {
        self.objects.variables().time.exact()
    }

    #[inline]
    fn at(py: Python<'a>, code: Object<'a>, names: &'a CodeNames, end: Option<End<'a>>) -> Self {
        let running = Running { code, names, frame: Cell::new(null_mut()), end, time: HitTime::default() };
        Self { objects: Objects::new(py, running, &names.symbols), names, end, shown: OnceCell::new() }
    }
}

impl Scene for Seen<'_> {
    #[inline]
    fn host(&self) -> &dyn Host {
        &self.objects
    }

    fn time(&self) -> Option<Timestamp> {
        Some(self.exact())
    }

    fn names(&self) -> &[Name<'_>] {
        self.shown.get_or_init(|| {
            let variables = self.names.shown.iter().map(|(group, name, symbol)| Name {
                group: *group,
                name,
                symbol: *symbol,
            });
            let [at_return, at_exception] = self.names.results;
            let result = |name, symbol| Name { group: probelang::capture::Group::Locals, name, symbol };
            let [returned, raised] = RESULTS;
            let results = self.end.and_then(|end| match end.how {
                Ending::Closed => None,
                Ending::Returned(_) => Some(result(returned, at_return)),
                Ending::Raised(_) => Some(result(raised, at_exception)),
            });
            variables.chain(results).collect()
        })
    }

    fn stack<'s>(&'s self, frames: &mut Vec<StackFrame<'s>>) {
        surroundings::stack(frames);
    }

    fn thrown<'s>(&'s self, frames: &mut Vec<StackFrame<'s>>) {
        if let Some(End { how: Ending::Raised(error), .. }) = self.end {
            surroundings::thrown(error, frames);
        }
    }

    fn thread(&self) -> Thread {
        surroundings::thread()
    }

    fn suspended(&self) -> Option<Duration> {
        self.end.filter(|_| self.names.is_suspending()).map(|end| end.suspended)
    }

    fn trace(&self) -> Option<TraceIds> {
        spans::active()
    }
}
