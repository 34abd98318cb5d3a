//! The tests of the module, in a PowerShell for Windows.

use std::collections::VecDeque;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::process;
use crate::simulator::off_azure;
use crate::test::totals::{Outcome, pester_totals};
use crate::tools::Tool;
use crate::wine::{Wine, windows_path};
use crate::workspace::Workspace;

/// How long all of them may take.
const LIMIT: Duration = Duration::from_secs(900);
/// How long one file of them may take: it was seen that a PowerShell stops for ever under Wine.
const FILE_LIMIT: Duration = Duration::from_secs(300);

/// The files that take long, the longest first.
const SLOW: [&str; 7] = [
    "Loading.Tests.ps1",
    "Help.Tests.ps1",
    "Hosts.Tests.ps1",
    "Grant-CosmiAccess.Tests.ps1",
    "Jobs.Tests.ps1",
    "Examples.Tests.ps1",
    "Changes.Tests.ps1",
];

/// What is not run here, and why.
const LEFT_OUT: [(&str, &str); 1] = [(
    "Grammar.Tests.ps1",
    "it reads the source tree, which is the same on every system",
)];

/// The Pester tests: each file in a PowerShell of its own, as many at a time as there are processors.
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
        let end = Instant::now() + LIMIT;
        // The keys of Azure Arc's challenges are read in this folder alone.
        fs::create_dir_all(
            self.wine
                .drive()
                .join("ProgramData/AzureConnectedMachineAgent/Tokens"),
        )?;
        for (file, why) in LEFT_OUT {
            println!(" [!] {file}, is skipped, because {why}");
        }
        let waiting = Mutex::new(self.files()?);
        let total = Mutex::new(Outcome {
            skipped: LEFT_OUT.len(),
            ..Outcome::default()
        });
        let next = || waiting.lock().expect("no worker panics").pop_front();
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while let Some(file) = next() {
                        let outcome = self
                            .run_one(&file, end)
                            .unwrap_or_else(|error| Outcome::failed(format!("{error:#}")));
                        let mut total = total.lock().expect("no worker panics");
                        *total = std::mem::take(&mut *total).and(outcome);
                    }
                });
            }
        });
        Ok(total
            .into_inner()
            .expect("no worker panics")
            .expecting_tests())
    }

    fn files(&self) -> Result<VecDeque<PathBuf>> {
        let folder = self.workspace.root.join("tests/powershell");
        let mut files: Vec<PathBuf> = fs::read_dir(folder)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_>>()?;
        files.retain(|file| {
            file.to_string_lossy().ends_with(".Tests.ps1")
                && !LEFT_OUT.iter().any(|(name, _)| file.ends_with(name))
        });
        files.sort();
        // The longest first, so that none of them is left to run alone at the end.
        let rank = |file: &Path| SLOW.iter().position(|slow| file.ends_with(slow));
        files.sort_by_key(|file| rank(file).unwrap_or(SLOW.len()));
        Ok(files.into())
    }

    fn run_one(&self, file: &Path, end: Instant) -> Result<Outcome> {
        let limit = FILE_LIMIT.min(end.saturating_duration_since(Instant::now()));
        let mut command = self.wine.command(self.pwsh.program());
        off_azure(&mut command);
        command.args([
            "-NoProfile",
            "-NonInteractive",
            "-ExecutionPolicy",
            "Bypass",
        ]);
        command.arg("-File");
        command.arg(windows_path(
            &self.workspace.root.join("xtask/scripts/Invoke-Test.ps1"),
        ));
        command.arg("-Path").arg(windows_path(file));
        command.env("COSMI_MODULE", windows_path(&self.module));
        command.env("COSMI_SIMULATOR", windows_path(&self.simulator));
        if let Some(paths) = self.pwsh.variable("PSModulePath") {
            let paths: Vec<String> = env::split_paths(&paths)
                .map(|path| windows_path(&path))
                .collect();
            command.env("PSModulePath", paths.join(";"));
        }
        let run = process::limited(&mut command, limit)?;
        // In one piece: another file's may come at the same time.
        println!("{}", run.output.trim_end());
        let Some(status) = run.status else {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            return Ok(Outcome::failed(format!(
                "{name} was not done after {} s",
                limit.as_secs()
            )));
        };
        Ok(pester_totals(&run.output)
            .unwrap_or_default()
            .explained_by(&run.output)
            .checked(status)
            .expecting_tests())
    }
}
