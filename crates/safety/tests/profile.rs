//! The core keeps its overflow checks in release.

const MANIFEST: &str = include_str!("../../../Cargo.toml");

#[test]
fn the_core_never_wraps_silently_in_release() {
    let core = [
        "probelang",
        "probelang-capture",
        "probelang-check",
        "probelang-compile",
        "probelang-diagnostic",
        "probelang-host",
        "probelang-redact",
        "probelang-snapshot",
        "probelang-syntax",
        "probelang-vm",
    ];
    for package in core {
        let section = format!("[profile.release.package.{package}]\n");
        let body = MANIFEST.split_once(&section).map(|(_, rest)| rest.split('[').next().unwrap_or(rest));
        let kept = body.is_some_and(|body| body.lines().any(|line| line.trim() == "overflow-checks = true"));
        assert!(kept, "{package} is built in release without overflow checks");
    }
}
