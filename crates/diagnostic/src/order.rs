//! Sorting by numbers.

/// Sorts by a key that is a number; what has the same key keeps its order.
///
/// The same as `sort_by_key`, for lists that are short or sorted seldom: the sort itself is compiled once, where the one of
/// the standard library takes 5 KB of code for each type.
///
/// ```
/// let mut names = ["bb", "a", "cc", "d"];
/// probelang_diagnostic::order::sort_by_number(&mut names, |name| name.len() as u128);
/// assert_eq!(names, ["a", "d", "bb", "cc"]);
/// ```
///
/// # Cost
/// `n log n`, and 32 bytes for each element.
pub fn sort_by_number<T>(list: &mut [T], key: impl Fn(&T) -> u128) {
    if list.len() < 2 {
        return;
    }
    let mut from = sorted(list.iter().map(key).zip(0..).collect());
    for start in 0..list.len() {
        // an element that is in its place comes from there
        let mut at = start;
        while let Some(next) = from.get_mut(at).map(|from| std::mem::replace(from, at)) {
            if next == start {
                break;
            }
            list.swap(at, next);
            at = next;
        }
    }
}

/// Where the element of each place is before the sort.
fn sorted(mut keys: Vec<(u128, usize)>) -> Vec<usize> {
    // places differ, so that no two are equal
    keys.sort_unstable();
    keys.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::sort_by_number;

    #[test]
    fn every_list_is_sorted_as_the_standard_library_does() {
        // all lists of up to six keys out of four
        for len in 0..=6_u32 {
            for code in 0..4_u32.pow(len) {
                let mut list: Vec<(u32, u32)> = (0..len).map(|at| (code / 4_u32.pow(at) % 4, at)).collect();
                let mut wanted = list.clone();
                wanted.sort_by_key(|(key, _)| *key);
                sort_by_number(&mut list, |(key, _)| u128::from(*key));
                assert_eq!(list, wanted);
            }
        }
    }
}
