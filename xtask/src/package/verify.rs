//! Whether the same sources give the same libraries elsewhere: in a copy of the tree, in another folder, from nothing.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::natives::{self, Built, Target};
use crate::process;
use crate::workspace::Workspace;

/// Builds the targets again and compares.
pub fn run(workspace: &Workspace, built: &[(&Target, Built)]) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("cosmi-verify-").tempdir()?;
    let (root, output) = (folder.path().join("sources"), folder.path().join("built"));
    copy_sources(workspace, &root)?;
    let mut differing = Vec::new();
    for (target, first) in built {
        let second = natives::build_at(workspace, target, &root, &output)?;
        for (first, second) in first.files().zip(second.files()) {
            if fs::read(first)? != fs::read(second)? {
                let name = first.file_name().unwrap_or_default().display();
                differing.push(format!("{name} of {}", target.rid));
            }
        }
    }
    if differing.is_empty() {
        println!("verified: built in another folder, the libraries are the same");
        return Ok(());
    }
    bail!(
        "built in another folder, these are not the same: {}",
        differing.join(", ")
    )
}

/// The files that git knows or would take, as they are now.
fn copy_sources(workspace: &Workspace, into: &Path) -> Result<()> {
    let list = process::capture(workspace.command("git").args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    for name in list.split_terminator('\0') {
        let (from, to) = (workspace.root.join(name), into.join(name));
        // A file that was removed is still known until the next commit.
        if from.is_file() {
            fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
            fs::copy(&from, &to).with_context(|| format!("could not copy {name}"))?;
        }
    }
    Ok(())
}
