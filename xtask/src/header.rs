//! `cargo xtask header`: the generated header becomes the committed one.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process;
use crate::workspace::Workspace;

pub fn run(workspace: &Workspace) -> Result<()> {
    let generated = generate(workspace)?;
    let committed = workspace.root.join("include/cosmi.h");
    if fs::read_to_string(&committed).is_ok_and(|text| text == generated) {
        println!("{} is as generated", committed.display());
        return Ok(());
    }
    fs::create_dir_all(committed.parent().expect("the header lies in a folder"))?;
    fs::write(&committed, generated)
        .with_context(|| format!("could not write {}", committed.display()))?;
    println!("{} written anew", committed.display());
    Ok(())
}

/// Lets the build script run and takes the header from its output folder, whose name only cargo knows.
fn generate(workspace: &Workspace) -> Result<String> {
    let mut cargo = workspace.build_debug();
    cargo.args(["--message-format", "json"]);
    let messages = process::capture(cargo.stderr(Stdio::inherit()))?;
    let folder = messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_ours = message["reason"] == "build-script-executed"
            && message["package_id"]
                .as_str()
                .is_some_and(|id| is_package(id, "cosmi"));
        is_ours
            .then(|| message["out_dir"].as_str().map(PathBuf::from))
            .flatten()
    });
    let Some(folder) = folder else {
        bail!("cargo ran no build script of the package cosmi")
    };
    let file = folder.join("cosmi.h");
    fs::read_to_string(&file)
        .with_context(|| format!("the build script left no {}", file.display()))
}

/// `path+file:///…/main#cosmi@0.1.0` or `…/cosmi#0.1.0`: the name is left out where it is the folder's.
fn is_package(id: &str, name: &str) -> bool {
    let (path, fragment) = id.rsplit_once('#').unwrap_or((id, ""));
    match fragment.split_once('@') {
        Some((package, _)) => package == name,
        None => path.rsplit('/').next() == Some(name),
    }
}

#[cfg(test)]
mod tests {
    use super::is_package;

    #[test]
    fn a_package_is_known_by_its_id() {
        assert!(is_package("path+file:///home/me/src#cosmi@0.1.0", "cosmi"));
        assert!(is_package("path+file:///home/me/cosmi#0.1.0", "cosmi"));
        assert!(!is_package(
            "path+file:///home/me/cosmi/tests/simulator#cosmi-simulator@0.1.0",
            "cosmi"
        ));
        assert!(!is_package(
            "path+file:///home/me/cosmi/xtask#0.1.0",
            "cosmi"
        ));
        assert!(!is_package(
            "registry+https://example.org/index#libc@0.2.1",
            "cosmi"
        ));
    }
}
