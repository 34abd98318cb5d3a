//! The tests of the module, in a PowerShell for Windows.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::simulator::off_azure;
use crate::test::pester;
use crate::test::totals::Outcome;
use crate::tools::Tool;
use crate::wine::{Wine, windows_path};
use crate::workspace::Workspace;

/// What is not run here, and why.
const LEFT_OUT: [(&str, &str); 1] = [(
    "Grammar.Tests.ps1",
    "it reads the source tree, which is the same on every system",
)];

/// The Pester files of the module, and what runs them.
pub struct Files<'a> {
    pub workspace: &'a Workspace,
    pub wine: &'a Wine<'a>,
    pub pwsh: Tool,
    /// The staged manifest.
    pub module: PathBuf,
    /// For Windows.
    pub simulator: PathBuf,
}

impl Files<'_> {
    /// Runs them all.
    pub fn run(&self) -> Result<Outcome> {
        // The keys of Azure Arc's challenges are read in this folder alone.
        fs::create_dir_all(
            self.wine
                .drive()
                .join("ProgramData/AzureConnectedMachineAgent/Tokens"),
        )?;
        for (file, why) in LEFT_OUT {
            println!(" [!] {file}, is skipped, because {why}");
        }
        let mut files = pester::files(&self.workspace.root.join("tests/powershell"))?;
        files.retain(|file| !LEFT_OUT.iter().any(|(name, _)| file.ends_with(name)));
        let mut outcome = pester::run(files, |file| self.command(file));
        outcome.skipped += LEFT_OUT.len();
        Ok(outcome)
    }

    fn command(&self, file: &Path) -> Command {
        let mut command = self.wine.command(self.pwsh.program());
        off_azure(&mut command);
        command.args([
            "-NoProfile",
            "-NonInteractive",
            "-ExecutionPolicy",
            "Bypass",
        ]);
        command
            .arg("-File")
            .arg(windows_path(&pester::runner(self.workspace)))
            .arg("-Path")
            .arg(windows_path(file));
        command.env("COSMI_MODULE", windows_path(&self.module));
        command.env("COSMI_SIMULATOR", windows_path(&self.simulator));
        if let Some(paths) = self.pwsh.variable("PSModulePath") {
            let paths: Vec<String> = env::split_paths(&paths)
                .map(|path| windows_path(&path))
                .collect();
            command.env("PSModulePath", paths.join(";"));
        }
        command
    }
}
