//! Time and threads of the process.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use probelang_probe::Timestamp;
use probelang_probe::event::Thread;

/// The time of the system.
#[inline]
pub fn now() -> Timestamp {
    Timestamp::default().after(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

thread_local! {
    static THREAD: Thread = Thread {
        id: id(),
        name: std::thread::current().name().map(Arc::from),
    };
}

/// The running thread.
pub fn thread() -> Thread {
    THREAD.try_with(Clone::clone).unwrap_or_default()
}

/// The number that the system has for the thread.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn id() -> u64 {
    u64::try_from(nix::unistd::gettid().as_raw()).unwrap_or_default()
}

/// A number of this process's own.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn id() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(1);
    COUNT.fetch_add(1, Ordering::Relaxed)
}
