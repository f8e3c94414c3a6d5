//! Values as probelang itself records them: a text is the text, and marks say what a type's name does not.

use probelang_dialect::captured;
use probelang_host::{Nature, Natures};

use super::{Builder, NOT_RECORDED, Parts, UNKNOWN_FORM};
use crate::language::Language;
use crate::raw::Json;
use crate::store::{Besides, Items, Meta, Node, Text, Typed};
use crate::types::{Class, class, scalar};

/// What probelang's recordings say of a value that those of the tracers do not.
#[derive(Clone, Copy, Default)]
pub(super) struct Marked<'j> {
    /// The elements are those of a set.
    pub(super) set: bool,
    /// The text is the name of an enum constant.
    pub(super) constant: bool,
    /// Why the value may be something else.
    pub(super) doubt: Option<&'j str>,
    /// What the text is, where the type's name says something else.
    pub(super) kind: Option<&'j str>,
    /// The type is one of the host's, although it is called as the plain kinds are.
    named: bool,
    /// What it is besides.
    also: Natures,
}

impl<'j> Marked<'j> {
    /// Takes a member of a recorded value, if it is one of the marks.
    pub(super) fn read(&mut self, key: &str, value: Json<'j>) {
        match key {
            "set" => self.set = value.is_true(),
            "enum" => self.constant = value.is_true(),
            "doubt" => self.doubt = value.text(),
            "kind" => self.kind = value.text(),
            "named" => self.named = value.is_true(),
            "also" => {
                let names = |nature: Nature| value.elements().any(|json| json.text() == Some(nature.name()));
                self.also = Nature::ALL.into_iter().filter(|nature| names(*nature)).collect();
            }
            _ => {}
        }
    }

    /// Whether `name` is the name of a type, not what all values of a kind are called.
    pub(super) fn names_type(&self, name: &str) -> bool {
        self.named || !captured::is_plain(name)
    }
}

impl<'j> Builder<'j, '_, '_> {
    /// A value without parts.
    pub(super) fn own(&mut self, parts: &Parts<'j>) -> Node {
        if let Some(reason) = parts.reason {
            // a text before it is for people
            let size = parts.size.and_then(Json::count).is_some();
            let exists = parts.is_null == Some(false) || parts.is_depth() || size;
            return if exists { self.cut(parts, reason) } else { self.unreadable(reason) };
        }
        let type_name = parts.type_name.unwrap_or_default();
        let Some(value) = parts.value else {
            return if type_name == captured::UNDEFINED {
                Node::Undefined
            } else {
                self.cut(parts, NOT_RECORDED)
            };
        };
        let Some(text) = value.text() else { return self.unreadable(UNKNOWN_FORM) };
        if parts.marks.constant {
            let enum_name = Some(self.out.push_text(text));
            // what else it has is known where the value is
            let meta = self.meta(parts, parts.marks.doubt);
            if let Some(meta) = self.out.meta_mut(meta) {
                meta.enum_name = enum_name;
            }
            return Node::Object(Items { first: 0, len: 0, meta });
        }
        let Some(kind) = parts.marks.kind else {
            let read = scalar(class(type_name, Language::default()), text, Language::default());
            return match read.filter(|_| !parts.truncated) {
                Some(scalar) => self.out.push_scalar(scalar),
                None => self.own_text(text, parts.truncated),
            };
        };
        // a scalar with a handle, whose type is not the one of a literal
        let class = match (kind, class(type_name, self.out.language)) {
            (captured::BOOLEAN, _) => Class::Bool,
            (captured::INTEGER, _) => Class::Integer,
            (captured::NUMBER, class @ (Class::Single | Class::Half)) => class,
            (captured::NUMBER, _) => Class::Float,
            _ => Class::Text,
        };
        let node = match scalar(class, text, Language::default()) {
            Some(scalar) if !parts.truncated => self.out.push_scalar(scalar),
            _ => self.own_text(text, parts.truncated),
        };
        let is_named = parts.marks.names_type(type_name);
        let node = if is_named { self.typed(node, type_name, class, Some(text)) } else { node };
        let type_name = self.out.push_text(if is_named { type_name } else { "" });
        let Some(besides) = self.besides(parts, Some(type_name)) else { return node };
        let node = match node {
            Node::Typed(_) => node,
            scalar => {
                let besides = Some(besides);
                let typed = Typed { scalar, type_name, text: None, may_be_text: false, besides };
                self.out.push_typed(typed)
            }
        };
        self.out.set_besides(node, besides);
        node
    }

    /// A second nature of a value, which was not captured.
    pub(super) fn besides(&mut self, parts: &Parts<'j>, type_name: Option<Text>) -> Option<Besides> {
        let natures = parts.marks.also;
        if natures == Natures::NONE {
            return None;
        }
        let cut = Some(self.reason(NOT_RECORDED));
        let meta = self.out.push_meta(Meta { type_name, cut, ..Meta::default() });
        let node = self.out.push(Node::Object(Items { first: 0, len: 0, meta }));
        Some(Besides { natures, node })
    }

    /// A text, or `cut` the beginning of one.
    pub(super) fn own_text(&mut self, text: &str, cut: bool) -> Node {
        let text = self.out.push_text(text);
        if cut { Node::CutStr(text) } else { Node::Str(text) }
    }
}
