//! The data plane: strict about signatures, lenient about spelling.

use serde_json::{Value, json};

use crate::support::{Azure, Signed, authorization, http_date, signed, tutorial};

const COLLECTION: Signed<'_> = Signed {
    account: "myaccount",
    method: "GET",
    path: "/dbs/Test/colls/Test",
    resource_type: "colls",
    link: "dbs/Test/colls/Test",
    offset_seconds: 0,
};

async fn get(azure: &Azure, key: &str, path: &str, resource_type: &str, link: &str) -> Value {
    azure
        .cosmos(key, signed("GET", path, resource_type, link), &[], None)
        .await
        .expect(200)
        .json()
}

async fn query(
    azure: &Azure,
    key: &str,
    path: &str,
    resource_type: &str,
    link: &str,
    body: &Value,
) -> Value {
    let headers = [
        ("x-ms-documentdb-isquery", "True"),
        ("content-type", "application/query+json"),
    ];
    let answer = azure
        .cosmos(
            key,
            signed("POST", path, resource_type, link),
            &headers,
            Some(&body.to_string()),
        )
        .await;
    answer.expect(200).json()
}

#[tokio::test]
async fn a_collection_by_name_and_by_id() {
    let azure = Azure::start(&[]);
    let key = azure.key("myaccount", "primaryMasterKey").await;
    let answer = azure.cosmos(&key, COLLECTION, &[], None).await.expect(200);
    let collection = answer.json();
    assert_eq!(collection["id"], "Test");
    assert_eq!(answer.header("etag"), collection["_etag"]);
    assert_eq!(answer.header("x-ms-alt-content-path"), "dbs/Test");
    assert_eq!(answer.header("x-ms-request-charge"), "1");

    let own_path = format!("/{}", collection["_self"].as_str().unwrap());
    let rid = collection["_rid"].as_str().unwrap().to_lowercase();
    assert_eq!(
        get(&azure, &key, &own_path, "colls", &rid).await,
        collection
    );
    // An id that is not lowered in the signature is refused.
    let kept = collection["_rid"].as_str().unwrap();
    azure
        .cosmos(&key, signed("GET", &own_path, "colls", kept), &[], None)
        .await
        .expect(401);
}

#[tokio::test]
async fn spelling_is_tolerated() {
    let azure = Azure::start(&[]);
    let key = azure.key("myaccount", "primaryReadonlyMasterKey").await;
    for path in [
        "//dbs/Test/colls/Test",
        "/dbs/Test/colls/Test/",
        "/dbs/%54est/colls/Test",
    ] {
        get(&azure, &key, path, "colls", "dbs/Test/colls/Test").await;
    }
    let path = "/dbs/%C3%9Cben%20%26%20Mehr/colls/100%25%20na%C3%AFve";
    let collection = get(
        &azure,
        &key,
        path,
        "colls",
        "dbs/Üben & Mehr/colls/100% naïve",
    )
    .await;
    assert_eq!(collection["id"], "100% naïve");
    azure
        .cosmos(&key, signed("GET", path, "colls", &path[1..]), &[], None)
        .await
        .expect(401);
}

#[tokio::test]
async fn the_offer_of_a_collection_is_found_in_four_ways() {
    let azure = Azure::start(&[]);
    let key = azure.key("myaccount", "primaryMasterKey").await;
    let collection = get(
        &azure,
        &key,
        "/dbs/Test/colls/Test",
        "colls",
        "dbs/Test/colls/Test",
    )
    .await;
    let all = get(&azure, &key, "/offers", "offers", "").await;
    let listed = all["Offers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|offer| offer["resource"] == collection["_self"])
        .unwrap();
    assert_eq!(listed["content"]["offerThroughput"], 400);

    let by_path = json!({"query": format!("SELECT * FROM root WHERE root.resource = \"{}\"", collection["_self"].as_str().unwrap())});
    let by_id = json!({
        "query": "SELECT * FROM c WHERE c.offerResourceId = @rid",
        "parameters": [{"name": "@rid", "value": collection["_rid"]}],
    });
    for body in [by_path, by_id] {
        assert_eq!(
            query(&azure, &key, "/offers", "offers", "", &body).await["Offers"],
            json!([listed])
        );
    }
    let rid = listed["_rid"].as_str().unwrap();
    let path = format!("/offers/{rid}");
    assert_eq!(
        get(&azure, &key, &path, "offers", &rid.to_lowercase()).await,
        *listed
    );
    assert_ne!(rid, rid.to_lowercase());
    azure
        .cosmos(&key, signed("GET", &path, "offers", rid), &[], None)
        .await
        .expect(401);
}

#[tokio::test]
async fn databases_and_collections_are_listed_and_queried() {
    let azure = Azure::start(&[]);
    let key = azure.key("myaccount", "secondaryReadonlyMasterKey").await;
    assert_eq!(get(&azure, &key, "/dbs", "dbs", "").await["_count"], 5);
    let database = get(&azure, &key, "/dbs/D", "dbs", "dbs/D").await;
    let collections = get(&azure, &key, "/dbs/D/colls", "colls", "dbs/D").await;
    assert_eq!(
        (&collections["_rid"], &collections["_count"]),
        (&database["_rid"], &json!(3))
    );
    let named = json!({"query": "SELECT * FROM root r WHERE r.id=@id", "parameters": [{"name": "@id", "value": "B"}]});
    assert_eq!(
        query(&azure, &key, "/dbs/D/colls/", "colls", "dbs/D", &named).await["DocumentCollections"]
            [0]["id"],
        "B"
    );
    assert_eq!(
        query(&azure, &key, "/dbs", "dbs", "", &named).await["Databases"],
        json!([])
    );
    let headers = [
        ("x-ms-documentdb-isquery", "True"),
        ("content-type", "application/query+json"),
    ];
    let ordered = json!({"query": "SELECT * FROM c ORDER BY c.id"}).to_string();
    azure
        .cosmos(
            &key,
            signed("POST", "/dbs", "dbs", ""),
            &headers,
            Some(&ordered),
        )
        .await
        .expect(400);
    azure
        .cosmos(
            &key,
            signed("POST", "/dbs", "dbs", ""),
            &headers[..1],
            Some(&ordered),
        )
        .await
        .expect(400);
}

#[tokio::test]
async fn feeds_continue() {
    let mut scenario = tutorial();
    scenario["paging"] = json!({"feeds": 3});
    let azure = Azure::with_scenario(&scenario);
    let key = azure.key("myaccount", "primaryMasterKey").await;
    let request = signed("GET", "/offers", "offers", "");
    for (asked, pages) in [("-1", 3), ("2", 4), ("1000", 3)] {
        let mut continuation = String::new();
        let mut turned = 0;
        let mut offers = 0;
        loop {
            let headers = [
                ("x-ms-max-item-count", asked),
                ("x-ms-continuation", continuation.as_str()),
            ];
            let page = azure
                .cosmos(&key, request, &headers, None)
                .await
                .expect(200);
            offers += page.json()["Offers"].as_array().unwrap().len();
            turned += 1;
            page.header("x-ms-continuation")
                .clone_into(&mut continuation);
            if continuation.is_empty() {
                break;
            }
        }
        assert_eq!((turned, offers), (pages, 7), "{asked}");
    }
    azure
        .cosmos(&key, request, &[("x-ms-continuation", "nonsense")], None)
        .await
        .expect(400);
    azure
        .cosmos(&key, request, &[("x-ms-max-item-count", "0")], None)
        .await
        .expect(400);
}

#[tokio::test]
async fn ranges_are_cached() {
    let azure = Azure::start(&[]);
    let key = azure.key("myaccount", "primaryMasterKey").await;
    let request = signed(
        "GET",
        "/dbs/Test/colls/Test/pkranges",
        "pkranges",
        "dbs/Test/colls/Test",
    );
    let first = azure.cosmos(&key, request, &[], None).await.expect(200);
    assert_eq!(first.json()["PartitionKeyRanges"][0]["maxExclusive"], "FF");
    let again = azure
        .cosmos(
            &key,
            request,
            &[("if-none-match", first.header("etag"))],
            None,
        )
        .await
        .expect(304);
    assert!(again.text.is_empty());
    azure
        .cosmos(&key, request, &[("if-none-match", "\"other\"")], None)
        .await
        .expect(200);
}

#[tokio::test]
async fn the_account_sends_clients_to_where_they_came_from() {
    let azure = Azure::start(&[]);
    let key = azure.key("myaccount", "primaryMasterKey").await;
    let account = get(&azure, &key, "/", "", "").await;
    assert_eq!(
        account["writableLocations"][0]["databaseAccountEndpoint"],
        azure.endpoint("myaccount")
    );
    let endpoint = azure.text("/accounts/myaccount/endpointHttp");
    let date = http_date(0);
    let authorization = authorization(&key, &signed("GET", "/", "", ""), &date);
    let headers = [
        ("x-ms-date", date.as_str()),
        ("x-ms-version", "2018-12-31"),
        ("authorization", authorization.as_str()),
    ];
    let account = azure
        .send("GET", endpoint, &headers, None)
        .await
        .expect(200)
        .json();
    assert_eq!(
        account["readableLocations"][0]["databaseAccountEndpoint"],
        endpoint
    );
}

#[tokio::test]
async fn a_wrong_signature_is_told_what_should_have_been_signed() {
    let azure = Azure::start(&[]);
    let key = azure.key("myaccount", "primaryMasterKey").await;
    let answer = azure
        .cosmos(
            &key,
            Signed {
                link: "dbs/test",
                ..COLLECTION
            },
            &[],
            None,
        )
        .await
        .expect(401);
    let error = answer.json();
    assert_eq!(error["code"], "Unauthorized");
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with(
        "The input authorization token can't serve the request. The wrong key is being used"
    ));
    let expected = "Server used the following payload to sign: 'get\ncolls\ndbs/Test/colls/Test\n";
    assert!(message.contains(expected), "{message}");
    assert!(
        message.contains(&format!(
            " gmt\n\n'\r\nActivityId: {}",
            answer.header("x-ms-activity-id")
        )),
        "{message}"
    );
    let other = azure.key("keylessaccount", "primaryMasterKey").await;
    azure
        .cosmos(&other, COLLECTION, &[], None)
        .await
        .expect(401);
}

#[tokio::test]
async fn headers_are_required() {
    let azure = Azure::start(&[]);
    let key = azure.key("myaccount", "primaryMasterKey").await;
    let url = format!("{}dbs", azure.endpoint("myaccount"));
    let version = ("x-ms-version", "2018-12-31");
    let without = azure
        .send("GET", &url, &[version], None)
        .await
        .expect(401)
        .json();
    assert!(
        without["message"]
            .as_str()
            .unwrap()
            .starts_with("Required Header authorization is missing.")
    );
    azure
        .send("GET", &url, &[version, ("authorization", "Bearer x")], None)
        .await
        .expect(401);
    for wrong in ["2019-10-14", ""] {
        let answer = azure
            .cosmos(&key, COLLECTION, &[("x-ms-version", wrong)], None)
            .await
            .expect(400)
            .json();
        assert!(
            answer["message"]
                .as_str()
                .unwrap()
                .starts_with("Invalid API version.")
        );
    }
    // Without x-ms-date, the standard header is what must have been signed.
    azure
        .send(
            "GET",
            &url,
            &[
                version,
                ("authorization", "type%3Dmaster%26ver%3D1.0%26sig%3DQUJD"),
            ],
            None,
        )
        .await
        .expect(401);
}

#[tokio::test]
async fn a_date_outside_the_window_is_forbidden() {
    let azure = Azure::start(&[]);
    let key = azure.key("myaccount", "primaryMasterKey").await;
    for (offset_seconds, status) in [(-840, 200), (840, 200), (-960, 403), (960, 403)] {
        let answer = azure
            .cosmos(
                &key,
                Signed {
                    offset_seconds,
                    ..COLLECTION
                },
                &[],
                None,
            )
            .await
            .expect(status);
        if status == 403 {
            let message = answer.json()["message"].as_str().unwrap().to_owned();
            assert!(
                message.contains("is not valid at the current time")
                    && message.contains("token start time: ")
            );
        }
    }
    azure
        .control("POST", "/clock", &json!({"offsetSeconds": 3600}))
        .await
        .expect(204);
    let late = azure.cosmos(&key, COLLECTION, &[], None).await.expect(403);
    let server = jiff::fmt::rfc2822::parse(late.header("date"))
        .unwrap()
        .timestamp();
    assert!((server.as_second() - jiff::Timestamp::now().as_second() - 3600).abs() < 5);
    azure
        .cosmos(
            &key,
            Signed {
                offset_seconds: 3600,
                ..COLLECTION
            },
            &[],
            None,
        )
        .await
        .expect(200);
}

#[tokio::test]
async fn what_is_not_there() {
    let azure = Azure::start(&[]);
    let key = azure.key("myaccount", "primaryMasterKey").await;
    for (path, resource_type, link, substatus) in [
        ("/dbs/Nope", "dbs", "dbs/Nope", ""),
        ("/dbs/Test/colls/Nope", "colls", "dbs/Test/colls/Nope", ""),
        (
            "/dbs/Nope/colls/Test",
            "colls",
            "dbs/Nope/colls/Test",
            "1003",
        ),
        ("/dbs/Nope/colls", "colls", "dbs/Nope", "1003"),
        (
            "/dbs/Nope/colls/Test/pkranges",
            "pkranges",
            "dbs/Nope/colls/Test",
            "1003",
        ),
        (
            "/dbs/test/colls/Test",
            "colls",
            "dbs/test/colls/Test",
            "1003",
        ),
        ("/offers/AAAA", "offers", "aaaa", ""),
        (
            "/dbs/Test/colls/Test/docs",
            "docs",
            "dbs/Test/colls/Test",
            "",
        ),
    ] {
        let answer = azure
            .cosmos(&key, signed("GET", path, resource_type, link), &[], None)
            .await
            .expect(404);
        assert_eq!(answer.header("x-ms-substatus"), substatus, "{path}");
        assert_eq!(answer.json()["code"], "NotFound", "{path}");
    }
    for (method, path, resource_type, link) in [
        ("POST", "/dbs", "dbs", ""),
        ("DELETE", "/dbs/Test", "dbs", "dbs/Test"),
        (
            "PUT",
            "/dbs/Test/colls/Test",
            "colls",
            "dbs/Test/colls/Test",
        ),
        ("PATCH", "/", "", ""),
    ] {
        let answer = azure
            .cosmos(
                &key,
                signed(method, path, resource_type, link),
                &[],
                Some("{}"),
            )
            .await
            .expect(405);
        assert_eq!(answer.json()["code"], "MethodNotAllowed");
    }
}

#[tokio::test]
async fn keys_do_what_their_kind_allows() {
    let azure = Azure::start(&[]);
    let reader = azure
        .account("GET", "plainreader", "/readonlykeys")
        .await
        .expect(200)
        .json();
    let key = reader["primaryReadonlyMasterKey"]
        .as_str()
        .unwrap()
        .to_owned();
    azure
        .cosmos(
            &key,
            Signed {
                account: "plainreader",
                ..COLLECTION
            },
            &[],
            None,
        )
        .await
        .expect(200);
    let create = Signed {
        account: "plainreader",
        ..signed("POST", "/dbs", "dbs", "")
    };
    let refused = azure
        .cosmos(&key, create, &[], Some("{}"))
        .await
        .expect(403)
        .json();
    assert!(
        refused["message"]
            .as_str()
            .unwrap()
            .starts_with("Unable to proceed with the request.")
    );

    let key = azure.key("keylessaccount", "primaryMasterKey").await;
    let keyless = azure
        .cosmos(
            &key,
            Signed {
                account: "keylessaccount",
                ..COLLECTION
            },
            &[],
            None,
        )
        .await
        .expect(401);
    assert_eq!(keyless.header("x-ms-substatus"), "5202");
    assert!(
        keyless.json()["message"]
            .as_str()
            .unwrap()
            .starts_with("Local Authorization is disabled.")
    );

    let key = azure.key("serverlessaccount", "primaryMasterKey").await;
    azure
        .cosmos(
            &key,
            Signed {
                account: "serverlessaccount",
                ..COLLECTION
            },
            &[],
            None,
        )
        .await
        .expect(200);
    let offers = Signed {
        account: "serverlessaccount",
        ..signed("GET", "/offers", "offers", "")
    };
    let refused = azure
        .cosmos(&key, offers, &[], None)
        .await
        .expect(400)
        .json();
    let message = refused["message"].as_str().unwrap();
    assert!(
        message
            .starts_with("Reading or replacing offers is not supported for serverless accounts.")
    );
}

#[tokio::test]
async fn rotated_keys_stop_working() {
    let azure = Azure::start(&[]);
    let old = azure.key("myaccount", "primaryMasterKey").await;
    azure
        .control("POST", "/rotate-keys", &json!({"account": "myaccount"}))
        .await
        .expect(204);
    azure.cosmos(&old, COLLECTION, &[], None).await.expect(401);
    let new = azure.key("myaccount", "primaryMasterKey").await;
    azure.cosmos(&new, COLLECTION, &[], None).await.expect(200);
    azure
        .control("POST", "/rotate-keys", &json!({"account": "nobody"}))
        .await
        .expect(404);
}
