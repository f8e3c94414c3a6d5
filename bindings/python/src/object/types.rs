//! Classes.

use std::ffi::CStr;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

use pyo3::ffi;

use super::kind::{self, Kind};
use super::table::{Table, Wanted};
use super::{Elements, Object};

/// A class that is borrowed as an [`Object`] is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Type<'a> {
    ptr: NonNull<ffi::PyTypeObject>,
    life: PhantomData<&'a ffi::PyTypeObject>,
}

impl<'a> Type<'a> {
    /// The class at an address.
    ///
    /// # Safety
    /// It is a live class, and lives for `'a`.
    #[inline]
    pub const unsafe fn new(ptr: *mut ffi::PyTypeObject) -> Self {
        // SAFETY: a class is not at address null
        Self { ptr: unsafe { NonNull::new_unchecked(ptr) }, life: PhantomData }
    }

    /// Its address.
    #[inline]
    pub const fn as_ptr(self) -> *mut ffi::PyTypeObject {
        self.ptr.as_ptr()
    }

    /// The class as an object.
    #[inline]
    pub const fn object(self) -> Object<'a> {
        Object { ptr: self.ptr.cast(), life: PhantomData }
    }

    /// The object as a class, if it is one.
    pub fn of(object: Object<'a>) -> Option<Self> {
        // SAFETY: the flag says that the object is a class
        unsafe { (ffi::PyType_Check(object.as_ptr()) != 0).then(|| Self::new(object.as_ptr().cast())) }
    }

    /// Its fields.
    #[inline]
    pub const fn raw(self) -> &'a ffi::PyTypeObject {
        // SAFETY: a live class, which no code changes meanwhile
        unsafe { self.ptr.as_ref() }
    }

    /// Whether it has one of these flags.
    #[inline]
    pub const fn has(self, flags: std::ffi::c_ulong) -> bool {
        self.raw().tp_flags & flags != 0
    }

    /// Whether it was made at run time: by a class statement, or by a module written in C.
    #[inline]
    pub const fn is_heap(self) -> bool {
        self.has(ffi::Py_TPFLAGS_HEAPTYPE)
    }

    /// The fields that a class made at run time has besides.
    pub const fn heap(self) -> Option<&'a ffi::PyHeapTypeObject> {
        if !self.is_heap() {
            return None;
        }
        // SAFETY: the flag says so
        Some(unsafe { self.ptr.cast::<ffi::PyHeapTypeObject>().as_ref() })
    }

    /// The number of its present state; 0 where it has none.
    #[inline]
    const fn version(self) -> u32 {
        if self.has(ffi::Py_TPFLAGS_VALID_VERSION_TAG) { self.raw().tp_version_tag } else { 0 }
    }

    /// The class whose layout it extends.
    #[inline]
    pub const fn base(self) -> Option<Self> {
        match NonNull::new(self.raw().tp_base) {
            Some(ptr) => Some(Self { ptr, life: PhantomData }),
            None => None,
        }
    }

    /// It and its bases, in the order in which attributes are looked up.
    #[inline]
    pub fn order(self) -> Option<Elements<'a>> {
        // SAFETY: the order is null or a tuple, which the class keeps
        unsafe { Object::new(self.raw().tp_mro) }.and_then(Object::elements)
    }

    /// Whether it is `base` or derived from it.
    pub fn is_subtype(self, base: *mut ffi::PyTypeObject) -> bool {
        let Some(order) = self.order() else { return self.as_ptr() == base };
        (0..order.len()).any(|at| order.get(at).is_some_and(|class| class.as_ptr() == base.cast()))
    }

    /// Its own attributes.
    pub fn table(self) -> Option<Table<'a>> {
        let raw = self.raw();
        let ptr = if self.is_heap() {
            raw.tp_dict
        } else {
            // SAFETY: a live class; it keeps the table, so that the new reference can be dropped at once
            unsafe {
                let ptr = ffi::PyType_GetDict(self.as_ptr());
                if !ptr.is_null() {
                    ffi::Py_DECREF(ptr);
                }
                ptr
            }
        };
        // SAFETY: as above
        unsafe { Object::new(ptr) }.and_then(Table::of)
    }

    /// The attribute of it or of the first of its bases that has it, and which class that is.
    #[inline]
    pub fn find(self, wanted: &impl Wanted) -> Option<(Object<'a>, Self)> {
        let order = self.order()?;
        for at in 0..order.len() {
            let Some(class) = order.get(at).and_then(Type::of) else { continue };
            if let Some(found) = class.table().and_then(|table| table.find(wanted)) {
                return Some((found, class));
            }
        }
        None
    }

    /// The attribute of it or of the first of its bases that has it, of a name that is not at hand as an object.
    pub fn find_text(self, name: &str) -> Option<(Object<'a>, Self)> {
        let order = self.order()?;
        for at in 0..order.len() {
            let Some(class) = order.get(at).and_then(Type::of) else { continue };
            if let Some(found) = class.table().and_then(|table| table.find_text(name)) {
                return Some((found, class));
            }
        }
        None
    }

    /// Its own attribute of a name.
    pub fn own(self, name: &str) -> Option<Object<'a>> {
        self.table()?.find_text(name)
    }

    /// Its name as C code gave it, with the module for a class that was not made by a class statement.
    pub fn c_name(self) -> &'a str {
        let name = self.raw().tp_name;
        if name.is_null() {
            return "";
        }
        // SAFETY: a text that lives as long as the class
        unsafe { CStr::from_ptr(name) }.to_str().unwrap_or_default()
    }

    /// Its qualified name.
    pub fn qualname(self) -> &'a str {
        let given = self.heap().and_then(|heap| {
            // SAFETY: null or a text that the class keeps
            unsafe { Object::new(heap.ht_qualname) }.and_then(Object::short_text)
        });
        given.unwrap_or_else(|| {
            let name = self.c_name();
            name.rsplit_once('.').map_or(name, |(_, last)| last)
        })
    }

    /// The module that it says it is from; `None` for the built-in ones.
    pub fn module(self) -> Option<&'a str> {
        let module = if self.is_heap() {
            self.own("__module__").and_then(Object::short_text)
        } else {
            self.c_name().rsplit_once('.').map(|(module, _)| module)
        };
        module.filter(|module| *module != "builtins")
    }

    /// Whether `name` is its full name: with its module, unless it is a built-in one.
    pub fn is_called(self, name: &str) -> bool {
        let Some(rest) = name.strip_suffix(self.qualname()) else { return false };
        rest.strip_suffix('.') == self.module() && (rest.is_empty() || rest.ends_with('.'))
    }

    /// Its members written in C: the slots of a class statement, among others.
    pub fn members(self) -> Members<'a> {
        Members { next: self.raw().tp_members, life: PhantomData }
    }
}

/// What a class was found to have under one name: the outcome of the last look-up, as long as the class and its bases stay
/// as they are. It belongs to one name, and is used under the GIL only.
#[derive(Debug, Default)]
pub struct Remembered {
    class: AtomicUsize,
    version: AtomicU32,
    found: AtomicPtr<ffi::PyObject>,
}

impl Remembered {
    /// The attribute `name` of a class. The outcome is cached here.
    ///
    /// Python gives a class a number when its attributes are first looked up, and takes it away when the class or one of
    /// its bases changes; no two classes ever have the same one. So what was found under a number is still there, and
    /// kept alive by the class, while the class has it.
    #[inline]
    pub fn find<'a>(&self, class: Type<'a>, name: Object<'_>) -> Option<Object<'a>> {
        let version = class.version();
        if version != 0
            && self.version.load(Ordering::Relaxed) == version
            && self.class.load(Ordering::Relaxed) == class.as_ptr().addr()
        {
            // SAFETY: as above
            return unsafe { Object::new(self.found.load(Ordering::Relaxed)) };
        }
        let found = class.find(&name).map(|(found, _)| found);
        self.class.store(class.as_ptr().addr(), Ordering::Relaxed);
        self.version.store(version, Ordering::Relaxed);
        self.found.store(found.map_or(std::ptr::null_mut(), Object::as_ptr), Ordering::Relaxed);
        found
    }
}

/// The members of a class.
#[derive(Clone, Copy, Debug)]
pub struct Members<'a> {
    next: *mut ffi::PyMemberDef,
    life: PhantomData<Type<'a>>,
}

impl<'a> Iterator for Members<'a> {
    type Item = &'a ffi::PyMemberDef;

    fn next(&mut self) -> Option<Self::Item> {
        // SAFETY: the members of a class are followed by one without a name, at which this stops
        let member = unsafe { self.next.as_ref() }.filter(|member| !member.name.is_null())?;
        // SAFETY: as above
        self.next = unsafe { self.next.add(1) };
        Some(member)
    }
}

/// The name of a member.
pub fn member_name(member: &ffi::PyMemberDef) -> &str {
    // SAFETY: `Members` gives only those that have a name, which lives as long as the class
    unsafe { CStr::from_ptr(member.name) }.to_str().unwrap_or_default()
}

/// Whether a class of this full name has been loaded: a built-in one, or one of a module that was imported.
pub fn is_loaded(name: &str) -> bool {
    let in_module = |module: &str, path: &str| {
        let mut parts = path.split('.');
        let found = parts.next().and_then(|first| module_named(module)?.find_name(first)).and_then(Type::of);
        parts
            .try_fold(found, |class, part| Some(class?.table()?.find_name(part).and_then(Type::of)))
            .flatten()
            .is_some()
    };
    in_module("builtins", name)
        || name.match_indices('.').any(|(dot, _)| {
            let (module, path) = name.split_at(dot);
            in_module(module, path.trim_start_matches('.'))
        })
}

/// The names of a module that was imported.
pub fn module_named<'a>(name: &str) -> Option<Table<'a>> {
    module(&super::scalar::Scalar::text(name)?)
}

/// The names of a module that was imported, whose name is at hand.
pub fn module<'a>(name: &impl Wanted) -> Option<Table<'a>> {
    // SAFETY: the interpreter keeps its table of modules
    let modules = unsafe { Object::new(ffi::PyImport_GetModuleDict()) };
    let module = modules.and_then(Table::of)?.find(name)?;
    (Kind::of(module) == Kind::Module).then(|| kind::module_table(module)).flatten()
}
