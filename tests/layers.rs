//! The diagram of the layers is true: who imports whom, where unsafe code is, and that exports are guarded.

use std::fs;
use std::path::{Path, PathBuf};

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// A file's path below src, with `/`, and its code: without comments, and without unit tests.
fn code() -> Vec<(String, String)> {
    let root = sources();
    files(&root)
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a source");
            let text = text.split("#[cfg(test)]\n").next().unwrap_or_default();
            let lines = text
                .lines()
                .map(|line| line.split("//").next().unwrap_or_default());
            let name = path
                .strip_prefix(&root)
                .expect("below src")
                .to_string_lossy()
                .replace('\\', "/");
            (name, lines.collect::<Vec<_>>().join("\n"))
        })
        .collect()
}

/// Whether the code has this as a word of its own.
fn mentions(code: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(word).any(|(at, _)| {
        !code[..at].ends_with(is_part) && !code[at + word.len()..].starts_with(is_part)
    })
}

/// Only files that `may` may mention the word.
fn only(word: &str, may: impl Fn(&str) -> bool) {
    let code = code();
    let users: Vec<_> = code
        .iter()
        .filter(|(_, code)| mentions(code, word))
        .map(|(name, _)| name)
        .collect();
    assert!(
        !users.is_empty(),
        "nothing mentions {word}: is this test still right?"
    );
    for name in users {
        assert!(may(name), "src/{name} may not use {word}");
    }
}

fn in_azure(name: &str) -> bool {
    name.starts_with("azure/")
}

fn in_abi(name: &str) -> bool {
    name.starts_with("abi/")
}

#[test]
fn unsafe_code_lives_in_abi() {
    for word in ["unsafe", "extern", "libc", "no_mangle"] {
        only(word, in_abi);
    }
    let lib = fs::read_to_string(sources().join("lib.rs")).expect("lib.rs");
    for module in ["azure", "runtime", "task"] {
        assert!(
            lib.contains(&format!("#[forbid(unsafe_code)]\npub mod {module};")),
            "{module} may not allow unsafe code"
        );
    }
}

#[test]
fn arrows_point_down() {
    for (name, code) in code() {
        let may_not: &[&str] = if in_azure(&name) {
            &["crate::abi", "crate::task", "crate::runtime"]
        } else if name == "task.rs" {
            &["crate::abi", "crate::azure"]
        } else if name == "runtime.rs" {
            &["crate::abi", "crate::azure", "crate::task"]
        } else {
            &[]
        };
        for module in may_not {
            assert!(!mentions(&code, module), "src/{name} uses {module}");
        }
        if !in_abi(&name) && name != "lib.rs" {
            assert!(!mentions(&code, "abi"), "src/{name} knows of abi");
        }
    }
}

#[test]
fn each_package_is_used_where_it_belongs() {
    only("reqwest", |name| name == "azure/http.rs");
    only("serde_json", in_azure);
    only("once_cell", |name| name == "runtime.rs");
    only("tokio", |name| {
        ["runtime.rs", "task.rs", "azure/clock.rs"].contains(&name)
    });
    // The master-key signature. Service Fabric names its certificate by its thumbprint, and is told which token was
    // refused by the token's hash. A role assignment's id is a hash of what it says.
    only("ring", |name| {
        name.starts_with("azure/cosmos/")
            || [
                "azure/arm/access.rs",
                "azure/identity/mod.rs",
                "azure/tls.rs",
            ]
            .contains(&name)
    });
    only("rustls_platform_verifier", |name| name == "azure/tls.rs");
    // http.rs tells certificate errors apart.
    only("rustls", |name| {
        ["azure/tls.rs", "azure/http.rs"].contains(&name)
    });
}

#[test]
fn abi_does_no_io() {
    for (name, code) in code().into_iter().filter(|(name, _)| in_abi(name)) {
        for word in [
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "println",
            "eprintln",
            "tokio",
            "spawn",
        ] {
            assert!(!mentions(&code, word), "src/{name} uses {word}");
        }
    }
}

#[test]
fn every_export_is_one_guarded_expression() {
    let mut exports = 0;
    for (name, code) in code().into_iter().filter(|(name, _)| in_abi(name)) {
        for part in code.split("#[unsafe(no_mangle)]").skip(1) {
            exports += 1;
            let function = part
                .split('(')
                .next()
                .unwrap_or_default()
                .rsplit(' ')
                .next()
                .unwrap_or_default();
            let body = &part[part.find('{').expect("a body")..];
            let body = &body[1..closing(body)];
            let body = body.trim();
            let inner = body.strip_prefix("unsafe").map_or(body, |block| {
                let block = block.trim_start();
                assert_eq!(
                    closing(block),
                    block.len() - 1,
                    "{function} in src/{name}: more than one expression"
                );
                block[1..block.len() - 1].trim()
            });
            assert!(
                inner.starts_with("guard::"),
                "{function} in src/{name} does something before guard::"
            );
            let call = &inner[inner.find('(').expect("a call")..];
            let rest = call[closing_of(call, '(', ')') + 1..].trim();
            assert!(
                rest.is_empty() || rest == ";",
                "{function} in src/{name} does something after guard::: {rest}"
            );
        }
        assert_eq!(
            code.matches("no_mangle").count(),
            code.matches("#[unsafe(no_mangle)]\npub ").count(),
            "src/{name}"
        );
    }
    assert!(exports >= 120, "only {exports} exports were found");
}

fn closing(code: &str) -> usize {
    closing_of(code, '{', '}')
}

/// Where the bracket that opens `code` is closed.
fn closing_of(code: &str, open: char, close: char) -> usize {
    let mut depth = 0;
    for (at, letter) in code.char_indices() {
        if letter == open {
            depth += 1;
        } else if letter == close {
            depth -= 1;
            if depth == 0 {
                return at;
            }
        }
    }
    panic!("an open {open} in {code}");
}

#[test]
fn nothing_is_unwrapped_without_a_reason() {
    for (name, code) in code() {
        for lazy in [".unwrap()", "todo!", "unimplemented!", "dbg!"] {
            assert!(!code.contains(lazy), "src/{name} has {lazy}");
        }
    }
}
