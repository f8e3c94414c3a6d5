//! Boolean positions: what counts as true. And what counts as defined.

use probelang_capture::Stop;
use probelang_diagnostic::fault;
use probelang_dialect::{NullDefined, Truth, UndefinedOperand};
use probelang_host::{Local, Role, Size, Value};

use crate::fault::Detail;
use crate::run::frame::Frame;
use crate::run::iter::{Iter, Next, is_filter};

impl<'a> Frame<'a, '_, '_> {
    /// Whether `value` counts as true. Faults are placed at the operand.
    pub(crate) fn truth(&mut self, value: &Value<'a>, truth: Truth, site: u32) -> Result<bool, Stop> {
        match (*value, truth) {
            (Value::Bool(b), _) => Ok(b),
            (Value::Opaque(_), _) => self.truth_of_opaque(value, truth, site),
            (_, Truth::Boolean) => Err(self.fail_kind(fault::NOT_BOOLEAN, site, value)),
            (_, Truth::ExactlyTrue) => Ok(false),
            (Value::Local(Local { role: Role::Placeholder, .. }), _) => {
                Err(self.fail(fault::REDACTED_OPERAND, site, Detail::None))
            }
            (Value::Null | Value::Undefined | Value::Absent, _) => Ok(false),
            (_, Truth::Ruby) => Ok(true),
            (Value::Int(n), _) => Ok(n != 0),
            (Value::Float(n), Truth::Python) => Ok(n != 0.0),
            (Value::Float(n), _) => Ok(n != 0.0 && !n.is_nan()),
            (Value::Str(text), _) => Ok(!text.is_empty()),
            (Value::CutStr(_), _) => Ok(true),
            (_, Truth::JavaScript) => Ok(true),
            (Value::List(handle) | Value::Set(handle) | Value::Map(handle), _) => {
                Ok(self.size(handle, site)? > 0)
            }
            (Value::Cut(handle), _) => match self.host.len(handle) {
                Size::Known(n) => Ok(n > 0),
                Size::Unreadable(_) => {
                    let reason = self.host.cut_reason(handle);
                    Err(self.fail_because(fault::UNREADABLE, site, reason))
                }
            },
            (Value::Local(Local { role: Role::Filter, .. }), _) => Ok(!self.filter_is_empty(value, site)?),
            _ => match self.doubted(value, site) {
                Some(stop) => Err(stop),
                None => Ok(self.length_besides(value, site)? != Some(0)),
            },
        }
    }

    #[cold]
    fn truth_of_opaque(&mut self, value: &Value<'a>, truth: Truth, site: u32) -> Result<bool, Stop> {
        match (self.plain(value), truth) {
            (Value::Bool(b), _) => Ok(b),
            (_, Truth::Boolean) => Err(self.fail_kind(fault::NOT_BOOLEAN, site, value)),
            (_, Truth::ExactlyTrue) => Ok(false),
            _ => match self.undoubted(value, site)? {
                Value::Opaque(_) if truth == Truth::Python => {
                    Ok(self.length_besides(value, site)? != Some(0))
                }
                Value::Opaque(_) => Ok(true),
                plain => self.truth(&plain, truth, site),
            },
        }
    }

    /// Whether a lazy filter keeps nothing; stops at the first element that it keeps.
    pub(crate) fn filter_is_empty(&mut self, filter: &Value<'a>, site: u32) -> Result<bool, Stop> {
        let Some(mut iter) = Iter::open(self, filter, true) else { return Ok(true) };
        let (mut key, mut value) = (Value::Absent, Value::Absent);
        let next = iter.next(self, site, &mut key, &mut value);
        iter.close(self);
        match next? {
            Next::Element => Ok(false),
            Next::Done => Ok(true),
            Next::Cut(reason) => Err(self.fail_because(fault::CUT_COLLECTION, site, reason)),
        }
    }

    /// Whether a value that was read is defined. `site` is the operand's.
    pub(crate) fn is_defined(&mut self, value: &Value<'a>, site: u32) -> Result<bool, Stop> {
        match *value {
            Value::Null => Ok(self.dialect().null_defined == NullDefined::Yes),
            Value::Undefined | Value::Absent => {
                Ok(self.dialect().undefined_operand == UndefinedOperand::Kind)
            }
            Value::Cut(handle) => {
                let reason = self.host.cut_reason(handle);
                Err(self.fail_because(fault::UNREADABLE, site, reason))
            }
            _ if is_filter(value) => {
                let mut count = 0;
                self.drain(value, site, &mut count)?;
                Ok(true)
            }
            _ => Ok(true),
        }
    }
}
