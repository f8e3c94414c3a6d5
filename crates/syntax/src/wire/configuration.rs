//! Probe configurations: which programs they carry, and where.

use probelang_diagnostic::{Diagnostic, Span};

use super::json::{self, Document, ValueId, read_loosely};
use super::scan::Kind;

/// What a program of a probe configuration is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Carrier {
    /// `when`, of the probe or of a decoration: a condition.
    When,
    /// `segments`, of the probe or of a tag: a template.
    Segments,
    /// `value` of a metric probe.
    Metric,
    /// `captureExpressions[].expr`: a value.
    Capture,
}

/// A program that a probe configuration carries.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Carried {
    /// What it is for.
    pub carrier: Carrier,
    /// The RFC 6901 path of its JSON in the configuration.
    pub path: String,
    /// The bytes of the configuration that are its JSON, which [`read`](super::read) takes.
    pub span: Span,
    /// The `id` of its probe, where it has one.
    pub probe: Option<String>,
    /// The expressions in it: one, or those of the segments.
    pub expressions: Vec<Spelled>,
}

/// An expression of a probe configuration, as it is spelled there.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Spelled {
    /// The RFC 6901 path of its object.
    pub path: String,
    /// Its `dsl`, a text that is not empty: the bytes of it with its quotes, and what it says.
    pub dsl: Option<(Span, String)>,
    /// The bytes of its `json`.
    pub json: Option<Span>,
}

/// The lists of the wrapper that a probe file may be, each with the type of its probes.
pub const PROBE_LISTS: [(&str, &str); 5] = [
    ("logProbes", "LOG_PROBE"),
    ("metricProbes", "METRIC_PROBE"),
    ("spanProbes", "SPAN_PROBE"),
    ("spanDecorationProbes", "SPAN_DECORATION_PROBE"),
    ("triggerProbes", "TRIGGER_PROBE"),
];

/// The programs that `json` carries, in order, where it is the configuration of a probe, an array of such, or the
/// wrapper of a probe file (`{"probes": […]}`, `{"logProbes": […], …}`). `None` for anything else, also for what is not JSON: an
/// expression on the wire is no configuration.
///
/// A key that is null is as good as not there, as tracers take it. What a program is made of is not looked at.
///
/// ```
/// use probelang_syntax::wire::{Carrier, configuration};
/// let probe = r#"{"id": "p", "type": "LOG_PROBE", "when": {"dsl": "a > 1", "json": {"gt": [{"ref": "a"}, 1]}}}"#;
/// let programs = configuration(probe).unwrap();
/// assert_eq!((programs[0].carrier, &*programs[0].path), (Carrier::When, "/when"));
/// assert!(configuration(r#"{"gt": [{"ref": "a"}, 1]}"#).is_none());
/// ```
///
/// # Cost
/// Linear in `json`.
#[must_use]
pub fn configuration(json: &str) -> Option<Vec<Carried>> {
    if u32::try_from(json.len()).is_err() {
        return None;
    }
    let document = json::read(json, 1).document?;
    let mut found = Found::new(&document, false);
    let root = Document::ROOT;
    match document.value(root).kind {
        Kind::Object if found.is_probe(root) => found.probe(root, ""),
        Kind::Object => {
            let mut lists: Vec<(&str, ValueId)> =
                PROBE_LISTS.iter().filter_map(|&(name, _)| Some((name, found.get(root, name)?))).collect();
            let probes = found.get(root, "probes");
            lists.extend(probes.filter(|&list| found.has_probe(list)).map(|list| ("probes", list)));
            if lists.is_empty() {
                return None;
            }
            for (name, list) in lists {
                found.probes(list, &format!("/{name}"));
            }
        }
        Kind::List if found.has_probe(root) => found.probes(root, ""),
        _ => return None,
    }
    Some(found.programs)
}

/// What an editor shows of one probe.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub struct ProbeTexts {
    /// Its programs, with paths in the probe.
    pub programs: Vec<Carried>,
    /// Its templates that are written as text.
    pub templates: Vec<WrittenTemplate>,
    /// Its `id`, and the bytes of it.
    pub id: Option<(String, Span)>,
}

/// A template that is written as text: the `template` of a probe or tag.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct WrittenTemplate {
    /// The bytes of its string with the quotes.
    pub span: Span,
    /// The bytes of the `segments` next to it. Where they are there and not empty, they run, and the text is for people.
    pub segments: Option<Span>,
}

/// The programs and templates of one probe, which need not be JSON: what is missing is passed over. A `dsl` may be empty
/// here.
///
/// ```
/// use probelang_syntax::wire::probe_texts;
/// let probe = r#"{"id": "p", "template": "total {total}", "when": {"dsl": "total > 1"#;
/// let texts = probe_texts(probe);
/// assert_eq!(texts.programs[0].expressions[0].dsl.as_ref().unwrap().1, "total > 1");
/// assert_eq!(texts.templates[0].span.slice(probe), r#""total {total}""#);
/// ```
///
/// # Cost
/// Linear in `probe`.
#[must_use]
pub fn probe_texts(probe: &str) -> ProbeTexts {
    if u32::try_from(probe.len()).is_err() {
        return ProbeTexts::default();
    }
    let document = read_loosely(probe);
    let mut found = Found::new(&document, true);
    let root = Document::ROOT;
    found.probe(root, "");
    let id = found.get(root, "id").filter(|&id| document.value(id).kind == Kind::String);
    let id = id.map(|id| (document.text(id).to_owned(), document.value(id).span));
    ProbeTexts { programs: found.programs, templates: found.templates, id }
}

/// The bytes of the value at an RFC 6901 path of `json`, or of the innermost one around it that is there; where that is an
/// object or a list, its bracket only. `json` need not be JSON. Linear in `json`.
///
/// ```
/// use probelang_syntax::wire::span_at;
/// let json = r#"{"a": [1, {"b": "x"}]}"#;
/// assert_eq!(span_at(json, "/a/1/b").slice(json), "\"x\"");
/// assert_eq!(span_at(json, "/a/1/c").slice(json), "{");
/// ```
#[must_use]
pub fn span_at(json: &str, path: &str) -> Span {
    let document = read_loosely(json);
    let mut at = Document::ROOT;
    for step in path.split('/').skip(1) {
        let key = step.replace("~1", "/").replace("~0", "~");
        let next = match document.value(at).kind {
            Kind::Object => document.members(at).find(|(name, _)| *name == key).map(|(_, id)| id),
            Kind::List => key.parse().ok().and_then(|index| document.children(at).nth(index)),
            Kind::Null | Kind::Bool(_) | Kind::Number | Kind::String => None,
        };
        let Some(next) = next else { break };
        at = next;
    }
    let value = document.value(at);
    match value.kind {
        Kind::Object | Kind::List => Span::new(value.span.start, value.span.start.saturating_add(1)),
        Kind::Null | Kind::Bool(_) | Kind::Number | Kind::String => value.span,
    }
}

/// What is wrong with `json` as JSON, if anything ends its reading: at its first label, with a safe fix if there is one. Linear
/// in `json`.
#[must_use]
pub fn json_error(json: &str) -> Option<Diagnostic> {
    let outcome = json::read(json, 0);
    if outcome.document.is_some() { None } else { outcome.problems.into_iter().last() }
}

struct Found<'d, 'j> {
    json: &'d Document<'j>,
    programs: Vec<Carried>,
    templates: Vec<WrittenTemplate>,
    /// Whether an empty `dsl` is one: somebody is about to write it.
    keeps_empty: bool,
}

impl<'d, 'j> Found<'d, 'j> {
    const fn new(json: &'d Document<'j>, keeps_empty: bool) -> Self {
        Self { json, programs: Vec::new(), templates: Vec::new(), keeps_empty }
    }

    /// The member `name`, unless it is null.
    fn get(&self, of: ValueId, name: &str) -> Option<ValueId> {
        let (_, id) = self.json.members(of).find(|(key, _)| *key == name)?;
        (self.json.value(id).kind != Kind::Null).then_some(id)
    }

    /// Whether an object says that it is a probe: by its type, or by where it is.
    fn is_probe(&self, object: ValueId) -> bool {
        let type_name = self.get(object, "type").map(|id| self.json.text(id)).unwrap_or_default();
        type_name.ends_with("_PROBE") || self.get(object, "where").is_some()
    }

    fn has_probe(&self, list: ValueId) -> bool {
        self.json.children(list).any(|probe| self.is_probe(probe))
    }

    /// All probes of a list. Paths are written along the way: to find each from the start would not be linear.
    fn probes(&mut self, list: ValueId, path: &str) {
        for (index, probe) in self.json.children(list).enumerate() {
            self.probe(probe, &format!("{path}/{index}"));
        }
    }

    fn probe(&mut self, probe: ValueId, path: &str) {
        let id = self.get(probe, "id").map(|id| self.json.text(id).to_owned()).filter(|id| !id.is_empty());
        let start = self.programs.len();
        self.carrier(probe, path, "when", Carrier::When);
        self.template(probe, path);
        self.carrier(probe, path, "value", Carrier::Metric);
        for (capture, path) in self.list(probe, path, "captureExpressions") {
            self.carrier(capture, &path, "expr", Carrier::Capture);
        }
        for (decoration, path) in self.list(probe, path, "decorations") {
            self.carrier(decoration, &path, "when", Carrier::When);
            self.tags(decoration, &path, "tags");
        }
        self.tags(probe, path, "metricTags");
        for program in self.programs.get_mut(start..).unwrap_or_default() {
            program.probe.clone_from(&id);
        }
    }

    /// The values of tags, each a template.
    fn tags(&mut self, of: ValueId, path: &str, name: &str) {
        for (tag, path) in self.list(of, path, name) {
            if let Some(value) = self.get(tag, "value") {
                self.template(value, &format!("{path}/value"));
            }
        }
    }

    /// The template of an object: its segments, its text.
    fn template(&mut self, of: ValueId, path: &str) {
        self.carrier(of, path, "segments", Carrier::Segments);
        let segments = self.get(of, "segments");
        if let Some(text) = self.get(of, "template").filter(|&id| self.json.value(id).kind == Kind::String) {
            let segments = segments.filter(|&id| self.json.value(id).count > 0);
            let segments = segments.map(|id| self.json.value(id).span);
            self.templates.push(WrittenTemplate { span: self.json.value(text).span, segments });
        }
    }

    fn list(&self, of: ValueId, path: &str, name: &str) -> Vec<(ValueId, String)> {
        let list = self.get(of, name).into_iter().flat_map(|list| self.json.children(list));
        list.enumerate().map(|(index, id)| (id, format!("{path}/{name}/{index}"))).collect()
    }

    /// The expression that an object spells as text, as JSON or as both.
    fn spelled(&self, object: ValueId, path: String) -> Option<Spelled> {
        let member = |name| self.json.members(object).find(|(key, _)| *key == name).map(|(_, id)| id);
        let dsl = member("dsl").filter(|&id| {
            let is_empty_string = self.keeps_empty && self.json.value(id).kind == Kind::String;
            is_empty_string || !self.json.text(id).is_empty()
        });
        let dsl = dsl.map(|id| (self.json.value(id).span, self.json.text(id).to_owned()));
        let json = member("json").map(|id| self.json.value(id).span);
        let is_there = dsl.is_some() || json.is_some();
        is_there.then_some(Spelled { path, dsl, json })
    }

    fn carrier(&mut self, of: ValueId, path: &str, name: &str, carrier: Carrier) {
        if let Some(id) = self.get(of, name) {
            let (path, span) = (format!("{path}/{name}"), self.json.value(id).span);
            let expressions = match carrier {
                Carrier::Segments => {
                    let parts = self.json.children(id).enumerate();
                    parts.filter_map(|(at, part)| self.spelled(part, format!("{path}/{at}"))).collect()
                }
                Carrier::When | Carrier::Metric | Carrier::Capture => {
                    self.spelled(id, path.clone()).into_iter().collect()
                }
            };
            self.programs.push(Carried { carrier, path, span, probe: None, expressions });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(json: &str) -> Option<Vec<(Carrier, String)>> {
        configuration(json).map(|all| all.into_iter().map(|one| (one.carrier, one.path)).collect())
    }

    #[test]
    fn every_program_of_a_configuration_is_found() {
        let e = r#"{"dsl":"a","json":{"ref":"a"}}"#;
        let probe = format!(
            r#"{{"id":"p","where":{{}},"when":{e},"segments":[{{"str":"x"}}],"value":{e},"evaluateAt":null,
            "captureExpressions":[{{"name":"n","expr":{e}}},{{"name":"m","expr":null}}],
            "decorations":[{{"when":{e},"tags":[{{"name":"t","value":{{"template":"","segments":[]}}}}]}}]}}"#
        );
        let found = paths(&probe).unwrap();
        let expected = [
            (Carrier::When, "/when"),
            (Carrier::Segments, "/segments"),
            (Carrier::Metric, "/value"),
            (Carrier::Capture, "/captureExpressions/0/expr"),
            (Carrier::When, "/decorations/0/when"),
            (Carrier::Segments, "/decorations/0/tags/0/value/segments"),
        ];
        assert_eq!(found, expected.map(|(carrier, path)| (carrier, path.to_owned())));
        let array = paths(&format!("[{probe},{{\"id\":\"q\"}},{probe}]")).unwrap();
        assert_eq!((array.len(), &*array[6].1), (12, "/2/when"));
        let wrapper = format!(r#"{{"id":"s","logProbes":[{{"id":"l","when":{e}}}],"metricProbes":null}}"#);
        assert_eq!(paths(&wrapper).unwrap(), [(Carrier::When, "/logProbes/0/when".to_owned())]);
        let programs = configuration(&wrapper).unwrap();
        assert_eq!(programs[0].probe.as_deref(), Some("l"));
        assert_eq!(programs[0].span.slice(&wrapper), e);
    }

    #[test]
    fn an_expression_is_no_configuration() {
        for json in [
            r#"{"gt":[{"ref":"a"},1]}"#,
            r#"{"dsl":"a","json":{"ref":"a"}}"#,
            r#"[{"str":"a"},{"dsl":"a","json":{"ref":"a"}}]"#,
            "{a} {b}",
            "[]",
            "1",
            "",
        ] {
            assert_eq!(configuration(json), None, "{json}");
        }
    }
}
