//! The thread of a sink: when it takes events from the queue, and when it ends.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::thread::Thread;
use std::time::{Duration, Instant};

use probelang_probe::settings::Settings;

use crate::lock;
use crate::queue::Queue;
use crate::report::{Loss, SinkReport, Tally};
use crate::sink::{Batch, Context, Metrics, Next, Profile, Shared, Sink};
use crate::time::Time;
use crate::totals::Totals;

thread_local! {
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

/// Whether the running thread belongs to a sink. What happens there is no hit of any probe.
#[must_use]
pub fn is_own_thread() -> bool {
    IS_WORKER.try_with(Cell::get).unwrap_or(true)
}

/// What hits and the worker of a sink share.
#[derive(Debug)]
pub(crate) struct Lane {
    pub profile: Profile,
    pub queue: Queue<Shared>,
    pub totals: Totals,
    pub tally: Tally,
    /// Events that the worker has taken from the queue and the totals.
    taken: AtomicU64,
    /// Whether there is no worker.
    is_dead: AtomicBool,
    orders: Mutex<Orders>,
    news: Condvar,
    thread: OnceLock<Thread>,
}

/// What the worker is asked to do.
#[derive(Clone, Copy, Debug, Default)]
struct Orders {
    /// The number of the last request to deliver everything.
    wanted: u64,
    /// The number of the last such request that is done.
    done: u64,
    /// When the worker has to end.
    deadline: Option<Duration>,
    /// Whether it has ended.
    is_over: bool,
}

impl Lane {
    pub fn new(profile: Profile) -> Self {
        Self {
            queue: Queue::new(profile.events, profile.bytes),
            profile,
            totals: Totals::default(),
            tally: Tally::default(),
            taken: AtomicU64::new(0),
            is_dead: AtomicBool::new(false),
            orders: Mutex::default(),
            news: Condvar::new(),
            thread: OnceLock::new(),
        }
    }

    /// Wakes the worker.
    pub fn call(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    pub fn is_dead(&self) -> bool {
        self.is_dead.load(Ordering::Relaxed)
    }

    /// Says that there is no worker.
    pub fn die(&self, error: &str) {
        self.tally.error(error);
        self.is_dead.store(true, Ordering::Relaxed);
        lock(&self.orders).is_over = true;
        self.news.notify_all();
    }

    /// How far the worker has come: it changes while it makes progress.
    pub fn progress(&self) -> u64 {
        self.taken.load(Ordering::Relaxed).wrapping_add(self.tally.handled())
    }

    /// Asks the worker to deliver everything, and gives the number of the request.
    pub fn ask(&self, deadline: Option<Duration>) -> u64 {
        let wanted = {
            let mut orders = lock(&self.orders);
            orders.wanted = orders.wanted.saturating_add(1);
            orders.deadline = orders.deadline.or(deadline);
            orders.wanted
        };
        self.call();
        wanted
    }

    /// Waits until a request is done, or the worker has ended.
    pub fn wait(&self, wanted: u64, until_over: bool, patience: Duration) -> bool {
        let end = Instant::now().checked_add(patience);
        let mut orders = lock(&self.orders);
        loop {
            if orders.is_over || (!until_over && orders.done >= wanted) {
                return true;
            }
            let left = end.map_or(patience, |end| end.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return false;
            }
            orders = match self.news.wait_timeout(orders, left) {
                Ok((orders, _)) => orders,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    pub fn report(&self) -> SinkReport {
        // what the worker has: it is counted as taken before it is counted as done
        let handled = self.tally.handled();
        let has = self.taken.load(Ordering::Relaxed).saturating_sub(handled);
        let queued = u64::try_from(self.queue.len()).unwrap_or(u64::MAX);
        let waiting = has.saturating_add(queued).saturating_add(self.totals.len());
        self.tally.report(&self.profile.name, &self.profile.target, waiting)
    }
}

/// What the worker does after a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// The next step.
    Again,
    /// Nothing, unless it is called.
    Sleep(Duration),
    /// It ends.
    Over,
}

pub(crate) struct Worker {
    pub lane: Arc<Lane>,
    pub sink: Box<dyn Sink>,
    pub time: Arc<dyn Time>,
    pub settings: Arc<Settings>,
    /// When the sink is to be called again, if it has something left.
    held: Option<Duration>,
    /// The last request for which it was tried to deliver what is left.
    tried: u64,
    is_broken: bool,
}

impl Worker {
    pub fn new(lane: Arc<Lane>, sink: Box<dyn Sink>, time: Arc<dyn Time>, settings: Arc<Settings>) -> Self {
        Self { lane, sink, time, settings, held: None, tried: 0, is_broken: false }
    }

    /// Runs until the sink is closed.
    pub fn run(mut self) {
        IS_WORKER.set(true);
        // if it is set already, it is this thread
        let _ = self.lane.thread.set(std::thread::current());
        loop {
            match self.step() {
                Step::Again => {}
                Step::Sleep(time) => std::thread::park_timeout(time),
                Step::Over => return,
            }
        }
    }

    pub fn step(&mut self) -> Step {
        let orders = *lock(&self.lane.orders);
        let now = self.time.elapsed();
        let is_over = orders.deadline.is_some_and(|deadline| now >= deadline);
        let is_urgent = orders.wanted > orders.done;
        if let Some(at) = self.held {
            let until = orders.deadline.map_or(at, |deadline| at.min(deadline));
            if now < until && orders.wanted <= self.tried {
                return Step::Sleep(until.saturating_sub(now));
            }
            self.tried = orders.wanted;
            self.deliver(Batch::default(), &orders, is_urgent);
            if self.held.is_none() {
                return Step::Again;
            }
            if !is_over {
                return self.step_held();
            }
        } else {
            self.tried = orders.wanted;
        }
        if is_over {
            return self.end();
        }
        self.lane.queue.rearm();
        let (batch, is_all) = self.drain();
        let is_empty = batch.is_empty();
        if !is_empty {
            self.deliver(batch, &orders, is_urgent);
            if self.held.is_some() {
                return self.step_held();
            }
        }
        if !is_all {
            return Step::Again;
        }
        {
            let mut now = lock(&self.lane.orders);
            now.done = now.done.max(orders.wanted);
        }
        self.lane.news.notify_all();
        match orders.deadline {
            Some(_) if is_empty => self.end(),
            Some(_) => Step::Again,
            None => Step::Sleep(self.lane.profile.interval),
        }
    }

    /// The pause until the sink tries again.
    fn step_held(&self) -> Step {
        let now = self.time.elapsed();
        let at = self.held.unwrap_or(now);
        let deadline = lock(&self.lane.orders).deadline;
        Step::Sleep(deadline.map_or(at, |deadline| at.min(deadline)).saturating_sub(now))
    }

    /// Takes what waits now, up to the size of a batch; also says whether that was all.
    fn drain(&self) -> (Batch, bool) {
        let lane = &self.lane;
        let mut batch = Batch::default();
        let waiting = lane.queue.len();
        let mut bytes = 0_usize;
        let mut is_all = true;
        for _ in 0..waiting {
            if bytes >= lane.profile.batch_bytes {
                is_all = false;
                break;
            }
            let Some((event, weight)) = lane.queue.pop() else { break };
            bytes = bytes.saturating_add(weight);
            batch.events.push(event);
        }
        // totals that stand for single samples are newer than what the queue still has
        if is_all || lane.profile.metrics == Metrics::Totals {
            batch.totals = lane.totals.take();
        }
        lane.taken.fetch_add(batch.count(), Ordering::Relaxed);
        (batch, is_all)
    }

    fn deliver(&mut self, batch: Batch, orders: &Orders, is_urgent: bool) {
        let lane = Arc::clone(&self.lane);
        let context = Context {
            time: &*self.time,
            tally: &lane.tally,
            settings: &self.settings,
            deadline: orders.deadline,
            is_urgent,
        };
        if self.is_broken {
            context.lost(Loss::Failed, batch.count());
            self.held = None;
            return;
        }
        let sink = &mut self.sink;
        match catch_unwind(AssertUnwindSafe(|| sink.deliver(batch, &context))) {
            Ok(Next::Ready) => self.held = None,
            Ok(Next::At(at)) => self.held = Some(at),
            Err(_) => {
                context.error("the sink has panicked");
                self.is_broken = true;
                self.held = None;
                self.give_up(Loss::Failed);
            }
        }
    }

    /// Counts as lost what was taken and not counted.
    fn give_up(&self, why: Loss) {
        let tally = &self.lane.tally;
        let left = self.lane.taken.load(Ordering::Relaxed).saturating_sub(tally.handled());
        tally.lose(why, left);
        tally.handle(left);
    }

    /// Counts what is left as lost, and ends.
    fn end(&mut self) -> Step {
        self.give_up(Loss::Exit);
        loop {
            let (batch, is_all) = self.drain();
            self.lane.tally.lose(Loss::Exit, batch.count());
            self.lane.tally.handle(batch.count());
            if is_all {
                break;
            }
        }
        {
            let mut orders = lock(&self.lane.orders);
            orders.done = orders.wanted;
            orders.is_over = true;
        }
        self.lane.is_dead.store(true, Ordering::Relaxed);
        self.lane.news.notify_all();
        Step::Over
    }
}
