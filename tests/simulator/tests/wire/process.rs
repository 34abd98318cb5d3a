//! The program: how it starts, what it announces, how it stops, what it counts.

use std::process::{Command, Stdio};

use reqwest::Version;
use serde_json::{Value, json};

use crate::support::{Azure, Signed, client, signed};

fn simulator(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_cosmi-simulator"))
        .args(arguments)
        .stdin(Stdio::piped())
        .output()
        .unwrap()
}

#[test]
fn it_explains_itself() {
    let help = String::from_utf8(simulator(&["--help"]).stdout).unwrap();
    for option in [
        "--scenario",
        "--ca",
        "--imds",
        "--clock-offset-s",
        "--fault",
        "--arc-key-folder",
    ] {
        assert!(help.contains(option), "{option}");
    }
    let readme = include_str!("../../README.md");
    for line in help
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("--"))
    {
        let option = line.split_whitespace().next().unwrap();
        assert!(
            readme.contains(option),
            "the README does not tell of {option}"
        );
    }
}

#[test]
fn mistakes_end_it() {
    for (arguments, text) in [
        (vec!["--scenario", "no-such-file.json"], "no-such-file.json"),
        (vec!["--fault", "{\"action\":{\"nonsense\":1}}"], "nonsense"),
        (vec!["--imds", "nowhere"], "nowhere"),
    ] {
        let output = simulator(&arguments);
        assert!(!output.status.success());
        assert!(
            String::from_utf8_lossy(&output.stderr).contains(text),
            "{output:?}"
        );
    }
}

#[test]
fn closing_its_input_stops_it() {
    let azure = Azure::start(&[]);
    let ca = azure.text("/ca").to_owned();
    assert!(std::path::Path::new(&ca).is_file());
    assert!(azure.stop().success());
    assert!(
        !std::path::Path::new(&ca).exists(),
        "the temporary authority is removed"
    );
    assert!(!std::path::Path::new(&ca).parent().unwrap().exists());
}

#[cfg(unix)]
#[tokio::test]
async fn the_null_device_is_nobody_gone() {
    use std::io::{BufRead, BufReader};
    let mut child = Command::new(env!("CARGO_BIN_EXE_cosmi-simulator"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
    child.kill().unwrap();
    child.wait().unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let ca = std::path::Path::new(ready["ca"].as_str().unwrap());
    std::fs::remove_dir_all(ca.parent().unwrap()).unwrap();
}

#[tokio::test]
async fn its_announcement_is_all_a_client_needs() {
    let azure = Azure::start(&["--clock-offset-s", "-7200"]);
    for (variable, pointer) in [
        ("AZURE_POD_IDENTITY_AUTHORITY_HOST", "/metadata"),
        ("COSMI_ARM_ENDPOINT", "/arm"),
        ("COSMI_CA_FILE", "/ca"),
    ] {
        assert_eq!(
            azure.text(&format!("/environment/{variable}")),
            azure.text(pointer)
        );
    }
    assert_eq!(azure.ready["accounts"].as_object().unwrap().len(), 7);
    let date = azure
        .metadata("/metadata/versions")
        .await
        .expect(200)
        .header("date")
        .to_owned();
    let behind = jiff::Timestamp::now().as_second()
        - jiff::fmt::rfc2822::parse(&date)
            .unwrap()
            .timestamp()
            .as_second();
    assert!((7199..=7201).contains(&behind), "{date}");
}

#[tokio::test]
async fn both_http_versions_are_spoken_and_counted() {
    let azure = Azure::start(&[]);
    let url = format!("{}subscriptions?api-version=2022-12-01", azure.text("/arm"));
    let old = client(&azure.ready, &[b"http/1.1"]);
    for _ in 0..2 {
        assert_eq!(
            azure.client.get(&url).send().await.unwrap().version(),
            Version::HTTP_2
        );
        let response = old.get(&url).send().await.unwrap();
        assert_eq!(response.version(), Version::HTTP_11);
        response.bytes().await.unwrap();
    }
    let entries = azure.journal().await;
    let seen: Vec<(&str, bool)> = entries
        .iter()
        .map(|entry| {
            (
                entry["http"].as_str().unwrap(),
                entry["tls"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [("2", true), ("1.1", true), ("2", true), ("1.1", true)]
    );
    assert_eq!(
        entries[0]["connection"], entries[2]["connection"],
        "connections are kept"
    );

    let stats = azure.control("GET", "/stats", &Value::Null).await.json();
    assert_eq!(
        stats["arm"],
        json!({"connections": 2, "handshakes": 2, "open": 2})
    );
    assert_eq!(stats["imds"]["connections"], 0);
    azure
        .control("DELETE", "/stats", &Value::Null)
        .await
        .expect(204);
    let stats = azure.control("GET", "/stats", &Value::Null).await.json();
    assert_eq!(
        stats["arm"],
        json!({"connections": 0, "handshakes": 0, "open": 2})
    );
}

#[tokio::test]
async fn certificates_clients_must_refuse() {
    let azure = Azure::start(&[]);
    for fault in ["wrongName", "expired", "unknownCa"] {
        let url = azure.text(&format!("/tlsFaults/{fault}"));
        let error = azure.try_send("GET", url, &[], None).await.err().unwrap();
        assert!(error.is_connect(), "{fault}: {error:?}");
    }
    let stats = azure.control("GET", "/stats", &Value::Null).await.json();
    assert_eq!(stats["cosmos"]["connections"], 3);
    assert!(azure.journal().await.is_empty());
}

#[tokio::test]
async fn the_journal_shows_the_wire_without_secrets() {
    let azure = Azure::start(&[]);
    let header = azure.text("/appService/header").to_owned();
    let endpoint = azure.text("/appService/endpoint").to_owned();
    let headers = [
        ("X-IDENTITY-HEADER", header.as_str()),
        ("Metadata", "True"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    azure
        .send(
            "POST",
            &endpoint,
            &headers,
            Some("resource=https%3A%2F%2Fvault.azure.net"),
        )
        .await
        .expect(200);
    let key = azure.key("myaccount", "primaryMasterKey").await;
    azure
        .cosmos(
            &key,
            signed("GET", "//dbs/Test/?x=%41", "dbs", "dbs/Test"),
            &[],
            None,
        )
        .await
        .expect(200);

    let entries = azure.journal().await;
    let faces: Vec<&str> = entries
        .iter()
        .map(|entry| entry["face"].as_str().unwrap())
        .collect();
    assert_eq!(faces, ["app_service", "imds", "arm", "cosmos"]);
    assert_eq!(entries[0]["body"], "resource=https%3A%2F%2Fvault.azure.net");
    assert_eq!(
        (&entries[2]["account"], &entries[3]["account"]),
        (&json!("myaccount"), &json!("myaccount"))
    );
    assert_eq!(entries[3]["target"], "//dbs/Test/?x=%41");
    assert!(entries.iter().all(|entry| entry["status"] == 200
        && entry["aborted"] == false
        && entry["endMs"].is_u64()));
    let text = json!(entries).to_string();
    assert!(text.contains("<redacted>"));
    assert!(!text.contains(&header) && !text.contains(&key) && !text.contains("Bearer"));

    azure
        .control("DELETE", "/journal", &Value::Null)
        .await
        .expect(204);
    assert!(azure.journal().await.is_empty());
}

#[tokio::test]
async fn reset_forgets_what_happened() {
    let azure = Azure::start(&[
        "--fault",
        r#"{"match":{"face":"imds"},"action":{"status":429}}"#,
    ]);
    azure.metadata("/metadata/versions").await.expect(429);
    let key = azure.key("myaccount", "primaryMasterKey").await;
    azure
        .control("POST", "/clock", &json!({"offsetSeconds": 5000}))
        .await
        .expect(204);
    azure
        .fault(json!({"times": 0, "action": {"status": 500}}))
        .await;
    azure
        .control("POST", "/reset", &Value::Null)
        .await
        .expect(204);
    assert!(azure.journal().await.is_empty());
    azure.metadata("/metadata/versions").await.expect(429);
    azure.metadata("/metadata/versions").await.expect(200);
    let database = Signed {
        account: "myaccount",
        ..signed("GET", "/dbs", "dbs", "")
    };
    azure.cosmos(&key, database, &[], None).await.expect(401);
    let key = azure.key("myaccount", "primaryMasterKey").await;
    azure.cosmos(&key, database, &[], None).await.expect(200);
}

#[tokio::test]
async fn the_control_address_names_mistakes() {
    let azure = Azure::start(&[]);
    for (method, path, body, status) in [
        (
            "POST",
            "/faults",
            json!({"action": {"nonsense": true}}),
            400,
        ),
        ("POST", "/clock", json!({"offset": 1}), 400),
        ("GET", "/revoke-tokens", Value::Null, 405),
        ("GET", "/reset", Value::Null, 405),
        ("GET", "/elsewhere", Value::Null, 404),
    ] {
        let answer = azure.control(method, path, &body).await.expect(status);
        assert!(answer.json()["error"].is_string(), "{path}");
    }
}
