//! How far a long run is, on a terminal.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use super::feed::Progress;
use crate::console::write_error;

/// Before this long nothing is shown.
const PATIENCE: Duration = Duration::from_millis(500);
/// Between two updates.
const PAUSE: Duration = Duration::from_millis(100);

/// Shows on standard error how much was read, where a person watches and results go elsewhere.
#[derive(Debug)]
pub(super) struct Meter {
    progress: Progress,
    watched: bool,
    shown: bool,
    next: Instant,
}

impl Meter {
    pub(super) fn new(progress: Progress) -> Self {
        let watched = io::stderr().is_terminal() && !io::stdout().is_terminal();
        Self { progress, watched, shown: false, next: Instant::now() + PATIENCE }
    }

    /// Shows what there is to show, now and then.
    pub(super) fn tick(&mut self) {
        if self.watched && Instant::now() >= self.next {
            self.next = Instant::now() + PAUSE;
            self.shown = true;
            write_error(&format!("\r\x1b[K{}", line(self.progress.read(), self.progress.total)));
        }
    }
}

impl Drop for Meter {
    /// Takes the line away.
    fn drop(&mut self) {
        if self.shown {
            write_error("\r\x1b[K");
        }
    }
}

fn line(read: u64, total: Option<u64>) -> String {
    let mebibytes = |bytes: u64| format!("{}.{} MiB", bytes >> 20, ((bytes & 0xf_ffff) * 10) >> 20);
    match total.filter(|&total| total > 0) {
        Some(total) => {
            let percent = u128::from(read.min(total)) * 100 / u128::from(total);
            format!("{percent:>3} %  {} of {}", mebibytes(read), mebibytes(total))
        }
        None => mebibytes(read),
    }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn what_is_known_is_shown() {
        assert_eq!(line(1_572_864, Some(3_145_728)), " 50 %  1.5 MiB of 3.0 MiB");
        assert_eq!(line(1_572_864, None), "1.5 MiB");
        assert_eq!(line(0, Some(0)), "0.0 MiB");
    }
}
