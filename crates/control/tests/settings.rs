//! The variables of a live program.

#![cfg(test)]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use probelang_control::sink::{agent::AgentOptions, otlp::OtlpOptions, statsd::StatsdOptions};
use probelang_control::{Settings, VARIABLES};

const PREFIX: &str = "DD_DYNAMIC_INSTRUMENTATION_";

fn settings(variables: &[(&str, &str)]) -> Settings {
    Settings::from_environment(|name| {
        let found = variables.iter().find(|(key, _)| *key == name || format!("{PREFIX}{key}") == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn the_table_has_every_variable_that_is_read_and_no_other() {
    let asked = RefCell::new(BTreeSet::new());
    let spy = |name: &str| {
        asked.borrow_mut().insert(name.to_owned());
        None
    };
    let _ = OtlpOptions::from_environment(None, spy).unwrap();
    let _ = AgentOptions::from_environment(None, spy).unwrap();
    let _ = StatsdOptions::from_environment(None, spy).unwrap();
    let by_sinks = asked.take();
    // it asks for all of the table, so that sinks have them later
    let _ = Settings::from_environment(spy);
    let table: BTreeSet<String> = VARIABLES.iter().map(|variable| variable.name.to_owned()).collect();
    assert_eq!(table.len(), VARIABLES.len(), "one line each");
    assert_eq!(asked.take(), table, "what settings read");
    assert!(by_sinks.is_subset(&table), "{:?}", by_sinks.difference(&table));
    // and each of them decides something: where the sinks are made, or here
    let unread = |name: &str| !by_sinks.contains(name) && !reads(name);
    let unread: Vec<_> = table.iter().filter(|name| unread(name)).collect();
    assert!(unread.is_empty(), "{unread:?}");
}

/// Whether a variable changes the settings.
fn reads(name: &str) -> bool {
    let with = |value: &str| format!("{:?}", shown(&settings(&[(name, value)])));
    let without = format!("{:?}", shown(&settings(&[])));
    ["7", "/x", "true", "false", "a:b", "password"].into_iter().any(|value| with(value) != without)
}

/// What settings come to.
fn shown(settings: &Settings) -> impl std::fmt::Debug + '_ {
    let Settings { enabled, file, sinks, sockets, redaction, probes, wrong, .. } = settings;
    (enabled, file, sinks, sockets, redaction, probes, wrong)
}

#[test]
fn a_program_is_enabled_where_a_file_is_named_or_a_variable_says_so() {
    for (variables, enabled) in [
        (&[][..], false),
        (&[("PROBE_FILE", "/p.json")], true),
        (&[("PROBE_FILE", "/p.json"), ("ENABLED", "false")], false),
        (&[("PROBE_FILE", " ")], false),
        (&[("ENABLED", "true")], true),
        (&[("ENABLED", "1")], true),
        (&[("ENABLED", "Off")], false),
        (&[("PROBE_FILE", "/p.json"), ("ENABLED", "maybe")], false),
    ] {
        assert_eq!(settings(variables).enabled, enabled, "{variables:?}");
    }
    assert_eq!(
        settings(&[("ENABLED", "maybe")]).wrong,
        ["DD_DYNAMIC_INSTRUMENTATION_ENABLED is `true` or `false`, not `maybe`; it counts as `false`"]
    );
}

#[test]
fn temporary_probes_are_allowed_where_a_variable_says_so_and_nobody_forbids_them() {
    use probelang_control::Access::{Read, Write};
    for (variables, access, enabled) in [
        (&[][..], Read, false),
        (&[("PROBELANG_CONTROL", "write")], Write, true),
        (&[("PROBELANG_CONTROL", "read")], Read, false),
        (&[("PROBELANG_CONTROL", "write"), ("ENABLED", "false")], Write, false),
        (&[("PROBELANG_CONTROL", "all"), ("PROBE_FILE", "/p.json")], Read, true),
    ] {
        let settings = settings(variables);
        assert_eq!((settings.access, settings.enabled), (access, enabled), "{variables:?}");
    }
    assert_eq!(
        settings(&[("PROBELANG_CONTROL", "all")]).wrong,
        ["PROBELANG_CONTROL is `read` or `write`, not `all`; it counts as `read`"]
    );
    // what the code allows counts where the environment says nothing, and switches nothing on that is off there
    let code = |variables: &[_]| settings(variables).with_access(Write);
    assert_eq!((code(&[]).access, code(&[]).enabled), (Write, true));
    let off = code(&[("ENABLED", "false")]);
    assert_eq!((off.access, off.enabled), (Write, false));
    assert_eq!(code(&[("PROBELANG_CONTROL", "read")]).access, Read);
    assert_eq!(settings(&[("PROBELANG_CONTROL", "write")]).with_access(Read).access, Read);
}

#[test]
fn a_variable_is_set_unless_it_is_blank() {
    let settings = settings(&[("PROBELANG_SINKS", "console"), ("DD_ENV", " ")]);
    let set = ["PROBELANG_SINKS", "DD_ENV", "DD_SERVICE", "HOME"].map(|name| settings.is_set(name));
    assert_eq!(set, [true, false, false, false]);
}

#[test]
fn sinks_are_those_of_the_variable_or_those_that_there_are() {
    let sinks = |variables: &[(&str, &str)]| {
        let settings = settings(variables);
        let all: Vec<_> = settings.sinks.iter().map(ToString::to_string).collect();
        (all.join(" "), settings.wrong.len())
    };
    assert_eq!(sinks(&[]), ("console".to_owned(), 0));
    assert_eq!(
        sinks(&[("PROBELANG_SINKS", " console  jsonl:/x.ndjson ")]),
        ("console jsonl:/x.ndjson".to_owned(), 0)
    );
    assert_eq!(sinks(&[("DD_AGENT_HOST", "a")]), ("agent statsd".to_owned(), 0));
    assert_eq!(
        sinks(&[("PROBELANG_SINKS", "kafka"), ("DD_AGENT_HOST", "a")]),
        ("agent statsd".to_owned(), 1)
    );
}

#[test]
fn the_status_socket_is_in_the_folder_of_the_session_or_in_the_temporary_directory() {
    let user = nix::unistd::geteuid();
    let folders = |variables: &[(&str, &str)]| settings(variables).sockets;
    let own = |folder: &str| PathBuf::from(format!("{folder}/probelang-{user}"));
    assert_eq!(folders(&[]), [own("/tmp")]);
    assert_eq!(folders(&[("TMPDIR", "/var/tmp")]), [own("/var/tmp")]);
    assert_eq!(
        folders(&[("XDG_RUNTIME_DIR", "/run/user/7")]),
        [PathBuf::from("/run/user/7/probelang"), own("/tmp")]
    );
    // a path that is not absolute is none
    assert_eq!(folders(&[("XDG_RUNTIME_DIR", "run"), ("TMPDIR", "")]), [own("/tmp")]);
    assert!(folders(&[("PROBELANG_STATUS_SOCKET", "no")]).is_empty());
}

/// `UPDATE_DOCS=1` writes the table.
#[test]
fn the_page_for_operators_has_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/live.md");
    let page = fs::read_to_string(&path).unwrap();
    let mut table = String::from("| variable | what it decides | without it |\n|---|---|---|\n");
    for variable in VARIABLES {
        writeln!(table, "| `{}` | {} | {} |", variable.name, variable.meaning, variable.default).unwrap();
    }
    let (before, rest) = page.split_once("| variable |").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    let wanted = format!("{before}{table}\n{after}");
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, wanted).unwrap();
    } else {
        assert_eq!(page, wanted, "docs/live.md is old: run this test with UPDATE_DOCS=1");
    }
}

#[test]
fn a_usual_deadline_counts_where_no_variable_sets_one() {
    use std::time::Duration;

    let of = |variables: &[(&str, &str)]| {
        settings(variables).with_usual_deadline(Duration::from_millis(5)).probes.limits.run.deadline
    };
    assert_eq!(of(&[]), Duration::from_millis(5));
    assert_eq!(of(&[("EVALUATION_TIMEOUT_MS", "50")]), Duration::from_millis(50));
    assert_eq!(of(&[("CAPTURE_TIMEOUT", "7")]), Duration::from_millis(7));
    assert_eq!(of(&[("EVALUATION_TIMEOUT_MS", "fast")]), Duration::from_millis(5));
}
