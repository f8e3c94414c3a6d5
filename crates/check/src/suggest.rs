//! Which known name somebody meant.

/// The name of the schema that is nearest to `word`: within two slips, one where `word` has at most two characters.
pub(crate) fn nearest<'n>(word: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let most = if word.chars().count() <= 2 { 1 } else { 2 };
    probelang_syntax::nearest(word, known, |_| most)
}
