//! What goes wrong on the wire: each fault has its status and its advice, and none hangs.

mod support;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cosmi::azure::{Client, Collection, Error, Kind};
use serde_json::{Value, json};
use support::{Simulator, call, key, show, with_key};

/// Goes all the way to a collection.
async fn reach(client: &Client, azure: &Simulator) -> Result<Collection, Error> {
    show(client, &azure.account("myaccount")).await
}

/// Every error a person may meet has something to do about it and never a period at its end.
fn assert_readable(error: &Error, kind: Kind) {
    assert_eq!(error.kind(), kind, "{error:?}");
    assert!(error.action().is_some(), "{error:?}");
    assert!(
        !error.message().ends_with('.') && !error.message().contains('\n'),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_closed_connection_is_tried_again_and_then_told() {
    let azure = Simulator::start();
    for face in ["imds", "arm", "cosmos"] {
        for close in ["before-headers", "after-headers", "mid-body"] {
            azure.clear_faults();
            azure.fault(json!({ "face": face }), 1, json!({ "close": close }));
            let client = azure.client();
            reach(&client, &azure)
                .await
                .unwrap_or_else(|error| panic!("{face} {close}: {error:?}"));

            azure.fault(json!({ "face": face }), 0, json!({ "close": close }));
            let client = azure.client();
            let error = reach(&client, &azure).await.expect_err("broken for good");
            assert_readable(&error, Kind::Protocol);
            assert!(error.is_retryable());
        }
    }
}

#[tokio::test]
async fn nothing_listening_is_told_with_the_address() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = with_key("https://localhost:1/", key("c2VjcmV0"));
    let error = show(&client, &account).await.expect_err("refused");
    assert_readable(&error, Kind::Connect);
    assert!(
        error
            .message()
            .contains("localhost:1 refused the connection"),
        "{error}"
    );
    let (client, _) =
        azure.client_with(|settings| settings.arm_endpoint = Some("https://localhost:1/".into()));
    assert_readable(
        &reach(&client, &azure).await.expect_err("refused"),
        Kind::Connect,
    );
}

#[tokio::test]
async fn pages_and_broken_json_in_the_services_place_are_told() {
    let azure = Simulator::start();
    let html = json!({ "status": 200, "headers": { "content-type": "text/html" }, "body": "<html>Sign in</html>" });
    let broken = json!({ "status": 200, "headers": { "content-type": "application/json" }, "body": "{\"id\":\"Te" });
    let other =
        json!({ "status": 200, "headers": { "content-type": "application/json" }, "body": "{}" });
    for face in ["imds", "arm", "cosmos"] {
        for action in [&html, &broken, &other] {
            azure.clear_faults();
            azure.fault(json!({ "face": face }), 0, action.clone());
            let error = reach(&azure.client(), &azure)
                .await
                .expect_err("not the service");
            assert_readable(&error, Kind::BadResponse);
            assert_eq!(error.http_status(), 200);
            assert!(!error.message().contains("Sign in"));
        }
    }
    azure.clear_faults();
    azure.fault(json!({ "face": "cosmos", "path": "/offers" }), 0, html);
    assert_readable(
        &reach(&azure.client(), &azure)
            .await
            .expect_err("not the service"),
        Kind::BadResponse,
    );
}

#[tokio::test]
async fn an_answer_cut_short_is_no_answer() {
    let azure = Simulator::start();
    for face in ["arm", "cosmos"] {
        azure.clear_faults();
        azure.fault(json!({ "face": face }), 0, json!({ "truncate": 20 }));
        let error = reach(&azure.client(), &azure).await.expect_err("cut");
        assert!(
            matches!(error.kind(), Kind::Protocol | Kind::BadResponse),
            "{error:?}"
        );
        assert!(error.action().is_some());
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let azure = Simulator::start();
    for face in ["imds", "arm", "cosmos"] {
        azure.clear_faults();
        azure.fault(json!({ "face": face }), 0, json!({ "endless": true }));
        assert_readable(
            &reach(&azure.client(), &azure).await.expect_err("too much"),
            Kind::TooLarge,
        );
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let azure = Simulator::start();
    let elsewhere = azure.endpoint("readeraccount");
    for face in ["imds", "arm", "cosmos"] {
        azure.clear_faults();
        azure.forget();
        azure.fault(json!({ "face": face }), 0, json!({ "redirect": elsewhere }));
        let error = reach(&azure.client(), &azure)
            .await
            .expect_err("redirected");
        assert_readable(&error, Kind::BadResponse);
        assert!(error.message().contains("redirect"), "{error}");
        assert!(
            azure
                .journal()
                .iter()
                .all(|entry| entry["account"] != "readeraccount")
        );
    }
}

#[tokio::test]
async fn certificates_that_are_not_right_are_refused_with_the_reason() {
    let azure = Simulator::start();
    let client = azure.client();
    for (fault, words) in [
        ("wrongName", "another name"),
        ("expired", "expired"),
        ("unknownCa", "unknown issuer"),
    ] {
        let endpoint = azure.text(&format!("/tlsFaults/{fault}")).to_owned();
        let account = with_key(&endpoint, key("c2VjcmV0"));
        let error = show(&client, &account).await.expect_err("refused");
        assert_readable(&error, Kind::Tls);
        assert!(error.message().contains(words), "{fault}: {error}");
        let (client, _) = azure.client_with(|settings| settings.arm_endpoint = Some(endpoint));
        assert_readable(
            &reach(&client, &azure).await.expect_err("refused"),
            Kind::Tls,
        );
    }
    let mut env = azure.env();
    env.remove("COSMI_CA_FILE");
    let (client, _) = Simulator::client_in(env, |_| {});
    assert_readable(
        &reach(&client, &azure)
            .await
            .expect_err("the system does not know the simulator's CA"),
        Kind::Tls,
    );
}

#[tokio::test]
async fn a_ca_that_is_none_is_refused_when_the_client_is_made() {
    for pem in [
        "",
        "nonsense",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let settings = cosmi::azure::Settings {
            ca_pem: Some(pem.as_bytes().to_vec()),
            ..Default::default()
        };
        let error = {
            let host = support::host(HashMap::new(), &Arc::default());
            Client::with_host(settings, Arc::new(support::Records::default()), host)
                .expect_err("refused")
        };
        assert_readable(&error, Kind::InvalidArgument);
    }
}

#[tokio::test]
async fn a_clock_an_hour_off_is_told_from_the_date_header() {
    let azure = Simulator::start();
    for (offset, words) in [(3600, "60 min behind"), (-3600, "60 min ahead of")] {
        azure.set_clock_offset(offset);
        let client = azure.client();
        let keys = client
            .list_keys(
                &call(&client),
                &azure.account("myaccount"),
                cosmi::azure::KeyKind::Auto,
            )
            .await;
        let key = keys.expect("Resource Manager does not mind an hour").keys[0]
            .1
            .duplicate();
        let account = with_key(azure.endpoint("myaccount"), key);
        let error = show(&client, &account).await.expect_err("refused");
        assert_readable(&error, Kind::Unauthenticated);
        assert!(error.message().contains(words), "{error}");
        assert_eq!(error.http_status(), 403);
    }
}

#[tokio::test]
async fn passing_troubles_are_waited_for_and_signed_anew() {
    let azure = Simulator::start();
    let cases = [
        ("arm", 503, json!({}), 2),
        ("arm", 429, json!({ "retry-after": "3" }), 3),
        (
            "cosmos",
            429,
            json!({ "x-ms-retry-after-ms": "40", "x-ms-substatus": "3200" }),
            8,
        ),
        ("cosmos", 429, json!({}), 3),
        ("cosmos", 449, json!({}), 5),
        ("cosmos", 503, json!({}), 3),
        ("cosmos", 408, json!({}), 1),
        ("cosmos", 410, json!({ "x-ms-substatus": "1002" }), 2),
        ("cosmos", 404, json!({ "x-ms-substatus": "1013" }), 2),
    ];
    for (face, status, headers, times) in cases {
        azure.clear_faults();
        azure.forget();
        let body = r#"{"code":"Busy","message":"busy\r\nActivityId: x"}"#;
        let path = if face == "cosmos" { "/dbs" } else { "keys" };
        azure.fault(
            json!({ "face": face, "path": path }),
            times,
            json!({ "status": status, "headers": headers, "body": body }),
        );
        reach(&azure.client(), &azure)
            .await
            .unwrap_or_else(|error| panic!("{face} {status}: {error:?}"));
        let tries = azure
            .journal()
            .iter()
            .filter(|entry| entry["face"] == face && entry["status"] == status)
            .count();
        assert_eq!(tries, times as usize, "{face} {status}");
    }
}

#[tokio::test]
async fn patience_ends_and_says_what_the_service_asked() {
    let azure = Simulator::start();
    let body = r#"{"code":"TooManyRequests","message":"Request rate is large"}"#;
    azure.fault(
        json!({ "face": "cosmos" }),
        0,
        json!({ "status": 429, "headers": { "x-ms-retry-after-ms": "70" }, "body": body }),
    );
    let error = reach(&azure.client(), &azure).await.expect_err("throttled");
    assert_readable(&error, Kind::Throttled);
    assert_eq!(
        (
            error.http_status(),
            error.retry_after(),
            error.is_retryable()
        ),
        (429, Some(Duration::from_millis(70)), true)
    );
    assert_eq!(
        azure
            .journal()
            .iter()
            .filter(|entry| entry["status"] == 429)
            .count(),
        9
    );

    // a pause that would outlast the call is not begun
    azure.clear_faults();
    azure.fault(json!({ "face": "arm" }), 0, json!({ "status": 429, "headers": { "retry-after": "3600" }, "body": "{\"error\":{\"code\":\"TooManyRequests\",\"message\":\"wait\"}}" }));
    let error = reach(&azure.client(), &azure).await.expect_err("throttled");
    assert_eq!(
        (error.kind(), error.retry_after()),
        (Kind::Throttled, Some(Duration::from_secs(3600))),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_firewall_is_told_from_other_refusals() {
    let azure = Simulator::start();
    let body = json!({ "code": "Forbidden", "message": "Message: {\"Errors\":[\"Request is blocked. Please check your authorization token and Cosmos DB account firewall settings.\"]}\r\nActivityId: 1, Request URI: /apps/x, RequestStats: y" });
    azure.fault(
        json!({ "face": "cosmos" }),
        0,
        json!({ "status": 403, "body": body.to_string() }),
    );
    let error = reach(&azure.client(), &azure).await.expect_err("blocked");
    assert_readable(&error, Kind::Forbidden);
    assert!(
        error
            .action()
            .is_some_and(|action| action.contains("networking")),
        "{error:?}"
    );
    assert!(!error.message().contains("RequestStats"), "{error}");
}

#[tokio::test]
async fn a_list_that_continues_elsewhere_gets_no_token() {
    let azure = Simulator::start();
    let elsewhere = format!("{}subscriptions?page=2", azure.endpoint("readeraccount"));
    let body = json!({ "value": [], "nextLink": elsewhere }).to_string();
    azure.fault(
        json!({ "face": "arm" }),
        0,
        json!({ "status": 200, "body": body }),
    );
    let client = azure.client();
    let error = client
        .list_accounts(&call(&client), None, None)
        .await
        .expect_err("refused");
    assert_readable(&error, Kind::BadResponse);
    assert!(
        azure
            .journal()
            .iter()
            .all(|entry| entry["face"] != "cosmos")
    );
}

#[tokio::test]
async fn a_hidden_subscription_does_not_spoil_the_search() {
    let azure = Simulator::start();
    let (client, records) = azure.client_with(|_| {});
    let all = client
        .list_accounts(&call(&client), None, None)
        .await
        .expect("accounts")
        .len();
    let others: Vec<Value> = azure.journal();
    let hidden = others
        .iter()
        .map(|entry| entry["target"].as_str().expect("text"))
        .find(|target| {
            target.contains("databaseAccounts") && !target.contains(azure.subscription())
        });
    let hidden = hidden
        .and_then(|target| target.split('?').next())
        .expect("the empty subscription")
        .to_owned();
    azure.fault(json!({ "face": "arm", "path": hidden }), 0, json!({ "status": 403, "body": "{\"error\":{\"code\":\"AuthorizationFailed\",\"message\":\"no\"}}" }));
    assert_eq!(
        client
            .list_accounts(&call(&client), None, None)
            .await
            .expect("accounts")
            .len(),
        all
    );
    assert!(
        records
            .text()
            .contains("Warning this identity may not read the accounts of subscription"),
        "{}",
        records.text()
    );
}

#[tokio::test]
async fn metadata_and_loopback_are_never_asked_through_a_proxy() {
    // the variables are the process's, so the client lives in one of its own: this test, once more
    const CHILD: &str = "COSMI_TEST_BEHIND_PROXY";
    if std::env::var_os(CHILD).is_some() {
        let azure = Simulator::start();
        reach(&azure.client(), &azure).await.expect("direct");
        return;
    }
    let nowhere = "http://127.0.0.1:1";
    let child = std::process::Command::new(std::env::current_exe().expect("a path"))
        .args([
            "--exact",
            "metadata_and_loopback_are_never_asked_through_a_proxy",
        ])
        .env(CHILD, "1")
        .envs(
            [
                "HTTP_PROXY",
                "http_proxy",
                "HTTPS_PROXY",
                "https_proxy",
                "ALL_PROXY",
                "all_proxy",
            ]
            .map(|name| (name, nowhere)),
        )
        .output()
        .expect("runs");
    assert!(
        child.status.success(),
        "{}",
        String::from_utf8_lossy(&child.stdout)
    );
}
