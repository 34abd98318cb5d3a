//! Through a proxy: services are asked through the one that is set, and what it answers in their place is told.
//!
//! The variables are the process's, so each case runs in a child: this test program, once more.

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use cosmi::azure::{AccountRef, Kind};
use support::{Simulator, key, show, with_key};

/// Says to the child what it is to see.
const CASE: &str = "COSMI_TEST_PROXY_CASE";

/// Never resolved here: the proxy is told the name.
const ACCOUNT: &str = "https://myaccount.documents.azure.com/";

/// A proxy that answers every CONNECT with `answer`, and hands on what it was asked.
fn proxy(answer: String) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let (asked, asking) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let head = head(&mut stream);
            let _ = stream.write_all(answer.as_bytes());
            if asked.send(head).is_err() {
                return;
            }
        }
    });
    (address, asking)
}

fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Runs `test` once more, in a process with that proxy.
fn behind(test: &str, proxy: &str) {
    let child = Command::new(std::env::current_exe().expect("a path"))
        .args(["--exact", test])
        .env(CASE, "1")
        .env("HTTPS_PROXY", proxy)
        .env("https_proxy", proxy)
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .expect("runs");
    assert!(
        child.status.success(),
        "{}",
        String::from_utf8_lossy(&child.stdout)
    );
}

fn is_child() -> bool {
    std::env::var_os(CASE).is_some()
}

fn account() -> AccountRef {
    with_key(ACCOUNT, key("c2VjcmV0"))
}

async fn told() -> cosmi::azure::Error {
    let azure = Simulator::start();
    let client = azure.client();
    show(&client, &account())
        .await
        .expect_err("not let through")
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_is_told_to_be_a_proxy() {
    if is_child() {
        let error = told().await;
        assert_eq!(error.kind(), Kind::Connect, "{error:?}");
        assert!(error.message().contains("proxy"), "{error}");
        assert!(
            error
                .action()
                .is_some_and(|action| action.contains("HTTPS_PROXY")),
            "{error:?}"
        );
        return;
    }
    let answer = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<html>no</html>";
    let (proxy, asked) = proxy(answer.to_owned());
    behind(
        "a_proxy_that_wants_a_password_is_told_to_be_a_proxy",
        &proxy,
    );
    let asked = asked.recv().expect("asked");
    assert!(
        asked.starts_with("CONNECT myaccount.documents.azure.com:443 "),
        "{asked}"
    );
    assert!(
        !asked.to_lowercase().contains("authorization"),
        "the key's signature is not for the proxy: {asked}"
    );
}

#[tokio::test]
async fn a_proxys_error_page_is_told_to_be_a_proxys() {
    if is_child() {
        let error = told().await;
        assert_eq!(error.kind(), Kind::Connect, "{error:?}");
        assert!(error.message().contains("proxy"), "{error}");
        return;
    }
    let page = "<html>Service Unavailable</html>";
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{page}",
        page.len()
    );
    let (proxy, _asked) = proxy(answer);
    behind("a_proxys_error_page_is_told_to_be_a_proxys", &proxy);
}

#[tokio::test]
async fn what_a_proxy_lets_through_is_still_secured_end_to_end() {
    if is_child() {
        let error = told().await;
        // the tunnel ends at a server that cannot show the account's certificate
        assert!(
            matches!(error.kind(), Kind::Tls | Kind::Connect | Kind::Protocol),
            "{error:?}"
        );
        assert!(
            !error.message().contains("the proxy does not let"),
            "{error}"
        );
        return;
    }
    let (proxy, asked) = proxy("HTTP/1.1 200 Connection established\r\n\r\n".to_owned());
    behind(
        "what_a_proxy_lets_through_is_still_secured_end_to_end",
        &proxy,
    );
    assert!(asked.recv().expect("asked").starts_with("CONNECT "));
}
