//! What is read: every result and every accessor, against the simulator.

mod abi_support;
mod support;

use std::ffi::c_char;
use std::process::Command;
use std::ptr::{null, null_mut};
use std::time::{Duration, Instant};

use abi_support::*;
use cosmi::abi::account::*;
use cosmi::abi::client::*;
use cosmi::abi::collection::*;
use cosmi::abi::connection_strings::*;
use cosmi::abi::environment::*;
use cosmi::abi::error::*;
use cosmi::abi::keys::*;
use cosmi::abi::operation::*;
use cosmi::abi::options::*;
use cosmi::abi::status::*;
use cosmi::abi::token::*;
use cosmi::azure::VARIABLES;
use serde_json::{Value, json};
use support::Simulator;

/// A client of the simulator, by options alone.
fn client(simulator: &Simulator) -> Client {
    let env = simulator.env();
    let authority = std::fs::read(&env["COSMI_CA_FILE"]).expect("the simulator's certificate");
    let (mut options, mut client) = (null_mut(), null_mut());
    unsafe {
        assert_eq!(cosmi_options_new(&raw mut options), cosmi_status::Ok);
        let metadata = c(&env["AZURE_POD_IDENTITY_AUTHORITY_HOST"]);
        assert_eq!(
            cosmi_options_set_metadata_endpoint(options, metadata.as_ptr()),
            cosmi_status::Ok
        );
        let arm = c(&env["COSMI_ARM_ENDPOINT"]);
        assert_eq!(
            cosmi_options_set_arm_endpoint(options, arm.as_ptr()),
            cosmi_status::Ok
        );
        let trusted =
            cosmi_options_set_ca_certificates(options, authority.as_ptr(), authority.len());
        assert_eq!(trusted, cosmi_status::Ok);
        assert_eq!(
            cosmi_client_new(options, &raw mut client, null_mut()),
            cosmi_status::Ok
        );
        cosmi_options_free(options);
    }
    Client(client)
}

fn of_source(options: *mut cosmi_options, number: i32) {
    let set = unsafe { cosmi_options_set_identity_source(options, number) };
    assert_eq!(set, cosmi_status::Ok, "{number}");
}

/// The operation of a token, ended.
fn token(client: &Client) -> (Operation, cosmi_status) {
    ended(|out| unsafe {
        cosmi_token_get_start(client.0, RESOURCE.as_ptr(), 0, None, null_mut(), out)
    })
}

/// Where an operation's token came from; -1 when it has none.
fn source_of(operation: &Operation) -> i32 {
    unsafe { cosmi_token_identity_source(cosmi_operation_token(operation.0)) }
}

fn value_of(operation: &Operation) -> Vec<u8> {
    secret(|len| unsafe { cosmi_token_value(cosmi_operation_token(operation.0), len) })
        .expect("a token")
}

#[test]
fn token_and_environment() {
    let simulator = Simulator::start();
    let client = client(&simulator);
    let operation = done(|out| unsafe {
        cosmi_token_get_start(client.0, RESOURCE.as_ptr(), 0, None, null_mut(), out)
    });
    unsafe {
        let token = cosmi_operation_token(operation.0);
        let value = secret(|len| cosmi_token_value(token, len)).expect("a token");
        assert_eq!(value.split(|byte| *byte == b'.').count(), 3);
        assert!(cosmi_token_expires_on_s(token) > 1_700_000_000);
        assert_eq!(
            given(|len| cosmi_token_resource(token, len)).as_deref(),
            RESOURCE.to_str().ok()
        );
        assert!(given(|len| cosmi_token_client_id(token, len)).is_some());
        assert_eq!(
            cosmi_token_identity_source(token),
            cosmi_identity_source::Imds as i32
        );
        let claims = json(given(|len| cosmi_token_claims_json(token, len)));
        assert_eq!(claims["aud"], RESOURCE.to_str().expect("UTF-8"));
        assert_eq!(claims["exp"], cosmi_token_expires_on_s(token));
        for claim in ["oid", "appid", "tid"] {
            assert!(claims[claim].is_string(), "{claim} in {claims}");
        }
        assert!(cosmi_operation_environment(operation.0).is_null());
    }
    let operation =
        done(|out| unsafe { cosmi_environment_show_start(client.0, 0, None, null_mut(), out) });
    unsafe {
        let environment = cosmi_operation_environment(operation.0);
        assert_eq!(
            cosmi_environment_identity_source(environment),
            cosmi_identity_source::Imds as i32
        );
        let subscription = given(|len| cosmi_environment_subscription_id(environment, len));
        assert_eq!(subscription.as_deref(), Some(simulator.subscription()));
        let told = [
            given(|len| cosmi_environment_resource_group(environment, len)),
            given(|len| cosmi_environment_machine_name(environment, len)),
            given(|len| cosmi_environment_location(environment, len)),
            given(|len| cosmi_environment_cloud(environment, len)),
        ];
        assert_eq!(
            told.map(Option::unwrap_or_default),
            ["rg", "myvm", "westeurope", "AzurePublicCloud"]
        );
        let resource = given(|len| cosmi_environment_resource_id(environment, len)).expect("an id");
        assert!(resource.starts_with("/subscriptions/"), "{resource}");
        let arm = given(|len| cosmi_environment_arm_endpoint(environment, len));
        assert_eq!(arm.as_deref(), Some(simulator.text("/arm")));
        assert!(
            given(|len| cosmi_environment_reason(environment, len))
                .is_some_and(|reason| !reason.is_empty())
        );
        let metadata = json(given(|len| {
            cosmi_environment_metadata_json(environment, len)
        }));
        assert_eq!(metadata["name"], "myvm");
        let claims = json(given(|len| cosmi_environment_claims_json(environment, len)));
        assert!(
            claims["xms_mirid"]
                .as_str()
                .is_some_and(|id| id.ends_with("/myvm")),
            "{claims}"
        );
        let set = given(|len| cosmi_environment_scale_set_name(environment, len));
        assert_eq!(set, None, "a machine of its own");
        assert!(given(|len| cosmi_environment_variables_seen(environment, len)).is_some());
    }
}

#[test]
fn a_scale_set_and_the_variables_by_name_only() {
    let simulator = Simulator::start();
    let compute = json!({ "name": "set_3", "vmScaleSetName": "set" }).to_string();
    simulator.fault(
        json!({ "face": "imds", "path": "instance" }),
        1,
        json!({ "status": 200, "body": compute }),
    );
    // no token for the claims, which is no failure
    simulator.fault(
        json!({ "face": "imds", "path": "token" }),
        0,
        json!({ "status": 400 }),
    );
    let mut env = simulator.env();
    env.insert("IDENTITY_HEADER".to_owned(), "a-secret".to_owned());
    let client = Client::in_env(&env, |_| {});
    let operation =
        done(|out| unsafe { cosmi_environment_show_start(client.0, 0, None, null_mut(), out) });
    unsafe {
        let environment = cosmi_operation_environment(operation.0);
        let set = given(|len| cosmi_environment_scale_set_name(environment, len));
        assert_eq!(set.as_deref(), Some("set"));
        let claims = given(|len| cosmi_environment_claims_json(environment, len));
        assert_eq!(claims, None);
        let seen = given(|len| cosmi_environment_variables_seen(environment, len));
        assert_eq!(
            seen.as_deref(),
            Some(
                "IDENTITY_HEADER, AZURE_POD_IDENTITY_AUTHORITY_HOST, COSMI_ARM_ENDPOINT, COSMI_CA_FILE"
            )
        );
    }
}

#[test]
fn a_new_token_takes_the_place_of_the_former_one() {
    let simulator = Simulator::start();
    let client = client(&simulator);
    let renew = || {
        done(|out| unsafe {
            cosmi_token_renew_start(client.0, RESOURCE.as_ptr(), 0, None, null_mut(), out)
        })
    };
    let (first, _) = token(&client);
    assert_eq!(value_of(&first), value_of(&token(&client).0));
    let new = renew();
    assert_ne!(value_of(&first), value_of(&new));
    assert_eq!(value_of(&new), value_of(&token(&client).0));
    assert_eq!(simulator.journal().len(), 2);
    // and where there was none it gets the first
    simulator.forget();
    let client = self::client(&simulator);
    done(|out| unsafe {
        cosmi_token_renew_start(client.0, RESOURCE.as_ptr(), 0, None, null_mut(), out)
    });
    assert_eq!(simulator.journal().len(), 1);
}

#[test]
fn every_source_by_its_number() {
    use cosmi_identity_source::{
        AppService, Arc, Auto, CloudShell, Imds, MachineLearning, ServiceFabric, WorkloadIdentity,
    };
    let simulator = Simulator::start();
    let hosts = [
        ("imds", Imds, 1),
        ("appService", AppService, 2),
        ("arc", Arc, 3),
        ("serviceFabric", ServiceFabric, 4),
        ("machineLearning", MachineLearning, 5),
        ("cloudShell", CloudShell, 6),
        ("workloadIdentity", WorkloadIdentity, 7),
    ];
    for (host, source, number) in hosts {
        assert_eq!(source as i32, number);
        for asked in [Auto as i32, number] {
            let client = Client::in_env(&simulator.env_of(host), |options| {
                of_source(options, asked);
            });
            simulator.forget();
            let (operation, status) = token(&client);
            if source == Arc {
                // The simulator's keys are not where an agent has them: tests/arc_namespace.rs is where they are.
                assert_eq!(status, cosmi_status::BadResponse);
                assert_eq!(simulator.asked().len(), 1, "{:?}", simulator.asked());
                assert!(simulator.asked()[0].starts_with("GET arc "));
                continue;
            }
            assert_eq!(status, cosmi_status::Ok, "{:?}", operation.message());
            assert_eq!(source_of(&operation), number, "{host}");
            let operation = done(|out| unsafe {
                cosmi_environment_show_start(client.0, 0, None, null_mut(), out)
            });
            let environment = unsafe { cosmi_operation_environment(operation.0) };
            assert_eq!(
                unsafe { cosmi_environment_identity_source(environment) },
                number
            );
        }
        // One that gives no sign of itself is an error before anything is sent.
        if source != Imds {
            let client = Client::in_env(&simulator.env(), |options| of_source(options, number));
            simulator.forget();
            let (operation, status) = token(&client);
            assert_eq!(status, cosmi_status::NoIdentity, "{host}");
            let message = operation.message().expect("a message");
            assert!(message.contains("was asked for"), "{message}");
            assert!(simulator.journal().is_empty());
        }
    }
    // Of several, the one that is asked for.
    let mut all = simulator.env_of("cloudShell");
    all.extend(simulator.env_of("workloadIdentity"));
    all.extend(simulator.env());
    for source in [Imds, CloudShell, WorkloadIdentity] {
        let client = Client::in_env(&all, |options| of_source(options, source as i32));
        assert_eq!(source_of(&token(&client).0), source as i32, "{source:?}");
    }
}

#[test]
fn every_variable_is_named_once() {
    let names: Vec<_> = (0..)
        .map_while(|index| unsafe { text(cosmi_variable_name(index)) })
        .collect();
    assert_eq!(names, VARIABLES);
    assert!(cosmi_variable_name(names.len()).is_null());
}

#[test]
fn a_variable_that_is_handed_over_stands_before_the_processs_own() {
    const OWN: &str = "this is no URL";
    if std::env::var("MSI_ENDPOINT").as_deref() != Ok(OWN) {
        // Once more in a process that has the variable.
        let test = std::env::current_exe().expect("a path");
        let name = "a_variable_that_is_handed_over_stands_before_the_processs_own";
        let run = Command::new(test)
            .args(["--exact", name, "--nocapture"])
            .env("MSI_ENDPOINT", OWN)
            .output();
        passed(run);
        return;
    }
    let simulator = Simulator::start();
    let shell = simulator.env_of("cloudShell");
    let handing_over = |value: Option<&str>| {
        let (mut options, mut client) = (null_mut(), null_mut());
        unsafe {
            assert_eq!(cosmi_options_new(&raw mut options), cosmi_status::Ok);
            for (name, value) in &simulator.env() {
                let set = cosmi_options_set_variable(options, c(name).as_ptr(), c(value).as_ptr());
                assert_eq!(set, cosmi_status::Ok);
            }
            // the last one counts
            for value in [Some("also no URL"), value].into_iter().flatten() {
                let set = cosmi_options_set_variable(
                    options,
                    c"MSI_ENDPOINT".as_ptr(),
                    c(value).as_ptr(),
                );
                assert_eq!(set, cosmi_status::Ok);
            }
            if value.is_none() {
                let name = c"MSI_ENDPOINT".as_ptr();
                let unset = cosmi_options_set_variable(options, name, null());
                assert_eq!(unset, cosmi_status::Ok);
            }
            let made = cosmi_client_new(options, &raw mut client, null_mut());
            assert_eq!(made, cosmi_status::Ok);
            cosmi_options_free(options);
        }
        Client(client)
    };
    let (operation, status) = token(&client(&simulator));
    assert_eq!(status, cosmi_status::InvalidArgument, "the process's own");
    let message = operation.message().expect("a message");
    assert!(message.contains("MSI_ENDPOINT"), "{message}");
    for (value, source) in [
        (None, cosmi_identity_source::Imds),
        (Some(""), cosmi_identity_source::Imds),
        (
            shell.get("MSI_ENDPOINT").map(String::as_str),
            cosmi_identity_source::CloudShell,
        ),
    ] {
        let (operation, status) = token(&handing_over(value));
        assert_eq!(status, cosmi_status::Ok, "{:?}", operation.message());
        assert_eq!(source_of(&operation), source as i32, "{value:?}");
    }
}

#[test]
fn a_private_cloud_is_given_by_its_addresses() {
    let simulator = Simulator::start();
    let mut env = simulator.env_of("workloadIdentity");
    let login = c(&env.remove("AZURE_AUTHORITY_HOST").expect("an authority"));
    let audience = c"https://management.core.windows.net/";
    let client = Client::in_env(&env, |options| unsafe {
        let set = cosmi_options_set_login_endpoint(options, login.as_ptr());
        assert_eq!(set, cosmi_status::Ok);
        let set = cosmi_options_set_arm_audience(options, audience.as_ptr());
        assert_eq!(set, cosmi_status::Ok);
        let set = cosmi_options_set_cosmos_suffix(options, c"cosmos.example".as_ptr());
        assert_eq!(set, cosmi_status::Ok);
    });
    let reference = AccountRef::new();
    unsafe {
        let set = cosmi_account_ref_set_name(reference.0, null());
        assert_eq!(set, cosmi_status::Ok);
        let endpoint = c"https://myaccount.cosmos.example/".as_ptr();
        let set = cosmi_account_ref_set_endpoint(reference.0, endpoint);
        assert_eq!(set, cosmi_status::Ok);
    }
    let operation = done(|out| unsafe {
        cosmi_account_show_start(client.0, reference.0, 0, None, null_mut(), out)
    });
    let shown = unsafe { cosmi_operation_accounts(operation.0) };
    let shown = json(given(|len| unsafe { cosmi_accounts_json(shown, 0, len) }));
    assert_eq!(shown["name"], "myaccount");
    let asked = simulator.journal();
    assert_eq!(asked[0]["face"], "sts", "the login endpoint's");
    let form = asked[0]["body"].as_str().expect("a form");
    assert!(
        form.contains("management.core.windows.net"),
        "the audience's: {form}"
    );
}

#[test]
fn an_update_of_the_metadata_service_is_waited_for_as_long_as_it_says() {
    let simulator = Simulator::start();
    simulator.fault(json!({ "face": "imds" }), 0, json!({ "status": 410 }));
    let client = Client::in_env(&simulator.env(), |options| {
        let set = unsafe { cosmi_options_set_update_wait_ms(options, 50) };
        assert_eq!(set, cosmi_status::Ok);
    });
    let started = Instant::now();
    let (operation, status) = token(&client);
    assert!(started.elapsed() < Duration::from_secs(20), "not 70 s");
    assert_eq!(status, cosmi_status::Service, "{:?}", operation.message());
    let error = unsafe { cosmi_operation_error(operation.0) };
    assert_eq!(unsafe { cosmi_error_http_status(error) }, 410);
}

#[test]
fn accounts() {
    let simulator = Simulator::start();
    let client = client(&simulator);
    let operation = done(|out| unsafe {
        cosmi_account_list_start(client.0, null(), null(), 0, None, null_mut(), out)
    });
    unsafe {
        let accounts = cosmi_operation_accounts(operation.0);
        let count = cosmi_accounts_count(accounts);
        assert!(count >= 7, "{count}");
        let names: Vec<_> = (0..count)
            .map(|index| {
                json(given(|len| cosmi_accounts_json(accounts, index, len)))["name"].clone()
            })
            .collect();
        assert!(names.iter().any(|name| name == "myaccount"), "{names:?}");
        for index in [count, usize::MAX] {
            assert_eq!(given(|len| cosmi_accounts_json(accounts, index, len)), None);
        }
    }
    let reference = account("myaccount");
    let (subscription, group) = (c(simulator.subscription()), c"rg");
    unsafe {
        assert_eq!(
            cosmi_account_ref_set_subscription_id(reference.0, subscription.as_ptr()),
            cosmi_status::Ok
        );
        assert_eq!(
            cosmi_account_ref_set_resource_group(reference.0, group.as_ptr()),
            cosmi_status::Ok
        );
    }
    let operation = done(|out| unsafe {
        cosmi_account_show_start(client.0, reference.0, 0, None, null_mut(), out)
    });
    unsafe {
        let accounts = cosmi_operation_accounts(operation.0);
        assert_eq!(cosmi_accounts_count(accounts), 1);
        let account = json(given(|len| cosmi_accounts_json(accounts, 0, len)));
        assert_eq!(
            account["properties"]["documentEndpoint"],
            simulator.endpoint("myaccount")
        );
    }
}

#[test]
fn keys() {
    use cosmi_key_kind::{Auto, ReadOnly, ReadWrite};
    let simulator = Simulator::start();
    let client = client(&simulator);
    for (name, asked, granted) in [
        ("myaccount", Auto, ReadWrite),
        ("myaccount", ReadWrite, ReadWrite),
        ("myaccount", ReadOnly, ReadOnly),
        ("readeraccount", Auto, ReadOnly),
    ] {
        let operation = done(|out| unsafe {
            cosmi_keys_list_start(
                client.0,
                account(name).0,
                asked as i32,
                0,
                None,
                null_mut(),
                out,
            )
        });
        unsafe {
            let keys = cosmi_operation_keys(operation.0);
            assert_eq!(cosmi_keys_access(keys), granted as i32, "{name}");
            assert_eq!(
                given(|len| cosmi_keys_account_name(keys, len)).as_deref(),
                Some(name)
            );
            let count = cosmi_keys_count(keys);
            let roles: Vec<_> = (0..count)
                .map(|index| cosmi_keys_role(keys, index))
                .collect();
            let expected: &[i32] = if granted == ReadOnly {
                &[2, 3]
            } else {
                &[0, 1, 2, 3]
            };
            assert_eq!(roles, expected, "{name} {asked:?}");
            for index in 0..count {
                assert_eq!(
                    secret(|len| cosmi_keys_value(keys, index, len)).map(|key| key.len()),
                    Some(88)
                );
            }
            assert_eq!(secret(|len| cosmi_keys_value(keys, count, len)), None);
            assert_eq!(cosmi_keys_role(keys, usize::MAX), -1);
        }
    }
}

#[test]
fn connection_strings() {
    let simulator = Simulator::start();
    let client = client(&simulator);
    let operation = done(|out| unsafe {
        cosmi_connection_strings_list_start(
            client.0,
            account("myaccount").0,
            0,
            None,
            null_mut(),
            out,
        )
    });
    unsafe {
        let strings = cosmi_operation_connection_strings(operation.0);
        assert_eq!(
            given(|len| cosmi_connection_strings_account_name(strings, len)).as_deref(),
            Some("myaccount")
        );
        let count = cosmi_connection_strings_count(strings);
        assert!(count >= 4, "{count}");
        for index in 0..count {
            let value =
                secret(|len| cosmi_connection_strings_value(strings, index, len)).expect("a value");
            assert!(value.starts_with(b"AccountEndpoint=https://"));
            assert!(
                given(|len| cosmi_connection_strings_description(strings, index, len)).is_some()
            );
            assert!(given(|len| cosmi_connection_strings_key_kind(strings, index, len)).is_some());
            assert!(given(|len| cosmi_connection_strings_type(strings, index, len)).is_some());
        }
        assert_eq!(
            secret(|len| cosmi_connection_strings_value(strings, count, len)),
            None
        );
        assert_eq!(
            given(|len| cosmi_connection_strings_description(strings, count, len)),
            None
        );
        assert_eq!(
            given(|len| cosmi_connection_strings_key_kind(strings, count, len)),
            None
        );
        assert_eq!(
            given(|len| cosmi_connection_strings_type(strings, count, len)),
            None
        );
    }
}

#[test]
fn collections() {
    use cosmi_offer_absence::{LocalAuthDisabled, Present, Serverless, SharedThroughput};
    let simulator = Simulator::start();
    let client = client(&simulator);
    for (name, database, collection, absence) in [
        ("myaccount", "Test", "Test", Present),
        ("myaccount", "Üben & Mehr", "100% naïve", Present),
        ("myaccount", "Shared", "Orders", SharedThroughput),
        ("serverlessaccount", "Test", "Test", Serverless),
        ("keylessaccount", "Test", "Test", LocalAuthDisabled),
    ] {
        let by_key = absence != LocalAuthDisabled;
        let operation = done(|out| unsafe {
            let (database, collection) = (c(database), c(collection));
            let (database, collection) = (database.as_ptr(), collection.as_ptr());
            cosmi_collection_show_start(
                client.0,
                account(name).0,
                database,
                collection,
                0,
                None,
                null_mut(),
                out,
            )
        });
        unsafe {
            let shown = cosmi_operation_collection(operation.0);
            let body = json(given(|len| cosmi_collection_json(shown, len)));
            assert_eq!(body["id"], collection);
            assert_eq!(
                cosmi_collection_offer_absence(shown),
                absence as i32,
                "{collection}"
            );
            let offer = given(|len| cosmi_collection_offer_json(shown, len));
            assert_eq!(offer.is_some(), absence == Present);
            let both = json(given(|len| cosmi_collection_with_offer_json(shown, len)));
            assert_eq!(both["collection"], body);
            assert_eq!(
                both["offer"],
                offer.map_or(Value::Null, |offer| json(Some(offer)))
            );
            let of_database = given(|len| cosmi_collection_database_offer_json(shown, len));
            assert_eq!(of_database.is_some(), absence == SharedThroughput);
            assert_eq!(cosmi_collection_request_charge_ru(shown) > 0.0, by_key);
            let activity = given(|len| cosmi_collection_activity_id(shown, len));
            assert_eq!(activity.is_some(), by_key);
            assert!(given(|len| cosmi_collection_etag(shown, len)).is_some());
            assert_eq!(
                given(|len| cosmi_collection_account_name(shown, len)).as_deref(),
                Some(name)
            );
            let endpoint = given(|len| cosmi_collection_endpoint(shown, len));
            assert_eq!(endpoint.as_deref(), Some(simulator.endpoint(name)));
            let access = if by_key {
                cosmi_key_kind::ReadWrite
            } else {
                cosmi_key_kind::Auto
            };
            assert_eq!(cosmi_collection_key_access(shown), access as i32);
        }
    }
}

#[test]
fn a_collection_by_endpoint_and_key_alone() {
    let simulator = Simulator::start();
    let client = client(&simulator);
    let keys = done(|out| unsafe {
        cosmi_keys_list_start(
            client.0,
            account("myaccount").0,
            2,
            0,
            None,
            null_mut(),
            out,
        )
    });
    let reference = AccountRef::new();
    let endpoint = c(simulator.endpoint("myaccount"));
    unsafe {
        let key =
            secret(|len| cosmi_keys_value(cosmi_operation_keys(keys.0), 0, len)).expect("a key");
        assert_eq!(
            cosmi_account_ref_set_name(reference.0, null()),
            cosmi_status::Ok
        );
        assert_eq!(
            cosmi_account_ref_set_endpoint(reference.0, endpoint.as_ptr()),
            cosmi_status::Ok
        );
        assert_eq!(
            cosmi_account_ref_set_key(reference.0, key.as_ptr(), key.len()),
            cosmi_status::Ok
        );
    }
    drop(keys);
    simulator.forget();
    let operation = done(|out| unsafe {
        let name = c"Test".as_ptr();
        cosmi_collection_show_start(client.0, reference.0, name, name, 0, None, null_mut(), out)
    });
    unsafe {
        let shown = cosmi_operation_collection(operation.0);
        assert_eq!(
            cosmi_collection_key_access(shown),
            cosmi_key_kind::Auto as i32
        );
        assert!(!cosmi_collection_offer_json(shown, null_mut()).is_null());
    }
    assert!(
        simulator
            .asked()
            .iter()
            .all(|request| request.contains(" cosmos ")),
        "{:?}",
        simulator.asked()
    );
}

#[test]
fn errors() {
    let simulator = Simulator::start();
    let client = client(&simulator);
    let (operation, status) = ended(|out| unsafe {
        let (database, collection) = (c"Test".as_ptr(), c"Missing".as_ptr());
        cosmi_collection_show_start(
            client.0,
            account("myaccount").0,
            database,
            collection,
            0,
            None,
            null_mut(),
            out,
        )
    });
    assert_eq!(status, cosmi_status::NotFound);
    unsafe {
        let error = cosmi_operation_error(operation.0);
        assert_eq!(cosmi_error_status(error), cosmi_status::NotFound);
        let message = given(|len| cosmi_error_message(error, len)).expect("a message");
        assert!(
            message.contains("Missing") && !message.contains('\n') && !message.ends_with('.'),
            "{message}"
        );
        assert!(given(|len| cosmi_error_action(error, len)).is_some());
        assert_eq!(cosmi_error_http_status(error), 404);
        assert!(given(|len| cosmi_error_request_id(error, len)).is_some());
        assert_eq!(cosmi_error_retry_after_ms(error), -1);
        assert_eq!(cosmi_error_is_retryable(error), 0);
        assert!(cosmi_operation_collection(operation.0).is_null());
    }
    let (operation, status) = ended(|out| unsafe {
        cosmi_keys_list_start(client.0, account("noaccess").0, 0, 0, None, null_mut(), out)
    });
    assert_eq!(status, cosmi_status::Forbidden);
    let code =
        given(|len| unsafe { cosmi_error_service_code(cosmi_operation_error(operation.0), len) });
    assert_eq!(code.as_deref(), Some("AuthorizationFailed"));
}

#[test]
fn options_that_cannot_work_are_refused_with_words() {
    type Set = unsafe extern "C" fn(*mut cosmi_options, *const c_char) -> cosmi_status;
    let cases: [(Set, &str); 8] = [
        (cosmi_options_set_cloud, "NoSuchCloud"),
        (cosmi_options_set_arm_endpoint, "http://192.0.2.1/"),
        (cosmi_options_set_login_endpoint, "http://192.0.2.1/"),
        (cosmi_options_set_cosmos_suffix, "a/b"),
        (cosmi_options_set_metadata_endpoint, "not a URL"),
        (cosmi_options_set_client_id, "a b"),
        (cosmi_options_set_object_id, "a b"),
        (cosmi_options_set_resource_id, "no/leading/slash"),
    ];
    for (set, value) in cases {
        let (mut options, mut client, mut error) = (null_mut(), null_mut(), null_mut());
        unsafe {
            assert_eq!(cosmi_options_new(&raw mut options), cosmi_status::Ok);
            assert_eq!(set(options, c(value).as_ptr()), cosmi_status::Ok);
            let made = cosmi_client_new(options, &raw mut client, &raw mut error);
            assert_eq!(made, cosmi_status::InvalidArgument, "{value}");
            assert!(client.is_null());
            assert_eq!(cosmi_error_status(error), made);
            assert!(
                given(|len| cosmi_error_message(error, len))
                    .is_some_and(|message| !message.is_empty())
            );
            cosmi_error_free(error);
            cosmi_options_free(options);
        }
    }
}
