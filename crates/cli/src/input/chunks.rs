//! Cuts what is read into texts of one JSON value each: a whole document, or a line of NDJSON.
//!
//! Lines are handed on as they come, many in one piece of memory, so a stream of any length needs the memory of a few
//! pieces, and threads that hand lines on do not meet in the allocator.

#![expect(
    clippy::indexing_slicing,
    reason = "`used <= scanned <= buffer.len()`, and places are found in the buffer"
)]

use std::io::{self, Read};
use std::mem;
use std::ops::Range;

use memchr::memchr;

/// Bytes asked of the system at a time.
const BLOCK: usize = 256 * 1024;

/// How long a text may be.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Bytes of one line: 64 MiB.
    pub line: usize,
    /// Bytes of one whole document: 2 GiB, so that places in it can be counted in 32 bits.
    pub document: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { line: 64 * 1024 * 1024, document: 2 * 1024 * 1024 * 1024 }
    }
}

/// Where one text stands.
#[derive(Debug)]
pub struct Chunk {
    /// Which of the files, from 0.
    pub file: usize,
    /// The line of the file that the text is, from 1; `None` for a whole document.
    pub line: Option<u64>,
    /// Where it is among the bytes, or why there are none.
    text: Result<Range<usize>, Unread>,
}

/// Texts that are handed on together, in one piece of memory.
#[derive(Debug, Default)]
pub struct Texts {
    bytes: Vec<u8>,
    chunks: Vec<Chunk>,
}

impl Texts {
    /// One document that is not out of a file.
    pub fn of(document: &[u8]) -> Self {
        let chunk = Chunk { file: 0, line: None, text: Ok(0..document.len()) };
        Self { bytes: document.to_vec(), chunks: vec![chunk] }
    }

    /// Adds that there is no text.
    pub fn miss(&mut self, file: usize, line: Option<u64>, why: Unread) {
        self.chunks.push(Chunk { file, line, text: Err(why) });
    }

    /// Bytes of all texts.
    pub fn weight(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is no text, and not even why.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Chunk, Result<&[u8], &Unread>)> {
        self.chunks.iter().map(|chunk| {
            let text = chunk.text.as_ref().map(|range| self.bytes.get(range.clone()).unwrap_or_default());
            (chunk, text)
        })
    }
}

/// Why a text is not there.
#[derive(Debug)]
pub enum Unread {
    /// Longer than this many bytes.
    TooLong(usize),
    /// The file holds nothing but white space.
    Empty,
    /// The system's word.
    Failed(io::Error),
}

/// The texts of one file, in order.
pub struct Chunks<R> {
    from: R,
    file: usize,
    sizes: Sizes,
    buffer: Vec<u8>,
    /// Bytes of `buffer` that were handed on.
    used: usize,
    /// Bytes of `buffer`, from its start, in which no further line break is.
    scanned: usize,
    ended: bool,
    /// Lines that were handed on.
    line: u64,
    mode: Mode,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Undecided,
    Document,
    Lines,
    Over,
}

impl<R: Read> Chunks<R> {
    /// The texts of `from`. With `lines` it is taken to hold one a line, whatever it looks like.
    pub const fn new(from: R, file: usize, lines: bool, sizes: Sizes) -> Self {
        let mode = if lines { Mode::Lines } else { Mode::Undecided };
        Self { from, file, sizes, buffer: Vec::new(), used: 0, scanned: 0, ended: false, line: 0, mode }
    }

    /// Whether the next text can be had without asking the system, which may let us wait.
    pub fn is_ready(&mut self) -> bool {
        self.mode == Mode::Over || self.ended || self.find_break().is_some()
    }

    /// Reads one block more; `false` at the end.
    fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.drain(..self.used);
        self.scanned = self.scanned.saturating_sub(self.used);
        self.used = 0;
        let start = self.buffer.len();
        self.buffer.resize(start + BLOCK, 0);
        let read = loop {
            match self.from.read(&mut self.buffer[start..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let count = *read.as_ref().unwrap_or(&0);
        self.buffer.truncate(start + count);
        self.ended = count == 0;
        read.map(|count| count > 0)
    }

    /// Whether the file is one document or a text a line. Nothing is used up.
    fn decide(&mut self) -> io::Result<Mode> {
        let (mut at, mut begin, mut end) = (0, None, None);
        loop {
            while let Some(&byte) = self.buffer.get(at) {
                match (begin, end) {
                    (None, _) if is_blank(byte) => at += 1,
                    (None, _) => begin = Some(at),
                    (Some(_), None) => match memchr(b'\n', &self.buffer[at..]) {
                        Some(distance) => {
                            end = Some(at + distance);
                            at += distance + 1;
                        }
                        None => at = self.buffer.len(),
                    },
                    (Some(_), Some(_)) if is_blank(byte) => at += 1,
                    (Some(begin), Some(end)) => {
                        let alone = stands_alone(&self.buffer[begin..end], byte);
                        return Ok(if alone { Mode::Lines } else { Mode::Document });
                    }
                }
            }
            // One line alone is a document, which may be longer than a line of many.
            if self.buffer.len() > self.sizes.document || !self.fill()? {
                return Ok(if begin.is_some() { Mode::Document } else { Mode::Over });
            }
        }
    }

    /// Everything, as one text.
    fn document(&mut self, out: &mut Vec<u8>) -> io::Result<Result<(), Unread>> {
        loop {
            if self.buffer.len() > self.sizes.document {
                self.buffer = Vec::new();
                return Ok(Err(Unread::TooLong(self.sizes.document)));
            }
            if !self.fill()? {
                // usually it is alone, and need not be copied
                if out.is_empty() {
                    *out = mem::take(&mut self.buffer);
                } else {
                    out.append(&mut self.buffer);
                }
                return Ok(Ok(()));
            }
        }
    }

    fn find_break(&mut self) -> Option<usize> {
        let from = self.scanned.max(self.used);
        let found = memchr(b'\n', &self.buffer[from..]).map(|distance| from + distance);
        self.scanned = found.unwrap_or(self.buffer.len());
        found
    }

    /// The next line that is not blank, without its break; `None` at the end.
    fn next_line(&mut self, out: &mut Vec<u8>) -> io::Result<Option<Result<(), Unread>>> {
        let mut too_long = false;
        loop {
            let found = self.find_break();
            if let Some(end) =
                found.or_else(|| (self.ended && self.used < self.buffer.len()).then_some(self.scanned))
            {
                let line = &self.buffer[self.used..end];
                too_long |= line.len() > self.sizes.line;
                let blank = !too_long && line.iter().copied().all(is_blank);
                let text = if too_long {
                    Err(Unread::TooLong(self.sizes.line))
                } else {
                    if !blank {
                        out.extend_from_slice(line);
                    }
                    Ok(())
                };
                self.used = (end + 1).min(self.buffer.len());
                self.scanned = self.used;
                self.line += 1;
                if blank {
                    continue;
                }
                return Ok(Some(text));
            }
            if self.ended {
                self.line += 1;
                return Ok(too_long.then_some(Err(Unread::TooLong(self.sizes.line))));
            }
            if self.buffer.len() - self.used > self.sizes.line {
                // The rest of a line that is too long already need not be kept.
                too_long = true;
                self.buffer = Vec::new();
                (self.used, self.scanned) = (0, 0);
            }
            self.fill()?;
        }
    }

    fn advance(&mut self, out: &mut Vec<u8>) -> io::Result<Option<Result<(), Unread>>> {
        if self.mode == Mode::Undecided {
            self.mode = self.decide()?;
        }
        match self.mode {
            Mode::Lines => self.next_line(out),
            Mode::Document => {
                let text = self.document(out)?;
                self.mode = Mode::Over;
                Ok(Some(text))
            }
            Mode::Undecided | Mode::Over => Ok(None),
        }
    }

    /// Adds the next text to `out`; `false` where there is none.
    pub fn next_into(&mut self, out: &mut Texts) -> bool {
        let start = out.bytes.len();
        let next = self.advance(&mut out.bytes);
        let line = (self.mode == Mode::Lines).then_some(self.line);
        let text = match next {
            Ok(None) => return false,
            Ok(Some(text)) => text.map(|()| start..out.bytes.len()),
            Err(error) => {
                self.mode = Mode::Over;
                Err(Unread::Failed(error))
            }
        };
        out.chunks.push(Chunk { file: self.file, line, text });
        true
    }
}

/// White space, and the bytes of a byte order mark.
const fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, 0xef | 0xbb | 0xbf)
}

/// Whether `line` is a text of its own, and not the beginning of a document over several lines whose next
/// line begins with `next`: its brackets are closed, or nothing could go on like that (a string ended by a
/// line break, a value right behind another).
fn stands_alone(line: &[u8], next: u8) -> bool {
    let mut open = 0usize;
    let mut in_string = false;
    let mut escaped = false;
    let mut last = b' ';
    for &byte in line {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
        } else {
            match byte {
                b'"' => in_string = true,
                b'{' | b'[' => open += 1,
                b'}' | b']' => open = open.saturating_sub(1),
                _ => {}
            }
        }
        if !byte.is_ascii_whitespace() {
            last = byte;
        }
    }
    let goes_on = matches!(last, b':' | b',' | b'[' | b'{') || matches!(next, b',' | b':' | b'}' | b']');
    in_string || open == 0 || !goes_on
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte a read, the hardest thing for whoever looks ahead.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            out[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    const SMALL: Sizes = Sizes { line: 10, document: 100 };

    fn texts(of: &str, lines: bool) -> Vec<String> {
        fn all<R: Read>(mut chunks: Chunks<R>) -> Vec<String> {
            let mut texts = Texts::default();
            while chunks.next_into(&mut texts) {}
            let named = texts.iter().map(|(chunk, text)| {
                let text = match text {
                    Ok(text) => String::from_utf8(text.to_vec()).unwrap(),
                    Err(Unread::TooLong(most)) => format!("more than {most}"),
                    Err(unread) => format!("{unread:?}"),
                };
                chunk.line.map_or_else(|| text.clone(), |line| format!("{line}: {text}"))
            });
            named.collect()
        }
        let at_once = all(Chunks::new(of.as_bytes(), 0, lines, SMALL));
        let in_drops = all(Chunks::new(Drops(of.as_bytes()), 0, lines, SMALL));
        assert_eq!(at_once, in_drops);
        at_once
    }

    #[test]
    fn a_document_over_several_lines_is_one_text() {
        for text in
            ["{\n\"a\": 1\n}\n", "[\n{}\n]", "{\"a\":\n{}}", "{\"a\": 1\n, \"b\": 2}", "{}", "{}\n\n", "1"]
        {
            assert_eq!(texts(text, false), [text]);
        }
    }

    #[test]
    fn a_text_a_line_is_a_chunk_a_line_and_blank_lines_count() {
        assert_eq!(texts("{}\n[1]\n", false), ["1: {}", "2: [1]"]);
        assert_eq!(texts("\n {} \r\n\n1\n", false), ["2:  {} \r", "4: 1"]);
        assert_eq!(texts("\u{feff}{}\n{}", false), ["1: \u{feff}{}", "2: {}"]);
        assert_eq!(texts("{}", true), ["1: {}"]);
    }

    #[test]
    fn a_broken_first_line_does_not_swallow_the_others() {
        assert_eq!(texts("{\"a\n{}\n", false), ["1: {\"a", "2: {}"]);
        assert_eq!(texts("{\"a\": 1\n{}\n", false), ["1: {\"a\": 1", "2: {}"]);
        assert_eq!(texts("{bad}\n{}\n", false), ["1: {bad}", "2: {}"]);
    }

    #[test]
    fn a_line_that_is_too_long_leaves_the_others() {
        let long = "x".repeat(11);
        assert_eq!(
            texts(&format!("1\n{long}\n2\n{long}"), false),
            ["1: 1", "2: more than 10", "3: 2", "4: more than 10"]
        );
        assert_eq!(texts(&format!("{long}\n2\n"), false), ["1: more than 10", "2: 2"]);
        // Alone it is a document, which has a limit of its own.
        assert_eq!(texts(&long, false), [long.as_str()]);
        let longer = "x".repeat(101);
        assert_eq!(texts(&longer, false), ["more than 100"]);
        assert_eq!(texts(&format!("[\n{longer}\n]"), false), ["more than 100"]);
    }

    #[test]
    fn nothing_gives_nothing() {
        for text in ["", "\n", " \r\n\t", "\u{feff}"] {
            assert!(texts(text, false).is_empty());
            assert!(texts(text, true).is_empty());
        }
    }
}
