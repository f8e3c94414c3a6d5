//! The folder in which the status sockets of a user's programs are.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, UnixAddr, connect, socket};
use nix::sys::stat::{Mode, fstat};
use nix::unistd::{UnlinkatFlags, geteuid, mkdir, unlinkat};

/// The folders in which the status sockets of this user may be: `probelang` in `$XDG_RUNTIME_DIR`, and `probelang-UID` in the
/// temporary directory.
#[must_use]
pub fn candidates(variable: impl Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let runtime = folder("XDG_RUNTIME_DIR").map(|runtime| runtime.join("probelang"));
    let temporary = folder("TMPDIR").unwrap_or_else(|| PathBuf::from("/tmp"));
    runtime.into_iter().chain([temporary.join(format!("probelang-{}", geteuid()))]).collect()
}

/// Why a folder is not used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// It does not exist, or what it would be in does not.
    #[error("there is no folder `{}`", .path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// It is not the folder of this user only.
    #[error("`{}` is not used: {why}", .path.display())]
    Unsafe {
        /// The folder.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The system says so.
    #[error("`{}` cannot be used: {error}", .path.display())]
    System {
        /// The folder.
        path: PathBuf,
        /// What it says.
        error: io::Error,
    },
}

/// An open folder that only this user can use.
#[derive(Debug)]
pub(crate) struct Folder {
    pub path: PathBuf,
    descriptor: OwnedFd,
}

impl Folder {
    /// Opens it, if it is there and safe.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let is_unsafe = |why: String| FolderError::Unsafe { path: path.to_owned(), why };
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let descriptor = open(path, flags, Mode::empty()).map_err(|error| match error {
            Errno::ENOENT => FolderError::Missing { path: path.to_owned() },
            // with both flags Linux says the second of a link
            Errno::ELOOP | Errno::ENOTDIR => is_unsafe("it is a link, or not a folder".to_owned()),
            error => FolderError::System { path: path.to_owned(), error: error.into() },
        })?;
        let stat = fstat(&descriptor)
            .map_err(|error| FolderError::System { path: path.to_owned(), error: error.into() })?;
        let user = geteuid().as_raw();
        if stat.st_uid != user {
            return Err(is_unsafe(format!("it belongs to user {}, not to user {user}", stat.st_uid)));
        }
        let mode = stat.st_mode & 0o7777;
        if mode & 0o077 != 0 {
            return Err(is_unsafe(format!("its mode is {mode:04o}, not 0700")));
        }
        Ok(Self { path: path.to_owned(), descriptor })
    }

    /// Opens it, and makes it first if it is not there.
    pub fn create(path: &Path) -> Result<Self, FolderError> {
        match mkdir(path, Mode::S_IRWXU) {
            Ok(()) | Err(Errno::EEXIST) => Self::open(path),
            Err(Errno::ENOENT) => Err(FolderError::Missing { path: path.to_owned() }),
            Err(error) => Err(FolderError::System { path: path.to_owned(), error: error.into() }),
        }
    }

    /// The path by which a socket in it is reached: through the descriptor where the system can, so that a folder that is
    /// renamed stays this one, and a long path is no obstacle.
    pub fn address(&self, name: &OsStr) -> PathBuf {
        let open = PathBuf::from(format!("/proc/self/fd/{}", self.descriptor.as_raw_fd()));
        let folder = if cfg!(target_os = "linux") && open.is_dir() { open } else { self.path.clone() };
        folder.join(name)
    }

    /// Connects to a socket in it, or gives at once the reason for which that is not possible: `EAGAIN` if too many others
    /// wait for the process. The stream does not wait either.
    pub fn connect(&self, name: &OsStr) -> Result<UnixStream, Errno> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        let flags = SockFlag::empty();
        let stream = UnixStream::from(socket(AddressFamily::Unix, SockType::Stream, flags, None)?);
        stream.set_nonblocking(true).map_err(|_| Errno::EINVAL)?;
        connect(stream.as_raw_fd(), &UnixAddr::new(&self.address(name))?)?;
        Ok(stream)
    }

    /// The descriptor.
    pub fn descriptor(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }

    /// The names in it that end in `.sock`.
    pub fn sockets(&self) -> io::Result<Vec<OsString>> {
        use std::os::unix::ffi::OsStrExt as _;
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let mut names = Vec::new();
        for entry in Dir::openat(&self.descriptor, ".", flags, Mode::empty())?.iter() {
            let name = entry?.file_name().to_bytes().to_vec();
            if name.ends_with(b".sock") && !name.starts_with(b".") {
                names.push(OsStr::from_bytes(&name).to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Takes a socket out that nobody listens to any more.
    pub fn remove(&self, name: &OsStr) {
        // somebody else may have done it
        let _ = unlinkat(&self.descriptor, name, UnlinkatFlags::NoRemoveDir);
    }

    /// Gives a socket the name under which it is looked for.
    pub fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(nix::fcntl::renameat(&self.descriptor, from, &self.descriptor, to)?)
    }
}
