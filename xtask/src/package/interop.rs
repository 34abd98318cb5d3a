//! The NuGet package of the C# library, and the one of its symbols.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use quick_xml::escape::unescape;

use super::archive::Entry;
use super::natives::{Built, Target};
use super::nupkg::{self, Specification};
use super::{Dist, archive, licenses};
use crate::tools::Tool;
use crate::{build, module, process};

const ID: &str = "Cosmi.Interop";

/// What the library is built for: the name of the folder in the package, and how the specification writes it.
const FRAMEWORKS: [&str; 2] = ["net462", "netstandard2.0"];
const FRAMEWORK_NAMES: [&str; 2] = [".NETFramework4.6.2", ".NETStandard2.0"];

/// Builds the C# library and writes its packages.
pub fn write(dist: &Dist, dotnet: &Tool, built: &[(&Target, Built)], notices: &Path) -> Result<()> {
    let project = dist.workspace.root.join("powershell").join(ID);
    process::run(&mut build::dotnet_command(
        dist.workspace,
        dotnet,
        "build",
        &project.join(format!("{ID}.csproj")),
    ))?;

    let mut files = archive::folder(&project.join("package"), "")?;
    files.push(Entry::read(
        "LICENSE",
        &dist.workspace.root.join("LICENSE"),
    )?);
    files.push(Entry::read(licenses::FILE, notices)?);
    let mut symbols = Vec::new();
    for framework in FRAMEWORKS {
        let output = |ending: &str| -> Result<Entry> {
            let name = format!("{ID}.{ending}");
            Entry::read(
                format!("lib/{framework}/{name}"),
                &module::output(dist.workspace, ID, framework).join(&name),
            )
        };
        files.push(output("dll")?);
        files.push(output("xml")?);
        symbols.push(output("pdb")?);
    }
    for (target, built) in built {
        let name = format!("runtimes/{}/native/{}", target.rid, target.library);
        files.push(Entry::read(name, &built.library)?);
    }
    let specification = || -> Result<Specification> {
        Ok(Specification {
            id: ID.to_owned(),
            description: description(&project)?,
            tags: ["Azure", "CosmosDB", "ManagedIdentity", "IMDS", "native"]
                .map(str::to_owned)
                .to_vec(),
            readme: Some("README.md"),
            frameworks: &FRAMEWORK_NAMES,
            ..dist.specification()?
        })
    };
    let package =
        |ending: &str| -> PathBuf { dist.folder.join(format!("{ID}.{}.{ending}", dist.version)) };
    nupkg::write(&package("nupkg"), &specification()?, files, dist.date)?;
    let of_symbols = Specification {
        readme: None,
        is_symbols: true,
        ..specification()?
    };
    nupkg::write(&package("snupkg"), &of_symbols, symbols, dist.date)
}

/// What the project says of itself.
fn description(project: &Path) -> Result<String> {
    let text = fs::read_to_string(project.join(format!("{ID}.csproj")))?;
    let (description, _) = text
        .split_once("<Description>")
        .and_then(|(_, rest)| rest.split_once("</Description>"))
        .context("the project has no description")?;
    Ok(unescape(description)?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    /// A page without its own way to be tried: every line of its code is one of the example's, which a test runs.
    #[test]
    fn the_code_in_the_readme_is_the_examples() {
        let readme = root().join("powershell/Cosmi.Interop/package/README.md");
        let readme = fs::read_to_string(readme).unwrap();
        let example = root().join("examples/csharp/ShowCollection/Program.cs");
        let example = fs::read_to_string(example).unwrap();
        let code = readme.split("```csharp\n").nth(1).unwrap();
        let code = code.split("```").next().unwrap();
        let mut lines = example.lines().map(str::trim);
        for line in code.lines().map(str::trim).filter(|line| !line.is_empty()) {
            assert!(
                lines.any(|one| one == line),
                "not in the example, or not in this order: {line}"
            );
        }
    }

    /// A folder and a file that NuGet looks for by the package's name.
    #[test]
    fn the_targets_are_found_by_nuget() {
        for folder in ["build", "buildTransitive"] {
            let path = format!("powershell/Cosmi.Interop/package/{folder}/net462/{ID}.targets");
            assert!(root().join(&path).is_file(), "{path}");
        }
    }

    #[test]
    fn the_description_is_the_projects() {
        let description = description(&root().join("powershell/Cosmi.Interop")).unwrap();
        assert!(description.contains("Cosmos DB"), "{description}");
    }
}
