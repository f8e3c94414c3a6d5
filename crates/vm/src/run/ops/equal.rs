//! `== !=`: the rule, in the order of `docs/faults.md`.

mod collections;
mod lazy;
mod sequence;

use std::cmp::Ordering;

use probelang_capture::Stop;
use probelang_diagnostic::fault;
use probelang_dialect::{NumberComparison, RedactedRead, UndefinedEquality, UnlikeEquality};
use probelang_host::{Handle, Hidden, Local, Role, Sameness, Scratch, Value, names_constant, same_type};

use super::big::is_big;
use crate::fault::Detail;
use crate::program::ids::SlotId;
use crate::run::frame::Frame;
use crate::run::iter::is_filter;

/// How two values relate.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Relation<'a> {
    Same,
    Different,
    /// Of unlike kinds.
    Unlike,
    /// A part is redacted.
    Redacted(Veil<'a>),
    /// A side was cut by depth, or is perhaps not what it was lent as.
    Cut(&'a str),
    /// A part cannot be read.
    Part(&'a str),
    /// As far as the text was recorded it is the same.
    CutText,
    /// Objects without identity.
    Identity(&'a str),
    /// A side is the value undefined.
    Undefined,
}

/// What hides a part.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Veil<'a> {
    /// What is said of it.
    Said(Hidden),
    /// The name or key that it is under.
    Name(Option<&'a str>),
    /// Its type.
    Type(Handle),
}

/// What a structural comparison met on its way.
#[derive(Default)]
struct Met<'a> {
    /// The first part that is redacted.
    redacted: Option<Veil<'a>>,
    part: Option<&'a str>,
    undefined: bool,
}

impl<'a> Met<'a> {
    /// Takes the relation of two parts; whether they differ.
    fn note(&mut self, relation: Relation<'a>) -> bool {
        match relation {
            Relation::Same => {}
            Relation::Different | Relation::Unlike => return true,
            Relation::Redacted(veil) => {
                self.redacted.get_or_insert(veil);
            }
            Relation::Cut(reason) | Relation::Part(reason) | Relation::Identity(reason) => {
                self.part.get_or_insert(reason);
            }
            Relation::CutText => {
                self.part.get_or_insert("");
            }
            Relation::Undefined => self.undefined = true,
        }
        false
    }

    fn relation(&self) -> Relation<'a> {
        match *self {
            Self { redacted: Some(veil), .. } => Relation::Redacted(veil),
            Self { part: Some(reason), .. } => Relation::Part(reason),
            Self { undefined: true, .. } => Relation::Undefined,
            _ => Relation::Same,
        }
    }

    /// Of a search that found nothing: what keeps it open, if anything does.
    fn open_or_different(&self) -> Relation<'a> {
        match self.relation() {
            Relation::Same => Relation::Different,
            open => open,
        }
    }
}

impl<'a> Frame<'a, '_, '_> {
    pub(super) fn equal(&mut self, a: &Value<'a>, b: &Value<'a>, site: u32) -> Result<bool, Stop> {
        match (*a, *b) {
            (Value::Int(a), Value::Int(b)) if self.dialect().number_comparison == NumberComparison::Exact => {
                return Ok(a == b);
            }
            (Value::Str(a), Value::Str(b)) => return self.same_bytes(a.as_bytes(), b.as_bytes(), site),
            (Value::Bool(a), Value::Bool(b)) => return Ok(a == b),
            _ => {}
        }
        let relation = if is_filter(a) || is_filter(b) {
            self.relate_lazy(a, b, site)?
        } else {
            self.relate(a, b, 0, site)?
        };
        self.answer(relation, a, b, site)
    }

    /// Whether two keys are equal: unlike kinds just differ.
    pub(crate) fn keys_equal(&mut self, a: &Value<'a>, b: &Value<'a>, site: u32) -> Result<bool, Stop> {
        match self.relate(a, b, 0, site)? {
            Relation::Unlike => Ok(false),
            relation => self.answer(relation, a, b, site),
        }
    }

    /// What `==` answers, or the fault.
    pub(super) fn answer(
        &mut self,
        relation: Relation<'a>,
        a: &Value<'a>,
        b: &Value<'a>,
        site: u32,
    ) -> Result<bool, Stop> {
        Err(match relation {
            Relation::Same => return Ok(true),
            Relation::Different => return Ok(false),
            Relation::Unlike if self.dialect().unlike_equality == UnlikeEquality::False => return Ok(false),
            Relation::Unlike => {
                let kinds = Detail::Kinds(self.kind(a), self.kind(b));
                self.fail(fault::UNLIKE_KINDS, site, kinds)
            }
            Relation::Redacted(veil) => self.hidden_part(veil, site),
            Relation::Cut(reason) => self.fail_because(fault::UNREADABLE, site, reason),
            Relation::Part(reason) => self.fail_because(fault::UNREADABLE_PART, site, reason),
            Relation::CutText => self.fail(fault::CUT_TEXT, site, Detail::None),
            Relation::Identity(reason) => self.fail_because(fault::NO_IDENTITY, site, reason),
            Relation::Undefined => {
                let code = self.undefined_operand();
                self.fail(code, site, Detail::None)
            }
        })
    }

    #[cold]
    fn hidden_part(&mut self, veil: Veil<'a>, site: u32) -> Stop {
        let (host, mut scratch) = (self.host, Scratch::new());
        let (hidden, name) = match veil {
            Veil::Said(hidden) => (hidden, None),
            Veil::Name(name) => (Hidden::Name, name),
            Veil::Type(handle) => (Hidden::Type, host.type_name(handle, &mut scratch)),
        };
        let rule = self.hiding_rule(hidden, name);
        self.fail_by(fault::REDACTED_PART, site, Detail::Hidden(hidden), rule)
    }

    /// How two values relate; `level` collections are open around them.
    pub(super) fn relate(
        &mut self,
        a: &Value<'a>,
        b: &Value<'a>,
        level: u32,
        site: u32,
    ) -> Result<Relation<'a>, Stop> {
        use Relation::{Different, Same, Unlike};
        if let Some(relation) = self.relate_hidden(a, b) {
            return Ok(relation);
        }
        let same = |same: bool| if same { Same } else { Different };
        if let (Value::Opaque(_), _) | (_, Value::Opaque(_)) = (a, b)
            && let Some(relation) = self.relate_scalars(a, b, level, site)?
        {
            return Ok(relation);
        }
        if let (Some(a), Some(b)) = (self.as_number(a), self.as_number(b)) {
            return Ok(same(self.compare_numbers(a, b) == Some(Ordering::Equal)));
        }
        if (is_big(a) || is_big(b))
            && let Some(order) = self.order_big(a, b, false, site)?
        {
            return Ok(same(order == Some(Ordering::Equal)));
        }
        Ok(match (*a, *b) {
            (Value::Null, Value::Null) => Same,
            (Value::Null, _) | (_, Value::Null) => Different,
            (Value::Cut(handle), _) | (_, Value::Cut(handle)) => Relation::Cut(self.host.cut_reason(handle)),
            (Value::Bool(a), Value::Bool(b)) => same(a == b),
            (Value::Str(a), Value::Str(b)) => same(self.same_bytes(a.as_bytes(), b.as_bytes(), site)?),
            (Value::Str(whole), Value::CutStr(cut)) | (Value::CutStr(cut), Value::Str(whole)) => {
                match whole.get(..cut.len()) {
                    // the text that `cut` begins is longer than that
                    Some(start)
                        if whole.len() > cut.len()
                            && self.same_bytes(start.as_bytes(), cut.as_bytes(), site)? =>
                    {
                        Relation::CutText
                    }
                    _ => Different,
                }
            }
            (Value::CutStr(a), Value::CutStr(b)) => {
                let shared = a.len().min(b.len());
                let (a, b) = (a.as_bytes().get(..shared), b.as_bytes().get(..shared));
                let alike = self.same_bytes(a.unwrap_or_default(), b.unwrap_or_default(), site)?;
                if alike { Relation::CutText } else { Different }
            }
            (Value::Object(a), Value::Object(b)) => self.relate_objects(a, b),
            (Value::Object(object), Value::Str(text)) | (Value::Str(text), Value::Object(object)) => {
                match self.host.enum_name(object) {
                    Some(_) if self.names_constant(text, object) => Same,
                    Some(_) => self.unless_doubted(a, b, Different),
                    None => self.unless_doubted(a, b, Unlike),
                }
            }
            (Value::Object(object), Value::CutStr(_)) | (Value::CutStr(_), Value::Object(object)) => {
                match self.host.enum_name(object) {
                    Some(_) => Relation::CutText,
                    None => self.unless_doubted(a, b, Unlike),
                }
            }
            (Value::Opaque(a), Value::Opaque(b)) => self.relate_identity(a, b),
            (
                Value::Local(Local { role: Role::Entry, slot: x }),
                Value::Local(Local { role: Role::Entry, slot: y }),
            ) => self.relate_entries(SlotId::of_pair(x), SlotId::of_pair(y), level, site)?,
            _ => {
                let (x, y) = (self.shape(a), self.shape(b));
                match (x, y) {
                    (Some(x), Some(y)) if x == y => self.relate_collections(a, b, x, level, site)?,
                    _ => self.unless_doubted(a, b, Unlike),
                }
            }
        })
    }

    /// The relation of two values, one of them hidden, missing or undefined.
    #[inline]
    fn relate_hidden(&mut self, a: &Value<'a>, b: &Value<'a>) -> Option<Relation<'a>> {
        let plain = |value: &Value<'a>| match value {
            Value::Absent
            | Value::Undefined
            | Value::Redacted(_)
            | Value::Unreadable(_)
            | Value::Local(_) => false,
            Value::List(_)
            | Value::Set(_)
            | Value::Map(_)
            | Value::Object(_)
            | Value::Opaque(_)
            | Value::BigInt(_)
            | Value::Cut(_) => !self.linked.checks_types,
            _ => true,
        };
        if plain(a) && plain(b) { None } else { self.relate_uncommon(a, b) }
    }

    #[cold]
    fn relate_uncommon(&mut self, a: &Value<'a>, b: &Value<'a>) -> Option<Relation<'a>> {
        let veil = |value: &Value<'a>| match *value {
            Value::Redacted(hidden) => Some(Veil::Said(hidden)),
            _ => value.handle().filter(|handle| self.redacted_type(*handle)).map(Veil::Type),
        };
        // first, so that the other side decides nothing
        if let Some(veil) = veil(a).or_else(|| veil(b)) {
            return Some(self.relate_veiled(veil));
        }
        let undefined = |value: &Value<'a>| matches!(value, Value::Absent | Value::Undefined);
        if undefined(a) || undefined(b) {
            return Some(match self.dialect().undefined_equality {
                UndefinedEquality::Fault => Relation::Undefined,
                UndefinedEquality::Itself if undefined(a) && undefined(b) => Relation::Same,
                _ => Relation::Different,
            });
        }
        let placeholder =
            |value: &Value<'a>| matches!(value, Value::Local(Local { role: Role::Placeholder, .. }));
        if placeholder(a) || placeholder(b) {
            return Some(Relation::Different);
        }
        match (*a, *b) {
            (Value::Unreadable(reason), _) | (_, Value::Unreadable(reason)) => Some(Relation::Part(reason)),
            _ => None,
        }
    }

    /// The relation of a part that is redacted to any other.
    fn relate_veiled(&self, veil: Veil<'a>) -> Relation<'a> {
        match self.dialect().redacted_read {
            RedactedRead::Placeholder => Relation::Different,
            RedactedRead::Fault => Relation::Redacted(veil),
        }
    }

    /// The relation of two values, at least one of them a scalar that has a handle.
    #[cold]
    fn relate_scalars(
        &mut self,
        a: &Value<'a>,
        b: &Value<'a>,
        level: u32,
        site: u32,
    ) -> Result<Option<Relation<'a>>, Stop> {
        let (x, y) = (self.plain(a), self.plain(b));
        let is_scalar = |value: &Value<'a>, plain: &Value<'a>| {
            matches!(value, Value::Opaque(_)) && !matches!(plain, Value::Opaque(_))
        };
        if !is_scalar(a, &x) && !is_scalar(b, &y) {
            return Ok(None);
        }
        Ok(Some(match self.relate(&x, &y, level, site)? {
            unequal @ (Relation::Different | Relation::Unlike) => self.unless_doubted(a, b, unequal),
            relation => relation,
        }))
    }

    /// Whether two texts that are keys are keys of one sort: neither has a type of its own, or both the same.
    pub(crate) fn is_key_of_sort(&self, a: &Value<'a>, b: &Value<'a>) -> bool {
        let text = |value: &Value<'a>| matches!(self.plain(value), Value::Str(_) | Value::CutStr(_));
        let typed = |value: &Value<'a>| match *value {
            Value::Opaque(handle) => Some(handle),
            _ => None,
        };
        !text(a) || !text(b) || same_type(self.host, typed(a), typed(b))
    }

    /// Whether `text` is a name of the enum constant `object`.
    #[cold]
    pub(crate) fn names_constant(&self, text: &str, object: Handle) -> bool {
        let mut scratch = Scratch::new();
        let name = self.host.enum_name(object);
        name.is_some_and(|name| names_constant(text, name, self.host.type_name(object, &mut scratch)))
    }

    /// `relation`, unless one of the two is perhaps not what it was lent as.
    #[cold]
    fn unless_doubted(&self, a: &Value<'a>, b: &Value<'a>, relation: Relation<'a>) -> Relation<'a> {
        let doubt = |value: &Value<'a>, with: &Value<'a>| match *value {
            Value::Object(handle) | Value::Opaque(handle) if !matches!(with, Value::Local(_)) => {
                self.host.doubt(handle, Some(with))
            }
            _ => None,
        };
        doubt(a, b).or_else(|| doubt(b, a)).map_or(relation, Relation::Cut)
    }

    fn relate_objects(&mut self, a: Handle, b: Handle) -> Relation<'a> {
        let (Some(x), Some(y)) = (self.host.enum_name(a), self.host.enum_name(b)) else {
            return self.relate_identity(a, b);
        };
        if x != y {
            return Relation::Different;
        }
        let (mut scratch_a, mut scratch_b) = (Scratch::new(), Scratch::new());
        match (self.host.type_name(a, &mut scratch_a), self.host.type_name(b, &mut scratch_b)) {
            (Some(x), Some(y)) if x != y => Relation::Different,
            (Some(x), Some(_)) if !Scratch::is_cut_text(x) => Relation::Same,
            _ => self.relate_identity(a, b),
        }
    }

    fn relate_identity(&mut self, a: Handle, b: Handle) -> Relation<'a> {
        match self.host.same(a, b) {
            Sameness::Same => Relation::Same,
            Sameness::Different => Relation::Different,
            Sameness::Unknown(reason) => Relation::Identity(reason),
        }
    }
}
