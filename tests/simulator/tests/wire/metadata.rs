//! Instance metadata, and the identity endpoint of App Service and Automation.

use serde_json::{Value, json};

use crate::support::{Answer, Azure, SUBSCRIPTION, claims, tutorial};

const TOKEN: &str = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F";

async fn refused(azure: &Azure, path: &str) -> (String, String) {
    let answer = azure.metadata(path).await.expect(400).json();
    (
        answer["error"].as_str().unwrap().to_owned(),
        answer["error_description"].as_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn a_token_is_all_text() {
    let azure = Azure::start(&[]);
    let answer = azure.metadata(TOKEN).await.expect(200);
    let token = answer.json();
    assert!(
        token.as_object().unwrap().values().all(Value::is_string),
        "{token}"
    );
    assert_eq!(token["resource"], "https://management.azure.com/");
    assert_eq!(token["client_id"], "33333333-0000-0000-0000-000000000001");
    assert_eq!(token["expires_in"], "86400");
    assert_eq!(
        token["access_token"].as_str().unwrap().split('.').count(),
        3
    );
    assert!(answer.header("server").starts_with("IMDS/"));
}

#[tokio::test]
async fn each_selector_finds_the_same_identity() {
    let azure = Azure::start(&[]);
    for selector in [
        "client_id=22222222-0000-0000-0000-000000000001",
        "object_id=22222222-0000-0000-0000-000000000002",
        "msi_res_id=%2Fsubscriptions%2F11111111-2222-3333-4444-555555555555%2Fresourcegroups%2Frg%2Fproviders%2FMicrosoft.ManagedIdentity%2FuserAssignedIdentities%2Freader",
    ] {
        let token = azure
            .metadata(&format!("{TOKEN}&{selector}"))
            .await
            .expect(200)
            .json();
        assert_eq!(
            token["client_id"], "22222222-0000-0000-0000-000000000001",
            "{selector}"
        );
    }
    // App Service's spelling means nothing here: the machine's own identity answers.
    let token = azure
        .metadata(&format!("{TOKEN}&mi_res_id=x"))
        .await
        .expect(200)
        .json();
    assert_eq!(token["client_id"], "33333333-0000-0000-0000-000000000001");
}

#[tokio::test]
async fn what_instance_metadata_refuses() {
    let azure = Azure::start(&[]);
    let url = format!("{}{TOKEN}", azure.text("/metadata"));
    let without = azure.send("GET", &url, &[], None).await.expect(400);
    assert_eq!(without.text.len(), 88, "{}", without.text);
    let forwarded = azure
        .send(
            "GET",
            &url,
            &[("Metadata", "true"), ("X-Forwarded-For", "10.0.0.1")],
            None,
        )
        .await;
    forwarded.expect(400);
    azure
        .send("POST", &url, &[("Metadata", "true")], Some(""))
        .await
        .expect(405);
    azure.metadata("/metadata/other").await.expect(404);

    let invalid = |text: &str| ("invalid_request".to_owned(), text.to_owned());
    assert_eq!(
        refused(&azure, &format!("{TOKEN}&client_id=nobody")).await,
        invalid("Identity not found")
    );
    assert_eq!(
        refused(
            &azure,
            "/metadata/identity/oauth2/token?api-version=2018-02-01"
        )
        .await,
        invalid("Required query variable 'resource' is missing")
    );
    assert_eq!(
        refused(&azure, &format!("{TOKEN}&resource=b")).await.0,
        "invalid_request"
    );
    assert_eq!(
        refused(&azure, &format!("{TOKEN}&client_id=a&object_id=b"))
            .await
            .0,
        "invalid_request"
    );
    for version in [
        "",
        "?api-version=2017-03-01&resource=x",
        "?api-version=1999-01-01&resource=x",
    ] {
        refused(&azure, &format!("/metadata/identity/oauth2/token{version}")).await;
    }
    let unknown =
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://example.com";
    let (error, description) = refused(&azure, unknown).await;
    assert_eq!(error, "invalid_resource");
    assert!(
        description.starts_with("AADSTS500011: ") && description.contains("https://example.com"),
        "{description}"
    );
}

#[tokio::test]
async fn the_instance_document() {
    let azure = Azure::start(&[]);
    let compute = azure
        .metadata("/metadata/instance/compute?api-version=2021-02-01")
        .await
        .expect(200)
        .json();
    assert_eq!(compute["subscriptionId"], SUBSCRIPTION);
    assert_eq!(compute["resourceGroupName"], "rg");
    assert_eq!(compute["name"], "myvm");
    assert_eq!(compute["azEnvironment"], "AzurePublicCloud");
    let whole = azure
        .metadata("/metadata/instance?api-version=2021-02-01")
        .await
        .expect(200)
        .json();
    assert_eq!(whole["compute"], compute);

    let leaf = "/metadata/instance/compute/name?api-version=2021-02-01";
    azure.metadata(leaf).await.expect(400);
    assert_eq!(
        azure
            .metadata(&format!("{leaf}&format=text"))
            .await
            .expect(200)
            .text,
        "myvm"
    );
    azure
        .metadata("/metadata/instance/nothing?api-version=2021-02-01")
        .await
        .expect(404);
    let interface =
        "/metadata/instance/network/interface/0/macAddress?api-version=2021-02-01&format=text";
    assert_eq!(
        azure.metadata(interface).await.expect(200).text,
        "000D3A000001"
    );

    let unversioned = azure
        .metadata("/metadata/instance")
        .await
        .expect(400)
        .json();
    assert_eq!(unversioned["newest-versions"].as_array().unwrap().len(), 3);
    let versions = azure
        .metadata("/metadata/versions")
        .await
        .expect(200)
        .json();
    assert!(
        versions["apiVersions"]
            .as_array()
            .unwrap()
            .contains(&Value::from("2021-02-01"))
    );
    let url = format!("{}/metadata/versions", azure.text("/metadata"));
    azure.send("GET", &url, &[], None).await.expect(400);
}

#[tokio::test]
async fn machines_without_an_identity_of_their_own() {
    let mut scenario = tutorial();
    scenario["machine"]["systemIdentity"] = Value::Null;
    let azure = Azure::with_scenario(&scenario);
    let token = azure.metadata(TOKEN).await.expect(200).json();
    assert_eq!(token["client_id"], "22222222-0000-0000-0000-000000000001");
}

#[tokio::test]
async fn scale_sets() {
    let mut scenario = tutorial();
    scenario["machine"]["vmScaleSetName"] = json!("myset");
    let sets = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachineScaleSets/myset"
    );
    for (name, resource_id, set_id, owner) in [
        (
            "myset_2",
            format!("{sets}/virtualMachines/2"),
            "",
            sets.clone(),
        ),
        (
            "myset1a2b",
            sets.replace("virtualMachineScaleSets/myset", "virtualMachines/myset1a2b"),
            sets.as_str(),
            sets.replace("virtualMachineScaleSets/myset", "virtualMachines/myset1a2b"),
        ),
    ] {
        scenario["machine"]["name"] = json!(name);
        let azure = Azure::with_scenario(&scenario);
        let compute = "/metadata/instance/compute?api-version";
        let old = azure
            .metadata(&format!("{compute}=2021-02-01"))
            .await
            .expect(200)
            .json();
        assert!(old.get("virtualMachineScaleSet").is_none());
        let new = azure
            .metadata(&format!("{compute}=2021-12-13"))
            .await
            .expect(200)
            .json();
        assert_eq!(new["vmScaleSetName"], "myset");
        assert_eq!(new["name"], name);
        assert_eq!(new["resourceId"], resource_id);
        assert_eq!(new["virtualMachineScaleSet"]["id"], set_id, "{name}");
        let token = azure.token("https://management.azure.com/", "").await;
        assert_eq!(claims(&token)["xms_mirid"], owner);
    }
}

struct AppService {
    azure: Azure,
    endpoint: String,
    header: String,
}

impl AppService {
    fn start() -> AppService {
        AppService::of(Azure::start(&[]))
    }

    fn of(azure: Azure) -> AppService {
        let endpoint = azure.text("/appService/endpoint").to_owned();
        let header = azure.text("/appService/header").to_owned();
        AppService {
            azure,
            endpoint,
            header,
        }
    }

    async fn get(&self, query: &str, headers: &[(&str, &str)]) -> Answer {
        self.azure
            .send("GET", &format!("{}?{query}", self.endpoint), headers, None)
            .await
    }
}

#[tokio::test]
async fn app_services_protocol() {
    let app = AppService::start();
    let proof = [("X-IDENTITY-HEADER", app.header.as_str())];
    let query = "api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com%2F";
    let token = app.get(query, &proof).await.expect(200).json();
    assert!(token["expires_on"].as_str().unwrap().parse::<i64>().is_ok());
    assert!(token.get("expires_in").is_none());
    for selector in [
        "client_id=22222222-0000-0000-0000-000000000001",
        "object_id=22222222-0000-0000-0000-000000000002",
        "principal_id=22222222-0000-0000-0000-000000000002",
        "mi_res_id=/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader",
    ] {
        let token = app
            .get(&format!("{query}&{selector}"), &proof)
            .await
            .expect(200)
            .json();
        assert_eq!(
            token["client_id"], "22222222-0000-0000-0000-000000000001",
            "{selector}"
        );
    }
    let unknown = app
        .get(&format!("{query}&client_id=nobody"), &proof)
        .await
        .expect(400)
        .json();
    assert_eq!(unknown["statusCode"], 400);
    assert_eq!(
        unknown["message"],
        "No Managed Identity found for specified ClientId/ResourceId/PrincipalId."
    );
    assert!(unknown["correlationId"].is_string());

    app.get(query, &[]).await.expect(401);
    app.get(query, &[("X-IDENTITY-HEADER", "wrong")])
        .await
        .expect(401);
    app.get("api-version=2001-01-01&resource=x", &proof)
        .await
        .expect(400);
    app.get("api-version=2019-08-01", &proof).await.expect(400);
    app.get(&format!("{query}&client_id=a&mi_res_id=b"), &proof)
        .await
        .expect(400);
    app.azure
        .send(
            "PUT",
            &format!("{}?{query}", app.endpoint),
            &proof,
            Some(""),
        )
        .await
        .expect(405);
}

#[tokio::test]
async fn app_services_errors_come_in_either_case() {
    let mut scenario = tutorial();
    scenario["hosts"]["appService"] = json!({"errorKeys": "PascalCase"});
    let app = AppService::of(Azure::with_scenario(&scenario));
    let refused = app.get("", &[]).await.expect(401).json();
    assert_eq!(refused["StatusCode"], 401);
    assert!(refused["Message"].is_string() && refused["CorrelationId"].is_string());
    assert_eq!(refused.as_object().unwrap().len(), 3);
    app.azure
        .fault(json!({"match": {"face": "app_service"}, "action": {"status": 429}}))
        .await;
    assert_eq!(app.get("", &[]).await.expect(429).json()["StatusCode"], 429);
}

#[tokio::test]
async fn automations_protocol() {
    let azure = Azure::start(&[]);
    let endpoint = azure.text("/automation/endpoint").to_owned();
    let resource = "resource=https%3A%2F%2Fmanagement.azure.com%2F";
    let proof = ("X-IDENTITY-HEADER", azure.text("/automation/header"));
    let metadata = ("Metadata", "True");
    for query in [
        resource.to_owned(),
        format!("{resource}&api-version=2019-08-01"),
    ] {
        let url = format!("{endpoint}?{query}");
        let get = async |headers: &[(&str, &str)]| azure.send("GET", &url, headers, None).await;
        get(&[metadata]).await.expect(401);
        get(&[proof]).await.expect(400);
        get(&[proof, metadata]).await.expect(200);
    }
    let body = format!("{resource}&client_id=22222222-0000-0000-0000-000000000001");
    let posted = azure.form(&endpoint, &[proof, metadata], &body).await;
    assert_eq!(
        posted.expect(200).json()["client_id"],
        "22222222-0000-0000-0000-000000000001"
    );
    azure
        .send("POST", &endpoint, &[proof, metadata], Some(&body))
        .await
        .expect(415);
    // App Service's endpoint does the same for those who send no version.
    let url = format!("{}?{resource}", azure.text("/appService/endpoint"));
    azure.send("GET", &url, &[proof], None).await.expect(400);
    azure
        .send("GET", &url, &[proof, metadata], None)
        .await
        .expect(200);
}

#[tokio::test]
async fn hybrid_workers_have_one_identity() {
    let mut scenario = tutorial();
    scenario["hosts"]["automation"] = json!({"hybridWorker": true});
    let azure = Azure::with_scenario(&scenario);
    let endpoint = azure.text("/automation/endpoint").to_owned();
    let headers = [
        ("X-IDENTITY-HEADER", azure.text("/automation/header")),
        ("Metadata", "true"),
    ];
    let resource = "resource=https%3A%2F%2Fmanagement.azure.com%2F";
    azure.form(&endpoint, &headers, resource).await.expect(200);
    let body = format!("{resource}&client_id=22222222-0000-0000-0000-000000000001");
    let refused = azure
        .form(&endpoint, &headers, &body)
        .await
        .expect(400)
        .json();
    assert_eq!(
        refused["message"],
        "User assigned identity is currently not supported clientID must not be passed in request."
    );
}
