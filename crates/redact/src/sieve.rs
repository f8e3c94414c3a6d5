//! A first look at a name, which rules most names out.

use super::PREFIXES;

/// Bytes of the names that a sieve can rule out. The sums below have room for so many.
const SHORT: usize = 64;

/// Bits of a sieve.
const BITS: usize = 4_096;

/// Where the counts of a [`weigh`]ed name are above the sum of its letters: separators, colons, and other bytes
/// that are neither letters, digits nor separators.
const SEPARATORS: u32 = 40;
const COLONS: u32 = 48;
const OTHERS: u32 = 56;

/// What a byte adds to the weight of a name: a number of its own in 34 bits, the same for both cases of a letter and
/// none for a separator; and one to the count of its class.
#[allow(clippy::arithmetic_side_effects, reason = "a byte and one fit")]
const fn computed(byte: u8) -> u64 {
    let byte = byte.to_ascii_lowercase();
    // splitmix64, as good as any other
    let mut mixed = (byte as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let own = (mixed ^ (mixed >> 31)) >> 30;
    match byte {
        _ if super::is_separator(byte) => 1 << SEPARATORS,
        b':' => own | 1 << COLONS | 1 << OTHERS,
        _ if byte.is_ascii_alphanumeric() => own,
        _ => own | 1 << OTHERS,
    }
}

/// What each byte adds.
#[cfg(not(target_family = "wasm"))]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "computed while it is compiled")]
const WEIGHTS: [u64; 256] = {
    let mut weights = [0; 256];
    let mut at = 0;
    while at < 256 {
        weights[at] = computed(at as u8);
        at += 1;
    }
    weights
};

#[cfg(not(target_family = "wasm"))]
fn weight(byte: u8) -> u64 {
    WEIGHTS.get(usize::from(byte)).copied().unwrap_or_default()
}

/// A page would download the table, which does not compress.
#[cfg(target_family = "wasm")]
fn weight(byte: u8) -> u64 {
    computed(byte)
}

/// The weights of all bytes, which say nothing of their order.
fn weigh(name: &[u8]) -> u64 {
    name.iter().fold(0, |sum, byte| sum.wrapping_add(weight(*byte)))
}

/// The two places of a weight in a sieve: a word, and the bit in it.
fn places(weight: u64) -> [(usize, u64); 2] {
    [weight, weight >> 20].map(|part| {
        let place = part as usize % BITS;
        (place / 64, 1 << (place % 64))
    })
}

/// The names of a policy as bits.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Sieve([u64; BITS / 64]);

impl Sieve {
    /// Takes up a name as it is compared.
    pub(crate) fn add(&mut self, normal: &str) {
        for (word, bit) in places(weigh(normal.as_bytes())) {
            if let Some(word) = self.0.get_mut(word) {
                *word |= bit;
            }
        }
    }

    /// Whether one look at the bytes of `name` is enough to say that it is none of those: it can be spelled in
    /// one way only, and none of them has its letters. Most names are ruled out, and none of those in any spelling.
    pub(crate) fn rules_out(&self, name: &str) -> bool {
        let bytes = name.as_bytes();
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return true };
        if bytes.len() > SHORT {
            return false;
        }
        let weight = weigh(bytes);
        if weight >> OTHERS != 0 {
            // blanks around it, brackets, or a class before it
            let is_bare = (self::weight(*first) | self::weight(*last)) >> OTHERS == 0;
            if !is_bare || (weight >> COLONS) & 0xff != 0 {
                return false;
            }
        }
        let separators = (weight >> SEPARATORS) & 0xff;
        if separators > 0 && may_be_prefixed(bytes, *first, separators) {
            return false;
        }
        places(weight).into_iter().any(|(word, bit)| self.0.get(word).is_none_or(|word| word & bit == 0))
    }
}

/// Whether a name may have something before it that is not a part of it: a [prefix](PREFIXES), or the class of a mangled
/// one (`_Account__pin`).
fn may_be_prefixed(name: &[u8], first: u8, separators: u64) -> bool {
    if first == b'_' {
        return separators > 2;
    }
    PREFIXES.iter().any(|prefix| {
        let start = name.get(..prefix.len());
        name.get(prefix.len()) == Some(&b'_')
            && start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    })
}

impl Default for Sieve {
    fn default() -> Self {
        Self([0; BITS / 64])
    }
}

impl std::fmt::Debug for Sieve {
    /// Only how full it is.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bits: u32 = self.0.iter().map(|word| word.count_ones()).sum();
        f.debug_struct("Sieve").field("bits", &bits).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_weighed_by_their_letters() {
        assert_eq!(weigh(b"AccessToken"), weigh(b"accesstoken"));
        assert_eq!(weigh(b"access-Token"), weigh(b"accesstoken") + (1 << SEPARATORS));
        assert_eq!(weigh(&[b'_'; SHORT]), (SHORT as u64) << SEPARATORS);
        assert_eq!(weigh(&[b':'; SHORT]) >> COLONS, ((SHORT << 8) | SHORT) as u64);
        let mut single: Vec<u64> = (0..=u8::MAX)
            .filter(|byte| !byte.is_ascii_uppercase() && !super::super::is_separator(*byte))
            .map(|byte| weight(byte) & (BITS as u64 - 1))
            .collect();
        single.sort_unstable();
        single.dedup();
        assert!(single.len() > 200, "{}", single.len());
    }

    #[test]
    fn common_names_are_ruled_out() {
        let mut sieve = Sieve::default();
        super::super::built_in_names().for_each(|name| sieve.add(name));
        let names = "id name user_id userId items title price quantity _name http2 region_code retry-count host.name \
                     self this count total createdAt updated_at status message path method elapsed a#b _private__x";
        let left: Vec<&str> = names.split_whitespace().filter(|name| !sieve.rules_out(name)).collect();
        // of a mangled name the class is not known
        assert_eq!(left, ["_private__x"]);
        assert!(sieve.rules_out("value of label 7") && sieve.rules_out(""));
    }
}
