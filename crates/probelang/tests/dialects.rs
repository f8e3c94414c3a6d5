//! The dialect page is generated from the table: `UPDATE_DOCS=1 cargo test -p probelang --test dialects` writes it.

#![cfg(test)]

use probelang_dialect::{Preset, Row};
use std::fmt::Write;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/dialects.md");

fn row(page: &mut String, row: Row) {
    let _ = writeln!(page, "### `{}`\n\n{}.\n", row.name(), capital(row.title()));
    let _ = writeln!(page, "| choice | who | evidence |\n|---|---|---|");
    for (at, choice) in row.choices().iter().enumerate() {
        if at == 0 {
            let others = Preset::ALL
                .iter()
                .filter(|preset| row.presets().iter().all(|taken| taken.preset != **preset));
            let names: Vec<_> = others.map(|preset| preset.name()).collect();
            let _ = writeln!(page, "| {} | {} | the rule of the language |", choice, names.join(", "));
        }
        for taken in row.presets().iter().filter(|taken| taken.choice == at) {
            let _ = writeln!(
                page,
                "| {} | {} | {} |",
                choice,
                taken.preset.name(),
                row.known(taken.preset).expect("a choice of its own")
            );
        }
    }
    page.push('\n');
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn page() -> String {
    let mut page = String::from(
        "# Dialects\n\nWhere the runtimes part from the language, one row for each thing. Generated from \
         `crates/dialect/src/rows.rs`; the rules themselves stand in the [reference](language.md). A \
         dialect is one choice for each row; a preset is the choices of a runtime. `probelang diff` names the \
         rows on which an answer rests, `probelang check --targets` the places of an expression that they \
         touch.\n\n| preset | describes | verified |\n|---|---|---|\n",
    );
    for preset in Preset::ALL {
        let verified = if preset.is_verified() { "yes" } else { "**no**" };
        let _ = writeln!(page, "| `{}` | {} | {verified} |", preset.name(), preset.describes());
    }
    page.push_str(
        "\n*live*: the release named was run on programs that tell the choices apart \
         ([conformance/live](../conformance/live/README.md)); its answers are cases of this project. *case*: a case of the \
         tracer's own suite, by its id in `conformance/corpus`. *source*: the file or folder that was read, and its commit.\n\nA tracer's outright bug (a crash, a swallowed operand) is not emulated, and neither is a \
         weakness of redaction: Ruby hides redacted values only when they are printed; Node reads them in conditions, and \
         refuses templates and capture expressions that name one. Our rule holds under every preset; the portability check \
         names the place.\n",
    );
    let mut section = None;
    for of in Row::ALL {
        if section != Some(of.section()) {
            section = Some(of.section());
            let _ = writeln!(page, "\n## {}\n", of.section().title());
        }
        row(&mut page, of);
    }
    format!("{}\n", page.trim_end())
}

#[test]
fn the_dialect_page_says_what_the_table_says() {
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(PATH, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        page == written,
        "docs/dialects.md is stale: UPDATE_DOCS=1 cargo test -p probelang --test dialects"
    );
}
