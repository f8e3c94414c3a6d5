//! Dictionaries, and the attributes of instances that have none: looked up without comparing keys by code.

use std::marker::PhantomData;

use pyo3::ffi;

use super::layout::{self, Keys};
use super::{Object, scalar};

/// A key that is looked up: how it hashes, and which keys of built-in classes are equal to it.
pub trait Wanted {
    /// The hash that Python gives it.
    fn hash(&self) -> isize;

    /// Whether a key of that hash is it.
    fn is(&self, key: Object<'_>) -> bool;
}

/// Names are text of the class `str` itself.
impl Wanted for Object<'_> {
    fn hash(&self) -> isize {
        scalar::text_hash(*self)
    }

    #[inline]
    fn is(&self, key: Object<'_>) -> bool {
        key == *self || scalar::same_text(key, *self)
    }
}

/// A dictionary, or a value of a class derived from it.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a>(Object<'a>);

/// The outcome of looking a key up.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// Its value.
    Value(Object<'a>),
    /// There is no such key.
    Nothing,
    /// No key of a built-in class is equal; one of another class may be.
    Unsure,
}

impl<'a> Table<'a> {
    /// The object as a dictionary, if it is one.
    #[inline]
    pub fn of(object: Object<'a>) -> Option<Self> {
        // SAFETY: the flag says which layout the object has
        (unsafe { ffi::PyDict_Check(object.as_ptr()) } != 0).then_some(Self(object))
    }

    /// How many entries it has.
    #[inline]
    pub fn len(self) -> usize {
        // SAFETY: it is a dictionary
        let len = unsafe { (*self.0.as_ptr().cast::<ffi::PyDictObject>()).ma_used };
        usize::try_from(len).unwrap_or_default()
    }

    /// The value of the text key `wanted`.
    #[inline]
    pub fn find(self, wanted: &impl Wanted) -> Option<Object<'a>> {
        match self.look_up(wanted) {
            Found::Value(value) => Some(value),
            Found::Nothing | Found::Unsure => None,
        }
    }

    /// The value of a key.
    #[inline]
    pub fn look_up(self, wanted: &impl Wanted) -> Found<'a> {
        if !layout::tables() {
            return self.search(wanted);
        }
        // SAFETY: it is a dictionary, and the layout of its table was checked
        let (keys, values) = unsafe {
            let raw = &*self.0.as_ptr().cast::<ffi::PyDictObject>();
            (Keys::new(raw.ma_keys.cast()), raw.ma_values)
        };
        // SAFETY: as above
        match unsafe { keys.find(wanted) } {
            Some((at, value)) => {
                let found = if values.is_null() {
                    value
                } else {
                    // SAFETY: a table with its values apart has one for each key
                    unsafe { layout::value(values.cast(), at) }
                };
                // SAFETY: null or an object that the table keeps
                unsafe { Object::new(found) }.map_or(Found::Nothing, Found::Value)
            }
            None if keys.is_all_text() => Found::Nothing,
            None => Found::Unsure,
        }
    }

    /// The value of a key, found by looking at each.
    fn search(self, wanted: &impl Wanted) -> Found<'a> {
        let mut unsure = false;
        for (key, value) in self.entries() {
            if scalar::is_hashed_by_value(key) {
                if wanted.is(key) {
                    return Found::Value(value);
                }
            } else {
                unsure = true;
            }
        }
        if unsure { Found::Unsure } else { Found::Nothing }
    }

    /// The value of a text key that is not at hand as an object.
    pub fn find_text(self, name: &str) -> Option<Object<'a>> {
        self.entries()
            .find(|(key, _)| {
                // SAFETY: a class that is static
                key.is_exactly(&raw mut ffi::PyUnicode_Type) && key.short_text() == Some(name)
            })
            .map(|(_, value)| value)
    }

    /// The value of a text key that is not at hand as an object, found by its hash.
    pub fn find_name(self, name: &str) -> Option<Object<'a>> {
        self.find(&scalar::Scalar::text(name)?)
    }

    /// Its entries from the start.
    pub const fn entries(self) -> Entries<'a> {
        self.entries_from(0)
    }

    /// Its entries from a position on.
    #[inline]
    pub const fn entries_from(self, position: isize) -> Entries<'a> {
        Entries { table: self.0, position }
    }
}

/// Entries of a dictionary.
#[derive(Clone, Copy, Debug)]
pub struct Entries<'a> {
    table: Object<'a>,
    /// Where the next one is, as CPython counts.
    pub position: isize,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (Object<'a>, Object<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (mut key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: it is a dictionary, and lends what it keeps
        unsafe {
            if ffi::PyDict_Next(self.table.as_ptr(), &raw mut self.position, &raw mut key, &raw mut value)
                == 0
            {
                return None;
            }
            Some((Object::new(key)?, Object::new(value)?))
        }
    }
}

/// The attributes of an instance that has no dictionary of its own: values next to the names that its class knows.
#[derive(Clone, Copy, Debug)]
pub struct Inline<'a> {
    keys: Keys,
    values: *const *mut ffi::PyObject,
    life: PhantomData<Object<'a>>,
}

impl<'a> Inline<'a> {
    /// # Safety
    /// `keys` are those of the class, `values` those of an instance, and their layouts were checked.
    pub const unsafe fn new(keys: Keys, values: *const *mut ffi::PyObject) -> Self {
        Self { keys, values, life: PhantomData }
    }

    /// How many there are, unset ones among them.
    pub fn len(self) -> usize {
        self.keys.len()
    }

    /// The value of a name.
    pub fn find(self, wanted: &impl Wanted) -> Option<Object<'a>> {
        // SAFETY: by the contract of `new`
        unsafe {
            let (at, _) = self.keys.find(wanted)?;
            Object::new(self.values.add(at).read())
        }
    }

    /// The name and value at a place; `None` for one that is not set.
    pub fn get(self, at: usize) -> Option<(Object<'a>, Object<'a>)> {
        if at >= self.len() {
            return None;
        }
        // SAFETY: by the contract of `new`
        unsafe { Some((Object::new(self.keys.key(at))?, Object::new(self.values.add(at).read())?)) }
    }
}
