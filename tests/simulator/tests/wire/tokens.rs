//! How long tokens are good, on every host.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::support::{Azure, OWN, account_path, claims, tutorial};

/// What each host answers.
async fn answers(azure: &Azure) -> Vec<(&'static str, Value)> {
    const RESOURCE: &str = "resource=https%3A%2F%2Fmanagement.azure.com%2F";
    let get = async |pointer: &str, query: &str, headers: &[(&str, &str)]| {
        let url = format!("{}?{query}{RESOURCE}", azure.text(pointer));
        azure.send("GET", &url, headers, None).await
    };
    let metadata = ("Metadata", "true");
    let identity = ("X-IDENTITY-HEADER", azure.text("/appService/header"));
    let secret = ("secret", azure.text("/machineLearning/secret"));

    let imds = format!("/metadata/identity/oauth2/token?api-version=2018-02-01&{RESOURCE}");
    let imds = azure.metadata(&imds).await;
    let app_service = get(
        "/appService/endpoint",
        "api-version=2019-08-01&",
        &[identity],
    )
    .await;
    let automation = get("/automation/endpoint", "", &[identity, metadata]).await;
    let version = "api-version=2020-06-01&";
    let challenge = get("/arc/endpoint", version, &[metadata]).await.expect(401);
    let path = challenge
        .header("www-authenticate")
        .strip_prefix("Basic realm=")
        .unwrap();
    let basic = format!("Basic {}", std::fs::read_to_string(path).unwrap());
    let headers = [metadata, ("Authorization", basic.as_str())];
    let arc = get("/arc/endpoint", version, &headers).await;
    let version = "api-version=2017-09-01&";
    let machine_learning = get("/machineLearning/endpoint", version, &[secret]).await;
    let url = azure.text("/cloudShell/endpoint");
    let cloud_shell = azure.form(url, &[metadata], RESOURCE).await;
    let assertion = std::fs::read_to_string(azure.text("/workloadIdentity/tokenFile")).unwrap();
    let body = format!(
        "client_assertion={assertion}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_id={OWN}&grant_type=client_credentials&scope=https%3A%2F%2Fmanagement.azure.com%2F%2F.default"
    );
    let url = format!(
        "{}{}/oauth2/v2.0/token",
        azure.text("/workloadIdentity/authorityHost"),
        azure.text("/workloadIdentity/tenantId")
    );
    let sts = azure.form(&url, &[], &body).await;
    [
        ("imds", imds),
        ("app_service", app_service),
        ("automation", automation),
        ("arc", arc),
        ("machine_learning", machine_learning),
        ("cloud_shell", cloud_shell),
        ("sts", sts),
    ]
    .into_iter()
    .map(|(face, answer)| (face, answer.expect(200).json()))
    .collect()
}

fn lifetime(answer: &Value) -> i64 {
    let claims = claims(answer["access_token"].as_str().unwrap());
    claims["exp"].as_i64().unwrap() - jiff::Timestamp::now().as_second()
}

#[tokio::test]
async fn a_lifetime_is_for_all_hosts() {
    let azure = Azure::start(&[]);
    for (face, answer) in answers(&azure).await {
        assert!((86_390..=86_400).contains(&lifetime(&answer)), "{face}");
        assert!(answer.get("refresh_in").is_none(), "{face}");
    }
    let change = json!({"seconds": 600, "refreshIn": 300});
    azure
        .control("POST", "/token-lifetime", &change)
        .await
        .expect(204);
    for (face, answer) in answers(&azure).await {
        assert!((590..=600).contains(&lifetime(&answer)), "{face}");
        let refresh_in = &answer["refresh_in"];
        assert!(
            *refresh_in == "300" || *refresh_in == 300,
            "{face}: {refresh_in}"
        );
    }
    let change = json!({"seconds": -60, "refreshIn": null});
    azure
        .control("POST", "/token-lifetime", &change)
        .await
        .expect(204);
    for (face, answer) in answers(&azure).await {
        assert!((-70..=-60).contains(&lifetime(&answer)), "{face}");
        assert!(answer.get("refresh_in").is_none(), "{face}");
        let token = answer["access_token"].as_str().unwrap();
        let refused = azure
            .arm_with(token, "GET", "subscriptions?api-version=2022-12-01")
            .await;
        assert_eq!(
            refused.expect(401).json()["error"]["code"],
            "ExpiredAuthenticationToken"
        );
    }
    azure
        .control("POST", "/reset", &Value::Null)
        .await
        .expect(204);
    for (face, answer) in answers(&azure).await {
        assert!(lifetime(&answer) > 86_000, "{face}");
    }
    azure
        .control("POST", "/token-lifetime", &json!({"refreshIn": 1}))
        .await
        .expect(400);
}

#[tokio::test]
async fn a_scenario_says_when_to_refresh() {
    let mut scenario = tutorial();
    scenario["refreshInSeconds"] = json!(43_200);
    let azure = Azure::with_scenario(&scenario);
    for (face, answer) in answers(&azure).await {
        let expected = if face == "sts" {
            json!(43_200)
        } else {
            json!("43200")
        };
        assert_eq!(answer["refresh_in"], expected, "{face}");
    }
}

#[tokio::test]
async fn revoked_tokens_are_challenged() {
    let azure = Azure::start(&[]);
    let before = answers(&azure).await;
    azure
        .control("POST", "/revoke-tokens", &Value::Null)
        .await
        .expect(204);
    let path = account_path("myaccount", "");
    for (face, answer) in before {
        let token = answer["access_token"].as_str().unwrap();
        let refused = azure.arm_with(token, "GET", &path).await.expect(401);
        let challenge = refused.header("www-authenticate");
        assert!(
            challenge.starts_with("Bearer realm=\"\", authorization_uri="),
            "{face}: {challenge}"
        );
        assert!(
            challenge.contains("error=\"insufficient_claims\""),
            "{face}: {challenge}"
        );
        let (_, claims) = challenge.split_once("claims=\"").unwrap();
        let claims = STANDARD.decode(claims.trim_end_matches('"')).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["access_token"]["nbf"]["essential"], true);
    }
    for (face, answer) in answers(&azure).await {
        let token = answer["access_token"].as_str().unwrap();
        let answer = azure.arm_with(token, "GET", &path).await;
        assert_eq!(answer.status, 200, "{face}");
    }
}
