//! Whether a piece of source can be moved: its brackets and quotes have their partners in it.

use probelang_diagnostic::Edit;

/// Whether every bracket and quote of `text` has its partner in it. Linear.
pub fn is_balanced(text: &str) -> bool {
    let mut open = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' if open.pop() != Some(c) => return false,
            '"' | '\'' | '`' => loop {
                match chars.next() {
                    None => return false,
                    Some('\\') => {
                        chars.next();
                    }
                    Some(end) if end == c => break,
                    Some(_) => {}
                }
            },
            _ => {}
        }
    }
    open.is_empty()
}

/// Whether an edit writes operands of the source anew, at another place, without a bracket or quote of theirs. One that
/// only puts in brackets and quotes writes no operands.
pub fn tears(edit: &Edit) -> bool {
    let written: String = edit.changes.iter().map(|change| change.text.as_str()).collect();
    written.contains(char::is_alphanumeric) && !is_balanced(&written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_quotes_need_their_partners() {
        for text in ["", "a", "f(a, [1], {@it})", r#""(" == '"'"#, r#""\"""#, "`(`"] {
            assert!(is_balanced(text), "{text}");
        }
        for text in ["(", ")", "f(a", "(]", "a[1", r#""x"#, r#""x\""#, "`a", "a'"] {
            assert!(!is_balanced(text), "{text}");
        }
    }
}
