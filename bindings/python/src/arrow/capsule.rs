//! Arrow arrays from other libraries and for them, by the PyCapsule interface: no library of Arrow is needed for it.
#![allow(unsafe_code)]

use std::ffi::CStr;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{Array, ArrayReader, ArrayRef, make_array};
use arrow_schema::{ArrowError, DataType, Field};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";
const STREAM: &CStr = c"arrow_array_stream";

/// An array, or one after the other.
pub enum Given {
    Array(ArrayRef),
    Stream(Box<ArrayStreamReader>),
}

impl Given {
    /// What somebody gives as an array: whatever lends itself as a stream or an array of Arrow.
    ///
    /// # Errors
    /// `TypeError` for another object, and what its methods raise.
    pub fn of(given: &Bound<'_, PyAny>) -> PyResult<Self> {
        // an array in several chunks has no form as one array
        if given.hasattr("__arrow_c_stream__")? {
            return stream(&given.call_method0("__arrow_c_stream__")?)
                .map(|read| Self::Stream(Box::new(read)));
        }
        if given.hasattr("__arrow_c_array__")? {
            let pair = given.call_method0("__arrow_c_array__")?;
            let (schema, array) = pair.cast::<PyTuple>()?.extract()?;
            return self::array(&schema, &array).map(Self::Array);
        }
        Err(PyTypeError::new_err(format!(
            "an array of Arrow has the method __arrow_c_array__ or __arrow_c_stream__, and {} has neither",
            given.get_type()
        )))
    }

    /// The type of its elements.
    pub fn data_type(&self) -> DataType {
        match self {
            Self::Array(array) => array.data_type().clone(),
            Self::Stream(stream) => stream.field().data_type().clone(),
        }
    }
}

/// What an array or stream cannot be, or why the next one does not come.
pub fn broken(error: &ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

fn used() -> PyErr {
    PyValueError::new_err("the array was handed to somebody else before")
}

fn array(schema: &Bound<'_, PyAny>, array: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    let schema = schema.cast::<PyCapsule>()?.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
    let array = array.cast::<PyCapsule>()?.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
    // SAFETY: a capsule of this name has a pointer to such a structure, and no code of Python runs while it is taken out. What it
    // leaves behind is a released one, for which the destructor of the capsule does nothing
    let (schema, array) =
        unsafe { (FFI_ArrowSchema::from_raw(schema.as_ptr()), FFI_ArrowArray::from_raw(array.as_ptr())) };
    if schema.release().is_none() || array.is_released() {
        return Err(used());
    }
    // SAFETY: who makes such a capsule promises that the array is as the schema says
    let data = unsafe { from_ffi(array, &schema) };
    data.map(make_array).map_err(|error| broken(&error))
}

fn stream(stream: &Bound<'_, PyAny>) -> PyResult<ArrayStreamReader> {
    let stream = stream.cast::<PyCapsule>()?.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: as for an array
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(stream.as_ptr()) };
    if stream.release().is_none() {
        return Err(used());
    }
    ArrayStreamReader::try_new(stream).map_err(|error| broken(&error))
}

/// A type as a capsule.
pub fn export_type<'py>(py: Python<'py>, data_type: &DataType) -> PyResult<Bound<'py, PyCapsule>> {
    let field = Field::new("", data_type.clone(), true);
    let schema = FFI_ArrowSchema::try_from(&field).map_err(|error| broken(&error))?;
    PyCapsule::new_with_value(py, schema, SCHEMA)
}

/// An array as two capsules, which share its memory.
pub fn export<'py>(py: Python<'py>, array: &dyn Array) -> PyResult<Bound<'py, PyTuple>> {
    let schema = export_type(py, array.data_type())?;
    let array = PyCapsule::new_with_value(py, FFI_ArrowArray::new(&array.to_data()), ARRAY)?;
    PyTuple::new(py, [schema, array])
}
