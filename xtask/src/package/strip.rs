//! A static library without what its build has left in it.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use object::read::archive::ArchiveFile;

use super::natives::Compiler;
use crate::process;
use crate::workspace::Workspace;

/// Takes out of a static library what the profile's `strip` leaves there, the debug information, and what the place and
/// the run of the build have left in names.
pub fn strip(workspace: &Workspace, compiler: &Compiler, from: &Path, to: &Path) -> Result<()> {
    let tool = compiler
        .library(&compiler.host)
        .join("bin")
        .join(format!("rust-objcopy{}", env::consts::EXE_SUFFIX));
    let folder = to.parent().context("a library lies in a folder")?;
    fs::create_dir_all(folder)?;
    let renamed = folder.join("renamed-symbols");
    fs::write(&renamed, renamed_symbols(&fs::read(from)?)?)?;
    let mut command = workspace.command(tool);
    command.arg("--strip-debug");
    command.arg("--redefine-syms").arg(&renamed);
    command.arg(from).arg(to);
    // It has its libraries from the compiler, which tells it where they are.
    command.env(process::LIBRARY_PATH, compiler.sysroot.join("lib"));
    process::run(&mut command)
}

/// The symbols of import libraries that GNU's dlltool has named after a passing folder of the compiler's, each with a
/// name instead: one line for each.
fn renamed_symbols(library: &[u8]) -> Result<String> {
    let mut names = Vec::new();
    if let Some(symbols) = ArchiveFile::parse(library)?.symbols()? {
        for symbol in symbols {
            names.push(String::from_utf8_lossy(symbol?.name()).into_owned());
        }
    }
    Ok(without_folders(&names))
}

/// `_head__target_deps_rustc0nT2Du_ntdll_dll_imports_lib _head_0_ntdll_dll_imports_lib`: of several folders each has its
/// number, for several import libraries of one DLL must not be mixed.
fn without_folders(names: &[String]) -> String {
    const FOLDER: &str = "_deps_rustc";
    const RANDOM: usize = 6;
    let mut folders: Vec<&str> = Vec::new();
    let mut lines = String::new();
    for name in names {
        let Some((before, after)) = name.split_once(FOLDER) else {
            continue;
        };
        let Some((folder, rest)) = after.split_at_checked(RANDOM) else {
            continue;
        };
        let number = folders
            .iter()
            .position(|known| *known == folder)
            .unwrap_or_else(|| {
                folders.push(folder);
                folders.len() - 1
            });
        let kind = if before.starts_with("_head_") {
            "_head"
        } else {
            "_"
        };
        lines.extend([name, " ", kind, "_", &number.to_string(), rest, "\n"]);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn import_libraries_are_not_named_after_passing_folders() {
        let names = [
            "cosmi_abi_version",
            "_head__a_deps_rustcAbCdE1_ntdll_dll_imports_lib",
            "___a_deps_rustcAbCdE1_ntdll_dll_imports_lib_iname",
            "_head__a_deps_rustcZyXwV2_ntdll_dll_imports_lib",
        ]
        .map(str::to_owned);
        let lines = without_folders(&names);
        let new: Vec<&str> = lines
            .lines()
            .filter_map(|line| line.split(' ').nth(1))
            .collect();
        assert_eq!(
            new,
            [
                "_head_0_ntdll_dll_imports_lib",
                "__0_ntdll_dll_imports_lib_iname",
                "_head_1_ntdll_dll_imports_lib"
            ]
        );
    }
}
