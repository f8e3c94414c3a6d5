//! On which rows a difference between two dialects rests.

use super::{Dialect, Preset, ROWS, Row};

/// Sets up to this size are searched whole; a larger one is found by leaving rows out.
const SEARCHED: usize = 3;

/// The smallest set of rows that, switched in `from` to the choice of `to`, makes `holds` true: empty where
/// it holds at once, `None` where no set does.
///
/// Among sets of one size the first in the order of the table is taken. Sets of one, two and three rows are
/// all tried; a larger set is one from which no row can be left out, and is sought only where `holds` is
/// true of `to` itself.
///
/// # Cost
/// Calls of `holds`, with n rows on which the dialects differ: at most n + n² / 2 + n³ / 6, plus n.
pub fn parting_rows(
    from: &Dialect,
    to: &Dialect,
    mut holds: impl FnMut(&Dialect) -> bool,
) -> Option<Vec<&'static Row>> {
    let rows: Vec<&'static Row> = ROWS.iter().filter(|row| (row.get)(from) != (row.get)(to)).collect();
    let mut test = |chosen: &[&'static Row]| {
        let mut dialect = *from;
        for row in chosen {
            (row.set)(&mut dialect, (row.get)(to));
        }
        holds(&dialect)
    };
    for size in 0..=SEARCHED.min(rows.len()) {
        let mut chosen = Vec::with_capacity(size);
        if choose(&rows, size, &mut chosen, &mut test) {
            return Some(chosen);
        }
    }
    if rows.len() <= SEARCHED || !test(&rows) {
        return None;
    }
    let mut kept = rows.clone();
    for row in rows {
        let fewer: Vec<&'static Row> = kept.iter().copied().filter(|kept| kept.name != row.name).collect();
        if test(&fewer) {
            kept = fewer;
        }
    }
    Some(kept)
}

/// What a preset makes of a program, beside the others.
#[derive(Debug)]
pub struct Parting<T> {
    /// The preset.
    pub preset: Preset,
    /// What it gives.
    pub outcome: T,
    /// The smallest set of rows that, switched in the first preset to the choice of this one, give the same;
    /// empty where the first gives the same as it is.
    pub rows: Vec<&'static Row>,
}

/// Runs something under several presets, and says where each parts from the first.
///
/// # Cost
/// One run a preset, and the search of [`parting_rows`] for each that differs from the first.
pub fn partings<T: PartialEq>(presets: &[Preset], mut run: impl FnMut(&Dialect) -> T) -> Vec<Parting<T>> {
    let mut partings: Vec<Parting<T>> = Vec::with_capacity(presets.len());
    for &preset in presets {
        let own = preset.dialect();
        let outcome = run(&own);
        let rows = match partings.first() {
            Some(first) => {
                let from = first.preset.dialect();
                parting_rows(&from, &own, |dialect| run(dialect) == outcome).unwrap_or_default()
            }
            None => Vec::new(),
        };
        partings.push(Parting { preset, outcome, rows });
    }
    partings
}

/// Extends `chosen` by `more` of `rows`, in order, until `test` holds.
fn choose(
    rows: &[&'static Row],
    more: usize,
    chosen: &mut Vec<&'static Row>,
    test: &mut impl FnMut(&[&'static Row]) -> bool,
) -> bool {
    let Some(left) = more.checked_sub(1) else { return test(chosen) };
    let mut rest = rows;
    while let Some((row, behind)) = rest.split_first() {
        chosen.push(row);
        if choose(behind, left, chosen, test) {
            return true;
        }
        chosen.pop();
        rest = behind;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use super::*;

    fn names(rows: Option<Vec<&'static Row>>) -> Option<Vec<&'static str>> {
        rows.map(|rows| rows.into_iter().map(|row| row.name).collect())
    }

    #[test]
    fn the_smallest_set_is_named_whatever_its_size() {
        let (from, to) = (Dialect::default(), Preset::Node.dialect());
        let needed = ["missing_key", "map_member", "len_object", "whole_float", "logic"];
        for size in 0..=needed.len() {
            let mut expected: Vec<_> =
                ROWS.iter().map(|row| row.name).filter(|name| needed[..size].contains(name)).collect();
            let found = parting_rows(&from, &to, |dialect| {
                needed[..size].iter().all(|name| {
                    let row = Row::find(name).unwrap();
                    (row.get)(dialect) == (row.get)(&to)
                })
            });
            let mut found = names(found).unwrap();
            expected.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn either_of_two_rows_is_one_row_and_never_is_none() {
        let (from, to) = (Dialect::default(), Preset::Java.dialect());
        let found = parting_rows(&from, &to, |dialect| {
            dialect.matches == to.matches || dialect.end_beyond == to.end_beyond
        });
        assert_eq!(names(found), Some(vec!["end_beyond"]));
        assert_eq!(names(parting_rows(&from, &to, |_| false)), None);
        assert_eq!(names(parting_rows(&from, &from, |_| false)), None);
    }

    #[test]
    fn presets_are_laid_beside_the_first() {
        let presets = [Preset::Java, Preset::Python, Preset::Ruby, Preset::Dotnet];
        let partings = partings(&presets, |dialect| dialect.matches);
        let rows: Vec<Vec<&str>> =
            partings.iter().map(|parting| parting.rows.iter().map(|row| row.name).collect()).collect();
        assert_eq!(rows, [vec![], vec!["matches"], vec!["matches"], vec!["matches"]]);
        assert_eq!(partings[1].outcome, Matches::Prefix);
        assert!(super::partings(&presets, |_| 1).iter().all(|parting| parting.rows.is_empty()));
    }

    #[test]
    fn a_set_holds_where_the_whole_preset_does_not() {
        let (from, to) = (Dialect::default(), Preset::Ruby.dialect());
        let found = parting_rows(&from, &to, |dialect| {
            dialect.missing_key == to.missing_key && dialect.missing_index == from.missing_index
        });
        assert_eq!(names(found), Some(vec!["missing_key"]));
    }
}
