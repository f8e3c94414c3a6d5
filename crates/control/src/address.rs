//! Tables of places of the running program, by their addresses.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A table by address, for adapters that look a place up at each hit.
///
/// The addresses are the program's own, not input, so that nobody can choose them to collide.
///
/// ```
/// use probelang_control::ByAddress;
/// let place = 7;
/// let mut places = ByAddress::default();
/// places.insert(std::ptr::from_ref(&place).addr(), "checkout");
/// assert_eq!(places.get(&std::ptr::from_ref(&place).addr()), Some(&"checkout"));
/// ```
///
/// # Cost
/// A multiplication and a shift besides the look into the table.
pub type ByAddress<T> = HashMap<usize, T, BuildHasherDefault<AddressHasher>>;

/// The hash of an address.
#[derive(Clone, Copy, Default, Debug)]
pub struct AddressHasher(u64);

impl Hasher for AddressHasher {
    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    #[inline]
    fn write_usize(&mut self, address: usize) {
        // Fibonacci hashing: the low bits of an address are zero, the high bits of the product depend on all of them
        let mixed = (address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}
