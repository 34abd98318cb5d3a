//! What tests share: the simulator as a process, clients that talk to it, clocks and logs that tests look into.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use cosmi::azure::{
    AccountRef, Background, Call, Client, Clock, Collection, Created, Env, Error, Host, Level, Log,
    Secret, Settings, SystemClock, Throughput,
};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

/// An account's definition.
pub const ACCOUNT: &str = r#"{"location":"westeurope","kind":"GlobalDocumentDB","properties":{"databaseAccountOfferType":"Standard","createMode":"Default","locations":[{"locationName":"westeurope","failoverPriority":0,"isZoneRedundant":false}]}}"#;

/// A collection's definition.
pub const COLLECTION: &str = r#"{"partitionKey":{"paths":["/id"],"kind":"Hash","version":2}}"#;

/// The simulator, running until dropped.
pub struct Simulator {
    process: Child,
    /// The line it printed when it was ready.
    pub ready: Value,
}

impl Simulator {
    /// Starts one with the tutorial's scenario.
    pub fn start() -> Simulator {
        Simulator::start_with(&[])
    }

    pub fn start_with(arguments: &[&str]) -> Simulator {
        let program = program();
        let mut process = Command::new(&program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "{} does not start: {error}; build it with `cargo build -p cosmi-simulator`",
                    program.display()
                )
            });
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("a line");
        let ready = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("not ready: {error}: {line}"));
        Simulator { process, ready }
    }

    /// Starts one where the tutorial's resource group has another name.
    pub fn start_in_group(name: &str) -> Simulator {
        let scenario = include_str!("../simulator/src/scenario.json")
            .replace("\"rg\"", &format!("\"{name}\""))
            .replace("/resourceGroups/rg", &format!("/resourceGroups/{name}"));
        let file = format!("cosmi-scenario-{}-{name}.json", std::process::id());
        let file = std::env::temp_dir().join(file);
        std::fs::write(&file, scenario).expect("a file");
        let started = Simulator::start_with(&["--scenario", file.to_str().expect("UTF-8")]);
        std::fs::remove_file(&file).expect("the same file");
        started
    }

    pub fn text(&self, pointer: &str) -> &str {
        self.ready
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no {pointer} in {}", self.ready))
    }

    pub fn subscription(&self) -> &str {
        self.text("/subscriptionId")
    }

    pub fn endpoint(&self, account: &str) -> &str {
        self.text(&format!("/accounts/{account}/endpoint"))
    }

    /// The variables that lead a client here.
    pub fn env(&self) -> HashMap<String, String> {
        let variables = self.ready["environment"].as_object().expect("an object");
        variables
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().expect("a string").to_owned()))
            .collect()
    }

    /// The variables of one of the hosts that the simulator is, such as `arc`.
    pub fn env_of(&self, host: &str) -> HashMap<String, String> {
        let variables = self.ready["environments"][host]
            .as_object()
            .expect("an object");
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        variables
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect()
    }

    pub fn set_token_lifetime(&self, seconds: i64, refresh_in: Option<i64>) {
        self.control(
            "POST",
            "/token-lifetime",
            Some(&json!({ "seconds": seconds, "refreshIn": refresh_in })),
        );
    }

    pub fn revoke_tokens(&self) {
        self.control("POST", "/revoke-tokens", None);
    }

    /// How long-running operations go from now on.
    pub fn set_operations(&self, how: impl Into<Value>) {
        self.control("POST", "/operations", Some(&how.into()));
    }

    pub fn rotate_assertion(&self) {
        self.control("POST", "/rotate-assertion", None);
    }

    /// The variables of an App Service host.
    pub fn app_service_env(&self) -> HashMap<String, String> {
        let mut env = self.env();
        env.remove("AZURE_POD_IDENTITY_AUTHORITY_HOST");
        env.insert(
            "IDENTITY_ENDPOINT".into(),
            self.text("/appService/endpoint").into(),
        );
        env.insert(
            "IDENTITY_HEADER".into(),
            self.text("/appService/header").into(),
        );
        env
    }

    /// A client with default settings.
    pub fn client(&self) -> Client {
        self.client_with(|_| {}).0
    }

    /// A client with other settings, and its log.
    pub fn client_with(&self, change: impl FnOnce(&mut Settings)) -> (Client, Arc<Records>) {
        Simulator::client_in(self.env(), change)
    }

    /// The same in an environment of its own.
    pub fn client_in(
        env: impl Env + 'static,
        change: impl FnOnce(&mut Settings),
    ) -> (Client, Arc<Records>) {
        let mut settings = Settings::default();
        change(&mut settings);
        let records = Arc::new(Records::default());
        let client = Client::with_host(
            settings,
            Arc::clone(&records) as Arc<dyn Log>,
            host(env, &Arc::new(QuickClock::default())),
        )
        .expect("a client");
        (client, records)
    }

    /// `myaccount` and the like by subscription, group and name.
    pub fn account(&self, name: &str) -> AccountRef {
        AccountRef {
            subscription_id: Some(self.subscription().to_owned()),
            resource_group: Some(self.text("/resourceGroup").to_owned()),
            name: Some(name.to_owned()),
            ..AccountRef::default()
        }
    }

    /// The resource id of a virtual machine.
    pub fn machine(&self, name: &str) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/{name}",
            self.subscription()
        )
    }

    /// Makes the account `brandnew`.
    pub async fn new_account(&self, client: &Client) -> AccountRef {
        let account = self.account("brandnew");
        client
            .create_account(&call(client), &account, ACCOUNT, true)
            .await
            .expect("an account");
        account
    }

    /// The same with the database `D` and in it the collection `C`.
    pub async fn new_collection(
        &self,
        client: &Client,
        throughput: Option<Throughput>,
    ) -> AccountRef {
        let account = self.new_account(client).await;
        create_database(client, &account).await.expect("a database");
        create_collection(client, &account, COLLECTION, throughput)
            .await
            .expect("a collection");
        account
    }

    fn control(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let url = format!("{}{path}", self.text("/control"));
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
        let mut answer = match (method, body) {
            ("GET", _) => agent.get(&url).call(),
            ("DELETE", _) => agent.delete(&url).call(),
            (_, body) => agent
                .post(&url)
                .content_type("application/json")
                .send(body.unwrap_or(&json!({})).to_string()),
        }
        .unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let text = answer.body_mut().read_to_string().expect("text");
        if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).expect("JSON")
        }
    }

    /// The machine is in China from now on: the public audience is refused, the metadata service says where it is.
    pub fn move_to_china(&self) {
        let compute = json!({ "azEnvironment": "AzureChinaCloud", "name": "vm" }).to_string();
        self.fault(
            json!({ "face": "imds", "path": "instance" }),
            0,
            json!({ "status": 200, "body": compute }),
        );
        self.fault(
            json!({ "face": "imds", "path": "oauth2/token" }),
            1,
            json!({ "status": 400, "body": "{\"error\":\"invalid_resource\"}" }),
        );
    }

    /// Adds a fault: `face` and `path` say where, `action` what.
    pub fn fault(&self, matching: impl Into<Value>, times: u32, action: impl Into<Value>) {
        self.control(
            "POST",
            "/faults",
            Some(&json!({ "match": matching.into(), "times": times, "action": action.into() })),
        );
    }

    pub fn clear_faults(&self) {
        self.control("DELETE", "/faults", None);
    }

    /// Everything it was asked since the start or the last [`Simulator::forget`].
    pub fn journal(&self) -> Vec<Value> {
        self.control("GET", "/journal", None)
            .as_array()
            .expect("an array")
            .clone()
    }

    /// The same as `METHOD face path`, without queries.
    pub fn asked(&self) -> Vec<String> {
        let line = |entry: &Value| {
            let target = entry["target"].as_str().expect("a target");
            format!(
                "{} {} {}",
                entry["method"].as_str().expect("a method"),
                entry["face"].as_str().expect("a face"),
                target.split('?').next().expect("a path")
            )
        };
        self.journal().iter().map(line).collect()
    }

    /// The requests to Resource Manager that change something.
    pub fn changes(&self) -> Vec<Value> {
        let mut journal = self.journal();
        journal.retain(|entry| {
            entry["face"] == "arm" && entry["method"] != "GET" && entry["method"] != "HEAD"
        });
        journal
    }

    /// Empties journal and statistics.
    pub fn forget(&self) {
        self.control("DELETE", "/journal", None);
        self.control("DELETE", "/stats", None);
    }

    pub fn stats(&self) -> Value {
        self.control("GET", "/stats", None)
    }

    pub fn set_clock_offset(&self, seconds: i64) {
        self.control("POST", "/clock", Some(&json!({ "offsetSeconds": seconds })));
    }

    pub fn rotate_keys(&self, account: &str) {
        self.control("POST", "/rotate-keys", Some(&json!({ "account": account })));
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // it ends when its standard input does
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// `COSMI_SIMULATOR`, else the program beside this test's own folder.
pub fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("COSMI_SIMULATOR") {
        return path.into();
    }
    let test = std::env::current_exe().expect("a path");
    let folder = test
        .parent()
        .and_then(std::path::Path::parent)
        .expect("target/PROFILE/deps");
    folder.join(format!("cosmi-simulator{}", std::env::consts::EXE_SUFFIX))
}

/// The surroundings of a client that lives in a test.
pub fn host(env: impl Env + 'static, clock: &Arc<QuickClock>) -> Host {
    Host {
        env: Arc::new(env),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        background: Arc::new(OnTokio),
    }
}

struct OnTokio;

impl Background for OnTokio {
    fn run(&self, work: BoxFuture<'static, ()>) {
        tokio::spawn(work);
    }
}

/// The context of a call with time enough for the slowest machine.
pub fn call(client: &Client) -> Call {
    client.call(1, Duration::from_secs(60))
}

/// An account by its name alone.
pub fn named(name: &str) -> AccountRef {
    AccountRef {
        name: Some(name.to_owned()),
        ..AccountRef::default()
    }
}

/// An account by its endpoint and a key of it.
pub fn with_key(endpoint: &str, key: Secret) -> AccountRef {
    AccountRef {
        endpoint: Some(endpoint.to_owned()),
        key: Some(key),
        ..AccountRef::default()
    }
}

/// Shows the collection `Test` in the database `Test`.
pub async fn show(client: &Client, account: &AccountRef) -> Result<Collection, Error> {
    show_collection(client, account, "Test", "Test").await
}

pub async fn show_collection(
    client: &Client,
    account: &AccountRef,
    database: &str,
    collection: &str,
) -> Result<Collection, Error> {
    client
        .show_collection(&call(client), account, database, collection)
        .await
}

/// Wishes for the database `D`.
pub async fn create_database(client: &Client, account: &AccountRef) -> Result<Created, Error> {
    client
        .create_resource(&call(client), account, "D", None, "{}", None, true)
        .await
}

/// Wishes for the collection `C` in the database `D`.
pub async fn create_collection(
    client: &Client,
    account: &AccountRef,
    definition: &str,
    throughput: Option<Throughput>,
) -> Result<Created, Error> {
    let name = Some("C");
    client
        .create_resource(
            &call(client),
            account,
            "D",
            name,
            definition,
            throughput,
            true,
        )
        .await
}

pub fn parsed(json: &str) -> Value {
    serde_json::from_str(json).expect("JSON")
}

pub fn key(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

/// A clock that goes as the machine's does, and sleeps a thousandth of the time. It notes what was slept.
#[derive(Default)]
pub struct QuickClock {
    ahead: Mutex<Duration>,
    pub slept: Mutex<Vec<Duration>>,
}

impl QuickClock {
    /// Puts the clock forward.
    pub fn advance(&self, by: Duration) {
        *self.ahead.lock().expect("unpoisoned") += by;
    }
}

impl Clock for QuickClock {
    fn now(&self) -> SystemTime {
        SystemTime::now() + *self.ahead.lock().expect("unpoisoned")
    }

    fn sleep(&self, duration: Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        self.slept.lock().expect("unpoisoned").push(duration);
        SystemClock.sleep(duration / 1000)
    }
}

/// All log records, of all levels.
#[derive(Default)]
pub struct Records(Mutex<Vec<(Level, String)>>);

impl Records {
    pub fn text(&self) -> String {
        let records = self.0.lock().expect("unpoisoned");
        let lines: Vec<_> = records
            .iter()
            .map(|(level, text)| format!("{level:?} {text}"))
            .collect();
        lines.join("\n")
    }
}

impl Log for Records {
    fn enabled(&self, _: Level) -> bool {
        true
    }

    fn record(&self, level: Level, _: u64, message: &str) {
        self.0
            .lock()
            .expect("unpoisoned")
            .push((level, message.to_owned()));
    }
}
