//! The fields of an object, listed: what it keeps, and what its class has slots for.

use super::attributes::{self, Attribute, Stored, attribute, stored};
use super::kind::{self, Kind};
use super::table::Wanted;
use super::types::{Type, member_name};
use super::{Object, scalar};

/// The name of a field.
#[derive(Clone, Copy, Debug)]
pub enum Name<'a> {
    /// A text of Python.
    Object(Object<'a>),
    /// A text of C code, or of this crate.
    Text(&'a str),
}

/// A place in the fields of an object: plain data, for a cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// The part of the fields: 0 for those that every object of the kind has, 1 for those that it keeps, and from 2 on the
    /// members of its class and of each of the bases.
    pub part: u64,
    /// The place in that part.
    pub at: u64,
}

impl Place {
    const fn next_part(self) -> Self {
        Self { part: self.part.wrapping_add(1), at: 0 }
    }
}

/// The next field of an object from a place on, which is moved behind it; `None` at the end.
pub fn next<'a>(object: Object<'a>, kind: Kind, place: &mut Place) -> Option<(Name<'a>, Attribute<'a>)> {
    loop {
        let found = match place.part {
            0 => of_kind(object, kind, place),
            1 => kept(object, kind, place),
            part => {
                let class = object.ty().order()?.get(usize::try_from(part).ok()?.checked_sub(2)?)?;
                Type::of(class).and_then(|class| members(object, kind, class, place))
            }
        };
        if found.is_some() {
            return found;
        }
        *place = place.next_part();
    }
}

/// What every object of a kind has.
fn of_kind<'a>(object: Object<'a>, kind: Kind, place: &mut Place) -> Option<(Name<'a>, Attribute<'a>)> {
    let at = usize::try_from(place.at).ok()?;
    place.at = place.at.wrapping_add(1);
    match kind {
        Kind::NamedTuple => {
            let names = kind::element_names(object)?;
            Some((
                Name::Object(names.get(at)?),
                object.elements()?.get(at).map_or(Attribute::Absent, Attribute::Value),
            ))
        }
        Kind::Exception => by_texts(object, kind, &["args"], at),
        Kind::Enum => by_texts(object, kind, &["name", "value"], at),
        _ => None,
    }
}

fn by_texts<'a>(
    object: Object<'a>,
    kind: Kind,
    names: &[&'static str],
    at: usize,
) -> Option<(Name<'a>, Attribute<'a>)> {
    let name = *names.get(at)?;
    Some((Name::Text(name), by_text(object, kind, name)?))
}

/// The attribute of a name that is not at hand as an object; `None` where memory is short.
fn by_text<'a>(object: Object<'a>, kind: Kind, name: &str) -> Option<Attribute<'a>> {
    let made = scalar::name(name)?;
    // SAFETY: `made` outlives the call
    #[allow(unsafe_code)]
    let name = unsafe { made.borrow() };
    Some(attribute(object, kind, attributes::Name::once(name)))
}

/// What the object keeps.
fn kept<'a>(object: Object<'a>, kind: Kind, place: &mut Place) -> Option<(Name<'a>, Attribute<'a>)> {
    let stored = match kind {
        Kind::Fields if Kind::of(object) == Kind::Module => {
            kind::module_table(object).map_or(Stored::Nothing, Stored::Table)
        }
        // a class has more than anyone reads
        Kind::Fields if Kind::of(object) == Kind::Class => Stored::Nothing,
        _ => stored(object),
    };
    loop {
        let name = match stored {
            Stored::Nothing => return None,
            Stored::Table(table) => {
                let mut entries = table.entries_from(isize::try_from(place.at).ok()?);
                let entry = entries.next();
                place.at = u64::try_from(entries.position).ok()?;
                entry?.0
            }
            Stored::Inline(inline) => {
                let at = usize::try_from(place.at).ok()?;
                if at >= inline.len() {
                    return None;
                }
                place.at = place.at.wrapping_add(1);
                let Some((name, _)) = inline.get(at) else { continue };
                name
            }
        };
        // what is not a text of the class `str` itself is no attribute
        if Kind::of(name) != Kind::Str || (kind == Kind::Enum && is_of_library(name)) {
            continue;
        }
        return Some((Name::Object(name), attribute(object, kind, attributes::Name::once(name))));
    }
}

/// Whether a constant of an enumeration keeps this for Python's library.
fn is_of_library(name: Object<'_>) -> bool {
    matches!(name.short_text(), Some("_name_" | "_value_" | "__objclass__" | "_sort_order_"))
}

/// The members of a class.
fn members<'a>(
    object: Object<'a>,
    kind: Kind,
    class: Type<'a>,
    place: &mut Place,
) -> Option<(Name<'a>, Attribute<'a>)> {
    for member in class.members().skip(usize::try_from(place.at).ok()?) {
        place.at = place.at.wrapping_add(1);
        let name = member_name(member);
        if name.starts_with("__") && name.ends_with("__") {
            continue;
        }
        let made = scalar::name(name)?;
        // SAFETY: `made` outlives this block
        #[allow(unsafe_code)]
        let wanted = unsafe { made.borrow() };
        debug_assert!(wanted.hash() != -1);
        // a class that comes first may have an attribute of this name
        if object.ty().find(&wanted).is_some_and(|(_, owner)| owner == class) {
            match attribute(object, kind, attributes::Name::once(wanted)) {
                Attribute::Absent => {}
                found => return Some((Name::Text(name), found)),
            }
        }
    }
    None
}
