//! Patterns of file names.

/// Whether `path`, with `/` between its parts, matches: `*` stands for any characters of one part, `**` for any parts.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.strip_prefix("./").unwrap_or(pattern).split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    walk(&pattern, &path, |pattern, part| {
        let (pattern, part): (Vec<char>, Vec<char>) = (pattern.chars().collect(), part.chars().collect());
        walk_with(&pattern, &part, |c| *c == '*', |a, b| a == b)
    })
}

fn walk(pattern: &[&str], path: &[&str], same: impl Fn(&str, &str) -> bool) -> bool {
    walk_with(pattern, path, |part| *part == "**", |a, b| same(a, b))
}

/// Whether `items` match, where an item of `pattern` for which `is_any` holds stands for any of them. It goes back to the last such
/// item only, so that it takes no more than the product of both lengths.
fn walk_with<T>(
    pattern: &[T],
    items: &[T],
    is_any: impl Fn(&T) -> bool,
    same: impl Fn(&T, &T) -> bool,
) -> bool {
    let (mut at, mut item) = (0usize, 0usize);
    let mut back: Option<(usize, usize)> = None;
    while let Some(one) = items.get(item) {
        match pattern.get(at) {
            Some(any) if is_any(any) => {
                back = Some((at, item));
                at += 1;
            }
            Some(own) if same(own, one) => {
                at += 1;
                item += 1;
            }
            _ => match back {
                Some((any, from)) => {
                    back = Some((any, from + 1));
                    (at, item) = (any + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(is_any)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_parts_of_paths() {
        for (pattern, path, expected) in [
            ("probes/*.json", "probes/a.json", true),
            ("probes/*.json", "probes/x/a.json", false),
            ("./probes/*.json", "probes/a.json", true),
            ("**/*.probes.json", "a/b/c.probes.json", true),
            ("**/*.probes.json", "c.probes.json", true),
            ("probes/**", "probes/a/b.json", true),
            ("*a*b*", "xaxxbx", true),
            ("*a*b", "xaxxbx", false),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
