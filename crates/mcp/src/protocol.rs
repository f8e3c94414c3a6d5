//! The revisions of the protocol, and what each wants of an answer.

use probelang::data::text::{self, Object, array, string};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::docs::{self, PAGES, SCHEME};

/// The revisions that a client agrees on with `initialize`, the oldest first.
const AGREED: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
/// The revision in which each request says who sends it and what it speaks.
pub(crate) const STATELESS: &str = "2026-07-28";
/// Milliseconds for which a list may be kept: it does not change while the server runs.
const KEPT: u64 = 3_600_000;

/// A revision of the protocol.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Revision {
    Nov2024,
    Mar2025,
    Jun2025,
    Nov2025,
    Jul2026,
}

impl Revision {
    /// The one that is agreed on with a client that asks for `name`: that one, or the newest that has `initialize`.
    pub fn agree(name: &str) -> Self {
        match name {
            "2024-11-05" => Self::Nov2024,
            "2025-03-26" => Self::Mar2025,
            "2025-06-18" => Self::Jun2025,
            _ => Self::Nov2025,
        }
    }

    const fn name(self) -> &'static str {
        let [nov2024, mar2025, jun2025, nov2025] = AGREED;
        match self {
            Self::Nov2024 => nov2024,
            Self::Mar2025 => mar2025,
            Self::Jun2025 => jun2025,
            Self::Nov2025 => nov2025,
            Self::Jul2026 => STATELESS,
        }
    }

    /// Whether several messages may come as one.
    pub fn has_batches(self) -> bool {
        self <= Self::Mar2025
    }

    /// Whether results of tools are data, too.
    fn has_structure(self) -> bool {
        self >= Self::Jun2025
    }

    /// A result with what the revision adds to each.
    fn result(self, mut object: Object) -> String {
        if self == Self::Jul2026 {
            object.string("resultType", "complete");
        }
        object.end()
    }

    /// A result that may be kept.
    fn kept(self, mut object: Object) -> String {
        if self == Self::Jul2026 {
            object.number("ttlMs", KEPT).string("cacheScope", "private");
        }
        self.result(object)
    }

    /// What says nothing.
    pub fn nothing(self) -> String {
        self.result(Object::new())
    }

    /// The answer to `initialize`.
    pub fn initialized(self, instructions: &str) -> String {
        let mut object = Object::new();
        object
            .string("protocolVersion", self.name())
            .raw("capabilities", &capabilities())
            .raw("serverInfo", &server())
            .string("instructions", instructions);
        object.end()
    }

    /// The answer to `server/discover`.
    pub fn discovered(self, instructions: &str) -> String {
        let mut meta = Object::new();
        meta.raw("io.modelcontextprotocol/serverInfo", &server());
        let mut object = Object::new();
        object
            .raw("supportedVersions", &array([string(STATELESS)]))
            .raw("capabilities", &capabilities())
            .string("instructions", instructions)
            .raw("_meta", &meta.end());
        self.kept(object)
    }

    /// The answer to `tools/list`.
    pub fn tools<'t>(self, tools: impl Iterator<Item = &'t Value>) -> String {
        let tools = tools.map(|tool| {
            let mut tool = tool.clone();
            if let Some(tool) = tool.as_object_mut() {
                if self < Self::Jun2025 {
                    tool.remove("outputSchema");
                    tool.remove("title");
                }
                if self < Self::Mar2025 {
                    tool.remove("annotations");
                }
            }
            text::of(&tool)
        });
        let mut object = Object::new();
        object.raw("tools", &array(tools));
        self.kept(object)
    }

    /// The answer to a call of a tool that gave `json`, which is an error or not.
    pub fn called(self, json: &str, is_error: bool) -> String {
        let mut content = Object::new();
        content.string("type", "text").string("text", json);
        let mut object = Object::new();
        object.raw("content", &array([content.end()]));
        if self.has_structure() && !is_error {
            object.raw("structuredContent", json);
        }
        object.boolean("isError", is_error);
        self.result(object)
    }

    /// The answer to `resources/list`.
    pub fn pages(self) -> String {
        let pages = PAGES.iter().map(|page| {
            let mut object = Object::new();
            object
                .string("uri", &format!("{SCHEME}{}", page.name))
                .string("name", page.name)
                .string("description", page.title)
                .string("mimeType", "text/markdown");
            object.end()
        });
        let mut object = Object::new();
        object.raw("resources", &array(pages));
        self.kept(object)
    }

    /// The answer to `resources/templates/list`.
    pub fn templates(self) -> String {
        let mut object = Object::new();
        object.raw("resourceTemplates", "[]");
        self.kept(object)
    }

    /// The answer to `resources/read`; none if there is no such resource.
    pub fn page(self, uri: &str) -> Option<String> {
        let page = docs::find(uri.strip_prefix(SCHEME)?)?;
        let mut contents = Object::new();
        contents.string("uri", uri).string("mimeType", "text/markdown").string("text", page.text);
        let mut object = Object::new();
        object.raw("contents", &array([contents.end()]));
        Some(self.kept(object))
    }
}

/// All revisions, for an error of one that is not known.
pub(crate) fn unsupported(requested: &str) -> String {
    let mut object = Object::new();
    object.raw("supported", &array([string(STATELESS)])).string("requested", requested);
    object.end()
}

fn capabilities() -> String {
    r#"{"tools":{},"resources":{}}"#.to_owned()
}

fn server() -> String {
    let mut object = Object::new();
    object
        .string("name", "probelang")
        .string("title", "probelang")
        .string("version", env!("CARGO_PKG_VERSION"));
    object.end()
}

/// Parameters of requests.
#[derive(Deserialize, Default, Debug)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Params {
    pub protocol_version: Option<String>,
    pub client_info: Option<Implementation>,
    pub name: Option<String>,
    pub arguments: Option<Box<RawValue>>,
    pub uri: Option<String>,
    pub request_id: Option<Box<RawValue>>,
    #[serde(rename = "_meta")]
    pub meta: Option<Meta>,
}

/// What a request says besides its own parameters.
#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub(crate) struct Meta {
    #[serde(rename = "progressToken")]
    pub progress: Option<Box<RawValue>>,
    #[serde(rename = "io.modelcontextprotocol/protocolVersion")]
    pub version: Option<String>,
    #[serde(rename = "io.modelcontextprotocol/clientInfo")]
    pub client: Option<Implementation>,
}

/// The name of a program that speaks the protocol.
#[derive(Deserialize, Clone, Default, Debug)]
#[serde(default)]
pub(crate) struct Implementation {
    pub name: String,
    pub version: String,
}
