//! `cargo xtask bench`: the project's numbers beside their targets. A command to read, not a timed test.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::demo::METADATA_ADDRESS;
use crate::simulator::{Simulator, off_azure};
use crate::tools::{PWSH_ADVICE, Tool, Tools};
use crate::workspace::{Profile, Workspace};
use crate::{build, c_program, namespace, process};

/// How often each import is measured; the median counts.
const IMPORTS: usize = 15;

pub fn run(workspace: &Workspace, tools: &Tools) -> Result<()> {
    process::run(&mut workspace.build_debug())?;
    let library = build::library(workspace, Profile::Release)?;
    let program = c_program::compile(
        workspace,
        &workspace.root.join("xtask/bench/bench.c"),
        Profile::Release,
    )?;
    let module = match tools.pwsh()? {
        Some(pwsh) => {
            build::stage(workspace, tools, Profile::Release)?.map(|module| (pwsh, module))
        }
        None => None,
    };
    let bench = Bench {
        workspace,
        program,
        simulator: Simulator::start(workspace, &[])?,
    };

    println!("\n{:<58}{:>14}  target", "what", "measured");
    row(
        "library, stripped",
        format!("{:.2} MB", megabytes(&library)?),
        "2.3 MB",
    );
    for (name, kind, cold, warm) in [
        ("subscription, group, account", "group", "5", "2"),
        ("the endpoint too", "endpoint", "4", "2"),
    ] {
        let chain = bench.chain(kind)?;
        row(
            &format!("requests, cold cache, given {name}"),
            chain.cold.requests,
            cold,
        );
        row("  TLS handshakes of these", chain.cold.handshakes, "2");
        row("  requests, warm", chain.warm.requests, warm);
        row("  TLS handshakes of these", chain.warm.handshakes, "0");
    }
    row(
        "a cached token, one C call from start to free",
        format!("{:.2} µs", bench.cached_token()?),
        "1 µs",
    );
    let (alone, together) = bench.cached_by_threads()?;
    row(
        "cached tokens per second, 1 thread",
        format!("{:.0} k", alone / 1e3),
        "",
    );
    row(
        "cached tokens per second, 8 threads",
        format!("{:.0} k", together / 1e3),
        "",
    );
    let cores = std::thread::available_parallelism()?.get().min(8);
    row(
        &format!("  ratio, on {cores} cores"),
        format!("{:.2}", together / alone),
        &format!("≥ {:.1}", f64::from(u8::try_from(cores)?) * 0.7),
    );
    row(
        "64 threads want the first token: requests on the wire",
        bench.crowd()?,
        "1",
    );
    bench.misses()?;
    let waiting = bench.waiting()?;
    row(
        "CPU time in 3 s of waiting",
        format!("{:.1} ms", waiting.cpu_ms),
        "0",
    );
    match waiting.threads {
        Some(threads) => row("threads of the library while it waits", threads, "3"),
        None => row("threads of the library while it waits", "not known", "3"),
    }
    match module {
        Some((pwsh, module)) => {
            let (ours, empty) = imports(workspace, pwsh, &module)?;
            row(
                "import of the module in a fresh PowerShell, median",
                format!("{ours:.1} ms"),
                "",
            );
            row(
                "import of an empty module, median",
                format!("{empty:.1} ms"),
                "",
            );
            row("  ratio", format!("{:.2}", ours / empty), "2");
        }
        None => println!("import of the module: not measured, no PowerShell here; {PWSH_ADVICE}"),
    }
    Ok(())
}

fn row(what: &str, measured: impl std::fmt::Display, target: &str) {
    let target = if target.is_empty() || target == "0" || target.starts_with('≥') {
        target.to_owned()
    } else {
        format!("≤ {target}")
    };
    println!("{what:<58}{measured:>14}  {target}");
}

fn megabytes(file: &Path) -> Result<f64> {
    let length = fs::metadata(file)
        .with_context(|| file.display().to_string())?
        .len();
    Ok(u32::try_from(length).map(f64::from)? / 1e6)
}

struct Bench<'a> {
    workspace: &'a Workspace,
    program: PathBuf,
    simulator: Simulator,
}

/// What the simulator saw of one call.
struct Seen {
    requests: usize,
    handshakes: u64,
}

struct Chain {
    cold: Seen,
    warm: Seen,
}

struct Waiting {
    cpu_ms: f64,
    threads: Option<u32>,
}

impl Bench<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.workspace.command(&self.program);
        self.simulator.point(&mut command);
        command.args(arguments);
        command
    }

    /// Counts on the wire, not in the client.
    fn chain(&self, kind: &str) -> Result<Chain> {
        self.simulator.post("reset", &json!({}))?;
        let mut child = self
            .command(&[
                "chain",
                kind,
                self.simulator.text("/subscriptionId")?,
                self.simulator.text("/resourceGroup")?,
                "myaccount",
                self.simulator.text("/accounts/myaccount/endpoint")?,
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start the C program")?;
        let mut output = BufReader::new(child.stdout.take().expect("standard output is piped"));
        let mut input = child.stdin.take().expect("standard input is piped");
        let mut wait_for = |word: &str| -> Result<()> {
            let mut line = String::new();
            output.read_line(&mut line)?;
            if line.trim() == word {
                Ok(())
            } else {
                bail!("the C program ended before it was {word}")
            }
        };
        wait_for("cold")?;
        let cold = self.seen()?;
        input.write_all(b"\n")?;
        wait_for("warm")?;
        let both = self.seen()?;
        child.wait()?;
        let warm = Seen {
            requests: both.requests - cold.requests,
            handshakes: both.handshakes - cold.handshakes,
        };
        Ok(Chain { cold, warm })
    }

    fn seen(&self) -> Result<Seen> {
        let journal = self.simulator.get("journal")?;
        let stats = self.simulator.get("stats")?;
        let faces = stats
            .as_object()
            .context("the simulator's stats are an object")?;
        Ok(Seen {
            requests: journal
                .as_array()
                .context("the simulator's journal is a list")?
                .len(),
            handshakes: faces
                .values()
                .filter_map(|face| face["handshakes"].as_u64())
                .sum(),
        })
    }

    fn cached_token(&self) -> Result<f64> {
        self.simulator.post("reset", &json!({}))?;
        let nanoseconds: f64 = process::capture(&mut self.command(&["token"]))?
            .trim()
            .parse()?;
        Ok(nanoseconds / 1000.0)
    }

    /// Calls per second of one thread, and of eight together.
    fn cached_by_threads(&self) -> Result<(f64, f64)> {
        self.simulator.post("reset", &json!({}))?;
        let output = process::capture(&mut self.command(&["threads"]))?;
        let mut lines = output.lines();
        let mut next = || -> Result<f64> {
            let line = lines.next().context("the C program printed too little")?;
            Ok(line.parse()?)
        };
        Ok((next()?, next()?))
    }

    fn crowd(&self) -> Result<usize> {
        self.simulator.post("reset", &json!({}))?;
        process::capture(&mut self.command(&["crowd"]))?;
        Ok(self.seen()?.requests)
    }

    /// How soon it is known that there is no identity, where nobody could answer.
    fn misses(&self) -> Result<()> {
        let up = "ip link set lo up";
        for (what, set_up) in [
            ("no network", up.to_owned()),
            (
                "metadata address refuses",
                format!("{up} && ip addr add {METADATA_ADDRESS}/32 dev lo"),
            ),
            // what is sent there comes back as foreign, and is dropped without an answer
            (
                "metadata address is silent",
                format!("{up} && ip route add {METADATA_ADDRESS}/32 dev lo"),
            ),
        ] {
            let what = format!("no identity here, told when: {what}");
            match namespace::command(&set_up, || self.workspace.command("unshare")) {
                Ok(mut command) => {
                    off_azure(&mut command);
                    command.arg(&self.program).arg("miss");
                    let us: f64 = process::capture(&mut command)?.trim().parse()?;
                    row(&what, format!("{:.1} ms", us / 1e3), "1000 ms");
                }
                Err(reason) => println!("{what}: not measured: {reason:#}"),
            }
        }
        Ok(())
    }

    fn waiting(&self) -> Result<Waiting> {
        self.simulator.post("reset", &json!({}))?;
        self.simulator.post(
            "faults",
            &json!({ "match": { "face": "imds" }, "times": 0, "action": { "hang": true } }),
        )?;
        let output = process::capture(&mut self.command(&["wait"]))?;
        let mut lines = output.lines();
        let cpu: f64 = lines
            .next()
            .context("the C program printed nothing")?
            .parse()?;
        let threads: u32 = lines
            .next()
            .context("the C program printed one line")?
            .parse()?;
        // One of them is the program's own.
        Ok(Waiting {
            cpu_ms: cpu / 1e6,
            threads: threads.checked_sub(1),
        })
    }
}

/// Milliseconds for our module and for an empty one, by turns, each in a PowerShell of its own.
fn imports(workspace: &Workspace, pwsh: &Tool, module: &Path) -> Result<(f64, f64)> {
    let folder = workspace.target.join("empty-module/Empty");
    fs::create_dir_all(&folder)?;
    let manifest = "@{ RootModule = 'Empty.psm1'; ModuleVersion = '1.0'; FunctionsToExport = @(); \
                    CmdletsToExport = @(); VariablesToExport = @(); AliasesToExport = @() }\n";
    fs::write(folder.join("Empty.psd1"), manifest)?;
    fs::write(folder.join("Empty.psm1"), "")?;
    let empty = folder.join("Empty.psd1");
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..IMPORTS {
        floor.push(import(workspace, pwsh, &empty)?);
        ours.push(import(workspace, pwsh, module)?);
    }
    Ok((median(ours), median(floor)))
}

fn import(workspace: &Workspace, pwsh: &Tool, manifest: &Path) -> Result<f64> {
    let manifest = manifest.display().to_string().replace('\'', "''");
    let mut command = pwsh.pwsh_command(workspace);
    command.arg("-Command").arg(format!(
        "$watch = [System.Diagnostics.Stopwatch]::StartNew(); Import-Module -Name '{manifest}' -ErrorAction Stop; \
         $watch.Elapsed.TotalMilliseconds.ToString([System.Globalization.CultureInfo]::InvariantCulture)"
    ));
    let output = process::capture(&mut command)?;
    output
        .trim()
        .parse()
        .with_context(|| format!("PowerShell printed {:?}", output.trim()))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_middle_one() {
        assert!((median(vec![3.0, 100.0, 1.0]) - 3.0).abs() < f64::EPSILON);
    }
}
