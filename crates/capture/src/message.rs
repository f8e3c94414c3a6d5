//! A message under construction: text with a limit of characters.

use std::fmt;

/// Appends to a `String` until a number of characters is reached; what comes later is dropped.
///
/// ```
/// use probelang_capture::MessageWriter;
/// let mut out = String::new();
/// let mut message = MessageWriter::new(&mut out, 3);
/// message.push("añb");
/// assert!(!message.is_cut());
/// message.push("c");
/// assert!(message.finish());
/// assert_eq!(out, "añb...");
/// ```
pub struct MessageWriter<'o> {
    out: &'o mut String,
    /// Where the message starts in `out`.
    start: usize,
    /// Characters are counted only when there are as many bytes: up to here there are `chars`.
    counted: usize,
    chars: usize,
    limit: usize,
    /// So long `out` may become without a count, as so many bytes are no more characters than that; 0 when the
    /// message was cut.
    free: usize,
    cut: bool,
    masked: u64,
}

/// A place in a message to return to.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    len: usize,
    free: usize,
    cut: bool,
    masked: u64,
}

impl<'o> MessageWriter<'o> {
    /// A message that is appended to `out`, of at most `limit` characters.
    #[must_use]
    pub fn new(out: &'o mut String, limit: usize) -> Self {
        let start = out.len();
        let free = start.saturating_add(limit);
        Self { out, start, counted: start, chars: 0, limit, free, cut: false, masked: 0 }
    }

    /// Appends `text`, as far as it fits.
    #[inline]
    pub fn push(&mut self, text: &str) {
        if self.out.len().saturating_add(text.len()) <= self.free {
            self.out.push_str(text);
        } else {
            self.push_counted(text);
        }
    }

    /// Appends what is shown in place of a text, or a part of one, that is hidden because of what it says.
    pub fn hide(&mut self, mask: &str) {
        self.masked = self.masked.saturating_add(1);
        self.push(mask);
    }

    /// How often something was [hidden](Self::hide).
    #[must_use]
    pub const fn masked(&self) -> u64 {
        self.masked
    }

    #[cold]
    fn push_counted(&mut self, text: &str) {
        if self.cut {
            return;
        }
        let new = self.out.get(self.counted..).unwrap_or_default();
        self.chars = self.chars.saturating_add(new.chars().count());
        self.counted = self.out.len();
        let room = self.limit.saturating_sub(self.chars);
        let kept = match text.char_indices().nth(room) {
            Some((at, _)) => {
                self.cut = true;
                self.free = 0;
                text.get(..at).unwrap_or_default()
            }
            None => text,
        };
        self.out.push_str(kept);
    }

    /// Where the message stands.
    #[inline]
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { len: self.out.len(), free: self.free, cut: self.cut, masked: self.masked }
    }

    /// Removes what was written since `mark`: of a part that failed, not even the beginning stays.
    pub fn rewind(&mut self, mark: Mark) {
        self.out.truncate(mark.len);
        (self.free, self.cut, self.masked) = (mark.free, mark.cut, mark.masked);
        if self.counted > mark.len {
            self.counted = self.start;
            self.chars = 0;
        }
    }

    /// Whether something did not fit.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// Ends the message, with `...` if it was cut; whether it was.
    pub fn finish(self) -> bool {
        if self.cut {
            self.out.push_str("...");
        }
        self.cut
    }
}

impl fmt::Write for MessageWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text);
        Ok(())
    }
}
