//! The certificate authority made at start, and the certificates it signs.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::TlsAcceptor;

use crate::secret;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Signs certificates for loopback.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A server nobody vouches for, with a name that is not its address: clients know it by its thumbprint.
pub struct SelfSigned {
    pub acceptor: TlsAcceptor,
    /// SHA-1 of the certificate, in upper-case hexadecimal.
    pub thumbprint: String,
}

/// A certificate clients must refuse.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Defect {
    WrongName,
    Expired,
}

const DAY: Duration = Duration::from_secs(86_400);

impl Authority {
    pub fn new() -> Result<Authority, Error> {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "cosmi-simulator");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        validity(&mut params, false);
        Ok(Authority {
            issuer: CertifiedIssuer::self_signed(params, KeyPair::generate()?)?,
        })
    }

    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A server's side of TLS that speaks both HTTP versions.
    pub fn acceptor(&self, defect: Option<Defect>) -> Result<TlsAcceptor, Error> {
        let names = match defect {
            Some(Defect::WrongName) => vec!["wrong.example".to_owned()],
            _ => vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
        };
        let mut params = CertificateParams::new(names)?;
        params
            .distinguished_name
            .push(DnType::CommonName, "cosmi-simulator server");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        validity(&mut params, defect == Some(Defect::Expired));
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        acceptor(&certificate, &key)
    }
}

impl SelfSigned {
    pub fn new(name: &str) -> Result<SelfSigned, Error> {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, name.to_owned());
        validity(&mut params, false);
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate.der());
        Ok(SelfSigned {
            acceptor: acceptor(&certificate, &key)?,
            thumbprint: secret::in_hexadecimal(hash.as_ref()),
        })
    }
}

fn acceptor(certificate: &Certificate, key: &KeyPair) -> Result<TlsAcceptor, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn validity(params: &mut CertificateParams, expired: bool) {
    let now = SystemTime::now();
    let (from, until) = if expired {
        (now - 2 * DAY, now - DAY)
    } else {
        (now - DAY, now + 365 * DAY)
    };
    params.not_before = from.into();
    params.not_after = until.into();
}
