//! The layer: events and spans as hits.

use std::sync::Arc;

use probelang::capture::{Name, StackFrame, Throwable};
use probelang::host::Host;
use probelang_control::coarse_now;
use probelang_probe::event::{Thread, TraceIds};
use probelang_probe::runtime::{Outcome, Scene};
use probelang_probe::{Pending, Timestamp};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Filter, Layer};
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use crate::adapter::{Adapter, Entry};
use crate::context::{self, Spans};
use crate::fields::{FieldHost, Fields, is_writing};
use crate::marks::Mark;
use crate::place::{Callsite, is_result_of};
use crate::process;
use crate::shape::Shape;

/// Says where probes are, so that other places cost nothing.
#[derive(Debug)]
pub struct PlaceFilter(pub Arc<Adapter>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Filter<S> for PlaceFilter {
    #[inline]
    fn enabled(&self, metadata: &Metadata<'_>, context: &Context<'_, S>) -> bool {
        match self.0.mark(metadata) {
            Mark::Wanted => true,
            Mark::Idle => self.0.wants_roots() && metadata.is_span() && context.current_span().id().is_none(),
            Mark::Unknown => may_be_new(metadata),
        }
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        self.0.meet_callsite(metadata);
        if self.0.mark(metadata) == Mark::Wanted {
            Interest::always()
        } else if metadata.is_span() && self.0.wants_roots() || self.0.may_be_result(metadata) {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    }
}

/// Whether a place that is not known may be one that another thread has just begun to register: then what comes of it is decided
/// when it is hit. The crate `tracing-log` asks about records that are no places, each of which lives for one call.
#[cold]
#[inline(never)]
fn may_be_new(metadata: &Metadata<'_>) -> bool {
    metadata.name() != "log record"
}

/// Reports events and spans to the probes that are there.
#[derive(Debug)]
pub struct ProbeLayer(pub Arc<Adapter>);

/// A span with probes, from its beginning to its end.
#[derive(Debug)]
struct Call {
    callsite: Arc<Callsite>,
    fields: Fields,
    /// From the first time that it was entered.
    entered: Option<(Timestamp, Pending)>,
    /// Its span of OpenTelemetry.
    span: Option<context::Span>,
    result: Ended,
    was_panicking: bool,
}

/// What is known of the end of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ended {
    Unknown,
    Returned,
    Failed,
}

/// A root span of the program, and its span of OpenTelemetry.
#[derive(Debug)]
pub enum Root {
    /// It was not entered yet.
    New,
    /// It was entered, and OpenTelemetry had no span.
    Bare,
    /// This one.
    Has(context::Span),
}

impl Root {
    pub fn span(&self) -> Option<context::Span> {
        match self {
            Self::New | Self::Bare => None,
            Self::Has(span) => Some(span.clone()),
        }
    }

    /// Whether a new span is one. A layer sees its own spans only, so that what it takes for the parent may be a span further up.
    fn is_root<S: Subscriber>(attributes: &Attributes<'_>, context: &Context<'_, S>) -> bool {
        let has_parent = if attributes.is_contextual() {
            context.current_span().id().is_some()
        } else {
            attributes.parent().is_some()
        };
        // a span that the program began by other means is around it
        !has_parent && !context::has_local()
    }
}

/// What can be seen at a hit.
struct Seen<'h> {
    metadata: &'static Metadata<'static>,
    host: FieldHost<'h>,
    trace: Option<TraceIds>,
}

impl Scene for Seen<'_> {
    fn host(&self) -> &dyn Host {
        &self.host
    }

    fn time(&self) -> Option<Timestamp> {
        Some(self.host.time.exact())
    }

    fn names(&self) -> &[Name<'_>] {
        self.host.shape.names()
    }

    fn stack<'s>(&'s self, frames: &mut Vec<StackFrame<'s>>) {
        frames.push(StackFrame {
            file: self.metadata.file(),
            function: Some(self.metadata.name()),
            line: self.metadata.line(),
            column: None,
        });
    }

    fn thread(&self) -> Thread {
        process::thread()
    }

    fn trace(&self) -> Option<TraceIds> {
        self.trace.or_else(context::active)
    }
}

impl Call {
    fn seen(&self) -> Seen<'_> {
        let start = self.entered.map(|(start, _)| start);
        Seen {
            metadata: self.callsite.metadata,
            host: FieldHost::new(&self.callsite.shape, &self.fields, start),
            trace: self.span.as_ref().and_then(context::Span::ids),
        }
    }

    /// The end of the call.
    fn end(self) {
        let Some((_, pending)) = self.entered else { return };
        let text = self.callsite.shape.thrown.and_then(|at| self.fields.as_text(at));
        let panicked = self.result == Ended::Unknown && !self.was_panicking && std::thread::panicking();
        let thrown = Throwable {
            type_name: if panicked { "panic" } else { "" },
            message: text,
            ..Throwable::default()
        };
        let outcome = match self.result {
            Ended::Failed => Outcome::Threw(&thrown),
            Ended::Unknown if panicked => Outcome::Threw(&thrown),
            Ended::Returned => Outcome::Returned,
            Ended::Unknown => Outcome::Unknown,
        };
        self.callsite.probes.exit(pending, &self.callsite.site, &self.seen(), outcome, coarse_now());
    }
}

impl ProbeLayer {
    /// The spans of OpenTelemetry for span tags.
    fn spans<'a, S: LookupSpan<'a> + 'a>(
        &self,
        own: Option<&context::Span>,
        span: impl FnOnce() -> Option<SpanRef<'a, S>>,
    ) -> Spans {
        let active = own.cloned();
        if !self.0.wants_roots() {
            return Spans { active, root: context::Root::Known(None) };
        }
        let root = span().and_then(|span| span.scope().from_root().next());
        let root = root.and_then(|root| root.extensions().get::<Root>().and_then(Root::span));
        Spans { active, root: context::Root::Known(root) }
    }

    /// An event with probes.
    #[inline]
    fn hit<S: Subscriber + for<'a> LookupSpan<'a>>(
        &self,
        event: &Event<'_>,
        callsite: &Callsite,
        context: &Context<'_, S>,
    ) {
        if !callsite.site.moments().line || is_writing() {
            return;
        }
        Fields::with_spare(callsite.shape.len, |fields| {
            event.record(&mut fields.recorder(&callsite.shape));
            let host = FieldHost::new(&callsite.shape, fields, None);
            let seen = Seen { metadata: callsite.metadata, host, trace: None };
            let hit = || callsite.probes.line(&callsite.site, &seen, coarse_now());
            if self.0.wants_roots() {
                context::during(self.spans(None, || context.event_span(event)), hit);
            } else {
                hit();
            }
        });
    }

    /// An event with the result of a span that has probes.
    fn result<S: Subscriber + for<'a> LookupSpan<'a>>(
        event: &Event<'_>,
        shape: &Shape,
        context: &Context<'_, S>,
    ) {
        let Some(span) = context.event_span(event).filter(|_| !is_writing()) else { return };
        Fields::with_spare(shape.len, |result| {
            // the program's own code runs here, so nothing may be locked
            event.record(&mut result.recorder(shape));
            let mut extensions = span.extensions_mut();
            let Some(call) = extensions.get_mut::<Call>() else { return };
            if !is_result_of(event.metadata(), call.callsite.metadata) {
                return;
            }
            let own = &call.callsite.shape;
            for (from, to, ended) in
                [(shape.returned, own.returned, Ended::Returned), (shape.thrown, own.thrown, Ended::Failed)]
            {
                if let (Some(from), Some(to)) = (from, to)
                    && call.fields.copy(result, from, to)
                {
                    call.result = ended;
                }
            }
        });
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for ProbeLayer {
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        self.0.added_to(dispatch);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        self.0.with(event.metadata(), |entry| match entry {
            Entry::Probed(callsite) => self.hit(event, callsite, &context),
            Entry::Result(shape) => Self::result(event, shape, &context),
        });
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if self.0.wants_roots()
            && Root::is_root(attributes, &context)
            && let Some(span) = context.span(id)
        {
            let _ = span.extensions_mut().replace(Root::New);
        }
        let callsite = self.0.with(attributes.metadata(), |entry| match entry {
            Entry::Probed(callsite) => Some(Arc::clone(callsite)),
            Entry::Result(_) => None,
        });
        let Some(callsite) = callsite else { return };
        let Some(span) = context.span(id).filter(|_| !is_writing()) else { return };
        let mut fields = Fields::default();
        fields.clear(callsite.shape.len);
        attributes.record(&mut fields.recorder(&callsite.shape));
        let call = Call {
            callsite: Arc::clone(&callsite),
            fields,
            entered: None,
            span: None,
            result: Ended::Unknown,
            was_panicking: std::thread::panicking(),
        };
        let moments = callsite.site.moments();
        if moments.line {
            context::during(self.spans(None, || span.parent()), || {
                callsite.probes.line(&callsite.site, &call.seen(), coarse_now());
            });
        }
        if moments.call || !callsite.leave.is_empty() {
            // another layer of this kind may have left one there
            let _ = span.extensions_mut().replace(call);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id).filter(|_| !is_writing()) else { return };
        let callsite = span.extensions().get::<Call>().map(|call| Arc::clone(&call.callsite));
        let Some(callsite) = callsite else { return };
        Fields::with_spare(callsite.shape.len, |new| {
            // the program's own code runs here, so nothing may be locked
            values.record(&mut new.recorder(&callsite.shape));
            if let Some(call) = span.extensions_mut().get_mut::<Call>() {
                for at in 0..callsite.shape.len {
                    call.fields.copy(new, at, at);
                }
            }
        });
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if self.0.wants_roots()
            && let Some(root) = span.extensions_mut().get_mut::<Root>()
        {
            if root.span().is_none() {
                *root = context::Span::active().map_or(Root::Bare, Root::Has);
            }
            if let Root::Has(root) = root {
                context::enter_root(id.into_u64(), root);
            }
        }
        let is_entered = |call: &Call| call.entered.is_some();
        if span.extensions().get::<Call>().is_none_or(is_entered) {
            return;
        }
        let spans = self.spans(None, || context.span(id));
        let mut extensions = span.extensions_mut();
        // another thread may have entered it meanwhile
        let Some(call) = extensions.get_mut::<Call>().filter(|call| !is_entered(call)) else { return };
        call.span = context::Span::active();
        let seen = call.seen();
        let pending =
            context::during(spans, || call.callsite.probes.enter(&call.callsite.site, &seen, coarse_now()));
        call.entered = Some((seen.host.time.exact(), pending));
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        // whatever probes are there by now
        context::leave_root(id.into_u64());
        let Some(span) = context.span(id) else { return };
        if self.0.wants_roots() {
            match span.extensions().get::<Root>() {
                // what comes after this layer is entered after it, and left after it
                Some(Root::Bare) => self.0.checked_order(context::has_local()),
                Some(Root::Has(_)) => self.0.checked_order(false),
                Some(Root::New) | None => {}
            }
        }
        let is_left = |call: &Call| !call.callsite.leave.is_empty();
        if !span.extensions().get::<Call>().is_some_and(is_left) {
            return;
        }
        let root = self.spans(None, || context.span(id)).root;
        let mut extensions = span.extensions_mut();
        let Some(call) = extensions.get_mut::<Call>() else { return };
        let spans = Spans { active: call.span.clone(), root };
        let probes = &call.callsite.probes;
        context::during(spans, || probes.line(&call.callsite.leave, &call.seen(), coarse_now()));
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let call = span.extensions_mut().remove::<Call>();
        let Some(call) = call else { return };
        let spans = self.spans(call.span.as_ref(), || Some(span));
        context::during(spans, || call.end());
    }
}
