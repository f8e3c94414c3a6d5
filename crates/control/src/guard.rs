//! Whether a probe file may be trusted, and its text if so.
//!
//! A probe file decides what of a program is written down and sent away, so only who may change the program may change it.
//! A path is walked from descriptor to descriptor, and what is checked is what is read: whoever swaps a folder or a link
//! meanwhile changes nothing. Nothing that is not a regular file is opened, so a FIFO cannot stop the program.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Component, Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, open, openat, readlinkat};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat, fstatat};
use nix::sys::statvfs::{FsFlags, fstatvfs};
use nix::unistd::geteuid;
use probelang_probe::config::FILE_BYTES;

/// Symbolic links that are followed on the way to a file, as many as Linux follows.
const LINKS: usize = 40;

/// Why a probe file is not loaded. Each message names the file or folder, and what would help.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such file.
    #[error("there is no file `{}`", .path.display())]
    Missing {
        /// The file, or a folder on the way to it.
        path: PathBuf,
    },
    /// It is something else than a file.
    #[error("`{}` is {what}, and only a regular file is loaded", .path.display())]
    NotAFile {
        /// What is there.
        path: PathBuf,
        /// What it is, with an article.
        what: &'static str,
    },
    /// It is too long.
    #[error("`{}` has more than {FILE_BYTES} bytes", .path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// Somebody else owns the file, its folder or a link to it, and may change it at any time.
    #[error("{what} `{}` belongs to user {owner}; it has to belong to root or to user {user}, who runs the program", .path.display())]
    Owner {
        /// Whose owner is wrong: a file, a folder, a link.
        what: &'static str,
        /// Where it is.
        path: PathBuf,
        /// Who owns it.
        owner: u32,
        /// Who runs the program.
        user: u32,
    },
    /// Others may write the file, or other files into its folder.
    #[error("{what} `{}` may be written by others (mode {mode:04o}); `chmod go-w` takes that away", .path.display())]
    Writable {
        /// What may be written: a file or a folder.
        what: &'static str,
        /// Where it is.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Links lead to links, without an end.
    #[error("`{}` leads through more than {LINKS} symbolic links", .path.display())]
    Links {
        /// The path.
        path: PathBuf,
    },
    /// It is not text.
    #[error("`{}` is not UTF-8", .path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// The system says so.
    #[error("`{}` cannot be read: {error}", .path.display())]
    System {
        /// The file or folder.
        path: PathBuf,
        /// What it says.
        error: io::Error,
    },
}

/// A file as it was when it was looked at. A file that was replaced or written since has another one, unless it was written
/// within the same tick of the clock of its file system.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stamp {
    file: (u64, u64),
    bytes: i64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    #[allow(
        clippy::unnecessary_cast,
        clippy::useless_conversion,
        reason = "the types differ between systems"
    )]
    fn of(stat: &FileStat) -> Self {
        Self {
            file: identity(stat),
            bytes: stat.st_size.into(),
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            changed: (stat.st_ctime as i64, stat.st_ctime_nsec as i64),
        }
    }

    /// When the file was last changed, in seconds since the epoch.
    pub(crate) const fn changed_at(&self) -> i64 {
        self.changed.0
    }
}

/// What tells a file or folder apart from all others of the system.
#[allow(clippy::unnecessary_cast, reason = "the types differ between systems")]
const fn identity(stat: &FileStat) -> (u64, u64) {
    (stat.st_dev as u64, stat.st_ino as u64)
}

/// A folder in which a name was looked up on the way to a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Folder {
    pub path: PathBuf,
    pub identity: (u64, u64),
}

/// Where a path leads.
#[derive(Debug)]
pub(crate) struct Way {
    /// The folders whose change may lead the path elsewhere: those of links and that of the file, or of what is missing.
    pub folders: Vec<Folder>,
    /// The file, not yet opened.
    pub end: Result<Found, Refusal>,
}

/// A regular file that may be loaded.
#[derive(Debug)]
pub(crate) struct Found {
    folder: OwnedFd,
    name: OsString,
    path: PathBuf,
    pub stamp: Stamp,
}

/// Reads a probe file, if it may be loaded: a regular file of at most 16 MiB, owned by root or by the user that the
/// process runs as. Neither it nor its folder may be writable by its group or by others, and the folder has the same
/// owners; only on a read-only mount the folder may be anybody's. Links are followed, to a folder that is as safe as
/// the one that they are in.
///
/// Never waits for a FIFO or a device, and changes nothing.
///
/// # Errors
/// [`Refusal`] says what is wrong, and what would help.
///
/// # Cost
/// About six system calls for each link and folder of the path, then linear in the file.
pub fn read(path: &Path) -> Result<String, Refusal> {
    walk(path).end?.read().map(|(text, _)| text)
}

/// Follows a path to a file, and checks everything that it depends on.
pub(crate) fn walk(path: &Path) -> Way {
    let mut folders = Vec::new();
    let end = Walk::begin(path).and_then(|mut walk| {
        let end = walk.run(path);
        folders = walk.folders;
        end
    });
    Way { folders, end }
}

/// A part of a path that is still to be walked.
struct Step {
    name: OsString,
    /// Whether it is the name of the file, as the user wrote it: its folder is the folder of the file.
    is_file: bool,
}

struct Walk {
    /// Where it stands.
    folder: OwnedFd,
    at: PathBuf,
    user: u32,
    folders: Vec<Folder>,
}

impl Walk {
    fn begin(path: &Path) -> Result<Self, Refusal> {
        if !path.is_absolute() {
            let error = io::Error::new(io::ErrorKind::InvalidInput, "the path is not absolute");
            return Err(Refusal::System { path: path.to_owned(), error });
        }
        let root = root().map_err(|error| system(Path::new("/"), error))?;
        Ok(Self { folder: root, at: PathBuf::from("/"), user: geteuid().as_raw(), folders: Vec::new() })
    }

    fn run(&mut self, path: &Path) -> Result<Found, Refusal> {
        let mut steps = steps(path);
        if let Some(last) = steps.back_mut() {
            last.is_file = true;
        }
        let mut links = 0_usize;
        while let Some(Step { name, is_file }) = steps.pop_front() {
            if name == ".." {
                self.enter(OsStr::new(".."))?;
                self.at.pop();
                continue;
            }
            let here = self.at.join(&name);
            let stat = match fstatat(&self.folder, name.as_os_str(), AtFlags::AT_SYMLINK_NOFOLLOW) {
                Ok(stat) => stat,
                Err(error) => {
                    self.depend()?;
                    return Err(system(&here, error));
                }
            };
            let is_last = steps.is_empty();
            match kind(&stat) {
                SFlag::S_IFLNK => {
                    self.depend()?;
                    links = links.saturating_add(1);
                    if links > LINKS {
                        return Err(Refusal::Links { path: path.to_owned() });
                    }
                    if is_file {
                        self.check_folder()?;
                    } else {
                        self.check_link(&here, &stat)?;
                    }
                    let target =
                        readlinkat(&self.folder, name.as_os_str()).map_err(|error| system(&here, error))?;
                    let target = PathBuf::from(target);
                    if target.is_absolute() {
                        self.folder = root().map_err(|error| system(Path::new("/"), error))?;
                        self.at = PathBuf::from("/");
                    }
                    for step in self::steps(&target).into_iter().rev() {
                        steps.push_front(step);
                    }
                }
                SFlag::S_IFDIR if !is_last => {
                    self.enter(&name)?;
                    self.at.push(&name);
                }
                SFlag::S_IFREG if is_last => {
                    self.depend()?;
                    self.check_folder()?;
                    let folder = self
                        .folder
                        .try_clone()
                        .map_err(|error| Refusal::System { path: self.at.clone(), error })?;
                    let found = Found { folder, name, path: here, stamp: Stamp::of(&stat) };
                    found.check(&stat, self.user)?;
                    return Ok(found);
                }
                kind => {
                    self.depend()?;
                    return Err(if is_last {
                        Refusal::NotAFile { path: here, what: what(kind) }
                    } else {
                        system(&here, Errno::ENOTDIR)
                    });
                }
            }
        }
        // nothing but folders
        self.depend()?;
        Err(Refusal::NotAFile { path: self.at.clone(), what: what(SFlag::S_IFDIR) })
    }

    fn enter(&mut self, name: &OsStr) -> Result<(), Refusal> {
        let flags = PASS | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        self.folder = openat(&self.folder, name, flags, Mode::empty())
            .map_err(|error| system(&self.at.join(name), error))?;
        Ok(())
    }

    /// Notes that the way depends on the names in this folder.
    fn depend(&mut self) -> Result<(), Refusal> {
        let stat = self.stat()?;
        let folder = Folder { path: self.at.clone(), identity: identity(&stat) };
        if !self.folders.contains(&folder) {
            self.folders.push(folder);
        }
        Ok(())
    }

    fn stat(&self) -> Result<FileStat, Refusal> {
        fstat(&self.folder).map_err(|error| system(&self.at, error))
    }

    /// The folder of the file: nobody else may put another file there.
    fn check_folder(&self) -> Result<(), Refusal> {
        let stat = self.stat()?;
        let wrong = self.owner("the folder", &self.at, &stat).err().or_else(|| {
            is_writable(&stat).then(|| Refusal::Writable {
                what: "the folder",
                path: self.at.clone(),
                mode: permissions(&stat),
            })
        });
        match wrong {
            Some(wrong) if !is_read_only(&self.folder) => Err(wrong),
            Some(_) | None => Ok(()),
        }
    }

    /// A link on the way: nobody else may have made it, and nobody else may put another one there. In a folder with the sticky
    /// bit, such as `/tmp`, only its owner can.
    fn check_link(&self, link: &Path, stat: &FileStat) -> Result<(), Refusal> {
        if is_read_only(&self.folder) {
            return Ok(());
        }
        self.owner("the link", link, stat)?;
        let folder = self.stat()?;
        self.owner("the folder", &self.at, &folder)?;
        let is_sticky = permissions(&folder) & 0o1000 != 0;
        if is_writable(&folder) && !is_sticky {
            let mode = permissions(&folder);
            return Err(Refusal::Writable { what: "the folder", path: self.at.clone(), mode });
        }
        Ok(())
    }

    fn owner(&self, what: &'static str, path: &Path, stat: &FileStat) -> Result<(), Refusal> {
        owner(what, path, stat, self.user)
    }
}

impl Found {
    fn check(&self, stat: &FileStat, user: u32) -> Result<(), Refusal> {
        owner("the file", &self.path, stat, user)?;
        if is_writable(stat) {
            let mode = permissions(stat);
            return Err(Refusal::Writable { what: "the file", path: self.path.clone(), mode });
        }
        if usize::try_from(stat.st_size).map_or(true, |bytes| bytes > FILE_BYTES) {
            return Err(Refusal::TooLong { path: self.path.clone() });
        }
        Ok(())
    }

    /// Its text, and what it was when that was read.
    pub(crate) fn read(&self) -> Result<(String, Stamp), Refusal> {
        // it may have become something else since it was looked at
        let flags =
            OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let file = openat(&self.folder, self.name.as_os_str(), flags, Mode::empty())
            .map_err(|error| system(&self.path, error))?;
        let stat = fstat(&file).map_err(|error| system(&self.path, error))?;
        if kind(&stat) != SFlag::S_IFREG {
            return Err(Refusal::NotAFile { path: self.path.clone(), what: what(kind(&stat)) });
        }
        self.check(&stat, geteuid().as_raw())?;
        let failed = |error| Refusal::System { path: self.path.clone(), error };
        let mut bytes = Vec::new();
        // it may also grow while it is read
        let most = u64::try_from(FILE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        File::from(file).take(most).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() > FILE_BYTES {
            return Err(Refusal::TooLong { path: self.path.clone() });
        }
        let text = String::from_utf8(bytes).map_err(|_| Refusal::NotText { path: self.path.clone() })?;
        Ok((text, Stamp::of(&stat)))
    }
}

/// How a folder is opened that is only passed through: where the system can, without the right to list it.
#[cfg(any(target_os = "linux", target_os = "android"))]
const PASS: OFlag = OFlag::O_PATH;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const PASS: OFlag = OFlag::O_RDONLY;

fn root() -> nix::Result<OwnedFd> {
    open("/", PASS | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC, Mode::empty())
}

/// The names of a path; what is before the first is its root, and `.` is nowhere else.
fn steps(path: &Path) -> VecDeque<Step> {
    path.components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name),
            Component::ParentDir => Some(OsStr::new("..")),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        })
        .map(|name| Step { name: name.to_owned(), is_file: false })
        .collect()
}

pub(crate) fn owner(what: &'static str, path: &Path, stat: &FileStat, user: u32) -> Result<(), Refusal> {
    if stat.st_uid == 0 || stat.st_uid == user {
        Ok(())
    } else {
        Err(Refusal::Owner { what, path: path.to_owned(), owner: stat.st_uid, user })
    }
}

fn kind(stat: &FileStat) -> SFlag {
    SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT
}

#[allow(clippy::useless_conversion, reason = "the type differs between systems")]
fn permissions(stat: &FileStat) -> u32 {
    u32::from(stat.st_mode) & 0o7777
}

/// Whether its group or others may write it.
fn is_writable(stat: &FileStat) -> bool {
    permissions(stat) & 0o022 != 0
}

/// Whether nothing can be written where a folder is.
fn is_read_only(folder: impl AsFd) -> bool {
    fstatvfs(folder).is_ok_and(|system| system.flags().contains(FsFlags::ST_RDONLY))
}

fn what(kind: SFlag) -> &'static str {
    match kind {
        SFlag::S_IFDIR => "a folder",
        SFlag::S_IFIFO => "a FIFO",
        SFlag::S_IFSOCK => "a socket",
        SFlag::S_IFLNK => "a link",
        SFlag::S_IFBLK | SFlag::S_IFCHR => "a device",
        // the system knows no other kinds
        _ => "no file",
    }
}

fn system(path: &Path, error: Errno) -> Refusal {
    match error {
        Errno::ENOENT => Refusal::Missing { path: path.to_owned() },
        error => Refusal::System { path: path.to_owned(), error: error.into() },
    }
}
