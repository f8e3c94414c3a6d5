//! The contents of an artifact, field by field.

use std::sync::Arc;

use probelang_diagnostic::{Code, Span};
use probelang_dialect::{
    CompareOp, Dialect, PatternLimits, ProgramKind, Quantifier, Row, TextOp, Truth, TruthOp, ValueOp,
};

use crate::program::Origins;
use crate::program::ids::{CacheId, ConstId, Id, LoopId, PatternId, PlaceId, SlotId, SymbolId, Table};
use crate::program::instr::{Branch, Event, Instr, Operand, Target, instructions};
use crate::program::tables::{Catch, Const, LoopDef, Part, Place, Step};
use crate::program::verify::Invalid;

use super::ArtifactError;
#[cfg(test)]
use super::form::{Form, Forms, of_field};

/// Bytes that are read.
pub(super) struct Input<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) at: usize,
}

impl<'b> Input<'b> {
    pub(super) fn raw(&mut self, len: usize) -> Result<&'b [u8], ArtifactError> {
        let end = self.at.saturating_add(len);
        let raw = self.bytes.get(self.at..end).ok_or(ArtifactError::Length)?;
        self.at = end;
        Ok(raw)
    }

    pub(super) fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }
}

/// How many there are, before them.
pub(super) fn length(len: usize) -> u32 {
    // what is longer is rejected when it is read
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// What has a binary form.
pub(super) trait Field: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError>;
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl Field for $type {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
                let raw = input.raw(size_of::<Self>())?;
                raw.try_into().map(Self::from_le_bytes).map_err(|_| ArtifactError::Length)
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 i64);

impl Field for usize {
    fn put(&self, out: &mut Vec<u8>) {
        (*self as u64).put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
        let at = input.at;
        Self::try_from(u64::take(input)?).map_err(|_| ArtifactError::Malformed(at))
    }
}

impl Field for f64 {
    fn put(&self, out: &mut Vec<u8>) {
        self.to_bits().put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
        u64::take(input).map(Self::from_bits)
    }
}

impl Field for bool {
    fn put(&self, out: &mut Vec<u8>) {
        u8::from(*self).put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
        let at = input.at;
        match u8::take(input)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(ArtifactError::Malformed(at)),
        }
    }
}

impl Field for Box<str> {
    fn put(&self, out: &mut Vec<u8>) {
        length(self.len()).put(out);
        out.extend_from_slice(self.as_bytes());
    }

    fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
        let len = u32::take(input)? as usize;
        let at = input.at;
        let text = std::str::from_utf8(input.raw(len)?).map_err(|_| ArtifactError::Malformed(at))?;
        Ok(text.into())
    }
}

impl Field for Arc<str> {
    fn put(&self, out: &mut Vec<u8>) {
        length(self.len()).put(out);
        out.extend_from_slice(self.as_bytes());
    }
    fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
        Box::<str>::take(input).map(Self::from)
    }
}

impl<T: Field> Field for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
        bool::take(input)?.then(|| T::take(input)).transpose()
    }
}

impl<T: Field> Field for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        length(self.len()).put(out);
        for item in self {
            item.put(out);
        }
    }

    fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
        let len = u32::take(input)? as usize;
        // each takes a byte at least: a length that lies allocates nothing
        if len > input.left() {
            return Err(ArtifactError::Length);
        }
        (0..len).map(|_| T::take(input)).collect()
    }
}

impl<A: Field, B: Field> Field for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
        Ok((A::take(input)?, B::take(input)?))
    }
}

/// A struct: its fields in this order.
macro_rules! record {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl Field for $name {
            fn put(&self, out: &mut Vec<u8>) {
                let Self { $($field),* } = self;
                $($field.put(out);)*
            }

            fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
                Ok(Self { $($field: Field::take(input)?),* })
            }
        }

        #[cfg(test)]
        impl Form for $name {
            fn form(forms: &mut Forms) -> String {
                forms.define(stringify!($name), |forms| {
                    vec![$(format!(
                        "{}: {}",
                        stringify!($field),
                        of_field(forms, |it: &Self| Some(&it.$field)),
                    )),*]
                })
            }
        }
    };
}

/// An enum: the number of the variant, then its fields.
macro_rules! variants {
    ($name:ident { $($tag:literal => $variant:ident $({ $($field:ident),* })? $(($value:ident))?),* $(,)? }) => {
        impl Field for $name {
            fn put(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$variant $({ $($field),* })? $(($value))? => {
                        u8::put(&$tag, out);
                        $($($field.put(out);)*)?
                        $($value.put(out);)?
                    })*
                }
            }

            fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
                let at = input.at;
                Ok(match u8::take(input)? {
                    $($tag => {
                        $(let $value = Field::take(input)?;)?
                        Self::$variant $({ $($field: Field::take(input)?),* })? $(($value))?
                    })*
                    _ => return Err(ArtifactError::Malformed(at)),
                })
            }
        }

        #[cfg(test)]
        impl Form for $name {
            #[allow(unreachable_patterns, unused_variables)]
            fn form(forms: &mut Forms) -> String {
                forms.define(stringify!($name), |forms| {
                    vec![$({
                        let fields: Vec<String> = vec![
                            $($(format!("{}: {}", stringify!($field), of_field(forms, |it: &Self| match it {
                                Self::$variant { $field, .. } => Some($field),
                                _ => None,
                            }))),*)?
                            $(of_field(forms, |it: &Self| match it {
                                Self::$variant($value) => Some($value),
                                _ => None,
                            }))?
                        ];
                        format!("{} {} {}", $tag, stringify!($variant), fields.join(", ")).trim_end().to_owned()
                    }),*]
                })
            }
        }
    };
}

/// An operator: its number.
macro_rules! numbered {
    ($($Op:ident)*) => {$(
        impl Field for $Op {
            fn put(&self, out: &mut Vec<u8>) {
                self.number().put(out);
            }

            fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
                let at = input.at;
                Self::numbered(u8::take(input)?).ok_or(ArtifactError::Malformed(at))
            }
        }

        #[cfg(test)]
        impl Form for $Op {
            fn form(forms: &mut Forms) -> String {
                let parts = Self::ALL.iter().map(|op| format!("{} {op:?}", op.number())).collect();
                forms.define(stringify!($Op), |_| parts)
            }
        }
    )*};
}

/// An id: its index, checked against its range.
macro_rules! ids {
    ($($id:ident)*) => {$(
        impl Field for $id {
            fn put(&self, out: &mut Vec<u8>) {
                self.raw().put(out);
            }

            fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
                let at = input.at;
                Self::new(usize::from(<Self as Id>::Raw::take(input)?)).ok_or(ArtifactError::Malformed(at))
            }
        }

        #[cfg(test)]
        impl Form for $id {
            fn form(forms: &mut Forms) -> String {
                forms.define(stringify!($id), |forms| vec![<Self as Id>::Raw::form(forms)])
            }
        }
    )*};
}

ids!(ConstId SymbolId PlaceId LoopId PatternId SlotId CacheId);

impl<I: Id, T: Field> Field for Table<I, T> {
    fn put(&self, out: &mut Vec<u8>) {
        length(self.len()).put(out);
        for item in self.items() {
            item.put(out);
        }
    }

    fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
        Self::of(Vec::take(input)?).ok_or(ArtifactError::Invalid(Invalid::Length))
    }
}

/// The instructions, by their numbers.
macro_rules! instr_variants {
    ($($(#[$doc:meta])* $tag:literal => $name:ident {
        $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)?
    }),* $(,)?) => {
        variants!(Instr { $($tag => $name { $($field),* }),* });
    };
}

impl Field for Target {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
        u32::take(input).map(Self)
    }
}

impl Field for Code {
    fn put(&self, out: &mut Vec<u8>) {
        Box::<str>::from(self.text()).put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
        let at = input.at;
        Self::find(&Box::<str>::take(input)?).ok_or(ArtifactError::Malformed(at))
    }
}

impl Field for Span {
    fn put(&self, out: &mut Vec<u8>) {
        self.start.put(out);
        self.end.put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
        let at = input.at;
        let (start, end) = <(u32, u32)>::take(input)?;
        if start > end { Err(ArtifactError::Malformed(at)) } else { Ok(Self { start, end }) }
    }
}

/// A traced program stays where it was compiled: its bytes are rejected.
impl Field for Event {
    fn put(&self, out: &mut Vec<u8>) {
        u8::MAX.put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
        Err(ArtifactError::Malformed(input.at))
    }
}

impl Field for Dialect {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_bytes());
    }

    fn take(input: &mut Input<'_>) -> Result<Self, ArtifactError> {
        let at = input.at;
        let bytes = input.raw(Row::COUNT)?.try_into().map_err(|_| ArtifactError::Length)?;
        Self::from_bytes(bytes).map_err(|row| ArtifactError::Malformed(at.saturating_add(row as usize)))
    }
}

record!(PatternLimits { bytes, compiled, together, nesting });
variants!(ProgramKind { 0 => Condition, 1 => Value, 2 => Metric, 3 => Template });
record!(Branch { yes, no });
variants!(Operand { 0 => Const(id), 1 => Place(id), 2 => Temp(slot) });
variants!(Const { 0 => Undefined, 1 => Null, 2 => Bool(b), 3 => Int(n), 4 => Uint(n), 5 => Float(n), 6 => Str(text) });
variants!(Step {
    0 => Var(id), 1 => VarOrNull(id), 2 => At(id), 3 => It(id), 4 => Key(id), 5 => Value(id), 6 => Outside,
    7 => Temp(slot), 8 => Field(id), 9 => Index(id),
});
record!(Place { base, step, depth, cache, hidden });
numbered!(CompareOp ValueOp TruthOp TextOp Quantifier);
instructions!(instr_variants);
record!(LoopDef { body, slots, per_element, level });
record!(Catch { start, end, to });
variants!(Part { 0 => Text(text), 1 => Expression { entry, duration }, 2 => Refused { code, span, message } });
variants!(Truth { 0 => Boolean, 1 => Python, 2 => JavaScript, 3 => Ruby, 4 => ExactlyTrue });
record!(Origins { json, at });
