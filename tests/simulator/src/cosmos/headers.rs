//! What the data plane's answers carry besides their document.

use std::sync::atomic::{AtomicU64, Ordering};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::clock::http_date_with_millis;
use crate::http::Reply;
use crate::model::Database;

use super::{Call, GATEWAY_VERSION};

static TRANSPORT_REQUESTS: AtomicU64 = AtomicU64::new(0);

/// On every answer, and where what was read is.
pub fn common(call: &Call<'_>, reply: Reply) -> Reply {
    let reply = gateway(&call.activity_id, reply);
    let location = format!("{}{}", call.request.origin, call.request.target);
    if call.request.method == hyper::Method::GET && reply.status.is_success() {
        reply.with("content-location", location)
    } else {
        reply
    }
}

/// What the gateway puts on every answer.
pub fn gateway(activity_id: &str, mut reply: Reply) -> Reply {
    reply.set("content-type", "application/json");
    reply.set("cache-control", "no-store, no-cache");
    reply.set("pragma", "no-cache");
    reply.set("server", "Microsoft-HTTPAPI/2.0");
    reply.set("strict-transport-security", "max-age=31536000");
    reply.set("x-ms-activity-id", activity_id);
    reply.set("x-ms-gatewayversion", GATEWAY_VERSION);
    reply.chunked = true;
    reply
}

/// On every answer a partition gave.
pub fn store(call: &Call<'_>, charge: &str, reply: Reply) -> Reply {
    let lsn = call.account.lsn.to_string();
    let transport_request = TRANSPORT_REQUESTS.fetch_add(1, Ordering::Relaxed) + 1;
    reply
        .with("lsn", &lsn)
        .with("x-ms-cosmos-llsn", &lsn)
        .with("x-ms-global-committed-lsn", &lsn)
        .with(
            "x-ms-last-state-change-utc",
            http_date_with_millis(call.simulator.started),
        )
        .with("x-ms-number-of-read-regions", "0")
        .with("x-ms-request-charge", charge)
        .with("x-ms-request-duration-ms", "0.687")
        .with("x-ms-schemaversion", "1.10")
        .with("x-ms-serviceversion", "version=2.14.0.0")
        .with("x-ms-session-token", format!("0:-1#{lsn}"))
        .with("x-ms-transport-request-id", transport_request.to_string())
        .with("x-ms-xp-role", "1")
}

/// On an answer with one resource.
pub fn item(call: &Call<'_>, etag: &str, reply: Reply) -> Reply {
    let lsn = call.account.lsn.to_string();
    store(call, "1", reply)
        .with("etag", etag)
        .with("x-ms-cosmos-item-llsn", &lsn)
        .with("x-ms-item-lsn", &lsn)
}

pub fn quota(reply: Reply, quota: &str, usage: impl AsRef<str>) -> Reply {
    reply
        .with("x-ms-resource-quota", quota)
        .with("x-ms-resource-usage", usage)
}

/// On what is inside a database: its name and its id.
pub fn content_path(database: &Database, reply: Reply) -> Reply {
    let name = utf8_percent_encode(&database.id, NON_ALPHANUMERIC);
    reply
        .with("x-ms-alt-content-path", format!("dbs/{name}"))
        .with("x-ms-content-path", &database.rid)
}

/// On what comes from a collection's own partitions.
pub fn partition(reply: Reply) -> Reply {
    reply
        .with("collection-partition-index", "0")
        .with("collection-service-index", "0")
}
