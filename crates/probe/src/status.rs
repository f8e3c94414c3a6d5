//! What is reported about a probe: statuses, their order, and which of them are worth sending.
//!
//! ```
//! use probelang_probe::Timestamp;
//! use probelang_probe::status::{Status, Statuses};
//!
//! let mut statuses = Statuses::default();
//! let now = Timestamp::from_millis(0);
//! assert!(statuses.report("p1", 3, Status::Received, None, now).is_some());
//! assert!(statuses.report("p1", 3, Status::Emitting, None, now).is_some());
//! // the same again is not news, and what is emitting was installed
//! assert!(statuses.report("p1", 3, Status::Emitting, None, now).is_none());
//! assert!(statuses.report("p1", 3, Status::Installed, None, now).is_none());
//! ```

use std::sync::Arc;
use std::time::Duration;

use crate::Timestamp;
use crate::sorted::Sorted;

/// What has become of a probe.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Status {
    /// Its configuration was read.
    Received,
    /// It is in place, and has given no event yet.
    Installed,
    /// It has given an event.
    Emitting,
    /// It cannot be used: its configuration is wrong, or its place does not exist.
    Error,
    /// The embedding program does not allow it.
    Blocked,
    /// It costs more than its share of a CPU. It goes on when it has drained.
    Paused,
    /// Its time is over.
    Expired,
    /// It has given as many events as it was to give.
    Done,
    /// The code at its place is not the code that it was written for.
    Drifted,
}

impl Status {
    /// All statuses.
    pub const ALL: [Self; 9] = [
        Self::Received,
        Self::Installed,
        Self::Emitting,
        Self::Error,
        Self::Blocked,
        Self::Paused,
        Self::Expired,
        Self::Done,
        Self::Drifted,
    ];

    /// The name in status events, in upper case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "RECEIVED",
            Self::Installed => "INSTALLED",
            Self::Emitting => "EMITTING",
            Self::Error => "ERROR",
            Self::Blocked => "BLOCKED",
            Self::Paused => "PAUSED",
            Self::Expired => "EXPIRED",
            Self::Done => "DONE",
            Self::Drifted => "DRIFTED",
        }
    }

    /// The status in words.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Installed => "installed",
            Self::Emitting => "emitting",
            Self::Error => "cannot be used",
            Self::Blocked => "not allowed",
            Self::Paused => "paused",
            Self::Expired => "expired",
            Self::Done => "done",
            Self::Drifted => "drifted",
        }
    }

    /// Whether a version of a probe that has this status keeps it. Only another version gets a new one.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Error | Self::Blocked | Self::Expired | Self::Done => true,
            Self::Received | Self::Installed | Self::Emitting | Self::Paused | Self::Drifted => false,
        }
    }

    /// Whether a version of a probe may go from this status to `next`.
    ///
    /// A working probe only moves forward, so a report that comes late changes nothing. Everything may fail or end. What is
    /// paused goes on where it was, and what has drifted may be installed again.
    #[must_use]
    pub const fn allows(self, next: Self) -> bool {
        match (self, next) {
            (Self::Error | Self::Blocked | Self::Expired | Self::Done, _) => false,
            (Self::Received, _) => true,
            (Self::Installed | Self::Emitting | Self::Paused | Self::Drifted, Self::Received) => false,
            (Self::Emitting, Self::Installed) => false,
            (Self::Installed | Self::Emitting | Self::Paused | Self::Drifted, _) => true,
        }
    }
}

/// A status to send.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct StatusReport {
    /// The `id` of the probe.
    pub id: Arc<str>,
    /// The version of its configuration.
    pub version: u64,
    /// What has become of it.
    pub status: Status,
    /// Why, in one line without values of the program.
    pub cause: Option<Arc<str>>,
    /// When it was reported.
    pub at: Timestamp,
}

impl std::fmt::Display for StatusReport {
    /// A sentence: the message of a status event.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Probe {}: {}", self.id, self.status.phrase())?;
        self.cause.iter().try_for_each(|cause| write!(f, ": {cause}"))?;
        f.write_str(".")
    }
}

/// The last status of each probe. It decides what is sent: changes at once, and everything again once an hour, so that a
/// receiver that was restarted learns of it.
#[derive(Clone, Debug)]
pub struct Statuses {
    last: Sorted<Arc<str>, StatusReport>,
    repeat: Duration,
}

impl Default for Statuses {
    fn default() -> Self {
        Self::repeating(Self::REPEAT)
    }
}

impl Statuses {
    /// After how long a status is sent again: one hour.
    pub const REPEAT: Duration = Duration::from_secs(3_600);

    /// Statuses that are sent again after `repeat`.
    #[must_use]
    pub const fn repeating(repeat: Duration) -> Self {
        Self { last: Sorted::new(), repeat }
    }

    /// Reports a status, and gives what is to be sent: nothing if it is not news. A report of an older version is
    /// never news, and neither is one that the [order](Status::allows) rules out; the same status with another cause is.
    ///
    /// A probe that waits for its place may have a new reason for each place that is met. The first one is sent; those after it are only
    /// remembered, and go with the next repetition.
    ///
    /// A remark on an installed probe is still true when the probe emits, so EMITTING without a cause keeps that of INSTALLED.
    pub fn report(
        &mut self,
        id: &str,
        version: u64,
        status: Status,
        cause: Option<&str>,
        now: Timestamp,
    ) -> Option<StatusReport> {
        let last = self.last.get(id);
        let cause = match (cause, last) {
            (None, Some(last)) if status == Status::Emitting && last.version == version => {
                match last.status {
                    Status::Installed | Status::Emitting => last.cause.clone(),
                    Status::Received
                    | Status::Error
                    | Status::Blocked
                    | Status::Paused
                    | Status::Expired
                    | Status::Done
                    | Status::Drifted => None,
                }
            }
            (cause, _) => cause.map(Arc::from),
        };
        if last.is_some_and(|last| !is_news(last, version, status, cause.as_deref())) {
            return None;
        }
        let waits_on = |last: &&mut StatusReport| {
            last.status == Status::Received && last.version == version && last.cause.is_some()
        };
        if status == Status::Received
            && let Some(last) = self.last.get_mut(id).filter(waits_on)
        {
            last.cause = cause;
            return None;
        }
        let id = self.last.entry(id).map_or_else(|| Arc::from(id), |(id, _)| Arc::clone(id));
        let report = StatusReport { id: Arc::clone(&id), version, status, cause, at: now };
        self.last.insert(id, report.clone());
        Some(report)
    }

    /// The status of a probe.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&StatusReport> {
        self.last.get(id)
    }

    /// All statuses, by `id`.
    pub fn iter(&self) -> impl Iterator<Item = &StatusReport> {
        self.last.values()
    }

    /// What is to be sent again now.
    pub fn due(&mut self, now: Timestamp) -> Vec<StatusReport> {
        let repeat = self.repeat;
        self.last
            .values_mut()
            .filter(|report| now.since(report.at) >= repeat)
            .map(|report| {
                report.at = now;
                report.clone()
            })
            .collect()
    }

    /// Forgets a probe that was removed.
    pub fn remove(&mut self, id: &str) {
        self.last.remove(id);
    }

    /// Forgets all probes but those that `keep` wants.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.last.retain(|id| keep(id));
    }
}

fn is_news(last: &StatusReport, version: u64, status: Status, cause: Option<&str>) -> bool {
    if version != last.version {
        return version > last.version;
    }
    if status == last.status { cause != last.cause.as_deref() } else { last.status.allows(status) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every sequence of five reports, over two versions.
    #[test]
    fn no_order_of_reports_leads_backwards() {
        let steps: Vec<(u64, Status)> =
            (1..=2).flat_map(|version| Status::ALL.map(|status| (version, status))).collect();
        let now = Timestamp::default();
        let mut open = vec![(Statuses::default(), 0)];
        let mut tried = 0_u64;
        while let Some((before, depth)) = open.pop() {
            for &(version, status) in &steps {
                let mut after = before.clone();
                let sent = after.report("p", version, status, None, now);
                tried += 1;
                let last = before.get("p");
                match (&sent, last) {
                    (None, None) => panic!("a first report is news"),
                    (None, Some(last)) => {
                        let is_late = version < last.version;
                        let is_ruled_out = version == last.version && !last.status.allows(status);
                        assert!(is_late || is_ruled_out || last.status == status);
                        assert_eq!(after.get("p"), Some(last));
                    }
                    (Some(sent), last) => {
                        assert_eq!((sent.version, sent.status), (version, status));
                        if let Some(last) = last.filter(|last| last.version == version) {
                            assert!(!last.status.is_final(), "{last:?} became {status:?}");
                            assert!(status != Status::Received && status != last.status);
                        }
                        if depth < 4 {
                            open.push((after, depth + 1));
                        }
                    }
                }
            }
        }
        assert!(tried > 10_000, "{tried}");
    }

    #[test]
    fn an_error_with_another_cause_is_sent_again() {
        let mut statuses = Statuses::default();
        let now = Timestamp::default();
        assert!(statuses.report("p", 1, Status::Error, Some("no such line"), now).is_some());
        assert!(statuses.report("p", 1, Status::Error, Some("no such line"), now).is_none());
        assert!(statuses.report("p", 1, Status::Error, Some("no such file"), now).is_some());
        assert!(statuses.report("p", 2, Status::Received, None, now).is_some());
    }

    #[test]
    fn a_new_reason_to_wait_is_shown_and_goes_with_the_next_repetition() {
        let mut statuses = Statuses::default();
        let at = |minutes: u64| Timestamp::from_millis(minutes * 60_000);
        let received =
            |statuses: &mut Statuses, cause| statuses.report("p", 1, Status::Received, cause, at(0));
        assert!(received(&mut statuses, None).is_some());
        assert!(received(&mut statuses, Some("nothing has run")).is_some());
        assert!(received(&mut statuses, Some("line 3 has run")).is_none());
        assert_eq!(statuses.get("p").unwrap().cause.as_deref(), Some("line 3 has run"));
        let due = statuses.due(at(60));
        assert_eq!(due[0].cause.as_deref(), Some("line 3 has run"));
        // a new version begins anew
        assert!(statuses.report("p", 2, Status::Received, Some("line 4 has run"), at(61)).is_some());
        assert!(statuses.report("p", 2, Status::Installed, None, at(61)).is_some());
    }

    #[test]
    fn a_remark_on_an_installed_probe_is_kept_while_it_emits() {
        let mut statuses = Statuses::default();
        let now = Timestamp::default();
        let cause =
            |statuses: &Statuses| statuses.get("p").and_then(|last| last.cause.as_deref().map(str::to_owned));
        let _ = statuses.report("p", 1, Status::Installed, Some("`x` cannot be seen here"), now);
        let sent = statuses.report("p", 1, Status::Emitting, None, now);
        assert_eq!(sent.unwrap().cause.as_deref(), Some("`x` cannot be seen here"));
        assert!(statuses.report("p", 1, Status::Emitting, None, now).is_none());
        assert_eq!(cause(&statuses).as_deref(), Some("`x` cannot be seen here"));
        // why it was paused, or why an older version was installed, says nothing of this
        let _ = statuses.report("p", 1, Status::Paused, Some("it costs too much"), now);
        let _ = statuses.report("p", 1, Status::Emitting, None, now);
        assert_eq!(cause(&statuses), None);
        let _ = statuses.report("p", 2, Status::Installed, Some("a remark"), now);
        let _ = statuses.report("p", 3, Status::Emitting, None, now);
        assert_eq!(cause(&statuses), None);
    }

    #[test]
    fn each_status_is_repeated_once_an_hour() {
        let mut statuses = Statuses::default();
        let at = |minutes: u64| Timestamp::from_millis(minutes * 60_000);
        let _ = statuses.report("a", 1, Status::Installed, None, at(0));
        let _ = statuses.report("b", 1, Status::Installed, None, at(30));
        let due = |statuses: &mut Statuses, minutes| -> Vec<String> {
            statuses.due(at(minutes)).iter().map(|report| report.id.to_string()).collect()
        };
        assert!(due(&mut statuses, 59).is_empty());
        assert_eq!(due(&mut statuses, 60), ["a"]);
        assert_eq!(due(&mut statuses, 90), ["b"]);
        assert_eq!(due(&mut statuses, 200), ["a", "b"]);
        statuses.remove("a");
        assert_eq!(due(&mut statuses, 300), ["b"]);
    }
}
