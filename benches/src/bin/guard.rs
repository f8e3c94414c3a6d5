//! The instruction guard: how many instructions a work costs, by callgrind, and whether that went up.
//!
//! A count is the difference between 2N and N evaluations, divided by N, so that set-up cancels out.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::process::{Command, ExitCode};

use probelang_bench::works::{self, Ask, WORKS, Work};
use probelang_bench::{capture, cold, data, subject};

/// How much a count may go up against the baseline, in percent.
const TOLERANCE: f64 = 1.0;
/// The committed counts, beside the package.
const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/guard.baseline");

const USAGE: &str = "\
usage: benches/guard [--update] [--host struct|tree|all] [--engine NAME]... [WORK]...
       benches/guard --cold [--peers]

Counts instructions with valgrind's callgrind and prints a line a work: WORK HOST ours hand ratio.
On the struct host the counts of ours are compared with the committed baseline (benches/guard.baseline):
more than 1 % up is exit status 1, with the work named. So is what is above its bound: a hit of probes (P1, P2)
beyond its conditions, which are what it has by hand; a capture (C1 to C4) with redaction of texts; a search (R1).
On another toolchain than the baseline's the comparison alone is skipped.

  --update        write the baseline anew
  --host HOST     struct (the gate, default), tree, or all
  --engine NAME   also count this engine (native, c: through the C interface, or the name of a peer; of captures
                  targeted or strict: with redaction of texts)
  WORK            only these works
  --cold          instead the time of 4,096 different programs in scattered order beside one warm program
  --peers         the same of datalogic-rs, and its works with the reading of their values (builds the peers)";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, work, host, engine, times] = args.as_slice()
        && mode == "run"
    {
        return run(work, host, engine, times.parse().unwrap_or(0));
    }
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--cold"] => return run_cold(),
        ["--cold", "--peers"] => return run_cold_peers(),
        _ => {}
    }
    match Guard::parse(&args) {
        Ok(guard) => guard.count(),
        Err(message) => {
            eprintln!("{message}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Evaluates a work so many times: what runs under callgrind.
fn run(work: &str, host: &str, engine: &str, times: u64) -> ExitCode {
    let Some(mut run) = works::find(work).and_then(|work| subject::prepare(work, host, engine)) else {
        eprintln!("nothing to run: {work} {host} {engine}");
        return ExitCode::from(2);
    };
    let right = (0..times).filter(|_| std::hint::black_box(run())).count() as u64;
    if right == times { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints what cold programs cost; reported, not asserted.
fn run_cold() -> ExitCode {
    let Some(cold) = cold::measure(200) else {
        eprintln!("a program does not compile, or gives another answer");
        return ExitCode::FAILURE;
    };
    println!(
        "one program, warm: {:.1} ns; {} programs, scattered: {:.1} ns; {:.2} times",
        cold.warm,
        cold::PROGRAMS,
        cold.scattered,
        cold.scattered / cold.warm
    );
    println!(
        "operations of a program: {} bytes; linked, with all tables: {} bytes",
        cold.operations, cold.bound
    );
    ExitCode::SUCCESS
}

/// Prints the same of a peer.
#[cfg(feature = "peers")]
fn run_cold_peers() -> ExitCode {
    let (Some((warm, scattered)), Some(works)) = (cold::of_datalogic(200), cold::with_conversion(5)) else {
        eprintln!("a program does not compile, or gives another answer");
        return ExitCode::FAILURE;
    };
    let times = scattered / warm;
    println!("datalogic-rs: warm {warm:.1} ns, scattered {scattered:.1} ns, {times:.2} times");
    for (work, ours, peer) in works {
        let times = peer / ours;
        println!(
            "{work}: ours by name {ours:.1} ns, datalogic-rs with reading {peer:.1} ns, {times:.1} times"
        );
    }
    run_cold()
}

#[cfg(not(feature = "peers"))]
fn run_cold_peers() -> ExitCode {
    eprintln!("built without the peers");
    ExitCode::from(2)
}

struct Guard {
    update: bool,
    hosts: Vec<&'static str>,
    engines: Vec<String>,
    works: Vec<&'static Work>,
}

impl Guard {
    fn parse(args: &[String]) -> Result<Self, String> {
        let mut guard = Self { update: false, hosts: vec!["struct"], engines: Vec::new(), works: Vec::new() };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--update" => guard.update = true,
                "--host" => {
                    guard.hosts = match args.next().map(String::as_str) {
                        Some("all") => subject::HOSTS.to_vec(),
                        Some("tree") => vec!["tree"],
                        Some("struct") => vec!["struct"],
                        _ => return Err("--host takes struct, tree or all".into()),
                    }
                }
                "--engine" => {
                    guard.engines.push(args.next().ok_or("--engine takes a name")?.clone());
                }
                "--help" | "-h" => return Err("counts the instructions of each work".into()),
                name => guard.works.push(works::find(name).ok_or(format!("there is no work {name}"))?),
            }
        }
        if guard.works.is_empty() {
            guard.works = WORKS.iter().collect();
        }
        Ok(guard)
    }

    fn count(&self) -> ExitCode {
        let toolchain = toolchain();
        let baseline = std::fs::read_to_string(BASELINE).unwrap_or_default();
        let comparable = baseline.lines().next() == Some(&format!("# {toolchain}"));
        let mut rows = Vec::new();
        let mut worse = Vec::new();
        let mut above = Vec::new();
        for &host in &self.hosts {
            let mut logs = 0.0;
            let mut counted = 0u32;
            for work in &self.works {
                if !work.is_common() && host == "tree" {
                    continue;
                }
                let (Some(ours), Some(hand)) =
                    (instructions(work, host, "ours"), instructions(work, host, "hand"))
                else {
                    eprintln!("{} {host}: could not be counted (is valgrind installed?)", work.name);
                    return ExitCode::FAILURE;
                };
                let ratio = ours as f64 / hand as f64;
                print!("{} {host} {ours} {hand} {ratio:.2}", work.name);
                for engine in &self.engines {
                    match instructions(work, host, engine) {
                        Some(count) => print!("  {engine}: {count} ({:.2}x)", count as f64 / ours as f64),
                        None => print!("  {engine}: -"),
                    }
                }
                if let Ask::Capture(scene) = work.ask {
                    print!("  {:.1} a byte", ours as f64 / capture::bytes(scene) as f64);
                }
                if let Ask::Line(line) = work.ask {
                    print!("  {:.1} a byte", ours as f64 / line.text().len() as f64);
                }
                if work.ask == Ask::Search {
                    print!("  {:.1} a byte", ours as f64 / data::prose().len() as f64);
                }
                println!();
                if work.name != "W5" && work.is_common() {
                    logs += ratio.ln();
                    counted += 1;
                }
                if host == "struct" {
                    rows.push(format!("{} {host} {ours} {hand}", work.name));
                    if let Some(most) = work.most_beyond_hand()
                        && ours > hand + most
                    {
                        above.push(format!("{}: {} instructions, at most {most}", work.name, ours - hand));
                    }
                    if let Some(most) = work.most()
                        && ours > most
                    {
                        above.push(format!("{}: {ours} instructions, at most {most}", work.name));
                    }
                    if let Ask::Capture(_) = work.ask {
                        let targeted = instructions(work, host, "targeted").unwrap_or(u64::MAX);
                        if targeted > ours.saturating_mul(3) / 2 {
                            above.push(format!(
                                "{} with redaction of texts: {targeted} instructions, at most half more than {ours}",
                                work.name
                            ));
                        }
                    }
                    if let Some(before) = before(&baseline, work.name)
                        && ours as f64 > before as f64 * (1.0 + TOLERANCE / 100.0)
                    {
                        worse.push(format!("{}: {before} -> {ours} instructions", work.name));
                    }
                }
            }
            println!(
                "geomean of W1 to W9 without W5, {host}: {:.3}",
                (logs / f64::from(counted.max(1))).exp()
            );
        }
        for line in &above {
            println!("ABOVE ITS BOUND  {line}");
        }
        if self.update {
            if self.works.len() < WORKS.len() || !self.hosts.contains(&"struct") {
                eprintln!("--update takes all works on the struct host");
                return ExitCode::from(2);
            }
            let text = format!("# {toolchain}\n# WORK HOST ours hand\n{}\n", rows.join("\n"));
            return match std::fs::write(BASELINE, text) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("{BASELINE}: {error}");
                    ExitCode::FAILURE
                }
            };
        }
        if !self.hosts.contains(&"struct") {
            return ExitCode::SUCCESS;
        }
        if !comparable {
            println!(
                "NOT COMPARED: the baseline is of another toolchain\n  baseline: {}\n  here:     {toolchain}",
                baseline.lines().next().unwrap_or("none").trim_start_matches("# ")
            );
            return if above.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
        for line in &worse {
            println!("MORE THAN {TOLERANCE} % UP  {line}");
        }
        if worse.is_empty() && above.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// The committed count of a work.
fn before(baseline: &str, work: &str) -> Option<u64> {
    baseline.lines().find_map(|line| {
        let mut words = line.split(' ');
        (words.next() == Some(work)).then(|| words.nth(1)?.parse().ok()).flatten()
    })
}

/// What the counts depend on.
fn toolchain() -> String {
    let first_line = |program: &str, args: &[&str]| {
        let output = Command::new(program).args(args).output().ok()?;
        String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned)
    };
    let rustc = first_line("rustc", &["--version"]).unwrap_or_else(|| "rustc unknown".into());
    let libc = first_line("ldd", &["--version"]).unwrap_or_else(|| "libc unknown".into());
    format!("{rustc}; {libc}; {}", std::env::consts::ARCH)
}

/// Instructions of one evaluation.
fn instructions(work: &Work, host: &str, engine: &str) -> Option<u64> {
    // so often that what the set-up moves by (seeds of hash tables) is far below one
    let times = match (engine, work.name) {
        (_, "C1" | "C2" | "C4") => 200,
        (_, "H2" | "L1" | "L2" | "L3") => 1_000,
        ("ours" | "hand" | "native" | "c", "W3/1000") => 2_000,
        ("ours" | "hand" | "native" | "c", _) => 4_000,
        (_, "W3/1000") => 50,
        _ => 400,
    };
    // two at a time: both cores, and each count is alone in its process
    let (once, twice) = std::thread::scope(|scope| {
        let once = scope.spawn(|| callgrind(work.name, host, engine, times));
        let twice = callgrind(work.name, host, engine, times * 2);
        (once.join().ok().flatten(), twice)
    });
    Some((twice?.checked_sub(once?)? + times / 2) / times)
}

fn callgrind(work: &str, host: &str, engine: &str, times: u64) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().ok()?)
        .args(["run", work, host, engine, &times.to_string()])
        .env_clear()
        .output()
        .ok()?;
    if !output.status.success() {
        return None;
    }
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = log.lines().find(|line| line.contains("Collected :"))?;
    line.split("Collected :").nth(1)?.trim().replace(',', "").parse().ok()
}
