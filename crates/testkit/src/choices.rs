//! Decisions that a generator takes, one byte each.
//!
//! A property test hands in bytes and shrinks them, a fuzzer mutates them, a plain loop hands in a seed: all
//! three drive the same generators. When the bytes are used up every decision is the first, simplest one, so
//! that generation ends.

/// A source of decisions.
#[derive(Clone, Debug)]
pub struct Choices<'b> {
    source: Source<'b>,
    taken: usize,
}

#[derive(Clone, Debug)]
enum Source<'b> {
    Bytes(&'b [u8]),
    Seed { state: u64, word: u64 },
}

impl<'b> Choices<'b> {
    /// Decisions out of bytes.
    #[must_use]
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self { source: Source::Bytes(bytes), taken: 0 }
    }

    /// Decisions without end, the same for the same seed on every machine.
    #[must_use]
    pub const fn seeded(seed: u64) -> Self {
        Self { source: Source::Seed { state: seed, word: 0 }, taken: 0 }
    }

    /// The next byte; 0 when there is none left.
    pub fn byte(&mut self) -> u8 {
        let at = self.taken;
        self.taken += 1;
        match &mut self.source {
            Source::Bytes(bytes) => bytes.get(at).copied().unwrap_or(0),
            Source::Seed { state, word } => {
                if at.is_multiple_of(8) {
                    *word = split_mix(state);
                }
                word.to_le_bytes()[at % 8]
            }
        }
    }

    /// How many bytes were taken.
    #[must_use]
    pub const fn taken(&self) -> usize {
        self.taken
    }

    /// Whether only the simplest decisions are left.
    #[must_use]
    pub const fn is_used_up(&self) -> bool {
        match self.source {
            Source::Bytes(bytes) => self.taken >= bytes.len(),
            Source::Seed { .. } => false,
        }
    }

    /// A number below `bound`, which is at least 1. More than 256 possibilities take a second byte.
    pub fn below(&mut self, bound: usize) -> usize {
        let mut number = usize::from(self.byte());
        if bound > 256 {
            number |= usize::from(self.byte()) << 8;
        }
        number % bound
    }

    /// True in about `of_256` of 256 cases; false for the byte 0.
    pub fn chance(&mut self, of_256: u8) -> bool {
        let byte = self.byte();
        byte != 0 && byte <= of_256
    }

    /// One of `items`, which is not empty. The first should be the simplest.
    pub fn pick<'i, T: ?Sized>(&mut self, items: &[&'i T]) -> &'i T {
        items[self.below(items.len())]
    }

    /// Sixty-four bits.
    pub fn bits(&mut self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }
}

/// The next word of the generator `SplitMix64`: small, and the same everywhere.
const fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::Choices;

    #[test]
    fn bytes_that_are_used_up_give_the_first_choice() {
        let mut choices = Choices::new(&[7]);
        assert_eq!(choices.below(5), 2);
        assert!(choices.is_used_up());
        assert_eq!(choices.below(5), 0);
        assert!(!choices.chance(255));
    }

    #[test]
    fn a_seed_gives_the_same_bytes_again() {
        let take = |seed| {
            let mut choices = Choices::seeded(seed);
            (0..40).map(|_| choices.byte()).collect::<Vec<_>>()
        };
        assert_eq!(take(1), take(1));
        assert_ne!(take(1), take(2));
    }
}
