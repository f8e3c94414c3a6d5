//! Code that is loaded: what functions and frames have.

use std::collections::HashSet;
use std::rc::Rc;

use probelang_control::ByAddress;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::code;
use super::plan::{Found, Plan, is_file_of, sys};
use super::state::State;
use crate::object::Object;
use crate::object::table::Table;

/// Objects that are looked at before other threads may run.
const SLICE: usize = 20_000;

/// Which code is of interest.
pub struct Filter {
    functions: HashSet<String>,
    files: Vec<String>,
}

impl Filter {
    /// What the probes need that are nowhere; of all probes where `all` is set. `None`: nothing.
    pub fn of(plan: &Plan, all: bool) -> Option<Self> {
        let wanted =
            || plan.wanted.iter().filter(|wanted| if all { wanted.is_open() } else { wanted.is_nowhere() });
        let functions: HashSet<String> =
            wanted().filter_map(|one| one.function()).map(str::to_owned).collect();
        let files: Vec<String> = wanted().filter_map(|one| one.file()).map(str::to_owned).collect();
        (!functions.is_empty() || !files.is_empty()).then(|| Self { functions, files })
    }

    /// Whether lines of this file are of interest.
    pub fn wants_file(&self, py: Python<'_>, path: &str) -> bool {
        self.files.iter().any(|file| is_file_of(py, path, file))
    }

    /// Whether a function in this code object is of interest.
    pub fn wants_function(&self, code: &Bound<'_, PyAny>) -> bool {
        if self.functions.is_empty() {
            return false;
        }
        let mut pending = vec![code.clone()];
        while let Some(code) = pending.pop() {
            if self.functions.contains(&code::name(&code)) {
                return true;
            }
            pending.extend(code::nested(&code));
        }
        false
    }
}

/// What a search has come to.
pub struct Search<'f> {
    filter: &'f Filter,
    /// Code objects that were looked at, with everything in them.
    seen: HashSet<usize>,
    /// Files, by the addresses of their names, and whether they are of interest.
    files: ByAddress<(Rc<str>, bool)>,
    /// What was found.
    pub found: Vec<Found>,
    /// How many frames of each code object run or are suspended.
    pub running: ByAddress<usize>,
}

impl<'f> Search<'f> {
    /// Looks through all functions, generators and frames of the process.
    ///
    /// Between slices other threads run. What they load meanwhile is seen when it begins to run.
    ///
    /// # Errors
    /// Those of listing the objects of the process.
    pub fn run(py: Python<'_>, state: &State, filter: &'f Filter) -> PyResult<Self> {
        let mut search = Self {
            filter,
            seen: HashSet::new(),
            files: ByAddress::default(),
            found: Vec::new(),
            running: ByAddress::default(),
        };
        // what is armed already may have no function any more
        let armed: Vec<_> = state.codes.borrow().values().map(|armed| armed.code.clone_ref(py)).collect();
        search.frames(py)?;
        let objects = py.import("gc")?.call_method0("get_objects")?.cast_into::<PyList>()?;
        let mut at = 0;
        while at < objects.len() {
            let end = at.saturating_add(SLICE).min(objects.len());
            for object in (at..end).filter_map(|at| objects.get_item(at).ok()) {
                search.object(&object);
            }
            at = end;
            py.detach(|| ());
        }
        for code in armed {
            search.take(code.bind(py), "");
        }
        Ok(search)
    }

    /// Looks at the frames of all threads.
    fn frames(&mut self, py: Python<'_>) -> PyResult<()> {
        let Some(list) = sys(py, c"_current_frames") else { return Ok(()) };
        let frames = list.call0()?.cast_into::<PyDict>()?;
        for (_, frame) in frames {
            let mut next = Some(frame);
            while let Some(frame) = next {
                self.frame(&frame);
                let raw = frame.as_ptr().cast();
                // SAFETY: a live frame; a new reference, or null at the end
                next = unsafe { Bound::from_owned_ptr_or_opt(py, ffi::PyFrame_GetBack(raw).cast()) };
            }
        }
        Ok(())
    }

    fn frame(&mut self, frame: &Bound<'_, PyAny>) {
        let py = frame.py();
        let raw = frame.as_ptr().cast();
        // SAFETY: a live frame, which has both and gives new references to them
        let (code, globals) = unsafe {
            (
                Bound::from_owned_ptr(py, ffi::PyFrame_GetCode(raw).cast()),
                Bound::from_owned_ptr(py, ffi::PyFrame_GetGlobals(raw)),
            )
        };
        let count = self.running.entry(code::address(&code)).or_default();
        *count = count.saturating_add(1);
        self.take(&code, &module(&globals));
    }

    fn object(&mut self, object: &Bound<'_, PyAny>) {
        let class = object.get_type_ptr();
        let py = object.py();
        if let Some((code, globals)) = code::of_function(object) {
            if !self.seen.contains(&code::address(&code)) {
                self.take(&code, &module(&globals));
            }
            return;
        }
        let names = if class == &raw mut ffi::PyGen_Type {
            (intern!(py, "gi_frame"), intern!(py, "gi_suspended"))
        } else if class == &raw mut ffi::PyCoro_Type {
            (intern!(py, "cr_frame"), intern!(py, "cr_suspended"))
        } else if class == &raw mut ffi::PyAsyncGen_Type {
            (intern!(py, "ag_frame"), intern!(py, "ag_suspended"))
        } else {
            return;
        };
        // one that runs is on the stack of a thread
        if object.getattr(names.1).and_then(|is| is.is_truthy()).unwrap_or_default()
            && let Ok(frame) = object.getattr(names.0)
            && !frame.is_none()
        {
            self.frame(&frame);
        }
    }

    /// Takes what is of interest in a code object and everything nested in it.
    fn take(&mut self, code: &Bound<'_, PyAny>, module: &str) {
        if self.seen.contains(&code::address(code)) {
            return;
        }
        let Ok(name) = code.getattr(intern!(code.py(), "co_filename")) else { return };
        let (filter, files) = (self.filter, &mut self.files);
        let (file, is_wanted) = files
            .entry(name.as_ptr().addr())
            .or_insert_with(|| {
                let file = code::file(code);
                let is_wanted = filter.wants_file(code.py(), &file);
                (file.into(), is_wanted)
            })
            .clone();
        let is_wanted = is_wanted || filter.wants_function(code);
        for found in Found::tree(code, module.into(), file) {
            if self.seen.insert(found.code.as_ptr().addr()) && is_wanted {
                self.found.push(found);
            }
        }
    }
}

/// The name of a module, as its dictionary says.
pub fn module(globals: &Bound<'_, PyAny>) -> String {
    // SAFETY: `globals` keeps it; no Python code runs before the text is copied
    let object = unsafe { Object::new(globals.as_ptr()) };
    let name = object.and_then(Table::of).and_then(|table| table.find_name("__name__"));
    name.and_then(Object::name).unwrap_or_default().to_owned()
}
