//! `cargo xtask package`: everything a user installs, in dist/.

pub mod archive;
mod crates;
mod imports;
mod interop;
mod licenses;
pub mod natives;
mod nupkg;
mod runtimes;
mod sbom;
mod sdk;
mod strip;
mod verify;

use std::fs;
use std::path::{self, Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::manifest;
use crate::module::{self, Native};
use crate::tools::{DOTNET_ADVICE, Tools};
use crate::workspace::{Workspace, is_ci};
use natives::{Built, TARGETS, Target};
use nupkg::{License, Specification};

/// Where the packages are in the source tree unless somebody says otherwise.
pub const DIST: &str = "dist";

#[derive(Args, Default)]
pub struct Arguments {
    /// Only for these platforms, by .NET's names of them [default: all that can be built here]
    #[arg(long, value_name = "RID", num_args = 1.., value_parser = TARGETS.map(|target| target.rid))]
    target: Vec<String>,
    /// The folder to write to, made anew [default: dist in the source tree]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Build the libraries a second time, from a copy of the sources in another folder, and compare
    #[arg(long)]
    verify: bool,
}

impl Arguments {
    /// All platforms, to another folder.
    pub fn everything_to(folder: PathBuf) -> Arguments {
        Arguments {
            out: Some(folder),
            ..Arguments::default()
        }
    }
}

/// The checksums of all the files beside it.
pub const SUMS: &str = "SHA256SUMS";

/// The folders of the module and of its zip.
const POWERSHELL: &str = "powershell";
const AUTOMATION: &str = "automation";

pub fn run(workspace: &Workspace, tools: &Tools, arguments: &Arguments) -> Result<()> {
    let folder = match &arguments.out {
        Some(folder) => path::absolute(folder)?,
        None => workspace.root.join(DIST),
    };
    check_replaceable(&folder)?;
    // What is missing is found before the minutes that building takes.
    let (targets, mut left_out) = choose(&arguments.target, |target| {
        natives::missing(workspace, target)
    })?;
    let dotnet = tools.dotnet()?;
    if dotnet.is_none() {
        let what = "the PowerShell module and the NuGet package";
        left_out.push(missing(what, &format!("no dotnet here; {DOTNET_ADVICE}"))?);
    }
    let mut built = Vec::new();
    for target in targets {
        built.push((target, natives::build(workspace, target)?));
    }
    println!();
    let faults: Vec<_> = built
        .iter()
        .filter_map(|(target, built)| imports::check(target, built).err())
        .map(|error| format!("{error:#}"))
        .collect();
    if !faults.is_empty() {
        bail!(faults.join("\n"));
    }
    if arguments.verify {
        verify::run(workspace, &built)?;
    }

    let dist = Dist::make(workspace, &folder)?;
    let notices = dist.describe(&built)?;
    if let Some(dotnet) = dotnet {
        dist.module(tools, &built, &notices)?;
        interop::write(&dist, dotnet, &built, &notices)?;
    }
    sdk::write(&dist, &built, &notices)?;
    dist.finish(&left_out)
}

/// The targets to build, and a line for each one that is left out. One that is asked for by name is not left out.
fn choose(
    named: &[String],
    lacks: impl Fn(&Target) -> Option<String>,
) -> Result<(Vec<&'static Target>, Vec<String>)> {
    let (mut chosen, mut left_out) = (Vec::new(), Vec::new());
    for target in &TARGETS {
        let is_named = named.iter().any(|rid| rid == target.rid);
        if !is_named && !named.is_empty() {
            left_out.push(format!("{}: not asked for", target.rid));
            continue;
        }
        match lacks(target) {
            None => chosen.push(target),
            Some(what) if is_named => bail!("{}: {what}", target.rid),
            Some(what) => left_out.push(missing(target.rid, &what)?),
        }
    }
    if chosen.is_empty() {
        bail!("nothing can be built here:\n  {}", left_out.join("\n  "));
    }
    Ok((chosen, left_out))
}

/// A line for something that cannot be built here; on a build server that is an error.
fn missing(what: &str, why: &str) -> Result<String> {
    let line = format!("{what}: {why}");
    if is_ci() {
        bail!(line);
    }
    Ok(line)
}

/// A folder with something in it that this command did not write is not removed.
fn check_replaceable(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    let entries = fs::read_dir(folder)
        .with_context(|| format!("{} is not a folder", folder.display()))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<_>>>()?;
    let foreign = entries.iter().find(|name| !is_ours(name));
    if let Some(name) = foreign {
        bail!(
            "{} has something else in it, {name}; remove it, or name another folder with --out",
            folder.display()
        );
    }
    if !entries.is_empty() && !folder.join(SUMS).is_file() {
        bail!(
            "{} is not empty and has no {SUMS}; remove it, or name another folder with --out",
            folder.display()
        );
    }
    Ok(())
}

/// Whether this command writes something of that name.
fn is_ours(name: &str) -> bool {
    [SUMS, licenses::FILE, POWERSHELL, AUTOMATION].contains(&name)
        || name.starts_with("cosmi-")
        || name.starts_with("Cosmi.")
}

/// The folder that is written, and what is the same for all in it.
struct Dist<'a> {
    workspace: &'a Workspace,
    folder: PathBuf,
    version: &'a str,
    date: OffsetDateTime,
    /// The module's manifest, which also speaks for the other packages.
    manifest: String,
    release_notes: String,
}

impl Dist<'_> {
    /// Makes the folder anew.
    fn make<'a>(workspace: &'a Workspace, folder: &Path) -> Result<Dist<'a>> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        // Whatever happens from here on, a next run may remove it.
        fs::write(folder.join(SUMS), "")?;
        Ok(Dist {
            workspace,
            folder: folder.to_owned(),
            version: workspace.version()?,
            date: archive::source_date(workspace)?,
            manifest: manifest::read(workspace)?,
            release_notes: manifest::release_notes(workspace)?,
        })
    }

    /// Writes what the library is made of: the bill of materials, and the licence texts, whose path it gives.
    fn describe(&self, built: &[(&'static Target, Built)]) -> Result<PathBuf> {
        let targets: Vec<_> = built.iter().map(|(target, _)| *target).collect();
        let crates = crates::of_library(self.workspace, &targets)?;
        let standard_library = licenses::standard_library(self.workspace)?;
        let runtimes = runtimes::of_targets(&targets);
        let authors = manifest::value(&self.manifest, "Author")?;
        fs::write(
            self.folder.join(format!("cosmi-{}.cdx.json", self.version)),
            sbom::document(&crates, &standard_library, &runtimes, &authors, self.date)?,
        )?;
        let notices = self.folder.join(licenses::FILE);
        fs::write(
            &notices,
            licenses::document(&crates, &standard_library, &runtimes)?,
        )?;
        Ok(notices)
    }

    /// Writes the module as a folder, as a package for a gallery and as the zip that Azure Automation imports.
    fn module(&self, tools: &Tools, built: &[(&Target, Built)], notices: &Path) -> Result<()> {
        let module = self.folder.join(POWERSHELL).join("Cosmi");
        let natives: Vec<_> = built
            .iter()
            .map(|(target, built)| Native {
                rid: target.rid.to_owned(),
                library: built.library.clone(),
            })
            .collect();
        module::stage(self.workspace, tools, &module, &natives, &[notices])?
            .context("there is a .NET SDK, so the module can be built")?;

        let mut tags = vec!["PSModule".to_owned(), "PSIncludes_Cmdlet".to_owned()];
        tags.extend(manifest::list(&self.manifest, "Tags")?);
        // By these a gallery finds a module by its commands.
        let cmdlets = manifest::list(&self.manifest, "CmdletsToExport")?;
        let aliases = manifest::list(&self.manifest, "AliasesToExport")?;
        tags.extend(cmdlets.iter().map(|name| format!("PSCmdlet_{name}")));
        tags.extend(
            cmdlets
                .iter()
                .chain(&aliases)
                .map(|name| format!("PSCommand_{name}")),
        );
        let specification = Specification {
            id: "Cosmi".to_owned(),
            description: manifest::value(&self.manifest, "Description")?,
            tags,
            license: License::Url(manifest::value(&self.manifest, "LicenseUri")?),
            readme: None,
            frameworks: &[],
            ..self.specification()?
        };
        let package = self.folder.join(format!("Cosmi.{}.nupkg", self.version));
        nupkg::write(
            &package,
            &specification,
            archive::folder(&module, "")?,
            self.date,
        )?;
        // The zip, the folder in it and the manifest in that must have one name.
        archive::zip(
            &self.folder.join(AUTOMATION).join("Cosmi.zip"),
            archive::folder(&module, "Cosmi/")?,
            self.date,
        )
    }

    /// What all packages say of themselves.
    fn specification(&self) -> Result<Specification> {
        Ok(Specification {
            id: String::new(),
            version: self.version.to_owned(),
            authors: manifest::value(&self.manifest, "Author")?,
            description: String::new(),
            copyright: manifest::value(&self.manifest, "Copyright")?,
            tags: Vec::new(),
            release_notes: self.release_notes.clone(),
            license: License::Expression("MIT".to_owned()),
            project: self.workspace.repository()?.map(str::to_owned),
            readme: None,
            frameworks: &[],
            is_symbols: false,
        })
    }

    /// Writes the checksums, and says what there is and what there is not.
    fn finish(&self, left_out: &[String]) -> Result<()> {
        let files: Vec<_> = archive::folder(&self.folder, "")?
            .into_iter()
            .filter(|entry| entry.name != SUMS)
            .collect();
        let sums: Vec<_> = files
            .iter()
            .map(|file| format!("{}  {}\n", hex(&Sha256::digest(&file.bytes)), file.name))
            .collect();
        fs::write(self.folder.join(SUMS), sums.concat())?;

        println!("\n{:<56}{:>12}", "written", "bytes");
        for file in &files {
            println!("{:<56}{:>12}", file.name, file.bytes.len());
        }
        println!("{SUMS}");
        if !left_out.is_empty() {
            println!("\nleft out");
            for line in left_out {
                println!("  {line}");
            }
        }
        println!("\nin {}", self.folder.display());
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_by_name_is_built_or_an_error() {
        let no_zig = |target: &Target| (!target.is_linked_by_gcc()).then(|| "no zig".to_owned());
        let named =
            |rids: &[&str]| -> Vec<String> { rids.iter().map(ToString::to_string).collect() };
        let rids = |targets: Vec<&Target>| -> Vec<&str> {
            targets.iter().map(|target| target.rid).collect()
        };
        let (chosen, left_out) = choose(&named(&["win-x64"]), no_zig).unwrap();
        assert_eq!(rids(chosen), ["win-x64"]);
        assert!(left_out.contains(&"linux-x64: not asked for".to_owned()));
        let error = choose(&named(&["win-x64", "linux-x64"]), no_zig).err();
        assert_eq!(error.unwrap().to_string(), "linux-x64: no zig");
        let (chosen, left_out) = choose(&[], |_| None).unwrap();
        assert_eq!(rids(chosen), TARGETS.map(|target| target.rid));
        assert!(left_out.is_empty());
        assert!(choose(&[], |_| Some("nothing".to_owned())).is_err());
    }

    #[test]
    fn only_what_this_command_wrote_is_removed() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("dist");
        assert!(check_replaceable(&folder).is_ok(), "not there");
        fs::create_dir_all(&folder).unwrap();
        assert!(check_replaceable(&folder).is_ok(), "empty");
        fs::write(folder.join("thesis.txt"), "years").unwrap();
        assert!(check_replaceable(&folder).is_err(), "somebody's");
        assert!(
            check_replaceable(&folder.join("thesis.txt")).is_err(),
            "a file"
        );
        fs::write(folder.join(SUMS), "").unwrap();
        let error = check_replaceable(&folder).unwrap_err().to_string();
        assert!(error.contains("thesis.txt"), "somebody's, with checksums");
        fs::remove_file(folder.join("thesis.txt")).unwrap();
        fs::write(folder.join("cosmi-1.2.3.cdx.json"), "").unwrap();
        assert!(check_replaceable(&folder).is_ok(), "ours");
        fs::remove_file(folder.join(SUMS)).unwrap();
        assert!(check_replaceable(&folder).is_err(), "of another origin");
    }
}
