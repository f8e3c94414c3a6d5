//! The only folders that files are read from.

use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use crate::failed::Failed;

/// Bytes of a file that is read: 64 MiB.
pub(crate) const FILE_BYTES: u64 = 64 << 20;

/// The folders that a server was started with.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Folders {
    /// Resolved, without links.
    folders: Vec<PathBuf>,
}

impl Folders {
    /// These folders, with links in their paths resolved.
    ///
    /// # Errors
    /// For the first that is not a folder that can be read.
    pub fn open(paths: &[PathBuf]) -> Result<Self, String> {
        let resolved = paths.iter().map(|path| {
            let resolved = path.canonicalize().map_err(|error| format!("{}: {error}", path.display()))?;
            if resolved.is_dir() { Ok(resolved) } else { Err(format!("{}: not a folder", path.display())) }
        });
        Ok(Self { folders: resolved.collect::<Result<_, _>>()? })
    }

    /// The text of a file in one of the folders. The file that is read is the one whose place was looked at: it is opened first,
    /// and its own path is asked of the system where that can be.
    pub(crate) fn read(&self, path: &str) -> Result<String, Failed> {
        let Some(first) = self.folders.first() else {
            return Err(Failed::denied(
                "no --folder was given".to_owned(),
                "this server reads no files",
                "give the data inline, or ask the person that you work for to start the server with `--folder DIR`",
            ));
        };
        if Path::new(path).components().any(|part| part == Component::ParentDir) {
            return Err(self.outside(path));
        }
        let full = first.join(path);
        let unreadable = |error: std::io::Error| {
            Failed::data(
                format!("`{path}` cannot be read: {error}"),
                "check the path; a relative one counts from the first folder",
            )
        };
        // what is outside is not even said to be there
        let resolved = full.canonicalize();
        match &resolved {
            Ok(resolved) if !self.contains(resolved) => return Err(self.outside(path)),
            Err(_) if !self.contains(&nearest(&full)) => return Err(self.outside(path)),
            Ok(_) | Err(_) => {}
        }
        let resolved = resolved.map_err(unreadable)?;
        let kind = std::fs::metadata(&resolved).map_err(unreadable)?;
        if !kind.is_file() {
            return Err(Failed::data(format!("`{path}` is not a file"), "name a file"));
        }
        let file = open(&resolved).map_err(unreadable)?;
        // a link that came in between is seen here
        if let Some(opened) = path_of(&file)
            && !self.contains(&opened)
        {
            return Err(self.outside(path));
        }
        let mut bytes = Vec::new();
        file.take(FILE_BYTES.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length > FILE_BYTES) {
            return Err(Failed::data(
                format!("`{path}` has more than {FILE_BYTES} bytes"),
                "use a smaller file, such as the first lines of it",
            ));
        }
        if bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            return Err(Failed::data(
                format!("`{path}` is compressed"),
                "ask the person that you work for to unpack it, or use `probelang filter`, which reads it",
            ));
        }
        String::from_utf8(bytes)
            .map_err(|_| Failed::data(format!("`{path}` is not UTF-8 text"), "name a file of JSON or NDJSON"))
    }

    fn contains(&self, path: &Path) -> bool {
        self.folders.iter().any(|folder| path.starts_with(folder))
    }

    fn outside(&self, path: &str) -> Failed {
        let folders: Vec<_> = self.folders.iter().map(|folder| folder.display().to_string()).collect();
        Failed::denied(
            format!("--folder {}", folders.join(" --folder ")),
            format!("`{path}` is outside of the folders that this server may read"),
            "name a file in one of these folders, or give the data inline",
        )
    }
}

/// The path with the longest part that exists resolved.
fn nearest(path: &Path) -> PathBuf {
    path.ancestors().find_map(|part| part.canonicalize().ok()).unwrap_or_default()
}

#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    // what has become a FIFO meanwhile must not wait for a writer
    File::options().read(true).custom_flags(nix::libc::O_NONBLOCK | nix::libc::O_NOFOLLOW).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

/// The path of an open file, where the system says it.
#[cfg(target_os = "linux")]
fn path_of(file: &File) -> Option<PathBuf> {
    use std::os::fd::AsRawFd as _;
    std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()
}

#[cfg(not(target_os = "linux"))]
fn path_of(_: &File) -> Option<PathBuf> {
    None
}
