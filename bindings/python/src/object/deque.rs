//! `collections.deque`, whose elements lie in blocks that are linked.

use pyo3::ffi;

use super::Object;

/// Elements of a block.
const BLOCK: usize = 64;

/// A block.
#[repr(C)]
struct Block {
    left: *const Block,
    data: [*mut ffi::PyObject; BLOCK],
    right: *const Block,
}

/// A queue (`dequeobject`), as far as it is read. CPython has kept it like this since 2013.
#[repr(C)]
struct Deque {
    head: ffi::PyVarObject,
    left: *const Block,
    right: *const Block,
    left_index: isize,
    right_index: isize,
}

/// How many elements a queue has.
pub fn len(object: Object<'_>) -> usize {
    // SAFETY: it is an object of variable size, and this is its number of elements
    usize::try_from(unsafe { ffi::Py_SIZE(object.as_ptr()) }).unwrap_or_default()
}

/// Whether a queue is laid out as described here, as far as its own fields show: what a walk stands on.
pub fn is_known(object: Object<'_>) -> bool {
    if usize::try_from(object.ty().raw().tp_basicsize).unwrap_or_default() < size_of::<Deque>() {
        return false;
    }
    // SAFETY: the object is at least as large
    let raw = unsafe { &*object.as_ptr().cast::<Deque>() };
    let (Ok(first), Ok(last)) =
        (usize::try_from(raw.left_index), usize::try_from(raw.right_index.wrapping_add(1)))
    else {
        return false;
    };
    // an empty queue has its indices next to each other in one block; one of a single block says its length by them
    let len = len(object);
    let in_one = raw.left == raw.right && !raw.left.is_null() && last.checked_sub(first) == Some(len);
    let in_several = raw.left != raw.right
        && !raw.left.is_null()
        && !raw.right.is_null()
        && first < BLOCK
        && last <= BLOCK
        && len.wrapping_add(first).wrapping_sub(last) % BLOCK == 0;
    in_one || in_several
}

/// The elements of a queue from a place on.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    queue: Object<'a>,
    passed: usize,
    /// The block of the next one; 0 before the first.
    block: u64,
}

impl<'a> Walk<'a> {
    /// From the place that [`place`](Self::place) gave, or 0 and 0.
    pub const fn new(queue: Object<'a>, passed: usize, block: u64) -> Self {
        Self { queue, passed, block }
    }

    /// The place of the next one.
    pub const fn place(self) -> (u64, u64) {
        (self.passed as u64, self.block)
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Object<'a>;

    fn next(&mut self) -> Option<Object<'a>> {
        self.nth(0)
    }

    /// Goes from block to block, not from element to element.
    fn nth(&mut self, n: usize) -> Option<Object<'a>> {
        let wanted = self.passed.saturating_add(n);
        if wanted >= len(self.queue) {
            self.passed = wanted;
            return None;
        }
        // SAFETY: a queue of this layout (`is_known`, which a caller asked before it took it for a collection). Its
        // elements begin in the left block at the left index, and go on in the blocks to the right
        unsafe {
            let raw = &*self.queue.as_ptr().cast::<Deque>();
            let first = usize::try_from(raw.left_index).ok()?;
            let place = first.wrapping_add(wanted);
            let (mut block, from) = match self.passed.checked_sub(1) {
                None => (raw.left, first),
                Some(last) => (
                    std::ptr::with_exposed_provenance::<Block>(usize::try_from(self.block).ok()?),
                    first.wrapping_add(last),
                ),
            };
            for _ in from / BLOCK..place / BLOCK {
                block = block.as_ref()?.right;
            }
            let element = *block.as_ref()?.data.get(place % BLOCK)?;
            self.block = block.expose_provenance() as u64;
            self.passed = wanted.wrapping_add(1);
            Object::new(element)
        }
    }
}
