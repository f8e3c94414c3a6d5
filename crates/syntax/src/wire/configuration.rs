//! Probe configurations: which programs they carry, and where.

use probelang_diagnostic::Span;

use super::json::{self, Document, ValueId};
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
/// wrapper of a probe file (`{"logProbes": […], …}`). `None` for anything else, also for what is not JSON: an
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
    let mut found = Found { json: &document, programs: Vec::new() };
    let root = Document::ROOT;
    match document.value(root).kind {
        Kind::Object if found.is_probe(root) => found.probe(root),
        Kind::Object => {
            let lists: Vec<ValueId> =
                PROBE_LISTS.iter().filter_map(|(name, _)| found.get(root, name)).collect();
            if lists.is_empty() {
                return None;
            }
            for probe in lists.into_iter().flat_map(|list| document.children(list)) {
                found.probe(probe);
            }
        }
        Kind::List if document.children(root).any(|probe| found.is_probe(probe)) => {
            for probe in document.children(root) {
                found.probe(probe);
            }
        }
        _ => return None,
    }
    Some(found.programs)
}

struct Found<'d, 'j> {
    json: &'d Document<'j>,
    programs: Vec<Carried>,
}

impl Found<'_, '_> {
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

    fn probe(&mut self, probe: ValueId) {
        let id = self.get(probe, "id").map(|id| self.json.text(id).to_owned()).filter(|id| !id.is_empty());
        let start = self.programs.len();
        self.carrier(probe, "when", Carrier::When);
        self.carrier(probe, "segments", Carrier::Segments);
        self.carrier(probe, "value", Carrier::Metric);
        for capture in self.list(probe, "captureExpressions") {
            self.carrier(capture, "expr", Carrier::Capture);
        }
        for decoration in self.list(probe, "decorations") {
            self.carrier(decoration, "when", Carrier::When);
            for tag in self.list(decoration, "tags") {
                if let Some(value) = self.get(tag, "value") {
                    self.carrier(value, "segments", Carrier::Segments);
                }
            }
        }
        for program in self.programs.get_mut(start..).unwrap_or_default() {
            program.probe.clone_from(&id);
        }
    }

    fn list(&self, of: ValueId, name: &str) -> Vec<ValueId> {
        self.get(of, name).into_iter().flat_map(|list| self.json.children(list)).collect()
    }

    /// The expression that an object spells as text, as JSON or as both.
    fn spelled(&self, object: ValueId) -> Option<Spelled> {
        let member = |name| self.json.members(object).find(|(key, _)| *key == name).map(|(_, id)| id);
        let dsl = member("dsl").filter(|id| !self.json.text(*id).is_empty());
        let dsl = dsl.map(|id| (self.json.value(id).span, self.json.text(id).to_owned()));
        let json = member("json").map(|id| self.json.value(id).span);
        let is_there = dsl.is_some() || json.is_some();
        is_there.then(|| Spelled { path: self.json.path(object), dsl, json })
    }

    fn carrier(&mut self, of: ValueId, name: &str, carrier: Carrier) {
        if let Some(id) = self.get(of, name) {
            let (path, span) = (self.json.path(id), self.json.value(id).span);
            let expressions = match carrier {
                Carrier::Segments => self.json.children(id).filter_map(|part| self.spelled(part)).collect(),
                Carrier::When | Carrier::Metric | Carrier::Capture => self.spelled(id).into_iter().collect(),
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
