//! `cargo xtask test`: every test in every language, a table, and one line of totals.

mod mono;
mod packages;
mod pester;
mod totals;
mod windows;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::tools::{DOTNET_ADVICE, PWSH_ADVICE, Tool, Tools, in_path};
use crate::workspace::{Profile, Workspace};
use crate::{build, demo, process};
use totals::{Outcome, libtest_totals, nextest_totals, trx_totals};

#[derive(Args)]
pub struct Arguments {
    /// Only these parts [default: all]
    #[arg(value_enum, value_name = "PART")]
    parts: Vec<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Unit tests and tests/*.rs
    Rust,
    /// The examples in Rust documentation
    Docs,
    /// The C programs, with every C compiler there is
    C,
    /// tests/csharp
    Csharp,
    /// tests/csharp once more, as a program for .NET Framework, on Mono
    Mono,
    /// tests/powershell
    Powershell,
    /// The tutorial's own commands, at the metadata address itself
    Tutorial,
    /// The C programs and tests/powershell with the library for Windows, under Wine
    Windows,
    /// Every package, used from an empty folder
    Packages,
}

/// The Rust test that compiles and runs the C programs.
const C_PROGRAMS: &str = "c_programs";

pub fn run(workspace: &Workspace, tools: &Tools, arguments: &Arguments) -> ExitCode {
    let parts: Vec<Part> = Part::value_variants()
        .iter()
        .copied()
        .filter(|part| arguments.parts.is_empty() || arguments.parts.contains(part))
        .collect();
    let start = Instant::now();
    let mut report = Report::default();
    match Session::prepare(workspace, tools, &parts) {
        Ok(session) => {
            report.add("build", Outcome::default(), start.elapsed());
            for part in parts {
                let start = Instant::now();
                let outcome = session
                    .run(part)
                    .unwrap_or_else(|error| Outcome::failed(format!("{error:#}")));
                report.add(part.name(), outcome, start.elapsed());
            }
        }
        Err(error) => {
            report.add(
                "build",
                Outcome::failed(format!("{error:#}")),
                start.elapsed(),
            );
            for part in parts {
                report.add(
                    part.name(),
                    Outcome::skipped("not built".to_owned()),
                    Duration::ZERO,
                );
            }
        }
    }
    report.print();
    // The totals are the last line, so the exit code alone says the rest.
    if report.total().failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Rust => "rust",
            Part::Docs => "docs",
            Part::C => "c",
            Part::Csharp => "csharp",
            Part::Mono => "mono",
            Part::Powershell => "powershell",
            Part::Tutorial => "tutorial",
            Part::Windows => "windows",
            Part::Packages => "packages",
        }
    }
}

/// Everything built that the parts need.
struct Session<'a> {
    workspace: &'a Workspace,
    tools: &'a Tools,
    nextest: bool,
    module: Option<PathBuf>,
}

impl<'a> Session<'a> {
    fn prepare(workspace: &'a Workspace, tools: &'a Tools, parts: &[Part]) -> Result<Session<'a>> {
        let mut cargo = workspace.build_debug();
        if parts
            .iter()
            .any(|part| matches!(part, Part::Rust | Part::C))
        {
            cargo.arg("--all-targets");
        }
        process::run(&mut cargo)?;
        let module = if parts.contains(&Part::Powershell) && tools.pwsh()?.is_some() {
            build::stage(workspace, tools, Profile::Debug)?
        } else {
            None
        };
        let nextest =
            process::capture(workspace.command("cargo").args(["nextest", "--version"])).is_ok();
        Ok(Session {
            workspace,
            tools,
            nextest,
            module,
        })
    }

    fn run(&self, part: Part) -> Result<Outcome> {
        match part {
            Part::Rust => self.rust(),
            Part::Docs => self.docs(),
            Part::C => self.c(),
            Part::Csharp => self.csharp(),
            Part::Mono => mono::run(self),
            Part::Powershell => self.powershell(),
            Part::Tutorial => self.tutorial(),
            Part::Windows => windows::run(self.workspace, self.tools),
            Part::Packages => packages::run(self),
        }
    }

    fn rust(&self) -> Result<Outcome> {
        let mut members = self.cargo_test(|verb| self.workspace.cargo_on_members(verb));
        members.args(["--lib", "--bins"]);
        for test in self
            .workspace
            .integration_tests()
            .into_iter()
            .filter(|test| *test != C_PROGRAMS)
        {
            members.args(["--test", test]);
        }
        let mut xtask = self.cargo_test(|verb| self.workspace.cargo(verb));
        xtask.args(["--package", "xtask"]);
        Ok(self.count(&mut members)?.and(self.count(&mut xtask)?))
    }

    fn docs(&self) -> Result<Outcome> {
        let mut cargo = self
            .workspace
            .cargo_on_members(&["test", "--doc", "--no-fail-fast"]);
        let (status, output) = process::tee(&mut cargo)?;
        Ok(libtest_totals(&output).checked(status))
    }

    fn c(&self) -> Result<Outcome> {
        if !["gcc", "clang", "cc"]
            .iter()
            .any(|compiler| on_path(compiler))
        {
            return Ok(Outcome::missing("a C compiler", "install gcc or clang"));
        }
        let mut cargo = self.cargo_test(|verb| self.workspace.cargo_on_members(verb));
        self.count(cargo.args(["--test", C_PROGRAMS]))
    }

    fn csharp(&self) -> Result<Outcome> {
        let Some(dotnet) = self.tools.dotnet()? else {
            return Ok(Outcome::missing("dotnet", DOTNET_ADVICE));
        };
        let results = self.workspace.target.join("test-results/csharp");
        if results.exists() {
            fs::remove_dir_all(&results)?;
        }
        let mut total = Outcome::default();
        for project in build::projects(&self.workspace.root.join("tests/csharp"))? {
            let mut command = build::dotnet_command(self.workspace, dotnet, "test", &project);
            command.args([
                "--logger",
                "trx",
                "--logger",
                "console;verbosity=normal",
                "--results-directory",
            ]);
            command.arg(&results);
            let (status, output) = process::tee(self.environment(&mut command))?;
            let outcome = trx_totals(&results)?.explained_by(&output).checked(status);
            fs::remove_dir_all(&results).or_else(|error| match error.kind() {
                std::io::ErrorKind::NotFound => Ok(()),
                _ => Err(error),
            })?;
            total = total.and(outcome);
        }
        Ok(total.expecting_tests())
    }

    fn powershell(&self) -> Result<Outcome> {
        let Some(pwsh) = self.tools.pwsh()? else {
            return Ok(Outcome::missing("PowerShell", PWSH_ADVICE));
        };
        let module = self
            .module
            .as_deref()
            .context("the module could not be built")?;
        self.pester(pwsh, "tests/powershell", ("COSMI_MODULE", module))
    }

    /// The Pester tests of a folder, which are told where something is that they need.
    fn pester(&self, pwsh: &Tool, folder: &str, told: (&str, &Path)) -> Result<Outcome> {
        let files = pester::files(&self.workspace.root.join(folder))?;
        Ok(pester::run(files, |file| {
            let mut command = pwsh.pwsh_command(self.workspace);
            command
                .arg("-File")
                .arg(pester::runner(self.workspace))
                .arg("-Path")
                .arg(file);
            self.environment(&mut command).env(told.0, told.1);
            // The module finds its own library, as it does for a user.
            command.env_remove("COSMI_LIBRARY");
            command
        }))
    }

    fn tutorial(&self) -> Result<Outcome> {
        let Some(pwsh) = self.tools.pwsh()? else {
            return Ok(Outcome::missing("PowerShell", PWSH_ADVICE));
        };
        match demo::in_namespace(self.workspace, pwsh) {
            Ok(mut command) => {
                let (status, output) = process::tee(&mut command)?;
                let passed = output
                    .lines()
                    .filter(|line| line.starts_with(demo::STEP_MARK))
                    .count();
                Ok(Outcome {
                    passed,
                    ..Outcome::default()
                }
                .checked(status)
                .expecting_tests())
            }
            Err(error) => Ok(Outcome::skipped(format!("{error:#}"))),
        }
    }

    /// The test verb of the runner there is, on the packages that `on` chooses.
    fn cargo_test(&self, on: impl Fn(&[&str]) -> Command) -> Command {
        let verb: &[&str] = if self.nextest {
            &["nextest", "run"]
        } else {
            &["test"]
        };
        let mut command = on(verb);
        command.arg("--no-fail-fast");
        command
    }

    fn count(&self, cargo: &mut Command) -> Result<Outcome> {
        let (status, output) = process::tee(self.environment(cargo))?;
        let totals = if self.nextest {
            nextest_totals(&output).unwrap_or_default()
        } else {
            libtest_totals(&output)
        };
        Ok(totals
            .explained_by(&output)
            .checked(status)
            .expecting_tests())
    }

    /// What the tests of every language are told.
    fn environment<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("COSMI_SIMULATOR", self.workspace.simulator());
        command.env("COSMI_LIBRARY", self.workspace.library(Profile::Debug));
        if let Some(shared) = self
            .workspace
            .root
            .parent()
            .map(|parent| parent.join("shared"))
            && shared.is_dir()
        {
            command.env("COSMI_SHARED", shared);
        }
        command
    }
}

fn on_path(program: &str) -> bool {
    in_path(Path::new(program), std::env::var_os("PATH")).is_some()
}

#[derive(Default)]
struct Report {
    rows: Vec<(&'static str, Outcome, Duration)>,
}

impl Report {
    fn add(&mut self, part: &'static str, outcome: Outcome, time: Duration) {
        self.rows.push((part, outcome, time));
    }

    fn total(&self) -> Outcome {
        self.rows
            .iter()
            .fold(Outcome::default(), |total, (_, outcome, _)| {
                total.and(outcome.clone())
            })
    }

    fn print(&self) {
        for (part, outcome, _) in &self.rows {
            for failure in &outcome.failures {
                println!("\nFAILED in {part}: {failure}");
            }
        }
        println!(
            "\n{:<12}{:>8}{:>8}{:>9}{:>10}",
            "part", "passed", "failed", "skipped", "seconds"
        );
        for (part, outcome, time) in &self.rows {
            let Outcome {
                passed,
                failed,
                skipped,
                note,
                ..
            } = outcome;
            let note = note
                .as_deref()
                .map(|note| format!("  {note}"))
                .unwrap_or_default();
            println!(
                "{part:<12}{passed:>8}{failed:>8}{skipped:>9}{:>10.1}{note}",
                time.as_secs_f64()
            );
        }
        let Outcome {
            passed,
            failed,
            skipped,
            ..
        } = self.total();
        println!("\n{passed} passed, {failed} failed, {skipped} skipped");
    }
}
