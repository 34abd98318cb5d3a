//! The PowerShell module: compiled, and laid out around native libraries.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::package::archive;
use crate::tools::{DOTNET_ADVICE, Tool, Tools};
use crate::workspace::Workspace;
use crate::{build, help, manifest, process};

/// The assemblies of the module, the last one its root module.
const ASSEMBLIES: [&str; 2] = ["Cosmi.Interop", "Cosmi.PowerShell"];

/// The editions of PowerShell, which name the folders of the module, and what each one's assemblies are built for.
const EDITIONS: [(&str, &str); 2] = [("Core", "netstandard2.0"), ("Desktop", "net462")];

/// A native library and the platform it is for, by .NET's name.
pub struct Native {
    pub rid: String,
    pub library: PathBuf,
}

/// Compiles the C# projects and lays out the module in a folder, with these native libraries, built before, and texts
/// beside the licence. Gives the manifest to import, or `None` where nothing can compile C#.
pub fn stage(
    workspace: &Workspace,
    tools: &Tools,
    module: &Path,
    natives: &[Native],
    texts: &[&Path],
) -> Result<Option<PathBuf>> {
    // Converted first: a mistake in a page should not leave half a module.
    let help = help::convert(workspace)?;
    let compiler: Compiler = match (tools.dotnet()?, tools.pwsh()?) {
        (Some(dotnet), _) => {
            let project = workspace
                .root
                .join("powershell/Cosmi.PowerShell/Cosmi.PowerShell.csproj");
            process::run(&mut build::dotnet_command(
                workspace, dotnet, "build", &project,
            ))?;
            Compiler::Sdk
        }
        (None, Some(pwsh)) => Compiler::PowerShell(pwsh),
        (None, None) => return Ok(None),
    };

    if module.exists() {
        fs::remove_dir_all(module).with_context(|| {
            format!(
                "{} is in use; close the PowerShell sessions that imported it",
                module.display()
            )
        })?;
    }
    for (name, file) in archive::files(&workspace.root.join("powershell/Cosmi"))? {
        copy(&file, &module.join(name))?;
    }
    copy(&workspace.root.join("LICENSE"), &module.join("LICENSE"))?;
    for text in texts {
        copy(
            text,
            &module.join(text.file_name().context("a text is a file")?),
        )?;
    }
    match compiler {
        Compiler::Sdk => {
            for (edition, framework) in EDITIONS {
                for assembly in ASSEMBLIES {
                    let file = format!("{assembly}.dll");
                    copy(
                        &output(workspace, "Cosmi.PowerShell", framework).join(&file),
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
    for Native { rid, library } in natives {
        let file = library.file_name().context("a library is a file")?;
        copy(
            library,
            &module.join("runtimes").join(rid).join("native").join(file),
        )?;
    }
    help::write(&help, module)?;
    manifest::complete(workspace, module).map(Some)
}

enum Compiler<'a> {
    Sdk,
    PowerShell(&'a Tool),
}

/// Where the SDK leaves what it builds of a project.
pub fn output(workspace: &Workspace, project: &str, framework: &str) -> PathBuf {
    workspace
        .target
        .join("dotnet/bin")
        .join(project)
        .join(format!("release_{framework}"))
}

pub fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().expect("a staged file lies in a folder"))?;
    fs::copy(from, to)
        .with_context(|| format!("could not copy {} to {}", from.display(), to.display()))?;
    Ok(())
}
