//! Writes the C header to `OUT_DIR` (never into the source tree) and sets how the shared library is linked; on Windows
//! with a version resource, written here because the tools that compile one differ with every toolchain.

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
    if variable("CARGO_CFG_TARGET_OS") == "windows" {
        let object = PathBuf::from(variable("OUT_DIR")).join("version.o");
        fs::write(&object, version_object()).expect("OUT_DIR can be written");
        println!("cargo:rustc-cdylib-link-arg={}", object.display());
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

/// A COFF object with one section, the resources, and in it one resource: the version, in English (United States).
fn version_object() -> Vec<u8> {
    const HEADERS_LEN: u32 = 20 + 40;
    const TABLE_LEN: u32 = 16 + 8;
    const IS_TABLE: u32 = 1 << 31;
    // The machine, and what it calls a relocation by the distance from the start of the image.
    let (machine, relative_to_image) = match variable("CARGO_CFG_TARGET_ARCH").as_str() {
        "x86_64" => (0x8664, 3),
        "aarch64" => (0xaa64, 2),
        other => panic!("no version resource is made for {other}"),
    };
    let version = version_info();
    let version_len = u32::try_from(version.len()).expect("a resource is small");
    let place_at = 3 * TABLE_LEN;
    let version_at = place_at + 16;
    let section_len = version_at + version_len;
    let relocation_at = HEADERS_LEN + section_len;
    let symbol_at = relocation_at + 10;
    // A table of resources with one entry.
    let table = |id, next| [longs(&[0, 0, 0]), words(&[0, 1]), longs(&[id, next])].concat();
    [
        // The file: machine, sections, date, symbols, no more headers, no flags.
        words(&[machine, 1]),
        longs(&[0, symbol_at, 1]),
        words(&[0, 0]),
        // The section: place and size, in memory and in the file; relocations; initialised data, readable.
        b".rsrc\0\0\0".to_vec(),
        longs(&[0, 0, section_len, HEADERS_LEN, relocation_at, 0]),
        words(&[1, 0]),
        longs(&[0x4000_0040]),
        // Resources of type 16, versions; among them number 1; of it the one in this language.
        table(16, IS_TABLE | TABLE_LEN),
        table(1, IS_TABLE | (2 * TABLE_LEN)),
        table(0x0409, place_at),
        longs(&[version_at, version_len, 0, 0]),
        version,
        // The place of the version counts from the start of the section, symbol 0.
        longs(&[place_at, 0]),
        words(&[relative_to_image]),
        // The symbol: static, in section 1. No long names.
        b".rsrc\0\0\0".to_vec(),
        longs(&[0]),
        words(&[1, 0]),
        vec![3, 0],
        longs(&[4]),
    ]
    .concat()
}

/// What Windows shows of a file: a `VS_VERSIONINFO`.
fn version_info() -> Vec<u8> {
    let number = |part: &str| -> u32 {
        let text = variable(&format!("CARGO_PKG_VERSION_{part}"));
        text.parse().expect("a number")
    };
    let release = variable("CARGO_PKG_VERSION");
    let is_prerelease = u32::from(!variable("CARGO_PKG_VERSION_PRE").is_empty());
    let (high, low) = (
        (number("MAJOR") << 16) | number("MINOR"),
        number("PATCH") << 16,
    );
    // Magic and layout, versions of file and product, flags, Windows NT, a DLL, no date.
    let fixed = longs(&[
        0xfeef_04bd,
        0x0001_0000,
        high,
        low,
        high,
        low,
        0x3f,
        is_prerelease << 1,
        0x0004_0004,
        2,
        0,
        0,
        0,
    ]);
    let strings = [
        ("FileDescription", variable("CARGO_PKG_DESCRIPTION")),
        ("FileVersion", release.clone()),
        ("InternalName", "cosmi".to_owned()),
        ("LegalCopyright", variable("CARGO_PKG_LICENSE")),
        ("OriginalFilename", "cosmi.dll".to_owned()),
        ("ProductName", "cosmi".to_owned()),
        ("ProductVersion", release),
    ]
    .map(|(key, value)| node(key, Value::Text(&value), &[]));
    let strings = node("040904b0", Value::None, &strings);
    let strings = node("StringFileInfo", Value::None, &[strings]);
    let language = words(&[0x0409, 0x04b0]);
    let language = node("Translation", Value::Bytes(&language), &[]);
    let language = node("VarFileInfo", Value::None, &[language]);
    node(
        "VS_VERSION_INFO",
        Value::Bytes(&fixed),
        &[strings, language],
    )
}

#[derive(Clone, Copy)]
enum Value<'a> {
    None,
    Bytes(&'a [u8]),
    Text(&'a str),
}

/// A node of the version's tree: lengths, kind, key, value, children, each part on a multiple of four bytes.
fn node(key: &str, value: Value, children: &[Vec<u8>]) -> Vec<u8> {
    let (is_text, count, value) = match value {
        Value::None => (1, 0, Vec::new()),
        Value::Bytes(bytes) => (0, bytes.len(), bytes.to_vec()),
        // Counted in units of 16 bits.
        Value::Text(text) => (1, text.encode_utf16().count() + 1, wide(text)),
    };
    let mut body = [words(&[is_text]), wide(key)].concat();
    // The two lengths before the body keep its multiples of four.
    align(&mut body);
    align(&mut body);
    body.extend(value);
    for child in children {
        align(&mut body);
        body.extend(child);
    }
    let length = |count| u16::try_from(count).expect("a version is short");
    [words(&[length(body.len() + 4), length(count)]), body].concat()
}

fn align(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

/// UTF-16 that ends with a NUL.
fn wide(text: &str) -> Vec<u8> {
    words(&text.encode_utf16().chain([0]).collect::<Vec<_>>())
}

fn words(values: &[u16]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn longs(values: &[u32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
