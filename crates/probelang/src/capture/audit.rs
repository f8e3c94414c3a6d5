//! What is missing of a snapshot, path by path: what was hidden, cut or pruned, and by which rule.

use std::fmt::Write;

use probelang_diagnostic::spell;
use probelang_snapshot::{InputError, InputReader, Item, Mode, OutlineRow, Recorded, RowName};

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
    /// The rule: `name` or `type` for what is hidden; `depth`, `items`, `fields`, `length`, `time` for what a limit
    /// cut; `size` for what is pruned; `reason` for anything else, which [`reason`](Self::reason) says.
    pub rule: &'static str,
    /// The name or type that the rule found, of what is hidden.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub found: Option<String>,
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
        let mut reader = InputReader::new();
        let mut audit = Self { bytes: bytes.len(), ..Self::default() };
        for item in reader.read(bytes, Mode::Snapshot)? {
            if let Item::Recorded(recorded) = item? {
                audit.add(&recorded);
            }
        }
        Ok(audit)
    }

    fn add(&mut self, recorded: &Recorded<'_>) {
        if let Some(reason) = recorded.reason() {
            let entry = AuditEntry { reason: Some(reason.to_owned()), ..AuditEntry::of("", "") };
            self.put(reason, None, entry);
        }
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
            self.row(&row, &frame, &path);
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
            self.put(reason, row.type_name, entry);
        }
    }

    /// Lists an entry under the rule that its reason names.
    fn put(&mut self, reason: &str, type_name: Option<&str>, mut entry: AuditEntry) {
        let (list, rule) = match reason {
            "redactedIdent" => (&mut self.hidden, "name"),
            "redactedType" => {
                entry.found = type_name.map(str::to_owned);
                (&mut self.hidden, "type")
            }
            "depth" => (&mut self.cut, "depth"),
            "collectionSize" => (&mut self.cut, "items"),
            "fieldCount" => (&mut self.cut, "fields"),
            "timeout" => (&mut self.cut, "time"),
            "payloadTooLarge" | "pruned" => (&mut self.pruned, "size"),
            _ => (&mut self.cut, "reason"),
        };
        entry.rule = rule;
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
            reason: None,
            shown: None,
            size: None,
        }
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
