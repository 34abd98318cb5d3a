//! Azure ML's endpoint, and what older App Service hosts and hybrid workers have.

use serde_json::{Value, json};

use crate::support::{Answer, Azure, OWN, READER, tutorial};

const QUERY: &str = "api-version=2017-09-01&resource=https%3A%2F%2Fmanagement.azure.com%2F";

async fn get(azure: &Azure, query: &str, secret: Option<&str>) -> Answer {
    let url = format!("{}?{query}", azure.text("/machineLearning/endpoint"));
    let headers: Vec<(&str, &str)> = secret
        .map(|secret| ("secret", secret))
        .into_iter()
        .collect();
    azure.send("GET", &url, &headers, None).await
}

async fn token(azure: &Azure, query: &str) -> Value {
    let secret = azure.text("/machineLearning/secret");
    get(azure, query, Some(secret)).await.expect(200).json()
}

#[tokio::test]
async fn the_client_id_selects_and_nothing_else() {
    let azure = Azure::start(&[]);
    let answer = token(&azure, QUERY).await;
    assert_eq!(answer["client_id"], OWN);
    assert!(answer.get("expires_in").is_none());
    for (selector, client_id) in [("clientid", READER), ("client_id", OWN), ("mi_res_id", OWN)] {
        let query = format!("{QUERY}&{selector}={READER}");
        assert_eq!(
            token(&azure, &query).await["client_id"],
            client_id,
            "{selector}"
        );
    }
    let named = azure.text("/machineLearning/clientId").to_owned();
    assert_eq!(
        token(&azure, &format!("{QUERY}&clientid={named}")).await["client_id"],
        named
    );
    let journal = azure.journal().await;
    assert_eq!(journal[0]["face"], "machine_learning");
    assert_eq!(journal[0]["headers"]["secret"], "<redacted>");
}

#[tokio::test]
async fn what_it_refuses() {
    let azure = Azure::start(&[]);
    let secret = azure.text("/machineLearning/secret").to_owned();
    let secret = Some(secret.as_str());
    let nobody = format!("{QUERY}&clientid=nobody");
    for (query, secret, status) in [
        (QUERY, None, 400),
        (QUERY, Some("wrong"), 401),
        (&nobody, secret, 400),
        ("resource=https://management.azure.com/", secret, 400),
        (
            "api-version=2019-08-01&resource=https://management.azure.com/",
            secret,
            400,
        ),
        ("api-version=2017-09-01", secret, 400),
        (
            "api-version=2017-09-01&resource=https://example.com",
            secret,
            400,
        ),
    ] {
        let error = get(&azure, query, secret).await.expect(status).json();
        assert_eq!(error["statusCode"], status, "{query}");
    }
    let header = azure.text("/appService/header");
    get(&azure, QUERY, Some(header)).await.expect(401);
    let url = azure.text("/machineLearning/endpoint").to_owned();
    azure.form(&url, &[], "resource=x").await.expect(405);
}

#[tokio::test]
async fn expiry_in_all_its_forms() {
    for form in ["unix", "unixNumber", "relative", "iso", "windows", "linux"] {
        let mut scenario = tutorial();
        scenario["hosts"]["machineLearning"] = json!({"expiresOn": form});
        let azure = Azure::with_scenario(&scenario);
        let expires = token(&azure, QUERY).await["expires_on"].clone();
        let text = expires.as_str().unwrap_or_default();
        let american = |format: &str| {
            let date = jiff::fmt::strtime::parse(format, text).unwrap();
            date.to_timestamp().unwrap().as_second()
        };
        let now = jiff::Timestamp::now().as_second();
        let seconds = match form {
            "unix" => text.parse().unwrap(),
            "unixNumber" => expires.as_i64().unwrap(),
            "relative" => now + text.parse::<i64>().unwrap(),
            "iso" => text.parse::<jiff::Timestamp>().unwrap().as_second(),
            "windows" => american("%m/%d/%Y %I:%M:%S %p %:z"),
            _ => american("%m/%d/%Y %H:%M:%S %:z"),
        };
        assert!(
            (86_390..=86_400).contains(&(seconds - now)),
            "{form}: {expires}"
        );
        assert_eq!(text.contains('M'), form == "windows", "{text}");
    }
}
