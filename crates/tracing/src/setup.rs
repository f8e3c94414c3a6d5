//! How a program starts probes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use probelang::redact::Mode;
use probelang_control::protocol::Process;
use probelang_control::{Access, Control, Settings, SinkSpec};
use tracing_core::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

use crate::adapter::Adapter;
use crate::layer::{PlaceFilter, ProbeLayer};
use crate::place::MetPlace;

/// Begins to set probes up. [`Setup::start`] starts them.
pub fn init() -> Setup {
    Setup { settings: Settings::of_process(), file: None, sinks: Vec::new() }
}

/// How probes are to run. What the environment of the program says counts more than what its code says here: an operator can
/// name another file, other sinks, or switch probes off (`docs/live.md` lists the variables).
#[derive(Clone, Debug)]
#[must_use = "`start` starts probes"]
pub struct Setup {
    settings: Settings,
    file: Option<PathBuf>,
    sinks: Vec<String>,
}

impl Setup {
    /// The probe file, unless `DD_DYNAMIC_INSTRUMENTATION_PROBE_FILE` names one.
    pub fn probes(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Where events go, unless `PROBELANG_SINKS` says so: `console`, `jsonl:PATH`, `otlp[:URL]`, `agent[:URL]` or `statsd[:ADDRESS]`.
    /// Each call adds one. Without any, the environment decides.
    ///
    /// One that cannot be used is reported on standard error when probes start, and left out.
    pub fn sink(mut self, sink: impl Into<String>) -> Self {
        self.sinks.push(sink.into());
        self
    }

    /// What is hidden of texts because of what they say: fields, messages, results and errors. `PROBELANG_REDACTION` can make it
    /// stronger, and no probe file changes it.
    ///
    /// ```
    /// use probelang_tracing::{Mode, init};
    /// let setup = init().redaction(Mode::Targeted);
    /// # drop(setup);
    /// ```
    pub fn redaction(mut self, mode: Mode) -> Self {
        self.settings = self.settings.with_redaction_mode(mode);
        self
    }

    /// Whether temporary probes may be created over the status socket, unless `PROBELANG_CONTROL` allows less. Without this and that,
    /// none may.
    ///
    /// ```
    /// use probelang_tracing::{Access, init};
    /// let setup = init().access(Access::Write);
    /// # drop(setup);
    /// ```
    pub fn access(mut self, access: Access) -> Self {
        self.settings = self.settings.with_access(access);
        self
    }

    /// Changes the [settings](Settings): redaction, limits, rules, the name of the service.
    pub fn settings(mut self, change: impl FnOnce(Settings) -> Settings) -> Self {
        self.settings = change(self.settings);
        self
    }

    /// Starts probes: reads the file, opens the sinks, serves the status socket. It never fails: what does not work is reported on
    /// standard error, and the program runs on without it.
    ///
    /// Nothing is started where the environment says `DD_DYNAMIC_INSTRUMENTATION_ENABLED=false`, or where nobody names a file or
    /// allows temporary probes.
    ///
    /// # Cost
    /// Reads and compiles the probe file.
    pub fn start(self) -> Probing {
        let Self { mut settings, file, sinks } = self;
        if let Some(file) = file.filter(|_| settings.file.is_none()) {
            let enabled = !settings.is_set("DD_DYNAMIC_INSTRUMENTATION_ENABLED") || settings.enabled;
            settings = settings.with_file(file).with_enabled(enabled);
        }
        if !sinks.is_empty() && !settings.is_set("PROBELANG_SINKS") {
            let (mut specs, mut wrong) = (Vec::new(), Vec::new());
            for sink in sinks {
                match sink.parse::<SinkSpec>() {
                    Ok(spec) => specs.push(spec),
                    Err(error) => wrong.push(error.to_string()),
                }
            }
            settings.wrong.extend(wrong);
            settings = settings.with_sinks(specs);
        }
        let process = settings.probes.process.clone().with_language("rust");
        let probes = settings.probes.clone().with_process(process);
        let settings = settings.with_probes(probes);
        let adapter = Arc::new(Adapter::default());
        let control = Control::start(
            settings.engine(),
            settings,
            Arc::clone(&adapter) as Arc<dyn probelang_control::Adapter>,
        );
        adapter.take_points();
        Probing { adapter, control }
    }
}

/// Probes of this program, which run until this is dropped. Keep it to the end of `main`: dropping it sends what waits, for
/// [two seconds](Self::STOP) at most.
#[derive(Debug)]
#[must_use = "dropping it stops the probes"]
pub struct Probing {
    adapter: Arc<Adapter>,
    control: Control,
}

impl Probing {
    /// How long the end takes at most.
    pub const STOP: Duration = Control::STOP;

    /// The layer that shows spans and events to probes. Add it after the layer of OpenTelemetry, if there is one.
    ///
    /// It has a filter of its own. Give other layers theirs with `with_filter`: a filter that is itself a layer, as
    /// `registry().with(EnvFilter::…)`, hides what it filters from probes too.
    #[must_use]
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        ProbeLayer(Arc::clone(&self.adapter)).with_filter(PlaceFilter(Arc::clone(&self.adapter)))
    }

    /// The places that were met: those whose code has run since [`start`](Setup::start), and with the layer those of `tracing`
    /// that ran before. By target and line.
    #[must_use]
    pub fn places(&self) -> Vec<MetPlace> {
        self.adapter.places()
    }

    /// What became of each probe, as `probelang live status` shows it.
    #[must_use]
    pub fn status(&self) -> Process {
        self.control.status()
    }

    /// The kill switch: while it is on, no probe runs.
    pub fn switch_off(&self, off: bool) {
        self.control.switch_off(off);
    }

    /// Stops probes, and sends what waits; dropping it does the same.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Probing {
    fn drop(&mut self) {
        self.control.stop();
        self.adapter.close();
    }
}
