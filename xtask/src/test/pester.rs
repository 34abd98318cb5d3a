//! Runs Pester files: each in a PowerShell of its own, as many at a time as there are processors.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::totals::{Outcome, pester_totals};
use crate::process;
use crate::workspace::Workspace;

/// How long all of them may take.
const LIMIT: Duration = Duration::from_secs(900);
/// How long one file of them may take: it was seen that a PowerShell stops for ever under Wine.
const FILE_LIMIT: Duration = Duration::from_secs(300);

/// The files that take long, the longest first.
const SLOW: [&str; 8] = [
    "Help.Tests.ps1",
    "Loading.Tests.ps1",
    "Hosts.Tests.ps1",
    "Jobs.Tests.ps1",
    "Grant-CosmiAccess.Tests.ps1",
    "Examples.Tests.ps1",
    "Changes.Tests.ps1",
    "Errors.Tests.ps1",
];

/// The Pester files of a folder, the longest first, so that none of them is left to run alone at the end.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".Tests.ps1"));
    let rank = |file: &Path| SLOW.iter().position(|slow| file.ends_with(slow));
    files.sort_by_key(|file| (rank(file).unwrap_or(SLOW.len()), file.clone()));
    Ok(files)
}

/// The script that runs one of them.
pub fn runner(workspace: &Workspace) -> PathBuf {
    workspace.root.join("xtask/scripts/Invoke-Test.ps1")
}

/// Runs them all. `command` gives what runs one.
pub fn run(files: Vec<PathBuf>, command: impl Fn(&Path) -> Command) -> Outcome {
    let end = Instant::now() + LIMIT;
    let commands: Vec<_> = files
        .into_iter()
        .map(|file| (command(&file), file))
        .collect();
    let waiting = Mutex::new(commands.into_iter());
    let total = Mutex::new(Outcome::default());
    let next = || waiting.lock().expect("no worker panics").next();
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((mut command, file)) = next() {
                    let limit = FILE_LIMIT.min(end.saturating_duration_since(Instant::now()));
                    let outcome = run_one(&file, &mut command, limit)
                        .unwrap_or_else(|error| Outcome::failed(format!("{error:#}")));
                    let mut total = total.lock().expect("no worker panics");
                    *total = std::mem::take(&mut *total).and(outcome);
                }
            });
        }
    });
    total
        .into_inner()
        .expect("no worker panics")
        .expecting_tests()
}

fn run_one(file: &Path, command: &mut Command, limit: Duration) -> Result<Outcome> {
    let run = process::limited(command, limit)?;
    // In one piece: another file's may come at the same time.
    println!("{}", run.output.trim_end());
    let name = file.file_name().unwrap_or_default().display();
    let Some(status) = run.status else {
        let seconds = limit.as_secs();
        return Ok(Outcome::failed(format!(
            "{name} was not done after {seconds} s"
        )));
    };
    if run.output.lines().any(|line| line.trim() == "no Pester 5") {
        return Ok(Outcome::missing(
            "Pester 5",
            "`Install-Module -Name Pester -MinimumVersion 5.0 -Scope CurrentUser`",
        ));
    }
    let outcome = pester_totals(&run.output)
        .unwrap_or_default()
        .explained_by(&run.output)
        .checked(status);
    Ok(if outcome == Outcome::default() {
        Outcome::failed(format!("{name} has no test"))
    } else {
        outcome
    })
}
