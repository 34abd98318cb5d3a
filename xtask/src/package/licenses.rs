//! The licence texts of what the native library contains, as its sources carry them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use quick_xml::escape::unescape;

use super::crates::{Crate, Id, spdx};
use super::runtimes::Runtime;
use crate::process;
use crate::workspace::Workspace;

/// The file these texts go to.
pub const FILE: &str = "THIRD-PARTY-LICENSES.txt";

/// How the names of files begin that have to go with copies.
const NAMES: [&str; 5] = ["license", "licence", "copying", "notice", "copyright"];

/// What the toolchain lists for the standard library, but uses for other systems, in tests or while it is compiled.
const NOT_IN_THE_LIBRARY: [&str; 17] = [
    "cc",
    "dlmalloc",
    "fortanix-sgx-abi",
    "getopts",
    "hermit-abi",
    "moto-rt",
    "r-efi",
    "r-efi-alloc",
    "rand",
    "rand_core",
    "rand_xorshift",
    "rustc-literal-escaper",
    "shlex",
    "unwinding",
    "vex-sdk",
    "wasi",
    "wit-bindgen",
];

/// What the toolchain says of the part of every library that it brings along.
pub struct StandardLibrary {
    pub version: String,
    pub notices: Vec<Notice>,
}

/// A text that goes with something.
#[derive(Clone)]
pub struct Notice {
    pub of: Id,
    pub license: String,
    /// The name of the file it was in.
    pub file: String,
    pub text: String,
}

/// Reads what the toolchain tells of its standard library.
pub fn standard_library(workspace: &Workspace) -> Result<StandardLibrary> {
    let rustc = |arguments: &[&str]| {
        process::capture(workspace.command("rustc").args(arguments))
            .map(|output| output.trim().to_owned())
    };
    let version = rustc(&["--version"])?
        .split(' ')
        .nth(1)
        .context("rustc tells no version")?
        .to_owned();
    let folder = Path::new(&rustc(&["--print", "sysroot"])?).join("share/doc/rust");
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read_to_string(&path).with_context(|| {
            format!(
                "this Rust does not bring {}; install it with rustup",
                path.display()
            )
        })
    };
    let of = Id {
        name: "std".to_owned(),
        version: version.clone(),
    };
    let mut notices = Vec::new();
    for file in [
        "Apache-2.0.txt",
        "MIT.txt",
        "Unicode-3.0.txt",
        "LLVM-exception.txt",
    ] {
        notices.push(Notice {
            of: of.clone(),
            license: "Apache-2.0 OR MIT".to_owned(),
            file: file.to_owned(),
            text: read(&format!("licenses/{file}"))?,
        });
    }
    notices.extend(toolchain_notices(&read("COPYRIGHT-library.html")?)?);
    Ok(StandardLibrary { version, notices })
}

/// The notices in the toolchain's page: a heading `name-version` for each package, and below it its texts.
fn toolchain_notices(page: &str) -> Result<Vec<Notice>> {
    let mut notices = Vec::new();
    for section in page.split("<h3>").skip(1) {
        let (heading, body) = section
            .split_once("</h3>")
            .context("a heading does not end")?;
        let heading = heading.trim_start_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let (name, version) = heading
            .match_indices('-')
            .find(|(at, _)| heading[at + 1..].starts_with(|letter: char| letter.is_ascii_digit()))
            .map(|(at, _)| (&heading[..at], &heading[at + 1..]))
            .with_context(|| format!("{heading:?} has no version"))?;
        if NOT_IN_THE_LIBRARY.contains(&name) {
            continue;
        }
        let license = between(body, "<b>License:</b>", "</p>").context("no licence")?;
        for notice in body.split("<summary>").skip(1) {
            let file = between(notice, "<code>", "</code>").context("a text has no name")?;
            let text = between(notice, "<pre>", "</pre>").context("a notice has no text")?;
            notices.push(Notice {
                of: Id {
                    name: name.to_owned(),
                    version: version.to_owned(),
                },
                license: spdx(&unescape(license.trim())?),
                file: unescape(file)?.into_owned(),
                text: unescape(text)?.into_owned(),
            });
        }
    }
    Ok(notices)
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?
        .1
        .split_once(end)
        .map(|(inner, _)| inner)
}

/// The notices in the sources of these packages, but of the library itself. One of others without any is an error.
fn crate_notices(crates: &[Crate]) -> Result<Vec<Notice>> {
    let mut notices = Vec::new();
    for one in crates.iter().filter(|one| one.id.name != "cosmi") {
        let mut files: Vec<_> = fs::read_dir(&one.folder)
            .with_context(|| format!("could not read {}", one.folder.display()))?
            .collect::<std::io::Result<_>>()?;
        files.retain(|file| {
            let name = file.file_name().to_string_lossy().to_lowercase();
            file.path().is_file()
                && (NAMES.iter().any(|start| name.starts_with(start)) || name == "unlicense")
        });
        files.sort_by_key(fs::DirEntry::file_name);
        if files.is_empty() && one.checksum.is_some() {
            bail!("the sources of {} bring no licence text", one.id);
        }
        for file in files {
            notices.push(Notice {
                of: one.id.clone(),
                license: one.license.clone(),
                file: file.file_name().to_string_lossy().into_owned(),
                text: String::from_utf8_lossy(&fs::read(file.path())?).into_owned(),
            });
        }
    }
    Ok(notices)
}

/// All of it as one text: what there is, then each text once, with what it goes with.
pub fn document(
    crates: &[Crate],
    standard_library: &StandardLibrary,
    runtimes: &[(&Runtime, Vec<&str>)],
) -> Result<String> {
    let mut notices = crate_notices(crates)?;
    notices.extend(standard_library.notices.iter().cloned());
    notices.extend(runtimes.iter().map(|(runtime, _)| runtime.notice()));
    written(&notices)
}

fn written(notices: &[Notice]) -> Result<String> {
    let mut packages = BTreeMap::new();
    let mut texts: Vec<(&str, Vec<String>)> = Vec::new();
    let mut places = BTreeMap::new();
    for notice in notices {
        packages.insert(&notice.of, &notice.license);
        if notice.text.is_empty() {
            continue;
        }
        // Copies of one text differ in how its lines are broken and indented.
        let words: Vec<_> = notice.text.split_whitespace().collect();
        let place = *places.entry(words).or_insert_with(|| {
            texts.push((&notice.text, Vec::new()));
            texts.len() - 1
        });
        texts[place]
            .1
            .push(format!("{} ({})", notice.of, notice.file));
    }
    let mut document = String::from(
        "The native library of cosmi contains these packages, each under the licence named.\n\
         std is the Rust standard library, which brings some of them a second time. What is called runtime here comes\n\
         from compilers; where it has no text below, its licence lets programs have it without one.\n\n",
    );
    for (id, license) in packages {
        writeln!(document, "{:<32}{license}", id.to_string())?;
    }
    for (text, of) in texts {
        writeln!(document, "\n{}\n", "=".repeat(80))?;
        for one in of {
            writeln!(document, "{one}")?;
        }
        writeln!(document)?;
        for line in text.trim_matches(['\r', '\n']).lines() {
            writeln!(document, "{}", line.trim_end())?;
        }
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::super::crates::tests::{id, sample};
    use super::super::natives::WINDOWS_X64;
    use super::super::runtimes;
    use super::*;

    fn notice(name: &str, file: &str, text: &str) -> Notice {
        Notice {
            of: id(name, "1.0.0"),
            license: "MIT".to_owned(),
            file: file.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_text_stands_once_with_all_it_goes_with() {
        let notices = [
            notice("b", "LICENSE", "Copyright\r\n  someone\r\n"),
            notice("a", "LICENSE-MIT", "Copyright someone"),
            notice("a", "NOTICE", "Something else  \n"),
        ];
        let document = written(&notices).unwrap();
        let (packages, texts) = document.split_once("=====").unwrap();
        let listed: Vec<_> = packages
            .lines()
            .filter(|line| line.ends_with(" MIT"))
            .collect();
        assert_eq!(listed.len(), 2);
        assert!(listed[0].starts_with("a 1.0.0"));
        assert_eq!(texts.matches("someone").count(), 1);
        assert!(
            texts.contains("b 1.0.0 (LICENSE)\na 1.0.0 (LICENSE-MIT)\n\nCopyright\n  someone\n\n"),
            "{texts}"
        );
        assert!(
            texts.ends_with("a 1.0.0 (NOTICE)\n\nSomething else\n"),
            "{texts}"
        );
    }

    #[test]
    fn the_page_of_the_toolchain_is_read() {
        let page = "<h2>x</h2>\n<h3>📦 cfg-if-1.0.4</h3>\n<p><b>License:</b> MIT/Apache-2.0</p>\n<p><b>Notices:</b>\n\
                    <details><summary><code>LICENSE-MIT</code></summary><pre>\nA &#34;b&#34; &lt;c&gt;\n</pre></details></p>\n\
                    <h3>📦 wasi-0.11.1+wasi-1</h3>\n<p><b>License:</b> MIT</p>\n<summary><code>L</code></summary><pre>no</pre>\n";
        let notices = toolchain_notices(page).unwrap();
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].of, id("cfg-if", "1.0.4"));
        assert_eq!(notices[0].license, "MIT OR Apache-2.0");
        assert_eq!(notices[0].file, "LICENSE-MIT");
        assert_eq!(notices[0].text, "\nA \"b\" <c>\n");
    }

    #[test]
    fn a_runtime_has_its_text_if_its_licence_asks_for_one() {
        let standard_library = StandardLibrary {
            version: "1.0.0".to_owned(),
            notices: Vec::new(),
        };
        let runtimes = runtimes::of_targets(&[WINDOWS_X64]);
        let document = document(&[], &standard_library, &runtimes).unwrap();
        assert!(document.contains("\nmingw-w64 runtime "), "{document}");
        assert!(document.contains("\nmingw-w64 runtime (COPYING)\n"));
        assert!(document.contains("\nlibgcc runtime "));
        assert!(!document.contains("libgcc runtime (COPYING)"));
    }

    #[test]
    fn a_package_without_a_licence_text_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let mut crates = sample();
        crates.truncate(1);
        crates[0].folder = folder.to_owned();
        let error = crate_notices(&crates).err().unwrap().to_string();
        assert_eq!(error, "the sources of a 1.0.0 bring no licence text");

        fs::write(folder.join("License.txt"), "text").unwrap();
        fs::write(folder.join("lib.rs"), "code").unwrap();
        let notices = crate_notices(&crates).unwrap();
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].file, "License.txt");
    }
}
