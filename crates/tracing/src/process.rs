//! The threads of the process.

use std::sync::Arc;

use probelang_probe::event::Thread;

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
