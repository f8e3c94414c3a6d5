//! The right side of `instanceof`, read from the text: words and dots, and what other languages hang on.

use probelang_diagnostic::spell::{RESERVED, is_name_continue, is_name_start};

/// A bare type name at the start of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TypeName {
    /// Its bytes.
    pub len: usize,
    /// Whether it is only words and dots.
    pub plain: bool,
}

/// The bytes of the word at the start of `text`.
fn word_len(text: &str) -> Option<usize> {
    text.starts_with(is_name_start).then(|| text.find(|c| !is_name_continue(c)).unwrap_or(text.len()))
}

fn space_len(text: &str) -> usize {
    text.find(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).unwrap_or(text.len())
}

/// Reads a type name at the start of `text`; `None` where there is no word, or a reserved one.
pub fn read(text: &str) -> Option<TypeName> {
    let tail = |at: usize| text.get(at..).unwrap_or("");
    let mut len = word_len(text)?;
    if RESERVED.contains(&text.get(..len)?) {
        return None;
    }
    loop {
        // White space is free between tokens, so also around these dots.
        let dot = len.saturating_add(space_len(tail(len)));
        if !tail(dot).starts_with('.') {
            break;
        }
        let word = dot.saturating_add(1);
        let word = word.saturating_add(space_len(tail(word)));
        let Some(more) = word_len(tail(word)) else { break };
        len = word.saturating_add(more);
    }
    let plain = !is_odd(tail(len));
    while let Some(more) = odd_piece(tail(len)) {
        len = len.saturating_add(more);
    }
    Some(TypeName { len, plain })
}

/// Whether what comes right after a dotted name shows that the name goes on in another language's way.
pub fn is_odd(rest: &str) -> bool {
    rest.starts_with(['<', '[', '+', '`']) && !rest.starts_with("<=") || rest.starts_with("::")
}

/// The bytes of one more piece of another language's type name.
fn odd_piece(rest: &str) -> Option<usize> {
    let behind = |lead: usize| {
        let text = rest.get(lead..)?;
        Some(lead.saturating_add(word_len(text)?))
    };
    match rest.chars().next()? {
        '<' => balanced(rest, '<', '>'),
        '[' => balanced(rest, '[', ']'),
        '+' | '.' => behind(1),
        ':' if rest.starts_with("::") => behind(2),
        '`' => {
            let digits = rest.get(1..)?;
            let len = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            (len > 0).then(|| len.saturating_add(1))
        }
        _ => None,
    }
}

/// The bytes of `<…>` or `[…]` with nothing between but what type names are made of.
fn balanced(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0u32;
    for (at, c) in text.char_indices() {
        if c == open {
            depth = depth.saturating_add(1);
        } else if c == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return Some(at.saturating_add(1));
            }
        } else if !(is_name_continue(c)
            || matches!(c, '.' | ',' | ' ' | '?' | '+' | '`' | '*' | ':' | '<' | '>' | '[' | ']'))
        {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_name_ends_where_it_ends() {
        let cases = [
            ("Foo && x", "Foo", true),
            ("a . b.null.c == 1", "a . b.null.c", true),
            ("a.b.", "a.b", true),
            ("List<String>)", "List<String>", false),
            ("Map<String, List<Integer>>.Entry x", "Map<String, List<Integer>>.Entry", false),
            ("int[] == y", "int[]", false),
            ("Outer+Inner", "Outer+Inner", false),
            ("std::string", "std::string", false),
            ("List`1[System.String]", "List`1[System.String]", false),
            ("Foo<3", "Foo", false),
            ("Foo <3", "Foo", true),
            ("Foo<=3", "Foo", true),
        ];
        for (text, name, plain) in cases {
            let read = read(text).unwrap();
            assert_eq!((&text[..read.len], read.plain), (name, plain), "{text}");
        }
        assert_eq!(read("null"), None);
        assert_eq!(read("(Foo)"), None);
    }
}
