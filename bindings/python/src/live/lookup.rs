//! Functions by the names that a program has for them: a module may pass a class on, a class may inherit a method.

use pyo3::ffi;
use pyo3::prelude::*;

use super::code;
use crate::object::Object;
use crate::object::kind::{self, Kind};
use crate::object::table::Table;
use crate::object::types::{Type, module_named};

/// What a name refers to.
pub enum Named<'py> {
    /// A function: its code object, and the dictionary of its module.
    Function(Bound<'py, PyAny>, Bound<'py, PyAny>),
    /// A function that is written in C.
    InC,
}

/// The function of a full name. `None`: nothing that is loaded has this name, or it is no function.
pub fn function<'py>(py: Python<'py>, full: &str) -> Option<Named<'py>> {
    let found = object(full)?;
    // SAFETY: static methods and the like have a function or something else in this member of theirs; C code reads it
    let found = unsafe {
        let inner = match found.ty().as_ptr() {
            class
                if class == &raw mut ffi::PyStaticMethod_Type
                    || class == &raw mut ffi::PyClassMethod_Type =>
            {
                Some(c"__func__")
            }
            class if class == &raw mut ffi::PyProperty_Type => Some(c"fget"),
            _ => None,
        };
        let found = Bound::from_borrowed_ptr(py, found.as_ptr());
        match inner {
            None => found,
            Some(name) => {
                Bound::from_owned_ptr_or_err(py, ffi::PyObject_GetAttrString(found.as_ptr(), name.as_ptr()))
                    .ok()?
            }
        }
    };
    let class = found.get_type_ptr();
    let in_c = [
        &raw mut ffi::PyCFunction_Type,
        &raw mut ffi::PyMethodDescr_Type,
        &raw mut ffi::PyClassMethodDescr_Type,
        &raw mut ffi::PyWrapperDescr_Type,
        &raw mut ffi::PyGetSetDescr_Type,
    ];
    if in_c.contains(&class) {
        return Some(Named::InC);
    }
    code::of_function(&found).map(|(code, globals)| Named::Function(code, globals))
}

/// The object of a full name: of an attribute of a module, or of a class in one.
fn object<'a>(full: &str) -> Option<Object<'a>> {
    // a longer name of a module goes first, and one of no module is built in
    let in_modules = full.rmatch_indices('.').find_map(|(dot, _)| {
        let (module, path) = full.split_at(dot);
        within(module_named(module)?, path.get(1..)?)
    });
    in_modules.or_else(|| within(module_named("builtins")?, full))
}

fn within<'a>(names: Table<'a>, path: &str) -> Option<Object<'a>> {
    let mut parts = path.split('.');
    let first = names.find_name(parts.next()?)?;
    parts.try_fold(first, |object, part| match Type::of(object) {
        Some(class) => class.find_text(part).map(|(found, _)| found),
        None if Kind::of(object) == Kind::Module => kind::module_table(object)?.find_name(part),
        None => None,
    })
}
