//! The committed header is the one of the source.
#![cfg(test)]

use std::path::Path;

/// What stands above the declarations.
const HEADER: &str = "\
/* probelang.h: the probelang engine as a C library. Generated from bindings/c/src; do not edit.
 *
 * The guide is docs/c.md. The rules that hold for every function:
 *
 * - It returns a probelang_status and writes results to out-parameters. If it fails they are unchanged, unless it says otherwise.
 * - Text is a pointer and a length: UTF-8, without a zero at its end. Text that you pass in is lent for the length of the call.
 * - A handle has one owner, who frees it once, when no call uses it. Freeing null does nothing. A handle of the wrong type is an
 *   error; a handle that was freed, a wild pointer and a wrong length are undefined behaviour, as everywhere in C.
 * - A struct that begins with `size` may grow: set `size` to its sizeof, and fields that you do not need to zero.
 * - Nothing is global: no initialisation, no last error, no threads.
 *
 * If PROBELANG_RUNTIME_ONLY is defined, only the functions of a library without a front end are declared.
 */";

const AFTER: &str = "\
#ifndef PROBELANG_RUNTIME_ONLY
#define PROBELANG_FRONT_END
#endif";

fn generated() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config {
        header: Some(HEADER.to_owned()),
        after_includes: Some(AFTER.to_owned()),
        include_guard: Some("PROBELANG_H".to_owned()),
        language: cbindgen::Language::C,
        cpp_compat: true,
        line_length: 120,
        style: cbindgen::Style::Both,
        documentation_style: cbindgen::DocumentationStyle::C99,
        usize_is_size_t: true,
        no_includes: true,
        sys_includes: ["stddef.h", "stdint.h"].map(str::to_owned).to_vec(),
        enumeration: cbindgen::EnumConfig {
            rename_variants: cbindgen::RenameRule::QualifiedScreamingSnakeCase,
            ..Default::default()
        },
        export: cbindgen::ExportConfig { include: enums(root), ..Default::default() },
        defines: [("feature = front-end".to_owned(), "PROBELANG_FRONT_END".to_owned())].into(),
        ..Default::default()
    };
    let bindings =
        cbindgen::Builder::new().with_config(config).with_src(root.join("src/lib.rs")).generate().unwrap();
    let mut header = Vec::new();
    bindings.write(&mut header);
    String::from_utf8(header).unwrap()
}

/// The enums: functions take them as numbers, so that none of them can be invalid.
fn enums(root: &Path) -> Vec<String> {
    let (mut names, mut folders) = (Vec::new(), vec![root.join("src")]);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(path).unwrap();
            let found = source.lines().filter_map(|line| line.strip_prefix("pub enum ")?.split_once(' '));
            names.extend(found.map(|(name, _)| name.to_owned()));
        }
    }
    names.sort();
    names
}

#[test]
fn the_committed_header_is_the_one_of_the_source() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/probelang.h");
    let header = generated();
    if std::env::var_os("UPDATE_DATA").is_some() {
        std::fs::write(&path, &header).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == header, "the header is old: UPDATE_DATA=1 cargo test -p probelang-c --test header");
}
