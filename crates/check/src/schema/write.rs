//! Writes a schema as JSON.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::Schema;
use crate::types::{Field, Fields, Parts};
use crate::{Kinds, Type};

impl Schema {
    /// The schema as JSON of several lines, names in their order; what was written reads back as the same
    /// schema.
    #[must_use]
    pub fn to_json(&self) -> String {
        // the serialisers below have no failure of their own, and a String takes everything
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("names", &Named(&self.names))?;
        if self.names.open {
            map.serialize_entry("open", &true)?;
        }
        map.end()
    }
}

struct Named<'a>(&'a Fields);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, field) in self.0.iter() {
            map.serialize_entry(name, &Described { ty: &field.ty, field: Some(field) })?;
        }
        map.end()
    }
}

/// A type, with what else a field says.
struct Described<'a> {
    ty: &'a Type,
    field: Option<&'a Field>,
}

impl Serialize for Described<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.field.is_some_and(|field| field.redacted) {
            return serializer.serialize_str("redacted");
        }
        let optional = self.field.is_some_and(|field| field.optional);
        let doc = self.field.and_then(|field| field.doc.as_deref());
        let shape = match (self.ty.shape(), optional, doc) {
            (None, false, None) => return Words(self.ty.kinds()).serialize(serializer),
            (shape, ..) => shape,
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &Words(self.ty.kinds()))?;
        if let Some(shape) = shape {
            write_shape(shape, &mut map)?;
        }
        if optional {
            map.serialize_entry("optional", &true)?;
        }
        if let Some(doc) = doc {
            map.serialize_entry("doc", doc)?;
        }
        map.end()
    }
}

fn write_shape<M: SerializeMap>(shape: &Parts, map: &mut M) -> Result<(), M::Error> {
    for (key, part) in [("of", &shape.element), ("key", &shape.key), ("value", &shape.value)] {
        if let Some(ty) = part {
            map.serialize_entry(key, &Described { ty, field: None })?;
        }
    }
    if let Some(name) = &shape.name {
        map.serialize_entry("name", &**name)?;
    }
    for (key, fields) in [("keys", &shape.keys), ("fields", &shape.fields)] {
        if let Some(fields) = fields {
            map.serialize_entry(key, &Named(fields))?;
        }
    }
    if shape.members {
        map.serialize_entry("members", &true)?;
    }
    if [&shape.keys, &shape.fields].into_iter().flatten().any(|fields| fields.open) {
        map.serialize_entry("open", &true)?;
    }
    if !shape.constants.is_empty() {
        let names: Vec<&str> = shape.constants.iter().map(|name| &**name).collect();
        map.serialize_entry("constants", &names)?;
    }
    if let Some(most) = shape.items.stated() {
        map.serialize_entry("maxItems", &most)?;
    }
    if let Some(most) = shape.chars.stated() {
        map.serialize_entry("maxLength", &most)?;
    }
    Ok(())
}

/// One kind as a word, several as a list of words.
struct Words(Kinds);

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.to_string();
        let words: Vec<&str> = text.split(" | ").collect();
        if let [only] = words.as_slice() {
            return serializer.serialize_str(only);
        }
        let mut list = serializer.serialize_seq(Some(words.len()))?;
        for word in words {
            list.serialize_element(word)?;
        }
        list.end()
    }
}
