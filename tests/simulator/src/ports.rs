//! The addresses this Azure listens on, and how they are announced.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use crate::app_service;
use crate::scenario::Scenario;
use crate::server::{Port, Serves};
use crate::simulator::{Endpoints, Simulator};
use crate::tls::{Authority, Defect};

type Error = Box<dyn std::error::Error + Send + Sync>;

pub struct Ports {
    pub all: Vec<Port>,
    imds: SocketAddr,
    app_service: SocketAddr,
    arm_https: SocketAddr,
    arm_http: SocketAddr,
    control: SocketAddr,
    accounts: BTreeMap<String, Endpoints>,
    tls_faults: TlsFaults,
}

/// The first account's data plane behind certificates clients must refuse.
struct TlsFaults {
    wrong_name: SocketAddr,
    expired: SocketAddr,
    unknown_ca: SocketAddr,
}

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

impl Ports {
    pub async fn open(
        scenario: &Scenario,
        imds: SocketAddr,
        authority: &Authority,
    ) -> Result<Ports, Error> {
        let good = authority.acceptor(None)?;
        let mut opener = Opener { all: Vec::new() };
        let imds = opener.open(imds, Serves::Imds, None).await?;
        let app_service = opener.open(ANY_PORT, Serves::AppService, None).await?;
        let arm_https = opener
            .open(ANY_PORT, Serves::Arm, Some(good.clone()))
            .await?;
        let arm_http = opener.open(ANY_PORT, Serves::Arm, None).await?;
        let control = opener.open(ANY_PORT, Serves::Control, None).await?;
        let mut accounts = BTreeMap::new();
        for account in &scenario.accounts {
            let serves = Serves::Account(account.name.clone());
            let https = opener
                .open(ANY_PORT, serves.clone(), Some(good.clone()))
                .await?;
            let http = opener.open(ANY_PORT, serves, None).await?;
            accounts.insert(
                account.name.clone(),
                Endpoints {
                    https: https_url(https),
                    http: format!("{}/", http_url(http)),
                },
            );
        }
        let first = scenario
            .accounts
            .first()
            .ok_or("a scenario has at least one account")?;
        let serves = Serves::Account(first.name.clone());
        let stranger = Authority::new()?;
        let tls_faults = TlsFaults {
            wrong_name: opener
                .open(
                    ANY_PORT,
                    serves.clone(),
                    Some(authority.acceptor(Some(Defect::WrongName))?),
                )
                .await?,
            expired: opener
                .open(
                    ANY_PORT,
                    serves.clone(),
                    Some(authority.acceptor(Some(Defect::Expired))?),
                )
                .await?,
            unknown_ca: opener
                .open(ANY_PORT, serves, Some(stranger.acceptor(None)?))
                .await?,
        };
        Ok(Ports {
            all: opener.all,
            imds,
            app_service,
            arm_https,
            arm_http,
            control,
            accounts,
            tls_faults,
        })
    }

    pub fn account_endpoints(&self) -> BTreeMap<String, Endpoints> {
        self.accounts.clone()
    }

    /// The line that says this Azure is ready.
    pub fn announcement(&self, simulator: &Simulator, ca: &Path) -> Value {
        let model = simulator.model();
        let machine = &model.scenario.machine;
        let metadata = http_url(self.imds);
        let arm = https_url(self.arm_https);
        let accounts: Map<String, Value> = self
            .accounts
            .iter()
            .map(|(name, endpoints)| {
                (
                    name.clone(),
                    json!({"endpoint": endpoints.https, "endpointHttp": endpoints.http}),
                )
            })
            .collect();
        json!({
            "ready": true,
            "pid": std::process::id(),
            "metadata": metadata,
            "appService": {
                "endpoint": format!("{}{}", http_url(self.app_service), app_service::PATH),
                "header": simulator.identity_header,
            },
            "arm": arm,
            "armHttp": format!("{}/", http_url(self.arm_http)),
            "control": http_url(self.control),
            "ca": ca,
            "accounts": accounts,
            "tlsFaults": {
                "wrongName": https_url(self.tls_faults.wrong_name),
                "expired": https_url(self.tls_faults.expired),
                "unknownCa": https_url(self.tls_faults.unknown_ca),
            },
            "subscriptionId": machine.subscription_id,
            "resourceGroup": machine.resource_group,
            "environment": {
                "AZURE_POD_IDENTITY_AUTHORITY_HOST": metadata,
                "COSMI_ARM_ENDPOINT": arm,
                "COSMI_CA_FILE": ca,
            },
        })
    }
}

struct Opener {
    all: Vec<Port>,
}

impl Opener {
    async fn open(
        &mut self,
        address: SocketAddr,
        serves: Serves,
        tls: Option<tokio_rustls::TlsAcceptor>,
    ) -> Result<SocketAddr, Error> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| format!("{address}: {error}"))?;
        let local = listener.local_addr()?;
        self.all.push(Port {
            listener,
            serves,
            tls,
        });
        Ok(local)
    }
}

fn https_url(address: SocketAddr) -> String {
    format!("https://localhost:{}/", address.port())
}

fn http_url(address: SocketAddr) -> String {
    format!("http://{address}")
}
