//! Faults, on both HTTP versions.

use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};

use crate::support::{Azure, client};

const VERSIONS: &str = "/metadata/versions";

/// What a client can see: the status and, when it arrives, the body.
async fn look(client: &Client, url: &str) -> Result<(u16, Result<String, String>), String> {
    let response = client
        .get(url)
        .header("Metadata", "true")
        .send()
        .await
        .map_err(|error| format!("{error:?}"))?;
    let status = response.status().as_u16();
    Ok((
        status,
        response.text().await.map_err(|error| format!("{error:?}")),
    ))
}

/// A URL that needs no token, and clients for both HTTP versions.
fn secured(azure: &Azure) -> (String, [Client; 2]) {
    let clients = [
        client(&azure.ready, &[b"http/1.1"]),
        client(&azure.ready, &[b"h2"]),
    ];
    (azure.text("/arm").to_owned(), clients)
}

#[tokio::test]
async fn a_status_is_worded_as_its_face_words_it() {
    let azure = Azure::start(&[]);
    for (face, url, pointer) in [
        (
            "imds",
            format!("{}{VERSIONS}", azure.text("/metadata")),
            "/error_description",
        ),
        (
            "app_service",
            azure.text("/appService/endpoint").to_owned(),
            "/message",
        ),
        ("arm", azure.text("/arm").to_owned(), "/error/message"),
        ("cosmos", azure.endpoint("myaccount").to_owned(), "/message"),
    ] {
        for status in [400, 401, 403, 404, 408, 409, 410, 429, 449, 500, 503, 504] {
            azure
                .fault(json!({"match": {"face": face}, "action": {"status": status, "headers": {"Retry-After": "7"}}}))
                .await;
            let answer = azure.send("GET", &url, &[], None).await.expect(status);
            assert_eq!(answer.header("retry-after"), "7");
            assert!(
                answer.json().pointer(pointer).is_some_and(Value::is_string),
                "{face} {status}: {}",
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn keys_combine() {
    let azure = Azure::start(&[]);
    azure
        .fault(json!({
            "match": {"face": "imds", "path": "/METADATA/versions", "method": "get"},
            "action": {"delayMs": 150, "status": 502, "headers": {"content-type": "text/html"}, "body": "<html>proxy</html>"},
        }))
        .await;
    let start = Instant::now();
    let answer = azure.metadata(VERSIONS).await.expect(502);
    assert!(start.elapsed() >= Duration::from_millis(150));
    assert_eq!(
        (answer.header("content-type"), answer.text.as_str()),
        ("text/html", "<html>proxy</html>")
    );
    // A body alone leaves the rest of the answer as it is.
    azure.fault(json!({"action": {"body": "{"}})).await;
    assert_eq!(azure.metadata(VERSIONS).await.expect(200).text, "{");
    azure
        .fault(json!({"action": {"redirect": "http://127.0.0.1:1/"}}))
        .await;
    assert_eq!(
        azure
            .metadata(VERSIONS)
            .await
            .expect(307)
            .header("location"),
        "http://127.0.0.1:1/"
    );
    azure.fault(json!({"action": {"truncate": 5}})).await;
    assert_eq!(azure.metadata(VERSIONS).await.expect(200).text, "{\"api");
}

#[tokio::test]
async fn faults_can_be_taken_back() {
    let azure = Azure::start(&[]);
    azure
        .fault(json!({"times": 0, "action": {"status": 500}}))
        .await;
    azure.metadata(VERSIONS).await.expect(500);
    azure
        .control("DELETE", "/faults", &Value::Null)
        .await
        .expect(204);
    azure.metadata(VERSIONS).await.expect(200);
}

#[tokio::test]
async fn only_one_account_is_hit() {
    let azure = Azure::start(&[]);
    azure.fault(json!({"match": {"face": "any", "account": "readeraccount"}, "times": 0, "action": {"status": 503}})).await;
    azure.account("GET", "myaccount", "").await.expect(200);
    azure.account("GET", "readeraccount", "").await.expect(503);
    azure
        .send("GET", azure.endpoint("readeraccount"), &[], None)
        .await
        .expect(503);
    azure
        .send("GET", azure.endpoint("myaccount"), &[], None)
        .await
        .expect(400);
}

#[tokio::test]
async fn connections_close_where_they_are_told_to() {
    let azure = Azure::start(&[]);
    let (url, clients) = secured(&azure);
    for client in &clients {
        azure
            .fault(json!({"match": {"face": "arm"}, "action": {"close": "on-accept"}}))
            .await;
        assert!(look(client, &url).await.is_err());
        // The client itself may try once more when a connection it had kept is closed.
        azure.fault(json!({"match": {"face": "arm"}, "times": 0, "action": {"close": "before-headers"}})).await;
        assert!(look(client, &url).await.is_err());
        azure
            .control("DELETE", "/faults", &Value::Null)
            .await
            .expect(204);
        for close in ["after-headers", "mid-body"] {
            azure
                .fault(json!({"match": {"face": "arm"}, "action": {"close": close}}))
                .await;
            let (status, body) = look(client, &url).await.unwrap();
            assert_eq!(status, 401);
            assert!(body.is_err(), "{close}: {body:?}");
        }
        let (status, body) = look(client, &url).await.unwrap();
        assert!(status == 401 && body.is_ok(), "and then all is well");
    }
    assert!(
        azure
            .journal()
            .await
            .iter()
            .all(|entry| entry["aborted"] == false),
        "the clients went nowhere"
    );
}

#[tokio::test]
async fn requests_that_share_a_closed_connection_are_not_the_clients_doing() {
    let azure = Azure::start(&[]);
    let client = client(&azure.ready, &[b"h2"]);
    let url = azure.text("/arm").to_owned();
    let waiting = format!("{url}wait");
    azure
        .fault(json!({"match": {"path": "/wait"}, "times": 0, "action": {"hang": true}}))
        .await;
    azure
        .fault(
            json!({"match": {"path": "/close"}, "times": 0, "action": {"close": "before-headers"}}),
        )
        .await;
    let waits = tokio::spawn({
        let client = client.clone();
        async move { look(&client, &waiting).await }
    });
    while azure.journal().await.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(look(&client, &format!("{url}close")).await.is_err());
    let _ = tokio::time::timeout(Duration::from_millis(200), waits).await;
    let entries = azure.journal().await;
    assert_eq!(entries[0]["connection"], entries[1]["connection"]);
    assert_eq!(
        (&entries[0]["aborted"], &entries[0]["endMs"].is_u64()),
        (&json!(false), &true),
        "{entries:?}"
    );
}

#[tokio::test]
async fn chunked_answers_are_cut_too() {
    let azure = Azure::start(&[]);
    let url = azure.endpoint("myaccount");
    for client in [
        client(&azure.ready, &[b"http/1.1"]),
        client(&azure.ready, &[b"h2"]),
    ] {
        azure
            .fault(json!({"match": {"face": "cosmos"}, "action": {"close": "mid-body"}}))
            .await;
        let (status, body) = look(&client, url).await.unwrap();
        assert!(status == 400 && body.is_err(), "{body:?}");
    }
}

#[tokio::test]
async fn a_client_that_gives_up_is_seen() {
    let azure = Azure::start(&[]);
    let (url, clients) = secured(&azure);
    let actions = [
        json!({"hang": true}),
        json!({"delayMs": 60_000}),
        json!({"hang": true, "truncate": 3}),
        json!({"endless": true}),
    ];
    for client in &clients {
        for action in &actions {
            azure
                .control("DELETE", "/journal", &Value::Null)
                .await
                .expect(204);
            azure
                .fault(json!({"match": {"face": "arm"}, "action": action}))
                .await;
            let given_up =
                tokio::time::timeout(Duration::from_millis(200), look(client, &url)).await;
            assert!(given_up.is_err(), "{action}");
            let start = Instant::now();
            loop {
                let entry = azure.journal().await.remove(0);
                if entry["aborted"] == true {
                    assert!(
                        entry["endMs"].as_u64().unwrap()
                            >= entry["startMs"].as_u64().unwrap() + 150
                    );
                    break;
                }
                assert!(
                    start.elapsed() < Duration::from_secs(5),
                    "{action}: {entry}"
                );
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
}

#[tokio::test]
async fn an_endless_body_starts_with_the_real_one() {
    let azure = Azure::start(&[]);
    azure
        .fault(json!({"match": {"face": "imds"}, "action": {"endless": true}}))
        .await;
    let url = format!("{}{VERSIONS}", azure.text("/metadata"));
    let mut response = azure
        .client
        .get(url)
        .header("Metadata", "true")
        .send()
        .await
        .unwrap();
    let mut received = Vec::new();
    while received.len() < 1_000_000 {
        received.extend_from_slice(&response.chunk().await.unwrap().unwrap());
    }
    assert!(received.starts_with(b"{\"apiVersions\":["));
    assert!(
        serde_json::from_slice::<Value>(&received).is_ok(),
        "blanks may follow a document"
    );
}
