//! Writes archives whose bytes depend on nothing but names and contents: sorted entries, one date, no owner, fixed modes.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::{Compression, GzBuilder};
use time::{OffsetDateTime, PrimitiveDateTime};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter};

use crate::process;
use crate::workspace::Workspace;

/// The best compression; packages are made once and fetched often.
const LEVEL: u8 = 9;

/// A file of an archive, or a link.
#[derive(Clone)]
pub struct Entry {
    /// Below the archive's root, with slashes.
    pub name: String,
    pub bytes: Vec<u8>,
    pub executable: bool,
    /// What a symbolic link points to; in tar only.
    pub link: Option<String>,
}

impl Entry {
    /// A plain file.
    pub fn file(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Entry {
        Entry {
            name: name.into(),
            bytes: bytes.into(),
            executable: false,
            link: None,
        }
    }

    /// A plain file with the content of one on disk.
    pub fn read(name: impl Into<String>, path: &Path) -> Result<Entry> {
        let bytes = fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
        Ok(Entry::file(name, bytes))
    }

    fn mode(&self) -> u32 {
        match (&self.link, self.executable) {
            (Some(_), _) => 0o777,
            (None, true) => 0o755,
            (None, false) => 0o644,
        }
    }
}

/// The one date of everything packaged: `$SOURCE_DATE_EPOCH`, or that of the last commit.
pub fn source_date(workspace: &Workspace) -> Result<OffsetDateTime> {
    let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(seconds) => seconds,
        Err(_) => process::capture(workspace.command("git").args([
            "log",
            "--max-count=1",
            "--format=%ct",
        ]))
        .context("there is no git history to take the date from; set SOURCE_DATE_EPOCH")?,
    };
    let seconds = seconds
        .trim()
        .parse()
        .with_context(|| format!("{:?} is not a number of seconds", seconds.trim()))?;
    Ok(OffsetDateTime::from_unix_timestamp(seconds)?)
}

/// The files below a folder, each named with the prefix before its path in the folder.
pub fn folder(path: &Path, prefix: &str) -> Result<Vec<Entry>> {
    files(path)?
        .into_iter()
        .map(|(name, file)| Entry::read(format!("{prefix}{name}"), &file))
        .collect()
}

/// The files below a folder, by their paths in it with slashes, which they are sorted by; and where they are.
pub fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    collect(folder, "", &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> Result<()> {
    for entry in
        fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))?
    {
        let entry = entry?;
        let name = entry.file_name();
        let name = name
            .to_str()
            .with_context(|| format!("{} is not Unicode", entry.path().display()))?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), files)?;
        } else {
            files.push((format!("{prefix}{name}"), entry.path()));
        }
    }
    Ok(())
}

/// Writes a zip.
pub fn zip(into: &Path, entries: Vec<Entry>, date: OffsetDateTime) -> Result<()> {
    let date = DateTime::try_from(PrimitiveDateTime::new(date.date(), date.time()))
        .context("a zip holds no date before 1980")?;
    let mut archive = ZipWriter::new(create(into)?);
    for entry in sorted(entries)? {
        if entry.link.is_some() {
            bail!("{} is a link, and not every unzip makes links", entry.name);
        }
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL.into()))
            .last_modified_time(date)
            .system(System::Unix)
            .unix_permissions(entry.mode());
        archive.start_file(&*entry.name, options)?;
        archive.write_all(&entry.bytes)?;
    }
    archive.finish()?.flush()?;
    Ok(())
}

/// Writes a gzipped tar.
pub fn tar_gz(into: &Path, entries: Vec<Entry>, date: OffsetDateTime) -> Result<()> {
    let seconds =
        u64::try_from(date.unix_timestamp()).context("a tar holds no date before 1970")?;
    let gzip = GzBuilder::new()
        .mtime(0)
        .operating_system(3) // Unix, wherever it is written
        .write(create(into)?, Compression::new(LEVEL.into()));
    let mut archive = tar::Builder::new(gzip);
    for entry in sorted(entries)? {
        let mut header = tar::Header::new_ustar();
        header.set_mode(entry.mode());
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(seconds);
        if let Some(target) = &entry.link {
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            archive.append_link(&mut header, &entry.name, target)?;
        } else {
            header.set_entry_type(tar::EntryType::Regular);
            header.set_size(u64::try_from(entry.bytes.len())?);
            archive.append_data(&mut header, &entry.name, entry.bytes.as_slice())?;
        }
    }
    archive.into_inner()?.finish()?.flush()?;
    Ok(())
}

/// The entries in the order of their names, each of them there once.
fn sorted(mut entries: Vec<Entry>) -> Result<Vec<Entry>> {
    entries.sort_by(|left, right| left.name.cmp(&right.name));
    match entries.windows(2).find(|pair| pair[0].name == pair[1].name) {
        Some(pair) => bail!("{} is packed twice", pair[0].name),
        None => Ok(entries),
    }
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let file = File::create(path).with_context(|| format!("could not write {}", path.display()))?;
    Ok(BufWriter::new(file))
}

/// Unpacks a zip.
pub fn unzip(file: &Path, into: &Path) -> Result<()> {
    let zip = File::open(file).with_context(|| format!("could not read {}", file.display()))?;
    ZipArchive::new(zip)?
        .extract(into)
        .with_context(|| format!("could not unpack {}", file.display()))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn entries() -> Vec<Entry> {
        vec![
            Entry::file("b/text", "text\n".repeat(1000)),
            Entry {
                executable: true,
                ..Entry::file("a", "program")
            },
        ]
    }

    fn date() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_750_000_000).unwrap()
    }

    #[test]
    fn a_zip_does_not_depend_on_time_or_order() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let (first, second) = (folder.join("first.zip"), folder.join("second.zip"));
        zip(&first, entries(), date()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(2100)); // a zip counts in steps of 2 s
        zip(&second, entries().into_iter().rev().collect(), date()).unwrap();
        assert_eq!(fs::read(&first).unwrap(), fs::read(&second).unwrap());

        let mut archive = zip::ZipArchive::new(File::open(&first).unwrap()).unwrap();
        let names: Vec<_> = archive
            .file_names()
            .map(|name| name.unwrap().into_owned())
            .collect();
        assert_eq!(names, ["a", "b/text"]);
        let mut file = archive.by_name("a").unwrap();
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
        let modified = file.last_modified().unwrap();
        assert_eq!(
            (modified.year(), modified.month(), modified.day()),
            (2025, 6, 15)
        );
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "program");
    }

    #[test]
    fn a_tar_does_not_depend_on_time_order_or_owner() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let (first, second) = (folder.join("first.tar.gz"), folder.join("second.tar.gz"));
        let with_link = || {
            let mut entries = entries();
            entries.push(Entry {
                link: Some("a".to_owned()),
                ..Entry::file("link", "")
            });
            entries
        };
        tar_gz(&first, with_link(), date()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1100));
        tar_gz(&second, with_link().into_iter().rev().collect(), date()).unwrap();
        assert_eq!(fs::read(&first).unwrap(), fs::read(&second).unwrap());

        let mut archive =
            tar::Archive::new(flate2::read::GzDecoder::new(File::open(&first).unwrap()));
        let seen: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let header = entry.header();
                assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
                assert_eq!(header.mtime().unwrap(), 1_750_000_000);
                (
                    entry.path().unwrap().display().to_string(),
                    header.mode().unwrap(),
                    entry
                        .link_name()
                        .unwrap()
                        .map(|link| link.display().to_string()),
                )
            })
            .collect();
        let plain = |name: &str, mode| (name.to_owned(), mode, None);
        assert_eq!(
            seen,
            [
                plain("a", 0o755),
                plain("b/text", 0o644),
                ("link".to_owned(), 0o777, Some("a".to_owned()))
            ]
        );
    }

    #[test]
    fn a_name_is_packed_once_and_a_zip_holds_no_link() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let twice = vec![Entry::file("a", "1"), Entry::file("a", "2")];
        let error = zip(&folder.join("twice.zip"), twice, date()).unwrap_err();
        assert_eq!(error.to_string(), "a is packed twice");
        let link = vec![Entry {
            link: Some("b".to_owned()),
            ..Entry::file("a", "")
        }];
        assert!(zip(&folder.join("link.zip"), link, date()).is_err());
    }

    #[test]
    fn a_folder_becomes_sorted_entries() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        fs::create_dir_all(root.join("z")).unwrap();
        fs::write(root.join("z/deep"), "deep").unwrap();
        fs::write(root.join("a"), "a").unwrap();
        let entries = folder(root, "Root/").unwrap();
        let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["Root/a", "Root/z/deep"]);
        assert_eq!(entries[1].bytes, b"deep");
    }
}
