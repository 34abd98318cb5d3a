//! The software bill of materials of the native library, in CycloneDX 1.6.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::crates::{Crate, Id};
use super::licenses::StandardLibrary;
use super::runtimes::Runtime;

/// The document as text.
pub fn document(
    crates: &[Crate],
    standard_library: &StandardLibrary,
    runtimes: &[(&Runtime, Vec<&str>)],
    authors: &str,
    date: OffsetDateTime,
) -> Result<String> {
    let library = crates
        .iter()
        .find(|one| one.checksum.is_none() && one.id.name == "cosmi")
        .context("the library is not in its own tree")?;
    let all_rids = library.rids.len();
    let standard = format!("std@{}", standard_library.version);
    let mut components = vec![json!({
        "type": "library",
        "bom-ref": standard,
        "name": "std",
        "version": standard_library.version,
        "description": "The Rust standard library",
        "scope": "required",
        "licenses": [{ "expression": "Apache-2.0 OR MIT" }],
    })];
    let mut from_compilers = Vec::new();
    for (runtime, rids) in runtimes {
        let reference = format!("runtime:{}", runtime.name);
        let mut component = json!({
            "type": "library",
            "bom-ref": reference,
            "name": runtime.name,
            "description": runtime.description,
            "scope": "required",
            "licenses": [{ "expression": runtime.license }],
        });
        if rids.len() != all_rids {
            component["properties"] = platforms(rids);
        }
        components.push(component);
        from_compilers.push(reference);
    }
    let mut dependencies = vec![json!({ "ref": standard, "dependsOn": from_compilers })];
    for one in crates {
        let mut needed: Vec<_> = one.dependencies.iter().map(reference).collect();
        needed.push(standard.clone());
        dependencies.push(json!({ "ref": reference(&one.id), "dependsOn": needed }));
        if one.id != library.id {
            components.push(component(one, all_rids));
        }
    }
    let mut document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": date.format(&Rfc3339)?,
            "lifecycles": [{ "phase": "build" }],
            "authors": [{ "name": authors }],
            "component": component(library, 0),
        },
        "components": components,
        "dependencies": dependencies,
    });
    document["serialNumber"] = Value::String(serial_number(&document.to_string()));
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

/// A package; where it is on some of the platforms only, these are named.
fn component(one: &Crate, all_rids: usize) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": reference(&one.id),
        "name": one.id.name,
        "version": one.id.version,
        "scope": "required",
        "licenses": [{ "expression": one.license }],
    });
    if let Some(description) = &one.description {
        component["description"] = json!(description);
    }
    // What no registry gave has no address in one.
    if let Some(checksum) = &one.checksum {
        component["purl"] = json!(reference(&one.id));
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    if let Some(repository) = &one.repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    if one.rids.len() != all_rids {
        component["properties"] = platforms(&one.rids);
    }
    component
}

/// The properties of what is on these platforms only.
fn platforms<'a>(rids: impl IntoIterator<Item = &'a &'a str>) -> Value {
    rids.into_iter()
        .map(|rid| json!({ "name": "cosmi:rid", "value": rid }))
        .collect()
}

/// The package URL, which also names the component in this document. A plus sign would mean a space.
fn reference(id: &Id) -> String {
    format!("pkg:cargo/{}@{}", id.name, id.version.replace('+', "%2B"))
}

/// A UUID (version 8) that is the same for the same document.
fn serial_number(document: &str) -> String {
    let digest = Sha256::digest(document);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = super::hex(&bytes);
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::natives::{TARGETS, WINDOWS_X64};
    use super::super::{crates, licenses, runtimes};
    use super::*;
    use crate::process;
    use crate::workspace::Workspace;

    fn sample(version: &str) -> Value {
        let standard_library = StandardLibrary {
            version: version.to_owned(),
            notices: Vec::new(),
        };
        let date = OffsetDateTime::from_unix_timestamp(1_750_000_000).unwrap();
        let crates = crates::tests::sample();
        let linux = TARGETS.iter().find(|target| target.rid == "linux-x64");
        let runtimes = runtimes::of_targets(&[WINDOWS_X64, linux.unwrap()]);
        let text = document(&crates, &standard_library, &runtimes, "us", date).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn every_package_is_a_component_once_and_every_dependency_is_a_component() {
        let document = sample("1.90.0");
        let texts = |list: &Value, key: &str| -> Vec<String> {
            list.as_array()
                .unwrap()
                .iter()
                .map(|one| one[key].as_str().unwrap().to_owned())
                .collect()
        };
        let components = texts(&document["components"], "bom-ref");
        assert_eq!(
            components,
            [
                "std@1.90.0",
                "runtime:glibc",
                "runtime:libgcc",
                "runtime:libunwind",
                "runtime:mingw-w64",
                "pkg:cargo/a@1.0.0",
                "pkg:cargo/b@1.0.0",
                "pkg:cargo/b@2.0.0"
            ]
        );
        let mut known: BTreeSet<_> = components.into_iter().collect();
        known.insert("pkg:cargo/cosmi@0.1.0".to_owned());
        assert_eq!(texts(&document["dependencies"], "ref").len(), 5);
        for one in document["dependencies"].as_array().unwrap() {
            assert!(known.contains(one["ref"].as_str().unwrap()));
            for needed in one["dependsOn"].as_array().unwrap() {
                assert!(known.contains(needed.as_str().unwrap()), "{needed}");
            }
        }
    }

    /// Of the library itself, by another question to cargo than the one the document is made from.
    #[test]
    fn every_package_of_the_library_is_a_component_and_has_its_licence_text() {
        let workspace = Workspace::find().unwrap();
        let target = &TARGETS[2];
        let crates = crates::of_library(&workspace, &[target]).unwrap();
        let standard_library = licenses::standard_library(&workspace).unwrap();
        let date = OffsetDateTime::from_unix_timestamp(1_750_000_000).unwrap();
        let text = document(&crates, &standard_library, &[], "us", date).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        let mut components: Vec<_> = document["components"]
            .as_array()
            .unwrap()
            .iter()
            .chain([&document["metadata"]["component"]])
            .map(|one| {
                format!(
                    "{} v{}",
                    one["name"].as_str().unwrap(),
                    one["version"].as_str().unwrap()
                )
            })
            .filter(|one| !one.starts_with("std v"))
            .collect();
        components.sort();

        let tree = process::capture(&mut workspace.cargo(&[
            "tree",
            "--package=cosmi",
            "--edges=normal",
            "--prefix=none",
            "--format={p}",
            "--target",
            target.triple,
        ]));
        let tree = tree.unwrap();
        let packages: BTreeSet<_> = tree
            .lines()
            .filter(|line| !line.contains("(proc-macro)"))
            .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
            .collect();
        assert!(packages.len() > 10, "{tree}");
        assert_eq!(components, packages.into_iter().collect::<Vec<_>>());

        let texts = licenses::document(&crates, &standard_library, &[]).unwrap();
        for one in crates.iter().filter(|one| one.checksum.is_some()) {
            assert!(
                texts.contains(&format!("\n{} (", one.id)),
                "no text of {}",
                one.id
            );
        }
        assert!(texts.contains("\nstd "), "no text of the standard library");
    }

    #[test]
    fn a_component_says_what_is_known_of_it() {
        let document = sample("1.90.0");
        let library = &document["metadata"]["component"];
        assert_eq!(library["name"], "cosmi");
        assert_eq!(library["version"], "0.1.0");
        assert_eq!(library.get("purl"), None);
        let components = document["components"].as_array().unwrap();
        let component = |name: &str, version: &str| {
            let is_it = |one: &&Value| one["name"] == name && one["version"] == version;
            components.iter().find(is_it).unwrap()
        };
        let a = component("a", "1.0.0");
        assert_eq!(a["purl"], "pkg:cargo/a@1.0.0");
        assert_eq!(a["hashes"][0]["content"], "aa");
        assert_eq!(a["licenses"][0]["expression"], "MIT OR ISC");
        assert_eq!(a.get("properties"), None);
        let on_windows = component("b", "1.0.0");
        assert_eq!(on_windows["properties"][0]["value"], "win-x64");
        let mingw = components.iter().find(|one| one["name"] == "mingw-w64");
        assert_eq!(mingw.unwrap()["licenses"][0]["expression"], "ZPL-2.1");
        assert_eq!(mingw.unwrap()["properties"][0]["value"], "win-x64");
        assert_eq!(document["metadata"]["timestamp"], "2025-06-15T15:06:40Z");
    }

    #[test]
    fn the_serial_number_follows_from_the_content() {
        let number = |document: Value| document["serialNumber"].as_str().unwrap().to_owned();
        let first = number(sample("1.90.0"));
        assert_eq!(first, number(sample("1.90.0")));
        assert_ne!(first, number(sample("1.91.0")));
        let parts: Vec<_> = first
            .strip_prefix("urn:uuid:")
            .unwrap()
            .split('-')
            .map(str::len)
            .collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
    }
}
