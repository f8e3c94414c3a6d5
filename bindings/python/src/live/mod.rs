//! Probes in the running program, through `sys.monitoring`.
//!
//! | module | what it does |
//! |---|---|
//! | `adapter` | places the probes of the probe file |
//! | `arrival` | sees code before it runs for the first time |
//! | `find`, `lookup` | find code that is loaded, functions by name |
//! | `plan`, `drift` | matches probes and code |
//! | `code` | reads code objects |
//! | `tool`, `callbacks` | asks the interpreter for events, and gets them |
//! | `names`, `frame`, `frames`, `surroundings`, `spans` | show what can be seen at a hit, set tags on spans |
//! | `notes` | what operators are to know |
//! | `state` | keeps all that, under the GIL |
//!
//! A hit is in Rust from end to end: nothing of the program runs in it, and the interpreter holds the GIL as long as it takes.
#![allow(unsafe_code)]

mod adapter;
mod arrival;
mod callbacks;
mod code;
mod drift;
mod find;
mod frame;
mod frames;
mod lookup;
mod names;
mod notes;
mod plan;
mod spans;
mod state;
mod surroundings;
mod tool;

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use probelang::dialect::Preset;
use probelang_control::{Access, Control, Settings};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;

use crate::launch::spec;
use crate::settings::{mode, no_such};
use adapter::Interpreter;
use state::state;

/// Time that a hit may take, unless a variable says otherwise: no thread runs Python meanwhile.
const DEADLINE: Duration = Duration::from_millis(5);

/// Adds the functions to the module.
///
/// # Errors
/// Those of making them.
pub fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(live_start, module)?)?;
    module.add_function(wrap_pyfunction!(live_stop, module)?)?;
    module.add_function(wrap_pyfunction!(live_running, module)?)?;
    module.add_function(wrap_pyfunction!(live_status, module)?)?;
    module.add_function(wrap_pyfunction!(live_switch, module)?)?;
    module.add_function(wrap_pyfunction!(live_before_fork, module)?)?;
    module.add_function(wrap_pyfunction!(live_after_fork_in_parent, module)?)?;
    module.add_function(wrap_pyfunction!(live_after_fork_in_child, module)?)?;
    module.add_function(wrap_pyfunction!(_live_panic, module)?)?;
    module.add_function(wrap_pyfunction!(code_places, module)?)
}

/// Whether frames are read where they lie, as it is found to be now.
///
/// # Errors
/// Those of [`frames::check`].
pub fn reads_frames(py: Python<'_>) -> PyResult<bool> {
    frames::check(py)
}

/// What runs in this process.
fn running(py: Python<'_>) -> &'static RefCell<Option<Arc<Control>>> {
    &state(py).control
}

/// Starts probes: those of the file `probes`, or else of the file that the environment names. Events go to `sinks`, or else where the
/// environment says. Texts are hidden as `redaction` says, or more strictly where the environment does. `control` says whether temporary
/// probes may be created. Nothing is started without a file, unless they may.
#[pyfunction]
#[pyo3(signature = (*, probes=None, sinks=None, redaction=None, control=None))]
fn live_start(
    py: Python<'_>,
    probes: Option<PathBuf>,
    sinks: Option<Vec<String>>,
    redaction: Option<&str>,
    control: Option<&str>,
) -> PyResult<()> {
    if running(py).borrow().is_some() {
        return Err(PyRuntimeError::new_err("the probes of this process run already"));
    }
    let mut settings = Settings::of_process().with_usual_deadline(DEADLINE);
    settings.probes.process.language = "python".to_owned();
    if let Some(specs) = sinks {
        settings = settings.with_sinks(specs.iter().map(|text| spec(text)).collect::<PyResult<_>>()?);
    }
    if let Some(name) = redaction {
        settings = settings.with_redaction_mode(mode(name)?);
    }
    if let Some(name) = control {
        settings = settings.with_access(access(name)?);
    }
    if let Some(file) = probes {
        settings = settings.with_file(file);
    }
    if !settings.enabled || (settings.file.is_none() && settings.access == Access::Read) {
        return Ok(());
    }
    notes::reset();
    frames::check(py)?;
    let engine = settings.engine().dialect(Preset::Python);
    let control = py.detach(|| Control::start(engine, settings, Arc::new(Interpreter)));
    *running(py).borrow_mut() = Some(Arc::new(control));
    Ok(())
}

/// What may be asked over the status socket.
fn access(name: &str) -> PyResult<Access> {
    Access::find(name).ok_or_else(|| no_such("access", name, &Access::ALL.map(Access::name)))
}

/// Stops probes: events that wait are sent, and the program is as it was before. Takes two seconds at most.
#[pyfunction]
fn live_stop(py: Python<'_>) -> PyResult<()> {
    let Some(control) = running(py).borrow_mut().take() else { return Ok(()) };
    py.detach(|| control.stop());
    state(py).clear(py)
}

/// Whether probes were started in this process.
#[pyfunction]
fn live_running(py: Python<'_>) -> bool {
    running(py).borrow().is_some()
}

/// The control, or that there is none.
fn control(py: Python<'_>) -> PyResult<Arc<Control>> {
    let control = running(py).borrow().clone();
    control.ok_or_else(|| PyRuntimeError::new_err("no probes run in this process"))
}

/// What the status socket says of this process, as JSON.
#[pyfunction]
fn live_status(py: Python<'_>) -> PyResult<String> {
    let control = control(py)?;
    let status = py.detach(|| control.status());
    serde_json::to_string(&status).map_err(|error| PyTypeError::new_err(error.to_string()))
}

/// The kill switch: while it is on, no probe runs.
#[pyfunction]
#[pyo3(signature = (off, /))]
fn live_switch(py: Python<'_>, off: bool) -> PyResult<()> {
    control(py)?.switch_off(off);
    Ok(())
}

/// To be called before the process forks.
#[pyfunction]
fn live_before_fork(py: Python<'_>) {
    // whoever places probes waits for the GIL
    if let Ok(control) = control(py) {
        py.detach(|| control.before_fork());
    }
}

/// To be called in the parent after the process has forked.
#[pyfunction]
fn live_after_fork_in_parent(py: Python<'_>) {
    if let Ok(control) = control(py) {
        control.after_fork_in_parent();
    }
}

/// To be called in the child after the process has forked: it has probes of its own if `run` is set, and none otherwise.
#[pyfunction]
#[pyo3(signature = (run, /))]
fn live_after_fork_in_child(py: Python<'_>, run: bool) -> PyResult<()> {
    let Ok(control) = control(py) else { return Ok(()) };
    notes::reset();
    if run {
        py.detach(|| control.after_fork_in_child());
        return Ok(());
    }
    control.probes().abandon_places();
    *running(py).borrow_mut() = None;
    // its threads and its socket are those of the parent
    std::mem::forget(control);
    state(py).clear(py)
}

/// Runs a callback that panics, for tests: gives what the interpreter is given.
#[pyfunction]
fn _live_panic(py: Python<'_>) -> Bound<'_, PyAny> {
    callbacks::panicking(py)
}

/// The names of a class or module and a function, a file, a first line, and lines.
type CodePlace = (String, String, String, u32, Vec<u32>);

/// What a probe can name in a code object of a module and in those nested in it: for each the name of the class or module, that
/// of the function (empty for the body of a module or class), the file, the first line, and the lines that take probes.
#[pyfunction]
#[pyo3(signature = (code, module, /))]
fn code_places(code: &Bound<'_, PyAny>, module: &str) -> PyResult<Vec<CodePlace>> {
    if !code::is_code(code) {
        return Err(PyTypeError::new_err(format!("this is no code object but {}", code.get_type())));
    }
    let instructions = code::Instructions::of(code.py())?;
    Ok(code::tree(code)
        .into_iter()
        .map(|(code, _)| {
            let mut path = code::path(&code);
            let mut method = String::new();
            if code::body(&code) != code::Body::Names {
                method = path.pop().unwrap_or_default();
            } else if path.first().is_some_and(|name| name == "<module>") {
                path.clear();
            }
            let type_name = plan::full_name(module, &path);
            (type_name, method, code::file(&code), code::first_line(&code), instructions.lines(&code))
        })
        .collect())
}
