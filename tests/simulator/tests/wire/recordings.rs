//! The oracle: recordings of the real services. Each request is sent again, to a simulator that holds what the recorded
//! Azure held, and the answer must have the recorded one's shape: status, JSON keys and types, headers.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::support::{Answer, Azure, Signed, scenario};

#[derive(Deserialize)]
struct Recording {
    request: Recorded,
    response: RecordedResponse,
}

#[derive(Deserialize)]
struct Recorded {
    #[serde(default = "get")]
    method: String,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<String>,
}

#[derive(Deserialize)]
struct RecordedResponse {
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    #[serde(default)]
    json: Value,
}

fn get() -> String {
    "GET".to_owned()
}

/// What the simulator does not do, by what is asked: (method or empty, part of the path, why).
const NOT_COVERED: &[(&str, &str, &str)] = &[
    ("PUT", "", "writes are not simulated yet"),
    ("PATCH", "", "writes are not simulated yet"),
    ("DELETE", "", "writes are not simulated yet"),
    (
        "HEAD",
        "/databaseAccountNames/",
        "only creating an account asks whether a name is free",
    ),
    ("POST", "/regenerateKey", "writes are not simulated yet"),
    (
        "POST",
        "/failoverPriorityChange",
        "writes are not simulated yet",
    ),
    (
        "POST",
        "/throughputSettings/",
        "writes are not simulated yet",
    ),
    ("GET", "/operationsStatus/", "only writes take long"),
    (
        "GET",
        "/sqlDatabases",
        "the data plane is where collections are read",
    ),
    (
        "GET",
        "/privateEndpointConnections/",
        "networks are not simulated",
    ),
    ("GET", "/privateLinkResources", "networks are not simulated"),
];

/// Headers that say nothing of the protocol.
const HEADERS_THAT_DO_NOT_MATTER: &[(&str, &str)] = &[
    ("connection", "belongs to the connection"),
    (
        "content-length",
        "the recorder wrote it beside transfer-encoding",
    ),
    (
        "transfer-encoding",
        "belongs to the connection; HTTP/2 has none",
    ),
    (
        "x-ms-cosmos-quorum-acked-llsn",
        "only when the primary replica happens to answer",
    ),
    (
        "x-ms-current-replica-set-size",
        "only when the primary replica happens to answer",
    ),
    (
        "x-ms-current-write-quorum",
        "only when the primary replica happens to answer",
    ),
    (
        "x-ms-quorum-acked-lsn",
        "only when the primary replica happens to answer",
    ),
];

/// Keys Azure showed once and no longer does.
const WITHDRAWN: &[&str] = &["enableCassandraConnector", "connectorOffer"];

/// Keys Azure has begun to show since some of the recordings were made.
const ADDED: &[&str] = &["systemData", "instanceId", "createMode", "backupPolicy"];

/// What an account has only when it was made so; the scenario says it, as it says names.
const ACCOUNT_FEATURES: &[&str] = &[
    "keyVaultKeyUri",
    "tableEndpoint",
    "apiProperties",
    "configurationOverrides",
    "ipRules",
];

fn recordings(file: &str) -> Option<Vec<Recording>> {
    let shared = std::env::var_os("COSMI_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = shared.join("recordings").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!(
            "skipped: recordings not found ({file}); COSMI_SHARED names the folder that holds them"
        );
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

fn not_covered(recording: &Recording) -> Option<&'static str> {
    let Recorded {
        method,
        url,
        headers,
        ..
    } = &recording.request;
    let is_query = headers.contains_key("x-ms-documentdb-isquery");
    if url.contains(".documents.azure.com") && method == "POST" && !is_query {
        return Some("writes are not simulated yet");
    }
    NOT_COVERED
        .iter()
        .find(|(asked, part, _)| asked == method && url.contains(part))
        .map(|(_, _, reason)| *reason)
}

/// Replays what is covered and says what is not.
async fn replay_all<F>(file: &str, least: usize, replay: F)
where
    F: AsyncFn(&Recording) -> Answer,
{
    let Some(recordings) = recordings(file) else {
        return;
    };
    let mut left_out = BTreeMap::<&str, usize>::new();
    let mut report = String::new();
    let mut replayed = 0;
    for (index, recording) in recordings.iter().enumerate() {
        if let Some(reason) = not_covered(recording) {
            *left_out.entry(reason).or_default() += 1;
            continue;
        }
        let answer = replay(recording).await;
        for difference in differences(&recording.response, &answer) {
            let Recorded { method, url, .. } = &recording.request;
            writeln!(report, "{file} {index} {method} {url}: {difference}").unwrap();
        }
        replayed += 1;
    }
    println!(
        "{file}: {replayed} of {} replayed; left out: {left_out:?}",
        recordings.len()
    );
    assert!(report.is_empty(), "{report}");
    assert!(replayed >= least, "only {replayed} were replayed");
}

#[tokio::test]
async fn showing_a_collection() {
    replay_all("flow_collection_show_full.json", 30, replay_collection_flow).await;
}

#[tokio::test]
async fn the_data_plane() {
    replay_all("cosmos_dataplane_azcli.json", 28, replay_data_plane).await;
}

#[tokio::test]
async fn accounts_and_keys() {
    replay_all("arm_cosmosdb.json", 15, replay_resource_manager).await;
}

#[tokio::test]
async fn identity_endpoints() {
    replay_all("imds_appservice_recorded.json", 8, replay_identity).await;
}

async fn replay_collection_flow(recording: &Recording) -> Answer {
    if recording
        .request
        .url
        .starts_with("https://management.azure.com/")
    {
        replay_resource_manager(recording).await
    } else {
        replay_data_plane(recording).await
    }
}

fn path_of(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap();
    rest.find('/').map_or("/", |at| &rest[at..])
}

// Resource Manager

async fn replay_resource_manager(recording: &Recording) -> Answer {
    let path = path_of(&recording.request.url);
    let segments: Vec<&str> = path.split('?').next().unwrap().split('/').collect();
    let (subscription, group) = (segments[2], segments[4]);
    let accounts = match recording
        .response
        .json
        .get("value")
        .and_then(Value::as_array)
    {
        Some(listed) => listed
            .iter()
            .map(|account| recorded_account(account, group))
            .collect(),
        None if recording.request.method == "GET" => {
            vec![recorded_account(&recording.response.json, group)]
        }
        None => vec![key_account(&recording.response.json, segments[8], group)],
    };
    let azure = Azure::with_scenario(&scenario(subscription, group, &json!(accounts)));
    azure.arm(&recording.request.method, &path[1..]).await
}

fn recorded_account(recorded: &Value, group: &str) -> Value {
    let properties = recorded["properties"].as_object().unwrap();
    let features: Map<String, Value> = properties
        .iter()
        .filter(|(name, _)| ACCOUNT_FEATURES.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let capabilities: Vec<&Value> = properties["capabilities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|capability| &capability["name"])
        .collect();
    json!({
        "name": recorded["name"],
        "resourceGroup": group,
        "location": recorded["location"],
        "kind": recorded["kind"],
        "tags": recorded["tags"],
        "capabilities": capabilities,
        "properties": features,
    })
}

fn key_account(answer: &Value, name: &str, group: &str) -> Value {
    let mongo = answer
        .pointer("/connectionStrings/0/description")
        .is_some_and(|text| text.as_str().unwrap().contains("MongoDB"));
    json!({"name": name, "resourceGroup": group, "kind": if mongo { "MongoDB" } else { "GlobalDocumentDB" }})
}

// The data plane

async fn replay_data_plane(recording: &Recording) -> Answer {
    let path = path_of(&recording.request.url);
    let segments: Vec<&str> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let account = json!([{
        "name": "recorded",
        "resourceGroup": "rg",
        "databases": recorded_databases(recording, &segments),
    }]);
    let subscription = "00000000-0000-0000-0000-000000000000";
    let azure = Azure::with_scenario(&scenario(subscription, "rg", &account));
    let keys = format!(
        "subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.DocumentDB/databaseAccounts/recorded/listKeys?api-version=2020-04-01"
    );
    let key = azure.arm("POST", &keys).await.expect(200).json()["primaryMasterKey"]
        .as_str()
        .unwrap()
        .to_owned();

    let (resource_type, link) = match segments.as_slice() {
        [] => ("", String::new()),
        [.., kind] if segments.len() % 2 == 1 => (*kind, segments[..segments.len() - 1].join("/")),
        [.., kind, _] => (*kind, segments.join("/")),
        [_] => unreachable!("one is odd"),
    };
    let signed = Signed {
        account: "recorded",
        method: &recording.request.method,
        path,
        resource_type,
        link: &link,
        offset_seconds: 0,
    };
    let headers: Vec<(&str, &str)> = recording
        .request
        .headers
        .iter()
        .filter(|(name, _)| *name != "x-ms-date" && *name != "accept-encoding")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    azure
        .cosmos(&key, signed, &headers, recording.request.body.as_deref())
        .await
}

/// What the recorded account must have held to answer so.
fn recorded_databases(recording: &Recording, segments: &[&str]) -> Vec<Value> {
    let answer = &recording.response.json;
    let list = |name: &str| answer[name].as_array().cloned();
    // The recorder replaced names in paths and documents, not in queries.
    let queried = recording
        .request
        .body
        .as_deref()
        .and_then(|body| serde_json::from_str::<Value>(body).ok());
    let queried = queried
        .as_ref()
        .and_then(|body| body.pointer("/parameters/0/value"))
        .cloned();
    let name = |document: &Value| queried.clone().unwrap_or_else(|| document["id"].clone());
    if let Some(databases) = list("Databases") {
        return databases
            .iter()
            .map(|database| json!({"id": name(database)}))
            .collect();
    }
    if let Some(offers) = list("Offers") {
        let collections: Vec<Value> = offers
            .iter()
            .enumerate()
            .map(|(index, offer)| json!({"id": format!("c{index}"), "throughput": offer["content"]["offerThroughput"]}))
            .collect();
        return vec![json!({"id": "db", "collections": collections})];
    }
    match segments {
        ["dbs", database] => vec![json!({"id": database})],
        ["dbs", database, "colls"] => {
            let collections: Vec<Value> = list("DocumentCollections")
                .unwrap()
                .iter()
                .map(|document| recorded_collection(document, &name(document)))
                .collect();
            vec![json!({"id": database, "collections": collections})]
        }
        ["dbs", database, "colls", collection] => {
            vec![
                json!({"id": database, "collections": [recorded_collection(answer, &json!(collection))]}),
            ]
        }
        _ => Vec::new(),
    }
}

fn recorded_collection(document: &Value, id: &Value) -> Value {
    let chosen: Map<String, Value> = document
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| ["defaultTtl", "allowMaterializedViews"].contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    json!({"id": id, "properties": chosen, "partitionKey": document.get("partitionKey")})
}

// Identity

async fn replay_identity(recording: &Recording) -> Answer {
    let mut world = scenario(
        "00000000-0000-0000-0000-000000000000",
        "rg",
        &json!([{"name": "acc", "resourceGroup": "rg"}]),
    );
    let assigned = |name: &str| json!({"clientId": name, "objectId": format!("{name}-object"), "resourceId": format!("/{name}")});
    world["machine"]["userAssignedIdentities"] = json!([assigned("client-id"), assigned("other")]);
    let url = recording.request.url.as_str();
    // Two were told in words, not recorded.
    let (url, told) = url
        .split_once(" (")
        .map_or((url, ""), |(url, told)| (url, told));
    let mut path = path_of(url).to_owned();
    let mut headers: Vec<(&str, &str)> = recording
        .request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    if !told.is_empty() {
        path.push_str("?api-version=2018-02-01&resource=https://management.azure.com");
        headers.push(("metadata", "true"));
    }
    if told.contains("several user-assigned") {
        world["machine"]["systemIdentity"] = Value::Null;
    }
    if told.contains("unknown client_id") {
        path.push_str("&client_id=nobody");
    }
    let azure = Azure::with_scenario(&world);
    if url.contains("169.254.169.254") {
        let url = format!("{}{path}", azure.text("/metadata"));
        return azure
            .send(&recording.request.method, &url, &headers, None)
            .await;
    }
    let query = path.split_once('?').unwrap().1;
    let endpoint = format!("{}?{query}", azure.text("/appService/endpoint"));
    let secret = azure.text("/appService/header").to_owned();
    for (_, value) in headers.iter_mut().filter(|(name, _)| *name == "secret") {
        *value = &secret;
    }
    azure
        .send(&recording.request.method, &endpoint, &headers, None)
        .await
}

// Shapes

fn differences(recorded: &RecordedResponse, answer: &Answer) -> Vec<String> {
    let mut found = Vec::new();
    if recorded.status != answer.status.as_u16() {
        found.push(format!(
            "status {} instead of {}: {}",
            answer.status, recorded.status, answer.text
        ));
        return found;
    }
    compare(&recorded.json, &answer.json(), "$", &mut found);
    for (name, value) in &recorded.headers {
        let matters = HEADERS_THAT_DO_NOT_MATTER
            .iter()
            .all(|(ignored, _)| ignored != name);
        // The provider's own address behind Resource Manager, which it should not tell.
        let leaked = name == "content-location"
            && value
                .as_str()
                .unwrap()
                .contains("management.documents.azure.com");
        if matters && !leaked && answer.header(name).is_empty() {
            found.push(format!("header {name} is missing"));
        }
    }
    if let Some(kind) = recorded.headers.get("content-type").and_then(Value::as_str)
        && answer.header("content-type") != kind
    {
        found.push(format!(
            "content-type {} instead of {kind}",
            answer.header("content-type")
        ));
    }
    found
}

fn compare(recorded: &Value, answered: &Value, at: &str, found: &mut Vec<String>) {
    match (recorded, answered) {
        (Value::Object(recorded), Value::Object(answered)) => {
            for (name, value) in recorded {
                match answered.get(name) {
                    Some(answer) => compare(value, answer, &format!("{at}.{name}"), found),
                    None if WITHDRAWN.contains(&name.as_str()) => {}
                    None => found.push(format!("{at}.{name} is missing")),
                }
            }
            for name in answered.keys().filter(|name| !recorded.contains_key(*name)) {
                if !ADDED.contains(&name.as_str()) {
                    found.push(format!("{at}.{name} was not recorded"));
                }
            }
        }
        (Value::Array(recorded), Value::Array(answered)) => {
            if recorded.len() != answered.len() {
                found.push(format!(
                    "{at} has {} elements instead of {}",
                    answered.len(),
                    recorded.len()
                ));
            }
            for (index, (recorded, answered)) in recorded.iter().zip(answered).enumerate() {
                compare(recorded, answered, &format!("{at}[{index}]"), found);
            }
        }
        _ if kind(recorded) == kind(answered) => {}
        _ => found.push(format!(
            "{at} is {} instead of {}",
            kind(answered),
            kind(recorded)
        )),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a fraction",
        Value::Number(_) => "a whole number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[test]
fn shapes_that_differ_are_found() {
    let recorded = json!({"a": 1, "b": ["x"], "c": {"d": true}});
    for (answered, difference) in [
        (json!({"a": 1, "b": ["y"], "c": {"d": false}}), None),
        (
            json!({"a": "1", "b": ["x"], "c": {"d": true}}),
            Some("$.a is text instead of a whole number"),
        ),
        (
            json!({"b": ["x"], "a": 1, "c": {}}),
            Some("$.c.d is missing"),
        ),
        (
            json!({"a": 1, "b": [], "c": {"d": true}}),
            Some("$.b has 0 elements instead of 1"),
        ),
        (
            json!({"a": 1, "b": ["x"], "c": {"d": true}, "e": 1}),
            Some("$.e was not recorded"),
        ),
    ] {
        let mut found = Vec::new();
        compare(&recorded, &answered, "$", &mut found);
        assert_eq!(found.first().map(String::as_str), difference);
    }
}
