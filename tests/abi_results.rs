//! Every result and every accessor, against the simulator.

mod abi_support;
mod support;

use std::ffi::{CStr, CString, c_char};
use std::process::Command;
use std::ptr::{null, null_mut};
use std::slice;
use std::time::{Duration, Instant};

use abi_support::{AccountRef, Operation, RESOURCE, text};
use cosmi::abi::access::*;
use cosmi::abi::account::*;
use cosmi::abi::client::*;
use cosmi::abi::collection::*;
use cosmi::abi::connection_strings::*;
use cosmi::abi::data_access::*;
use cosmi::abi::database::*;
use cosmi::abi::environment::*;
use cosmi::abi::error::*;
use cosmi::abi::identity::*;
use cosmi::abi::keys::*;
use cosmi::abi::operation::*;
use cosmi::abi::options::*;
use cosmi::abi::resources::*;
use cosmi::abi::status::*;
use cosmi::abi::throughput::*;
use cosmi::abi::token::*;
use cosmi::azure::VARIABLES;
use serde_json::{Value, json};
use support::Simulator;

fn c(text: &str) -> CString {
    CString::new(text).expect("no NUL")
}

/// A client of the simulator, by options alone.
fn client(simulator: &Simulator) -> abi_support::Client {
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
    abi_support::Client(client)
}

fn of_source(options: *mut cosmi_options, number: i32) {
    let set = unsafe { cosmi_options_set_identity_source(options, number) };
    assert_eq!(set, cosmi_status::Ok, "{number}");
}

/// The operation of a token, ended.
fn token(client: &abi_support::Client) -> (Operation, cosmi_status) {
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

fn account(name: &str) -> AccountRef {
    let account = AccountRef::new();
    assert_eq!(
        unsafe { cosmi_account_ref_set_name(account.0, c(name).as_ptr()) },
        cosmi_status::Ok
    );
    account
}

/// The operation of a start, ended.
fn ended(
    start: impl FnOnce(*mut *mut cosmi_operation) -> cosmi_status,
) -> (Operation, cosmi_status) {
    let mut operation = null_mut();
    assert_eq!(start(&raw mut operation), cosmi_status::Ok);
    let operation = Operation(operation);
    let status = operation.end();
    (operation, status)
}

fn done(start: impl FnOnce(*mut *mut cosmi_operation) -> cosmi_status) -> Operation {
    let (operation, status) = ended(start);
    assert_eq!(status, cosmi_status::Ok, "{:?}", operation.message());
    operation
}

/// What an accessor gives, with the length that it tells.
fn given(accessor: impl FnOnce(*mut usize) -> *const c_char) -> Option<String> {
    let mut len = 77;
    let found = unsafe { text(accessor(&raw mut len)) };
    assert_eq!(len, found.as_ref().map_or(0, String::len));
    found
}

fn secret(accessor: impl FnOnce(*mut usize) -> *const u8) -> Option<Vec<u8>> {
    let mut len = 77;
    let bytes = accessor(&raw mut len);
    assert_eq!(bytes.is_null(), len == 0);
    (len > 0).then(|| unsafe { slice::from_raw_parts(bytes, len) }.to_vec())
}

fn json(text: Option<String>) -> Value {
    serde_json::from_str(&text.expect("JSON")).expect("JSON")
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
    let client = abi_support::Client::in_env(&env, |_| {});
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
            let client = abi_support::Client::in_env(&simulator.env_of(host), |options| {
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
            let client =
                abi_support::Client::in_env(&simulator.env(), |options| of_source(options, number));
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
        let client = abi_support::Client::in_env(&all, |options| of_source(options, source as i32));
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
        abi_support::passed(run);
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
        abi_support::Client(client)
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
    let client = abi_support::Client::in_env(&env, |options| unsafe {
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
    let client = abi_support::Client::in_env(&simulator.env(), |options| {
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

const ACCOUNT: &CStr = c"{\"location\":\"westeurope\",\"kind\":\"GlobalDocumentDB\",\"properties\":{\"databaseAccountOfferType\":\"Standard\",\"locations\":[{\"locationName\":\"westeurope\",\"failoverPriority\":0}]}}";
const COLLECTION: &CStr =
    c"{\"partitionKey\":{\"paths\":[\"/id\"],\"kind\":\"Hash\",\"version\":2}}";
const READER: &CStr = c"Cosmos DB Account Reader Role";
const MANUAL: i32 = cosmi_throughput_kind::Manual as i32;
const AUTOSCALE: i32 = cosmi_throughput_kind::Autoscale as i32;

/// A start on an account that needs nothing more than it.
type OnAccount<'a> = &'a dyn Fn(
    *const cosmi_client,
    *const cosmi_account_ref,
    *mut *mut cosmi_operation,
) -> cosmi_status;

/// A simulator whose long-running operations take one look, a client of it, and an account by its full name.
struct Azure {
    simulator: Simulator,
    client: abi_support::Client,
    account: AccountRef,
}

impl Azure {
    fn with(name: &str) -> Self {
        let simulator = Simulator::start();
        simulator.set_operations(serde_json::json!({ "polls": 1, "retryAfter": "0" }));
        let account = account(name);
        let (subscription, group) = (c(simulator.subscription()), c"rg");
        unsafe {
            let set = cosmi_account_ref_set_subscription_id(account.0, subscription.as_ptr());
            assert_eq!(set, cosmi_status::Ok);
            let set = cosmi_account_ref_set_resource_group(account.0, group.as_ptr());
            assert_eq!(set, cosmi_status::Ok);
        }
        Self {
            client: client(&simulator),
            simulator,
            account,
        }
    }

    /// What a start ends with: what it has changed, and what it shows.
    fn come_to(&self, start: OnAccount<'_>) -> (cosmi_change, Vec<Value>) {
        come_to(&done(|out| start(self.client.0, self.account.0, out)))
    }

    fn refusal(&self, start: OnAccount<'_>) -> (cosmi_status, Operation) {
        let (operation, status) = ended(|out| start(self.client.0, self.account.0, out));
        assert!(unsafe { cosmi_operation_resources(operation.0) }.is_null());
        (status, operation)
    }

    fn create_account(&self) -> cosmi_change {
        let (change, made) = self.come_to(&|client, account, out| unsafe {
            cosmi_account_create_start(
                client,
                account,
                ACCOUNT.as_ptr(),
                0,
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(made.len(), 1);
        assert_eq!(made[0]["properties"]["provisioningState"], "Succeeded");
        change
    }

    fn create_database(&self, name: &CStr, kind: i32, ru: u32) -> cosmi_change {
        let (change, made) = self.come_to(&|client, account, out| unsafe {
            cosmi_database_create_start(
                client,
                account,
                name.as_ptr(),
                kind,
                ru,
                0,
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(
            made[0]["properties"]["resource"]["id"],
            name.to_str().expect("UTF-8")
        );
        change
    }

    fn create_collection(&self, database: &CStr, name: &CStr, kind: i32, ru: u32) -> cosmi_change {
        let (change, made) = self.come_to(&|client, account, out| unsafe {
            cosmi_collection_create_start(
                client,
                account,
                database.as_ptr(),
                name.as_ptr(),
                COLLECTION.as_ptr(),
                kind,
                ru,
                0,
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(
            made[0]["properties"]["resource"]["partitionKey"]["paths"][0],
            "/id"
        );
        change
    }

    fn throughput(&self, database: &CStr, collection: Option<&CStr>) -> Option<Value> {
        let (change, mut found) = self.come_to(&|client, account, out| unsafe {
            let collection = collection.map_or(null(), CStr::as_ptr);
            cosmi_throughput_show_start(
                client,
                account,
                database.as_ptr(),
                collection,
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(change, cosmi_change::None);
        assert!(found.len() <= 1);
        found
            .pop()
            .map(|mut found| found["properties"]["resource"].take())
    }

    fn set_throughput(
        &self,
        database: &CStr,
        collection: Option<&CStr>,
        kind: i32,
        ru: u32,
    ) -> cosmi_change {
        let (change, now) = self.come_to(&|client, account, out| unsafe {
            let collection = collection.map_or(null(), CStr::as_ptr);
            cosmi_throughput_set_start(
                client,
                account,
                database.as_ptr(),
                collection,
                kind,
                ru,
                0,
                0,
                None,
                null_mut(),
                out,
            )
        });
        let now = &now[0]["properties"]["resource"];
        let pointer = if kind == MANUAL {
            "/throughput"
        } else {
            "/autoscaleSettings/maxThroughput"
        };
        assert_eq!(
            now.pointer(pointer).and_then(Value::as_u64),
            Some(ru.into()),
            "{now}"
        );
        change
    }

    /// The account's keys, by their roles.
    fn keys(&self) -> Vec<Vec<u8>> {
        let operation = done(|out| unsafe {
            cosmi_keys_list_start(self.client.0, self.account.0, 1, 0, None, null_mut(), out)
        });
        let keys = unsafe { cosmi_operation_keys(operation.0) };
        (0..4)
            .map(|index| {
                secret(|len| unsafe { cosmi_keys_value(keys, index, len) }).expect("a key")
            })
            .collect()
    }

    fn grant(&self, principal: &CStr, role: &CStr) -> cosmi_change {
        let (change, given) = self.come_to(&|client, account, out| unsafe {
            cosmi_access_grant_start(
                client,
                account,
                principal.as_ptr(),
                role.as_ptr(),
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(
            given[0]["properties"]["principalId"],
            principal.to_str().expect("UTF-8")
        );
        change
    }

    fn revoke(&self, principal: &CStr, role: &CStr) -> cosmi_change {
        let (change, left) = self.come_to(&|client, account, out| unsafe {
            cosmi_access_revoke_start(
                client,
                account,
                principal.as_ptr(),
                role.as_ptr(),
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(left, Vec::<Value>::new());
        change
    }

    fn access(&self, principal: Option<&CStr>) -> Vec<Value> {
        let (change, found) = self.come_to(&|client, account, out| unsafe {
            let principal = principal.map_or(null(), CStr::as_ptr);
            cosmi_access_list_start(client, account, principal, 0, None, null_mut(), out)
        });
        assert_eq!(change, cosmi_change::None);
        found
    }

    fn grant_data(
        &self,
        (database, collection): Place<'_>,
        principal: &CStr,
        role: &CStr,
        no_wait: i32,
    ) -> (cosmi_change, Vec<Value>) {
        self.come_to(&|client, account, out| unsafe {
            cosmi_data_access_grant_start(
                client,
                account,
                or_null(database),
                or_null(collection),
                principal.as_ptr(),
                role.as_ptr(),
                no_wait,
                0,
                None,
                null_mut(),
                out,
            )
        })
    }

    fn revoke_data(
        &self,
        (database, collection): Place<'_>,
        principal: &CStr,
        role: &CStr,
        no_wait: i32,
    ) -> cosmi_change {
        let (change, left) = self.come_to(&|client, account, out| unsafe {
            cosmi_data_access_revoke_start(
                client,
                account,
                or_null(database),
                or_null(collection),
                principal.as_ptr(),
                role.as_ptr(),
                no_wait,
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(left, Vec::<Value>::new());
        change
    }

    fn data_access(
        &self,
        (database, collection): Place<'_>,
        principal: Option<&CStr>,
    ) -> Vec<Value> {
        let (change, found) = self.come_to(&|client, account, out| unsafe {
            cosmi_data_access_list_start(
                client,
                account,
                or_null(database),
                or_null(collection),
                or_null(principal),
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(change, cosmi_change::None);
        found
    }

    fn identity(&self, resource_id: &CStr) -> Value {
        let operation = done(|out| unsafe {
            cosmi_identity_show_start(
                self.client.0,
                resource_id.as_ptr(),
                0,
                None,
                null_mut(),
                out,
            )
        });
        let (change, mut found) = come_to(&operation);
        assert_eq!((change, found.len()), (cosmi_change::None, 1));
        found.remove(0)["identity"].take()
    }

    fn enable_identity(&self, resource_id: &CStr, no_wait: i32) -> (cosmi_change, Value) {
        let operation = done(|out| unsafe {
            cosmi_identity_enable_start(
                self.client.0,
                resource_id.as_ptr(),
                no_wait,
                0,
                None,
                null_mut(),
                out,
            )
        });
        let (change, mut found) = come_to(&operation);
        (change, found.remove(0)["identity"].take())
    }
}

/// A database and a collection in it, or neither.
type Place<'a> = (Option<&'a CStr>, Option<&'a CStr>);

fn or_null(text: Option<&CStr>) -> *const c_char {
    text.map_or(null(), CStr::as_ptr)
}

/// The resources of an operation, and the accessors at and past their end.
fn come_to(operation: &Operation) -> (cosmi_change, Vec<Value>) {
    use cosmi_change::{Absent, Accepted, AlreadySo, Deleted, New, None as Nothing};
    unsafe {
        let resources = cosmi_operation_resources(operation.0);
        assert!(!resources.is_null());
        assert!(cosmi_operation_accounts(operation.0).is_null());
        let number = cosmi_resources_change(resources);
        let changes = [Nothing, New, AlreadySo, Accepted, Deleted, Absent];
        let change = changes.into_iter().find(|change| *change as i32 == number);
        let count = cosmi_resources_count(resources);
        for index in [count, usize::MAX] {
            assert_eq!(
                given(|len| cosmi_resources_json(resources, index, len)),
                None
            );
        }
        let all =
            (0..count).map(|index| json(given(|len| cosmi_resources_json(resources, index, len))));
        (change.expect("a cosmi_change"), all.collect())
    }
}

#[test]
fn what_is_made_twice_is_new_and_then_already_so() {
    let azure = Azure::with("brandnew");
    let machine = c"33333333-0000-0000-0000-000000000002";
    for change in [cosmi_change::New, cosmi_change::AlreadySo] {
        assert_eq!(azure.create_account(), change);
        assert_eq!(azure.create_database(c"Test", 0, 0), change);
        assert_eq!(
            azure.create_collection(c"Test", c"Test", MANUAL, 400),
            change
        );
        assert_eq!(azure.grant(machine, READER), change);
    }
    assert_eq!(
        azure.throughput(c"Test", Some(c"Test")).expect("its own")["throughput"],
        400
    );
}

#[test]
fn another_definition_is_a_conflict() {
    let azure = Azure::with("brandnew");
    azure.create_account();
    azure.create_database(c"D", AUTOSCALE, 1000);
    azure.create_collection(c"D", c"C", 0, 0);
    let starts: [OnAccount<'_>; 3] = [
        &|client, account, out| unsafe {
            let other = c"{\"location\":\"northeurope\",\"properties\":{}}".as_ptr();
            cosmi_account_create_start(client, account, other, 0, 0, None, null_mut(), out)
        },
        &|client, account, out| unsafe {
            cosmi_database_create_start(
                client,
                account,
                c"D".as_ptr(),
                MANUAL,
                400,
                0,
                0,
                None,
                null_mut(),
                out,
            )
        },
        &|client, account, out| unsafe {
            let other = c"{\"partitionKey\":{\"paths\":[\"/other\"],\"kind\":\"Hash\"}}".as_ptr();
            let (database, collection) = (c"D".as_ptr(), c"C".as_ptr());
            cosmi_collection_create_start(
                client,
                account,
                database,
                collection,
                other,
                0,
                0,
                0,
                0,
                None,
                null_mut(),
                out,
            )
        },
    ];
    for start in starts {
        let (status, operation) = azure.refusal(start);
        assert_eq!(status, cosmi_status::Conflict, "{:?}", operation.message());
        let error = unsafe { cosmi_operation_error(operation.0) };
        assert_eq!(unsafe { cosmi_error_http_status(error) }, 409);
        let message = operation.message().expect("a message");
        assert!(message.contains("exists with another"), "{message}");
        assert!(given(|len| unsafe { cosmi_error_action(error, len) }).is_some());
    }
}

#[test]
fn resources_are_listed_shown_and_deleted() {
    use cosmi_change::{Absent, AlreadySo, Deleted, None as Nothing};
    let azure = Azure::with("brandnew");
    let name_is = || {
        let (change, none) = azure.come_to(&|client, account, out| unsafe {
            cosmi_account_name_check_start(client, account, 0, None, null_mut(), out)
        });
        assert!(none.is_empty());
        change
    };
    assert_eq!(name_is(), Absent);
    azure.create_account();
    assert_eq!(name_is(), AlreadySo);
    let databases: OnAccount<'_> = &|client, account, out| unsafe {
        cosmi_database_list_start(client, account, 0, None, null_mut(), out)
    };
    let collections: OnAccount<'_> = &|client, account, out| unsafe {
        cosmi_collection_list_start(client, account, c"D".as_ptr(), 0, None, null_mut(), out)
    };
    assert_eq!(azure.come_to(databases), (Nothing, Vec::new()));
    azure.create_database(c"D", 0, 0);
    assert_eq!(azure.come_to(collections), (Nothing, Vec::new()));
    for name in [c"A", c"B"] {
        azure.create_collection(c"D", name, 0, 0);
    }
    let names = |start| -> Vec<_> {
        let (change, found) = azure.come_to(start);
        assert_eq!(change, Nothing);
        found
            .iter()
            .map(|one| one["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(names(databases), ["D"]);
    assert_eq!(names(collections), ["A", "B"]);
    let show: OnAccount<'_> = &|client, account, out| unsafe {
        cosmi_database_show_start(client, account, c"D".as_ptr(), 0, None, null_mut(), out)
    };
    assert_eq!(names(show), ["D"]);
    let deletions: [OnAccount<'_>; 3] = [
        &|client, account, out| unsafe {
            cosmi_collection_delete_start(
                client,
                account,
                c"D".as_ptr(),
                c"A".as_ptr(),
                0,
                0,
                None,
                null_mut(),
                out,
            )
        },
        &|client, account, out| unsafe {
            cosmi_database_delete_start(client, account, c"D".as_ptr(), 0, 0, None, null_mut(), out)
        },
        &|client, account, out| unsafe {
            cosmi_account_delete_start(client, account, 0, 0, None, null_mut(), out)
        },
    ];
    for (index, delete) in deletions.into_iter().enumerate() {
        assert_eq!(azure.come_to(delete), (Deleted, Vec::new()));
        assert_eq!(azure.come_to(delete), (Absent, Vec::new()));
        match index {
            0 => assert_eq!(names(collections), ["B"]),
            1 => assert_eq!(azure.refusal(show).0, cosmi_status::NotFound),
            _ => assert_eq!(name_is(), Absent),
        }
    }
}

#[test]
fn throughput_is_shown_and_set() {
    use cosmi_change::{AlreadySo, New};
    let azure = Azure::with("brandnew");
    azure.create_account();
    azure.create_database(c"D", MANUAL, 400);
    azure.create_collection(c"D", c"Shares", 0, 0);
    azure.create_collection(c"D", c"Own", AUTOSCALE, 1000);
    assert_eq!(azure.throughput(c"D", Some(c"Shares")), None);
    assert_eq!(
        azure.throughput(c"D", None).expect("its own")["throughput"],
        400
    );
    let own = azure.throughput(c"D", Some(c"Own")).expect("its own");
    assert_eq!(own["autoscaleSettings"]["maxThroughput"], 1000);
    for (collection, kind, ru) in [
        (None, MANUAL, 500),
        (None, AUTOSCALE, 2000),
        (Some(c"Own"), MANUAL, 600),
    ] {
        assert_eq!(azure.set_throughput(c"D", collection, kind, ru), New);
        assert_eq!(azure.set_throughput(c"D", collection, kind, ru), AlreadySo);
    }
    let (status, operation) = azure.refusal(&|client, account, out| unsafe {
        let (database, collection) = (c"D".as_ptr(), c"Shares".as_ptr());
        cosmi_throughput_set_start(
            client,
            account,
            database,
            collection,
            MANUAL,
            400,
            0,
            0,
            None,
            null_mut(),
            out,
        )
    });
    assert_eq!(status, cosmi_status::NotFound, "{:?}", operation.message());
}

#[test]
fn only_the_key_that_was_named_is_made_anew() {
    let azure = Azure::with("myaccount");
    for role in 0..4 {
        let former = azure.keys();
        let regenerated = azure.come_to(&|client, account, out| unsafe {
            let role = i32::try_from(role).expect("small");
            cosmi_key_regenerate_start(client, account, role, 0, None, null_mut(), out)
        });
        assert_eq!(regenerated, (cosmi_change::New, Vec::new()));
        for (index, (former, now)) in former.iter().zip(azure.keys()).enumerate() {
            assert_eq!(*former != now, index == role, "{role}: {index}");
        }
    }
}

#[test]
fn an_identity_is_shown_and_turned_on_beside_those_that_are_there() {
    let azure = Azure::with("myaccount");
    let machine = |name: &str| c(&azure.simulator.machine(name));
    assert_eq!(
        azure.identity(&machine("myvm"))["principalId"],
        "33333333-0000-0000-0000-000000000002"
    );
    for name in ["plainvm", "assignedvm"] {
        let machine = machine(name);
        let former = azure.identity(&machine);
        assert!(former["principalId"].is_null(), "{former}");
        let (change, now) = azure.enable_identity(&machine, 0);
        assert_eq!(change, cosmi_change::New);
        assert!(now["principalId"].is_string(), "{now}");
        let ids = |identity: &Value| {
            identity["userAssignedIdentities"]
                .as_object()
                .map(|ids| ids.keys().cloned().collect::<Vec<_>>())
        };
        assert_eq!(ids(&former), ids(&now));
        assert_eq!(
            azure.enable_identity(&machine, 0),
            (cosmi_change::AlreadySo, now)
        );
    }
}

#[test]
fn access_is_granted_listed_and_revoked() {
    use cosmi_change::{Absent, AlreadySo, Deleted, New};
    let azure = Azure::with("myaccount");
    let principal = c"33333333-0000-0000-0000-000000000012";
    let id = c"fbdf93bf-df7d-467e-a4d2-9458aa1360c8";
    assert_eq!(azure.access(Some(principal)), Vec::<Value>::new());
    assert_eq!(azure.revoke(principal, READER), Absent);
    assert_eq!(azure.grant(principal, READER), New);
    assert_eq!(
        azure.grant(principal, id),
        AlreadySo,
        "the same role by its id"
    );
    let held = azure.access(Some(principal));
    assert_eq!(held.len(), 1);
    assert_eq!(held[0]["properties"]["principalType"], "ServicePrincipal");
    let all = azure.access(None);
    assert!(all.len() > 1 && all.contains(&held[0]), "{all:?}");
    assert_eq!(azure.revoke(principal, id), Deleted);
    assert_eq!(azure.revoke(principal, READER), Absent);
    assert_eq!(azure.access(Some(principal)), Vec::<Value>::new());
    let (status, operation) = azure.refusal(&|client, account, out| unsafe {
        cosmi_access_grant_start(
            client,
            account,
            principal.as_ptr(),
            c"No Such Role".as_ptr(),
            0,
            None,
            null_mut(),
            out,
        )
    });
    assert_eq!(status, cosmi_status::NotFound, "{:?}", operation.message());
}

#[test]
fn data_access_is_granted_listed_and_revoked() {
    use cosmi_change::{Absent, Accepted, AlreadySo, Deleted, New, None as Nothing};
    let azure = Azure::with("myaccount");
    let principal = c"33333333-0000-0000-0000-000000000012";
    let reader = c"Cosmos DB Built-in Data Reader";
    let account: Place<'_> = (None, None);
    let database = (Some(c"Test"), None);
    let collection = (Some(c"Test"), Some(c"Test"));
    let places = [
        (account, "/databaseAccounts/myaccount"),
        (database, "/dbs/Test"),
        (collection, "/dbs/Test/colls/Test"),
    ];
    let (change, roles) = azure.come_to(&|client, account, out| unsafe {
        cosmi_data_role_list_start(client, account, 0, None, null_mut(), out)
    });
    assert_eq!((change, roles.len()), (Nothing, 3));
    assert_eq!(
        roles[0]["properties"]["roleName"],
        reader.to_str().expect("UTF-8")
    );
    assert_eq!(azure.data_access(account, None), Vec::<Value>::new());
    let id = c"00000000-0000-0000-0000-000000000001";
    for (place, end) in places {
        let (change, given) = azure.grant_data(place, principal, reader, 0);
        assert_eq!(change, New);
        let scope = given[0]["properties"]["scope"].as_str().expect("a scope");
        assert!(scope.ends_with(end), "{scope}");
        assert_eq!(
            azure.grant_data(place, principal, id, 0),
            (AlreadySo, given)
        );
    }
    assert_eq!(azure.data_access(account, Some(principal)).len(), 3);
    assert_eq!(azure.data_access(database, None).len(), 2);
    assert_eq!(azure.data_access(collection, None).len(), 3);
    let other = c"33333333-0000-0000-0000-000000000022";
    assert_eq!(azure.data_access(account, Some(other)), Vec::<Value>::new());
    for (place, _) in places {
        assert_eq!(azure.revoke_data(place, principal, reader, 0), Deleted);
        assert_eq!(azure.revoke_data(place, principal, reader, 1), Absent);
    }
    for refused in [(None, Some(c"Test")), (Some(c"a/b"), None)] {
        let (status, operation) = azure.refusal(&|client, account, out| unsafe {
            cosmi_data_access_list_start(
                client,
                account,
                or_null(refused.0),
                or_null(refused.1),
                null(),
                0,
                None,
                null_mut(),
                out,
            )
        });
        assert_eq!(
            status,
            cosmi_status::InvalidArgument,
            "{:?}",
            operation.message()
        );
    }
    never_done(&azure);
    let (change, told) = azure.grant_data(account, principal, reader, 1);
    assert_eq!((change, told.len()), (Accepted, 1));
}

/// Long-running operations do not end from now on.
fn never_done(azure: &Azure) {
    let never = serde_json::json!({ "polls": 1000, "seconds": null, "retryAfter": "0" });
    azure.simulator.set_operations(never);
}

#[test]
fn an_account_and_an_identity_that_are_not_waited_for_are_accepted() {
    let azure = Azure::with("brandnew");
    never_done(&azure);
    let create = |no_wait| {
        azure.come_to(&|client, account, out| unsafe {
            cosmi_account_create_start(
                client,
                account,
                ACCOUNT.as_ptr(),
                no_wait,
                0,
                None,
                null_mut(),
                out,
            )
        })
    };
    let (change, made) = create(1);
    assert_eq!(change, cosmi_change::Accepted);
    assert_ne!(
        made[0]["properties"]["provisioningState"], "Succeeded",
        "{made:?}"
    );
    let machine = c(&azure.simulator.machine("plainvm"));
    assert_eq!(azure.enable_identity(&machine, 1).0, cosmi_change::Accepted);
}

#[test]
fn what_is_not_waited_for_is_accepted() {
    let azure = Azure::with("brandnew");
    azure.create_account();
    azure.create_database(c"D", 0, 0);
    azure.create_collection(c"D", c"C", MANUAL, 400);
    never_done(&azure);
    let starts: [OnAccount<'_>; 6] = [
        &|client, account, out| unsafe {
            cosmi_throughput_set_start(
                client,
                account,
                c"D".as_ptr(),
                c"C".as_ptr(),
                MANUAL,
                500,
                1,
                0,
                None,
                null_mut(),
                out,
            )
        },
        &|client, account, out| unsafe {
            cosmi_database_create_start(
                client,
                account,
                c"E".as_ptr(),
                0,
                0,
                -1,
                0,
                None,
                null_mut(),
                out,
            )
        },
        &|client, account, out| unsafe {
            let (database, collection) = (c"D".as_ptr(), c"F".as_ptr());
            cosmi_collection_create_start(
                client,
                account,
                database,
                collection,
                COLLECTION.as_ptr(),
                0,
                0,
                i32::MAX,
                0,
                None,
                null_mut(),
                out,
            )
        },
        &|client, account, out| unsafe {
            cosmi_collection_delete_start(
                client,
                account,
                c"D".as_ptr(),
                c"C".as_ptr(),
                1,
                0,
                None,
                null_mut(),
                out,
            )
        },
        &|client, account, out| unsafe {
            cosmi_database_delete_start(client, account, c"D".as_ptr(), 1, 0, None, null_mut(), out)
        },
        &|client, account, out| unsafe {
            cosmi_account_delete_start(client, account, 1, 0, None, null_mut(), out)
        },
    ];
    for (index, start) in starts.into_iter().enumerate() {
        assert_eq!(azure.come_to(start).0, cosmi_change::Accepted, "{index}");
    }
}

#[test]
fn an_account_that_is_being_made_is_waited_for_by_the_same_start_again() {
    let azure = Azure::with("brandnew");
    azure
        .simulator
        .set_operations(serde_json::json!({ "polls": 2, "retryAfter": "0" }));
    let (change, _) = azure.come_to(&|client, account, out| unsafe {
        let definition = ACCOUNT.as_ptr();
        cosmi_account_create_start(client, account, definition, 1, 0, None, null_mut(), out)
    });
    assert_eq!(change, cosmi_change::Accepted);
    assert_eq!(azure.create_account(), cosmi_change::New);
    assert_eq!(azure.create_account(), cosmi_change::AlreadySo);
}
