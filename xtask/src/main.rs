//! Every repeated job of this project as one command: `cargo xtask <command>`.

mod bench;
mod build;
mod c_program;
mod check;
mod demo;
mod header;
mod help;
mod manifest;
mod module;
mod namespace;
mod package;
mod process;
mod simulator;
mod test;
mod tools;
mod wine;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::tools::{ToolPaths, Tools};
use crate::workspace::Workspace;

#[derive(Parser)]
// `help` is a command of ours; `--help` remains.
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    version,
    about,
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(flatten)]
    tools: ToolPaths,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the native library and the C# assemblies, and stage the PowerShell module
    Build(build::Arguments),
    /// Turn powershell/help/*.md into the help file of the staged module
    Help,
    /// Write include/cosmi.h anew from the exported functions
    Header,
    /// Formatting, lints, documentation, the Windows target, drift and the C# builds
    Check,
    /// Run every test: Rust, C, C#, PowerShell, the tutorial's own commands, Windows under Wine, and the packages
    Test(test::Arguments),
    /// Run the tutorial against the simulator and print each step
    Demo(demo::Arguments),
    /// Print the project's numbers: requests, handshakes, size, time, threads
    Bench,
    /// Write everything that users install to dist/
    Package(package::Arguments),
    /// Build and run the simulator, with the arguments that follow
    Simulator(simulator::Arguments),
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    let tools = Tools::new(&workspace, arguments.tools);
    match arguments.command {
        Command::Build(arguments) => build::run(&workspace, &tools, &arguments),
        Command::Help => help::run(&workspace),
        Command::Header => header::run(&workspace),
        Command::Check => check::run(&workspace, &tools),
        Command::Test(arguments) => return Ok(test::run(&workspace, &tools, &arguments)),
        Command::Demo(arguments) => demo::run(&workspace, &tools, &arguments),
        Command::Bench => bench::run(&workspace, &tools),
        Command::Package(arguments) => package::run(&workspace, &tools, &arguments),
        Command::Simulator(arguments) => simulator::run(&workspace, &arguments),
    }?;
    Ok(ExitCode::SUCCESS)
}
