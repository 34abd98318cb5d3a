//! Resource Manager's errors, in its words.

use serde_json::json;

use crate::http::Reply;

use super::version;

/// Said by Resource Manager itself, before any provider is asked.
fn gateway(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({"error": {"code": code, "message": message}}),
    )
    .with("x-ms-failure-cause", "gateway")
}

pub fn refusal(status: u16) -> Reply {
    let (code, message) = match status {
        401 => ("InvalidAuthenticationToken", "The access token is invalid."),
        403 => (
            "AuthorizationFailed",
            "The client does not have authorization to perform the action.",
        ),
        404 => ("NotFound", "The resource was not found."),
        409 => (
            "Conflict",
            "The request conflicts with the state of the resource.",
        ),
        429 => (
            "TooManyRequests",
            "The request is being throttled as the limit has been reached for operation type - Read_ObservationWindow_00:05:00. For more information, see - https://aka.ms/srpthrottlinglimits",
        ),
        503 => ("ServerTimeout", "The request timed out."),
        504 => (
            "GatewayTimeout",
            "The gateway did not receive a response from 'Microsoft.DocumentDB' within the specified time period.",
        ),
        _ => ("InternalServerError", "Encountered internal server error."),
    };
    gateway(status, code, message)
}

pub fn unauthenticated(code: &str, message: &str, challenge: &str) -> Reply {
    gateway(401, code, message).with("www-authenticate", challenge)
}

pub fn missing_api_version() -> Reply {
    gateway(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
    )
}

pub fn invalid_api_version(api_version: &str) -> Reply {
    gateway(
        400,
        "InvalidApiVersionParameter",
        &format!(
            "The api-version '{api_version}' is invalid. The supported versions are '{}'.",
            version::SUBSCRIPTIONS.join(",")
        ),
    )
}

pub fn unknown_provider_version(api_version: &str, kind: &str) -> Reply {
    gateway(
        400,
        "NoRegisteredProviderFound",
        &format!(
            "No registered resource provider found for location 'westeurope' and API version '{api_version}' for type '{kind}'. The supported api-versions are '{}'. The supported locations are 'westeurope, northeurope, westus, eastus2'.",
            version::ACCOUNTS.join(", ")
        ),
    )
}

pub fn invalid_namespace(namespace: &str) -> Reply {
    gateway(
        404,
        "InvalidResourceNamespace",
        &format!("The resource namespace '{namespace}' is invalid."),
    )
}

pub fn invalid_resource_type(namespace: &str, kind: &str, api_version: &str) -> Reply {
    gateway(
        404,
        "InvalidResourceType",
        &format!(
            "The resource type '{kind}' could not be found in the namespace '{namespace}' for api version '{api_version}'. The supported api-versions are '{}'.",
            version::ACCOUNTS.join(",")
        ),
    )
}

pub fn invalid_path() -> Reply {
    gateway(
        404,
        "InvalidUri",
        "The requested URI does not represent any resource on the server.",
    )
}

pub fn method_not_allowed(method: &hyper::Method) -> Reply {
    gateway(
        405,
        "MethodNotAllowed",
        &format!("The requested resource does not support http method '{method}'."),
    )
}

pub fn subscription_not_found(id: &str) -> Reply {
    gateway(
        404,
        "SubscriptionNotFound",
        &format!("The subscription '{id}' could not be found."),
    )
}

pub fn group_not_found(name: &str) -> Reply {
    gateway(
        404,
        "ResourceGroupNotFound",
        &format!("Resource group '{name}' could not be found."),
    )
}

pub fn resource_not_found(kind: &str, name: &str, group: &str) -> Reply {
    gateway(
        404,
        "ResourceNotFound",
        &format!(
            "The Resource '{kind}/{name}' under resource group '{group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
        ),
    )
}

pub fn authorization_failed(client: &str, object_id: &str, action: &str, scope: &str) -> Reply {
    gateway(
        403,
        "AuthorizationFailed",
        &format!(
            "The client '{client}' with object id '{object_id}' does not have authorization to perform action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials."
        ),
    )
}

pub fn scope_locked(scope: &str, locked: &str) -> Reply {
    gateway(
        409,
        "ScopeLocked",
        &format!(
            "The scope '{scope}' cannot perform write operation because following scope(s) are locked: '{locked}'. Please remove the lock and try again."
        ),
    )
}
