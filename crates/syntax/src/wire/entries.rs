//! The probes of a file that is being written: where each begins and ends, found in one pass over brackets and strings.

use probelang_diagnostic::Span;

use super::configuration::PROBE_LISTS;

/// A probe of a probe file, as far as brackets say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ProbeEntry {
    /// The bytes of its object.
    pub span: Span,
    /// The type of probes in the list that it is in, where the list says it (`logProbes`).
    pub listed_as: Option<&'static str>,
}

/// The probes of a file, and what the file is.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub struct ProbeEntries {
    /// The probes in order.
    pub probes: Vec<ProbeEntry>,
    /// Whether it is a probe file by its shape: a list with a probe in it, one probe, or one of the wrappers. A probe
    /// has a `type` that ends with `_PROBE`, or a `where` and an `id`: much other JSON has only one of them.
    pub is_probe_file: bool,
    /// Whether the root is a wrapper: an object with `probes`, or with a list for each type.
    pub is_wrapper: bool,
    /// Whether a list of probes has elements that are no objects.
    pub has_others: bool,
}

/// Finds the probes of a file, which need not be JSON: a string that is not closed ends with its line, and a probe that is
/// not closed ends where the next one begins that is indented no further.
///
/// ```
/// use probelang_syntax::wire::probe_entries;
/// let file = r#"[{"type": "LOG_PROBE", "when": {"dsl": "a"}}, {"id": "q"}]"#;
/// let found = probe_entries(file);
/// assert!(found.is_probe_file);
/// assert_eq!(found.probes[1].span.slice(file), r#"{"id": "q"}"#);
/// assert!(!probe_entries(r#"{"gt": [{"ref": "a"}, 1]}"#).is_probe_file);
/// ```
///
/// # Cost
/// Linear in `json`, and little more than reading its bytes.
#[must_use]
pub fn probe_entries(json: &str) -> ProbeEntries {
    if u32::try_from(json.len()).is_err() {
        return ProbeEntries::default();
    }
    let walk = Walk::run(json, false);
    if walk.is_broken { Walk::run(json, true).found } else { walk.found }
}

/// A bracket that is open.
struct Level {
    is_object: bool,
    role: Role,
    /// Whether it has a `where`, and whether it has an `id`.
    has: (bool, bool),
}

/// What an open bracket is to probes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The root object: one probe, or a wrapper.
    Root,
    /// A list of probes, with the type that it says.
    List(Option<&'static str>),
    /// A probe.
    Probe,
    /// Anything else.
    Other,
}

/// The probe that is open.
struct Entry {
    start: usize,
    /// How far the line is indented that it begins, if it begins one.
    indent: Option<usize>,
    /// How many brackets are open around it.
    depth: usize,
    listed_as: Option<&'static str>,
}

struct Walk<'j> {
    json: &'j str,
    at: usize,
    open: Vec<Level>,
    /// The key before the value that comes next.
    key: Option<Span>,
    entry: Option<Entry>,
    /// Whether a probe may end where the next begins.
    resumes: bool,
    /// A bracket or quote is missing.
    is_broken: bool,
    found: ProbeEntries,
}

impl<'j> Walk<'j> {
    fn run(json: &'j str, resumes: bool) -> Self {
        let (open, found) = (Vec::new(), ProbeEntries::default());
        let mut walk = Self { json, at: 0, open, key: None, entry: None, resumes, is_broken: false, found };
        walk.file();
        walk
    }

    fn file(&mut self) {
        let bytes = self.json.as_bytes();
        let mut root = Span::default();
        let mut root_is_probe = false;
        while let Some(&byte) = bytes.get(self.at) {
            let start = self.at;
            self.at = start.saturating_add(1);
            match byte {
                b'{' | b'[' => {
                    if self.open.is_empty() {
                        root.start = Span::from_usize(start, start).start;
                    }
                    self.opens(start, byte == b'{');
                }
                b'}' | b']' => {
                    self.closes(byte == b'}');
                    if self.open.is_empty() {
                        break;
                    }
                }
                b'"' => {
                    self.string(start);
                    root_is_probe |= self.marks_probe(start);
                }
                b',' => self.key = None,
                b' ' | b'\t' | b'\n' | b'\r' | b':' => {}
                // the mark at the start of a file
                0xef if self.open.is_empty() => self.at = start.saturating_add(3),
                _ if self.open.is_empty() => return,
                _ => {
                    self.found.has_others |= self.is_in_list();
                    self.key = None;
                    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-');
                    while bytes.get(self.at).is_some_and(word) {
                        self.at = self.at.saturating_add(1);
                    }
                }
            }
        }
        self.is_broken |= !self.open.is_empty();
        self.open.clear();
        self.ends_entry(self.at);
        root.end = Span::from_usize(0, self.at).end;
        if root_is_probe && !self.found.is_wrapper {
            self.found.is_probe_file = true;
            self.found.probes = vec![ProbeEntry { span: root, listed_as: None }];
        }
    }

    fn is_in_list(&self) -> bool {
        self.open.last().is_some_and(|level| matches!(level.role, Role::List(_)))
    }

    fn opens(&mut self, start: usize, is_object: bool) {
        let key = self.key.take();
        if is_object && key.is_none() && self.resumes {
            self.resume(start);
        }
        let role = match (self.open.last().map(|level| level.role), is_object) {
            (None, true) => Role::Root,
            (None, false) => Role::List(None),
            (Some(Role::Root), false) => self.list_under(key),
            (Some(Role::List(listed_as)), true) => {
                self.entry =
                    Some(Entry { start, indent: self.indent(start), depth: self.open.len(), listed_as });
                Role::Probe
            }
            (Some(Role::List(_)), false) => {
                self.found.has_others = true;
                Role::Other
            }
            (Some(Role::Root), true) | (Some(Role::Probe | Role::Other), _) => Role::Other,
        };
        self.open.push(Level { is_object, role, has: (false, false) });
    }

    /// What a list of the root object is.
    fn list_under(&mut self, key: Option<Span>) -> Role {
        let key = key.map_or("", |key| key.slice(self.json));
        let listed_as = PROBE_LISTS.iter().find(|(name, _)| *name == key).map(|(_, type_name)| *type_name);
        if key != "probes" && listed_as.is_none() {
            return Role::Other;
        }
        self.found.is_wrapper = true;
        self.found.is_probe_file |= listed_as.is_some();
        Role::List(listed_as)
    }

    /// Ends a probe that was not closed, where an object begins a line that is indented no further than it.
    fn resume(&mut self, start: usize) {
        let Some(entry) = &self.entry else { return };
        let depth = entry.depth;
        let (Some(before), Some(here)) = (entry.indent, self.indent(start)) else { return };
        if here <= before {
            self.open.truncate(depth);
            let text = self.json.get(..start).unwrap_or("");
            self.ends_entry(text.trim_end_matches([' ', '\t', '\n', '\r', ',']).len());
        }
    }

    /// How far the line is indented that begins with byte `at`; `None` where something else is before it.
    fn indent(&self, at: usize) -> Option<usize> {
        let before = self.json.as_bytes().get(..at)?;
        let blanks = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let line = before.len().checked_sub(blanks)?;
        (line == 0 || matches!(before.get(line.checked_sub(1)?), Some(b'\n' | b'\r'))).then_some(blanks)
    }

    fn closes(&mut self, is_object: bool) {
        self.key = None;
        let found = self.open.iter().rposition(|level| level.is_object == is_object);
        self.is_broken |= found.is_none_or(|at| at.saturating_add(1) != self.open.len());
        let Some(at) = found else { return };
        self.open.truncate(at);
        if self.entry.as_ref().is_some_and(|entry| self.open.len() <= entry.depth) {
            let is_its_own = self.entry.as_ref().is_some_and(|entry| self.open.len() == entry.depth);
            self.ends_entry(if is_its_own { self.at } else { self.at.saturating_sub(1) });
        }
    }

    fn ends_entry(&mut self, end: usize) {
        if let Some(Entry { start, listed_as, .. }) = self.entry.take() {
            self.found.probes.push(ProbeEntry { span: Span::from_usize(start, end.max(start)), listed_as });
        }
    }

    /// Passes a string whose opening quote is at `start`, and sees whether it is a key.
    fn string(&mut self, start: usize) {
        let bytes = self.json.as_bytes();
        let mut at = start.saturating_add(1);
        let inner = loop {
            match bytes.get(at) {
                Some(b'\\')
                    if bytes.get(at.saturating_add(1)).is_some_and(|byte| !matches!(byte, b'\n' | b'\r')) =>
                {
                    at = at.saturating_add(2);
                }
                None | Some(b'\n' | b'\r') => {
                    self.is_broken = true;
                    self.at = at.min(bytes.len());
                    break self.at;
                }
                Some(b'"') => {
                    self.at = at.saturating_add(1);
                    break at;
                }
                Some(_) => at = at.saturating_add(1),
            }
        };
        let in_object = self.open.last().is_some_and(|level| level.is_object);
        if in_object && self.key.is_none() {
            let blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
            let rest = bytes.get(self.at..).unwrap_or_default();
            if rest.iter().find(|byte| !blank(byte)) == Some(&b':') {
                self.key = Some(Span::from_usize(start.saturating_add(1), inner));
                return;
            }
        }
        self.found.has_others |= self.is_in_list();
    }

    /// Whether the string that was passed makes the object that it is in a probe: a key, or a type. Says whether that is the
    /// root.
    fn marks_probe(&mut self, start: usize) -> bool {
        let Some(key) = self.key else { return false };
        let is_key = key.start as usize == start.saturating_add(1);
        let text = self.json.get(start..self.at).unwrap_or("");
        let key = key.slice(self.json);
        if !is_key {
            self.key = None;
        }
        let Some(level) = self.open.last_mut() else { return false };
        let marks = match key {
            "where" if is_key => {
                level.has.0 = true;
                level.has.1
            }
            "id" if is_key => {
                level.has.1 = true;
                level.has.0
            }
            "type" => !is_key && text.ends_with("_PROBE\""),
            _ => false,
        };
        self.found.is_probe_file |= marks && level.role == Role::Probe;
        marks && level.role == Role::Root
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str) -> (bool, Vec<&str>) {
        let found = probe_entries(json);
        (found.is_probe_file, found.probes.iter().map(|probe| probe.span.slice(json)).collect())
    }

    #[test]
    fn the_probes_of_each_form_are_found() {
        let probe = r#"{"id":"p","type":"LOG_PROBE","when":{"dsl":"a[\"]\"]"}}"#;
        assert_eq!(found(&format!("\u{feff} {probe} ")), (true, vec![probe]));
        assert_eq!(found(&format!("[{probe}, {probe}]")), (true, vec![probe, probe]));
        assert_eq!(found(&format!(r#"{{"enabled": true, "probes": [{probe}]}}"#)), (true, vec![probe]));
        assert_eq!(found(r#"{"probes": []}"#), (false, vec![]));
        let wrapper =
            r#"{"id":"s","logProbes":[{"id":"l"}],"metricProbes":[{"id":"m"},1],"x":[{"where":{}}]}"#;
        let all = probe_entries(wrapper);
        assert!(all.is_probe_file && all.is_wrapper && all.has_others);
        let types: Vec<_> = all.probes.iter().map(|probe| probe.listed_as).collect();
        assert_eq!(types, [Some("LOG_PROBE"), Some("METRIC_PROBE")]);
    }

    #[test]
    fn other_json_is_no_probe_file() {
        for json in [
            r#"{"gt":[{"ref":"a"},1]}"#,
            r#"[{"str":"a"},{"dsl":"a","json":{"ref":"where"}}]"#,
            r#"{"name":"x","dependencies":{"where":"1","type":"A_PROBE"}}"#,
            r#"[{"x":{"where":1,"id":2}}]"#,
            r#"{"where":{"id":2},"select":{}}"#,
            "{a} {b}",
            "[]",
            "1",
            "",
            "where",
        ] {
            assert!(!probe_entries(json).is_probe_file, "{json}");
        }
        assert!(probe_entries(r#"[{"where": {}, "id": 1}]"#).is_probe_file);
        assert!(probe_entries(r#"{"id": 1, "where": {}}"#).is_probe_file);
    }

    #[test]
    fn a_probe_that_is_not_closed_ends_where_the_next_begins() {
        let open = "[\n  {\n    \"type\": \"LOG_PROBE\",\n    \"when\": {\"dsl\": \"a\n  },\n  {\n    \"id\": \"b\"\n  }\n]";
        let (_, probes) = found(open);
        assert_eq!(probes.len(), 2, "{probes:?}");
        assert!(probes[1].starts_with("{\n    \"id\": \"b\""));
        let open = "[\n  {\n    \"id\": \"a\",\n    \"segments\": [\n  {\n    \"id\": \"b\"\n  }\n]";
        assert_eq!(found(open).1.len(), 2);
        // an object under a key is a part, however it is indented
        let whole = "[\n  {\n    \"when\":\n{\"dsl\": \"a\"}\n  }\n]";
        assert_eq!(found(whole).1.len(), 1);
    }

    #[test]
    fn whatever_the_text_is_the_probes_lie_in_it_in_order() {
        let text = "[{\"where\":{}},{\"é😀\": \"\\\"},{\n {]}\u{feff}\"type\":\"X_PROBE\"}";
        for from in 0..text.len() {
            for to in from..=text.len() {
                let Some(part) = text.get(from..to) else { continue };
                let mut at = 0;
                for probe in probe_entries(part).probes {
                    assert!(probe.span.start >= at && probe.span.end as usize <= part.len(), "{part:?}");
                    assert!(
                        part.get(probe.span.start as usize..probe.span.end as usize).is_some(),
                        "{part:?}"
                    );
                    at = probe.span.end;
                }
            }
        }
    }
}
