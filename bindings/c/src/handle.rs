//! Opaque handles: each begins with a tag that says what it is, and knows whether a call is using it.

use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::boundary::Stop;
use crate::status::probelang_status;

/// A type that callers see only pointers to.
pub(crate) trait Opaque {
    /// What is behind the pointer.
    type Inner;
    /// What the memory there begins with.
    const TAG: u64;
}

/// A tag that begins with the name of the library, so that no other memory looks like a handle by chance.
pub(crate) const fn tag(number: u64) -> u64 {
    0x7072_6f62_656c_0000 | number
}

/// What is left in place of the tag of a handle that was freed.
const FREED: u64 = 0xdead_dead_dead_dead;

#[repr(C)]
struct Tagged<T> {
    tag: u64,
    busy: AtomicBool,
    value: UnsafeCell<T>,
}

/// A new handle.
pub(crate) fn create<H: Opaque>(value: H::Inner) -> *mut H {
    let tagged = Tagged { tag: H::TAG, busy: AtomicBool::new(false), value: UnsafeCell::new(value) };
    Box::into_raw(Box::new(tagged)).cast()
}

/// Writes a new handle to the place that the caller lends for it.
pub(crate) fn give<H: Opaque>(out: *mut *mut H, value: H::Inner) -> Result<(), Stop> {
    if out.is_null() {
        return Err(probelang_status::Null.into());
    }
    // SAFETY: the caller of an exported function lends a place for a pointer.
    unsafe { out.write(create::<H>(value)) };
    Ok(())
}

/// The memory of a handle, if it is one of this type.
#[inline]
fn checked<H: Opaque>(handle: *const H) -> Result<*mut Tagged<H::Inner>, Stop> {
    if handle.is_null() {
        return Err(probelang_status::Null.into());
    }
    let place = handle.cast::<Tagged<H::Inner>>();
    // SAFETY: a handle of any type begins with 8 aligned bytes that are its tag; the callers of the exported functions
    // promise to hand in handles of this library that they have not freed.
    if !place.is_aligned() || unsafe { place.cast::<u64>().read() } != H::TAG {
        return Err(probelang_status::WrongHandle.into());
    }
    Ok(place.cast_mut())
}

/// What is behind a handle, for types that many calls may use at once.
#[inline]
pub(crate) fn shared<'h, H: Opaque>(handle: *const H) -> Result<&'h H::Inner, Stop>
where
    H::Inner: Sync,
{
    let place = checked(handle)?;
    // SAFETY: the tag says that the memory is of this type. It lives until the handle is freed, which the caller does
    // not do while a call uses it. Nobody takes it mutably: handles are either always shared or always exclusive.
    Ok(unsafe { &*(*place).value.get() })
}

/// What is behind a handle, for types that one call uses at a time.
pub(crate) struct Exclusive<'h, T> {
    busy: &'h AtomicBool,
    value: &'h mut T,
}

impl<T> Drop for Exclusive<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.busy.store(false, Ordering::Release);
    }
}

impl<T> Deref for Exclusive<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.value
    }
}

impl<T> DerefMut for Exclusive<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value
    }
}

/// Takes a handle for this call. `Busy` where another call has it: of another thread, or one further out on the stack
/// of this thread, which is asking its host.
#[inline]
pub(crate) fn exclusive<'h, H: Opaque>(handle: *mut H) -> Result<Exclusive<'h, H::Inner>, Stop> {
    let place = checked(handle)?;
    // SAFETY: as in `shared`; the flag is only ever taken by reference.
    let busy = unsafe { &(*place).busy };
    if busy.swap(true, Ordering::Acquire) {
        return Err(probelang_status::Busy.into());
    }
    // SAFETY: as in `shared`; the flag says that nobody else has the value.
    let value = unsafe { &mut *(*place).value.get() };
    Ok(Exclusive { busy, value })
}

/// Frees a handle. Null is none, and fine. One that is in use stays.
pub(crate) fn free<H: Opaque>(handle: *mut H) -> Result<probelang_status, Stop> {
    if handle.is_null() {
        return Ok(probelang_status::Ok);
    }
    let place = checked(handle)?;
    // SAFETY: as in `exclusive`.
    if unsafe { &(*place).busy }.swap(true, Ordering::Acquire) {
        return Err(probelang_status::Busy.into());
    }
    // SAFETY: the memory is from `create`, and the caller gives up the only handle.
    unsafe {
        place.cast::<u64>().write(FREED);
        drop(Box::from_raw(place));
    }
    Ok(probelang_status::Ok)
}
