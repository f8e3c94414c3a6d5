//! Gives the shared library its name: that of its binary interface. Builds the tracer of the benchmarks.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/lib.rs");
    let source = std::fs::read_to_string("src/lib.rs").unwrap_or_default();
    let number = source.lines().find_map(|line| line.strip_prefix("pub const PROBELANG_ABI_VERSION: u32 = "));
    let number = number.and_then(|rest| rest.strip_suffix(';')).unwrap_or("0");
    match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux" | "freebsd" | "netbsd" | "openbsd" | "dragonfly") => {
            println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libprobelang.so.{number}");
        }
        Ok("macos") => {
            println!("cargo::rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libprobelang.{number}.dylib");
        }
        _ => {}
    }
    tracer();
}

#[cfg(not(feature = "tracer"))]
const fn tracer() {}

#[cfg(feature = "tracer")]
fn tracer() {
    println!("cargo::rerun-if-changed=tracer/tracer.c");
    println!("cargo::rerun-if-changed=include/probelang.h");
    cc::Build::new().file("tracer/tracer.c").include("include").std("c99").compile("probelang_tracer");
}
