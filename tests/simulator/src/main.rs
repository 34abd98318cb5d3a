//! A local Azure for tests, demos and dry runs: every managed-identity endpoint, Resource Manager and the Cosmos DB data
//! plane, on loopback.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod announcement;
mod app_service;
mod arc;
mod arm;
mod body;
mod cli;
mod clock;
mod cloud_shell;
mod control;
mod cosmos;
mod face;
mod faults;
mod files;
mod hosts;
mod http;
mod identity;
mod imds;
mod journal;
mod machine_learning;
mod model;
mod operations;
mod ports;
mod rbac;
mod scenario;
mod secret;
mod server;
mod service_fabric;
mod simulator;
mod stats;
mod stop;
mod sts;
mod tls;
mod token;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use tokio::sync::mpsc::UnboundedReceiver;

use cli::Arguments;
use files::TemporaryFolder;
use ports::Ports;
use scenario::Scenario;
use server::Port;
use simulator::{Simulator, Start};
use tls::Authority;

type Error = Box<dyn std::error::Error + Send + Sync>;

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
    let folder = TemporaryFolder::new()?;
    let ca = folder.write(arguments.ca.as_deref(), "ca.pem", &authority.pem())?;
    let arc_keys = folder.folder(arguments.arc_key_folder.as_deref(), "arc-keys")?;
    let ports = Ports::open(&scenario, arguments.imds, &authority).await?;
    let start = Start {
        scenario,
        faults: arguments.faults,
        clock_offset_seconds: arguments.clock_offset_s,
        arc_keys,
        assertion: folder.join("federated-token"),
    };
    let simulator = Arc::new(Simulator::new(start, ports.doors)?);
    println!("{}", announcement::line(&ports.addresses, &simulator, &ca));
    for port in ports.all {
        tokio::spawn(server::serve(Arc::clone(&simulator), port));
    }
    tokio::spawn(serve_opened(Arc::clone(&simulator), ports.opened));
    stop::requested().await;
    simulator.arc_keys.clear();
    Ok(())
}

/// Serves the addresses of accounts made later.
async fn serve_opened(simulator: Arc<Simulator>, mut opened: UnboundedReceiver<Port>) {
    while let Some(port) = opened.recv().await {
        tokio::spawn(server::serve(Arc::clone(&simulator), port));
    }
}

fn read_scenario(path: &Path) -> Result<Scenario, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Scenario::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
}
