//! `cargo xtask help`: the Markdown pages of the commands become the file that `Get-Help` reads.

mod maml;
mod page;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::workspace::{Profile, Workspace};
use page::Page;

/// The name PowerShell derives from the assembly of the commands.
pub const HELP_FILE: &str = "en-US/Cosmi.PowerShell.dll-Help.xml";

/// Writes the help file into every staged module there is.
pub fn run(workspace: &Workspace) -> Result<()> {
    let help = convert(workspace)?;
    let staged: Vec<PathBuf> = [Profile::Release, Profile::Debug]
        .map(|profile| workspace.module(profile))
        .into_iter()
        .filter(|module| module.is_dir())
        .collect();
    if staged.is_empty() {
        bail!(
            "there is no staged module to write the help into; `cargo xtask build` makes one, with its help"
        );
    }
    for module in staged {
        println!("{}", write(&help, &module)?.display());
    }
    Ok(())
}

/// The help of all commands as MAML. A page that cannot be turned into help is an error that names the page.
pub fn convert(workspace: &Workspace) -> Result<String> {
    let folder = workspace.root.join("powershell/help");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .with_context(|| format!("no help pages in {}", folder.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    // `Verb-Noun.md` is a command; other pages (an index, say) are for the web.
    files.retain(|file| file.extension().is_some_and(|e| e == "md") && stem(file).contains('-'));
    files.sort();
    if files.is_empty() {
        bail!("no help pages in {}", folder.display());
    }
    let mut pages = Vec::new();
    for file in &files {
        let read = || -> Result<Page> {
            let page = page::parse(&fs::read_to_string(file)?)?;
            if page.name != stem(file) {
                bail!("the page describes {}", page.name);
            }
            Ok(page)
        };
        pages.push(read().with_context(|| file.display().to_string())?);
    }
    maml::write(&pages)
}

/// Puts the help file where PowerShell looks for it.
pub fn write(help: &str, module: &Path) -> Result<PathBuf> {
    let file = module.join(HELP_FILE);
    fs::create_dir_all(file.parent().expect("the help file lies in a folder"))?;
    fs::write(&file, help).with_context(|| format!("could not write {}", file.display()))?;
    Ok(file)
}

fn stem(file: &Path) -> String {
    file.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::{maml, page};

    const SAMPLE: &str = include_str!("help/sample.md");
    const EXPECTED: &str = include_str!("help/sample-Help.xml");

    #[test]
    fn a_page_becomes_maml() {
        let page = page::parse(SAMPLE).unwrap();
        let written = maml::write(&[page]).unwrap();
        if written != EXPECTED {
            println!("{written}");
        }
        assert!(
            written == EXPECTED,
            "the help of sample.md is not sample-Help.xml; what it is now stands above"
        );
    }

    /// What the error says about the sample after a replacement.
    fn complaint(from: &str, to: &str) -> String {
        assert!(SAMPLE.contains(from), "the sample has no {from:?}");
        format!(
            "{:#}",
            page::parse(&SAMPLE.replacen(from, to, 1)).unwrap_err()
        )
    }

    #[test]
    fn a_mistake_in_a_page_is_an_error_that_names_it() {
        for (from, to, expected) in [
            ("# Get-Sample", "Get-Sample", "before the first heading"),
            ("## NOTES", "## REMARKS", "section REMARKS"),
            (
                "Gets a sample, by name or by number.",
                "",
                "may not be empty",
            ),
            (
                " [-Raw]",
                "",
                "-Raw belongs to set ByName, but SYNTAX does not show it there",
            ),
            ("[-Name]", "[-Nmae]", "SYNTAX has -Nmae, PARAMETERS has not"),
            (
                "- Name: ByNumber",
                "- Name: ByNmuber",
                "shows -Number in set ByNumber",
            ),
            ("Type: Sample.Kind\n", "", "-Kind: Type is missing"),
            ("Position: 0", "Position: first", "Position first"),
            (
                "IsRequired: true",
                "IsRequired: often",
                "true or false is expected",
            ),
            ("What kind.\n", "", "a parameter has a description"),
            (
                "```powershell\nGet-Sample",
                "```powershell\n```\n\n> Get-Sample",
                "cannot show this kind of Markdown",
            ),
        ] {
            let said = complaint(from, to);
            assert!(said.contains(expected), "{to:?} for {from:?} said: {said}");
        }
    }

    #[test]
    fn what_get_help_cannot_show_is_not_lost_silently() {
        let line = SAMPLE.lines().position(|line| line == "A note.").unwrap() + 1;
        for markdown in [
            "| a | b |\n|---|---|\n| 1 | 2 |\n",
            "<div>x</div>\n",
            "![picture](a.png)\n",
        ] {
            let said = complaint("A note.\n", markdown);
            assert!(
                said.contains(&format!("line {line}:")) && said.contains("cannot show"),
                "{said}"
            );
        }
    }
}
