//! The module's manifest, powershell/Cosmi/Cosmi.psd1: read for the packages, and completed when the module is laid out.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::package::archive;
use crate::workspace::Workspace;

/// The manifest's file name.
pub const FILE: &str = "Cosmi.psd1";

/// The manifest as it is committed.
pub fn read(workspace: &Workspace) -> Result<String> {
    let path = workspace.root.join("powershell/Cosmi").join(FILE);
    fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))
}

/// Fills in the manifest in a laid out module what depends on the rest of it, and gives its path.
pub fn complete(workspace: &Workspace, module: &Path) -> Result<PathBuf> {
    let files: Vec<_> = archive::files(module)?
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let text = completed(
        &read(workspace)?,
        &files,
        &release_notes(workspace)?,
        workspace.repository()?,
    )?;
    let path = module.join(FILE);
    // Windows PowerShell takes a file without a byte order mark for one of the system's code page.
    fs::write(&path, format!("\u{feff}{text}"))?;
    Ok(path)
}

/// The newest section of the changelog that says something.
pub fn release_notes(workspace: &Workspace) -> Result<String> {
    let path = workspace.root.join("CHANGELOG.md");
    let changelog =
        fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
    newest_section(&changelog)
        .map(str::to_owned)
        .context("CHANGELOG.md has no section with a text")
}

fn newest_section(changelog: &str) -> Option<&str> {
    changelog
        .split("\n## ")
        .skip(1)
        .map(|section| section.split_once('\n').map_or("", |(_, text)| text.trim()))
        .find(|text| !text.is_empty())
}

fn completed(
    manifest: &str,
    files: &[String],
    release_notes: &str,
    repository: Option<&str>,
) -> Result<String> {
    let list: Vec<_> = files
        .iter()
        .map(|file| format!("        {}\n", quoted(file)))
        .collect();
    let list = format!("@(\n{}    )", list.concat());
    let text = replaced(manifest, "FileList", "@()", &list)?;
    let mut notes = quoted(release_notes);
    if let Some(repository) = repository {
        notes.push_str("\n            ProjectUri               = ");
        notes.push_str(&quoted(repository));
    }
    replaced(&text, "ReleaseNotes", "''", &notes)
}

/// The manifest with another value of a key whose value is this one.
fn replaced(manifest: &str, key: &str, from: &str, to: &str) -> Result<String> {
    let is_it = |line: &&str| after_key(line, key).is_some_and(|value| value.trim() == from);
    let Some(line) = manifest.lines().find(is_it) else {
        bail!("{FILE} has no line `{key} = {from}`");
    };
    let before = line
        .strip_suffix(from)
        .with_context(|| format!("{key} is followed by something in {FILE}"))?;
    Ok(manifest.replacen(line, &format!("{before}{to}"), 1))
}

/// What follows `key =` in a line of that key.
fn after_key<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.trim_start()
        .strip_prefix(key)?
        .trim_start()
        .strip_prefix('=')
}

/// PowerShell's literal for a text. It takes typographic quotes for quotes too.
fn quoted(text: &str) -> String {
    let mut literal = String::from("'");
    for letter in text.chars() {
        literal.push(letter);
        if matches!(
            letter,
            '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}'
        ) {
            literal.push(letter);
        }
    }
    literal.push('\'');
    literal
}

/// The one text that a key of the manifest has.
pub fn value(manifest: &str, key: &str) -> Result<String> {
    let mut values = list(manifest, key)?;
    match (values.pop(), values.pop()) {
        (Some(value), None) => Ok(value),
        _ => bail!("{key} of {FILE} is not one text"),
    }
}

/// The texts that a key of the manifest has: `'a', 'b'` or `@('a' 'b')`.
pub fn list(manifest: &str, key: &str) -> Result<Vec<String>> {
    let at = manifest
        .split_inclusive('\n')
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        })
        .find_map(|(start, line)| {
            after_key(line, key).map(|value| start + line.len() - value.len())
        })
        .with_context(|| format!("{FILE} has no {key}"))?;
    let rest = manifest[at..].trim_start();
    let values = match rest.strip_prefix("@(") {
        Some(rest) => rest.split_once(')').map(|(values, _)| values),
        None => rest.lines().next(),
    }
    .with_context(|| format!("{key} of {FILE} does not end"))?;
    Ok(values
        .split('\'')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "@{\n    ModuleVersion = '1.2.3'\n    Tags = @(\n        'a'\n        'b'\n    )\n    \
                            Editions = 'Desktop', 'Core'\n    FileList = @()\n    ReleaseNotes = ''\n}\n";

    #[test]
    fn texts_and_lists_are_read() {
        assert_eq!(value(MANIFEST, "ModuleVersion").unwrap(), "1.2.3");
        assert_eq!(list(MANIFEST, "Tags").unwrap(), ["a", "b"]);
        assert_eq!(list(MANIFEST, "Editions").unwrap(), ["Desktop", "Core"]);
        assert!(list(MANIFEST, "FileList").unwrap().is_empty());
        assert!(value(MANIFEST, "Tags").is_err());
        assert!(value(MANIFEST, "Module").is_err());
    }

    #[test]
    fn files_and_notes_are_filled_in() {
        let files = ["Cosmi.psd1".to_owned(), "lib/a.dll".to_owned()];
        let text = completed(MANIFEST, &files, "It's\n‘new’", None).unwrap();
        assert_eq!(list(&text, "FileList").unwrap(), files);
        assert!(
            text.contains("    ReleaseNotes = 'It''s\n‘‘new’’'\n}\n"),
            "{text}"
        );
        assert!(!text.contains("ProjectUri"));

        let text = completed(MANIFEST, &files, "", Some("https://a.example/b")).unwrap();
        assert_eq!(value(&text, "ProjectUri").unwrap(), "https://a.example/b");
        assert!(completed("@{\n}\n", &files, "", None).is_err());
    }

    #[test]
    fn the_copyright_is_the_licences() {
        let workspace = Workspace::find().unwrap();
        let manifest = read(&workspace).unwrap();
        let copyright = value(&manifest, "Copyright").unwrap();
        for file in ["LICENSE", "powershell/Directory.Build.props"] {
            let text = fs::read_to_string(workspace.root.join(file)).unwrap();
            assert!(text.contains(&copyright), "{file}");
        }
    }

    #[test]
    fn the_newest_section_with_a_text_is_taken() {
        let changelog = "# Changelog\n\nAbout.\n\n## [Unreleased]\n\n## [1.0] - 2026\n\n### Added\n\n- A.\n\n## [0.9]\n\n- B.\n";
        assert_eq!(newest_section(changelog), Some("### Added\n\n- A."));
        assert_eq!(newest_section("# Changelog\n"), None);
    }
}
