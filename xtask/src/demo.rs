//! `cargo xtask demo`: the tutorial against the simulator, step by step.

use std::net::TcpListener;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::simulator::Simulator;
use crate::tools::{DOTNET_ADVICE, PWSH_ADVICE, Tool, Tools};
use crate::workspace::{Profile, Workspace};
use crate::{build, c_program, namespace, process};

#[derive(Args)]
pub struct Arguments {
    /// Run the tutorial's own commands, as printed in 2018, at the metadata address itself (Linux)
    #[arg(long)]
    original: bool,
}

/// Where Azure's machines find their metadata service.
pub const METADATA_ADDRESS: &str = "169.254.169.254";

/// How a line about a step begins, in both scripts.
pub const STEP_MARK: &str = "[step] ";

pub fn run(workspace: &Workspace, tools: &Tools, arguments: &Arguments) -> Result<()> {
    if arguments.original {
        return original(workspace, tools);
    }
    let Some(pwsh) = tools.pwsh()? else {
        println!(
            "There is no PowerShell here, so the C example runs the tutorial. To see it in PowerShell, {PWSH_ADVICE}."
        );
        return in_c(workspace);
    };
    process::run(&mut workspace.build_debug())?;
    let Some(module) = build::stage(workspace, tools, Profile::Debug)? else {
        bail!("the module could not be built; {DOTNET_ADVICE}");
    };
    let simulator = Simulator::start(workspace, &[])?;
    let mut command = pwsh.pwsh_command(workspace);
    command
        .arg("-File")
        .arg(workspace.root.join("xtask/scripts/Show-Tutorial.ps1"));
    command.arg("-Module").arg(module);
    command
        .arg("-Tutorial")
        .arg(workspace.root.join("examples/powershell/tutorial.ps1"));
    simulator.point(&mut command);
    process::run(&mut command)
}

/// The same steps by the C example.
fn in_c(workspace: &Workspace) -> Result<()> {
    process::run(&mut workspace.build_debug())?;
    let program = c_program::compile(
        workspace,
        &workspace.root.join("examples/c/tutorial.c"),
        Profile::Debug,
    )?;
    let simulator = Simulator::start(workspace, &[])?;
    let mut command = workspace.command(program);
    command.arg(simulator.text("/subscriptionId")?);
    command.arg(simulator.text("/resourceGroup")?);
    command.args(["myaccount", "Test", "Test"]);
    command.arg(simulator.text("/accounts/myaccount/endpoint")?);
    simulator.point(&mut command);
    process::run(&mut command)
}

/// The tutorial's own commands. They name the metadata address, so they run where the simulator *is* that address.
fn original(workspace: &Workspace, tools: &Tools) -> Result<()> {
    let Some(pwsh) = tools.pwsh()? else {
        bail!("no PowerShell here; {PWSH_ADVICE}")
    };
    // Only an address of this machine can be listened on: inside the namespace it is, elsewhere it is not.
    if TcpListener::bind((METADATA_ADDRESS, 0)).is_err() {
        process::run(&mut workspace.build_debug())?;
        return process::run(&mut in_namespace(workspace, pwsh)?);
    }
    let simulator = Simulator::start(workspace, &["--imds", &format!("{METADATA_ADDRESS}:80")])?;
    let mut command = pwsh.pwsh_command(workspace);
    command.arg("-File").arg(
        workspace
            .root
            .join("xtask/scripts/Show-OriginalTutorial.ps1"),
    );
    command
        .arg("-ResourceManager")
        .arg(simulator.text("/armHttp")?);
    command
        .arg("-SubscriptionId")
        .arg(simulator.text("/subscriptionId")?);
    command
        .arg("-ResourceGroup")
        .arg(simulator.text("/resourceGroup")?);
    process::run(&mut command)
}

/// `cargo xtask demo --original` in a network of its own that holds nothing but loopback and the metadata address.
/// An error says why there can be none here.
pub fn in_namespace(workspace: &Workspace, pwsh: &Tool) -> Result<Command> {
    let set_up = format!("ip link set lo up && ip addr add {METADATA_ADDRESS}/32 dev lo");
    let mut command = namespace::command(&set_up, || pwsh.command_for(workspace, "unshare"))?;
    command.arg(std::env::current_exe().context("this program has no path")?);
    command
        .arg("--pwsh")
        .arg(pwsh.program())
        .args(["demo", "--original"]);
    Ok(command)
}
