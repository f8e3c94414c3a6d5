//! Loops: what a predicate binds, and what `filter` keeps.

use probelang_dialect::{Dialect, FilterMap, FilterSet, ListKey, LoopText, MapElement};
use probelang_syntax::function::Takes;
use probelang_syntax::tree::{Node, NodeId};

use super::{Pass, read_kinds};
use crate::types::{Field, Fields, Parts, SizeBound};
use crate::{Kinds, Type, accepts};

/// What a predicate binds.
#[derive(Clone, Debug)]
pub(crate) struct Bindings {
    pub(crate) it: Type,
    pub(crate) key: Type,
    pub(crate) value: Type,
}

impl Pass<'_> {
    /// What `filter` keeps of a collection.
    pub(super) fn filtered(&self, over: &Type) -> Type {
        let dialect = self.given.dialect;
        let mut all = Type::never();
        for kind in over.kinds().both(accepts::operand(Takes::Collection, dialect)).each() {
            let linear = |kinds| Type::collection_of(kinds, over.element(), over.items());
            all = all.join(&match kind {
                Kinds::SET if dialect.filter_set == FilterSet::List => linear(Kinds::LIST),
                Kinds::LIST | Kinds::SET => linear(kind),
                Kinds::MAP | Kinds::OBJECT | Kinds::ENUM => match dialect.filter_map {
                    FilterMap::Map if kind == Kinds::MAP => kept_map(over),
                    FilterMap::Map => Type::kinds_of(Kinds::MAP),
                    FilterMap::Entries => {
                        Type::collection_of(Kinds::LIST, entry(over, dialect), over.items())
                    }
                    FilterMap::Values => Type::collection_of(Kinds::LIST, over.value(), over.items()),
                },
                Kinds::BOOL | Kinds::INT | Kinds::FLOAT => nothing_kept(dialect),
                Kinds::STR if dialect.loop_text == LoopText::Entries => match dialect.filter_map {
                    FilterMap::Map => Type::kinds_of(Kinds::MAP),
                    FilterMap::Entries | FilterMap::Values => Type::kinds_of(Kinds::LIST),
                },
                // a string: its characters
                _ => Type::collection_of(Kinds::LIST, Type::kinds_of(Kinds::STR), SizeBound::default()),
            });
        }
        all
    }

    /// What the predicate of a loop binds.
    pub(super) fn bindings(&self, id: NodeId) -> Bindings {
        let Node::Loop { over, .. } = self.given.tree.node(id) else {
            return Bindings { it: Type::unknown(), key: Type::unknown(), value: Type::unknown() };
        };
        bindings(&self.ty(over), self.given.dialect)
    }
}

/// What `filter` gives that goes over nothing.
fn nothing_kept(dialect: &Dialect) -> Type {
    Type::kinds_of(match dialect.filter_map {
        FilterMap::Map => Kinds::MAP,
        FilterMap::Entries | FilterMap::Values => Kinds::LIST,
    })
}

/// A map whose entries may be gone.
fn kept_map(map: &Type) -> Type {
    let Some(shape) = map.shape() else { return Type::kinds_of(Kinds::MAP) };
    let mut keys = shape.keys.clone().unwrap_or_default();
    keys.open = keys.open || shape.keys.is_none();
    let mut kept = Fields::new(keys.open);
    for (name, field) in keys.iter() {
        kept.push(name, Field { optional: true, ..field.clone() });
    }
    let shape = Parts {
        key: shape.key.clone(),
        value: shape.value.clone(),
        keys: shape.keys.is_some().then_some(kept),
        items: shape.items,
        ..Parts::default()
    };
    Type::with_shape(Kinds::MAP, shape)
}

/// An entry of a map, as `@it` shows it.
fn entry(map: &Type, dialect: &Dialect) -> Type {
    let mut fields = Fields::default();
    let (key, value) = dialect.entry_members.names();
    fields.set(key, Field::of(map.key()));
    fields.set(value, Field::of(map.value()));
    Type::object_of(None, fields)
}

/// What a predicate over a value of type `over` binds.
pub(crate) fn bindings(over: &Type, dialect: &Dialect) -> Bindings {
    let mut all = Bindings { it: Type::never(), key: Type::never(), value: Type::never() };
    let mut bind = |it: &Type, key: &Type, value: &Type| {
        all.it = all.it.join(it);
        all.key = all.key.join(key);
        all.value = all.value.join(value);
    };
    let text = Type::kinds_of(Kinds::STR);
    let no_key = match dialect.list_key {
        ListKey::Undefined => Type::never(),
        ListKey::Null => Type::kinds_of(Kinds::NULL),
    };
    for kind in over.kinds().both(accepts::operand(Takes::Collection, dialect)).each() {
        match kind {
            Kinds::LIST | Kinds::SET => bind(&over.element(), &no_key, &no_key),
            Kinds::MAP | Kinds::OBJECT | Kinds::ENUM => {
                let (key, value) = if kind == Kinds::MAP {
                    (over.key(), over.value())
                } else {
                    (text.clone(), over.fields().map_or_else(Type::unknown, Fields::any_value))
                };
                let it = match dialect.map_element {
                    MapElement::Entry if kind == Kinds::MAP => entry(over, dialect),
                    MapElement::Entry => Type::kinds_of(Kinds::OBJECT),
                    MapElement::Key => key.clone(),
                    MapElement::Value => value.clone(),
                    MapElement::Pair => {
                        Type::collection_of(Kinds::LIST, key.join(&value), SizeBound::at_most(2))
                    }
                    MapElement::Unbound => Type::never(),
                };
                bind(&it, &key, &value);
            }
            // nothing is bound
            Kinds::BOOL | Kinds::INT | Kinds::FLOAT => {}
            Kinds::STR if dialect.loop_text == LoopText::Entries => {
                let it = match dialect.map_element {
                    MapElement::Entry => Type::kinds_of(Kinds::OBJECT),
                    MapElement::Key | MapElement::Value => text.clone(),
                    MapElement::Pair => Type::collection_of(Kinds::LIST, text.clone(), SizeBound::at_most(2)),
                    MapElement::Unbound => Type::never(),
                };
                bind(&it, &text, &text);
            }
            _ => bind(&text, &no_key, &no_key),
        }
    }
    // under a redacted key a value may go on as a placeholder, in a map an element may be the undefined value
    let more = read_kinds(dialect);
    all.it = widen(&all.it, more);
    all.value = widen(&all.value, more);
    all
}

fn widen(ty: &Type, kinds: Kinds) -> Type {
    if ty.is_never() { ty.clone() } else { ty.and(kinds) }
}
