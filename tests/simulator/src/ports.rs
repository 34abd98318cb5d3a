//! The addresses this Azure listens on.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;

use crate::scenario::Scenario;
use crate::server::{Port, Serves};
use crate::service_fabric;
use crate::simulator::Endpoints;
use crate::tls::{Authority, Defect, SelfSigned};

type Error = Box<dyn std::error::Error + Send + Sync>;

pub struct Ports {
    pub all: Vec<Port>,
    pub addresses: Addresses,
    pub doors: Doors,
    /// Those opened later.
    pub opened: UnboundedReceiver<Port>,
}

/// Where accounts are reached, those made later included. An address stays, whatever becomes of its account.
pub struct Doors {
    accounts: Mutex<BTreeMap<String, Endpoints>>,
    tls: TlsAcceptor,
    opened: UnboundedSender<Port>,
}

pub struct Addresses {
    pub imds: SocketAddr,
    pub app_service: SocketAddr,
    pub arc: SocketAddr,
    pub service_fabric: SocketAddr,
    /// Of Service Fabric's certificate.
    pub thumbprint: String,
    pub machine_learning: SocketAddr,
    pub cloud_shell: SocketAddr,
    pub sts: SocketAddr,
    pub arm_https: SocketAddr,
    pub arm_http: SocketAddr,
    pub control: SocketAddr,
    pub accounts: BTreeMap<String, Endpoints>,
    pub tls_faults: TlsFaults,
}

/// The first account's data plane behind certificates clients must refuse.
pub struct TlsFaults {
    pub wrong_name: SocketAddr,
    pub expired: SocketAddr,
    pub unknown_ca: SocketAddr,
}

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

impl Ports {
    pub async fn open(
        scenario: &Scenario,
        imds: SocketAddr,
        authority: &Authority,
    ) -> Result<Ports, Error> {
        let good = authority.acceptor(None)?;
        let fabric = SelfSigned::new(service_fabric::CERTIFICATE_NAME)?;
        let mut opener = Opener { all: Vec::new() };
        let addresses = Addresses {
            imds: opener.open(imds, Serves::Imds, None).await?,
            app_service: opener.any(Serves::AppService, None).await?,
            arc: opener.any(Serves::Arc, None).await?,
            service_fabric: opener
                .any(Serves::ServiceFabric, Some(&fabric.acceptor))
                .await?,
            thumbprint: fabric.thumbprint,
            machine_learning: opener.any(Serves::MachineLearning, None).await?,
            cloud_shell: opener.any(Serves::CloudShell, None).await?,
            sts: opener.any(Serves::Sts, Some(&good)).await?,
            arm_https: opener.any(Serves::Arm, Some(&good)).await?,
            arm_http: opener.any(Serves::Arm, None).await?,
            control: opener.any(Serves::Control, None).await?,
            accounts: opener.accounts(scenario, &good).await?,
            tls_faults: opener.tls_faults(scenario, authority).await?,
        };
        let (announce, later) = unbounded_channel();
        let doors = Doors {
            accounts: Mutex::new(addresses.accounts.clone()),
            tls: good,
            opened: announce,
        };
        Ok(Ports {
            all: opener.all,
            addresses,
            doors,
            opened: later,
        })
    }
}

impl Doors {
    pub fn of(&self, account: &str) -> Option<Endpoints> {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.get(account).cloned()
    }

    /// Gives an account an address, unless it has one.
    pub fn open(&self, account: &str) -> std::io::Result<()> {
        if self.of(account).is_some() {
            return Ok(());
        }
        let (https, http) = (self.port(account, true)?, self.port(account, false)?);
        let endpoints = Endpoints {
            https: https_url(https),
            http: format!("{}/", http_url(http)),
        };
        self.accounts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(account.to_owned(), endpoints);
        Ok(())
    }

    fn port(&self, account: &str, tls: bool) -> std::io::Result<SocketAddr> {
        let listener = std::net::TcpListener::bind(ANY_PORT)?;
        listener.set_nonblocking(true)?;
        let local = listener.local_addr()?;
        let port = Port {
            listener: TcpListener::from_std(listener)?,
            serves: Serves::Account(account.to_owned()),
            tls: tls.then(|| self.tls.clone()),
        };
        // Nobody accepts any more when the process is ending.
        let _ = self.opened.send(port);
        Ok(local)
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
        tls: Option<&TlsAcceptor>,
    ) -> Result<SocketAddr, Error> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| format!("{address}: {error}"))?;
        let local = listener.local_addr()?;
        self.all.push(Port {
            listener,
            serves,
            tls: tls.cloned(),
        });
        Ok(local)
    }

    async fn any(
        &mut self,
        serves: Serves,
        tls: Option<&TlsAcceptor>,
    ) -> Result<SocketAddr, Error> {
        self.open(ANY_PORT, serves, tls).await
    }

    async fn accounts(
        &mut self,
        scenario: &Scenario,
        tls: &TlsAcceptor,
    ) -> Result<BTreeMap<String, Endpoints>, Error> {
        let mut accounts = BTreeMap::new();
        for account in &scenario.accounts {
            let serves = Serves::Account(account.name.clone());
            let https = self.any(serves.clone(), Some(tls)).await?;
            let http = self.any(serves, None).await?;
            accounts.insert(
                account.name.clone(),
                Endpoints {
                    https: https_url(https),
                    http: format!("{}/", http_url(http)),
                },
            );
        }
        Ok(accounts)
    }

    async fn tls_faults(
        &mut self,
        scenario: &Scenario,
        authority: &Authority,
    ) -> Result<TlsFaults, Error> {
        let first = scenario
            .accounts
            .first()
            .ok_or("a scenario has at least one account")?;
        let serves = Serves::Account(first.name.clone());
        let wrong_name = authority.acceptor(Some(Defect::WrongName))?;
        let expired = authority.acceptor(Some(Defect::Expired))?;
        let stranger = Authority::new()?.acceptor(None)?;
        Ok(TlsFaults {
            wrong_name: self.any(serves.clone(), Some(&wrong_name)).await?,
            expired: self.any(serves.clone(), Some(&expired)).await?,
            unknown_ca: self.any(serves, Some(&stranger)).await?,
        })
    }
}

pub fn https_url(address: SocketAddr) -> String {
    format!("https://localhost:{}/", address.port())
}

pub fn http_url(address: SocketAddr) -> String {
    format!("http://{address}")
}
