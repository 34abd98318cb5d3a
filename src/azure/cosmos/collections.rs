//! Collections.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::names::Link;
use super::offers::{Offer, OfferAbsence};
use super::{Account, Cosmos, Resource, charge};
use crate::azure::call::Call;
use crate::azure::error::Error;

/// A collection and its offer, as they were answered.
pub(in crate::azure) struct Shown {
    pub json: String,
    pub offer: Offer,
    pub database_offer: Option<String>,
    /// Of all requests together, in request units.
    pub charge: f64,
    pub activity_id: Option<String>,
    pub etag: Option<String>,
}

impl Cosmos {
    /// Reads a collection and its offer. A serverless account is not asked for offers.
    pub(in crate::azure) async fn show_collection(
        &self,
        call: &Call,
        account: &Account,
        database: &str,
        collection: &str,
        serverless: bool,
    ) -> Result<Shown, Error> {
        let link = Link::collection(database, collection)?;
        let resource = Resource {
            kind: "colls",
            link: &link.signed,
            path: &link.path,
        };
        let thing = format!("collection {collection} in database {database}");
        call.waiting_for(format!("{thing} from Cosmos DB"));
        let response = self.get(call, account, &resource, &thing).await?;
        let not_a_collection = || response.not_understood("are no collection");
        let json = std::str::from_utf8(&response.body).map_err(|_| not_a_collection())?;
        let fields: HashMap<String, &RawValue> =
            serde_json::from_str(json).map_err(|_| not_a_collection())?;
        let text = |name: &str| {
            fields
                .get(name)
                .and_then(|raw| serde_json::from_str::<String>(raw.get()).ok())
        };
        let rid = text("_rid").ok_or_else(not_a_collection)?;
        let shown = Shown {
            json: json.trim().to_owned(),
            offer: Offer::Absent(OfferAbsence::Serverless),
            database_offer: None,
            charge: charge(&response),
            activity_id: response.header("x-ms-activity-id").map(str::to_owned),
            etag: response
                .header("etag")
                .map(str::to_owned)
                .or_else(|| text("_etag")),
        };
        if serverless {
            return Ok(shown);
        }
        // _self is dbs/{rid of the database}/colls/{rid}/
        let own = text("_self");
        let database = own
            .as_deref()
            .and_then(|link| link.trim_start_matches('/').split('/').nth(1));
        let found = self.offer_of(call, account, &rid, database).await?;
        Ok(Shown {
            offer: found.offer,
            database_offer: found.database_offer,
            charge: shown.charge + found.charge,
            ..shown
        })
    }
}
