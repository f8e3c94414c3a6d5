//! The known name that is nearest to one that nobody knows.

/// The name of `known` that is nearest to `word`: equal but for case and separators first, then by the number of
/// slips; a name may have as many as `most` says. Ties go to the first. `word` itself is not a suggestion.
#[must_use]
pub fn nearest<'n>(
    word: &str,
    known: impl IntoIterator<Item = &'n str>,
    most: impl Fn(&str) -> usize,
) -> Option<&'n str> {
    known
        .into_iter()
        .filter(|name| *name != word)
        .filter_map(|name| {
            let slips = if alike(name, word) { 0 } else { distance(word, name, most(name))? };
            // a name that shares no more than a character or two is no suggestion
            (slips < name.chars().count()).then_some((slips, name))
        })
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, name)| name)
}

/// Whether two names differ only in case and separators: `userName`, `user_name`, `UserName`.
#[must_use]
fn alike(a: &str, b: &str) -> bool {
    fn plain(text: &str) -> impl Iterator<Item = char> {
        text.chars().filter(|c| !matches!(c, '_' | '-' | '$')).flat_map(char::to_lowercase)
    }
    plain(a).eq(plain(b))
}

/// Insertions, deletions, replacements and swaps of neighbours that make `b` of `a`, up to `most`, without
/// regard to ASCII case. Names longer than 64 characters are near nothing.
pub(crate) fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    let lower = |text: &str| text.chars().take(65).map(|c| c.to_ascii_lowercase()).collect::<Vec<_>>();
    let (a, b) = (lower(a), lower(b));
    if a.len() > 64 || b.len() > 64 || a.len().abs_diff(b.len()) > most {
        return None;
    }
    // Three rows of the table: swaps look two back.
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut swapped: Option<char> = None;
    for (row, &x) in a.iter().enumerate() {
        let mut line = vec![row.saturating_add(1)];
        let mut left: Option<char> = None;
        for (column, &y) in b.iter().enumerate() {
            let at = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX);
            let next = column.saturating_add(1);
            let mut cost = at(&above, column).saturating_add(usize::from(x != y));
            cost = cost.min(at(&above, next).saturating_add(1)).min(at(&line, column).saturating_add(1));
            if let Some(two) = column.checked_sub(1)
                && left == Some(x)
                && swapped == Some(y)
            {
                cost = cost.min(at(&before, two).saturating_add(1));
            }
            line.push(cost);
            left = Some(y);
        }
        swapped = Some(x);
        before = std::mem::replace(&mut above, line);
    }
    above.last().copied().filter(|&cost| cost <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_swaps_once() {
        assert_eq!(distance("ab", "ba", 2), Some(1));
        assert_eq!(distance("contains", "contians", 2), Some(1));
        assert_eq!(distance("abc", "abcde", 2), Some(2));
        assert_eq!(distance("abc", "xyz", 2), None);
        assert_eq!(distance(&"a".repeat(70), &"a".repeat(70), 2), None);
    }

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
            let most = if word.len() <= 2 { 1 } else { 2 };
            assert_eq!(nearest(word, names, |_| most), expected, "{word}");
        }
        assert_eq!(nearest("totla", names, |_| 0), None);
    }
}
