//! `len` and `isEmpty`.

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::fault;
use probelang_dialect::{EmptyNull, FaultOrFalse, LenNull, LenObject, SizeOrFault, TextUnit};
use probelang_host::{Local, Nature, Role, Size, Value};

use crate::fault::Detail;
use crate::run::frame::Frame;

/// The length of a piece of text.
pub(super) fn units_of(piece: &str, unit: TextUnit) -> u64 {
    let units = match unit {
        TextUnit::Byte => piece.len(),
        TextUnit::Scalar => piece.chars().count(),
        TextUnit::Utf16 => piece.chars().map(char::len_utf16).sum(),
    };
    units as u64
}

impl<'a> Frame<'a, '_, '_> {
    pub(crate) fn length(&mut self, value: &Value<'a>, site: u32) -> Result<u64, Stop> {
        let dialect = self.dialect();
        match *value {
            Value::Str(text) => self.text_length(text, site),
            Value::List(handle) | Value::Map(handle) => self.size(handle, site),
            _ if dialect.len_set == SizeOrFault::Fault && self.shape(value) == Some(Shape::Set) => {
                Err(self.fail_kind(fault::NO_LENGTH, site, value))
            }
            Value::Set(handle) => self.size(handle, site),
            Value::CutStr(_) => Err(self.fail(fault::CUT_TEXT, site, Detail::None)),
            Value::Null if dialect.len_null == LenNull::Zero => Ok(0),
            Value::Object(handle) if dialect.len_object == LenObject::Fields => {
                match self.doubted(value, site) {
                    Some(stop) => Err(stop),
                    None => self.size(handle, site),
                }
            }
            Value::Cut(handle) => match self.host.len(handle) {
                Size::Known(n) => Ok(n),
                Size::Unreadable(_) => Err(self.fail_kind(fault::UNREADABLE, site, value)),
            },
            Value::Local(Local { role: Role::Filter, .. }) => self.count(value, fault::CUT_COLLECTION, site),
            Value::Local(Local { role: Role::Pair, .. }) => Ok(2),
            Value::Local(Local { role: Role::Entry, .. }) if dialect.len_object == LenObject::Fields => Ok(2),
            Value::Opaque(_) => {
                let plain = self.undoubted(value, site)?;
                match plain {
                    Value::Opaque(_) => self.length_of_other(value, site),
                    _ => self.length(&plain, site),
                }
            }
            Value::Object(_) => match self.special(value, site) {
                Some(stop) => Err(stop),
                None => self.length_of_other(value, site),
            },
            _ => Err(self.fail_kind(fault::NO_LENGTH, site, value)),
        }
    }

    #[cold]
    fn length_of_other(&mut self, value: &Value<'a>, site: u32) -> Result<u64, Stop> {
        match self.length_besides(value, site)? {
            Some(length) => Ok(length),
            None => Err(self.fail_kind(fault::NO_LENGTH, site, value)),
        }
    }

    /// The length of an object or opaque value that is also a collection, or that only has a length.
    #[cold]
    pub(super) fn length_besides(&mut self, value: &Value<'a>, site: u32) -> Result<Option<u64>, Stop> {
        let (Value::Object(_) | Value::Opaque(_)) = value else { return Ok(None) };
        let other = self.also_collection(value).or_else(|| self.also(value, Nature::Length));
        other.and_then(|other| other.handle()).map(|handle| self.size(handle, site)).transpose()
    }

    /// The length of a text in the unit of the dialect, in pieces that the clock can look between.
    pub(super) fn text_length(&mut self, text: &str, site: u32) -> Result<u64, Stop> {
        let unit = self.dialect().text_unit;
        if unit == TextUnit::Byte {
            return Ok(text.len() as u64);
        }
        let mut count = 0u64;
        for piece in super::text::pieces(text) {
            self.charge_bytes(piece.len(), site)?;
            count = count.saturating_add(units_of(piece, unit));
        }
        Ok(count)
    }

    pub(crate) fn is_empty(&mut self, value: &Value<'a>, site: u32) -> Result<bool, Stop> {
        let dialect = self.dialect();
        match *value {
            Value::Str(text) => Ok(text.is_empty()),
            Value::CutStr(_) => Ok(false),
            Value::Null => match dialect.empty_null {
                EmptyNull::Fault => Err(self.fail_kind(fault::NO_LENGTH, site, value)),
                EmptyNull::True => Ok(true),
                EmptyNull::False => Ok(false),
            },
            _ if dialect.empty_map == SizeOrFault::Fault
                && matches!(self.shape(value), Some(Shape::Set | Shape::Map)) =>
            {
                Err(self.fail_kind(fault::NO_LENGTH, site, value))
            }
            // what `len` does not take matters there
            Value::Set(handle) => Ok(self.size(handle, site)? == 0),
            Value::Local(Local { role: Role::Filter, .. }) => self.filter_is_empty(value, site),
            Value::Object(_) | Value::Local(Local { role: Role::Entry, .. })
                if dialect.len_object == LenObject::Fields =>
            {
                Ok(self.length(value, site)? == 0)
            }
            Value::Int(_) | Value::Uint(_) | Value::BigInt(_) | Value::Float(_)
                if dialect.empty_number == FaultOrFalse::False =>
            {
                Ok(false)
            }
            Value::Bool(_) | Value::Object(_) | Value::Local(Local { role: Role::Entry, .. })
                if dialect.empty_other == FaultOrFalse::False =>
            {
                match self.doubted(value, site) {
                    Some(stop) => Err(stop),
                    None => Ok(self.length_besides(value, site)? == Some(0)),
                }
            }
            Value::Opaque(_) => {
                let plain = self.undoubted(value, site)?;
                match plain {
                    Value::Opaque(_) if dialect.empty_other == FaultOrFalse::False => {
                        Ok(self.length_besides(value, site)? == Some(0))
                    }
                    Value::Opaque(_) => Ok(self.length(value, site)? == 0),
                    _ => self.is_empty(&plain, site),
                }
            }
            _ => Ok(self.length(value, site)? == 0),
        }
    }
}
