//! Names, members and indexes.

use probelang_diagnostic::fault;
use probelang_dialect::{
    FaultOrNull, ImplicitThis, MapMember, Missing, NegativeIndex, NoIndex, NoMember, PlainObjects,
    PredefinedNames, RedactedRead, SetMember,
};
use probelang_syntax::tree::{Node, NodeId, TextId};

use super::{Pass, Problem, may_equal, read_kinds};
use crate::types::{Field, Fields};
use crate::{Kinds, Type, accepts};

/// What is known of a part that is asked for by name.
enum Part<'t> {
    Known(&'t Field),
    /// Nothing says whether it is there.
    Unknown,
    /// All parts are known, and it is not one of them.
    Missing,
}

fn part<'t>(fields: Option<&'t Fields>, name: &str) -> Part<'t> {
    match fields {
        None => Part::Unknown,
        Some(fields) => match fields.get(name) {
            Some(field) => Part::Known(field),
            None if fields.open => Part::Unknown,
            None => Part::Missing,
        },
    }
}

impl Pass<'_> {
    /// A read under a redacted name.
    fn redacted(&mut self, id: NodeId, key: TextId) -> Type {
        self.find(id, Problem::Redacted { key });
        match self.given.dialect.redacted_read {
            RedactedRead::Fault => Type::never(),
            RedactedRead::Placeholder => Type::kinds_of(Kinds::PLACEHOLDER),
        }
    }

    pub(super) fn name(&mut self, id: NodeId, name: TextId) -> Type {
        let text = self.given.tree.text(name);
        let dialect = self.given.dialect;
        if self.given.redacted.contains(id) {
            return self.redacted(id, name);
        }
        if dialect.predefined_names == PredefinedNames::Yes {
            match text {
                "undefined" => return Type::kinds_of(Kinds::UNDEFINED),
                "Infinity" => return Type::kinds_of(Kinds::FLOAT),
                _ => {}
            }
        }
        let missing = match dialect.missing_name {
            FaultOrNull::Fault => Kinds::NONE,
            FaultOrNull::Null => Kinds::NULL,
        };
        let more = read_kinds(dialect);
        let Some(schema) = self.given.schema else { return Type::unknown().and(more) };
        match part(Some(&schema.names), text) {
            Part::Known(field) if field.redacted => self.redacted(id, name),
            Part::Known(field) => field.ty.and(missing.union(more)),
            Part::Unknown => Type::unknown().and(more),
            Part::Missing => {
                if dialect.implicit_this == ImplicitThis::Yes
                    && let Some(this) = schema.name("this")
                {
                    let fields = this.ty.fields().or_else(|| this.ty.keys());
                    match part(fields, text) {
                        Part::Known(field) if field.redacted => return self.redacted(id, name),
                        Part::Known(field) => return field.ty.and(missing.union(more)),
                        Part::Unknown => return Type::unknown().and(more),
                        Part::Missing => {}
                    }
                }
                self.find(id, Problem::UnknownName);
                Type::unknown().and(more)
            }
        }
    }

    pub(super) fn member(&mut self, id: NodeId, base: NodeId, name: TextId) -> Type {
        let text = self.given.tree.text(name);
        if self.given.redacted.contains(id) {
            return self.redacted(id, name);
        }
        let dialect = self.given.dialect;
        let ty = self.ty(base);
        if ty.shape().is_none()
            && let Some(kinds) = self.member_of_any(ty.kinds(), text)
        {
            return Type::kinds_of(kinds);
        }
        let mut all = Type::never();
        let mut unknown_to_all = true;
        let mut hidden = false;
        for kind in ty.kinds().each() {
            let (fields, missing, value) = match kind {
                Kinds::OBJECT => (ty.fields(), missing(dialect.missing_member), Type::unknown()),
                // an enum constant shows no fields: what is asked for is missing
                Kinds::ENUM => (ty.fields(), missing(dialect.missing_member), Type::unknown()),
                Kinds::MAP if dialect.map_member == MapMember::Key => {
                    (ty.keys(), missing(dialect.missing_key), ty.value())
                }
                Kinds::MAP if ty.has_members() => (ty.keys(), missing(dialect.missing_member), ty.value()),
                Kinds::NULL if dialect.null_member == FaultOrNull::Null => {
                    all = all.and(Kinds::NULL);
                    continue;
                }
                Kinds::UNDEFINED | Kinds::PLACEHOLDER => {
                    all = all.and(kind);
                    continue;
                }
                _ => {
                    all = all.and(self.member_of_none(kind, text));
                    continue;
                }
            };
            let read = match part(fields, text) {
                Part::Known(field) if field.redacted => {
                    hidden = true;
                    continue;
                }
                Part::Known(field) => {
                    unknown_to_all = false;
                    field.ty.clone()
                }
                Part::Unknown => {
                    unknown_to_all = false;
                    value
                }
                Part::Missing => Type::unknown(),
            };
            all = all.join(&read).and(missing);
        }
        if hidden && all.is_never() {
            return self.redacted(id, name);
        }
        if all.is_never() && !ty.is_never() {
            let found = ty.kinds();
            let collection = Kinds::LIST.union(Kinds::SET).union(Kinds::MAP);
            let certain = match found {
                found if !collection.contains(found) => false,
                Kinds::MAP => true,
                Kinds::SET => dialect.set_member == SetMember::KindFault,
                _ => false,
            };
            let problem = if certain {
                let takes = Kinds::MEMBERED.minus(collection);
                Problem::WrongKind {
                    operand: base,
                    found,
                    takes,
                    fault: fault::MEMBER_OF_COLLECTION,
                    certain,
                }
            } else {
                Problem::NoMembers { found }
            };
            self.find(id, problem);
            return all;
        }
        if unknown_to_all && ty.kinds().meets(Kinds::MEMBERED) && !hidden {
            self.find(id, Problem::UnknownMember { base, key: name });
        }
        all.and(read_kinds(dialect))
    }

    /// What a member of a value of `kinds` with unknown parts may be; `None` where it may have none.
    fn member_of_any(&self, kinds: Kinds, name: &str) -> Option<Kinds> {
        let dialect = self.given.dialect;
        let objects = kinds.meets(Kinds::OBJECT.union(Kinds::ENUM));
        let maps = kinds.meets(Kinds::MAP) && dialect.map_member == MapMember::Key;
        let mut all = kinds.both(Kinds::UNDEFINED.union(Kinds::PLACEHOLDER));
        if objects {
            all = all.union(missing(dialect.missing_member));
        }
        if maps {
            all = all.union(missing(dialect.missing_key));
        }
        if kinds.meets(Kinds::NULL) && dialect.null_member == FaultOrNull::Null {
            all = all.union(Kinds::NULL);
        }
        all = kinds.each().fold(all, |all, kind| all.union(self.member_of_none(kind, name)));
        (objects || maps).then(|| all.union(Kinds::ANY).union(read_kinds(dialect)))
    }

    /// What a member of a value of a kind without members may be.
    fn member_of_none(&self, kind: Kinds, name: &str) -> Kinds {
        let dialect = self.given.dialect;
        let null = |is_null| if is_null { NoMember::Null } else { NoMember::Fault };
        let choice = match kind {
            Kinds::MAP => null(dialect.map_member == MapMember::Null),
            Kinds::SET => null(dialect.set_member == SetMember::Null),
            Kinds::LIST => dialect.list_member,
            Kinds::STR | Kinds::INT | Kinds::FLOAT | Kinds::BOOL => dialect.scalar_member,
            _ => NoMember::Fault,
        };
        match choice {
            NoMember::Fault => Kinds::NONE,
            NoMember::Null => Kinds::NULL,
            NoMember::JavaScript if name == "length" && Kinds::LIST.union(Kinds::STR).meets(kind) => {
                Kinds::INT
            }
            NoMember::JavaScript => Kinds::UNDEFINED,
        }
    }

    pub(super) fn index(&mut self, id: NodeId, base: NodeId, index: NodeId) -> Type {
        let tree = self.given.tree;
        let dialect = self.given.dialect;
        let literal = match tree.node(index) {
            Node::Str(text) => Some(text),
            _ => None,
        };
        if let Some(key) = literal.filter(|_| self.given.redacted.contains(id)) {
            return self.redacted(id, key);
        }
        let (ty, key) = (self.ty(base), self.ty(index));
        if key.is_never() {
            return Type::never();
        }
        // a computed key may turn out to be a redacted one, whatever is indexed
        let hidden = if dialect.redacted_read == RedactedRead::Placeholder
            && literal.is_none()
            && key.kinds().meets(Kinds::TEXTUAL)
        {
            Kinds::PLACEHOLDER
        } else {
            Kinds::NONE
        };
        let passed = Kinds::NULL.union(Kinds::UNDEFINED).union(Kinds::PLACEHOLDER);
        let takes = accepts::indexed(dialect);
        if !ty.kinds().meets(takes.union(passed)) {
            let found = ty.kinds();
            let fault = fault::NOT_INDEXABLE;
            self.find(id, Problem::WrongKind { operand: base, found, takes, fault, certain: true });
            return Type::kinds_of(hidden);
        }
        let mut all = Type::never();
        for kind in ty.kinds().each() {
            let read = match kind {
                Kinds::LIST => self.element(id, index, &ty),
                Kinds::MAP => self.entry_at(id, base, index, &ty),
                Kinds::OBJECT | Kinds::ENUM if dialect.plain_objects == PlainObjects::Yes => {
                    Type::unknown().and(missing(dialect.missing_key))
                }
                Kinds::STR if dialect.scalar_index == NoIndex::JavaScript => {
                    Type::kinds_of(PROPERTY.union(Kinds::STR))
                }
                Kinds::INT | Kinds::FLOAT | Kinds::BOOL if dialect.scalar_index == NoIndex::JavaScript => {
                    Type::kinds_of(Kinds::UNDEFINED)
                }
                Kinds::UNDEFINED | Kinds::PLACEHOLDER => Type::kinds_of(kind),
                _ => Type::never(),
            };
            all = all.join(&read);
        }
        if all.is_never() {
            if ty.kinds() == Kinds::NULL {
                self.find(id, Problem::NoMembers { found: Kinds::NULL });
            }
            return all.and(hidden);
        }
        all.and(read_kinds(dialect))
    }

    /// An element of a list.
    fn element(&mut self, id: NodeId, index: NodeId, list: &Type) -> Type {
        let dialect = self.given.dialect;
        let kinds = self.ty(index).kinds();
        let only_list = Kinds::LIST.union(Kinds::NULL).contains(list.kinds());
        let takes = accepts::position(dialect);
        if !kinds.meets(takes) {
            if only_list {
                let fault = fault::BAD_INDEX;
                self.find(
                    id,
                    Problem::WrongKind { operand: index, found: kinds, takes, fault, certain: true },
                );
            }
            return Type::never();
        }
        let property = dialect.list_index == NoIndex::JavaScript && !Kinds::INT.contains(kinds);
        let missing = missing(dialect.missing_index).union(if property { PROPERTY } else { Kinds::NONE });
        let negative = match self.given.tree.node(index) {
            Node::Int(n) => n < 0,
            Node::Float(n) => n < 0.0,
            _ => false,
        };
        if negative && dialect.negative_index != NegativeIndex::FromEnd {
            if dialect.negative_index == NegativeIndex::Fault {
                self.find(id, Problem::NegativeIndex { certain: only_list });
            }
            return Type::kinds_of(missing);
        }
        list.element().and(missing)
    }

    /// The value under a key of a map.
    fn entry_at(&mut self, id: NodeId, base: NodeId, index: NodeId, map: &Type) -> Type {
        let dialect = self.given.dialect;
        let missing = missing(dialect.missing_key);
        if let Node::Str(key) = self.given.tree.node(index) {
            match part(map.keys(), self.given.tree.text(key)) {
                Part::Known(field) if field.redacted => return self.redacted(id, key),
                Part::Known(field) => return field.ty.and(missing),
                Part::Unknown => {}
                Part::Missing => self.find(id, Problem::UnknownMember { base, key }),
            }
        }
        let (found, keys) = (self.ty(index).kinds(), map.key().kinds());
        let only_map = Kinds::MAP.union(Kinds::NULL).contains(map.kinds());
        let known = !map.key().is_unknown() && !keys.is_empty() && only_map;
        if known && !may_equal(found, keys, dialect) {
            self.find(id, Problem::UnlikeKey { found, keys });
        }
        map.value().and(missing)
    }
}

/// What a property of a list or text gives that is not one of its elements.
const PROPERTY: Kinds = Kinds::UNDEFINED.union(Kinds::INT);

/// What a read that finds nothing gives besides what it finds.
const fn missing(choice: Missing) -> Kinds {
    match choice {
        Missing::Fault => Kinds::NONE,
        Missing::Null => Kinds::NULL,
        Missing::Undefined => Kinds::UNDEFINED,
    }
}
