//! Cloud Shell's token endpoint.

use serde_json::{Value, json};

use crate::support::{Azure, account_path, claims, scenario, tutorial};

const METADATA: [(&str, &str); 1] = [("Metadata", "true")];
const RESOURCE: &str = "resource=https%3A%2F%2Fmanagement.azure.com%2F";

#[tokio::test]
async fn tokens_are_the_users() {
    let azure = Azure::start(&[]);
    let url = azure.text("/cloudShell/endpoint").to_owned();
    let body = format!("{RESOURCE}&client_id=22222222-0000-0000-0000-000000000001");
    let answer = azure.form(&url, &METADATA, &body).await.expect(200).json();
    assert!(
        answer.as_object().unwrap().values().all(Value::is_string),
        "{answer}"
    );
    let token = answer["access_token"].as_str().unwrap();
    let claims = claims(token);
    assert_eq!(claims["idtyp"], "user");
    assert_eq!(claims["upn"], "operator@example.com");
    assert!(claims.get("xms_mirid").is_none());
    azure
        .arm_with(token, "POST", &account_path("myaccount", "/listKeys"))
        .await
        .expect(200);
    assert_eq!(azure.journal().await[0]["face"], "cloud_shell");
}

#[tokio::test]
async fn there_are_none_for_cosmos() {
    let azure = Azure::start(&[]);
    let url = azure.text("/cloudShell/endpoint").to_owned();
    let body = "resource=https%3A%2F%2Fcosmos.azure.com";
    let error = azure.form(&url, &METADATA, body).await.expect(400).json()["error"].clone();
    assert_eq!(error["code"], "AudienceNotSupported");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.starts_with(
            "Audience https://cosmos.azure.com is not a supported MSI token audience."
        ) && message.contains("https://management.azure.com/"),
        "{message}"
    );
}

#[tokio::test]
async fn what_it_refuses() {
    let azure = Azure::start(&[]);
    let url = azure.text("/cloudShell/endpoint").to_owned();
    let without = azure.form(&url, &[], RESOURCE).await.expect(400).json();
    assert_eq!(without["error"]["code"], "bad_request_102");
    azure.form(&url, &METADATA, "").await.expect(400);
    azure
        .send("POST", &url, &METADATA, Some(RESOURCE))
        .await
        .expect(400);
    let query = format!("{url}?{RESOURCE}");
    azure.send("GET", &query, &METADATA, None).await.expect(405);
    azure
        .fault(json!({"match": {"face": "cloud_shell"}, "action": {"status": 429}}))
        .await;
    let throttled = azure
        .form(&url, &METADATA, RESOURCE)
        .await
        .expect(429)
        .json();
    assert_eq!(throttled["error"]["code"], "TooManyRequests");
}

#[tokio::test]
async fn somebody_must_be_signed_in() {
    let accounts = tutorial()["accounts"].clone();
    let subscription = crate::support::SUBSCRIPTION;
    let azure = Azure::with_scenario(&scenario(subscription, "rg", &accounts));
    let url = azure.text("/cloudShell/endpoint").to_owned();
    let error = azure
        .form(&url, &METADATA, RESOURCE)
        .await
        .expect(400)
        .json();
    assert_eq!(error["error"]["code"], "UserNotSignedIn");
}
