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

/// Parts of secrets of all shapes; each `¦` is left out, so that no tool takes the file for a leak.
const SHAPES: [(&str, &str, &str); 14] = [
    ("paid with ", "4111 11¦11 1111 1111", " today"),
    ("id ", "AKIAQ¦3EGRIUTVZ7NPLKD", ""),
    ("key ", "AIzaSy¦D3kX9qLmN2pR7tVwYzA4bC6dE8fG0hJ1k", ""),
    ("with ", "ghp_a¦B3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5", ""),
    ("to ", "xoxb-¦263594206564-FGqddMF8t08v8N7Oq4i57vs1", ""),
    ("live ", "sk_live¦_4eC39HqLyjWDarjtT1zdp7dc", ""),
    ("lab ", "glpat-¦x9Yz8Wv7Ut6Sr5Qp4On3", ""),
    ("t ", "eyJhbGciOi¦JIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N", ""),
    ("", "-----BEGIN ¦PRIVATE KEY-----MIIEvQIBADANBgkqhkiG9w0BAQEF-----END PRIVATE KEY-----", ""),
    ("Bearer ", "mF_9.B5f-4¦.1JqM2yQxT7", ""),
    ("https://ada:", "open¦Sesame77", "@example.com/x"),
    ("token=", "q8Zr2Lw9Xc4Vb7Nm1Kj6", ""),
    ("mail ", "ada.lovelace@example.com", ""),
    ("from ", "203.0.113.77", ""),
];

/// Planted in values, keys, exceptions: no command writes a secret where texts are redacted.
#[test]
fn no_command_writes_a_planted_secret() {
    let secrets: Vec<String> = SHAPES.iter().map(|(_, part, _)| part.replace('¦', "")).collect();
    let texts: Vec<String> = SHAPES
        .iter()
        .zip(&secrets)
        .map(|((before, _, after), part)| format!("{before}{part}{after}"))
        .collect();
    let quoted = |text: &str| format!("{text:?}");
    let list: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    let entries: Vec<String> =
        texts.iter().map(|text| format!("{}: {{\"seen\": 1}}", quoted(text))).collect();
    let document =
        format!("{{\"list\": [{}], \"map\": {{{}}}, \"ok\": true}}\n", list.join(","), entries.join(","));
    let values: Vec<String> =
        texts.iter().map(|text| format!("{{\"type\": \"str\", \"value\": {}}}", quoted(text))).collect();
    let recorded: Vec<String> =
        values.iter().map(|value| format!("[{value}, {{\"type\": \"int\", \"value\": \"1\"}}]")).collect();
    let snapshot = format!(
        "{{\"captures\": {{\"return\": {{\"locals\": {{\"list\": {{\"type\": \"list\", \"elements\": [{}]}}, \
         \"map\": {{\"type\": \"dict\", \"entries\": [{}]}}, \"ok\": {{\"type\": \"bool\", \"value\": \"true\"}}}}, \
         \"throwable\": {{\"message\": {}, \"type\": \"Error\", \"stacktrace\": []}}}}}}}}\n",
        values.join(","),
        recorded.join(","),
        list.first().unwrap()
    );
    let folder = std::env::temp_dir().join(format!("probelang-texts-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut count = 0;
    for (name, input) in [("document.json", &document), ("snapshot.json", &snapshot)] {
        let path = folder.join(name);
        std::fs::write(&path, input).unwrap();
        let path = path.to_str().unwrap();
        let modes: [&[&str]; 2] = [
            &["--redaction", "targeted", "--redact-shape", "email,ip"],
            &["--redaction", "strict", "--redact-shape", "email,ip"],
        ];
        for mode in modes {
            let mut check = |arguments: &[&str], session: &str| {
                let out = written(&[arguments, mode].concat(), session);
                count += 1;
                for secret in &secrets {
                    assert!(!out.contains(secret.as_str()), "{arguments:?} {mode:?} writes {secret}:\n{out}");
                }
                assert!(!out.is_empty(), "{arguments:?}");
            };
            let mut questions: Vec<String> =
                ["list", "map", "@exception", "filter(list, {true})", "map.x", "list.x"]
                    .map(str::to_owned)
                    .into();
            questions.extend((0..SHAPES.len()).map(|at| format!("list[{at}]")));
            questions.extend((0..SHAPES.len()).map(|at| format!("substring(list[{at}], 2, 14)")));
            for question in &questions {
                let template = format!("a {{{question}}} b");
                check(&["eval", question, "-i", path], "");
                check(&["render", &template, "-i", path, "--max-depth", "3", "--max-items", "20"], "");
                check(&["trace", question, "-i", path, "--format", "json"], "");
            }
            for question in ["list", "map", "@exception", "list[1]"] {
                check(&["trace", question, "-i", path], "");
                check(&["diff", question, "-i", path], "");
                check(&["diff", question, "-i", path, "--format", "json"], "");
                check(&["eval", question, "-i", path, "--format", "json", "--diagnostics", "json"], "");
                check(
                    &["repl", "-i", path],
                    &format!("{question}\n_\n:trace {question}\n:type {question}\n"),
                );
            }
            check(&["filter", "ok", "-i", path], "");
            check(&["filter", "ok", "-i", path, "--redacted"], "");
            check(&["test", "ok", "-i", path, "--matching"], "");
            for form in [&[][..], &["--format", "human"], &["--audit"], &["--audit", "--format", "json"]] {
                check(&[&["capture", "-i", path], form].concat(), "");
            }
            check(&["capture", "--expr", "x=list", "--expr", "y=map", "-i", path], "");
            check(&["schema", "-i", path], "");
            check(&["repl", "-i", path], ":vars\n:schema\n");
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(count > 400, "{count}");
}
