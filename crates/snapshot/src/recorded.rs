//! Recorded snapshots: which frames there are, and which of them is chosen.

use probelang_diagnostic::{input, spell};
use probelang_redact::Policy;

use crate::error::InputError;
use crate::frame::Snapshot;
use crate::language::Language;
use crate::raw::Json;
use crate::thrown::{Exception, Thrown};

/// A group of names in a frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Section {
    /// Arguments.
    Arguments,
    /// Locals.
    Locals,
    /// Static fields or globals.
    StaticFields,
    /// Values of expressions.
    Expressions,
}

impl Section {
    /// All of them, in the order in which a name is looked up.
    pub(crate) const ALL: [Self; 4] = [Self::Arguments, Self::Locals, Self::StaticFields, Self::Expressions];

    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Arguments => "arguments",
            Self::Locals => "locals",
            Self::StaticFields => "staticFields",
            Self::Expressions => EXPRESSIONS,
        }
    }
}

/// Evaluation errors that an error message quotes.
const QUOTED: usize = 3;

/// A snapshot in an input, before a frame of it is chosen.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'i> {
    /// The snapshot itself.
    snapshot: Json<'i>,
    /// What stands round it: the whole event, or the snapshot again.
    event: Json<'i>,
}

/// A frame of a snapshot.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'i> {
    pub(crate) sort: Sort<'i>,
    pub(crate) json: Json<'i>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort<'i> {
    Entry,
    Return,
    Line(&'i str),
    /// Capture expressions that stand in no frame.
    Expressions,
    /// Exceptions that were caught: one name, a list.
    Caught,
}

impl Frame<'_> {
    pub(crate) fn name(&self) -> String {
        match self.sort {
            Sort::Entry => "entry".to_owned(),
            Sort::Return => "return".to_owned(),
            Sort::Line(line) => format!("lines.{line}"),
            Sort::Expressions => EXPRESSIONS.to_owned(),
            Sort::Caught => CAUGHT.to_owned(),
        }
    }
}

/// The frame of the exceptions that were caught, and its one name.
pub(crate) const CAUGHT: &str = "caughtExceptions";
/// The group that can be chosen like a frame.
pub(crate) const EXPRESSIONS: &str = "captureExpressions";

impl<'i> Recorded<'i> {
    /// The snapshot that `json` is or holds: an event, or a bare snapshot.
    pub(crate) fn detect(json: Json<'i>) -> Option<Self> {
        if let Some(snapshot) = inside(json) {
            return Some(Self { snapshot, event: json });
        }
        json.get("captures").is_some_and(Json::is_object).then_some(Self { snapshot: json, event: json })
    }

    /// Whether `json` is an event with a snapshot.
    pub(crate) fn is_event(json: Json<'i>) -> bool {
        inside(json).is_some()
    }

    /// The snapshot that `json` must be or hold.
    ///
    /// # Errors
    /// [`InputError`] where it is no object.
    pub(crate) fn force(json: Json<'i>) -> Result<Self, InputError> {
        if let Some(snapshot) = inside(json) {
            return Ok(Self { snapshot, event: json });
        }
        if json.is_object() {
            return Ok(Self { snapshot: json, event: json });
        }
        let message = "a snapshot is an object with `captures`, or an event with `debugger.snapshot`";
        Err(InputError::new(input::NO_SNAPSHOT, message))
    }

    /// The language of the recorded program.
    #[must_use]
    pub fn language(&self) -> Language {
        Language::of(self.language_name())
    }

    /// The language as the snapshot names it, empty where it does not.
    #[must_use]
    pub fn language_name(&self) -> &'i str {
        self.snapshot.get("language").and_then(Json::text).unwrap_or_default()
    }

    /// Whether probelang itself wrote the snapshot (`"producer": "probelang"`), so that nothing in it has to be
    /// guessed.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.snapshot.get("producer").and_then(Json::text) == Some("probelang")
    }

    /// The service that the event around it names.
    #[must_use]
    pub fn service(&self) -> Option<&'i str> {
        self.event.get("service").and_then(Json::text)
    }

    /// When it was taken, in milliseconds since 1970.
    #[must_use]
    pub fn timestamp(&self) -> Option<u64> {
        self.member("timestamp").or_else(|| self.event.some("timestamp")).and_then(Json::count)
    }

    /// The names of the frames: `entry`, `return`, `lines.N`.
    ///
    /// # Errors
    /// [`InputError`] for a snapshot without captures.
    pub fn frames(&self) -> Result<Vec<String>, InputError> {
        Ok(self.all()?.iter().map(Frame::name).collect())
    }

    fn all(&self) -> Result<Vec<Frame<'i>>, InputError> {
        let captures = self.snapshot.some("captures").ok_or_else(|| self.no_captures())?;
        if !captures.is_object() || captures.get("pruned").is_some_and(Json::is_true) {
            let reason = captures.text().unwrap_or("pruned");
            let message = format!("the captures of the snapshot were not recorded: {}", one_line(reason));
            return Err(InputError::new(input::NO_CAPTURES, message));
        }
        let mut frames = Vec::new();
        let mut add = |sort, json: Json<'i>| {
            // a text stands for a frame that was scrubbed
            if json.is_object() || json.text().is_some() {
                frames.push(Frame { sort, json });
            }
        };
        if let Some(entry) = captures.some("entry") {
            add(Sort::Entry, entry);
        }
        if let Some(exit) = captures.some("return") {
            add(Sort::Return, exit);
        }
        for (line, json) in captures.some("lines").into_iter().flat_map(Json::entries) {
            add(Sort::Line(line), json);
        }
        if captures.some(EXPRESSIONS).is_some() {
            add(Sort::Expressions, captures);
        }
        if let Some(caught) = captures.some(CAUGHT).filter(|caught| caught.elements().len() > 0) {
            frames.push(Frame { sort: Sort::Caught, json: caught });
        }
        if frames.is_empty() { Err(self.no_captures()) } else { Ok(frames) }
    }

    fn no_captures(&self) -> InputError {
        let mut message = "the snapshot has no captures".to_owned();
        let beside = || self.event.some("debugger").and_then(|debugger| debugger.some("evaluationErrors"));
        let errors = self.snapshot.some("evaluationErrors").or_else(beside);
        let errors =
            errors.or_else(|| self.event.some("evaluationErrors")).into_iter().flat_map(Json::elements);
        for (count, error) in errors.take(QUOTED).enumerate() {
            message.push_str(if count == 0 { "; its evaluation errors: " } else { ", " });
            let part = |key| error.get(key).and_then(Json::text).map(one_line);
            match (part("expr"), part("message")) {
                (Some(expr), Some(text)) => message.push_str(&format!("`{expr}`: {text}")),
                (Some(text), None) | (None, Some(text)) => message.push_str(&text),
                (None, None) => message.push_str("one without text"),
            }
        }
        InputError::new(input::NO_CAPTURES, message)
    }

    /// The frame named `wanted`; without one the return, else the only line, else the entry.
    pub(crate) fn choose(&self, wanted: Option<&str>) -> Result<Frame<'i>, InputError> {
        let frames = self.all()?;
        let list = || frames.iter().map(Frame::name).collect::<Vec<_>>().join(", ");
        let find = |sort| frames.iter().find(|frame| frame.sort == sort).copied();
        let no_frame = |message: String| {
            let message = if frames.is_empty() {
                format!("{message}: the snapshot has no frames")
            } else {
                format!("{message}; the snapshot has {}", list())
            };
            InputError::new(input::NO_SUCH_FRAME, message)
        };
        let several = || {
            let message = format!("the snapshot has several frames, choose one of {}", list());
            InputError::new(input::AMBIGUOUS_FRAME, message)
        };
        match wanted {
            Some(EXPRESSIONS) => {
                let mut with = frames
                    .iter()
                    .filter(|frame| frame.json.some(EXPRESSIONS).is_some_and(|group| group.is_object()));
                match (with.next(), with.next()) {
                    (Some(frame), None) => Ok(*frame),
                    (Some(_), Some(_)) => Err(several()),
                    (None, _) => Err(no_frame("no frame has capture expressions".to_owned())),
                }
            }
            Some(name) => {
                let named = frames.iter().find(|frame| frame.name() == name).copied();
                named.ok_or_else(|| no_frame(format!("there is no frame {}", spell::string(name))))
            }
            None => {
                if let Some(exit) = find(Sort::Return) {
                    return Ok(exit);
                }
                let mut lines = frames.iter().filter(|frame| matches!(frame.sort, Sort::Line(_)));
                match (lines.next(), lines.next()) {
                    (Some(line), None) => Ok(*line),
                    (Some(_), Some(_)) => Err(several()),
                    (None, _) => find(Sort::Entry)
                        .or_else(|| find(Sort::Expressions))
                        .or_else(|| find(Sort::Caught))
                        .ok_or_else(|| no_frame("nothing was captured".to_owned())),
                }
            }
        }
    }

    /// The frame `frame` as a host; without a name the return, else the only line, else the entry.
    ///
    /// `policy` hides recorded texts by their type; all else it hides when it is read or printed.
    ///
    /// # Errors
    /// [`InputError`] for a snapshot without captures, and ([`is_usage`](InputError::is_usage)) for a frame
    /// that is not there or one of several.
    ///
    /// # Cost
    /// Linear in the size of the frame.
    pub fn open(&self, frame: Option<&str>, policy: &Policy) -> Result<Snapshot, InputError> {
        let mut snapshot = Snapshot::default();
        self.open_into(frame, policy, &mut snapshot)?;
        Ok(snapshot)
    }

    /// As [`open`](Self::open), into `snapshot`, whose memory is used again.
    ///
    /// # Errors
    /// As [`open`](Self::open); `snapshot` is then empty.
    pub fn open_into(
        &self,
        frame: Option<&str>,
        policy: &Policy,
        snapshot: &mut Snapshot,
    ) -> Result<(), InputError> {
        let frame = self.begin(frame, snapshot)?;
        self.scope(frame, frame.json.get("throwable"), policy, snapshot, false);
        Ok(())
    }

    /// As [`open_into`](Self::open_into), to capture the frame again: what it says of the exception in a place of
    /// its own is given apart, and not joined with what was recorded of it as a value.
    ///
    /// # Errors
    /// As [`open`](Self::open); `snapshot` is then empty.
    pub fn open_apart(
        &self,
        frame: Option<&str>,
        policy: &Policy,
        snapshot: &mut Snapshot,
    ) -> Result<Exception<'i>, InputError> {
        let frame = self.begin(frame, snapshot)?;
        let throwable = frame.json.get("throwable");
        let exception = Exception::of(throwable, self.is_own(), self.language(), policy);
        let joined = throwable.filter(|_| !matches!(exception, Exception::Summary(_)));
        self.scope(frame, joined, policy, snapshot, true);
        snapshot.store.sort_types();
        Ok(exception)
    }

    /// As [`open_into`](Self::open_into), for a hit that is replayed: what the frame says of the exception is joined with
    /// the values and given besides. Where the frame is `shown`, the types of scalars are kept.
    ///
    /// # Errors
    /// As [`open`](Self::open); `snapshot` is then empty.
    pub fn open_hit(
        &self,
        frame: Option<&str>,
        policy: &Policy,
        snapshot: &mut Snapshot,
        shown: bool,
    ) -> Result<Exception<'i>, InputError> {
        let frame = self.begin(frame, snapshot)?;
        let throwable = frame.json.get("throwable");
        self.scope(frame, throwable, policy, snapshot, shown);
        if shown {
            snapshot.store.sort_types();
        }
        Ok(Exception::of(throwable, self.is_own(), self.language(), policy))
    }

    /// A member of the snapshot.
    pub(crate) fn member(&self, key: &str) -> Option<Json<'i>> {
        self.snapshot.some(key)
    }

    /// A member of the event around the snapshot.
    pub(crate) fn around(&self, key: &str) -> Option<Json<'i>> {
        self.event.some(key)
    }

    /// What was captured, if it is there.
    pub(crate) fn captures(&self) -> Option<Json<'i>> {
        self.member("captures").filter(|captures| captures.is_object())
    }

    /// The exceptions that were caught, those that the policy does not hide by their types.
    #[must_use]
    pub fn caught(&self, policy: &Policy) -> Vec<Thrown<'i>> {
        let caught = self.snapshot.some("captures").and_then(|captures| captures.some(CAUGHT));
        let thrown = caught.into_iter().flat_map(Json::elements);
        let thrown = thrown.filter_map(|json| Thrown::of(json, self.is_own(), self.language()));
        thrown.filter(|thrown| !policy.redacts_recorded_type(thrown.type_name)).collect()
    }
}

/// The snapshot of an event.
fn inside(json: Json<'_>) -> Option<Json<'_>> {
    let nested = json.get("debugger").and_then(|debugger| debugger.get("snapshot"));
    nested.or_else(|| json.get("debugger.snapshot")).filter(|snapshot| snapshot.is_object())
}

/// A recorded text in a message: no more than a line of it.
pub(crate) fn one_line(text: &str) -> String {
    const LIMIT: usize = 200;
    let mut line: String = text.chars().take(LIMIT).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(LIMIT).is_some() {
        line.push_str("...");
    }
    line
}
