//! Part `mono`: the C# tests as a program for .NET Framework, which Mono stands in for where there is none.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::totals::{Outcome, pester_totals};
use super::{Session, on_path};
use crate::tools::DOTNET_ADVICE;
use crate::{build, process};

/// What Debian and Ubuntu call the pieces of Mono that the tests use; `.ci/run` installs the same.
const MONO_ADVICE: &str = "Debian and Ubuntu: `apt-get install mono-runtime libmono-system-net-http4.0-cil \
    libmono-system-runtime-serialization4.0-cil`";

const PROJECT: &str = "tests/csharp/Cosmi.Interop.Tests/Cosmi.Interop.Tests.csproj";
/// Where the project's program for .NET Framework is built, below the target directory.
const PROGRAM: &str = "dotnet/bin/Cosmi.Interop.Tests/release_net462/Cosmi.Interop.Tests.exe";

pub fn run(session: &Session) -> Result<Outcome> {
    let workspace = session.workspace;
    let Some(dotnet) = session.tools.dotnet()? else {
        return Ok(Outcome::missing("dotnet", DOTNET_ADVICE));
    };
    if !cfg!(windows) && !on_path("mono") {
        return Ok(Outcome::missing("Mono", MONO_ADVICE));
    }
    let mut build =
        build::dotnet_command(workspace, dotnet, "build", &workspace.root.join(PROJECT));
    process::run(build.args(["--framework", "net462"]))?;
    let mut tests = program(session, &workspace.target.join(PROGRAM));
    let (status, output) = process::tee(session.environment(&mut tests))?;
    Ok(pester_totals(&output)
        .context("the program did not come to its totals")?
        .explained_by(&output)
        .checked(status)
        .expecting_tests())
}

/// Windows has .NET Framework itself.
fn program(session: &Session, program: &Path) -> Command {
    if cfg!(windows) {
        return session.workspace.command(program);
    }
    let mut mono = session.workspace.command("mono");
    mono.arg(program);
    mono
}
