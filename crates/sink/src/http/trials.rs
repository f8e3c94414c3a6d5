//! When a request is sent again, step by step, with a clock that is moved by hand.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use probelang_probe::settings::Settings;

use super::*;
use crate::report::{Loss, SinkReport, Tally};
use crate::sink::{Context, Next};
use crate::time::ManualTime;

/// Answers in turn, and keeps when it was asked.
struct Script<'t> {
    time: &'t ManualTime,
    answers: VecDeque<Result<Answer, String>>,
    asked: Mutex<Vec<(u64, Duration)>>,
}

impl Transport for Script<'_> {
    fn send(&mut self, request: &Request<'_>) -> Result<Answer, String> {
        let now = crate::time::Time::elapsed(self.time).as_millis();
        self.asked.lock().unwrap().push((u64::try_from(now).unwrap(), request.timeout));
        self.answers.pop_front().unwrap_or_else(|| Ok(Answer::of(200)))
    }
}

/// Sends parcels of two events each until nothing is left, and moves the clock to where the outbox asks.
struct Trial {
    time: ManualTime,
    tally: Tally,
    settings: Settings,
    deadline: Option<Duration>,
}

impl Trial {
    fn new() -> Self {
        Self {
            time: ManualTime::default(),
            tally: Tally::default(),
            settings: Settings::default(),
            deadline: None,
        }
    }

    fn run(&self, parcels: &[bool], answers: Vec<Result<Answer, String>>) -> (Vec<u64>, SinkReport) {
        let mut outbox = Outbox::new(Retry::DEFAULT, Duration::from_secs(10));
        for is_retried in parcels {
            outbox.add(Parcel {
                url: "http://a/".to_owned(),
                headers: Vec::new(),
                body: Vec::new(),
                events: 2,
                is_retried: *is_retried,
                tag: 0,
            });
        }
        let mut script = Script { time: &self.time, answers: answers.into(), asked: Mutex::default() };
        let context = Context {
            time: &self.time,
            tally: &self.tally,
            settings: &self.settings,
            deadline: self.deadline,
            is_urgent: false,
        };
        let judge = |_: &mut Parcel, answer: Result<&Answer, &str>| match answer {
            Ok(answer) if answer.is_success() => Fate::Delivered { rejected: 0 },
            Ok(answer) if answer.status == 400 => Fate::Rejected(Loss::Rejected),
            Ok(answer) => Fate::Later(answer.wait(context.wall())),
            Err(_) => Fate::Later(None),
        };
        while let Next::At(at) = outbox.send(&mut script, &context, judge) {
            let before = Duration::from_nanos(1);
            let early = at.saturating_sub(context.now()).saturating_sub(before);
            self.time.advance(early);
            // before its time, nothing is sent
            assert_eq!(outbox.send(&mut script, &context, judge), Next::At(at));
            self.time.advance(before);
        }
        let asked = script.asked.into_inner().unwrap();
        assert!(asked.iter().all(|(_, timeout)| *timeout <= Duration::from_secs(10)));
        (asked.into_iter().map(|(at, _)| at).collect(), self.tally.report("s", "t", 0))
    }
}

fn gone() -> Result<Answer, String> {
    Err("connection refused".to_owned())
}

#[test]
fn a_receiver_that_is_gone_is_tried_six_times() {
    let (asked, report) = Trial::new().run(&[true], vec![gone(); 6]);
    assert_eq!(asked, [0, 500, 1_500, 3_500, 7_500, 15_500]);
    assert_eq!((report.delivered, report.of(Loss::Unreachable)), (0, 2));
    assert_eq!(report.last_error.as_deref(), Some("connection refused"));
}

#[test]
fn chance_makes_pauses_longer() {
    let trial = Trial::new();
    trial.time.set_random(1 << 63);
    let (asked, _) = trial.run(&[true], vec![gone(); 2]);
    assert_eq!(asked, [0, 750, 2_250]);
}

#[test]
fn the_next_request_begins_anew() {
    let (asked, report) = Trial::new().run(&[true, true], vec![gone(), Ok(Answer::of(200)), gone()]);
    assert_eq!(asked, [0, 500, 500, 1_000]);
    assert_eq!((report.delivered, report.lost()), (4, 0));
}

#[test]
fn a_receiver_that_asks_for_time_gets_it() {
    let busy = || Ok(Answer::of(503).with_retry_after("7"));
    let late = || Ok(Answer::of(429).with_retry_after("100000"));
    let (asked, report) = Trial::new().run(&[true], vec![busy(), late()]);
    assert_eq!(asked, [0, 7_000, 307_000]);
    assert_eq!(report.delivered, 2);
}

#[test]
fn what_is_not_sent_again_is_lost_at_once_and_does_not_hold_up_the_rest() {
    let (asked, report) = Trial::new().run(&[false, true], vec![gone(), Ok(Answer::of(400))]);
    assert_eq!(asked, [0, 0]);
    assert_eq!((report.of(Loss::Unreachable), report.of(Loss::Rejected)), (2, 2));
}

#[test]
fn at_the_end_only_what_is_in_time_is_tried() {
    let mut trial = Trial::new();
    trial.deadline = Some(Duration::from_millis(1_900));
    let (asked, report) = trial.run(&[true, true], vec![gone(); 9]);
    // the third pause would end too late, for the second request the first
    assert_eq!(asked, [0, 500, 1_500, 1_500]);
    assert_eq!(report.of(Loss::Unreachable), 4);
}
