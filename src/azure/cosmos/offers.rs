//! Offers: where the service keeps the throughput of collections and databases.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::{Account, Cosmos, Resource, charge};
use crate::azure::call::{Call, Level};
use crate::azure::error::{Error, Kind};

/// A collection's offer, or why it has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// The offer, verbatim.
    Present(String),
    /// There is none to show.
    Absent(OfferAbsence),
}

/// Why a collection has no offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferAbsence {
    /// It takes its throughput from its database, which has the offer.
    SharedThroughput,
    /// The account is serverless: throughput is not set, it is used.
    Serverless,
    /// The key may not read offers.
    NotPermitted,
    /// Neither the collection nor its database has one.
    NotFound,
    /// The account accepts no key, and Resource Manager, which describes the collection then, has no offers.
    LocalAuthDisabled,
}

/// What a look-up found, and its charge in request units.
pub(super) struct Found {
    pub offer: Offer,
    pub database_offer: Option<String>,
    pub charge: f64,
}

// most are empty: the service looks through all offers of the account
const MOST_PAGES: usize = 1000;

impl Cosmos {
    /// The offer of a collection, else that of its database. Both are ids of the service (`_rid`).
    pub(super) async fn offer_of(
        &self,
        call: &Call,
        account: &Account,
        collection: &str,
        database: Option<&str>,
    ) -> Result<Found, Error> {
        call.waiting_for("the offer from Cosmos DB");
        let mut charge = 0.0;
        let absent = |absence, charge| Found {
            offer: Offer::Absent(absence),
            database_offer: None,
            charge,
        };
        match self.offer(call, account, collection, &mut charge).await {
            Ok(Some(offer)) => {
                return Ok(Found {
                    offer: Offer::Present(offer),
                    database_offer: None,
                    charge,
                });
            }
            Ok(None) => {}
            Err(error) if is_serverless(&error) => {
                return Ok(absent(OfferAbsence::Serverless, charge));
            }
            Err(error) if error.kind() == Kind::Forbidden => {
                call.log(Level::Warning, || error.message().to_owned());
                return Ok(absent(OfferAbsence::NotPermitted, charge));
            }
            Err(error) => return Err(error),
        }
        let Some(database) = database else {
            return Ok(absent(OfferAbsence::NotFound, charge));
        };
        Ok(
            match self.offer(call, account, database, &mut charge).await? {
                Some(offer) => Found {
                    offer: Offer::Absent(OfferAbsence::SharedThroughput),
                    database_offer: Some(offer),
                    charge,
                },
                None => absent(OfferAbsence::NotFound, charge),
            },
        )
    }

    async fn offer(
        &self,
        call: &Call,
        account: &Account,
        rid: &str,
        total: &mut f64,
    ) -> Result<Option<String>, Error> {
        let query = serde_json::json!({
            "query": "SELECT * FROM c WHERE c.offerResourceId = @rid",
            "parameters": [{ "name": "@rid", "value": rid }],
        });
        let query = query.to_string().into_bytes();
        let offers = Resource {
            kind: "offers",
            link: "",
            path: "/offers",
        };
        let mut continuation: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let response = self
                .query(
                    call,
                    account,
                    &offers,
                    &query,
                    continuation.as_deref(),
                    "the offers",
                )
                .await?;
            *total += charge(&response);
            let not_offers = || response.not_understood("are no offers");
            let fields: HashMap<String, &RawValue> =
                serde_json::from_slice(&response.body).map_err(|_| not_offers())?;
            let list = fields.get("Offers").ok_or_else(not_offers)?;
            let list: Vec<&RawValue> =
                serde_json::from_str(list.get()).map_err(|_| not_offers())?;
            if let Some(offer) = list.first() {
                return Ok(Some(offer.get().to_owned()));
            }
            // a page may be empty while there are more
            match response
                .header("x-ms-continuation")
                .filter(|text| !text.is_empty())
            {
                Some(next) if continuation.as_deref() != Some(next) => {
                    continuation = Some(next.to_owned());
                }
                _ => return Ok(None),
            }
        }
        Err(Error::new(
            Kind::BadResponse,
            format!("the account continues its list of offers beyond {MOST_PAGES} pages"),
        )
        .with_action("try again; if the problem persists, look for a proxy that changes answers"))
    }
}

fn is_serverless(error: &Error) -> bool {
    error.http_status() == 400 && error.message().to_ascii_lowercase().contains("serverless")
}
