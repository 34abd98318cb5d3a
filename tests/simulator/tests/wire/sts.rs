//! Entra's token endpoint, for workload identity.

use serde_json::{Value, json};

use crate::support::{Answer, Azure, OWN, READER, account_path, claims};

const SCOPE: &str = "https%3A%2F%2Fmanagement.azure.com%2F%2F.default";

fn assertion(azure: &Azure) -> String {
    std::fs::read_to_string(azure.text("/workloadIdentity/tokenFile")).unwrap()
}

fn body(client_id: &str, scope: &str, assertion: &str) -> String {
    format!(
        "client_assertion={assertion}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_id={client_id}&grant_type=client_credentials&scope={scope}"
    )
}

async fn post(azure: &Azure, body: &str) -> Answer {
    let url = format!(
        "{}{}/oauth2/v2.0/token",
        azure.text("/workloadIdentity/authorityHost"),
        azure.text("/workloadIdentity/tenantId")
    );
    azure.form(&url, &[], body).await
}

#[tokio::test]
async fn a_token_for_a_token() {
    let azure = Azure::start(&[]);
    let asserted = assertion(&azure);
    let client_id = azure.text("/workloadIdentity/clientId");
    assert_eq!(client_id, OWN);
    let answer = post(&azure, &body(client_id, SCOPE, &asserted))
        .await
        .expect(200)
        .json();
    assert_eq!(answer["expires_in"], 86_400);
    assert!(answer.get("expires_on").is_none());
    let token = answer["access_token"].as_str().unwrap();
    assert_eq!(claims(token)["aud"], "https://management.azure.com/");
    azure
        .arm_with(token, "GET", &account_path("myaccount", ""))
        .await
        .expect(200);
    let reader = post(&azure, &body(READER, SCOPE, &asserted))
        .await
        .expect(200)
        .json();
    assert_eq!(
        claims(reader["access_token"].as_str().unwrap())["appid"],
        READER
    );

    let journal = azure.journal().await;
    assert_eq!(
        (&journal[0]["face"], &journal[0]["tls"]),
        (&json!("sts"), &json!(true))
    );
    let text = journal[0]["body"].as_str().unwrap();
    assert!(
        text.starts_with("client_assertion=<redacted>&client_assertion_type=urn"),
        "{text}"
    );
    assert!(!json!(journal).to_string().contains(&asserted));
}

#[tokio::test]
async fn only_what_the_file_holds_now_is_good() {
    let azure = Azure::start(&[]);
    let first = assertion(&azure);
    azure
        .control("POST", "/rotate-assertion", &Value::Null)
        .await
        .expect(204);
    let second = assertion(&azure);
    assert_ne!(first, second);
    let replaced = post(&azure, &body(OWN, SCOPE, &first))
        .await
        .expect(401)
        .json();
    assert_eq!(replaced["error_codes"], json!([700_024]));
    post(&azure, &body(OWN, SCOPE, &second)).await.expect(200);

    std::fs::remove_file(azure.text("/workloadIdentity/tokenFile")).unwrap();
    azure
        .control("POST", "/reset", &Value::Null)
        .await
        .expect(204);
    post(&azure, &body(OWN, SCOPE, &second)).await.expect(401);
    post(&azure, &body(OWN, SCOPE, &assertion(&azure)))
        .await
        .expect(200);
}

#[tokio::test]
async fn what_it_refuses() {
    let azure = Azure::start(&[]);
    let asserted = assertion(&azure);
    let good = body(OWN, SCOPE, &asserted);
    let cosmi = "https%3A%2F%2Fexample.com%2F.default";
    for (body, status, error, code) in [
        (
            body("nobody", SCOPE, &asserted),
            400,
            "unauthorized_client",
            700_016,
        ),
        (
            body(OWN, cosmi, &asserted),
            400,
            "invalid_resource",
            500_011,
        ),
        (body(OWN, "x", &asserted), 400, "invalid_scope", 1_002_012),
        (body(OWN, SCOPE, "forged"), 401, "invalid_client", 700_211),
        (body(OWN, SCOPE, ""), 401, "invalid_client", 700_211),
        (
            good.replace("jwt-bearer", "saml2-bearer"),
            401,
            "invalid_client",
            7_000_218,
        ),
        (
            good.replace("client_credentials", "password"),
            400,
            "unsupported_grant_type",
            70_003,
        ),
        (
            good.replace("scope=", "scop="),
            400,
            "invalid_request",
            900_144,
        ),
        (String::new(), 400, "invalid_request", 900_144),
    ] {
        let answer = post(&azure, &body).await.expect(status).json();
        assert_eq!(answer["error"], error, "{body}");
        assert_eq!(answer["error_codes"], json!([code]), "{body}");
        let description = answer["error_description"].as_str().unwrap();
        assert!(
            description.starts_with(&format!("AADSTS{code}: ")),
            "{description}"
        );
    }
    let authority = azure.text("/workloadIdentity/authorityHost").to_owned();
    let stranger = format!("{authority}common/oauth2/v2.0/token");
    let answer = azure.form(&stranger, &[], &good).await.expect(400).json();
    assert_eq!(answer["error_codes"], json!([90_002]));
    azure.form(&authority, &[], &good).await.expect(404);
    azure.send("GET", &stranger, &[], None).await.expect(405);
    azure
        .fault(json!({"match": {"face": "sts"}, "action": {"status": 503}}))
        .await;
    let failed = post(&azure, &good).await.expect(503).json();
    assert_eq!(failed["error"], "temporarily_unavailable");
}
