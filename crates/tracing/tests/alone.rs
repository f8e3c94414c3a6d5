//! A process with one subscriber at a time, for which `tracing` takes a short way. It stays the only test of its process.

#![cfg(test)]

mod common;

use std::thread;

use common::{Program, file, log};
use serde_json::json;

fn pay(total: u64) {
    tracing::info!(name: "pay", total);
}

#[test]
fn the_end_of_a_program_without_a_subscriber_leaves_the_probes_of_another_alone() {
    let start = |name: &str| {
        let probe = log("p", json!({"typeName": "alone", "methodName": "pay"}), "{total}");
        Program::start_alone(name, &file(&[probe]), |settings| settings)
    };
    let first = start("alone_first");
    first.within(|| pay(1));
    let second = start("alone_second");
    let first = second.within(|| {
        pay(2);
        // its subscriber is gone, and its thread has none: nobody is to be asked
        let gone = thread::spawn(|| first.end()).join().unwrap();
        pay(3);
        gone
    });
    assert_eq!(first.messages("p"), ["1"]);
    assert_eq!(second.end().messages("p"), ["2", "3"]);
}
