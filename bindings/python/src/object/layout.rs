//! The layouts that CPython does not publish, checked when the module is imported.
//!
//! Two facts are used: how the hash table of a dictionary is laid out, so that a key can be looked up without comparing
//! it by code; and where an instance keeps the values of its attributes, so that they can be read without making a
//! dictionary for it. Where a check fails, a slower way through the published API takes its place.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple, PyType};

use super::Object;
use super::table::Wanted;

static TABLES: AtomicBool = AtomicBool::new(false);
static INLINE: AtomicBool = AtomicBool::new(false);

/// Whether tables of dictionaries are read directly.
#[inline]
pub fn tables() -> bool {
    TABLES.load(Ordering::Relaxed)
}

/// Whether inline values are read directly.
#[inline]
pub fn inline_values() -> bool {
    INLINE.load(Ordering::Relaxed)
}

/// Goes the published ways only, or the direct ones where they were found to be right. For tests.
pub fn set(py: Python<'_>, direct: bool) -> PyResult<()> {
    TABLES.store(false, Ordering::Relaxed);
    INLINE.store(false, Ordering::Relaxed);
    if direct { check(py) } else { Ok(()) }
}

/// The head of the table of a dictionary (`PyDictKeysObject`); its indices and entries follow.
#[repr(C)]
struct Head {
    references: isize,
    log2_size: u8,
    /// Of all indices together.
    log2_index_bytes: u8,
    kind: u8,
    version: u32,
    usable: isize,
    entries: isize,
}

/// Keys of any classes; an entry has its hash.
const GENERAL: u8 = 0;
/// Text only.
const UNICODE: u8 = 1;
/// Text only, with values that lie elsewhere.
const SPLIT: u8 = 2;

/// The table of a dictionary, or the names that the instances of a class share.
#[derive(Clone, Copy, Debug)]
pub struct Keys(*const Head);

impl Keys {
    /// # Safety
    /// It is the table of a live dictionary or class, and [`check`] found the layout to be right, or is about to.
    #[inline]
    pub const unsafe fn new(ptr: *const c_void) -> Self {
        Self(ptr.cast())
    }

    const fn head(&self) -> &Head {
        // SAFETY: by the contract of `new`
        unsafe { &*self.0 }
    }

    /// Whether all keys are text of the class `str` itself.
    #[inline]
    pub fn is_all_text(self) -> bool {
        self.head().kind != GENERAL
    }

    /// How many entries there are, deleted ones among them.
    pub fn len(self) -> usize {
        usize::try_from(self.head().entries).unwrap_or_default()
    }

    /// The index at a slot: the place of an entry, or what is negative for none.
    #[inline]
    unsafe fn index(self, slot: usize) -> isize {
        let head = self.head();
        // SAFETY: the indices follow the head, as many as the table has slots, each as wide as their sizes say
        unsafe {
            let indices = self.0.add(1);
            match head.log2_index_bytes.wrapping_sub(head.log2_size) {
                0 => isize::from(indices.cast::<i8>().add(slot).read()),
                1 => isize::from(indices.cast::<i16>().add(slot).read()),
                2 => indices.cast::<i32>().add(slot).read() as isize,
                _ => indices.cast::<i64>().add(slot).read() as isize,
            }
        }
    }

    /// Where the entries begin, and how many words one has.
    #[inline]
    unsafe fn entries(self) -> (*const *mut ffi::PyObject, usize) {
        let head = self.head();
        // SAFETY: they follow the indices
        let first = unsafe { self.0.add(1).byte_add(1usize.wrapping_shl(head.log2_index_bytes.into())) };
        (first.cast(), if head.kind == GENERAL { 3 } else { 2 })
    }

    /// The key at a place; null for a deleted one. The place is less than [`len`](Self::len).
    pub unsafe fn key(self, at: usize) -> *mut ffi::PyObject {
        // SAFETY: by the contract of `new`, and the caller's
        unsafe {
            let (first, words) = self.entries();
            first.add(at.wrapping_mul(words).wrapping_add(words.wrapping_sub(2))).read()
        }
    }

    /// The place of a key, and the value next to it. As CPython looks keys up, but for the comparison.
    ///
    /// # Safety
    /// By the contract of [`new`](Self::new).
    #[inline]
    pub unsafe fn find(self, wanted: &impl Wanted) -> Option<(usize, *mut ffi::PyObject)> {
        let hash = wanted.hash();
        // SAFETY: a table has a slot for each value of the mask, and its indices are places of entries
        unsafe {
            let mask = 1usize.wrapping_shl(self.head().log2_size.into()).wrapping_sub(1);
            let (first, words) = self.entries();
            let is_general = words == 3;
            let mut perturb = hash.cast_unsigned();
            let mut slot = perturb & mask;
            loop {
                let at = self.index(slot);
                if at >= 0 {
                    let entry = first.add(at.cast_unsigned().wrapping_mul(words));
                    let key = entry.add(words.wrapping_sub(2)).read();
                    if let Some(key) = Object::new(key)
                        && (!is_general || entry.cast::<isize>().read() == hash)
                        && wanted.is(key)
                    {
                        return Some((at.cast_unsigned(), entry.add(words.wrapping_sub(1)).read()));
                    }
                } else if at == EMPTY {
                    return None;
                }
                perturb >>= 5;
                slot = slot.wrapping_mul(5).wrapping_add(perturb).wrapping_add(1) & mask;
            }
        }
    }
}

/// The index of a slot that was never used, at which a search ends.
const EMPTY: isize = -1;

/// Words before the first of the values that an instance or a table keeps apart from its keys.
#[cfg(not(Py_3_13))]
const VALUES_HEAD: usize = 0;
/// Words before the first of the values that an instance or a table keeps apart from its keys: their sizes.
#[cfg(Py_3_13)]
const VALUES_HEAD: usize = 1;

/// The value at a place of values that lie apart from their keys; null for none.
///
/// # Safety
/// There is such a place.
#[inline]
pub unsafe fn value(values: *const c_void, at: usize) -> *mut ffi::PyObject {
    // SAFETY: by the contract
    unsafe { first_value(values).add(at).read() }
}

/// The first of values that lie apart from their keys.
///
/// # Safety
/// There are such.
#[inline]
pub const unsafe fn first_value(values: *const c_void) -> *const *mut ffi::PyObject {
    // SAFETY: by the contract
    unsafe { values.cast::<*mut ffi::PyObject>().add(VALUES_HEAD) }
}

/// Where the attributes of an instance are whose class keeps a word for that before the instance.
#[derive(Clone, Copy, Debug)]
pub enum Managed {
    /// In a dictionary.
    Dict(*mut ffi::PyObject),
    /// In values next to the names that the class shares.
    Values(*const c_void),
    /// There are none.
    Nowhere,
}

/// Where the attributes of an instance are.
///
/// # Safety
/// The class of the object has the flag `Py_TPFLAGS_MANAGED_DICT`.
#[cfg(not(Py_3_13))]
#[inline]
pub unsafe fn managed(object: Object<'_>) -> Managed {
    // SAFETY: such an object has this word before it; its lowest bit says that it is one less than the address of values
    let word = unsafe { object.as_ptr().cast::<usize>().sub(3).read() };
    match word {
        0 => Managed::Nowhere,
        values if values & 1 == 1 => {
            Managed::Values(std::ptr::with_exposed_provenance(values.wrapping_add(1)))
        }
        dict => Managed::Dict(std::ptr::with_exposed_provenance_mut(dict)),
    }
}

/// The flag of a class whose instances keep their values behind their head.
#[cfg(Py_3_13)]
const INLINE_VALUES: std::ffi::c_ulong = 1 << 2;

/// Where the attributes of an instance are.
///
/// # Safety
/// The class of the object has the flag `Py_TPFLAGS_MANAGED_DICT`.
#[cfg(Py_3_13)]
#[inline]
pub unsafe fn managed(object: Object<'_>) -> Managed {
    let ptr = object.as_ptr();
    // SAFETY: such an object has this word before it: its dictionary, or null
    let dict = unsafe { ptr.cast::<*mut ffi::PyObject>().sub(3).read() };
    if !dict.is_null() {
        return Managed::Dict(dict);
    }
    if !object.ty().has(INLINE_VALUES) {
        return Managed::Nowhere;
    }
    // SAFETY: the flag says that values follow the head; the fourth byte of their sizes says whether they are in use
    unsafe {
        let values = ptr.add(1);
        if values.cast::<u8>().add(3).read() == 0 { Managed::Nowhere } else { Managed::Values(values.cast()) }
    }
}

/// Looks whether the layouts are as described here, and remembers it.
///
/// # Errors
/// Those of making objects to look at.
pub fn check(py: Python<'_>) -> PyResult<()> {
    TABLES.store(are_tables_known(py)?, Ordering::Relaxed);
    let inline = are_inline_values_known(py)?;
    INLINE.store(tables() && inline, Ordering::Relaxed);
    Ok(())
}

/// Whether the head of a table says what is known of the dictionary.
unsafe fn is_head_right(dict: &Bound<'_, PyDict>, kind: u8, log2_size: u8) -> bool {
    // SAFETY: it is a dictionary
    let raw = unsafe { &*dict.as_ptr().cast::<ffi::PyDictObject>() };
    // SAFETY: the table is at least as large as its head
    let head = unsafe { &*raw.ma_keys.cast::<Head>() };
    head.references >= 1
        && head.kind == kind
        && head.log2_size == log2_size
        && head.log2_index_bytes == log2_size.wrapping_add(u8::from(log2_size >= 8))
        && head.entries == isize::try_from(dict.len()).unwrap_or(-1)
        && raw.ma_values.is_null()
}

fn are_tables_known(py: Python<'_>) -> PyResult<bool> {
    let small = PyDict::new(py);
    let large = PyDict::new(py);
    let mixed = PyDict::new(py);
    // of a table for 171 keys and more, the indices take two bytes each
    for at in 0..180_u8 {
        let text = [b'k', b'a'.wrapping_add(at / 16), b'a'.wrapping_add(at % 16)];
        let key = PyString::new(py, std::str::from_utf8(&text).unwrap_or_default());
        if at < 5 {
            small.set_item(&key, at)?;
            mixed.set_item(
                if at == 0 { 17_i32.into_pyobject(py)?.into_any() } else { key.clone().into_any() },
                at,
            )?;
        }
        large.set_item(&key, at)?;
    }
    for (dict, kind, log2_size) in [(&small, UNICODE, 3), (&large, UNICODE, 9), (&mixed, GENERAL, 3)] {
        // SAFETY: a dictionary; its table is looked at only where its head is right
        unsafe {
            if !is_head_right(dict, kind, log2_size) {
                return Ok(false);
            }
            let keys = Keys::new((*dict.as_ptr().cast::<ffi::PyDictObject>()).ma_keys.cast());
            for (at, (key, value)) in dict.iter().enumerate() {
                if keys.key(at) != key.as_ptr() {
                    return Ok(false);
                }
                // a search for each would take long
                if at >= 5 && at % 16 != 0 {
                    continue;
                }
                let Ok(key) = key.cast_into::<PyString>() else { continue };
                let copy = PyString::new(py, &key.to_string());
                let Some(copy) = Object::new(copy.as_ptr()) else { return Ok(false) };
                if keys.find(&copy) != Some((at, value.as_ptr())) {
                    return Ok(false);
                }
            }
            let absent = PyString::new(py, "no such key");
            let Some(absent) = Object::new(absent.as_ptr()) else { return Ok(false) };
            if keys.find(&absent).is_some() {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn are_inline_values_known(py: Python<'_>) -> PyResult<bool> {
    let names = PyDict::new(py);
    names.set_item("__module__", "probelang")?;
    let class = py.get_type::<PyType>().call1(("Probe", PyTuple::empty(py), names))?;
    let (one, other) = (class.call0()?, class.call0()?);
    for instance in [&one, &other] {
        instance.setattr("first", PyList::empty(py))?;
        instance.setattr("second", PyDict::new(py))?;
    }
    // SAFETY: an object that is kept
    if let Some(instance) = unsafe { Object::new(one.as_ptr()) } {
        super::kind::learn(instance.ty());
    }
    for instance in [&one, &other] {
        // SAFETY: an object that is kept; no code runs in this block
        let right = unsafe {
            let Some(object) = Object::new(instance.as_ptr()) else { return Ok(false) };
            let Some(heap) = object.ty().heap() else { return Ok(false) };
            if !object.ty().has(ffi::Py_TPFLAGS_MANAGED_DICT) || heap.ht_cached_keys.is_null() {
                return Ok(false);
            }
            let head = &*heap.ht_cached_keys.cast::<Head>();
            let keys = Keys::new(heap.ht_cached_keys);
            match managed(object) {
                Managed::Values(values) if head.kind == SPLIT && head.entries == 2 => {
                    let class = |at| Object::new(value(values, at)).map(|value| value.ty().as_ptr());
                    class(0) == Some(&raw mut ffi::PyList_Type)
                        && class(1) == Some(&raw mut ffi::PyDict_Type)
                        && Object::new(keys.key(0)).and_then(Object::short_text) == Some("first")
                }
                _ => false,
            }
        };
        if !right {
            return Ok(false);
        }
    }
    // an instance with a dictionary
    let _ = one.getattr("__dict__")?;
    // SAFETY: as above
    let dict = unsafe {
        let Some(object) = Object::new(one.as_ptr()) else { return Ok(false) };
        match managed(object) {
            Managed::Dict(dict) => Object::new(dict),
            Managed::Values(_) | Managed::Nowhere => None,
        }
    };
    Ok(dict.is_some_and(|dict| dict.is_exactly(&raw mut ffi::PyDict_Type)))
}
