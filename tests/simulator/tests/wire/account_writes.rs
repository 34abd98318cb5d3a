//! Accounts that are made, changed and deleted.

use serde_json::{Value, json};

use crate::support::{Azure, READER, SUBSCRIPTION, account_path, signed, tutorial};

/// The least that makes an account.
pub fn account(location: &str) -> Value {
    json!({
        "location": location,
        "kind": "GlobalDocumentDB",
        "properties": {
            "databaseAccountOfferType": "Standard",
            "locations": [{"locationName": location, "failoverPriority": 0, "isZoneRedundant": false}],
        },
    })
}

fn with(mut body: Value, property: &str, value: Value) -> Value {
    body["properties"][property] = value;
    body
}

/// The tutorial from nothing: account, database, container, role, and the collection by the key the role gives.
#[tokio::test]
async fn the_whole_tutorial() {
    let azure = Azure::start(&[]);
    let path = account_path("fresh", "");
    azure.arm("GET", &path).await.expect(404);
    let made = azure
        .arm_json("PUT", &path, &account("westeurope"))
        .await
        .expect(200);
    assert_eq!(made.json()["properties"]["provisioningState"], "Creating");
    assert_eq!(made.header("retry-after"), "1");
    assert_eq!(azure.over(&made).await, json!({"status": "Succeeded"}));
    let again = azure
        .arm_json("PUT", &path, &account("West Europe"))
        .await
        .expect(200);
    assert_eq!(again.json()["properties"]["provisioningState"], "Succeeded");
    assert_eq!(again.header("azure-asyncoperation"), "");

    let database = account_path("fresh", "/sqlDatabases/Test");
    let body = json!({"properties": {"resource": {"id": "Test"}, "options": {}}});
    azure.done("PUT", &database, &body).await;
    let container = account_path("fresh", "/sqlDatabases/Test/containers/Test");
    let body = json!({"properties": {
        "resource": {"id": "Test", "partitionKey": {"paths": ["/id"], "kind": "Hash"}},
        "options": {"throughput": 400},
    }});
    azure.done("PUT", &container, &body).await;

    // Whoever makes an account cannot read its keys yet.
    let keys = account_path("fresh", "/readonlykeys");
    azure.arm("POST", &keys).await.expect(403);
    let vm = format!(
        "subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/myvm?api-version=2024-07-01"
    );
    let principal =
        azure.arm("GET", &vm).await.expect(200).json()["identity"]["principalId"].clone();
    let assignment = account_path(
        "fresh",
        "/providers/Microsoft.Authorization/roleAssignments/77777777-0000-0000-0000-000000000001",
    )
    .replace("2024-11-15", "2022-04-01");
    let role = format!(
        "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/fbdf93bf-df7d-467e-a4d2-9458aa1360c8"
    );
    let body = json!({"properties": {"roleDefinitionId": role, "principalId": principal, "principalType": "ServicePrincipal"}});
    azure.arm_json("PUT", &assignment, &body).await.expect(201);
    azure.arm_json("PUT", &assignment, &body).await.expect(200);
    let old = azure.token("https://management.azure.com/", "").await;
    azure.arm_with(&old, "POST", &keys).await.expect(403);
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    azure.arm_with(&old, "POST", &keys).await.expect(403);
    let keys = azure.arm("POST", &keys).await.expect(200).json();
    let key = keys["primaryReadonlyMasterKey"].as_str().unwrap();

    let shown = azure.arm("GET", &path).await.expect(200).json();
    let endpoint = shown["properties"]["documentEndpoint"].as_str().unwrap();
    let request = signed(
        "GET",
        "/dbs/Test/colls/Test",
        "colls",
        "dbs/Test/colls/Test",
    );
    let collection = azure
        .cosmos_at(endpoint, key, request, &[], None)
        .await
        .expect(200)
        .json();
    assert_eq!(collection["partitionKey"]["paths"], json!(["/id"]));
    let offers = azure
        .cosmos_at(
            endpoint,
            key,
            signed("GET", "/offers", "offers", ""),
            &[],
            None,
        )
        .await
        .expect(200)
        .json();
    assert_eq!(offers["Offers"][0]["offerResourceId"], collection["_rid"]);
    assert_eq!(offers["Offers"][0]["content"]["offerThroughput"], 400);
}

#[tokio::test]
async fn what_is_asked_for_is_what_there_is() {
    let azure = Azure::start(&[]);
    let path = account_path("special", "");
    let mut body = account("North Europe");
    body["tags"] = json!({"team": "a"});
    body["properties"]["locations"] = json!([
        {"locationName": "westeurope", "failoverPriority": 1},
        {"locationName": "northeurope", "failoverPriority": 0, "isZoneRedundant": true},
    ]);
    body["properties"]["consistencyPolicy"] = json!({"defaultConsistencyLevel": "Eventual"});
    body["properties"]["enableFreeTier"] = json!(true);
    body["properties"]["disableLocalAuth"] = json!(true);
    azure.done("PUT", &path, &body).await;
    let made = azure.arm("GET", &path).await.expect(200).json();
    assert_eq!(made["location"], "North Europe");
    assert_eq!(made["tags"], json!({"team": "a"}));
    let properties = &made["properties"];
    assert_eq!(properties["enableFreeTier"], true);
    assert_eq!(properties["disableLocalAuth"], true);
    assert_eq!(
        properties["consistencyPolicy"]["defaultConsistencyLevel"],
        "Eventual"
    );
    assert_eq!(properties["consistencyPolicy"]["maxStalenessPrefix"], 100);
    assert_eq!(properties["writeLocations"].as_array().unwrap().len(), 1);
    assert_eq!(
        properties["writeLocations"][0]["locationName"],
        "North Europe"
    );
    assert_eq!(properties["locations"][0]["isZoneRedundant"], true);
    assert_eq!(properties["locations"][1]["id"], "special-westeurope");

    // The same once more, and another where only one can be free.
    let again = azure.arm_json("PUT", &path, &body).await.expect(200);
    assert_eq!(again.header("azure-asyncoperation"), "");
    let free = with(account("westeurope"), "enableFreeTier", json!(true));
    let refused = azure
        .arm_json("PUT", &account_path("second", ""), &free)
        .await
        .expect(400);
    assert!(refused.text.contains("Free tier"), "{}", refused.text);

    let serverless = with(
        account("westeurope"),
        "capabilities",
        json!([{"name": "EnableServerless"}]),
    );
    azure
        .done("PUT", &account_path("second", ""), &serverless)
        .await;
    let shown = azure.account("GET", "second", "").await.json();
    assert_eq!(
        shown["properties"]["capabilities"],
        serverless["properties"]["capabilities"]
    );
}

#[tokio::test]
async fn accounts_are_changed() {
    let azure = Azure::start(&[]);
    azure.operations(json!({"polls": 3})).await;
    let path = account_path("myaccount", "");
    let body = json!({"tags": {"a": "b"}, "properties": {"consistencyPolicy": {"defaultConsistencyLevel": "strong"}}});
    let started = azure.arm_json("PATCH", &path, &body).await.expect(200);
    assert_eq!(
        started.json()["properties"]["provisioningState"],
        "Updating"
    );
    // One change at a time; what is not this account's is not held up.
    let busy = azure
        .arm_json("PATCH", &path, &json!({"tags": {}}))
        .await
        .expect(412);
    assert_eq!(busy.code(), "PreconditionFailed");
    assert!(busy.text.contains("exclusive lock"));
    let shown = azure.arm("GET", &path).await.expect(200).json();
    assert_eq!(shown["properties"]["provisioningState"], "Updating");
    assert_eq!(shown["tags"], json!({}));
    azure.over(&started).await;
    let shown = azure.arm("GET", &path).await.expect(200).json();
    assert_eq!(shown["properties"]["provisioningState"], "Succeeded");
    assert_eq!(shown["tags"], json!({"a": "b"}));
    let level = &shown["properties"]["consistencyPolicy"]["defaultConsistencyLevel"];
    assert_eq!(level, "Strong");
    let key = azure.key("myaccount", "primaryMasterKey").await;
    let seen = azure
        .cosmos(&key, signed("GET", "/", "", ""), &[], None)
        .await
        .expect(200)
        .json();
    assert_eq!(
        &seen["userConsistencyPolicy"]["defaultConsistencyLevel"],
        level
    );

    for (change, word) in [
        (
            json!({"capabilities": [{"name": "EnableServerless"}]}),
            "EnableServerless",
        ),
        (json!({"enableFreeTier": true}), "Free tier"),
        (
            json!({"consistencyPolicy": {"defaultConsistencyLevel": "Never"}}),
            "Never",
        ),
    ] {
        let refused = azure
            .arm_json("PATCH", &path, &json!({"properties": change}))
            .await
            .expect(400);
        assert_eq!(refused.code(), "BadRequest");
        assert!(refused.text.contains(word), "{}", refused.text);
    }
}

#[tokio::test]
async fn a_deleted_account_is_gone_from_both_planes() {
    let azure = Azure::start(&[]);
    let path = account_path("myaccount", "");
    let key = azure.key("myaccount", "primaryMasterKey").await;
    let started = azure.arm("DELETE", &path).await.expect(202);
    assert!(
        started
            .header("location")
            .contains("/locations/westeurope/operationResults/")
    );
    let state =
        azure.arm("GET", &path).await.expect(200).json()["properties"]["provisioningState"].clone();
    assert_eq!(state, "Deleting");
    azure.over(&started).await;
    azure.arm("GET", &path).await.expect(404);
    azure.follow(started.header("location")).await.expect(204);
    let gone = azure
        .cosmos(&key, signed("GET", "/", "", ""), &[], None)
        .await
        .expect(403);
    assert_eq!(gone.header("x-ms-substatus"), "1008");
    azure.arm("DELETE", &path).await.expect(204);

    // Another of the same name has the same address, other keys, and nobody's rights.
    azure.done("PUT", &path, &account("westeurope")).await;
    azure
        .account("POST", "myaccount", "/listKeys")
        .await
        .expect(403);
    azure
        .cosmos(&key, signed("GET", "/", "", ""), &[], None)
        .await
        .expect(401);
}

#[tokio::test]
async fn names_are_checked() {
    let azure = Azure::start(&[]);
    let asked = |name: &str| {
        format!("providers/Microsoft.DocumentDB/databaseAccountNames/{name}?api-version=2024-11-15")
    };
    for (name, status) in [("myaccount", 200), ("contoso", 200), ("nobody", 404)] {
        azure.arm("HEAD", &asked(name)).await.expect(status);
    }
    azure.arm("GET", &asked("nobody")).await.expect(405);
    let taken = azure
        .arm_json("PUT", &account_path("contoso", ""), &account("westeurope"))
        .await
        .expect(400);
    assert_eq!(taken.code(), "BadRequest");
    assert!(
        taken
            .text
            .contains("Dns record for contoso under zone Document is already taken")
    );
    for name in ["ab", "Upper", "a--b", "-ab", "a_b"] {
        let refused = azure
            .arm_json("PUT", &account_path(name, ""), &account("westeurope"))
            .await
            .expect(400);
        assert!(refused.text.contains("is invalid"), "{}", refused.text);
    }
}

#[tokio::test]
async fn accounts_that_cannot_be_made() {
    let azure = Azure::start(&[]);
    let here = account("westeurope");
    for (path, body, status, code) in [
        (
            account_path("fresh", ""),
            account("atlantis"),
            400,
            "LocationNotAvailableForResourceType",
        ),
        (
            account_path("myaccount", ""),
            account("eastus"),
            409,
            "InvalidResourceLocation",
        ),
        (
            account_path("lockedaccount", ""),
            with(here.clone(), "enableFreeTier", json!(true)),
            409,
            "ScopeLocked",
        ),
        (
            account_path("fresh", "").replace("/rg/", "/other/"),
            here.clone(),
            403,
            "AuthorizationFailed",
        ),
        (
            account_path("fresh", "").replace(SUBSCRIPTION, "0"),
            here.clone(),
            404,
            "SubscriptionNotFound",
        ),
        (
            account_path("fresh", "").replace("2024-11-15", "2001-01-01"),
            here.clone(),
            400,
            "NoRegisteredProviderFound",
        ),
        (
            account_path("fresh", ""),
            json!([]),
            400,
            "InvalidRequestContent",
        ),
        (
            account_path("fresh", ""),
            json!({"location": "westeurope", "properties": {}}),
            400,
            "BadRequest",
        ),
    ] {
        let refused = azure.arm_json("PUT", &path, &body).await.expect(status);
        assert_eq!(refused.code(), code, "{path}");
    }
    let token = azure
        .token(
            "https://management.azure.com/",
            &format!("&client_id={READER}"),
        )
        .await;
    for method in ["PUT", "PATCH", "DELETE"] {
        let refused = azure
            .arm_json_with(&token, method, &account_path("myaccount", ""), &here)
            .await
            .expect(403);
        assert_eq!(refused.code(), "AuthorizationFailed");
    }
    azure
        .account("DELETE", "lockedaccount", "")
        .await
        .expect(409);
    azure.account("GET", "fresh", "").await.expect(404);
}

#[tokio::test]
async fn a_lock_against_deletion_is_one_against_deletion_alone() {
    let mut scenario = tutorial();
    scenario["accounts"][0]["lock"] = json!("CanNotDelete");
    let azure = Azure::with_scenario(&scenario);
    let refused = azure.account("DELETE", "myaccount", "").await.expect(409);
    assert!(refused.text.contains("cannot perform delete operation"));
    azure
        .account("POST", "myaccount", "/listKeys")
        .await
        .expect(200);
    azure
        .arm("DELETE", &account_path("myaccount", "/sqlDatabases/Test"))
        .await
        .expect(409);
}

#[tokio::test]
async fn a_key_is_replaced() {
    let azure = Azure::start(&[]);
    let path = account_path("myaccount", "/regenerateKey");
    let names = [
        "primaryMasterKey",
        "secondaryMasterKey",
        "primaryReadonlyMasterKey",
        "secondaryReadonlyMasterKey",
    ];
    let kinds = [
        "primary",
        "secondary",
        "primaryReadonly",
        "secondaryReadonly",
    ];
    for (name, kind) in names.into_iter().zip(kinds) {
        let before = azure.account("POST", "myaccount", "/listKeys").await.json();
        let started = azure
            .arm_json("POST", &path, &json!({"keyKind": kind}))
            .await
            .expect(202);
        assert_eq!(
            azure.account("POST", "myaccount", "/listKeys").await.json(),
            before,
            "not yet"
        );
        azure.over(&started).await;
        let after = azure.account("POST", "myaccount", "/listKeys").await.json();
        for other in names {
            assert_eq!(
                before[other] != after[other],
                other == name,
                "{kind}: {other}"
            );
        }
        let ask = |key: &Value| key.as_str().unwrap().to_owned();
        let root = signed("GET", "/", "", "");
        azure
            .cosmos(&ask(&before[name]), root, &[], None)
            .await
            .expect(401);
        azure
            .cosmos(&ask(&after[name]), root, &[], None)
            .await
            .expect(200);
    }
    azure
        .arm_json("POST", &path, &json!({"keyKind": "third"}))
        .await
        .expect(400);
    let readers = account_path("readeraccount", "/regenerateKey");
    let refused = azure
        .arm_json("POST", &readers, &json!({"keyKind": "primary"}))
        .await
        .expect(403);
    assert!(
        refused
            .text
            .contains("databaseAccounts/regenerateKey/action")
    );
}
