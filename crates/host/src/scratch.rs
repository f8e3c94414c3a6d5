//! Room for text that a host composes.

use std::fmt;

/// A buffer of 512 bytes on the stack of the caller, for text that a host has to compose: a host neither
/// allocates nor keeps an arena for it.
///
/// It is empty when a host gets it. What does not fit is dropped, and the text then ends in `…`, by which the
/// engine sees that ([`is_cut`]).
///
/// ```
/// use std::fmt::Write;
/// use probelang_host::Scratch;
///
/// let mut scratch = Scratch::new();
/// let _ = write!(scratch, "Vec<{}>", "Order");
/// assert_eq!(scratch.text(), "Vec<Order>");
/// ```
///
/// [`is_cut`]: Self::is_cut_text
#[derive(Clone)]
pub struct Scratch {
    bytes: [u8; Self::BYTES],
    len: usize,
    cut: bool,
}

impl Scratch {
    /// Bytes that fit.
    pub const BYTES: usize = 512;

    /// What ends a text that does not fit.
    const CUT: &'static str = "…";

    /// An empty one.
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: [0; Self::BYTES], len: 0, cut: false }
    }

    /// Empties it.
    pub const fn clear(&mut self) {
        self.len = 0;
        self.cut = false;
    }

    /// Appends `text`, as far as whole characters of it fit.
    pub fn push(&mut self, text: &str) {
        if self.cut {
            return;
        }
        let room = Self::BYTES.saturating_sub(Self::CUT.len()).saturating_sub(self.len);
        let end = text.floor_char_boundary(room);
        self.write(text.get(..end).unwrap_or_default());
        if end < text.len() {
            self.write(Self::CUT);
            self.cut = true;
        }
    }

    fn write(&mut self, text: &str) {
        let until = self.len.saturating_add(text.len());
        if let Some(place) = self.bytes.get_mut(self.len..until) {
            place.copy_from_slice(text.as_bytes());
            self.len = until;
        }
    }

    /// What was written.
    #[must_use]
    pub fn text(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// Whether `text` was composed in a scratch and did not fit.
    #[must_use]
    pub fn is_cut_text(text: &str) -> bool {
        text.ends_with(Self::CUT)
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Write for Scratch {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text);
        if self.cut { Err(fmt::Error) } else { Ok(()) }
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").field("text", &self.text()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Scratch;

    #[test]
    fn what_does_not_fit_is_dropped_between_characters_and_seen() {
        let room = Scratch::BYTES - "…".len();
        let mut scratch = Scratch::new();
        scratch.push(&"x".repeat(room - 1));
        assert!(!Scratch::is_cut_text(scratch.text()));
        scratch.push("é");
        scratch.push("y");
        assert_eq!((scratch.text().len(), Scratch::is_cut_text(scratch.text())), (Scratch::BYTES - 1, true));
        scratch.clear();
        scratch.push(&"x".repeat(room));
        assert_eq!((scratch.text().len(), Scratch::is_cut_text(scratch.text())), (room, false));
    }
}
