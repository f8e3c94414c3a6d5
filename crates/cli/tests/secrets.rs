//! No secret of the recordings appears in anything that the command writes, in any form, for any question.

#![cfg(test)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A recording, what it hides, further options, and questions about it.
struct Recording {
    file: &'static str,
    secrets: &'static [&'static str],
    options: &'static [&'static str],
    questions: &'static [&'static str],
}

const RECORDINGS: [Recording; 6] = [
    Recording {
        file: "rack.json",
        secrets: &["Bearer", "zzz", "\"k1\"", "=k1"],
        options: &[],
        questions: &[
            "env",
            "env[\"HTTP_AUTHORIZATION\"]",
            "env[\"HTTP_HOST\"]",
            "any(env, {@value == \"x\"})",
            "filter(env, {@key != \"\"})",
            "filter(env, {isDefined(@value)})",
            "env == null || env.HTTP_X_API_KEY == \"k\"",
            "contains(env, \"HTTP_AUTHORIZATION\")",
            "len(env.HTTP_AUTHORIZATION)",
        ],
    },
    Recording {
        file: "js-priv.json",
        secrets: &["\"p1\"", "=p1", "t1", "k1"],
        options: &[],
        questions: &[
            "acc",
            "acc.`#password`",
            "acc[\"Symbol(token)\"]",
            "m",
            "m[\"Symbol(apiKey)\"]",
            "any(m, {@value == \"k\"})",
            "acc == m",
            "startsWith(acc.`#password`, \"p\")",
        ],
    },
    Recording {
        file: "capexpr-pw.json",
        secrets: &["hunter2"],
        options: &["--frame", "captureExpressions"],
        questions: &["`user.password`", "`user.name`", "len(`user.password`)", "`user.password` == \"h\""],
    },
    Recording {
        file: "kvp.json",
        secrets: &["pw1"],
        options: &[],
        questions: &["kv", "kv.value", "kv.value == \"p\"", "kv.key", "isDefined(kv.value)"],
    },
    Recording {
        file: "redact-type-dotnet.json",
        secrets: &["4111"],
        options: &["--redact-type", "Acme.Billing.CardNumber"],
        questions: &["card", "card.Digits", "card == null", "id", "card instanceof \"CardNumber\""],
    },
    Recording {
        file: "java-enum.json",
        secrets: &["HIGH"],
        options: &["--redact-type", "com.acme.*"],
        questions: &["lvl", "lvl == \"LOW\"", "m", "s", "contains(s, \"x\")", "any(m, {@key == \"x\"})"],
    },
];

fn recordings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/recordings")
}

/// All that the command writes.
fn written(arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_probelang"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // a command that reads no input may be gone before
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn no_secret_of_a_recording_is_written() {
    let mut count = 0;
    for Recording { file, secrets, options, questions } in RECORDINGS {
        let path = recordings().join(file);
        let path = path.to_str().unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        let plain: Vec<&str> =
            secrets.iter().map(|secret| secret.trim_start_matches('=').trim_matches('"')).collect();
        assert!(plain.iter().all(|secret| text.contains(secret)), "{file} holds its secrets");
        let mut check = |arguments: &[&str], input: &str, asked: &str| {
            let mut all = arguments.to_vec();
            all.extend(options);
            let out = written(&all, input);
            count += 1;
            for secret in secrets {
                // what was asked may be quoted
                assert!(!out.replace(asked, "").contains(secret), "{all:?} writes {secret}:\n{out}");
            }
        };
        for question in questions {
            let template = format!("a {{{question}}} b");
            for diagnostics in ["human", "json"] {
                let common = ["-i", path, "--diagnostics", diagnostics];
                for format in ["human", "json"] {
                    let form = ["--format", format];
                    check(&[&["eval", question], &common[..], &form].concat(), "", question);
                    check(&[&["test", question], &common[..], &form].concat(), "", question);
                    check(&[&["trace", question], &common[..], &form].concat(), "", question);
                    check(&[&["render", &template], &common[..], &form].concat(), "", question);
                }
            }
            for dialect in ["java", "dotnet", "python", "node", "ruby", "php", "go"] {
                check(&["eval", question, "-i", path, "--dialect", dialect], "", question);
                check(&["render", &template, "-i", path, "--dialect", dialect], "", question);
            }
            check(&["metric", question, "-i", path], "", question);
            check(&["diff", question, "-i", path], "", question);
            check(&["capture", "--expr", &format!("x={question}"), "-i", path], "", question);
            let session = format!("{question}\n:trace {question}\n:type {question}\n");
            check(&["repl", "-i", path], &session, question);
        }
        check(&["schema", "-i", path], "", "");
        for form in [&[][..], &["--format", "human"], &["--audit"], &["--audit", "--format", "json"]] {
            check(&[&["capture", "-i", path], form].concat(), "", "");
        }
        check(&["repl", "-i", path], ":vars\n:frames\n:schema\n", "");
    }
    assert!(count > 800, "{count}");
}
