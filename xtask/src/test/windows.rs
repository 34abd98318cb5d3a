//! Part `windows`: the shipped library for Windows under Wine, as C programs and PowerShell use it.

mod files;
mod programs;

use std::path::PathBuf;

use anyhow::Result;

use super::totals::Outcome;
use crate::module::{self, Native};
use crate::package::natives::{self, Built, WINDOWS_X64};
use crate::process;
use crate::tools::{DOTNET_ADVICE, Tools};
use crate::wine::{self, Wine};
use crate::workspace::Workspace;
use files::Files;
use programs::Programs;

/// Where the module lies: the folder has what folders of users have.
const MODULE_PARENT: &str = "module-windows/Übung mit Leerzeichen & mehr";

/// Runs the part.
pub fn run(workspace: &Workspace, tools: &Tools) -> Result<Outcome> {
    if cfg!(windows) {
        return Ok(Outcome::skipped(
            "this is Windows, where the other parts say it all".to_owned(),
        ));
    }
    let Some(loader) = wine::find() else {
        return Ok(Outcome::missing("wine64", wine::WINE_ADVICE));
    };
    if let Some(what) = natives::missing(workspace, WINDOWS_X64) {
        return Ok(Outcome::unavailable(what));
    }
    let built = natives::build(workspace, WINDOWS_X64)?;
    let simulator = build_simulator(workspace)?;
    let wine = Wine::open(workspace, loader)?;

    let outcome = Programs::new(workspace, &wine, &built)?.run();
    let Some(pwsh) = tools.windows_pwsh()? else {
        return Ok(outcome.and(Outcome::missing(
            "PowerShell for Windows",
            "name its pwsh.exe in COSMI_PWSH_WINDOWS",
        )));
    };
    let Some(module) = stage(workspace, tools, &built)? else {
        return Ok(outcome.and(Outcome::missing("dotnet", DOTNET_ADVICE)));
    };
    let files = Files {
        workspace,
        wine: &wine,
        pwsh,
        module,
        simulator,
    };
    Ok(outcome.and(files.run()?))
}

/// The simulator as a Windows program, for tests that start one of their own.
fn build_simulator(workspace: &Workspace) -> Result<PathBuf> {
    let mut cargo = workspace.cargo(&["build", "--package", "cosmi-simulator"]);
    process::run(cargo.args(["--target", WINDOWS_X64.triple]))?;
    Ok(workspace
        .target
        .join(WINDOWS_X64.triple)
        .join("debug/cosmi-simulator.exe"))
}

/// The module with the library for Windows alone.
fn stage(workspace: &Workspace, tools: &Tools, built: &Built) -> Result<Option<PathBuf>> {
    let folder = workspace.target.join(MODULE_PARENT).join("Cosmi");
    let native = Native {
        rid: WINDOWS_X64.rid.to_owned(),
        library: built.library.clone(),
    };
    module::stage(workspace, tools, &folder, &[native], &[])
}
