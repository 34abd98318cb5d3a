//! `cargo xtask check`: what can be said of the sources without running the tests.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::tools::{DOTNET_ADVICE, Tools, in_path};
use crate::workspace::{Workspace, is_ci};
use crate::{build, help, process};

const WINDOWS: &str = "x86_64-pc-windows-gnu";

/// What came of a gate.
enum Gate {
    Passed,
    Skipped(String),
}

/// A gate: its name, and what it does.
type Named<'a> = (&'static str, &'a dyn Fn() -> Result<Gate>);

pub fn run(workspace: &Workspace, tools: &Tools) -> Result<()> {
    let gates: [Named; 7] = [
        ("formatting", &|| {
            // fmt takes no --locked, so not through `Workspace::cargo`.
            passed(process::run(
                workspace.command("cargo").args(["fmt", "--all", "--check"]),
            ))
        }),
        ("clippy", &|| {
            let mut cargo = workspace.cargo(&["clippy", "--workspace", "--all-targets"]);
            passed(process::run(cargo.args(["--", "--deny", "warnings"])))
        }),
        ("rustdoc", &|| {
            let mut cargo = workspace.cargo_on_members(&["doc", "--no-deps"]);
            passed(process::run(cargo.env("RUSTDOCFLAGS", "--deny warnings")))
        }),
        ("windows", &|| windows(workspace)),
        ("drift", &|| {
            let mut cargo =
                workspace.cargo_on_members(&["test", "--test", "drift", "--test", "layers"]);
            passed(process::run(&mut cargo))
        }),
        ("help pages", &|| passed(help::convert(workspace).map(drop))),
        ("C#", &|| csharp(workspace, tools)),
    ];
    let mut rows = Vec::new();
    let mut failed = 0;
    for (name, gate) in gates {
        let start = Instant::now();
        let result = gate();
        let text = match &result {
            Ok(Gate::Passed) => "passed".to_owned(),
            Ok(Gate::Skipped(reason)) => format!("skipped: {reason}"),
            Err(error) => format!("failed: {error:#}"),
        };
        failed += usize::from(result.is_err());
        rows.push((name, start.elapsed(), text));
    }
    println!("\n{:<12}{:>8}  result", "gate", "seconds");
    for (name, time, text) in rows {
        println!("{name:<12}{:>8.1}  {text}", time.as_secs_f64());
    }
    if failed > 0 {
        bail!("{failed} of the gates failed");
    }
    Ok(())
}

fn passed(result: Result<()>) -> Result<Gate> {
    result.map(|()| Gate::Passed)
}

/// The library must stay portable; the compiler for Windows sees what the one here does not.
fn windows(workspace: &Workspace) -> Result<Gate> {
    if cfg!(windows) {
        return Ok(Gate::Skipped(
            "this is Windows, and clippy saw it all".to_owned(),
        ));
    }
    let rustup = || {
        process::capture(
            workspace
                .command("rustup")
                .args(["target", "list", "--installed"]),
        )
    };
    match rustup() {
        Ok(installed) if installed.lines().any(|target| target == WINDOWS) => {}
        Ok(_) => {
            if let Err(error) =
                process::run(workspace.command("rustup").args(["target", "add", WINDOWS]))
            {
                return missing(format!(
                    "the Rust target {WINDOWS} could not be added: {error:#}"
                ));
            }
        }
        // A Rust that does not come from rustup may have the target all the same; cargo will say.
        Err(_) => {}
    }
    // ring compiles C and assembly for the target even in a check.
    let compiler = "x86_64-w64-mingw32-gcc";
    if in_path(compiler.as_ref(), std::env::var_os("PATH")).is_none() {
        return missing(format!(
            "no {compiler} here; Debian and Ubuntu: `apt-get install gcc-mingw-w64-x86-64`"
        ));
    }
    passed(process::run(&mut workspace.cargo(&[
        "check",
        "--package",
        "cosmi",
        "--target",
        WINDOWS,
    ])))
}

fn csharp(workspace: &Workspace, tools: &Tools) -> Result<Gate> {
    let Some(dotnet) = tools.dotnet()? else {
        return missing(format!("no dotnet here; {DOTNET_ADVICE}"));
    };
    for folder in ["powershell", "tests/csharp", "examples/csharp"] {
        for project in build::projects(&workspace.root.join(folder))? {
            let mut command = build::dotnet_command(workspace, dotnet, "build", &project);
            process::run(command.arg("-warnaserror"))?;
        }
    }
    Ok(Gate::Passed)
}

/// A gate whose tool is not there: skipped, and on a build server a failure.
fn missing(reason: String) -> Result<Gate> {
    if is_ci() {
        bail!(reason);
    }
    Ok(Gate::Skipped(reason))
}
