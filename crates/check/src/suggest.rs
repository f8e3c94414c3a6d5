//! Which known name somebody meant.

use probelang_syntax::distance;

/// The known name nearest to `word`: equal but for case or separators first, then within two edits (one for
/// names of at most two characters). Ties go to the first.
pub(crate) fn nearest<'n>(word: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let most = if word.chars().count() <= 2 { 1 } else { 2 };
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let distance = if name == word {
            continue;
        } else if alike(name, word) {
            0
        } else {
            let Some(distance) = distance(word, name, most) else { continue };
            distance
        };
        // a name that shares no more than a character or two is no suggestion
        if distance < name.chars().count() && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Whether the two differ in case and separators alone: `userName`, `user_name`, `UserName`.
pub(crate) fn alike(a: &str, b: &str) -> bool {
    fn plain(text: &str) -> impl Iterator<Item = char> {
        text.chars().filter(|c| !matches!(c, '_' | '-' | '$')).flat_map(char::to_lowercase)
    }
    plain(a).eq(plain(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggestion_is_near_or_there_is_none() {
        let names = ["userName", "total", "id", "items"];
        let cases = [
            ("username", Some("userName")),
            ("user_name", Some("userName")),
            ("totla", Some("total")),
            ("iten", Some("items")),
            ("x", None),
            ("ab", None),
            ("di", Some("id")),
            ("customer", None),
            ("total", None),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest(word, names), expected, "{word}");
        }
    }
}
