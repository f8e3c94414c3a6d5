//! Reading and compiling, and the path over a real snapshot.

use std::hint::black_box;
use std::sync::Arc;

use criterion::Criterion;
use probelang_bench::peers::PEERS;
use probelang_bench::works::{self, Ask};
use probelang_compile::{Options, compile};
use probelang_redact::Policy;
use probelang_syntax::{Limits, SourceKind, parse, wire};
use probelang_vm::ProgramKind;

/// The works whose front end is measured.
const COMPILED: [&str; 2] = ["W1t", "W4"];

/// Measures parse + compile from text and from JSON, beside a plain parse of the JSON and the peers.
pub fn bench(criterion: &mut Criterion) {
    let policy = Arc::new(Policy::built_in());
    for name in COMPILED {
        let Some(work) = works::find(name) else { continue };
        assert!(matches!(work.ask, Ask::Condition(_)));
        let options = Options { policy: Arc::clone(&policy), ..Options::new(ProgramKind::Condition) };
        let limits = Limits::default();
        let tree = parse(work.source, SourceKind::Expression, &limits).tree.expect("the work reads");
        let json = wire::write(&tree);
        let mut group = criterion.benchmark_group(format!("compile {name}"));
        group.bench_function("serde_json value", |b| {
            b.iter(|| serde_json::from_str::<serde_json::Value>(black_box(&json)).is_ok());
        });
        group.bench_function("ours json", |b| {
            b.iter(|| {
                let parsed = wire::read(black_box(&json), SourceKind::Expression, &limits);
                parsed.tree.is_some_and(|tree| compile(&tree, &options).is_ok())
            });
        });
        group.bench_function("ours text", |b| {
            b.iter(|| {
                let parsed = parse(black_box(work.source), SourceKind::Expression, &limits);
                parsed.tree.is_some_and(|tree| compile(&tree, &options).is_ok())
            });
        });
        for peer in PEERS {
            if let Some(mut run) = (peer.compile)(name) {
                group.bench_function(peer.name, |b| b.iter(|| black_box(run())));
            }
        }
        group.finish();
    }
}

/// Prints the second table.
pub fn print(median: fn(&str, &str) -> Option<f64>) {
    println!(
        "\nMedian ns to read and compile (patterns apart).\n\n| | serde_json value | ours, JSON | ours, text | cel | rhai | evalexpr | datalogic-rs |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for name in COMPILED {
        let group = format!("compile {name}");
        print!("| {name} |");
        let mut columns = vec!["serde_json value", "ours json", "ours text"];
        columns.extend(PEERS.iter().map(|peer| peer.name));
        for column in columns {
            match median(&group, column) {
                Some(ns) => print!(" {ns:.0} |"),
                None => print!(" – |"),
            }
        }
        println!();
    }
}
