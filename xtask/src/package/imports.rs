//! What a library that is about to be shipped asks of a system and offers to programs, read from the file itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use memchr::memmem;
use object::read::elf::{ElfFile64, ProgramHeader};
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader, PeFile64, ResourceDirectoryEntryData};
use object::read::{NameOrOrdinal, Object};
use object::{Architecture, Endianness, LittleEndian, elf, pe};

use super::natives::{Built, Target};
use crate::c_program;

pub const HEADER: &str = include_str!("../../../include/cosmi.h");

/// Parts of the GNU C library, and musl, which is one.
const GLIBC: [&str; 7] = [
    "ld-linux-aarch64.so.1",
    "ld-linux-x86-64.so.2",
    "libc.so.6",
    "libdl.so.2",
    "libm.so.6",
    "libpthread.so.0",
    "librt.so.1",
];
const MUSL: [&str; 1] = ["libc.so"];
/// What every Windows has; the API sets (`api-ms-win-…`) besides.
const WINDOWS: [&str; 12] = [
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "crypt32.dll",
    "dbghelp.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ntdll.dll",
    "secur32.dll",
    "ucrtbase.dll",
    "userenv.dll",
    "ws2_32.dll",
];

/// What the folders of users begin with.
const HOMES: [&str; 4] = ["/root/", "/home/", "/Users/", "\\Users\\"];

/// Where zig's C compiler works, in the cache of whoever builds.
const ZIG_SCRATCH: &str = "/zig/tmp/";

/// What a library needs to be loaded.
struct Imports {
    size: u64,
    libraries: BTreeSet<String>,
    /// The oldest glibc that has everything it asks for.
    glibc: Option<String>,
}

/// Fails on a library that is not fit to be shipped; prints a row about it in any case.
pub fn check(target: &Target, built: &Built) -> Result<()> {
    let library = fs::read(&built.library)
        .with_context(|| format!("could not read {}", built.library.display()))?;
    let mut faults = Vec::new();
    let imports = if target.is_windows() {
        windows(&library, &mut faults)?
    } else {
        linux(target, &library, &mut faults)?
    };
    let file = object::File::parse(&*library)?;
    if file.architecture() != architecture(target) {
        faults.push(format!("it is for {:?}", file.architecture()));
    }
    faults.extend(export_faults(&file)?);
    if imports.size > target.size_limit {
        faults.push(format!("it is larger than {} bytes", target.size_limit));
    }
    let private: Vec<&str> = built
        .private_paths
        .iter()
        .filter_map(|path| path.to_str())
        .collect();
    faults.extend(path_fault(
        &built.library,
        &[&private[..], &HOMES].concat(),
    )?);
    // Some crates bring objects that were compiled elsewhere, and in a static library these keep their names.
    faults.extend(path_fault(
        &built.static_library,
        &[&private[..], &[ZIG_SCRATCH]].concat(),
    )?);
    println!("{}", row(target, &imports));
    if faults.is_empty() {
        return Ok(());
    }
    bail!(
        "{} of {} is not fit to be shipped: {}",
        target.library,
        target.rid,
        faults.join("; ")
    )
}

fn row(target: &Target, imports: &Imports) -> String {
    let floor = imports
        .glibc
        .as_ref()
        .map_or_else(|| "-".to_owned(), |version| format!("glibc {version}"));
    let libraries: Vec<&str> = imports.libraries.iter().map(String::as_str).collect();
    format!(
        "{:<16}{:>9} bytes  {floor:<12}{}",
        target.rid,
        imports.size,
        libraries.join(" ")
    )
}

fn architecture(target: &Target) -> Architecture {
    if target.triple.starts_with("aarch64-") {
        Architecture::Aarch64
    } else {
        Architecture::X86_64
    }
}

/// The exports must be the header's functions, no more and no fewer.
fn export_faults(file: &object::File) -> Result<Option<String>> {
    let mut exported = BTreeSet::new();
    for export in file.exports()? {
        exported.insert(match export?.name() {
            NameOrOrdinal::Name(name) => String::from_utf8_lossy(name).into_owned(),
            NameOrOrdinal::Ordinal(number) => format!("#{number}"),
        });
    }
    let declared = functions(HEADER);
    let list = |names: Vec<&String>| {
        names
            .into_iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let missing = list(declared.difference(&exported).collect());
    let foreign = list(exported.difference(&declared).collect());
    Ok((exported != declared).then(|| {
        format!(
            "its exports are not the header's functions: missing [{missing}], foreign [{foreign}]"
        )
    }))
}

/// The functions that a header of ours declares.
pub fn functions(header: &str) -> BTreeSet<String> {
    header
        .lines()
        .filter(|line| !line.starts_with([' ', '/', '#']))
        .filter_map(|line| line.split_once('('))
        .filter_map(|(before, _)| before.rsplit([' ', '*']).next())
        .filter(|name| name.starts_with("cosmi_"))
        .map(str::to_owned)
        .collect()
}

fn linux(target: &Target, library: &[u8], faults: &mut Vec<String>) -> Result<Imports> {
    let file = ElfFile64::<Endianness>::parse(library)?;
    let (endian, sections) = (file.endian(), file.elf_section_table());
    let table = file.elf_dynamic_table()?;
    let mut libraries = BTreeSet::new();
    let mut soname = String::new();
    let mut is_pinned = false;
    for entry in &table {
        let text =
            || -> Result<String> { Ok(String::from_utf8_lossy(table.string(entry)?).into_owned()) };
        match entry.tag {
            elf::DT_NEEDED => drop(libraries.insert(text()?)),
            elf::DT_SONAME => soname = text()?,
            elf::DT_FLAGS_1 => is_pinned = entry.val & elf::DF_1_NODELETE.0 != 0,
            elf::DT_TEXTREL => faults.push("its code would be changed when loaded".to_owned()),
            elf::DT_RPATH | elf::DT_RUNPATH => {
                faults.push(format!("it looks for libraries in {}", text()?));
            }
            _ => {}
        }
    }
    let allowed: &[&str] = if target.glibc.is_some() {
        &GLIBC
    } else {
        &MUSL
    };
    faults.extend(foreign(&libraries, allowed));
    let wanted = c_program::soname(HEADER)?;
    if soname != wanted {
        faults.push(format!("its SONAME is {soname:?}, not {wanted}"));
    }
    if !is_pinned {
        faults.push("it can be unloaded".to_owned());
    }
    let has_plain_stack = file.elf_program_headers().iter().any(|header| {
        header.p_type(endian) == elf::PT_GNU_STACK && !header.p_flags(endian).contains(elf::PF_X)
    });
    if !has_plain_stack {
        faults.push("it wants a stack that can be executed".to_owned());
    }

    let mut floor = None;
    if let Some((mut needs, link)) = sections.gnu_verneed(endian, library)? {
        let strings = sections.strings(endian, library, link)?;
        while let Some((_, mut versions)) = needs.next()? {
            while let Some(version) = versions.next()? {
                let name = String::from_utf8_lossy(version.name(endian, strings)?).into_owned();
                match glibc_version(&name) {
                    Some(version) => floor = floor.max(Some(version)),
                    None => faults.push(format!("it needs {name}")),
                }
            }
        }
    }
    let limit = target.glibc.and_then(version);
    if floor > limit {
        faults.push("it needs a newer glibc than it should".to_owned());
    }
    Ok(Imports {
        size: library.len() as u64,
        libraries,
        glibc: floor.map(|(major, minor)| format!("{major}.{minor}")),
    })
}

/// `GLIBC_2.3.4` as (2, 3).
fn glibc_version(name: &str) -> Option<(u32, u32)> {
    version(name.strip_prefix("GLIBC_")?)
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

fn windows(library: &[u8], faults: &mut Vec<String>) -> Result<Imports> {
    let file = PeFile64::parse(library)?;
    let mut libraries = BTreeSet::new();
    let table = file.import_table()?.context("it imports nothing")?;
    let mut descriptors = table.descriptors()?;
    while let Some(descriptor) = descriptors.next()? {
        let name = table.name(descriptor.name.get(LittleEndian))?;
        libraries.insert(String::from_utf8_lossy(name).to_ascii_lowercase());
    }
    let own: BTreeSet<String> = libraries
        .iter()
        .filter(|name| !name.starts_with("api-ms-win-"))
        .cloned()
        .collect();
    faults.extend(foreign(&own, &WINDOWS));

    let headers = file.nt_headers();
    if headers.file_header().time_date_stamp.get(LittleEndian) != 0 {
        faults.push("it holds the time of its build".to_owned());
    }
    let flags = headers.optional_header().dll_characteristics();
    for (flag, name) in [
        (pe::IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE, "DYNAMIC_BASE"),
        (
            pe::IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA,
            "HIGH_ENTROPY_VA",
        ),
        (pe::IMAGE_DLLCHARACTERISTICS_NX_COMPAT, "NX_COMPAT"),
    ] {
        if !flags.contains(flag) {
            faults.push(format!("it lacks {name}"));
        }
    }
    faults.extend(version_faults(
        &version_resource(&file)?,
        env!("CARGO_PKG_VERSION"),
    ));
    Ok(Imports {
        size: library.len() as u64,
        libraries,
        glibc: None,
    })
}

/// The one resource of the version's kind.
fn version_resource(file: &PeFile64) -> Result<Vec<u8>> {
    let sections = file.section_table();
    let directory = file
        .data_directories()
        .resource_directory(file.data(), &sections)?
        .context("it has no resources")?;
    let mut table = directory.root()?;
    let mut kind = Some(pe::RT_VERSION);
    loop {
        // Below the kind there are a name and a language, whatever they are.
        let wanted = kind.take();
        let entry = table
            .entries
            .iter()
            .find(|entry| wanted.is_none() || entry.name_or_id().id() == wanted)
            .context("it has no version resource")?;
        match entry.data(directory)? {
            ResourceDirectoryEntryData::Table(next) => table = next,
            ResourceDirectoryEntryData::Data(place) => {
                let data = sections
                    .pe_data_at(file.data(), place.offset_to_data.get(LittleEndian))
                    .context("its version resource lies outside the file")?;
                let length = place.size.get(LittleEndian) as usize;
                return Ok(data.get(..length).context("it is cut off")?.to_vec());
            }
        }
    }
}

/// What a version resource says wrongly of a release.
fn version_faults(resource: &[u8], release: &str) -> Vec<String> {
    const FIXED: usize = 40;
    let words: Vec<u16> = resource
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    let mut faults = Vec::new();
    let numbers = release.split(['.', '-']).take(3);
    let mut numbers: Vec<u16> = numbers.filter_map(|part| part.parse().ok()).collect();
    numbers.push(0);
    // Two 32-bit numbers, each with its upper half first in meaning and last in memory.
    let stated = [5, 4, 7, 6].map(|at| words.get(FIXED / 2 + at).copied().unwrap_or(u16::MAX));
    if numbers != stated {
        faults.push(format!("its version is {stated:?}, not {release}"));
    }
    // A text follows its key behind some NULs; before the key stand numbers.
    let text = String::from_utf16_lossy(&words);
    let parts: Vec<&str> = text.split('\0').filter(|part| !part.is_empty()).collect();
    for (key, value) in [
        ("FileVersion", release),
        ("OriginalFilename", "cosmi.dll"),
        ("ProductName", "cosmi"),
        ("ProductVersion", release),
    ] {
        if !parts
            .windows(2)
            .any(|pair| pair[0].ends_with(key) && pair[1] == value)
        {
            faults.push(format!("its version resource does not say {key} {value}"));
        }
    }
    faults
}

/// The libraries that are not the system's.
fn foreign(libraries: &BTreeSet<String>, system: &[&str]) -> Vec<String> {
    libraries
        .iter()
        .filter(|name| !system.contains(&name.as_str()))
        .map(|name| format!("it needs {name}, which is not the system's"))
        .collect()
}

/// A path of a machine that builds: a user of the library has no use for it.
fn path_fault(library: &Path, paths: &[&str]) -> Result<Option<String>> {
    let bytes = fs::read(library)?;
    let name = library.file_name().unwrap_or_default().display();
    Ok(first_in(&bytes, paths).map(|path| format!("{name} holds the path {path}")))
}

fn first_in<'a>(bytes: &[u8], texts: &[&'a str]) -> Option<&'a str> {
    texts
        .iter()
        .copied()
        .find(|text| memmem::find(bytes, text.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_of_the_header_are_found() {
        let header = "/* cosmi_not_this( */\n// cosmi_nor_this(\ntypedef void (*cosmi_log_fn)(int level);\n\
                      const uint8_t *cosmi_token_value(const cosmi_token *token,\n                     size_t *out_len);\n\
                      COSMI_MUST_USE\ncosmi_status cosmi_log_set(int32_t level);\n";
        let names: Vec<String> = functions(header).into_iter().collect();
        assert_eq!(names, ["cosmi_log_set", "cosmi_token_value"]);
        assert!(functions(HEADER).contains("cosmi_abi_version"));
    }

    #[test]
    fn versions_of_glibc_are_numbers_and_not_text() {
        assert!(glibc_version("GLIBC_2.17") > glibc_version("GLIBC_2.2.5"));
        assert_eq!(glibc_version("GLIBC_2.3.4"), Some((2, 3)));
        assert_eq!(glibc_version("GLIBC_PRIVATE"), None);
        assert_eq!(glibc_version("GCC_3.0"), None);
    }

    #[test]
    fn what_is_not_the_systems_is_named() {
        let libraries = BTreeSet::from(["libc.so.6".to_owned(), "libgcc_s.so.1".to_owned()]);
        let faults = foreign(&libraries, &GLIBC);
        assert_eq!(
            faults,
            ["it needs libgcc_s.so.1, which is not the system's"]
        );
    }

    #[test]
    fn paths_of_the_building_machine_are_seen() {
        let paths = ["/srv/checkout", HOMES[1]];
        assert_eq!(first_in(b"at /crates/x.rs", &paths), None);
        assert_eq!(
            first_in(b"\0/srv/checkout/src/lib.rs", &paths),
            Some("/srv/checkout")
        );
        assert_eq!(first_in(b"x/home/me/x.rs", &paths), Some("/home/"));
    }

    #[test]
    fn a_version_resource_of_another_release_is_seen() {
        let mut words = vec![0; 20];
        words.extend([0x04bd, 0xfeef, 0, 1, 2, 1, 0, 3, 2, 1, 0, 3]);
        for (key, value) in [
            ("FileVersion", "1.2.3"),
            ("OriginalFilename", "cosmi.dll"),
            ("ProductName", "cosmi"),
            ("ProductVersion", "1.2.3"),
        ] {
            words.push(1);
            words.extend(format!("{key}\0\0{value}\0").encode_utf16());
        }
        let resource: Vec<u8> = words
            .iter()
            .flat_map(|word: &u16| word.to_le_bytes())
            .collect();
        assert_eq!(version_faults(&resource, "1.2.3"), Vec::<String>::new());
        assert_eq!(version_faults(&resource, "1.2.4").len(), 3);
        assert_eq!(version_faults(&resource[..30], "1.2.3").len(), 5);
    }
}
