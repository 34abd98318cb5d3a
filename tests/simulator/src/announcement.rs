//! The line that says this Azure is ready, and what a client needs to know of it.

use std::path::Path;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::ports::{Addresses, http_url, https_url};
use crate::scenario::{Machine, Scenario};
use crate::simulator::Simulator;
use crate::{app_service, arc, cloud_shell, identity, machine_learning, service_fabric};

/// Where the identity endpoints are.
struct Hosts {
    metadata: String,
    app_service: String,
    automation: String,
    arc: String,
    arc_metadata: String,
    service_fabric: String,
    machine_learning: String,
    cloud_shell: String,
    authority: String,
    /// The identity Azure ML and a cluster name to their programs.
    client_id: String,
}

pub fn line(addresses: &Addresses, simulator: &Simulator, ca: &Path) -> Value {
    let model = simulator.model();
    let scenario = &model.scenario;
    let machine = &scenario.machine;
    let hosts = Hosts::new(addresses, machine);
    let arm = https_url(addresses.arm_https);
    let everywhere = json!({"COSMI_ARM_ENDPOINT": arm, "COSMI_CA_FILE": ca});
    let environments = environments(addresses, simulator, scenario, &hosts, &everywhere);
    let accounts: Map<String, Value> = addresses
        .accounts
        .iter()
        .map(|(name, endpoints)| {
            (
                name.clone(),
                json!({"endpoint": endpoints.https, "endpointHttp": endpoints.http}),
            )
        })
        .collect();
    json!({
        "ready": true,
        "pid": std::process::id(),
        "metadata": hosts.metadata,
        "appService": {"endpoint": hosts.app_service, "header": simulator.identity_header},
        "automation": {"endpoint": hosts.automation, "header": simulator.identity_header},
        "arc": {
            "endpoint": hosts.arc,
            "imdsEndpoint": hosts.arc_metadata,
            "keyFolder": simulator.arc_keys.folder(),
        },
        "serviceFabric": {
            "endpoint": hosts.service_fabric,
            "header": simulator.service_fabric_secret,
            "thumbprint": addresses.thumbprint,
        },
        "machineLearning": {
            "endpoint": hosts.machine_learning,
            "secret": simulator.msi_secret,
            "clientId": hosts.client_id,
        },
        "cloudShell": {"endpoint": hosts.cloud_shell},
        "workloadIdentity": {
            "authorityHost": hosts.authority,
            "tenantId": scenario.tenant_id,
            "clientId": hosts.client_id,
            "tokenFile": simulator.assertions.path(),
        },
        "arm": arm,
        "armHttp": format!("{}/", http_url(addresses.arm_http)),
        "control": http_url(addresses.control),
        "ca": ca,
        "accounts": accounts,
        "tlsFaults": {
            "wrongName": https_url(addresses.tls_faults.wrong_name),
            "expired": https_url(addresses.tls_faults.expired),
            "unknownCa": https_url(addresses.tls_faults.unknown_ca),
        },
        "subscriptionId": machine.subscription_id,
        "resourceGroup": machine.resource_group,
        "environment": environments["imds"],
        "environments": environments,
    })
}

impl Hosts {
    fn new(addresses: &Addresses, machine: &Machine) -> Hosts {
        let at = |address, path| format!("{}{path}", http_url(address));
        Hosts {
            metadata: http_url(addresses.imds),
            app_service: at(addresses.app_service, app_service::PATH),
            automation: at(addresses.app_service, app_service::AUTOMATION_PATH),
            arc: at(addresses.arc, arc::PATH),
            arc_metadata: http_url(addresses.arc),
            service_fabric: format!(
                "{}{}",
                https_url(addresses.service_fabric).trim_end_matches('/'),
                service_fabric::PATH
            ),
            machine_learning: at(addresses.machine_learning, machine_learning::PATH),
            cloud_shell: at(addresses.cloud_shell, cloud_shell::PATH),
            authority: https_url(addresses.sts),
            client_id: identity::usual(machine)
                .map(|identity| identity.client_id.to_owned())
                .unwrap_or_default(),
        }
    }
}

/// The variables a program finds on each kind of host, and those that keep it here.
fn environments(
    addresses: &Addresses,
    simulator: &Simulator,
    scenario: &Scenario,
    hosts: &Hosts,
    everywhere: &Value,
) -> Value {
    let machine = &scenario.machine;
    let mut environments = json!({
        "imds": {"AZURE_POD_IDENTITY_AUTHORITY_HOST": hosts.metadata},
        // App Service still sets the variables of its first protocol version.
        "appService": {
            "IDENTITY_ENDPOINT": hosts.app_service,
            "IDENTITY_HEADER": simulator.identity_header,
            "MSI_ENDPOINT": hosts.app_service,
            "MSI_SECRET": simulator.identity_header,
            "REGION_NAME": machine.location,
            "WEBSITE_OWNER_NAME": format!(
                "{}+{}-{}webspace",
                machine.subscription_id, machine.resource_group, machine.location
            ),
            "WEBSITE_RESOURCE_GROUP": machine.resource_group,
            "WEBSITE_SITE_NAME": machine.name,
        },
        "automation": {
            "AUTOMATION_ASSET_ACCOUNTID": Uuid::new_v4().to_string(),
            "IDENTITY_ENDPOINT": hosts.automation,
            "IDENTITY_HEADER": simulator.identity_header,
        },
        "arc": {"IDENTITY_ENDPOINT": hosts.arc, "IMDS_ENDPOINT": hosts.arc_metadata},
        "serviceFabric": {
            "IDENTITY_ENDPOINT": hosts.service_fabric,
            "IDENTITY_HEADER": simulator.service_fabric_secret,
            "IDENTITY_SERVER_THUMBPRINT": addresses.thumbprint,
        },
        "machineLearning": {
            "DEFAULT_IDENTITY_CLIENT_ID": hosts.client_id,
            "MSI_ENDPOINT": hosts.machine_learning,
            "MSI_SECRET": simulator.msi_secret,
        },
        "cloudShell": {"MSI_ENDPOINT": hosts.cloud_shell},
        "workloadIdentity": {
            "AZURE_AUTHORITY_HOST": hosts.authority,
            "AZURE_CLIENT_ID": hosts.client_id,
            "AZURE_FEDERATED_TOKEN_FILE": simulator.assertions.path(),
            "AZURE_TENANT_ID": scenario.tenant_id,
        },
    });
    let hosts = environments.as_object_mut().into_iter().flatten();
    for variables in hosts.filter_map(|(_, variables)| variables.as_object_mut()) {
        variables.extend(everywhere.as_object().cloned().unwrap_or_default());
    }
    environments
}
