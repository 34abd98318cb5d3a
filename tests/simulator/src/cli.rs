//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

use crate::faults::Fault;

/// A local Azure for tests, demos and dry runs: every managed-identity endpoint, Resource Manager and the Cosmos DB data
/// plane, on loopback.
///
/// Prints one JSON object with its addresses when it is ready, and stops on Ctrl+C or when its standard input closes.
#[derive(Parser, Debug)]
#[command(name = "cosmi-simulator", version)]
pub struct Arguments {
    /// What this Azure has: identities, subscriptions, roles, accounts (JSON); the tutorial's when absent
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,

    /// Where to write the certificate authority the https addresses are signed by; a temporary file when absent
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,

    /// Where instance metadata listens, 169.254.169.254:80 in a network of its own for example
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    pub imds: SocketAddr,

    /// Where the Azure Arc agent puts the keys of its challenges; a temporary folder when absent
    #[arg(long, value_name = "DIR")]
    pub arc_key_folder: Option<PathBuf>,

    /// How far this Azure's clock is from the computer's
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    pub clock_offset_s: i64,

    /// A fault to start with, as the control address takes it (JSON); may be repeated
    #[arg(long = "fault", value_name = "JSON", value_parser = Fault::parse)]
    pub faults: Vec<Fault>,
}
