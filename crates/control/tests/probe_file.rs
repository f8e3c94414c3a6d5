//! Which probe files are loaded.

#![cfg(test)]

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use common::{file, folder, mode};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use probelang_control::{Refusal, read};

/// The message of what is refused.
fn refusal(path: &Path) -> String {
    read(path).unwrap_err().to_string()
}

#[test]
fn a_file_of_the_user_in_a_folder_of_the_user_is_loaded() {
    let folder = folder("loaded");
    let path = file(folder.join("probes.json"), "[]");
    for (of_file, of_folder) in [(0o600, 0o700), (0o644, 0o755), (0o400, 0o500), (0o444, 0o1755)] {
        mode(&path, of_file);
        mode(&folder, of_folder);
        assert_eq!(read(&path).unwrap(), "[]", "{of_file:o} in {of_folder:o}");
    }
    mode(&folder, 0o700);
    assert_eq!(read(&folder.join("../loaded/./probes.json")).unwrap(), "[]");
}

#[test]
fn what_others_can_write_is_refused_and_the_message_says_what_helps() {
    let folder = folder("writable");
    let path = file(folder.join("probes.json"), "[]");
    for of_file in [0o620, 0o602, 0o666] {
        mode(&path, of_file);
        let message = refusal(&path);
        let wanted = format!("the file `{}` may be written by others (mode {of_file:04o})", path.display());
        assert!(message.starts_with(&wanted) && message.contains("chmod go-w"), "{message}");
    }
    mode(&path, 0o600);
    // in a folder with the sticky bit others can still make a file that is not there at the moment
    for of_folder in [0o770, 0o707, 0o777, 0o1777, 0o2775] {
        mode(&folder, of_folder);
        let message = refusal(&path);
        let wanted =
            format!("the folder `{}` may be written by others (mode {of_folder:04o})", folder.display());
        assert!(message.starts_with(&wanted), "{message}");
    }
    mode(&folder, 0o700);
    assert!(read(&path).is_ok());
}

#[test]
fn links_are_followed_to_what_is_as_safe() {
    let folder = folder("links");
    let (one, two) = (folder.join("one"), folder.join("two"));
    for folder in [&one, &two] {
        fs::create_dir(folder).unwrap();
        mode(folder, 0o755);
    }
    let target = file(one.join("probes.json"), "[1]");
    let link = two.join("probes.json");
    symlink("../one/probes.json", &link).unwrap();
    assert_eq!(read(&link).unwrap(), "[1]");
    // an absolute one, and one to a folder
    let absolute = two.join("absolute.json");
    symlink(&target, &absolute).unwrap();
    assert_eq!(read(&absolute).unwrap(), "[1]");
    symlink("one", folder.join("current")).unwrap();
    assert_eq!(read(&folder.join("current/probes.json")).unwrap(), "[1]");
    // the folder of the link counts as the folder of the file does
    mode(&two, 0o777);
    assert!(refusal(&link).starts_with(&format!("the folder `{}`", two.display())));
    mode(&two, 0o755);
    mode(&one, 0o777);
    assert!(refusal(&link).starts_with(&format!("the folder `{}`", one.display())));
    mode(&one, 0o755);
    // so does that of a link on the way, where the sticky bit suffices
    mode(&folder, 0o777);
    assert!(refusal(&folder.join("current/probes.json")).starts_with("the folder"));
    assert!(read(&target).is_ok(), "no link leads to it");
    mode(&folder, 0o1777);
    assert_eq!(read(&folder.join("current/probes.json")).unwrap(), "[1]");
    mode(&folder, 0o700);
}

#[test]
fn a_volume_of_kubernetes_is_read() {
    let volume = folder("volume");
    for (version, text) in [("..2026_11_29", "[1]"), ("..2026_11_30", "[2]")] {
        fs::create_dir(volume.join(version)).unwrap();
        mode(&volume.join(version), 0o755);
        file(volume.join(version).join("probes.json"), text);
    }
    symlink("..2026_11_29", volume.join("..data")).unwrap();
    symlink("..data/probes.json", volume.join("probes.json")).unwrap();
    assert_eq!(read(&volume.join("probes.json")).unwrap(), "[1]");
    symlink("..2026_11_30", volume.join("..data_tmp")).unwrap();
    fs::rename(volume.join("..data_tmp"), volume.join("..data")).unwrap();
    assert_eq!(read(&volume.join("probes.json")).unwrap(), "[2]");
}

#[test]
fn what_belongs_to_another_user_is_refused() {
    use nix::fcntl::AtFlags;
    if !nix::unistd::geteuid().is_root() {
        // only root can make it so
        return;
    }
    let folder = folder("owners");
    let give = |path: &Path, user: u32| {
        let flags = AtFlags::AT_SYMLINK_NOFOLLOW;
        nix::unistd::fchownat(nix::fcntl::AT_FDCWD, path, Some(user.into()), None, flags).unwrap();
    };
    let path = file(folder.join("probes.json"), "[]");
    symlink(".", folder.join("link")).unwrap();
    for (what, given, path) in [
        ("the file", path.clone(), path.clone()),
        ("the folder", folder.clone(), path),
        ("the link", folder.join("link"), folder.join("link/probes.json")),
    ] {
        give(&given, 12_345);
        let message = refusal(&path);
        let wanted = format!("{what} `{}` belongs to user 12345", given.display());
        assert!(message.starts_with(&wanted) && message.contains("user 0, who runs"), "{message}");
        give(&given, 0);
        assert!(read(&path).is_ok());
    }
}

#[test]
fn links_without_an_end_are_refused() {
    let folder = folder("loops");
    symlink("b", folder.join("a")).unwrap();
    symlink("a", folder.join("b")).unwrap();
    assert!(matches!(read(&folder.join("a")), Err(Refusal::Links { .. })));
    symlink("nowhere", folder.join("dangling")).unwrap();
    assert!(matches!(read(&folder.join("dangling")), Err(Refusal::Missing { .. })));
    symlink("self/self", folder.join("self")).unwrap();
    assert!(matches!(read(&folder.join("self")), Err(Refusal::Links { .. })));
}

#[test]
fn what_is_not_a_regular_file_is_refused_without_waiting() {
    let folder = folder("kinds");
    let path = folder.join("probes.json");
    mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
    assert_eq!(refusal(&path), format!("`{}` is a FIFO, and only a regular file is loaded", path.display()));
    fs::remove_file(&path).unwrap();
    let _socket = UnixListener::bind(&path).unwrap();
    assert!(refusal(&path).contains("is a socket"));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(refusal(&path).contains("is a folder"));
    assert!(refusal(&path.join("..")).contains("is a folder"));
    fs::remove_dir(&path).unwrap();
    symlink("/dev/zero", &path).unwrap();
    assert!(refusal(&path).contains("is a device"));
    file(folder.join("file"), "");
    assert!(refusal(&folder.join("file/probes.json")).contains("ot a directory"));
    assert!(refusal(Path::new("/")).contains("is a folder"));
    assert!(refusal(Path::new("probes.json")).contains("not absolute"));
}

#[test]
fn a_file_has_at_most_16_mib_and_is_text() {
    let folder = folder("sizes");
    let path = file(folder.join("probes.json"), "");
    let most = 16 << 20;
    fs::write(&path, vec![b' '; most]).unwrap();
    assert_eq!(read(&path).unwrap().len(), most);
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(most as u64 + 1).unwrap();
    assert_eq!(refusal(&path), format!("`{}` has more than 16777216 bytes", path.display()));
    fs::write(&path, b"[\"\xff\"]").unwrap();
    assert_eq!(refusal(&path), format!("`{}` is not UTF-8", path.display()));
}

/// Where the system lets this process mount something, which it does not everywhere.
#[test]
#[cfg(target_os = "linux")]
fn on_a_read_only_mount_the_folder_may_be_anybodys() {
    const MOUNTED: &str = "PROBELANG_TEST_MOUNTED";
    if let Some(mounted) = std::env::var_os(MOUNTED) {
        let path = Path::new(&mounted).join("volume/probes.json");
        assert_eq!(read(&path).unwrap(), "[]\n");
        // the file itself is not
        assert!(refusal(&Path::new(&mounted).join("volume/wide.json")).starts_with("the file"));
        return;
    }
    let own = |arguments: &[&str]| {
        let mut command = std::process::Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount"]).args(arguments);
        command
    };
    if !own(&["true"]).output().is_ok_and(|output| output.status.success()) {
        return;
    }
    let folder = folder("mount");
    let script = r#"mount -t tmpfs none "$0" && cd "$0" && mkdir volume && echo "[]" > volume/probes.json &&
        echo "[]" > volume/wide.json && chmod 666 volume/wide.json && chmod 644 volume/probes.json && chmod 777 volume &&
        mount -o remount,ro "$0" && exec "$1" --exact on_a_read_only_mount_the_folder_may_be_anybodys"#;
    let test = std::env::current_exe().unwrap();
    let output = own(&["sh", "-c", script, folder.to_str().unwrap(), test.to_str().unwrap()])
        .env(MOUNTED, &folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}
