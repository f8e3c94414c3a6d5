//! A message under construction: text with a limit of characters.

use std::fmt;

/// Appends to a `String` until a number of characters is reached; what comes later is dropped.
///
/// ```
/// use probelang_capture::Message;
/// let mut out = String::new();
/// let mut message = Message::new(&mut out, 3);
/// message.push("añb");
/// assert!(!message.is_cut());
/// message.push("c");
/// assert!(message.finish());
/// assert_eq!(out, "añb...");
/// ```
pub struct Message<'o> {
    out: &'o mut String,
    chars: usize,
    limit: usize,
    cut: bool,
}

/// A place in a message to return to.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    len: usize,
    chars: usize,
    cut: bool,
}

impl<'o> Message<'o> {
    /// A message behind what `out` holds already, of at most `limit` characters.
    #[must_use]
    pub fn new(out: &'o mut String, limit: usize) -> Self {
        Self { out, chars: 0, limit, cut: false }
    }

    /// Appends `text`, as far as it fits.
    pub fn push(&mut self, text: &str) {
        if self.cut {
            return;
        }
        let room = self.limit.saturating_sub(self.chars);
        // a text of so few bytes has no more characters than that
        let end = if text.len() <= room { None } else { text.char_indices().nth(room) };
        let kept = match end {
            Some((at, _)) => {
                self.cut = true;
                self.chars = self.limit;
                text.get(..at).unwrap_or_default()
            }
            None => {
                self.chars = self.chars.saturating_add(text.chars().count());
                text
            }
        };
        self.out.push_str(kept);
    }

    /// Where the message stands.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { len: self.out.len(), chars: self.chars, cut: self.cut }
    }

    /// Takes back what was written since `mark`: a part that failed leaves no half of its value behind.
    pub fn rewind(&mut self, mark: Mark) {
        self.out.truncate(mark.len);
        self.chars = mark.chars;
        self.cut = mark.cut;
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

impl fmt::Write for Message<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text);
        Ok(())
    }
}
