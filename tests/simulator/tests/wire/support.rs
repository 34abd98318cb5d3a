//! A simulator of one's own, and a client for it.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, StatusCode};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use serde_json::{Value, json};
use sha2::Sha256;

pub const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";

/// The client ids of the tutorial's identities.
pub const OWN: &str = "33333333-0000-0000-0000-000000000001";
pub const READER: &str = "22222222-0000-0000-0000-000000000001";

/// Stops when it is dropped.
pub struct Azure {
    pub ready: Value,
    pub client: Client,
    child: Child,
    /// Closing it is what stops the simulator.
    input: Option<ChildStdin>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// The code of an error, in Resource Manager's envelope or without one.
    pub fn code(&self) -> String {
        let document = self.json();
        let error = document.get("error").unwrap_or(&document);
        error["code"].as_str().unwrap().to_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

impl Azure {
    pub fn start(arguments: &[&str]) -> Azure {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cosmi-simulator"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let input = child.stdin.take();
        let client = client(&ready, &[b"h2", b"http/1.1"]);
        Azure {
            ready,
            client,
            child,
            input,
        }
    }

    pub fn with_scenario(scenario: &Value) -> Azure {
        let path =
            std::env::temp_dir().join(format!("cosmi-scenario-{}.json", uuid::Uuid::new_v4()));
        std::fs::write(&path, scenario.to_string()).unwrap();
        let azure = Azure::start(&["--scenario", path.to_str().unwrap()]);
        std::fs::remove_file(path).unwrap();
        azure
    }

    /// Closes its input and waits for it to end.
    pub fn stop(mut self) -> std::process::ExitStatus {
        self.input.take();
        self.child.wait().unwrap()
    }

    pub fn text(&self, pointer: &str) -> &str {
        self.ready
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no {pointer}"))
    }

    /// Speaks to a server that is known by its thumbprint alone.
    pub fn pinned(mut self) -> Azure {
        self.client = pinned_client(self.text("/serviceFabric/thumbprint"));
        self
    }

    pub fn endpoint(&self, account: &str) -> &str {
        self.text(&format!("/accounts/{account}/endpoint"))
    }

    pub async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Answer {
        self.try_send(method, url, headers, body).await.unwrap()
    }

    pub async fn try_send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Result<Answer, reqwest::Error> {
        let mut request = self.client.request(method.parse::<Method>().unwrap(), url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body.to_owned());
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Answer {
            status,
            headers,
            text: response.text().await?,
        })
    }

    pub async fn form(&self, url: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut all = vec![("Content-Type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send("POST", url, &all, Some(body)).await
    }

    pub async fn control(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.send(
            method,
            &format!("{}{path}", self.text("/control")),
            &[],
            Some(&body),
        )
        .await
    }

    pub async fn fault(&self, fault: Value) {
        self.control("POST", "/faults", &fault).await.expect(204);
    }

    pub async fn journal(&self) -> Vec<Value> {
        self.control("GET", "/journal", &Value::Null)
            .await
            .json()
            .as_array()
            .unwrap()
            .clone()
    }

    pub async fn metadata(&self, path: &str) -> Answer {
        self.send(
            "GET",
            &format!("{}{path}", self.text("/metadata")),
            &[("Metadata", "true")],
            None,
        )
        .await
    }

    /// A token of the machine's identity, or with `&client_id=…` of another.
    pub async fn token(&self, resource: &str, selector: &str) -> String {
        let path = format!(
            "/metadata/identity/oauth2/token?api-version=2018-02-01&resource={resource}{selector}"
        );
        self.metadata(&path).await.expect(200).json()["access_token"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub async fn arm(&self, method: &str, path: &str) -> Answer {
        let token = self.token("https://management.azure.com/", "").await;
        self.arm_with(&token, method, path).await
    }

    pub async fn arm_with(&self, token: &str, method: &str, path: &str) -> Answer {
        let authorization = format!("Bearer {token}");
        let body = (method == "POST").then_some("");
        let mut headers = vec![("authorization", authorization.as_str())];
        if method == "POST" {
            headers.push(("content-length", "0"));
        }
        self.send(
            method,
            &format!("{}{path}", self.text("/arm")),
            &headers,
            body,
        )
        .await
    }

    /// A request to Resource Manager with a body, by a new token of the machine's identity.
    pub async fn arm_json(&self, method: &str, path: &str, body: &Value) -> Answer {
        let token = self.token("https://management.azure.com/", "").await;
        self.arm_json_with(&token, method, path, body).await
    }

    pub async fn arm_json_with(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Answer {
        let authorization = format!("Bearer {token}");
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
        ];
        let url = format!("{}{path}", self.text("/arm"));
        self.send(method, &url, &headers, Some(&body.to_string()))
            .await
    }

    /// Asks a URL of Resource Manager's.
    pub async fn follow(&self, url: &str) -> Answer {
        let token = self.token("https://management.azure.com/", "").await;
        let authorization = format!("Bearer {token}");
        self.send("GET", url, &[("authorization", &authorization)], None)
            .await
    }

    /// Asks how far an operation is until it is over, and gives its last word.
    pub async fn over(&self, started: &Answer) -> Value {
        let url = started.header("azure-asyncoperation").to_owned();
        assert!(!url.is_empty(), "nothing was started: {}", started.text);
        loop {
            let status = self.follow(&url).await.expect(200).json();
            if !matches!(
                status["status"].as_str().unwrap(),
                "Enqueued" | "Dequeued" | "InProgress"
            ) {
                return status;
            }
        }
    }

    /// Starts an operation that goes well, and waits for it.
    pub async fn done(&self, method: &str, path: &str, body: &Value) -> Answer {
        let started = self.arm_json(method, path, body).await;
        assert!(started.status.is_success(), "{}", started.text);
        assert_eq!(self.over(&started).await, json!({"status": "Succeeded"}));
        started
    }

    /// How operations go from now on.
    pub async fn operations(&self, settings: Value) {
        self.control("POST", "/operations", &settings)
            .await
            .expect(204);
    }

    pub async fn account(&self, method: &str, name: &str, operation: &str) -> Answer {
        self.arm(method, &account_path(name, operation)).await
    }

    /// A key, by its name in the answer of Resource Manager.
    pub async fn key(&self, account: &str, name: &str) -> String {
        self.account("POST", account, "/listKeys")
            .await
            .expect(200)
            .json()[name]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub async fn cosmos(
        &self,
        key: &str,
        signed: Signed<'_>,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Answer {
        self.cosmos_at(self.endpoint(signed.account), key, signed, headers, body)
            .await
    }

    /// The same at an address that was not announced.
    pub async fn cosmos_at(
        &self,
        endpoint: &str,
        key: &str,
        signed: Signed<'_>,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Answer {
        let url = format!("{}{}", endpoint.trim_end_matches('/'), signed.path);
        let date = http_date(signed.offset_seconds);
        let authorization = authorization(key, &signed, &date);
        let mut all = vec![
            ("x-ms-date", date.as_str()),
            ("authorization", authorization.as_str()),
        ];
        if !headers.iter().any(|(name, _)| *name == "x-ms-version") {
            all.push(("x-ms-version", "2018-12-31"));
        }
        all.extend_from_slice(headers);
        self.send(signed.method, &url, &all, body).await
    }
}

impl Drop for Azure {
    fn drop(&mut self) {
        self.input.take();
        let _ = self.child.wait();
    }
}

pub fn account_path(name: &str, operation: &str) -> String {
    format!(
        "subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.DocumentDB/databaseAccounts/{name}{operation}?api-version=2024-11-15"
    )
}

/// A data-plane request and what its signature says it is.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    pub account: &'a str,
    pub method: &'a str,
    pub path: &'a str,
    pub resource_type: &'a str,
    pub link: &'a str,
    /// How far the request's date is from now.
    pub offset_seconds: i64,
}

pub fn signed<'a>(
    method: &'a str,
    path: &'a str,
    resource_type: &'a str,
    link: &'a str,
) -> Signed<'a> {
    Signed {
        account: "myaccount",
        method,
        path,
        resource_type,
        link,
        offset_seconds: 0,
    }
}

pub fn authorization(key: &str, signed: &Signed<'_>, date: &str) -> String {
    let text = format!(
        "{}\n{}\n{}\n{}\n\n",
        signed.method.to_lowercase(),
        signed.resource_type,
        signed.link,
        date.to_lowercase()
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(key).unwrap()).unwrap();
    mac.update(text.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    percent_encoding::utf8_percent_encode(
        &format!("type=master&ver=1.0&sig={signature}"),
        percent_encoding::NON_ALPHANUMERIC,
    )
    .to_string()
}

pub fn http_date(offset_seconds: i64) -> String {
    let time = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(offset_seconds);
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A client that trusts this simulator's authority alone.
pub fn client(ready: &Value, protocols: &[&[u8]]) -> Client {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(ready["ca"].as_str().unwrap()).unwrap();
    roots.add(certificate).unwrap();
    let mut config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    Client::builder()
        .tls_backend_preconfigured(config)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

/// Accepts one certificate, whatever is written in it.
#[derive(Debug)]
struct Pin {
    thumbprint: String,
    provider: CryptoProvider,
}

impl ServerCertVerifier for Pin {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate);
        let mut thumbprint = String::new();
        for byte in hash.as_ref() {
            write!(thumbprint, "{byte:02X}").unwrap();
        }
        if thumbprint == self.thumbprint {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::General(thumbprint))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

fn pinned_client(thumbprint: &str) -> Client {
    let provider = rustls::crypto::ring::default_provider();
    let config = ClientConfig::builder_with_provider(Arc::new(provider.clone()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pin {
            thumbprint: thumbprint.to_owned(),
            provider,
        }))
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(config)
        .no_proxy()
        .build()
        .unwrap()
}

/// What a token says of itself.
pub fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// The tutorial's scenario, to be changed.
pub fn tutorial() -> Value {
    serde_json::from_str(include_str!("../../src/scenario.json")).unwrap()
}

/// A scenario with one machine, one subscription with one group, and an owner.
pub fn scenario(subscription: &str, group: &str, accounts: &Value) -> Value {
    json!({
        "tenantId": "99999999-8888-7777-6666-555555555555",
        "cloud": "AzurePublicCloud",
        "machine": {
            "subscriptionId": subscription,
            "resourceGroup": group,
            "name": "vm",
            "location": "westus",
            "vmId": "13f56399-bd52-4150-9748-7190aae1ff21",
            "systemIdentity": {"clientId": "client", "objectId": "object"},
        },
        "subscriptions": [{"id": subscription, "displayName": "Recorded", "resourceGroups": [group]}],
        "roleAssignments": [
            {"principalId": "object", "role": "Owner", "scope": format!("/subscriptions/{subscription}")},
        ],
        "accounts": accounts,
    })
}
