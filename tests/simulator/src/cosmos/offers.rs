//! Offers: the throughput of collections and databases.

use crate::http::Reply;
use crate::model::etag;

use super::feed::Feed;
use super::{Call, error, headers};

pub fn list(call: &Call<'_>) -> Reply {
    feed(call)
        .and_then(|feed| feed.list(call))
        .unwrap_or_else(|refusal| refusal)
}

pub fn query(call: &Call<'_>) -> Reply {
    feed(call)
        .and_then(|feed| feed.query(call))
        .unwrap_or_else(|refusal| refusal)
}

pub fn get(call: &Call<'_>, rid: &str) -> Reply {
    if let Err(refusal) = feed(call) {
        return refusal;
    }
    match call.account.offers.iter().find(|offer| offer.rid == rid) {
        None => headers::store(call, "1", error::not_found(call)),
        Some(offer) => headers::item(
            call,
            etag(&offer.document),
            Reply::json(200, &offer.document),
        )
        .with("x-ms-cosmos-min-throughput", "400")
        .with("x-ms-offer-replace-pending", "false"),
    }
}

fn feed<'a>(call: &Call<'a>) -> Result<Feed<'a>, Reply> {
    if call.account.spec.serverless() {
        let message = "Reading or replacing offers is not supported for serverless accounts.";
        return Err(error::gateway(call, 400, "BadRequest", message));
    }
    let documents = call
        .account
        .offers
        .iter()
        .map(|offer| &offer.document)
        .collect();
    Ok(Feed {
        rid: "",
        name: "Offers",
        documents,
    })
}
