//! Types of the standard library.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::ffi::{OsStr, OsString};
use std::marker::PhantomData;
use std::num::{NonZero, Saturating, Wrapping};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::rc::{self, Rc};
use std::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicU8, AtomicU16, AtomicU32,
    AtomicU64, AtomicUsize, Ordering,
};
use std::sync::{self, Arc, Mutex, OnceLock, RwLock};
use std::time::Duration;

use super::{Entries, Inspect, List, Map, Node, Object, Sequence};

/// Numbers: the type, what holds it, and how it is widened.
macro_rules! numbers {
    ($($kind:ident($wide:ty): $($ty:ty)+;)+) => {$($(
        impl Inspect for $ty {
            #[inline]
            fn inspect(&self) -> Node<'_> {
                Node::$kind(<$wide>::from(*self))
            }
        }
    )+)+};
}

numbers! {
    Int(i64): i8 i16 i32 i64;
    Uint(u64): u8 u16 u32 u64;
    Float(f64): f64;
    Float32(f32): f32;
    Bool(bool): bool;
    Char(char): char;
}

impl Inspect for usize {
    #[inline]
    fn inspect(&self) -> Node<'_> {
        Node::Uint(*self as u64)
    }
}

impl Inspect for isize {
    #[inline]
    fn inspect(&self) -> Node<'_> {
        Node::Int(*self as i64)
    }
}

impl Inspect for i128 {
    fn inspect(&self) -> Node<'_> {
        Node::Int128(self)
    }
}

impl Inspect for u128 {
    fn inspect(&self) -> Node<'_> {
        Node::Uint128(self)
    }
}

macro_rules! atomics {
    ($($kind:ident($wide:ty): $($ty:ty)+;)+) => {$($(
        impl Inspect for $ty {
            #[inline]
            fn inspect(&self) -> Node<'_> {
                Node::$kind(self.load(Ordering::Relaxed) as $wide)
            }
        }
    )+)+};
}

atomics! {
    Int(i64): AtomicI8 AtomicI16 AtomicI32 AtomicI64 AtomicIsize;
    Uint(u64): AtomicU8 AtomicU16 AtomicU32 AtomicU64 AtomicUsize;
    Bool(bool): AtomicBool;
}

macro_rules! non_zero {
    ($($kind:ident($wide:ty): $($ty:ty)+;)+) => {$($(
        impl Inspect for NonZero<$ty> {
            #[inline]
            fn inspect(&self) -> Node<'_> {
                Node::$kind(self.get() as $wide)
            }
        }
    )+)+};
}

non_zero! {
    Int(i64): i8 i16 i32 i64 isize;
    Uint(u64): u8 u16 u32 u64 usize;
}

impl<T: Inspect> Inspect for Wrapping<T> {
    fn inspect(&self) -> Node<'_> {
        self.0.inspect()
    }
}

impl<T: Inspect> Inspect for Saturating<T> {
    fn inspect(&self) -> Node<'_> {
        self.0.inspect()
    }
}

impl Inspect for str {
    #[inline]
    fn inspect(&self) -> Node<'_> {
        Node::Str(self)
    }
}

impl Inspect for String {
    #[inline]
    fn inspect(&self) -> Node<'_> {
        Node::Str(self)
    }
}

impl Inspect for OsStr {
    fn inspect(&self) -> Node<'_> {
        self.to_str().map_or(Node::Unreadable("not UTF-8"), Node::Str)
    }
}

impl Inspect for OsString {
    fn inspect(&self) -> Node<'_> {
        self.as_os_str().inspect()
    }
}

impl Inspect for Path {
    fn inspect(&self) -> Node<'_> {
        self.as_os_str().inspect()
    }
}

impl Inspect for PathBuf {
    fn inspect(&self) -> Node<'_> {
        self.as_os_str().inspect()
    }
}

macro_rules! around {
    ($($ty:ty),+) => {$(
        impl<T: Inspect + ?Sized> Inspect for $ty {
            #[inline]
            fn inspect(&self) -> Node<'_> {
                T::inspect_in(self)
            }
        }
    )+};
}

around!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

impl<B: Inspect + ToOwned + ?Sized> Inspect for Cow<'_, B> {
    fn inspect(&self) -> Node<'_> {
        B::inspect_in(self)
    }
}

impl<T: Inspect> Inspect for Option<T> {
    #[inline]
    fn inspect(&self) -> Node<'_> {
        self.as_ref().map_or(Node::Null, Inspect::inspect)
    }
}

impl<T: Inspect> Inspect for OnceCell<T> {
    fn inspect(&self) -> Node<'_> {
        self.get().map_or(Node::Null, Inspect::inspect)
    }
}

impl<T: Inspect> Inspect for OnceLock<T> {
    fn inspect(&self) -> Node<'_> {
        self.get().map_or(Node::Null, Inspect::inspect)
    }
}

impl Inspect for () {
    fn inspect(&self) -> Node<'_> {
        Node::Null
    }
}

impl<T: ?Sized> Inspect for PhantomData<T> {
    fn inspect(&self) -> Node<'_> {
        Node::Null
    }
}

/// What cannot be looked into.
macro_rules! closed {
    ($why:literal: $($ty:ty),+) => {$(
        impl<T: ?Sized> Inspect for $ty {
            fn inspect(&self) -> Node<'_> {
                Node::Unreadable($why)
            }
        }
    )+};
}

closed!("behind a lock": Mutex<T>, RwLock<T>);
closed!("may change while it is read": Cell<T>, RefCell<T>);
closed!("may be gone": rc::Weak<T>, sync::Weak<T>);

/// What has elements by index.
macro_rules! lists {
    ($($name:literal [$($parameters:tt)*] $ty:ty;)+) => {$(
        impl<$($parameters)*> Inspect for $ty {
            #[inline]
            fn inspect(&self) -> Node<'_> {
                Node::List(self)
            }
        }
        impl<$($parameters)*> List for $ty {
            fn type_name(&self) -> Option<&str> {
                Some($name)
            }
            fn len(&self) -> usize {
                self.iter().len()
            }
            fn item(&self, index: usize) -> Option<Node<'_>> {
                self.get(index).map(Inspect::inspect)
            }
        }
    )+};
}

lists! {
    "Vec" [T: Inspect] Vec<T>;
    "VecDeque" [T: Inspect] VecDeque<T>;
    "array" [T: Inspect, const N: usize] [T; N];
}

impl<T: Inspect> Inspect for [T] {
    fn inspect(&self) -> Node<'_> {
        Node::Unreadable("a slice that nothing holds")
    }

    fn inspect_in<'a, P: Deref<Target = Self>>(holder: &'a P) -> Node<'a>
    where
        Self: 'a,
    {
        Node::Slice(holder)
    }
}

/// What has elements one after the other.
macro_rules! sequences {
    ($($kind:ident $name:literal [$($parameters:tt)*] $ty:ty;)+) => {$(
        impl<$($parameters)*> Inspect for $ty {
            fn inspect(&self) -> Node<'_> {
                Node::$kind(self)
            }
        }
        impl<$($parameters)*> Sequence for $ty {
            fn type_name(&self) -> Option<&str> {
                Some($name)
            }
            fn len(&self) -> usize {
                self.len()
            }
            fn iter(&self) -> Box<dyn Iterator<Item = Node<'_>> + '_> {
                Box::new(self.iter().map(Inspect::inspect))
            }
        }
    )+};
}

sequences! {
    Sequence "LinkedList" [T: Inspect] LinkedList<T>;
    Sequence "BinaryHeap" [T: Inspect] BinaryHeap<T>;
    Set "HashSet" [T: Inspect, S] HashSet<T, S>;
    Set "BTreeSet" [T: Inspect] BTreeSet<T>;
}

macro_rules! maps {
    ($($name:literal [$($parameters:tt)*] $ty:ty;)+) => {$(
        impl<$($parameters)*> Inspect for $ty {
            fn inspect(&self) -> Node<'_> {
                Node::Map(self)
            }
        }
        impl<$($parameters)*> Map for $ty {
            fn type_name(&self) -> Option<&str> {
                Some($name)
            }
            fn len(&self) -> usize {
                self.len()
            }
            fn iter(&self) -> Entries<'_> {
                Box::new(self.iter().map(|(key, value)| (key.inspect(), value.inspect())))
            }
        }
    )+};
}

maps! {
    "HashMap" [K: Inspect, V: Inspect, S] HashMap<K, V, S>;
    "BTreeMap" [K: Inspect, V: Inspect] BTreeMap<K, V>;
}

impl<T: Inspect, E: Inspect> Inspect for Result<T, E> {
    fn inspect(&self) -> Node<'_> {
        Node::Object(self)
    }
}

impl<T: Inspect, E: Inspect> Object for Result<T, E> {
    fn type_name(&self) -> &str {
        "Result"
    }
    fn variant(&self) -> Option<&str> {
        Some(if self.is_ok() { "Ok" } else { "Err" })
    }
    fn len(&self) -> usize {
        1
    }
    fn field(&self, name: &str) -> Option<Node<'_>> {
        (name == "_0").then(|| match self {
            Ok(value) => value.inspect(),
            Err(error) => error.inspect(),
        })
    }
    fn entry(&self, index: usize) -> Option<(&str, Node<'_>)> {
        (index == 0).then(|| self.field("_0")).flatten().map(|node| ("_0", node))
    }
}

impl Inspect for Duration {
    fn inspect(&self) -> Node<'_> {
        Node::Object(self)
    }
}

impl Object for Duration {
    fn type_name(&self) -> &str {
        "Duration"
    }
    fn variant(&self) -> Option<&str> {
        None
    }
    fn len(&self) -> usize {
        2
    }
    fn field(&self, name: &str) -> Option<Node<'_>> {
        match name {
            "secs" => Some(Node::Uint(self.as_secs())),
            "nanos" => Some(Node::Uint(self.subsec_nanos().into())),
            _ => None,
        }
    }
    fn entry(&self, index: usize) -> Option<(&str, Node<'_>)> {
        let name = ["secs", "nanos"].get(index)?;
        Some((name, self.field(name)?))
    }
}

macro_rules! tuples {
    ($(($($name:ident $index:tt)+) $count:literal;)+) => {$(
        impl<$($name: Inspect),+> Inspect for ($($name,)+) {
            fn inspect(&self) -> Node<'_> {
                Node::List(self)
            }
        }
        impl<$($name: Inspect),+> List for ($($name,)+) {
            fn type_name(&self) -> Option<&str> {
                Some("tuple")
            }
            fn len(&self) -> usize {
                $count
            }
            fn item(&self, index: usize) -> Option<Node<'_>> {
                match index {
                    $($index => Some(self.$index.inspect()),)+
                    _ => None,
                }
            }
        }
    )+};
}

tuples! {
    (A 0) 1;
    (A 0 B 1) 2;
    (A 0 B 1 C 2) 3;
    (A 0 B 1 C 2 D 3) 4;
    (A 0 B 1 C 2 D 3 E 4) 5;
    (A 0 B 1 C 2 D 3 E 4 F 5) 6;
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6) 7;
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7) 8;
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8) 9;
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9) 10;
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10) 11;
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11) 12;
}
