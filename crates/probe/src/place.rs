//! Where a probe belongs: a function, or a line of a file.
//!
//! A configuration names a place as a person sees it, a process knows it by its own full names. This module matches the
//! two. What fits two places of a process fits neither: a probe in the wrong function is worse than an error.

/// A name of a configuration, looked for among those of a process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Match<T> {
    /// There is none.
    None,
    /// It is this one.
    One(T),
    /// It may be either of these two, and perhaps more.
    Tie(T, T),
}

/// Finds the type that `wanted` names among the types of a process.
///
/// The exact name is the type. Without one, a type whose name ends in `wanted`, after one of the separators `.`, `::` and
/// `$`, is meant: `Cart` is `com.acme.Cart` and `acme::cart::Cart`, but not `com.acme.SubCart`.
///
/// ```
/// use probelang_probe::place::{Match, find_type};
/// let types = ["com.acme.Cart", "com.acme.SubCart", "com.other.Cart"];
/// assert_eq!(find_type("acme.Cart", types), Match::One("com.acme.Cart"));
/// assert_eq!(find_type("Cart", types), Match::Tie("com.acme.Cart", "com.other.Cart"));
/// ```
///
/// # Cost
/// Linear in the names.
pub fn find_type<'t>(wanted: &str, types: impl IntoIterator<Item = &'t str>) -> Match<&'t str> {
    let mut found = Match::None;
    for name in types {
        if name == wanted {
            return Match::One(name);
        }
        if is_suffix(name, wanted) {
            found = match found {
                Match::None => Match::One(name),
                // a type that is listed twice is one type
                Match::One(first) if first != name => Match::Tie(first, name),
                found => found,
            };
        }
    }
    found
}

fn is_suffix(name: &str, wanted: &str) -> bool {
    !wanted.is_empty()
        && name
            .strip_suffix(wanted)
            .is_some_and(|before| before.ends_with(['.', '$']) || before.ends_with("::"))
}

/// Finds the file that `wanted` names among the files of a process: the one whose path has the longest ending in common
/// with `wanted`, component by component, the name of the file at least.
///
/// A checkout lies elsewhere than what was deployed, so leading folders on either side may differ: `src/shop/cart.py` finds
/// `/app/shop/cart.py`. Both slashes separate. Case counts; only where nothing fits is it ignored. A path that is `wanted`
/// as a whole wins over longer ones.
///
/// ```
/// use probelang_probe::place::{Match, find_file};
/// let files = ["/app/shop/cart.py", "/app/shop/tests/cart.py"];
/// assert_eq!(find_file("src/shop/cart.py", files), Match::One("/app/shop/cart.py"));
/// assert_eq!(find_file("cart.py", files), Match::Tie("/app/shop/cart.py", "/app/shop/tests/cart.py"));
/// ```
///
/// # Cost
/// Linear in the paths.
pub fn find_file<'f>(wanted: &str, files: impl IntoIterator<Item = &'f str> + Clone) -> Match<&'f str> {
    let same = |a: &str, b: &str| a == b;
    match best(wanted, files.clone(), same) {
        Match::None => best(wanted, files, |a, b| a.to_lowercase() == b.to_lowercase()),
        found => found,
    }
}

fn best<'f>(
    wanted: &str,
    files: impl IntoIterator<Item = &'f str>,
    same: impl Fn(&str, &str) -> bool + Copy,
) -> Match<&'f str> {
    let components = parts(wanted).count();
    let mut found = Match::None;
    let mut most = (0, false);
    for path in files {
        let common = common(path, wanted, same);
        let rank = (common, common == components && parts(path).count() == components);
        if common == 0 || rank < most {
            continue;
        }
        found = match found {
            Match::One(first) if rank == most && first != path => Match::Tie(first, path),
            Match::One(first) if rank == most => Match::One(first),
            Match::Tie(first, second) if rank == most => Match::Tie(first, second),
            _ => Match::One(path),
        };
        most = rank;
    }
    found
}

fn common(path: &str, wanted: &str, same: impl Fn(&str, &str) -> bool) -> usize {
    parts(path).zip(parts(wanted)).take_while(|(a, b)| same(a, b)).count()
}

/// The components of a path, the last first. `.` and doubled slashes are none.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.rsplit(['/', '\\']).filter(|part| !part.is_empty() && *part != ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_its_exact_name_or_the_only_one_that_ends_so() {
        let types = ["Cart", "com.acme.Cart", "acme::cart::Cart", "com.acme.Shop$Item", "com.acme.SubItem"];
        assert_eq!(find_type("Cart", types), Match::One("Cart"));
        assert_eq!(find_type("cart::Cart", types), Match::One("acme::cart::Cart"));
        assert_eq!(find_type("Item", types), Match::One("com.acme.Shop$Item"));
        assert_eq!(find_type("tem", types), Match::None);
        assert_eq!(find_type("", types), Match::None);
        assert_eq!(find_type("Cart", ["a.Cart", "a.Cart"]), Match::One("a.Cart"));
        assert_eq!(find_type("Cart", ["a.Cart", "b.Cart", "Cart"]), Match::One("Cart"));
        // one colon is no separator
        assert_eq!(find_type("Cart", ["acme:Cart"]), Match::None);
    }

    #[test]
    fn the_file_with_the_longest_common_ending_is_meant() {
        let files = ["/app/shop/cart.py", "/app/shop/old/cart.py", "/app/lib/Cart.py"];
        for (wanted, found) in [
            ("shop/cart.py", Match::One(files[0])),
            ("repo/src/shop/cart.py", Match::One(files[0])),
            ("old/cart.py", Match::One(files[1])),
            ("C:\\repo\\shop\\old\\cart.py", Match::One(files[1])),
            ("cart.py", Match::Tie(files[0], files[1])),
            ("lib/cart.py", Match::Tie(files[0], files[1])),
            ("Cart.py", Match::One(files[2])),
            ("CART.PY", Match::Tie(files[0], files[1])),
            ("LIB/CART.PY", Match::One(files[2])),
            ("basket.py", Match::None),
            ("art.py", Match::None),
            ("", Match::None),
            ("./shop//cart.py", Match::One(files[0])),
        ] {
            assert_eq!(find_file(wanted, files), found, "{wanted}");
        }
    }

    #[test]
    fn the_path_itself_wins_over_longer_ones() {
        assert_eq!(find_file("a/b.py", ["x/a/b.py", "a/b.py"]), Match::One("a/b.py"));
        assert_eq!(find_file("b.py", ["x/b.py", "b.py", "y/b.py"]), Match::One("b.py"));
    }
}
