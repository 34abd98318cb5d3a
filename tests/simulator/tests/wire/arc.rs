//! The agent of Azure Arc.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Answer, Azure, OWN, READER, tutorial};

const QUERY: &str = "api-version=2020-06-01&resource=https%3A%2F%2Fmanagement.azure.com%2F";

async fn get(azure: &Azure, query: &str, headers: &[(&str, &str)]) -> Answer {
    let url = format!("{}?{query}", azure.text("/arc/endpoint"));
    azure.send("GET", &url, headers, None).await
}

/// The file a challenge names.
async fn challenge(azure: &Azure, query: &str) -> PathBuf {
    let answer = get(azure, query, &[("Metadata", "true")]).await.expect(401);
    assert_eq!(answer.json()["error"], "unauthorized_client");
    let realm = answer.header("www-authenticate");
    realm.strip_prefix("Basic realm=").unwrap().into()
}

async fn answer_with(azure: &Azure, query: &str, key: &str) -> Answer {
    let authorization = format!("Basic {key}");
    let headers = [("Metadata", "true"), ("Authorization", &authorization)];
    get(azure, query, &headers).await
}

async fn token(azure: &Azure, query: &str) -> Answer {
    let key = std::fs::read_to_string(challenge(azure, query).await).unwrap();
    answer_with(azure, query, &key).await
}

#[tokio::test]
async fn a_key_is_good_once() {
    let azure = Azure::start(&[]);
    let path = challenge(&azure, QUERY).await;
    assert_eq!(
        path.parent().unwrap(),
        Path::new(azure.text("/arc/keyFolder"))
    );
    assert_eq!(path.extension().unwrap(), "key");
    let key = std::fs::read_to_string(&path).unwrap();
    let token = answer_with(&azure, QUERY, &key).await.expect(200).json();
    assert_eq!(token["client_id"], OWN);
    assert_eq!(token["expires_in"], "86400");
    assert!(!path.exists());
    answer_with(&azure, QUERY, &key).await.expect(401);

    let journal = azure.journal().await;
    let statuses: Vec<&Value> = journal.iter().map(|entry| &entry["status"]).collect();
    assert_eq!(statuses, [401, 200, 401]);
    assert!(journal.iter().all(|entry| entry["face"] == "arc"));
    assert!(!json!(journal).to_string().contains(&key));
}

#[tokio::test]
async fn keys_expire() {
    let azure = Azure::start(&[]);
    let path = challenge(&azure, QUERY).await;
    let key = std::fs::read_to_string(&path).unwrap();
    azure
        .control("POST", "/clock", &json!({"offsetSeconds": 70}))
        .await
        .expect(204);
    answer_with(&azure, QUERY, &key).await.expect(401);
    assert!(!path.exists());
}

#[tokio::test]
async fn keys_nobody_used_do_not_stay() {
    let azure = Azure::start(&[]);
    let path = challenge(&azure, QUERY).await;
    challenge(&azure, QUERY).await;
    assert!(path.exists(), "it is still good");
    azure
        .control("POST", "/clock", &json!({"offsetSeconds": 70}))
        .await
        .expect(204);
    challenge(&azure, QUERY).await;
    assert!(!path.exists());
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_privileged_can_read_a_key() {
    use std::os::unix::fs::PermissionsExt;
    let azure = Azure::start(&[]);
    let path = challenge(&azure, QUERY).await;
    let mode = std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn what_it_refuses() {
    let azure = Azure::start(&[]);
    let metadata = [("Metadata", "true")];
    get(&azure, QUERY, &[]).await.expect(400);
    get(&azure, QUERY, &[("Metadata", "false")])
        .await
        .expect(400);
    for query in [
        "resource=https://management.azure.com/",
        "api-version=2018-02-01&resource=https://management.azure.com/",
        "api-version=2020-06-01",
    ] {
        let answer = get(&azure, query, &metadata).await.expect(400).json();
        assert_eq!(answer["error"], "invalid_request", "{query}");
    }
    let bearer = [("Metadata", "true"), ("Authorization", "Bearer x")];
    get(&azure, QUERY, &bearer).await.expect(401);
    answer_with(&azure, QUERY, "guess").await.expect(401);
    let unknown = "api-version=2021-02-01&resource=https://example.com";
    let answer = token(&azure, unknown).await.expect(400).json();
    assert_eq!(answer["error"], "invalid_resource");
    let url = azure.text("/arc/endpoint").to_owned();
    azure
        .send("POST", &url, &metadata, Some(""))
        .await
        .expect(405);
    let elsewhere = format!("{}/metadata/instance", azure.text("/arc/imdsEndpoint"));
    azure
        .send("GET", &elsewhere, &metadata, None)
        .await
        .expect(404);
}

#[tokio::test]
async fn agents_that_select_say_whom() {
    let azure = Azure::start(&[]);
    let query = format!("{QUERY}&client_id={READER}");
    let answer = token(&azure, &query).await.expect(200).json();
    assert_eq!(answer["client_id"], READER);
    let nobody = format!("{QUERY}&object_id=nobody");
    token(&azure, &nobody).await.expect(400);
    let several = format!("{QUERY}&client_id={READER}&object_id=x");
    token(&azure, &several).await.expect(400);
}

#[tokio::test]
async fn legacy_agents_do_neither() {
    let mut scenario = tutorial();
    scenario["hosts"]["arc"] = json!({"legacyAgent": true});
    let azure = Azure::with_scenario(&scenario);
    let query = format!("{QUERY}&client_id={READER}");
    let answer = token(&azure, &query).await.expect(200).json();
    assert!(answer.get("client_id").is_none());
    let claims = crate::support::claims(answer["access_token"].as_str().unwrap());
    assert_eq!(claims["appid"], OWN);
}

#[tokio::test]
async fn a_folder_of_ones_own_is_left_without_keys() {
    let folder = std::env::temp_dir().join(format!("cosmi-keys-{}", uuid::Uuid::new_v4()));
    let azure = Azure::start(&["--arc-key-folder", folder.to_str().unwrap()]);
    assert_eq!(azure.text("/arc/keyFolder"), folder.to_str().unwrap());
    let path = challenge(&azure, QUERY).await;
    assert_eq!(path.parent().unwrap(), folder);
    azure
        .control("POST", "/reset", &Value::Null)
        .await
        .expect(204);
    assert!(!path.exists());
    challenge(&azure, QUERY).await;
    assert!(azure.stop().success());
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    std::fs::remove_dir(folder).unwrap();
}

#[tokio::test]
async fn faults_lead_elsewhere() {
    let azure = Azure::start(&[]);
    azure
        .fault(json!({
            "match": {"face": "arc"},
            "action": {"status": 401, "headers": {"WWW-Authenticate": "Basic realm=/etc/passwd"}},
        }))
        .await;
    assert_eq!(challenge(&azure, QUERY).await, Path::new("/etc/passwd"));
    token(&azure, QUERY).await.expect(200);
}
