//! What a package on a registry needs, which no compiler asks for: it describes itself, contains what it reads, and
//! depends on packages alone.

#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Where a crate keeps files of the repository, and where those are.
const LINKS: [(&str, &str, &str); 4] = [
    ("syntax", "grammar", "grammar"),
    ("cli", "data", "conformance/snapshots"),
    ("probelang", "docs", "docs"),
    ("mcp", "docs", "docs"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The packages of the workspace, as cargo understands them.
fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    metadata["packages"].as_array().expect("a list of packages").clone()
}

/// Those that `publish = false` does not keep here.
fn published() -> Vec<Value> {
    packages().into_iter().filter(|package| package["publish"].is_null()).collect()
}

fn name(package: &Value) -> &str {
    package["name"].as_str().expect("a name")
}

fn folder(package: &Value) -> PathBuf {
    let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
    manifest.parent().expect("a folder").to_path_buf()
}

#[track_caller]
fn assert_same(copy: &Path, original: &Path) {
    let read = |path: &Path| fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(
        read(copy) == read(original),
        "{} is not {}: make it a symbolic link again (on Windows, `git config core.symlinks true` before the checkout)",
        copy.display(),
        original.display()
    );
}

#[test]
fn every_published_crate_describes_itself() {
    let published = published();
    assert!(published.len() >= 12, "{} crates are published", published.len());
    for package in &published {
        for key in ["description", "license", "documentation", "rust_version"] {
            let text = package[key].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{} has no `{key}`", name(package));
        }
        for key in ["keywords", "categories"] {
            let count = package[key].as_array().map_or(0, Vec::len);
            assert!((1..=5).contains(&count), "{} has {count} `{key}`", name(package));
        }
        let readme = folder(package).join(package["readme"].as_str().unwrap_or("README.md"));
        let text = fs::read_to_string(&readme).unwrap_or_default();
        let title = text.lines().next().unwrap_or_default();
        let expected = if name(package) == "probelang-cli" { "probelang" } else { name(package) };
        assert_eq!(title, format!("# {expected}"), "the first line of {}", readme.display());
    }
}

#[test]
fn files_of_the_repository_are_in_the_packages_that_read_them() {
    let root = root();
    for package in &published() {
        for file in ["LICENSE", "NOTICE"] {
            assert_same(&folder(package).join(file), &root.join(file));
        }
    }
    for package in ["probelang", "cli"] {
        assert_same(&root.join("crates").join(package).join("README.md"), &root.join("README.md"));
    }
    for (package, copies, originals) in LINKS {
        let copies = root.join("crates").join(package).join(copies);
        let mut count = 0;
        for entry in fs::read_dir(&copies).expect("a folder of links") {
            let entry = entry.expect("an entry");
            let original = root.join(originals).join(entry.file_name());
            // a folder may also have files of its own
            if entry.file_type().expect("a type").is_symlink() || original.exists() {
                assert_same(&entry.path(), &original);
                count += 1;
            }
        }
        assert_ne!(count, 0, "{} is empty", copies.display());
    }
}

#[test]
fn published_crates_need_published_crates_of_their_own_version() {
    let published = published();
    for package in &published {
        let version = package["version"].as_str().expect("a version");
        let dependencies = package["dependencies"].as_array().expect("a list");
        for dependency in dependencies.iter().filter(|dependency| dependency["path"].is_string()) {
            let (user, used) = (name(package), name(dependency));
            if dependency["kind"] == "dev" {
                // With a version it would stay in the package, and has to be published first: a circle.
                assert_eq!(
                    dependency["req"], "*",
                    "{user}: write the development dependency {used} with its path alone"
                );
            } else {
                assert!(
                    published.iter().any(|other| name(other) == used),
                    "{user} needs {used}, which is not published"
                );
                assert_eq!(
                    dependency["req"],
                    format!("^{version}"),
                    "the version of {used} that {user} needs"
                );
            }
        }
    }
}
