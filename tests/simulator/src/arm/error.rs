//! Resource Manager's errors, in its words.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::Reply;

use super::accounts::from_provider;
use super::version;

/// Said by Resource Manager itself, before any provider is asked.
fn gateway(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({"error": {"code": code, "message": message}}),
    )
    .with("expires", "-1")
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

pub fn unknown_version(api_version: &str, kind: &str, versions: &[&str]) -> Reply {
    gateway(
        400,
        "NoRegisteredProviderFound",
        &format!(
            "No registered resource provider found for location 'westeurope' and API version '{api_version}' for type '{kind}'. The supported api-versions are '{}'. The supported locations are 'westeurope, northeurope, westus, eastus2'.",
            versions.join(", ")
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

pub fn scope_locked(operation: &str, scope: &str, locked: &str) -> Reply {
    gateway(
        409,
        "ScopeLocked",
        &format!(
            "The scope '{scope}' cannot perform {operation} operation because following scope(s) are locked: '{locked}'. Please remove the lock and try again."
        ),
    )
}

pub fn parent_not_found(parent: &str) -> Reply {
    gateway(
        404,
        "ParentResourceNotFound",
        &format!(
            "Can not perform requested operation on nested resource. Parent resource '{parent}' not found."
        ),
    )
}

pub fn invalid_content() -> Reply {
    gateway(
        400,
        "InvalidRequestContent",
        "The request content was invalid and could not be deserialized: the body must be a JSON object.",
    )
}

pub fn location_not_available(location: &str, kind: &str, available: &str) -> Reply {
    gateway(
        400,
        "LocationNotAvailableForResourceType",
        &format!(
            "The provided location '{location}' is not available for resource type '{kind}'. List of available regions for the resource type is '{available}'."
        ),
    )
}

pub fn invalid_location(name: &str, present: &str, group: &str, asked: &str) -> Reply {
    gateway(
        409,
        "InvalidResourceLocation",
        &format!(
            "The resource '{name}' already exists in location '{present}' in resource group '{group}'. A resource with the same name cannot be created in location '{asked}'. Please select a new resource name."
        ),
    )
}

pub fn linked_authorization_failed(
    client: &str,
    object_id: &str,
    scope: &str,
    action: &str,
    linked: &str,
) -> Reply {
    gateway(
        403,
        "LinkedAuthorizationFailed",
        &format!(
            "The client '{client}' with object id '{object_id}' has permission to perform action 'Microsoft.Compute/virtualMachines/write' on scope '{scope}'; however, it does not have permission to perform action(s) '{action}' on the linked scope(s) '{linked}' (respectively) or the linked scope(s) are invalid."
        ),
    )
}

/// Said by a provider in the usual envelope.
pub fn enveloped(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({"error": {"code": code, "message": message}}),
    )
}

/// Said by the Cosmos DB provider, which uses no envelope.
pub fn cosmos_db(status: u16, code: &str, message: &str) -> Reply {
    let activity_id = Uuid::new_v4();
    flat(
        status,
        code,
        &format!("{message}\r\nActivityId: {activity_id}, Microsoft.Azure.Documents.Common/2.14.0"),
    )
}

/// Said by the data plane, and passed on by the Cosmos DB provider.
pub fn passed_on(status: u16, code: &str, text: &str, uri: &str) -> Reply {
    const SDK: &str = "SDK: Microsoft.Azure.Documents.Common/2.14.0";
    let activity_id = Uuid::new_v4();
    let errors: Value = json!({"Errors": [text]});
    let inner = json!({
        "code": code,
        "message": format!("Message: {errors}\r\nActivityId: {activity_id}, Request URI: /apps/b94e1dc4-b993-4500-a764-037a124e0211/services/5b8582db-f9b5-4903-aebb-7b7c38625e73/partitions/77cc9fce-54c9-45cc-a4f7-4633371b30fe/replicas/132369856039373078s, RequestStats: , {SDK}"),
    });
    flat(
        status,
        code,
        &format!("Message: {inner}, Request URI: {uri}, RequestStats: , {SDK}"),
    )
}

fn flat(status: u16, code: &str, message: &str) -> Reply {
    from_provider(Reply::json(
        status,
        &json!({"code": code, "message": message}),
    ))
}
