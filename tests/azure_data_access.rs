//! Cosmos DB's own roles: given, listed and taken away; what a second run does, what is sent, what is refused.

mod support;

use cosmi::azure::{AccountRef, Assignment, Client, Created, DataAssignment, DataScope, Kind};
use serde_json::{Value, json};
use support::{Simulator, call, parsed};

const FUNCTION: &str = "33333333-0000-0000-0000-000000000022";
const READER: &str = "Cosmos DB Built-in Data Reader";
const READER_ID: &str = "00000000-0000-0000-0000-000000000001";

fn scope(names: &[&str]) -> DataScope {
    let name = |index: usize| names.get(index).map(|name| (*name).to_owned());
    DataScope {
        database: name(0),
        collection: name(1),
    }
}

fn role(role: &str, names: &[&str]) -> DataAssignment {
    DataAssignment {
        principal_id: FUNCTION.to_owned(),
        role: role.to_owned(),
        scope: scope(names),
    }
}

async fn give(client: &Client, account: &AccountRef, wish: &DataAssignment) -> Created {
    client
        .grant_data_access(&call(client), account, wish, true)
        .await
        .expect("given")
}

async fn held(client: &Client, account: &AccountRef, names: &[&str]) -> Vec<Value> {
    let found = client
        .list_data_access(&call(client), account, Some(FUNCTION), &scope(names))
        .await
        .expect("a list");
    found.iter().map(|json| parsed(json)).collect()
}

#[tokio::test]
async fn a_role_is_given_on_account_database_and_collection_and_taken_away() {
    let azure = Simulator::start();
    let (client, account) = (azure.client(), azure.account("myaccount"));
    let places: [&[&str]; 4] = [
        &[],
        &["Test"],
        &["Test", "Test"],
        &["Üben & Mehr", "100% naïve"],
    ];
    let ends = [
        "",
        "/dbs/Test",
        "/dbs/Test/colls/Test",
        "/dbs/Üben & Mehr/colls/100% naïve",
    ];
    let mut ids = Vec::new();
    for (names, end) in places.into_iter().zip(ends) {
        let given = give(&client, &account, &role(READER, names)).await;
        assert!(matches!(given, Created::New(_)), "{given:?}");
        let made = parsed(given.json());
        let properties = &made["properties"];
        assert!(
            properties["scope"]
                .as_str()
                .is_some_and(|scope| scope.ends_with(&format!("/databaseAccounts/myaccount{end}"))),
            "{made}"
        );
        assert_eq!(properties["principalId"], FUNCTION);
        assert!(
            properties["roleDefinitionId"]
                .as_str()
                .is_some_and(|id| id.ends_with(READER_ID)),
            "{made}"
        );
        ids.push(made["id"].clone());
        azure.forget();
        for same in [READER, "cosmos db built-in data reader", READER_ID] {
            let again = give(&client, &account, &role(same, names)).await;
            assert!(matches!(again, Created::AlreadySo(_)), "{again:?}");
            assert_eq!(parsed(again.json())["id"], made["id"]);
        }
        assert_eq!(
            azure.changes(),
            Vec::<Value>::new(),
            "a second run changes nothing"
        );
    }
    ids.sort_by_key(Value::to_string);
    ids.dedup();
    assert_eq!(ids.len(), 4, "each has an id of its own");
    // on everything, on the database, on the collection
    for (names, count) in [
        (&[][..], 4),
        (&["Test"], 2),
        (&["Test", "Test"], 3),
        (&["Shared"], 1),
    ] {
        assert_eq!(
            held(&client, &account, names).await.len(),
            count,
            "{names:?}"
        );
    }
    let mut left = 4;
    for names in places.into_iter().rev() {
        for there in [true, false] {
            let revoked = client
                .revoke_data_access(&call(&client), &account, &role(READER, names), true)
                .await
                .expect("taken");
            assert_eq!(revoked, there, "{names:?}");
        }
        left -= 1;
        assert_eq!(held(&client, &account, &[]).await.len(), left);
    }
}

#[tokio::test]
async fn what_is_sent_is_what_the_service_wants() {
    let azure = Simulator::start();
    let (client, account) = (azure.client(), azure.account("myaccount"));
    give(
        &client,
        &account,
        &role("Order Writer", &["Shared", "Orders"]),
    )
    .await;
    let sent = azure.changes();
    assert_eq!(sent.len(), 1, "{sent:#?}");
    let target = sent[0]["target"].as_str().expect("a target");
    let (path, query) = target.split_once('?').expect("a query");
    assert_eq!(query, "api-version=2024-11-15");
    let (own, id) = path
        .split_once("/sqlRoleAssignments/")
        .expect("an assignment");
    assert_eq!(id.len(), 36, "{id}");
    let body: Value = parsed(sent[0]["body"].as_str().expect("a body"));
    let properties = body["properties"].as_object().expect("properties");
    assert_eq!(properties.len(), 3, "{body}");
    assert_eq!(
        properties["scope"],
        format!("{own}/dbs/Shared/colls/Orders")
    );
    assert_eq!(properties["principalId"], FUNCTION);
}

#[tokio::test]
async fn an_accounts_own_role_goes_by_name_id_and_resource_id() {
    let azure = Simulator::start();
    let (client, account) = (azure.client(), azure.account("myaccount"));
    let roles = client
        .list_data_roles(&call(&client), &account)
        .await
        .expect("roles");
    let own = roles
        .iter()
        .map(|json| parsed(json))
        .find(|role| role["properties"]["type"] == "CustomRole");
    let own = own.expect("a role of its own");
    let (id, name) = (
        own["id"].as_str().expect("an id"),
        own["name"].as_str().expect("a name"),
    );
    assert!(matches!(
        give(&client, &account, &role("order writer", &[])).await,
        Created::New(_)
    ));
    for same in ["Order Writer", name, id, &id.to_uppercase()] {
        let again = give(&client, &account, &role(same, &[])).await;
        assert!(matches!(again, Created::AlreadySo(_)), "{same}: {again:?}");
    }
}

#[tokio::test]
async fn an_assignment_that_somebody_made_under_another_id_is_the_same() {
    let azure = Simulator::start();
    let (client, account) = (azure.client(), azure.account("myaccount"));
    let given = give(&client, &account, &role(READER, &[])).await;
    // as if the first look had come too early
    azure.fault(
        json!({ "face": "arm", "path": "/sqlRoleAssignments", "method": "GET" }),
        1,
        json!({ "status": 200, "body": r#"{"value":[]}"# }),
    );
    azure.fault(
        json!({ "face": "arm", "path": "/sqlRoleAssignments/", "method": "PUT" }),
        1,
        json!({ "status": 409, "body": r#"{"code":"Conflict","message":"already exists"}"# }),
    );
    let again = give(&client, &account, &role(READER, &[])).await;
    assert_eq!(again, Created::AlreadySo(given.json().to_owned()));
}

#[tokio::test]
async fn nobody_has_to_wait_for_it() {
    let azure = Simulator::start();
    let (client, account) = (azure.client(), azure.account("myaccount"));
    let reader = role(READER, &[]);
    azure.set_operations(json!({ "polls": 2 }));
    let accepted = client
        .grant_data_access(&call(&client), &account, &reader, false)
        .await
        .expect("accepted");
    assert!(matches!(accepted, Created::Accepted(_)), "{accepted:?}");
    assert!(
        azure
            .asked()
            .iter()
            .all(|line| !line.contains("operationsStatus"))
    );
    // the same wish again is accepted again, and waits
    let given = give(&client, &account, &reader).await;
    assert!(matches!(given, Created::New(_)), "{given:?}");
    let revoked = client
        .revoke_data_access(&call(&client), &account, &reader, false)
        .await
        .expect("accepted");
    assert!(revoked);
}

#[tokio::test]
async fn what_does_not_exist_is_told_before_anything_is_changed() {
    let azure = Simulator::start();
    let (client, account) = (azure.client(), azure.account("myaccount"));
    for (wish, message, action) in [
        (
            role("No Such Role", &[]),
            "no data-plane role 'No Such Role'",
            "Built-in Data Reader",
        ),
        (
            role("DocumentDB Account Contributor", &[]),
            "no data-plane role",
            "leave -DataPlane out",
        ),
        (
            role("99999999-0000-0000-0000-000000000009", &[]),
            "no data-plane role",
            "Built-in Data Reader",
        ),
        (
            role(READER, &["Nowhere"]),
            "account myaccount has no database Nowhere",
            "names",
        ),
        (
            role(READER, &["test"]),
            "has no database test",
            "case-sensitive",
        ),
        (
            role(READER, &["Test", "Nowhere"]),
            "database Test of account myaccount has no collection Nowhere",
            "names",
        ),
    ] {
        let error = client
            .grant_data_access(&call(&client), &account, &wish, true)
            .await
            .expect_err("refused");
        assert_eq!(error.kind(), Kind::NotFound, "{error:?}");
        assert!(error.message().contains(message), "{error:?}");
        assert!(
            error.action().is_some_and(|text| text.contains(action)),
            "{error:?}"
        );
    }
    assert_eq!(azure.changes(), Vec::<Value>::new());
    let missing = azure.account("nosuchaccount");
    let error = client
        .list_data_access(&call(&client), &missing, None, &DataScope::default())
        .await
        .expect_err("none");
    assert_eq!(
        (error.kind(), error.http_status()),
        (Kind::NotFound, 404),
        "{error:?}"
    );
}

#[tokio::test]
async fn who_may_not_look_at_a_database_may_still_give_roles_on_it() {
    let azure = Simulator::start();
    let (client, account) = (azure.client(), azure.account("myaccount"));
    azure.fault(
        json!({ "face": "arm", "path": "/sqlDatabases/" }),
        1,
        json!({ "status": 403, "body": r#"{"error":{"code":"AuthorizationFailed","message":"no"}}"# }),
    );
    let given = give(&client, &account, &role(READER, &["Test"])).await;
    assert!(matches!(given, Created::New(_)), "{given:?}");
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_anything_is_sent() {
    let azure = Simulator::start();
    let (client, account) = (azure.client(), azure.account("myaccount"));
    let alone = DataScope {
        database: None,
        collection: Some("Test".to_owned()),
    };
    for wish in [
        DataAssignment {
            principal_id: "me".to_owned(),
            ..role(READER, &[])
        },
        DataAssignment {
            scope: alone,
            ..role(READER, &[])
        },
        role(READER, &["a/b"]),
        role(READER, &["Test", ""]),
        role("", &[]),
    ] {
        let error = client
            .grant_data_access(&call(&client), &account, &wish, true)
            .await
            .expect_err("refused");
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error:?}");
        let error = client
            .revoke_data_access(&call(&client), &account, &wish, true)
            .await
            .expect_err("refused");
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error:?}");
    }
    assert_eq!(azure.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn an_identity_that_the_directory_does_not_have_is_told_after_some_patience() {
    let azure = Simulator::start();
    let (client, account) = (azure.client(), azure.account("myaccount"));
    let nobody = DataAssignment {
        principal_id: "99999999-0000-0000-0000-000000000009".to_owned(),
        ..role(READER, &[])
    };
    let patient = client.call(1, std::time::Duration::from_secs(600));
    let error = client
        .grant_data_access(&patient, &account, &nobody, true)
        .await
        .expect_err("nobody");
    assert_eq!(
        (error.kind(), error.service_code()),
        (Kind::NotFound, Some("BadRequest")),
        "{error:?}"
    );
    assert!(error.message().contains(&nobody.principal_id), "{error:?}");
    assert!(
        error
            .action()
            .is_some_and(|text| text.contains("object (principal) id")),
        "{error:?}"
    );
    assert_eq!(
        azure.changes().len(),
        6,
        "asked again while it may come to be known"
    );
    // no time for another round: the reason, and no time-out
    let hurried = client.call(1, std::time::Duration::from_millis(1900));
    let error = client
        .grant_data_access(&hurried, &account, &nobody, true)
        .await
        .expect_err("nobody");
    assert_eq!(error.kind(), Kind::NotFound, "{error:?}");
}

#[tokio::test]
async fn an_identity_made_just_now_gets_its_role_when_it_is_known_everywhere() {
    let azure = Simulator::start();
    let (client, account) = (azure.client(), azure.account("myaccount"));
    let failed = r#"{"status":"Failed","error":{"code":"BadRequest","message":"The provided principal ID [x] was not found in the AAD tenant(s) [y] which are associated with the customer's subscription."}}"#;
    azure.fault(
        json!({ "face": "arm", "path": "/operationsStatus/" }),
        1,
        json!({ "status": 200, "body": failed }),
    );
    let given = give(&client, &account, &role(READER, &[])).await;
    assert!(!given.json().is_empty());
    assert_eq!(azure.changes().len(), 2);
}

#[tokio::test]
async fn who_may_not_is_told_which_role_may() {
    let azure = Simulator::start();
    let (client, _) = azure.client_with(|settings| {
        settings.identity =
            cosmi::azure::Identity::ClientId("22222222-0000-0000-0000-000000000001".to_owned());
    });
    let account = azure.account("myaccount");
    let error = client
        .grant_data_access(&call(&client), &account, &role(READER, &[]), true)
        .await
        .expect_err("refused");
    assert_eq!(
        (error.kind(), error.http_status()),
        (Kind::Forbidden, 403),
        "{error:?}"
    );
    assert!(
        error.message().contains(
            "lacks the permission Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/write"
        ),
        "{error:?}"
    );
    assert!(
        error
            .action()
            .is_some_and(|text| text.contains("'DocumentDB Account Contributor'")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_resource_group_may_have_letters_of_any_script() {
    let azure = Simulator::start_in_group("Grüppe-ひ_(1)");
    let client = azure.client();
    let alone = AccountRef {
        name: Some("myaccount".to_owned()),
        ..AccountRef::default()
    };
    let arm = Assignment {
        principal_id: FUNCTION.to_owned(),
        role: "Cosmos DB Account Reader Role".to_owned(),
    };
    for (account, others) in [
        (azure.account("myaccount"), &alone),
        (alone.duplicate(), &azure.account("myaccount")),
    ] {
        let reader = role(READER, &["Test"]);
        let given = give(&client, &account, &reader).await;
        assert!(matches!(given, Created::New(_)), "{given:?}");
        let given = give(&client, others, &reader).await;
        assert!(matches!(given, Created::AlreadySo(_)), "{given:?}");
        assert_eq!(held(&client, &account, &["Test"]).await.len(), 1);
        let taken = client
            .revoke_data_access(&call(&client), &account, &reader, true)
            .await;
        assert!(matches!(taken, Ok(true)), "{taken:?}");
        for (account, again) in [(&account, false), (others, true)] {
            let given = client
                .grant_access(&call(&client), account, &arm)
                .await
                .expect("given");
            assert_eq!(matches!(given, Created::AlreadySo(_)), again, "{given:?}");
        }
        let taken = client.revoke_access(&call(&client), &account, &arm).await;
        assert!(matches!(taken, Ok(true)), "{taken:?}");
    }
}
