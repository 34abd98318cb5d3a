//! The tutorial's chain against the simulator: what comes out, and what is asked for it.

mod support;

use cosmi::azure::{AccountRef, KeyKind, KeyRole, Kind, Offer, OfferAbsence};
use serde_json::Value;
use support::{Simulator, call, key, named, parsed, show, show_collection, with_key};

fn count(asked: &[String], part: &str) -> usize {
    asked.iter().filter(|line| line.contains(part)).count()
}

#[tokio::test]
async fn one_name_is_enough_for_the_collection_and_its_offer() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = named("MyAccount");
    let shown = show(&client, &account).await.expect("shown");
    let both = parsed(&shown.with_offer_json);
    assert_eq!(both["collection"]["id"], "Test");
    assert_eq!(both["collection"]["partitionKey"]["paths"][0], "/id");
    assert_eq!(both["offer"]["content"]["offerThroughput"], 400);
    assert_eq!(both["offer"]["resource"], both["collection"]["_self"]);
    assert_eq!(parsed(&shown.json), both["collection"]);
    assert_eq!(shown.account_name.as_deref(), Some("myaccount"));
    assert_eq!(shown.endpoint, azure.endpoint("myaccount"));
    assert_eq!(shown.key_access, KeyKind::ReadWrite);
    assert!(shown.request_charge_ru > 0.0);
    assert!(shown.activity_id.is_some() && shown.etag.is_some());
}

#[tokio::test]
async fn the_cold_chain_is_four_requests_when_the_endpoint_is_given() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = AccountRef {
        endpoint: Some(azure.endpoint("myaccount").into()),
        ..azure.account("myaccount")
    };
    show(&client, &account).await.expect("shown");
    let asked = azure.asked();
    assert_eq!(asked.len(), 4, "{asked:#?}");
    assert_eq!(count(&asked, "GET imds /metadata/identity/oauth2/token"), 1);
    assert_eq!(
        count(&asked, "POST arm") + count(&asked, "GET cosmos /dbs/Test/colls/Test"),
        2
    );
    assert_eq!(count(&asked, "POST cosmos /offers"), 1);
    let stats = azure.stats();
    assert_eq!(
        (
            stats["arm"]["handshakes"].as_u64(),
            stats["cosmos"]["handshakes"].as_u64()
        ),
        (Some(1), Some(1)),
        "{stats}"
    );

    azure.forget();
    show(&client, &account).await.expect("shown");
    assert_eq!(azure.asked().len(), 2, "warm: key and token are in memory");
    assert_eq!(
        azure.stats()["cosmos"]["handshakes"],
        0,
        "the connection is used again"
    );
}

#[tokio::test]
async fn the_cold_chain_is_five_requests_and_two_handshakes_by_the_full_name() {
    let azure = Simulator::start();
    let client = azure.client();
    // both slow, so that they overlap or it shows
    azure.fault(
        serde_json::json!({ "face": "arm" }),
        2,
        serde_json::json!({ "delayMs": 300 }),
    );
    show(&client, &azure.account("myaccount"))
        .await
        .expect("shown");
    let asked = azure.asked();
    assert_eq!(asked.len(), 5, "{asked:#?}");
    let stats = azure.stats();
    assert_eq!(
        (
            stats["arm"]["handshakes"].as_u64(),
            stats["cosmos"]["handshakes"].as_u64()
        ),
        (Some(1), Some(1)),
        "{stats}"
    );
    let journal = azure.journal();
    let arm: Vec<_> = journal
        .iter()
        .filter(|entry| entry["face"] == "arm")
        .collect();
    let time = |entry: &Value, name: &str| entry[name].as_f64().expect("a time");
    assert_eq!(arm.len(), 2);
    assert!(arm.iter().all(|entry| entry["http"] == "2"), "{arm:#?}");
    assert!(
        time(arm[1], "startMs") < time(arm[0], "endMs"),
        "asked at the same time: {arm:#?}"
    );
}

#[tokio::test]
async fn with_endpoint_and_key_nothing_but_the_account_is_asked() {
    let azure = Simulator::start();
    let client = azure.client();
    let keys = client
        .list_keys(
            &call(&client),
            &azure.account("myaccount"),
            KeyKind::ReadOnly,
        )
        .await
        .expect("keys");
    azure.forget();
    let account = with_key(azure.endpoint("myaccount"), keys.keys[0].1.duplicate());
    let shown = show(&client, &account).await.expect("shown");
    assert!(matches!(shown.offer, Offer::Present(_)));
    assert_eq!(shown.key_access, KeyKind::Auto);
    assert_eq!(
        azure.asked(),
        ["GET cosmos /dbs/Test/colls/Test", "POST cosmos /offers"]
    );
}

#[tokio::test]
async fn many_collections_at_once_share_token_account_and_keys() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = named("myaccount");
    let all = ["A", "B", "C"].map(|name| {
        let (client, account) = (client.clone(), account.duplicate());
        async move { show_collection(&client, &account, "D", name).await }
    });
    for shown in futures_util::future::join_all(all).await {
        shown.expect("shown");
    }
    let asked = azure.asked();
    assert_eq!(count(&asked, "imds"), 1, "{asked:#?}");
    assert_eq!(
        count(&asked, "GET arm /subscriptions"),
        3,
        "the subscriptions, and the accounts of each: {asked:#?}"
    );
    assert_eq!(count(&asked, "POST arm"), 1, "{asked:#?}");
    assert_eq!(count(&asked, "cosmos"), 6, "{asked:#?}");
}

#[tokio::test]
async fn an_absent_offer_is_a_result_with_its_reason() {
    let azure = Simulator::start();
    let client = azure.client();
    let shared = show_collection(&client, &azure.account("myaccount"), "Shared", "Orders")
        .await
        .expect("shown");
    assert_eq!(shared.offer, Offer::Absent(OfferAbsence::SharedThroughput));
    let database = parsed(shared.database_offer_json.as_deref().expect("an offer"));
    assert_eq!(database["content"]["offerThroughput"], 1000);
    assert!(shared.with_offer_json.ends_with(",\"offer\":null}"));

    azure.forget();
    let serverless = show(&client, &azure.account("serverlessaccount"))
        .await
        .expect("shown");
    assert_eq!(serverless.offer, Offer::Absent(OfferAbsence::Serverless));
    assert_eq!(
        count(&azure.asked(), "offers"),
        0,
        "the account said so already"
    );
    let by_endpoint = AccountRef {
        endpoint: Some(azure.endpoint("serverlessaccount").into()),
        ..azure.account("serverlessaccount")
    };
    let told = show(&client, &by_endpoint).await.expect("shown");
    assert_eq!(
        told.offer,
        Offer::Absent(OfferAbsence::Serverless),
        "the data plane's 400 is understood"
    );

    let refusal = r#"{"code":"Forbidden","message":"no\r\nActivityId: x"}"#;
    azure.fault(
        serde_json::json!({ "face": "cosmos", "path": "/offers" }),
        1,
        serde_json::json!({ "status": 403, "body": refusal }),
    );
    let hidden = show(&client, &azure.account("myaccount"))
        .await
        .expect("shown");
    assert_eq!(hidden.offer, Offer::Absent(OfferAbsence::NotPermitted));
}

#[tokio::test]
async fn an_autoscale_offer_shows_its_maximum() {
    let azure = Simulator::start();
    let client = azure.client();
    let shown = show_collection(&client, &azure.account("myaccount"), "Auto", "Scaled")
        .await
        .expect("shown");
    let Offer::Present(offer) = &shown.offer else {
        panic!("{:?}", shown.offer)
    };
    let offer = parsed(offer);
    assert_eq!(
        offer["content"]["offerAutopilotSettings"]["maxThroughput"],
        4000
    );
}

#[tokio::test]
async fn names_with_blanks_percent_signs_and_umlauts_work() {
    let azure = Simulator::start();
    let client = azure.client();
    let shown = show_collection(
        &client,
        &azure.account("myaccount"),
        "Üben & Mehr",
        "100% naïve",
    )
    .await
    .expect("shown");
    assert!(shown.json.contains("100% naïve"));
    let missing = show_collection(
        &client,
        &azure.account("myaccount"),
        "Üben & Mehr",
        "it's \"1\"",
    )
    .await
    .expect_err("missing");
    assert_eq!(
        (missing.kind(), missing.http_status()),
        (Kind::NotFound, 404),
        "signed right, and not there: {missing}"
    );
}

#[tokio::test]
async fn bad_names_are_refused_before_anything_is_sent() {
    let azure = Simulator::start();
    let client = azure.client();
    let long = "x".repeat(1 << 20);
    for name in [
        "",
        "a/b",
        "a\\b",
        "a?b",
        "a#b",
        "..",
        "a\u{0}b",
        "a ",
        long.as_str(),
    ] {
        for (database, collection) in [(name, "Test"), ("Test", name)] {
            let error = show_collection(&client, &azure.account("myaccount"), database, collection)
                .await
                .expect_err("refused");
            assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
            assert!(error.action().is_some());
            assert!(error.message().len() < 200);
        }
    }
    for account in [
        "",
        "ab",
        "-abc",
        "a/b",
        "https://myaccount.documents.azure.com",
        long.as_str(),
    ] {
        let account = named(account);
        let error = show(&client, &account).await.expect_err("refused");
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
    }
    for endpoint in [
        "http://myaccount.documents.azure.com",
        "https://localhost/path",
        "nonsense",
        "",
    ] {
        let account = with_key(endpoint, key("c2VjcmV0"));
        let error = show(&client, &account).await.expect_err("refused");
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
    }
    let account = with_key(azure.endpoint("myaccount"), key("no base64!"));
    let error = show(&client, &account).await.expect_err("refused");
    assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
    let account = AccountRef {
        endpoint: Some(azure.endpoint("myaccount").into()),
        ..AccountRef::default()
    };
    let error = show(&client, &account).await.expect_err("refused");
    assert_eq!(
        (error.kind(), error.action()),
        (
            Kind::InvalidArgument,
            Some("name the account too, or give a key")
        )
    );
    assert_eq!(azure.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_missing_collection_and_a_missing_database_are_told_apart() {
    let azure = Simulator::start();
    let client = azure.client();
    let collection = show_collection(&client, &azure.account("myaccount"), "Test", "Nope")
        .await
        .expect_err("missing");
    assert_eq!(
        collection.message(),
        "collection Nope in database Test does not exist"
    );
    assert_eq!(
        (
            collection.kind(),
            collection.http_status(),
            collection.service_code()
        ),
        (Kind::NotFound, 404, Some("NotFound"))
    );
    assert!(collection.request_id().is_some());
    let database = show_collection(&client, &azure.account("myaccount"), "Nope", "Test")
        .await
        .expect_err("missing");
    assert_eq!(
        database.message(),
        "collection Test in database Nope does not exist, because its database does not"
    );
}

#[tokio::test]
async fn regenerated_keys_are_read_anew_once() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = azure.account("myaccount");
    show(&client, &account).await.expect("shown");
    azure.rotate_keys("myaccount");
    azure.forget();
    let all = ["A", "B", "C"].map(|name| {
        let (client, account) = (client.clone(), account.duplicate());
        async move { show_collection(&client, &account, "D", name).await }
    });
    for shown in futures_util::future::join_all(all).await {
        shown.expect("shown with the new key");
    }
    assert_eq!(
        count(&azure.asked(), "POST arm"),
        1,
        "one of three reads the keys: {:#?}",
        azure.asked()
    );
}

#[tokio::test]
async fn a_wrong_key_is_refused_without_a_second_try() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = with_key(azure.endpoint("myaccount"), key("c2VjcmV0"));
    let error = show(&client, &account).await.expect_err("refused");
    assert_eq!(
        (error.kind(), error.http_status()),
        (Kind::Unauthenticated, 401)
    );
    assert_eq!(azure.asked().len(), 1);
}

#[tokio::test]
async fn keys_come_as_the_role_allows() {
    let azure = Simulator::start();
    let client = azure.client();
    let cases = [
        ("myaccount", KeyKind::Auto, Ok((KeyKind::ReadWrite, 4)), 1),
        (
            "myaccount",
            KeyKind::ReadOnly,
            Ok((KeyKind::ReadOnly, 2)),
            1,
        ),
        (
            "readeraccount",
            KeyKind::Auto,
            Ok((KeyKind::ReadOnly, 2)),
            2,
        ),
        (
            "readeraccount",
            KeyKind::ReadOnly,
            Ok((KeyKind::ReadOnly, 2)),
            1,
        ),
        ("readeraccount", KeyKind::ReadWrite, Err(Kind::Forbidden), 1),
        ("plainreader", KeyKind::Auto, Ok((KeyKind::ReadOnly, 2)), 3),
        (
            "lockedaccount",
            KeyKind::Auto,
            Ok((KeyKind::ReadOnly, 2)),
            3,
        ),
        ("lockedaccount", KeyKind::ReadWrite, Err(Kind::Conflict), 1),
        ("noaccess", KeyKind::Auto, Err(Kind::Forbidden), 3),
    ];
    for (account, kind, expected, requests) in cases {
        azure.forget();
        let got = client
            .list_keys(&call(&client), &azure.account(account), kind)
            .await;
        let told = got
            .as_ref()
            .map(|keys| (keys.access, keys.keys.len()))
            .map_err(cosmi::azure::Error::kind);
        assert_eq!(told, expected, "{account} {kind:?}");
        assert_eq!(
            count(&azure.asked(), " arm "),
            requests,
            "{account} {kind:?}: {:#?}",
            azure.asked()
        );
    }
    let keys = client
        .list_keys(&call(&client), &azure.account("myaccount"), KeyKind::Auto)
        .await
        .expect("keys");
    let roles: Vec<_> = keys.keys.iter().map(|(role, _)| *role).collect();
    assert_eq!(
        roles,
        [
            KeyRole::Primary,
            KeyRole::Secondary,
            KeyRole::PrimaryReadOnly,
            KeyRole::SecondaryReadOnly
        ]
    );
}

#[tokio::test]
async fn a_refusal_names_the_action_and_the_role() {
    let azure = Simulator::start();
    let client = azure.client();
    let error = client
        .list_keys(
            &call(&client),
            &azure.account("readeraccount"),
            KeyKind::ReadWrite,
        )
        .await
        .expect_err("refused");
    assert!(
        error.message().to_lowercase().contains("/listkeys/action"),
        "{error}"
    );
    assert!(
        error
            .action()
            .is_some_and(|action| action.contains("DocumentDB Account Contributor")),
        "{error:?}"
    );
    assert_eq!(
        (error.http_status(), error.service_code()),
        (403, Some("AuthorizationFailed"))
    );
    assert!(error.request_id().is_some());
    let error = client
        .list_keys(&call(&client), &azure.account("noaccess"), KeyKind::Auto)
        .await
        .expect_err("refused");
    assert!(
        error
            .action()
            .is_some_and(|action| action.contains("Cosmos DB Account Reader Role")),
        "{error:?}"
    );
}

#[tokio::test]
async fn resource_manager_shows_the_collection_of_an_account_that_accepts_no_key() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = azure.account("keylessaccount");
    let shown = show(&client, &account).await.expect("shown");
    assert_eq!(count(&azure.asked(), "cosmos"), 0, "no key is tried");
    assert_eq!(
        azure.asked().len(),
        4,
        "token, account and keys, collection"
    );
    assert_eq!(shown.offer, Offer::Absent(OfferAbsence::LocalAuthDisabled));
    assert_eq!(shown.key_access, KeyKind::Auto);
    assert_eq!(shown.account_name.as_deref(), Some("keylessaccount"));
    assert_eq!(shown.activity_id, None);
    let collection = parsed(&shown.json);
    assert_eq!(collection["id"], "Test");
    assert_eq!(collection["partitionKey"]["paths"][0], "/id");
    assert_eq!(collection["_etag"].as_str(), shown.etag.as_deref());
    assert!(shown.etag.is_some());
    assert_eq!(
        shown.with_offer_json,
        format!("{{\"collection\":{},\"offer\":null}}", shown.json)
    );

    // Its endpoint alone does not tell; the data plane does, and the key is not held to be stale.
    azure.forget();
    let by_endpoint = AccountRef {
        endpoint: Some(azure.endpoint("keylessaccount").into()),
        ..azure.account("keylessaccount")
    };
    let shown = azure
        .client()
        .show_collection(&call(&client), &by_endpoint, "Test", "Test")
        .await
        .expect("shown");
    assert_eq!(shown.offer, Offer::Absent(OfferAbsence::LocalAuthDisabled));
    assert_eq!(count(&azure.asked(), "cosmos"), 1);

    let missing = show_collection(&client, &account, "Test", "Tset")
        .await
        .expect_err("no such collection");
    assert_eq!(missing.kind(), Kind::NotFound, "{missing}");

    azure.fault(
        serde_json::json!({ "face": "arm", "path": "/containers/" }),
        1,
        serde_json::json!({ "status": 200, "body": r#"{"id":"x","properties":{}}"# }),
    );
    let nonsense = show(&client, &account).await.expect_err("not understood");
    assert_eq!(nonsense.kind(), Kind::BadResponse, "{nonsense}");
}

#[tokio::test]
async fn an_account_that_accepts_no_key_says_so_of_one_that_was_given() {
    let azure = Simulator::start();
    let client = azure.client();
    let keys = client
        .list_keys(
            &call(&client),
            &azure.account("keylessaccount"),
            KeyKind::Auto,
        )
        .await
        .expect("keys");
    let with_key = with_key(azure.endpoint("keylessaccount"), keys.keys[0].1.duplicate());
    let error = show(&client, &with_key).await.expect_err("refused");
    assert_eq!(
        (error.kind(), error.service_code()),
        (Kind::Forbidden, Some("LocalAuthDisabled")),
        "{error}"
    );
    assert!(
        error
            .action()
            .is_some_and(|action| action.contains("give no key")),
        "{error:?}"
    );
}

#[tokio::test]
async fn accounts_are_listed_everywhere_and_shown_verbatim() {
    let azure = Simulator::start();
    let client = azure.client();
    let all = client
        .list_accounts(&call(&client), None, None)
        .await
        .expect("accounts");
    assert_eq!(all.len(), 7);
    let group = client
        .list_accounts(&call(&client), Some(azure.subscription()), Some("RG"))
        .await
        .expect("accounts");
    assert_eq!(group.len(), 7);
    let one = client
        .show_account(&call(&client), &azure.account("serverlessaccount"))
        .await
        .expect("shown");
    assert!(one.serverless && !one.disable_local_auth);
    let json = parsed(&one.json);
    assert_eq!(
        json["properties"]["documentEndpoint"].as_str(),
        one.document_endpoint.as_deref()
    );
    let missing = named("nosuchaccount");
    let error = client
        .show_account(&call(&client), &missing)
        .await
        .expect_err("missing");
    assert_eq!(error.kind(), Kind::NotFound);
    assert!(error.message().contains("2 subscriptions"), "{error}");
    let error = client
        .show_account(&call(&client), &azure.account("nosuchaccount"))
        .await
        .expect_err("missing");
    assert_eq!(
        (error.kind(), error.http_status()),
        (Kind::NotFound, 404),
        "{error}"
    );
}

#[tokio::test]
async fn connection_strings_hold_endpoint_and_key() {
    let azure = Simulator::start();
    let client = azure.client();
    let strings = client
        .list_connection_strings(&call(&client), &azure.account("myaccount"))
        .await
        .expect("strings");
    assert_eq!(strings.items.len(), 4);
    let first = std::str::from_utf8(strings.items[0].value.as_bytes()).expect("text");
    assert!(first.starts_with("AccountEndpoint=https://") && first.contains(";AccountKey="));
    assert_eq!(
        strings.items[0].description,
        "Primary SQL Connection String"
    );
}
