//! The examples are built, run, and print what the README says. Those whose tools are missing are skipped;
//! `bindings/c/test` names them.
#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The library that cargo built for this test, under the name that programs look for.
fn library() -> PathBuf {
    let built = std::env::current_exe().unwrap().parent().unwrap().join("libprobelang_c.so");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lib");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["libprobelang.so.1", "libprobelang.so"] {
        let link = folder.join(name);
        // tests of several examples run at once: each makes a link of its own, and the last one stays
        let own = folder.join(format!("{name}.{:?}", std::thread::current().id()));
        let _ = std::fs::remove_file(&own);
        std::os::unix::fs::symlink(&built, &own).unwrap();
        std::fs::rename(&own, &link).unwrap();
    }
    folder
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Whether a tool is there.
fn has(tool: &str) -> bool {
    Command::new(tool).arg("--version").output().is_ok()
}

fn run(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{command:?}: {status}\n{out}\n{err}");
    out.into_owned()
}

/// Compares with the block of the README that has the name of the example.
fn as_the_readme_says(example: &str, output: &str) {
    let path = here("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let mark = format!("```text {example}\n");
    let (before, rest) =
        readme.split_once(&mark).unwrap_or_else(|| panic!("the README has no output of {example}"));
    let (said, after) = rest.split_once("```").unwrap();
    if std::env::var_os("UPDATE_DATA").is_some() && said != output {
        std::fs::write(&path, format!("{before}{mark}{output}```{after}")).unwrap();
        return;
    }
    assert_eq!(said, output, "UPDATE_DATA=1 cargo test -p probelang-c --test examples -- --test-threads 1");
}

/// At most so many lines, so that an example can be read.
fn is_short(example: &str) {
    let source = std::fs::read_to_string(here("examples").join(example)).unwrap();
    assert!(source.lines().count() < 150, "{example} is too long");
}

fn compiled(compiler: &str, options: &[&str], example: &str) {
    if !has(compiler) {
        println!("skipped: {example}: there is no {compiler}");
        return;
    }
    let (library, program) =
        (library(), Path::new(env!("CARGO_TARGET_TMPDIR")).join(example.replace('.', "_")));
    run(Command::new(compiler)
        .args(options)
        .args(["-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers"])
        .arg("-I")
        .arg(here("include"))
        .arg(here("examples").join(example))
        .arg("-o")
        .arg(&program)
        .arg("-L")
        .arg(&library)
        .arg("-lprobelang"));
    as_the_readme_says(example, &run(Command::new(program).env("LD_LIBRARY_PATH", library)));
    is_short(example);
}

#[test]
fn structs_of_c_are_a_host() {
    compiled("cc", &["-std=c99", "-pedantic"], "order.c");
}

#[test]
fn a_class_of_cpp_is_a_host() {
    compiled("c++", &["-std=c++17", "-pedantic"], "cart.cpp");
}

#[test]
fn objects_of_ruby_are_a_host() {
    if !has("ruby") {
        println!("skipped: record.rb: there is no ruby");
        return;
    }
    let output =
        run(Command::new("ruby").arg(here("examples/record.rb")).arg(library().join("libprobelang.so.1")));
    as_the_readme_says("record.rb", &output);
    is_short("record.rb");
}

#[test]
fn fields_of_java_are_a_host() {
    let jna = Path::new("/usr/share/java/jna.jar");
    if !(has("javac") && has("java") && jna.exists()) {
        println!(
            "skipped: Fields.java: there is no Java with JNA (Debian: default-jdk-headless, libjna-java)"
        );
        return;
    }
    let classes = Path::new(env!("CARGO_TARGET_TMPDIR")).join("classes");
    run(Command::new("javac")
        .arg("-encoding")
        .arg("UTF-8")
        .arg("-cp")
        .arg(jna)
        .arg("-d")
        .arg(&classes)
        .arg(here("examples/Fields.java")));
    let library = format!("-Dprobelang={}", library().join("libprobelang.so.1").display());
    let path = format!("{}:{}", jna.display(), classes.display());
    let mut java = Command::new("java");
    java.args(["-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", &library, "-cp", &path, "Fields"]);
    as_the_readme_says("Fields.java", &run(java.env("LC_ALL", "C.UTF-8")));
    is_short("Fields.java");
}

/// A library that shows other symbols would get in the way of those of its users.
#[test]
fn the_shared_library_shows_only_its_own_symbols() {
    if !has("nm") {
        println!("skipped: there is no nm");
        return;
    }
    let symbols =
        run(Command::new("nm").args(["-D", "--defined-only"]).arg(library().join("libprobelang.so")));
    let names: Vec<_> = symbols.lines().filter_map(|line| line.split(' ').next_back()).collect();
    assert!(names.len() > 80, "{names:?}");
    let others: Vec<_> = names.iter().filter(|name| !name.starts_with("probelang_")).collect();
    assert!(others.is_empty(), "{others:?}");
    let header = std::fs::read_to_string(here("include/probelang.h")).unwrap();
    let undeclared: Vec<_> = names.iter().filter(|name| !header.contains(&format!("{name}("))).collect();
    assert!(undeclared.is_empty(), "not in the header: {undeclared:?}");
}
