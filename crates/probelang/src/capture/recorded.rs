//! Plain documents and recorded frames as something to capture.

use probelang_diagnostic::order::sort_by_number;
use probelang_host::{Budget, Host, Names, Resolve, Use, Value};
use probelang_redact::Policy;
use probelang_snapshot::{Exception, Plain, Recorded, Section, Snapshot, Thrown, ThrownIn, Vars};
use probelang_vm::RawFault;

use super::{
    About, Capture, Ending, Frame, Group, Moment, Name, Named, Settings, StackFrame, Throwable, frame,
};

/// What the frame of exceptions that were caught is called.
const CAUGHT: &str = "caughtExceptions";

/// A plain document, or a frame that was recorded, to be captured: its names with their groups, its moment,
/// its language.
///
/// ```
/// use probelang::capture::{About, Capture, Recording, Settings};
/// use probelang::host::{Budget, Names};
/// use probelang::redact::Policy;
/// use probelang::snapshot::{Item, Mode, Snapshot, InputReader, Vars};
///
/// let event = br#"{"language": "go", "captures": {"entry": {"arguments": {"n": {"type": "int", "value": "7"}}}}}"#;
/// let (policy, vars) = (Policy::built_in(), Vars::new());
/// let (mut reader, mut snapshot, mut names) = (InputReader::new(), Snapshot::default(), Names::new());
/// let mut text = String::new();
/// for item in reader.read(event, Mode::Auto)? {
///     let Item::Recorded(recorded) = item? else { panic!("a snapshot") };
///     let exception = recorded.open_apart(None, &policy, &mut snapshot)?;
///     let recording = Recording::of_snapshot(&recorded, &snapshot, exception, &vars, &policy, &mut names);
///     let mut capture = Capture::new();
///     let host = snapshot.view(&names);
///     recording.capture(&mut capture, &host, &[], &Settings::new(&policy), &mut Budget::steps(1_000));
///     capture.write_snapshot(&recording.about(), 1 << 20, &mut text);
/// }
/// assert_eq!(text, concat!(
///     r#"{"language":"go","producer":"probelang","captures":{"entry":{"arguments":{"#,
///     r#""n":{"type":"int","value":"7"}}}}}"#,
/// ));
/// # Ok::<(), probelang::InputError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Recording<'r> {
    language: &'r str,
    frame: &'r str,
    names: Vec<Name<'r>>,
    missing: Option<&'r str>,
    exception: Exception<'r>,
    caught: Vec<Thrown<'r>>,
    duration: Option<u64>,
}

impl<'r> Recording<'r> {
    /// A plain document and variables laid over it: its names are the locals of a return.
    pub fn of_document(plain: &Plain<'r>, vars: &'r Vars, names: &mut Names) -> Self {
        let mut recording = Self {
            language: "json",
            frame: "return",
            names: Vec::new(),
            missing: None,
            exception: Exception::Unsaid,
            caught: Vec::new(),
            duration: None,
        };
        for name in plain.names() {
            recording.add(Group::Locals, name, names);
        }
        recording.add_all(vars, names);
        recording
    }

    /// A recorded frame that was opened [apart](Recorded::open_apart), and variables laid over it.
    pub fn of_snapshot(
        recorded: &Recorded<'r>,
        snapshot: &'r Snapshot,
        exception: Exception<'r>,
        vars: &'r Vars,
        policy: &Policy,
        names: &mut Names,
    ) -> Self {
        let mut recording = Self {
            language: recorded.language_name(),
            frame: snapshot.frame(),
            names: Vec::new(),
            missing: snapshot.missing(),
            exception,
            caught: Vec::new(),
            duration: None,
        };
        for (section, name) in snapshot.sections() {
            recording.add(group(section), name, names);
        }
        if recording.frame == CAUGHT {
            recording.caught = recorded.caught(policy);
        }
        // what its place in the snapshot cannot say is captured as a value
        recording.duration = recording.place("@duration", snapshot, names, whole_nanoseconds);
        if recording.exception == Exception::Joined {
            recording.place("@exception", snapshot, names, |_| None::<()>);
        }
        recording.add_all(vars, names);
        sort_by_number(&mut recording.names, |name| order(name.group).into());
        recording
    }

    /// What `said` makes of the value of a name that no group has; where that is nothing, the name becomes a local.
    fn place<T>(
        &mut self,
        name: &'static str,
        snapshot: &Snapshot,
        names: &mut Names,
        said: impl FnOnce(&Value<'_>) -> Option<T>,
    ) -> Option<T> {
        if self.names.iter().any(|other| other.name == name) {
            return None;
        }
        let symbol = names.resolve(name, Use::Variable);
        let mut value = Value::Absent;
        let view = snapshot.view(names);
        view.var(symbol, &mut value);
        if value == Value::Absent {
            return None;
        }
        let said = said(&value);
        if said.is_none() {
            self.names.push(Name { group: Group::Locals, name, symbol });
        }
        said
    }

    fn add(&mut self, group: Group, name: &'r str, names: &mut Names) {
        self.names.push(Name { group, name, symbol: names.resolve(name, Use::Variable) });
    }

    /// Variables that have the name of another take its place, in its group.
    fn add_all(&mut self, vars: &'r Vars, names: &mut Names) {
        for name in vars.names() {
            if !self.names.iter().any(|other| other.name == name) {
                self.add(Group::Locals, name, names);
            }
        }
    }

    /// The names that were recorded, those of a group next to each other.
    #[must_use]
    pub fn names(&self) -> &[Name<'r>] {
        &self.names
    }

    /// Why names of the frame are missing, if some are.
    #[must_use]
    pub const fn missing(&self) -> Option<&'r str> {
        self.missing
    }

    /// The frame's name: `entry`, `return`, `lines.N`.
    #[must_use]
    pub const fn frame(&self) -> &'r str {
        self.frame
    }

    /// What the snapshot says besides what is captured: the language and the duration.
    #[must_use]
    pub fn about(&self) -> About<'r> {
        About { language: self.language, duration: self.duration, ..About::default() }
    }

    /// Captures it from `host`, the view of the same document or frame; with `expressions` these in place of the
    /// names. As [`frame`].
    pub fn capture(
        &self,
        capture: &mut Capture,
        host: &dyn Host,
        expressions: &[Named<'_>],
        settings: &Settings<'_>,
        budget: &mut Budget<'_>,
    ) -> Vec<(usize, RawFault)> {
        let moment = match (self.frame, self.frame.strip_prefix("lines.")) {
            (_, Some(line)) => Moment::Line(line),
            ("entry", _) => Moment::Entry,
            ("captureExpressions", _) => Moment::Apart,
            (CAUGHT, _) if expressions.is_empty() => {
                for thrown in &self.caught {
                    with_throwable(thrown, |thrown| capture.caught(thrown, settings.policy));
                }
                return Vec::new();
            }
            _ => Moment::Return,
        };
        if !expressions.is_empty() {
            let hit = Frame { moment, expressions, ..Frame::default() };
            return frame(capture, host, &hit, settings, budget);
        }
        let hit = Frame { moment, names: &self.names, missing: self.missing, ..Frame::default() };
        let failed = frame(capture, host, &hit, settings, budget);
        if self.names.is_empty() && self.missing.is_none() {
            // a frame without any group was not recorded
            capture.group(Group::Locals);
        }
        with_ending(&self.exception, |ending| match ending {
            Ending::Unsaid => {}
            Ending::Returned => capture.throwable(None, settings.policy),
            Ending::Threw(thrown) => capture.throwable(Some(thrown), settings.policy),
        });
        failed
    }
}

const fn group(section: Section) -> Group {
    match section {
        Section::Arguments => Group::Arguments,
        Section::Locals => Group::Locals,
        Section::StaticFields => Group::StaticFields,
        Section::Expressions => Group::Expressions,
    }
}

/// The order in which groups are written, that in which names are looked up.
const fn order(group: Group) -> u8 {
    match group {
        Group::Arguments => 0,
        Group::Locals => 1,
        Group::StaticFields => 2,
        Group::Expressions => 3,
    }
}

/// Milliseconds that are a whole number of nanoseconds, as that.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked after it")]
fn whole_nanoseconds(milliseconds: &Value<'_>) -> Option<u64> {
    let Value::Float(milliseconds) = *milliseconds else { return None };
    let nanoseconds = (milliseconds * 1e6).round() as u64;
    (nanoseconds as f64 / 1e6 == milliseconds).then_some(nanoseconds)
}

/// Lends what a frame says of an exception as how the call ended.
pub fn with_ending<R>(exception: &Exception<'_>, read: impl FnOnce(Ending<'_>) -> R) -> R {
    match exception {
        Exception::Unsaid | Exception::Joined => read(Ending::Unsaid),
        Exception::None => read(Ending::Returned),
        Exception::Summary(thrown) => with_throwable(thrown, |thrown| read(Ending::Threw(thrown))),
    }
}

/// A recorded call as a frame of a call stack.
#[must_use]
pub const fn stack_frame(call: ThrownIn<'_>) -> StackFrame<'_> {
    StackFrame { file: call.file, function: call.function, line: call.line, column: call.column }
}

/// Lends a summary in the form that is written.
fn with_throwable<R>(thrown: &Thrown<'_>, write: impl FnOnce(&Throwable<'_>) -> R) -> R {
    let stack: Vec<StackFrame<'_>> = thrown.stack.iter().copied().map(stack_frame).collect();
    write(&Throwable {
        type_name: thrown.type_name,
        message: thrown.message.as_deref(),
        truncated: thrown.truncated,
        redacted: thrown.redacted,
        stack: &stack,
    })
}
