//! Constant strings that operations compare with.

/// A constant string, compared without a call where it is short.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    text: Box<[u8]>,
    head: u64,
    tail: u64,
    width: u8,
}

impl Word {
    pub(crate) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let two = |chunk: Option<&[u8; 2]>| u64::from(u16::from_le_bytes(*chunk.unwrap_or(&[0; 2])));
        let four = |chunk: Option<&[u8; 4]>| u64::from(u32::from_le_bytes(*chunk.unwrap_or(&[0; 4])));
        let eight = |chunk: Option<&[u8; 8]>| u64::from_le_bytes(*chunk.unwrap_or(&[0; 8]));
        let width = Self::width(text);
        let (head, tail) = match width {
            2 => (two(bytes.first_chunk()), two(bytes.last_chunk())),
            4 => (four(bytes.first_chunk()), four(bytes.last_chunk())),
            8 => (eight(bytes.first_chunk()), eight(bytes.last_chunk())),
            _ => (0, 0),
        };
        Self { text: bytes.into(), head, tail, width }
    }

    /// How many bytes are compared at a time, 0 for all of them.
    pub(crate) const fn width(text: &str) -> u8 {
        match text.len() {
            2..=3 => 2,
            4..=7 => 4,
            8..=16 => 8,
            _ => 0,
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.text.len()
    }

    /// Compares with a string; the width of this one is known.
    #[inline(always)]
    pub(crate) fn is<const WIDTH: u8>(&self, bytes: &[u8]) -> bool {
        // the length last: fewer instructions, as its lower bound is looked at in any case
        macro_rules! ends {
            ($int:ty) => {
                match (bytes.first_chunk(), bytes.last_chunk()) {
                    (Some(head), Some(tail)) => {
                        u64::from(<$int>::from_le_bytes(*head)) == self.head
                            && u64::from(<$int>::from_le_bytes(*tail)) == self.tail
                            && bytes.len() == self.text.len()
                    }
                    _ => false,
                }
            };
        }
        match WIDTH {
            2 => ends!(u16),
            4 => ends!(u32),
            8 => ends!(u64),
            _ => *bytes == *self.text,
        }
    }

    /// Compares with a string.
    #[inline(always)]
    pub(crate) fn is_bytes(&self, bytes: &[u8]) -> bool {
        match self.width {
            4 => self.is::<4>(bytes),
            8 => self.is::<8>(bytes),
            2 => self.is::<2>(bytes),
            _ => self.is::<0>(bytes),
        }
    }
}
