//! Containers: the collections of the SQL API under their later name.

use hyper::Method;
use serde_json::{Map, Value, json};

use crate::http::Reply;
use crate::model::{Collection, Database, Throughput};
use crate::operations::Outcome;
use crate::scenario;

use super::accounts::provider_reply;
use super::databases::split;
use super::sql::{Site, wrapped};

/// The kinds and the names.
const SEGMENTS: usize = 4;

/// What a container that is given no throughput of its own gets where the database has none to share.
const USUAL_THROUGHPUT: Throughput = Throughput::Manual(400);

/// What people define; the service adds the rest.
const DEFINABLE: &[&str] = &[
    "indexingPolicy",
    "partitionKey",
    "defaultTtl",
    "uniqueKeyPolicy",
    "conflictResolutionPolicy",
    "analyticalStorageTtl",
    "computedProperties",
    "vectorEmbeddingPolicy",
    "fullTextPolicy",
    "changeFeedPolicy",
];

pub fn list(site: Site<'_>) -> Result<Reply, Reply> {
    let database = owner(site)?;
    let containers: Vec<Value> = database
        .collections
        .iter()
        .map(|collection| document(site, database, collection, false))
        .collect();
    Ok(provider_reply(&json!({"value": containers})))
}

pub fn answer(site: Site<'_>) -> Result<Reply, Reply> {
    match site.call.request.method {
        Method::PUT => put(site),
        Method::DELETE => delete(site),
        _ => get(site),
    }
}

fn get(site: Site<'_>) -> Result<Reply, Reply> {
    let database = owner(site)?;
    let collection = database
        .collection(site.container())
        .ok_or_else(|| site.not_found())?;
    Ok(provider_reply(&document(site, database, collection, true)))
}

fn put(site: Site<'_>) -> Result<Reply, Reply> {
    let name = site.container();
    let body = site.call.body()?;
    let asked = site.options(&body)?;
    let resource = site.resource(&body, name)?;
    let database = owner(site)?;
    let definition = definition(site, &resource)?;
    if let Some(collection) = database.collection(name) {
        return change(site, database, collection, definition, asked);
    }
    let shares = site.account.offer_of(&database.rid).is_some();
    let (manual, autoscale) = split(asked.or((!shares).then_some(USUAL_THROUGHPUT)));
    let (database, account) = (database.id.clone(), site.account.spec.name.clone());
    let spec = scenario::Collection {
        id: name.to_owned(),
        partition_key: definition.get("partitionKey").cloned(),
        throughput: manual,
        autoscale_max_throughput: autoscale,
        properties: definition,
    };
    Ok(site.begin(
        SEGMENTS,
        Outcome::Resource,
        Box::new(move |model, now, went_well| {
            let account = model.account_mut(&account).filter(|_| went_well);
            // Another request may have made it meanwhile.
            let missing = |database: &Database| database.collection(&spec.id).is_none();
            if let Some(account) =
                account.filter(|account| account.database(&database).is_some_and(missing))
            {
                account.add_collection(&database, &spec, now);
            }
        }),
    ))
}

fn change(
    site: Site<'_>,
    database: &Database,
    collection: &Collection,
    definition: Map<String, Value>,
    asked: Option<Throughput>,
) -> Result<Reply, Reply> {
    let key = |value: Option<&Value>| {
        let value = value.unwrap_or(&Value::Null);
        (value["paths"].clone(), value["kind"].clone())
    };
    if key(collection.document.get("partitionKey")) != key(definition.get("partitionKey")) {
        return Err(site.bad_request("Document collection partition key cannot be changed."));
    }
    let unique = |value: Option<&Value>| {
        let keys = value.and_then(|policy| policy["uniqueKeys"].as_array());
        keys.cloned().unwrap_or_default()
    };
    if unique(collection.document.get("uniqueKeyPolicy"))
        != unique(definition.get("uniqueKeyPolicy"))
    {
        return Err(site.bad_request("The unique index cannot be modified. To change the unique index, remove the collection and re-create a new one."));
    }
    match (site.account.offer_of(&collection.rid), asked) {
        (Some(offer), Some(asked)) => site.same_kind(offer.throughput(), asked)?,
        (None, Some(_)) => {
            return Err(site.bad_request(
                "Throughput cannot be given to a container that shares its database's.",
            ));
        }
        _ => {}
    }
    let (account, database) = (site.account.spec.name.clone(), database.id.clone());
    let (id, rid) = (collection.id.clone(), collection.rid.clone());
    Ok(site.begin(
        SEGMENTS,
        Outcome::Resource,
        Box::new(move |model, now, went_well| {
            let Some(account) = model.account_mut(&account).filter(|_| went_well) else {
                return;
            };
            account.replace_collection(&database, &id, &definition, now);
            if let Some(asked) = asked {
                account.set_throughput(&rid, asked, now);
            }
        }),
    ))
}

fn delete(site: Site<'_>) -> Result<Reply, Reply> {
    let name = site.container();
    let database = owner(site)?;
    if database.collection(name).is_none() {
        return Ok(Reply::new(204));
    }
    let (account, database) = (site.account.spec.name.clone(), database.id.clone());
    let name = name.to_owned();
    Ok(site.begin(
        SEGMENTS,
        Outcome::Gone,
        Box::new(move |model, _, went_well| {
            if let Some(account) = model.account_mut(&account).filter(|_| went_well) {
                account.remove_collection(&database, &name);
            }
        }),
    ))
}

fn owner(site: Site<'_>) -> Result<&Database, Reply> {
    site.account
        .databases
        .iter()
        .find(|database| database.id == site.database())
        .ok_or_else(|| site.owner_not_found())
}

/// The definition with what the service fills in.
fn definition(site: Site<'_>, resource: &Map<String, Value>) -> Result<Map<String, Value>, Reply> {
    let mut definition: Map<String, Value> = DEFINABLE
        .iter()
        .filter_map(|name| {
            let value = resource.get(*name).filter(|value| !value.is_null())?;
            Some(((*name).to_owned(), value.clone()))
        })
        .collect();
    partition_key(site, &mut definition)?;
    indexing(site, &mut definition)?;
    if let Some(ttl) = definition.get("defaultTtl") {
        let valid = ttl
            .as_i64()
            .is_some_and(|ttl| ttl == -1 || (1..=i64::from(i32::MAX)).contains(&ttl));
        if !valid {
            return Err(site.bad_request(
                "The input ttl is invalid. It must be -1 or a positive number of seconds.",
            ));
        }
    }
    if let Some(policy) = definition.get_mut("conflictResolutionPolicy") {
        for (name, usual) in [
            ("conflictResolutionPath", "/_ts"),
            ("conflictResolutionProcedure", ""),
        ] {
            if policy[name].is_null() {
                policy[name] = json!(usual);
            }
        }
    }
    Ok(definition)
}

fn partition_key(site: Site<'_>, definition: &mut Map<String, Value>) -> Result<(), Reply> {
    let Some(key) = definition
        .get_mut("partitionKey")
        .filter(|key| key.is_object())
    else {
        return Err(site.bad_request(
            "Partition key definition is missing: collections without one cannot be created.",
        ));
    };
    if key["kind"].is_null() {
        key["kind"] = json!("Hash");
    }
    let hierarchical = key["kind"] == "MultiHash";
    let paths = key["paths"].as_array().cloned().unwrap_or_default();
    let well_formed = paths.iter().all(|path| {
        path.as_str()
            .is_some_and(|path| path.len() > 1 && path.starts_with('/'))
    });
    // Names in quotes may have anything in them.
    let odd = paths.iter().filter_map(Value::as_str).find(|path| {
        !path.contains('"')
            && (path.contains(['*', ',']) || path.contains("//") || path.ends_with('/'))
    });
    if let (true, Some(odd)) = (well_formed, odd) {
        return Err(site.bad_request(&format!(
            "The partition key component definition path '{}' could not be accepted, failed near position '{}'. Partition key paths must contain only valid characters and not contain a trailing slash or wildcard character.",
            odd.replace('/', "\\/"),
            odd.find(['*', ',']).or_else(|| odd.find("//")).unwrap_or(odd.len() - 1),
        )));
    }
    let count_fits = if hierarchical {
        (2..=3).contains(&paths.len())
    } else {
        key["kind"] == "Hash" && paths.len() == 1
    };
    if !well_formed || !count_fits {
        return Err(site.bad_request(&format!(
            "The partition key component definition paths could not be accepted: {}. A Hash key has one path, a MultiHash key two or three; each begins with '/'.",
            key["paths"]
        )));
    }
    if hierarchical {
        key["version"] = json!(2);
    }
    Ok(())
}

fn indexing(site: Site<'_>, definition: &mut Map<String, Value>) -> Result<(), Reply> {
    const ETAG: &str = "/\"_etag\"/?";
    let asked = definition.get("indexingPolicy").cloned();
    let asked = asked.unwrap_or_else(|| json!({}));
    let mode = asked["indexingMode"]
        .as_str()
        .unwrap_or("consistent")
        .to_lowercase();
    let mut policy = match mode.as_str() {
        "consistent" | "lazy" => json!({
            "indexingMode": mode,
            "automatic": asked["automatic"].as_bool().unwrap_or(true),
            "includedPaths": [{"path": "/*"}],
            "excludedPaths": [],
        }),
        "none" => json!({
            "indexingMode": mode,
            "automatic": false,
            "includedPaths": [],
            "excludedPaths": [],
        }),
        other => {
            return Err(site.bad_request(&format!("The indexing mode '{other}' is not valid.")));
        }
    };
    let given = asked.as_object().into_iter().flatten();
    for (name, value) in
        given.filter(|(name, _)| !matches!(name.as_str(), "indexingMode" | "automatic"))
    {
        policy[name] = value.clone();
    }
    if mode != "none"
        && let Some(excluded) = policy["excludedPaths"].as_array_mut()
        && !excluded.iter().any(|path| path["path"] == ETAG)
    {
        excluded.push(json!({"path": ETAG}));
    }
    // It is shown first.
    definition.shift_insert(0, "indexingPolicy".to_owned(), policy);
    Ok(())
}

fn document(
    site: Site<'_>,
    database: &Database,
    collection: &Collection,
    statistics: bool,
) -> Value {
    let id = format!(
        "{}/sqlDatabases/{}/containers/{}",
        site.account.resource_id(),
        database.id,
        collection.id
    );
    let mut resource = collection.document.clone();
    if statistics {
        resource["statistics"] =
            json!([{"id": "0", "sizeInKB": 0, "documentCount": 0, "partitionKeys": []}]);
    }
    wrapped(&id, "sqlDatabases/containers", &collection.id, &resource)
}
