//! Networks of their own, for what names the metadata address itself.

use std::process::Command;

use anyhow::{Context, Result};

use crate::process;

/// A command that runs what is added to it in a network of its own, which `set_up`, a line of shell, makes ready.
/// `unshare` gives a command for the program of that name. An error says why there can be none here.
pub fn command(set_up: &str, unshare: impl Fn() -> Command) -> Result<Command> {
    let root: &[&str] = &["--net"];
    let user: &[&str] = &["--net", "--map-root-user"];
    let command = |flags: &[&str], script: &str| {
        let mut command = unshare();
        command.args(flags).args(["sh", "-c", script, "sh"]);
        command
    };
    let flags = [root, user]
        .into_iter()
        .find(|flags| process::capture(&mut command(flags, set_up)).is_ok())
        .context("a network namespace is needed, which takes Linux, util-linux, iproute2 and the right to make one")?;
    Ok(command(flags, &format!("{set_up} && exec \"$@\"")))
}
