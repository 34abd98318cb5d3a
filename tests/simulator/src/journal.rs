//! What this Azure was asked, for tests that assert on the wire.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use hyper::header::HeaderMap;
use serde::Serialize;

use crate::face::Face;

/// Older entries are forgotten, so that long runs do not grow without end.
const KEPT: usize = 10_000;

/// Headers whose value is a secret.
const SECRET_HEADERS: [&str; 3] = ["authorization", "x-identity-header", "secret"];

/// The field of a form whose value is one.
const SECRET_FIELD: &str = "client_assertion=";

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    seq: u64,
    face: Face,
    account: Option<String>,
    method: String,
    target: String,
    headers: BTreeMap<String, String>,
    body: String,
    http: &'static str,
    /// Absent until there is an answer.
    status: Option<u16>,
    connection: u64,
    tls: bool,
    start_ms: u64,
    /// Absent until the answer is complete or the client has gone.
    end_ms: Option<u64>,
    aborted: bool,
}

/// What is known of a request when it arrives.
pub struct Arrival {
    pub face: Face,
    pub account: Option<String>,
    pub method: String,
    pub target: String,
    pub headers: HeaderMap,
    pub http: &'static str,
    pub connection: u64,
    /// Set when this side closes the connection.
    pub closed_here: Arc<AtomicBool>,
    pub tls: bool,
}

#[derive(Debug)]
pub struct Journal {
    started: Instant,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    next: u64,
    kept: VecDeque<Entry>,
}

/// A request being answered. Dropped before it is finished, the client has gone away, unless this side closed the
/// connection.
#[derive(Debug)]
pub struct Ticket {
    journal: Arc<Journal>,
    seq: u64,
    closed_here: Arc<AtomicBool>,
    finished: bool,
}

impl Journal {
    pub fn new() -> Journal {
        Journal {
            started: Instant::now(),
            entries: Mutex::default(),
        }
    }

    pub fn arrived(self: &Arc<Journal>, arrival: Arrival) -> Ticket {
        let start_ms = self.elapsed_ms();
        let mut entries = self.lock();
        entries.next += 1;
        let seq = entries.next;
        if entries.kept.len() == KEPT {
            entries.kept.pop_front();
        }
        entries.kept.push_back(Entry {
            seq,
            face: arrival.face,
            account: arrival.account,
            method: arrival.method,
            target: arrival.target,
            headers: readable(&arrival.headers),
            body: String::new(),
            http: arrival.http,
            status: None,
            connection: arrival.connection,
            tls: arrival.tls,
            start_ms,
            end_ms: None,
            aborted: false,
        });
        Ticket {
            journal: Arc::clone(self),
            seq,
            closed_here: arrival.closed_here,
            finished: false,
        }
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.lock().kept.iter().cloned().collect()
    }

    pub fn clear(&self) {
        self.lock().kept.clear();
    }

    fn update(&self, seq: u64, change: impl FnOnce(&mut Entry)) {
        let mut entries = self.lock();
        // The journal may have been cleared since.
        if let Some(entry) = entries.kept.iter_mut().rev().find(|entry| entry.seq == seq) {
            change(entry);
        }
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    pub fn body(&self, body: &[u8]) {
        self.journal.update(self.seq, |entry| {
            entry.body = without_secret(&String::from_utf8_lossy(body));
        });
    }

    pub fn status(&self, status: u16) {
        self.journal
            .update(self.seq, |entry| entry.status = Some(status));
    }

    /// The answer is complete, or this side ends it.
    pub fn finish(&mut self) {
        self.end(false);
    }

    fn end(&mut self, aborted: bool) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        let end_ms = self.journal.elapsed_ms();
        self.journal.update(self.seq, |entry| {
            entry.end_ms = Some(end_ms);
            entry.aborted = aborted;
        });
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.end(!self.closed_here.load(Ordering::Acquire));
    }
}

fn without_secret(form: &str) -> String {
    let fields: Vec<&str> = form
        .split('&')
        .map(|field| {
            if field.starts_with(SECRET_FIELD) {
                "client_assertion=<redacted>"
            } else {
                field
            }
        })
        .collect();
    fields.join("&")
}

fn readable(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut readable = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let secret = SECRET_HEADERS.contains(&name.as_str());
        let text = if secret {
            "<redacted>".into()
        } else {
            String::from_utf8_lossy(value.as_bytes())
        };
        readable
            .entry(name.as_str().to_owned())
            .and_modify(|all| {
                all.push_str(", ");
                all.push_str(&text);
            })
            .or_insert_with(|| text.into_owned());
    }
    readable
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrive(journal: &Arc<Journal>) -> Ticket {
        let mut headers = HeaderMap::new();
        headers.append("accept", "a".parse().unwrap());
        headers.append("accept", "b".parse().unwrap());
        headers.append("authorization", "Bearer canary".parse().unwrap());
        journal.arrived(Arrival {
            face: Face::Arm,
            account: None,
            method: "GET".to_owned(),
            target: "/".to_owned(),
            headers,
            http: "1.1",
            connection: 1,
            closed_here: Arc::default(),
            tls: false,
        })
    }

    #[test]
    fn secrets_are_not_written_down() {
        let journal = Arc::new(Journal::new());
        arrive(&journal).finish();
        let entry = &journal.entries()[0];
        assert_eq!(entry.headers["accept"], "a, b");
        assert_eq!(entry.headers["authorization"], "<redacted>");
    }

    #[test]
    fn nor_in_bodies() {
        let journal = Arc::new(Journal::new());
        arrive(&journal).body(b"a=1&client_assertion=canary&client_assertion_type=x");
        arrive(&journal).body(b"{\"query\": \"a & b\"}");
        let bodies: Vec<String> = journal
            .entries()
            .into_iter()
            .map(|entry| entry.body)
            .collect();
        assert_eq!(
            bodies,
            [
                "a=1&client_assertion=<redacted>&client_assertion_type=x",
                "{\"query\": \"a & b\"}"
            ]
        );
    }

    #[test]
    fn a_ticket_dropped_early_is_a_client_gone() {
        let journal = Arc::new(Journal::new());
        arrive(&journal).finish();
        drop(arrive(&journal));
        let aborted: Vec<bool> = journal
            .entries()
            .iter()
            .map(|entry| entry.aborted)
            .collect();
        assert_eq!(aborted, [false, true]);
    }

    #[test]
    fn clearing_keeps_the_count() {
        let journal = Arc::new(Journal::new());
        let mut open = arrive(&journal);
        journal.clear();
        open.finish();
        arrive(&journal).finish();
        let entries = journal.entries();
        assert_eq!((entries.len(), entries[0].seq), (1, 2));
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let journal = Arc::new(Journal::new());
        for _ in 0..KEPT + 5 {
            arrive(&journal).finish();
        }
        let entries = journal.entries();
        assert_eq!((entries.len(), entries[0].seq), (KEPT, 6));
    }
}
