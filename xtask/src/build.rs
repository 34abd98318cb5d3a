//! `cargo xtask build`: the native library, the C# assemblies, and the module staged for this platform.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::tools::{DOTNET_ADVICE, Tool, Tools};
use crate::workspace::{LIBRARY_FILE, Profile, Workspace, runtime_identifier};
use crate::{help, process};

#[derive(Args)]
pub struct Arguments {
    /// A small, optimised library, as shipped; staged in target/module/Cosmi [default]
    #[arg(long)]
    release: bool,
    /// A library that builds quickly; staged in target/module-debug/Cosmi
    #[arg(long, conflicts_with = "release")]
    debug: bool,
}

/// The assemblies of the module, the last one its root module.
const ASSEMBLIES: [&str; 2] = ["Cosmi.Interop", "Cosmi.PowerShell"];

/// The editions of PowerShell, which name the folders of the module, and what each one's assemblies are built for.
const EDITIONS: [(&str, &str); 2] = [("Core", "netstandard2.0"), ("Desktop", "net462")];

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

/// Compiles the C# projects and lays out the module around the native library of this profile, built before.
/// Gives the manifest to import, or `None` where nothing can compile C#.
pub fn stage(workspace: &Workspace, tools: &Tools, profile: Profile) -> Result<Option<PathBuf>> {
    let module = workspace.module(profile);
    // Converted first: a mistake in a page should not leave half a module.
    let help = help::convert(workspace)?;
    let compiler: Compiler = match (tools.dotnet()?, tools.pwsh()?) {
        (Some(dotnet), _) => {
            let project = workspace
                .root
                .join("powershell/Cosmi.PowerShell/Cosmi.PowerShell.csproj");
            process::run(&mut dotnet_command(workspace, dotnet, "build", &project))?;
            Compiler::Sdk
        }
        (None, Some(pwsh)) => Compiler::PowerShell(pwsh),
        (None, None) => return Ok(None),
    };

    if module.exists() {
        fs::remove_dir_all(&module).with_context(|| {
            format!(
                "{} is in use; close the PowerShell sessions that imported it",
                module.display()
            )
        })?;
    }
    copy_tree(&workspace.root.join("powershell/Cosmi"), &module)?;
    copy(&workspace.root.join("LICENSE"), &module.join("LICENSE"))?;
    match compiler {
        Compiler::Sdk => {
            for (edition, framework) in EDITIONS {
                let output = workspace
                    .target
                    .join("dotnet/bin/Cosmi.PowerShell")
                    .join(format!("release_{framework}"));
                for assembly in ASSEMBLIES {
                    let file = format!("{assembly}.dll");
                    copy(
                        &output.join(&file),
                        &module.join("lib").join(edition).join(&file),
                    )?;
                }
            }
        }
        Compiler::PowerShell(pwsh) => {
            println!(
                "There is no .NET SDK: PowerShell itself compiles the module. It is for trying only, on this machine."
            );
            println!("To build it as it is shipped, {DOTNET_ADVICE}.");
            let mut command = pwsh.pwsh_command(workspace);
            command
                .arg("-File")
                .arg(workspace.root.join("xtask/scripts/Build-Assembly.ps1"));
            command
                .arg("-Source")
                .arg(workspace.root.join("powershell"));
            command.arg("-Destination").arg(module.join("lib"));
            process::run(&mut command)?;
        }
    }
    copy(
        &workspace.library(profile),
        &module
            .join("runtimes")
            .join(runtime_identifier())
            .join("native")
            .join(LIBRARY_FILE),
    )?;
    help::write(&help, &module)?;
    Ok(Some(module.join("Cosmi.psd1")))
}

enum Compiler<'a> {
    Sdk,
    PowerShell(&'a Tool),
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

pub fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("could not read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            copy(&entry.path(), &target)?;
        }
    }
    Ok(())
}

pub fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().expect("a staged file lies in a folder"))?;
    fs::copy(from, to)
        .with_context(|| format!("could not copy {} to {}", from.display(), to.display()))?;
    Ok(())
}
