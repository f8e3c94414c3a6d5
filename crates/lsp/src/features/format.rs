//! The canonical spelling. Of a probe file only the expressions change that are spelled otherwise.

use gen_lsp_types::TextEdit;

use super::View;

pub(crate) fn format(view: View<'_>) -> Vec<TextEdit> {
    let units = view.analysis.units.iter();
    let all = units.flat_map(|placed| placed.unit.embedded.iter().map(|embedded| (placed.start, embedded)));
    all.filter(|(_, embedded)| {
        !view.analysis.is_probe_file || embedded.kind != probelang::ProgramKind::Template
    })
    .filter_map(|(start, embedded)| Some(view.edit(start, embedded.formatted(view.engine)?)))
    .collect()
}
