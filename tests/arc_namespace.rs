//! An Azure Arc server from end to end. The library reads the agent's keys in the agent's own folder alone, so each test
//! runs itself again where that folder is a private one: in a mount namespace, with a network that is loopback alone.

#![cfg(target_os = "linux")]

mod abi_support;
mod support;

use std::collections::HashMap;
use std::env;
use std::fs;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::ptr::null_mut;
use std::thread;

use abi_support::{AccountRef, Client, RESOURCE, done, is_there, skip};
use cosmi::abi::collection::*;
use cosmi::abi::environment::*;
use cosmi::abi::operation::*;
use cosmi::abi::options::*;
use cosmi::abi::status::*;
use cosmi::abi::token::*;
use support::Simulator;

const INSIDE: &str = "COSMI_TEST_IN_NAMESPACE";
const KEYS: &str = "/var/opt/azcmagent/tokens";

/// Whether this is the run inside. Otherwise there has been one, which passed, or there can be none.
fn inside(test: &str) -> bool {
    if env::var_os(INSIDE).is_some() {
        return true;
    }
    if !is_there("unshare") {
        return false;
    }
    let programs = [env::current_exe().expect("a path"), support::program()];
    if programs.iter().any(|program| program.starts_with("/opt")) {
        skip("Azure Arc, since what is tested lies in /opt, where its agent would");
        return false;
    }
    let set_up = "ip link set lo up && mount -t tmpfs none /opt && mount -t tmpfs none /var/opt";
    let unshare = |flags: &[&str], script: &str| {
        let mut command = Command::new("unshare");
        command.args(flags).args(["sh", "-c", script, "sh"]);
        command
    };
    let root: &[&str] = &["--mount", "--net"];
    let user: &[&str] = &["--mount", "--net", "--map-root-user"];
    let works = |flags: &&[&str]| {
        let attempt = unshare(flags, set_up).output();
        attempt.is_ok_and(|attempt| attempt.status.success())
    };
    let Some(flags) = [root, user].into_iter().find(works) else {
        skip("Azure Arc from end to end, which takes iproute2 and the right to make namespaces");
        return false;
    };
    let run = unshare(flags, &format!("{set_up} && exec \"$@\""))
        .arg(&programs[0])
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .output();
    abi_support::passed(run);
    false
}

fn arc() -> Simulator {
    Simulator::start_with(&["--arc-key-folder", KEYS])
}

fn token_of_arc(client: &Client) {
    let operation = done(|out| unsafe {
        cosmi_token_get_start(client.0, RESOURCE.as_ptr(), 0, None, null_mut(), out)
    });
    let source = unsafe { cosmi_token_identity_source(cosmi_operation_token(operation.0)) };
    assert_eq!(source, cosmi_identity_source::Arc as i32);
}

#[test]
fn the_key_in_the_agents_folder_opens_the_chain() {
    if !inside("the_key_in_the_agents_folder_opens_the_chain") {
        return;
    }
    let simulator = arc();
    for asked in [cosmi_identity_source::Auto, cosmi_identity_source::Arc] {
        simulator.forget();
        let client = Client::in_env(&simulator.env_of("arc"), |options| {
            let set = unsafe { cosmi_options_set_identity_source(options, asked as i32) };
            assert_eq!(set, cosmi_status::Ok);
        });
        token_of_arc(&client);
        done(|out| unsafe {
            let name = c"Test".as_ptr();
            let account = AccountRef::new();
            cosmi_collection_show_start(client.0, account.0, name, name, 0, None, null_mut(), out)
        });
        // each token takes a key of its own
        done(|out| unsafe {
            cosmi_token_renew_start(client.0, RESOURCE.as_ptr(), 0, None, null_mut(), out)
        });
        let journal = simulator.journal();
        let statuses: Vec<_> = journal
            .iter()
            .filter(|entry| entry["face"] == "arc")
            .map(|entry| entry["status"].as_u64().expect("a status"))
            .collect();
        assert_eq!(statuses, [401, 200, 401, 200]);
    }
}

#[test]
fn an_agent_that_is_installed_is_found_without_variables() {
    if !inside("an_agent_that_is_installed_is_found_without_variables") {
        return;
    }
    let simulator = arc();
    let mut env = simulator.env_of("arc");
    let endpoint = env.remove("IDENTITY_ENDPOINT").expect("an endpoint");
    env.remove("IMDS_ENDPOINT").expect("another");
    let reason = |env: &HashMap<String, String>| {
        let client = Client::in_env(env, |_| {});
        token_of_arc(&client);
        let operation =
            done(|out| unsafe { cosmi_environment_show_start(client.0, 0, None, null_mut(), out) });
        let environment = unsafe { cosmi_operation_environment(operation.0) };
        unsafe { abi_support::text(cosmi_environment_reason(environment, null_mut())) }
    };
    fs::create_dir_all("/opt/azcmagent/bin").expect("a folder");
    fs::write("/opt/azcmagent/bin/himds", "").expect("a program");
    let address = endpoint
        .strip_prefix("http://")
        .and_then(|rest| rest.split('/').next())
        .expect("an address")
        .to_owned();
    forward("127.0.0.1:40342", address);
    let reason = reason(&env).expect("a reason");
    assert!(
        reason.ends_with("the Azure Arc agent is installed"),
        "{reason}"
    );
    // Without a program of that name there is none.
    fs::remove_file("/opt/azcmagent/bin/himds").expect("removed");
    let client = Client::in_env(&env, |options| {
        let arc = cosmi_identity_source::Arc as i32;
        let set = unsafe { cosmi_options_set_identity_source(options, arc) };
        assert_eq!(set, cosmi_status::Ok);
    });
    let operation = client.start(0, None, null_mut());
    assert_eq!(operation.end(), cosmi_status::NoIdentity);
}

/// Passes everything on, both ways.
fn forward(from: &str, to: String) {
    let listener = TcpListener::bind(from).expect("a free port");
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(&to).expect("the simulator");
            for (mut from, mut to) in [
                (client.try_clone(), server.try_clone()),
                (Ok(server), Ok(client)),
            ]
            .map(|(from, to)| (from.expect("a socket"), to.expect("a socket")))
            {
                thread::spawn(move || io::copy(&mut from, &mut to));
            }
        }
    });
}
