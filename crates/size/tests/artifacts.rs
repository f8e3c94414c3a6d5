//! The artifacts of `probelang` in a build without its front end. There are few crates below this one, so that such a
//! build is quick: `cargo test -p probelang-size --no-default-features`.

#![cfg(test)]

#[path = "../../probelang/tests/artifacts.rs"]
mod artifacts;
