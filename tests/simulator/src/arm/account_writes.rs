//! Database accounts: making, changing and deleting them, and their keys.

use hyper::Method;
use serde_json::{Map, Value, json};

use crate::http::Reply;
use crate::model::{Account, Model, State};
use crate::operations::Outcome;
use crate::scenario::{self, AccountKind, AccountLocation};

use super::accounts::{self, Place, provider_reply};
use super::operations::{Results, Task, start};
use super::{Call, error, regions};

const KIND: &str = "Microsoft.DocumentDB/databaseAccounts";

/// What the service says of an account and takes no order about.
const READ_ONLY: &[&str] = &[
    "provisioningState",
    "documentEndpoint",
    "writeLocations",
    "readLocations",
    "failoverPolicies",
    "keysMetadata",
    "EnabledApiTypes",
    "instanceId",
];

const CONSISTENCY_LEVELS: &[&str] = &[
    "Strong",
    "BoundedStaleness",
    "Session",
    "ConsistentPrefix",
    "Eventual",
];

pub fn put(call: &Call<'_>, place: Place<'_>, path: &[&str]) -> Reply {
    write(call, place, path).unwrap_or_else(|refusal| refusal)
}

fn write(call: &Call<'_>, place: Place<'_>, path: &[&str]) -> Result<Reply, Reply> {
    let (scope, name) = admit(call, place, path, "write")?;
    let body = call.body()?;
    let spec = asked_for(place, name, &body)?;
    match accounts::find(call, place, name) {
        Some(account) => {
            accounts::check_locks(call, account, &scope)?;
            if regions::plain(&account.spec.location) != regions::plain(&spec.location) {
                return Err(error::invalid_location(
                    name,
                    &regions::plain(&account.spec.location),
                    place.group.unwrap_or_default(),
                    &regions::plain(&spec.location),
                ));
            }
            update(call, place, account, spec)
        }
        None => create(call, place, &spec),
    }
}

fn create(call: &Call<'_>, place: Place<'_>, spec: &scenario::Account) -> Result<Reply, Reply> {
    let name = &spec.name;
    if !is_valid_name(name) {
        return Err(error::cosmos_db(
            400,
            "BadRequest",
            &format!(
                "DatabaseAccount name '{name}' is invalid. It must be 3 to 50 characters long, and contain only lowercase letters, numbers and the hyphen."
            ),
        ));
    }
    if accounts::name_is_taken(call, name) {
        return Err(error::cosmos_db(
            400,
            "BadRequest",
            &format!(
                "Dns record for {name} under zone Document is already taken. Please use a different name for the account."
            ),
        ));
    }
    let free =
        |properties: &Map<String, Value>| properties.get("enableFreeTier") == Some(&json!(true));
    let has_free_tier = call.model.accounts.iter().any(|account| {
        account
            .subscription_id
            .eq_ignore_ascii_case(place.subscription)
            && free(&account.spec.properties)
    });
    if free(&spec.properties) && has_free_tier {
        return Err(error::cosmos_db(
            400,
            "BadRequest",
            "Free tier has already been applied to another Azure Cosmos DB account in this subscription. Please visit https://aka.ms/cosmos-db-free-tier to learn more.",
        ));
    }
    call.simulator
        .doors
        .open(name)
        .map_err(|_| error::cosmos_db(503, "ServiceUnavailable", "Sorry, we are currently experiencing high demand in this region, and cannot fulfill your request at this time."))?;
    let mut account = Account::empty(spec.clone(), place.subscription.to_owned(), call.now);
    account.state = State::Creating;
    let reply = provider_reply(&accounts::document(call, &account))
        .with("x-ms-ratelimit-remaining-subscription-writes", "1198");
    let links = start(
        call,
        Task {
            place,
            location: &spec.location,
            target: account.resource_id(),
            outcome: Outcome::Resource,
            results: Results::BelowTheRequest,
            work: {
                let name = name.clone();
                Box::new(move |model, _, went_well| {
                    if went_well {
                        set_state(model, &name, State::Succeeded);
                    } else {
                        remove(model, &name);
                    }
                })
            },
        },
    );
    call.change(move |model| model.accounts.push(account));
    Ok(links.on(reply))
}

pub fn patch(call: &Call<'_>, place: Place<'_>, path: &[&str]) -> Reply {
    change(call, place, path).unwrap_or_else(|refusal| refusal)
}

fn change(call: &Call<'_>, place: Place<'_>, path: &[&str]) -> Result<Reply, Reply> {
    let (scope, _) = admit(call, place, path, "write")?;
    let account = existing(call, place, path)?;
    accounts::check_locks(call, account, &scope)?;
    let body = call.body()?;
    let mut spec = account.spec.clone();
    if let Some(tags) = body.get("tags").and_then(Value::as_object) {
        spec.tags.clone_from(tags);
    }
    let nothing = Map::new();
    let properties = body
        .get("properties")
        .and_then(Value::as_object)
        .unwrap_or(&nothing);
    apply(&mut spec, properties)?;
    update(call, place, account, spec)
}

/// Makes an account what it is asked to be; 200 at once when it is that already.
fn update(
    call: &Call<'_>,
    place: Place<'_>,
    account: &Account,
    spec: scenario::Account,
) -> Result<Reply, Reply> {
    free_to_change(call, account)?;
    let present = accounts::document(call, account);
    let wanted = accounts::describe(call, account, &spec);
    let writes = "x-ms-ratelimit-remaining-subscription-writes";
    if present == wanted {
        return Ok(provider_reply(&present).with(writes, "1199"));
    }
    let cannot_change = |what: &str| {
        Err(error::cosmos_db(
            400,
            "BadRequest",
            &format!("{what} cannot be changed after the account is created."),
        ))
    };
    if account.spec.kind != spec.kind {
        return cannot_change("The API kind");
    }
    if account.spec.serverless() != spec.serverless() {
        return cannot_change("The capability EnableServerless");
    }
    if present.pointer("/properties/enableFreeTier") != wanted.pointer("/properties/enableFreeTier")
    {
        return cannot_change("Free tier");
    }
    let mut reply = present;
    reply["properties"]["provisioningState"] = json!("Updating");
    let name = account.spec.name.clone();
    let links = start(
        call,
        Task {
            place,
            location: &account.spec.location,
            target: account.resource_id(),
            outcome: Outcome::Resource,
            results: Results::BelowTheRequest,
            work: {
                let name = name.clone();
                Box::new(move |model, _, went_well| {
                    set_state(model, &name, State::Succeeded);
                    if let Some(account) = model.account_mut(&name).filter(|_| went_well) {
                        account.spec = spec;
                    }
                })
            },
        },
    );
    call.change(move |model| set_state(model, &name, State::Updating));
    Ok(links.on(provider_reply(&reply).with(writes, "1199")))
}

pub fn delete(call: &Call<'_>, place: Place<'_>, path: &[&str]) -> Reply {
    take_away(call, place, path).unwrap_or_else(|refusal| refusal)
}

fn take_away(call: &Call<'_>, place: Place<'_>, path: &[&str]) -> Result<Reply, Reply> {
    let (scope, name) = admit(call, place, path, "delete")?;
    let Some(account) = accounts::find(call, place, name) else {
        return Ok(Reply::new(204));
    };
    accounts::check_locks(call, account, &scope)?;
    free_to_change(call, account)?;
    let name = account.spec.name.clone();
    let links = start(
        call,
        Task {
            place,
            location: &account.spec.location,
            target: account.resource_id(),
            outcome: Outcome::Gone,
            results: Results::OfTheLocation,
            work: {
                let name = name.clone();
                Box::new(move |model, _, went_well| {
                    if went_well {
                        remove(model, &name);
                    } else {
                        set_state(model, &name, State::Succeeded);
                    }
                })
            },
        },
    );
    call.change(move |model| set_state(model, &name, State::Deleting));
    Ok(links
        .accepted()
        .with("x-ms-ratelimit-remaining-subscription-deletes", "14999"))
}

pub fn regenerate_key(call: &Call<'_>, place: Place<'_>, path: &[&str]) -> Reply {
    regenerate(call, place, path).unwrap_or_else(|refusal| refusal)
}

fn regenerate(call: &Call<'_>, place: Place<'_>, path: &[&str]) -> Result<Reply, Reply> {
    accounts::prepare(call, place, path[0], &[Method::POST])?;
    let scope = place.resource(&path[..2]);
    let action = format!("{}/{}/{}/action", place.namespace, path[0], path[2]);
    call.authorize(&action, &scope)?;
    accounts::group_exists(call, place)?;
    let account = existing(call, place, path)?;
    accounts::check_locks(call, account, &scope)?;
    let body = call.body()?;
    let kind = body["keyKind"].as_str().unwrap_or_default().to_owned();
    if !account.keys.clone().regenerate(&kind, call.now) {
        return Err(error::cosmos_db(
            400,
            "BadRequest",
            &format!(
                "The key kind '{kind}' is not one of primary, secondary, primaryReadonly, secondaryReadonly."
            ),
        ));
    }
    let name = account.spec.name.clone();
    let links = start(
        call,
        Task {
            place,
            location: &account.spec.location,
            // Not the account itself: it can be changed meanwhile.
            target: format!("{}/regenerateKey", account.resource_id()),
            outcome: Outcome::Done,
            results: Results::BelowTheRequest,
            work: Box::new(move |model, now, went_well| {
                if let Some(account) = model.account_mut(&name).filter(|_| went_well) {
                    account.keys.regenerate(&kind, now);
                }
            }),
        },
    );
    Ok(links
        .accepted()
        .with("x-ms-ratelimit-remaining-subscription-writes", "1199"))
}

/// What is checked before the account is looked at: its id and its name.
fn admit<'a>(
    call: &Call<'_>,
    place: Place<'_>,
    path: &[&'a str],
    verb: &str,
) -> Result<(String, &'a str), Reply> {
    accounts::prepare(
        call,
        place,
        path[0],
        &[Method::PUT, Method::PATCH, Method::DELETE],
    )?;
    let scope = place.resource(path);
    let action = format!("{}/{}/{verb}", place.namespace, path[0]);
    call.authorize(&action, &scope)?;
    accounts::group_exists(call, place)?;
    Ok((scope, path[1]))
}

fn existing<'a>(call: &Call<'a>, place: Place<'_>, path: &[&str]) -> Result<&'a Account, Reply> {
    accounts::find(call, place, path[1]).ok_or_else(|| {
        let kind = format!("{}/{}", place.namespace, path[0]);
        error::resource_not_found(&kind, path[1], place.group.unwrap_or_default())
    })
}

/// One thing at a time.
pub fn free_to_change(call: &Call<'_>, account: &Account) -> Result<(), Reply> {
    if !call.model.operations.busy(&account.resource_id()) {
        return Ok(());
    }
    Err(error::cosmos_db(
        412,
        "PreconditionFailed",
        &format!(
            "There is already an operation in progress which requires exclusive lock on this service {}. Please retry the operation after sometime.",
            account.spec.name
        ),
    ))
}

fn set_state(model: &mut Model, name: &str, state: State) {
    if let Some(account) = model.account_mut(name) {
        account.state = state;
    }
}

fn remove(model: &mut Model, name: &str) {
    if let Some(account) = model.account(name) {
        let scope = account.resource_id();
        model.rbac.scope_is_gone(&scope);
    }
    model
        .accounts
        .retain(|account| !account.spec.name.eq_ignore_ascii_case(name));
}

/// `^[a-z0-9]+(-[a-z0-9]+)*$`, three to fifty characters.
fn is_valid_name(name: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    (3..=50).contains(&name.len()) && name.split('-').all(plain)
}

/// The account a PUT describes.
fn asked_for(place: Place<'_>, name: &str, body: &Value) -> Result<scenario::Account, Reply> {
    let refuse = |message: &str| error::cosmos_db(400, "BadRequest", message);
    let kind = match body
        .get("kind")
        .map(|kind| kind.as_str().unwrap_or_default())
    {
        None | Some("GlobalDocumentDB") => AccountKind::GlobalDocumentDB,
        Some("MongoDB") => AccountKind::MongoDB,
        Some(other) => return Err(refuse(&format!("The kind '{other}' is not valid."))),
    };
    let properties = body["properties"]
        .as_object()
        .ok_or_else(|| refuse("The properties of the account are missing."))?;
    if properties.get("databaseAccountOfferType") != Some(&json!("Standard")) {
        return Err(refuse("The databaseAccountOfferType must be 'Standard'."));
    }
    if !properties.contains_key("locations") {
        return Err(refuse("The locations of the account are missing."));
    }
    let tags = body.get("tags").and_then(Value::as_object);
    let mut spec = scenario::Account {
        name: name.to_owned(),
        subscription_id: Some(place.subscription.to_owned()),
        resource_group: place.group.unwrap_or_default().to_owned(),
        location: region(body["location"].as_str().unwrap_or_default())?,
        kind,
        tags: tags.cloned().unwrap_or_default(),
        capabilities: Vec::new(),
        disable_local_auth: false,
        lock: None,
        locations: Vec::new(),
        properties: Map::new(),
        databases: Vec::new(),
        sql_role_definitions: Vec::new(),
    };
    apply(&mut spec, properties)?;
    Ok(spec)
}

fn region(name: &str) -> Result<String, Reply> {
    regions::find(name)
        .map(str::to_owned)
        .ok_or_else(|| error::location_not_available(name, KIND, &regions::list()))
}

/// Lays asked-for properties over an account.
fn apply(spec: &mut scenario::Account, properties: &Map<String, Value>) -> Result<(), Reply> {
    let refuse = |message: &str| error::cosmos_db(400, "BadRequest", message);
    for (name, value) in properties {
        match name.as_str() {
            "locations" => spec.locations = locations(value)?,
            "capabilities" => {
                let names = value.as_array().into_iter().flatten();
                spec.capabilities = names
                    .filter_map(|capability| capability["name"].as_str())
                    .map(str::to_owned)
                    .collect();
            }
            "disableLocalAuth" => {
                spec.disable_local_auth = value
                    .as_bool()
                    .ok_or_else(|| refuse("disableLocalAuth must be true or false."))?;
            }
            "consistencyPolicy" => {
                let policy = consistency(value)?;
                spec.properties.insert(name.clone(), policy);
            }
            "apiProperties" if value.as_object().is_some_and(Map::is_empty) => {}
            read_only if READ_ONLY.contains(&read_only) => {}
            _ if value.is_null() => {
                spec.properties.remove(name);
            }
            _ => {
                spec.properties.insert(name.clone(), value.clone());
            }
        }
    }
    if spec.serverless() && spec.regions().len() > 1 {
        return Err(refuse(
            "Serverless accounts cannot have more than one region.",
        ));
    }
    Ok(())
}

fn locations(value: &Value) -> Result<Vec<AccountLocation>, Reply> {
    let refuse = || {
        error::cosmos_db(
            400,
            "BadRequest",
            "The locations must be a list with names and the failover priorities 0, 1, 2 and so on.",
        )
    };
    let listed = value.as_array().ok_or_else(refuse)?;
    let mut locations = listed
        .iter()
        .map(|location| {
            let priority = location["failoverPriority"].as_u64().unwrap_or_default();
            Ok(AccountLocation {
                location_name: region(location["locationName"].as_str().unwrap_or_default())?,
                failover_priority: u32::try_from(priority).map_err(|_| refuse())?,
                is_zone_redundant: location["isZoneRedundant"] == true,
            })
        })
        .collect::<Result<Vec<AccountLocation>, Reply>>()?;
    locations.sort_by_key(|location| location.failover_priority);
    let in_order = locations
        .iter()
        .zip(0..)
        .all(|(location, priority)| location.failover_priority == priority);
    if locations.is_empty() || !in_order {
        return Err(refuse());
    }
    Ok(locations)
}

fn consistency(value: &Value) -> Result<Value, Reply> {
    let level = value["defaultConsistencyLevel"]
        .as_str()
        .unwrap_or_default();
    let Some(level) = CONSISTENCY_LEVELS
        .iter()
        .find(|known| known.eq_ignore_ascii_case(level))
    else {
        return Err(error::cosmos_db(
            400,
            "BadRequest",
            &format!("The consistency level '{level}' is not valid."),
        ));
    };
    let number = |name: &str, usual: i64| value[name].as_i64().unwrap_or(usual);
    Ok(json!({
        "defaultConsistencyLevel": level,
        "maxIntervalInSeconds": number("maxIntervalInSeconds", 5),
        "maxStalenessPrefix": number("maxStalenessPrefix", 100),
    }))
}
