//! `cargo xtask simulator`, and the simulator as other commands use it.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::workspace::Workspace;

#[derive(clap::Args)]
pub struct Arguments {
    /// Passed on; `cargo xtask simulator -- --help` lists them
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGUMENT"
    )]
    arguments: Vec<OsString>,
}

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let mut cargo = workspace.build_debug();
    // Standard output belongs to the simulator: its first line is for programs.
    let status = cargo
        .stdout(Stdio::null())
        .status()
        .context("could not start cargo")?;
    if !status.success() {
        bail!("the simulator could not be built");
    }
    let status = workspace
        .command(workspace.simulator())
        .args(&arguments.arguments)
        .status()
        .context("could not start the simulator")?;
    if status.success() {
        Ok(())
    } else {
        bail!("the simulator ended with {status}")
    }
}

/// A running simulator; it ends when this is dropped.
pub struct Simulator {
    child: Child,
    // It stops when its standard input closes, so also when this program is killed.
    stdin: Option<ChildStdin>,
    ready: Value,
    agent: ureq::Agent,
}

impl Simulator {
    /// Starts the simulator, built before, and waits for the line that says where it listens.
    pub fn start(workspace: &Workspace, arguments: &[&str]) -> Result<Simulator> {
        let mut command = workspace.command(workspace.simulator());
        let mut child = command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start the simulator")?;
        let mut output = BufReader::new(child.stdout.take().expect("standard output is piped"));
        let mut line = String::new();
        output.read_line(&mut line)?;
        // What it may say later is not awaited by anyone, but must not fill the pipe.
        std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
        let Ok(ready) = serde_json::from_str(&line) else {
            let status = child.wait()?;
            bail!("the simulator did not start ({status}): {}", line.trim());
        };
        let stdin = child.stdin.take();
        // Loopback is never reached through a proxy.
        let agent = ureq::Agent::config_builder().proxy(None).build().into();
        Ok(Simulator {
            child,
            stdin,
            ready,
            agent,
        })
    }

    /// A text of what the simulator said of itself (addresses, accounts, names), by JSON pointer.
    pub fn text(&self, pointer: &str) -> Result<&str> {
        self.ready
            .pointer(pointer)
            .and_then(Value::as_str)
            .with_context(|| format!("the simulator's first line has no {pointer}"))
    }

    /// Points a program at the simulator.
    pub fn point(&self, command: &mut Command) {
        // Those of a real machine would win over the simulator's.
        off_azure(command);
        if let Some(variables) = self.ready["environment"].as_object() {
            for (name, value) in variables {
                command.env(name, value.as_str().unwrap_or_default());
            }
        }
    }

    /// Reads from the control face: `journal`, `stats`.
    pub fn get(&self, what: &str) -> Result<Value> {
        let url = format!("{}/{what}", self.text("/control")?);
        let mut answer = self
            .agent
            .get(&url)
            .call()
            .with_context(|| format!("GET {url}"))?;
        Ok(answer.body_mut().read_json()?)
    }

    /// Sends to the control face: `faults`, `reset`, …
    pub fn post(&self, what: &str, body: &Value) -> Result<()> {
        let url = format!("{}/{what}", self.text("/control")?);
        self.agent
            .post(&url)
            .send_json(body)
            .with_context(|| format!("POST {url}"))?;
        Ok(())
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // Its exit code says nothing to a command that is done with it.
        let _ = self.child.wait();
    }
}

/// Takes from a command the variables by which a host of Azure gives itself away.
pub fn off_azure(command: &mut Command) {
    for name in [
        "IDENTITY_ENDPOINT",
        "IDENTITY_HEADER",
        "MSI_ENDPOINT",
        "AZURE_TENANT_ID",
        "AZURE_POD_IDENTITY_AUTHORITY_HOST",
        "COSMI_LIBRARY",
    ] {
        command.env_remove(name);
    }
}
