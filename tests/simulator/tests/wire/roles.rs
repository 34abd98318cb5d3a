//! Role definitions and assignments, of Resource Manager and of the data plane.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Azure, READER, SUBSCRIPTION, account_path};

const MACHINE: &str = "33333333-0000-0000-0000-000000000002";
const READERS_ROLE: &str = "fbdf93bf-df7d-467e-a4d2-9458aa1360c8";
const PRINCIPAL: &str = "22222222-0000-0000-0000-000000000002";

fn at_account(name: &str, rest: &str) -> String {
    let path = account_path(name, &format!("/providers/Microsoft.Authorization/{rest}"));
    // A query may come first.
    let path = path.replace("2024-11-15", "2022-04-01");
    match rest.split_once('?') {
        Some(_) => path.replace("?api-version", "&api-version"),
        None => path,
    }
}

fn assignment(number: u8) -> String {
    format!("roleAssignments/88888888-0000-0000-0000-0000000000{number:02}")
}

fn grant(role: &str, principal: &str, kind: Option<&str>) -> Value {
    let id = format!(
        "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    );
    let mut body = json!({"properties": {"roleDefinitionId": id, "principalId": principal}});
    if let Some(kind) = kind {
        body["properties"]["principalType"] = json!(kind);
    }
    body
}

#[tokio::test]
async fn roles_have_names_and_ids() {
    let azure = Azure::start(&[]);
    let by_name = |name: &str| {
        at_account(
            "myaccount",
            &format!(
                "roleDefinitions?$filter=roleName%20eq%20'{}'",
                name.replace(' ', "%20")
            ),
        )
    };
    for (name, id) in [
        ("Cosmos DB Account Reader Role", READERS_ROLE),
        (
            "documentdb account contributor",
            "5bd9cd88-fe45-4216-938b-f97437e15450",
        ),
        ("Cosmos DB Operator", "230815da-be43-4aae-9cb4-875f7bd000aa"),
        (
            "CosmosBackupOperator",
            "db7b14f2-5adf-42da-9f96-f2ee17bab5cb",
        ),
    ] {
        let found = azure.arm("GET", &by_name(name)).await.expect(200).json();
        let found = found["value"].as_array().unwrap();
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0]["name"], id);
        assert_eq!(
            found[0]["id"],
            format!(
                "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{id}"
            )
        );
        let one = azure
            .arm(
                "GET",
                &at_account("myaccount", &format!("roleDefinitions/{id}")),
            )
            .await
            .expect(200)
            .json();
        assert_eq!(one, found[0]);
    }
    let none = azure
        .arm("GET", &by_name("Emperor"))
        .await
        .expect(200)
        .json();
    assert_eq!(none, json!({"value": []}));
    let custom = at_account(
        "myaccount",
        "roleDefinitions?$filter=type%20eq%20'CustomRole'",
    );
    let custom = azure.arm("GET", &custom).await.expect(200).json();
    assert_eq!(custom["value"].as_array().unwrap().len(), 2);
    azure
        .arm(
            "GET",
            &at_account("myaccount", "roleDefinitions?$filter=nonsense"),
        )
        .await
        .expect(400);
    azure
        .arm("GET", &at_account("nobody", "roleDefinitions"))
        .await
        .expect(404);
    azure
        .arm(
            "GET",
            &by_name("Reader").replace("2022-04-01", "2001-01-01"),
        )
        .await
        .expect(400);
}

#[tokio::test]
async fn assignments_are_made_listed_and_revoked() {
    let azure = Azure::start(&[]);
    let path = at_account("myaccount", &assignment(1));
    azure.arm("GET", &path).await.expect(404);
    let body = grant(READERS_ROLE, PRINCIPAL, Some("ServicePrincipal"));
    let made = azure.arm_json("PUT", &path, &body).await.expect(201).json();
    assert_eq!(made["properties"]["createdBy"], Value::Null);
    assert_eq!(made["properties"]["updatedBy"], MACHINE);
    let again = azure.arm_json("PUT", &path, &body).await.expect(200).json();
    assert_eq!(again["id"], made["id"]);

    let exists = azure
        .arm_json("PUT", &at_account("myaccount", &assignment(2)), &body)
        .await
        .expect(409);
    assert_eq!(exists.code(), "RoleAssignmentExists");
    let other = grant(
        "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        PRINCIPAL,
        Some("ServicePrincipal"),
    );
    let refused = azure.arm_json("PUT", &path, &other).await.expect(400);
    assert_eq!(refused.code(), "RoleAssignmentUpdateNotPermitted");

    let listed = |filter: &str| {
        at_account(
            "myaccount",
            &format!("roleAssignments?$filter={}", filter.replace(' ', "%20")),
        )
    };
    let of_principal = azure
        .arm("GET", &listed(&format!("principalId eq '{PRINCIPAL}'")))
        .await
        .expect(200)
        .json();
    let scopes: Vec<usize> = of_principal["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            one["properties"]["scope"]
                .as_str()
                .unwrap()
                .matches('/')
                .count()
        })
        .collect();
    assert_eq!(scopes, [4, 8], "the group's and the account's");
    let at_scope = azure
        .arm(
            "GET",
            &listed(&format!("atScope() and assignedTo('{MACHINE}')")),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(at_scope["value"].as_array().unwrap().len(), 3);
    azure
        .arm("GET", &listed("color eq 'red'"))
        .await
        .expect(400);

    let revoked = azure.arm("DELETE", &path).await.expect(200).json();
    assert_eq!(revoked["id"], made["id"]);
    azure.arm("DELETE", &path).await.expect(204);
}

#[tokio::test]
async fn assignments_that_cannot_be() {
    let azure = Azure::start(&[]);
    let unknown = "99999999-0000-0000-0000-000000000009";
    let spn = Some("ServicePrincipal");
    for (account, name, body, status, code) in [
        (
            "myaccount",
            "roleAssignments/1".to_owned(),
            grant(READERS_ROLE, PRINCIPAL, spn),
            400,
            "InvalidRoleAssignmentId",
        ),
        (
            "myaccount",
            assignment(1),
            grant(unknown, PRINCIPAL, spn),
            404,
            "RoleDefinitionDoesNotExist",
        ),
        (
            "myaccount",
            assignment(1),
            grant(READERS_ROLE, unknown, spn),
            400,
            "PrincipalNotFound",
        ),
        (
            "myaccount",
            assignment(1),
            grant(READERS_ROLE, PRINCIPAL, Some("User")),
            400,
            "UnmatchedPrincipalType",
        ),
        (
            "lockedaccount",
            assignment(1),
            grant(READERS_ROLE, PRINCIPAL, spn),
            409,
            "ScopeLocked",
        ),
        (
            "nobody",
            assignment(1),
            grant(READERS_ROLE, PRINCIPAL, spn),
            404,
            "ResourceNotFound",
        ),
    ] {
        let refused = azure
            .arm_json("PUT", &at_account(account, &name), &body)
            .await
            .expect(status);
        assert_eq!(refused.code(), code);
    }
    let token = azure
        .token(
            "https://management.azure.com/",
            &format!("&client_id={READER}"),
        )
        .await;
    let body = grant(READERS_ROLE, PRINCIPAL, spn);
    let refused = azure
        .arm_json_with(
            &token,
            "PUT",
            &at_account("myaccount", &assignment(1)),
            &body,
        )
        .await
        .expect(403);
    assert!(
        refused
            .text
            .contains("Microsoft.Authorization/roleAssignments/write")
    );
    let elsewhere = at_account("myaccount", &assignment(1)).replace(SUBSCRIPTION, "0");
    assert_eq!(
        azure
            .arm_json("PUT", &elsewhere, &body)
            .await
            .expect(404)
            .code(),
        "SubscriptionNotFound"
    );
}

#[tokio::test]
async fn effect_comes_late_and_with_a_new_token() {
    let azure = Azure::start(&[]);
    let keys = account_path("readeraccount", "/listKeys");
    let body = grant(
        "5bd9cd88-fe45-4216-938b-f97437e15450",
        MACHINE,
        Some("ServicePrincipal"),
    );
    azure
        .control(
            "POST",
            "/role-assignments",
            &json!({"delaySeconds": 0, "requests": 2}),
        )
        .await
        .expect(204);
    azure
        .arm_json("PUT", &at_account("readeraccount", &assignment(1)), &body)
        .await
        .expect(201);
    let first = azure.token("https://management.azure.com/", "").await;
    for _ in 0..4 {
        azure.arm_with(&first, "POST", &keys).await.expect(403);
    }
    azure.arm("POST", &keys).await.expect(200);
    azure
        .arm("DELETE", &at_account("readeraccount", &assignment(1)))
        .await
        .expect(200);
    azure.arm("POST", &keys).await.expect(403);

    azure
        .control("POST", "/role-assignments", &json!({"delaySeconds": 3600}))
        .await
        .expect(204);
    azure
        .arm_json("PUT", &at_account("readeraccount", &assignment(1)), &body)
        .await
        .expect(201);
    tokio::time::sleep(Duration::from_millis(20)).await;
    azure.arm("POST", &keys).await.expect(403);
    azure
        .control("POST", "/clock", &json!({"offsetSeconds": 3601}))
        .await
        .expect(204);
    azure.arm("POST", &keys).await.expect(200);
}

#[tokio::test]
async fn the_data_planes_own_roles() {
    let azure = Azure::start(&[]);
    let path = |rest: &str| account_path("myaccount", rest);
    let roles = azure
        .arm("GET", &path("/sqlRoleDefinitions"))
        .await
        .expect(200)
        .json();
    let names: Vec<&str> = roles["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|role| role["properties"]["roleName"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "Cosmos DB Built-in Data Reader",
            "Cosmos DB Built-in Data Contributor",
            "Order Writer"
        ]
    );
    assert_eq!(roles["value"][2]["properties"]["type"], "CustomRole");
    let reader = roles["value"][0]["id"].as_str().unwrap();
    let own = reader.split("/sqlRoleDefinitions").next().unwrap();
    let one = path("/sqlRoleDefinitions/00000000-0000-0000-0000-000000000001");
    assert_eq!(
        azure.arm("GET", &one).await.expect(200).json(),
        roles["value"][0]
    );
    azure
        .arm(
            "GET",
            &path("/sqlRoleDefinitions/00000000-0000-0000-0000-000000000003"),
        )
        .await
        .expect(404);

    let id = "/sqlRoleAssignments/88888888-0000-0000-0000-000000000001";
    let body = |role: &str, scope: &str, principal: &str| json!({"properties": {"roleDefinitionId": role, "scope": scope, "principalId": principal}});
    azure.arm("GET", &path(id)).await.expect(404);
    let scope = format!("{own}/dbs/Test/colls/Test");
    azure
        .done("PUT", &path(id), &body(reader, &scope, PRINCIPAL))
        .await;
    let made = azure.arm("GET", &path(id)).await.expect(200).json();
    assert_eq!(
        made["properties"],
        body(reader, &scope, PRINCIPAL)["properties"]
    );
    let listed = azure
        .arm("GET", &path("/sqlRoleAssignments"))
        .await
        .expect(200)
        .json();
    assert_eq!(listed, json!({"value": [made]}));
    for (name, bad) in [
        ("/sqlRoleAssignments/1", body(reader, own, PRINCIPAL)),
        (id, body("nothing", own, PRINCIPAL)),
        (id, body(reader, "/elsewhere", PRINCIPAL)),
        (id, body(reader, &format!("{own}/things/x"), PRINCIPAL)),
        (id, body(reader, own, "nobody")),
    ] {
        azure.arm_json("PUT", &path(name), &bad).await.expect(400);
    }
    azure.done("DELETE", &path(id), &Value::Null).await;
    azure.arm("DELETE", &path(id)).await.expect(204);
    let token = azure
        .token(
            "https://management.azure.com/",
            &format!("&client_id={READER}"),
        )
        .await;
    let refused = azure
        .arm_json_with(&token, "PUT", &path(id), &body(reader, own, PRINCIPAL))
        .await
        .expect(403);
    assert!(
        refused
            .text
            .contains("databaseAccounts/sqlRoleAssignments/write")
    );
}

#[tokio::test]
async fn data_plane_assignments_that_cannot_be() {
    let azure = Azure::start(&[]);
    let path = |number: u8| {
        account_path(
            "myaccount",
            &format!("/sqlRoleAssignments/88888888-0000-0000-0000-0000000000{number:02}"),
        )
    };
    let own = account_path("myaccount", "");
    let own = format!(
        "/{}",
        own.split('?').next().unwrap().trim_start_matches('/')
    );
    let body = |role: u8, scope: &str, principal: &str| {
        json!({"properties": {
            "roleDefinitionId": format!("{own}/sqlRoleDefinitions/00000000-0000-0000-0000-00000000000{role}"),
            "scope": format!("{own}{scope}"),
            "principalId": principal,
        }})
    };
    azure
        .done("PUT", &path(1), &body(1, "/dbs/Test", PRINCIPAL))
        .await;
    // the same again, and with another role
    for role in [1, 2] {
        azure
            .done("PUT", &path(1), &body(role, "/dbs/Test/", PRINCIPAL))
            .await;
    }
    for (number, wanted, status, words) in [
        (
            1,
            body(2, "/dbs/Test", MACHINE),
            400,
            "Updating SQL Role Assignment Principal ID is not permitted",
        ),
        (
            1,
            body(2, "/dbs/test", PRINCIPAL),
            400,
            "Updating SQL Role Assignment Scope is not permitted",
        ),
        (2, body(2, "/dbs/Test", PRINCIPAL), 409, "already exists"),
        (2, body(7, "", PRINCIPAL), 400, "does not exist"),
    ] {
        let refused = azure.arm_json("PUT", &path(number), &wanted).await;
        assert!(refused.expect(status).text.contains(words), "{words}");
    }
    // who that is shows only when the work has begun
    let unknown = body(2, "", "99999999-0000-0000-0000-000000000009");
    let started = azure.arm_json("PUT", &path(2), &unknown).await.expect(202);
    let ended = azure.over(&started).await;
    assert_eq!(
        (&ended["status"], &ended["error"]["code"]),
        (&json!("Failed"), &json!("BadRequest"))
    );
    assert!(
        ended
            .to_string()
            .contains("was not found in the AAD tenant(s)")
    );
    azure.arm("GET", &path(2)).await.expect(404);
}
