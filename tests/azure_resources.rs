//! Making, changing and deleting through Resource Manager: what comes of it, what a second run does, what is sent.

mod support;

use cosmi::azure::{AccountRef, Assignment, Created, KeyKind, KeyRole, Kind, Throughput};
use serde_json::{Value, json};
use support::{
    ACCOUNT, COLLECTION, Simulator, call, create_collection, create_database, named, parsed, show,
    show_collection, with_key,
};

#[tokio::test]
async fn the_tutorials_other_half_can_be_run_twice() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = azure.account("brandnew");
    let throughput = Some(Throughput::Manual(400));
    for again in [false, true] {
        azure.forget();
        let made = client
            .create_account(&call(&client), &account, ACCOUNT, true)
            .await
            .expect("an account");
        assert_eq!(matches!(made, Created::AlreadySo(_)), again, "{made:?}");
        assert_eq!(
            parsed(made.json())["properties"]["provisioningState"],
            "Succeeded"
        );
        let made = create_database(&client, &account)
            .await
            .expect("a database");
        assert_eq!(matches!(made, Created::AlreadySo(_)), again, "{made:?}");
        let made = create_collection(&client, &account, COLLECTION, throughput)
            .await
            .expect("a collection");
        assert_eq!(matches!(made, Created::AlreadySo(_)), again, "{made:?}");
        if again {
            assert_eq!(
                azure.changes(),
                Vec::<Value>::new(),
                "a second run changes nothing"
            );
        }
    }
    let environment = client
        .environment(&call(&client))
        .await
        .expect("this machine");
    let claims = parsed(environment.claims_json.as_deref().expect("claims"));
    let reader = Assignment {
        principal_id: claims["oid"].as_str().expect("an object id").to_owned(),
        role: "Cosmos DB Account Reader Role".to_owned(),
    };
    for again in [false, true] {
        let given = client
            .grant_access(&call(&client), &account, &reader)
            .await
            .expect("given");
        assert_eq!(matches!(given, Created::AlreadySo(_)), again, "{given:?}");
    }
    let mut shown = show_collection(&client, &account, "D", "C").await;
    for _ in 0..50 {
        if shown.is_ok() {
            break;
        }
        // a role takes some time, and a new token
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        client
            .new_token(&call(&client), "https://management.azure.com/")
            .await
            .expect("a token");
        shown = show_collection(&client, &account, "D", "C").await;
    }
    let shown = parsed(&shown.expect("on the data plane too").with_offer_json);
    assert_eq!(shown["offer"]["content"]["offerThroughput"], 400);
}

#[tokio::test]
async fn another_definition_is_a_conflict_that_shows_the_difference() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = azure
        .new_collection(&client, Some(Throughput::Manual(400)))
        .await;
    let other = ACCOUNT.replace("\"isZoneRedundant\":false", "\"isZoneRedundant\":true");
    let error = client
        .create_account(&call(&client), &account, &other, true)
        .await
        .expect_err("another");
    assert_eq!(error.kind(), Kind::Conflict, "{error:?}");
    assert!(
        error
            .message()
            .contains("isZoneRedundant is false, not true"),
        "{error}"
    );
    let other = COLLECTION.replace("/id", "/other");
    let error = create_collection(&client, &account, &other, None)
        .await
        .expect_err("another");
    assert!(
        error
            .message()
            .contains("partitionKey.paths[0] is \"/id\", not \"/other\""),
        "{error}"
    );
    let error = create_collection(&client, &account, COLLECTION, Some(Throughput::Manual(500)))
        .await
        .expect_err("another");
    assert_eq!(error.kind(), Kind::Conflict, "{error:?}");
    assert!(
        error.message().ends_with("(it is 400 RU/s, not 500 RU/s)"),
        "{error}"
    );
}

#[tokio::test]
async fn the_same_definition_in_other_words_is_the_same() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = azure.account("brandnew");
    // lower-case levels, regions out of order, and the empty object that the Azure CLI always sends
    let definition = json!({
        "location": "westeurope",
        "kind": "GlobalDocumentDB",
        "properties": {
            "databaseAccountOfferType": "Standard",
            "apiProperties": {},
            "consistencyPolicy": { "defaultConsistencyLevel": "session" },
            "locations": [
                { "locationName": "northeurope", "failoverPriority": 1 },
                { "locationName": "westeurope", "failoverPriority": 0 },
            ],
        },
    });
    let collection = json!({
        "partitionKey": { "paths": ["/id"], "kind": "Hash" },
        "indexingPolicy": { "indexingMode": "Consistent", "includedPaths": [{ "path": "/*" }] },
        "uniqueKeyPolicy": { "uniqueKeys": [] },
    });
    let collection = collection.to_string();
    for again in [false, true] {
        let made = client
            .create_account(&call(&client), &account, &definition.to_string(), true)
            .await
            .expect("an account");
        assert_eq!(matches!(made, Created::AlreadySo(_)), again, "{made:?}");
        for (collection, definition) in [(None, "{}"), (Some("C"), collection.as_str())] {
            let made = client
                .create_resource(
                    &call(&client),
                    &account,
                    "D",
                    collection,
                    definition,
                    None,
                    true,
                )
                .await
                .expect("made");
            assert_eq!(matches!(made, Created::AlreadySo(_)), again, "{made:?}");
        }
    }
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_what_was_not_there_is_told() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = azure.new_collection(&client, None).await;
    assert_eq!(
        client
            .list_resources(&call(&client), &account, None)
            .await
            .expect("databases")
            .len(),
        1
    );
    assert_eq!(
        client
            .list_resources(&call(&client), &account, Some("D"))
            .await
            .expect("collections")
            .len(),
        1
    );
    assert!(
        client
            .delete_resource(&call(&client), &account, "D", Some("C"), true)
            .await
            .expect("deleted")
    );
    assert!(
        !client
            .delete_resource(&call(&client), &account, "D", Some("C"), true)
            .await
            .expect("none")
    );
    assert_eq!(
        client
            .list_resources(&call(&client), &account, Some("D"))
            .await
            .expect("collections")
            .len(),
        0
    );
    assert!(
        client
            .delete_resource(&call(&client), &account, "D", None, true)
            .await
            .expect("deleted")
    );
    let error = client
        .show_resource(&call(&client), &account, "D", None)
        .await
        .expect_err("gone");
    assert_eq!(
        (error.kind(), error.http_status()),
        (Kind::NotFound, 404),
        "{error:?}"
    );
    assert!(
        client
            .is_account_name_taken(&call(&client), &account)
            .await
            .expect("known")
    );
    assert!(
        client
            .delete_account(&call(&client), &account, true)
            .await
            .expect("deleted")
    );
    assert!(
        !client
            .is_account_name_taken(&call(&client), &account)
            .await
            .expect("known")
    );
    assert!(
        !client
            .delete_account(&call(&client), &account, true)
            .await
            .expect("none")
    );
}

#[tokio::test]
async fn throughput_is_set_and_changes_its_kind() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = azure
        .new_collection(&client, Some(Throughput::Manual(400)))
        .await;
    for (throughput, pointer, ru) in [
        (
            Throughput::Manual(600),
            "/properties/resource/throughput",
            600,
        ),
        (
            Throughput::Autoscale(4000),
            "/properties/resource/autoscaleSettings/maxThroughput",
            4000,
        ),
        (
            Throughput::Manual(800),
            "/properties/resource/throughput",
            800,
        ),
    ] {
        let set = client
            .set_throughput(&call(&client), &account, "D", Some("C"), throughput, true)
            .await
            .expect("set");
        assert!(matches!(set, Created::New(_)), "{set:?}");
        assert_eq!(
            parsed(set.json()).pointer(pointer),
            Some(&json!(ru)),
            "{}",
            set.json()
        );
        let again = client
            .set_throughput(&call(&client), &account, "D", Some("C"), throughput, true)
            .await
            .expect("set");
        assert!(matches!(again, Created::AlreadySo(_)), "{again:?}");
    }
    assert_eq!(
        client
            .throughput(&call(&client), &account, "D", None)
            .await
            .expect("none"),
        None
    );
    let error = client
        .set_throughput(
            &call(&client),
            &account,
            "D",
            None,
            Throughput::Manual(400),
            true,
        )
        .await
        .expect_err("none");
    assert_eq!(error.kind(), Kind::NotFound, "{error:?}");
    let error = client
        .throughput(&call(&client), &account, "D", Some("Nope"))
        .await
        .expect_err("no such collection");
    assert_eq!(error.kind(), Kind::NotFound, "{error:?}");
    assert!(error.message().contains("collection Nope"), "{error}");
    let settings = r#"{"properties": {"resource": {"throughput": 800, "id": "x"}}, "id": "y"}"#;
    azure.fault(
        json!({ "face": "arm", "path": "/throughputSettings" }),
        1,
        json!({ "status": 200, "body": settings }),
    );
    let shown = client
        .throughput(&call(&client), &account, "D", Some("C"))
        .await
        .expect("shown");
    assert_eq!(shown.as_deref(), Some(settings), "as the service wrote it");
    azure.forget();
    for odd in [
        Throughput::Manual(450),
        Throughput::Manual(0),
        Throughput::Autoscale(500),
    ] {
        let error = client
            .set_throughput(&call(&client), &account, "D", Some("C"), odd, true)
            .await
            .expect_err("odd");
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error:?}");
    }
    assert_eq!(azure.asked(), Vec::<String>::new(), "nothing is sent");
}

#[tokio::test]
async fn a_regenerated_key_opens_nothing_any_more() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = azure.account("myaccount");
    let before = client
        .list_keys(&call(&client), &account, KeyKind::Auto)
        .await
        .expect("keys");
    client
        .regenerate_key(&call(&client), &account, KeyRole::Primary)
        .await
        .expect("regenerated");
    let after = client
        .list_keys(&call(&client), &account, KeyKind::Auto)
        .await
        .expect("keys");
    assert!(before.keys[0].1 != after.keys[0].1, "the primary is new");
    assert!(before.keys[1].1 == after.keys[1].1, "the secondary is not");
    let opened = with_key(azure.endpoint("myaccount"), before.keys[0].1.duplicate());
    let error = show(&client, &opened).await.expect_err("refused");
    assert_eq!(error.kind(), Kind::Unauthenticated, "{error:?}");
    show(&client, &account).await.expect("with the new key");
    assert!(
        !format!("{:?}", azure.journal())
            .contains(std::str::from_utf8(after.keys[0].1.as_bytes()).expect("text"))
    );
}

#[tokio::test]
async fn keyless_accounts_are_managed_without_a_key() {
    let azure = Simulator::start();
    let client = azure.client();
    let found = client
        .list_resources(&call(&client), &azure.account("keylessaccount"), None)
        .await;
    assert!(found.is_ok(), "{found:?}");
    assert!(
        azure
            .asked()
            .iter()
            .all(|line| !line.to_lowercase().contains("keys")),
        "{:#?}",
        azure.asked()
    );
}

#[tokio::test]
async fn a_role_is_given_once_and_taken_away_again() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = azure.new_account(&client).await;
    let machine = client
        .show_machine(&call(&client), &azure.machine("myvm"))
        .await
        .expect("a machine");
    let principal_id = parsed(&machine)["identity"]["principalId"]
        .as_str()
        .expect("an identity")
        .to_owned();
    let reader = Assignment {
        principal_id: principal_id.clone(),
        role: "Cosmos DB Account Reader Role".to_owned(),
    };
    let given = client
        .grant_access(&call(&client), &account, &reader)
        .await
        .expect("given");
    assert!(matches!(given, Created::New(_)), "{given:?}");
    let given = client
        .grant_access(&call(&client), &account, &reader)
        .await
        .expect("had");
    assert!(matches!(given, Created::AlreadySo(_)), "{given:?}");
    let held = client
        .list_access(&call(&client), &account, Some(&principal_id))
        .await
        .expect("a list");
    assert!(
        held.iter().any(|one| one
            .to_lowercase()
            .contains("fbdf93bf-df7d-467e-a4d2-9458aa1360c8")),
        "{held:#?}"
    );
    assert!(
        client
            .revoke_access(&call(&client), &account, &reader)
            .await
            .expect("taken")
    );
    assert!(
        !client
            .revoke_access(&call(&client), &account, &reader)
            .await
            .expect("had not")
    );
    let odd = Assignment {
        role: "No Such Role".to_owned(),
        ..reader
    };
    let error = client
        .grant_access(&call(&client), &account, &odd)
        .await
        .expect_err("no role");
    assert_eq!(error.kind(), Kind::NotFound, "{error:?}");
    let of_the_data = Assignment {
        role: "Cosmos DB Built-in Data Reader".to_owned(),
        ..odd.clone()
    };
    let error = client
        .grant_access(&call(&client), &account, &of_the_data)
        .await
        .expect_err("no role of Resource Manager");
    assert!(
        error
            .action()
            .is_some_and(|text| text.contains("-DataPlane")),
        "{error:?}"
    );
    let odd = Assignment {
        principal_id: "myvm".to_owned(),
        ..odd
    };
    let error = client
        .grant_access(&call(&client), &account, &odd)
        .await
        .expect_err("no id");
    assert_eq!(error.kind(), Kind::InvalidArgument, "{error:?}");
}

#[tokio::test]
async fn an_operation_that_fails_says_why_in_azures_words() {
    let azure = Simulator::start();
    let client = azure.client();
    azure.set_operations(json!({ "polls": 1, "fail": { "code": "ServiceUnavailable", "message": "no capacity in West Europe" } }));
    let error = client
        .create_account(&call(&client), &azure.account("brandnew"), ACCOUNT, true)
        .await
        .expect_err("failed");
    assert_eq!(
        (error.kind(), error.service_code()),
        (Kind::Service, Some("ServiceUnavailable")),
        "{error:?}"
    );
    assert!(
        error.message().contains("no capacity in West Europe"),
        "{error}"
    );
}

#[tokio::test]
async fn an_operation_on_another_host_gets_no_token() {
    let azure = Simulator::start();
    let client = azure.client();
    azure.set_operations(json!({ "foreignHost": true }));
    let error = client
        .create_account(&call(&client), &azure.account("brandnew"), ACCOUNT, true)
        .await
        .expect_err("refused");
    assert_eq!(error.kind(), Kind::BadResponse, "{error:?}");
}

#[tokio::test]
async fn an_operation_may_leave_the_host_out() {
    let azure = Simulator::start();
    let (client, account) = (azure.client(), azure.account("myaccount"));
    let path = "/operationResults/x";
    for (location, kind) in [
        (
            format!("/subscriptions/{}{path}?t=1", azure.subscription()),
            None,
        ),
        (
            format!("//elsewhere.invalid{path}"),
            Some(Kind::BadResponse),
        ),
    ] {
        let accepted = json!({ "status": 202, "headers": { "location": location }, "body": "" });
        azure.fault(
            json!({ "face": "arm", "method": "DELETE" }),
            1,
            accepted.clone(),
        );
        azure.fault(json!({ "face": "arm", "path": path }), 1, accepted);
        azure.fault(
            json!({ "face": "arm", "path": path }),
            1,
            json!({ "status": 204 }),
        );
        let deleted = client
            .delete_resource(&call(&client), &account, "Test", None, true)
            .await;
        assert_eq!(
            deleted.as_ref().err().map(cosmi::azure::Error::kind),
            kind,
            "{deleted:?}"
        );
    }
}

#[tokio::test]
async fn long_urls_and_dates_in_retry_after_are_followed() {
    let azure = Simulator::start();
    let client = azure.client();
    azure.set_operations(json!({ "polls": 2, "longUrls": true, "retryAfter": "date" }));
    let made = client
        .create_account(&call(&client), &azure.account("brandnew"), ACCOUNT, true)
        .await
        .expect("made");
    assert!(matches!(made, Created::New(_)), "{made:?}");
}

#[tokio::test]
async fn who_does_not_wait_is_told_that_it_was_accepted() {
    let azure = Simulator::start();
    let client = azure.client();
    azure.set_operations(json!({ "polls": 3 }));
    for _ in 0..2 {
        let accepted = client
            .create_account(&call(&client), &azure.account("brandnew"), ACCOUNT, false)
            .await
            .expect("accepted");
        assert!(matches!(accepted, Created::Accepted(_)), "{accepted:?}");
    }
    // the same wish again waits for what goes on
    let made = client
        .create_account(&call(&client), &azure.account("brandnew"), ACCOUNT, true)
        .await
        .expect("made");
    assert_eq!(
        parsed(made.json())["properties"]["provisioningState"],
        "Succeeded"
    );
    assert_eq!(azure.changes().len(), 1, "{:#?}", azure.changes());
}

#[tokio::test]
async fn what_is_not_seen_is_not_said_to_be_gone() {
    let azure = Simulator::start();
    let client = azure.client();
    let elsewhere = AccountRef {
        subscription_id: Some("99999999-0000-0000-0000-000000000000".to_owned()),
        ..azure.account("myaccount")
    };
    for (account, gone) in [
        (named("nobodyhasthis"), true),
        (azure.account("nobodyhasthis"), true),
        // somebody has an account of that name
        (named("contoso"), false),
        (elsewhere, false),
    ] {
        let deleted = client.delete_account(&call(&client), &account, true).await;
        match deleted {
            Ok(deleted) => assert!(gone && !deleted, "{account:?}"),
            Err(error) => assert!(!gone && error.kind() == Kind::NotFound, "{error:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_being_deleted_is_not_there_already() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = azure.account("brandnew");
    client
        .create_account(&call(&client), &account, ACCOUNT, true)
        .await
        .expect("an account");
    azure.set_operations(json!({ "polls": 2, "seconds": null }));
    assert!(
        client
            .delete_account(&call(&client), &account, false)
            .await
            .expect("accepted")
    );
    for wait in [false, true] {
        let error = client
            .create_account(&call(&client), &account, ACCOUNT, wait)
            .await
            .expect_err("going");
        assert_eq!(error.kind(), Kind::Conflict, "{error:?}");
        assert!(error.message().contains("is being deleted"), "{error}");
    }
}

#[tokio::test]
async fn what_is_being_changed_was_there_before() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = azure.account("brandnew");
    let state = |of: &str| json!({ "properties": { "provisioningState": of } });
    let with = |of: &str| {
        let mut found = parsed(ACCOUNT);
        found["properties"]["provisioningState"] = of.into();
        json!({ "status": 200, "body": found.to_string() })
    };
    let look = json!({ "face": "arm", "method": "GET", "path": "/databaseAccounts/brandnew" });
    client
        .create_account(&call(&client), &account, ACCOUNT, true)
        .await
        .expect("an account");
    azure.fault(look.clone(), 1, with("Updating"));
    let found = client
        .create_account(&call(&client), &account, ACCOUNT, true)
        .await
        .expect("there");
    assert!(matches!(found, Created::AlreadySo(_)), "{found:?}");
    for wait in [false, true] {
        azure.fault(
            look.clone(),
            1,
            json!({ "status": 200, "body": state("Failed").to_string() }),
        );
        let error = client
            .create_account(&call(&client), &account, ACCOUNT, wait)
            .await
            .expect_err("failed");
        assert_eq!(error.kind(), Kind::Service, "{error:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_to_what_was_accepted_is_no_refusal() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = azure.account("brandnew");
    // the request is repeated, and finds what the first one started
    azure.set_operations(json!({ "polls": 1, "seconds": 1 }));
    let lost = json!({ "close": "after-headers" });
    azure.fault(json!({ "face": "arm", "method": "PUT" }), 1, lost.clone());
    let made = client
        .create_account(&call(&client), &account, ACCOUNT, true)
        .await
        .expect("made");
    assert!(matches!(made, Created::New(_)), "{made:?}");
    for wait in [true, false] {
        client
            .create_account(&call(&client), &account, ACCOUNT, true)
            .await
            .expect("there");
        azure.fault(
            json!({ "face": "arm", "method": "DELETE" }),
            1,
            lost.clone(),
        );
        assert!(
            client
                .delete_account(&call(&client), &account, wait)
                .await
                .expect("deleted")
        );
        if wait {
            assert!(
                !client
                    .is_account_name_taken(&call(&client), &account)
                    .await
                    .expect("known")
            );
        }
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_anything_is_sent() {
    let azure = Simulator::start();
    let client = azure.client();
    let alone = named("brandnew");
    let error = client
        .create_account(&call(&client), &alone, ACCOUNT, true)
        .await
        .expect_err("where?");
    assert_eq!(error.kind(), Kind::InvalidArgument, "{error:?}");
    for definition in ["", "[]", "{", "null"] {
        let error = client
            .create_account(&call(&client), &azure.account("brandnew"), definition, true)
            .await
            .expect_err("no definition");
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error:?}");
    }
    for name in ["", "a/b", ".."] {
        let error = client
            .create_resource(
                &call(&client),
                &azure.account("brandnew"),
                name,
                None,
                "{}",
                None,
                true,
            )
            .await
            .expect_err("no name");
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error:?}");
    }
    let error = client
        .show_machine(&call(&client), "/subscriptions/x")
        .await
        .expect_err("no machine");
    assert_eq!(error.kind(), Kind::InvalidArgument, "{error:?}");
    assert_eq!(azure.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn an_identity_is_turned_on_without_taking_the_others_away() {
    let azure = Simulator::start();
    let client = azure.client();
    let on = client
        .enable_identity(&call(&client), &azure.machine("myvm"), true)
        .await
        .expect("on");
    assert!(matches!(on, Created::AlreadySo(_)), "{on:?}");
    assert_eq!(azure.changes(), Vec::<Value>::new());
}

#[tokio::test]
async fn an_instance_of_a_scale_set_has_the_identity_of_the_set() {
    let azure = Simulator::start();
    let client = azure.client();
    let set = format!(
        "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachineScaleSets/myset",
        azure.subscription()
    );
    // as the metadata service tells it there
    let instance = format!("{set}/virtualMachines/3");
    for id in [&set, &instance] {
        let found = client.show_machine(&call(&client), id).await;
        let found = parsed(&found.expect("a scale set"));
        assert_eq!(
            (&found["name"], &found["identity"]["principalId"]),
            (
                &json!("myset"),
                &json!("33333333-0000-0000-0000-000000000012")
            )
        );
    }
}

#[tokio::test]
async fn a_name_that_somebody_else_has_is_told() {
    let azure = Simulator::start();
    let client = azure.client();
    let error = client
        .create_account(&call(&client), &azure.account("contoso"), ACCOUNT, true)
        .await
        .expect_err("taken");
    assert_eq!(error.kind(), Kind::Conflict, "{error:?}");
    assert!(
        error
            .action()
            .is_some_and(|action| action.contains("another name")),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_assignment_that_is_shown_is_the_accounts_own() {
    let azure = Simulator::start();
    let (client, account) = (azure.client(), azure.account("myaccount"));
    let principal_id = "33333333-0000-0000-0000-000000000022";
    let subscription = format!("/subscriptions/{}", azure.subscription());
    let scope = format!(
        "{subscription}/resourceGroups/RG/providers/Microsoft.DocumentDB/databaseAccounts/myaccount"
    );
    let held = |scope: &str| {
        json!({ "id": format!("{scope}/x"), "properties": {
            "scope": scope,
            "principalId": principal_id,
            "roleDefinitionId": format!("{subscription}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"),
        } })
    };
    let exists = json!({ "error": { "code": "RoleAssignmentExists", "message": "m" } });
    let all = json!({ "value": [held(&subscription), held(&scope)] });
    for (method, status, body) in [("PUT", 409, exists), ("GET", 200, all)] {
        azure.fault(
            json!({ "face": "arm", "method": method, "path": "roleAssignments" }),
            1,
            json!({ "status": status, "body": body.to_string() }),
        );
    }
    let assignment = Assignment {
        principal_id: principal_id.to_owned(),
        role: "Reader".to_owned(),
    };
    let given = client
        .grant_access(&call(&client), &account, &assignment)
        .await
        .expect("had");
    assert!(matches!(given, Created::AlreadySo(_)), "{given:?}");
    assert_eq!(parsed(given.json())["properties"]["scope"], scope.as_str());
}

#[tokio::test]
async fn a_role_may_have_a_quote_in_its_name() {
    let azure = Simulator::start();
    let (client, account) = (azure.client(), azure.account("myaccount"));
    for role in ["Bob's role", "x' or roleName eq 'Reader"] {
        let assignment = Assignment {
            principal_id: "33333333-0000-0000-0000-000000000022".to_owned(),
            role: role.to_owned(),
        };
        let error = client
            .grant_access(&call(&client), &account, &assignment)
            .await
            .expect_err("no such role");
        assert_eq!(error.kind(), Kind::NotFound, "{error:?}");
        assert_eq!(error.message(), format!("there is no role '{role}'"));
    }
}
