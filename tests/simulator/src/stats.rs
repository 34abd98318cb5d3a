//! Counts of connections, per face.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::face::Face;

#[derive(Debug, Default)]
struct Counters {
    connections: AtomicU64,
    handshakes: AtomicU64,
    open: AtomicU64,
}

#[derive(Debug, Default)]
pub struct Stats {
    faces: [Counters; Face::ALL.len()],
}

/// A connection that is open for as long as this lives.
#[derive(Debug)]
pub struct OpenConnection {
    stats: Arc<Stats>,
    face: Face,
}

impl Stats {
    pub fn connection(self: &Arc<Stats>, face: Face) -> OpenConnection {
        let counters = &self.faces[face as usize];
        counters.connections.fetch_add(1, Ordering::Relaxed);
        counters.open.fetch_add(1, Ordering::Relaxed);
        OpenConnection {
            stats: Arc::clone(self),
            face,
        }
    }

    /// Forgets what was counted; connections that are open stay counted as open.
    pub fn clear(&self) {
        for counters in &self.faces {
            counters.connections.store(0, Ordering::Relaxed);
            counters.handshakes.store(0, Ordering::Relaxed);
        }
    }

    pub fn document(&self) -> Value {
        Face::ALL
            .into_iter()
            .map(|face| {
                let counters = &self.faces[face as usize];
                let counts = json!({
                    "connections": counters.connections.load(Ordering::Relaxed),
                    "handshakes": counters.handshakes.load(Ordering::Relaxed),
                    "open": counters.open.load(Ordering::Relaxed),
                });
                (face.name().to_owned(), counts)
            })
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}

impl OpenConnection {
    pub fn handshake_done(&self) {
        self.stats.faces[self.face as usize]
            .handshakes
            .fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.stats.faces[self.face as usize]
            .open
            .fetch_sub(1, Ordering::Relaxed);
    }
}
