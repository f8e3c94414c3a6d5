//! Arguments that several commands share. Each command's own are defined in its file.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use probelang::ProgramKind;
use probelang::dialect::Preset;
use probelang::host::RunLimits;
use probelang::output::TextLimits;
use probelang::redact::Policy;

use crate::redaction::RedactionArgs;

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub struct Common {
    /// Evaluate as this runtime does: portable, java, dotnet, python, node, ruby, php, go
    ///
    /// `portable` is the language as documented; the others answer as the tracer of that runtime does. `go` is
    /// unverified: no recorded case of it exists.
    #[arg(
        long,
        global = true,
        value_enum,
        ignore_case = true,
        value_name = "NAME",
        hide_possible_values = true,
        help_heading = "Language"
    )]
    pub dialect: Option<DialectName>,

    #[command(flatten)]
    pub redaction: RedactionArgs,

    /// Schema of the variables in scope: a JSON file, as `probelang schema` writes it
    ///
    /// It is used for warnings and the cost bound only, and never changes an answer.
    #[arg(long, global = true, value_name = "FILE", help_heading = "Language")]
    pub schema: Option<PathBuf>,

    /// How diagnostics and faults are written to standard error
    ///
    /// `json` writes one object a line with code, class, severity, message, span (bytes), path, line and
    /// column, labels, notes and edits.
    #[arg(
        long,
        global = true,
        value_enum,
        ignore_case = true,
        value_name = "FORM",
        default_value_t,
        help_heading = "Messages"
    )]
    pub diagnostics: DiagnosticForm,

    /// Ignore probelang.toml, which is otherwise looked for in this directory and those above
    #[arg(long, global = true, help_heading = "Language")]
    pub no_config: bool,

    /// Colours: auto asks the terminal and NO_COLOR
    #[arg(
        long,
        global = true,
        value_enum,
        ignore_case = true,
        value_name = "WHEN",
        default_value_t,
        help_heading = "Messages"
    )]
    pub color: Colour,
}

impl Common {
    /// The dialect that was asked for, else the portable one.
    pub fn dialect(&self) -> Preset {
        self.dialect.unwrap_or_default().0
    }

    /// What is redacted: the built-in names and what the options say.
    pub fn policy(&self) -> Policy {
        self.redaction.policy()
    }
}

/// A preset as the command line names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DialectName(pub Preset);

impl Default for DialectName {
    fn default() -> Self {
        Self(Preset::Portable)
    }
}

impl ValueEnum for DialectName {
    fn value_variants<'a>() -> &'a [Self] {
        #[expect(clippy::indexing_slicing, reason = "done by the compiler")]
        const ALL: [DialectName; Preset::ALL.len()] = {
            let mut all = [DialectName(Preset::Portable); Preset::ALL.len()];
            let mut at = 0;
            while at < all.len() {
                all[at] = DialectName(Preset::ALL[at]);
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()).help(self.0.describes()))
    }
}

/// How diagnostics are written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, ValueEnum)]
pub enum DiagnosticForm {
    /// With the source line, carets and help
    #[default]
    Human,
    /// One JSON object a line
    Json,
}

/// When colours are used.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How results are written to standard output.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// JSON
    Json,
}

/// Where the expression comes from: exactly one of the three.
#[derive(Args, Debug)]
#[group(id = "source", required = true, multiple = false)]
pub struct SourceArgs {
    /// The expression (write -- in front of one that looks like an option)
    #[arg(value_name = "EXPR", allow_hyphen_values = true)]
    pub expression: Option<String>,

    /// Read the expression from a file, or from standard input with -
    ///
    /// A byte order mark at the start and one line break at the end are ignored.
    #[arg(short, long, value_name = "FILE", help_heading = "Source")]
    pub file: Option<PathBuf>,

    /// The expression as wire JSON, or @FILE to read it from a file
    ///
    /// An expression such as {"gt": [{"ref": "x"}, 1]}, {"dsl": …, "json": …} as probe configurations carry it,
    /// or for templates an array of segments.
    #[arg(long, value_name = "JSON|@FILE", help_heading = "Source")]
    pub json: Option<String>,
}

/// What the source is read as, for the commands that only look at it.
#[derive(Args, Debug)]
pub struct KindArgs {
    /// What the program is for
    ///
    /// Without it a JSON array is a template, for check, compile and asm what gives a Boolean is a condition, and
    /// everything else is a value.
    #[arg(long, value_enum, ignore_case = true, value_name = "KIND", help_heading = "Source")]
    pub kind: Option<KindName>,

    /// The source is a template, the same as --kind template
    #[arg(short, long, conflicts_with = "kind", help_heading = "Source")]
    pub template: bool,
}

impl KindArgs {
    /// The kind that was asked for.
    pub fn asked(&self) -> Option<ProgramKind> {
        if self.template { Some(ProgramKind::Template) } else { self.kind.map(|KindName(kind)| kind) }
    }
}

/// A kind of programs as the command line names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KindName(pub ProgramKind);

impl ValueEnum for KindName {
    fn value_variants<'a>() -> &'a [Self] {
        #[expect(clippy::indexing_slicing, reason = "done by the compiler")]
        const ALL: [KindName; ProgramKind::ALL.len()] = {
            let [first, ..] = ProgramKind::ALL;
            let mut all = [KindName(first); ProgramKind::ALL.len()];
            let mut at = 0;
            while at < all.len() {
                all[at] = KindName(ProgramKind::ALL[at]);
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()).help(self.0.describes()))
    }
}

/// Where the values come from.
#[derive(Args, Clone, Debug)]
pub struct InputArgs {
    /// JSON documents or snapshots: one, an array, or one after another; - is standard input (repeatable)
    ///
    /// A document may be a line (NDJSON) or several. Gzip and zstd are unpacked. example:NAME is a recording that is built in;
    /// `probelang examples` lists them.
    #[arg(short, long = "input-file", value_name = "FILE", help_heading = "Input")]
    pub inputs: Vec<PathBuf>,

    /// What the input is
    #[arg(
        long,
        value_enum,
        ignore_case = true,
        value_name = "KIND",
        default_value_t,
        help_heading = "Input"
    )]
    pub input: InputKind,

    /// The recorded frame: entry, return, lines.N, captureExpressions
    ///
    /// Without it `return` if it was recorded, else the only line, else `entry`.
    #[arg(long, value_name = "FRAME", help_heading = "Input")]
    pub frame: Option<String>,

    /// Define a variable, from JSON or from a file; it shadows one from the input (repeatable)
    #[arg(long = "var", value_name = "NAME=JSON|@FILE", help_heading = "Input")]
    pub variables: Vec<String>,

    /// Bytes of one document, unpacked; K, M and G are powers of 1,024
    #[arg(long, value_name = "BYTES", default_value = "256M", value_parser = bytes, help_heading = "Input")]
    pub max_input: Bytes,
}

/// A number of bytes.
#[derive(Clone, Copy, Debug)]
pub struct Bytes(pub usize);

/// Places in a document are counted in 32 bits.
const MOST_BYTES: usize = 2 << 30;

/// `4096`, `64K`, `256M`, `2G`.
pub fn bytes(text: &str) -> Result<Bytes, String> {
    let digits = text.trim_end_matches(['K', 'M', 'G', 'k', 'm', 'g']);
    let shift = match text.get(digits.len()..).unwrap_or_default() {
        "" => 0,
        "K" | "k" => 10,
        "M" | "m" => 20,
        "G" | "g" => 30,
        _ => return Err("a size is a number of bytes with K, M, G or nothing after it".to_owned()),
    };
    let number: usize =
        digits.parse().map_err(|_| "a size is a number such as 4096, 64K or 256M".to_owned())?;
    match number.checked_mul(1 << shift) {
        Some(bytes @ 1..=MOST_BYTES) => Ok(Bytes(bytes)),
        _ => Err("a size is from 1 to 2G".to_owned()),
    }
}

/// How answers are written.
#[derive(Args, Clone, Copy, Debug)]
pub struct LayoutArgs {
    /// How answers are written
    #[arg(long, value_enum, ignore_case = true, value_name = "FORM", help_heading = "Output")]
    pub format: Option<AnswerFormat>,

    /// Lay out values in several lines, as on a terminal
    #[arg(long, conflicts_with = "format", help_heading = "Output")]
    pub pretty: bool,
}

/// How answers are written to standard output.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum AnswerFormat {
    /// For people (the default on a terminal)
    Human,
    /// An object per input: index, source, line, status, and a value or fault (the default for several inputs)
    Json,
    /// Bare values, one per line; faults go to standard error (the default for one input)
    Value,
}

impl InputArgs {
    /// Files and nothing else.
    pub fn of(files: &[PathBuf]) -> Self {
        Self {
            inputs: files.to_vec(),
            input: InputKind::Auto,
            frame: None,
            variables: Vec::new(),
            max_input: Bytes(256 << 20),
        }
    }
}

/// What an input is taken for.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, ValueEnum)]
pub enum InputKind {
    /// A snapshot where `captures` or `debugger.snapshot` is there, otherwise a plain document
    #[default]
    Auto,
    /// A document whose top-level keys are the names in scope
    Plain,
    /// A recorded snapshot, bare or inside an event
    Snapshot,
}

/// Milliseconds that a run may take by default.
fn default_time() -> u64 {
    u64::try_from(RunLimits::default().deadline.as_millis()).unwrap_or(u64::MAX)
}

/// What a run may spend.
#[derive(Args, Debug)]
pub struct LimitArgs {
    /// Steps that one evaluation may take
    #[arg(long, value_name = "STEPS", default_value_t = RunLimits::default().steps, help_heading = "Limits")]
    pub max_steps: u64,

    /// Milliseconds that one evaluation may take
    #[arg(long, value_name = "MS", default_value_t = default_time(), help_heading = "Limits")]
    pub max_time: u64,
}

impl LimitArgs {
    /// The limits of a run.
    pub fn limits(&self) -> RunLimits {
        RunLimits::default().with_steps(self.max_steps).with_deadline(Duration::from_millis(self.max_time))
    }
}

/// How much of a value a message shows; what is longer is cut there and ends in `...`.
#[derive(Args, Debug)]
pub struct TextArgs {
    /// Levels of collections and objects that are expanded
    #[arg(long, value_name = "N", default_value_t = TextLimits::default().depth, help_heading = "Limits")]
    max_depth: usize,

    /// Elements of a collection
    #[arg(long, value_name = "N", default_value_t = TextLimits::default().items, help_heading = "Limits")]
    max_items: usize,

    /// Fields of an object
    #[arg(long, value_name = "N", default_value_t = TextLimits::default().fields, help_heading = "Limits")]
    max_fields: usize,

    /// Characters of one string
    #[arg(long, value_name = "N", default_value_t = TextLimits::default().string, help_heading = "Limits")]
    max_string: usize,

    /// Characters of the message
    #[arg(long, value_name = "N", default_value_t = TextLimits::default().message, help_heading = "Limits")]
    max_message: usize,
}

impl TextArgs {
    /// The limits of a message.
    pub fn limits(&self) -> TextLimits {
        TextLimits::default()
            .with_depth(self.max_depth)
            .with_items(self.max_items)
            .with_fields(self.max_fields)
            .with_string(self.max_string)
            .with_message(self.max_message)
    }
}
