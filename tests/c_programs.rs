//! The header and the library as C and C++ programs see them: the programs of `tests/c` and `examples/c`, built with
//! gcc and clang, as C11 and C++17, run plainly, under the sanitizers and under valgrind.
//!
//! A tool that is missing is named in a line `SKIPPED: …`, and is a failure where `CI` is set.

#![cfg(target_os = "linux")]

mod abi_support;
mod support;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use abi_support::{is_there, root};
use support::Simulator;

const STRICT: [&str; 8] = [
    "-Wall",
    "-Wextra",
    "-Werror",
    "-pedantic",
    "-Wshadow",
    "-Wconversion",
    "-g",
    "-O1",
];
const SANITIZED: [&str; 3] = [
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
];
/// Programs that need no Azure.
const TESTS: [&str; 4] = ["header_twice", "operations", "fork", "pinned"];
const EXAMPLES: [&str; 3] = ["show_collection", "tutorial", "provision"];

#[derive(Clone, Copy)]
struct Dialect {
    language: &'static str,
    standard: &'static str,
}

const C11: Dialect = Dialect {
    language: "c",
    standard: "-std=c11",
};
const CPP17: Dialect = Dialect {
    language: "c++",
    standard: "-std=c++17",
};

/// A folder with the library under the names that linkers and loaders look for.
fn library() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let built = env::current_exe()
            .expect("a path")
            .with_file_name("libcosmi.so");
        let folder = scratch("lib");
        for name in ["libcosmi.so", "libcosmi.so.1"] {
            let link = own(&folder.join(name));
            let _absent = fs::remove_file(&link);
            symlink(&built, &link).expect("a link");
            fs::rename(&link, folder.join(name)).expect("a link in its place");
        }
        folder
    })
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("c_programs")
        .join(name);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn source(program: &str) -> PathBuf {
    let folder = if EXAMPLES.contains(&program) {
        "examples/c"
    } else {
        "tests/c"
    };
    root().join(folder).join(program).with_extension("c")
}

/// A name beside `path` that no other process has: each test may run in one of its own, at the same time, and what they
/// share is put in its place when it is whole.
fn own(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    PathBuf::from(name)
}

/// Builds a program, without a warning; once, since tests that run at the same time share it.
fn build(program: &str, compiler: &str, dialect: Dialect, more: &[&str]) -> PathBuf {
    static BUILT: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let variant = format!(
        "{compiler}-{}{}",
        dialect.language,
        if more.is_empty() { "" } else { "-sanitized" }
    );
    let output = scratch(&variant).join(program);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if built.contains(&output) {
        return output;
    }
    let attempt = Command::new(compiler)
        .args(["-x", dialect.language, dialect.standard])
        .args(STRICT)
        .args(more)
        .arg("-I")
        .arg(root().join("include"))
        .arg(source(program))
        .args(["-x", "none", "-o"])
        .arg(own(&output))
        .arg("-L")
        .arg(library())
        .args(["-lcosmi", "-lpthread", "-ldl"])
        .arg(format!("-Wl,-rpath,{}", library().display()))
        .output()
        .expect("a compiler");
    let said = String::from_utf8_lossy(&attempt.stderr);
    assert!(
        attempt.status.success(),
        "{compiler} {}: {said}",
        dialect.standard
    );
    fs::rename(own(&output), &output).expect("a program in its place");
    built.insert(output.clone());
    output
}

fn run(mut command: Command) -> Output {
    let output = command.stdin(Stdio::null()).output().expect("a program");
    println!("{command:?}: {}", output.status);
    output
}

fn succeed(command: Command) -> String {
    let described = format!("{command:?}");
    let output = run(command);
    assert!(
        output.status.success(),
        "{described}\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// How a test program is called.
fn arguments(program: &str) -> Vec<PathBuf> {
    if program == "pinned" {
        vec![library().join("libcosmi.so")]
    } else {
        Vec::new()
    }
}

/// A program under valgrind, which fails for errors and for memory that is definitely lost. What the library's threads
/// hold is only "possibly lost", since they never end.
fn valgrind(program: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command.args(["--quiet", "--error-exitcode=99"]);
    if program.ends_with("fork") {
        // A forked child has lost the threads, and with them all that they hold.
        command.arg("--leak-check=no");
    } else {
        command.args([
            "--leak-check=full",
            "--show-leak-kinds=definite",
            "--errors-for-leak-kinds=definite",
        ]);
        command.arg(format!(
            "--suppressions={}",
            root().join("tests/c/valgrind.supp").display()
        ));
    }
    if EXAMPLES.iter().any(|example| program.ends_with(example)) {
        // They speak TLS, whose assembly valgrind takes to leave memory uninitialised.
        command.arg("--undef-value-errors=no");
    }
    command.arg(program);
    command
}

fn every_build(mut each: impl FnMut(&str, Dialect)) {
    for (c, cpp) in [("gcc", "g++"), ("clang", "clang++")] {
        if is_there(c) {
            each(c, C11);
        }
        if is_there(cpp) {
            each(cpp, CPP17);
        }
    }
}

#[test]
fn the_programs_compile_without_a_warning_and_run() {
    every_build(|compiler, dialect| {
        for program in TESTS {
            let mut command = Command::new(build(program, compiler, dialect, &[]));
            command.args(arguments(program));
            succeed(command);
        }
    });
}

#[test]
fn the_programs_run_under_the_sanitizers() {
    if is_there("gcc") {
        for program in TESTS {
            let mut command = Command::new(build(program, "gcc", C11, &SANITIZED));
            command.args(arguments(program));
            succeed(command);
        }
    }
}

#[test]
fn the_programs_lose_no_memory_under_valgrind() {
    if is_there("gcc") && is_there("valgrind") {
        for program in TESTS {
            let mut command = valgrind(&build(program, "gcc", C11, &[]));
            command.args(arguments(program));
            succeed(command);
        }
    }
}

/// The commands of the examples that read, with what leads them to the simulator.
fn examples(simulator: &Simulator, command: impl Fn(&str) -> Command) -> [Command; 2] {
    let (subscription, endpoint) = (simulator.subscription(), simulator.endpoint("myaccount"));
    let mut show = command("show_collection");
    show.args(["myaccount", "Test", "Test"]);
    let mut tutorial = command("tutorial");
    tutorial.args([subscription, "rg", "myaccount", "Test", "Test", endpoint]);
    for command in [&mut show, &mut tutorial] {
        command.envs(simulator.env());
    }
    [show, tutorial]
}

fn check_examples(commands: [Command; 2]) {
    let [show, tutorial] = commands.map(succeed);
    let shown: serde_json::Value = serde_json::from_str(&show).expect("JSON");
    assert_eq!(shown["collection"]["id"], "Test");
    assert_eq!(shown["offer"]["content"]["offerThroughput"], 400);
    for line in [
        "machine:    myvm in westeurope",
        "token:      ",
        "keys:       2 read-only keys of myaccount",
        "collection: {",
        "offer:      {",
    ] {
        assert!(tutorial.contains(line), "{line} is not in:\n{tutorial}");
    }
}

#[test]
fn the_examples_show_the_collection_of_the_simulator() {
    let simulator = Simulator::start();
    every_build(|compiler, dialect| {
        check_examples(examples(&simulator, |program| {
            Command::new(build(program, compiler, dialect, &[]))
        }));
    });
}

#[test]
fn the_examples_run_under_the_sanitizers_and_valgrind() {
    let simulator = Simulator::start();
    if is_there("gcc") {
        check_examples(examples(&simulator, |program| {
            Command::new(build(program, "gcc", C11, &SANITIZED))
        }));
        if is_there("valgrind") {
            check_examples(examples(&simulator, |program| {
                valgrind(&build(program, "gcc", C11, &[]))
            }));
        }
    }
}

#[test]
fn the_examples_say_what_is_wrong_and_what_to_do() {
    if !is_there("gcc") {
        return;
    }
    let simulator = Simulator::start();
    for (values, status) in [
        (["myaccount", "Test", "Missing"], "NOT_FOUND: "),
        (["noaccess", "Test", "Test"], "FORBIDDEN: "),
        (["myaccount", "Test", "a/b"], "INVALID_ARGUMENT: "),
    ] {
        let mut command = Command::new(build("show_collection", "gcc", C11, &[]));
        command.args(values).envs(simulator.env());
        let output = run(command);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.starts_with(status) && said.contains("\nWhat to do: "),
            "{said}"
        );
    }
}

#[test]
fn a_ca_given_as_an_option_is_trusted_alone() {
    if !is_there("gcc") {
        return;
    }
    let simulator = Simulator::start();
    let show = |ca: &str, endpoint: Option<&str>| {
        let mut command = Command::new(build("trust", "gcc", C11, &[]));
        command.args([ca, "myaccount", "Test", "Test"]);
        command.args(endpoint).envs(simulator.env());
        // The option alone shall decide.
        command.env_remove("COSMI_CA_FILE");
        succeed(command)
    };
    let ca = simulator.text("/ca");
    let shown: serde_json::Value = serde_json::from_str(&show(ca, None)).expect("JSON");
    assert_eq!(shown["collection"]["id"], "Test");
    for (fault, words) in [
        ("unknownCa", "its certificate is from an unknown issuer"),
        ("expired", "its certificate has expired"),
        ("wrongName", "its certificate is for another name"),
    ] {
        let said = show(ca, Some(simulator.text(&format!("/tlsFaults/{fault}"))));
        assert!(said.starts_with("TLS: ") && said.contains(words), "{said}");
    }
    let said = show("-", None);
    assert!(said.starts_with("TLS: Resource Manager: "), "{said}");
}

/// From no account to the collection's JSON, twice.
fn provision_twice(simulator: &Simulator, account: &str, command: impl Fn() -> Command) {
    let values = [
        simulator.subscription(),
        "rg",
        "westeurope",
        account,
        "Test",
        "Test",
        "33333333-0000-0000-0000-000000000002",
    ];
    for change in ["new", "already so"] {
        let mut command = command();
        command.args(values).envs(simulator.env());
        let output = succeed(command);
        let (lines, shown) = output
            .trim_end()
            .rsplit_once('\n')
            .expect("more than one line");
        let expected = [
            ("account:", change),
            ("database:", change),
            ("collection:", change),
            ("identity:", "already so"),
            ("access:", change),
        ]
        .map(|(what, change)| format!("{what:<12}{change}"));
        assert_eq!(lines, expected.join("\n"));
        let shown: serde_json::Value = serde_json::from_str(shown).expect("JSON");
        assert_eq!(shown["collection"]["id"], "Test", "{shown}");
        assert_eq!(shown["offer"]["content"]["offerThroughput"], 400, "{shown}");
    }
}

#[test]
fn the_whole_tutorial_can_be_run_twice() {
    let simulator = Simulator::start();
    simulator.set_operations(serde_json::json!({ "polls": 1, "retryAfter": "0" }));
    every_build(|compiler, dialect| {
        let account = format!("made-by-{}-{}", compiler, dialect.language).replace('+', "p");
        let program = build("provision", compiler, dialect, &[]);
        provision_twice(&simulator, &account, || Command::new(&program));
    });
    if is_there("gcc") {
        let sanitized = build("provision", "gcc", C11, &SANITIZED);
        provision_twice(&simulator, "sanitized", || Command::new(&sanitized));
        if is_there("valgrind") {
            let plain = build("provision", "gcc", C11, &[]);
            provision_twice(&simulator, "watched", || valgrind(&plain));
        }
        let mut elsewhere = Command::new(build("provision", "gcc", C11, &[]));
        elsewhere.args([simulator.subscription(), "rg", "northeurope", "sanitized"]);
        elsewhere.args(["Test", "Test", "33333333-0000-0000-0000-000000000002"]);
        elsewhere.envs(simulator.env());
        let output = run(elsewhere);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.starts_with("CONFLICT: ")
                && said.contains("location")
                && said.contains("\nWhat to do: "),
            "{said}"
        );
    }
}
