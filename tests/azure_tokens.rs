//! Tokens against the simulator's identity faces.

mod support;

use std::sync::Arc;
use std::time::Duration;

use cosmi::azure::{Client, Identity, IdentitySource, Kind, Log, Settings};
use serde_json::json;
use support::{QuickClock, Records, Simulator, call};

const ARM: &str = "https://management.azure.com/";
const READER: &str = "22222222-0000-0000-0000-000000000001";
const READER_OBJECT: &str = "22222222-0000-0000-0000-000000000002";

#[tokio::test]
async fn a_token_is_asked_for_once_and_kept() {
    let azure = Simulator::start();
    let client = azure.client();
    let all = (0..64).map(|_| {
        let client = client.clone();
        async move { client.token(&call(&client), ARM).await }
    });
    let tokens = futures_util::future::join_all(all).await;
    let first = tokens[0].as_ref().expect("a token");
    assert!(
        tokens
            .iter()
            .all(|token| Arc::ptr_eq(token.as_ref().expect("a token"), first))
    );
    assert_eq!(
        (first.source, first.resource.as_str()),
        (IdentitySource::Imds, ARM)
    );
    let journal = azure.journal();
    assert_eq!(journal.len(), 1);
    assert_eq!(
        journal[0]["target"],
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F"
    );
    assert_eq!(journal[0]["headers"]["metadata"], "true");
    client
        .token(&call(&client), "https://cosmos.azure.com/.default")
        .await
        .expect("another");
    assert!(
        azure.journal()[1]["target"]
            .as_str()
            .expect("text")
            .ends_with("resource=https%3A%2F%2Fcosmos.azure.com")
    );
}

#[tokio::test]
async fn user_assigned_identities_are_chosen_by_each_of_their_ids() {
    let azure = Simulator::start();
    let resource = azure
        .ready
        .pointer("/subscriptionId")
        .and_then(|id| id.as_str())
        .map(|id| format!("/subscriptions/{id}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader"))
        .expect("an id");
    let ids = [
        (Identity::ClientId(READER.into()), "client_id", "client_id"),
        (
            Identity::ObjectId(READER_OBJECT.into()),
            "object_id",
            "principal_id",
        ),
        (Identity::ResourceId(resource), "msi_res_id", "mi_res_id"),
    ];
    for (identity, imds, app_service) in ids {
        for (env, parameter) in [(azure.env(), imds), (azure.app_service_env(), app_service)] {
            azure.forget();
            let (client, _) =
                Simulator::client_in(env, |settings| settings.identity = identity.clone());
            let token = client
                .token(&call(&client), ARM)
                .await
                .unwrap_or_else(|error| panic!("{identity:?}: {error:?}"));
            assert_eq!(
                token.client_id.as_deref().map(str::to_lowercase).as_deref(),
                Some(READER),
                "{identity:?}"
            );
            let target = azure.journal()[0]["target"]
                .as_str()
                .expect("text")
                .to_owned();
            assert!(target.contains(&format!("&{parameter}=")), "{target}");
        }
    }
}

#[tokio::test]
async fn an_identity_that_is_not_assigned_is_told_with_what_to_do() {
    let azure = Simulator::start();
    for env in [azure.env(), azure.app_service_env()] {
        let (client, _) = Simulator::client_in(env, |settings| {
            settings.identity = Identity::ClientId("33333333-0000-0000-0000-000000000000".into());
        });
        let error = client
            .token(&call(&client), ARM)
            .await
            .expect_err("refused");
        assert_eq!(
            (error.kind(), error.http_status()),
            (Kind::NoIdentity, 400),
            "{error:?}"
        );
        assert!(
            error
                .message()
                .contains("33333333-0000-0000-0000-000000000000"),
            "{error}"
        );
        assert!(
            error
                .action()
                .is_some_and(|action| action.contains("assign the identity")),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn app_service_sends_both_headers_and_reads_them_at_each_call() {
    let azure = Simulator::start();
    let (client, _) = Simulator::client_in(azure.app_service_env(), |_| {});
    let token = client.token(&call(&client), ARM).await.expect("a token");
    assert_eq!(token.source, IdentitySource::AppService);
    let entry = &azure.journal()[0];
    assert_eq!(
        (
            &entry["headers"]["x-identity-header"],
            &entry["headers"]["metadata"]
        ),
        (&json!("<redacted>"), &json!("true"))
    );

    let mut env = azure.app_service_env();
    env.insert("IDENTITY_HEADER".into(), "wrong-header-value".into());
    let (client, records) = Simulator::client_in(env, |_| {});
    let error = client
        .token(&call(&client), ARM)
        .await
        .expect_err("refused");
    assert_eq!(error.kind(), Kind::Unauthenticated, "{error:?}");
    assert!(!format!("{error:?}{}", records.text()).contains("wrong-header-value"));
}

#[tokio::test]
async fn the_source_can_be_forced_and_its_absence_is_told() {
    let azure = Simulator::start();
    let mut env = azure.app_service_env();
    env.extend(azure.env());
    let (client, _) = Simulator::client_in(env, |settings| {
        settings.identity_source = IdentitySource::Imds;
    });
    assert_eq!(
        client
            .token(&call(&client), ARM)
            .await
            .expect("a token")
            .source,
        IdentitySource::Imds
    );
    let (client, _) =
        azure.client_with(|settings| settings.identity_source = IdentitySource::AppService);
    let error = client.token(&call(&client), ARM).await.expect_err("absent");
    assert_eq!(error.kind(), Kind::NoIdentity);
    assert!(error.message().contains("IDENTITY_HEADER"), "{error}");
}

#[tokio::test]
async fn a_machine_without_an_identity_says_so_at_once() {
    let azure = Simulator::start();
    let (client, _) = azure
        .client_with(|settings| settings.metadata_endpoint = Some("http://127.0.0.1:1/".into()));
    let started = std::time::Instant::now();
    let error = client.token(&call(&client), ARM).await.expect_err("absent");
    assert_eq!(error.kind(), Kind::NoIdentity, "{error:?}");
    assert!(
        error
            .action()
            .is_some_and(|action| action.contains("managed identity")),
        "{error:?}"
    );
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "no second try where nothing listens"
    );
}

#[tokio::test]
async fn passing_troubles_are_waited_for_as_long_as_each_deserves() {
    let azure = Simulator::start();
    let busy = json!({ "face": "imds" });
    let cases = [
        (404, 3, vec![1, 2, 4]),
        (429, 2, vec![1, 2]),
        (500, 1, vec![1]),
        (410, 5, vec![10; 5]),
    ];
    for (status, times, pauses) in cases {
        let clock = Arc::new(QuickClock::default());
        let client = client_with_clock(&azure, &clock);
        azure.fault(
            busy.clone(),
            times,
            json!({ "status": status, "body": "{}" }),
        );
        client
            .token(&call(&client), ARM)
            .await
            .unwrap_or_else(|error| panic!("{status}: {error:?}"));
        let slept: Vec<_> = clock
            .slept
            .lock()
            .expect("unpoisoned")
            .iter()
            .map(Duration::as_secs)
            .collect();
        assert_eq!(slept, pauses, "{status}");
    }
    for (status, kind, requests) in [
        (500, Kind::Service, 4),
        (429, Kind::Throttled, 4),
        (410, Kind::Service, 8),
        (400, Kind::NoIdentity, 1),
        (403, Kind::NoIdentity, 1),
    ] {
        azure.clear_faults();
        azure.forget();
        let client = client_with_clock(&azure, &Arc::new(QuickClock::default()));
        azure.fault(
            busy.clone(),
            0,
            json!({ "status": status, "body": "{\"error\":\"x\"}" }),
        );
        let long = client.call(1, Duration::from_secs(1000));
        let error = client.token(&long, ARM).await.expect_err("refused");
        assert_eq!(
            (error.kind(), error.http_status()),
            (kind, status),
            "{error:?}"
        );
        assert!(error.action().is_some());
        assert_eq!(azure.journal().len(), requests, "{status}");
    }
}

#[tokio::test]
async fn answers_that_hold_no_token_are_refused_without_showing_them() {
    let azure = Simulator::start();
    let bodies = [
        "<html>marker-7</html>",
        "{\"access_token\":\"\",\"expires_in\":\"3599\",\"x\":\"marker-7\"}",
        "{\"access_token\":\"marker-7\"}",
        "{\"access_token\":\"marker-7\",\"expires_on\":\"soon\"}",
        "{\"access_token\":\"marker-7",
        "",
        "[]",
    ];
    for body in bodies {
        let (client, records) = azure.client_with(|_| {});
        azure.fault(
            json!({ "face": "imds" }),
            1,
            json!({ "status": 200, "body": body }),
        );
        let error = client.token(&call(&client), ARM).await.expect_err(body);
        assert_eq!(error.kind(), Kind::BadResponse, "{body}: {error:?}");
        assert!(!format!("{error:?}{error}{}", records.text()).contains("marker-7"));
    }
}

#[tokio::test]
async fn a_token_near_its_end_is_replaced() {
    let azure = Simulator::start();
    let client = azure.client();
    azure.fault(
        json!({ "face": "imds" }),
        1,
        json!({ "status": 200, "body": "{\"access_token\":\"a\",\"expires_in\":\"200\"}" }),
    );
    client
        .token(&call(&client), ARM)
        .await
        .expect("a short one");
    client.token(&call(&client), ARM).await.expect("a long one");
    client.token(&call(&client), ARM).await.expect("the same");
    assert_eq!(azure.journal().len(), 2);
}

#[tokio::test]
async fn a_token_that_resource_manager_refuses_is_replaced_once() {
    let azure = Simulator::start();
    let client = azure.client();
    let refusal = r#"{"error":{"code":"ExpiredAuthenticationToken","message":"The access token expiry UTC time is earlier than now."}}"#;
    azure.fault(
        json!({ "face": "arm" }),
        1,
        json!({ "status": 401, "body": refusal }),
    );
    client
        .show_account(&call(&client), &azure.account("myaccount"))
        .await
        .expect("shown with a new token");
    assert_eq!(
        azure
            .asked()
            .iter()
            .filter(|line| line.contains("oauth2/token"))
            .count(),
        2
    );
    azure.fault(
        json!({ "face": "arm" }),
        0,
        json!({ "status": 401, "body": refusal }),
    );
    azure.forget();
    let error = client
        .show_account(&call(&client), &azure.account("myaccount"))
        .await
        .expect_err("refused");
    assert_eq!(
        (error.kind(), error.service_code()),
        (Kind::Unauthenticated, Some("ExpiredAuthenticationToken")),
        "{error:?}"
    );
    assert_eq!(
        azure
            .asked()
            .iter()
            .filter(|line| line.contains(" arm "))
            .count(),
        2,
        "{:#?}",
        azure.asked()
    );
}

#[tokio::test]
async fn the_machine_is_described_by_its_host() {
    let azure = Simulator::start();
    let client = azure.client();
    let environment = client.environment(&call(&client)).await.expect("described");
    assert_eq!(environment.source, IdentitySource::Imds);
    assert_eq!(
        environment.subscription_id.as_deref(),
        Some(azure.subscription())
    );
    assert_eq!(environment.resource_group.as_deref(), Some("rg"));
    assert_eq!(environment.machine_name.as_deref(), Some("myvm"));
    assert_eq!(environment.location.as_deref(), Some("westeurope"));
    assert_eq!(environment.cloud, "AzurePublicCloud");
    assert!(
        environment
            .resource_id
            .is_some_and(|id| id.ends_with("/virtualMachines/myvm"))
    );
    assert!(
        environment
            .metadata_json
            .is_some_and(|json| json.contains("vmId"))
    );
    assert!(
        environment
            .reason
            .contains("AZURE_POD_IDENTITY_AUTHORITY_HOST"),
        "{}",
        environment.reason
    );

    let mut env = azure.app_service_env();
    env.insert(
        "WEBSITE_OWNER_NAME".into(),
        format!("{}+plans-westeuropewebspace-Linux", azure.subscription()),
    );
    env.insert("WEBSITE_RESOURCE_GROUP".into(), "apps".into());
    env.insert("WEBSITE_SITE_NAME".into(), "myapp".into());
    let (client, _) = Simulator::client_in(env, |_| {});
    let environment = client.environment(&call(&client)).await.expect("described");
    assert_eq!(
        environment.subscription_id.as_deref(),
        Some(azure.subscription())
    );
    assert_eq!(
        (
            environment.resource_group.as_deref(),
            environment.machine_name.as_deref()
        ),
        (Some("apps"), Some("myapp"))
    );
}

#[tokio::test]
async fn clouds_are_named_or_learnt_from_the_metadata_service() {
    let azure = Simulator::start();
    let (client, _) =
        azure.client_with(|settings| settings.cloud = Some("azureusgovernment".into()));
    assert_eq!(
        client
            .environment(&call(&client))
            .await
            .expect("described")
            .cloud,
        "AzureUSGovernmentCloud",
        "what was said stands"
    );
    let mut settings = Settings {
        cloud: Some("Atlantis".into()),
        ..Settings::default()
    };
    let make = |settings: &Settings| {
        Client::with_host(
            settings.clone(),
            Arc::new(Records::default()),
            support::host(azure.env(), &Arc::new(QuickClock::default())),
        )
    };
    assert_eq!(
        make(&settings).expect_err("unknown").kind(),
        Kind::InvalidArgument
    );
    settings.cloud = None;

    azure.move_to_china();
    let client = make(&settings).expect("a client");
    let _ = client.list_accounts(&call(&client), None, None).await;
    let asked: Vec<_> = azure
        .journal()
        .iter()
        .map(|entry| entry["target"].as_str().expect("text").to_owned())
        .collect();
    assert!(
        asked
            .iter()
            .any(|target| target.contains("resource=https%3A%2F%2Fmanagement.chinacloudapi.cn%2F")),
        "{asked:#?}"
    );
}

fn client_with_clock(azure: &Simulator, clock: &Arc<QuickClock>) -> Client {
    let log: Arc<dyn Log> = Arc::new(Records::default());
    Client::with_host(Settings::default(), log, support::host(azure.env(), clock))
        .expect("a client")
}
