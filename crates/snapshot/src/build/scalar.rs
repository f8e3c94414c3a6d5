//! Values that are recorded by a text: scalars and enum constants.

use std::cmp::Ordering;

use probelang_host::{Digits, Number};

use super::{Builder, NOT_RECORDED, Parts, TRUNCATED, UNKNOWN_FORM, is_scrubbed, unknown_reason};
use crate::cut::{Extent, Marks, certain, extent, is_binary};
use crate::language::Language;
use crate::python;
use crate::raw::Json;
use crate::store::{Items, Meta, Node, Text, Typed};
use crate::types::{
    Class, Scalar, class, digits, enum_type, is_constant, is_literal_type, is_opaque, numpy, scalar,
};

/// Digits of an integer that every float has.
const EXACT: usize = 15;

impl<'j> Builder<'j, '_, '_> {
    pub(super) fn scalar(&mut self, parts: &Parts<'j>, value: Json<'j>) -> Node {
        let language = self.out.language;
        let type_name = parts.type_name.unwrap_or_default();
        let class = class(type_name, language);
        let Some(text) = value.text() else {
            let scalar = match (value.node(), value.to_f64()) {
                (Node::Map(_), _) => return self.unreadable(unknown_reason(value)),
                (Node::List(_), _) => return self.unreadable(UNKNOWN_FORM),
                (_, Some(number)) if matches!(class, Class::Float | Class::Single | Class::Half) => {
                    Node::Float(number)
                }
                _ => self.copied(value),
            };
            return self.typed(scalar, type_name, class, None);
        };
        if is_scrubbed(text) {
            return self.unreadable(text);
        }
        let marks = Marks { truncated: parts.truncated, size: parts.size.and_then(Json::count) };
        let (text, extent) = extent(text, marks, language);
        if extent != Extent::Whole && !matches!(class, Class::Text | Class::PythonText) {
            // the first digits of a number are no number
            return self.unreadable(TRUNCATED);
        }
        let inner = numpy(text, language);
        if let Some(quoted) = inner.filter(|inner| inner.starts_with(['\'', '"'])) {
            let digits = quoted.trim_matches(['\'', '"']);
            let node = match scalar(class, digits, language) {
                Some(scalar) => self.out.push_scalar(scalar),
                None => self.text(quoted, Extent::Whole, true),
            };
            return self.typed(node, type_name, class, Some(digits));
        }
        let text = inner.unwrap_or(text);
        if let Some(scalar) = rounded(class, text).or_else(|| scalar(class, text, language)) {
            let node = self.out.push_scalar(scalar);
            return self.typed(node, type_name, class, Some(text));
        }
        if extent == Extent::Whole && is_opaque(type_name, language) {
            let text = Some(self.out.push_text(text));
            let type_name = self.out.push_text(type_name);
            return self.out.push_typed(Typed {
                scalar: Node::Absent,
                type_name,
                text,
                may_be_text: false,
                besides: None,
            });
        }
        if extent == Extent::Whole && is_constant(type_name, text, language) {
            return self.constant(parts, text);
        }
        if let (Language::DotNet, Some(number)) = (language, enum_number(parts, class, text)) {
            // the number of a constant that has no name
            let text = Some(self.out.push_text(text));
            let type_name = self.out.push_text(type_name);
            let scalar = self.out.push_scalar(number);
            return self.out.push_typed(Typed { scalar, type_name, text, may_be_text: true, besides: None });
        }
        if is_binary(text, type_name, language) {
            return self.unreadable("recorded as escaped bytes");
        }
        let node = self.text(text, extent, class == Class::PythonText);
        self.typed(node, type_name, class, None)
    }

    /// The scalar with the type that it was recorded with, where that is not the type of a literal. `text` are
    /// its digits.
    pub(super) fn typed(&mut self, scalar: Node, type_name: &str, class: Class, text: Option<&str>) -> Node {
        let may_be_text = class == Class::Named
            && matches!(
                scalar,
                Node::Bool(_) | Node::Int(_) | Node::Uint(_) | Node::BigInt(_) | Node::Float(_)
            );
        let is_literal = self
            .out
            .scalar(scalar)
            .is_none_or(|scalar| is_literal_type(type_name, &scalar, self.out.language));
        if type_name.is_empty() || (is_literal && !may_be_text) {
            return scalar;
        }
        let shows_text = may_be_text || matches!(class, Class::Single | Class::Half);
        let text =
            text.filter(|_| shows_text).map(|text| self.out.push_text(&digits(text, self.out.language)));
        let type_name = self.out.push_text(type_name);
        self.out.push_typed(Typed { scalar, type_name, text, may_be_text, besides: None })
    }

    /// An enum constant that is recorded by its name.
    fn constant(&mut self, parts: &Parts<'j>, name: &str) -> Node {
        let language = self.out.language;
        // which enum it is of is not known where it might have been null
        let type_name = parts
            .type_name
            .filter(|_| class(parts.type_name.unwrap_or_default(), language) != Class::Nullable);
        let own_type = type_name.map(|name| self.out.push_text(enum_type(name, language)));
        let other_name = type_name.map(|name| self.out.push_text(name));
        let enum_name = Some(self.out.push_text(name));
        let cut = Some(self.out.push_text(NOT_RECORDED));
        let meta = Meta { type_name: own_type, other_name, cut, enum_name, ..Meta::default() };
        let meta = self.out.push_meta(meta);
        Node::Object(Items { first: 0, len: 0, meta })
    }

    /// A text, or what is certain of its beginning.
    pub(super) fn text(&mut self, text: &str, extent: Extent, quoted: bool) -> Node {
        let start = self.out.text_end();
        let language = self.out.language;
        let target = self.out.text_mut();
        if quoted {
            python::unquote(text, extent != Extent::Whole, target);
        } else {
            target.push_str(text);
        }
        if extent == Extent::Whole || (extent == Extent::Unclosed && quoted) {
            return Node::Str(self.out.text_since(start));
        }
        match certain(target, start, extent, language) {
            Some(()) => Node::CutStr(self.out.text_since(start)),
            None => self.unreadable(TRUNCATED),
        }
    }

    /// The name of the enum constant that the fields are of, as Python records one.
    pub(super) fn constant_of_fields(&mut self, fields: Json<'j>) -> Option<Text> {
        if self.out.own || !matches!(self.out.language, Language::Python | Language::Unknown) {
            return None;
        }
        let (name, _) = fields.get("_name_").zip(fields.get("_value_"))?;
        let name = Parts::of(name, self.out);
        let text = name.value?.text().filter(|text| !is_scrubbed(text))?;
        if name.truncated || name.reason.is_some() {
            return None;
        }
        let start = self.out.text_end();
        python::unquote(text, false, self.out.text_mut());
        Some(self.out.text_since(start))
    }
}

/// The float that a number of JavaScript is whose text is digits, where these are not its exact value: its text has
/// as many digits as tell it from the next float, and zeros after them.
fn rounded(class: Class, text: &str) -> Option<Scalar> {
    let digits = Digits::new(text).filter(|_| class == Class::Number && text.len() > EXACT)?;
    let float = digits.to_f64();
    (digits.compare(Number::Float(float)) != Some(Ordering::Equal)).then_some(Scalar::Float(float))
}

/// The number that a value of .NET is recorded by under a type that is no number: an enum has a constant
/// without a name.
fn enum_number(parts: &Parts<'_>, class: Class, text: &str) -> Option<Scalar> {
    let name = parts.type_name?;
    let is_enum = class == Class::Text && crate::instance::scalar_type(Language::DotNet, name).is_none();
    scalar(Class::Integer, text, Language::DotNet).filter(|_| is_enum)
}
