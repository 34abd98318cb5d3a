//! Databases, containers and throughput through Resource Manager, and what the data plane sees of them.

use serde_json::{Value, json};

use crate::support::{Azure, READER, account_path, signed};

fn database(id: &str, options: &Value) -> Value {
    json!({"properties": {"resource": {"id": id}, "options": options}})
}

fn container(id: &str, resource: &Value, options: &Value) -> Value {
    let mut all = json!({"id": id, "partitionKey": {"paths": ["/pk"]}});
    for (name, value) in resource.as_object().unwrap() {
        all[name] = value.clone();
    }
    json!({"properties": {"resource": all, "options": options}})
}

fn path(rest: &str) -> String {
    account_path("myaccount", &format!("/sqlDatabases{rest}"))
}

async fn collection(azure: &Azure, database: &str, id: &str) -> Value {
    let key = azure.key("myaccount", "primaryMasterKey").await;
    let link = format!("dbs/{database}/colls/{id}");
    let path = format!("/{link}");
    let answer = azure
        .cosmos(&key, signed("GET", &path, "colls", &link), &[], None)
        .await;
    answer.expect(200).json()
}

async fn offers(azure: &Azure) -> Vec<Value> {
    let key = azure.key("myaccount", "primaryMasterKey").await;
    let answer = azure
        .cosmos(&key, signed("GET", "/offers", "offers", ""), &[], None)
        .await;
    answer.expect(200).json()["Offers"]
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn both_planes_show_the_same() {
    let azure = Azure::start(&[]);
    let started = azure
        .arm_json("PUT", &path("/New"), &database("New", &json!({})))
        .await
        .expect(202);
    azure.arm("GET", &path("/New")).await.expect(404);
    azure.over(&started).await;
    let made = azure.arm("GET", &path("/New")).await.expect(200).json();
    assert_eq!(
        made["type"],
        "Microsoft.DocumentDB/databaseAccounts/sqlDatabases"
    );
    assert_eq!(
        azure
            .follow(started.header("location"))
            .await
            .expect(200)
            .json(),
        made
    );

    let definition = json!({
        "partitionKey": {"paths": ["/tenant", "/user", "/session"], "kind": "MultiHash"},
        "indexingPolicy": {"indexingMode": "Consistent", "includedPaths": [{"path": "/a/?"}], "excludedPaths": [{"path": "/*"}]},
        "defaultTtl": 3600,
        "uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/mail"]}]},
        "conflictResolutionPolicy": {"mode": "LastWriterWins", "conflictResolutionPath": "/v"},
    });
    let body = container(
        "Things",
        &definition,
        &json!({"autoscaleSettings": {"maxThroughput": 5000}}),
    );
    azure
        .done("PUT", &path("/New/containers/Things"), &body)
        .await;
    let shown = collection(&azure, "New", "Things").await;
    assert_eq!(
        shown["partitionKey"],
        json!({"paths": ["/tenant", "/user", "/session"], "kind": "MultiHash", "version": 2})
    );
    assert_eq!(
        shown["indexingPolicy"],
        json!({
            "indexingMode": "consistent",
            "automatic": true,
            "includedPaths": [{"path": "/a/?"}],
            "excludedPaths": [{"path": "/*"}, {"path": "/\"_etag\"/?"}],
        })
    );
    assert_eq!(shown["defaultTtl"], 3600);
    assert_eq!(shown["uniqueKeyPolicy"], definition["uniqueKeyPolicy"]);
    assert_eq!(
        shown["conflictResolutionPolicy"]["conflictResolutionPath"],
        "/v"
    );
    let mut wrapped = azure
        .arm("GET", &path("/New/containers/Things"))
        .await
        .expect(200)
        .json()["properties"]["resource"]
        .clone();
    wrapped.as_object_mut().unwrap().shift_remove("statistics");
    assert_eq!(wrapped, shown);
    let offer = offers(&azure)
        .await
        .into_iter()
        .find(|offer| offer["offerResourceId"] == shown["_rid"])
        .unwrap();
    assert_eq!(
        offer["content"]["offerAutopilotSettings"]["maxThroughput"],
        5000
    );

    // A new definition; keys stay, what is left out goes.
    let body = container(
        "Things",
        &json!({
            "partitionKey": definition["partitionKey"],
            "uniqueKeyPolicy": definition["uniqueKeyPolicy"],
        }),
        &json!({}),
    );
    azure
        .done("PUT", &path("/New/containers/Things"), &body)
        .await;
    let changed = collection(&azure, "New", "Things").await;
    assert_eq!(changed["_rid"], shown["_rid"]);
    assert_ne!(changed["_etag"], shown["_etag"]);
    assert!(changed.get("defaultTtl").is_none());
    assert_eq!(
        changed["indexingPolicy"]["includedPaths"],
        json!([{"path": "/*"}])
    );

    azure
        .done("DELETE", &path("/New/containers/Things"), &Value::Null)
        .await;
    assert_eq!(
        azure
            .arm("GET", &path("/New/containers"))
            .await
            .expect(200)
            .json(),
        json!({"value": []})
    );
    azure
        .done("PUT", &path("/New/containers/Things"), &body)
        .await;
    assert_ne!(
        collection(&azure, "New", "Things").await["_rid"],
        shown["_rid"],
        "it is another"
    );
    azure.done("DELETE", &path("/New"), &Value::Null).await;
    azure
        .arm("GET", &path("/New/containers/Things"))
        .await
        .expect(404);
    azure.arm("DELETE", &path("/New")).await.expect(204);
    assert!(
        offers(&azure)
            .await
            .iter()
            .all(|offer| offer["offerResourceId"] != shown["_rid"])
    );
}

#[tokio::test]
async fn the_scenarios_databases_are_there_as_well() {
    let azure = Azure::start(&[]);
    let listed = azure.arm("GET", &path("")).await.expect(200).json();
    let names: Vec<&str> = listed["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Test", "Shared", "Auto", "Üben & Mehr", "D"]);
    let spelled = path("/%C3%9Cben%20%26%20Mehr/containers/100%25%20na%C3%AFve");
    let shown = azure.arm("GET", &spelled).await.expect(200).json();
    assert_eq!(shown["name"], "100% naïve");
    let body = container("100% naïve", &json!({"defaultTtl": -1}), &json!({}));
    let started = azure.arm_json("PUT", &spelled, &body).await.expect(202);
    azure.over(&started).await;
    let result = azure
        .follow(started.header("location"))
        .await
        .expect(200)
        .json();
    assert_eq!(result["properties"]["resource"]["defaultTtl"], -1);
}

#[tokio::test]
async fn throughput_is_where_it_was_given() {
    let azure = Azure::start(&[]);
    let settings = "/throughputSettings/default";
    for (place, expected) in [
        (
            "/Test/containers/Test",
            json!({"throughput": 400, "minimumThroughput": "400"}),
        ),
        (
            "/Shared",
            json!({"throughput": 1000, "minimumThroughput": "400"}),
        ),
        (
            "/Auto/containers/Scaled",
            json!({"throughput": 400, "autoscaleSettings": {"maxThroughput": 4000}, "minimumThroughput": "1000"}),
        ),
    ] {
        let shown = azure
            .arm("GET", &path(&format!("{place}{settings}")))
            .await
            .expect(200)
            .json();
        assert_eq!(shown["properties"]["resource"], expected, "{place}");
    }
    for place in [
        "/Test",
        "/Shared/containers/Orders",
        "/Test/containers/None",
        "/None",
    ] {
        let missing = azure
            .arm("GET", &path(&format!("{place}{settings}")))
            .await
            .expect(404);
        assert_eq!(missing.code(), "NotFound", "{place}");
    }
    let serverless = account_path(
        "serverlessaccount",
        "/sqlDatabases/Test/containers/Test/throughputSettings/default",
    );
    let refused = azure.arm("GET", &serverless).await.expect(400);
    assert!(
        refused
            .text
            .contains("not supported for serverless accounts")
    );

    let place = path(&format!("/Test/containers/Test{settings}"));
    let set = |throughput: u32| json!({"properties": {"resource": {"throughput": throughput}}});
    azure.done("PUT", &place, &set(50_000)).await;
    let shown = azure.arm("GET", &place).await.expect(200).json();
    assert_eq!(
        shown["properties"]["resource"],
        json!({"throughput": 50_000, "minimumThroughput": "500"})
    );
    for (throughput, reason) in [
        (400, "between 500 and"),
        (450, "increments of 100"),
        (2_000_000, "1000000"),
    ] {
        let refused = azure
            .arm_json("PUT", &place, &set(throughput))
            .await
            .expect(400);
        assert_eq!(refused.code(), "BadRequest");
        assert!(refused.text.contains(reason), "{}", refused.text);
    }
    let autoscale =
        json!({"properties": {"resource": {"autoscaleSettings": {"maxThroughput": 4000}}}});
    azure.arm_json("PUT", &place, &autoscale).await.expect(400);
    azure
        .done(
            "POST",
            &place.replace("default", "default/migrateToAutoscale"),
            &json!({}),
        )
        .await;
    let shown = azure.arm("GET", &place).await.expect(200).json();
    assert_eq!(
        shown["properties"]["resource"]["autoscaleSettings"]["maxThroughput"],
        50_000
    );
    azure.arm_json("PUT", &place, &set(1000)).await.expect(400);
    azure
        .done(
            "POST",
            &place.replace("default", "default/migrateToManualThroughput"),
            &json!({}),
        )
        .await;
    azure.done("PUT", &place, &set(600)).await;
    let rid = collection(&azure, "Test", "Test").await["_rid"].clone();
    let offer = offers(&azure)
        .await
        .into_iter()
        .find(|offer| offer["offerResourceId"] == rid)
        .unwrap();
    assert_eq!(offer["content"]["offerThroughput"], 600);
    assert!(offer["content"].get("offerAutopilotSettings").is_none());
}

#[tokio::test]
async fn containers_share_or_get_the_least() {
    let azure = Azure::start(&[]);
    let place = path("/Shared/containers/More");
    azure
        .done("PUT", &place, &container("More", &json!({}), &json!({})))
        .await;
    azure
        .arm(
            "GET",
            &path("/Shared/containers/More/throughputSettings/default"),
        )
        .await
        .expect(404);
    // A container may have its own in such a database, from the beginning only.
    let own = json!({"throughput": "700"});
    azure
        .arm_json("PUT", &place, &container("More", &json!({}), &own))
        .await
        .expect(400);
    azure
        .done(
            "PUT",
            &path("/Shared/containers/Own"),
            &container("Own", &json!({}), &own),
        )
        .await;
    azure
        .done(
            "PUT",
            &path("/Test/containers/Least"),
            &container("Least", &json!({}), &json!({})),
        )
        .await;
    for (place, throughput) in [
        ("/Shared/containers/Own", 700),
        ("/Test/containers/Least", 400),
    ] {
        let shown = azure
            .arm("GET", &path(&format!("{place}/throughputSettings/default")))
            .await
            .expect(200)
            .json();
        assert_eq!(shown["properties"]["resource"]["throughput"], throughput);
    }
    // Asked for again with another throughput, it gets that.
    azure
        .done(
            "PUT",
            &path("/Shared"),
            &database("Shared", &json!({"throughput": 1200})),
        )
        .await;
    let shown = azure
        .arm("GET", &path("/Shared/throughputSettings/default"))
        .await
        .expect(200)
        .json();
    assert_eq!(shown["properties"]["resource"]["throughput"], 1200);
}

async fn refused(azure: &Azure, cases: &[(&str, Value, u16, &str)]) {
    for (place, body, status, reason) in cases {
        let answer = azure
            .arm_json("PUT", &path(place), body)
            .await
            .expect(*status);
        assert!(answer.text.contains(reason), "{place}: {}", answer.text);
    }
}

#[tokio::test]
async fn definitions_that_cannot_be() {
    let azure = Azure::start(&[]);
    let defined = |resource: &Value| container("c", resource, &json!({}));
    let key = |key: Value| defined(&json!({"partitionKey": key}));
    let test = |resource: &Value| container("Test", resource, &json!({}));
    let unique = json!({"partitionKey": {"paths": ["/id"]}, "uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/a"]}]}});
    let four = json!({"paths": ["/a", "/b", "/c", "/d"], "kind": "MultiHash"});
    let new = "/Test/containers/c";
    let cases = [
        (
            new,
            key(json!({"paths": ["/a,/b"], "kind": "Hash"})),
            400,
            "failed near position '2'",
        ),
        (
            new,
            key(json!({"paths": ["/a/"], "kind": "Hash"})),
            400,
            "trailing slash or wildcard",
        ),
        (
            "/Test/containers/Test",
            test(&json!({})),
            400,
            "partition key cannot be changed",
        ),
        (
            "/Test/containers/Test",
            test(&unique),
            400,
            "unique index cannot be modified",
        ),
        (
            "/None/containers/c",
            defined(&json!({})),
            404,
            "Owner resource does not exist",
        ),
        (new, key(Value::Null), 400, "Partition key"),
        (new, key(json!({"paths": ["id"]})), 400, "partition key"),
        (
            new,
            key(json!({"paths": ["/a", "/b"]})),
            400,
            "partition key",
        ),
        (new, key(four), 400, "partition key"),
        (new, defined(&json!({"defaultTtl": 0})), 400, "ttl"),
        (
            new,
            defined(&json!({"indexingPolicy": {"indexingMode": "wild"}})),
            400,
            "wild",
        ),
        (new, test(&json!({})), 400, "does not match"),
        ("/a%3Fb", database("a?b", &json!({})), 400, "characters"),
    ];
    refused(&azure, &cases).await;
}

#[tokio::test]
async fn throughput_that_cannot_be() {
    let azure = Azure::start(&[]);
    let given = |options: &Value| container("c", &json!({}), options);
    let least = "between 400 and 1000000 inclusive in increments of 100";
    let autoscale = json!({"autoscaleSettings": {"maxThroughput": 1500}});
    let both = json!({"throughput": 400, "autoscaleSettings": {"maxThroughput": 4000}});
    let new = "/Test/containers/c";
    let cases = [
        (new, given(&json!({"throughput": 300})), 400, least),
        (new, given(&autoscale), 400, "increments of 1000"),
        (new, given(&both), 400, "both"),
        (
            "/Test",
            database("Test", &json!({"throughput": 400})),
            400,
            "made without",
        ),
    ];
    refused(&azure, &cases).await;

    let serverless = account_path("serverlessaccount", "/sqlDatabases/Test/containers/c");
    let body = given(&json!({"throughput": 400}));
    let answer = azure.arm_json("PUT", &serverless, &body).await.expect(400);
    assert!(answer.text.contains("Setting offer throughput or autopilot on container is not supported for serverless accounts."));
    azure.done("PUT", &serverless, &given(&json!({}))).await;
}

#[tokio::test]
async fn who_may_not_and_where_not() {
    let azure = Azure::start(&[]);
    let new = database("New", &json!({}));
    let nowhere = account_path("nobody", "/sqlDatabases/Test");
    let answer = azure.arm("GET", &nowhere).await.expect(404);
    assert_eq!(answer.code(), "ParentResourceNotFound");
    let locked = account_path("lockedaccount", "/sqlDatabases/New");
    let answer = azure.arm_json("PUT", &locked, &new).await.expect(409);
    assert_eq!(answer.code(), "ScopeLocked");
    let selector = format!("&client_id={READER}");
    let token = azure
        .token("https://management.azure.com/", &selector)
        .await;
    let answer = azure
        .arm_json_with(&token, "PUT", &path("/New"), &new)
        .await
        .expect(403);
    let action = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/write";
    assert!(answer.text.contains(action), "{}", answer.text);
    azure
        .arm_with(&token, "GET", &path("/Test"))
        .await
        .expect(200);
    azure.arm("POST", &path("/Test")).await.expect(405);
}
