//! The page of codes is generated from the registry: `UPDATE_DOCS=1 cargo test -p probelang --test codes` writes it.

#![cfg(test)]

use std::fmt::Write;

use probelang::diagnostic::Code;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/codes.md");

/// The first digits of a group of codes, and what the group is about.
const GROUPS: &[(&str, &str)] = &[
    ("PL01", "Tokens"),
    ("PL02", "Syntax"),
    ("PL03", "Templates"),
    ("PL04", "Wire JSON"),
    ("PL05", "Limits on text, tree and cost"),
    ("PL06", "Programs"),
    ("PL07", "Warnings"),
    ("PL08", "Differences between runtimes"),
    ("PL09", "Schemas"),
    ("PL10", "Faults: undefined"),
    ("PL11", "Faults: redacted"),
    ("PL12", "Faults: unreadable"),
    ("PL13", "Faults: wrong kind"),
    ("PL14", "Faults: out of range"),
    ("PL15", "Faults: limits"),
    ("PL16", "Faults: patterns"),
    ("PL19", "Faults: internal errors"),
    ("PL20", "Data"),
    ("PL30", "Probe configurations"),
];

/// Text of a terminal as Markdown: what looks like an element is not one.
fn escaped(text: &str) -> String {
    text.replace('<', "\\<").replace('*', "\\*").replace('_', "\\_")
}

fn page() -> String {
    let mut page = String::from(
        "# Codes\n\nEvery diagnostic and every fault has a stable code. A released number never gets another \
         meaning. `probelang explain CODE` prints the same text. Generated from \
         `crates/diagnostic/data/pages.txt`.\n",
    );
    let mut group = None;
    for code in Code::all() {
        let of = GROUPS.iter().find(|(digits, _)| code.text().starts_with(digits));
        let (_, title) = of.unwrap_or_else(|| panic!("{code} is in no group of this page"));
        if group != Some(title) {
            group = Some(title);
            let _ = writeln!(page, "\n## {title}");
        }
        let explained = code.page();
        let anchor = code.text().to_ascii_lowercase();
        let _ = write!(
            page,
            "\n<a id=\"{anchor}\"></a>\n### {code}: {}\n\n{}, class {}\n\n{}\n",
            escaped(code.title()),
            code.severity().name(),
            code.class().name(),
            escaped(explained.text)
        );
        if let Some(example) = explained.example {
            let _ = write!(page, "\n```console\n$ probelang {example}\n```\n");
        }
    }
    page
}

#[test]
fn the_page_of_codes_says_what_the_registry_says() {
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(PATH, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(PATH).unwrap_or_default();
    assert!(page == written, "docs/codes.md is stale: UPDATE_DOCS=1 cargo test -p probelang --test codes");
    for code in Code::all() {
        let url = code.url();
        let anchor = url.strip_prefix("docs/codes.md#").expect("the code is on this page");
        assert_eq!(page.matches(&format!("<a id=\"{anchor}\"></a>")).count(), 1, "{code}");
    }
}
