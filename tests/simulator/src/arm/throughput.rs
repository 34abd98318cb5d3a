//! The throughput of a database or a container, as Resource Manager sees offers.

use hyper::Method;
use serde_json::{Value, json};

use crate::http::Reply;
use crate::model::{Offer, Throughput};
use crate::operations::Outcome;

use super::accounts::provider_reply;
use super::sql::{Site, wrapped};

pub fn answer(site: Site<'_>) -> Result<Reply, Reply> {
    let offer = find(site)?;
    if !site.call.is(&Method::PUT) {
        return Ok(provider_reply(&document(site, offer)));
    }
    let body = site.call.body()?;
    let resource = body.pointer("/properties/resource").unwrap_or(&Value::Null);
    let (least_manual, least_autoscale) = match offer.throughput() {
        Throughput::Manual(_) => (offer.least(), 1000),
        Throughput::Autoscale(_) => (400, offer.least()),
    };
    let asked = site
        .throughput(resource, least_manual, least_autoscale)?
        .ok_or_else(|| site.bad_request("The throughput of the request is missing."))?;
    site.same_kind(offer.throughput(), asked)?;
    Ok(set(site, offer, asked))
}

pub fn migrate(site: Site<'_>) -> Result<Reply, Reply> {
    let offer = find(site)?;
    let to_autoscale = site
        .path
        .last()
        .is_some_and(|action| action.eq_ignore_ascii_case("migrateToAutoscale"));
    let wanted = match (offer.throughput(), to_autoscale) {
        (Throughput::Manual(manual), true) => {
            Throughput::Autoscale(manual.next_multiple_of(1000).max(1000))
        }
        (Throughput::Autoscale(maximum), false) => Throughput::Manual(maximum),
        (already, _) => already,
    };
    Ok(set(site, offer, wanted))
}

fn set(site: Site<'_>, offer: &Offer, wanted: Throughput) -> Reply {
    let account = site.account.spec.name.clone();
    let rid = owner_rid(offer);
    site.begin(
        segments(site),
        Outcome::Resource,
        Box::new(move |model, now, went_well| {
            if let Some(account) = model.account_mut(&account).filter(|_| went_well) {
                account.set_throughput(&rid, wanted, now);
            }
        }),
    )
}

/// The path without an action that may follow.
fn segments(site: Site<'_>) -> usize {
    site.path.len() / 2 * 2
}

fn owner_rid(offer: &Offer) -> String {
    let rid = offer.document["offerResourceId"].as_str();
    rid.unwrap_or_default().to_owned()
}

fn find(site: Site<'_>) -> Result<&Offer, Reply> {
    if site.account.spec.serverless() {
        return Err(site
            .bad_request("Reading or replacing offers is not supported for serverless accounts."));
    }
    let account = site.account;
    let database = account.database(site.database());
    let rid = if segments(site) == 6 {
        let database = database.ok_or_else(|| site.owner_not_found())?;
        let collection = database.collection(site.container());
        collection.map(|collection| &collection.rid)
    } else {
        database.map(|database| &database.rid)
    };
    rid.and_then(|rid| {
        account
            .offers
            .iter()
            .find(|offer| offer.document["offerResourceId"] == *rid)
    })
    .ok_or_else(|| site.not_found())
}

fn document(site: Site<'_>, offer: &Offer) -> Value {
    let mut resource = match offer.throughput() {
        Throughput::Manual(throughput) => json!({"throughput": throughput}),
        Throughput::Autoscale(maximum) => json!({
            "throughput": maximum / 10,
            "autoscaleSettings": {"maxThroughput": maximum},
        }),
    };
    resource["minimumThroughput"] = json!(offer.least().to_string());
    let kind = if segments(site) == 6 {
        "sqlDatabases/containers/throughputSettings"
    } else {
        "sqlDatabases/throughputSettings"
    };
    wrapped(&site.id(segments(site)), kind, &offer.rid, &resource)
}
