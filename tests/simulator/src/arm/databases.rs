//! Databases of the SQL API.

use hyper::Method;
use serde_json::{Value, json};

use crate::http::Reply;
use crate::model::{Database, Throughput};
use crate::operations::Outcome;
use crate::scenario;

use super::accounts::provider_reply;
use super::sql::{Site, wrapped};

/// The kind, the name.
const SEGMENTS: usize = 2;

pub fn list(site: Site<'_>) -> Reply {
    let databases: Vec<Value> = site
        .account
        .databases
        .iter()
        .map(|database| document(site, database))
        .collect();
    provider_reply(&json!({"value": databases}))
}

pub fn answer(site: Site<'_>) -> Result<Reply, Reply> {
    match site.call.request.method {
        Method::PUT => put(site),
        Method::DELETE => Ok(delete(site)),
        _ => get(site),
    }
}

fn get(site: Site<'_>) -> Result<Reply, Reply> {
    let database = site.account.database(site.database());
    let database = database.ok_or_else(|| site.not_found())?;
    Ok(provider_reply(&document(site, database)))
}

fn put(site: Site<'_>) -> Result<Reply, Reply> {
    let name = site.database();
    let body = site.call.body()?;
    site.resource(&body, name)?;
    let asked = site.options(&body)?;
    if let Some(database) = site.account.database(name) {
        return change(site, database, asked);
    }
    let (manual, autoscale) = split(asked);
    let spec = scenario::Database {
        id: name.to_owned(),
        throughput: manual,
        autoscale_max_throughput: autoscale,
        collections: Vec::new(),
    };
    let account = site.account.spec.name.clone();
    Ok(site.begin(
        SEGMENTS,
        Outcome::Resource,
        Box::new(move |model, now, went_well| {
            let account = model.account_mut(&account).filter(|_| went_well);
            // Another request may have made it meanwhile.
            if let Some(account) = account.filter(|account| account.database(&spec.id).is_none()) {
                account.add_database(&spec, now);
            }
        }),
    ))
}

/// Nothing of a database can be changed but its throughput.
fn change(site: Site<'_>, database: &Database, asked: Option<Throughput>) -> Result<Reply, Reply> {
    let present = site.account.offer_of(&database.rid);
    if let (Some(offer), Some(asked)) = (present, asked) {
        site.same_kind(offer.throughput(), asked)?;
    }
    if let (None, Some(_)) = (present, asked) {
        return Err(
            site.bad_request("Throughput cannot be given to a database that was made without.")
        );
    }
    let (account, rid) = (site.account.spec.name.clone(), database.rid.clone());
    Ok(site.begin(
        SEGMENTS,
        Outcome::Resource,
        Box::new(move |model, now, went_well| {
            let account = model.account_mut(&account).filter(|_| went_well);
            if let (Some(account), Some(asked)) = (account, asked) {
                account.set_throughput(&rid, asked, now);
            }
        }),
    ))
}

fn delete(site: Site<'_>) -> Reply {
    let name = site.database().to_owned();
    if site.account.database(&name).is_none() {
        return Reply::new(204);
    }
    let account = site.account.spec.name.clone();
    site.begin(
        SEGMENTS,
        Outcome::Gone,
        Box::new(move |model, _, went_well| {
            if let Some(account) = model.account_mut(&account).filter(|_| went_well) {
                account.remove_database(&name);
            }
        }),
    )
}

/// As scenarios have it.
pub fn split(throughput: Option<Throughput>) -> (Option<u32>, Option<u32>) {
    match throughput {
        None => (None, None),
        Some(Throughput::Manual(manual)) => (Some(manual), None),
        Some(Throughput::Autoscale(maximum)) => (None, Some(maximum)),
    }
}

fn document(site: Site<'_>, database: &Database) -> Value {
    let id = format!(
        "{}/sqlDatabases/{}",
        site.account.resource_id(),
        database.id
    );
    wrapped(&id, "sqlDatabases", &database.id, &database.document)
}
