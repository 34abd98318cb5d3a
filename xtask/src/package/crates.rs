//! The Rust packages in the shipped library: what `cargo tree` says of each target, no more and no less.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::natives::Target;
use crate::process;
use crate::workspace::Workspace;

/// What names a package: there may be two versions of one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    pub name: String,
    pub version: String,
}

/// A package in the library.
#[derive(Debug)]
pub struct Crate {
    pub id: Id,
    /// An SPDX expression.
    pub license: String,
    pub description: Option<String>,
    pub repository: Option<String>,
    /// Where its sources lie.
    pub folder: PathBuf,
    /// The SHA-256 of what the registry gave; the workspace's own packages have none.
    pub checksum: Option<String>,
    /// The platforms whose library has it.
    pub rids: BTreeSet<&'static str>,
    pub dependencies: BTreeSet<Id>,
}

impl std::fmt::Display for Id {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "{} {}", self.name, self.version)
    }
}

/// The library and all it is made of, for these targets; in the order of their names.
pub fn of_library(workspace: &Workspace, targets: &[&'static Target]) -> Result<Vec<Crate>> {
    let mut graph = Graph::default();
    for target in targets {
        // Build dependencies and procedural macros run in the compiler; nothing of them is shipped.
        let tree = process::capture(&mut workspace.cargo(&[
            "tree",
            "--package",
            "cosmi",
            "--edges",
            "normal,no-proc-macro",
            "--target",
            target.triple,
            "--no-dedupe",
            "--prefix",
            "depth",
            "--format",
            " {p}",
        ]))?;
        graph
            .add(&tree, target.rid)
            .with_context(|| format!("what cargo tree says of {}", target.triple))?;
    }
    let mut metadata = workspace.cargo(&["metadata", "--format-version", "1"]);
    for target in targets {
        metadata.args(["--filter-platform", target.triple]);
    }
    let metadata: Value = serde_json::from_str(&process::capture(&mut metadata)?)?;
    let lock = fs::read_to_string(workspace.root.join("Cargo.lock"))?;
    graph.described(&metadata, &checksums(&lock))
}

/// Who needs whom, and on which platforms.
#[derive(Default)]
struct Graph {
    packages: BTreeMap<Id, (BTreeSet<&'static str>, BTreeSet<Id>)>,
}

impl Graph {
    /// Reads lines like `2 tokio v1.54.1`: the depth in the tree and the package.
    fn add(&mut self, tree: &str, rid: &'static str) -> Result<()> {
        let mut above: Vec<Id> = Vec::new();
        for line in tree.lines() {
            let mut words = line.split(' ');
            let depth = words.next().and_then(|depth| depth.parse::<usize>().ok());
            let (Some(depth), Some(name), Some(version)) = (depth, words.next(), words.next())
            else {
                bail!("{line:?} is not a package");
            };
            let id = Id {
                name: name.to_owned(),
                version: version
                    .strip_prefix('v')
                    .with_context(|| format!("{line:?} has no version"))?
                    .to_owned(),
            };
            if depth > above.len() {
                bail!("{line:?} hangs from nothing");
            }
            above.truncate(depth);
            if let Some(parent) = above.last() {
                let parent = self.packages.entry(parent.clone()).or_default();
                parent.1.insert(id.clone());
            }
            self.packages.entry(id.clone()).or_default().0.insert(rid);
            above.push(id);
        }
        Ok(())
    }

    fn described(self, metadata: &Value, checksums: &BTreeMap<Id, String>) -> Result<Vec<Crate>> {
        let described = metadata["packages"]
            .as_array()
            .context("cargo metadata lists no packages")?;
        self.packages
            .into_iter()
            .map(|(id, (rids, dependencies))| {
                let package = described
                    .iter()
                    .find(|package| {
                        package["name"] == *id.name && package["version"] == *id.version
                    })
                    .with_context(|| format!("cargo metadata does not know {id}"))?;
                let text = |key: &str| package[key].as_str().map(str::to_owned);
                let manifest = PathBuf::from(text("manifest_path").unwrap_or_default());
                Ok(Crate {
                    license: spdx(
                        &text("license").with_context(|| format!("{id} names no licence"))?,
                    ),
                    description: text("description").map(|text| one_line(&text)),
                    repository: text("repository"),
                    folder: manifest
                        .parent()
                        .context("a manifest lies in a folder")?
                        .to_owned(),
                    checksum: checksums.get(&id).cloned(),
                    id,
                    rids,
                    dependencies,
                })
            })
            .collect()
    }
}

/// A licence as SPDX writes it now; a slash is the old way.
pub fn spdx(license: &str) -> String {
    license.replace(" / ", " OR ").replace('/', " OR ")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The checksums that Cargo.lock states.
fn checksums(lock: &str) -> BTreeMap<Id, String> {
    lock.split("[[package]]")
        .skip(1)
        .filter_map(|package| {
            let value = |key: &str| {
                package.lines().find_map(|line| {
                    let value = line.strip_prefix(key)?.strip_prefix(" = \"")?;
                    value.strip_suffix('"').map(str::to_owned)
                })
            };
            let id = Id {
                name: value("name")?,
                version: value("version")?,
            };
            Some((id, value("checksum")?))
        })
        .collect()
}

#[cfg(test)]
pub mod tests {
    use serde_json::json;

    use super::*;

    pub fn id(name: &str, version: &str) -> Id {
        Id {
            name: name.to_owned(),
            version: version.to_owned(),
        }
    }

    pub fn sample() -> Vec<Crate> {
        let mut graph = Graph::default();
        let linux = "0 cosmi v0.1.0 (/somewhere)\n1 a v1.0.0\n2 b v2.0.0\n1 b v2.0.0\n";
        graph.add(linux, "linux-x64").unwrap();
        let windows = "0 cosmi v0.1.0 (/somewhere)\n1 a v1.0.0\n2 b v1.0.0\n1 b v2.0.0\n";
        graph.add(windows, "win-x64").unwrap();
        let package = |name: &str, version: &str, license: &str| {
            json!({ "name": name, "version": version, "license": license, "manifest_path": "/src/Cargo.toml",
                    "description": "It is\n  one.", "repository": null })
        };
        let metadata = json!({ "packages": [
            package("b", "1.0.0", "MIT"), package("b", "2.0.0", "Apache-2.0 / MIT"), package("a", "1.0.0", "MIT/ISC"),
            package("other", "1.0.0", "GPL-3.0-only"), package("cosmi", "0.1.0", "MIT"),
        ] });
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry\"\nchecksum = \"aa\"\n\n\
                    [[package]]\nname = \"cosmi\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n]\n";
        graph.described(&metadata, &checksums(lock)).unwrap()
    }

    #[test]
    fn the_graph_of_all_targets_is_read() {
        let crates = sample();
        let ids: Vec<_> = crates.iter().map(|one| one.id.to_string()).collect();
        assert_eq!(ids, ["a 1.0.0", "b 1.0.0", "b 2.0.0", "cosmi 0.1.0"]);
        assert_eq!(crates[0].license, "MIT OR ISC");
        assert_eq!(crates[2].license, "Apache-2.0 OR MIT");
        assert_eq!(crates[0].checksum.as_deref(), Some("aa"));
        assert_eq!(crates[3].checksum, None);
        assert_eq!(crates[0].description.as_deref(), Some("It is one."));
        assert_eq!(crates[1].rids, BTreeSet::from(["win-x64"]));
        assert_eq!(crates[2].rids, BTreeSet::from(["linux-x64", "win-x64"]));
        assert_eq!(
            crates[3].dependencies,
            BTreeSet::from([id("a", "1.0.0"), id("b", "2.0.0")])
        );
        assert_eq!(
            crates[0].dependencies,
            BTreeSet::from([id("b", "1.0.0"), id("b", "2.0.0")])
        );
    }

    #[test]
    fn what_is_not_a_tree_is_refused() {
        assert!(Graph::default().add("cosmi v0.1.0", "win-x64").is_err());
        assert!(Graph::default().add("0 cosmi", "win-x64").is_err());
        assert!(Graph::default().add("1 a v1.0.0", "win-x64").is_err());
    }
}
