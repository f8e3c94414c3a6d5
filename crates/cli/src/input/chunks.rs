//! Cuts what is read into texts of one JSON value each: a line, or a document over several lines.
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

use memchr::{memchr, memrchr};

use super::brackets::{Nesting, begins, is_blank, is_value};

/// Bytes asked of the system at a time.
const BLOCK: usize = 256 * 1024;

/// How long a text may be.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Bytes of one of several lines: at most 64 MiB.
    pub line: usize,
    /// Bytes of any other document.
    pub document: usize,
}

impl Sizes {
    /// Documents of up to so many bytes.
    pub fn up_to(document: usize) -> Self {
        Self { line: document.min(64 * 1024 * 1024), document }
    }
}

/// Where one text is.
#[derive(Debug)]
pub struct Chunk {
    /// Which of the files, from 0.
    pub file: usize,
    /// The line of the file at which the text begins, from 1; `None` if the file has one text.
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
    /// The line at which the text begins that was handed on last.
    first: u64,
    /// Whether that is all of the file, in one text of several lines.
    whole: bool,
    /// A line that was read to see whether a document goes on, and is the next text.
    next: Option<(u64, Vec<u8>)>,
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
        Self {
            from,
            file,
            sizes,
            buffer: Vec::new(),
            used: 0,
            scanned: 0,
            ended: false,
            line: 0,
            first: 0,
            whole: false,
            next: None,
            mode,
        }
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

    /// Whether the file is one line or several. Nothing is used up.
    fn decide(&mut self) -> io::Result<Mode> {
        let (mut at, mut begin, mut end) = (0, None, None);
        loop {
            while let Some(&byte) = self.buffer.get(at) {
                match (begin, end) {
                    (None, _) if is_blank(byte) => at += 1,
                    (None, _) => begin = Some(at),
                    (Some(_), None) => match memchr(b'\n', &self.buffer[at..]) {
                        Some(distance) => {
                            at += distance + 1;
                            end = Some(at);
                        }
                        None => at = self.buffer.len(),
                    },
                    (Some(_), Some(_)) if is_blank(byte) => at += 1,
                    (Some(_), Some(_)) => return Ok(Mode::Lines),
                }
            }
            // The only line may be longer than one of many.
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

    /// The first byte that is not blank among those to come, if there is one. Blank lines before it are used up, each
    /// written to `out` as its break.
    fn peek(&mut self, out: &mut Vec<u8>) -> io::Result<Option<u8>> {
        loop {
            let rest = &self.buffer[self.used..];
            let next = rest.iter().position(|byte| !is_blank(*byte));
            let blank = &rest[..next.unwrap_or(rest.len())];
            let found = next.map(|at| rest[at]);
            if let Some(last) = memrchr(b'\n', blank) {
                let breaks = blank.iter().filter(|byte| **byte == b'\n').count();
                out.resize(out.len() + breaks, b'\n');
                self.line += breaks as u64;
                self.used += last + 1;
            }
            if found.is_some() || !self.fill()? {
                return Ok(found);
            }
        }
    }

    /// The next line, with those after it if it begins a document over several.
    fn next_text(&mut self, out: &mut Vec<u8>) -> io::Result<Option<Result<(), Unread>>> {
        let (start, is_first) = (out.len(), self.first == 0);
        if let Some((line, text)) = self.next.take() {
            self.first = line;
            out.extend_from_slice(&text);
            return Ok(Some(Ok(())));
        }
        let Some(text) = self.next_line(out)? else { return Ok(None) };
        self.first = self.line;
        if text.is_err() || !begins(&out[start..]) {
            return Ok(Some(text));
        }
        let mut nesting = Nesting::default();
        nesting.scan(&out[start..]);
        while nesting.is_open() {
            let end = out.len();
            out.push(b'\n');
            let next = self.peek(out)?;
            if !next.is_some_and(|next| nesting.goes_on(next)) {
                out.truncate(end);
                return Ok(Some(Ok(())));
            }
            let line = out.len();
            if let Some(Err(unread)) = self.next_line(out)? {
                return Ok(Some(Err(unread)));
            }
            // an object goes on with a key or a bracket that closes; a whole value in brackets is the next document
            if nesting.is_object() && is_value(&out[line..]) {
                self.next = Some((self.line, out.split_off(line)));
                out.truncate(end);
                return Ok(Some(Ok(())));
            }
            if out.len() - start > self.sizes.document {
                out.truncate(start);
                return Ok(Some(Err(Unread::TooLong(self.sizes.document))));
            }
            nesting.scan(&out[line..]);
        }
        self.whole = is_first && self.line > self.first && self.peek(&mut Vec::new())?.is_none();
        Ok(Some(Ok(())))
    }

    fn advance(&mut self, out: &mut Vec<u8>) -> io::Result<Option<Result<(), Unread>>> {
        if self.mode == Mode::Undecided {
            self.mode = self.decide()?;
        }
        match self.mode {
            Mode::Lines => self.next_text(out),
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
        // nothing was read yet where the first reading fails
        let line = Some(self.first).filter(|line| *line > 0 && self.mode == Mode::Lines && !self.whole);
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
            ["{\n\"a\": 1\n}", "[\n{}\n]", "{\"a\":\n{}}", "{\"a\": 1\n, \"b\": 2}", "[\n1,\n\n\n2\n]"]
        {
            assert_eq!(texts(&format!("{text}\n\n"), false), [text]);
            assert_eq!(
                texts(&format!("{{}}\n\n{text}\n{text}\n"), true),
                [
                    "1: {}".to_owned(),
                    format!("3: {text}"),
                    format!("{}: {text}", 4 + text.matches('\n').count()),
                ]
            );
        }
        for text in ["{}", "{}\n\n", "1"] {
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
    fn a_broken_line_does_not_swallow_the_others() {
        assert_eq!(texts("{\"a\n{}\n", false), ["1: {\"a", "2: {}"]);
        assert_eq!(texts("{\"a\": 1\n{}\n", false), ["1: {\"a\": 1", "2: {}"]);
        assert_eq!(texts("{\"a\": 1,\n{}\n", false), ["1: {\"a\": 1,", "2: {}"]);
        assert_eq!(texts("{bad}\n{}\n", false), ["1: {bad}", "2: {}"]);
        assert_eq!(texts("{\"a\":\n{}\n{}", false), ["1: {\"a\":", "2: {}", "3: {}"]);
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
        let lines = "1,\n".repeat(40);
        assert_eq!(texts(&format!("[\n{lines}1]"), false)[0], "1: more than 100");
    }

    #[test]
    fn nothing_gives_nothing() {
        for text in ["", "\n", " \r\n\t", "\u{feff}"] {
            assert!(texts(text, false).is_empty());
            assert!(texts(text, true).is_empty());
        }
    }
}
