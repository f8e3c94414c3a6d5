//! The page of redacted names is generated from the list: `UPDATE_DOCS=1 cargo test -p probelang --test redaction`
//! writes it.

#![cfg(test)]

use std::fmt::Write;

use probelang::redact::{Policy, built_in_names};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/redaction.md");

fn page() -> String {
    let mut page = String::from(
        "# Redaction\n\n\
         <!-- written by crates/probelang/tests/redaction.rs: UPDATE_DOCS=1 cargo test -p probelang --test redaction -->\n\n\
         A value under one of these names is hidden wherever it is read or printed. Names are compared whole, in lower case\n\
         without `_ - $ @ . #` and without blanks around them, so that `Access-Token`, `access_token` and `accessToken` are one name.\n\
         Other spellings of a name are hidden too: `HTTP_AUTHORIZATION`, `#password`, `Symbol(token)`, `_Account__pin`,\n\
         `Account::password`.\n\n\
         | to | command | library |\n|---|---|---|\n\
         | hide more names | `--redact badge,seat` | `Policy::with_names` |\n\
         | show what a name hides | `--redact-exclude session` | `Policy::without_names` |\n\
         | hide values by their type; `*` is any text | `--redact-type 'com.acme.Card*'` | `Policy::with_types` |\n\
         | list what is hidden, or ask for one name | `probelang redaction`, `probelang redaction NAME` | `Policy::names`, `Policy::name_rule` |\n\n\
         A fault *redacted* says which rule hid the value. No type is built in.\n\n\
         | built-in name | taken out by |\n|---|---|\n",
    );
    for name in built_in_names() {
        let _ = writeln!(page, "| `{name}` | `--redact-exclude {name}` |");
    }
    page
}

#[test]
fn the_page_lists_what_is_built_in() {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(PATH, page()).unwrap();
    }
    let written = std::fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        written == page(),
        "docs/redaction.md is old: UPDATE_DOCS=1 cargo test -p probelang --test redaction"
    );
}

#[test]
fn each_setting_takes_its_name_out() {
    for name in built_in_names() {
        assert!(Policy::built_in().redacts_name(name));
        assert!(!Policy::built_in().without_names([name]).redacts_name(name), "{name}");
    }
}
