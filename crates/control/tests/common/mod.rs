//! What the tests share: folders of their own, and waiting for conditions.

#![allow(dead_code, reason = "each test uses a part")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// An empty folder of this name that only its owner can use.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    mode(&folder, 0o700);
    folder
}

/// Sets the permissions of a file or folder.
pub fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A file that only its owner can write.
pub fn file(path: PathBuf, text: &str) -> PathBuf {
    fs::write(&path, text).unwrap();
    mode(&path, 0o600);
    path
}

/// Puts a text in the place of a file at once, as one should.
pub fn replace(path: &Path, text: &str) {
    let new = path.with_extension("new");
    file(new.clone(), text);
    fs::rename(new, path).unwrap();
}

/// Waits until something holds, as long as it takes within reason.
pub fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
