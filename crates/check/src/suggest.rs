//! Which known name somebody meant.

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
            distance(word, name, most)
        };
        // a name that shares no more than a character or two is no suggestion
        if distance <= most
            && distance < name.chars().count()
            && best.is_none_or(|(least, _)| distance < least)
        {
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

/// Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`; more than `most`
/// where that is certain early.
fn distance(a: &str, b: &str, most: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return most.saturating_add(1);
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut last: Option<char> = None;
    for (at, &from) in a.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(at.saturating_add(1));
        let mut left: Option<char> = None;
        for (place, &to) in b.iter().enumerate() {
            let get = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX);
            let replace = get(&row, place).saturating_add(usize::from(from != to));
            let insert = get(&next, place).saturating_add(1);
            let delete = get(&row, place.saturating_add(1)).saturating_add(1);
            let mut least = replace.min(insert).min(delete);
            if last == Some(to) && left == Some(from) {
                least = least.min(get(&before, place.saturating_sub(1)).saturating_add(1));
            }
            next.push(least);
            left = Some(to);
        }
        before = std::mem::replace(&mut row, next);
        last = Some(from);
    }
    row.last().copied().unwrap_or(usize::MAX)
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

    #[test]
    fn distances_count_edits_and_swaps() {
        for (a, b, expected) in [("ab", "ba", 1), ("kitten", "kittens", 1), ("a", "a", 0), ("", "ab", 2)] {
            assert_eq!(distance(a, b, 2), expected, "{a} {b}");
        }
    }
}
