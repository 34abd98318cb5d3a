//! Collections and how they are partitioned.

use serde_json::json;

use crate::http::Reply;
use crate::model::{Collection, Database, etag};

use super::address::Address;
use super::feed::Feed;
use super::{Call, databases, error, headers};

const FEED_QUOTA: &str = "collections=5000;";

pub fn list(call: &Call<'_>, address: &Address, database: &str) -> Reply {
    let Some(database) = databases::find(call, address, database) else {
        return missing_owner(call);
    };
    feed(database).list(call).map_or_else(
        |refusal| refusal,
        |reply| with_feed_headers(database, reply),
    )
}

pub fn query(call: &Call<'_>, address: &Address, database: &str) -> Reply {
    let Some(database) = databases::find(call, address, database) else {
        return missing_owner(call);
    };
    feed(database).query(call).map_or_else(
        |refusal| refusal,
        |reply| headers::partition(with_feed_headers(database, reply)),
    )
}

pub fn get(call: &Call<'_>, address: &Address, database: &str, id: &str) -> Reply {
    match find(call, address, database, id) {
        Err(reply) => reply,
        Ok((database, collection)) => {
            let reply = headers::item(
                call,
                etag(&collection.document),
                Reply::json(200, &collection.document),
            )
            .with(
                "x-ms-documentdb-collection-index-transformation-progress",
                "100",
            )
            .with("x-ms-documentdb-partitionkeyrangeid", "0");
            let reply = headers::quota(
                headers::partition(reply),
                "functions=25;storedProcedures=100;triggers=25;documentSize=10240;documentsSize=10485760;documentsCount=-1;collectionSize=10485760;",
                "functions=0;storedProcedures=0;triggers=0;documentSize=0;documentsSize=0;documentsCount=0;collectionSize=0;",
            );
            headers::content_path(database, reply)
        }
    }
}

/// One range per collection: nothing here is ever large enough to be split.
pub fn partition_key_ranges(call: &Call<'_>, address: &Address, database: &str, id: &str) -> Reply {
    let (database, collection) = match find(call, address, database, id) {
        Ok(found) => found,
        Err(reply) => return reply,
    };
    let etag = etag(&collection.document);
    if call.request.header("if-none-match") == Some(etag) {
        return headers::content_path(database, headers::store(call, "1", Reply::new(304)))
            .with("etag", etag);
    }
    let own_path = format!("dbs/{}/colls/{}/", database.rid, collection.rid);
    let rid = collection.range_rid();
    let ranges = json!({
        "_rid": collection.rid,
        "PartitionKeyRanges": [{
            "_rid": rid,
            "id": "0",
            "_etag": etag,
            "minInclusive": "",
            "maxExclusive": "FF",
            "ridPrefix": 0,
            "_self": format!("{own_path}pkranges/{rid}/"),
            "throughputFraction": 1,
            "status": "online",
            "parents": [],
            "ownedArchivalPKRangeIds": [],
            "_ts": collection.document["_ts"],
            "lsn": call.account.lsn,
        }],
        "_count": 1,
    });
    let reply = headers::store(call, "1", Reply::json(200, &ranges))
        .with("etag", etag)
        .with("x-ms-item-count", "1");
    headers::content_path(database, reply)
}

fn find<'a>(
    call: &Call<'a>,
    address: &Address,
    database: &str,
    id: &str,
) -> Result<(&'a Database, &'a Collection), Reply> {
    let database = databases::find(call, address, database).ok_or_else(|| missing_owner(call))?;
    let collection = if address.by_rid {
        database.collection_by_rid(id)
    } else {
        database.collection(id)
    };
    let collection = collection.ok_or_else(|| headers::store(call, "1", error::not_found(call)))?;
    Ok((database, collection))
}

fn missing_owner(call: &Call<'_>) -> Reply {
    headers::store(call, "1", error::owner_not_found(call))
}

fn feed(database: &Database) -> Feed<'_> {
    let documents = database
        .collections
        .iter()
        .map(|collection| &collection.document)
        .collect();
    Feed {
        rid: &database.rid,
        name: "DocumentCollections",
        documents,
    }
}

fn with_feed_headers(database: &Database, reply: Reply) -> Reply {
    let usage = format!("collections={};", database.collections.len());
    headers::content_path(database, headers::quota(reply, FEED_QUOTA, usage))
}
