//! Compiles a C program against the committed header and a library built before.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::tools::in_path;
use crate::workspace::{Profile, Workspace};

/// Compiles `source` and gives the program, which finds its library by itself.
pub fn compile(workspace: &Workspace, source: &Path, profile: Profile) -> Result<PathBuf> {
    let path = std::env::var_os("PATH");
    let Some(compiler) = ["cc", "gcc", "clang"]
        .iter()
        .find_map(|name| in_path(name.as_ref(), path.clone()))
    else {
        bail!("no C compiler here; install gcc or clang");
    };
    let folder = workspace.target.join("c-programs").join(match profile {
        Profile::Release => "release",
        Profile::Debug => "debug",
    });
    fs::create_dir_all(&folder)?;
    let library = workspace.library(profile);
    let program = folder.join(source.file_stem().context("a C source has a name")?);
    let mut command = workspace.command(compiler);
    command
        .args(["-std=c11", "-O2", "-pthread", "-Wall", "-Wextra", "-Werror"])
        .arg("-I")
        .arg(workspace.root.join("include"));
    command.arg(source).arg(&library).arg("-o").arg(&program);
    if cfg!(target_os = "linux") {
        // The program asks for the library by its SONAME, which a build directory does not have.
        let header = workspace.root.join("include/cosmi.h");
        let header = fs::read_to_string(&header)
            .with_context(|| format!("could not read {}", header.display()))?;
        let soname = folder.join(soname(&header)?);
        if soname.symlink_metadata().is_ok() {
            fs::remove_file(&soname)?;
        }
        symlink(&library, &soname)?;
        command.arg("-Wl,-rpath,$ORIGIN");
    }
    process::run(&mut command)?;
    Ok(program)
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> Result<()> {
    std::os::unix::fs::symlink(target, link)
        .with_context(|| format!("could not make {}", link.display()))
}

#[cfg(not(unix))]
fn symlink(target: &Path, link: &Path) -> Result<()> {
    fs::copy(target, link)
        .map(drop)
        .with_context(|| format!("could not make {}", link.display()))
}

/// The name by which programs ask for the library on Linux, from the header's text.
pub fn soname(header: &str) -> Result<String> {
    let major = parse_abi_major(header).context("the header defines no COSMI_ABI_VERSION")?;
    Ok(format!("libcosmi.so.{major}"))
}

/// The major version of the ABI.
fn parse_abi_major(header: &str) -> Option<u32> {
    let value = header
        .lines()
        .find_map(|line| line.strip_prefix("#define COSMI_ABI_VERSION "))?
        .trim();
    let value = value.trim_end_matches(['u', 'U']);
    let version = match value.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => value.parse().ok()?,
    };
    Some(version >> 16)
}

#[cfg(test)]
mod tests {
    use super::parse_abi_major;

    #[test]
    fn the_abi_version_is_read_in_any_notation() {
        assert_eq!(
            parse_abi_major("/* x */\n#define COSMI_ABI_VERSION 0x00020001u\n"),
            Some(2)
        );
        assert_eq!(
            parse_abi_major("#define COSMI_ABI_VERSION 65536\n"),
            Some(1)
        );
        assert_eq!(parse_abi_major("#define OTHER 1\n"), None);
    }
}
