//! The rows on which a difference between two dialects rests.

use crate::{Dialect, Row};

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
pub fn deciding_rows(
    from: &Dialect,
    to: &Dialect,
    mut holds: impl FnMut(&Dialect) -> bool,
) -> Option<Vec<Row>> {
    let rows: Vec<Row> = Row::ALL.into_iter().filter(|row| row.get(from) != row.get(to)).collect();
    let mut test = |chosen: &[Row]| {
        let mut dialect = *from;
        for row in chosen {
            row.set(&mut dialect, row.get(to));
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
        let fewer: Vec<Row> = kept.iter().copied().filter(|&kept| kept != row).collect();
        if test(&fewer) {
            kept = fewer;
        }
    }
    Some(kept)
}

/// Extends `chosen` by `more` of `rows`, in order, until `test` holds.
fn choose(rows: &[Row], more: usize, chosen: &mut Vec<Row>, test: &mut impl FnMut(&[Row]) -> bool) -> bool {
    let Some(left) = more.checked_sub(1) else { return test(chosen) };
    let mut rest = rows;
    while let Some((row, after)) = rest.split_first() {
        chosen.push(*row);
        if choose(after, left, chosen, test) {
            return true;
        }
        chosen.pop();
        rest = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Preset;

    #[test]
    fn the_smallest_set_is_found_whatever_its_size() {
        let (from, to) = (Dialect::default(), Preset::Node.dialect());
        // in the order of the table
        let needed = [Row::MissingKey, Row::MapMember, Row::Logic, Row::LenObject, Row::WholeFloat];
        for size in 0..=needed.len() {
            let found = deciding_rows(&from, &to, |dialect| {
                needed[..size].iter().all(|row| row.get(dialect) == row.get(&to))
            });
            assert_eq!(found.as_deref(), Some(&needed[..size]));
        }
    }

    #[test]
    fn either_of_two_rows_is_one_row_and_never_is_none() {
        let (from, to) = (Dialect::default(), Preset::Java.dialect());
        let found = deciding_rows(&from, &to, |dialect| {
            dialect.matches == to.matches || dialect.end_beyond == to.end_beyond
        });
        assert_eq!(found, Some(vec![Row::EndBeyond]));
        assert_eq!(deciding_rows(&from, &to, |_| false), None);
        assert_eq!(deciding_rows(&from, &from, |_| false), None);
    }

    #[test]
    fn a_set_is_found_where_the_whole_preset_does_not_satisfy() {
        let (from, to) = (Dialect::default(), Preset::Ruby.dialect());
        let found = deciding_rows(&from, &to, |dialect| {
            dialect.missing_key == to.missing_key && dialect.missing_index == from.missing_index
        });
        assert_eq!(found, Some(vec![Row::MissingKey]));
    }
}
