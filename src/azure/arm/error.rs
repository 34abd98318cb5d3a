//! What Resource Manager's refusals mean, and what to do about them.

use std::collections::HashMap;

use serde_json::Value;

use super::What;
use crate::azure::error::{Error, Kind};
use crate::azure::http::Response;
use crate::azure::text;

/// The error of an answer that is not 200.
pub(super) fn refused(response: &Response, what: &What<'_>) -> Error {
    let (code, message) = envelope(response);
    let status = response.status;
    let who = "Resource Manager";
    let (verb, thing) = (what.verb, &what.thing);
    let because = match (&code, &message) {
        (Some(code), Some(message)) if !what.secret => {
            format!(" ({code}: {})", response.quote(message, 400))
        }
        (Some(code), _) => format!(" ({code})"),
        _ => String::new(),
    };
    let error = match (status, code.as_deref()) {
        (401, _) => Error::new(Kind::Unauthenticated, format!("{who} refuses the token{because}"))
            .with_action("check that the cloud is right (-Cloud) and that the identity belongs to the subscription's tenant"),
        (403, Some("RequestDisallowedByPolicy")) => {
            Error::new(Kind::Forbidden, format!("a policy of the subscription forbids to {verb} {thing}{because}"))
                .with_action("ask whoever keeps the subscription's Azure Policy")
        }
        (403, _) => {
            let action = message.as_deref().and_then(action_in).unwrap_or(what.needs);
            Error::new(Kind::Forbidden, format!("this identity may not {verb} {thing}: it lacks {action}"))
                .with_action(role_for(action, what.account))
        }
        (404, Some("SubscriptionNotFound" | "InvalidSubscriptionId")) => {
            Error::new(Kind::NotFound, "there is no such subscription, or this identity has no role in it")
                .with_action("check the subscription id, and that the identity has a role in that subscription")
        }
        (400, _) if message.as_deref().is_some_and(|message| message.contains("is already taken")) => {
            Error::new(Kind::Conflict, format!("cannot {verb} {thing}, whose name is taken by somebody else{because}"))
                .with_action("choose another name: names of accounts are unique in all of Azure")
        }
        (400, Some("InvalidSubscriptionId")) => Error::new(Kind::NotFound, "that is no subscription id")
            .with_action("give the subscription's id, a GUID"),
        (404, Some("ResourceGroupNotFound")) => Error::new(Kind::NotFound, "there is no such resource group in the subscription")
            .with_action("check the name of the resource group, or leave it out and let the account be found by its name"),
        (404, _) => Error::new(Kind::NotFound, format!("cannot {verb} {thing}, which does not exist{because}"))
            .with_action("check subscription, resource group and account name; by its name alone an account is found in all subscriptions"),
        (409, Some("ScopeLocked")) if verb == "read" => {
            Error::new(Kind::Conflict, format!("a lock forbids reading {thing}, because the request is a POST"))
                .with_action("read the read-only keys instead (-Kind ReadOnly), or remove the ReadOnly lock")
        }
        (409, Some("ScopeLocked")) => Error::new(Kind::Conflict, format!("a lock forbids to {verb} {thing}"))
            .with_action("remove the lock, or have whoever put it there do so"),
        (409, _) => Error::new(Kind::Conflict, format!("cannot {verb} {thing} as things are{because}"))
            .with_action("see the state of the account in the Azure portal, and try again later"),
        (429, _) => Error::new(Kind::Throttled, format!("{who} is asked too often{because}"))
            .with_action("let fewer processes ask at once, and try again after the time it names")
            .retryable(),
        (408 | 500..=599, _) => Error::new(Kind::Service, format!("{who} does not work at the moment{because}"))
            .with_action("try again; if it stays so, see Azure's service health")
            .retryable(),
        _ if code.is_none() => return response.not_understood("are no answer of Resource Manager"),
        _ => Error::new(Kind::Service, format!("{who} refuses to {verb} {thing}{because}"))
            .with_action("the code says why; the request id finds the request in Azure's logs"),
    };
    let error = error
        .with_http_status(status)
        .with_request_id(
            response
                .header("x-ms-request-id")
                .or(response.header("x-ms-correlation-request-id")),
        )
        .with_retry_after(response.retry_after());
    match code {
        Some(code) => error.with_service_code(&code),
        None => error,
    }
}

/// `{error:{code,message}}`, or `{code,message}` as the resource provider itself answers.
fn envelope(response: &Response) -> (Option<String>, Option<String>) {
    let Ok(mut fields) = serde_json::from_slice::<HashMap<String, Value>>(&response.body) else {
        return (None, None);
    };
    let mut inner = match fields.remove("error") {
        Some(Value::Object(inner)) => inner.into_iter().collect(),
        _ => fields,
    };
    let mut take = |name: &str| match inner.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    (
        take("code").as_deref().and_then(text::code),
        take("message"),
    )
}

/// The action in "…does not have authorization to perform action 'X' over scope…". Nothing but an action's own
/// characters comes through.
fn action_in(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("perform action '")?;
    let (action, _) = rest.split_once('\'')?;
    let fits = (1..=200).contains(&action.len())
        && action
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"./*-".contains(&b));
    fits.then_some(action)
}

/// The smallest built-in role that allows an action.
fn role_for(action: &str, account: Option<&str>) -> String {
    let action = action.to_ascii_lowercase();
    let role = if action.ends_with("/listkeys/action")
        || action.ends_with("/listconnectionstrings/action")
        || action.ends_with("/sqlroleassignments/write")
        || action.ends_with("/sqlroleassignments/delete")
    {
        "DocumentDB Account Contributor"
    } else {
        "Cosmos DB Account Reader Role"
    };
    let place = account.map_or_else(
        || "the subscription or the account".to_owned(),
        |account| format!("the account {account}"),
    );
    format!(
        "give the identity the role '{role}' on {place}; a role given just now takes some minutes to work"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_action_is_read_from_azures_sentence() {
        let message = "The client 'x' with object id 'y' does not have authorization to perform action \
                       'Microsoft.DocumentDB/databaseAccounts/listKeys/action' over scope '/subscriptions/z'";
        assert_eq!(
            action_in(message),
            Some("Microsoft.DocumentDB/databaseAccounts/listKeys/action")
        );
        assert_eq!(action_in("perform action 'a b'"), None);
        assert_eq!(action_in("perform action '"), None);
        assert_eq!(action_in(""), None);
    }

    #[test]
    fn the_smallest_role_is_named() {
        assert!(
            role_for(
                "Microsoft.DocumentDB/databaseAccounts/listKeys/action",
                Some("a")
            )
            .contains("DocumentDB Account Contributor")
        );
        // Cosmos DB Operator may change everything but these
        assert!(
            role_for(
                "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/write",
                Some("a")
            )
            .contains("DocumentDB Account Contributor")
        );
        assert!(
            role_for(
                "Microsoft.DocumentDB/databaseAccounts/readonlykeys/action",
                None
            )
            .contains("Cosmos DB Account Reader Role")
        );
    }
}
