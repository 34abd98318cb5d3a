//! Resource Manager: who may do what, and the errors that say so.

use serde_json::{Value, json};

use crate::support::{Answer, Azure, SUBSCRIPTION, account_path, tutorial};

fn code(answer: &Answer) -> String {
    answer.json()["error"]["code"].as_str().unwrap().to_owned()
}

fn message(answer: &Answer) -> String {
    answer.json()["error"]["message"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn the_tutorials_accounts_differ_in_what_they_allow() {
    let azure = Azure::start(&[]);
    for (account, list, post, get) in [
        ("myaccount", 200, 200, 200),
        ("readeraccount", 403, 200, 200),
        ("plainreader", 403, 403, 200),
        ("lockedaccount", 409, 409, 200),
        ("noaccess", 403, 403, 403),
        ("keylessaccount", 200, 200, 200),
        ("serverlessaccount", 200, 200, 200),
    ] {
        azure.account("GET", account, "").await.expect(200);
        azure
            .account("POST", account, "/listKeys")
            .await
            .expect(list);
        azure
            .account("POST", account, "/readonlykeys")
            .await
            .expect(post);
        azure
            .account("GET", account, "/readonlykeys")
            .await
            .expect(get);
        azure
            .account("POST", account, "/listConnectionStrings")
            .await
            .expect(list);
    }
}

#[tokio::test]
async fn the_tutorials_own_line_works() {
    let azure = Azure::start(&[]);
    let path = format!(
        "subscriptions/{SUBSCRIPTION}/resourceGroups/RG/providers/Microsoft.DocumentDb/databaseAccounts/MyAccount/listKeys/?api-version=2016-12-01"
    );
    let keys = azure.arm("POST", &path).await.expect(200).json();
    let names: Vec<&String> = keys.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "primaryMasterKey",
            "secondaryMasterKey",
            "primaryReadonlyMasterKey",
            "secondaryReadonlyMasterKey"
        ]
    );
    assert!(
        keys.as_object()
            .unwrap()
            .values()
            .all(|key| key.as_str().unwrap().len() == 88)
    );
}

#[tokio::test]
async fn a_refusal_names_the_action_and_the_scope() {
    let azure = Azure::start(&[]);
    let path = account_path("readeraccount", "/listKeys").replace("DocumentDB", "DocumentDb");
    let answer = azure.arm("POST", &path).await.expect(403);
    assert_eq!(code(&answer), "AuthorizationFailed");
    assert_eq!(
        message(&answer),
        format!(
            "The client '33333333-0000-0000-0000-000000000001' with object id '33333333-0000-0000-0000-000000000002' does not have authorization to perform action 'Microsoft.DocumentDb/databaseAccounts/listKeys/action' over scope '/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.DocumentDb/databaseAccounts/readeraccount' or the scope is invalid. If access was recently granted, please refresh your credentials."
        )
    );
    for header in [
        "x-ms-request-id",
        "x-ms-correlation-request-id",
        "x-ms-routing-request-id",
        "date",
    ] {
        assert!(!answer.header(header).is_empty(), "{header}");
    }
    assert_eq!(answer.header("x-ms-failure-cause"), "gateway");

    let locked = azure
        .account("POST", "lockedaccount", "/listKeys")
        .await
        .expect(409);
    assert_eq!(code(&locked), "ScopeLocked");
    assert!(message(&locked).contains("following scope(s) are locked"));
}

#[tokio::test]
async fn another_identity_has_other_rights() {
    let azure = Azure::start(&[]);
    let selector = "&client_id=22222222-0000-0000-0000-000000000001";
    let token = azure.token("https://management.azure.com/", selector).await;
    azure
        .arm_with(&token, "GET", &account_path("myaccount", ""))
        .await
        .expect(200);
    azure
        .arm_with(&token, "POST", &account_path("myaccount", "/listKeys"))
        .await
        .expect(403);
    azure
        .arm_with(&token, "GET", &account_path("myaccount", "/readonlykeys"))
        .await
        .expect(200);
    let subscriptions = azure
        .arm_with(&token, "GET", "subscriptions?api-version=2022-12-01")
        .await
        .expect(200)
        .json();
    assert_eq!(subscriptions["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn tokens_are_checked() {
    let azure = Azure::start(&[]);
    let path = account_path("myaccount", "");
    let url = format!("{}{path}", azure.text("/arm"));
    let challenged = azure.send("GET", &url, &[], None).await.expect(401);
    assert_eq!(code(&challenged), "AuthenticationFailed");
    assert!(
        challenged
            .header("www-authenticate")
            .starts_with("Bearer authorization_uri=")
    );
    let malformed = azure
        .send("GET", &url, &[("authorization", "Basic x")], None)
        .await
        .expect(401);
    assert_eq!(code(&malformed), "AuthenticationFailedInvalidHeader");
    assert_eq!(
        code(&azure.arm_with("a.b.c", "GET", &path).await.expect(401)),
        "InvalidAuthenticationToken"
    );
    // What PowerShell sends when a SecureString is taken for a text.
    let type_name = azure
        .arm_with("System.Security.SecureString", "GET", &path)
        .await
        .expect(401);
    assert_eq!(code(&type_name), "InvalidAuthenticationToken");

    let other = Azure::start(&[]);
    let foreign = other.token("https://management.azure.com/", "").await;
    assert_eq!(
        code(&azure.arm_with(&foreign, "GET", &path).await.expect(401)),
        "InvalidAuthenticationToken"
    );

    let vault = azure.token("https://vault.azure.net", "").await;
    assert_eq!(
        code(&azure.arm_with(&vault, "GET", &path).await.expect(401)),
        "InvalidAuthenticationTokenAudience"
    );
    for resource in [
        "https://management.azure.com",
        "https://management.core.windows.net/",
    ] {
        let token = azure.token(resource, "").await;
        azure.arm_with(&token, "GET", &path).await.expect(200);
    }

    let token = azure.token("https://management.azure.com/", "").await;
    azure
        .control("POST", "/clock", &json!({"offsetSeconds": 90_000}))
        .await
        .expect(204);
    assert_eq!(
        code(&azure.arm_with(&token, "GET", &path).await.expect(401)),
        "ExpiredAuthenticationToken"
    );
    azure
        .control("POST", "/clock", &json!({"offsetSeconds": -3600}))
        .await
        .expect(204);
    assert_eq!(
        code(&azure.arm_with(&token, "GET", &path).await.expect(401)),
        "InvalidAuthenticationToken"
    );
}

#[tokio::test]
async fn versions_are_checked() {
    let azure = Azure::start(&[]);
    let path = account_path("myaccount", "");
    let unversioned = azure
        .arm("GET", path.split('?').next().unwrap())
        .await
        .expect(400);
    assert_eq!(code(&unversioned), "MissingApiVersionParameter");
    let unknown = azure
        .arm("GET", &path.replace("2024-11-15", "2001-01-01"))
        .await
        .expect(400);
    assert_eq!(code(&unknown), "NoRegisteredProviderFound");
    assert!(
        message(&unknown).contains("2024-11-15"),
        "the answer lists the versions there are"
    );
    let unknown = azure
        .arm("GET", "subscriptions?api-version=2001-01-01")
        .await
        .expect(400);
    assert_eq!(code(&unknown), "InvalidApiVersionParameter");
}

#[tokio::test]
async fn an_account_shows_what_its_version_knows() {
    let azure = Azure::start(&[]);
    let new = azure
        .account("GET", "keylessaccount", "")
        .await
        .expect(200)
        .json();
    assert_eq!(new["properties"]["disableLocalAuth"], true);
    assert_eq!(
        new["properties"]["documentEndpoint"],
        azure.endpoint("keylessaccount")
    );
    let old = azure
        .arm(
            "GET",
            &account_path("keylessaccount", "").replace("2024-11-15", "2016-12-01"),
        )
        .await;
    assert!(
        old.expect(200).json()["properties"]
            .get("disableLocalAuth")
            .is_none()
    );
    let serverless = azure
        .account("GET", "serverlessaccount", "")
        .await
        .expect(200)
        .json();
    assert_eq!(
        serverless["properties"]["capabilities"],
        json!([{"name": "EnableServerless"}])
    );
    let strings = azure
        .account("POST", "myaccount", "/listConnectionStrings")
        .await
        .expect(200)
        .json();
    let first = &strings["connectionStrings"][0];
    let expected = format!(
        "AccountEndpoint={};AccountKey=",
        azure.endpoint("myaccount")
    );
    assert!(
        first["connectionString"]
            .as_str()
            .unwrap()
            .starts_with(&expected)
    );
    assert_eq!(
        (&first["description"], &first["keyKind"], &first["type"]),
        (
            &json!("Primary SQL Connection String"),
            &json!("Primary"),
            &json!("Sql")
        )
    );
}

#[tokio::test]
async fn what_does_not_exist() {
    let azure = Azure::start(&[]);
    for (method, path, status, expected) in [
        ("GET", account_path("nobody", ""), 404, "ResourceNotFound"),
        (
            "GET",
            account_path("myaccount", "").replace("/rg/", "/other/"),
            404,
            "ResourceGroupNotFound",
        ),
        (
            "GET",
            account_path("myaccount", "").replace(SUBSCRIPTION, "0"),
            404,
            "SubscriptionNotFound",
        ),
        (
            "GET",
            account_path("myaccount", "").replace("DocumentDB", "Other"),
            404,
            "InvalidResourceNamespace",
        ),
        (
            "GET",
            account_path("myaccount", "").replace("databaseAccounts", "things"),
            404,
            "InvalidResourceType",
        ),
        (
            "POST",
            account_path("myaccount", ""),
            405,
            "MethodNotAllowed",
        ),
        (
            "GET",
            account_path("myaccount", "/listKeys"),
            405,
            "MethodNotAllowed",
        ),
        (
            "GET",
            "nowhere?api-version=2022-12-01".to_owned(),
            404,
            "InvalidUri",
        ),
    ] {
        assert_eq!(
            code(&azure.arm(method, &path).await.expect(status)),
            expected,
            "{method} {path}"
        );
    }
    // Without a role on what would be there, it is not said whether it is.
    let selector = "&client_id=22222222-0000-0000-0000-000000000001";
    let token = azure.token("https://management.azure.com/", selector).await;
    let empty = "subscriptions/66666666-7777-8888-9999-000000000000/providers/Microsoft.DocumentDB/databaseAccounts?api-version=2024-11-15";
    assert_eq!(
        code(&azure.arm_with(&token, "GET", empty).await.expect(403)),
        "AuthorizationFailed"
    );
    assert_eq!(
        azure.arm("GET", empty).await.expect(200).json(),
        json!({"value": []})
    );
}

#[tokio::test]
async fn lists_are_paged_when_the_scenario_says_so() {
    let mut scenario = tutorial();
    scenario["paging"] = json!({"subscriptions": 1, "accounts": 3});
    let azure = Azure::with_scenario(&scenario);
    let token = azure.token("https://management.azure.com/", "").await;
    let authorization = format!("Bearer {token}");
    for (first, pages, total) in [
        ("subscriptions?api-version=2022-12-01".to_owned(), 2, 2),
        (
            format!(
                "subscriptions/{SUBSCRIPTION}/providers/Microsoft.DocumentDB/databaseAccounts?api-version=2024-11-15"
            ),
            3,
            7,
        ),
        (
            format!(
                "subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.DocumentDB/databaseAccounts?api-version=2024-11-15"
            ),
            3,
            7,
        ),
    ] {
        let mut next = Some(format!("{}{first}", azure.text("/arm")));
        let mut seen: Vec<Value> = Vec::new();
        let mut turned = 0;
        while let Some(url) = next {
            let page = azure
                .send("GET", &url, &[("authorization", &authorization)], None)
                .await
                .expect(200)
                .json();
            seen.extend(
                page["value"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| item["id"].clone()),
            );
            next = page["nextLink"].as_str().map(str::to_owned);
            turned += 1;
        }
        seen.dedup();
        assert_eq!((turned, seen.len()), (pages, total), "{first}");
    }
}

#[tokio::test]
async fn request_ids_come_back_when_asked_for() {
    let azure = Azure::start(&[]);
    let token = format!(
        "Bearer {}",
        azure.token("https://management.azure.com/", "").await
    );
    let url = format!(
        "{}{}",
        azure.text("/armHttp"),
        account_path("myaccount", "")
    );
    let id = "9d6b5f5e-0000-0000-0000-000000000001";
    let mut headers = vec![
        ("authorization", token.as_str()),
        ("x-ms-client-request-id", id),
    ];
    assert_eq!(
        azure
            .send("GET", &url, &headers, None)
            .await
            .expect(200)
            .header("x-ms-client-request-id"),
        ""
    );
    headers.push(("x-ms-return-client-request-id", "true"));
    assert_eq!(
        azure
            .send("GET", &url, &headers, None)
            .await
            .expect(200)
            .header("x-ms-client-request-id"),
        id
    );
}
