//! What Cosmos DB says in its errors, which its data plane and Resource Manager wrap alike.

use serde_json::{Deserializer, Value};

/// The sentence in a message: the first of its `{"Errors":[…]}` where it has them, also where one message quotes
/// another, and without ids and statistics.
pub(super) fn said_by_cosmos(message: &str) -> String {
    let mut message = message.to_owned();
    // wrapped once more wherever it was passed on
    for _ in 0..4 {
        let prose = message.trim_start().trim_start_matches("Message:").trim();
        let inner = Deserializer::from_str(prose).into_iter::<Value>().next();
        let Some(Ok(inner)) = inner.filter(|_| prose.starts_with(['{', '['])) else {
            break;
        };
        if let Some(first) = inner.get("Errors").unwrap_or(&inner).get(0) {
            if let Some(first) = first.as_str() {
                return first.to_owned();
            }
            break;
        }
        let Some(quoted) = inner.get("message").and_then(Value::as_str) else {
            break;
        };
        message = String::from(quoted);
    }
    let prose = message.split("\r\nActivityId:").next().unwrap_or_default();
    prose.trim_start_matches("Message:").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_sentence_is_found_however_often_it_was_wrapped() {
        let errors = json!({ "Errors": ["Not there."] });
        let once = format!("Message: {errors}\r\nActivityId: 1, Request URI: /apps/2");
        let twice = format!(
            "Message: {}, Request URI: /dbs/a, RequestStats: ",
            json!({ "code": "NotFound", "message": once })
        );
        for message in [
            "Not there.",
            "Not there.\r\nActivityId: 1",
            "Message: Not there.\r\nActivityId: 1",
            "Message: [\"Not there.\"]\r\nActivityId: 1",
            &once,
            &twice,
        ] {
            assert_eq!(said_by_cosmos(message), "Not there.", "{message}");
        }
    }

    #[test]
    fn what_is_no_wrapping_stays() {
        for message in ["", "{", "[]", "{\"Errors\":[1]}", "1", "\"text\""] {
            assert_eq!(said_by_cosmos(message), message);
        }
    }
}
