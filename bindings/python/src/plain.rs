//! JSON and Python values: what the engine prints as objects of Python, and JSON that is given as objects as text.

use probelang::diagnostic::spell;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

/// Levels of JSON that is read or written: more than anything that the engine prints or takes.
const DEPTH: usize = 1_024;

/// JSON that the engine printed, as dictionaries, lists, text, numbers, Booleans and `None`. Integers are exact, whatever
/// their size.
pub fn from_json<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    let mut reader = Reader { py, json, at: 0 };
    let value = reader.value(0)?;
    reader.blanks();
    if reader.at == json.len() { Ok(value) } else { Err(broken()) }
}

/// The engine never prints such JSON.
fn broken() -> PyErr {
    PyValueError::new_err("a bug in probelang: its JSON does not read")
}

struct Reader<'py, 'j> {
    py: Python<'py>,
    json: &'j str,
    at: usize,
}

impl<'py> Reader<'py, '_> {
    fn peek(&self) -> Option<u8> {
        self.json.as_bytes().get(self.at).copied()
    }

    const fn step(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.step(1);
        }
    }

    fn takes(&mut self, byte: u8) -> bool {
        self.blanks();
        let is = self.peek() == Some(byte);
        if is {
            self.step(1);
        }
        is
    }

    fn expect(&mut self, byte: u8) -> PyResult<()> {
        if self.takes(byte) { Ok(()) } else { Err(broken()) }
    }

    fn value(&mut self, depth: usize) -> PyResult<Bound<'py, PyAny>> {
        if depth > DEPTH {
            return Err(broken());
        }
        self.blanks();
        match self.peek() {
            Some(b'{') => {
                self.step(1);
                let dict = PyDict::new(self.py);
                if self.takes(b'}') {
                    return Ok(dict.into_any());
                }
                loop {
                    self.blanks();
                    let key = self.string()?;
                    self.expect(b':')?;
                    dict.set_item(key, self.value(depth.saturating_add(1))?)?;
                    if !self.takes(b',') {
                        break;
                    }
                }
                self.expect(b'}')?;
                Ok(dict.into_any())
            }
            Some(b'[') => {
                self.step(1);
                let list = PyList::empty(self.py);
                if self.takes(b']') {
                    return Ok(list.into_any());
                }
                loop {
                    list.append(self.value(depth.saturating_add(1))?)?;
                    if !self.takes(b',') {
                        break;
                    }
                }
                self.expect(b']')?;
                Ok(list.into_any())
            }
            Some(b'"') => Ok(self.string()?.into_any()),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> PyResult<Bound<'py, PyAny>> {
        let rest = self.json.get(self.at..).unwrap_or_default();
        let (len, value) = if rest.starts_with("true") {
            (4, PyBool::new(self.py, true).to_owned().into_any())
        } else if rest.starts_with("false") {
            (5, PyBool::new(self.py, false).to_owned().into_any())
        } else if rest.starts_with("null") {
            (4, self.py.None().into_bound(self.py))
        } else {
            return Err(broken());
        };
        self.step(len);
        Ok(value)
    }

    fn number(&mut self) -> PyResult<Bound<'py, PyAny>> {
        let rest = self.json.get(self.at..).unwrap_or_default();
        let end =
            rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        let text = rest.get(..end).unwrap_or_default();
        self.step(end);
        if text.contains(['.', 'e', 'E']) {
            let number: f64 = text.parse().map_err(|_| broken())?;
            return Ok(PyFloat::new(self.py, number).into_any());
        }
        match text.parse::<i64>() {
            Ok(number) => Ok(number.into_pyobject(self.py)?.into_any()),
            Err(_) => self.py.get_type::<PyInt>().call1((text,)),
        }
    }

    fn string(&mut self) -> PyResult<Bound<'py, PyString>> {
        self.expect(b'"')?;
        let start = self.at;
        let mut text = String::new();
        let mut from = start;
        loop {
            let Some(byte) = self.peek() else { return Err(broken()) };
            self.step(1);
            match byte {
                b'"' => {
                    let piece = self.json.get(from..self.at.saturating_sub(1)).unwrap_or_default();
                    if from == start {
                        return Ok(PyString::new(self.py, piece));
                    }
                    text.push_str(piece);
                    return Ok(PyString::new(self.py, &text));
                }
                b'\\' => {
                    text.push_str(self.json.get(from..self.at.saturating_sub(1)).unwrap_or_default());
                    text.push(self.escape()?);
                    from = self.at;
                }
                _ => {}
            }
        }
    }

    fn escape(&mut self) -> PyResult<char> {
        let Some(byte) = self.peek() else { return Err(broken()) };
        self.step(1);
        Ok(match byte {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = self.unit()?;
                let code = if (0xd800..0xdc00).contains(&high) {
                    self.expect(b'\\')?;
                    self.expect(b'u')?;
                    let low = self.unit()?.wrapping_sub(0xdc00) & 0x3ff;
                    (high.wrapping_sub(0xd800).wrapping_shl(10) | low).wrapping_add(0x10000)
                } else {
                    high
                };
                char::from_u32(code).ok_or_else(broken)?
            }
            other => char::from(other),
        })
    }

    fn unit(&mut self) -> PyResult<u32> {
        let digits = self.json.get(self.at..self.at.saturating_add(4)).ok_or_else(broken)?;
        self.step(4);
        u32::from_str_radix(digits, 16).map_err(|_| broken())
    }
}

/// JSON that is given as objects of Python's own classes, as text.
pub fn to_json(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let mut out = String::new();
    write(value, &mut out, 0)?;
    Ok(out)
}

fn write(value: &Bound<'_, PyAny>, out: &mut String, depth: usize) -> PyResult<()> {
    if depth > DEPTH {
        return Err(PyValueError::new_err("the JSON is nested too deep"));
    }
    if value.is_none() {
        out.push_str("null");
    } else if let Ok(truth) = value.cast_exact::<PyBool>() {
        out.push_str(if truth.is_true() { "true" } else { "false" });
    } else if let Ok(text) = value.cast_exact::<PyString>() {
        spell::push_json(out, text.to_str()?);
    } else if value.is_exact_instance_of::<PyInt>() {
        out.push_str(&value.to_string());
    } else if let Ok(number) = value.cast_exact::<PyFloat>() {
        let number = number.value();
        if !number.is_finite() {
            return Err(PyValueError::new_err(format!("JSON has no number {number}")));
        }
        out.push_str(&spell::Float(number).to_string());
    } else if let Ok(dict) = value.cast_exact::<PyDict>() {
        out.push('{');
        for (at, (key, value)) in dict.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            let key = key
                .cast_exact::<PyString>()
                .map_err(|_| PyTypeError::new_err("the keys of JSON are text"))?;
            spell::push_json(out, key.to_str()?);
            out.push(':');
            write(&value, out, depth.saturating_add(1))?;
        }
        out.push('}');
    } else if let Ok(list) = value.cast_exact::<PyList>() {
        elements(list.iter(), out, depth)?;
    } else if let Ok(tuple) = value.cast_exact::<PyTuple>() {
        elements(tuple.iter(), out, depth)?;
    } else {
        let class = value.get_type();
        return Err(PyTypeError::new_err(format!(
            "JSON is made of dict, list, str, int, float, bool and None, not {class}"
        )));
    }
    Ok(())
}

fn elements<'py>(
    elements: impl Iterator<Item = Bound<'py, PyAny>>,
    out: &mut String,
    depth: usize,
) -> PyResult<()> {
    out.push('[');
    for (at, element) in elements.enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(&element, out, depth.saturating_add(1))?;
    }
    out.push(']');
    Ok(())
}
