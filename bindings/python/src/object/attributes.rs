//! Attributes, looked up as Python does, as far as that runs no code.

use pyo3::ffi;

use super::kind::{self, Kind};
use super::layout::{self, Keys, Managed};
use super::table::{Inline, Table};
use super::types::{Remembered, Type};
use super::{Object, Owned, scalar};

/// The outcome of reading an attribute.
#[derive(Debug)]
pub enum Attribute<'a> {
    /// It is there.
    Value(Object<'a>),
    /// It is there, as an object that was made for this.
    Made(Owned),
    /// There is none, for certain.
    Absent,
    /// Reading it would run code; what of, in a word.
    Unreadable(&'static str),
}

/// The name of an attribute.
#[derive(Clone, Copy, Debug)]
pub struct Name<'n> {
    /// The name as a text of the class `str` itself.
    pub text: Object<'n>,
    /// What a class was found to have under this name, if that is remembered.
    pub remembered: Option<&'n Remembered>,
}

impl<'n> Name<'n> {
    /// A name that is looked up once.
    pub const fn once(text: Object<'n>) -> Self {
        Self { text, remembered: None }
    }

    /// The attribute of this name that a class has.
    #[inline]
    fn of_class<'a>(&self, class: Type<'a>) -> Option<Object<'a>> {
        match self.remembered {
            Some(remembered) => remembered.find(class, self.text),
            None => class.find(&self.text).map(|(found, _)| found),
        }
    }
}

/// Where an instance keeps its attributes.
#[derive(Clone, Copy, Debug)]
pub enum Stored<'a> {
    /// In a dictionary.
    Table(Table<'a>),
    /// Next to the names that its class knows.
    Inline(Inline<'a>),
    /// Nowhere.
    Nothing,
}

impl<'a> Stored<'a> {
    /// The value of a name.
    #[inline]
    pub fn find(self, name: Object<'_>) -> Option<Object<'a>> {
        match self {
            Stored::Table(table) => table.find(&name),
            Stored::Inline(inline) => inline.find(&name),
            Stored::Nothing => None,
        }
    }
}

unsafe extern "C" {
    /// The place of an instance where the reference to its dictionary is, of classes that do not leave that to Python.
    fn _PyObject_GetDictPtr(object: *mut ffi::PyObject) -> *mut *mut ffi::PyObject;
}

/// Where an instance keeps its attributes. No dictionary is made for it, unless its layout is not known.
#[inline]
pub fn stored(object: Object<'_>) -> Stored<'_> {
    let class = object.ty();
    let raw = class.raw();
    if class.has(ffi::Py_TPFLAGS_MANAGED_DICT) {
        if !layout::inline_values() {
            return made_table(object);
        }
        // SAFETY: the class has the flag; layouts were checked
        unsafe {
            match layout::managed(object) {
                Managed::Dict(dict) => {
                    Object::new(dict).and_then(Table::of).map_or(Stored::Nothing, Stored::Table)
                }
                Managed::Values(values) => match class.heap() {
                    Some(heap) if !heap.ht_cached_keys.is_null() => Stored::Inline(Inline::new(
                        Keys::new(heap.ht_cached_keys),
                        layout::first_value(values),
                    )),
                    _ => Stored::Nothing,
                },
                Managed::Nowhere => Stored::Nothing,
            }
        }
    } else if raw.tp_dictoffset != 0 {
        // SAFETY: the class says that its instances have a place for a dictionary, which is null or a dictionary; one that
        // is counted from the end depends on their size, and CPython finds it
        let dict = unsafe {
            if raw.tp_dictoffset > 0 {
                object.at(raw.tp_dictoffset)
            } else {
                let place = _PyObject_GetDictPtr(object.as_ptr());
                if place.is_null() { None } else { Object::new(place.read()) }
            }
        };
        dict.and_then(Table::of).map_or(Stored::Nothing, Stored::Table)
    } else {
        Stored::Nothing
    }
}

/// The dictionary of an instance, made if it had none.
#[cold]
fn made_table(object: Object<'_>) -> Stored<'_> {
    // SAFETY: C code that makes a dictionary; the instance keeps it, so that the new reference can be dropped
    let table = unsafe {
        let dict = ffi::PyObject_GenericGetDict(object.as_ptr(), std::ptr::null_mut());
        if dict.is_null() {
            ffi::PyErr_Clear();
        } else {
            ffi::Py_DECREF(dict);
        }
        Object::new(dict)
    };
    table.and_then(Table::of).map_or(Stored::Nothing, Stored::Table)
}

/// The attribute `name` of an object, where `kind` is what the object is.
#[inline]
pub fn attribute<'a>(object: Object<'a>, kind: Kind, name: Name<'_>) -> Attribute<'a> {
    let found = match kind {
        Kind::Instance => None,
        Kind::Fields => return attribute_besides(object, name),
        _ => of_kind(object, kind, name.text),
    };
    found.unwrap_or_else(|| of_instance(object, name))
}

/// The attribute of an object that is something else in the first place.
fn attribute_besides<'a>(object: Object<'a>, name: Name<'_>) -> Attribute<'a> {
    match Kind::of(object) {
        Kind::Class => of_class(object, name.text),
        Kind::Module => of_module(object, name.text),
        kind => of_kind(object, kind, name.text).unwrap_or_else(|| of_instance(object, name)),
    }
}

/// What objects of a kind have, which Python reads by descriptors of its own.
fn of_kind<'a>(object: Object<'a>, kind: Kind, name: Object<'_>) -> Option<Attribute<'a>> {
    match kind {
        Kind::NamedTuple => named_element(object, name).map(Attribute::Value),
        Kind::Exception => of_exception(object, name),
        Kind::Enum | Kind::IntLike | Kind::StrLike | Kind::FloatLike => of_constant(object, name),
        _ => None,
    }
}

/// The attribute of an instance.
#[inline]
fn of_instance<'a>(object: Object<'a>, name: Name<'_>) -> Attribute<'a> {
    let class = object.ty();
    let value = stored(object).find(name.text);
    let Some(found) = name.of_class(class) else {
        return match value {
            Some(value) => Attribute::Value(value),
            None if is_plain(class) => Attribute::Absent,
            None => Attribute::Unreadable("__getattr__"),
        };
    };
    described(object, value, found)
}

/// The attribute of an instance whose class has one of this name too.
fn described<'a>(object: Object<'a>, value: Option<Object<'a>>, found: Object<'a>) -> Attribute<'a> {
    let descriptor = found.ty();
    if descriptor.as_ptr() == &raw mut ffi::PyMemberDescr_Type {
        return member_of(object, found);
    }
    if descriptor.as_ptr() == &raw mut ffi::PyProperty_Type {
        return Attribute::Unreadable("property");
    }
    match value {
        // what an object keeps under a name of a descriptor that is written in Python is what that one works on
        Some(value) => Attribute::Value(value),
        None if descriptor.raw().tp_descr_set.is_some() => Attribute::Unreadable("descriptor"),
        None if descriptor.raw().tp_descr_get.is_some() => Attribute::Unreadable("method"),
        None => Attribute::Value(found),
    }
}

/// Whether the attributes of instances of a class are those that it and they have, and no code can add some.
fn is_plain(class: Type<'_>) -> bool {
    class.raw().tp_getattro.is_some_and(|get| {
        std::ptr::fn_addr_eq(
            get,
            ffi::PyObject_GenericGetAttr
                as unsafe extern "C" fn(*mut ffi::PyObject, *mut ffi::PyObject) -> *mut ffi::PyObject,
        )
    })
}

/// The value of a member that is described by an object of the class `member_descriptor`.
fn member_of<'a>(object: Object<'a>, descriptor: Object<'_>) -> Attribute<'a> {
    // SAFETY: the class of the descriptor is checked by the caller
    let (owner, member) = unsafe {
        let raw = &*descriptor.as_ptr().cast::<ffi::PyMemberDescrObject>();
        (raw.d_common.d_type, raw.d_member.as_ref())
    };
    match member {
        // a descriptor may have been put into a class that it does not describe
        Some(member) if object.ty().is_subtype(owner) => self::member(object, member),
        _ => Attribute::Unreadable("descriptor"),
    }
}

/// The value of a member of the class of an object.
pub fn member<'a>(object: Object<'a>, member: &ffi::PyMemberDef) -> Attribute<'a> {
    if member.flags & ffi::Py_AUDIT_READ != 0 {
        return Attribute::Unreadable("audited");
    }
    #[allow(deprecated, reason = "old classes in C have such members")]
    let (is_reference, is_none_if_null) = match member.type_code {
        ffi::Py_T_OBJECT_EX => (true, false),
        ffi::_Py_T_OBJECT => (true, true),
        _ => (false, false),
    };
    if !is_reference {
        // SAFETY: C code that makes a number or a text
        let made = unsafe {
            Owned::new(ffi::PyMember_GetOne(object.as_ptr().cast(), std::ptr::from_ref(member).cast_mut()))
        };
        return made.map_or(Attribute::Absent, Attribute::Made);
    }
    // SAFETY: the member says that there is such a reference in each instance of its class; None is always there
    let found = unsafe {
        match object.at(member.offset) {
            None if is_none_if_null => Object::new(ffi::Py_None()),
            found => found,
        }
    };
    found.map_or(Attribute::Absent, Attribute::Value)
}

fn named_element<'a>(tuple: Object<'a>, name: Object<'_>) -> Option<Object<'a>> {
    let names = kind::element_names(tuple)?;
    let at = (0..names.len())
        .find(|at| names.get(*at).is_some_and(|given| given == name || scalar::same_text(given, name)))?;
    tuple.elements()?.get(at)
}

/// What every exception has, which Python reads by descriptors in C.
fn of_exception<'a>(exception: Object<'a>, name: Object<'_>) -> Option<Attribute<'a>> {
    // SAFETY: it is an exception
    let raw = unsafe { &*exception.as_ptr().cast::<ffi::PyBaseExceptionObject>() };
    let found = match name.short_text()? {
        "args" => raw.args,
        "__cause__" => raw.cause,
        "__context__" => raw.context,
        _ => return None,
    };
    // SAFETY: null or an object that the exception keeps
    let found = unsafe { Object::new(if found.is_null() { ffi::Py_None() } else { found }) };
    found.map(Attribute::Value)
}

/// Name and value of a constant of an enumeration, which Python reads by descriptors of its own library.
fn of_constant<'a>(object: Object<'a>, name: Object<'_>) -> Option<Attribute<'a>> {
    let kept = match name.short_text()? {
        "name" => "_name_",
        "value" => "_value_",
        _ => return None,
    };
    kind::is_enum(object.ty()).then(|| stored_text(object, kept).map_or(Attribute::Absent, Attribute::Value))
}

/// What an instance keeps under a name that is not at hand as an object.
pub fn stored_text<'a>(object: Object<'a>, name: &str) -> Option<Object<'a>> {
    match stored(object) {
        Stored::Table(table) => table.find_text(name),
        Stored::Inline(inline) => (0..inline.len())
            .filter_map(|at| inline.get(at))
            .find(|(key, _)| key.short_text() == Some(name))
            .map(|(_, value)| value),
        Stored::Nothing => None,
    }
}

/// An attribute, if reading it makes nothing and runs no code. The object keeps what is
/// found.
pub fn readable<'a>(object: Object<'a>, name: Object<'_>) -> Option<Object<'a>> {
    match attribute(object, Kind::of(object), Name::once(name)) {
        Attribute::Value(value) => Some(value),
        Attribute::Made(_) | Attribute::Absent | Attribute::Unreadable(_) => None,
    }
}

/// The attribute of a class.
fn of_class<'a>(object: Object<'a>, name: Object<'_>) -> Attribute<'a> {
    let Some(class) = Type::of(object) else { return Attribute::Absent };
    let meta = object.ty();
    match meta.find(&name) {
        // the metaclass goes first
        Some((found, _)) if found.ty().raw().tp_descr_set.is_some() => {
            return Attribute::Unreadable("descriptor");
        }
        _ => {}
    }
    match class.find(&name) {
        Some((found, _)) if found.ty().raw().tp_descr_get.is_some() => Attribute::Unreadable("method"),
        Some((found, _)) => Attribute::Value(found),
        None if meta.find(&name).is_some() => Attribute::Unreadable("method"),
        None if meta.as_ptr() == &raw mut ffi::PyType_Type => Attribute::Absent,
        None => Attribute::Unreadable("__getattr__"),
    }
}

/// The attribute of a module.
fn of_module<'a>(object: Object<'a>, name: Object<'_>) -> Attribute<'a> {
    let Some(table) = kind::module_table(object) else { return Attribute::Absent };
    if object.ty().as_ptr() != &raw mut ffi::PyModule_Type {
        // a class of its own may have anything
        return match (object.ty().find(&name), table.find(&name)) {
            (Some(_), _) => Attribute::Unreadable("descriptor"),
            (None, Some(value)) => Attribute::Value(value),
            (None, None) => Attribute::Unreadable("__getattr__"),
        };
    }
    match table.find(&name) {
        Some(value) => Attribute::Value(value),
        None if table.find_text("__getattr__").is_some() => Attribute::Unreadable("__getattr__"),
        None => Attribute::Absent,
    }
}
