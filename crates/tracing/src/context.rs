//! The spans of OpenTelemetry in the program, if it has some (feature `opentelemetry`).

#[cfg(feature = "opentelemetry")]
pub use with::*;
#[cfg(not(feature = "opentelemetry"))]
pub use without::*;

#[cfg(feature = "opentelemetry")]
mod with {
    use std::cell::RefCell;

    use opentelemetry::trace::TraceContextExt as _;
    use opentelemetry::{Context, KeyValue};
    use probelang_probe::event::{TagRecord, TraceIds};
    use probelang_probe::probe::Target;

    /// A context of OpenTelemetry, with a span.
    #[derive(Clone, Debug)]
    pub struct Span(Context);

    impl Span {
        /// The one that is active, if one is.
        pub fn active() -> Option<Self> {
            Context::map_current(|context| {
                context.span().span_context().is_valid().then(|| Self(context.clone()))
            })
        }

        /// Its ids.
        pub fn ids(&self) -> Option<TraceIds> {
            ids(&self.0)
        }
    }

    fn ids(context: &Context) -> Option<TraceIds> {
        let span = context.span();
        let ids = span.span_context();
        ids.is_valid().then(|| TraceIds {
            trace: u128::from_be_bytes(ids.trace_id().to_bytes()),
            span: u64::from_be_bytes(ids.span_id().to_bytes()),
        })
    }

    /// The ids of the span that is active.
    pub fn active() -> Option<TraceIds> {
        Context::map_current(ids)
    }

    /// The root span of a hit.
    #[derive(Clone, Debug, Default)]
    pub enum Root {
        /// The one that the thread is in.
        #[default]
        OfThread,
        /// This one, if it is known.
        Known(Option<Span>),
    }

    /// The spans of the hit that the thread is in, where they are not those of the thread.
    #[derive(Clone, Debug, Default)]
    pub struct Spans {
        pub active: Option<Span>,
        pub root: Root,
    }

    thread_local! {
        static HIT: RefCell<Spans> = const { RefCell::new(Spans { active: None, root: Root::OfThread }) };
        static ROOTS: RefCell<Vec<(u64, Span)>> = const { RefCell::new(Vec::new()) };
    }

    /// Runs a hit of these spans.
    pub fn during<R>(spans: Spans, hit: impl FnOnce() -> R) -> R {
        struct Reset(Spans);
        impl Drop for Reset {
            fn drop(&mut self) {
                let before = std::mem::take(&mut self.0);
                let _ = HIT.try_with(|hit| hit.replace(before));
            }
        }
        let _reset = Reset(HIT.try_with(|hit| hit.replace(spans)).unwrap_or_default());
        hit()
    }

    /// Whether the layer of OpenTelemetry may come in the wrong order.
    pub const HAS_ORDER: bool = true;

    /// Whether a span of this process is active, rather than that of a caller.
    pub fn has_local() -> bool {
        Context::map_current(|context| {
            let span = context.span();
            span.span_context().is_valid() && !span.span_context().is_remote()
        })
    }

    /// The thread has entered a root span.
    pub fn enter_root(id: u64, span: &Span) {
        let _ = ROOTS.try_with(|roots| roots.borrow_mut().push((id, span.clone())));
    }

    /// The thread has left a span, which may be a root span.
    pub fn leave_root(id: u64) {
        let _ = ROOTS.try_with(|roots| {
            let mut roots = roots.borrow_mut();
            if let Some(at) = roots.iter().rposition(|(other, _)| *other == id) {
                roots.remove(at);
            }
        });
    }

    /// The root span that the thread is in.
    fn root_of_thread() -> Option<Span> {
        ROOTS.try_with(|roots| roots.borrow().last().map(|(_, span)| span.clone())).ok().flatten()
    }

    /// Sets tags on the span that they are for, or says why they are not set.
    pub fn set_tags(record: &TagRecord) -> Result<(), &'static str> {
        let spans = HIT.try_with(|hit| hit.borrow().clone()).unwrap_or_default();
        let span = match record.target {
            Target::Active => {
                spans.active.or_else(Span::active).ok_or("no span of OpenTelemetry is active there")
            }
            Target::Root => match spans.root {
                Root::Known(span) => span,
                Root::OfThread => root_of_thread(),
            }
            .ok_or(
                "the root span of OpenTelemetry is not known there; it may have begun before the probe came",
            ),
        };
        let Span(context) = span?;
        let span = context.span();
        for (name, value) in &record.tags {
            span.set_attribute(KeyValue::new(name.clone(), value.clone()));
        }
        Ok(())
    }
}

#[cfg(not(feature = "opentelemetry"))]
mod without {
    use probelang_probe::event::{TagRecord, TraceIds};

    /// Nobody makes one.
    #[derive(Clone, Debug)]
    #[allow(dead_code, reason = "as it is with them")]
    pub struct Span(());

    impl Span {
        pub const fn active() -> Option<Self> {
            None
        }

        pub const fn ids(&self) -> Option<TraceIds> {
            None
        }
    }

    pub const fn active() -> Option<TraceIds> {
        None
    }

    #[derive(Clone, Debug, Default)]
    #[allow(dead_code, reason = "as it is with them")]
    pub enum Root {
        #[default]
        OfThread,
        Known(Option<Span>),
    }

    #[derive(Clone, Debug, Default)]
    #[allow(dead_code, reason = "as it is with them")]
    pub struct Spans {
        pub active: Option<Span>,
        pub root: Root,
    }

    pub const fn enter_root(_: u64, _: &Span) {}

    pub const fn leave_root(_: u64) {}

    pub fn during<R>(_: Spans, hit: impl FnOnce() -> R) -> R {
        hit()
    }

    pub const HAS_ORDER: bool = false;

    pub const fn has_local() -> bool {
        false
    }

    /// The tags go to the sinks only.
    pub const fn set_tags(_: &TagRecord) -> Result<(), &'static str> {
        Ok(())
    }
}
