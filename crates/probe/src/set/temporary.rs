//! Temporary probes of a set: those that no file has, which end by themselves.

use std::sync::Arc;
use std::time::Duration;

use probelang::redact::Policy;

use super::{Change, Known, Probes};
use crate::Timestamp;
use crate::event::Output;
use crate::life::{Ended, Life};
use crate::probe::Probe;
use crate::report::ProbeReport;
use crate::state::{self, State};
use crate::status::Status;
use crate::sync::lock;

/// When a temporary probe ends at the latest: after a time, and after a number of events.
///
/// ```
/// use std::time::Duration;
/// use probelang_probe::Terms;
/// assert_eq!(Terms::default(), Terms::new(Duration::from_secs(600), 20)?);
/// let error = Terms::new(Duration::from_secs(90_000), 20).unwrap_err();
/// assert_eq!(error.to_string(), "a temporary probe ends after 1 to 86400 s, not 90000");
/// # Ok::<(), probelang_probe::TermsError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    expires: Duration,
    hits: u64,
}

/// Terms that no temporary probe may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TermsError {
    /// It would end at once, or too late.
    #[error("a temporary probe ends after 1 to {} s, not {}", Terms::LONGEST.as_secs(), .0.as_secs())]
    Expires(Duration),
    /// It would give nothing, or too much.
    #[error("a temporary probe gives 1 to {} events, not {}", Terms::MOST_HITS, .0)]
    Hits(u64),
}

impl Default for Terms {
    fn default() -> Self {
        Self { expires: Self::EXPIRES, hits: Self::HITS }
    }
}

impl Terms {
    /// How long a temporary probe lives where nobody says so: 10 minutes.
    pub const EXPIRES: Duration = Duration::from_secs(600);
    /// How long it may live: 24 hours.
    pub const LONGEST: Duration = Duration::from_secs(86_400);
    /// How many events it gives where nobody says so.
    pub const HITS: u64 = 20;
    /// How many events it may give.
    pub const MOST_HITS: u64 = 100_000;

    /// Terms of at least a second and an event.
    ///
    /// # Errors
    /// [`TermsError`] if one of them is out of its bounds.
    pub const fn new(expires: Duration, hits: u64) -> Result<Self, TermsError> {
        if expires.as_secs() < 1 || expires.as_nanos() > Self::LONGEST.as_nanos() {
            return Err(TermsError::Expires(expires));
        }
        if hits < 1 || hits > Self::MOST_HITS {
            return Err(TermsError::Hits(hits));
        }
        Ok(Self { expires, hits })
    }

    /// A life that begins now and ends as its configuration says, or before that.
    fn bound(self, life: Life, now: Timestamp) -> Life {
        life.within(now, self.expires, self.hits)
    }
}

/// How events leave: what is hidden in them, and where they go.
#[derive(Clone)]
pub struct Outlet {
    /// What is redacted. The programs of the probe are compiled by an engine with the same.
    pub policy: Arc<Policy>,
    /// Where events go.
    pub output: Arc<dyn Output>,
}

impl std::fmt::Debug for Outlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outlet").field("mode", &self.policy.mode()).finish_non_exhaustive()
    }
}

/// Why a temporary probe was not added.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddError {
    /// A probe of the set, or one that its file rejects, has its id.
    #[error("another probe before it has the id `{0}`")]
    Used(String),
    /// The [rules](crate::settings::Rules) do not allow it.
    #[error("{0}")]
    Blocked(String),
}

impl Probes {
    /// Adds a temporary probe. Everything that counts for the probes of the file counts for it, but that
    ///
    /// - it ends as its configuration says, and at the latest as the terms say. Both of its durations count from now;
    /// - its events leave by its own outlet, in which its statuses are not. They are in [`reports`](Self::reports);
    /// - [`load`](Self::load) does not touch it, unless the file has a probe of its id, which takes its place.
    ///
    /// Hits after its end do nothing; to take it out of its places is to [remove](Self::remove_temporary) it.
    ///
    /// # Errors
    /// [`AddError`].
    pub fn add_temporary(
        &self,
        probe: &Probe,
        terms: Terms,
        outlet: Outlet,
        now: Timestamp,
    ) -> Result<Change, AddError> {
        if let Some(why) = self.settings.rules.refuse(probe, self.settings.process.env.as_deref()) {
            return Err(AddError::Blocked(why));
        }
        let mut probe = probe.clone();
        probe.life = terms.bound(probe.life, now);
        let probe = Arc::new(probe);
        let state = Arc::new(State::new(&probe, &self.settings.limits));
        state.set(state::TEMPORARY);
        {
            let mut loaded = lock(&self.loaded);
            let is_free = loaded.known.get(&probe.id).is_none() && self.notices.hush(&probe.id);
            if !is_free {
                return Err(AddError::Used(probe.id.to_string()));
            }
            let known = Known { probe: Arc::clone(&probe), state, sites: Vec::new(), outlet: Some(outlet) };
            loaded.known.insert(Arc::clone(&probe.id), known);
        }
        self.notices.send(&*self.output, |statuses| {
            statuses.report(&probe.id, probe.version, Status::Received, None, now)
        });
        Ok(Change::Add(probe))
    }

    /// Takes a temporary probe out of the set and of all places, and gives its last report. `None` if there is none of this id.
    pub fn remove_temporary(&self, id: &str) -> Option<(ProbeReport, Change)> {
        let report = self.temporary(id)?.0;
        let mut loaded = lock(&self.loaded);
        loaded.known.get(id).filter(|one| one.outlet.is_some())?;
        let probe = loaded.known.remove(id)?.remove();
        self.notices.forget(id);
        Some((report, Change::Remove(probe)))
    }

    /// What became of a temporary probe, and whether it has ended, as far as hits or [`tick`](Self::tick) have noticed.
    #[must_use]
    pub fn temporary(&self, id: &str) -> Option<(ProbeReport, Option<Ended>)> {
        let status = self.notices.with(|statuses| statuses.get(id).cloned());
        let loaded = lock(&self.loaded);
        let one = loaded.known.get(id).filter(|one| one.outlet.is_some())?;
        Some((one.report(status.as_ref()), one.state.ended()))
    }

    /// The temporary probes that have ended, as far as hits or [`tick`](Self::tick) have noticed, by id.
    #[must_use]
    pub fn ended_temporaries(&self) -> Vec<(Arc<str>, Ended)> {
        let loaded = lock(&self.loaded);
        let all = loaded.known.values().filter(|one| one.outlet.is_some());
        all.filter_map(|one| Some((Arc::clone(&one.probe.id), one.state.ended()?))).collect()
    }
}
