//! The Python package: expressions over live Python objects, without running a line of their code.
//!
//! `object` reads objects where they lie, `host` lends them to the engine, the other modules are the API: `engine`
//! (settings, compiling, tools for authors), `program` (what runs), `call` (how it is called), `arrow` (over arrays of Arrow), `capture`, `errors`; `live` has
//! the probes of running programs, `launch` what starts them. The package around it, in
//! `python/probelang`, adds the functions of the module and the classes of the exceptions.
//!
//! Without the feature `extension` the crate is empty, so that a workspace can be built where there is no Python.
#![cfg(feature = "extension")]
#![deny(clippy::arithmetic_side_effects)]

#[cfg(Py_GIL_DISABLED)]
compile_error!(
    "probelang reads Python objects while the GIL keeps them as they are; a free-threaded build of Python has no GIL"
);

mod arrow;
mod call;
mod capture;
mod engine;
mod errors;
mod host;
mod launch;
mod live;
mod names;
mod object;
mod plain;
mod program;
mod settings;
mod trace;

use pyo3::prelude::*;

/// Whether tables, instances and frames are read by their layout (`True`, where it was found to be known) or by Python's published
/// API only. For tests.
#[pyfunction]
fn _read_directly(py: Python<'_>, direct: bool) -> PyResult<(bool, bool, bool)> {
    object::layout::set(py, direct)?;
    Ok((object::layout::tables(), object::layout::inline_values(), live::reads_frames(py)?))
}

/// The engine behind the package `probelang`, which has its documentation.
#[pymodule]
fn _probelang(module: &Bound<'_, PyModule>) -> PyResult<()> {
    object::layout::check(module.py())?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<engine::Engine>()?;
    module.add_class::<program::Condition>()?;
    module.add_class::<program::Template>()?;
    module.add_class::<program::Metric>()?;
    module.add_class::<program::Expression>()?;
    module.add_class::<program::Budget>()?;
    module.add_class::<program::Message>()?;
    module.add_class::<program::PartError>()?;
    module.add_class::<arrow::Answers>()?;
    module.add_class::<trace::Trace>()?;
    call::add::<program::Condition>(module.py())?;
    call::add::<program::Template>(module.py())?;
    call::add::<program::Metric>(module.py())?;
    call::add::<program::Expression>(module.py())?;
    module.add_function(wrap_pyfunction!(engine::explain, module)?)?;
    module.add_function(wrap_pyfunction!(_read_directly, module)?)?;
    live::add(module)?;
    launch::add(module)
}
