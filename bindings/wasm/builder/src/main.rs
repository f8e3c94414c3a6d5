//! Writes a WebAssembly module and the JavaScript around it: `probelang-wasm-builder MODULE NAME DIRECTORY`.
//!
//! One output for Node and browsers (`--target web` of wasm-bindgen), without type definitions, which are written by
//! hand, and with a function that starts the module anew after a trap. The module is made smaller: see [`compact`].

mod compact;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, name, directory] = arguments.as_slice() else {
        eprintln!("usage: probelang-wasm-builder MODULE NAME DIRECTORY");
        return ExitCode::from(2);
    };
    match write(module, name, Path::new(directory)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn write(module: &str, name: &str, directory: &Path) -> anyhow::Result<()> {
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen.web(true)?;
    bindgen
        .input_path(module)
        .out_name(name)
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .reset_state_function(true)
        .generate(directory)?;
    let path = directory.join(format!("{name}_bg.wasm"));
    let shown = || path.display().to_string();
    let module = compact::compact(&std::fs::read(&path).with_context(shown)?).with_context(shown)?;
    std::fs::write(&path, module).with_context(shown)
}
