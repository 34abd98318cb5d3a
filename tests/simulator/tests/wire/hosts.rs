//! Machines and their like, and the identities they are given.

use serde_json::{Value, json};

use crate::support::{Azure, READER, SUBSCRIPTION, account_path};

const ASSIGNED: &str = "/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities";

fn path(kind: &str, name: &str) -> String {
    let version = match kind.split('/').next().unwrap() {
        "Microsoft.Compute" => "2024-07-01",
        "Microsoft.Web" => "2023-12-01",
        "Microsoft.Automation" => "2023-11-01",
        _ => "2024-07-10",
    };
    format!(
        "subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/{kind}/{name}?api-version={version}"
    )
}

fn machine(name: &str) -> String {
    path("Microsoft.Compute/virtualMachines", name)
}

async fn identity(azure: &Azure, path: &str) -> Value {
    azure.arm("GET", path).await.expect(200).json()["identity"].clone()
}

async fn change(azure: &Azure, path: &str, identity: Value) -> Value {
    let started = azure
        .arm_json("PATCH", path, &json!({"identity": identity}))
        .await
        .expect(200);
    assert_eq!(started.header("location"), "");
    assert_eq!(azure.over(&started).await["status"], "Succeeded");
    self::identity(azure, path).await
}

#[tokio::test]
async fn each_kind_says_who_it_is() {
    let azure = Azure::start(&[]);
    for (kind, name, principal) in [
        (
            "Microsoft.Compute/virtualMachines",
            "myvm",
            "33333333-0000-0000-0000-000000000002",
        ),
        (
            "Microsoft.Compute/virtualMachineScaleSets",
            "myset",
            "33333333-0000-0000-0000-000000000012",
        ),
        (
            "Microsoft.Web/sites",
            "myfunction",
            "33333333-0000-0000-0000-000000000022",
        ),
        (
            "Microsoft.Automation/automationAccounts",
            "myautomation",
            "33333333-0000-0000-0000-000000000032",
        ),
        (
            "Microsoft.HybridCompute/machines",
            "myserver",
            "33333333-0000-0000-0000-000000000042",
        ),
    ] {
        let shown = azure.arm("GET", &path(kind, name)).await.expect(200).json();
        assert_eq!(shown["identity"]["principalId"], principal, "{kind}");
        assert_eq!(
            shown["identity"]["tenantId"],
            "99999999-8888-7777-6666-555555555555"
        );
        assert_eq!(shown["type"], kind);
        let missing = azure.arm("GET", &path(kind, "nobody")).await.expect(404);
        assert_eq!(missing.code(), "ResourceNotFound");
    }
    assert_eq!(identity(&azure, &machine("plainvm")).await, Value::Null);
    assert_eq!(
        identity(&azure, &machine("assignedvm")).await["type"],
        "UserAssigned"
    );
    let unknown = machine("myvm").replace("2024-07-01", "2001-01-01");
    assert_eq!(
        azure.arm("GET", &unknown).await.expect(400).code(),
        "NoRegisteredProviderFound"
    );
    azure
        .arm("PATCH", &path("Microsoft.Web/sites", "myfunction"))
        .await
        .expect(405);
}

#[tokio::test]
async fn a_bare_type_drops_what_was_assigned() {
    let azure = Azure::start(&[]);
    let path = machine("myvm");
    let before = identity(&azure, &path).await;
    assert_eq!(before["type"], "SystemAssigned, UserAssigned");
    let merged = change(
        &azure,
        &path,
        json!({
            "type": "SystemAssigned, UserAssigned",
            "userAssignedIdentities": {format!("{ASSIGNED}/worker"): {}},
        }),
    )
    .await;
    assert_eq!(
        merged["userAssignedIdentities"].as_object().unwrap().len(),
        2
    );
    let fewer = change(
        &azure,
        &path,
        json!({
            "type": "SystemAssigned,UserAssigned",
            "userAssignedIdentities": {format!("{ASSIGNED}/WORKER"): null},
        }),
    )
    .await;
    assert_eq!(fewer, before);
    let bare = change(&azure, &path, json!({"type": "SystemAssigned"})).await;
    assert_eq!(
        bare,
        json!({"type": "SystemAssigned", "principalId": before["principalId"], "tenantId": before["tenantId"]})
    );
    // The machine itself notices.
    let reader = format!(
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net&client_id={READER}"
    );
    azure.metadata(&reader).await.expect(400);
}

#[tokio::test]
async fn identities_come_and_go() {
    let azure = Azure::start(&[]);
    let path = machine("assignedvm");
    let both = change(
        &azure,
        &path,
        json!({"type": "SystemAssigned, UserAssigned"}),
    )
    .await;
    assert_eq!(both["userAssignedIdentities"].as_object().unwrap().len(), 1);
    let principal = both["principalId"].as_str().unwrap().to_owned();

    // Such a new principal is known to those who say what it is.
    let assignment = account_path(
        "myaccount",
        "/providers/Microsoft.Authorization/roleAssignments/88888888-0000-0000-0000-000000000001",
    )
    .replace("2024-11-15", "2022-04-01");
    let role = format!(
        "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/fbdf93bf-df7d-467e-a4d2-9458aa1360c8"
    );
    let mut body = json!({"properties": {"roleDefinitionId": role, "principalId": principal}});
    let refused = azure.arm_json("PUT", &assignment, &body).await.expect(400);
    assert_eq!(refused.code(), "PrincipalNotFound");
    assert!(refused.text.contains(&principal.replace('-', "")));
    body["properties"]["principalType"] = json!("ServicePrincipal");
    azure.arm_json("PUT", &assignment, &body).await.expect(201);

    let none = change(&azure, &path, json!({"type": "None"})).await;
    assert_eq!(none, Value::Null);
    let again = change(&azure, &path, json!({"type": "systemAssigned"})).await;
    assert_ne!(again["principalId"], principal, "it is another");
    let set = self::path("Microsoft.Compute/virtualMachineScaleSets", "myset");
    let both = change(&azure, &set, json!({"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {format!("{ASSIGNED}/reader"): {}}})).await;
    assert_eq!(
        both["userAssignedIdentities"][format!("{ASSIGNED}/reader")]["clientId"],
        READER
    );
}

#[tokio::test]
async fn changes_that_cannot_be() {
    let azure = Azure::start(&[]);
    let path = machine("plainvm");
    for (identity, code) in [
        (json!({"type": "Royal"}), "InvalidParameter"),
        (json!({"type": "UserAssigned"}), "InvalidParameter"),
        (
            json!({"type": "SystemAssigned", "userAssignedIdentities": {format!("{ASSIGNED}/worker"): {}}}),
            "InvalidParameter",
        ),
        (
            json!({"type": "UserAssigned", "userAssignedIdentities": {format!("{ASSIGNED}/nobody"): {}}}),
            "FailedIdentityOperation",
        ),
    ] {
        let refused = azure
            .arm_json("PATCH", &path, &json!({"identity": identity}))
            .await
            .expect(400);
        assert_eq!(refused.code(), code, "{identity}");
    }
    let foreign = json!({"identity": {"type": "UserAssigned", "userAssignedIdentities": {"/subscriptions/x/resourceGroups/y/providers/Microsoft.ManagedIdentity/userAssignedIdentities/z": {}}}});
    let refused = azure.arm_json("PATCH", &path, &foreign).await.expect(403);
    assert_eq!(refused.code(), "LinkedAuthorizationFailed");
    let token = azure
        .token(
            "https://management.azure.com/",
            &format!("&client_id={READER}"),
        )
        .await;
    let body = json!({"identity": {"type": "SystemAssigned"}});
    let refused = azure
        .arm_json_with(&token, "PATCH", &path, &body)
        .await
        .expect(403);
    assert!(
        refused
            .text
            .contains("Microsoft.Compute/virtualMachines/write")
    );
    azure.operations(json!({"polls": 0, "fail": {"code": "OverconstrainedAllocationRequest", "message": "No."}})).await;
    let started = azure.arm_json("PATCH", &path, &body).await.expect(200);
    assert_eq!(
        azure.over(&started).await["error"]["code"],
        "OverconstrainedAllocationRequest"
    );
    assert_eq!(identity(&azure, &path).await, Value::Null);
}
