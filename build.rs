//! Writes the C header to `OUT_DIR` (never into the source tree) and sets how the shared library is linked.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The reading order of the header.
const NOUNS: [&str; 19] = [
    "version",
    "status",
    "error",
    "log",
    "options",
    "client",
    "operation",
    "token",
    "environment",
    "account",
    "keys",
    "connection_strings",
    "collection",
    "resources",
    "database",
    "throughput",
    "identity",
    "access",
    "data_access",
];

fn main() {
    println!("cargo:rerun-if-changed=src/abi");
    println!("cargo:rerun-if-changed=cbindgen.toml");
    let header = header(Path::new(&variable("CARGO_MANIFEST_DIR")));
    fs::write(PathBuf::from(variable("OUT_DIR")).join("cosmi.h"), &header)
        .expect("OUT_DIR can be written");
    if is_elf() {
        println!(
            "cargo:rustc-cdylib-link-arg=-Wl,-soname,libcosmi.so.{}",
            abi_major(&header)
        );
        // Its threads outlive every call, so unloading it would pull their code away.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}

fn header(root: &Path) -> String {
    let config =
        cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml is valid");
    let abi = root.join("src").join("abi");
    let builder = NOUNS.iter().fold(
        cbindgen::Builder::new().with_config(config),
        |builder, noun| builder.with_src(abi.join(noun).with_extension("rs")),
    );
    let mut header = Vec::new();
    builder
        .generate()
        .expect("src/abi can be turned into a header")
        .write(&mut header);
    String::from_utf8(header).expect("the sources are UTF-8")
}

fn is_elf() -> bool {
    variable("CARGO_CFG_TARGET_FAMILY")
        .split(',')
        .any(|family| family == "unix")
        && variable("CARGO_CFG_TARGET_VENDOR") != "apple"
}

/// The major half of the version that the header states, so that the SONAME has no number of its own.
fn abi_major(header: &str) -> u32 {
    let version = header
        .lines()
        .find_map(|line| line.strip_prefix("#define COSMI_ABI_VERSION "))
        .expect("the header states the ABI version");
    let version: u32 = version.trim().parse().expect("the ABI version is a number");
    version >> 16
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
