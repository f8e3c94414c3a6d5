//! All sinks of a process, as one output.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use probelang_probe::event::{Event, Output, Sample};
use probelang_probe::probe::{MetricKind, Probe};
use probelang_probe::settings::Settings;

use crate::queue::Pushed;
use crate::report::{Loss, SinkReport};
use crate::sink::{Kinds, Metrics, Shared, Sink};
use crate::time::{SystemTimes, Time};
use crate::worker::{Lane, Worker, is_own_thread};
use crate::{lock, weight};

/// The sinks of a process: each has a queue and a thread. Events are handed to all that take them, and never waited for.
///
/// Dropping it closes it, as [`close`](Self::close) does with two seconds. A process that was forked has none of the threads
/// of its parent: it needs sinks of its own.
#[derive(Debug)]
pub struct Sinks {
    lanes: Vec<Arc<Lane>>,
    time: SharedTime,
    patience: Option<Duration>,
    is_closed: AtomicBool,
    untaken: AtomicU64,
    reports: Mutex<Option<Vec<SinkReport>>>,
}

struct SharedTime(Arc<dyn Time>);

impl std::fmt::Debug for SharedTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Time")
    }
}

/// Sinks that are not started.
pub struct Builder {
    settings: Settings,
    sinks: Vec<Box<dyn Sink>>,
    time: Arc<dyn Time>,
    patience: Option<Duration>,
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").field("sinks", &self.sinks.len()).finish_non_exhaustive()
    }
}

impl Builder {
    /// The same with a further sink.
    #[must_use]
    pub fn with(self, sink: impl Sink + 'static) -> Self {
        self.with_boxed(Box::new(sink))
    }

    /// The same with a further sink.
    #[must_use]
    pub fn with_boxed(mut self, sink: Box<dyn Sink>) -> Self {
        self.sinks.push(sink);
        self
    }

    /// The same with a clock of its own, for tests.
    #[must_use]
    pub fn with_time(mut self, time: Arc<dyn Time>) -> Self {
        self.time = time;
        self
    }

    /// The same, but an event for which there is no room waits for it as long as its sink makes progress, and so long
    /// besides. It is for events that were recorded and can wait; a hit cannot.
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Starts one thread for each sink. A sink whose thread cannot be started loses its events, and reports that.
    #[must_use]
    pub fn start(self) -> Arc<Sinks> {
        let settings = Arc::new(self.settings);
        let mut lanes = Vec::with_capacity(self.sinks.len());
        for sink in self.sinks {
            let lane = Arc::new(Lane::new(sink.profile()));
            let worker = Worker::new(Arc::clone(&lane), sink, Arc::clone(&self.time), Arc::clone(&settings));
            let name = format!("probelang-{}", lane.profile.name);
            if let Err(error) = thread::Builder::new().name(name).spawn(|| worker.run()) {
                lane.die(&format!("cannot start a thread: {error}"));
            }
            lanes.push(lane);
        }
        Arc::new(Sinks {
            lanes,
            time: SharedTime(self.time),
            patience: self.patience,
            is_closed: AtomicBool::new(false),
            untaken: AtomicU64::new(0),
            reports: Mutex::new(None),
        })
    }
}

impl Sinks {
    /// How long a process may take to deliver what is left when it ends.
    pub const EXIT: Duration = Duration::from_secs(2);

    /// Sinks for the events of a process with these settings.
    #[must_use]
    pub fn builder(settings: Settings) -> Builder {
        Builder { settings, sinks: Vec::new(), time: Arc::new(SystemTimes::default()), patience: None }
    }

    /// What became of the events of each sink so far.
    #[must_use]
    pub fn reports(&self) -> Vec<SinkReport> {
        if let Some(reports) = &*lock(&self.reports) {
            return reports.clone();
        }
        self.lanes.iter().map(|lane| lane.report()).collect()
    }

    /// Events that no sink takes: of a kind that is not for any of them, or of a probe whose `targets` name none.
    #[must_use]
    pub fn untaken(&self) -> u64 {
        self.untaken.load(Ordering::Relaxed)
    }

    /// The names of the sinks.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.lanes.iter().map(|lane| lane.profile.name.as_str())
    }

    /// Waits until all events that were handed over before are delivered or lost, for `patience` at most; says whether they
    /// are. A pause between two attempts to reach a receiver is cut short once.
    pub fn flush(&self, patience: Duration) -> bool {
        let start = Instant::now();
        let asked: Vec<u64> = self.lanes.iter().map(|lane| lane.ask(None)).collect();
        self.lanes.iter().zip(asked).fold(true, |all, (lane, wanted)| {
            lane.wait(wanted, false, patience.saturating_sub(start.elapsed())) && all
        })
    }

    /// Delivers what is left within `patience`, ends the threads, and says what became of all events. What could not be
    /// delivered by then is lost, and what comes later too. A thread that still waits for a receiver is left alone.
    pub fn close(&self, patience: Duration) -> Vec<SinkReport> {
        let mut reports = lock(&self.reports);
        if let Some(reports) = &*reports {
            return reports.clone();
        }
        self.is_closed.store(true, Ordering::SeqCst);
        let start = Instant::now();
        // sinks have a bit less, so that they can say what they lost
        let own = patience.saturating_sub(patience.checked_div(20).unwrap_or_default());
        let deadline = self.time.0.elapsed().saturating_add(own);
        let asked: Vec<u64> = self.lanes.iter().map(|lane| lane.ask(Some(deadline))).collect();
        for (lane, wanted) in self.lanes.iter().zip(asked) {
            lane.wait(wanted, true, patience.saturating_sub(start.elapsed()));
        }
        let all: Vec<SinkReport> = self.lanes.iter().map(|lane| lane.report().ended()).collect();
        *reports = Some(all.clone());
        all
    }

    /// The sinks that take what is of that kind and of that probe.
    fn takers(&self, kind: Kinds, probe: Option<Arc<Probe>>) -> impl Iterator<Item = &Lane> {
        let lanes = self.lanes.iter().filter(move |lane| {
            lane.profile.kinds.has(kind)
                && probe.as_ref().is_none_or(|probe| probe.is_for(&lane.profile.name))
        });
        lanes.map(|lane| &**lane)
    }

    /// Queues an event for a sink.
    fn push(&self, lane: &Lane, event: &Shared, weight: usize) -> Result<(), Loss> {
        match lane.queue.push(event.clone(), weight) {
            Ok(Pushed::Waits) => Ok(()),
            Ok(Pushed::Call) => {
                lane.call();
                Ok(())
            }
            Err((Loss::QueueFull | Loss::QueueBytes, _)) if self.patience.is_some() => {
                self.push_patiently(lane, event, weight)
            }
            Err((loss, _)) => Err(loss),
        }
    }

    fn push_patiently(&self, lane: &Lane, event: &Shared, weight: usize) -> Result<(), Loss> {
        let patience = self.patience.unwrap_or_default();
        let mut progress = lane.progress();
        let mut since = Instant::now();
        loop {
            lane.call();
            match lane.queue.push(event.clone(), weight) {
                Ok(_) => return Ok(()),
                Err((loss, _)) if since.elapsed() >= patience || lane.is_dead() => return Err(loss),
                Err(_) => thread::sleep(Duration::from_millis(1)),
            }
            let now = lane.progress();
            if now != progress {
                (progress, since) = (now, Instant::now());
            }
        }
    }

    /// Why a sink gets no events at all, if so.
    fn refusal(&self, lane: &Lane) -> Option<Loss> {
        if is_own_thread() {
            Some(Loss::OwnThread)
        } else if self.is_closed.load(Ordering::Relaxed) {
            Some(Loss::Exit)
        } else if lane.is_dead() {
            Some(Loss::Failed)
        } else {
            None
        }
    }

    /// Hands a count or gauge to the sinks that take it, and says whether there are any.
    fn emit_total(&self, sample: Box<Sample>) -> bool {
        let mut shared = None;
        let mut is_taken = false;
        for lane in self.takers(Kinds::METRICS, Some(Arc::clone(&sample.probe))) {
            is_taken = true;
            if let Some(loss) = self.refusal(lane) {
                lane.tally.lose(loss, 1);
                continue;
            }
            if lane.profile.metrics == Metrics::Each {
                let (event, weight) = shared.get_or_insert_with(|| {
                    let weight = weight::of_sample(&sample);
                    (Shared::new(Event::Metric(sample.clone())), weight)
                });
                if self.push(lane, event, *weight).is_ok() {
                    continue;
                }
            }
            if lane.totals.add(Sample::clone(&sample)).is_err() {
                lane.tally.lose(Loss::QueueFull, 1);
            }
        }
        is_taken
    }

    /// Hands any other event to the sinks that take it, and says whether there are any.
    fn emit_event(&self, event: Event) -> bool {
        let (kind, probe) = (Kinds::of(&event), event.probe().cloned());
        let weight = weight::of(&event);
        let shared = Shared::new(event);
        let mut is_taken = false;
        for lane in self.takers(kind, probe) {
            is_taken = true;
            if let Err(loss) = self.refusal(lane).map_or_else(|| self.push(lane, &shared, weight), Err) {
                lane.tally.lose(loss, 1);
            }
        }
        is_taken
    }
}

impl Output for Sinks {
    /// Hands an event to the sinks that take it. Where there is no room, it is lost and counted.
    fn emit(&self, event: Event) {
        let is_taken = match event {
            Event::Metric(sample) if matches!(sample.kind, MetricKind::Count | MetricKind::Gauge) => {
                self.emit_total(sample)
            }
            event => self.emit_event(event),
        };
        if !is_taken {
            self.untaken.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Sinks {
    fn drop(&mut self) {
        self.close(Self::EXIT);
    }
}
