//! Database accounts: reading them and their keys.

use hyper::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock;
use crate::http::Reply;
use crate::model::{Account, State};
use crate::rbac;
use crate::scenario::{self, AccountKind, AccountLocation, Lock};

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
    /// The id of what is at a path below the provider.
    pub fn resource(self, path: &[&str]) -> String {
        format!(
            "{}/providers/{}/{}",
            self.scope(),
            self.namespace,
            path.join("/")
        )
    }

    pub fn scope(self) -> String {
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
    if !call.model.rbac.sees(call.bearer(), &place.scope()) {
        return error::authorization_failed(
            &call.caller.client_id,
            &call.caller.object_id,
            &action,
            &place.scope(),
        );
    }
    if let Err(reply) = group_exists(call, place) {
        return reply;
    }
    let readable = call
        .model
        .accounts
        .iter()
        .filter(|account| place.contains(account))
        .filter(|account| call.allows(&action, &account.resource_id()))
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
        Ok(account) => {
            let id = account.resource_id();
            let now = call.now;
            call.change(move |model| model.operations.looked_at(&id, now));
            provider_reply(&document(call, account))
        }
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
pub fn prepare(
    call: &Call<'_>,
    place: Place<'_>,
    kind: &str,
    methods: &[Method],
) -> Result<(), Reply> {
    if !methods.contains(&call.request.method) {
        return Err(error::method_not_allowed(&call.request.method));
    }
    version::check_accounts(&call.api_version, kind)?;
    subscription_exists(call, place)
}

pub fn subscription_exists(call: &Call<'_>, place: Place<'_>) -> Result<(), Reply> {
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
    let scope = place.resource(&path[..2]);
    call.authorize(action, &scope)?;
    group_exists(call, place)?;
    let account = find(call, place, name).ok_or_else(|| {
        let kind = format!("{}/{}", place.namespace, path[0]);
        error::resource_not_found(&kind, name, place.group.unwrap_or_default())
    })?;
    check_locks(call, account, &scope)?;
    Ok(account)
}

pub fn find<'a>(call: &Call<'a>, place: Place<'_>, name: &str) -> Option<&'a Account> {
    call.model
        .account(name)
        .filter(|account| place.contains(account))
}

/// Whatever a POST does, a lock takes it for a write.
pub fn check_locks(call: &Call<'_>, account: &Account, scope: &str) -> Result<(), Reply> {
    let operation = match (account.spec.lock, &call.request.method) {
        (Some(_), &Method::DELETE) => "delete",
        (Some(Lock::ReadOnly), &(Method::POST | Method::PUT | Method::PATCH)) => "write",
        _ => return Ok(()),
    };
    Err(error::scope_locked(
        operation,
        scope,
        &account.resource_id(),
    ))
}

pub fn group_exists(call: &Call<'_>, place: Place<'_>) -> Result<(), Reply> {
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

/// `HEAD`: 200 when somebody has an account of that name.
pub fn name_exists(call: &Call<'_>, name: &str) -> Reply {
    if call.request.method != Method::HEAD {
        return error::method_not_allowed(&call.request.method);
    }
    if let Err(reply) = version::check_accounts(&call.api_version, "databaseAccountNames") {
        return reply;
    }
    let status = if name_is_taken(call, name) { 200 } else { 404 };
    Reply::new(status)
        .with("cache-control", "no-store, no-cache")
        .with("server", "Microsoft-HTTPAPI/2.0")
        .with("x-ms-activity-id", Uuid::new_v4().to_string())
}

pub fn name_is_taken(call: &Call<'_>, name: &str) -> bool {
    let others = &call.model.scenario.taken_names;
    call.model.account(name).is_some()
        || others.iter().any(|taken| taken.eq_ignore_ascii_case(name))
}

/// 200, with the headers the Cosmos DB provider adds.
pub fn provider_reply(document: &Value) -> Reply {
    from_provider(Reply::json(200, document))
        .with("vary", "Accept-Encoding")
        .with("x-ms-ratelimit-remaining-subscription-reads", "11999")
}

/// Headers the Cosmos DB provider adds to all it says.
pub fn from_provider(reply: Reply) -> Reply {
    reply
        .with("content-type", "application/json")
        .with("cache-control", "no-store, no-cache")
        .with("server", "Microsoft-HTTPAPI/2.0")
        .with("x-ms-gatewayversion", crate::cosmos::GATEWAY_VERSION)
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

fn endpoint(call: &Call<'_>, account: &Account) -> String {
    call.simulator
        .doors
        .of(&account.spec.name)
        .map_or_else(String::new, |endpoints| endpoints.https)
}

/// The account as an api-version shows it.
pub fn document(call: &Call<'_>, account: &Account) -> Value {
    describe(call, account, &account.spec)
}

/// The account as it would be shown, were this what it is.
pub fn describe(call: &Call<'_>, account: &Account, spec: &scenario::Account) -> Value {
    // An account has no address before it is made.
    let endpoint = (account.state != State::Creating).then(|| endpoint(call, account));
    let state = format!("{:?}", account.state);
    let (locations, failover) = places(spec, endpoint.as_deref(), &state);
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
        "provisioningState": state,
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
        "writeLocations": locations[..1],
        "readLocations": locations,
        "locations": locations,
        "failoverPolicies": failover,
        "cors": [],
        "capabilities": capabilities,
        "ipRules": [],
        "backupPolicy": {
            "type": "Periodic",
            "periodicModeProperties": {"backupIntervalInMinutes": 240, "backupRetentionIntervalInHours": 8},
        },
    });
    drop_nulls(&mut properties);
    if since(&call.api_version, "2021-06-15") {
        properties["disableLocalAuth"] = json!(spec.disable_local_auth);
    }
    if since(&call.api_version, "2021-10-15") {
        let [primary, secondary, primary_readonly, secondary_readonly] = account
            .keys
            .generated
            .map(|time| json!({"generationTime": clock::iso_date(time)}));
        properties["keysMetadata"] = json!({
            "primaryMasterKey": primary,
            "secondaryMasterKey": secondary,
            "primaryReadonlyMasterKey": primary_readonly,
            "secondaryReadonlyMasterKey": secondary_readonly,
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

/// Where an account is, and in which order places stand in for one another.
fn places(
    spec: &scenario::Account,
    endpoint: Option<&str>,
    state: &str,
) -> (Vec<Value>, Vec<Value>) {
    let regions = spec.regions();
    let region_id = |region: &AccountLocation| {
        let place = region.location_name.replace(' ', "").to_lowercase();
        format!("{}-{place}", spec.name)
    };
    let locations: Vec<Value> = regions
        .iter()
        .map(|region| {
            let mut location = json!({
                "id": region_id(region),
                "locationName": region.location_name,
                "documentEndpoint": endpoint,
                "provisioningState": state,
                "failoverPriority": region.failover_priority,
                "isZoneRedundant": region.is_zone_redundant,
            });
            drop_nulls(&mut location);
            location
        })
        .collect();
    let failover: Vec<Value> = regions
        .iter()
        .map(|region| {
            json!({
                "id": region_id(region),
                "locationName": region.location_name,
                "failoverPriority": region.failover_priority,
            })
        })
        .collect();
    (locations, failover)
}

fn drop_nulls(document: &mut Value) {
    if let Some(document) = document.as_object_mut() {
        document.retain(|_, value| !value.is_null());
    }
}

/// The same in every run.
fn instance_id(account: &Account) -> String {
    rbac::stable_id(&[&account.resource_id()])
}
