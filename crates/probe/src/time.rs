//! Points in time, as the adapter hands them in.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat};

/// Nanoseconds since the Unix epoch: 1970 to the year 2554.
///
/// ```
/// use probelang_probe::Timestamp;
/// let noon = Timestamp::parse("2026-11-29T13:00:00+01:00")?;
/// assert_eq!(noon.to_string(), "2026-11-29T12:00:00Z");
/// # Ok::<(), probelang_probe::TimestampError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Timestamp(u64);

/// A text that is no RFC 3339 time, or a time that a [`Timestamp`] cannot hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a time is written like 2026-11-29T12:00:00Z, from 1970 to 2554")]
pub struct TimestampError;

impl Timestamp {
    /// That many nanoseconds since the epoch.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// That many milliseconds since the epoch; the last time there is, if that is later.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since the epoch: the `timestamp` of an event.
    #[must_use]
    pub const fn millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Reads an RFC 3339 time, of any offset.
    ///
    /// # Errors
    /// [`TimestampError`] for any other text.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| TimestampError)?;
        // a time that 64 bits with a sign cannot count is counted in two parts
        let seconds = u64::try_from(time.timestamp()).map_err(|_| TimestampError)?;
        let nanos = seconds.checked_mul(1_000_000_000);
        let nanos = nanos.and_then(|nanos| nanos.checked_add(time.timestamp_subsec_nanos().into()));
        nanos.map(Self).ok_or(TimestampError)
    }

    /// `duration` later; the last time there is, if that is later.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)))
    }

    /// `duration` earlier; the epoch, if that is earlier.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)))
    }

    /// How long after `earlier`; nothing if it is not later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Timestamp {
    /// In RFC 3339, in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        let time = i64::try_from(seconds).ok().zip(u32::try_from(nanos).ok());
        match time.and_then(|(seconds, nanos)| DateTime::from_timestamp(seconds, nanos)) {
            Some(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            // beyond the years of the library, which a `u64` does not reach
            None => write!(f, "{} ns", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_any_offset_are_read() {
        for (text, millis) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T01:00:00+01:00", 0),
            ("2026-11-29T12:00:00.250Z", 1_795_953_600_250),
            ("2026-11-29t12:00:00z", 1_795_953_600_000),
        ] {
            assert_eq!(Timestamp::parse(text).map(Timestamp::millis), Ok(millis), "{text}");
        }
    }

    #[test]
    fn what_has_no_offset_or_does_not_exist_is_refused() {
        for text in [
            "",
            "tomorrow",
            "2026-11-29",
            "2026-11-29T12:00:00",
            "2026-02-30T12:00:00Z",
            "9999-01-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
        ] {
            assert_eq!(Timestamp::parse(text), Err(TimestampError), "{text}");
        }
    }
}
