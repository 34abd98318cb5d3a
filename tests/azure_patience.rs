//! What time does to it: pauses, deadlines, memory that has grown old, answers that never end.

mod support;

use std::sync::Arc;
use std::time::Duration;

use cosmi::azure::{Client, Clock, Host, Kind, Log, Offer, OfferAbsence, Settings};
use serde_json::json;
use support::{QuickClock, Records, Simulator, call, show};

const ARM: &str = "https://management.azure.com/";

fn client_at(azure: &Simulator, clock: &Arc<QuickClock>, settings: Settings) -> Client {
    let log: Arc<dyn Log> = Arc::new(Records::default());
    Client::with_host(settings, log, support::host(azure.env(), clock)).expect("a client")
}

/// A machine in the Chinese cloud, whose tokens are given for the audience there.
fn in_china() -> Simulator {
    let azure = Simulator::start();
    azure.move_to_china();
    azure.fault(
        json!({ "face": "imds", "path": "oauth2/token" }),
        0,
        json!({ "status": 200, "body": "{\"access_token\":\"a.b.c\",\"expires_in\":\"3599\"}" }),
    );
    azure
}

#[tokio::test]
async fn two_who_find_out_the_cloud_at_once_both_go_on() {
    let azure = in_china();
    let client = azure.client();
    let (call_1, call_2) = (call(&client), call(&client));
    let account = azure.account("myaccount");
    let (first, second) = futures_util::future::join(
        client.show_account(&call_1, &account),
        client.list_keys(&call_2, &account, cosmi::azure::KeyKind::Auto),
    )
    .await;
    // the simulator does not take that token, but both have got as far as to ask it
    for error in [first.err(), second.err()] {
        let error = error.expect("refused by the simulator");
        assert_eq!(error.kind(), Kind::Unauthenticated, "{error:?}");
    }
}

#[tokio::test]
async fn whatever_is_asked_first_finds_out_the_cloud() {
    let azure = in_china();
    let client = azure.client();
    let asked = client
        .list_access(&call(&client), &azure.account("myaccount"), None)
        .await;
    // the simulator does not take that token, but it has been asked
    let error = asked.expect_err("refused by the simulator");
    assert_eq!(error.kind(), Kind::Unauthenticated, "{error:?}");
}

#[tokio::test]
async fn what_the_owner_can_change_is_not_remembered() {
    let azure = Simulator::start();
    let account = azure.account("myaccount");
    let id = format!(
        "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.DocumentDB/databaseAccounts/myaccount",
        azure.subscription()
    );
    for (properties, at_first) in [
        (
            json!({ "documentEndpoint": azure.endpoint("myaccount"), "disableLocalAuth": true }),
            Some(Offer::Absent(OfferAbsence::LocalAuthDisabled)),
        ),
        (json!({ "provisioningState": "Creating" }), None),
    ] {
        let client = azure.client();
        let body = json!({ "id": id, "name": "myaccount", "properties": properties }).to_string();
        azure.fault(
            json!({ "face": "arm", "method": "GET" }),
            1,
            json!({ "status": 200, "body": body }),
        );
        let first = show(&client, &account).await;
        assert_eq!(first.ok().map(|shown| shown.offer), at_first);
        let second = show(&client, &account)
            .await
            .expect("the owner has seen to it");
        assert!(matches!(second.offer, Offer::Present(_)));
    }
}

#[tokio::test]
async fn a_list_without_end_ends() {
    let azure = Simulator::start();
    let again = format!(
        "{}subscriptions?api-version=2022-12-01&page=2",
        azure.text("/arm")
    );
    let body = json!({ "value": [], "nextLink": again }).to_string();
    azure.fault(
        json!({ "face": "arm" }),
        0,
        json!({ "status": 200, "body": body }),
    );
    let client = azure.client();
    let listed = tokio::time::timeout(
        Duration::from_secs(20),
        client.list_accounts(&call(&client), None, None),
    )
    .await;
    let error = listed.expect("an end").expect_err("no list");
    assert_eq!(error.kind(), Kind::BadResponse, "{error:?}");
}

#[tokio::test]
async fn an_update_that_says_to_come_back_at_once_is_not_hammered() {
    let azure = Simulator::start();
    azure.fault(
        json!({ "face": "imds" }),
        0,
        json!({ "status": 410, "headers": { "retry-after": "0" }, "body": "{}" }),
    );
    let client = client_at(&azure, &Arc::default(), Settings::default());
    let patient = call(&client);
    let asking = client.token(&patient, ARM);
    let asked = tokio::time::timeout(Duration::from_secs(5), asking).await;
    assert!(
        azure.journal().len() <= 71,
        "{} requests",
        azure.journal().len()
    );
    assert_eq!(
        asked.expect("an end").expect_err("updating").kind(),
        Kind::Service
    );
}

#[tokio::test]
async fn what_follows_an_update_is_waited_for_too() {
    let azure = Simulator::start();
    let face = json!({ "face": "imds" });
    azure.fault(face.clone(), 5, json!({ "status": 410, "body": "{}" }));
    azure.fault(face, 2, json!({ "status": 500, "body": "{}" }));
    let client = client_at(&azure, &Arc::default(), Settings::default());
    client
        .token(&call(&client), ARM)
        .await
        .expect("a token after the restart");
}

#[tokio::test]
async fn a_pause_beyond_all_bounds_is_no_panic() {
    let azure = Simulator::start();
    let client = azure.client();
    let body = r#"{"code":"TooManyRequests","message":"m"}"#;
    for after in ["2", "18446744073709551615"] {
        azure.fault(
            json!({ "face": "cosmos" }),
            1,
            json!({ "status": 429, "headers": { "retry-after": after }, "body": body }),
        );
    }
    let error = show(&client, &azure.account("myaccount"))
        .await
        .expect_err("throttled");
    assert_eq!(error.kind(), Kind::Throttled);
}

#[tokio::test]
async fn dates_are_read_as_dotnet_escapes_them() {
    let azure = Simulator::start();
    azure.fault(
        json!({ "face": "imds" }),
        1,
        json!({ "status": 200, "body": r#"{"access_token":"a.b.c","expires_on":"06\/20\/2099 02:57:58 \u002B00:00","client_id":"\u0061"}"# }),
    );
    let client = azure.client();
    let token = client.token(&call(&client), ARM).await.expect("a token");
    assert_eq!(token.client_id.as_deref(), Some("a"));
}

#[tokio::test]
async fn a_long_time_out_is_long_for_shared_work_too() {
    let azure = Simulator::start();
    azure.fault(
        json!({ "face": "imds" }),
        1,
        json!({ "status": 429, "headers": { "retry-after": "120" }, "body": "{}" }),
    );
    let client = client_at(&azure, &Arc::default(), Settings::default());
    let long = client.call(1, Duration::from_secs(600));
    client
        .token(&long, ARM)
        .await
        .expect("a token after two minutes");
}

#[tokio::test]
async fn a_short_time_out_still_says_what_was_answered() {
    let azure = Simulator::start();
    azure.fault(
        json!({ "face": "imds" }),
        0,
        json!({ "status": 410, "body": "{}" }),
    );
    // a clock that sleeps as long as it is told
    let host = Host {
        clock: Arc::new(cosmi::azure::SystemClock),
        ..support::host(azure.env(), &Arc::default())
    };
    let client = Client::with_host(Settings::default(), Arc::new(Records::default()), host)
        .expect("a client");
    let short = client.call(1, Duration::from_secs(2));
    let answer = tokio::time::timeout(Duration::from_secs(2), client.token(&short, ARM)).await;
    let error = answer
        .expect("a pause that would outlast the call is not begun")
        .expect_err("updating");
    assert_eq!((error.kind(), error.http_status()), (Kind::Service, 410));
}

#[tokio::test]
async fn a_subscription_that_fails_does_not_hide_the_account() {
    let azure = Simulator::start();
    let client = azure.client();
    client
        .list_accounts(&call(&client), None, None)
        .await
        .expect("accounts");
    let other = azure
        .journal()
        .iter()
        .map(|entry| entry["target"].as_str().expect("text").to_owned())
        .find(|target| {
            target.contains("databaseAccounts") && !target.contains(azure.subscription())
        })
        .expect("another subscription");
    let path = other.split('?').next().expect("a path");
    for (status, code) in [
        (404, "SubscriptionNotFound"),
        (409, "MissingSubscriptionRegistration"),
        (500, "InternalServerError"),
    ] {
        azure.clear_faults();
        let body = json!({ "error": { "code": code, "message": "m" } }).to_string();
        azure.fault(
            json!({ "face": "arm", "path": path }),
            0,
            json!({ "status": status, "body": body }),
        );
        // held up, so that the failure is there first
        azure.fault(
            json!({ "face": "arm", "path": azure.subscription() }),
            0,
            json!({ "delayMs": 400 }),
        );
        let client = azure.client();
        let account = cosmi::azure::AccountRef {
            name: Some("myaccount".to_owned()),
            ..Default::default()
        };
        client
            .show_account(&call(&client), &account)
            .await
            .unwrap_or_else(|error| panic!("{code}: {error:?}"));
        // and one that is not found says what kept it from being found
        let account = cosmi::azure::AccountRef {
            name: Some("nosuchaccount".to_owned()),
            ..Default::default()
        };
        client
            .show_account(&call(&client), &account)
            .await
            .expect_err("nowhere");
    }
}

#[tokio::test]
async fn a_wrong_key_is_not_blamed_on_a_clock_that_the_service_takes() {
    let azure = Simulator::start();
    azure.set_clock_offset(600);
    let client = azure.client();
    let account = cosmi::azure::AccountRef {
        endpoint: Some(azure.endpoint("myaccount").into()),
        key: Some(support::key("c2VjcmV0")),
        ..Default::default()
    };
    let error = show(&client, &account).await.expect_err("refused");
    assert!(error.message().contains("refuses the key"), "{error}");
}

#[tokio::test]
async fn a_metadata_service_that_is_slow_is_not_absent() {
    let azure = Simulator::start();
    azure.fault(json!({ "face": "imds" }), 1, json!({ "hang": true }));
    let client = azure.client();
    let answer = client.token(&call(&client), ARM).await;
    if let Err(error) = answer {
        assert_ne!(error.kind(), Kind::NoIdentity, "{error:?}");
    }
}

fn cosmi_seconds(time: std::time::SystemTime) -> i64 {
    let since = time
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970");
    i64::try_from(since.as_secs()).expect("small")
}

#[tokio::test]
async fn a_token_in_its_last_minutes_is_better_than_none() {
    let azure = Simulator::start();
    let clock = Arc::new(QuickClock::default());
    let client = client_at(&azure, &clock, Settings::default());
    let token = client.token(&call(&client), ARM).await.expect("a token");
    let left = token.expires_on_s - cosmi_seconds(clock.now());
    clock.advance(Duration::from_secs(
        u64::try_from(left).expect("time left") - 200,
    ));
    azure.fault(
        json!({ "face": "imds" }),
        0,
        json!({ "status": 500, "body": "{}" }),
    );
    let again = client
        .token(&call(&client), ARM)
        .await
        .expect("the old one");
    assert!(Arc::ptr_eq(&token, &again));
    clock.advance(Duration::from_secs(201));
    client.token(&call(&client), ARM).await.expect_err("ended");
}

#[tokio::test]
#[ignore = "takes as long as an attempt may: 40 s"]
async fn a_connection_that_went_silent_is_not_used_again() {
    use std::io::{Read, Write};
    use std::sync::atomic::{AtomicBool, Ordering};
    let azure = Simulator::start();
    let target = azure
        .text("/arm")
        .trim_start_matches("https://")
        .trim_end_matches('/')
        .to_owned();
    // a load balancer that forgets a connection while both sides still have it
    let relay = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!(
        "https://localhost:{}/",
        relay.local_addr().expect("bound").port()
    );
    let silent = Arc::new(AtomicBool::new(false));
    let first = Arc::clone(&silent);
    std::thread::spawn(move || {
        for (number, near) in relay.incoming().enumerate() {
            let near = near.expect("accepted");
            let far = std::net::TcpStream::connect(&target).expect("the simulator");
            for (mut from, mut to) in [
                (
                    near.try_clone().expect("a handle"),
                    far.try_clone().expect("a handle"),
                ),
                (far, near),
            ] {
                let silent = Arc::clone(&first);
                std::thread::spawn(move || {
                    let mut bytes = [0; 16384];
                    while let Ok(count @ 1..) = from.read(&mut bytes) {
                        if number == 0 && silent.load(Ordering::SeqCst) {
                            continue;
                        }
                        if to.write_all(&bytes[..count]).is_err() {
                            return;
                        }
                    }
                });
            }
        }
    });
    let (client, _) = azure.client_with(|settings| settings.arm_endpoint = Some(address));
    let list = || async {
        let long = client.call(1, Duration::from_secs(100));
        tokio::time::timeout(
            Duration::from_secs(100),
            client.list_accounts(&long, Some(azure.subscription()), None),
        )
        .await
    };
    list().await.expect("in time").expect("accounts");
    silent.store(true, Ordering::SeqCst);
    list()
        .await
        .expect("in time")
        .expect("accounts, over a new connection");
}

#[tokio::test]
async fn a_description_does_not_wait_for_a_token_that_does_not_come() {
    let azure = Simulator::start();
    azure.fault(
        json!({ "face": "imds", "path": "oauth2/token" }),
        0,
        json!({ "status": 410, "body": "{}" }),
    );
    let host = Host {
        clock: Arc::new(cosmi::azure::SystemClock),
        ..support::host(azure.env(), &Arc::default())
    };
    let client = Client::with_host(Settings::default(), Arc::new(Records::default()), host)
        .expect("a client");
    let patient = call(&client);
    let described =
        tokio::time::timeout(Duration::from_secs(15), client.environment(&patient)).await;
    let environment = described.expect("soon").expect("described");
    assert_eq!(environment.machine_name.as_deref(), Some("myvm"));
    assert_eq!(environment.claims_json, None);
}

#[tokio::test]
async fn another_operation_on_the_account_is_waited_for() {
    let azure = Simulator::start();
    let body = r#"{"error":{"code":"RetryableErrorDueToAnotherOperation","message":"m"}}"#;
    azure.fault(
        json!({ "face": "arm", "path": "listKeys" }),
        2,
        json!({ "status": 409, "body": body }),
    );
    let client = azure.client();
    client
        .list_keys(
            &call(&client),
            &azure.account("myaccount"),
            cosmi::azure::KeyKind::Auto,
        )
        .await
        .expect("keys");
}

#[tokio::test]
async fn an_end_beyond_all_calendars_is_the_last_they_have() {
    let azure = Simulator::start();
    azure.fault(
        json!({ "face": "imds" }),
        1,
        json!({ "status": 200, "body": r#"{"access_token":"a.b.c","expires_on":9223372036854775807}"# }),
    );
    let client = azure.client();
    let token = client.token(&call(&client), ARM).await.expect("a token");
    assert_eq!(token.expires_on_s, 253_402_300_799);
}

#[tokio::test]
async fn an_account_that_moved_is_looked_for_again() {
    let azure = Simulator::start();
    let client = azure.client();
    let account = cosmi::azure::AccountRef {
        name: Some("myaccount".to_owned()),
        ..Default::default()
    };
    let kind = cosmi::azure::KeyKind::Auto;
    let gone = |code: &str| {
        let body = json!({ "error": { "code": code, "message": "m" } });
        json!({ "status": 404, "body": body.to_string() })
    };
    let looked_for = || {
        let asked = azure.asked();
        azure.forget();
        asked.iter().any(|line| line == "GET arm /subscriptions")
    };
    for (what, code, again) in [
        ("listKeys", "ResourceNotFound", true),
        ("sqlDatabases", "ParentResourceNotFound", true),
        ("roleAssignments", "ResourceNotFound", true),
        ("sqlDatabases", "NotFound", false),
    ] {
        let ask = async || match what {
            "listKeys" => {
                let found = client.list_keys(&call(&client), &account, kind).await;
                found.map(|_| ())
            }
            "sqlDatabases" => {
                let found = client.list_resources(&call(&client), &account, None).await;
                found.map(|_| ())
            }
            _ => {
                let found = client.list_access(&call(&client), &account, None).await;
                found.map(|_| ())
            }
        };
        ask().await.expect("found");
        azure.fault(json!({ "face": "arm", "path": what }), 1, gone(code));
        let error = ask().await.expect_err("not there");
        assert_eq!(error.kind(), Kind::NotFound);
        looked_for();
        ask().await.expect("found again");
        assert_eq!(looked_for(), again, "{what} {code}");
    }
    // what is to be deleted is looked for at once
    let deleted = client.delete_account(&call(&client), &account, true).await;
    assert!(matches!(deleted, Ok(true)), "{deleted:?}");
    assert!(looked_for());
}

#[tokio::test]
async fn an_older_arc_agent_is_not_believed_whatever_the_choice_was() {
    use cosmi::azure::{ArcAgent, Env, Identity};
    struct ArcEnv(
        std::collections::HashMap<String, String>,
        std::path::PathBuf,
    );
    impl Env for ArcEnv {
        fn get(&self, name: &str) -> Option<String> {
            Env::get(&self.0, name)
        }
        fn arc_agent(&self) -> ArcAgent {
            ArcAgent {
                program: "/nowhere/himds".into(),
                keys: self.1.clone(),
            }
        }
    }
    let azure = Simulator::start();
    let keys = std::path::PathBuf::from(azure.text("/arc/keyFolder"));
    // it ignores the choice and answers for the server's own identity, as agents do that know one only
    let own = json!({ "access_token": "e30.eyJvaWQiOiJvd24ifQ.c2ln", "expires_in": "3599", "client_id": "own" });
    for (identity, believed) in [
        (
            Identity::ObjectId("22222222-0000-0000-0000-000000000002".to_owned()),
            false,
        ),
        (Identity::ResourceId("/subscriptions/s/x".to_owned()), false),
        (Identity::ObjectId("OWN".to_owned()), true),
    ] {
        let path = keys.join("other.key");
        std::fs::write(&path, "key").expect("a file");
        let challenge = json!({ "www-authenticate": format!("Basic realm={}", path.display()) });
        azure.fault(
            json!({ "face": "arc" }),
            1,
            json!({ "status": 401, "headers": challenge, "body": "" }),
        );
        azure.fault(
            json!({ "face": "arc" }),
            1,
            json!({ "status": 200, "body": own.to_string() }),
        );
        let env = ArcEnv(azure.env_of("arc"), keys.clone());
        let (client, _) =
            Simulator::client_in(env, |settings| settings.identity = identity.clone());
        let answer = client.token(&call(&client), ARM).await;
        assert_eq!(answer.is_ok(), believed, "{identity:?}");
    }
}
