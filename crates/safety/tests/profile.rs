//! The core keeps its overflow checks in release.

const MANIFEST: &str = include_str!("../../../Cargo.toml");

/// The settings of a section, one per line.
fn section<'a>(text: &'a str, name: &str) -> &'a str {
    let body = text.split_once(&format!("[{name}]\n")).map_or("", |(_, rest)| rest);
    body.split("\n[").next().unwrap_or(body)
}

#[test]
fn the_core_never_wraps_silently_in_release() {
    let set = |name: &str, line: &str| section(MANIFEST, name).lines().any(|found| found.trim() == line);
    assert!(set("profile.release", "overflow-checks = true"));
    let packages = MANIFEST.lines().filter_map(|line| line.strip_prefix("[profile.release.package."));
    let unchecked: Vec<_> = packages
        .filter_map(|rest| rest.strip_suffix(']'))
        .filter(|package| !set(&format!("profile.release.package.{package}"), "overflow-checks = true"))
        .collect();
    // Crates of others, and the benches.
    assert_eq!(unchecked, ["\"*\"", "probelang-bench"]);
}
