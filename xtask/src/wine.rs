//! Wine: runs Windows programs here, in a Windows of their own below the target directory.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::tools::in_path;
use crate::workspace::Workspace;

/// What to tell a user who has no Wine.
pub const WINE_ADVICE: &str = "Debian and Ubuntu: `apt-get install wine64`";

/// What compiles C for it.
pub const MINGW: &str = "x86_64-w64-mingw32-gcc";

/// Where Debian has the 64-bit programs, which it leaves out of PATH.
const DEBIAN: &str = "/usr/lib/wine";

const SET_UP_LIMIT: Duration = Duration::from_secs(120);

/// Written last, so that a Windows half made is made anew.
const READY: &str = "cosmi-ready";

/// A Windows; all of its processes end when this is dropped.
pub struct Wine<'a> {
    workspace: &'a Workspace,
    loader: PathBuf,
    prefix: PathBuf,
}

/// Where Wine is, or `None` where there is none.
pub fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([PathBuf::from(DEBIAN)]);
    let folders = env::join_paths(folders).ok()?;
    in_path("wine64".as_ref(), Some(folders))
}

/// What Windows calls a file of this machine.
pub fn windows_path(path: &Path) -> String {
    format!("Z:{}", path.display().to_string().replace('/', "\\"))
}

impl<'a> Wine<'a> {
    /// The Windows below the target directory, made if it is not there yet.
    pub fn open(workspace: &'a Workspace, loader: PathBuf) -> Result<Wine<'a>> {
        let wine = Wine {
            workspace,
            loader,
            prefix: workspace.target.join("wine"),
        };
        if !wine.prefix.join(READY).is_file() {
            wine.make().context("Wine could not be set up")?;
        }
        Ok(wine)
    }

    fn make(&self) -> Result<()> {
        if self.prefix.exists() {
            fs::remove_dir_all(&self.prefix)?;
        }
        fs::create_dir_all(&self.prefix)?;
        let mut boot = self.command("wineboot");
        // It would offer to install a .NET Framework and a browser.
        boot.arg("-i").env("WINEDLLOVERRIDES", "mscoree,mshtml=");
        let mut version = self.command("reg");
        version.args(["add", r"HKCU\Software\Wine", "/v", "Version"]);
        version.args(["/d", "win10", "/f"]);
        for command in [&mut boot, &mut version] {
            let run = process::limited(command, SET_UP_LIMIT)?;
            if !run.succeeded() {
                bail!("{}", run.report());
            }
        }
        let library = self
            .drive()
            .join("windows/system32")
            .join("bcryptprimitives.dll");
        if !library.exists() {
            let mut compiler = self.workspace.command(MINGW);
            compiler.args(["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-o"]);
            compiler.arg(&library);
            compiler.arg(self.workspace.root.join("tests/windows/bcryptprimitives.c"));
            process::run(compiler.arg("-ladvapi32"))?;
        }
        fs::write(self.prefix.join(READY), "")?;
        Ok(())
    }

    /// Its drive C.
    pub fn drive(&self) -> PathBuf {
        self.prefix.join("drive_c")
    }

    /// A command that runs a Windows program.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = self.workspace.command(&self.loader);
        command.arg(program.as_ref());
        command.env("WINEPREFIX", &self.prefix);
        command.env("WINEDEBUG", "-all");
        // File names are UTF-8, whatever language this machine speaks.
        command.env("LC_ALL", "C.UTF-8");
        // Wine 8 stops .NET after a while without it.
        command.env("DOTNET_EnableWriteXorExecute", "0");
        command
    }
}

impl Drop for Wine<'_> {
    fn drop(&mut self) {
        let server = self.loader.with_file_name("wineserver");
        let mut command = self.workspace.command(server);
        command.arg("--kill").env("WINEPREFIX", &self.prefix);
        // It fails where nothing runs any more.
        let _ = process::capture(&mut command);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_has_this_machines_files_on_a_drive() {
        assert_eq!(
            windows_path(Path::new("/tmp/Übung 1/a.ps1")),
            r"Z:\tmp\Übung 1\a.ps1"
        );
    }
}
