//! Database accounts: reading them and their keys.

use hyper::Method;
use serde_json::{Value, json};

use crate::clock;
use crate::http::Reply;
use crate::model::Account;
use crate::scenario::{AccountKind, Lock};

use super::version::since;
use super::{Call, error, subscriptions, version};

/// Where a path leads, in the caller's spelling.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub subscription: &'a str,
    pub group: Option<&'a str>,
    pub namespace: &'a str,
}

/// What `listKeys` and its relatives tell.
#[derive(Clone, Copy)]
enum Operation {
    ListKeys,
    ReadOnlyKeys,
    ListConnectionStrings,
}

impl Place<'_> {
    fn scope(self) -> String {
        match self.group {
            Some(group) => format!(
                "/subscriptions/{}/resourceGroups/{group}",
                self.subscription
            ),
            None => format!("/subscriptions/{}", self.subscription),
        }
    }

    fn contains(self, account: &Account) -> bool {
        account
            .subscription_id
            .eq_ignore_ascii_case(self.subscription)
            && self
                .group
                .is_none_or(|group| account.spec.resource_group.eq_ignore_ascii_case(group))
    }
}

pub fn list(call: &Call<'_>, place: Place<'_>, kind: &str) -> Reply {
    if let Err(reply) = prepare(call, place, kind, &[Method::GET]) {
        return reply;
    }
    let action = format!("{}/{kind}/read", place.namespace);
    if !call.model.rbac.sees(&call.caller.object_id, &place.scope()) {
        return denied(call, &action, &place.scope());
    }
    if let Err(reply) = group_exists(call, place) {
        return reply;
    }
    let readable = call
        .model
        .accounts
        .iter()
        .filter(|account| place.contains(account))
        .filter(|account| {
            call.model
                .rbac
                .allows(&call.caller.object_id, &action, &account.resource_id())
        })
        .map(|account| document(call, account))
        .collect();
    let page = subscriptions::page(call.request, readable, call.model.scenario.paging.accounts);
    provider_reply(&page)
}

pub fn get(call: &Call<'_>, place: Place<'_>, path: &[&str]) -> Reply {
    let (kind, name) = (path[0], path[1]);
    if let Err(reply) = prepare(call, place, kind, &[Method::GET]) {
        return reply;
    }
    match allowed_account(
        call,
        place,
        path,
        &format!("{}/{kind}/read", place.namespace),
        name,
    ) {
        Ok(account) => provider_reply(&document(call, account)),
        Err(reply) => reply,
    }
}

pub fn operation(call: &Call<'_>, place: Place<'_>, path: &[&str]) -> Reply {
    let (kind, name, asked) = (path[0], path[1], path[2]);
    let (operation, methods): (_, &[Method]) = match asked.to_ascii_lowercase().as_str() {
        "listkeys" => (Operation::ListKeys, &[Method::POST]),
        "readonlykeys" => (Operation::ReadOnlyKeys, &[Method::POST, Method::GET]),
        _ => (Operation::ListConnectionStrings, &[Method::POST]),
    };
    if let Err(reply) = prepare(call, place, kind, methods) {
        return reply;
    }
    let verb = if call.request.method == Method::GET {
        "read"
    } else {
        "action"
    };
    let action = format!("{}/{kind}/{asked}/{verb}", place.namespace);
    match allowed_account(call, place, path, &action, name) {
        Ok(account) => provider_reply(&secrets(call, account, operation))
            .with("x-ms-ratelimit-remaining-subscription-writes", "1199"),
        Err(reply) => reply,
    }
}

/// What is checked before who may do it.
fn prepare(call: &Call<'_>, place: Place<'_>, kind: &str, methods: &[Method]) -> Result<(), Reply> {
    if !methods.contains(&call.request.method) {
        return Err(error::method_not_allowed(&call.request.method));
    }
    version::check_accounts(&call.api_version, kind)?;
    match subscriptions::find(call, place.subscription) {
        Some(_) => Ok(()),
        None => Err(error::subscription_not_found(place.subscription)),
    }
}

/// The account, when the caller may do this to it: first the role, then locks, then whether it exists at all.
fn allowed_account<'a>(
    call: &Call<'a>,
    place: Place<'_>,
    path: &[&str],
    action: &str,
    name: &str,
) -> Result<&'a Account, Reply> {
    let scope = format!(
        "{}/providers/{}/{}/{name}",
        place.scope(),
        place.namespace,
        path[0]
    );
    if !call
        .model
        .rbac
        .allows(&call.caller.object_id, action, &scope)
    {
        return Err(denied(call, action, &scope));
    }
    group_exists(call, place)?;
    let account = call
        .model
        .account(name)
        .filter(|account| place.contains(account))
        .ok_or_else(|| {
            let kind = format!("{}/{}", place.namespace, path[0]);
            error::resource_not_found(&kind, name, place.group.unwrap_or_default())
        })?;
    // Whatever a POST does, a lock takes it for a write.
    if call.request.method == Method::POST && account.spec.lock == Some(Lock::ReadOnly) {
        return Err(error::scope_locked(&scope, &account.resource_id()));
    }
    Ok(account)
}

fn group_exists(call: &Call<'_>, place: Place<'_>) -> Result<(), Reply> {
    let Some(group) = place.group else {
        return Ok(());
    };
    let exists = subscriptions::find(call, place.subscription).is_some_and(|found| {
        found
            .resource_groups
            .iter()
            .any(|name| name.eq_ignore_ascii_case(group))
    });
    if exists {
        Ok(())
    } else {
        Err(error::group_not_found(group))
    }
}

fn denied(call: &Call<'_>, action: &str, scope: &str) -> Reply {
    error::authorization_failed(
        &call.caller.client_id,
        &call.caller.object_id,
        action,
        scope,
    )
}

/// Headers the Cosmos DB provider adds.
fn provider_reply(document: &Value) -> Reply {
    Reply::json(200, document)
        .with("content-type", "application/json")
        .with("cache-control", "no-store, no-cache")
        .with("server", "Microsoft-HTTPAPI/2.0")
        .with("vary", "Accept-Encoding")
        .with("x-ms-gatewayversion", crate::cosmos::GATEWAY_VERSION)
        .with("x-ms-ratelimit-remaining-subscription-reads", "11999")
}

fn secrets(call: &Call<'_>, account: &Account, operation: Operation) -> Value {
    let keys = &account.keys;
    match operation {
        Operation::ListKeys => json!({
            "primaryMasterKey": keys.primary,
            "secondaryMasterKey": keys.secondary,
            "primaryReadonlyMasterKey": keys.primary_readonly,
            "secondaryReadonlyMasterKey": keys.secondary_readonly,
        }),
        Operation::ReadOnlyKeys => json!({
            "primaryReadonlyMasterKey": keys.primary_readonly,
            "secondaryReadonlyMasterKey": keys.secondary_readonly,
        }),
        Operation::ListConnectionStrings => {
            let strings: Vec<Value> = [
                ("Primary", "Primary", &keys.primary),
                ("Secondary", "Secondary", &keys.secondary),
                (
                    "Primary Read-Only",
                    "PrimaryReadonly",
                    &keys.primary_readonly,
                ),
                (
                    "Secondary Read-Only",
                    "SecondaryReadonly",
                    &keys.secondary_readonly,
                ),
            ]
            .into_iter()
            .map(|(label, kind, key)| connection_string(call, account, label, kind, key))
            .collect();
            json!({"connectionStrings": strings})
        }
    }
}

fn connection_string(
    call: &Call<'_>,
    account: &Account,
    label: &str,
    kind: &str,
    key: &str,
) -> Value {
    let name = &account.spec.name;
    let (value, api) = match account.spec.kind {
        AccountKind::GlobalDocumentDB => (
            format!(
                "AccountEndpoint={};AccountKey={key};",
                endpoint(call, account)
            ),
            "SQL",
        ),
        AccountKind::MongoDB => {
            let host = format!("{name}.documents.azure.com:10255");
            (
                format!("mongodb://{name}:{key}@{host}/?ssl=true&replicaSet=globaldb"),
                "MongoDB",
            )
        }
    };
    let mut string = json!({"connectionString": value, "description": format!("{label} {api} Connection String")});
    if since(&call.api_version, "2023-03-15") {
        string["keyKind"] = json!(kind);
        string["type"] = json!(if api == "SQL" { "Sql" } else { api });
    }
    string
}

fn endpoint<'a>(call: &Call<'a>, account: &Account) -> &'a str {
    call.simulator
        .endpoints
        .get(&account.spec.name)
        .map_or("", |endpoints| endpoints.https.as_str())
}

/// The account as an api-version shows it.
fn document(call: &Call<'_>, account: &Account) -> Value {
    let spec = &account.spec;
    let endpoint = endpoint(call, account);
    let place = spec.location.replace(' ', "").to_lowercase();
    let location_id = format!("{}-{place}", spec.name);
    let location = json!([{
        "id": location_id,
        "locationName": spec.location,
        "documentEndpoint": endpoint,
        "provisioningState": "Succeeded",
        "failoverPriority": 0,
        "isZoneRedundant": false,
    }]);
    let capabilities: Vec<Value> = spec
        .capabilities
        .iter()
        .map(|name| json!({"name": name}))
        .collect();
    let (kind, api) = match spec.kind {
        AccountKind::GlobalDocumentDB => ("GlobalDocumentDB", "Sql"),
        AccountKind::MongoDB => ("MongoDB", "MongoDB"),
    };
    let mut properties = json!({
        "provisioningState": "Succeeded",
        "documentEndpoint": endpoint,
        "publicNetworkAccess": "Enabled",
        "enableAutomaticFailover": false,
        "enableMultipleWriteLocations": false,
        "enablePartitionKeyMonitor": false,
        "isVirtualNetworkFilterEnabled": false,
        "virtualNetworkRules": [],
        "EnabledApiTypes": api,
        "disableKeyBasedMetadataWriteAccess": false,
        "enableFreeTier": false,
        "enableAnalyticalStorage": false,
        "instanceId": instance_id(account),
        "createMode": "Default",
        "databaseAccountOfferType": "Standard",
        "consistencyPolicy": {
            "defaultConsistencyLevel": "Session",
            "maxIntervalInSeconds": 5,
            "maxStalenessPrefix": 100,
        },
        "configurationOverrides": {},
        "writeLocations": location,
        "readLocations": location,
        "locations": location,
        "failoverPolicies": [{"id": location_id, "locationName": spec.location, "failoverPriority": 0}],
        "cors": [],
        "capabilities": capabilities,
        "ipRules": [],
        "backupPolicy": {
            "type": "Periodic",
            "periodicModeProperties": {"backupIntervalInMinutes": 240, "backupRetentionIntervalInHours": 8},
        },
    });
    if since(&call.api_version, "2021-06-15") {
        properties["disableLocalAuth"] = json!(spec.disable_local_auth);
    }
    if since(&call.api_version, "2021-10-15") {
        let generated = json!({"generationTime": clock::iso_date(account.created)});
        properties["keysMetadata"] = json!({
            "primaryMasterKey": generated,
            "secondaryMasterKey": generated,
            "primaryReadonlyMasterKey": generated,
            "secondaryReadonlyMasterKey": generated,
        });
    }
    if since(&call.api_version, "2022-11-15") {
        properties["minimalTlsVersion"] = json!("Tls12");
    }
    for (name, value) in &spec.properties {
        properties[name] = value.clone();
    }
    let mut document = json!({
        "id": account.resource_id(),
        "name": spec.name,
        "location": spec.location,
        "type": "Microsoft.DocumentDB/databaseAccounts",
        "kind": kind,
        "tags": spec.tags,
        "systemData": {"createdAt": clock::iso_date(account.created)},
        "properties": properties,
    });
    if since(&call.api_version, "2021-04-15") {
        document["identity"] = json!({"type": "None"});
    }
    document
}

/// The same in every run.
fn instance_id(account: &Account) -> String {
    use sha2::{Digest, Sha256};
    let digest: [u8; 32] = Sha256::digest(account.resource_id().as_bytes()).into();
    let bytes: [u8; 16] = digest[..16]
        .try_into()
        .expect("sixteen of thirty-two bytes");
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
}
