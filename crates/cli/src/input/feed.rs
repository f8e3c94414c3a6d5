//! The texts of all files that were named, one after the other.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::chunks::{Chunks, Sizes, Texts, Unread};
use super::pool::Load;
use super::unpack::unpacked;
use crate::examples;
use crate::source::is_stdin;

/// Bytes of lines that are handed to a thread together.
const BATCH: usize = 256 * 1024;

/// Bytes that were read so far, and how many there are, where that is known.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    read: Arc<AtomicU64>,
    /// Bytes of all files; `None` where one is no ordinary file.
    pub total: Option<u64>,
}

impl Progress {
    /// Bytes that were read so far.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

/// Counts what passes.
struct Counted {
    from: Box<dyn Read + Send>,
    count: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(out)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// The texts of the files `paths`.
pub struct Feed {
    paths: Vec<PathBuf>,
    /// The next file.
    next: usize,
    current: Option<Chunks<Box<dyn Read + Send>>>,
    sizes: Sizes,
    progress: Progress,
}

impl Feed {
    /// The texts of `paths`, `-` being standard input. Files are opened when their turn comes.
    pub fn new(paths: &[PathBuf], sizes: Sizes) -> Self {
        let size = |path: &PathBuf| {
            let metadata = std::fs::metadata(path).ok().filter(|_| !is_stdin(path))?;
            metadata.is_file().then_some(metadata.len())
        };
        let total = paths.iter().map(size).sum();
        Self {
            paths: paths.to_vec(),
            next: 0,
            current: None,
            sizes,
            progress: Progress { total, ..Progress::default() },
        }
    }

    /// How far it is.
    pub const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Whether the next text can be had without waiting.
    fn is_ready(&mut self) -> bool {
        self.current.as_mut().is_some_and(Chunks::is_ready)
    }

    fn open(&self, file: usize, path: &Path) -> io::Result<Chunks<Box<dyn Read + Send>>> {
        let name = path.to_str().unwrap_or_default();
        let from: Box<dyn Read + Send> = if is_stdin(path) {
            Box::new(io::stdin())
        } else if let Some(example) = examples::find(name) {
            Box::new(example.json.as_bytes())
        } else if let Some(example) = name.strip_prefix("example:").filter(|_| !path.exists()) {
            return Err(io::Error::other(examples::unknown(example)));
        } else {
            Box::new(File::open(path)?)
        };
        let name = [".gz", ".zst", ".zstd"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        let lines = [".ndjson", ".jsonl"].iter().any(|end| name.ends_with(end));
        let counted = Counted { from, count: Arc::clone(&self.progress.read) };
        Ok(Chunks::new(unpacked(counted)?, file, lines, self.sizes))
    }

    /// The texts in batches for the threads, `begun` being the beginning of the first.
    pub fn batches(mut self, begun: Texts) -> impl Iterator<Item = Load<Texts>> + Send {
        let mut begun = Some(begun);
        std::iter::from_fn(move || {
            let mut work = begun.take().unwrap_or_default();
            while work.weight() < BATCH && (work.is_empty() || self.is_ready()) && self.next_into(&mut work) {
            }
            let weight = work.weight();
            (!work.is_empty()).then_some(Load { work, weight })
        })
    }

    /// Adds the next text to `out`; `false` where there is none.
    pub fn next_into(&mut self, out: &mut Texts) -> bool {
        loop {
            if let Some(current) = &mut self.current {
                if current.next_into(out) {
                    return true;
                }
                self.current = None;
            }
            let file = self.next;
            let Some(path) = self.paths.get(file) else { return false };
            let opened = self.open(file, path);
            self.next += 1;
            match opened {
                Ok(chunks) => self.current = Some(chunks),
                Err(error) => {
                    out.miss(file, None, Unread::Failed(error));
                    return true;
                }
            }
        }
    }
}
