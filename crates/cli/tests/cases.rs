//! Runs the transcripts under `tests/cases/`: commands, what goes in, what comes out, and the exit status.
//!
//! A transcript is text that needs no Rust to read or write. Lines of one case stand together, a case ends at
//! a blank line or at the next `$`:
//!
//! ```text
//! # a remark
//! $ probelang eval 'x + 1' --var x=1
//! < a line of standard input
//! > a line of standard output
//! ! a line of standard error
//! ? 3
//! ```
//!
//! Without `?` the status is 0; what is not listed is not written. A line `> ...` stands for any lines. Words
//! are split as a shell does, with both quotes and nothing else. All cases of a file run in one directory of
//! their own that begins as a copy of `tests/data`; `$ cat FILE` shows a file of it.
//!
//! `UPDATE_CASES=1 cargo test -p probelang-cli --test cases` writes what came out into the transcripts.

#![cfg(test)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, thread};

use jsonschema::Validator;
use serde_json::Value;

/// One command of a transcript.
#[derive(Default)]
struct Case {
    /// The line of the transcript, from 1.
    line: usize,
    command: String,
    input: String,
    output: Vec<String>,
    error: Vec<String>,
    status: i32,
}

#[test]
fn transcripts() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files: Vec<PathBuf> =
        fs::read_dir(here.join("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    assert!(!files.is_empty());
    let update = env::var_os("UPDATE_CASES").is_some();
    let failures: Vec<String> = thread::scope(|scope| {
        let runs: Vec<_> = files
            .chunks(files.len().div_ceil(2))
            .map(|files| {
                scope.spawn(|| files.iter().flat_map(|file| run_file(&here, file, update)).collect())
            })
            .collect();
        runs.into_iter().flat_map(|run| -> Vec<String> { run.join().unwrap() }).collect()
    });
    assert!(failures.is_empty(), "{} cases differ:\n\n{}", failures.len(), failures.join("\n"));
}

/// The example of every page of `probelang explain` shows its code, and the right form does not. Pages are data, so this
/// needs the program.
#[test]
fn examples_of_pages_show_their_codes_and_right_forms_do_not() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    if directory.exists() {
        fs::remove_dir_all(&directory).unwrap();
    }
    copy(&here.join("data"), &directory);
    generate(&directory);
    let run_words = |words: &[String]| {
        let case = Command::new(env!("CARGO_BIN_EXE_probelang")).args(words).current_dir(&directory).output();
        let output = case.unwrap();
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    };
    // A type that only a live runtime knows not to be there, a defect, a line of 64 MiB, a file of 16 MiB.
    let without = ["PL1317", "PL1901", "PL2008", "PL3010"];
    // A page is text, and an artifact is not.
    let without_right_form = ["PL0607"];
    let mut wrong = Vec::new();
    let list = run_words(&["explain".to_owned(), "--list".to_owned()]);
    assert!(list.lines().count() > 100);
    for code in list.lines().filter_map(|line| line.split(' ').next()) {
        let page = run_words(&["explain".to_owned(), code.to_owned()]);
        let Some((_, example)) = page.split_once("Example:\n  probelang ") else {
            if !without.contains(&code) {
                wrong.push(format!("{code} has no example"));
            }
            continue;
        };
        let (example, instead) = match example.split_once("\n\nInstead:\n  probelang ") {
            Some((example, instead)) => (example, Some(instead)),
            None => (example, None),
        };
        let shows = |command: &str| {
            let mut words = words(command.trim_end());
            words.splice(1..1, ["--diagnostics".to_owned(), "json".to_owned()]);
            let out = run_words(&words);
            (out.contains(&format!("\"code\":\"{code}\"")), out)
        };
        let (shown, out) = shows(example);
        if !shown {
            wrong.push(format!("{code}: probelang {example}{out}"));
        }
        match instead.map(|instead| (instead, shows(instead))) {
            // a command line that is wrong shows no code either
            Some((instead, (shown, out))) if shown || out.contains("\"class\":\"usage\"") => {
                wrong.push(format!("{code}: probelang {instead}{out}"));
            }
            None if !without_right_form.contains(&code) => wrong.push(format!("{code} has no right form")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What `probelang.toml` in a directory above says holds: for `check`, for the dialect, for redaction, which it adds to.
#[test]
fn a_project_file_above_is_obeyed() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("project");
    if directory.exists() {
        fs::remove_dir_all(&directory).unwrap();
    }
    copy(&here.join("data"), &directory);
    let deep = directory.join("project/deep");
    fs::create_dir_all(&deep).unwrap();
    let told = |command: &str| {
        let actual = run(&deep, &Case { command: command.to_owned(), ..Case::default() });
        (actual.status, actual.output.join("\n") + &actual.error.join("\n"))
    };
    let (status, text) = told("probelang check 'user.nmae == \"x\"'");
    assert!(status == 3 && text.contains("error[PL0710]"), "{text}");
    let (status, text) = told("probelang check 'user.nmae == \"x\"' --allow PL0710");
    assert!(status == 0 && !text.contains("PL0710"), "{text}");
    let (status, text) = told("probelang check 'user.nmae == \"x\"' --no-config");
    assert!(status == 0 && text.starts_with("ok:"), "{text}");
    let (status, text) = told("probelang check 'matches(user.name, \"b\")'");
    assert!(status == 0 && text.contains("PL080"), "the targets are those of the file: {text}");
    let (status, text) = told("probelang eval 'm[\"b\"]' --var 'm={}'");
    assert!(status == 0 && text.starts_with("null"), "the dialect is that of the file: {text}");
    let (status, text) = told("probelang eval 'iban' --var iban=1");
    assert!(status == 4 && text.contains("PL1101"), "{text}");
    let (status, text) = told("probelang eval 'password' --var password=1");
    assert!(status == 4 && text.contains("PL1101"), "the built-in names stay: {text}");
    let file = directory.join("project/probelang.toml");
    fs::write(&file, "redaction = \"strict\"\nredact-patterns = { badge = \"B-[0-9]{4}\" }").unwrap();
    let (status, text) = told("probelang eval 'note' --var 'note=\"B-1815\"'");
    assert!(status == 4 && text.contains("PL1105"), "the mode is that of the file: {text}");
    let (status, text) = told("probelang eval 'note' --var 'note=\"B-1815\"' --redaction targeted");
    assert!(status == 0 && text.starts_with("\"{redacted}\""), "so is the pattern: {text}");
    fs::write(&file, "redaction = \"targeted\"\nno-redact-shapes = [\"card\"]").unwrap();
    let card = "probelang eval 'note' --var 'note=\"4111 1111 1111 1111\"'";
    let (status, text) = told(card);
    assert!(status == 0 && text.starts_with("\"4111 1111"), "a file switches a shape off: {text}");
    let (status, text) = told(&format!("{card} --redact-shape card"));
    assert!(status == 0 && text.starts_with("\"{redacted}\""), "a flag switches it on again: {text}");
    for wrong in [
        "redaction = \"loud\"",
        "redact-shapes = [\"cards\"]",
        "no-redact-shapes = [\"cards\"]",
        "redact-patterns = { x = \"(\" }",
    ] {
        fs::write(&file, wrong).unwrap();
        let (status, text) = told("probelang eval '1'");
        assert!(status == 2 && text.contains("probelang.toml"), "{wrong}: {text}");
    }
    fs::write(&file, "redact-exclude = [\"password\"]").unwrap();
    let (status, text) = told("probelang eval '1'");
    assert!(status == 2 && text.contains("redact-exclude"), "{text}");
}

/// In a `console` block, a command of this program is followed by what it prints. `UPDATE_CASES=1` writes that.
#[test]
fn the_readme_shows_what_its_commands_print() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    shows_what_its_commands_print(&root.join("README.md"), &root, 3);
}

#[test]
fn the_tour_shows_what_its_commands_print() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    shows_what_its_commands_print(&docs.join("tour.md"), &docs.join("tour"), 30);
}

/// Runs the commands of a page in `directory`; there are at least so many.
fn shows_what_its_commands_print(page: &Path, directory: &Path, least: usize) {
    let text = fs::read_to_string(page).unwrap();
    let (mut updated, mut runs, mut fence) = (String::new(), 0, None);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        writeln!(updated, "{line}").unwrap();
        if let Some(language) = line.strip_prefix("```") {
            fence = if fence.is_none() { Some(language) } else { None };
        }
        let Some(command) = line.strip_prefix("$ ").filter(|_| fence == Some("console")) else { continue };
        let command =
            command.replace("cargo run --release --bin ", "").replace("probelang -- ", "probelang ");
        if command.starts_with("probelang ") || command.starts_with("cat ") {
            let actual = run(directory, &Case { command, ..Case::default() });
            actual.output.iter().chain(&actual.error).for_each(|line| writeln!(updated, "{line}").unwrap());
            while lines.next_if(|line| !line.starts_with("```") && !line.starts_with("$ ")).is_some() {}
            runs += 1;
        }
    }
    assert!(runs >= least, "{runs} commands were run");
    if env::var_os("UPDATE_CASES").is_some() {
        fs::write(page, updated).unwrap();
    } else {
        assert_eq!(text, updated, "{} does not show what its commands print", page.display());
    }
}

/// Reports, traces, and every diagnostic and fault in any line of JSON, against `grammar/*.schema.json`.
#[test]
fn json_of_the_transcripts_is_what_the_schemas_say() {
    let schemas = Schemas::read();
    let mut seen = BTreeMap::new();
    let mut wrong = Vec::new();
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for block in blocks(&text) {
            let Block::Case(case) = block else { continue };
            let words = words(&case.command);
            let whole =
                match (words.get(1).map_or("", String::as_str), case.command.contains("--format json")) {
                    ("trace", true) => Some("trace"),
                    ("check", true) => Some("report"),
                    _ => None,
                };
            let captures = words.get(1).is_some_and(|word| word == "capture");
            let lines = case.output.iter().map(|line| (line, whole));
            for (line, whole) in lines.chain(case.error.iter().map(|line| (line, None))) {
                let Ok(json) = serde_json::from_str::<Value>(line) else { continue };
                let whole = match whole {
                    None if captures && json.get("captures").is_some() => Some("snapshot"),
                    None if captures && json.get("debugger").is_some() => Some("event"),
                    None if captures && json.get("hidden").is_some() => Some("audit"),
                    whole => whole,
                };
                let mut check = |name: &'static str, json: &Value| {
                    *seen.entry(name).or_insert(0) += 1;
                    if let Some(error) = schemas.of(name).iter_errors(json).next() {
                        wrong.push(format!("{}\n  {name}: {error} at {}", case.command, error.instance_path));
                    }
                };
                if let Some(name) = whole.filter(|_| json.get("summary").is_none()) {
                    check(name, &json);
                }
                let mut open = vec![&json];
                while let Some(json) = open.pop() {
                    match json {
                        Value::Array(items) => open.extend(items),
                        Value::Object(fields) => {
                            if fields.contains_key("code") && fields.contains_key("severity") {
                                check(if fields.contains_key("expr") { "fault" } else { "diagnostic" }, json);
                            }
                            open.extend(fields.values());
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let names: Vec<_> = seen.keys().copied().collect();
    assert_eq!(names, ["audit", "diagnostic", "event", "fault", "report", "snapshot", "trace"], "{seen:?}");
}

/// The schemas under `grammar/`, each with the others to refer to.
struct Schemas(BTreeMap<String, Validator>);

impl Schemas {
    fn read() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../grammar");
        let schemas: BTreeMap<String, Value> = fs::read_dir(folder)
            .unwrap()
            .filter_map(|entry| {
                let path = entry.unwrap().path();
                let name = path.file_name()?.to_str()?.strip_suffix(".schema.json")?.to_owned();
                Some((name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()))
            })
            .collect();
        let validator = |schema: &Value| {
            let mut options = jsonschema::options();
            for (name, schema) in &schemas {
                let resource = jsonschema::Resource::from_contents(schema.clone()).unwrap();
                options =
                    options.with_resource(format!("https://probelang.dev/{name}.schema.json"), resource);
            }
            options.build(schema).unwrap()
        };
        Self(schemas.iter().map(|(name, schema)| (name.clone(), validator(schema))).collect())
    }

    fn of(&self, name: &str) -> &Validator {
        &self.0[name]
    }
}

/// Runs the cases of a file; what differs, told.
fn run_file(here: &Path, file: &Path, update: bool) -> Vec<String> {
    let name = file.file_stem().unwrap().to_str().unwrap();
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cases").join(name);
    if directory.exists() {
        fs::remove_dir_all(&directory).unwrap();
    }
    copy(&here.join("data"), &directory);
    generate(&directory);
    let text = fs::read_to_string(file).unwrap();
    let mut failures = Vec::new();
    let mut updated = String::new();
    for block in blocks(&text) {
        match block {
            Block::Text(line) => writeln!(updated, "{line}").unwrap(),
            Block::Case(case) => {
                let actual = run(&directory, &case);
                if case.agrees(&actual) {
                    updated.push_str(&case.show());
                } else {
                    failures.push(format!(
                        "{}:{}\nexpected\n{}\nactual\n{}",
                        file.display(),
                        case.line,
                        case.show(),
                        actual.show()
                    ));
                    updated.push_str(&actual.show());
                }
            }
        }
    }
    if update && updated != text {
        fs::write(file, updated).unwrap();
        return Vec::new();
    }
    failures
}

enum Block<'a> {
    Text(&'a str),
    Case(Case),
}

/// A transcript cut into cases and the lines between them.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut case: Option<Case> = None;
    for (number, line) in text.lines().enumerate() {
        let rest = || line.get(1..).map_or("", |rest| rest.strip_prefix(' ').unwrap_or(rest)).to_owned();
        if line.starts_with('$') {
            blocks.extend(case.take().map(Block::Case));
            case = Some(Case { line: number + 1, command: rest(), ..Case::default() });
            continue;
        }
        match (&mut case, line.as_bytes().first()) {
            (Some(case), Some(b'<')) => {
                case.input.push_str(&rest());
                case.input.push('\n');
            }
            (Some(case), Some(b'>')) => case.output.push(rest()),
            (Some(case), Some(b'!')) => case.error.push(rest()),
            (Some(case), Some(b'?')) => case.status = rest().trim().parse().unwrap(),
            (_, None | Some(b'#')) => {
                blocks.extend(case.take().map(Block::Case));
                blocks.push(Block::Text(line));
            }
            _ => panic!("line {}: `{line}` is none of # $ < > ! ?", number + 1),
        }
    }
    blocks.extend(case.map(Block::Case));
    blocks
}

impl Case {
    fn show(&self) -> String {
        let mut out = format!("$ {}\n", self.command);
        for (sign, lines) in [
            ('<', self.input.lines().map(str::to_owned).collect()),
            ('>', self.output.clone()),
            ('!', self.error.clone()),
        ] {
            for line in lines {
                writeln!(out, "{}", format!("{sign} {line}").trim_end_matches(' ')).unwrap();
            }
        }
        if self.status != 0 {
            writeln!(out, "? {}", self.status).unwrap();
        }
        out
    }

    fn agrees(&self, actual: &Self) -> bool {
        self.status == actual.status && fits(&self.output, &actual.output) && fits(&self.error, &actual.error)
    }
}

/// Whether the lines are as expected, where `...` stands for any number of them.
fn fits(expected: &[String], actual: &[String]) -> bool {
    match expected.split_first() {
        None => actual.is_empty(),
        Some((first, rest)) if first == "..." => (0..=actual.len()).any(|skip| fits(rest, &actual[skip..])),
        Some((first, rest)) => actual
            .split_first()
            .is_some_and(|(line, others)| first.trim_end() == line.trim_end() && fits(rest, others)),
    }
}

fn run(directory: &Path, case: &Case) -> Case {
    let words = words(&case.command);
    let (program, arguments) = words.split_first().unwrap();
    let mut actual =
        Case { line: case.line, command: case.command.clone(), input: case.input.clone(), ..Case::default() };
    if program == "cat" {
        let text = fs::read_to_string(directory.join(&arguments[0])).unwrap();
        actual.output = text.lines().map(str::to_owned).collect();
        return actual;
    }
    assert_eq!(program, "probelang", "line {}", case.line);
    let mut child = Command::new(env!("CARGO_BIN_EXE_probelang"))
        .args(arguments)
        .current_dir(directory)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may end without reading.
    let _ = child.stdin.take().unwrap().write_all(case.input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let lines = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect();
    actual.output = lines(&output.stdout);
    actual.error = lines(&output.stderr);
    actual.status = output.status.code().unwrap_or(-1);
    actual
}

/// The words of a command line.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match quote {
            Some(sign) if c == sign => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c == ' ' => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    assert!(quote.is_none(), "a quote is missing in `{line}`");
    words.extend(word);
    words
}

/// Files that are only large.
fn generate(directory: &Path) {
    let write = |name: &str, text: String| fs::write(directory.join(name), text).unwrap();
    write("deep.txt", "(".repeat(50_000));
    write("too-many.txt", vec!["a"; 1_001].join(" || "));
    write("equal.txt", vec!["a"; 999].join(" || "));
    write("too-long.txt", format!("\"{}\"", "x".repeat(10_000_000)));
    write("long-pattern.txt", format!("matches(s, \"{}\")", "a".repeat(1_025)));
    write("too-deep.json", format!("{{\"x\": {}1{}}}", "[".repeat(600), "]".repeat(600)));
    let nested = format!("{}1{}", "[".repeat(40), "]".repeat(40));
    write("nested.json", format!("{{\"a\": {nested}, \"b\": {nested}}}"));
    write("large.json", format!("{{\"xs\": [{}]}}", vec!["2"; 1_000_001].join(",")));
    write("numbers.json", format!("{{\"xs\": {:?}}}", (0..1_000).collect::<Vec<_>>()));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
