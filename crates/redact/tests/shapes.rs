//! Secrets that are known by their shape. `data/secrets.ndjson` has texts with one secret each, its shape and its part of the
//! text; each `¦` is left out, so that no tool takes the file for a leak. `data/plain.ndjson` has texts without one.

#![cfg(test)]

use std::path::{Path, PathBuf};

use probelang_redact::shape::{Secret, Shape, Shapes, secrets};
use serde_json::Value;

fn lines(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn part(text: &str, secret: Secret) -> &str {
    &text[secret.start..secret.end]
}

fn shown(text: &str, shapes: Shapes) -> Vec<(&'static str, &str)> {
    secrets(text, shapes).map(|secret| (secret.shape.name(), part(text, secret))).collect()
}

fn everything() -> Shapes {
    Shape::ALL.into_iter().fold(Shapes::NONE, Shapes::with)
}

#[test]
fn what_is_secret_is_found_and_what_is_not_is_left() {
    let (mut found, mut missed, mut wrong) = (0u32, Vec::new(), Vec::new());
    let (positives, negatives) = (lines("secrets.ndjson"), lines("plain.ndjson"));
    assert!(positives.len() >= 200 && negatives.len() >= 200);
    for line in &positives {
        let text = line["text"].as_str().unwrap().replace('¦', "");
        let of_it = line["part"].as_str().unwrap().replace('¦', "");
        let expected = (line["shape"].as_str().unwrap(), of_it.as_str());
        let all = shown(&text, Shapes::default());
        if all.contains(&expected) {
            found += 1;
        } else {
            missed.push(format!("{text:?}"));
        }
        wrong.extend(all.iter().filter(|one| **one != expected).map(|one| format!("{one:?} in {text:?}")));
    }
    for line in &negatives {
        let text = line["text"].as_str().unwrap();
        wrong.extend(shown(text, Shapes::default()).iter().map(|one| format!("{one:?} in {text:?}")));
    }
    let share = |other: &Vec<String>| f64::from(found) / (f64::from(found) + other.len() as f64);
    println!("precision {:.3}, recall {:.3}", share(&wrong), share(&missed));
    assert!(share(&wrong) >= 0.98, "{wrong:#?}");
    assert!(share(&missed) >= 0.98, "{missed:#?}");
}

#[test]
fn every_shape_has_texts_and_is_not_found_where_it_is_switched_off() {
    let positives = lines("secrets.ndjson");
    for shape in Shape::ALL.into_iter().filter(|shape| Shapes::default().contains(*shape)) {
        let mut count = 0;
        for line in positives.iter().filter(|line| line["shape"] == shape.name()) {
            let text = line["text"].as_str().unwrap().replace('¦', "");
            count += 1;
            assert!(
                shown(&text, Shapes::default().without(shape)).iter().all(|(name, _)| *name != shape.name())
            );
        }
        assert!(count >= 10, "{}: {count}", shape.name());
        assert_eq!(Shape::find(shape.name()), Some(shape));
    }
    assert_eq!(shown("4111111111111111", Shapes::NONE), []);
}

#[test]
fn addresses_are_found_only_where_they_are_asked_for() {
    let asked = Shapes::NONE.with(Shape::Email).with(Shape::Ip);
    let cases: [(&str, &[&str]); 14] = [
        ("mail ada.l+x@example.co.uk.", &["ada.l+x@example.co.uk"]),
        ("<ä@b.example>", &["ä@b.example"]),
        ("a@b.de|c@d.de", &["a@b.de", "c@d.de"]),
        ("a@b", &[]),
        ("@x.de", &[]),
        ("10.0.0.1", &["10.0.0.1"]),
        ("10.0.0.1:8080 and 300.1.1.1", &["10.0.0.1"]),
        ("1.2.3.4.5", &[]),
        ("v1.2.3", &[]),
        ("[::1]:80", &["::1"]),
        ("2001:db8::1 ok", &["2001:db8::1"]),
        ("12:34:56", &[]),
        ("00:1B:44:11:3A:B7", &[]),
        ("std::fmt", &[]),
    ];
    for (text, expected) in cases {
        let found: Vec<&str> = secrets(text, asked).map(|secret| part(text, secret)).collect();
        assert_eq!(found, expected, "{text}");
        assert_eq!(shown(text, Shapes::default()), [], "{text}");
    }
}

#[test]
fn what_is_found_is_in_order_and_of_whole_characters() {
    const PIECES: [&str; 22] = [
        "é",
        "😀",
        " ",
        "\n",
        ":",
        "//",
        "@",
        ".",
        "-",
        "_",
        "=",
        "token",
        "Bearer ",
        "eyJhbGciOiJ",
        "4111 1111 1111 1111",
        "4111",
        "AKIAABCDEFGH12345678",
        "-----BEGIN PRIVATE KEY-----",
        "a1B2c3D4e5F6g7H8i9J0",
        "x:y@h",
        "1.2.3.4",
        "::1",
    ];
    let count = PIECES.len();
    let mut secret_parts = 0u32;
    for number in 0..count.pow(3) {
        let text: String = (0..3u32).map(|at| PIECES[number / count.pow(at) % count]).collect();
        let mut last = 0;
        for secret in secrets(&text, everything()) {
            assert!(secret.start >= last && secret.end > secret.start, "{text:?}");
            assert!(!part(&text, secret).is_empty());
            last = secret.end;
            secret_parts += 1;
        }
    }
    assert!(secret_parts > 1_000, "{secret_parts}");
}

#[test]
fn a_text_that_repeats_a_beginning_is_read_to_its_end() {
    // what was tried at one place is not read again at each of the next
    let key = format!("ghp_{}1|", "aB".repeat(18));
    for unit in
        ["eyJ-", "eyJ.", "pypi-", "ya29.", "a@b.de|", "://", "-----BEGIN ", "bearer ", "4111-", "x@", "((("]
    {
        let text = format!("{} {key}", unit.repeat(50_000));
        let last = secrets(&text, everything()).last();
        assert!(last.is_some_and(|secret| secret.end == text.len() - 1), "{unit}: {last:?}");
    }
    assert_eq!(secrets(&key.repeat(5_000), Shapes::default()).count(), 5_000);
}

/// Where addresses are asked for, every word is looked at: the first look passes over nothing then.
#[test]
fn the_first_look_passes_over_no_secret() {
    let every_word = Shapes::default().with(Shape::Ip);
    let compare = |text: &str| {
        let ours: Vec<Secret> = secrets(text, Shapes::default()).collect();
        let all = secrets(text, every_word).filter(|secret| secret.shape != Shape::Ip).collect::<Vec<_>>();
        assert_eq!(ours, all, "{text:?}");
        ours.len()
    };
    let texts: Vec<String> = ["secrets.ndjson", "plain.ndjson"]
        .into_iter()
        .flat_map(lines)
        .map(|line| line["text"].as_str().unwrap().replace('¦', ""))
        .collect();
    let mut found = 0;
    // at each place of a block, after each other, and with something of a word around them
    for (at, text) in texts.iter().enumerate() {
        for before in 0..24 {
            found += compare(&format!("{}{text}", " ".repeat(before)));
            found += compare(&format!("{}{text}", "x".repeat(before)));
            found += compare(&format!("{} {text}", "4".repeat(before)));
        }
        let other = &texts[(at * 7 + 3) % texts.len()];
        for between in ["", " ", "://", "=", ":", "@", "-", "4111 "] {
            found += compare(&format!("{text}{between}{other}"));
        }
    }
    assert!(found > 10_000, "{found}");
}

#[test]
fn the_documents_of_the_project_have_no_secret() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pending: Vec<PathBuf> =
        ["docs", "grammar", "examples", "conformance"].map(|name| root.join(name)).into();
    let mut read = 0;
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            read += 1;
            assert_eq!(shown(&text, Shapes::default()), [], "{}", path.display());
        }
    }
    assert!(read > 50, "{read}");
}
