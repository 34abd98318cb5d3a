//! The canary: marker secrets go through every success and failure, and come out nowhere.

mod support;

use std::fmt::Write as _;

use cosmi::azure::{AccountRef, Identity, KeyKind, Level};
use serde_json::json;
use support::{Records, Simulator, call, key};

const TOKEN: &str = "eyJhbGciOiJub25lIn0.Y2FuYXJ5LXRva2Vu.c2lnbmF0dXJl";
const KEY: &str = "Y2FuYXJ5LWtleS1jYW5hcnkta2V5LWNhbmFyeS1rZXk=";
const HEADER: &str = "canary-identity-header";

/// Ways to say the same secret: as it is, percent-encoded, decoded.
fn spellings() -> Vec<String> {
    let mut all = vec![
        TOKEN.into(),
        KEY.into(),
        HEADER.into(),
        "canary-key-canary".into(),
        "canary-token".into(),
    ];
    all.push(KEY.replace('=', "%3D"));
    all.push(KEY.trim_end_matches('=').into());
    all
}

fn assert_silent(text: &str, records: &Records, what: &str) {
    let all = format!("{text}\n{}", records.text());
    for secret in spellings() {
        assert!(!all.contains(&secret), "{what} shows {secret}:\n{all}");
    }
    assert!(!all.contains("sig="), "{what} shows a signature:\n{all}");
}

#[tokio::test]
async fn no_failure_shows_a_secret() {
    let azure = Simulator::start();
    // the services echo what they were given, as careless ones do
    let echo = format!("you sent Bearer {TOKEN}");
    let identity_echo = format!("you sent {HEADER}");
    let bodies = [
        json!({ "error": { "code": "AuthorizationFailed", "message": echo.clone() } }).to_string(),
        json!({ "error": identity_echo, "error_description": identity_echo }).to_string(),
        json!({ "code": "Unauthorized", "message": "no" }).to_string(),
        json!({ "primaryMasterKey": KEY, "access_token": TOKEN }).to_string(),
        format!("<html>{TOKEN}{KEY}</html>"),
        format!("{{\"access_token\":\"{TOKEN}\",\"primaryMasterKey\":\"{KEY}\""),
    ];
    let token = json!({ "access_token": TOKEN, "expires_in": "3599" }).to_string();
    let keys = json!({ "primaryMasterKey": KEY, "secondaryMasterKey": KEY }).to_string();
    let mut seen = 0;
    for status in [200, 302, 400, 401, 403, 404, 409, 418, 429, 500, 503] {
        for body in &bodies {
            for failing in ["imds", "app_service", "arm", "keys", "cosmos"] {
                azure.clear_faults();
                let answer = json!({ "status": status, "body": body, "headers": { "location": format!("https://localhost:1/?{TOKEN}") } });
                let place = if failing == "keys" {
                    json!({ "face": "arm", "path": "keys" })
                } else {
                    json!({ "face": failing })
                };
                azure.fault(place, 0, answer);
                azure.fault(
                    json!({ "face": "any", "path": "token" }),
                    0,
                    json!({ "status": 200, "body": token }),
                );
                azure.fault(
                    json!({ "face": "arm", "path": "keys" }),
                    0,
                    json!({ "status": 200, "body": keys }),
                );
                let mut env = if failing == "app_service" {
                    azure.app_service_env()
                } else {
                    azure.env()
                };
                if failing == "app_service" {
                    env.insert("IDENTITY_HEADER".into(), HEADER.into());
                }
                let (client, records) = Simulator::client_in(env, |_| {});
                let call = || client.call(7, std::time::Duration::from_secs(2));
                let mut text = String::new();
                let account = azure.account("myaccount");
                let opened = AccountRef {
                    endpoint: Some(azure.endpoint("myaccount").into()),
                    key: Some(key(KEY)),
                    ..AccountRef::default()
                };
                let _ = write!(
                    text,
                    "{:?}",
                    client.token(&call(), "https://management.azure.com/").await
                );
                let _ = write!(
                    text,
                    "{:?}",
                    client.list_keys(&call(), &account, KeyKind::Auto).await
                );
                let _ = write!(
                    text,
                    "{:?}",
                    client.list_connection_strings(&call(), &account).await
                );
                let _ = write!(
                    text,
                    "{:?}",
                    client.show_account(&call(), &account).await.map(|_| ())
                );
                let _ = write!(
                    text,
                    "{:?}",
                    client
                        .show_collection(&call(), &account, "Test", "Test")
                        .await
                        .map(|_| ())
                );
                let _ = write!(
                    text,
                    "{:?}",
                    client
                        .show_collection(&call(), &opened, "Test", "Test")
                        .await
                        .map(|_| ())
                );
                let _ = write!(text, "{opened:?}{client:?}");
                seen += usize::from(text.contains("Err(") && !records.text().is_empty());
                assert_silent(
                    &text,
                    &records,
                    &format!("{failing} answering {status} {body}"),
                );
            }
        }
    }
    assert!(seen > 100, "the paths were walked: {seen}");
}

#[tokio::test]
async fn no_success_logs_a_secret() {
    let azure = Simulator::start();
    let (client, records) = azure.client_with(|settings| settings.identity = Identity::System);
    let token = client
        .token(&call(&client), "https://management.azure.com/")
        .await
        .expect("a token");
    let keys = client
        .list_keys(&call(&client), &azure.account("myaccount"), KeyKind::Auto)
        .await
        .expect("keys");
    client
        .show_collection(&call(&client), &azure.account("myaccount"), "Test", "Test")
        .await
        .expect("shown");
    let log = format!("{}{token:?}{keys:?}", records.text());
    assert!(
        log.contains(&format!("{:?}", Level::Debug)) && log.contains("/offers"),
        "{log}"
    );
    let mut secrets = vec![token.value.duplicate()];
    secrets.extend(keys.keys.iter().map(|(_, key)| key.duplicate()));
    for secret in secrets {
        let secret = std::str::from_utf8(secret.as_bytes())
            .expect("ASCII")
            .to_owned();
        assert!(!log.contains(&secret));
    }
    assert!(
        !log.contains("api-version") && !log.contains("sig="),
        "URLs are logged without their query: {log}"
    );
}
