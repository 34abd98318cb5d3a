//! A local Azure for tests, demos and dry runs: instance metadata, App Service / Automation identity, Resource Manager
//! and the Cosmos DB data plane, on loopback.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod app_service;
mod arm;
mod body;
mod cli;
mod clock;
mod control;
mod cosmos;
mod face;
mod faults;
mod http;
mod identity;
mod imds;
mod journal;
mod model;
mod ports;
mod rbac;
mod scenario;
mod secret;
mod server;
mod simulator;
mod stats;
mod stop;
mod tls;
mod token;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use cli::Arguments;
use ports::Ports;
use scenario::Scenario;
use simulator::{Simulator, Start};
use tls::Authority;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Where the authority's certificate is; removed at the end when nobody asked for it by name.
struct CaFile {
    path: PathBuf,
    temporary: bool,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cosmi-simulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Error> {
    let scenario = match &arguments.scenario {
        Some(path) => read_scenario(path)?,
        None => Scenario::tutorial(),
    };
    let authority = Authority::new()?;
    let ca = CaFile::write(arguments.ca, &authority)?;
    let ports = Ports::open(&scenario, arguments.imds, &authority).await?;
    let start = Start {
        scenario,
        faults: arguments.faults,
        clock_offset_seconds: arguments.clock_offset_s,
    };
    let simulator = Arc::new(Simulator::new(start, ports.account_endpoints())?);
    println!("{}", ports.announcement(&simulator, &ca.path));
    for port in ports.all {
        tokio::spawn(server::serve(Arc::clone(&simulator), port));
    }
    stop::requested().await;
    Ok(())
}

fn read_scenario(path: &Path) -> Result<Scenario, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Scenario::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
}

impl CaFile {
    fn write(asked: Option<PathBuf>, authority: &Authority) -> Result<CaFile, Error> {
        let temporary = asked.is_none();
        let path = asked.unwrap_or_else(|| {
            std::env::temp_dir().join(format!("cosmi-simulator-{}-ca.pem", std::process::id()))
        });
        std::fs::write(&path, authority.pem())
            .map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(CaFile {
            path: std::path::absolute(path)?,
            temporary,
        })
    }
}

impl Drop for CaFile {
    fn drop(&mut self) {
        if self.temporary {
            // Nothing depends on it any more; a file that is left over does no harm.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
