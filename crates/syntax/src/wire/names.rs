//! Names that look like paths: on the wire every string is one name.

use probelang_diagnostic::spell;

/// What `name` would be as a path: its text, where it looks like one, such as `this.x` or `items[0]`.
///
/// `a.b`, `a->b`, `a::b`, `a?.b` and an index in brackets look like a path; `<T>k__BackingField`, `a b` and
/// `v1.5` do not.
#[must_use]
pub fn path_like(name: &str) -> Option<String> {
    if spell::is_word(name) {
        return None;
    }
    let mut text = String::new();
    let mut rest = name;
    let mut steps = 0usize;
    loop {
        let word_end = rest
            .char_indices()
            .find(|&(at, c)| !(spell::is_name_continue(c) || (at == 0 && steps == 0 && c == '@')))
            .map_or(rest.len(), |(at, _)| at);
        let (word, behind) = rest.split_at_checked(word_end)?;
        if !spell::is_word(word.strip_prefix('@').unwrap_or(word)) {
            return None;
        }
        text.push_str(word);
        rest = behind;
        // Indexes after the word: digits or a quoted key.
        while let Some(inside) = rest.strip_prefix('[') {
            let (index, behind) = inside.split_once(']')?;
            let digits = !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit());
            let quoted = index.len() > 2
                && ['"', '\''].iter().any(|&q| index.starts_with(q) && index.ends_with(q))
                && !index.contains('\\');
            if !digits && !quoted {
                return None;
            }
            text.push('[');
            text.push_str(index);
            text.push(']');
            rest = behind;
            steps = steps.saturating_add(1);
        }
        if rest.is_empty() {
            return (steps > 0).then_some(text);
        }
        rest = ["?.", ".", "->", "::"].iter().find_map(|separator| rest.strip_prefix(separator))?;
        text.push('.');
        steps = steps.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::path_like;

    #[test]
    fn words_joined_by_dots_arrows_colons_and_brackets_look_like_paths() {
        for (name, path) in [
            ("this.x", Some("this.x")),
            ("@it.name", Some("@it.name")),
            ("$this->x", Some("$this.x")),
            ("A::b", Some("A.b")),
            ("a?.b", Some("a.b")),
            ("xs[0]", Some("xs[0]")),
            ("m[\"k\"].v", Some("m[\"k\"].v")),
            ("x", None),
            ("@foo", None),
            ("", None),
            ("a b", None),
            ("a.", None),
            (".a", None),
            ("a..b", None),
            ("v1.5", None),
            ("<T>k__BackingField", None),
            ("x[", None),
            ("x[i]", None),
            ("a@b", None),
        ] {
            assert_eq!(path_like(name).as_deref(), path, "{name}");
        }
    }
}
