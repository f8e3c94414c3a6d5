//! What is missing of a snapshot, path by path: what was hidden, cut or pruned, and by which rule.

use std::fmt::Write;

use probelang_diagnostic::spell;
use probelang_redact::{NameRule, Policy};
use probelang_snapshot::{InputError, InputReader, Item, Mode, OutlineRow, Recorded, RowName};

/// The group of captured expressions.
const EXPRESSIONS: &str = "captureExpressions";

/// What a snapshot does not show.
///
/// ```
/// use probelang::capture::Audit;
///
/// let snapshot = br#"{"captures": {"return": {"locals": {"user": {"type": "User", "fields": {
///     "password": {"type": "str", "notCapturedReason": "redactedIdent"},
///     "tags": {"type": "list", "size": 250, "elements": [], "notCapturedReason": "collectionSize"}}}}}}}"#;
/// let audit = Audit::of(snapshot)?;
/// assert_eq!((&*audit.hidden[0].path, audit.hidden[0].rule), ("user.password", "name"));
/// assert_eq!((&*audit.cut[0].path, audit.cut[0].rule), ("user.tags", "items"));
/// assert_eq!((audit.cut[0].shown, audit.cut[0].size), (Some(0), Some(250)));
/// # Ok::<(), probelang::InputError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Audit {
    /// What redaction hides.
    pub hidden: Vec<AuditEntry>,
    /// What a limit cut, or could not be read.
    pub cut: Vec<AuditEntry>,
    /// What was left out because of the size of the whole. What was hidden or cut inside of it is not listed.
    pub pruned: Vec<AuditEntry>,
    /// Bytes of the snapshot or event.
    pub bytes: usize,
}

/// A path of an [`Audit`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AuditEntry {
    /// The frame: `return`, `lines.12`; empty for the snapshot as a whole.
    pub frame: String,
    /// The path in the frame as an expression writes it: `user.tags[3]`; empty for the frame as a whole.
    pub path: String,
    /// The rule: `name`, `type` or `value` for what is hidden; `depth`, `items`, `fields`, `length`, `time` for what a limit
    /// cut; `size` for what is pruned; `reason` for anything else, which [`reason`](Self::reason) says.
    pub rule: &'static str,
    /// The type that the rule found, of what is hidden by it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub found: Option<String>,
    /// Of what is hidden, the entry of the policy that hides it: a name as it is compared, or the pattern of a type.
    /// `None` where the policy does not hide it, but whoever recorded it, and in an audit without a policy.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub entry: Option<String>,
    /// Where that is from: `built-in`, `configured`, or `recorded` where the policy does not hide it. `None` in an
    /// audit without a policy, and of a text that is hidden because of what it says.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub origin: Option<&'static str>,
    /// The reason as the snapshot writes it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub reason: Option<String>,
    /// How many elements, fields or characters are shown.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub shown: Option<u64>,
    /// How many there were.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub size: Option<u64>,
}

impl Audit {
    /// Looks through a snapshot or event, whoever wrote it.
    ///
    /// # Errors
    /// [`InputError`] for what is not a snapshot.
    ///
    /// # Cost
    /// Linear in the bytes, and in the length of the paths that are listed.
    pub fn of(bytes: &[u8]) -> Result<Self, InputError> {
        Self::read(bytes, None)
    }

    /// The same, and which entry of `policy` hides what is hidden.
    ///
    /// ```
    /// use probelang::capture::Audit;
    /// use probelang::redact::Policy;
    ///
    /// let snapshot = br#"{"captures": {"return": {"locals": {
    ///     "X-Auth-Token": {"type": "str", "notCapturedReason": "redactedIdent"},
    ///     "card": {"type": "com.acme.Card", "notCapturedReason": "redactedType"}}}}}"#;
    /// let policy = Policy::built_in().with_types(["com.acme.*"]);
    /// let audit = Audit::under(snapshot, &policy)?;
    /// let rule = |at: usize| (audit.hidden[at].entry.as_deref(), audit.hidden[at].origin);
    /// assert_eq!(rule(0), (Some("xauthtoken"), Some("built-in")));
    /// assert_eq!(rule(1), (Some("com.acme.*"), Some("configured")));
    /// # Ok::<(), probelang::InputError>(())
    /// ```
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn under(bytes: &[u8], policy: &Policy) -> Result<Self, InputError> {
        Self::read(bytes, Some(policy))
    }

    fn read(bytes: &[u8], policy: Option<&Policy>) -> Result<Self, InputError> {
        let mut reader = InputReader::new();
        let mut audit = Self { bytes: bytes.len(), ..Self::default() };
        for item in reader.read(bytes, Mode::Snapshot)? {
            if let Item::Recorded(recorded) = item? {
                audit.add(&recorded, policy);
            }
        }
        Ok(audit)
    }

    fn add(&mut self, recorded: &Recorded<'_>, policy: Option<&Policy>) {
        if let Some(reason) = recorded.reason() {
            let entry = AuditEntry { reason: Some(reason.to_owned()), ..AuditEntry::of("", "") };
            self.put(reason, entry);
        }
        let mut group = "";
        let mut frame = String::new();
        let mut path = String::new();
        // where the path of each open row ends
        let mut ends: Vec<usize> = Vec::new();
        for row in recorded.outline() {
            ends.truncate(row.level);
            path.truncate(ends.last().copied().unwrap_or(0));
            if row.level == 0 {
                frame.clear();
            }
            push_label(&mut path, &mut frame, row.label);
            ends.push(path.len());
            match row.label {
                // a group may be apart from the frames
                RowName::Group(name) | RowName::Frame(name) => group = name,
                _ => {}
            }
            let before = self.hidden.len();
            self.row(&row, &frame, &path);
            if let (Some(policy), Some(entry)) = (policy, self.hidden.get_mut(before)) {
                entry.explain(&row, group == EXPRESSIONS, policy);
            }
        }
    }

    fn row(&mut self, row: &OutlineRow<'_>, frame: &str, path: &str) {
        let entry = AuditEntry::of(frame, path);
        if row.pruned {
            self.pruned.push(AuditEntry { rule: "size", ..entry });
            return;
        }
        if row.truncated {
            let shown = row.text.map(|text| text.chars().count() as u64);
            self.cut.push(AuditEntry { rule: "length", shown, size: row.size, ..entry.clone() });
        }
        if let Some(reason) = row.reason {
            let shown = row.parts.map(|parts| parts as u64);
            let entry = AuditEntry { reason: Some(reason.to_owned()), shown, size: row.size, ..entry };
            self.put(reason, AuditEntry { found: row.type_name.map(str::to_owned), ..entry });
        }
    }

    /// Lists an entry under the rule that its reason names.
    fn put(&mut self, reason: &str, mut entry: AuditEntry) {
        let (list, rule) = match reason {
            "redactedIdent" => (&mut self.hidden, "name"),
            "redactedType" => (&mut self.hidden, "type"),
            "redactedValue" => (&mut self.hidden, "value"),
            "depth" => (&mut self.cut, "depth"),
            "collectionSize" => (&mut self.cut, "items"),
            "fieldCount" => (&mut self.cut, "fields"),
            "timeout" => (&mut self.cut, "time"),
            "payloadTooLarge" | "pruned" => (&mut self.pruned, "size"),
            _ => (&mut self.cut, "reason"),
        };
        entry.rule = rule;
        if rule != "type" {
            entry.found = None;
        }
        list.push(entry);
    }
}

impl AuditEntry {
    fn of(frame: &str, path: &str) -> Self {
        Self {
            frame: frame.to_owned(),
            path: path.to_owned(),
            rule: "reason",
            found: None,
            entry: None,
            origin: None,
            reason: None,
            shown: None,
            size: None,
        }
    }

    /// Finds the entry of `policy` that hides `row`.
    fn explain(&mut self, row: &OutlineRow<'_>, is_expression: bool, policy: &Policy) {
        // what it says is gone, and with it the shape or the pattern
        if self.rule == "value" {
            return;
        }
        let name = |name: &str| policy.name_rule(name);
        let rule = match row.label {
            _ if self.rule == "type" => {
                let pattern = row.type_name.and_then(|type_name| policy.type_rule(type_name, true));
                pattern.map(|text| NameRule { text, is_built_in: false })
            }
            RowName::Variable(text) if is_expression => policy.expression_rule(text),
            RowName::Variable(text)
            | RowName::Field(text)
            | RowName::Key(text)
            | RowName::ScalarKey(text) => name(text),
            RowName::Frame(_)
            | RowName::Line(_)
            | RowName::Group(_)
            | RowName::Element(_)
            | RowName::EntryKey(_)
            | RowName::EntryValue(_) => None,
        };
        self.origin = Some(match rule {
            Some(NameRule { is_built_in: true, .. }) => "built-in",
            Some(NameRule { is_built_in: false, .. }) => "configured",
            None => "recorded",
        });
        self.entry = rule.map(|rule| rule.text.to_owned());
    }
}

/// Appends what a row is called: to the path as expressions write it, or to the name of the frame.
fn push_label(path: &mut String, frame: &mut String, label: RowName<'_>) {
    // writing to a string does not fail
    let _ = match label {
        RowName::Frame(name) => {
            frame.push_str(name);
            Ok(())
        }
        RowName::Line(line) => write!(frame, "lines.{line}"),
        RowName::Group(_) => Ok(()),
        RowName::Variable(name) if name.strip_prefix('@').is_some_and(spell::is_word) => {
            path.push_str(name);
            Ok(())
        }
        RowName::Variable(name) => spell::Ident(name).write(path),
        RowName::Field(name) => {
            path.push('.');
            spell::Member(name).write(path)
        }
        RowName::Element(at) => write!(path, "[{at}]"),
        RowName::Key(key) => write!(path, "[{}]", spell::string(key)),
        RowName::ScalarKey(key) => write!(path, "[{key}]"),
        RowName::EntryKey(at) => write!(path, "{{{at}}}.@key"),
        RowName::EntryValue(at) => write!(path, "{{{at}}}.@value"),
    };
}
