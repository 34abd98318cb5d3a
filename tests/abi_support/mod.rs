//! What the tests of the C boundary share: servers on loopback, and handles that free themselves.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::collections::{BTreeMap, HashMap};
use std::ffi::{CStr, CString, c_char, c_void};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::ptr;
use std::slice;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use cosmi::abi::account::*;
use cosmi::abi::client::*;
use cosmi::abi::error::*;
use cosmi::abi::operation::*;
use cosmi::abi::options::*;
use cosmi::abi::status::*;
use cosmi::abi::token::*;
use cosmi::azure::VARIABLES;
use serde_json::Value;

/// Far longer than anything here takes, and shorter than a person's patience.
pub const PATIENCE: Duration = Duration::from_secs(30);
pub const PATIENCE_MS: u32 = 30_000;
pub const RESOURCE: &CStr = c"https://management.azure.com/";

#[derive(Default)]
struct Seen {
    requests: Vec<String>,
    closed: usize,
}

/// A metadata service on loopback that accepts and then answers as told, or never.
pub struct Server {
    address: String,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl Server {
    /// Accepts, reads, and never answers.
    pub fn silent() -> Self {
        Self::answering(None)
    }

    /// Gives this token to everybody.
    pub fn with_token(token: &str) -> Self {
        let body = format!(
            r#"{{"access_token":"{token}","client_id":"33333333-0000-0000-0000-000000000001","expires_in":"86400","expires_on":"4102444800","resource":"https://management.azure.com/","token_type":"Bearer"}}"#
        );
        let length = body.len();
        Self::answering(Some(format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )))
    }

    fn answering(answer: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let address = format!("http://{}/", listener.local_addr().expect("bound"));
        let seen = Arc::<(Mutex<Seen>, Condvar)>::default();
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, answer) = (Arc::clone(&shared), answer.clone());
                thread::spawn(move || serve(stream, answer.as_deref(), &shared));
            }
        });
        Self { address, seen }
    }

    pub fn address(&self) -> CString {
        c(&self.address)
    }

    pub fn requests(&self) -> usize {
        self.seen.0.lock().expect("unpoisoned").requests.len()
    }

    /// Waits until this many requests have come.
    pub fn await_requests(&self, count: usize) {
        self.wait_for("requests", |seen| seen.requests.len() >= count);
    }

    /// Waits until this many connections have been closed by the client.
    pub fn await_closed(&self, count: usize) {
        self.wait_for("closed connections", |seen| seen.closed >= count);
    }

    fn wait_for(&self, what: &str, condition: impl Fn(&Seen) -> bool) {
        let (seen, changed) = &*self.seen;
        let seen = seen.lock().expect("unpoisoned");
        let (_seen, waited) = changed
            .wait_timeout_while(seen, PATIENCE, |seen| !condition(seen))
            .expect("unpoisoned");
        assert!(!waited.timed_out(), "the server did not see the {what}");
    }
}

fn serve(mut stream: TcpStream, answer: Option<&str>, shared: &(Mutex<Seen>, Condvar)) {
    let (seen, changed) = shared;
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        request.extend_from_slice(&buffer[..count]);
        if request.ends_with(b"\r\n\r\n") {
            seen.lock()
                .expect("unpoisoned")
                .requests
                .push(String::from_utf8_lossy(&request).into_owned());
            changed.notify_all();
            request.clear();
            if answer.is_some_and(|answer| stream.write_all(answer.as_bytes()).is_err()) {
                break;
            }
        }
    }
    seen.lock().expect("unpoisoned").closed += 1;
    changed.notify_all();
}

/// A client that frees itself.
pub struct Client(pub *mut cosmi_client);

// SAFETY: a client may be used on any thread.
unsafe impl Send for Client {}
// SAFETY: and on several at once.
unsafe impl Sync for Client {}

impl Client {
    pub fn of(server: &Server) -> Self {
        Self::with_timeout(server, 0)
    }

    pub fn with_timeout(server: &Server, timeout_ms: u32) -> Self {
        let (mut options, mut client) = (ptr::null_mut(), ptr::null_mut());
        unsafe {
            assert_eq!(cosmi_options_new(&raw mut options), cosmi_status::Ok);
            let imds = cosmi_identity_source::Imds as i32;
            assert_eq!(
                cosmi_options_set_identity_source(options, imds),
                cosmi_status::Ok
            );
            assert_eq!(
                cosmi_options_set_metadata_endpoint(options, server.address().as_ptr()),
                cosmi_status::Ok
            );
            assert_eq!(
                cosmi_options_set_arm_endpoint(options, server.address().as_ptr()),
                cosmi_status::Ok
            );
            assert_eq!(
                cosmi_options_set_timeout_ms(options, timeout_ms),
                cosmi_status::Ok
            );
            assert_eq!(
                cosmi_client_new(options, &raw mut client, ptr::null_mut()),
                cosmi_status::Ok
            );
            cosmi_options_free(options);
        }
        Self(client)
    }

    /// A client that sees these variables and none of the process's own.
    pub fn in_env(env: &HashMap<String, String>, change: impl FnOnce(*mut cosmi_options)) -> Self {
        let (mut options, mut client) = (ptr::null_mut(), ptr::null_mut());
        unsafe {
            assert_eq!(cosmi_options_new(&raw mut options), cosmi_status::Ok);
            for name in VARIABLES {
                let value = env.get(name).map(|value| c(value));
                let value = value.as_ref().map_or(ptr::null(), |value| value.as_ptr());
                let set = cosmi_options_set_variable(options, c(name).as_ptr(), value);
                assert_eq!(set, cosmi_status::Ok, "{name}");
            }
            change(options);
            let made = cosmi_client_new(options, &raw mut client, ptr::null_mut());
            assert_eq!(made, cosmi_status::Ok);
            cosmi_options_free(options);
        }
        Self(client)
    }

    /// Starts getting a token.
    pub fn start(
        &self,
        timeout_ms: u32,
        callback: cosmi_completion_fn,
        user_data: *mut c_void,
    ) -> Operation {
        self.start_for(RESOURCE, timeout_ms, callback, user_data)
    }

    /// Starts getting a token for somebody else.
    pub fn start_for(
        &self,
        resource: &CStr,
        timeout_ms: u32,
        callback: cosmi_completion_fn,
        user_data: *mut c_void,
    ) -> Operation {
        let mut operation = ptr::null_mut();
        let status = unsafe {
            cosmi_token_get_start(
                self.0,
                resource.as_ptr(),
                timeout_ms,
                callback,
                user_data,
                &raw mut operation,
            )
        };
        assert_eq!(status, cosmi_status::Ok);
        assert!(!operation.is_null());
        Operation(operation)
    }

    pub fn start_plainly(&self) -> Operation {
        self.start(0, None, ptr::null_mut())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        unsafe { cosmi_client_free(self.0) };
    }
}

/// An operation that frees itself.
pub struct Operation(pub *mut cosmi_operation);

// SAFETY: an operation may be used on any thread.
unsafe impl Send for Operation {}
// SAFETY: and on several at once.
unsafe impl Sync for Operation {}

impl Operation {
    pub fn wait(&self, timeout_ms: u32) -> cosmi_status {
        unsafe { cosmi_operation_wait(self.0, timeout_ms) }
    }

    pub fn end(&self) -> cosmi_status {
        self.wait(PATIENCE_MS)
    }

    pub fn cancel(&self) {
        unsafe { cosmi_operation_cancel(self.0) };
    }

    pub fn message(&self) -> Option<String> {
        unsafe {
            text(cosmi_error_message(
                cosmi_operation_error(self.0),
                ptr::null_mut(),
            ))
        }
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        unsafe { cosmi_operation_free(self.0) };
    }
}

/// An account that is nowhere.
pub struct AccountRef(pub *mut cosmi_account_ref);

impl AccountRef {
    pub fn new() -> Self {
        let mut account = ptr::null_mut();
        unsafe {
            assert_eq!(cosmi_account_ref_new(&raw mut account), cosmi_status::Ok);
            assert_eq!(
                cosmi_account_ref_set_name(account, c"myaccount".as_ptr()),
                cosmi_status::Ok
            );
        }
        Self(account)
    }
}

impl Drop for AccountRef {
    fn drop(&mut self) {
        unsafe { cosmi_account_ref_free(self.0) };
    }
}

/// Copies text that was given out.
pub unsafe fn text(text: *const c_char) -> Option<String> {
    // SAFETY: the library gives NULL or NUL-terminated text.
    (!text.is_null()).then(|| {
        unsafe { CStr::from_ptr(text) }
            .to_str()
            .expect("UTF-8")
            .to_owned()
    })
}

/// Text for C.
pub fn c(text: &str) -> CString {
    CString::new(text).expect("no NUL")
}

/// An account by its name alone.
pub fn account(name: &str) -> AccountRef {
    let account = AccountRef::new();
    assert_eq!(
        unsafe { cosmi_account_ref_set_name(account.0, c(name).as_ptr()) },
        cosmi_status::Ok
    );
    account
}

/// The operation of a start, ended.
pub fn ended(
    start: impl FnOnce(*mut *mut cosmi_operation) -> cosmi_status,
) -> (Operation, cosmi_status) {
    let mut operation = ptr::null_mut();
    assert_eq!(start(&raw mut operation), cosmi_status::Ok);
    let operation = Operation(operation);
    let status = operation.end();
    (operation, status)
}

/// The operation of a start, ended well.
pub fn done(start: impl FnOnce(*mut *mut cosmi_operation) -> cosmi_status) -> Operation {
    let (operation, status) = ended(start);
    assert_eq!(status, cosmi_status::Ok, "{:?}", operation.message());
    operation
}

/// What an accessor gives, with the length that it tells.
pub fn given(accessor: impl FnOnce(*mut usize) -> *const c_char) -> Option<String> {
    let mut len = 77;
    let found = unsafe { text(accessor(&raw mut len)) };
    assert_eq!(len, found.as_ref().map_or(0, String::len));
    found
}

/// The same of an accessor of bytes; none where there are none.
pub fn secret(accessor: impl FnOnce(*mut usize) -> *const u8) -> Option<Vec<u8>> {
    let mut len = 77;
    let bytes = accessor(&raw mut len);
    assert_eq!(bytes.is_null(), len == 0);
    (len > 0).then(|| unsafe { slice::from_raw_parts(bytes, len) }.to_vec())
}

/// What an accessor gives, as JSON.
pub fn json(text: Option<String>) -> Value {
    serde_json::from_str(&text.expect("JSON")).expect("JSON")
}

/// Notes completions: with which status, and on which thread.
#[derive(Default)]
pub struct Completions {
    seen: Mutex<Vec<(cosmi_status, thread::ThreadId)>>,
    changed: Condvar,
}

impl Completions {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// What to start an operation with; each use is one completion to come, and owns a share of this.
    pub fn user_data(self: &Arc<Self>) -> *mut c_void {
        Arc::into_raw(Arc::clone(self)).cast_mut().cast()
    }

    /// The callback. It releases its user data, as a host may.
    pub unsafe extern "C" fn callback(user_data: *mut c_void, status: cosmi_status) {
        // SAFETY: made by `user_data`, and the callback runs once.
        let completions = unsafe { Arc::from_raw(user_data.cast::<Self>()) };
        completions
            .seen
            .lock()
            .expect("unpoisoned")
            .push((status, thread::current().id()));
        completions.changed.notify_all();
    }

    /// Waits for this many completions, then a little longer for one too many.
    pub fn exactly(&self, count: usize) -> Vec<(cosmi_status, thread::ThreadId)> {
        let seen = self.seen.lock().expect("unpoisoned");
        let (seen, _) = self
            .changed
            .wait_timeout_while(seen, PATIENCE, |seen| seen.len() < count)
            .expect("unpoisoned");
        let until = Instant::now() + Duration::from_millis(50);
        let (seen, _) = self
            .changed
            .wait_timeout_while(seen, until - Instant::now(), |seen| seen.len() <= count)
            .expect("unpoisoned");
        assert_eq!(seen.len(), count, "completions");
        seen.clone()
    }
}

/// The functions that the header declares, each with its whole declaration on one line.
pub fn header_functions() -> BTreeMap<String, String> {
    let header = std::fs::read_to_string(root().join("include/cosmi.h")).expect("the header");
    let code: String = header
        .lines()
        .skip_while(|line| !line.starts_with("extern \"C\""))
        .filter(|line| !line.trim_start().starts_with("//") && !line.starts_with('#'))
        .collect::<Vec<_>>()
        .join(" ");
    let declarations = code
        .split(['{', ';'])
        .map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    declarations
        .filter_map(|declaration| {
            let (before, _) = declaration.split_once('(')?;
            let name = before.rsplit([' ', '*']).next()?.to_owned();
            name.starts_with("cosmi_").then_some((name, declaration))
        })
        .collect()
}

/// Whether a tool is there. One that is missing is told past the capture of the test's output, and fails where `CI` is
/// set.
pub fn is_there(program: &str) -> bool {
    let run = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let there = run.is_ok_and(|status| status.success());
    if !there {
        skip(&format!("what needs {program}; install {program}"));
    }
    there
}

/// Tells past the capture of the test's output what is left out and why; a failure where `CI` is set.
pub fn skip(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "left out: {what}");
    let line = format!("SKIPPED: {what}\n");
    std::io::stderr()
        .write_all(line.as_bytes())
        .expect("standard error");
}

/// Holds a test that was run in a process of its own to its success. What it printed is kept, so that it counts once.
pub fn passed(run: std::io::Result<Output>) {
    let run = run.expect("it starts");
    let [printed, errors] = [&run.stdout, &run.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(run.status.success(), "{printed}{errors}");
    assert!(printed.contains("1 passed"), "it ran: {printed}");
}

/// The folder of the package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
