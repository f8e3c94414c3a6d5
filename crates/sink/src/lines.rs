//! JSON lines: the objects of `probelang probe run`, one on a line.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use probelang_probe::event::Event;

use crate::report::Loss;
use crate::sink::{Batch, Context, Metrics, Next, Profile, Sink};

/// Writes events to a file or stream, one JSON object on a line (`grammar/probe-event.schema.json`).
///
/// Each line is written at once, and a file is only appended to, so several processes may write to one file.
///
/// ```
/// use probelang_sink::lines::Lines;
/// let path = std::env::temp_dir().join(format!("probelang-lines-{}.ndjson", std::process::id()));
/// let lines = Lines::open(path.to_str().unwrap())?;
/// # drop(lines);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Lines<W = File> {
    out: LineWriter<W>,
    target: String,
    line: String,
}

impl Lines {
    /// Appends to the file at `path`, and creates it if need be, readable by its owner alone. `{pid}` in the path is
    /// the id of this process.
    ///
    /// # Errors
    /// Those of opening the file. A pipe with a name is none: opening it would wait for its reader.
    pub fn open(path: &str) -> io::Result<Self> {
        let path = path.replace("{pid}", &std::process::id().to_string());
        let file = open(Path::new(&path))?;
        Ok(Lines::to(file, path))
    }
}

impl<W: Write + Send> Lines<W> {
    /// Writes to a stream, which reports call `target`.
    #[must_use]
    pub const fn to(out: W, target: String) -> Self {
        Self { out: LineWriter { out, is_torn: false }, target, line: String::new() }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
        if path.metadata().is_ok_and(|meta| meta.file_type().is_fifo()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe, not a file"));
        }
        options.mode(0o600);
    }
    options.open(path)
}

impl<W: Write + Send> Sink for Lines<W> {
    fn profile(&self) -> Profile {
        Profile::new("jsonl", self.target.clone())
            .with_metrics(Metrics::Each)
            .with_interval(Duration::from_millis(200))
    }

    fn deliver(&mut self, batch: Batch, context: &Context<'_>) -> Next {
        let Self { out, line, .. } = self;
        each(batch, |event, samples| {
            line.clear();
            event.write_json(context.settings(), line);
            out.write(line, samples, context);
        });
        Next::Ready
    }
}

/// Calls `write` with each event of a batch, and with how many it stands for: totals are events again.
pub(crate) fn each(batch: Batch, mut write: impl FnMut(&mut Event, u64)) {
    for event in batch.events {
        event.with(|event| write(event, 1));
    }
    for total in batch.totals {
        write(&mut Event::Metric(Box::new(total.sample)), total.samples);
    }
}

/// Writes whole lines.
#[derive(Debug)]
pub(crate) struct LineWriter<W> {
    pub out: W,
    /// Whether the last line was written in part, so that the next one needs a line of its own.
    pub is_torn: bool,
}

impl<W: Write> LineWriter<W> {
    /// Writes a line, and counts the events that it is made of.
    pub fn write(&mut self, line: &mut String, events: u64, context: &Context<'_>) {
        line.push('\n');
        if self.is_torn {
            line.insert(0, '\n');
        }
        let mut rest = line.as_bytes();
        let written = loop {
            match self.out.write(rest) {
                Ok(0) if !rest.is_empty() => break Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => {
                    rest = rest.get(count..).unwrap_or_default();
                    if rest.is_empty() {
                        break self.out.flush();
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        match written {
            Ok(()) => {
                self.is_torn = false;
                context.delivered(events);
            }
            Err(error) => {
                self.is_torn |= rest.len() < line.len();
                context.error(&error.to_string());
                context.lost(Loss::Write, events);
            }
        }
    }
}
