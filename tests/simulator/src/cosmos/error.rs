//! The data plane's errors, in its words.

use serde_json::json;

use crate::clock::iso_date;
use crate::http::Reply;

use super::Call;

/// Said by the gateway, before any partition is asked.
pub fn gateway(call: &Call<'_>, status: u16, code: &str, message: &str) -> Reply {
    gateway_text(status, code, message, &call.activity_id)
}

pub fn gateway_text(status: u16, code: &str, message: &str, activity_id: &str) -> Reply {
    Reply::json(
        status,
        &json!({
            "code": code,
            "message": format!("{message}\r\nActivityId: {activity_id}, Microsoft.Azure.Documents.Common/2.14.0"),
        }),
    )
}

/// Said by a partition, with the gateway's account of how it asked.
pub fn backend(call: &Call<'_>, status: u16, code: &str, message: &str) -> Reply {
    let now = iso_date(call.simulator.clock.now());
    let errors = json!({"Errors": [message]});
    let activity_id = &call.activity_id;
    Reply::json(
        status,
        &json!({
            "code": code,
            "message": format!(
                "Message: {errors}\r\nActivityId: {activity_id}, Request URI: /apps/b94e1dc4-b993-4500-a764-037a124e0211/services/5b8582db-f9b5-4903-aebb-7b7c38625e73/partitions/77cc9fce-54c9-45cc-a4f7-4633371b30fe/replicas/132369856039373078s, RequestStats: \r\nRequestStartTime: {now}, RequestEndTime: {now},  Number of regions attempted:1\r\n, SDK: Microsoft.Azure.Documents.Common/2.14.0"
            ),
        }),
    )
}

pub fn not_found(call: &Call<'_>) -> Reply {
    backend(
        call,
        404,
        "NotFound",
        "Resource Not Found. Learn more: https://aka.ms/cosmosdb-tsg-not-found",
    )
}

/// The thing the path goes through is not there.
pub fn owner_not_found(call: &Call<'_>) -> Reply {
    backend(call, 404, "NotFound", "Owner resource does not exist").with("x-ms-substatus", "1003")
}

pub fn bad_request(call: &Call<'_>, message: &str) -> Reply {
    backend(call, 400, "BadRequest", message)
}
