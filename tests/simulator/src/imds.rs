//! The instance metadata service: tokens and what the machine knows of itself.

use hyper::Method;
use serde_json::{Value, json};

use crate::http::{Reply, Request, value};
use crate::identity::{self, NoIdentity, Selector};
use crate::scenario::{Machine, Scenario};
use crate::simulator::Simulator;

const SERVER: &str = "IMDS/150.870.65.1854";

const VERSIONS: [&str; 26] = [
    "2017-03-01",
    "2017-04-02",
    "2017-08-01",
    "2017-10-01",
    "2017-12-01",
    "2018-02-01",
    "2018-04-02",
    "2018-10-01",
    "2019-02-01",
    "2019-03-11",
    "2019-04-30",
    "2019-06-01",
    "2019-06-04",
    "2019-08-01",
    "2019-08-15",
    "2019-11-01",
    "2020-06-01",
    "2020-07-15",
    "2020-09-01",
    "2020-10-01",
    "2020-12-01",
    "2021-01-01",
    "2021-02-01",
    "2021-12-13",
    "2023-07-01",
    "2025-04-07",
];

/// The first version with tokens.
const FIRST_TOKEN_VERSION: &str = "2018-02-01";

/// The first version that says which scale set a machine belongs to by its id.
const FIRST_SCALE_SET_VERSION: &str = "2021-03-01";

pub fn answer(simulator: &Simulator, request: &Request) -> Reply {
    let segments = request.segments().unwrap_or_default();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    let reply = match path.as_slice() {
        ["metadata", "identity", "oauth2", "token"] => token(simulator, request),
        ["metadata", "instance", rest @ ..] => instance(simulator, request, rest),
        ["metadata", "versions"] => versions(request),
        _ => failure(404, "Not found"),
    };
    reply.with("server", SERVER)
}

pub fn refusal(status: u16) -> Reply {
    let (error, description) = match status {
        400 => ("invalid_request", "The request is invalid"),
        404 => ("not_found", "IMDS endpoint is updating"),
        410 => ("gone", "IMDS is going through updates"),
        429 => ("too_many_requests", "Too many requests"),
        _ => (
            "unknown",
            "Failed to retrieve token from the Active directory. For details see logs",
        ),
    };
    refuse(status, error, description).with("server", SERVER)
}

fn token(simulator: &Simulator, request: &Request) -> Reply {
    let query = request.query();
    match asked(request, &query) {
        Ok((resource, selector)) => issue(simulator, resource, selector),
        Err(refusal) => refusal,
    }
}

/// The resource and the identity a request is about.
fn asked<'a>(
    request: &Request,
    query: &'a [(String, String)],
) -> Result<(&'a str, Selector<'a>), Reply> {
    let invalid = |description: &str| Err(refuse(400, "invalid_request", description));
    if request.method != Method::GET {
        return Err(refuse(405, "method_not_allowed", "Only GET is supported"));
    }
    if !request.has_metadata_header() {
        return invalid("Required metadata header not specified");
    }
    if request.headers.contains_key("x-forwarded-for") {
        return invalid("Request contains an X-Forwarded-For header");
    }
    if let Some(name) = repeated(query) {
        return invalid(&format!(
            "Query variable '{name}' is specified more than once"
        ));
    }
    match value(query, "api-version") {
        None | Some("") => return invalid("Required query variable 'api-version' is missing"),
        Some(version) if !VERSIONS.contains(&version) || version < FIRST_TOKEN_VERSION => {
            return invalid("Query variable 'api-version' is not valid");
        }
        Some(_) => {}
    }
    let Some(resource) = value(query, "resource").filter(|resource| !resource.is_empty()) else {
        return invalid("Required query variable 'resource' is missing");
    };
    match selector(query) {
        Some(selector) => Ok((resource, selector)),
        None => invalid("Only one of client_id, object_id and msi_res_id may be specified"),
    }
}

/// The one identity a query names; None when it names several.
pub fn selector(query: &[(String, String)]) -> Option<Selector<'_>> {
    let mut named = [
        value(query, "client_id").map(Selector::ClientId),
        value(query, "object_id").map(Selector::ObjectId),
        value(query, "msi_res_id").map(Selector::ResourceId),
    ]
    .into_iter()
    .flatten();
    match (named.next(), named.next()) {
        (None, _) => Some(Selector::Default),
        (Some(only), None) => Some(only),
        (Some(_), Some(_)) => None,
    }
}

fn issue(simulator: &Simulator, resource: &str, selector: Selector<'_>) -> Reply {
    let model = simulator.model();
    let scenario = &model.scenario;
    let identity = match identity::select(&scenario.machine, selector) {
        Ok(identity) => identity,
        Err(NoIdentity::Unknown) => return refuse(400, "invalid_request", "Identity not found"),
        Err(NoIdentity::Ambiguous) => {
            return refuse(
                400,
                "invalid_request",
                "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request",
            );
        }
    };
    if !identity::knows_resource(scenario, resource) {
        return refuse(
            400,
            "invalid_resource",
            &unknown_resource(scenario, resource),
        );
    }
    let token = simulator.token(scenario, &identity, resource);
    let mut document = json!({
        "access_token": token.value,
        "client_id": identity.client_id,
        "expires_in": token.lifetime_seconds.to_string(),
        "expires_on": token.expires_on.as_second().to_string(),
        "ext_expires_in": (token.lifetime_seconds - 1).to_string(),
        "not_before": token.not_before.as_second().to_string(),
        "resource": resource,
        "token_type": "Bearer",
    });
    if let Some(seconds) = token.refresh_in_seconds {
        document["refresh_in"] = json!(seconds.to_string());
    }
    Reply::json(200, &document)
}

/// What Entra says of a resource it does not know.
pub fn unknown_resource(scenario: &Scenario, resource: &str) -> String {
    format!("AADSTS500011: {}", resource_not_found(scenario, resource))
}

/// The same without its code.
pub fn resource_not_found(scenario: &Scenario, resource: &str) -> String {
    format!(
        "The resource principal named {resource} was not found in the tenant named {}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
        scenario.tenant_id
    )
}

fn instance(simulator: &Simulator, request: &Request, path: &[&str]) -> Reply {
    if request.method != Method::GET {
        return failure(405, "Method not allowed");
    }
    if !request.has_metadata_header() {
        return failure(400, "Bad request. Required metadata header not specified");
    }
    if request.headers.contains_key("x-forwarded-for") {
        return failure(
            400,
            "Bad request. Request contains an X-Forwarded-For header",
        );
    }
    let query = request.query();
    if let Some(name) = repeated(&query) {
        return failure(
            400,
            &format!("Bad request. Query variable '{name}' is specified more than once"),
        );
    }
    let Some(version) = value(&query, "api-version").filter(|version| VERSIONS.contains(version))
    else {
        return Reply::json(
            400,
            &json!({
                "error": "Bad request. api-version is invalid or was not specified in the request. For more information refer to aka.ms/azureimds",
                "newest-versions": newest_versions(),
            }),
        );
    };
    let document = document(&simulator.model().scenario, version);
    let found = path
        .iter()
        .try_fold(&document, |value, segment| match value {
            Value::Array(items) => segment
                .parse::<usize>()
                .ok()
                .and_then(|index| items.get(index)),
            _ => value.get(segment),
        });
    match (found, value(&query, "format")) {
        (None, _) => failure(404, "Not found"),
        (Some(Value::String(text)), Some("text")) => Reply::text(200, text),
        (Some(Value::String(_)), _) => failure(400, "Bad request. Leaf nodes need format=text"),
        (Some(Value::Object(object)), Some("text")) => {
            let names: Vec<String> = object
                .iter()
                .map(|(name, value)| {
                    if value.is_string() {
                        name.clone()
                    } else {
                        format!("{name}/")
                    }
                })
                .collect();
            Reply::text(200, &names.join("\n"))
        }
        (Some(Value::Array(items)), Some("text")) => {
            let names: Vec<String> = (0..items.len()).map(|index| format!("{index}/")).collect();
            Reply::text(200, &names.join("\n"))
        }
        (Some(value), _) => Reply::json(200, value),
    }
}

fn versions(request: &Request) -> Reply {
    if request.method != Method::GET {
        return failure(405, "Method not allowed");
    }
    if !request.has_metadata_header() {
        return failure(400, "Bad request. Required metadata header not specified");
    }
    Reply::json(200, &json!({"apiVersions": VERSIONS}))
}

fn newest_versions() -> Vec<&'static str> {
    VERSIONS.iter().rev().take(3).copied().collect()
}

fn repeated(query: &[(String, String)]) -> Option<&str> {
    query.iter().enumerate().find_map(|(index, (name, _))| {
        query[..index]
            .iter()
            .any(|(earlier, _)| earlier.eq_ignore_ascii_case(name))
            .then_some(name.as_str())
    })
}

fn refuse(status: u16, error: &str, description: &str) -> Reply {
    Reply::json(
        status,
        &json!({"error": error, "error_description": description}),
    )
}

fn failure(status: u16, error: &str) -> Reply {
    Reply::json(status, &json!({"error": error}))
}

/// Every value is text; what the machine does not have is empty.
fn document(scenario: &Scenario, version: &str) -> Value {
    let machine: &Machine = &scenario.machine;
    let scale_set = machine.vm_scale_set_name.as_deref().unwrap_or_default();
    let mut document = json!({
        "compute": {
            "azEnvironment": scenario.cloud.name(),
            "customData": "",
            "evictionPolicy": "",
            "isHostCompatibilityLayerVm": "false",
            "licenseType": "",
            "location": machine.location,
            "name": machine.name,
            "offer": "WindowsServer",
            "osProfile": {
                "adminUsername": "azureuser",
                "computerName": machine.name,
                "disablePasswordAuthentication": "false",
            },
            "osType": "Windows",
            "placementGroupId": "",
            "plan": {"name": "", "product": "", "publisher": ""},
            "platformFaultDomain": "0",
            "platformUpdateDomain": "0",
            "priority": "",
            "provider": "Microsoft.Compute",
            "publicKeys": [],
            "publisher": "MicrosoftWindowsServer",
            "resourceGroupName": machine.resource_group,
            "resourceId": identity::machine_id(machine),
            "securityProfile": {"secureBootEnabled": "false", "virtualTpmEnabled": "false"},
            "sku": "2022-datacenter-g2",
            "storageProfile": {
                "dataDisks": [],
                "imageReference": {
                    "id": "",
                    "offer": "WindowsServer",
                    "publisher": "MicrosoftWindowsServer",
                    "sku": "2022-datacenter-g2",
                    "version": "latest",
                },
                "osDisk": {
                    "caching": "ReadWrite",
                    "createOption": "FromImage",
                    "diskSizeGB": "127",
                    "name": format!("{}_OsDisk", machine.name),
                    "osType": "Windows",
                },
            },
            "subscriptionId": machine.subscription_id,
            "tags": "",
            "tagsList": [],
            "userData": "",
            "version": "20348.2113.231109",
            "vmId": machine.vm_id,
            "vmScaleSetName": scale_set,
            "vmSize": "Standard_B2s",
            "zone": "1",
        },
        "network": {
            "interface": [{
                "ipv4": {
                    "ipAddress": [{"privateIpAddress": "10.0.0.4", "publicIpAddress": ""}],
                    "subnet": [{"address": "10.0.0.0", "prefix": "24"}],
                },
                "ipv6": {"ipAddress": []},
                "macAddress": "000D3A000001",
            }],
        },
    });
    if version >= FIRST_SCALE_SET_VERSION {
        // For machines of flexible sets alone.
        let id = if scale_set.is_empty() || identity::uniform_instance(machine).is_some() {
            String::new()
        } else {
            identity::scale_set_id(machine, scale_set)
        };
        document["compute"]["virtualMachineScaleSet"] = json!({"id": id});
    }
    document
}
