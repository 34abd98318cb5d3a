//! The C SDK of each platform: header, libraries, and what build systems find them with, in the layout of an
//! installation.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use ar_archive_writer::{COFFShortExport, MachineTypes, write_import_library};
use object::read::{NameOrOrdinal, Object};

use super::archive::{self, Entry};
use super::natives::{Built, Target};
use super::{Dist, imports, licenses};
use crate::c_program;
use crate::workspace::Workspace;

const PKG_CONFIG: &str = include_str!("../../sdk/cosmi.pc.in");
const CMAKE_CONFIG: &str = include_str!("../../sdk/cosmi-config.cmake");
const CMAKE_VERSION: &str = include_str!("../../sdk/cosmi-config-version.cmake.in");
const CMAKE_LINUX: &str = include_str!("../../sdk/cosmi-targets-linux.cmake.in");
const CMAKE_WINDOWS: &str = include_str!("../../sdk/cosmi-targets-windows.cmake.in");
const README: &str = include_str!("../../sdk/README.md");

/// Writes one archive for each target.
pub fn write(dist: &Dist, built: &[(&Target, Built)], notices: &Path) -> Result<()> {
    let common = common(dist.workspace, notices)?;
    for (target, built) in built {
        let name = format!("cosmi-{}-{}", dist.version, target.rid);
        let entries = common
            .iter()
            .cloned()
            .chain(of_target(target, built)?)
            .map(|entry| Entry {
                name: format!("{name}/{}", entry.name),
                ..entry
            })
            .collect();
        if target.is_windows() {
            archive::zip(&dist.folder.join(format!("{name}.zip")), entries, dist.date)?;
        } else {
            archive::tar_gz(
                &dist.folder.join(format!("{name}.tar.gz")),
                entries,
                dist.date,
            )?;
        }
    }
    Ok(())
}

/// What is the same on every platform.
fn common(workspace: &Workspace, notices: &Path) -> Result<Vec<Entry>> {
    let documents = "share/doc/cosmi";
    let root = &workspace.root;
    let mut files = vec![
        Entry::read("include/cosmi.h", &root.join("include/cosmi.h"))?,
        Entry::file(format!("{documents}/README.md"), README),
        Entry::read(format!("{documents}/ABI.md"), &root.join("docs/ABI.md"))?,
        Entry::read(format!("{documents}/LICENSE"), &root.join("LICENSE"))?,
        Entry::read(format!("{documents}/{}", licenses::FILE), notices)?,
        Entry::file("lib/cmake/cosmi/cosmi-config.cmake", CMAKE_CONFIG),
        Entry::file(
            "lib/cmake/cosmi/cosmi-config-version.cmake",
            filled(CMAKE_VERSION, &[]),
        ),
    ];
    for example in fs::read_dir(root.join("examples/c"))? {
        let path = example?.path();
        if path.extension().is_some_and(|extension| extension == "c") {
            let name = path.file_name().context("an example has a name")?;
            let name = format!("share/cosmi/examples/{}", name.display());
            files.push(Entry::read(name, &path)?);
        }
    }
    Ok(files)
}

/// What belongs to one platform.
fn of_target(target: &Target, built: &Built) -> Result<Vec<Entry>> {
    let library = fs::read(&built.library)?;
    let soname = c_program::soname(imports::HEADER)?;
    let needs = built.static_needs.join(" ");
    // CMake knows libraries by their names.
    let cmake_needs: Vec<&str> = built
        .static_needs
        .iter()
        .map(|need| need.strip_prefix("-l").unwrap_or(need))
        .collect();
    let cmake = [
        ("SONAME", &*soname),
        ("STATIC_NEEDS", &cmake_needs.join(";")),
    ];
    let mut entries = vec![
        Entry::read("lib/libcosmi.a", &built.static_library)?,
        Entry::file(
            "lib/pkgconfig/cosmi.pc",
            filled(PKG_CONFIG, &[("STATIC_NEEDS", &needs)]),
        ),
    ];
    let targets = "lib/cmake/cosmi/cosmi-targets.cmake";
    if target.is_windows() {
        entries.push(Entry::file(targets, filled(CMAKE_WINDOWS, &cmake)));
        entries.push(Entry::file("lib/cosmi.lib", import_library(&library)?));
        entries.push(Entry {
            executable: true,
            ..Entry::file("bin/cosmi.dll", library)
        });
        if let Some(path) = &built.import_library {
            entries.push(Entry::read("lib/libcosmi.dll.a", path)?);
        }
    } else {
        entries.push(Entry::file(targets, filled(CMAKE_LINUX, &cmake)));
        entries.push(Entry {
            link: Some(soname.clone()),
            ..Entry::file("lib/libcosmi.so", [])
        });
        entries.push(Entry {
            executable: true,
            ..Entry::file(format!("lib/{soname}"), library)
        });
    }
    Ok(entries)
}

/// A template with its values, and those that every template has.
fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let oldest = oldest_compatible(env!("CARGO_PKG_VERSION"));
    let common = [
        ("VERSION", env!("CARGO_PKG_VERSION")),
        ("OLDEST_COMPATIBLE", oldest.as_str()),
    ];
    common
        .iter()
        .chain(values)
        .fold(template.to_owned(), |text, (name, value)| {
            text.replace(&format!("@{name}@"), value)
        })
}

/// The oldest release whose users a newer one fits: of the same major version, before 1.0 of the same minor version.
fn oldest_compatible(release: &str) -> String {
    let mut parts = release.split('.');
    match (parts.next(), parts.next()) {
        (Some("0"), Some(minor)) => format!("0.{minor}"),
        (Some(major), _) => major.to_owned(),
        (None, _) => release.to_owned(),
    }
}

/// What Microsoft's linker wants beside a DLL.
fn import_library(library: &[u8]) -> Result<Vec<u8>> {
    let file = object::File::parse(library)?;
    let machine = match file.architecture() {
        object::Architecture::Aarch64 => MachineTypes::ARM64,
        _ => MachineTypes::AMD64,
    };
    let mut exports = Vec::new();
    for export in file.exports()? {
        if let NameOrOrdinal::Name(name) = export?.name() {
            exports.push(COFFShortExport {
                name: String::from_utf8(name.to_vec())?,
                ext_name: None,
                symbol_name: None,
                import_name: None,
                export_as: None,
                ordinal: 0,
                noname: false,
                data: false,
                private: false,
                constant: false,
            });
        }
    }
    exports.sort_by(|left, right| left.name.cmp(&right.name));
    let mut bytes = std::io::Cursor::new(Vec::new());
    write_import_library(
        &mut bytes,
        "cosmi.dll",
        &exports,
        machine,
        false,
        false,
        &[],
    )?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_one_point_zero_a_minor_version_may_break() {
        assert_eq!(oldest_compatible("0.3.2"), "0.3");
        assert_eq!(oldest_compatible("2.3.2"), "2");
    }

    #[test]
    fn templates_are_filled() {
        for template in [PKG_CONFIG, CMAKE_VERSION, CMAKE_LINUX, CMAKE_WINDOWS] {
            let text = filled(
                template,
                &[("SONAME", "libcosmi.so.9"), ("STATIC_NEEDS", "-lm")],
            );
            assert!(!text.contains('@'), "{text}");
        }
        assert!(
            filled(CMAKE_LINUX, &[("SONAME", "libcosmi.so.9")]).contains("/lib/libcosmi.so.9\"")
        );
    }
}
