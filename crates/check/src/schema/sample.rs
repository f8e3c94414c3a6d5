//! A schema from values: what a recording or a live frame shows, without any content.

use std::sync::Arc;

use probelang_host::{Host, More, Nature, Scratch, Size, Value, is_plain_object};
use probelang_redact::{Mode, Policy};

use super::Schema;
use crate::types::{Field, Fields, Parts, SizeBound};
use crate::{Kinds, Sizes, Type};

/// How much of the values is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct SampleLimits {
    /// Levels of values within values: 8. What is deeper is unknown.
    pub depth: u8,
    /// Elements of one collection: 256. The rest is taken to be alike.
    pub items: usize,
    /// Text keys that a map may have and still be described key by key: 64.
    pub keys: usize,
    /// Values in all: 100,000. The rest is unknown.
    pub values: u32,
}

impl Default for SampleLimits {
    fn default() -> Self {
        Self { depth: 8, items: 256, keys: 64, values: 100_000 }
    }
}

impl SampleLimits {
    /// The same with [`depth`](Self::depth) set.
    #[must_use]
    pub const fn with_depth(mut self, depth: u8) -> Self {
        self.depth = depth;
        self
    }
    /// The same with [`items`](Self::items) set.
    #[must_use]
    pub const fn with_items(mut self, items: usize) -> Self {
        self.items = items;
        self
    }
    /// The same with [`keys`](Self::keys) set.
    #[must_use]
    pub const fn with_keys(mut self, keys: usize) -> Self {
        self.keys = keys;
        self
    }
    /// The same with [`values`](Self::values) set.
    #[must_use]
    pub const fn with_values(mut self, values: u32) -> Self {
        self.values = values;
        self
    }
}

/// Collects a schema from the frames that it is shown.
///
/// Only names of variables, fields and text keys, names of types and enum constants, kinds, and sizes above
/// what the cost bound assumes anyway are kept. A redacted name is listed as redacted, whatever is under it. Of names and
/// enum constants those are left out of which the mode of the policy hides a part.
#[derive(Debug)]
pub struct Sampler<'p> {
    policy: &'p Policy,
    limits: SampleLimits,
    left: u32,
    names: Option<Fields>,
}

impl<'p> Sampler<'p> {
    /// A sampler that hides what `policy` redacts.
    #[must_use]
    pub const fn new(policy: &'p Policy, limits: SampleLimits) -> Self {
        Self { policy, limits, left: limits.values, names: None }
    }

    /// Shows it one frame: the names in scope with their values, `@`-names with their `@`. `open` says that
    /// the frame may hold more names (a part was not recorded).
    pub fn frame<'h, 'n>(
        &mut self,
        host: &'h dyn Host,
        names: impl IntoIterator<Item = (&'n str, Value<'h>)>,
        open: bool,
    ) {
        let mut fields = Fields::new(open);
        for (name, value) in names {
            if self.policy.hides_name(name) {
                fields.open = true;
                continue;
            }
            let field = self.field(host, name, &value, 0);
            fields.set(name, field);
        }
        self.add(fields);
    }

    /// Adds the frames that `other` was shown to its own, as if they had been shown to it.
    pub fn join(&mut self, other: Sampler<'_>) {
        if let Some(fields) = other.names {
            self.add(fields);
        }
    }

    fn add(&mut self, fields: Fields) {
        self.names = Some(match self.names.take() {
            None => fields,
            Some(before) => before.join(&fields),
        });
    }

    /// The schema of all frames: a name of only some of them is optional.
    #[must_use]
    pub fn finish(self) -> Schema {
        Schema { names: settle_fields(&self.names.unwrap_or_default()) }
    }

    fn field<'h>(&mut self, host: &'h dyn Host, name: &str, value: &Value<'h>, depth: u8) -> Field {
        // `@`-names are never redacted
        if !name.starts_with('@') && self.policy.redacts_name(name) {
            return Field::redacted();
        }
        match value {
            Value::Redacted(_) => Field::redacted(),
            Value::Absent => Field { optional: true, ..Field::of(Type::never()) },
            value if self.hides_type(host, value) => Field::redacted(),
            value => Field::of(self.ty(host, value, depth)),
        }
    }

    fn hides_type(&self, host: &dyn Host, value: &Value<'_>) -> bool {
        let mut scratch = Scratch::new();
        self.policy.redacts_types()
            && value
                .handle()
                .and_then(|handle| host.type_name(handle, &mut scratch))
                .is_some_and(|name| self.policy.redacts_type(name) || Scratch::is_cut_text(name))
    }

    fn ty<'h>(&mut self, host: &'h dyn Host, value: &Value<'h>, depth: u8) -> Type {
        let Some(left) = self.left.checked_sub(1) else { return Type::unknown() };
        self.left = left;
        if self.hides_type(host, value) {
            return Type::unknown();
        }
        let also = |nature| value.handle().and_then(|handle| host.also(handle, nature));
        let members = is_plain_object(host, value);
        let natures = [Nature::Fields, Nature::List, Nature::Map, Nature::Length];
        if natures.into_iter().any(|nature| also(nature).is_some() && !(members && nature == Nature::Fields))
        {
            // it is two things, and a type is one
            return Type::unknown();
        }
        let deeper = depth.saturating_add(1);
        let leaf = deeper >= self.limits.depth;
        match *value {
            Value::Null => Type::kinds_of(Kinds::NULL),
            Value::Bool(_) => Type::kinds_of(Kinds::BOOL),
            Value::Int(_) | Value::Uint(_) | Value::BigInt(_) => Type::kinds_of(Kinds::INT),
            Value::Float(_) => Type::kinds_of(Kinds::FLOAT),
            Value::Str(text) => match u64::try_from(text.chars().count()) {
                Ok(chars) if chars > Sizes::default().chars => Type::text(chars),
                _ => Type::kinds_of(Kinds::STR),
            },
            Value::CutStr(_) => Type::kinds_of(Kinds::STR),
            Value::Undefined => Type::kinds_of(Kinds::UNDEFINED),
            Value::Opaque(handle) if host.doubt(handle, None).is_some() => Type::unknown(),
            Value::Opaque(_) => match value.plain(host) {
                Value::Opaque(_) => Type::kinds_of(Kinds::OPAQUE),
                scalar => self.ty(host, &scalar, depth),
            },
            Value::Cut(_) => Type::kinds_of(Kinds::SOME),
            Value::Absent | Value::Redacted(_) | Value::Unreadable(_) | Value::Local(_) => Type::unknown(),
            Value::List(handle) | Value::Set(handle) => {
                let kind = if matches!(value, Value::List(_)) { Kinds::LIST } else { Kinds::SET };
                let items = self.size(host.len(handle));
                let element = if leaf { Type::unknown() } else { self.elements(host, value, deeper) };
                Type::collection_of(kind, element, items)
            }
            Value::Map(handle) => {
                let items = self.size(host.len(handle));
                let mut shape = Parts { items, members, ..Parts::default() };
                if !leaf {
                    self.map(host, value, deeper, &mut shape);
                }
                Type::with_shape(Kinds::MAP, shape)
            }
            Value::Object(handle) => {
                let name: Option<Arc<str>> = host.type_name(handle, &mut Scratch::new()).map(Into::into);
                if let Some(constant) = host.enum_name(handle) {
                    let shown = Some(constant).filter(|constant| !self.policy.hides_text(constant));
                    let constants = shown.map(Into::into).into_iter().collect();
                    return Type::with_shape(Kinds::ENUM, Parts { name, constants, ..Parts::default() });
                }
                let fields = if leaf { None } else { Some(self.fields(host, value, deeper)) };
                Type::with_shape(Kinds::OBJECT, Parts { name, fields, ..Parts::default() })
            }
        }
    }

    /// A size beyond what is assumed anyway. A recording of three elements says nothing of the next one.
    fn size(&self, size: Size<'_>) -> SizeBound {
        match size {
            Size::Known(size) if size > Sizes::default().items => SizeBound::at_most(size),
            _ => SizeBound::default(),
        }
    }

    fn elements<'h>(&mut self, host: &'h dyn Host, value: &Value<'h>, depth: u8) -> Type {
        let mut all = Type::never();
        self.each(host, value, |sampler, _, element| {
            let ty = sampler.ty(host, element, depth);
            all = all.join(&ty);
        });
        all
    }

    fn map<'h>(&mut self, host: &'h dyn Host, value: &Value<'h>, depth: u8, shape: &mut Parts) {
        let (mut key, mut all) = (Type::never(), Type::never());
        // keys of an object of plain JSON are names of fields
        let hides_keys = !shape.members && self.policy.mode() == Mode::Strict;
        let mut keys = Some(Fields::default());
        let most = self.limits.keys;
        let whole = self.each(host, value, |sampler, name, element| {
            key = key.join(&sampler.ty(host, name, sampler.limits.depth));
            match *name {
                Value::Str(text) => {
                    let field = sampler.field(host, text, element, depth);
                    all = all.join(&field.ty);
                    if hides_keys || sampler.policy.hides_name(text) {
                        keys = None;
                    } else if let Some(known) = &mut keys {
                        known.set(text, field);
                    }
                }
                _ => {
                    all = all.join(&sampler.ty(host, element, depth));
                    keys = None;
                }
            }
            if keys.as_ref().is_some_and(|known| known.len() > most) {
                keys = None;
            }
        });
        if let Some(known) = &mut keys {
            known.open = !whole;
        }
        shape.key = Some(key);
        shape.value = Some(all);
        shape.keys = keys.filter(|known| !known.is_empty());
    }

    fn fields<'h>(&mut self, host: &'h dyn Host, value: &Value<'h>, depth: u8) -> Fields {
        let mut fields = Fields::default();
        let mut hidden = false;
        let whole = self.each(host, value, |sampler, name, element| {
            if let Value::Str(text) = *name {
                if sampler.policy.hides_name(text) {
                    hidden = true;
                    return;
                }
                let field = sampler.field(host, text, element, depth);
                fields.set(text, field);
            }
        });
        fields.open = !whole || hidden;
        fields
    }

    /// Shows `visit` the elements of a collection or the fields of an object; whether all were seen.
    fn each<'h>(
        &mut self,
        host: &'h dyn Host,
        value: &Value<'h>,
        mut visit: impl FnMut(&mut Self, &Value<'h>, &Value<'h>),
    ) -> bool {
        let Some(handle) = value.handle() else { return false };
        let keyed = matches!(value, Value::Map(_) | Value::Object(_));
        let mut cursor = host.open(handle);
        let (mut keys, mut values) = ([Value::Absent; 16], [Value::Absent; 16]);
        let mut seen = 0usize;
        let whole = loop {
            let batch = if keyed {
                host.entries(&mut cursor, &mut keys, &mut values)
            } else {
                host.items(&mut cursor, &mut values)
            };
            let mut stopped = false;
            for (key, value) in keys.iter().zip(&values).take(batch.count) {
                seen = seen.saturating_add(1);
                stopped = seen > self.limits.items;
                if stopped {
                    break;
                }
                visit(self, key, value);
            }
            match batch.more {
                _ if stopped => break false,
                More::Yes if batch.count > 0 => {}
                More::Yes | More::Done => break true,
                More::Cut(_) => break false,
            }
        };
        host.close(&mut cursor);
        whole
    }
}

/// What only `null` or an empty collection was seen of is unknown: samples are joined first and settled last.
fn settle(ty: &Type) -> Type {
    if ty.is_never() || ty.is_unknown() || ty.kinds() == Kinds::NULL {
        return Type::unknown();
    }
    let Some(shape) = ty.shape() else { return ty.clone() };
    let part = |part: &Option<Type>| part.as_ref().map(settle).filter(|ty| !ty.is_unknown());
    let shape = Parts {
        element: part(&shape.element),
        key: part(&shape.key),
        value: part(&shape.value),
        keys: shape.keys.as_ref().map(settle_fields),
        fields: shape.fields.as_ref().map(settle_fields),
        ..shape.clone()
    };
    Type::with_shape(ty.kinds(), shape)
}

fn settle_fields(fields: &Fields) -> Fields {
    let mut settled = Fields::new(fields.open);
    for (name, field) in fields.iter() {
        settled.push(name, Field { ty: settle(&field.ty), ..field.clone() });
    }
    settled
}
