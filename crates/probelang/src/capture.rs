//! What leaves the process: names and values of a hit as a snapshot, limited, redacted, of a bounded size.
//!
//! ```
//! use probelang::capture::{About, Capture, CaptureLimits, Group, Moment, Name, names};
//! use probelang::host::{Budget, Names, Resolve};
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
//! let (policy, limits) = (Policy::built_in(), CaptureLimits::default());
//! let mut budget = Budget::steps(100_000);
//! capture.moment(Moment::Return);
//! names(&mut capture, &host, &[Name { group: Group::Locals, name: "order", symbol: order }], &policy, &limits, &mut budget);
//! sku.capture("sku", &host, &limits, &mut budget, &mut capture).map_err(|raw| sku.fault(&raw))?;
//! capture.write_snapshot(&About { language: "json", ..About::default() }, 1 << 20, &mut text);
//!
//! let captured = probelang::Snapshot::parse(text.as_bytes(), None, &policy)?;
//! assert_eq!(Engine::new().expression("order.id")?.eval(&captured)?, "7");
//! assert!(!text.contains("s3"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use probelang_capture::{
    About, Binding, Capture, CaptureLimits, Event, EventError, Group, Location, Logger, MIN_SIZE, Moment,
    ProbeName, StackFrame, Throwable, Written,
};

use probelang_capture::{HostReader, Stop};
use probelang_host::{Budget, Host, Symbol};
use probelang_redact::Policy;
use probelang_vm::RawFault;

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

/// Adds variables of `host` to the moment that `capture` is at. Those of one group stand together.
///
/// What the budget does not reach says `timeout` in the capture, so this does not fail.
pub fn names(
    capture: &mut Capture,
    host: &dyn Host,
    names: &[Name<'_>],
    policy: &Policy,
    limits: &CaptureLimits,
    budget: &mut Budget<'_>,
) {
    let mut reader = HostReader::new(host, policy, budget);
    for run in names.chunk_by(|one, next| one.group == next.group) {
        let Some(first) = run.first() else { continue };
        capture.group(first.group);
        for Name { name, symbol, .. } in run {
            match capture.name(&mut reader, name, Binding::Variable(*symbol), limits) {
                // a plain host has no lazy filter that could fail
                Ok(()) | Err(Stop) => {}
            }
        }
    }
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
