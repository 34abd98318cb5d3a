//! How far operations are, and all the ways they can be asked.

use serde_json::{Value, json};

use crate::support::{Answer, Azure, account_path};

async fn begin(azure: &Azure, id: &str) -> Answer {
    let path = account_path("myaccount", &format!("/sqlDatabases/{id}"));
    let body = json!({"properties": {"resource": {"id": id}, "options": {}}});
    azure.arm_json("PUT", &path, &body).await.expect(202)
}

async fn exists(azure: &Azure, id: &str) -> bool {
    let path = account_path("myaccount", &format!("/sqlDatabases/{id}"));
    azure.arm("GET", &path).await.status == 200
}

#[tokio::test]
async fn they_take_their_polls() {
    let azure = Azure::start(&[]);
    azure
        .operations(json!({"polls": 2, "retryAfter": "7"}))
        .await;
    let started = begin(&azure, "A").await;
    assert_eq!(started.json(), json!({"status": "Enqueued"}));
    assert_eq!(started.header("retry-after"), "7");
    let mut said = Vec::new();
    for _ in 0..3 {
        let status = azure
            .follow(started.header("azure-asyncoperation"))
            .await
            .expect(200);
        said.push((
            status.json()["status"].as_str().unwrap().to_owned(),
            status.header("retry-after").to_owned(),
        ));
    }
    let expected = [("Dequeued", "7"), ("Dequeued", "7"), ("Succeeded", "")];
    assert_eq!(
        said,
        expected.map(|(status, wait)| (status.to_owned(), wait.to_owned()))
    );
    assert!(exists(&azure, "A").await);

    // By the other URL.
    let started = begin(&azure, "B").await;
    let url = started.header("location");
    for _ in 0..2 {
        let waiting = azure.follow(url).await.expect(202);
        assert_eq!(waiting.header("location"), url);
        assert_eq!(waiting.header("retry-after"), "7");
    }
    assert_eq!(azure.follow(url).await.expect(200).json()["name"], "B");
    azure
        .arm("DELETE", &account_path("myaccount", "/sqlDatabases/B"))
        .await
        .expect(202);
}

#[tokio::test]
async fn they_end_without_being_asked() {
    let azure = Azure::start(&[]);
    azure.operations(json!({"polls": 1000})).await;
    begin(&azure, "A").await;
    assert!(!exists(&azure, "A").await);
    azure
        .control("POST", "/clock", &json!({"offsetSeconds": 11}))
        .await
        .expect(204);
    assert!(exists(&azure, "A").await);
    azure
        .operations(json!({"polls": 1000, "seconds": null}))
        .await;
    begin(&azure, "B").await;
    azure
        .control("POST", "/clock", &json!({"offsetSeconds": 3600}))
        .await
        .expect(204);
    assert!(!exists(&azure, "B").await);
}

#[tokio::test]
async fn they_fail_as_told() {
    let azure = Azure::start(&[]);
    let failure = json!({"code": "ServiceUnavailable", "message": "Sorry, we are currently experiencing high demand in this region."});
    azure.operations(json!({"polls": 0, "fail": failure})).await;
    let started = begin(&azure, "A").await;
    assert_eq!(
        azure.over(&started).await,
        json!({"status": "Failed", "error": failure})
    );
    let result = azure.follow(started.header("location")).await.expect(400);
    assert_eq!(result.code(), "ServiceUnavailable");
    assert!(!exists(&azure, "A").await);
    let path = account_path("fresh", "");
    let started = azure
        .arm_json("PUT", &path, &crate::account_writes::account("westeurope"))
        .await
        .expect(200);
    azure.over(&started).await;
    azure.arm("GET", &path).await.expect(404);

    let mut canceled = failure;
    canceled["status"] = json!("Canceled");
    azure
        .operations(json!({"polls": 0, "fail": canceled}))
        .await;
    let started = begin(&azure, "A").await;
    assert_eq!(azure.over(&started).await["status"], "Canceled");
    azure.operations(json!({})).await;
    let started = begin(&azure, "A").await;
    assert_eq!(azure.over(&started).await["status"], "Succeeded");
}

#[tokio::test]
async fn their_urls_and_waits_vary() {
    let azure = Azure::start(&[]);
    azure
        .operations(json!({"polls": 0, "longUrls": true, "retryAfter": "date"}))
        .await;
    let started = begin(&azure, "A").await;
    let url = started.header("azure-asyncoperation");
    assert!(url.len() > 4096 && started.header("location").len() > 4096);
    let date = jiff::fmt::rfc2822::parse(started.header("retry-after"))
        .unwrap()
        .timestamp();
    let wait = date.duration_since(jiff::Timestamp::now()).as_secs_f64();
    assert!((-1.0..2.0).contains(&wait), "{wait}");
    // All of it counts.
    azure
        .follow(url.split("&t=").next().unwrap())
        .await
        .expect(404);
    azure.follow(&url[..url.len() - 1]).await.expect(404);
    assert_eq!(azure.over(&started).await["status"], "Succeeded");

    azure
        .operations(json!({"foreignHost": true, "retryAfter": null}))
        .await;
    let started = begin(&azure, "B").await;
    for header in ["azure-asyncoperation", "location"] {
        let url = started.header(header);
        assert!(
            url.starts_with("https://management.azure.invalid/subscriptions/"),
            "{url}"
        );
    }
    assert_eq!(started.header("retry-after"), "");

    azure
        .control("POST", "/operations", &json!({"polls": -1}))
        .await
        .expect(400);
    azure
        .control("POST", "/operations", &json!({"pols": 1}))
        .await
        .expect(400);
    azure
        .control("POST", "/reset", &Value::Null)
        .await
        .expect(204);
    assert_eq!(begin(&azure, "C").await.header("retry-after"), "1");
}

#[tokio::test]
async fn those_of_others_are_unknown() {
    let azure = Azure::start(&[]);
    let started = begin(&azure, "A").await;
    let url = started.header("azure-asyncoperation");
    let id = url
        .split("operationsStatus/")
        .nth(1)
        .unwrap()
        .split('?')
        .next()
        .unwrap();
    let unknown = azure
        .follow(&url.replace(id, "11111111-0000-0000-0000-000000000000"))
        .await
        .expect(404);
    assert_eq!(unknown.code(), "NotFound");
    azure.send("GET", url, &[], None).await.expect(401);
}
