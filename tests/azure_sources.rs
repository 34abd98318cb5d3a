//! Every source of tokens against the simulator's matching face: what is sent, what is chosen, what is refused.

mod support;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cosmi::azure::{ArcAgent, Client, Env, Error, Identity, IdentitySource, Kind, Token};
use serde_json::{Value, json};
use support::{QuickClock, Records, Simulator, call, parsed, show};

const ARM: &str = "https://management.azure.com/";
const READER: &str = "22222222-0000-0000-0000-000000000001";
const READER_OBJECT: &str = "22222222-0000-0000-0000-000000000002";

/// The variables of a host whose Arc agent keeps its keys where the simulator writes them.
struct ArcEnv {
    variables: HashMap<String, String>,
    keys: PathBuf,
}

impl Env for ArcEnv {
    fn get(&self, name: &str) -> Option<String> {
        Env::get(&self.variables, name)
    }

    fn arc_agent(&self) -> ArcAgent {
        ArcAgent {
            program: PathBuf::from("/nowhere/himds"),
            keys: self.keys.clone(),
        }
    }
}

fn arc_env(azure: &Simulator) -> ArcEnv {
    ArcEnv {
        variables: azure.env_of("arc"),
        keys: PathBuf::from(azure.text("/arc/keyFolder")),
    }
}

fn client_as(azure: &Simulator, host: &str, identity: Identity) -> (Client, Arc<Records>) {
    let change = |settings: &mut cosmi::azure::Settings| settings.identity = identity;
    if host == "arc" {
        Simulator::client_in(arc_env(azure), change)
    } else {
        Simulator::client_in(azure.env_of(host), change)
    }
}

async fn token_as(azure: &Simulator, host: &str, identity: Identity) -> Result<Arc<Token>, Error> {
    let (client, _) = client_as(azure, host, identity);
    client.token(&call(&client), ARM).await
}

fn resource_id(azure: &Simulator) -> String {
    format!(
        "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader",
        azure.subscription()
    )
}

/// The last request to a face.
fn last(azure: &Simulator, face: &str) -> Value {
    let journal = azure.journal();
    journal
        .iter()
        .rev()
        .find(|entry| entry["face"] == face)
        .unwrap_or_else(|| panic!("{face}: {journal:#?}"))
        .clone()
}

#[tokio::test]
async fn every_host_gives_a_token_that_opens_the_whole_chain() {
    let azure = Simulator::start();
    let hosts = [
        (
            "imds",
            "imds",
            IdentitySource::Imds,
            "GET",
            "api-version=2018-02-01",
        ),
        (
            "appService",
            "app_service",
            IdentitySource::AppService,
            "GET",
            "api-version=2019-08-01",
        ),
        (
            "automation",
            "app_service",
            IdentitySource::AppService,
            "GET",
            "resource=",
        ),
        (
            "arc",
            "arc",
            IdentitySource::Arc,
            "GET",
            "api-version=2020-06-01",
        ),
        (
            "serviceFabric",
            "service_fabric",
            IdentitySource::ServiceFabric,
            "GET",
            "api-version=2019-07-01-preview",
        ),
        (
            "machineLearning",
            "machine_learning",
            IdentitySource::MachineLearning,
            "GET",
            "api-version=2017-09-01",
        ),
        (
            "cloudShell",
            "cloud_shell",
            IdentitySource::CloudShell,
            "POST",
            "",
        ),
        (
            "workloadIdentity",
            "sts",
            IdentitySource::WorkloadIdentity,
            "POST",
            "/oauth2/v2.0/token",
        ),
    ];
    for (host, face, source, method, target) in hosts {
        azure.forget();
        let (client, records) = client_as(&azure, host, Identity::System);
        let token = client
            .token(&call(&client), ARM)
            .await
            .unwrap_or_else(|error| panic!("{host}: {error:?}"));
        assert_eq!(token.source, source, "{host}");
        let entry = last(&azure, face);
        assert_eq!(entry["method"], method, "{host}");
        assert!(
            entry["target"]
                .as_str()
                .is_some_and(|sent| sent.contains(target)),
            "{host}: {entry}"
        );
        if face != "sts" {
            assert_eq!(entry["headers"]["metadata"], "true", "{host}");
        }
        let shown = show(&client, &azure.account("myaccount")).await;
        shown.unwrap_or_else(|error| panic!("{host}: {error:?}\n{}", records.text()));
        let environment = client
            .environment(&call(&client))
            .await
            .unwrap_or_else(|error| panic!("{host}: {error:?}"));
        assert_eq!(environment.source, source, "{host}");
        assert!(
            environment
                .claims_json
                .is_some_and(|claims| claims.contains("\"oid\":")),
            "{host}"
        );
        if host != "imds" {
            assert!(
                environment.variables_seen.contains("_ENDPOINT") || host == "workloadIdentity",
                "{host}"
            );
        }
    }
}

#[tokio::test]
async fn each_source_spells_the_choice_of_an_identity_in_its_own_way() {
    let azure = Simulator::start();
    let by_client = || Identity::ClientId(READER.to_owned());
    let by_object = || Identity::ObjectId(READER_OBJECT.to_owned());
    let by_resource = || Identity::ResourceId(resource_id(&azure));
    let sent = [
        ("imds", "imds", by_client(), "client_id"),
        ("imds", "imds", by_object(), "object_id"),
        ("imds", "imds", by_resource(), "msi_res_id"),
        ("appService", "app_service", by_client(), "client_id"),
        ("appService", "app_service", by_object(), "principal_id"),
        ("appService", "app_service", by_resource(), "mi_res_id"),
        ("automation", "app_service", by_client(), "client_id"),
        ("arc", "arc", by_client(), "client_id"),
        (
            "serviceFabric",
            "service_fabric",
            by_object(),
            "principalId",
        ),
        (
            "machineLearning",
            "machine_learning",
            by_client(),
            "clientid",
        ),
    ];
    for (host, face, identity, parameter) in sent {
        azure.forget();
        let token = token_as(&azure, host, identity.clone()).await;
        token.unwrap_or_else(|error| panic!("{host} {parameter}: {error:?}"));
        let target = last(&azure, face)["target"]
            .as_str()
            .expect("a target")
            .to_owned();
        assert_eq!(
            target.matches(&format!("&{parameter}=")).count(),
            1,
            "{host}: {target}"
        );
    }
    let refused = [
        ("serviceFabric", by_client()),
        ("serviceFabric", by_resource()),
        ("machineLearning", by_object()),
        ("machineLearning", by_resource()),
        ("cloudShell", by_client()),
        ("workloadIdentity", by_object()),
        ("workloadIdentity", by_resource()),
    ];
    for (host, identity) in refused {
        azure.forget();
        let error = token_as(&azure, host, identity).await.expect_err(host);
        assert_eq!(error.kind(), Kind::InvalidArgument, "{host}: {error:?}");
        assert!(error.action().is_some(), "{host}");
        assert_eq!(
            azure.asked(),
            Vec::<String>::new(),
            "{host}: nothing is sent"
        );
    }
}

#[tokio::test]
async fn an_answer_for_another_identity_is_refused() {
    let azure = Simulator::start();
    let other = json!({ "access_token": "a.b.c", "expires_in": "3599", "client_id": "44444444-0000-0000-0000-000000000000" });
    azure.fault(
        json!({ "face": "imds" }),
        1,
        json!({ "status": 200, "body": other.to_string() }),
    );
    let error = token_as(&azure, "imds", Identity::ClientId(READER.to_owned()))
        .await
        .expect_err("another");
    assert_eq!(error.kind(), Kind::NoIdentity, "{error:?}");
    assert!(error.message().contains("another identity"), "{error}");
}

#[tokio::test]
async fn a_resource_that_nobody_knows_is_named() {
    let azure = Simulator::start();
    for host in ["imds", "cloudShell"] {
        let (client, _) = client_as(&azure, host, Identity::System);
        let error = client
            .token(&call(&client), "https://nobody.example/")
            .await
            .expect_err(host);
        assert_eq!(
            (error.kind(), error.http_status()),
            (Kind::NotFound, 400),
            "{host}: {error:?}"
        );
        assert!(
            error.message().contains("https://nobody.example/"),
            "{host}: {error}"
        );
    }
}

#[tokio::test]
async fn arc_reads_the_agents_own_keys_only() {
    let azure = Simulator::start();
    let folder = PathBuf::from(azure.text("/arc/keyFolder"));
    let elsewhere = std::env::temp_dir().join(format!("cosmi-arc-{}", std::process::id()));
    std::fs::create_dir_all(&elsewhere).expect("a folder");
    let write = |path: &Path, text: &str| std::fs::write(path, text).expect("a file");
    write(&elsewhere.join("other.key"), "stolen");
    write(&folder.join("large.key"), &"x".repeat(5 << 10));
    write(&folder.join("key.txt"), "stolen");
    #[cfg(unix)]
    std::os::unix::fs::symlink(elsewhere.join("other.key"), folder.join("link.key"))
        .expect("a link");
    let mut cases = vec![
        (elsewhere.join("other.key"), Kind::BadResponse),
        (folder.join("large.key"), Kind::BadResponse),
        (folder.join("key.txt"), Kind::BadResponse),
        (folder.join("../keys/x.key"), Kind::BadResponse),
        (folder.join("vanished.key"), Kind::NoIdentity),
    ];
    if cfg!(unix) {
        cases.push((folder.join("link.key"), Kind::BadResponse));
    }
    for (path, kind) in cases {
        azure.clear_faults();
        azure.forget();
        let challenge = format!("Basic realm={}", path.display());
        azure.fault(
            json!({ "face": "arc" }),
            1,
            json!({ "status": 401, "headers": { "www-authenticate": challenge }, "body": "" }),
        );
        let error = token_as(&azure, "arc", Identity::System)
            .await
            .expect_err("refused");
        assert_eq!(error.kind(), kind, "{}: {error:?}", path.display());
        assert!(error.action().is_some());
        assert_eq!(azure.journal().len(), 1, "no second request");
        assert!(!format!("{error:?}").contains("stolen"));
    }
    for challenge in [json!({}), json!({ "www-authenticate": "Bearer realm=x" })] {
        azure.clear_faults();
        azure.fault(
            json!({ "face": "arc" }),
            1,
            json!({ "status": 401, "headers": challenge, "body": "" }),
        );
        let error = token_as(&azure, "arc", Identity::System)
            .await
            .expect_err("refused");
        assert_eq!(error.kind(), Kind::BadResponse, "{error:?}");
    }
    std::fs::remove_dir_all(&elsewhere).expect("removed");
}

#[tokio::test]
async fn an_arc_agent_that_ignores_the_choice_is_not_believed() {
    let azure = Simulator::start();
    let plain = json!({ "access_token": "a.b.c", "expires_in": "3599" });
    azure.fault(json!({ "face": "arc" }), 1, json!({ "delayMs": 0 }));
    let challenge = last_challenge(&azure);
    azure.fault(json!({ "face": "arc" }), 1, challenge);
    azure.fault(
        json!({ "face": "arc" }),
        1,
        json!({ "status": 200, "body": plain.to_string() }),
    );
    let error = token_as(&azure, "arc", Identity::ClientId(READER.to_owned()))
        .await
        .expect_err("not believed");
    assert_eq!(error.kind(), Kind::NoIdentity, "{error:?}");
    assert!(error.message().contains("does not choose"), "{error}");
}

/// A challenge that names a key file which is there.
fn last_challenge(azure: &Simulator) -> Value {
    let path = PathBuf::from(azure.text("/arc/keyFolder")).join("mine.key");
    std::fs::write(&path, "key").expect("a file");
    azure.clear_faults();
    json!({ "status": 401, "headers": { "www-authenticate": format!("Basic realm={}", path.display()) }, "body": "" })
}

#[tokio::test]
async fn service_fabric_is_known_by_its_thumbprint() {
    let azure = Simulator::start();
    let mut env = azure.env_of("serviceFabric");
    env.insert(
        "IDENTITY_SERVER_THUMBPRINT".to_owned(),
        "00112233445566778899AABBCCDDEEFF00112233".to_owned(),
    );
    let (client, _) = Simulator::client_in(env.clone(), |_| {});
    let error = client
        .token(&call(&client), ARM)
        .await
        .expect_err("another certificate");
    assert_eq!(error.kind(), Kind::Tls, "{error:?}");
    assert!(error.message().contains("thumbprint"), "{error}");
    env.insert(
        "IDENTITY_SERVER_THUMBPRINT".to_owned(),
        "nonsense".to_owned(),
    );
    let (client, _) = Simulator::client_in(env, |_| {});
    let error = client
        .token(&call(&client), ARM)
        .await
        .expect_err("no thumbprint");
    assert_eq!(error.kind(), Kind::InvalidArgument, "{error:?}");
}

#[tokio::test]
async fn service_fabric_waits_longer_when_throttled_and_not_for_404() {
    let azure = Simulator::start();
    let clock = Arc::new(QuickClock::default());
    let host = support::host(azure.env_of("serviceFabric"), &clock);
    let client = Client::with_host(
        cosmi::azure::Settings::default(),
        Arc::new(Records::default()),
        host,
    )
    .expect("a client");
    azure.fault(
        json!({ "face": "service_fabric" }),
        5,
        json!({ "status": 429, "body": "{}" }),
    );
    client.token(&call(&client), ARM).await.expect("in the end");
    let slept: Vec<_> = clock
        .slept
        .lock()
        .expect("unpoisoned")
        .iter()
        .map(Duration::as_secs)
        .collect();
    assert_eq!(slept, [1, 2, 4, 8, 16]);
    azure.forget();
    azure.fault(
        json!({ "face": "service_fabric" }),
        0,
        json!({ "status": 404, "body": "{\"error\":{\"code\":\"ManagedIdentityNotFound\"}}" }),
    );
    let error = token_as(&azure, "serviceFabric", Identity::System)
        .await
        .expect_err("absent");
    assert_eq!(
        (error.kind(), error.service_code()),
        (Kind::NoIdentity, Some("ManagedIdentityNotFound")),
        "{error:?}"
    );
    assert_eq!(azure.journal().len(), 1);
}

#[tokio::test]
async fn a_token_that_was_revoked_is_replaced_even_by_service_fabric() {
    let azure = Simulator::start();
    for host in ["imds", "serviceFabric"] {
        let (client, records) = client_as(&azure, host, Identity::System);
        client
            .show_account(&call(&client), &azure.account("myaccount"))
            .await
            .expect(host);
        azure.revoke_tokens();
        let again = client
            .show_account(&call(&client), &azure.account("myaccount"))
            .await;
        again.unwrap_or_else(|error| panic!("{host}: {error:?}\n{}", records.text()));
    }
    let target = last(&azure, "service_fabric")["target"]
        .as_str()
        .expect("a target")
        .to_owned();
    assert!(
        target.contains("xms_cc=cp1") && target.contains("token_sha256_to_refresh="),
        "{target}"
    );
}

#[tokio::test]
async fn a_federated_token_is_read_anew_for_each_exchange() {
    let azure = Simulator::start();
    let (client, _) = client_as(&azure, "workloadIdentity", Identity::System);
    client.token(&call(&client), ARM).await.expect("a token");
    azure.rotate_assertion();
    client
        .token(&call(&client), "https://cosmos.azure.com")
        .await
        .expect("with the new assertion");
    let form = last(&azure, "sts")["body"]
        .as_str()
        .expect("a form")
        .to_owned();
    assert!(
        form.contains("scope=https%3A%2F%2Fcosmos.azure.com%2F.default"),
        "{form}"
    );
    assert!(form.contains("grant_type=client_credentials"), "{form}");

    let mut env = azure.env_of("workloadIdentity");
    env.insert(
        "AZURE_FEDERATED_TOKEN_FILE".to_owned(),
        "/nowhere/token".to_owned(),
    );
    let (client, _) = Simulator::client_in(env.clone(), |_| {});
    let error = client
        .token(&call(&client), ARM)
        .await
        .expect_err("vanished");
    assert_eq!(error.kind(), Kind::NoIdentity, "{error:?}");
    assert!(
        error.message().contains("AZURE_FEDERATED_TOKEN_FILE"),
        "{error}"
    );
    env.remove("AZURE_CLIENT_ID");
    let (client, _) = Simulator::client_in(env, |_| {});
    let error = client.token(&call(&client), ARM).await.expect_err("nobody");
    assert!(
        error
            .action()
            .is_some_and(|action| action.contains("AZURE_CLIENT_ID")),
        "{error:?}"
    );
}

#[tokio::test]
async fn answers_in_every_envelope_are_understood_by_every_source() {
    let azure = Simulator::start();
    let faces = [
        ("imds", "imds"),
        ("appService", "app_service"),
        ("serviceFabric", "service_fabric"),
        ("machineLearning", "machine_learning"),
        ("cloudShell", "cloud_shell"),
        ("workloadIdentity", "sts"),
    ];
    let envelopes = [
        (
            json!({ "error": "the_code", "error_description": "x" }),
            Some("the_code"),
        ),
        (
            json!({ "error": { "code": "TheCode", "message": "x" } }),
            Some("TheCode"),
        ),
        (
            json!({ "StatusCode": 500, "Message": "x", "CorrelationId": "1" }),
            None,
        ),
        (
            json!({ "ExceptionMessage": "x", "ErrorCode": "service_unavailable", "StatusCode": 500 }),
            Some("service_unavailable"),
        ),
        (json!({ "errorcode": "lower_case" }), Some("lower_case")),
    ];
    for (host, face) in faces {
        for (envelope, code) in &envelopes {
            azure.clear_faults();
            azure.fault(
                json!({ "face": face }),
                0,
                json!({ "status": 500, "body": envelope.to_string() }),
            );
            let error = token_as(&azure, host, Identity::System)
                .await
                .expect_err(host);
            assert_eq!(
                (error.kind(), error.http_status(), error.service_code()),
                (Kind::Service, 500, *code),
                "{host}: {error:?}"
            );
            assert!(error.is_retryable() && error.action().is_some());
        }
    }
}

#[tokio::test]
async fn redirects_and_floods_from_any_metadata_endpoint_are_refused() {
    let azure = Simulator::start();
    for (host, face) in [
        ("imds", "imds"),
        ("appService", "app_service"),
        ("arc", "arc"),
        ("machineLearning", "machine_learning"),
        ("cloudShell", "cloud_shell"),
    ] {
        azure.clear_faults();
        azure.fault(
            json!({ "face": face }),
            0,
            json!({ "redirect": azure.endpoint("myaccount") }),
        );
        let error = token_as(&azure, host, Identity::System)
            .await
            .expect_err(host);
        assert_eq!(error.kind(), Kind::BadResponse, "{host}: {error:?}");
        azure.clear_faults();
        azure.fault(json!({ "face": face }), 0, json!({ "endless": true }));
        let error = token_as(&azure, host, Identity::System)
            .await
            .expect_err(host);
        assert_eq!(error.kind(), Kind::TooLarge, "{host}: {error:?}");
    }
}

#[tokio::test]
async fn a_token_is_replaced_ahead_of_its_end_while_the_old_one_is_served() {
    let azure = Simulator::start();
    azure.set_token_lifetime(24 * 3600, None);
    let clock = Arc::new(QuickClock::default());
    let host = support::host(azure.env(), &clock);
    let client = Client::with_host(
        cosmi::azure::Settings::default(),
        Arc::new(Records::default()),
        host,
    )
    .expect("a client");
    let first = client.token(&call(&client), ARM).await.expect("a token");
    clock.advance(Duration::from_secs(11 * 3600));
    client.token(&call(&client), ARM).await.expect("the same");
    assert_eq!(azure.journal().len(), 1, "not before half its life is over");
    clock.advance(Duration::from_secs(3 * 3600));
    let served = client.token(&call(&client), ARM).await.expect("still good");
    assert!(Arc::ptr_eq(&served, &first), "nobody waits for the new one");
    for _ in 0..600 {
        if azure.journal().len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for _ in 0..600 {
        let served = client.token(&call(&client), ARM).await.expect("good");
        if !Arc::ptr_eq(&served, &first) {
            assert_eq!(azure.journal().len(), 2, "one request for all of these");
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the new token takes the old one's place");
}

#[tokio::test]
async fn a_new_token_can_be_wanted_and_is_shared_from_then_on() {
    let azure = Simulator::start();
    let (client, _) = client_as(&azure, "imds", Identity::System);
    let first = client.token(&call(&client), ARM).await.expect("a token");
    let new = client
        .new_token(&call(&client), ARM)
        .await
        .expect("another");
    assert!(!Arc::ptr_eq(&first, &new));
    assert!(Arc::ptr_eq(
        &new,
        &client.token(&call(&client), ARM).await.expect("the same")
    ));
    assert_eq!(azure.journal().len(), 2);
}

#[tokio::test]
async fn a_token_that_has_ended_already_is_none() {
    let azure = Simulator::start();
    azure.set_token_lifetime(-3600, None);
    for host in ["imds", "appService", "machineLearning"] {
        let error = token_as(&azure, host, Identity::System)
            .await
            .expect_err(host);
        assert_eq!(error.kind(), Kind::BadResponse, "{host}: {error:?}");
        assert!(
            error
                .action()
                .is_some_and(|action| action.contains("clock")),
            "{host}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_private_cloud_is_given_by_its_addresses() {
    let azure = Simulator::start();
    let (client, _) = azure.client_with(|settings| {
        settings.arm_audience = Some("https://management.core.windows.net/".to_owned());
        settings.cosmos_suffix = Some("cosmos.example".to_owned());
    });
    client
        .show_account(&call(&client), &azure.account("myaccount"))
        .await
        .expect("shown");
    let target = last(&azure, "imds")["target"]
        .as_str()
        .expect("a target")
        .to_owned();
    assert!(
        target.contains("resource=https%3A%2F%2Fmanagement.core.windows.net%2F"),
        "{target}"
    );
    let account = cosmi::azure::AccountRef {
        endpoint: Some("https://myaccount.cosmos.example/".to_owned()),
        ..cosmi::azure::AccountRef::default()
    };
    let shown = client
        .show_account(&call(&client), &account)
        .await
        .expect("named by its host");
    assert_eq!(shown.name, "myaccount");
    let settings = cosmi::azure::Settings {
        cosmos_suffix: Some("a/b".to_owned()),
        ..Default::default()
    };
    let host = support::host(azure.env(), &Arc::new(QuickClock::default()));
    assert_eq!(
        Client::with_host(settings, Arc::new(Records::default()), host)
            .expect_err("no host name")
            .kind(),
        Kind::InvalidArgument
    );
}

#[tokio::test]
async fn the_machine_says_that_it_is_in_a_scale_set() {
    let azure = Simulator::start();
    let compute =
        json!({ "name": "set_3", "vmScaleSetName": "set", "azEnvironment": "AzurePublicCloud" });
    azure.fault(
        json!({ "face": "imds", "path": "instance" }),
        1,
        json!({ "status": 200, "body": compute.to_string() }),
    );
    let (client, _) = client_as(&azure, "imds", Identity::System);
    let environment = client.environment(&call(&client)).await.expect("described");
    assert_eq!(environment.scale_set_name.as_deref(), Some("set"));
    let claims = parsed(environment.claims_json.as_deref().expect("claims"));
    assert_eq!(claims["aud"], ARM);
    assert!(
        claims["xms_mirid"]
            .as_str()
            .is_some_and(|id| id.contains("/virtualMachines/"))
    );
}
