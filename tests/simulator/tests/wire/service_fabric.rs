//! Service Fabric's token service.

use serde_json::{Value, json};

use crate::support::{Answer, Azure, OWN, account_path, claims};

const QUERY: &str = "api-version=2019-07-01-preview&resource=https%3A%2F%2Fmanagement.azure.com%2F";

async fn get(azure: &Azure, query: &str, secret: Option<&str>) -> Answer {
    let url = format!("{}?{query}", azure.text("/serviceFabric/endpoint"));
    let headers: Vec<(&str, &str)> = secret
        .map(|secret| ("Secret", secret))
        .into_iter()
        .collect();
    azure.send("GET", &url, &headers, None).await
}

async fn token(azure: &Azure, query: &str) -> Value {
    let secret = azure.text("/serviceFabric/header");
    get(azure, query, Some(secret)).await.expect(200).json()
}

fn value(token: &Value) -> &str {
    token["access_token"].as_str().unwrap()
}

/// What a client says of a token it does not want back.
fn hash(token: &str) -> String {
    use sha2::Digest;
    use std::fmt::Write as _;
    sha2::Sha256::digest(token)
        .iter()
        .fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
}

#[tokio::test]
async fn its_certificate_is_known_by_its_thumbprint() {
    let azure = Azure::start(&[]);
    let url = azure.text("/serviceFabric/endpoint").to_owned();
    let error = azure.try_send("GET", &url, &[], None).await.err().unwrap();
    assert!(error.is_connect(), "{error:?}");
    let thumbprint = azure.text("/serviceFabric/thumbprint");
    assert_eq!(thumbprint.len(), 40);
    assert!(
        thumbprint
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'))
    );

    let azure = azure.pinned();
    let token = token(&azure, QUERY).await;
    assert!(token["expires_on"].is_i64(), "{token}");
    assert!(token.get("client_id").is_none() && token.get("expires_in").is_none());
    let journal = azure.journal().await;
    assert_eq!(journal[0]["face"], "service_fabric");
    assert_eq!(journal[0]["headers"]["secret"], "<redacted>");
    let stats = azure.control("GET", "/stats", &Value::Null).await.json();
    assert_eq!(
        (
            &stats["service_fabric"]["connections"],
            &stats["service_fabric"]["handshakes"]
        ),
        (&json!(2), &json!(1))
    );
}

#[tokio::test]
async fn what_it_refuses() {
    let azure = Azure::start(&[]).pinned();
    let secret = azure.text("/serviceFabric/header").to_owned();
    let secret = Some(secret.as_str());
    let unknown = "api-version=2020-05-01&resource=https://example.com";
    let nobody = format!("{QUERY}&principalId=nobody");
    for (query, secret, status, code) in [
        (QUERY, None, 400, "SecretHeaderNotFound"),
        (QUERY, Some("wrong"), 404, "ManagedIdentityNotFound"),
        (&nobody, secret, 404, "ManagedIdentityNotFound"),
        ("resource=x", secret, 400, "InvalidApiVersion"),
        (
            "api-version=2018-02-01&resource=x",
            secret,
            400,
            "InvalidApiVersion",
        ),
        ("api-version=2020-05-01", secret, 400, "ArgumentNullOrEmpty"),
        (unknown, secret, 400, "InvalidResource"),
    ] {
        let error = get(&azure, query, secret).await.expect(status).json()["error"].clone();
        assert_eq!(error["code"], code, "{query}");
        assert!(error["message"].is_string() && error["correlationId"].is_string());
    }
    azure
        .fault(json!({"match": {"face": "service_fabric"}, "action": {"status": 500}}))
        .await;
    let failed = get(&azure, QUERY, secret).await.expect(500).json();
    assert_eq!(failed["error"]["code"], "InternalServerError");
}

#[tokio::test]
async fn the_principal_selects() {
    let azure = Azure::start(&[]).pinned();
    let own = token(&azure, QUERY).await;
    assert_eq!(claims(value(&own))["appid"], OWN);
    let reader = format!("{QUERY}&principalId=22222222-0000-0000-0000-000000000002");
    let reader = token(&azure, &reader).await;
    assert_eq!(
        claims(value(&reader))["oid"],
        "22222222-0000-0000-0000-000000000002"
    );
}

#[tokio::test]
async fn only_the_hash_of_a_token_replaces_it() {
    let azure = Azure::start(&[]).pinned();
    let query = format!("{QUERY}&xms_cc=cp1");
    let first = token(&azure, &query).await;
    assert_eq!(claims(value(&first))["xms_cc"], json!(["cp1"]));
    assert_eq!(
        value(&token(&azure, &query).await),
        value(&first),
        "it keeps tokens"
    );
    let other = hash("another token");
    let kept = token(&azure, &format!("{query}&token_sha256_to_refresh={other}")).await;
    assert_eq!(value(&kept), value(&first));

    let refresh = format!("{query}&token_sha256_to_refresh={}", hash(value(&first)));
    let second = token(&azure, &refresh).await;
    assert_ne!(value(&second), value(&first));
    assert_eq!(
        value(&token(&azure, &refresh).await),
        value(&second),
        "once"
    );
    assert_eq!(value(&token(&azure, &query).await), value(&second));

    let path = format!(
        "{}{}",
        azure.text("/armHttp"),
        account_path("myaccount", "")
    );
    for (token, status) in [(&first, 401), (&second, 200)] {
        let authorization = format!("Bearer {}", value(token));
        let headers = [("authorization", authorization.as_str())];
        azure
            .send("GET", &path, &headers, None)
            .await
            .expect(status);
    }
}

#[tokio::test]
async fn it_keeps_no_token_that_has_expired() {
    let azure = Azure::start(&[]).pinned();
    let first = token(&azure, QUERY).await;
    azure
        .control("POST", "/clock", &json!({"offsetSeconds": 90_000}))
        .await
        .expect(204);
    assert_ne!(value(&token(&azure, QUERY).await), value(&first));
}
