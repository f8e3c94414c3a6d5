//! The brackets and strings of JSON texts, whether they are right or not: where values begin and end.

use std::ops::Range;

/// White space, and the bytes of a byte order mark.
pub const fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, 0xef | 0xbb | 0xbf)
}

/// Whether `line` begins a document that ends on a later line: it begins with a bracket and does not end with its
/// partner. What a line has between the two is not looked at, so that lines cost nothing.
pub fn begins(line: &[u8]) -> bool {
    let first = line.iter().find(|byte| !is_blank(**byte));
    let last = line.iter().rfind(|byte| !byte.is_ascii_whitespace());
    match first {
        Some(b'{') => last != Some(&b'}'),
        Some(b'[') => last != Some(&b']'),
        _ => false,
    }
}

/// Whether a line is a whole value in brackets.
pub fn is_value(line: &[u8]) -> bool {
    let mut nesting = Nesting::default();
    nesting.scan(line);
    matches!(line.iter().find(|byte| !is_blank(**byte)), Some(b'{' | b'['))
        && matches!(nesting.last, b'}' | b']')
        && !nesting.torn
        && nesting.open.is_empty()
        && !nesting.crossed
}

/// The strings of a JSON text, read byte for byte.
#[derive(Debug, Default)]
struct Quotes {
    are_open: bool,
    escaped: bool,
}

impl Quotes {
    /// Whether the next byte is part of a string, its quotes included.
    fn hold(&mut self, byte: u8) -> bool {
        if self.are_open {
            self.are_open = self.escaped || byte != b'"';
            self.escaped = byte == b'\\' && !self.escaped;
            return true;
        }
        self.are_open = byte == b'"';
        self.are_open
    }
}

/// The brackets that are open in the lines of a document so far.
#[derive(Debug, Default)]
pub struct Nesting {
    open: Vec<u8>,
    /// Whether a string was not closed on its line, which makes the document a broken one.
    torn: bool,
    /// The last byte that is not white space.
    last: u8,
    /// Whether a bracket was closed that was not open.
    crossed: bool,
}

impl Nesting {
    pub fn scan(&mut self, line: &[u8]) {
        let mut quotes = Quotes::default();
        for &byte in line {
            if !quotes.hold(byte) {
                match byte {
                    b'{' | b'[' => self.open.push(byte),
                    b'}' | b']' => self.crossed |= self.open.pop().is_none(),
                    _ => {}
                }
            }
            if !byte.is_ascii_whitespace() {
                self.last = byte;
            }
        }
        self.torn |= quotes.are_open;
    }

    /// Whether the document may go on.
    pub fn is_open(&self) -> bool {
        !self.torn && !self.open.is_empty()
    }

    /// Whether the innermost bracket is that of an object.
    pub fn is_object(&self) -> bool {
        self.open.last() == Some(&b'{')
    }

    /// Whether JSON can go on with `next` on another line. If it cannot, the document is broken, and what comes is the
    /// next one.
    pub fn goes_on(&self, next: u8) -> bool {
        match self.last {
            _ if matches!(next, b',' | b':' | b'}' | b']') => true,
            b':' => true,
            b'{' | b'[' | b',' => self.open.last() == Some(&b'[') || next == b'"',
            _ => false,
        }
    }
}

/// Where the values of a text begin and end, if it has several, each in brackets: `{"a": 1} {"a": 2}`.
pub fn values(text: &[u8]) -> Vec<Range<usize>> {
    let (mut values, mut nesting, mut start) = (Vec::new(), Nesting::default(), None);
    let mut quotes = Quotes::default();
    for (at, &byte) in text.iter().enumerate() {
        if start.is_some() && quotes.hold(byte) {
            continue;
        }
        match byte {
            b'{' | b'[' => {
                start.get_or_insert(at);
                nesting.open.push(byte);
            }
            b'}' | b']' => {
                nesting.open.pop();
                if nesting.open.is_empty() {
                    values.extend(start.take().map(|start| start..at + 1));
                }
            }
            _ if start.is_none() && !is_blank(byte) => return Vec::new(),
            _ => {}
        }
    }
    if start.is_some() || values.len() < 2 { Vec::new() } else { values }
}

/// Where the elements of an array begin and end.
pub fn elements(array: &[u8]) -> Vec<Range<usize>> {
    let (mut elements, mut depth, mut span) = (Vec::new(), 0_usize, None::<Range<usize>>);
    let mut quotes = Quotes::default();
    for (at, &byte) in array.iter().enumerate() {
        let in_string = quotes.hold(byte);
        let is_content = in_string || depth > 1 || (depth == 1 && !is_blank(byte) && !b",]".contains(&byte));
        match byte {
            _ if in_string => {}
            b'{' | b'[' => depth = depth.saturating_add(1),
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if is_content {
            span = Some(span.map_or(at, |span| span.start)..at.saturating_add(1));
        } else {
            let ends = depth == 0 || byte == b',';
            elements.extend(span.take_if(|_| ends));
        }
    }
    elements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_brackets_one_after_another_are_told_apart() {
        let of = |text: &'static str| -> Vec<&str> {
            values(text.as_bytes()).into_iter().map(|range| &text[range]).collect()
        };
        assert_eq!(of("{\"a\": \"}{\"} [1]\n{}"), ["{\"a\": \"}{\"}", "[1]", "{}"]);
        for text in ["", "{}", "{} x", "1 2", "{}{", "{\"a", "\"a\" {}"] {
            assert!(of(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn elements_of_an_array_are_told_apart() {
        let of = |text: &'static str| -> Vec<&str> {
            elements(text.as_bytes()).into_iter().map(|range| &text[range]).collect()
        };
        assert_eq!(
            of("\u{feff} [ {\"a\": [1, \"]\\\\\"]} , [2,3],4 ,\n\"x, \\\"y\" ] "),
            ["{\"a\": [1, \"]\\\\\"]}", "[2,3]", "4", "\"x, \\\"y\""]
        );
        for text in ["[]", " [ ] ", ""] {
            assert!(of(text).is_empty(), "{text}");
        }
    }
}
