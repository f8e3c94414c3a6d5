//! Objects of the interpreter, read where they lie.
//!
//! Everything here holds for as long as the GIL is held and no Python code runs: nothing is then changed or freed, so
//! that what an object refers to can be read without a reference of one's own. Nothing here runs Python code. What is
//! called of CPython's API is written in C from end to end: no lookup that compares keys, no attribute access, no
//! conversion. Since Python 3.12 the garbage collector, whose finalizers are Python code, only runs between two
//! instructions of the interpreter, and so not while something here allocates.
//!
//! This module and its parts, `live` and `call` are the only ones of the crate with `unsafe` in them, apart from the places of the
//! host where a handle becomes an object again.
#![allow(unsafe_code)]

pub mod attributes;
pub mod collection;
pub mod deque;
pub mod described;
pub mod fields;
pub mod kind;
pub mod layout;
pub mod scalar;
pub mod table;
pub mod types;

use std::marker::PhantomData;
use std::ptr::NonNull;

use pyo3::ffi;

use types::Type;

/// An object that is borrowed while the GIL is held and no Python code runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct Object<'a> {
    ptr: NonNull<ffi::PyObject>,
    life: PhantomData<&'a ffi::PyObject>,
}

impl<'a> Object<'a> {
    /// The object at an address; `None` for null.
    ///
    /// # Safety
    /// It is null or a live object, and something else keeps it alive for `'a`, in which the GIL is held and no Python
    /// code runs.
    #[inline]
    pub const unsafe fn new(ptr: *mut ffi::PyObject) -> Option<Self> {
        match NonNull::new(ptr) {
            Some(ptr) => Some(Self { ptr, life: PhantomData }),
            None => None,
        }
    }

    /// The object of a handle's word.
    ///
    /// # Safety
    /// The word came from [`word`](Self::word) within `'a`.
    #[inline]
    pub const unsafe fn of_word(word: u64) -> Self {
        // SAFETY: the word is the address of an object, which is not null
        let ptr = unsafe { NonNull::new_unchecked(word as usize as *mut ffi::PyObject) };
        Self { ptr, life: PhantomData }
    }

    /// Its address, for a handle.
    #[inline]
    pub fn word(self) -> u64 {
        self.ptr.as_ptr().addr() as u64
    }

    /// Its address, for CPython's API.
    #[inline]
    pub const fn as_ptr(self) -> *mut ffi::PyObject {
        self.ptr.as_ptr()
    }

    /// Its class.
    #[inline]
    pub fn ty(self) -> Type<'a> {
        // SAFETY: a live object has a class, which lives as long as the object
        unsafe { Type::new(ffi::Py_TYPE(self.as_ptr())) }
    }

    /// Whether its class is this one itself.
    #[inline]
    pub fn is_exactly(self, class: *mut ffi::PyTypeObject) -> bool {
        self.ty().as_ptr() == class
    }

    /// The word in its memory at an offset in bytes, as an object; `None` for null.
    ///
    /// # Safety
    /// The memory of the object, or what lies before it, has a reference to an object or null at this place.
    #[inline]
    pub const unsafe fn at(self, offset: isize) -> Option<Self> {
        // SAFETY: the caller vouches for the place; what an object refers to lives as long as the object is not changed
        unsafe { Object::new(self.as_ptr().byte_offset(offset).cast::<*mut ffi::PyObject>().read()) }
    }

    /// The elements, if it is a list or a tuple, or of a class that is derived from one.
    #[inline]
    pub fn elements(self) -> Option<Elements<'a>> {
        let ptr = self.as_ptr();
        // SAFETY: the flags of the class say which layout the object has
        let (first, len) = unsafe {
            if ffi::PyList_Check(ptr) != 0 {
                ((*ptr.cast::<ffi::PyListObject>()).ob_item.cast_const(), ffi::Py_SIZE(ptr))
            } else if ffi::PyTuple_Check(ptr) != 0 {
                ((&raw const (*ptr.cast::<ffi::PyTupleObject>()).ob_item).cast(), ffi::Py_SIZE(ptr))
            } else {
                return None;
            }
        };
        Some(Elements { first, len: usize::try_from(len).unwrap_or_default(), life: PhantomData })
    }
}

/// References that lie one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Elements<'a> {
    first: *const *mut ffi::PyObject,
    len: usize,
    life: PhantomData<Object<'a>>,
}

impl<'a> Elements<'a> {
    /// References in an array.
    ///
    /// # Safety
    /// There are so many, and nothing changes or frees them for `'a`.
    #[inline]
    pub const unsafe fn new(first: *const *mut ffi::PyObject, len: usize) -> Self {
        Self { first, len, life: PhantomData }
    }

    /// How many there are.
    #[inline]
    pub const fn len(self) -> usize {
        self.len
    }

    /// The one at a place; `None` also for a place of a tuple that is not filled yet.
    #[inline]
    pub fn get(self, index: usize) -> Option<Object<'a>> {
        if index >= self.len {
            return None;
        }
        // SAFETY: there are `len` references
        unsafe { Object::new(self.first.add(index).read()) }
    }
}

/// A reference of one's own to a new object, which holds a number or a text.
#[derive(Debug)]
pub struct Owned(NonNull<ffi::PyObject>);

impl Owned {
    /// That to the result of a call of CPython's API; `None` where it failed, whose exception is dropped.
    ///
    /// # Safety
    /// It is null with an exception set, or a new reference.
    pub unsafe fn new(ptr: *mut ffi::PyObject) -> Option<Self> {
        let owned = NonNull::new(ptr).map(Self);
        if owned.is_none() {
            // SAFETY: the GIL is held; what is dropped is an exception of CPython's own
            unsafe { ffi::PyErr_Clear() };
        }
        owned
    }

    /// The object.
    ///
    /// # Safety
    /// The reference is not dropped within `'a`.
    pub const unsafe fn borrow<'a>(&self) -> Object<'a> {
        Object { ptr: self.0, life: PhantomData }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the reference is ours. The object is a number, a text or held by others too, so that no finalizer runs
        unsafe { ffi::Py_DECREF(self.0.as_ptr()) };
    }
}
