//! Hits: what an adapter reports of lines and calls.

use std::cell::OnceCell;
use std::ffi::c_void;
use std::sync::Arc;

use probelang::capture::{Name, StackFrame};
use probelang::host::Host;
use probelang_probe::event::{Thread, TraceIds};
use probelang_probe::runtime::{Outcome, Scene};
use probelang_probe::{Pending, Timestamp};

use crate::boundary::{Stop, boundary};
use crate::capture::{
    MOST_FRAMES, probelang_ending, probelang_name, probelang_stack_frame, probelang_throwable, with_throwable,
};
use crate::engine::sized;
use crate::handle::shared;
use crate::host::probelang_host;
use crate::lent::{Callbacks, Lent};
use crate::probes::probelang_probes;
use crate::site::probelang_site;
use crate::status::{Numbered, probelang_reply, probelang_status};
use crate::text::{Zero, array, optional, probelang_str, put};

/// What can be seen at a hit. Everything but the host is read only if a probe fires. Null or 0 means that it is not
/// known.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_scene {
    /// `sizeof(probelang_scene)`.
    pub size: usize,
    /// The values, by the symbols with which probes were armed at the place.
    pub host: *const probelang_host,
    /// The names that a snapshot shows.
    pub names: *const probelang_name,
    /// How many names.
    pub name_count: usize,
    /// Why not all names can be listed; null if they can.
    pub missing: probelang_str,
    /// A read of the host: writes the call stack to `out`, innermost frame first, at most `room` frames, and how many
    /// that are to `count`.
    pub stack: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            out: *mut probelang_stack_frame,
            room: usize,
            count: *mut usize,
        ) -> i32,
    >,
    /// The number of the thread.
    pub thread_id: u64,
    /// Its name.
    pub thread_name: probelang_str,
    /// The upper half of the id of the active trace.
    pub trace_high: u64,
    /// The lower half.
    pub trace_low: u64,
    /// The active span; 0 for none.
    pub span: u64,
    /// The language, if it is not the one of the process.
    pub language: probelang_str,
}

// SAFETY: numbers, pointers, and a callback that may be absent.
unsafe impl Zero for probelang_scene {}

/// A scene as the engine asks one.
struct Seen<'c> {
    scene: probelang_scene,
    host: Lent<'c>,
    names: OnceCell<Vec<Name<'c>>>,
}

impl Seen<'_> {
    /// A text of the scene, where it is one.
    fn text(text: probelang_str) -> Option<&'static str> {
        optional(text).ok().flatten()
    }
}

impl Scene for Seen<'_> {
    fn host(&self) -> &dyn Host {
        &self.host
    }

    fn names(&self) -> &[Name<'_>] {
        self.names.get_or_init(|| {
            let names = array(self.scene.names, self.scene.name_count).unwrap_or_default();
            names.iter().filter_map(|name| name.read().ok()).collect()
        })
    }

    fn missing(&self) -> Option<&str> {
        Self::text(self.scene.missing)
    }

    fn stack<'s>(&'s self, frames: &mut Vec<StackFrame<'s>>) {
        let Some(ask) = self.scene.stack else { return };
        let mut lent = vec![probelang_stack_frame::ZERO; 256.min(MOST_FRAMES)];
        let mut count = 0;
        // SAFETY: the callback takes the data of the host, `room` places and a place for the count.
        let reply = unsafe { ask(self.host.data(), lent.as_mut_ptr(), lent.len(), &mut count) };
        if reply == probelang_reply::Done as i32 {
            frames.extend(lent.iter().take(count).filter_map(|frame| frame.read().ok()));
        }
    }

    fn thread(&self) -> Thread {
        Thread { id: self.scene.thread_id, name: Self::text(self.scene.thread_name).map(Arc::from) }
    }

    fn trace(&self) -> Option<TraceIds> {
        let probelang_scene { trace_high, trace_low, span, .. } = self.scene;
        (span != 0).then(|| TraceIds { trace: (u128::from(trace_high) << 64) | u128::from(trace_low), span })
    }

    fn language(&self) -> Option<&str> {
        Self::text(self.scene.language)
    }
}

/// Lends a scene to a hit.
#[inline]
fn with_scene<R>(scene: *const probelang_scene, hit: impl FnOnce(&Seen<'_>) -> R) -> Result<R, Stop> {
    let scene = sized(scene)?;
    let callbacks = Callbacks::of(scene.host)?;
    Ok(hit(&Seen { scene, host: Lent::new(callbacks.host()), names: OnceCell::new() }))
}

/// A call that was entered and has not ended: plain data, to be kept with the frame of the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_pending {
    /// Private.
    pub words: [u64; 3],
}

/// Reports that a line is about to run. If no probe fires, it takes no lock and allocates nothing, except in the first
/// hit of a thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_line(
    probes: *const probelang_probes,
    site: *const probelang_site,
    scene: *const probelang_scene,
    now: u64,
) -> probelang_status {
    boundary! {
        let (set, site) = (shared(probes)?, shared(site)?);
        with_scene(scene, |scene| set.probes().line(site, scene, Timestamp::from_nanos(now)))?;
        Ok(probelang_status::Ok)
    }
}

/// Reports that a function is entered. `waits` gets 1 if the end of the call is to be reported with `pending`, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_enter(
    probes: *const probelang_probes,
    site: *const probelang_site,
    scene: *const probelang_scene,
    now: u64,
    pending: *mut probelang_pending,
    waits: *mut u32,
) -> probelang_status {
    boundary! {
        let (set, site) = (shared(probes)?, shared(site)?);
        if pending.is_null() || waits.is_null() {
            return Ok(probelang_status::Null);
        }
        let call = with_scene(scene, |scene| set.probes().enter(site, scene, Timestamp::from_nanos(now)))?;
        put(pending, probelang_pending { words: call.to_words() })?;
        put(waits, u32::from(!call.is_over()))?;
        Ok(probelang_status::Ok)
    }
}

/// Reports that a call has ended. `ending` is a `probelang_ending`; `thrown` is read if it threw.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_exit(
    probes: *const probelang_probes,
    site: *const probelang_site,
    scene: *const probelang_scene,
    pending: *const probelang_pending,
    ending: u32,
    thrown: *const probelang_throwable,
    now: u64,
) -> probelang_status {
    boundary! {
        let (set, site) = (shared(probes)?, shared(site)?);
        let call = *array(pending, 1)?.first().ok_or(probelang_status::Null)?;
        let call = Pending::from_words(call.words);
        let now = Timestamp::from_nanos(now);
        let end = |outcome: Outcome<'_>| with_scene(scene, |scene| set.probes().exit(call, site, scene, outcome, now));
        match probelang_ending::given(ending)? {
            probelang_ending::Unsaid => end(Outcome::Unknown)?,
            probelang_ending::Returned => end(Outcome::Returned)?,
            probelang_ending::Threw => with_throwable(thrown, |thrown| end(Outcome::Threw(thrown)))?,
        }
        Ok(probelang_status::Ok)
    }
}

/// Reports that the end of a call will not be reported, because its thread has died.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_abandon(
    probes: *const probelang_probes,
    pending: *const probelang_pending,
) -> probelang_status {
    boundary! {
        let call = *array(pending, 1)?.first().ok_or(probelang_status::Null)?;
        shared(probes)?.probes().abandon(Pending::from_words(call.words));
        Ok(probelang_status::Ok)
    }
}
