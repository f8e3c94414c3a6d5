//! Lets the crate see for which version of Python it is built.

fn main() {
    #[cfg(feature = "extension")]
    pyo3_build_config::use_pyo3_cfgs();
}
