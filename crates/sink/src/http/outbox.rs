//! Requests on their way, and when one is sent again. Pure: time and chance come from the context.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Answer, Method, Request, Transport};
use crate::report::Loss;
use crate::sink::{Context, Next};

/// A request with events.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The events in it.
    pub events: u64,
    /// Whether it is sent again where the receiver could not be reached.
    pub is_retried: bool,
    /// What the sink makes of it.
    pub tag: u8,
}

/// What becomes of a parcel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Fate {
    /// The receiver has it, but for so many events.
    Delivered { rejected: u64 },
    /// The receiver may take it later; in so long, if it says so.
    Later(Option<Duration>),
    /// The receiver will never take it.
    Rejected(Loss),
    /// The sink has changed it, and it is sent again at once.
    Changed,
}

/// When a request is sent again: after a pause that doubles, and that chance shortens by up to a half.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    pub first: Duration,
    pub longest: Duration,
    /// How often a request is sent in all.
    pub attempts: u32,
}

impl Retry {
    /// How a receiver is tried again: 1, 2, 4, 8 and 16 seconds after it failed.
    pub const DEFAULT: Self =
        Self { first: Duration::from_secs(1), longest: Duration::from_secs(30), attempts: 6 };

    /// The longest pause that a receiver may ask for.
    const ASKED: Duration = Duration::from_secs(300);

    /// The pause after `failed` attempts, at least one; none if that is enough.
    pub fn pause(&self, failed: u32, random: u64, asked: Option<Duration>) -> Option<Duration> {
        if failed >= self.attempts {
            return None;
        }
        let doubled = 1_u32.checked_shl(failed.saturating_sub(1)).unwrap_or(u32::MAX);
        let whole = self.first.saturating_mul(doubled).min(self.longest);
        let half = whole.checked_div(2).unwrap_or_default();
        // the upper bits of a random number, as a share of the half
        let share = u32::try_from(random >> 32).unwrap_or(u32::MAX);
        let nanos = half.as_nanos().saturating_mul(u128::from(share)) >> 32;
        let own = half.saturating_add(Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)));
        Some(asked.map_or(own, |asked| own.max(asked.min(Self::ASKED))))
    }
}

/// Requests on their way, oldest first. While one waits, all wait: it is the receiver that is gone.
#[derive(Debug)]
pub(crate) struct Outbox {
    parcels: VecDeque<Parcel>,
    retry: Retry,
    timeout: Duration,
    /// How often the first was sent in vain.
    failed: u32,
    /// When it is sent again.
    due: Option<Duration>,
}

impl Outbox {
    pub const fn new(retry: Retry, timeout: Duration) -> Self {
        Self { parcels: VecDeque::new(), retry, timeout, failed: 0, due: None }
    }

    pub fn add(&mut self, parcel: Parcel) {
        self.parcels.push_back(parcel);
    }

    /// Sends what is there. `judge` says what an answer means for a parcel, and may change it.
    pub fn send(
        &mut self,
        transport: &mut dyn Transport,
        context: &Context<'_>,
        mut judge: impl FnMut(&mut Parcel, Result<&Answer, &str>) -> Fate,
    ) -> Next {
        let due = self.due.take().filter(|due| context.now() < *due);
        if let Some(due) = due.filter(|_| !context.is_urgent() && !context.is_over()) {
            self.due = Some(due);
            return Next::At(due);
        }
        while let Some(mut parcel) = self.parcels.pop_front() {
            let left = context.deadline().map(|deadline| deadline.saturating_sub(context.now()));
            if left.is_some_and(|left| left.is_zero()) {
                let why = if self.failed > 0 { Loss::Unreachable } else { Loss::Exit };
                context.lost(why, parcel.events);
                self.failed = 0;
                continue;
            }
            let answer = transport.send(&Request {
                method: Method::Post,
                url: &parcel.url,
                headers: &parcel.headers,
                body: &parcel.body,
                timeout: left.map_or(self.timeout, |left| left.min(self.timeout)),
            });
            match &answer {
                Err(error) => context.error(error),
                Ok(answer) if !answer.is_success() => context.error(&format!("status {}", answer.status)),
                Ok(_) => {}
            }
            let fate = judge(&mut parcel, answer.as_ref().map_err(String::as_str));
            match fate {
                Fate::Delivered { rejected } => {
                    let rejected = rejected.min(parcel.events);
                    context.delivered(parcel.events.saturating_sub(rejected));
                    context.lost(Loss::Rejected, rejected);
                    self.failed = 0;
                }
                Fate::Rejected(why) => {
                    context.lost(why, parcel.events);
                    self.failed = 0;
                }
                Fate::Changed => self.parcels.push_front(parcel),
                Fate::Later(asked) => {
                    self.failed = self.failed.saturating_add(1);
                    let pause = self.retry.pause(self.failed, context.random(), asked);
                    let at = pause.map(|pause| context.now().saturating_add(pause));
                    let in_time = at.filter(|at| context.deadline().is_none_or(|deadline| *at < deadline));
                    match in_time {
                        Some(at) if parcel.is_retried => {
                            self.parcels.push_front(parcel);
                            self.due = Some(at);
                            return Next::At(at);
                        }
                        Some(_) | None => {
                            context.lost(Loss::Unreachable, parcel.events);
                            self.failed = 0;
                        }
                    }
                }
            }
        }
        Next::Ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_chance_takes_up_to_a_half() {
        let pause = |failed, random| Retry::DEFAULT.pause(failed, random, None).map(|time| time.as_millis());
        assert_eq!(
            [1, 2, 3, 4, 5, 6].map(|failed| pause(failed, 0)),
            [Some(500), Some(1_000), Some(2_000), Some(4_000), Some(8_000), None]
        );
        assert_eq!(pause(1, u64::MAX), Some(999));
        let long = Retry { attempts: u32::MAX, ..Retry::DEFAULT };
        assert_eq!(long.pause(1_000, 0, None), Some(Duration::from_secs(15)));
    }

    #[test]
    fn a_receiver_may_ask_for_a_longer_pause_within_reason() {
        let asked = |seconds| Retry::DEFAULT.pause(1, 0, Some(Duration::from_secs(seconds)));
        assert_eq!(asked(0), Some(Duration::from_millis(500)));
        assert_eq!(asked(7), Some(Duration::from_secs(7)));
        assert_eq!(asked(u64::MAX), Some(Duration::from_secs(300)));
    }
}
