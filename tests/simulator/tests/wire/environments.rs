//! What a program finds in its environment on each kind of host.

use serde_json::Value;

use crate::support::{Azure, tutorial};

#[tokio::test]
async fn each_host_has_its_own() {
    let azure = Azure::start(&[]);
    let expected = [
        (
            "imds",
            vec![("AZURE_POD_IDENTITY_AUTHORITY_HOST", "/metadata")],
        ),
        (
            "appService",
            vec![
                ("IDENTITY_ENDPOINT", "/appService/endpoint"),
                ("IDENTITY_HEADER", "/appService/header"),
                ("MSI_ENDPOINT", "/appService/endpoint"),
                ("MSI_SECRET", "/appService/header"),
            ],
        ),
        (
            "automation",
            vec![
                ("IDENTITY_ENDPOINT", "/automation/endpoint"),
                ("IDENTITY_HEADER", "/automation/header"),
            ],
        ),
        (
            "arc",
            vec![
                ("IDENTITY_ENDPOINT", "/arc/endpoint"),
                ("IMDS_ENDPOINT", "/arc/imdsEndpoint"),
            ],
        ),
        (
            "serviceFabric",
            vec![
                ("IDENTITY_ENDPOINT", "/serviceFabric/endpoint"),
                ("IDENTITY_HEADER", "/serviceFabric/header"),
                ("IDENTITY_SERVER_THUMBPRINT", "/serviceFabric/thumbprint"),
            ],
        ),
        (
            "machineLearning",
            vec![
                ("MSI_ENDPOINT", "/machineLearning/endpoint"),
                ("MSI_SECRET", "/machineLearning/secret"),
                ("DEFAULT_IDENTITY_CLIENT_ID", "/machineLearning/clientId"),
            ],
        ),
        ("cloudShell", vec![("MSI_ENDPOINT", "/cloudShell/endpoint")]),
        (
            "workloadIdentity",
            vec![
                ("AZURE_AUTHORITY_HOST", "/workloadIdentity/authorityHost"),
                ("AZURE_TENANT_ID", "/workloadIdentity/tenantId"),
                ("AZURE_CLIENT_ID", "/workloadIdentity/clientId"),
                ("AZURE_FEDERATED_TOKEN_FILE", "/workloadIdentity/tokenFile"),
            ],
        ),
    ];
    let environments = azure.ready["environments"].as_object().unwrap();
    assert_eq!(environments.len(), expected.len());
    for (host, variables) in expected {
        for (variable, pointer) in variables
            .iter()
            .chain(&[("COSMI_ARM_ENDPOINT", "/arm"), ("COSMI_CA_FILE", "/ca")])
        {
            assert_eq!(
                environments[host][variable],
                azure.text(pointer),
                "{host} {variable}"
            );
        }
        // What decides which host it is; App Service also has what it does not need.
        let telling = |name: &&String| {
            ["IDENTITY_", "MSI_", "IMDS_", "AZURE_", "DEFAULT_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
        };
        let found = environments[host].as_object().unwrap();
        assert_eq!(
            found.keys().filter(telling).count(),
            variables.len(),
            "{host}"
        );
        assert!(found.values().all(Value::is_string), "{host}");
    }
    assert_eq!(azure.ready["environment"], environments["imds"]);
    let site = &environments["appService"];
    assert_eq!(
        site["WEBSITE_OWNER_NAME"],
        "11111111-2222-3333-4444-555555555555+rg-westeuropewebspace"
    );
    assert_eq!(site["WEBSITE_RESOURCE_GROUP"], "rg");
}

#[tokio::test]
async fn a_machine_without_identities_names_none() {
    let mut scenario = tutorial();
    scenario["machine"]["systemIdentity"] = Value::Null;
    let azure = Azure::with_scenario(&scenario);
    assert_eq!(
        azure.text("/workloadIdentity/clientId"),
        crate::support::READER
    );
    scenario["machine"]["userAssignedIdentities"] = Value::Array(Vec::new());
    let azure = Azure::with_scenario(&scenario);
    assert_eq!(azure.text("/machineLearning/clientId"), "");
}
