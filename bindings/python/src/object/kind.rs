//! What an object is, by the layout of its class.

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::ffi;

use super::Object;
use super::table::Table;
use super::types::Type;

/// What an object is. The number of a kind is the shape of its handles.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Kind {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool,
    /// Of the class `int` itself.
    Int,
    /// Of the class `float` itself.
    Float,
    /// Of the class `str` itself.
    Str,
    /// A `list` or `tuple`, or of a class derived from one.
    List,
    /// A `collections.deque`.
    Deque,
    /// A `set` or `frozenset`, or of a class derived from one.
    Set,
    /// A `dict`, or of a class derived from it.
    Dict,
    /// Of a class derived from `object` alone; also a namespace.
    Instance,
    /// A tuple with names for its elements.
    NamedTuple,
    /// An exception.
    Exception,
    /// A constant of an enumeration that is nothing else.
    Enum,
    /// Of a class derived from `int`.
    IntLike,
    /// Of a class derived from `float`.
    FloatLike,
    /// Of a class derived from `str`.
    StrLike,
    /// `bytes` or `bytearray`, or of a class derived from one.
    Bytes,
    /// A class.
    Class,
    /// A module.
    Module,
    /// Anything else that is written in C.
    Other,
    /// The handle by which the fields of an object are read that is something else in the first place.
    Fields,
}

impl Kind {
    const ALL: [Self; 21] = [
        Self::None,
        Self::Bool,
        Self::Int,
        Self::Float,
        Self::Str,
        Self::List,
        Self::Deque,
        Self::Set,
        Self::Dict,
        Self::Instance,
        Self::NamedTuple,
        Self::Exception,
        Self::Enum,
        Self::IntLike,
        Self::FloatLike,
        Self::StrLike,
        Self::Bytes,
        Self::Class,
        Self::Module,
        Self::Other,
        Self::Fields,
    ];

    /// The kind of a handle's shape.
    #[inline]
    pub fn of_shape(shape: u32) -> Self {
        Self::ALL.get(shape as usize).copied().unwrap_or(Self::Other)
    }

    /// What an object is.
    #[inline]
    pub fn of(object: Object<'_>) -> Self {
        let class = object.ty().as_ptr();
        if class == &raw mut ffi::PyUnicode_Type {
            Self::Str
        } else if class == &raw mut ffi::PyLong_Type {
            Self::Int
        } else if class == &raw mut ffi::PyDict_Type {
            Self::Dict
        } else if class == &raw mut ffi::PyList_Type || class == &raw mut ffi::PyTuple_Type {
            Self::List
        } else if class == &raw mut ffi::PyFloat_Type {
            Self::Float
        } else if class == &raw mut ffi::PyBool_Type {
            Self::Bool
        } else {
            Self::by_layout(object)
        }
    }

    fn by_layout(object: Object<'_>) -> Self {
        let class = object.ty();
        if super::scalar::is_none(object) {
            return Self::None;
        }
        if class.has(ffi::Py_TPFLAGS_LONG_SUBCLASS) {
            return Self::IntLike;
        }
        if class.has(ffi::Py_TPFLAGS_UNICODE_SUBCLASS) {
            return Self::StrLike;
        }
        if class.has(ffi::Py_TPFLAGS_DICT_SUBCLASS) {
            return Self::Dict;
        }
        if class.has(ffi::Py_TPFLAGS_LIST_SUBCLASS) {
            return Self::List;
        }
        if class.has(ffi::Py_TPFLAGS_TUPLE_SUBCLASS) {
            return if element_names(object).is_some() { Self::NamedTuple } else { Self::List };
        }
        if class.has(ffi::Py_TPFLAGS_BYTES_SUBCLASS) {
            return Self::Bytes;
        }
        if class.has(ffi::Py_TPFLAGS_BASE_EXC_SUBCLASS) {
            return Self::Exception;
        }
        if class.has(ffi::Py_TPFLAGS_TYPE_SUBCLASS) {
            return Self::Class;
        }
        let layout = layout_class(class);
        let ptr = layout.as_ptr();
        if ptr == &raw mut ffi::PyBaseObject_Type {
            if is_enum(class) { Self::Enum } else { Self::Instance }
        } else if ptr == &raw mut ffi::PySet_Type || ptr == &raw mut ffi::PyFrozenSet_Type {
            Self::Set
        } else if ptr == &raw mut ffi::PyFloat_Type {
            Self::FloatLike
        } else if ptr == &raw mut ffi::PyByteArray_Type {
            Self::Bytes
        } else if ptr == &raw mut ffi::PyModule_Type {
            Self::Module
        } else if is_of_python(layout, "types.SimpleNamespace") {
            Self::Instance
        } else if is_of_python(layout, "collections.deque") && super::deque::is_known(object) {
            Self::Deque
        } else {
            Self::Other
        }
    }
}

/// The address of the function that frees instances of classes made by a class statement.
static FREES_INSTANCES: AtomicUsize = AtomicUsize::new(0);

/// Remembers how instances of classes made by a class statement are freed, from one of these classes.
pub fn learn(class: Type<'_>) {
    let address = class.raw().tp_dealloc.map_or(0, |free| free as usize);
    FREES_INSTANCES.store(address, Ordering::Relaxed);
}

/// Whether a class was made by a class statement, and not in C.
pub fn is_python(class: Type<'_>) -> bool {
    class.raw().tp_dealloc.is_some_and(|free| free as usize == FREES_INSTANCES.load(Ordering::Relaxed))
}

/// The class, or the base of it, whose layout its instances have.
pub fn layout_class(mut class: Type<'_>) -> Type<'_> {
    while is_python(class)
        && let Some(base) = class.base()
    {
        class = base;
    }
    class
}

/// Whether a class is the one of Python itself that has this name: no code can make or change one that has the flag.
pub fn is_of_python(class: Type<'_>, name: &str) -> bool {
    class.has(ffi::Py_TPFLAGS_IMMUTABLETYPE) && class.c_name() == name
}

/// Whether a class is an enumeration.
pub fn is_enum(class: Type<'_>) -> bool {
    let meta = class.object().ty();
    if meta.as_ptr() == &raw mut ffi::PyType_Type {
        return false;
    }
    let Some(order) = meta.order() else { return false };
    (0..order.len())
        .filter_map(|at| order.get(at).and_then(Type::of))
        .any(|class| class.qualname() == "EnumType" && class.module() == Some("enum"))
}

/// The names of the elements of a named tuple.
pub fn element_names(tuple: Object<'_>) -> Option<super::Elements<'_>> {
    let class = tuple.ty();
    if class.as_ptr() == &raw mut ffi::PyTuple_Type {
        return None;
    }
    let (names, _) = class.find_text("_fields")?;
    if !names.is_exactly(&raw mut ffi::PyTuple_Type) {
        return None;
    }
    let (names, elements) = (names.elements()?, tuple.elements()?);
    let are_text = (0..names.len())
        .all(|at| names.get(at).is_some_and(|name| name.is_exactly(&raw mut ffi::PyUnicode_Type)));
    (are_text && names.len() == elements.len()).then_some(names)
}

/// The names of a module.
pub fn module_table(module: Object<'_>) -> Option<Table<'_>> {
    // SAFETY: the class of the object has the layout of modules, which keep their table
    unsafe { Object::new(ffi::PyModule_GetDict(module.as_ptr())) }.and_then(Table::of)
}

/// Whether an object that is mostly something else has fields besides.
pub fn has_fields(object: Object<'_>, kind: Kind) -> bool {
    let class = object.ty();
    match kind {
        Kind::Class | Kind::Module => true,
        // what is lent as an object has its fields in the first place
        Kind::Instance | Kind::NamedTuple | Kind::Exception | Kind::Enum | Kind::Fields => false,
        Kind::None | Kind::Bool | Kind::Int | Kind::Float | Kind::Str => false,
        Kind::List
        | Kind::Deque
        | Kind::Set
        | Kind::Dict
        | Kind::IntLike
        | Kind::FloatLike
        | Kind::StrLike
        | Kind::Bytes => is_python(class) || (class.members().next().is_some() && kind == Kind::List),
        Kind::Other => is_python(class) || class.raw().tp_dictoffset != 0 || class.members().next().is_some(),
    }
}
