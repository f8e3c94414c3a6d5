//! One table out of criterion's estimates.

use std::path::PathBuf;

use probelang_bench::works::WORKS;

/// Median nanoseconds of a measurement of this or an earlier run.
fn median(group: &str, bench: &str) -> Option<f64> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target")), PathBuf::from);
    let path = target.join("criterion").join(group).join(bench).join("new/estimates.json");
    let estimates: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}

/// Prints a row a work: ours, by hand, each peer, and how many times as long each takes as ours.
pub fn print(columns: &[(&str, &str)]) {
    println!(
        "\nMedian ns per evaluation; in brackets how many times ours on the struct host (tree columns: ours on the tree).\n"
    );
    print!("| work |");
    for (engine, host) in columns {
        print!(" {engine}, {host} |");
    }
    print!("\n|---|");
    for _ in columns {
        print!("---:|");
    }
    println!();
    for work in WORKS {
        let group = work.name.replace('/', "-");
        print!("| {} |", work.name);
        for (engine, host) in columns {
            let base = median(&group, if *host == "tree" { "ours tree" } else { "ours struct" });
            match (median(&group, &format!("{engine} {host}")), base) {
                (Some(ns), _) if *engine == "ours" => print!(" {ns:.1} |"),
                (Some(ns), Some(base)) => print!(" {ns:.1} ({:.2}x) |", ns / base),
                _ => print!(" – |"),
            }
        }
        println!();
    }
    super::front::print(median);
}
