//! The tutorial's chain in one go: token → account and keys → collection and offer.

use std::sync::Arc;

use futures_util::future;
use serde_json::Value;

use super::account_ref::AccountRef;
use super::arm::{Account, Arm, KeyKind, Keys, Name, Place};
use super::call::{Call, Level};
use super::cloud::Clouds;
use super::cosmos::{self, Cosmos, Offer, OfferAbsence, Shown};
use super::error::{Error, Kind};
use super::http::{Url, host_of, parse_root_url};
use super::secret::Secret;

/// A collection and its offer, and what was learnt on the way.
#[derive(Debug)]
pub struct Collection {
    /// The collection, verbatim.
    pub json: String,
    /// Its offer, or why it has none.
    pub offer: Offer,
    /// The offer of its database, when the collection takes its throughput from there.
    pub database_offer_json: Option<String>,
    /// Of all requests to the account together, in request units.
    pub request_charge_ru: f64,
    /// The service's id of the request for the collection; none when Resource Manager was asked.
    pub activity_id: Option<String>,
    /// The version of the collection's definition.
    pub etag: Option<String>,
    /// The account's name, when it is known.
    pub account_name: Option<String>,
    /// The address that was asked.
    pub endpoint: String,
    /// Which key was used; `Auto` when the caller gave it, or none was.
    pub key_access: KeyKind,
    /// `{"collection":…,"offer":…|null}`, as the tutorial's last step prints it.
    pub with_offer_json: String,
}

/// Shows a collection and its offer. Nothing is asked that is known already, and nothing twice.
pub(super) async fn show_collection(
    arm: &Arc<Arm>,
    cosmos: &Cosmos,
    clouds: &Clouds,
    call: &Call,
    account: &AccountRef,
    database: &str,
    collection: &str,
) -> Result<Collection, Error> {
    // bad input is refused before anything is sent
    cosmos::check_names(database, Some(collection))?;
    let endpoint = account.endpoint()?;
    let show = async |endpoint: &Url, key: &Secret, serverless| {
        let opened = cosmos::Account::new(endpoint.clone(), key)?;
        cosmos
            .show_collection(call, &opened, database, collection, serverless)
            .await
    };
    if let Some(key) = &account.key {
        let endpoint = match endpoint {
            Some(endpoint) => endpoint,
            None => clouds.account_endpoint(account.resource_name(clouds)?.as_str())?,
        };
        let shown = show(&endpoint, key, false).await?;
        let name = account.resource_name(clouds).ok();
        return Ok(finish(
            shown,
            name.as_ref().map(Name::as_str),
            &endpoint,
            KeyKind::Auto,
        ));
    }

    let name = account.resource_name(clouds)?;
    let place = Place {
        account: &name,
        database,
        collection: Some(collection),
    };
    let Opened {
        endpoint,
        serverless,
        keys,
    } = open(arm, call, &name, endpoint).await?;
    let Some(mut keys) = keys else {
        return without_key(arm, call, place, &endpoint, serverless).await;
    };
    let mut shown = show(&endpoint, &keys.keys[0].1, serverless).await;
    if let Err(error) = &shown
        && error.kind() == Kind::Unauthenticated
    {
        let fresh = renewed(arm, call, &name, &keys, error).await?;
        // the same key would be refused again
        if fresh.keys[0].1 != keys.keys[0].1 {
            keys = fresh;
            shown = show(&endpoint, &keys.keys[0].1, serverless).await;
        }
    }
    if let Err(error) = &shown
        && cosmos::is_keys_disabled(error)
    {
        return without_key(arm, call, place, &endpoint, serverless).await;
    }
    let name = Some(name.as_str());
    shown.map(|shown| finish(shown, name, &endpoint, keys.access))
}

/// What is known of an account before its data plane is asked.
struct Opened {
    endpoint: Url,
    serverless: bool,
    /// None: it accepts none.
    keys: Option<Arc<Keys>>,
}

async fn open(
    arm: &Arc<Arm>,
    call: &Call,
    name: &Name,
    endpoint: Option<Url>,
) -> Result<Opened, Error> {
    call.waiting_for(format!("the keys of account {}", name.as_str()));
    let keys = arm.keys(call, name, KeyKind::Auto, |_| true);
    if let Some(endpoint) = endpoint {
        return Ok(Opened {
            endpoint,
            serverless: false,
            keys: Some(keys.await?),
        });
    }
    // its owner may have seen to what stood in the way
    let account = arm.account(call, name, |account| account.is_open());
    // with the full name known both are asked at the same time; else the account is found first, once
    let (account, keys) = future::join(account, keys).await;
    let account = account?;
    Ok(Opened {
        endpoint: endpoint_of(&account)?,
        serverless: account.serverless,
        keys: if account.disable_local_auth {
            None
        } else {
            Some(keys?)
        },
    })
}

/// The collection of an account that accepts no key: as Resource Manager has it, which does not have the offer.
async fn without_key(
    arm: &Arc<Arm>,
    call: &Call,
    place: Place<'_>,
    endpoint: &Url,
    serverless: bool,
) -> Result<Collection, Error> {
    let name = place.account.as_str();
    call.log(Level::Info, || {
        format!("account {name} accepts no key (disableLocalAuth); Resource Manager is asked for the collection")
    });
    let definition = arm.show_sql_definition(call, place).await?;
    let etag = serde_json::from_str(definition.get())
        .ok()
        .and_then(|definition: Value| definition["_etag"].as_str().map(str::to_owned));
    let absence = if serverless {
        OfferAbsence::Serverless
    } else {
        OfferAbsence::LocalAuthDisabled
    };
    let shown = Shown {
        json: definition.get().to_owned(),
        offer: Offer::Absent(absence),
        database_offer: None,
        charge: 0.0,
        activity_id: None,
        etag,
    };
    Ok(finish(shown, Some(name), endpoint, KeyKind::Auto))
}

/// The keys after the data plane refused those in memory: somebody may have regenerated them.
async fn renewed(
    arm: &Arc<Arm>,
    call: &Call,
    name: &Name,
    stale: &Arc<Keys>,
    error: &Error,
) -> Result<Arc<Keys>, Error> {
    call.log(Level::Info, || {
        format!("{}; the keys are read anew", error.message())
    });
    call.waiting_for(format!("the keys of account {}", name.as_str()));
    arm.keys(call, name, KeyKind::Auto, |keys| !Arc::ptr_eq(keys, stale))
        .await
}

fn endpoint_of(account: &Account) -> Result<Url, Error> {
    let endpoint = account.document_endpoint.as_deref().ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            format!("account {} has no endpoint yet", account.name),
        )
        .with_action("wait until the account has been made, and try again")
    })?;
    parse_root_url("endpoint that Resource Manager names", endpoint)
}

fn finish(
    shown: Shown,
    account_name: Option<&str>,
    endpoint: &Url,
    key_access: KeyKind,
) -> Collection {
    let offer = match &shown.offer {
        Offer::Present(offer) => offer.as_str(),
        Offer::Absent(_) => "null",
    };
    Collection {
        with_offer_json: format!("{{\"collection\":{},\"offer\":{offer}}}", shown.json),
        json: shown.json,
        offer: shown.offer,
        database_offer_json: shown.database_offer,
        request_charge_ru: shown.charge,
        activity_id: shown.activity_id,
        etag: shown.etag,
        account_name: account_name.map(str::to_owned),
        endpoint: format!("{}://{}/", endpoint.scheme(), host_of(endpoint)),
        key_access,
    }
}
