//! What is trusted: the operating system's store and policy, or exactly the certificates that were given.

use std::sync::Arc;

use ring::rand::SecureRandom as _;
use ring::{digest, rand};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring::{cipher_suite as suite, kx_group};
use rustls::crypto::{
    CryptoProvider, GetRandomFailed, KeyProvider, SecureRandom, WebPkiSupportedAlgorithms,
    verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::SigningKey;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use webpki::ring as signature;

use super::error::Error;

/// The configuration for every TLS connection of a client.
pub(super) fn config(ca_pem: Option<&[u8]>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(provider());
    let verifier: Arc<dyn ServerCertVerifier> = match ca_pem {
        // the platform's verifier with extra roots fails or is too lenient on some systems, so never both
        Some(pem) => WebPkiServerVerifier::builder_with_provider(
            Arc::new(roots(pem)?),
            Arc::clone(&provider),
        )
        .build()
        .map_err(|_| unusable())?,
        None => Arc::new(
            rustls_platform_verifier::Verifier::new(Arc::clone(&provider)).map_err(|_| {
                Error::invalid("the system's store of trusted certificates cannot be read")
                    .with_action("install the system's CA certificates, or give a CA file")
            })?,
        ),
    };
    Ok(verified_by(provider, verifier))
}

/// The configuration for a server that is known by the SHA-1 thumbprint of its certificate and by nothing else.
pub(super) fn pinned(thumbprint: [u8; 20]) -> ClientConfig {
    let provider = Arc::new(provider());
    let algorithms = provider.signature_verification_algorithms;
    verified_by(
        provider,
        Arc::new(Pinned {
            thumbprint,
            algorithms,
        }),
    )
}

fn verified_by(
    provider: Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
) -> ClientConfig {
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows the default versions")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    // a configuration of one's own is taken as it is; without this there would be no HTTP/2
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

/// What Azure and Windows speak. What the provider could do besides is left out of the library by not being named.
fn provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![
            suite::TLS13_AES_256_GCM_SHA384,
            suite::TLS13_AES_128_GCM_SHA256,
            suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ],
        kx_groups: vec![kx_group::SECP256R1, kx_group::SECP384R1],
        signature_verification_algorithms: SIGNATURES,
        secure_random: &SystemRandom,
        key_provider: &NoClientKeys,
    }
}

const SIGNATURES: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[
        signature::ECDSA_P256_SHA256,
        signature::ECDSA_P256_SHA384,
        signature::ECDSA_P384_SHA256,
        signature::ECDSA_P384_SHA384,
        signature::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        signature::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
        signature::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
        signature::RSA_PKCS1_2048_8192_SHA256,
        signature::RSA_PKCS1_2048_8192_SHA384,
        signature::RSA_PKCS1_2048_8192_SHA512,
        signature::RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
        signature::RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
        signature::RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
    ],
    mapping: &[
        // TLS 1.2 fixes the hash only, not the curve
        (
            SignatureScheme::ECDSA_NISTP384_SHA384,
            &[signature::ECDSA_P384_SHA384, signature::ECDSA_P256_SHA384],
        ),
        (
            SignatureScheme::ECDSA_NISTP256_SHA256,
            &[signature::ECDSA_P256_SHA256, signature::ECDSA_P384_SHA256],
        ),
        (
            SignatureScheme::RSA_PSS_SHA512,
            &[signature::RSA_PSS_2048_8192_SHA512_LEGACY_KEY],
        ),
        (
            SignatureScheme::RSA_PSS_SHA384,
            &[signature::RSA_PSS_2048_8192_SHA384_LEGACY_KEY],
        ),
        (
            SignatureScheme::RSA_PSS_SHA256,
            &[signature::RSA_PSS_2048_8192_SHA256_LEGACY_KEY],
        ),
        (
            SignatureScheme::RSA_PKCS1_SHA512,
            &[signature::RSA_PKCS1_2048_8192_SHA512],
        ),
        (
            SignatureScheme::RSA_PKCS1_SHA384,
            &[signature::RSA_PKCS1_2048_8192_SHA384],
        ),
        (
            SignatureScheme::RSA_PKCS1_SHA256,
            &[signature::RSA_PKCS1_2048_8192_SHA256],
        ),
    ],
};

#[derive(Debug)]
struct SystemRandom;

impl SecureRandom for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), GetRandomFailed> {
        rand::SystemRandom::new()
            .fill(buffer)
            .map_err(|_| GetRandomFailed)
    }
}

/// Accepts one certificate: neither its name nor its issuer says anything, Service Fabric signs it itself.
#[derive(Debug)]
struct Pinned {
    thumbprint: [u8; 20],
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let found = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, certificate);
        let differs = found
            .as_ref()
            .iter()
            .zip(self.thumbprint)
            .fold(0, |all, (a, b)| all | (a ^ b));
        if differs == 0 {
            return Ok(ServerCertVerified::assertion());
        }
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Nothing here signs in with a certificate of its own; the code that could is left out of the library.
#[derive(Debug)]
struct NoClientKeys;

impl KeyProvider for NoClientKeys {
    fn load_private_key(
        &self,
        _: PrivateKeyDer<'static>,
    ) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        Err(rustls::Error::General(
            "client certificates are not in use".to_owned(),
        ))
    }
}

fn roots(pem: &[u8]) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots
            .add(certificate.map_err(|_| unusable())?)
            .map_err(|_| unusable())?;
    }
    if roots.is_empty() {
        Err(unusable())
    } else {
        Ok(roots)
    }
}

fn unusable() -> Error {
    Error::invalid("the CA certificates given cannot be used")
        .with_action("give one or more CA certificates in PEM, each between BEGIN CERTIFICATE and END CERTIFICATE")
}

/// What was wrong with the other side, and what to do: `(what, action)`.
pub(super) fn explain(error: &rustls::Error) -> (&'static str, &'static str) {
    const PROXY: &str = "if a proxy re-encrypts traffic here, trust its CA in the system's store or give its CA file";
    const UNKNOWN_ISSUER: &str = "its certificate is from an unknown issuer";
    match error {
        rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => (
            "its certificate has expired",
            "check this machine's clock, then the certificate of the server",
        ),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        ) => (
            "its certificate is not valid yet",
            "check this machine's clock",
        ),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => (
            "its certificate is for another name",
            "check the endpoint for a typing error; a proxy may answer in its place",
        ),
        // a bad signature: the issuer has the name of a trusted one and another key
        rustls::Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        ) => (UNKNOWN_ISSUER, PROXY),
        rustls::Error::InvalidCertificate(CertificateError::Other(why))
            if is_windows_partial_chain(&why.to_string()) =>
        {
            (UNKNOWN_ISSUER, PROXY)
        }
        rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure) => (
            "its certificate has another thumbprint than IDENTITY_SERVER_THUMBPRINT",
            "restart the application: Service Fabric sets the variable anew when it renews the certificate",
        ),
        rustls::Error::InvalidCertificate(CertificateError::Revoked) => {
            ("its certificate has been revoked", PROXY)
        }
        rustls::Error::InvalidCertificate(_) => ("its certificate is not acceptable", PROXY),
        rustls::Error::InvalidMessage(_) => {
            ("it does not speak TLS", "check the port of the endpoint")
        }
        _ => ("the TLS handshake failed", PROXY),
    }
}

/// Windows' words for an issuer that it neither knows nor was sent, `CERT_E_CHAINING`; the verifier passes them on as
/// text with the number at its end.
fn is_windows_partial_chain(why: &str) -> bool {
    const CERT_E_CHAINING: u32 = 0x800B_010A;
    why.ends_with(&format!("(os error {})", CERT_E_CHAINING.cast_signed()))
}

#[cfg(test)]
mod tests {
    use rustls::crypto::SupportedKxGroup;
    use rustls::{NamedGroup, OtherError};

    use super::*;

    #[test]
    fn nothing_is_left_out_but_what_azure_does_without() {
        let (ours, all) = (provider(), rustls::crypto::ring::default_provider());
        let is_chacha = |suite: &rustls::SupportedCipherSuite| {
            format!("{:?}", suite.suite()).contains("CHACHA20")
        };
        let suites: Vec<_> = all
            .cipher_suites
            .into_iter()
            .filter(|suite| !is_chacha(suite))
            .collect();
        assert_eq!(ours.cipher_suites, suites);
        let names = |groups: &[&dyn SupportedKxGroup]| -> Vec<_> {
            groups.iter().map(|group| group.name()).collect()
        };
        let mut groups = names(&all.kx_groups);
        groups.retain(|group| *group != NamedGroup::X25519);
        assert_eq!(names(&ours.kx_groups), groups);
        let mut schemes = all.signature_verification_algorithms.supported_schemes();
        schemes.retain(|scheme| *scheme != SignatureScheme::ED25519);
        let ours = ours.signature_verification_algorithms;
        assert_eq!(ours.supported_schemes(), schemes);
        for scheme in schemes {
            let of = |algorithms: &WebPkiSupportedAlgorithms| {
                let (_, found) = algorithms
                    .mapping
                    .iter()
                    .find(|(one, _)| *one == scheme)
                    .expect("a supported scheme");
                found
                    .iter()
                    .map(|one| (one.public_key_alg_id(), one.signature_alg_id()))
                    .collect::<Vec<_>>()
            };
            assert_eq!(of(&ours), of(&all.signature_verification_algorithms));
        }
        let left_out = all.signature_verification_algorithms.all.len() - ours.all.len();
        assert_eq!(left_out, 1, "Ed25519");
    }

    #[test]
    fn an_issuer_that_windows_cannot_find_is_an_unknown_one() {
        for (words, what) in [
            (
                "A certificate chain could not be built to a trusted root authority. (os error -2146762486)",
                "its certificate is from an unknown issuer",
            ),
            (
                "The revocation process could not continue. (os error -2146762482)",
                "its certificate is not acceptable",
            ),
        ] {
            let why = OtherError(Arc::from(Box::from(words.to_owned())));
            let error = rustls::Error::InvalidCertificate(CertificateError::Other(why));
            assert_eq!(explain(&error).0, what);
        }
    }
}
