//! One input captured whole, from what was read to the text that is sent.

use probelang_host::{Budget, Names};
use probelang_snapshot::{Exception, Plain, Recorded, Snapshot, Vars, View};

use super::{About, Capture, Event, EventError, Named, Recording, Redaction, Settings, Written};

/// Something to capture: a plain document or a recorded frame, with variables laid over it.
#[derive(Clone, Debug)]
pub struct Subject<'d> {
    /// What it is.
    pub kind: SubjectKind<'d>,
    /// Variables above all other names.
    pub vars: &'d Vars,
}

/// What a [`Subject`] is.
#[derive(Clone, Debug)]
pub enum SubjectKind<'d> {
    /// A plain document.
    Plain(Plain<'d>),
    /// A recorded frame.
    Recorded {
        /// The snapshot that it is from.
        recorded: Recorded<'d>,
        /// The frame.
        snapshot: &'d Snapshot,
        /// What it says of an exception, if it was [opened apart](Recorded::open_apart).
        exception: Exception<'d>,
    },
}

/// How a subject is captured and written.
#[derive(Clone, Copy, Debug)]
pub struct Order<'o> {
    /// Redaction and limits.
    pub settings: Settings<'o>,
    /// Expressions in place of the variables, bound to `names`.
    pub expressions: &'o [Named<'o>],
    /// The names of the expressions.
    pub names: &'o Names,
    /// Bytes of the snapshot or event.
    pub size: usize,
    /// Whether an event is written around the snapshot.
    pub event: bool,
}

impl<'d> Subject<'d> {
    /// The host over it, with the names of programs.
    #[must_use]
    pub fn view(&self, names: &'d Names) -> View<'d> {
        match &self.kind {
            SubjectKind::Plain(plain) => plain.view(names),
            SubjectKind::Recorded { snapshot, .. } => snapshot.view(names),
        }
        .with_vars(self.vars)
    }

    /// Captures it and appends its snapshot or event to `out`. An expression that fails is an entry of
    /// `evaluationErrors`.
    ///
    /// # Cost
    /// As [`frame`](super::frame).
    pub fn write(
        &self,
        capture: &mut Capture,
        order: &Order<'_>,
        budget: &mut Budget<'_>,
        out: &mut String,
    ) -> Written {
        let Order { settings, expressions, size, .. } = order;
        let mut names = order.names.clone();
        let (recording, service, timestamp) = match &self.kind {
            SubjectKind::Plain(plain) => (Recording::of_document(plain, self.vars, &mut names), None, None),
            SubjectKind::Recorded { recorded, snapshot, exception } => {
                let exception = exception.clone();
                let policy = settings.policy;
                let recording =
                    Recording::of_snapshot(recorded, snapshot, exception, self.vars, policy, &mut names);
                (recording, recorded.service(), recorded.timestamp())
            }
        };
        let host = match &self.kind {
            SubjectKind::Plain(plain) => plain.view(&names),
            SubjectKind::Recorded { snapshot, .. } => snapshot.view(&names),
        };
        let host = host.with_vars(self.vars);
        capture.clear();
        let failed = recording.capture(capture, &host, expressions, settings, budget);
        let failed = failed.iter().filter_map(|(at, raw)| Some(expressions.get(*at)?.program.fault(raw)));
        let faults: Vec<_> = failed.collect();
        let errors: Vec<_> =
            faults.iter().map(|fault| EventError::new(fault.source(), &fault.message)).collect();
        let redaction = Redaction::new(settings.policy.mode());
        let about = About { errors: &errors, redaction, ..recording.about() };
        if order.event {
            let snapshot = About { timestamp, ..about };
            let event = Event { snapshot, service: service.unwrap_or_default(), ..Event::default() };
            capture.write_event(&event, *size, out)
        } else {
            capture.write_snapshot(&about, *size, out)
        }
    }
}
