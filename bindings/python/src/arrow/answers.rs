//! Answers as an array of Arrow.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Float64Builder, LargeStringBuilder, StringBuilder};
use arrow_array::{Array, ArrayRef, StructArray};
use arrow_schema::{DataType, Field};
use probelang::ProgramKind;
use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

use super::Fault;
use super::capsule::{self, broken};

/// Answers, for any library that takes arrays of Arrow: `pyarrow.array(…)`, `polars.Series(…)`, `nanoarrow.Array(…)`.
#[pyclass(frozen, module = "probelang")]
pub struct Answers(ArrayRef);

#[pymethods]
impl Answers {
    /// The type, as a capsule of Arrow.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        capsule::export_type(py, self.0.data_type())
    }

    /// The type and the answers, as capsules of Arrow. Another type than its own is not given.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        // who asks for another type converts it: the interface leaves that open
        let _ = requested_schema;
        capsule::export(py, &self.0)
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __repr__(&self) -> String {
        format!("Answers({} of {})", self.0.len(), self.0.data_type())
    }
}

/// What a run over a row gave.
pub enum Answer {
    Truth(bool),
    Number(f64),
    /// The text is in the buffer of the run; of a message a part may have failed.
    Text(Option<Fault>),
}

/// What becomes of rows without an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Faults {
    /// The code of the fault is given beside the answers.
    Struct,
    /// They are null.
    Null,
    /// The first one ends the call.
    Raise,
}

enum Values {
    Truth(BooleanBuilder),
    Number(Float64Builder),
    Text(StringBuilder),
    LargeText(LargeStringBuilder),
}

/// Answers that are being written.
pub struct Builder {
    values: Values,
    /// Codes of faults, where they are asked for.
    codes: Option<StringBuilder>,
    /// Rows without one since the last code.
    without: usize,
}

impl Builder {
    /// For the answers of programs of a kind. Texts are large where those are that they are made of.
    pub fn new(kind: ProgramKind, over: &DataType, faults: Faults) -> Self {
        let values = match kind {
            ProgramKind::Condition => Values::Truth(BooleanBuilder::new()),
            ProgramKind::Metric => Values::Number(Float64Builder::new()),
            ProgramKind::Template | ProgramKind::Value => match over {
                DataType::LargeUtf8 | DataType::LargeBinary | DataType::Utf8View | DataType::BinaryView => {
                    Values::LargeText(LargeStringBuilder::new())
                }
                _ => Values::Text(StringBuilder::new()),
            },
        };
        Self { values, codes: (faults == Faults::Struct).then(StringBuilder::new), without: 0 }
    }

    /// Adds what a row has: an answer or none, and the code of a fault or none.
    ///
    /// # Errors
    /// `OverflowError` where the texts are more than an array of them can have.
    pub fn add(&mut self, answer: Option<&Answer>, text: &str, code: Option<&str>) -> PyResult<()> {
        match (&mut self.values, answer) {
            (Values::Truth(values), Some(Answer::Truth(truth))) => values.append_value(*truth),
            (Values::Truth(values), _) => values.append_null(),
            (Values::Number(values), Some(Answer::Number(number))) => values.append_value(*number),
            (Values::Number(values), _) => values.append_null(),
            (Values::Text(values), Some(Answer::Text(_))) => {
                let len = values.values_slice().len().saturating_add(text.len());
                if i32::try_from(len).is_err() {
                    return Err(PyOverflowError::new_err(
                        "the texts are more than 2 GiB, the most that an array of `string` has: pass a shorter array, or one of \
                         `large_string`",
                    ));
                }
                values.append_value(text);
            }
            (Values::Text(values), _) => values.append_null(),
            (Values::LargeText(values), Some(Answer::Text(_))) => values.append_value(text),
            (Values::LargeText(values), _) => values.append_null(),
        }
        match code {
            Some(code) => self.code(code),
            None => self.without = self.without.saturating_add(1),
        }
        Ok(())
    }

    /// Adds the answer of a condition.
    #[inline]
    pub fn add_truth(&mut self, truth: bool) {
        if let Values::Truth(values) = &mut self.values {
            values.append_value(truth);
            self.without = self.without.saturating_add(1);
        }
    }

    fn code(&mut self, code: &str) {
        if let Some(codes) = &mut self.codes {
            codes.append_nulls(std::mem::take(&mut self.without));
            codes.append_value(code);
        }
    }

    /// All of them.
    ///
    /// # Errors
    /// None that is known.
    pub fn finish(self) -> PyResult<Answers> {
        let values: ArrayRef = match self.values {
            Values::Truth(mut values) => Arc::new(values.finish()),
            Values::Number(mut values) => Arc::new(values.finish()),
            Values::Text(mut values) => Arc::new(values.finish()),
            Values::LargeText(mut values) => Arc::new(values.finish()),
        };
        let Some(mut codes) = self.codes else { return Ok(Answers(values)) };
        codes.append_nulls(self.without);
        let fields = [
            Field::new("value", values.data_type().clone(), true),
            Field::new("fault", DataType::Utf8, true),
        ];
        let both: Vec<ArrayRef> = vec![values, Arc::new(codes.finish())];
        let both =
            StructArray::try_new(fields.to_vec().into(), both, None).map_err(|error| broken(&error))?;
        Ok(Answers(Arc::new(both)))
    }
}
