//! Probe configurations: the JSON that a control plane or a file carries, read and compiled.
//!
//! ```
//! use probelang::Engine;
//! use probelang_probe::config::{Reader, Outcome};
//!
//! let file = r#"[{"id": "p1", "type": "LOG_PROBE", "where": {"sourceFile": "shop/cart.py", "lines": ["42"]},
//!     "when": {"dsl": "total > 100"}, "template": "total is {total}"}]"#;
//! let read = Reader::new(&Engine::new()).read(file);
//! let Outcome::Ready(probe) = &read.probes[0].outcome else { panic!("{:?}", read.probes[0].diagnostics) };
//! assert_eq!((&*probe.id, probe.place.to_string()), ("p1", "shop/cart.py:42".to_owned()));
//! ```

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use probelang::diagnostic::{Diagnostic, probe};
use probelang::dialect::Preset;
use probelang::host::{Clock, Projection};
use probelang::syntax::wire::PROBE_LISTS;
use probelang::{CompileError, Condition, Engine, Expression, Metric, Program, Source, Template};
use serde_json::value::RawValue;

use crate::probe::{Action, Moment, Place, Probe};
use crate::settings::{Process, Rules};
use raw::{Item, Notes, Object};

mod action;
mod checked;
mod common;
mod raw;

pub use checked::{CheckedEntry, in_a_line};

/// Bytes of a file: 16 MiB.
pub const FILE_BYTES: usize = 16 << 20;
/// Probes of a file: 10,000.
pub const PROBES: usize = 10_000;
/// Bytes of all programs and patterns of a file: 64 MiB.
pub const PROGRAM_BYTES: usize = 64 << 20;
/// Time to compile all programs of a file: 2 seconds.
pub const COMPILE_TIME: Duration = Duration::from_secs(2);

/// What was read.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProbeFile {
    /// False switches all probes off.
    pub enabled: bool,
    /// One for each probe of the file, in order, also for those that cannot be used.
    pub probes: Vec<Entry>,
    /// What is said of the file as a whole.
    pub diagnostics: Vec<Diagnostic>,
    /// The global limit of captures per second, where a service configuration has one.
    pub snapshots_per_second: Option<f64>,
    /// Where a service configuration allows no probes. It comes on top of the rules of the program.
    pub rules: Rules,
}

/// A probe of a file.
#[derive(Debug)]
#[non_exhaustive]
pub struct Entry {
    /// The RFC 6901 path of the probe in the file; empty if the probe is the file.
    pub path: String,
    /// Its `id`, if it has one.
    pub id: Option<Arc<str>>,
    /// Its version; 0 if it has none.
    pub version: u64,
    /// Its `type`, as it is written.
    pub type_name: Option<String>,
    /// Where it belongs, for people; empty if that cannot be read.
    pub place: String,
    /// What is said of it, in the order of its keys.
    pub diagnostics: Vec<Diagnostic>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a probe of a file.
#[derive(Debug)]
pub enum Outcome {
    /// It can be used.
    Ready(Arc<Probe>),
    /// One of its diagnostics is an error.
    Rejected,
    /// It is not for this process: its tags name another service, environment or version.
    Elsewhere,
}

/// Reads configurations. One bad probe never harms another.
pub struct Reader<'e> {
    engine: &'e Engine,
    clock: Option<&'e dyn Clock>,
    service: Option<&'e str>,
    env: Option<&'e str>,
    version: Option<&'e str>,
    by_language: bool,
    taken: HashSet<Arc<str>>,
}

impl<'e> Reader<'e> {
    /// A reader that compiles as `engine` does, and takes all probes.
    #[must_use]
    pub fn new(engine: &'e Engine) -> Self {
        Self {
            engine,
            clock: None,
            service: None,
            env: None,
            version: None,
            by_language: false,
            taken: HashSet::new(),
        }
    }

    /// Bounds the time that compiling takes; without a clock only its size is bounded.
    #[must_use]
    pub fn clock(mut self, clock: &'e dyn Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Leaves out probes with a tag `service:` of another value.
    #[must_use]
    pub fn service(mut self, service: &'e str) -> Self {
        self.service = Some(service);
        self
    }

    /// Leaves out probes with a tag `env:` of another value.
    #[must_use]
    pub fn env(mut self, env: &'e str) -> Self {
        self.env = Some(env);
        self
    }

    /// Leaves out probes with a tag `version:` of another value.
    #[must_use]
    pub fn version(mut self, version: &'e str) -> Self {
        self.version = Some(version);
        self
    }

    /// Leaves out probes with a tag `service:`, `env:` or `version:` of another value than the process has.
    #[must_use]
    pub fn process(mut self, process: &'e Process) -> Self {
        (self.service, self.env, self.version) =
            (process.service.as_deref(), process.env.as_deref(), process.version.as_deref());
        self
    }

    /// Whether each probe has the meaning of the runtime that its `language` names. Without it, and for languages that
    /// name no runtime, the dialect of the engine holds.
    #[must_use]
    pub fn by_language(mut self, by_language: bool) -> Self {
        self.by_language = by_language;
        self
    }

    /// Rejects probes with this id, because another file has it.
    #[must_use]
    pub fn taken(mut self, id: &Arc<str>) -> Self {
        self.taken.insert(Arc::clone(id));
        self
    }

    /// Reads a file: an array of probes, one probe, `{"enabled": …, "probes": […]}`, or the wrapper with a list for each
    /// type. Keys that are null are missing. The form of probes is `grammar/probe.schema.json`.
    ///
    /// # Cost
    /// Linear in the file, plus compiling its programs, within [`PROGRAM_BYTES`] and [`COMPILE_TIME`].
    #[must_use]
    pub fn read(&self, file: &str) -> ProbeFile {
        let notes = Notes::new(file);
        let mut read = ProbeFile::empty();
        if file.len() > FILE_BYTES {
            let message = format!("a probe file has at most {FILE_BYTES} bytes, not {}", file.len());
            notes.add(Diagnostic::new(probe::TOO_MUCH, Default::default(), message));
        } else {
            match serde_json::from_str::<&RawValue>(file.strip_prefix('\u{feff}').unwrap_or(file)) {
                Ok(raw) => self.file(&Item { raw, path: String::new() }, &mut read, &notes, file),
                Err(error) => {
                    notes.add(not_json(&error));
                }
            }
        }
        read.diagnostics.splice(..0, notes.take());
        read
    }

    /// Reads one probe by itself: `json` is its object, `listed_as` its type where the list says it that it is in. Whether
    /// another probe has its id is not looked at ([`same_id`] says so). An entry of something that is not JSON says that.
    ///
    /// ```
    /// use probelang::Engine;
    /// use probelang_probe::config::Reader;
    /// let entry = Reader::new(&Engine::new()).entry(r#"{"id": "p", "when": {"dsl": "a >"}}"#, Some("LOG_PROBE"));
    /// assert_eq!(entry.diagnostics[0].message, "a probe needs `where`");
    /// ```
    #[must_use]
    pub fn entry(&self, json: &str, listed_as: Option<&str>) -> Entry {
        let mut read = ProbeFile::empty();
        let mut work = Work { left: PROGRAM_BYTES, until: self.until(), ids: HashSet::new() };
        let error = match serde_json::from_str::<&RawValue>(json) {
            Ok(raw) => {
                self.one(&Item { raw, path: String::new() }, listed_as, &mut read, &mut work, json);
                None
            }
            Err(error) => Some(not_json(&error)),
        };
        let mut entry = read.probes.pop().unwrap_or_else(|| Entry {
            path: String::new(),
            id: None,
            version: 0,
            type_name: listed_as.map(str::to_owned),
            place: String::new(),
            diagnostics: Vec::new(),
            outcome: Outcome::Rejected,
        });
        entry.diagnostics.extend(error);
        entry.diagnostics.append(&mut read.diagnostics);
        entry
    }

    fn file<'j>(&self, root: &Item<'j>, read: &mut ProbeFile, notes: &Notes<'j>, file: &'j str) {
        let mut lists: Vec<(Vec<Item<'j>>, Option<&'static str>)> = Vec::new();
        if root.is_array() {
            lists.push((root.list(notes), None));
        } else if root.is_object() {
            let Some(mut object) = root.object(notes) else { return };
            let wrapped = PROBE_LISTS.into_iter().any(|(key, _)| object.has(key));
            if object.has("probes") {
                if let Some(enabled) = object.get("enabled") {
                    read.enabled = enabled.boolean(notes).unwrap_or(true);
                }
                lists.extend(object.get("probes").map(|list| (list.list(notes), None)));
                object.end(&[], notes);
            } else if wrapped && !object.has("where") {
                for (key, type_name) in PROBE_LISTS {
                    lists.extend(object.get(key).map(|list| (list.list(notes), Some(type_name))));
                }
                common::service(&mut object, read, notes);
                object.end(&["id"], notes);
            } else {
                lists.push((vec![root.clone()], None));
            }
        } else {
            notes.say(
                probe::NO_PROBE_FILE,
                root,
                "a probe file is an array of probes, one probe, or an object with `probes`",
            );
        }
        let mut work = Work { left: PROGRAM_BYTES, until: self.until(), ids: self.taken.clone() };
        for (item, type_name) in
            lists.into_iter().flat_map(|(list, name)| list.into_iter().map(move |item| (item, name)))
        {
            self.one(&item, type_name, read, &mut work, file);
        }
    }

    fn until(&self) -> Option<u64> {
        let time = u64::try_from(COMPILE_TIME.as_nanos()).unwrap_or(u64::MAX);
        self.clock.map(|clock| clock.now().saturating_add(time))
    }

    fn one<'j>(
        &self,
        item: &Item<'j>,
        listed_as: Option<&str>,
        read: &mut ProbeFile,
        work: &mut Work,
        file: &'j str,
    ) {
        let notes = Notes::new(file);
        let mut entry = Entry {
            path: item.path.clone(),
            id: None,
            version: 0,
            type_name: listed_as.map(str::to_owned),
            place: String::new(),
            diagnostics: Vec::new(),
            outcome: Outcome::Rejected,
        };
        let probe = if read.probes.len() >= PROBES {
            notes.say(probe::TOO_MUCH, item, format!("a set has at most {PROBES} probes"));
            None
        } else {
            item.object(&notes).and_then(|object| self.probe(object, &mut entry, read, work, &notes))
        };
        let is_service = entry.type_name.as_deref() == Some("SERVICE_CONFIGURATION");
        if let Some((probe, applies)) = probe.filter(|_| !notes.has_error()) {
            entry.outcome = if applies { Outcome::Ready(Arc::new(probe)) } else { Outcome::Elsewhere };
        }
        entry.diagnostics = notes.take();
        // a service configuration is no probe, and an entry only where it is wrong
        if !is_service || entry.diagnostics.iter().any(Diagnostic::is_error) {
            read.probes.push(entry);
        } else {
            read.diagnostics.append(&mut entry.diagnostics);
        }
    }

    fn probe<'j>(
        &self,
        mut object: Object<'j>,
        entry: &mut Entry,
        read: &mut ProbeFile,
        work: &mut Work,
        notes: &Notes<'j>,
    ) -> Option<(Probe, bool)> {
        let type_name = match object.get("type") {
            Some(item) => Some((item.text(notes)?, item)),
            None => None,
        };
        if let Some((name, _)) = &type_name {
            entry.type_name = Some(name.clone());
        }
        if entry.type_name.as_deref() == Some("SERVICE_CONFIGURATION") {
            common::service(&mut object, read, notes);
            object.end(&["id", "language", "version", "opsConfiguration"], notes);
            return None;
        }
        let id = object.need("id", "a probe", notes).and_then(|item| {
            let id = item.text(notes)?;
            if id.is_empty() {
                notes.say(probe::WRONG_VALUE, &item, "`id` is the name of the probe, and must not be empty");
                return None;
            }
            Some((Arc::<str>::from(id), item))
        });
        if let Some((id, item)) = &id {
            entry.id = Some(Arc::clone(id));
            if !work.ids.insert(Arc::clone(id)) {
                let said = same_id(id);
                notes.say(said.code, item, said.message);
            }
        }
        entry.version = object.get("version").and_then(|item| item.whole(notes)).unwrap_or(0);
        let language =
            object.get("language").and_then(|item| item.text(notes)).filter(|name| !name.is_empty());
        let tags = common::tags(&mut object, self.engine.redaction(), notes);
        let targets = common::targets(&mut object, notes);
        let (place, line_text) = common::place(&mut object, notes).unzip();
        if let Some(place) = &place {
            entry.place = place.to_string();
        }
        let life = common::life(&mut object, notes);
        let asked = common::evaluate_at(&mut object, notes);
        let preset = language.as_deref().filter(|_| self.by_language).and_then(preset);
        let engine = match preset {
            Some(preset) => Cow::Owned(self.engine.clone().dialect(preset)),
            None => Cow::Borrowed(self.engine),
        };
        let mut programs = Programs { reader: self, engine: &engine, work, notes, names: Vec::new() };
        let when = object.get("when").and_then(|item| programs.condition(&item));
        let action = match entry.type_name.as_deref() {
            Some("LOG_PROBE") => action::log(&mut object, &mut programs).map(Action::Log),
            Some("METRIC_PROBE") => action::metric(&mut object, &mut programs).map(Action::Metric),
            Some("SPAN_PROBE") => Some(Action::Span),
            Some("SPAN_DECORATION_PROBE") => action::decoration(&mut object, &mut programs).map(Action::Tags),
            Some(name) => {
                let message = format!("there is no probe of type `{name}`");
                let at = type_name.map_or_else(|| object.at.clone(), |(_, item)| item);
                notes.say(probe::UNKNOWN_PROBE_TYPE, &at, message);
                return None;
            }
            None => {
                let _ = object.need("type", "a probe", notes);
                return None;
            }
        };
        if let (Some(Action::Span), Some(Place::Lines { .. })) = (&action, &place) {
            notes.say(
                probe::WRONG_VALUE,
                &object.at,
                "a span probe wraps a function: `where` names it with `methodName`, and has no `lines`",
            );
        }
        let results = programs.results();
        let moment =
            place.as_ref().map(|place| Moment::of(place, asked, action.as_ref(), !results.is_empty()));
        let before_the_end = match moment {
            Some(Moment::Entry) if asked == Some(Moment::Entry) => Some("is evaluated at ENTRY"),
            Some(Moment::Line) => Some("is at a line"),
            Some(Moment::Entry | Moment::Exit) | None => None,
        };
        if let Some(when) = before_the_end {
            for (name, item) in &results {
                let message = format!("{name} exists when the function has returned, and the probe {when}");
                notes.say(probe::NO_RESULT_YET, item, message);
            }
        }
        let config = object.at.json().into();
        object.end(common::IGNORED, notes);
        let probe = Probe {
            id: id?.0,
            config,
            version: entry.version,
            language,
            place: place?,
            line_text: line_text.flatten(),
            moment: moment?,
            asked,
            life: life?,
            when,
            action: action?,
            tags,
            targets,
        };
        let applies = [("service", self.service), ("env", self.env), ("version", self.version)]
            .into_iter()
            .all(|(key, mine)| mine.is_none_or(|mine| probe.is_tagged(key, mine)));
        Some((probe, applies))
    }
}

fn not_json(error: &serde_json::Error) -> Diagnostic {
    Diagnostic::new(probe::NO_PROBE_FILE, Default::default(), format!("not JSON: {error}"))
}

/// What is said of a probe whose id one before it has; its place is that of the `id`.
#[must_use]
pub fn same_id(id: &str) -> Diagnostic {
    let message = format!("another probe before it has the id `{id}`");
    Diagnostic::new(probe::SAME_ID, Default::default(), message)
}

/// The runtime that a configuration calls `language`.
fn preset(language: &str) -> Option<Preset> {
    match language {
        "javascript" | "nodejs" => Some(Preset::Node),
        other => Preset::find(other),
    }
}

impl ProbeFile {
    /// A file that says nothing.
    fn empty() -> Self {
        Self {
            enabled: true,
            probes: Vec::new(),
            diagnostics: Vec::new(),
            snapshots_per_second: None,
            rules: Rules::default(),
        }
    }

    /// What the probes that can be used read of the values at their hits, for a [reader](probelang::snapshot::InputReader::only)
    /// of recorded hits that keeps nothing else: everything, if one of them captures.
    ///
    /// ```
    /// use probelang::Engine;
    /// use probelang_probe::config::Reader;
    ///
    /// let file = Reader::new(&Engine::new()).read(r#"{"id": "p1", "type": "LOG_PROBE", "template": "total is {total}",
    ///     "where": {"sourceFile": "shop/cart.py", "lines": ["42"]}, "when": {"dsl": "len(items) > 2"}}"#);
    /// assert_eq!(file.projection().to_string(), "items.#, total");
    /// ```
    ///
    /// # Cost
    /// Linear in their programs.
    #[must_use]
    pub fn projection(&self) -> Projection {
        let probe = |entry: &Entry| match &entry.outcome {
            Outcome::Ready(probe) => Some(probe.projection()),
            Outcome::Rejected | Outcome::Elsewhere => None,
        };
        self.probes.iter().filter_map(probe).collect()
    }

    /// Adds what another file says: its probes come after these, either may switch all off or deny places, and the
    /// lower limit counts. Ids of these are to be [taken](Reader::taken) when the other is read.
    pub fn join(&mut self, other: Self) {
        self.enabled &= other.enabled;
        self.probes.extend(other.probes);
        self.diagnostics.extend(other.diagnostics);
        self.rules = std::mem::take(&mut self.rules).and(other.rules);
        self.snapshots_per_second = match (self.snapshots_per_second, other.snapshots_per_second) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}

/// The members of an expression or segment in its usual form, which is not the bare JSON of a program.
fn members<'j>(item: &Item<'j>) -> Option<Object<'j>> {
    let object = item.is_object().then(|| item.object(&Notes::new(""))).flatten()?;
    ["dsl", "json", "str"].into_iter().any(|key| object.has(key)).then_some(object)
}

/// What the programs of a file may still take.
struct Work {
    /// Bytes.
    left: usize,
    /// When compiling ends.
    until: Option<u64>,
    ids: HashSet<Arc<str>>,
}

/// Compiles the programs of one probe.
struct Programs<'p, 'e, 'j> {
    reader: &'p Reader<'e>,
    engine: &'p Engine,
    work: &'p mut Work,
    notes: &'p Notes<'j>,
    /// The names that each program reads.
    names: Vec<(Item<'j>, Program)>,
}

impl<'j> Programs<'_, '_, 'j> {
    fn condition(&mut self, item: &Item<'j>) -> Option<Condition> {
        let carried = self.carried(item)?;
        self.compile(item, Source::Json(&carried), Engine::condition)
    }

    fn metric(&mut self, item: &Item<'j>) -> Option<Metric> {
        let carried = self.carried(item)?;
        self.compile(item, Source::Json(&carried), Engine::metric)
    }

    fn expression(&mut self, item: &Item<'j>) -> Option<Expression> {
        let carried = self.carried(item)?;
        self.compile(item, Source::Json(&carried), Engine::expression)
    }

    /// The JSON of an expression. A `json` that is null is missing: the text counts then. A bare string is refused: on the
    /// wire it is a constant text, and who writes one means an expression.
    fn carried(&self, item: &Item<'j>) -> Option<Cow<'j, str>> {
        if item.json().starts_with('"') {
            self.notes.wrong(item, "an expression such as `{\"dsl\": \"a > 1\"}`");
            return None;
        }
        // the compiler says what is wrong with it; what it does not read is said here
        let Some(mut object) = members(item) else { return Some(item.json().into()) };
        let (is_null, dsl) = (object.has("json") && object.get("json").is_none(), object.get("dsl"));
        object.end(&[], self.notes);
        Some(match dsl {
            Some(dsl) if is_null => format!("{{\"dsl\":{}}}", dsl.json()).into(),
            _ => item.json().into(),
        })
    }

    fn segments(&mut self, item: &Item<'j>) -> Option<Template> {
        if item.is_array() {
            for mut segment in item.list(self.notes).iter().filter_map(members) {
                let _ = segment.get("str");
                segment.end(&["dsl", "json"], self.notes);
            }
        }
        self.compile(item, Source::Json(item.json()), Engine::template)
    }

    fn template(&mut self, item: &Item<'j>) -> Option<Template> {
        let text = item.text(self.notes)?;
        self.compile(item, Source::Text(&text), Engine::template)
    }

    fn compile<'s, P: Clone + Into<Program>>(
        &mut self,
        item: &Item<'j>,
        source: Source<'s>,
        compile: impl FnOnce(&Engine, Source<'s>) -> Result<P, CompileError>,
    ) -> Option<P> {
        let is_late = || {
            let clock = self.reader.clock?;
            Some(clock.now() >= self.work.until?)
        };
        if self.work.left == 0 || is_late() == Some(true) {
            let message = "the programs before it have used up what a set may take to compile";
            self.notes.say(probe::TOO_MUCH, item, message);
            return None;
        }
        match compile(self.engine, source) {
            Ok(compiled) => {
                let program: Program = compiled.clone().into();
                let size = program.size();
                let Some(left) = self.work.left.checked_sub(size) else {
                    self.work.left = 0;
                    let message = format!("the programs of a set may take {PROGRAM_BYTES} bytes together");
                    self.notes.say(probe::TOO_MUCH, item, message);
                    return None;
                };
                self.work.left = left;
                for warning in program.warnings() {
                    self.notes.add(self.placed(item, warning.clone(), program.source()));
                }
                self.names.push((item.clone(), program));
                Some(compiled)
            }
            Err(error) => {
                for diagnostic in &error.diagnostics {
                    self.notes.add(self.placed(item, diagnostic.clone(), &error.source));
                }
                None
            }
        }
    }

    /// A diagnostic of a program as one of the file: at the JSON of the program, with the text that it speaks of.
    fn placed(&self, item: &Item<'j>, mut diagnostic: Diagnostic, source: &str) -> Diagnostic {
        let path = diagnostic.path.take().unwrap_or_default();
        diagnostic.path = Some(format!("{}{path}", item.path));
        let span = diagnostic.span;
        let part = source.get(span.start as usize..span.end as usize).unwrap_or_default();
        let is_json = matches!(source.as_bytes().first(), Some(b'{' | b'['));
        diagnostic.notes.extend(
            (!part.is_empty() && part != source && !is_json).then(|| format!("at `{part}` in `{source}`")),
        );
        diagnostic.span = self.notes.whole(item);
        // places of labels and edits are those of the program, which the file does not show
        diagnostic.labels.clear();
        diagnostic.edits.clear();
        diagnostic
    }

    /// The results of a call that the programs read, with where.
    fn results(&self) -> Vec<(&'static str, Item<'j>)> {
        let names = ["@return", "@duration", "@exception"];
        self.names
            .iter()
            .flat_map(|(item, program)| {
                names
                    .into_iter()
                    .filter(|result| program.names().any(|name| name == *result))
                    .map(|result| (result, item.clone()))
            })
            .collect()
    }
}
