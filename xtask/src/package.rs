//! `cargo xtask package`: everything a user installs, in dist/.

pub mod archive;
pub mod imports;
pub mod natives;
pub mod sdk;
mod verify;

use anyhow::Result;
use clap::Args;

use crate::workspace::Workspace;

#[derive(Args)]
pub struct Arguments {
    /// Only these, by .NET's name of the platform [default: all]
    #[arg(value_name = "RID")]
    rids: Vec<String>,
    /// Build the libraries again, from a copy of the sources in another folder, and compare
    #[arg(long)]
    verify: bool,
}

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let mut all = Vec::new();
    for target in &natives::TARGETS {
        if !arguments.rids.is_empty() && !arguments.rids.iter().any(|rid| rid == target.rid) {
            continue;
        }
        if let Some(what) = natives::missing(workspace, target) {
            println!("{}: left out: {what}", target.rid);
            continue;
        }
        let built = natives::build(workspace, target)?;
        if let Err(error) = imports::check(target, &built) {
            println!("{error:#}");
        }
        all.push((target, built));
    }
    if arguments.verify {
        verify::run(workspace, &all)?;
    }
    let dist = workspace.root.join("dist");
    sdk::write(workspace, &all, &dist, &workspace.root.join("LICENSE"))?;
    Ok(())
}
