//! Lists, one page at a time.

use serde_json::{Value, json};

use crate::http::Reply;

use super::{Call, error, headers, query};

/// What the service answers at once when the client does not say.
const USUAL_PAGE: usize = 100;
/// The most a client may ask for.
const LARGEST_PAGE: usize = 1000;

/// A list under its name, to be read or queried.
pub struct Feed<'a> {
    /// The owner's id; offers and databases have none.
    pub rid: &'a str,
    pub name: &'static str,
    pub documents: Vec<&'a Value>,
}

impl Feed<'_> {
    pub fn list(self, call: &Call<'_>) -> Result<Reply, Reply> {
        self.page(call, "2")
    }

    pub fn query(mut self, call: &Call<'_>) -> Result<Reply, Reply> {
        let filter =
            query::parse(call.request).map_err(|message| error::bad_request(call, &message))?;
        self.documents.retain(|document| filter.matches(document));
        let charge = if self.documents.is_empty() {
            "5.58"
        } else {
            "5.64"
        };
        let reply = self.page(call, charge)?;
        Ok(reply.with(
            "x-ms-cosmos-query-execution-info",
            json!({"reverseRidEnabled": true, "reverseIndexScan": false}).to_string(),
        ))
    }

    fn page(self, call: &Call<'_>, charge: &str) -> Result<Reply, Reply> {
        let start = start(call)?;
        let size = size(call)?;
        let total = self.documents.len();
        let shown: Vec<&Value> = self.documents.into_iter().skip(start).take(size).collect();
        let count = shown.len();
        let document = json!({"_rid": self.rid, self.name: shown, "_count": count});
        let mut reply = headers::store(call, charge, Reply::json(200, &document))
            .with("x-ms-item-count", count.to_string());
        if start + count < total {
            reply.set(
                "x-ms-continuation",
                format!("-RID:~{}#RT:1#TRC:{}", self.name, start + count),
            );
        }
        Ok(reply)
    }
}

fn start(call: &Call<'_>) -> Result<usize, Reply> {
    let Some(continuation) = call
        .request
        .header("x-ms-continuation")
        .filter(|text| !text.is_empty())
    else {
        return Ok(0);
    };
    continuation
        .rsplit_once("#TRC:")
        .and_then(|(_, count)| count.parse().ok())
        .ok_or_else(|| error::bad_request(call, "Invalid Continuation Token"))
}

fn size(call: &Call<'_>) -> Result<usize, Reply> {
    let most = call
        .model
        .scenario
        .paging
        .feeds
        .unwrap_or(USUAL_PAGE)
        .max(1);
    let Some(asked) = call.request.header("x-ms-max-item-count") else {
        return Ok(most);
    };
    if asked == "-1" {
        return Ok(most);
    }
    match asked.parse::<usize>() {
        Ok(count) if (1..=LARGEST_PAGE).contains(&count) => Ok(most.min(count)),
        _ => Err(error::bad_request(
            call,
            "The value for the header 'x-ms-max-item-count' is not valid.",
        )),
    }
}
