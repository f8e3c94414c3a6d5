//! The page of redacted names is generated from the list: `UPDATE_DOCS=1 cargo test -p probelang --test redaction`
//! writes it.

#![cfg(test)]

use std::fmt::Write;

use probelang::redact::shape::{Shape, Shapes};
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
         ## Texts\n\n\
         A secret may be in a text under any name. The mode says what of a text is hidden because of what it says:\n\n\
         | mode | what leaves |\n|---|---|\n\
         | `off` (the default) | every text that no name or type hides |\n\
         | `targeted` | texts with `{redacted}` in place of each part that looks like a secret |\n\
         | `strict` | no text: only numbers, Booleans, null, sizes, names of types and names of fields |\n\n\
         | to | command | `probelang.toml` | library |\n|---|---|---|---|\n\
         | choose the mode | `--redaction targeted` | `redaction = \"targeted\"` | `Policy::with_mode` |\n\
         | look for a shape too | `--redact-shape email` | `redact-shapes = [\"email\"]` | `Policy::with_shapes` |\n\
         | not look for a shape | `--no-redact-shape high-entropy` | `no-redact-shapes = [\"high-entropy\"]` | `Policy::with_shapes` |\n\
         | add a pattern of your own | `--redact-pattern 'badge=B-[0-9]{4}'` | `redact-patterns = { badge = \"B-[0-9]{4}\" }` | `Policy::with_pattern`, `TextPattern` |\n\
         | let settings add to that, and take nothing from it | | | `Policy::with_texts_of` |\n\
         | see what is hidden of a text, and why | `probelang redaction --test TEXT` | | `Policy::masks` |\n\n\
         A shape or pattern that you add asks for `targeted` where no mode is named, and is an error with `off`. A pattern is written and\n\
         bounded as those of the function `matches` are; it matches in linear time. A shape that the command line asks for is looked for\n\
         whatever the file says.\n\n\
         The npm package and Python have the same settings under their own names: `redaction`, `redactShapes` or `redact_shapes`,\n\
         `noRedactShapes` or `no_redact_shapes`, `redactPatterns` or `redact_patterns`. A program with live probes reads them from\n\
         variables, which hide no less than its code does ([live.md](live.md#what-a-file-cannot-do)).\n\n\
         Expressions see the text, and can compare it. What a program gives does not show what is hidden: values, keys, messages, traces,\n\
         reasons, notes. Parts are found before a text is cut at a limit. In a message the parts of a template are looked at together too, so that a\n\
         secret in pieces is hidden. Under `targeted`, `substring`, an index or a loop that takes out characters of a hidden part is the fault\n\
         *redacted* (PL1105); under `strict` a text as the result is. The keys of a recorded map are texts; those of an object of a\n\
         plain document count as names of its fields, which `strict` shows, without the parts that `targeted` hides. `probelang filter` writes\n\
         records as `--redacted` does where a mode hides texts.\n\n\
         | shape | what it is | looked for |\n|---|---|---|\n",
    );
    for shape in Shape::ALL {
        let looked_for = if Shapes::default().contains(shape) { "yes" } else { "where you ask for it" };
        let _ = writeln!(page, "| `{}` | {} | {looked_for} |", shape.name(), shape.describes());
    }
    page.push_str(
        "\nOn the corpus of `crates/redact/tests/data` precision and recall are 1.000 (254 texts with a secret, 233 without). It was written\n\
         together with the shapes, so that other texts will be judged less well: what is hidden only by its look can be missed. A secret in a\n\
         number, in pieces over several values, or encoded is not recognised. Conditions remain an oracle: who may write\n\
         them can ask for a secret character by character. [SAFETY.md](../SAFETY.md) says what is guaranteed.\n\n\
         ## Names\n\n\
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
