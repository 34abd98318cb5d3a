//! Databases.

use crate::http::Reply;
use crate::model::{Database, etag};

use super::address::Address;
use super::feed::Feed;
use super::{Call, error, headers};

const QUOTA: &str = "databases=1000;";

pub fn list(call: &Call<'_>) -> Reply {
    feed(call).list(call).map_or_else(
        |refusal| refusal,
        |reply| {
            headers::quota(
                reply,
                "databases=1000;collections=5000;users=500000;permissions=2000000;",
                format!(
                    "databases={};collections=0;users=0;permissions=0;",
                    call.account.databases.len()
                ),
            )
        },
    )
}

pub fn query(call: &Call<'_>) -> Reply {
    feed(call).query(call).map_or_else(
        |refusal| refusal,
        |reply| headers::quota(reply, QUOTA, usage(call)),
    )
}

pub fn get(call: &Call<'_>, address: &Address, id: &str) -> Reply {
    match find(call, address, id) {
        None => headers::store(call, "1", error::not_found(call)),
        Some(database) => {
            let reply = headers::item(
                call,
                etag(&database.document),
                Reply::json(200, &database.document),
            );
            headers::quota(reply, QUOTA, usage(call))
        }
    }
}

pub fn find<'a>(call: &Call<'a>, address: &Address, id: &str) -> Option<&'a Database> {
    if address.by_rid {
        call.account.database_by_rid(id)
    } else {
        call.account.database(id)
    }
}

fn feed<'a>(call: &Call<'a>) -> Feed<'a> {
    let documents = call
        .account
        .databases
        .iter()
        .map(|database| &database.document)
        .collect();
    Feed {
        rid: "",
        name: "Databases",
        documents,
    }
}

fn usage(call: &Call<'_>) -> String {
    format!("databases={};", call.account.databases.len())
}
