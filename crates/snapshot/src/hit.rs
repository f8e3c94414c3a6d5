//! What a snapshot says of the hit that it records, besides the values: where it was, how long it took, who ran.

use std::time::Duration;

use crate::language::Language;
use crate::raw::Json;
use crate::recorded::Recorded;
use crate::store::Node;
use crate::thrown::ThrownIn;

/// Where a hit was recorded, in the words of the probe that recorded it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Location<'i> {
    /// At a function.
    Function {
        /// The type or module; empty where it is not said.
        type_name: &'i str,
        /// The function.
        method: &'i str,
    },
    /// At a line of a file.
    Line {
        /// The file.
        file: &'i str,
        /// The line.
        line: u32,
    },
}

/// Who ran at a hit. What is not recorded is `None`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Running<'i> {
    /// The number of the thread.
    pub thread: Option<u64>,
    /// Its name.
    pub thread_name: Option<&'i str>,
    /// The id of the active trace, in decimal or hexadecimal digits.
    pub trace: Option<&'i str>,
    /// That of the active span.
    pub span: Option<&'i str>,
}

impl<'i> Recorded<'i> {
    /// Where it was recorded; `None` where that is not said, or said of no one place.
    #[must_use]
    pub fn location(&self) -> Option<Location<'i>> {
        let location = self.member("probe")?.some("location")?;
        let text = |key| location.some(key).and_then(Json::text).filter(|text| !text.is_empty());
        let lines = location.some("lines").and_then(|lines| lines.element(0));
        if let (Some(file), Some(line)) = (text("file"), lines) {
            let line = match line.text() {
                Some(text) => text.trim().parse().ok(),
                None => line.count().and_then(|line| u32::try_from(line).ok()),
            };
            return line.map(|line| Location::Line { file, line });
        }
        let method = text("method")?;
        Some(Location::Function { type_name: text("type").unwrap_or_default(), method })
    }

    /// How long the call took, to the nanosecond where it was recorded so.
    #[must_use]
    pub fn call_time(&self) -> Option<Duration> {
        let milliseconds = self.milliseconds()?.ok()?;
        // the conversion saturates
        (milliseconds >= 0.0).then(|| Duration::from_nanos((milliseconds * 1e6).round() as u64))
    }

    /// The recorded duration in milliseconds: most tracers write nanoseconds. What is no number comes back.
    pub(crate) fn milliseconds(&self) -> Option<Result<f64, Json<'i>>> {
        let json = self.member("duration").or_else(|| self.around("duration"))?;
        let number = match json.node() {
            Node::Str(_) => json.text().and_then(|text| text.trim().parse().ok()),
            _ => json.to_f64(),
        };
        let is_dotnet = self.language() == Language::DotNet && !self.is_own();
        Some(number.map(|number: f64| if is_dotnet { number } else { number / 1e6 }).ok_or(json))
    }

    /// The call stack, innermost frame first, as far as it was recorded.
    pub fn calls(&self) -> impl Iterator<Item = ThrownIn<'i>> {
        self.member("stack").into_iter().flat_map(Json::elements).map(ThrownIn::of)
    }

    /// Who ran.
    #[must_use]
    pub fn running(&self) -> Running<'i> {
        let nested = |outer: &str, key: &str| {
            let flat = || self.around(&format!("{outer}.{key}"));
            self.around(outer).and_then(|json| json.some(key)).or_else(flat)
        };
        let number = |json: Json<'i>| json.count().or_else(|| json.text()?.parse().ok());
        Running {
            thread: nested("logger", "thread_id").and_then(number),
            thread_name: nested("logger", "thread_name").and_then(Json::text),
            trace: nested("dd", "trace_id").and_then(Json::text),
            span: nested("dd", "span_id").and_then(Json::text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{InputReader, Item, Mode};

    fn with<R>(json: &str, check: impl Fn(&Recorded<'_>) -> R) -> R {
        let mut reader = InputReader::new();
        let mut items = reader.read(json.as_bytes(), Mode::Snapshot).unwrap();
        let Some(Ok(Item::Recorded(recorded))) = items.next() else { panic!("a snapshot") };
        check(&recorded)
    }

    #[test]
    fn places_of_functions_and_lines_are_read() {
        let at = |location: &str| format!(r#"{{"probe": {{"location": {location}}}, "captures": {{}}}}"#);
        for (location, expected) in [
            (r#"{"type": "a.B", "method": "c"}"#, Some(Location::Function { type_name: "a.B", method: "c" })),
            (r#"{"method": "c"}"#, Some(Location::Function { type_name: "", method: "c" })),
            (r#"{"file": "a.py", "lines": ["7"]}"#, Some(Location::Line { file: "a.py", line: 7 })),
            (r#"{"file": "a.py", "lines": [7]}"#, Some(Location::Line { file: "a.py", line: 7 })),
            // a Java probe at a line says the function too
            (
                r#"{"type": "B", "method": "c", "file": "B.java", "lines": ["7", "9"]}"#,
                Some(Location::Line { file: "B.java", line: 7 }),
            ),
            (r#"{"file": "a.py", "lines": ["x"]}"#, None),
            (r#"{"file": "a.py"}"#, None),
            (r#"{"type": "a.B"}"#, None),
            ("null", None),
            ("[]", None),
        ] {
            with(&at(location), |recorded| {
                let found = recorded.location();
                // texts are compared, not places
                assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{location}");
            });
        }
    }

    #[test]
    fn durations_are_nanoseconds_except_of_dotnet() {
        for (json, nanos) in [
            (r#"{"duration": 1500, "captures": {}}"#, Some(1_500)),
            (r#"{"language": "dotnet", "duration": 1500, "captures": {}}"#, Some(1_500_000_000)),
            (r#"{"duration": "1500", "captures": {}}"#, Some(1_500)),
            (r#"{"duration": "long", "captures": {}}"#, None),
            (r#"{"duration": -1, "captures": {}}"#, None),
            (r#"{"captures": {}}"#, None),
        ] {
            with(json, |recorded| {
                assert_eq!(recorded.call_time(), nanos.map(Duration::from_nanos), "{json}");
            });
        }
    }

    #[test]
    fn who_ran_is_read_nested_and_flat() {
        let flat = r#"{"logger.thread_id": 7, "dd.trace_id": "12", "dd.span_id": "3",
            "debugger": {"snapshot": {"captures": {}}}}"#;
        let nested = r#"{"logger": {"thread_id": "7"}, "dd": {"trace_id": "12", "span_id": "3"},
            "debugger": {"snapshot": {"captures": {}}}}"#;
        for json in [flat, nested] {
            with(json, |recorded| {
                let running = recorded.running();
                assert_eq!((running.thread, running.trace, running.span), (Some(7), Some("12"), Some("3")));
            });
        }
    }
}
