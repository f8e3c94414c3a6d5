//! The engine as a WebAssembly module. The functions here take and give text; the package around them, in `package/`,
//! turns it into the API that `index.d.ts` describes, and checks what it passes on.
//!
//! | function | what |
//! |---|---|
//! | [`call`] | one operation on a source, with options as JSON; gives JSON |
//! | [`open`], [`load`], [`close`] | things that are kept: data, schemas, programs, each a number |
//! | [`artifact`] | the bytes of a program |
//!
//! What is wrong with an expression or with data is in the JSON. A call that no data could make right, such as an
//! unknown option, gives `{"misuse": "why"}`, which the package throws.

mod author;
#[cfg(feature = "evaluate")]
mod capture;
mod integers;
mod kept;
mod options;
#[cfg(feature = "evaluate")]
mod probes;
mod redaction;
mod reply;
#[cfg(feature = "evaluate")]
mod run;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::options::Options;
use crate::reply::{Misuse, misused};

/// What a call gives: JSON.
type Outcome = Result<String, Misuse>;

/// What the page around the module lends.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(text: &str);
    /// Milliseconds since the page began, with fractions.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn milliseconds() -> f64;
}

/// Says on the console what went wrong before the module stops, which it can only do by a trap. Runs once for each
/// instance.
#[wasm_bindgen(start)]
pub fn start() {
    #[cfg(target_family = "wasm")]
    std::panic::set_hook(Box::new(|panic| console_error(&format!("a bug in probelang: {panic}"))));
}

/// Runs one operation on a source. `options` is a JSON object.
#[wasm_bindgen]
#[must_use]
pub fn call(operation: &str, source: &str, options: &str) -> String {
    misused(Options::read(options).and_then(|options| operate(operation, source, &options)))
}

fn operate(operation: &str, source: &str, options: &Options) -> Outcome {
    match operation {
        "check" => author::check(source, options),
        "format" => author::format(source, options),
        "toJson" => author::to_json(source, options),
        "fix" => author::fix(source, options),
        "complete" => author::complete(source, options),
        "hover" => author::hover(source, options),
        "tokens" => author::tokens(source, options),
        "explain" => Ok(author::explain(source)),
        #[cfg(feature = "evaluate")]
        "evaluate" | "metric" => run::evaluate(source, options),
        #[cfg(feature = "evaluate")]
        "render" => run::render(source, options),
        #[cfg(feature = "evaluate")]
        "trace" => run::trace(source, options),
        #[cfg(feature = "evaluate")]
        "disassemble" => run::disassemble(source, options),
        #[cfg(feature = "evaluate")]
        "diff" => run::diff(source, options),
        #[cfg(feature = "evaluate")]
        "capture" => capture::capture(options),
        #[cfg(feature = "evaluate")]
        "captureAudit" => capture::audit(options),
        #[cfg(feature = "evaluate")]
        "probeCheck" => probes::check(source, options),
        #[cfg(feature = "evaluate")]
        "probeReplay" => probes::replay(source, options),
        _ => Err(Misuse::new(format!("there is no operation '{operation}'"))),
    }
}

/// Reads something that is kept: `schema` or, with evaluation, `data`, `schemaOf` (data that `options` names) or
/// `program`. Gives JSON with its `handle`, which is never 0, and what is known of it.
#[wasm_bindgen]
#[must_use]
pub fn open(what: &str, text: &str, options: &str) -> String {
    misused(Options::read(options).and_then(|options| kept::open(what, text, &options)))
}

/// Loads a program from an artifact, as [`open`] does.
#[cfg(feature = "evaluate")]
#[wasm_bindgen]
#[must_use]
pub fn load(bytes: &[u8], options: &str) -> String {
    misused(Options::read(options).and_then(|options| kept::load(bytes, &options)))
}

/// The artifact of a program; nothing for a program that did not compile.
#[cfg(feature = "evaluate")]
#[wasm_bindgen]
#[must_use]
pub fn artifact(program: u32) -> Option<Vec<u8>> {
    kept::artifact(program)
}

/// The version of the module.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Bytes of memory that the module has. They grow and never shrink.
#[wasm_bindgen]
#[must_use]
pub fn memory_bytes() -> f64 {
    #[cfg(target_arch = "wasm32")]
    let pages = core::arch::wasm32::memory_size::<0>();
    #[cfg(not(target_arch = "wasm32"))]
    let pages = 0_usize;
    pages as f64 * 65_536.0
}

/// Frees what is kept under a handle.
#[wasm_bindgen]
pub fn close(handle: u32) {
    kept::close(handle);
}
