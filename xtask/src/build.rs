//! `cargo xtask build`: the native library, the C# assemblies, and the module staged for this platform.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::module::Native;
use crate::tools::{DOTNET_ADVICE, Tool, Tools};
use crate::workspace::{Profile, Workspace, runtime_identifier};
use crate::{module, process};

#[derive(Args)]
pub struct Arguments {
    /// A small, optimised library, as shipped; staged in target/module/Cosmi [default]
    #[arg(long)]
    release: bool,
    /// A library that builds quickly; staged in target/module-debug/Cosmi
    #[arg(long, conflicts_with = "release")]
    debug: bool,
}

pub fn run(workspace: &Workspace, tools: &Tools, arguments: &Arguments) -> Result<()> {
    let profile = if arguments.debug {
        Profile::Debug
    } else {
        Profile::Release
    };
    let library = library(workspace, profile)?;
    println!("library: {}", library.display());
    match stage(workspace, tools, profile)? {
        Some(manifest) => println!("import:  Import-Module '{}'", manifest.display()),
        None => println!(
            "module:  not built, there is no .NET SDK and no PowerShell here; {DOTNET_ADVICE}"
        ),
    }
    Ok(())
}

/// Builds the native library.
pub fn library(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    match profile {
        // As cdylib alone: together with the rlib the optimiser keeps what an rlib might export, twice the size.
        Profile::Release => process::run(&mut workspace.cargo(&[
            "rustc",
            "--package",
            "cosmi",
            "--release",
            "--lib",
            "--crate-type",
            "cdylib",
        ]))?,
        Profile::Debug => process::run(&mut workspace.build_debug())?,
    }
    let library = workspace.library(profile);
    if !library.is_file() {
        bail!("the build left no {}", library.display());
    }
    Ok(library)
}

/// Lays out the module of this profile around the native library for this platform, built before. Gives the manifest to
/// import, or `None` where nothing can compile C#.
pub fn stage(workspace: &Workspace, tools: &Tools, profile: Profile) -> Result<Option<PathBuf>> {
    let native = Native {
        rid: runtime_identifier(),
        library: workspace.library(profile),
    };
    module::stage(workspace, tools, &workspace.module(profile), &[native], &[])
}

/// A `dotnet` command on a project, its output in the target directory, where everything built lies.
pub fn dotnet_command(workspace: &Workspace, dotnet: &Tool, verb: &str, project: &Path) -> Command {
    let mut command = dotnet.command(workspace);
    command.arg(verb).arg(project);
    command.args([
        "--configuration",
        "Release",
        "--nologo",
        "--verbosity",
        "quiet",
    ]);
    command
        .arg("--artifacts-path")
        .arg(workspace.target.join("dotnet"));
    // Servers that outlive the build keep files open, and a build server waits for them.
    command.args(["-nodeReuse:false", "-p:UseSharedCompilation=false"]);
    command
}

/// The C# projects below a folder.
pub fn projects(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))?
    {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(projects(&entry.path())?);
        } else if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "csproj")
        {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
