//! Values and attributes in the words of OpenTelemetry.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

pub(super) fn any(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

pub(super) fn text(value: impl Into<String>) -> AnyValue {
    any(Value::StringValue(value.into()))
}

/// A whole number; as text where the protocol has no room for it.
pub(super) fn whole(number: u64) -> AnyValue {
    i64::try_from(number).map_or_else(|_| text(number.to_string()), |number| any(Value::IntValue(number)))
}

pub(super) fn map(values: Vec<KeyValue>) -> AnyValue {
    any(Value::KvlistValue(KeyValueList { values }))
}

pub(super) fn list(values: Vec<AnyValue>) -> AnyValue {
    any(Value::ArrayValue(ArrayValue { values }))
}

pub(super) fn pair(key: impl Into<String>, value: AnyValue) -> KeyValue {
    KeyValue { key: key.into(), value: Some(value), ..KeyValue::default() }
}

/// The attributes of one thing. Of a name that comes twice the first value counts.
#[derive(Default)]
pub(super) struct Attributes(pub Vec<KeyValue>);

impl Attributes {
    pub fn add(&mut self, key: &str, value: AnyValue) {
        if !key.is_empty() && !self.0.iter().any(|known| known.key == key) {
            self.0.push(pair(key, value));
        }
    }

    pub fn text(&mut self, key: &str, value: impl Into<String>) {
        self.add(key, text(value));
    }

    /// Adds a tag: `key:value` or a bare key.
    pub fn tag(&mut self, tag: &str) {
        let (key, value) = tag.split_once(':').unwrap_or((tag, ""));
        self.text(key.trim(), value.trim());
    }
}

/// A value that is read from JSON: order and null stay.
pub(super) struct FromJson(pub AnyValue);

impl<'de> Deserialize<'de> for FromJson {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = FromJson;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a value")
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(FromJson(AnyValue { value: None }))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
                Ok(FromJson(any(Value::BoolValue(value))))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
                Ok(FromJson(any(Value::IntValue(value))))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
                Ok(FromJson(whole(value)))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
                Ok(FromJson(any(Value::DoubleValue(value))))
            }
            fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
                Ok(FromJson(text(value)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some(FromJson(value)) = seq.next_element()? {
                    values.push(value);
                }
                Ok(FromJson(list(values)))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some((key, FromJson(value))) = object.next_entry::<String, FromJson>()? {
                    values.push(pair(key, value));
                }
                Ok(FromJson(map(values)))
            }
        }
        from.deserialize_any(Visit)
    }
}
