//! What Resource Manager's refusals mean, and what to do about them.

use serde_json::Value;

use super::What;
use crate::azure::error::{Error, Kind};
use crate::azure::http::Response;
use crate::azure::prose::said_by_cosmos;
use crate::azure::text;

/// The error of an answer that is not 200.
pub(super) fn refused(response: &Response, what: &What<'_>) -> Error {
    let said = Said::in_body(response);
    let status = response.status;
    let who = "Resource Manager";
    let (verb, thing) = (what.verb, &what.thing);
    let because = said.because(response, what);
    if status != 401
        && let Some(error) = known(&said, what, &because)
    {
        return said.finish(error, response);
    }
    let error = match (status, said.code.as_deref()) {
        (401, _) => Error::new(Kind::Unauthenticated, format!("{who} refuses the token{because}"))
            .with_action("check that the cloud is right (-Cloud) and that the identity belongs to the subscription's tenant"),
        (403, Some(_)) => Error::new(Kind::Forbidden, format!("Azure refuses to {verb} {thing}{because}"))
            .with_action(format!("if the message gives no other reason, {}", role_for(what.needs, what.account))),
        // to a HEAD nothing more is said
        (403, None) if response.body.is_empty() => Error::new(Kind::Forbidden, lacking(what, what.needs))
            .with_action(role_for(what.needs, what.account)),
        (404, code) => Error::new(Kind::NotFound, format!("cannot {verb} {thing}, which does not exist{because}"))
            .with_action(match (what.account, code) {
                // the provider's own answer: the account is there
                (Some(_), Some("NotFound")) => "check the names of the database and the collection; they are case-sensitive",
                (Some(_), _) => "check the subscription, the resource group and the account name; an account given by its name alone is looked for in all subscriptions",
                (None, _) => "check the subscription, the resource group and the name",
            }),
        (409, _) => Error::new(Kind::Conflict, format!("cannot {verb} {thing} in its present state{because}"))
            .with_action("look at its state in the Azure portal, and try again later"),
        (412, _) => Error::new(Kind::Conflict, format!("cannot {verb} {thing} while another operation is under way{because}"))
            .with_action("wait until that operation has ended, then run the same again")
            .retryable(),
        (429, _) => {
            let pause = response.retry_after().map_or_else(String::new, |after| format!(" and asks for a pause of {}", text::span(after)));
            Error::new(Kind::Throttled, format!("{who} gets too many requests{pause}{because}"))
                .with_action("run fewer processes at the same time, and try again after the pause it asks for")
                .retryable()
        }
        (408 | 500..=599, _) => Error::new(Kind::Service, format!("{who} does not work at the moment{because}"))
            .with_action("try again; if the problem persists, see Azure's service health")
            .retryable(),
        (_, None) => return response.not_understood("are no answer of Resource Manager"),
        (400 | 422, _) => Error::new(Kind::InvalidArgument, format!("Azure does not accept the request to {verb} {thing}{because}"))
            .with_action("correct what the message names; Azure's support can find the request by its id"),
        _ => Error::new(Kind::Service, format!("{who} refuses to {verb} {thing}{because}"))
            .with_action("the code says why; Azure's support can find the request by its id"),
    };
    said.finish(error, response)
}

/// The error of an operation that was accepted and failed: `error` is what its status says.
pub(super) fn failed(response: &Response, state: &str, error: &Value, what: &What<'_>) -> Error {
    let mut said = Said::of(error);
    said.code.get_or_insert_with(|| state.to_owned());
    let because = said.because(response, what);
    let error = known(&said, what, &because).unwrap_or_else(|| {
        Error::new(
            Kind::Service,
            format!("Azure could not {} {}{because}", what.verb, what.thing),
        )
        .with_action("the code says why; Azure's support can find the operation by the request id")
    });
    said.finish(error, response)
}

/// What the service says of its refusal.
#[derive(Default)]
struct Said {
    code: Option<String>,
    message: Option<String>,
    /// The policy that forbids it, by its name.
    policy: Option<String>,
}

impl Said {
    /// `{error:{code,message}}`, or `{code,message}` as the resource provider itself answers.
    fn in_body(response: &Response) -> Said {
        match serde_json::from_slice::<Value>(&response.body) {
            Ok(body) => match body.get("error") {
                Some(error @ Value::Object(_)) => Said::of(error),
                _ => Said::of(&body),
            },
            Err(_) => Said::default(),
        }
    }

    fn of(error: &Value) -> Said {
        let text = |pointer: &str| error.pointer(pointer).and_then(Value::as_str);
        let policy = text("/additionalInfo/0/info/policyAssignmentDisplayName")
            .or(text("/additionalInfo/0/info/policyDefinitionDisplayName"));
        Said {
            code: text("/code").and_then(text::code),
            message: text("/message").map(said_by_cosmos),
            policy: policy.map(|name| text::line(name, 100)),
        }
    }

    /// The same in brackets; without the text where that might hold keys.
    fn because(&self, response: &Response, what: &What<'_>) -> String {
        match (&self.code, &self.message) {
            (Some(code), Some(message)) if !what.secret => {
                format!(" ({code}: {})", response.quote(message, 400))
            }
            (Some(code), _) => format!(" ({code})"),
            _ => String::new(),
        }
    }

    fn finish(&self, error: Error, response: &Response) -> Error {
        let id = response
            .header("x-ms-request-id")
            .or(response.header("x-ms-correlation-request-id"));
        let error = error
            .with_http_status(response.status)
            .with_request_id(id)
            .with_retry_after(response.retry_after());
        match &self.code {
            Some(code) => error.with_service_code(code),
            None => error,
        }
    }
}

/// What is known of a refusal by its code, or by what it says where the code says nothing.
fn known(said: &Said, what: &What<'_>, because: &str) -> Option<Error> {
    let (verb, thing) = (what.verb, &what.thing);
    let message = said.message.as_deref().unwrap_or_default();
    let code = said.code.as_deref().unwrap_or_default();
    let error = match code {
        "AuthorizationFailed" => {
            let action = action_in(message).unwrap_or(what.needs);
            Error::new(Kind::Forbidden, lacking(what, action))
                .with_action(role_for(action, what.account))
        }
        "LinkedAuthorizationFailed" => {
            let error = Error::new(Kind::Forbidden, format!("this identity may {verb} {thing}, but lacks a permission on something that belongs to it{because}"));
            match linked_action_in(message) {
                Some(action) => error.with_action(role_for(action, what.account)),
                None => error.with_action("give the identity a role on the resource that the message names"),
            }
        }
        "RequestDisallowedByPolicy" => {
            let policy = said.policy.as_ref().map_or_else(|| "an Azure policy".to_owned(), |name| format!("the Azure policy '{name}'"));
            Error::new(Kind::Forbidden, format!("{policy} rejects the request to {verb} {thing}{because}"))
                .with_action("change the request to what the policy allows, or ask whoever manages the subscription's Azure Policy")
        }
        "SubscriptionNotFound" | "InvalidSubscriptionId" => {
            Error::new(Kind::NotFound, "there is no such subscription, or this identity has no role in it")
                .with_action("check the subscription id, and that the identity has a role in that subscription")
        }
        "DisabledSubscription" | "ReadOnlyDisabledSubscription" => {
            Error::new(Kind::Conflict, format!("the subscription is disabled, so nobody can {verb} {thing}"))
                .with_action("have the subscription reactivated; its owner sees in the Azure portal why it is disabled")
        }
        "MissingSubscriptionRegistration" => {
            let namespace = between(message, "namespace '", "'").filter(|name| is_plain(name)).unwrap_or("Microsoft.DocumentDB");
            Error::new(Kind::Conflict, format!("the subscription is not registered to use {namespace}"))
                .with_action(format!("register it once, which needs the role 'Contributor' on the subscription: Register-AzResourceProvider -ProviderNamespace {namespace}"))
        }
        "NoRegisteredProviderFound" | "InvalidApiVersionParameter" | "InvalidResourceType" | "InvalidResourceNamespace" => {
            Error::new(Kind::Service, format!("this cloud does not support the request to {verb} {thing}{because}"))
                .with_action("check that the cloud is right (-Cloud); some clouds and regions do not have this service, or not yet in this version")
        }
        "ResourceGroupNotFound" => Error::new(Kind::NotFound, "there is no such resource group in the subscription")
            .with_action(match what.account {
                _ if verb == "create" => "check the name of the resource group; a new one has to be created first",
                Some(_) => "check the name of the resource group, or leave it out: the account is then found by its name",
                None => "check the name of the resource group",
            }),
        "ScopeLocked" if verb == "read" => {
            Error::new(Kind::Conflict, format!("a lock prevents reading {thing}: to Azure that request is a change"))
                .with_action("read the read-only keys instead (Get-CosmiAccountKey -Kind ReadOnly), or remove the ReadOnly lock")
        }
        "ScopeLocked" => Error::new(Kind::Conflict, format!("a lock prevents the request to {verb} {thing}{because}"))
            .with_action("remove the lock, or ask whoever set it to remove it"),
        "PrincipalNotFound" => Error::new(Kind::NotFound, format!("the directory does not know the identity that is to get a role on {thing}{because}"))
            .with_action("give the identity's object (principal) id, not its client id; an identity that was created just now is known after some minutes"),
        "UnmatchedPrincipalType" => Error::new(Kind::InvalidArgument, format!("a user or a group, not the identity of a machine or app, would get a role on {thing}{because}"))
            .with_action("give the object id of a managed identity or service principal, not of a user or group"),
        "RoleAssignmentUpdateNotPermitted" => Error::new(Kind::Conflict, format!("the role assignment on {thing} exists already, with another role or for another identity{because}"))
            .with_action("remove that assignment (Get-CosmiAccess shows it, Revoke-CosmiAccess removes it), then run the same again"),
        "RoleDefinitionDoesNotExist" => Error::new(Kind::NotFound, format!("there is no such role{because}"))
            .with_action("check the id of the role, or give its name instead"),
        "LocationNotAvailableForResourceType" => Error::new(Kind::InvalidArgument, format!("Cosmos DB is not available in that region{because}"))
            .with_action("choose a region that the message lists, such as westeurope"),
        _ => return limit(message, what, because),
    };
    Some(error)
}

/// Limits, which Cosmos DB tells in words alone.
fn limit(message: &str, what: &What<'_>, because: &str) -> Option<Error> {
    let message = message.to_ascii_lowercase();
    let says = |words: &str| message.contains(words);
    let (verb, thing) = (what.verb, &what.thing);
    let (kind, why, action) = if says("is already taken") {
        (
            Kind::Conflict,
            "because its name is already taken",
            "choose another name: names of accounts are unique in all of Azure",
        )
    } else if says("maximum number of database accounts") {
        (
            Kind::Conflict,
            "because the subscription has reached its limit of accounts",
            "delete an account that is no longer needed, use another subscription, or ask Azure's support to raise the limit",
        )
    } else if says("free tier has already been applied") {
        (
            Kind::Conflict,
            "because another account of the subscription already has the free tier",
            "leave the free tier out, or use another subscription",
        )
    } else if says("total throughput limit") {
        (
            Kind::Conflict,
            "because that is more than the account's total throughput limit",
            "ask for less throughput, or raise the account's total throughput limit (Cost Management in the Azure portal)",
        )
    } else if says("not supported for serverless accounts") {
        (
            Kind::InvalidArgument,
            "because the account is serverless",
            "leave throughput out: a serverless account has none",
        )
    } else if says("high demand") {
        (
            Kind::Service,
            "because the region is full",
            "choose another region, or ask for access to this one: https://aka.ms/cosmosdbquota",
        )
    } else {
        return None;
    };
    Some(Error::new(kind, format!("cannot {verb} {thing} {why}{because}")).with_action(action))
}

fn lacking(what: &What<'_>, action: &str) -> String {
    let (verb, thing) = (what.verb, &what.thing);
    format!("this identity may not {verb} {thing}: it lacks the permission {action}")
}

/// The action in "…does not have authorization to perform action 'X' over scope…".
fn action_in(message: &str) -> Option<&str> {
    between(message, "perform action '", "'").filter(|action| is_plain(action))
}

/// The action in "…does not have permission to perform action(s) 'X' on the linked scope(s)…".
fn linked_action_in(message: &str) -> Option<&str> {
    between(message, "not have permission to perform action(s) '", "'")
        .filter(|action| is_plain(action))
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

/// Whether a name is passed on: it has no characters but those of actions and namespaces.
fn is_plain(name: &str) -> bool {
    (1..=200).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"./*-".contains(&b))
}

/// The smallest built-in role that allows an action, and where to give it.
fn role_for(action: &str, account: Option<&str>) -> String {
    let lower = action.to_ascii_lowercase();
    let (provider, rest) = lower.split_once('/').unwrap_or_default();
    let reads = rest.ends_with("/read");
    let opens = [
        "/listkeys/action",
        "/listconnectionstrings/action",
        "/regeneratekey/action",
    ];
    let role = match provider {
        "microsoft.documentdb" if reads || rest.ends_with("/readonlykeys/action") => {
            "Cosmos DB Account Reader Role"
        }
        "microsoft.documentdb"
            if rest.contains("/sqlrole") || opens.iter().any(|opens| rest.ends_with(opens)) =>
        {
            "DocumentDB Account Contributor"
        }
        "microsoft.documentdb" => "Cosmos DB Operator",
        "microsoft.authorization" if reads => "Cosmos DB Account Reader Role",
        "microsoft.authorization" => "Role Based Access Control Administrator",
        "microsoft.managedidentity" => "Managed Identity Operator",
        _ if reads => "Reader",
        "microsoft.compute" => "Virtual Machine Contributor",
        "microsoft.web" => "Website Contributor",
        "microsoft.automation" => "Automation Contributor",
        "microsoft.hybridcompute" => "Azure Connected Machine Resource Administrator",
        _ => {
            return format!(
                "give the identity a role that allows {action}; a role given just now takes some minutes to work"
            );
        }
    };
    let place = match (account, provider) {
        (Some(account), _) => format!("the account {account}"),
        (None, "microsoft.documentdb") if !reads => "the resource group".to_owned(),
        (None, "microsoft.documentdb" | "microsoft.authorization") => {
            "the subscription or the account".to_owned()
        }
        (None, "microsoft.resources") => "the subscription".to_owned(),
        (None, "microsoft.managedidentity") => "the user-assigned identity".to_owned(),
        (None, _) => "the machine or its resource group".to_owned(),
    };
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
