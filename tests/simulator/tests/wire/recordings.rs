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
    (
        "POST",
        "/failoverPriorityChange",
        "one region is enough here",
    ),
    (
        "GET",
        "/operationsStatus/",
        "the sequences ask how far operations are",
    ),
    (
        "",
        "/storedProcedures",
        "code in containers is not simulated",
    ),
    ("", "/triggers", "code in containers is not simulated"),
    (
        "",
        "/userDefinedFunctions",
        "code in containers is not simulated",
    ),
    (
        "",
        "/privateEndpointConnections/",
        "networks are not simulated",
    ),
    ("GET", "/privateLinkResources", "networks are not simulated"),
    ("PUT", "/virtualMachines/", "machines are not made here"),
    (
        "PUT",
        "/userAssignedIdentities/",
        "identities are not made here",
    ),
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
    ("set-cookie", "clients of an API keep no cookies"),
    ("x-powered-by", "the server's, in old recordings"),
    (
        "x-ms-request-charge",
        "the server's, in old recordings of roles",
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
    "virtualNetworkRules",
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
    if url.contains(".documents.azure.com") && method != "GET" && !is_query {
        return Some("the data plane's writes are not simulated yet");
    }
    NOT_COVERED
        .iter()
        .filter(|_| !url.contains("/Microsoft.Authorization/"))
        .find(|(asked, part, _)| (asked.is_empty() || asked == method) && url.contains(part))
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
    let Recorded { method, url, .. } = &recording.request;
    let path = path_of(url);
    let segments: Vec<&str> = path.split('?').next().unwrap().split('/').collect();
    if let ["", "providers", _, "databaseAccountNames", name] = segments[..] {
        let name = if recording.response.status == 200 {
            name
        } else {
            "other"
        };
        let account = json!([{"name": name, "resourceGroup": "rg"}]);
        let azure = Azure::with_scenario(&scenario("00000000", "rg", &account));
        return azure.arm(method, &path[1..]).await;
    }
    let (subscription, group) = (segments[2], segments[4]);
    let answer = &recording.response.json;
    let accounts = match answer.get("value").and_then(Value::as_array) {
        _ if segments.len() > 10 && segments[9] == "sqlDatabases" => {
            vec![account_of_databases(recording, &segments[8..], group)]
        }
        _ if url.contains("/sqlDatabases?") => {
            vec![account_of_databases(recording, &segments[8..], group)]
        }
        Some(listed) => listed
            .iter()
            .map(|account| recorded_account(account, group))
            .collect(),
        // What is made was not there before.
        None if method == "PUT" && answer["properties"]["provisioningState"] == "Creating" => {
            vec![json!({"name": "other", "resourceGroup": group})]
        }
        None if matches!(method.as_str(), "GET" | "PUT" | "PATCH") => {
            vec![recorded_account(answer, group)]
        }
        None => vec![key_account(answer, segments[8], group)],
    };
    let azure = Azure::with_scenario(&scenario(subscription, group, &json!(accounts)));
    again(&azure, recording, &path[1..]).await
}

/// Sends what was recorded, at a path of Resource Manager's.
async fn again(azure: &Azure, recording: &Recording, path: &str) -> Answer {
    let Recorded { method, body, .. } = &recording.request;
    match body.as_deref().filter(|body| !body.is_empty()) {
        None => azure.arm(method, path).await,
        Some(body) => {
            // Some recorders wrote bytes the way Python shows them.
            let body = body
                .strip_prefix("b'")
                .map_or(body, |body| body.trim_end_matches('\''));
            let body: Value = serde_json::from_str(body).unwrap();
            azure.arm_json(method, path, &body).await
        }
    }
}

/// The account whose databases are at `ACCOUNT/sqlDatabases/…`.
fn account_of_databases(recording: &Recording, path: &[&str], group: &str) -> Value {
    let answer = &recording.response.json;
    let resource = &answer["properties"]["resource"];
    let throughput = |document: &mut Value| {
        let maximum = &resource["autoscaleSettings"]["maxThroughput"];
        if maximum.is_null() {
            document["throughput"] = json!(resource["throughput"].as_u64().unwrap_or(400));
        } else {
            document["autoscaleMaxThroughput"] = maximum.clone();
        }
    };
    // Settings that are changed to autoscale's were autoscale's.
    let throughput = |document: &mut Value| match recording.request.body.as_deref() {
        Some(body) if body.contains("autoscaleSettings") => {
            document["autoscaleMaxThroughput"] = json!(4000);
        }
        _ => throughput(document),
    };
    let gone = recording.response.status == 404;
    let missing = gone || recording.request.method == "PUT";
    let listed = answer.get("value").and_then(Value::as_array);
    let databases = match path[2..] {
        [] => listed
            .unwrap()
            .iter()
            .map(|listed| json!({"id": listed["name"]}))
            .collect(),
        [_] if missing => Vec::new(),
        [database] => vec![json!({"id": database})],
        [database, "throughputSettings", ..] => {
            let mut database = json!({"id": database});
            throughput(&mut database);
            vec![database]
        }
        [database, "containers"] => {
            let listed = listed.unwrap().iter();
            let collections: Vec<Value> = listed
                .map(|listed| recorded_container(&listed["properties"]["resource"]))
                .collect();
            vec![json!({"id": database, "collections": collections})]
        }
        [database, "containers", container, "throughputSettings", ..] => {
            let mut collection = json!({"id": container});
            throughput(&mut collection);
            vec![json!({"id": database, "collections": [collection]})]
        }
        [database, "containers", _] if missing => vec![json!({"id": database})],
        [database, "containers", container] => {
            let collection = if resource.is_null() {
                json!({"id": container})
            } else {
                recorded_container(resource)
            };
            vec![json!({"id": database, "collections": [collection]})]
        }
        _ => panic!("what is at {path:?}?"),
    };
    json!({"name": path[0], "resourceGroup": group, "databases": databases})
}

fn recorded_container(resource: &Value) -> Value {
    let mut collection = recorded_collection(resource, &resource["id"]);
    for name in ["uniqueKeyPolicy", "indexingPolicy", "analyticalStorageTtl"] {
        if let Some(value) = resource.get(name) {
            collection["properties"][name] = value.clone();
        }
    }
    collection
}

// Sequences: one Azure, in which one request follows another

#[tokio::test]
async fn making_and_deleting_an_account() {
    replay_sequence("arm_lro_sequence_delete_account.json", 7).await;
}

#[tokio::test]
async fn replacing_keys() {
    replay_sequence("arm_lro_sequence_keys_regenerate.json", 17).await;
}

#[tokio::test]
async fn the_life_of_a_container() {
    replay_sequence("arm_lro_sequence_sql_container.json", 19).await;
}

async fn replay_sequence(file: &str, least: usize) {
    let Some(recordings) = recordings(file) else {
        return;
    };
    let first = path_of(&recordings[0].request.url);
    let segments: Vec<&str> = first.split('/').collect();
    let other = json!([{"name": "other", "resourceGroup": segments[4]}]);
    let azure = Azure::with_scenario(&scenario(segments[2], segments[4], &other));
    // Recorded operations and ours.
    let mut operations = BTreeMap::<&str, String>::new();
    let mut report = String::new();
    for (index, recording) in recordings.iter().enumerate() {
        let Recorded { method, url, .. } = &recording.request;
        let asked = operation_in(url);
        let answer = if let Some(id) = asked {
            azure.follow(&operations[id]).await
        } else {
            let started = recording.response.headers.get("azure-asyncoperation");
            let started = started.and_then(Value::as_str).and_then(operation_in);
            if let Some(id) = started {
                let polls = unfinished_polls(&recordings[index..], id);
                azure.operations(json!({"polls": polls})).await;
            }
            let answer = again(&azure, recording, &path_of(url)[1..]).await;
            if let Some(id) = started {
                operations.insert(id, answer.header("azure-asyncoperation").to_owned());
            }
            answer
        };
        for difference in differences(&recording.response, &answer) {
            writeln!(report, "{file} {index} {method} {url}: {difference}").unwrap();
        }
        if asked.is_some() {
            assert_eq!(
                answer.json()["status"],
                recording.response.json["status"],
                "{file} {index}"
            );
        }
    }
    assert!(report.is_empty(), "{report}");
    assert!(
        recordings.len() >= least,
        "only {} were replayed",
        recordings.len()
    );
}

fn operation_in(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("/operationsStatus/")?;
    rest.split('?').next()
}

/// How often the recorded client heard that an operation was not done.
fn unfinished_polls(recordings: &[Recording], id: &str) -> usize {
    recordings
        .iter()
        .filter(|recording| operation_in(&recording.request.url) == Some(id))
        .filter(|recording| recording.response.json["status"] != "Succeeded")
        .count()
}

// Roles and machines

#[tokio::test]
async fn role_assignments() {
    replay_all("arm_role_assignments.json", 10, replay_roles).await;
}

/// What is in `…/providers/Microsoft.Authorization/…` of a group or a machine.
async fn replay_roles(recording: &Recording) -> Answer {
    let Recorded { method, url, .. } = &recording.request;
    let path = path_of(url);
    let (scope, _) = path
        .split_once("/providers/Microsoft.Authorization/")
        .unwrap();
    let segments: Vec<&str> = scope.split('/').collect();
    let mut world = scenario(
        segments[2],
        segments[4],
        &json!([{"name": "other", "resourceGroup": segments[4]}]),
    );
    let properties = &recording.response.json["properties"];
    let principal = properties["principalId"].as_str().unwrap_or("nobody");
    if let ["", _, _, _, group, "providers", namespace, kind, name] = segments[..] {
        world["resources"] = json!([{
            "type": format!("{namespace}/{kind}"),
            "resourceGroup": group,
            "name": name,
            "systemIdentity": {"clientId": "client-of-machine", "objectId": principal},
        }]);
    } else {
        world["hosts"] = json!({"cloudShell": {"user": {"objectId": principal, "name": "user"}}});
    }
    let azure = Azure::with_scenario(&world);
    if method != "PUT" && properties.is_object() {
        // What was shown or deleted had been made.
        let body = json!({"properties": properties});
        azure.arm_json("PUT", &path[1..], &body).await.expect(201);
    }
    again(&azure, recording, &path[1..]).await
}

/// Machines have much that is not simulated: what is compared is who they are, and how a change of identities begins.
#[tokio::test]
async fn identities_of_machines() {
    let Some(recordings) = recordings("arm_vm_identity.json") else {
        return;
    };
    let assigned = recordings
        .iter()
        .filter_map(|recording| {
            recording
                .response
                .json
                .pointer("/identity/userAssignedIdentities")
        })
        .flat_map(|identities| identities.as_object().unwrap().keys());
    let pool: Vec<Value> = assigned.map(|id| assigned_identity(id)).collect();
    let mut before = BTreeMap::<&str, &Value>::new();
    let mut replayed = 0;
    let mut report = String::new();
    for (index, recording) in recordings.iter().enumerate() {
        let Recorded { method, url, .. } = &recording.request;
        let path = path_of(url);
        let place = path.split('?').next().unwrap();
        let segments: Vec<&str> = place.split('/').collect();
        let answer = if url.contains("/Microsoft.Authorization/") {
            replay_roles(recording).await
        } else if segments.len() == 9 && matches!(method.as_str(), "GET" | "PATCH") {
            let identity = if method == "GET" {
                &recording.response.json["identity"]
            } else {
                before[place]
            };
            before.insert(place, &recording.response.json["identity"]);
            let found = recording.response.status != 404;
            replay_machine(recording, &segments, found.then_some(identity), &pool).await
        } else {
            continue;
        };
        replayed += 1;
        let mut found = Vec::new();
        if answer.status.as_u16() == recording.response.status {
            missing_headers(&recording.response, &answer, &mut found);
            compare(
                &who(&recording.response.json),
                &who(&answer.json()),
                "$",
                &mut found,
            );
        } else {
            found.push(format!("status {}: {}", answer.status, answer.text));
        }
        for difference in found {
            writeln!(report, "{index} {method} {url}: {difference}").unwrap();
        }
    }
    println!(
        "{replayed} of {} replayed; machines are not made here",
        recordings.len()
    );
    assert!(report.is_empty(), "{report}");
    assert!(replayed >= 35, "only {replayed} were replayed");
}

/// What both have to say of a machine, or all of an error and of a role.
fn who(document: &Value) -> Value {
    let kept = [
        "error", "value", "name", "id", "type", "location", "identity",
    ];
    let mut kept: Map<String, Value> = document
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| kept.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if document["type"] == "Microsoft.Authorization/roleAssignments" {
        kept.insert("properties".to_owned(), document["properties"].clone());
    }
    kept.into()
}

fn assigned_identity(id: &str) -> Value {
    json!({"clientId": format!("client of {id}"), "objectId": format!("object of {id}"), "resourceId": id})
}

async fn replay_machine(
    recording: &Recording,
    segments: &[&str],
    identity: Option<&Value>,
    pool: &[Value],
) -> Answer {
    let (subscription, group, name) = (segments[2], segments[4], segments[8]);
    let other = json!([{"name": "other", "resourceGroup": group}]);
    let mut world = scenario(subscription, group, &other);
    let kind = format!("{}/{}", segments[6], segments[7]);
    let mut resources = vec![json!({
        "type": kind,
        "resourceGroup": group,
        "name": "the-pool",
        "userAssignedIdentities": pool,
    })];
    if let Some(identity) = identity {
        let assigned = identity["userAssignedIdentities"].as_object();
        let assigned: Vec<Value> = assigned
            .into_iter()
            .flat_map(Map::keys)
            .map(|id| assigned_identity(id))
            .collect();
        let principal = identity["principalId"].as_str();
        let own = principal.map(|id| json!({"clientId": "client-of-machine", "objectId": id}));
        resources.push(json!({
            "type": kind,
            "resourceGroup": group,
            "name": name,
            "systemIdentity": own,
            "userAssignedIdentities": assigned,
        }));
    }
    world["resources"] = json!(resources);
    let azure = Azure::with_scenario(&world);
    again(&azure, recording, &path_of(&recording.request.url)[1..]).await
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
    if recorded.json.is_null() && answer.text.is_empty() {
        missing_headers(recorded, answer, &mut found);
        return found;
    }
    compare(&recorded.json, &answer.json(), "$", &mut found);
    missing_headers(recorded, answer, &mut found);
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

fn missing_headers(recorded: &RecordedResponse, answer: &Answer, found: &mut Vec<String>) {
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
