//! What leaves the process: names and values of a hit as a snapshot, limited, redacted, of a bounded size.
//!
//! [`frame`] captures: the names of one moment of a hit, or the values of expressions in their place.
//! [`Capture::write_snapshot`] and [`Capture::write_event`] write what was captured.
//!
//! ```
//! use probelang::capture::{About, Capture, Frame, Group, Named, Name, Settings, frame};
//! use probelang::host::{Budget, Names, Resolve, Use};
//! use probelang::redact::Policy;
//! use probelang::{Document, Engine};
//!
//! let mut table = Names::new();
//! let sku = Engine::new().expression("items[0].sku")?.bind(&mut table);
//! let order = table.symbol("order");
//! let document = Document::parse(br#"{"order": {"id": 7, "token": "s3"}, "items": [{"sku": "a-1"}]}"#)?;
//! let host = document.view(&table);
//!
//! // one of these per thread, used again for each hit
//! let (mut capture, mut text) = (Capture::new(), String::new());
//! let policy = Policy::built_in();
//! let settings = Settings::new(&policy);
//! let mut budget = Budget::steps(100_000);
//! let names = [Name { group: Group::Locals, name: "order", symbol: order }];
//! let expressions = [Named { name: "sku", program: &sku, limits: None }];
//! let hit = Frame { names: &names, expressions: &expressions, ..Frame::default() };
//! let failed = frame(&mut capture, &host, &hit, &settings, &mut budget);
//! assert!(failed.is_empty());
//! capture.write_snapshot(&About { language: "json", ..About::default() }, 1 << 20, &mut text);
//!
//! let captured = probelang::Snapshot::parse(text.as_bytes(), None, &policy)?;
//! assert_eq!(Engine::new().expression("order.id")?.eval(&captured)?, "7");
//! assert!(!text.contains("s3"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "snapshot")]
mod audit;
#[cfg(feature = "snapshot")]
mod recorded;
#[cfg(feature = "snapshot")]
mod subject;

pub use probelang_capture::{
    About, Binding, Capture, CaptureLimits, Event, EventError, Group, Location, Logger, MIN_SIZE, Moment,
    ProbeName, Redaction, StackFrame, Throwable, Written,
};

#[cfg(feature = "snapshot")]
pub use audit::{Audit, AuditEntry};
use probelang_capture::{HostReader, Stop};
use probelang_diagnostic::Class;
use probelang_host::{Budget, Host, Symbol};
use probelang_redact::Policy;
use probelang_vm::RawFault;
#[cfg(feature = "snapshot")]
pub use recorded::{Recording, stack_frame, with_ending};
#[cfg(feature = "snapshot")]
pub use subject::{Order, Subject, SubjectKind};

use crate::{Bound, Expression};

/// A name of a frame, resolved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Name<'n> {
    /// What it is a name of.
    pub group: Group,
    /// The name.
    pub name: &'n str,
    /// Its symbol in the host.
    pub symbol: Symbol,
}

/// An expression whose value is captured under a name.
#[derive(Clone, Copy, Debug)]
pub struct Named<'n> {
    /// The name.
    pub name: &'n str,
    /// The expression, bound to the family of the host. Its own policy decides what it may read.
    pub program: &'n Bound<Expression>,
    /// Limits of its own; `None` for those of the frame.
    pub limits: Option<CaptureLimits>,
}

/// What a moment says of an exception.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Ending<'e> {
    /// Nothing: it is not the end of the function, or not known.
    #[default]
    Unsaid,
    /// That the function returned.
    Returned,
    /// What it threw.
    Threw(&'e Throwable<'e>),
}

/// What is captured at one moment of a hit.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'f> {
    /// The moment.
    pub moment: Moment<'f>,
    /// Its names, those of a group next to each other.
    pub names: &'f [Name<'f>],
    /// Expressions, captured after the names.
    pub expressions: &'f [Named<'f>],
    /// Why names are missing that the host could not list, if so.
    pub missing: Option<&'f str>,
    /// How the function ended.
    pub ending: Ending<'f>,
}

impl Default for Frame<'_> {
    /// A return that captured nothing.
    fn default() -> Self {
        Self {
            moment: Moment::Return,
            names: &[],
            expressions: &[],
            missing: None,
            ending: Ending::default(),
        }
    }
}

/// What holds for everything that a hit captures.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'s> {
    /// What is redacted in names and their values.
    pub policy: &'s Policy,
    /// How much of each value is shown.
    pub limits: CaptureLimits,
}

impl<'s> Settings<'s> {
    /// The default limits.
    #[must_use]
    pub fn new(policy: &'s Policy) -> Self {
        Self { policy, limits: CaptureLimits::default() }
    }
}

/// Captures a moment of a hit. The expressions that failed come back, each with its place among
/// [`Frame::expressions`]; nothing of those is captured.
///
/// The budget is the one of the hit: what it does not reach says `timeout` in the capture.
///
/// # Cost
/// Linear in what is written, and what the expressions cost. Allocates only what `capture` has no memory for, and
/// a list of what failed.
pub fn frame(
    capture: &mut Capture,
    host: &dyn Host,
    frame: &Frame<'_>,
    settings: &Settings<'_>,
    budget: &mut Budget<'_>,
) -> Vec<(usize, RawFault)> {
    capture.moment(frame.moment);
    if let Some(why) = frame.missing {
        capture.partial(why, settings.policy);
    }
    let reader = &mut HostReader::new(host, settings.policy, budget);
    // the walk of expressions serves this one too, where size counts
    #[cfg(not(feature = "specialise"))]
    let reader: &mut dyn probelang_capture::Reader<'_> = reader;
    for run in frame.names.chunk_by(|one, next| one.group == next.group) {
        let Some(first) = run.first() else { continue };
        capture.group(first.group);
        for Name { name, symbol, .. } in run {
            match capture.name(reader, name, Binding::Variable(*symbol), &settings.limits) {
                // a plain host has no lazy filter that could fail
                Ok(()) | Err(Stop) => {}
            }
        }
    }
    let mut failed = Vec::new();
    for (at, Named { name, program, limits }) in frame.expressions.iter().enumerate() {
        let limits = limits.as_ref().unwrap_or(&settings.limits);
        if let Err(fault) = program.capture(name, host, limits, budget, capture) {
            if fault.code.class() == Class::Limit {
                capture.partial("timeout", settings.policy);
            }
            failed.push((at, fault));
        }
    }
    match frame.ending {
        Ending::Unsaid => {}
        Ending::Returned => capture.throwable(None, settings.policy),
        Ending::Threw(thrown) => capture.throwable(Some(thrown), settings.policy),
    }
    failed
}

impl Bound<Expression> {
    /// Adds the value of the expression to the moment that `capture` is at, as `name` among its expressions. The
    /// value is hidden where the policy that the expression was bound with hides that name.
    ///
    /// # Errors
    /// The fault that ended the run, or the walk over a lazy filter; then nothing is added.
    pub fn capture(
        &self,
        name: &str,
        host: &dyn Host,
        limits: &CaptureLimits,
        budget: &mut Budget<'_>,
        capture: &mut Capture,
    ) -> Result<(), RawFault> {
        self.read(host, budget, |value, reader| {
            capture.group(Group::Expressions);
            capture.name(reader, name, Binding::Value(value), limits)
        })
    }
}
