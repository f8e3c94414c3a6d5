//! Properties of lists and scalars, as JavaScript has them: `length`, positions, and for all others the value undefined.

use probelang_capture::Stop;
use probelang_diagnostic::fault;
use probelang_host::{Kind, Scratch, Value};

use crate::fault::Detail;
use crate::run::frame::Frame;
use crate::run::ops::text::KeyText;

/// The property that lists and texts have.
pub(super) const LENGTH: &str = "length";

/// A property of a list or a text.
enum Property {
    Length,
    /// An element or a unit.
    At(u64),
    /// One that is not there.
    Other,
}

impl Property {
    fn of(name: &str) -> Self {
        // a number as it writes itself: `07` is another property
        let position = || name.parse().ok().filter(|at: &u64| KeyText::new().write(at) == name);
        match name {
            LENGTH => Self::Length,
            _ => position().map_or(Self::Other, Self::At),
        }
    }
}

impl<'a> Frame<'a, '_, '_> {
    /// `length` of a list or text; of any other value the value undefined.
    #[cold]
    pub(super) fn length_property(
        &mut self,
        of: &Value<'a>,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        *out = match self.plain(of) {
            Value::Str(text) => {
                self.bytes(text.len(), 64, site)?;
                let units: usize = text.chars().map(char::len_utf16).sum();
                self.after(text.len(), site)?;
                Value::from_u64(units as u64)
            }
            Value::CutStr(_) => return Err(self.fail(fault::CUT_TEXT, site, Detail::None)),
            _ if self.kind(of) == Kind::List => Value::from_u64(self.length(of, site)?),
            _ => Value::Undefined,
        };
        Ok(())
    }

    /// The property of a list that an index names which is not an integer.
    #[cold]
    pub(super) fn property_of_list(
        &mut self,
        list: &Value<'a>,
        index: &Value<'a>,
        site: u32,
        detail: Detail,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        match self.property(list, index, site)? {
            Property::Length => self.length_property(list, site, out),
            Property::At(at) => self.index(list, &Value::from_u64(at), site, detail, out),
            Property::Other => {
                *out = Value::Undefined;
                Ok(())
            }
        }
    }

    /// The property of a text, number or Boolean that an index names.
    #[cold]
    pub(super) fn property_of_scalar(
        &mut self,
        scalar: &Value<'a>,
        index: &Value<'a>,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let property = self.property(scalar, index, site)?;
        let (text, cut) = match self.plain(scalar) {
            Value::Str(text) => (text, false),
            Value::CutStr(text) => (text, true),
            _ => {
                *out = Value::Undefined;
                return Ok(());
            }
        };
        match property {
            Property::Length => self.length_property(scalar, site, out),
            Property::At(at) => self.unit(text, cut, at, site, out),
            Property::Other => {
                *out = Value::Undefined;
                Ok(())
            }
        }
    }

    /// The UTF-16 unit of a text at a position. Half a pair of them is no text: nobody can say what it is.
    fn unit(
        &mut self,
        text: &'a str,
        cut: bool,
        at: u64,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        self.bytes(text.len(), 64, site)?;
        let mut passed = 0u64;
        let mut found = None;
        for (start, c) in text.char_indices() {
            let after = passed.saturating_add(c.len_utf16() as u64);
            if after > at {
                found = Some(start..start.saturating_add(c.len_utf8()));
                break;
            }
            passed = after;
        }
        self.after(text.len(), site)?;
        *out = match found {
            Some(unit) if unit.len() < 4 => {
                self.taken(text, unit.clone(), site)?;
                Value::Str(text.get(unit).unwrap_or_default())
            }
            Some(_) => return Err(self.fail(fault::NOT_INDEXABLE, site, Detail::Kind(Kind::Str))),
            None if cut => return Err(self.fail(fault::CUT_TEXT, site, Detail::None)),
            None => Value::Undefined,
        };
        Ok(())
    }

    /// The property that an index names.
    fn property(&mut self, receiver: &Value<'a>, index: &Value<'a>, site: u32) -> Result<Property, Stop> {
        let mut buffer = KeyText::new();
        let mut scratch = Scratch::new();
        Ok(match self.javascript_key(index, &mut buffer, &mut scratch, site)? {
            Some(name) => Property::of(name),
            None => return Err(self.bad_index(receiver, index, site)),
        })
    }

    /// A scalar as the text that JavaScript makes of it as a key; `None` of what would convert itself.
    pub(crate) fn javascript_key<'k>(
        &mut self,
        key: &Value<'a>,
        buffer: &'k mut KeyText,
        scratch: &'k mut Scratch,
        site: u32,
    ) -> Result<Option<&'k str>, Stop>
    where
        'a: 'k,
    {
        Ok(Some(match self.undoubted(key, site)? {
            Value::Str(text) => text,
            Value::Null => "null",
            Value::Undefined | Value::Absent => "undefined",
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Int(n) => buffer.write(n),
            Value::Uint(n) => buffer.write(n),
            Value::BigInt(integer) => self.digits(integer, scratch, site)?.1,
            Value::Float(n) => buffer.write_float(n),
            Value::CutStr(_) => return Err(self.fail(fault::CUT_TEXT, site, Detail::None)),
            _ => return Ok(None),
        }))
    }
}
