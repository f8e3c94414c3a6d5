//! What all sinks share: queues, counters, threads, the end. And the two sinks that need no receiver.

#![cfg(test)]

mod events;

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use events::{PROBES, events, events_of, hit, lines, settings};
use probelang::host::Number;
use probelang_probe::event::{Event, Output as _};
use probelang_sink::console::Console;
use probelang_sink::lines::Lines;
use probelang_sink::time::ManualTime;
use probelang_sink::{Batch, Context, Kinds, Loss, Metrics, Next, Profile, Sink, Sinks};

const LONG: Duration = Duration::from_secs(60);

/// A stream that can be looked at.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A sink that does what a test says, and shows what it got.
struct Scripted<F> {
    profile: Profile,
    deliver: F,
}

impl<F: FnMut(Batch, &Context<'_>) -> Next + Send> Sink for Scripted<F> {
    fn profile(&self) -> Profile {
        self.profile.clone()
    }
    fn deliver(&mut self, batch: Batch, context: &Context<'_>) -> Next {
        (self.deliver)(batch, context)
    }
}

fn scripted(
    profile: Profile,
    deliver: impl FnMut(Batch, &Context<'_>) -> Next + Send + 'static,
) -> impl Sink + 'static {
    Scripted { profile, deliver }
}

fn log() -> Event {
    events_of(PROBES, [hit(0, 2)]).into_iter().find(|event| event.kind() == "log").unwrap()
}

#[test]
fn json_lines_are_those_of_a_replay() {
    let out = Buffer::default();
    let sinks = Sinks::builder(settings()).with(Lines::to(out.clone(), "buffer".to_owned())).start();
    events(5).into_iter().for_each(|event| sinks.emit(event));
    let reports = sinks.close(LONG);
    let expected = lines(events(5));
    assert_eq!(out.text().lines().collect::<Vec<_>>(), expected);
    assert!(expected.iter().any(|line| line.contains("\"kind\":\"status\"")));
    assert_eq!((reports[0].delivered, reports[0].is_complete()), (expected.len() as u64, true));
}

#[test]
fn json_lines_are_appended_to_the_file_of_the_process() {
    let folder = std::env::temp_dir().join(format!("probelang-sink-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("events-{pid}.ndjson");
    for _ in 0..2 {
        let sinks = Sinks::builder(settings()).with(Lines::open(path.to_str().unwrap()).unwrap()).start();
        sinks.emit(log());
        assert!(sinks.close(LONG)[0].is_complete());
    }
    let file = folder.join(format!("events-{}.ndjson", std::process::id()));
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 2);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_line_of_the_console_is_one_line_whatever_an_event_says() {
    let out = Buffer::default();
    let sinks = Sinks::builder(settings()).with(Console::to(out.clone(), "buffer")).start();
    let all = events(2);
    let count = all.len();
    all.into_iter().for_each(|event| sinks.emit(event));
    sinks.close(LONG);
    let text = out.text();
    assert_eq!(text.lines().count(), count);
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text}");
    for part in [
        r"log log shop.Cart.pay: paid 0 by ann\nb",
        "metric count count cart.paid 1 team:pay",
        "span span shop.Cart.pay took 2.5ms, threw shop.PayError: no money",
        "tags tags on the active span: cart.total=0",
        "status log INSTALLED",
        "error broken shop.Cart.pay: ",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("qwertz"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_loses_events_and_says_so() {
    let sinks = Sinks::builder(settings()).with(Lines::open("/dev/full").unwrap()).start();
    (0..10).for_each(|_| sinks.emit(log()));
    let report = &sinks.close(LONG)[0];
    assert_eq!((report.delivered, report.of(Loss::Write)), (0, 10));
    assert!(report.to_string().contains("10 not delivered: 10 writing failed (No space left"), "{report}");
}

/// Writes half of each second line.
#[derive(Clone, Default)]
struct Tearing(Buffer, Arc<AtomicU64>);

impl Write for Tearing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.1.fetch_add(1, Ordering::Relaxed) % 3 {
            1 => self.0.write(&bytes[..bytes.len() / 2]),
            2 => Err(io::ErrorKind::StorageFull.into()),
            _ => self.0.write(bytes),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_line_that_was_torn_does_not_spoil_the_next_one() {
    let out = Tearing::default();
    let sinks = Sinks::builder(settings()).with(Lines::to(out.clone(), "buffer".to_owned())).start();
    (0..4).for_each(|_| sinks.emit(log()));
    let report = sinks.close(LONG).remove(0);
    let whole = lines([log()]).remove(0);
    let text = out.0.text();
    let is_whole = |line: &&str| serde_json::from_str::<serde_json::Value>(line).is_ok();
    assert_eq!(text.lines().filter(is_whole).count(), 2, "{text}");
    assert_eq!(text.lines().next().map(str::len), Some(whole.len()));
    assert_eq!((report.delivered, report.of(Loss::Write)), (2, 2));
}

#[test]
fn a_full_queue_drops_the_newest_and_counts_them() {
    let (open, wait) = std::sync::mpsc::channel::<()>();
    let mut first = true;
    let started = Arc::new(AtomicU64::new(0));
    let starts = Arc::clone(&started);
    let taken = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&taken);
    let sinks = Sinks::builder(settings())
        .with(scripted(Profile::new("slow", "test").with_queue(16, 1 << 20), move |batch, context| {
            if !batch.is_empty() && std::mem::take(&mut first) {
                starts.store(1, Ordering::SeqCst);
                wait.recv().unwrap();
            }
            counted.fetch_add(batch.count(), Ordering::Relaxed);
            context.delivered(batch.count());
            Next::Ready
        }))
        .start();
    sinks.emit(log());
    // the worker holds the first event, and nothing else leaves the queue
    while started.load(Ordering::SeqCst) == 0 {}
    for _ in 0..200 {
        sinks.emit(log());
    }
    open.send(()).unwrap();
    let report = &sinks.close(LONG)[0];
    assert_eq!(report.delivered + report.lost(), 201, "{report}");
    assert_eq!(report.delivered, taken.load(Ordering::Relaxed));
    assert!(report.of(Loss::QueueFull) >= 201 - 17 - 16, "{report}");
}

#[test]
fn a_queue_has_a_limit_in_bytes() {
    let mut large = log();
    if let Event::Log(record) = &mut large {
        record.message = "x".repeat(40_000);
    }
    let sinks = Sinks::builder(settings())
        .with(scripted(Profile::new("s", "test").with_queue(100, 30_000), |batch, context| {
            context.delivered(batch.count());
            Next::Ready
        }))
        .start();
    sinks.emit(large);
    sinks.emit(log());
    let report = &sinks.close(LONG)[0];
    assert_eq!((report.delivered, report.of(Loss::TooLarge)), (1, 1));
}

#[test]
fn counts_and_gauges_lose_no_sample_while_a_queue_is_full() {
    let sums = [Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0))];
    let whole = |number: Number| match number {
        Number::Int(number) => u64::try_from(number).unwrap(),
        other => panic!("{other:?}"),
    };
    let sink = |metrics: Metrics, sum: &Arc<AtomicU64>| {
        let sum = Arc::clone(sum);
        let profile = Profile::new("s", "test").with_queue(1, 1 << 20).with_metrics(metrics);
        scripted(profile.with_kinds(Kinds::METRICS), move |batch, context| {
            context.delivered(batch.count());
            for event in batch.events {
                event.with(|event| match event {
                    Event::Metric(sample) => sum.fetch_add(whole(sample.value), Ordering::Relaxed),
                    other => panic!("{other:?}"),
                });
            }
            for total in batch.totals {
                assert_eq!(whole(total.sample.value), total.samples);
                sum.fetch_add(total.samples, Ordering::Relaxed);
            }
            Next::Ready
        })
    };
    let sinks = Sinks::builder(settings())
        .with(sink(Metrics::Totals, &sums[0]))
        .with(sink(Metrics::Each, &sums[1]))
        .start();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let is_count =
                    |event: &Event| matches!(event, Event::Metric(sample) if &*sample.name == "cart.paid");
                for _ in 0..25 {
                    events(20).into_iter().filter(is_count).for_each(|event| sinks.emit(event));
                }
            });
        }
    });
    let reports = sinks.close(LONG);
    assert_eq!(sums.map(|sum| sum.load(Ordering::Relaxed)), [2_000, 2_000]);
    assert!(reports.iter().all(|report| report.is_complete() && report.delivered == 2_000));
}

#[test]
fn the_last_value_of_a_gauge_counts() {
    let values = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&values);
    let profile = Profile::new("s", "test").with_interval(LONG).with_kinds(Kinds::METRICS);
    let sinks = Sinks::builder(settings())
        .with(scripted(profile, move |batch, context| {
            context.delivered(batch.count());
            let of = |total: &probelang_sink::Total| (total.sample.name.to_string(), total.sample.value);
            seen.lock().unwrap().extend(batch.totals.iter().map(of));
            Next::Ready
        }))
        .start();
    // the worker looks at the queue when it starts
    assert!(sinks.flush(LONG));
    events(10).into_iter().for_each(|event| sinks.emit(event));
    sinks.close(LONG);
    let values = values.lock().unwrap();
    assert!(values.contains(&("cart.total".to_owned(), Number::Int(9))), "{values:?}");
    assert!(values.contains(&("cart.paid".to_owned(), Number::Int(10))), "{values:?}");
}

#[test]
fn a_probe_names_its_sinks() {
    let named = PROBES.replacen(r#""id": "log","#, r#""id": "log", "targets": ["one", "elsewhere"],"#, 1);
    let named = named.replacen(r#""id": "count","#, r#""id": "count", "targets": ["nobody"],"#, 1);
    let got = Arc::new(Mutex::new(Vec::new()));
    let sink = |name: &'static str| {
        let got = Arc::clone(&got);
        scripted(Profile::new(name, "test").with_metrics(Metrics::Each), move |batch, context| {
            context.delivered(batch.count());
            for event in batch.events {
                event.with(|event| {
                    let probe = event.probe().map_or("status", |probe| &*probe.id).to_owned();
                    got.lock().unwrap().push((name, probe));
                });
            }
            Next::Ready
        })
    };
    let sinks = Sinks::builder(settings()).with(sink("one")).with(sink("two")).start();
    events_of(&named, [hit(0, 2)]).into_iter().for_each(|event| sinks.emit(event));
    sinks.close(LONG);
    let got = got.lock().unwrap();
    let has = |name, probe: &str| got.contains(&(name, probe.to_owned()));
    assert!(has("one", "log") && !has("two", "log"));
    assert!(has("one", "span") && has("two", "span") && has("two", "status"));
    assert!(!has("one", "count") && sinks.untaken() == 1);
}

#[test]
fn what_happens_on_the_thread_of_a_sink_gives_no_events() {
    let sinks = Arc::new(Mutex::new(None::<Arc<Sinks>>));
    let own = Arc::clone(&sinks);
    let mut once = true;
    let started = Sinks::builder(settings())
        .with(scripted(Profile::new("s", "test"), move |batch, context| {
            if !batch.is_empty() && std::mem::take(&mut once) {
                own.lock().unwrap().as_ref().unwrap().emit(log());
            }
            context.delivered(batch.count());
            Next::Ready
        }))
        .start();
    *sinks.lock().unwrap() = Some(Arc::clone(&started));
    started.emit(log());
    let report = started.close(LONG).remove(0);
    assert_eq!((report.delivered, report.of(Loss::OwnThread)), (1, 1));
    sinks.lock().unwrap().take();
}

#[test]
fn a_sink_that_panics_loses_its_events_and_nothing_else() {
    let good = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&good);
    let sinks = Sinks::builder(settings())
        .with(scripted(Profile::new("bad", "test"), |batch, _| {
            assert!(batch.is_empty(), "on purpose");
            Next::Ready
        }))
        .with(scripted(Profile::new("good", "test"), move |batch, context| {
            counted.fetch_add(batch.count(), Ordering::Relaxed);
            context.delivered(batch.count());
            Next::Ready
        }))
        .start();
    sinks.emit(log());
    assert!(sinks.flush(LONG));
    sinks.emit(log());
    let reports = sinks.close(LONG);
    assert_eq!((reports[0].of(Loss::Failed), reports[0].waiting), (2, 0));
    assert_eq!((reports[1].delivered, good.load(Ordering::Relaxed)), (2, 2));
}

#[test]
fn closing_gives_up_what_a_sink_holds_when_the_time_is_over() {
    let time = Arc::new(ManualTime::default());
    let clock = Arc::clone(&time);
    let sinks = Sinks::builder(settings())
        .with_time(Arc::<ManualTime>::clone(&time))
        .with(scripted(Profile::new("stuck", "test"), move |_, context| {
            if context.deadline().is_some() {
                clock.advance(LONG);
            }
            Next::At(context.now() + Duration::from_millis(1))
        }))
        .start();
    (0..3).for_each(|_| sinks.emit(log()));
    let report = sinks.close(LONG).remove(0);
    assert_eq!((report.delivered, report.waiting, report.of(Loss::Exit)), (0, 0, 3), "{report}");
    sinks.emit(log());
    assert_eq!(sinks.close(LONG)[0], report);
}

#[test]
fn closing_does_not_wait_for_a_sink_that_never_comes_back() {
    let (_open, wait) = std::sync::mpsc::channel::<()>();
    let sinks = Sinks::builder(settings())
        .with(scripted(Profile::new("stuck", "test"), move |batch, _| {
            if !batch.is_empty() {
                let _ = wait.recv();
            }
            Next::Ready
        }))
        .start();
    sinks.emit(log());
    let report = sinks.close(Duration::from_millis(50)).remove(0);
    assert_eq!((report.delivered, report.of(Loss::Exit)), (0, 1));
}

#[test]
fn recorded_events_wait_for_room() {
    let out = Buffer::default();
    let mut profile = Profile::new("slow", "test").with_queue(4, 1 << 20).with_metrics(Metrics::Each);
    profile.interval = Duration::from_millis(1);
    let sinks = Sinks::builder(settings())
        .with(scripted(profile, |batch, context| {
            context.delivered(batch.count());
            Next::Ready
        }))
        .with(Lines::to(out.clone(), "buffer".to_owned()))
        .with_patience(LONG)
        .start();
    let all = events(200);
    let count = all.len() as u64;
    all.into_iter().for_each(|event| sinks.emit(event));
    for report in sinks.close(LONG) {
        assert_eq!((report.delivered, report.lost()), (count, 0), "{report}");
    }
    assert_eq!(out.text().lines().collect::<Vec<_>>(), lines(events(200)));
}

/// The name of the file that the child of the next test writes.
const CHILD: &str = "PROBELANG_SINK_CHILD";

#[test]
fn an_abrupt_end_loses_only_what_was_not_reported_as_delivered() {
    if let Some(path) = std::env::var_os(CHILD) {
        let sinks = Sinks::builder(settings()).with(Lines::open(path.to_str().unwrap()).unwrap()).start();
        (0..100).for_each(|_| sinks.emit(log()));
        // nobody asks for a flush: the interval has to do it
        while sinks.reports()[0].delivered < 100 {
            std::thread::sleep(Duration::from_millis(1));
        }
        (0..100).for_each(|_| sinks.emit(log()));
        std::process::abort();
    }
    let path = std::env::temp_dir().join(format!("probelang-abrupt-{}.ndjson", std::process::id()));
    let name = "an_abrupt_end_loses_only_what_was_not_reported_as_delivered";
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact"])
        .env(CHILD, &path)
        .output()
        .unwrap();
    assert!(!child.status.success());
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    let whole = lines([log()]).remove(0);
    assert!((100..=200).contains(&text.lines().count()), "{}", text.lines().count());
    assert!(text.lines().take(100).all(|line| line == whole));
}
