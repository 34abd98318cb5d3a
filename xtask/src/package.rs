//! `cargo xtask package`: everything a user installs, in dist/.

pub mod natives;

use anyhow::Result;
use clap::Args;

use crate::workspace::Workspace;

#[derive(Args)]
pub struct Arguments {
    /// Only these, by .NET's name of the platform [default: all]
    #[arg(value_name = "RID")]
    rids: Vec<String>,
}

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    for target in &natives::TARGETS {
        if !arguments.rids.is_empty() && !arguments.rids.iter().any(|rid| rid == target.rid) {
            continue;
        }
        if let Some(what) = natives::missing(workspace, target) {
            println!("{}: left out: {what}", target.rid);
            continue;
        }
        let built = natives::build(workspace, target)?;
        println!("{}: {}", target.rid, built.library.display());
    }
    Ok(())
}
