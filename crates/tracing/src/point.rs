//! Places of the program's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use arc_swap::ArcSwapOption;
use probelang::capture::{Group, Name};
use probelang::host::{Host, Symbol};
use probelang_control::{HitTime, coarse_now};
use probelang_probe::event::{Thread, TraceIds};
use probelang_probe::runtime::Scene;
use probelang_probe::{Found, Probes, Site, Timestamp};

use crate::inspect::{Inspect, Node, PointHost, PointNames, names_of};
use crate::near::{self, Kept};
use crate::{adapter, context, process};

/// A place for probes, with values of any type that is [`Inspect`].
///
/// ```
/// use probelang_tracing::{Inspect, probe_point};
///
/// #[derive(Inspect)]
/// struct Order {
///     total: u64,
/// }
/// let order = Order { total: 120 };
/// let user = "eve";
/// probe_point!("checkout", order, user, items = [1, 2, 3]);
/// ```
///
/// A probe names it by the module that it is in and its name: `"where": {"typeName": "shop::cart", "methodName": "checkout"}`; or by
/// its file and line. It has one moment, as an event.
///
/// # Cost
/// One load and a comparison while no probe is here: the values are not even looked at.
#[macro_export]
macro_rules! probe_point {
    ($name:literal $(, $value:ident $(= $expression:expr)?)* $(,)?) => {{
        static POINT: $crate::__private::Point = $crate::__private::Point::new(
            ::core::module_path!(),
            $name,
            ::core::file!(),
            ::core::line!(),
            &[$(::core::stringify!($value)),*],
        );
        if POINT.is_wanted() {
            $(let $value = $crate::__value!($value $(= $expression)?);)*
            POINT.hit(&[$($crate::inspect::Inspect::inspect($value)),*]);
        }
    }};
}

/// A reference to a value of [`probe_point!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __value {
    ($value:ident) => {
        &$value
    };
    ($value:ident = $expression:expr) => {
        &$expression
    };
}

/// What a point is: nobody knows of it yet; no probe is there; probes are.
const NEW: u8 = 0;
const IDLE: u8 = 1;
const WANTED: u8 = 2;

/// A place of the program's own. [`probe_point!`](crate::probe_point) makes it.
#[doc(hidden)]
pub struct Point {
    state: AtomicU8,
    pub(crate) target: &'static str,
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
    pub(crate) line: u32,
    pub(crate) variables: &'static [&'static str],
    armed: ArcSwapOption<ArmedPoint>,
}

/// A point with probes. When a probe comes that uses more names, another one takes its place.
#[derive(Clone)]
pub struct ArmedPoint {
    pub probes: Arc<Probes>,
    pub site: Arc<Site>,
    pub names: PointNames,
    listed: Vec<Name<'static>>,
}

impl Point {
    #[must_use]
    pub const fn new(
        target: &'static str,
        name: &'static str,
        file: &'static str,
        line: u32,
        variables: &'static [&'static str],
    ) -> Self {
        Self {
            state: AtomicU8::new(NEW),
            target,
            name,
            file,
            line,
            variables,
            armed: ArcSwapOption::const_empty(),
        }
    }

    /// Whether [`hit`](Self::hit) has something to do.
    #[inline]
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.state.load(Ordering::Relaxed) != IDLE
    }

    /// The program is here.
    #[cold]
    #[inline(never)]
    pub fn hit(&'static self, values: &[Node<'_>]) {
        // who sees that probes are here sees which
        if self.state.load(Ordering::Acquire) == NEW {
            // until it is known, other threads come here too: none of their hits is lost
            adapter::meet_point(self);
            // who has armed it has set it to what it is
            let _ = self.state.compare_exchange(NEW, IDLE, Ordering::Relaxed, Ordering::Relaxed);
        }
        let find = || match self.armed.load_full() {
            Some(armed) => {
                let found = Found::at(&armed.site);
                Kept::Point(armed, found)
            }
            None => Kept::Nothing,
        };
        near::with((0, std::ptr::from_ref(self).addr()), find, |kept| {
            let Kept::Point(armed, found) = kept else { return };
            let host = PointHost::new(&armed.names, values);
            let scene = PointScene { point: self, listed: &armed.listed, host, time: HitTime::default() };
            armed.probes.line_found(&armed.site, found, &scene, coarse_now());
        });
    }

    /// Puts what is armed here, or takes it away. Where there was nothing, it is hit from [`open`](Self::open) on.
    pub(crate) fn arm(&self, armed: Option<Arc<ArmedPoint>>) {
        let is_gone = armed.is_none();
        self.armed.store(armed);
        if is_gone {
            self.state.store(IDLE, Ordering::Relaxed);
        }
        near::changed();
    }

    /// Its probes are there. A thread that has come here before waits until now.
    pub(crate) fn open(&self) {
        self.state.store(WANTED, Ordering::Release);
    }
}

impl ArmedPoint {
    pub fn new(point: &'static Point, site: Site, probes: &Arc<Probes>) -> Self {
        let listed = point.variables.iter().zip(0..).map(|(name, at)| Name {
            group: Group::Arguments,
            name,
            symbol: Symbol(at),
        });
        Self {
            probes: Arc::clone(probes),
            site: Arc::new(site),
            names: names_of(point.variables),
            listed: listed.collect(),
        }
    }
}

/// A hit of a point.
struct PointScene<'s> {
    point: &'static Point,
    listed: &'s [Name<'static>],
    host: PointHost<'s>,
    time: HitTime,
}

impl Scene for PointScene<'_> {
    fn host(&self) -> &dyn Host {
        &self.host
    }

    fn time(&self) -> Option<Timestamp> {
        Some(self.time.exact())
    }

    fn names(&self) -> &[Name<'_>] {
        self.listed
    }

    fn stack<'s>(&'s self, frames: &mut Vec<probelang::capture::StackFrame<'s>>) {
        frames.push(probelang::capture::StackFrame {
            file: Some(self.point.file),
            function: Some(self.point.name),
            line: Some(self.point.line),
            column: None,
        });
    }

    fn thread(&self) -> Thread {
        process::thread()
    }

    fn trace(&self) -> Option<TraceIds> {
        context::active()
    }
}

/// That the trait is used by the macro.
const _: fn(&()) -> Node<'_> = <() as Inspect>::inspect;
